"""Hanover: frames against published vectors, the sign's strictness, and the link's timetable in simulated time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.boards.drivers import DRIVERS
from controller.boards.facts import Facts
from controller.boards.hanover.frames import PICTURE, TEST_OFF, TEST_ON, columns_of, frame, picture_frame
from controller.boards.hanover.sign import HanoverSign
from controller.boards.lettering.stills import dark, stills
from controller.boards.link import Timing
from controller.boards.mute import AGAIN_S, SOON_S
from controller.boards.pages import Content, Page, Rotation
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board
from tests.support.boards_wire import Wire, plain

BOARD = Board.model_validate({"id": "na-khau", "name": "Nà Khau", "driver": "hanover"})
FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))


def bars(phase: int, every: int = 3) -> tuple[bytes, ...]:
    """A picture unlike those of other phases."""
    return tuple(bytes((x + y + phase) % every == 0 for x in range(BOARD.columns)) for y in range(BOARD.rows))


def pages(*phases: int, dwell_s: float = 4.0) -> Rotation:
    return Rotation(tuple(Page(bars(phase), dwell_s, (f"trang {phase}",)) for phase in phases))


def wire() -> Wire:
    sign = HanoverSign(BOARD.columns, BOARD.rows, BOARD.address)
    return Wire(DRIVERS["hanover"].link(BOARD, Timing(), 1000.0), sign, BOARD.baud)


def heard(sign: HanoverSign, data: bytes) -> tuple[bytes, ...]:
    for byte in data:
        sign.hear(byte, 0.0)
    return plain(sign.face(0.0).dots)


# --- frames ---


def test_published_frames() -> None:
    assert picture_frame(1, (b"\1\0", b"\0\0", b"\0\0")) == b"\x0211020100\x0378"
    tall = tuple(bytes((y in (0, 9), 0)) for y in range(15))
    assert picture_frame(1, tall) == b"\x02110401020000\x03B4"
    assert frame(TEST_ON, 0) == b"\x0230\x039A"
    assert frame(1, 2) == b"\x0212\x039A"
    assert frame(TEST_OFF, 0)[:3] == b"\x02C0"


def test_a_picture_of_256_bytes_says_none() -> None:
    assert picture_frame(1, (bytes(128),) * 16)[:5] == b"\x021100"


@given(st.data(), st.integers(1, 40), st.integers(7, 33), st.integers(0, 15))
def test_what_is_framed_is_what_is_seen(data: st.DataObject, columns: int, rows: int, address: int) -> None:
    dots = tuple(bytes(data.draw(st.lists(st.integers(0, 1), min_size=columns, max_size=columns))) for _ in range(rows))
    sign = HanoverSign(columns, rows, address)
    assert heard(sign, b"\x03\xff" + picture_frame(address, dots)) == dots
    assert len(columns_of(dots)) == columns * -(-rows // 8)


# --- the sign ---


@pytest.mark.parametrize(
    "spoilt",
    [
        picture_frame(2, bars(1)),  # for another sign
        picture_frame(1, bars(1))[:-1] + b"0",  # its sum
        picture_frame(1, bars(1)).lower(),
        picture_frame(1, bars(1)[:8]),  # too small
        frame(PICTURE, 1, bytes((191,)) + columns_of(bars(1))),  # another size than said
        frame(9, 1, bytes((192,)) + columns_of(bars(1))),
        picture_frame(1, bars(1))[:100] + picture_frame(1, bars(1))[101:],
        b"\x02" + b"1" * 5000 + b"\x0300",
    ],
)
def test_whatever_is_wrong_leaves_every_plate_where_it_is(spoilt: bytes) -> None:
    sign = HanoverSign(BOARD.columns, BOARD.rows)
    assert heard(sign, picture_frame(1, bars(0))) == bars(0)
    assert heard(sign, spoilt) == bars(0)
    assert heard(sign, picture_frame(1, bars(2))) == bars(2)


def test_a_frame_that_is_broken_off_is_forgotten() -> None:
    sign = HanoverSign(BOARD.columns, BOARD.rows)
    assert heard(sign, picture_frame(1, bars(1))[:200] + picture_frame(1, bars(2))) == bars(2)


def test_plates_lie_as_they_lay_without_power() -> None:
    noted: list[dict[str, str]] = []
    sign = HanoverSign(BOARD.columns, BOARD.rows, 1, noted.append)
    heard(sign, picture_frame(1, bars(0)) + picture_frame(1, bars(1))[:-1])
    sign.lose_power(5.0)
    assert heard(sign, picture_frame(1, bars(1))[-1:]) == bars(0)
    assert [note["frame"][:8] for note in noted] == ["\\x0211C0"]


def test_the_test_moves_every_plate_until_it_ends() -> None:
    sign = HanoverSign(8, 8)
    heard(sign, picture_frame(1, (b"\1" * 8,) * 8) + frame(TEST_ON, 0))
    assert [plain(sign.face(at).dots)[0][0] for at in (0.5, 1.5, 2.5)] == [0, 1, 0]
    assert heard(sign, frame(TEST_OFF, 0)) == (b"\1" * 8,) * 8


# --- the link ---


def test_every_page_stands_when_its_time_has_come() -> None:
    line = wire()
    line.show(Content(pages(0, 1)), began=0.0)
    line.run(1.9)  # 1000 s: the first page has just begun
    assert (line.dots, line.states) == (bars(0), [(BoardState.SENT, "trang 0\n\ntrang 1", "mute")])
    for second, phase in ((1003.9, 0), (1005.0, 1), (1007.9, 1), (1009.0, 0)):
        line.run(second - line.now)
        assert line.dots == bars(phase), second
    assert line.states == [(BoardState.SENT, "trang 0\n\ntrang 1", "mute")]


def test_it_is_not_called_sent_before_its_last_byte() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.until(lambda: line.status is not None)
    assert line.now - 1000 == pytest.approx(len(picture_frame(1, bars(0))) * 10 / 4800, abs=0.05)


def test_a_picture_is_sent_again_soon_and_then_by_the_timetable() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(2.0)
    size = line.written
    for after_s, times in ((SOON_S, 2), (AGAIN_S - 10, 2), (20.0, 3), (AGAIN_S, 4)):
        line.run(after_s)
        assert line.written == size * times


def test_a_lost_byte_is_mended_by_the_second_time() -> None:
    line = wire()
    line.drops = lambda number: number == 200
    line.show(Content(pages(0)))
    line.run(1.5)
    assert line.dots != bars(0)
    line.run(3.0)
    assert line.dots == bars(0)


def test_dark_on_purpose_is_off_and_not_sent() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(2.0)
    line.show(Content(pages(0), is_lit=False))
    line.run(2.0)
    assert (line.dots, line.states[-1]) == (plain(dark(BOARD)), (BoardState.OFF, "", "off_hours"))
    line.show(Content(pages(0)))
    line.run(2.0)
    assert (line.dots, line.states[-1][0]) == (bars(0), BoardState.SENT)


def test_an_emergency_breaks_off_and_its_release_restores() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(0.4)
    assert 0 < line.written < len(picture_frame(1, bars(0)))
    line.show(Content(pages(0), pages(7)))
    line.run(len(picture_frame(1, bars(7))) * 10 / 4800 + 0.12)
    assert line.dots == bars(7)
    line.show(Content(pages(0)))
    line.run(1.5)
    assert line.dots == bars(0)


def test_an_unplugged_line_is_down_and_everything_is_sent_anew() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(5.0)
    line.unplug()
    line.show(Content(pages(1)))
    line.run(2.0)
    assert line.states[-1] == (BoardState.DOWN, "trang 0", "gone")
    line.plug()
    line.run(8.0)
    assert (line.dots, line.states[-1]) == (bars(1), (BoardState.SENT, "trang 1", "mute"))


# --- what cannot move ---


def test_a_strip_is_shown_in_steps_between_words() -> None:
    board = Board(id="b", name="B", columns=16, rows=7)
    word, gap = b"\1" * 10, b"\0" * 4
    strip = Page((word + gap + word + gap + b"\1" * 20,) * 7, 8.0, ("ba tu",), scrolls=True)
    shown = stills(board, Rotation((strip,))).pages
    assert [page.dots[0].rstrip(b"\0") for page in shown] == [word, word, b"\1" * 16, b"\1" * 4]
    assert {len(page.dots[0]) for page in shown} == {16}
    assert [page.dwell_s for page in shown] == [2.0] * 4
    assert not any(page.scrolls for page in shown)


def test_frames_of_a_rotation_are_its_pages() -> None:
    assert DRIVERS["hanover"].frames(BOARD, pages(0, 1), Level.NORMAL) == picture_frame(1, bars(0)) + picture_frame(
        1, bars(1)
    )
