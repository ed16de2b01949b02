"""States of the kiosk as a commune would see them, and a stage to compose them on; for several tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from controller.core.levels import Level
from controller.core.showing import Item
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.typefaces import find_typeface
from kiosk.acts import GoTo
from kiosk.bulletin import Bulletin, Entry, Standing
from kiosk.flow import PROGRAMME, State
from kiosk.fonts import Fonts
from kiosk.look import Frame
from kiosk.paint import Painter
from kiosk.scenes import Stage
from kiosk.sdl import pygame
from kiosk.widgets import Scene

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 27, 16, 5, tzinfo=TZ)
ZONES = {"trung-tam": "Trung tâm xã", "na-lung": "Thôn Nà Lung", "khuoi-kit": "Thôn Khuổi Kịt"}
SMALL = Frame.of(1280, 800, 217.0)  # a 10.1 inch panel
LARGE = Frame.of(1920, 1080, 344.0)  # 15.6 inches

LONG_TITLE = "ỦY BAN NHÂN DÂN XÃ MỜI BÀ CON ĐẾN NHÀ VĂN HÓA HỌP BÀN VIỆC SỬA ĐƯỜNG VÀ KHƠI MƯƠNG TRƯỚC MÙA MƯA LŨ"
LONG_TEXT = (
    "Ủy ban nhân dân xã Ợ Ngài thông báo: bà con có trâu, bò thả rông ở khu đồi Ẩn Sơn cần đưa về chuồng trước 17 giờ "
    "hôm nay. Trạm thú y xã tiêm phòng lở mồm long móng tại nhà văn hóa các thôn, tiêm miễn phí cho hộ nghèo và hộ "
    "cận nghèo. Bà con mang theo sổ theo dõi tiêm phòng. "
) * 4


def item(text: str, title: str = "", level: Level = Level.NORMAL, on_air: bool = False, ident: str = "") -> Item:
    return Item(title, text, level, 0, NOW - timedelta(minutes=5), None, on_air, ident or text[:8])


def entry(clock: str, title: str, standing: Standing, zones: tuple[str, ...] = tuple(ZONES), day: int = 0) -> Entry:
    hour, minute = map(int, clock.split(":"))
    return Entry(NOW.replace(hour=hour, minute=minute) + timedelta(days=day), title, standing, zones)


VACCINE = item(
    "Sáng thứ Bảy 28/11, từ 7 giờ 30, Trạm Y tế xã tiêm vắc xin sởi cho trẻ từ 9 tháng tuổi. Bà con nhớ mang sổ tiêm.",
    "Lịch tiêm chủng tháng 11",
    on_air=True,
)
WATER = item("Cắt nước từ 8 giờ đến 11 giờ sáng mai để rửa bể. Mời bà con trữ nước trước.")
TAX = item("Hạn nộp thuế đất phi nông nghiệp: hết ngày 30/11.")
STORM = item(
    "Bão số 13 đang đi vào đất liền, tối nay mưa rất to, gió giật mạnh. Bà con ở ven suối và dưới chân đồi đến nhà văn "
    "hóa thôn trước 18 giờ. Không qua ngầm tràn khi nước lên. Cần giúp, gọi trực ban của xã.",
    "Sơ tán tránh lũ quét và sạt lở đất",
    Level.EMERGENCY,
    on_air=True,
)

ORDINARY = Bulletin(
    items=(WATER,),
    entries=(
        entry("06:15", "Bản tin sáng của xã", Standing.PLAYED),
        entry("11:30", "Lịch tiêm chủng tháng 11", Standing.PLAYED),
        entry("17:00", "Nhắc hạn nộp thuế đất", Standing.COMING),
        entry("19:30", "Tập huấn cài VNeID tại nhà văn hóa", Standing.COMING, ("na-lung", "khuoi-kit")),
        entry("06:15", "Bản tin sáng của xã", Standing.COMING, day=1),
        entry("19:30", "Đăng ký nghĩa vụ quân sự năm 2027", Standing.COMING, day=1),
    ),
)
BUSY = Bulletin(
    items=(item(LONG_TEXT), WATER, TAX, item("Chợ phiên họp sáng Chủ nhật; phí chợ thu tại cổng, có biên lai.")),
    entries=tuple(
        entry(f"{clock}:40", LONG_TITLE if clock % 3 == 1 else f"Bản tin {clock} giờ của xã", standing, zones)
        for clock, (standing, zones) in enumerate(
            [
                *[(Standing.PLAYED, tuple(ZONES)), (Standing.MISSED, ("na-lung",)), (Standing.CUT, tuple(ZONES))] * 3,
                (Standing.STOPPED, tuple(ZONES)),
                *[(Standing.COMING, ("trung-tam", "na-lung")), (Standing.COMING, tuple(ZONES))] * 3,
            ],
            start=6,
        )
    ),
    faults=("board", "output"),
)  # fmt: skip
ON_AIR = replace(
    ORDINARY,
    items=(VACCINE, WATER),
    entries=(replace(ORDINARY.entries[0]), entry("16:05", VACCINE.title, Standing.ON_AIR), *ORDINARY.entries[2:]),
)
DOUBTFUL = replace(ORDINARY, entries=ORDINARY.entries[:2], faults=("clock",))
EMERGENCY = replace(ORDINARY, items=(STORM,))


@dataclass(frozen=True, slots=True)
class Case:
    state: State
    frame: Frame = SMALL
    site: str = "Xã Hương Sơn"


def state(bulletin: Bulletin | None, **changes: Any) -> State:
    return replace(State(NOW, "vi", "vi", bulletin=bulletin), **changes)


_STATES = {
    "waiting-ordinary": state(ORDINARY),
    "waiting-busy": state(BUSY),
    "waiting-on-air": state(ON_AIR),
    "waiting-empty": state(Bulletin()),
    "emergency": state(EMERGENCY),
    "programme": state(ON_AIR, scene=PROGRAMME),
    "programme-busy-2": state(BUSY, scene=PROGRAMME, page=1, pressed=GoTo(PROGRAMME, 2)),
}
CASES: dict[str, Case] = {
    **{f"{name}-1280x800": Case(value) for name, value in _STATES.items()},
    **{f"{name}-1920x1080": Case(value, LARGE) for name, value in _STATES.items()},
    "waiting-doubtful-1280x800": Case(state(DOUBTFUL)),
    "waiting-doubtful-1920x1080": Case(state(DOUBTFUL), LARGE),
    "waiting-doubtful-en-1280x800": Case(state(replace(DOUBTFUL, entries=()), language="en")),
    "programme-doubtful-1280x800": Case(state(replace(DOUBTFUL, items=()), scene=PROGRAMME)),
    "waiting-lost-1280x800": Case(state(None, lost_since=NOW)),
    "programme-empty-1280x800": Case(state(Bulletin(), scene=PROGRAMME)),
    "waiting-on-air-en-1280x800": Case(state(ON_AIR, language="en")),
    "waiting-busy-en-1280x800": Case(state(BUSY, language="en")),
}


@cache
def fonts() -> Fonts:
    pygame.font.init()
    return Fonts(find_typeface())


@cache
def stage(frame: Frame = SMALL, site: str = "Xã Hương Sơn") -> Stage:
    return Stage(frame, fonts().width, {name: load_words(name) for name in LANGUAGES}, site, ZONES, TZ)


def scene(case: Case) -> Scene:
    return stage(case.frame, case.site).compose(case.state)


def draw(case: Case) -> pygame.Surface:
    surface = pygame.Surface((case.frame.width, case.frame.height))
    Painter(surface, fonts()).show(scene(case))
    return surface
