"""Every scene on every screen: nothing overflows, nothing overlaps, nothing is lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from controller.core.levels import Level
from controller.core.palette import LACQUER, NIGHT, PAPER
from kiosk.acts import Act, GoTo, NextTextSize, SayAgain, SwitchContrast
from kiosk.bulletin import Bulletin, Entry, Standing
from kiosk.look import Frame
from kiosk.scene_waiting import around_now
from kiosk.state import DOORS, HELP, LANGUAGE, PROGRAMME, READING, State
from kiosk.widgets import Box, Label, Panel, Scene, Target, act_at
from tests.support import kiosk_cases as cases
from tests.support.kiosk_cases import (
    BUSY,
    LONG_TEXT,
    LONG_TITLE,
    NOW,
    ON_AIR,
    ORDINARY,
    SMALL,
    TZ,
    VACCINE,
    item,
    state,
)

FRAMES = {
    "10 inch": SMALL,
    "15 inch": cases.LARGE,
    "24 inch": Frame.of(1920, 1080, 531),
    "7 inch": Frame.of(800, 480, 154),
    "upright": Frame.of(1080, 1920, 194),
    "square": Frame.of(1024, 1024, 200),
    "smallest": Frame.of(480, 480, 90),
}
LONG_SITE = "Ủy ban nhân dân xã Ợ Ngài, tỉnh Tuyên Quang: trạm truyền thanh thông minh số 1"
FLOOD = Bulletin(
    items=(item(LONG_TEXT, LONG_TITLE, on_air=True), *BUSY.items), entries=BUSY.entries * 2, faults=BUSY.faults
)
ALARM = Bulletin(items=(item(LONG_TEXT * 5, LONG_TITLE, Level.EMERGENCY, on_air=True),))
STATES: dict[str, State] = {
    "not yet": state(None, lost_since=NOW),
    "empty": state(Bulletin()),
    "ordinary": state(ORDINARY),
    "on air": state(ON_AIR),
    "busy": state(BUSY),
    "flood": state(FLOOD),
    "lost": state(FLOOD, lost_since=NOW - timedelta(hours=2)),
    "alarm": state(ALARM),
    "programme": state(ORDINARY, scene=PROGRAMME),
    "programme, busy": state(BUSY, scene=PROGRAMME, page=1),
    "programme, flood": state(FLOOD, scene=PROGRAMME, page=99),
    "programme, empty": state(Bulletin(), scene=PROGRAMME),
}


def compose(value: State, frame: Frame = SMALL, site: str = "Xã Hương Sơn") -> Scene:
    return cases.stage(frame, site).compose(value)


def said(scene: Scene) -> list[str]:
    return [w.text for w in scene if isinstance(w, Label)]


def acts(scene: Scene) -> list[Act]:
    return [w.act for w in scene if isinstance(w, Target)]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("value", STATES.values(), ids=STATES)
def test_nothing_leaves_the_screen_and_no_text_lies_on_another(value: State, frame: Frame, language: str) -> None:
    scene = compose(replace(value, language=language), frame, LONG_SITE)
    whole = Box(0, 0, frame.width, frame.height)
    assert [w for w in scene if not w.box.within(whole)] == []
    assert [w for w in scene if w.box.width <= 0 or w.box.height <= 0] == []
    labels = [w for w in scene if isinstance(w, Label)]
    assert [(a.text, b.text) for a, b in combinations(labels, 2) if _overlap(_ink(a), _ink(b))] == []
    targets = [w.box for w in scene if isinstance(w, Target)]
    assert [pair for pair in combinations(targets, 2) if _overlap(*pair)] == []
    fonts = cases.fonts()
    assert [w.text for w in labels if fonts.width(w.text, w.style) > w.box.width] == []


def _ink(label: Label) -> Box:
    """Where the letters are: from the highest stacked capital to the lowest tail."""
    top = label.box.y + label.style.baseline - round(label.style.cap * 1.54)
    if ":" in label.text and len(label.text) == 5:  # a clock: digits only
        top = label.box.y + label.style.baseline - label.style.cap
        return Box(label.box.x, top, label.box.width, label.style.cap)
    return Box(label.box.x, top, label.box.width, label.box.bottom - top)


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


TOOLS = [SayAgain(), NextTextSize(), SwitchContrast()]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_every_touch_of_the_waiting_screen_and_programme_is_offered(frame: Frame) -> None:
    assert acts(compose(state(ORDINARY), frame)) == [GoTo(LANGUAGE)]
    first = [act for act in acts(compose(state(BUSY, scene=PROGRAMME), frame)) if not _opens(act) and act != GoTo(HELP)]
    assert first == [GoTo(DOORS), *TOOLS, GoTo(PROGRAMME, 1)]
    second = [act for act in acts(compose(state(BUSY, scene=PROGRAMME, page=1), frame)) if not _opens(act)]
    assert second[:2] == [GoTo(PROGRAMME, 0), SayAgain()]


def _opens(act: Act) -> bool:
    return isinstance(act, GoTo) and act.scene == READING


def test_the_waiting_screen_begins_wherever_it_is_touched() -> None:
    scene = compose(state(ORDINARY))
    assert act_at(scene, 0, 0) == act_at(scene, SMALL.width - 1, SMALL.height - 1) == GoTo(LANGUAGE)


def test_a_touch_finds_its_target() -> None:
    scene = compose(state(ORDINARY, scene=PROGRAMME))
    boxes = {w.act: w.box for w in scene if isinstance(w, Target)}
    box = boxes[GoTo(DOORS)]
    assert act_at(scene, box.x, box.y) == GoTo(DOORS)
    assert act_at(scene, box.right, box.y) is None
    assert act_at(scene, 5, 5) is None


def test_the_waiting_screen_says_what_a_resident_wants_to_know() -> None:
    texts = said(compose(state(ON_AIR), cases.LARGE))
    for text in (
        "Xã Hương Sơn", "16:05", "Thứ Sáu, 27 tháng 11", "19 tháng Mười âm lịch", "Thông báo", "Đang phát",
        "Lịch tiêm chủng tháng 11", "Hôm nay", "17:00", "sắp phát", "Nhắc hạn nộp thuế đất", "Chạm để bắt đầu",
    ):  # fmt: skip
        assert text in texts


def test_grounds_tell_the_scenes_apart() -> None:
    found = [compose(value)[0] for value in (state(ORDINARY), state(ORDINARY, scene=PROGRAMME), state(ALARM))]
    assert [w.colour for w in found if isinstance(w, Panel)] == [NIGHT, PAPER, LACQUER]


def test_an_alert_says_all_of_it_and_offers_nothing_to_touch() -> None:
    scene = compose(state(cases.EMERGENCY))
    assert cases.STORM.text in " ".join(said(scene))
    assert acts(scene) == []


def test_every_word_of_an_announcement_can_be_read() -> None:
    words: list[str] = []
    for page in range(20):
        scene = compose(state(BUSY, scene=READING, about=BUSY.items[0].ident, page=page))
        texts = said(scene)
        words += " ".join(texts[1 : next(i for i, text in enumerate(texts) if text.startswith("Quay"))]).split()
        if GoTo(READING, page + 1, BUSY.items[0].ident) not in acts(scene):
            break
    assert words == BUSY.items[0].text.split()


def test_the_programme_offers_what_is_shown_then_the_day_and_what_is_to_come_tomorrow() -> None:
    found: list[str] = []
    for page in range(20):
        scene = compose(state(ON_AIR, scene=PROGRAMME, page=page))
        found += [act.about for act in acts(scene) if isinstance(act, GoTo) and act.scene == READING]
        if GoTo(PROGRAMME, page + 1) not in acts(scene):
            break
    assert found == [
        *(item.ident for item in ON_AIR.items), "Bản tin sáng của xã", VACCINE.title, "Nhắc hạn nộp thuế đất",
        "Tập huấn cài VNeID tại nhà văn hóa", "Bản tin sáng của xã", "Đăng ký nghĩa vụ quân sự năm 2027",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (state(ORDINARY), ""),
        (state(None), "Đang chờ dữ liệu của trạm."),
        (
            state(ORDINARY, lost_since=NOW.replace(hour=15, minute=30)),
            "Tin có thể đã cũ: chưa đọc được tin mới từ 15 giờ 30.",
        ),
        (state(BUSY), "Một thiết bị của trạm đang trục trặc. Xin báo cán bộ xã."),
        (state(replace(ORDINARY, faults=("output", "clock"))), "Loa xã đang trục trặc. Xin báo cán bộ xã."),
        (
            state(BUSY, faults=("touch",)),
            "Màn hình chưa nhận được chạm. Xin báo cán bộ xã.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_residents_words(value: State, expected: str) -> None:
    assert expected in " ".join(said(compose(value)))
    if not expected:
        assert "báo cán bộ" not in " ".join(said(compose(value)))


def _entries(*standings: Standing) -> tuple[Entry, ...]:
    begin = datetime(2026, 11, 27, 5, tzinfo=TZ)
    return tuple(Entry(begin + timedelta(hours=n), str(n), s) for n, s in enumerate(standings))


OVER, AHEAD = Standing.PLAYED, Standing.COMING


@pytest.mark.parametrize(
    ("standings", "count", "titles"),
    [
        ([OVER, OVER, AHEAD, AHEAD], 4, "0123"),
        ([OVER, OVER, OVER, AHEAD, AHEAD], 3, "234"),
        ([OVER, OVER, AHEAD, AHEAD], 1, "2"),
        ([OVER, OVER, AHEAD, AHEAD], 2, "23"),
        ([OVER, OVER, OVER, OVER], 3, "123"),
        ([AHEAD, AHEAD, AHEAD], 2, "01"),
        ([AHEAD], 3, "0"),
        ([], 3, ""),
    ],
)
def test_of_a_long_day_what_is_around_now_is_shown(standings: list[Standing], count: int, titles: str) -> None:
    assert "".join(entry.title for entry in around_now(_entries(*standings), count)) == titles
