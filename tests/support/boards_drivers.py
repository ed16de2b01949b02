"""What every driver of a board on a line is tried with. A new driver is one more entry in `CASES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.boards.alpha.sign import AlphaSign
from controller.boards.drivers import DRIVERS
from controller.boards.emulated.board import Sign
from controller.boards.emulated.emulator import Emulator
from controller.boards.emulated.leavings import Record
from controller.boards.emulated.line import LineEmulator
from controller.boards.emulators import EMULATORS
from controller.boards.facts import Facts
from controller.boards.hanover.sign import HanoverSign
from controller.boards.huidu.sign import HuiduSign
from controller.boards.lettering.stills import spans
from controller.boards.link import Timing
from controller.boards.pages import Content, Page, Rotation
from controller.boards.preview import draft
from controller.boards.rotation import content_of
from controller.core.levels import Level
from controller.runtime.config_tables import Board
from controller.runtime.places import Places
from tests.support.boards_station import BRISK_SIGN
from tests.support.boards_wire import Wire, plain

FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
STARTED_S = 1000.0


@dataclass(frozen=True)
class Case:
    """`patience_s`: within so long a spoilt picture is mended even if nothing else changes. `emulator`: the driver's
    own, or one with shorter waits."""

    board: Board
    sign: Callable[[Board], Sign]
    patience_s: float
    is_on_tcp: bool = False
    emulator: Callable[[Board, Places], Emulator] | None = None
    texts: int = 200  # generated ones that are tried

    def wire(self) -> Wire:
        link = DRIVERS[self.board.driver].link(self.board, Timing(), STARTED_S)
        return Wire(link, self.sign(self.board), 0 if self.is_on_tcp else self.board.baud, now=STARTED_S)

    def emulated(self, board: Board, places: Places) -> Emulator:
        return (self.emulator or EMULATORS[board.driver])(board, places)

    def content(self, *texts: str, alerts: tuple[str, ...] = ()) -> Content:
        urgent = [draft(text, Level.EMERGENCY) for text in alerts]
        return content_of(self.board, [draft(text) for text in texts], urgent, FACTS)


def _board(driver: str, **more: object) -> Board:
    return Board.model_validate({"id": "cong-lang", "name": "Cổng làng", "driver": driver, **more})


def _alpha(board: Board) -> AlphaSign:
    return AlphaSign(board.columns, board.rows, colours="three" if board.colours == "three" else "one")


CASES: dict[str, Case] = {
    "alpha": Case(
        _board("alpha"),
        _alpha,
        patience_s=60,
        emulator=lambda board, places: LineEmulator(
            board, places, AlphaSign(board.columns, board.rows, BRISK_SIGN, Record(board.id, places))
        ),
    ),
    "alpha in three colours": Case(_board("alpha", colours="three", manner="scroll"), _alpha, patience_s=60, texts=30),
    "hanover": Case(
        _board("hanover"), lambda board: HanoverSign(board.columns, board.rows, board.address), patience_s=310
    ),
    "hanover, 19 rows": Case(
        _board("hanover", columns=112, rows=19, address=5),
        lambda board: HanoverSign(board.columns, board.rows, board.address),
        patience_s=310,
        texts=30,
    ),
    "hanover, 7 rows": Case(
        _board("hanover", columns=84, rows=7, manner="scroll"),
        lambda board: HanoverSign(board.columns, board.rows, board.address),
        patience_s=310,
        texts=30,
    ),
    "huidu": Case(
        _board("huidu"), lambda board: HuiduSign(board.columns, board.rows, board.colours), 30, is_on_tcp=True
    ),
    "huidu that forgets": Case(
        _board("huidu", columns=128, rows=32, colours="full"),
        lambda board: HuiduSign(board.columns, board.rows, board.colours, keeps=False),
        30,
        is_on_tcp=True,
        texts=30,
    ),
}


class Truth:
    """The pages that are to be seen, and which of them were. A board that moves dots by itself shows any stretch of
    a strip; one that cannot shows it in steps."""

    def __init__(self, board: Board, rotation: Rotation) -> None:
        depth = 3 if board.colours == "full" else 1
        self._dark = (bytes(board.columns * depth),) * board.rows
        self._faces: dict[tuple[bytes, ...], set[tuple[int, int]]] = {}
        self.unseen: set[tuple[int, int]] = set()  # (page, column of its dots)
        for number, page in enumerate(rotation.pages):
            columns = self._lit(number, page, depth)
            self.unseen |= columns
            if not page.scrolls:
                self._faces.setdefault(plain(page.dots), set()).update(columns)
                continue
            pad = bytes(board.columns * depth)
            rows = [pad + bytes(row) + pad for row in page.dots]
            wide = len(page.dots[0]) // depth
            for left in range(wide + board.columns + 1):
                shown = range(max(0, left - board.columns), min(wide, left))
                seen = {(number, x) for x in shown if (number, x) in columns}
                face = tuple(row[left * depth : (left + board.columns) * depth] for row in rows)
                self._faces.setdefault(face, set()).update(seen)
            for left, right in spans(board, page):
                rest = bytes((board.columns - right + left) * depth)
                face = tuple(bytes(row[left * depth : right * depth]) + rest for row in page.dots)
                self._faces.setdefault(face, set()).update((n, x) for n, x in columns if left <= x < right)

    def see(self, dots: tuple[bytes, ...]) -> None:
        """One face of the board; an AssertionError where it is none of what is to be seen."""
        if dots != self._dark:
            assert dots in self._faces, "the board shows what nobody asked for:\n" + drawn(dots)
            self.unseen -= self._faces[dots]

    def is_right(self, dots: tuple[bytes, ...]) -> bool:
        return dots in self._faces

    @staticmethod
    def _lit(number: int, page: Page, depth: int) -> set[tuple[int, int]]:
        wide = len(page.dots[0]) // depth
        return {(number, x) for x in range(wide) if any(any(row[x * depth : (x + 1) * depth]) for row in page.dots)}


def drawn(dots: tuple[bytes, ...]) -> str:
    return "\n".join("".join("#" if dot else "." for dot in row) for row in dots)
