"""States of the kiosk as a commune would see them, and a stage to compose them on; for several tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from controller.core.levels import Level
from controller.core.palette import PAPER
from controller.core.showing import Item
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import AT_KIOSK, load_words
from controller.runtime.typefaces import find_typeface
from kiosk.acts import Act, GoTo
from kiosk.asking import FileAnswer, Found
from kiosk.bulletin import Bulletin, Call, CallState, Entry, Standing, Training
from kiosk.enquiry import Enquiry
from kiosk.fonts import Fonts
from kiosk.happenings import Happening, Wish
from kiosk.look import Frame
from kiosk.moments import Passed
from kiosk.paint import Painter
from kiosk.scenes import Stage
from kiosk.sdl import pygame
from kiosk.setting import Setting
from kiosk.state import (
    DOORS,
    HELP,
    LANGUAGE,
    LEARN,
    LESSON,
    PROGRAMME,
    READING,
    SESSION,
    SORRY,
    STATUS,
    TRAINING,
    Request,
    State,
)
from kiosk.widgets import Scene

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 27, 16, 5, tzinfo=TZ)
ZONES = {"trung-tam": "Trung tâm xã", "na-lung": "Thôn Nà Lung", "khuoi-kit": "Thôn Khuổi Kịt"}
SMALL = Frame.of(1280, 800, 217.0)  # a 10.1 inch panel
LARGE = Frame.of(1920, 1080, 344.0)  # 15.6 inches
SEVEN = Frame.of(800, 480, 154.0)  # 7 inches
UPRIGHT = Frame.of(1080, 1920, 274.0)  # 22 inches, upright

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
    due = NOW.replace(hour=hour, minute=minute) + timedelta(days=day)
    return Entry(due, title, standing, zones, title)


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


def state(bulletin: Bulletin | None, **changes: Any) -> State:
    return replace(State(NOW, "vi", "vi", bulletin=bulletin), **changes)


TRAININGS = (
    Training("1", "Cài và dùng VNeID", "Nhà văn hóa xã", NOW + timedelta(days=1, hours=3), 12),
    Training(
        "2", "Nộp hồ sơ trên Cổng dịch vụ công quốc gia cho người cao tuổi và hộ nghèo ở các thôn vùng cao",
        "Nhà văn hóa thôn Khuổi Kịt, hội trường tầng hai", NOW + timedelta(days=2, hours=3), 0,
    ),
    Training("3", "Bán nông sản trên mạng", "Nhà văn hóa xã", NOW + timedelta(days=3, hours=3), None),
)  # fmt: skip
HOUSE = replace(
    ORDINARY,
    texts=(("Bản tin sáng của xã", LONG_TEXT), ("Nhắc hạn nộp thuế đất", "Hạn nộp thuế đất: hết ngày 30/11.")),
    trainings=TRAININGS,
    tickets=(("ticket", 7), ("no-seat", 0)),
    calls=(Call("open", CallState.OPEN), Call("answered", CallState.ANSWERED), Call("over", CallState.OVER)),
)


def _seat(ident: str, about: str = "1", **changes: bool) -> Request:
    return Request("seat", about, 0.0, ident, **changes)


def _call(ident: str, **changes: bool) -> Request:
    return Request("help", "", 0.0, ident, **changes)


def _enquiry(**changes: Any) -> State:
    return state(HOUSE, scene=STATUS, enquiry=Enquiry(**changes))


def _answered(*facts: Any) -> State:
    return _enquiry(at="answer", answer=FileAnswer(*facts))


# every page of a visit that is not the filing's, as it may stand
VISIT: dict[str, State] = {
    "language": state(HOUSE, scene=LANGUAGE),
    "doors": state(HOUSE, scene=DOORS),
    "reading": state(HOUSE, scene=READING, about="Nhắc hạn nộp thuế đất"),
    "reading-long": state(HOUSE, scene=READING, about="Bản tin sáng của xã", page=1),
    "reading-sound": state(HOUSE, scene=READING, about="Lịch tiêm chủng tháng 11"),
    "reading-gone": state(HOUSE, scene=READING, about="no such announcement"),
    "learn": state(HOUSE, scene=LEARN),
    "lesson": state(HOUSE, scene=LESSON, about="vneid"),
    "lesson-last": state(HOUSE, scene=LESSON, about="portal", page=5),
    "training": state(HOUSE, scene=TRAINING),
    "training-none": state(ORDINARY, scene=TRAINING),
    "session": state(HOUSE, scene=SESSION, about="1"),
    "session-full": state(HOUSE, scene=SESSION, about="2"),
    "session-any": state(HOUSE, scene=SESSION, about="3"),
    "session-gone": state(HOUSE, scene=SESSION, about="9"),
    "session-asking": state(HOUSE, scene=SESSION, about="1", request=_seat("")),
    "session-seated": state(HOUSE, scene=SESSION, about="1", request=_seat("ticket")),
    "session-beaten": state(HOUSE, scene=SESSION, about="2", request=_seat("no-seat", "2")),
    "session-late": state(HOUSE, scene=SESSION, about="1", request=_seat("later", late=True)),
    "session-failed": state(HOUSE, scene=SESSION, about="1", request=_seat("", failed=True)),
    "help": state(HOUSE, scene=HELP),
    "help-calling": state(HOUSE, scene=HELP, request=_call("")),
    "help-called": state(HOUSE, scene=HELP, request=_call("open")),
    "help-answered": state(HOUSE, scene=HELP, request=_call("answered")),
    "help-over": state(HOUSE, scene=HELP, request=_call("over")),
    "help-late": state(HOUSE, scene=HELP, request=_call("later", late=True)),
    "help-failed": state(HOUSE, scene=HELP, request=_call("", failed=True)),
    "status": _enquiry(),
    "status-number": _enquiry(number="K7M4X"),
    "status-number-wrong": _enquiry(number="K7M4X", problem="number"),
    "status-born": _enquiry(at="born", number="K7M4XP2Q"),
    "status-born-wrong": _enquiry(at="born", number="K7M4XP2Q", born="31022026", problem="born"),
    "status-code-wrong": _enquiry(problem="code"),
    "status-asking": _enquiry(at="asking"),
    "status-found": _answered(
        Found.FOUND, "papers_asked", "K7M4-XP2Q",
        ("Thiếu giấy chứng sinh bản chính, bản sao chưa có dấu.", "Giấy chứng sinh", "Giấy chứng nhận kết hôn"),
    ),
    "status-promised": _answered(
        Found.FOUND, "in_process", "K7M4-XP2Q", (), NOW + timedelta(days=3), "H01.02-26-0042"
    ),
    "status-done": _answered(Found.FOUND, "done", "K7M4-XP2Q"),
    "status-payment": _answered(Found.FOUND, "payment_asked", ""),
    "status-unknown": _answered(Found.UNKNOWN),
    "status-often": _answered(Found.OFTEN),
    "status-unreadable": _answered(Found.UNREADABLE),
    "still-there": state(HOUSE, scene=DOORS, left_s=17),
    "sorry": state(HOUSE, scene=SORRY),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    state: State
    frame: Frame = SMALL
    site: str = "Xã Hương Sơn"


_STATES = {
    "waiting-ordinary": state(ORDINARY),
    "waiting-busy": state(BUSY),
    "waiting-on-air": state(ON_AIR),
    "waiting-empty": state(Bulletin()),
    "emergency": state(EMERGENCY),
    "programme": state(ON_AIR, scene=PROGRAMME),
    "programme-busy-2": state(BUSY, scene=PROGRAMME, page=1, pressed=GoTo(PROGRAMME, 2)),
}
# pages that are kept in large text, in high contrast, on a small and on a tall screen as well
_SHOWN = ("language", "doors", "lesson", "training", "session-seated", "status-number", "status-found", "still-there")
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
    **{f"visit-{name}-1280x800": Case(value) for name, value in VISIT.items()},
    **{f"visit-{name}-large-1280x800": Case(replace(VISIT[name], text_size=2)) for name in _SHOWN},
    **{f"visit-{name}-contrast-1280x800": Case(replace(VISIT[name], contrast=True)) for name in _SHOWN},
    **{f"visit-{name}-800x480": Case(VISIT[name], SEVEN) for name in _SHOWN},
    **{f"visit-{name}-1080x1920": Case(VISIT[name], UPRIGHT) for name in _SHOWN},
    "visit-doors-en-1920x1080": Case(replace(VISIT["doors"], language="en"), LARGE),
    "visit-doors-pressed-1280x800": Case(replace(VISIT["doors"], pressed=GoTo(LEARN))),
}


@cache
def fonts() -> Fonts:
    pygame.font.init()
    return Fonts(find_typeface())


class NoFiling:
    """A visit of which nothing is to be seen, for tests that are about everything else."""

    def begun(self, language: str, moment: Passed) -> object:
        return ()

    def step(self, visit: object, event: Act | Happening | Passed) -> tuple[object | None, tuple[Wish, ...]]:
        return visit, ()

    def page(self, visit: object) -> object:
        return None

    def spoken(self, visit: object) -> str:
        return ""

    def scene(self, visit: object, setting: Setting) -> Scene:
        return setting.sheet(PAPER).scene


@cache
def stage(frame: Frame = SMALL, site: str = "Xã Hương Sơn") -> Stage:
    words = {name: load_words(name, AT_KIOSK) for name in LANGUAGES}
    return Stage(frame, fonts().width, words, site, ZONES, TZ, NoFiling())


def scene(case: Case) -> Scene:
    return stage(case.frame, case.site).compose(case.state)


def raster(page: Scene, frame: Frame = SMALL) -> Image.Image:
    """A page as the kiosk paints it."""
    surface = pygame.Surface((frame.width, frame.height))
    Painter(surface, fonts()).show(page)
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def drawn(case: Case) -> Image.Image:
    return raster(scene(case), case.frame)
