"""A display with its own process: which frame when, what it does without an output, what it says of itself."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest
from PIL import Image

from controller.boards.display.display import AGAIN_S, BEAT_S, LOOK_FOR_S, Display
from controller.boards.display.frames import Frame, dots_of, frame_at, window
from controller.boards.display.picture import PictureKeeper
from controller.boards.link import Status
from controller.boards.pages import Content, Dots, Page, Rotation
from controller.boards.preview import png_of_page
from controller.core.errors import DeviceError
from controller.core.notices import BoardState
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Board
from tests.support.board_strips import field_at
from tests.support.poster_cases import screen
from tests.support.processes import until

PANEL = Board.model_validate({"id": "cong", "name": "Cổng", "driver": "hub75"})
BEGIN = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # a full minute


def page(colour: int, dwell_s: float = 4.0, text: str = "", scrolls: bool = False, wide: int = 64) -> Page:
    return Page((bytes([colour, 0, 0]) * wide,) * 32, dwell_s, (text or str(colour),), scrolls)


def content(*pages: Page, urgent: tuple[Page, ...] = (), is_lit: bool = True) -> Content:
    return Content(Rotation(pages), Rotation(urgent) if urgent else None, is_lit)


# --- which frame ---


def test_still_pages_follow_the_wall_clock() -> None:
    one, two = page(1), page(2, 6.0)
    shown = content(one, two)
    at = [(seconds, *frame_at(shown, 64, 3, seconds)) for seconds in (0.0, 3.5, 4.0, 9.5, 10.0, 1_000_004.0)]
    assert at == [
        (0.0, Frame(one), 4.0), (3.5, Frame(one), 0.5), (4.0, Frame(two), 6.0), (9.5, Frame(two), 0.5),
        (10.0, Frame(one), 4.0), (1_000_004.0, Frame(two), 6.0),
    ]  # fmt: skip
    assert frame_at(content(one), 64, 3, 17.0) == (Frame(one), inf), "alone it needs no turning"


def test_an_urgent_page_alone_and_nothing_in_the_dark() -> None:
    assert frame_at(content(page(1), urgent=(page(9),)), 64, 3, 0.0) == (Frame(page(9)), inf)
    assert frame_at(content(page(1), is_lit=False), 64, 3, 0.0) == (Frame(None), inf)
    assert frame_at(content(), 64, 3, 0.0) == (Frame(None), inf)


def test_a_ticker_passes_from_edge_to_edge_a_column_at_a_time() -> None:
    strip = page(1, 10.0, scrolls=True, wide=36)  # 100 columns of way
    shown = content(strip, page(2))
    seen = [frame_at(shown, 64, 3, column / 10 + 0.001)[0].first for column in range(100)]
    assert seen == list(range(-64, 36))
    _, left_s = frame_at(shown, 64, 3, 0.04)
    assert left_s == pytest.approx(0.06)
    assert frame_at(shown, 64, 3, 10.0)[0] == Frame(page(2))


def test_the_window_on_a_strip() -> None:
    strip = (b"abcdef", b"ghijkl")
    assert [window(strip, first, 3, 1)[0] for first in (-4, -3, -2, 0, 2, 4, 6, 9)] == [
        b"\0\0\0", b"\0\0\0", b"\0\0a", b"abc", b"cde", b"ef\0", b"\0\0\0", b"\0\0\0",
    ]  # fmt: skip
    assert window(strip, 1, 2, 2) == (b"cdef", b"ijkl")
    assert window(strip, -1, 2, 2) == (b"\0\0ab", b"\0\0gh")
    assert dots_of(Frame(None), 4, 2, 3) == (bytes(12),) * 2


# --- presenting ---


@dataclass
class FakeSurface:
    """Notes what it is told; `broken` takes nothing any more."""

    told: list[object] = field(default_factory=list)
    unseen: str = ""
    broken: bool = False

    def present(self, dots: Dots) -> None:
        self._tell(dots[0][0])

    def darken(self) -> str:
        self._tell("dark")
        return "off_hours"

    def beat(self) -> None:
        self._tell("beat")

    def close(self) -> None:
        self.told.append("closed")

    def _tell(self, what: object) -> None:
        if self.broken:
            raise DeviceError("gone")
        self.told.append(what)


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock(BEGIN)
        self.surfaces: list[FakeSurface] = []
        self.openings = 0
        self.absent = False
        self.unseen = ""
        self.pictured: list[int] = []
        self.progress = 0
        self.display = Display(PANEL, self.clock, self._opened, lambda dots: self.pictured.append(dots[0][0]))

    def _opened(self) -> FakeSurface:
        self.openings += 1
        if self.absent:
            raise DeviceError("nothing there")
        self.surfaces.append(FakeSurface(unseen=self.unseen))
        return self.surfaces[-1]

    def turn(self) -> float:
        def progressed() -> None:
            self.progress += 1

        return self.display._turn(progressed)

    def turns(self, seconds: float) -> None:
        """As the thread does it."""
        until = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until - 1e-6:
            self.clock.tick(min(self.turn(), until - self.clock.monotonic()))

    @property
    def told(self) -> list[object]:
        return self.surfaces[-1].told


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_dots_are_presented_when_they_change_and_only_then(bench: Bench) -> None:
    bench.display.want(content(page(1), page(2)))
    bench.turns(8.0)
    assert bench.told == [1, "beat", 2, "beat"]
    assert bench.pictured == [1, 2]
    bench.display.want(content(page(1), page(2)))  # decided anew, and the same
    bench.turns(4.0)
    assert bench.told[4:] == [1, "beat"]
    assert bench.display.status == Status(BoardState.SENT, "1\n\n2"), "sent, for nobody reads a screen back"


def test_nothing_is_opened_or_said_before_there_is_something_to_show(bench: Bench) -> None:
    assert bench.turn() == BEAT_S
    assert (bench.openings, bench.display.status) == (0, None)


def test_an_emergency_replaces_at_once_and_its_release_restores(bench: Bench) -> None:
    calm = content(page(1, 60.0), page(2))
    bench.display.want(calm)
    bench.turns(1.0)
    bench.display.want(content(page(1, 60.0), page(2), urgent=(page(9),)))
    bench.turn()
    assert bench.told == [1, 9]
    bench.display.want(calm)
    bench.turn()
    assert bench.told == [1, 9, 1]


def test_off_on_purpose_is_said_and_ends_for_an_emergency(bench: Bench) -> None:
    bench.display.want(content(page(1), is_lit=False))
    bench.turns(6.0)
    assert bench.told == ["dark", "beat", "beat"]
    assert bench.display.status == Status(BoardState.OFF, "", "off_hours")
    bench.display.want(content(page(1), urgent=(page(9),)))
    bench.turn()
    assert bench.told[-1] == 9 and bench.display.status == Status(BoardState.SENT, "9")


def test_a_lost_output_is_down_and_opened_again_with_what_is_due_then(bench: Bench) -> None:
    bench.display.want(content(page(1), page(2)))
    bench.turn()
    bench.surfaces[0].broken = True
    bench.absent = True
    fed = bench.progress
    assert bench.turn() == AGAIN_S
    assert bench.display.status == Status(BoardState.DOWN, "", "output_gone")
    assert bench.surfaces[0].told == [1, "closed"]
    bench.turns(3 * AGAIN_S - 0.5)
    assert bench.openings == 3 and bench.progress == fed, "the watchdog is fed with frames only"
    bench.absent = False
    bench.turns(1.0)
    assert bench.told == [2] and bench.progress > fed
    assert bench.display.status == Status(BoardState.SENT, "1\n\n2")


def test_a_screen_that_is_not_there_is_looked_for_again(bench: Bench) -> None:
    bench.unseen = "no_screen"
    bench.display.want(content(page(1)))
    bench.turns(LOOK_FOR_S)
    assert (bench.openings, bench.display.status) == (1, Status(BoardState.DOWN, "", "no_screen"))
    bench.unseen = ""
    bench.turns(2 * BEAT_S)
    assert bench.openings == 2 and bench.told[0] == 1
    assert bench.display.status == Status(BoardState.SENT, "1")


def test_with_an_emergency_it_is_looked_for_at_once_and_often(bench: Bench) -> None:
    bench.unseen = "no_screen"
    bench.display.want(content(page(1)))
    bench.turns(3 * BEAT_S)
    assert bench.openings == 1
    bench.display.want(content(page(1), urgent=(page(9),)))
    bench.turn()
    assert bench.openings == 2
    bench.unseen = ""
    bench.turns(2 * AGAIN_S + 0.1)
    assert bench.openings == 3 and bench.told[0] == 9
    assert bench.display.status == Status(BoardState.SENT, "9")


def test_an_unplugged_cable_is_down_and_back_when_it_is(bench: Bench) -> None:
    bench.display.want(content(page(1)))
    bench.turn()
    bench.surfaces[0].unseen = "unplugged"
    bench.turns(2 * LOOK_FOR_S)
    assert bench.openings == 1, "the window is still there"
    assert bench.display.status == Status(BoardState.DOWN, "", "unplugged")
    bench.surfaces[0].unseen = ""
    bench.turn()
    assert bench.display.status == Status(BoardState.SENT, "1")


def test_a_ticker_moves_by_frames(bench: Bench) -> None:
    columns = tuple(bytes(part for column in range(36) for part in (column + 1, 0, 0)) for _ in range(32))
    bench.display.want(content(Page(columns, 10.0, ("t",), scrolls=True)))
    bench.clock.tick(6.4 + 1e-4)  # its first column is at the left edge
    bench.turns(1.0)
    assert bench.told[:10] == list(range(1, 11))


# --- its picture ---


def kept(board: Board, dots: Dots, folder: Path) -> Image.Image:
    keeper = PictureKeeper(folder / "board.png", board)
    stopping = threading.Event()
    thread = threading.Thread(target=keeper.run, args=(stopping,))
    thread.start()
    keeper.offer(dots)
    until((folder / "board.png").exists)
    stopping.set()
    keeper.wake()
    thread.join(30)
    with Image.open(folder / "board.png") as file:
        return file.convert("RGB")


def test_the_picture_is_that_of_the_officials_page(tmp_path: Path) -> None:
    strip = page(200, scrolls=True, wide=90)
    dots = dots_of(Frame(strip, 40), 64, 32, 3)
    picture = kept(PANEL, dots, tmp_path)
    seen = field_at(strip, 4.0 * (40 + 64 + 0.5) / (90 + 64), 64, "full")
    assert picture.tobytes() == opened(png_of_page(PANEL, Page(seen, 1.0, ()))).tobytes()


def test_a_large_screen_s_picture_is_small(tmp_path: Path) -> None:
    picture = kept(screen(1920, 1080), (bytes([10, 20, 30]) * 1920,) * 1080, tmp_path)
    assert picture.width <= 960 and picture.getpixel((5, 5)) == (10, 20, 30)
    assert (tmp_path / "board.png").stat().st_size < 20_000


def opened(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as file:
        return file.convert("RGB")
