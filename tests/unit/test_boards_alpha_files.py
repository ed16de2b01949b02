"""How a sign's memory is divided, which page stands where, and which tiles a change touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boards.alpha.encoding import encode
from controller.boards.alpha.files import LABELS, Memory, Plan, memory_of, needed_bytes, pictures_of, planned
from controller.boards.alpha.pages import PRIORITY_BYTES, Filing, frames_of
from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.alpha.words import AlphaError, SetMemory
from controller.boards.drivers import DRIVERS
from controller.boards.link import Status, Timing
from controller.boards.pages import Content, Page, Rotation
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board
from tests.support.boards_line import drawn

SIZES = [(96, 16), (80, 13), (97, 15), (192, 16), (192, 32), (255, 31), (300, 16), (16, 16)]


def board(columns: int = 96, rows: int = 16, **more: object) -> Board:
    return Board.model_validate({"id": "b", "name": "B", "columns": columns, "rows": rows, **more})


BOARD = board()


def placed(memory: Memory, pages: Sequence[Page], before: Plan | None = None, urgent: Sequence[Page] = ()) -> Plan:
    return planned(memory, 96, pages, urgent, before or Plan())


def places(plan: Plan) -> list[tuple[int, ...]]:
    return [each.places for each in plan.ordinary]


@pytest.mark.parametrize("colours", ["one", "three"])
@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_the_table_is_taken_by_a_sign_of_that_memory_and_a_page_fits_exactly(
    columns: int, rows: int, colours: str
) -> None:
    wide = board(columns, rows, colours=colours)
    memory = memory_of(wide)
    sign = AlphaSign(columns, rows, Physics(clear_s=0, configure_s=0), pool_bytes=wide.pool_bytes)
    for byte in encode(SetMemory(memory.files)):
        sign.hear(byte, 1.0)
    assert len(sign._files.table) == len(memory.files)
    assert memory.fine >= 1
    assert memory.reserved >= 1
    labels = [file.label for file in memory.files]
    assert len(set(labels)) == len(labels)
    assert set(labels) <= set(LABELS) | {"A"}
    for place in memory.places:
        assert sum(tile.columns for tile in place.tiles) == columns
    assert sum(memory.bands) == rows


def test_a_classic_sign_holds_so_many_pages() -> None:
    memory = memory_of(BOARD)
    assert (len(memory.places), memory.fine, memory.reserved) == (22, 4, 2)
    assert [tile.columns for tile in memory.places[0].tiles] == [16, 16, 16, 16, 24, 8]
    assert [tile.columns for tile in memory.places[5].tiles] == [96]


def test_a_memory_that_is_too_small_is_refused_with_the_figures() -> None:
    assert needed_bytes(BOARD) == 525 + 6 * 13 + 192 + 13 + 192
    memory_of(board(pool_bytes=1000))
    with pytest.raises(AlphaError, match="needs 1000 bytes, has 999") as refused:
        memory_of(BOARD.model_copy(update={"pool_bytes": 999}))
    assert str(refused.value)


def test_pages_and_tickers_take_whole_places_first() -> None:
    memory = memory_of(BOARD)
    plan = placed(memory, [*drawn(BOARD, 1, 2), *drawn(BOARD, 3, width=250), *drawn(BOARD, 4, 5, 6)])
    assert places(plan) == [(4,), (5,), (6, 7, 8), (9,), (10,), (11,)]


def test_a_page_that_is_still_shown_stays_where_it_is() -> None:
    memory = memory_of(BOARD)
    before = placed(memory, drawn(BOARD, 1, 2, 3))
    assert places(placed(memory, drawn(BOARD, 9, 3, 1), before)) == [(7,), (6,), (4,)]


def test_what_is_new_stands_beside_what_is_shown_as_long_as_there_is_room() -> None:
    memory = memory_of(BOARD)
    before = placed(memory, drawn(BOARD, 1, 2, 3))
    changed = replace(drawn(BOARD, 2)[0], dots=drawn(BOARD, 7)[0].dots)
    assert places(placed(memory, [drawn(BOARD, 9)[0], changed], before)) == [(7,), (8,)]
    full = placed(memory, drawn(BOARD, *range(19)))
    assert sorted(places(full)) == [(number,) for number in (0, 1, 2, *range(4, 20))]
    assert places(placed(memory, drawn(BOARD, 90, 91), full)) == [(3,), (4,)]


def test_what_was_shown_and_not_written_over_is_found_again() -> None:
    memory = memory_of(BOARD)
    first = placed(memory, drawn(BOARD, 1, 2, 3))
    others = placed(memory, drawn(BOARD, 10, 11), placed(memory, drawn(BOARD, 8, 9), first))
    assert places(others) == [(9,), (10,)]
    assert places(placed(memory, drawn(BOARD, 1, 9), others)) == [(4,), (8,)]
    over = placed(memory, drawn(BOARD, *range(20, 40)), others)
    assert (len(over.ordinary), over.lying) == (20, ())


def test_what_comes_takes_only_what_is_left_and_keeps_its_place_when_it_is_due() -> None:
    memory = memory_of(BOARD)
    on, coming = drawn(BOARD, 1, 2), drawn(BOARD, 5, width=250) + drawn(BOARD, 6)
    plan = planned(memory, 96, on, (), Plan(), coming)
    assert [each.places for each in plan.coming] == [(6, 7, 8), (9,)]
    due = planned(memory, 96, [*coming, *on], (), plan)
    assert places(due) == [(6, 7, 8), (9,), (4,), (5,)]
    assert due.coming == ()
    tight = planned(memory, 96, drawn(BOARD, *range(18)), (), Plan(), drawn(BOARD, 50, width=250))
    assert (len(tight.ordinary), tight.coming) == (18, ())
    again = replace(coming[1], dots=on[0].dots, item="item-1")  # of what is on nothing is made ready
    assert planned(memory, 96, on, (), Plan(), [again]).coming == ()
    long_alarm = drawn(BOARD, 90, width=96 * 15)
    assert planned(memory, 96, on, long_alarm, Plan(), coming).coming == ()


def test_what_finds_no_room_is_left_out_from_the_end_and_nothing_overtakes() -> None:
    memory = memory_of(BOARD)
    plan = placed(memory, [*drawn(BOARD, *range(10)), *drawn(BOARD, 50, width=96 * 11), *drawn(BOARD, 60)])
    assert (len(plan.ordinary), plan.left_out) == (10, 2)
    full = placed(memory, drawn(BOARD, *range(30)))
    assert (len(full.ordinary), full.left_out) == (20, 10)


def test_an_emergency_takes_the_reserved_places_and_then_those_of_the_least_urgent_pages() -> None:
    memory = memory_of(BOARD)
    plan = placed(memory, drawn(BOARD, *range(20)), urgent=drawn(BOARD, 90, width=96 * 3))
    assert [each.places for each in plan.urgent] == [(21, 20, 19)]
    assert len(plan.ordinary) == 20


def digit(page: Page, left: int, seed: int) -> Page:
    """The page with another digit of 7 x 13 dots."""
    other = drawn(BOARD, seed)[0].dots
    rows = [
        row[:left] + bytes(other[y][left : left + 7]) + row[left + 7 :] if 1 <= y < 14 else row
        for y, row in enumerate(page.dots)
    ]
    return replace(page, dots=tuple(rows))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 89))
def test_a_digit_that_changes_is_one_tile_wherever_it_stands(left: int) -> None:
    memory = memory_of(BOARD)
    page = drawn(BOARD, 1)[0]
    plan = placed(memory, [page])
    sent = []
    for seed in (100, 101, 102):
        before = pictures_of(memory, 96, plan.ordinary[0])
        page = digit(page, left, seed)
        plan = placed(memory, [page], plan)
        after = pictures_of(memory, 96, plan.ordinary[0])
        sent.append(sum(before.get(label) != after[label] for label in after))
    assert sent[1:] == [1, 1]  # the first time the tiles may move
    assert sent[0] <= 6


def test_an_emergency_too_long_for_the_priority_file_is_cut_and_says_so() -> None:
    files = Filing(BOARD).files_of(Content(Rotation(drawn(BOARD, 1)), Rotation(drawn(BOARD, 2, width=96 * 90))))
    assert files.priority is not None
    assert len(files.priority.data) <= PRIORITY_BYTES
    assert not files.priority.is_whole
    assert files.priority.pictures
    assert len(files.plain) <= PRIORITY_BYTES


def test_what_was_left_out_is_not_among_the_words() -> None:
    files = Filing(BOARD).files_of(Content(Rotation(drawn(BOARD, *range(30)))))
    assert files.ordinary.text == "\n\n".join(f"Trang {number}" for number in range(20))
    assert not files.ordinary.is_whole


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("colours", ["one", "three"])
def test_what_the_files_hold_is_what_the_sign_shows(columns: int, rows: int, colours: str) -> None:
    wide = board(columns, rows, colours=colours)
    pages = drawn(wide, 1, 2, dwell_s=9.0)
    fits = len(memory_of(wide).places) - memory_of(wide).reserved
    for level in Level:
        sign = AlphaSign(
            columns, rows, Physics(clear_s=0, configure_s=0), colours="one" if colours == "one" else "three"
        )
        frames = frames_of(wide, Rotation(pages[: min(fits, 2)]), level)
        for byte in b"".join(frame.data for frame in frames):
            sign.hear(byte, 1.0)
        shown = [sign.face(at).dots for at in (1.5, 11.0)][: min(fits, 2)]
        assert shown == [page.dots for page in pages[: len(shown)]]


def test_a_board_whose_memory_is_too_small_is_down_and_nothing_is_sent() -> None:
    small = BOARD.model_copy(update={"rows": 31, "columns": 255, "pool_bytes": 2000})
    link = DRIVERS["alpha"].link(small, Timing(), 0.0)
    link.want(Content(Rotation(drawn(small, 1))), 0.0)
    assert link.act(1.0) is None
    assert link.status == Status(BoardState.DOWN, "", "pool needed=2730 there=2000")
