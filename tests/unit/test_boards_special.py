"""Pages that nobody writes: the clock, the next announcement, the queue, training; and the plan of a rotation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boards import rotation as planning
from controller.boards.facts import Facts, Session
from controller.boards.lettering.stripped import CLOCK
from controller.boards.pages import Content, Page, Rotation
from controller.boards.preview import draft
from controller.boards.rotation import Kept, content_of
from controller.boards.typesetting import typeset, waiting
from controller.core.levels import Level
from controller.core.notices import Special
from controller.core.showing import Item
from controller.runtime.config_tables import Board
from tests.support.board_texts import texts

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 24, 19, 30, tzinfo=HANOI)
FACTS = Facts(
    "Xã Na Khau", NOW, "Bản tin sáng", datetime(2026, 11, 24, 22, 30, tzinfo=UTC), 12, 18,
    (Session("Cài đặt VNeID", "nhà văn hoá", datetime(2026, 11, 27, 8, 0, tzinfo=HANOI)),),
)  # fmt: skip
NOTHING = Facts("Xã Na Khau", NOW)


def board(columns: int, rows: int, **more: Any) -> Board:
    return Board.model_validate({"id": "b", "name": "B", "columns": columns, "rows": rows, **more})


SMALL, WIDE, LOW, TALL = board(96, 16), board(192, 32), board(80, 7), board(192, 96, driver="huidu", colours="full")
BOARDS = (SMALL, WIDE, LOW, TALL, board(84, 14), board(64, 32, colours="three"), board(16, 8), board(40, 16))


def special(board: Board, kind: Special, facts: Facts = FACTS) -> Rotation:
    return typeset(board, replace(draft(""), special=kind, ident="s"), facts)


def lines(rotation: Rotation) -> list[tuple[str, ...]]:
    return [page.lines for page in rotation.pages]


def test_the_clock_by_the_size_of_the_board() -> None:
    assert lines(special(SMALL, Special.CLOCK)) == [("19:30",), ("T3 24/11",), ("16/10 ÂL",)]
    assert lines(special(WIDE, Special.CLOCK)) == [("19:30", "T3 24/11", "16/10 ÂL")]
    assert lines(special(LOW, Special.CLOCK)) == [(CLOCK,), ("Thu Ba 24/11",), ("16/10 am lich",)]
    assert lines(special(board(80, 7, driver="hanover"), Special.CLOCK))[0] == ("19:30",)
    assert lines(special(TALL, Special.CLOCK)) == [("19:30", "Thứ Ba 24/11/2026", "16 tháng Mười âm lịch")]


def test_a_leap_month_a_sunday_and_a_year_beyond_the_table() -> None:
    leap = replace(NOTHING, now=datetime(2025, 7, 27, 6, 5, tzinfo=HANOI))
    assert lines(special(WIDE, Special.CLOCK, leap)) == [("06:05", "CN 27/7", "3/6 nhuận ÂL")]
    late = replace(NOTHING, now=datetime(2200, 1, 1, 6, 5, tzinfo=HANOI))
    assert lines(special(SMALL, Special.CLOCK, late)) == [("06:05",), ("Thứ Tư 1/1",)]


def changed(before: Page, after: Page) -> set[int]:
    return {x for a, b in zip(before.dots, after.dots, strict=True) for x in range(len(a)) if a[x] != b[x]}


@pytest.mark.parametrize("board", [b for b in BOARDS if b.rows >= 13], ids=lambda b: f"{b.columns}x{b.rows}")
def test_a_minute_changes_its_own_dots_and_no_others(board: Board) -> None:
    for kind in (Special.CLOCK, Special.NONE):
        at = [replace(FACTS, now=NOW.replace(hour=11, minute=minute)) for minute in (1, 2, 8, 9)]
        each = [special(board, kind, facts) if kind else waiting(board, facts) for facts in at]
        clocks = [next((page for page in rotation.pages if ":" in page.lines[0]), None) for rotation in each]
        shown = [clock for clock in clocks if clock is not None]
        assert len(shown) == len(at)
        moved = [changed(before, after) for before, after in pairwise(shown)]
        depth = 3 if board.colours == "full" else 1
        columns = {x // depth for each in moved for x in each}
        assert all(moved)
        width = max(columns) - min(columns) + 1
        whole = {x // depth for row in shown[0].dots for x in range(len(row)) if row[x]}
        assert width * 3 < max(whole) - min(whole) + 1 or board.columns < 64


def test_the_next_announcement() -> None:
    assert special(WIDE, Special.NEXT).text.replace("\n\n", "\n").replace("\n", " ") == (
        "Bản tin tới Bản tin sáng lúc 5 giờ 30 ngày mai"
    )
    today = replace(FACTS, next_at=NOW.replace(hour=21, minute=0))
    assert special(WIDE, Special.NEXT, today).text.split()[-4:] == ["21", "giờ", "hôm", "nay"]
    assert special(LOW, Special.NEXT).pages[0].lines == ("Ban tin toi: Ban tin sang luc 5 gio 30 ngay mai",)


def test_the_queue_tells_numbers_and_nothing_else() -> None:
    assert lines(special(WIDE, Special.QUEUE)) == [("Mời số 12",), ("Đã phát đến số 18",)]
    assert lines(special(WIDE, Special.QUEUE, replace(FACTS, given=12))) == [("Mời số 12",)]


def test_training_sessions() -> None:
    (page,) = special(TALL, Special.TRAINING).pages
    assert " ".join(page.lines) == "Tập huấn Cài đặt VNeID, 8 giờ thứ Sáu 27/11, tại nhà văn hoá"
    many = replace(FACTS, sessions=(replace(FACTS.sessions[0], place=""),) * 5)
    assert len(special(TALL, Special.TRAINING, many).pages) == 3


@pytest.mark.parametrize("kind", [Special.NEXT, Special.QUEUE, Special.TRAINING])
def test_where_there_is_nothing_to_tell_there_is_no_page(kind: Special) -> None:
    assert [special(board, kind, NOTHING) for board in BOARDS] == [Rotation(())] * len(BOARDS)


def test_nothing_to_say() -> None:
    assert lines(waiting(SMALL, FACTS)) == [("Xã Na Khau",), ("19:30",)]
    assert lines(waiting(WIDE, FACTS)) == [("19:30", "Xã Na Khau")]
    assert lines(waiting(LOW, FACTS)) == [("Xa Na Khau",), (CLOCK,)]
    assert lines(waiting(board(16, 8), FACTS))  # something in any case


def test_a_clock_that_nobody_vouches_for_tells_no_time() -> None:
    doubtful = replace(FACTS, doubtful=True)
    for board in BOARDS:
        assert special(board, Special.CLOCK, doubtful) == Rotation(())
        assert ":" not in waiting(board, doubtful).text and CLOCK not in waiting(board, doubtful).text
    assert lines(waiting(WIDE, doubtful)) == [("Xã Na Khau",)]


# --- the plan of a rotation ---

LEVELS = st.sampled_from([Level.NORMAL, Level.PRIORITY])


def items(level: st.SearchStrategy[Level]) -> st.SearchStrategy[list[Item]]:
    written = st.builds(lambda text, level, title: draft(text, level, title), texts(80), level, st.just("") | texts(20))
    told = st.sampled_from(Special).map(lambda kind: replace(draft("x"), special=kind))
    listed = st.lists(st.one_of(written, told), max_size=5)
    return listed.map(lambda found: [replace(item, ident=str(number)) for number, item in enumerate(found)])


def says(item: Item) -> object:
    return item.special or (item.title, item.text)


@settings(max_examples=60, deadline=None)
@given(items(LEVELS), items(st.just(Level.EMERGENCY)), st.sampled_from(BOARDS))
def test_each_thing_once_in_the_order_given(ordinary: list[Item], alerts: list[Item], board: Board) -> None:
    content = content_of(board, ordinary, alerts, FACTS)
    assert content == content_of(board, [*ordinary, *ordinary], [*alerts, *alerts], FACTS)
    assert content.ordinary.pages
    for rotation, wanted in ((content.ordinary, ordinary), (content.urgent, alerts)):
        if rotation is None or not any(page.item for page in rotation.pages):
            continue
        shown = list(dict.fromkeys(page.item for page in rotation.pages))
        assert [page.item for page in rotation.pages] == sorted((page.item for page in rotation.pages), key=int)
        first = {says(item): item.ident for item in reversed(wanted)}
        assert set(shown) <= set(first.values())
        for page in rotation.pages:
            width = board.columns * (3 if board.colours == "full" else 1)
            assert len(page.dots) == board.rows and (page.scrolls or len(page.dots[0]) == width)
            assert page.scrolls or page.dwell_s >= 2.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(items(LEVELS), items(st.just(Level.EMERGENCY)), st.booleans()), max_size=4))
def test_what_was_set_before_is_what_would_be_set_now(looks: list[tuple[list[Item], list[Item], bool]]) -> None:
    for shown_on in (SMALL, board(640, 360, driver="screen")):
        kept: Kept = {}
        for ordinary, alerts, is_later in looks:
            facts = replace(FACTS, now=NOW + timedelta(minutes=1), called=13) if is_later else FACTS
            afresh, again = (content_of(shown_on, ordinary, alerts, facts, each) for each in (None, kept))
            assert _seen(again) == _seen(afresh)


def _seen(content: Content) -> list[object]:
    """Pages with their dots, also of a screen, which draws them when they are looked at."""
    return [[(replace(page, dots=()), *page.dots) for page in rotation.pages] if rotation else None
            for rotation in (content.ordinary, content.urgent)]  # fmt: skip


def test_an_emergency_waits_for_none_of_two_hundred_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(board: Board, item: Item, facts: Facts) -> Rotation:
        calls.append(item.ident)
        return typeset(board, item, facts)

    monkeypatch.setattr(planning, "typeset", counted)
    notices = [replace(draft(f"Tin {number}"), ident=f"{number}") for number in range(200)]
    kept: Kept = {}
    content_of(SMALL, notices, [], FACTS, kept)
    assert calls == [notice.ident for notice in notices]
    calls.clear()
    alert = replace(draft("Sơ tán", Level.EMERGENCY), ident="!")
    later = replace(FACTS, now=NOW + timedelta(minutes=1))
    assert lines(content_of(SMALL, notices, [alert], later, kept).live) == [("Sơ tán",)]
    content_of(SMALL, notices[1:], [], later, kept)
    assert calls == ["!"]
    assert len(kept) == 199, "what is not shown any more is forgotten"


def test_the_same_from_two_sources_is_shown_once() -> None:
    notice, announcement = replace(draft("Cắt nước"), ident="n"), replace(draft("Cắt nước"), ident="a", on_air=True)
    assert [page.item for page in content_of(SMALL, [announcement, notice], [], FACTS).ordinary.pages] == ["a"]


def test_an_emergency_replaces_the_rest_which_waits_underneath() -> None:
    item, alert = draft("Cắt nước"), draft("Sơ tán", Level.EMERGENCY)
    content = content_of(SMALL, [item], [alert], FACTS)
    assert (lines(content.ordinary), lines(content.live)) == ([("Cắt nước",)], [("Sơ tán",)])
    assert content_of(SMALL, [item], [], FACTS) == Content(content.ordinary)
    assert lines(content_of(SMALL, [], [], FACTS).live) == lines(waiting(SMALL, FACTS))


def test_pages_by_the_clock_on_the_wall() -> None:
    rotation = content_of(WIDE, [draft("Nghỉ học"), draft("Thu phí chợ quý IV")], [], FACTS).ordinary
    assert rotation.round_s == 7.0
    at = [rotation.at(700.0 + seconds) for seconds in (0.0, 1.5, 2.0, 6.5)]
    assert at == [(0, 0.0, 2.0), (0, 1.5, 0.5), (1, 0.0, 5.0), (1, 4.5, 0.5)]
