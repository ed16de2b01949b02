"""What an Alpha sign's files hold for a rotation: its pages as the protocol's own texts, on 13 rows and more as
pictures that a text calls. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from controller.boards.alpha.encoding import encode, text_data
from controller.boards.alpha.files import (
    ORDINARY,
    TEXT_BYTES,
    Memory,
    Placed,
    Plan,
    memory_of,
    pictures_of,
    pieces,
    planned,
)
from controller.boards.alpha.parsing import text_pages
from controller.boards.alpha.words import (
    PRIORITY,
    WIDTH_BYTES,
    WIDTH_PAUSE_S,
    Code,
    FileSpec,
    Inline,
    Message,
    Mode,
    Page,
    Position,
    SetMemory,
    WriteDots,
    WriteText,
)
from controller.boards.lettering.lamps import FEWEST_ROWS
from controller.boards.lettering.stripped import CLOCK, plain
from controller.boards.outgoing import Frame
from controller.boards.pages import Content, Rotation, without_time
from controller.boards.pages import Page as Shown
from controller.core.levels import Level
from controller.runtime.config_tables import Board

FILE_BYTES = 2048  # of file A on such a board; a BetaBrite Classic has 5,482 in all
PRIORITY_BYTES = 125  # all that a priority file may hold
SEVEN_ROWS = Inline(Code.FONT, "3")
_HEAD = text_data((Page((SEVEN_ROWS, " "), (Position.MIDDLE, Mode.ROTATE)),))  # of a ticker in the sign's own letters
# The protocol has five steps and says no seconds; these are what the emulator takes for each.
HOLD_S = {Code.SPEED_4: 2.0, Code.SPEED_3: 3.0, Code.SPEED_2: 4.0, Code.SPEED_1: 5.0}
Pictures = Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One page in a text file: its bytes, the labels of the pictures that they call, what of which it is (`key`), and
    what can be read on it. `words`: the same in the sign's own letters, which need no pictures."""

    data: bytes
    calls: frozenset[str]
    key: tuple[str, int]
    said: str
    words: str

    @property
    def in_words(self) -> bytes:
        return _HEAD + self.words.encode()


@dataclass(frozen=True, slots=True)
class Filed:
    """What a text file of the sign shall hold: the words for people, the bytes for the sign, the pictures that they
    call, and the same page by page."""

    text: str
    data: bytes
    pictures: Pictures = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    is_whole: bool = True  # no page was left out for want of room

    @property
    def keys(self) -> frozenset[tuple[str, int]]:
        return frozenset(part.key for part in self.parts)

    def meanwhile(self, absent: frozenset[str]) -> Meanwhile:
        """What can be read while these pictures are not there: their pages in words, as much of these as has room."""
        data, said = b"", []
        room = TEXT_BYTES - sum(len(part.data) for part in self.parts if not part.calls & absent)
        for part in self.parts:
            if not part.calls & absent:
                data += part.data
                said.append(part.said)
            elif room > len(_HEAD) and part.words:
                data += part.in_words[:room]
                said.append(without_time(part.words[: room - len(_HEAD)]))
                room -= len(part.in_words[:room])
        return Meanwhile(data, "\n\n".join(said))


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A text for the sign and for people, for as long as it takes to write pictures."""

    data: bytes
    said: str


@dataclass(frozen=True, slots=True)
class Files:
    """`plain`: an emergency in the sign's own letters, which need no memory: for a sign that has none yet. `coming`:
    pictures of what will be due soon. `is_lit`: not dark on purpose, when it has a text of nothing."""

    ordinary: Filed
    priority: Filed | None = None
    plain: bytes = b""
    coming: Pictures = field(default_factory=dict)
    is_lit: bool = True

    @property
    def live(self) -> Filed:
        return self.priority or self.ordinary


class Filing:
    """From content to files, time and again: what stays on the sign stays where it is. AlphaError where the sign's
    memory is too small for a board of that size, with the figures."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._memory = memory_of(board) if board.rows >= FEWEST_ROWS else None
        self._plan = Plan()
        self.table = self._memory.files if self._memory else (FileSpec(ORDINARY, "A", FILE_BYTES),)

    def files_of(self, content: Content) -> Files:
        if not content.is_lit and content.urgent is None:  # its pictures stay where they are
            return Files(Filed("", b""), is_lit=False)
        ordinary, urgent = content.ordinary.pages, content.urgent.pages if content.urgent else ()
        if self._memory is None:
            alarm = _written(urgent, PRIORITY_BYTES)
            return Files(_written(ordinary, FILE_BYTES), alarm if alarm.data else None)
        most = len(self._memory.places)
        while True:
            fitting = _within(urgent, self._board.columns, most)
            plan = planned(self._memory, self._board.columns, ordinary, fitting, self._plan, content.coming)
            alarm = _drawn(self._memory, self._board.columns, plan.urgent, PRIORITY_BYTES)
            if alarm.is_whole or most == 0:
                break
            most -= 1
        self._plan = plan
        alarm = replace(
            alarm, is_whole=len(fitting) == len(urgent) and all(a is b for a, b in zip(fitting, urgent, strict=True))
        )
        shown = _drawn(self._memory, self._board.columns, plan.ordinary, TEXT_BYTES)
        shown = replace(shown, is_whole=shown.is_whole and not plan.left_out)
        coming = _pictures(self._memory, self._board.columns, plan.coming)
        return Files(shown, alarm if alarm.data else None, _plain(urgent) if urgent else b"", coming)


def _drawn(memory: Memory, columns: int, placed: Sequence[Placed], room: int) -> Filed:
    """The pages as calls of pictures: each as long as it shall stand if there is room for that."""
    parts = [b"".join(map(_data, _calls(memory, each, len(placed) > 1))) for each in placed]
    if sum(map(len, parts)) > room:
        parts = [b"".join(map(_data, _calls(memory, each, False))) for each in placed]
    while sum(map(len, parts)) > room:
        parts.pop()
    shown = placed[: len(parts)]
    return Filed(
        _said([each.page for each in shown]),
        b"".join(parts),
        _pictures(memory, columns, shown),
        tuple(
            Part(part, frozenset(pictures_of(memory, columns, each)), each.key, _said([each.page]), _words(each.page))
            for part, each in zip(parts, shown, strict=True)
        ),
        len(parts) == len(placed),
    )


def _pictures(memory: Memory, columns: int, placed: Sequence[Placed]) -> Pictures:
    return {label: dots for each in placed for label, dots in pictures_of(memory, columns, each).items()}


def _calls(memory: Memory, placed: Placed, in_full: bool) -> list[Page]:
    bands = len(memory.bands)
    rows: list[list[tuple[Inline, ...]]] = []  # of a place, then of a band
    for place in placed.places:
        tiles = memory.places[place].tiles
        tiles = tuple(tiles[at] for at in placed.order) if placed.order else tiles
        rows.append([tuple(Inline(Code.DOTS, tile.labels[band]) for tile in tiles) for band in range(bands)])
    if placed.page.scrolls and bands == 1:
        return [Page(tuple(call for place in rows for call in place[0]), (Position.MIDDLE, Mode.ROTATE))]
    # A ticker has one line: on a board with two bands it is shown field by field.
    return [
        Page((Inline(speed), *_lines(place)), (Position.FILL, Mode.HOLD))
        for place in rows
        for speed in _speeds(placed.page.dwell_s / len(rows), in_full)
    ]


def frames_of(board: Board, rotation: Rotation, level: Level = Level.NORMAL) -> list[Frame]:
    """The frames that put a rotation on a sign; where it is shown in pictures, on one whose memory is empty."""
    is_urgent, filing = level is Level.EMERGENCY, Filing(board)
    content = Content(Rotation(()), rotation) if is_urgent else Content(rotation)
    filed, label = filing.files_of(content).live, PRIORITY if is_urgent else ORDINARY
    messages: list[Message] = []
    if board.rows >= FEWEST_ROWS:
        messages = [SetMemory(filing.table), *(WriteDots(name, dots) for name, dots in filed.pictures.items())]
    return [frame_of(message) for message in (*messages, WriteText(label, text_pages(filed.data)))]


def frame_of(message: Message, pause_s: float = 0.0, urgent: bool = False) -> Frame:
    """A message's frame, with the silence that a picture needs inside."""
    pauses = ((WIDTH_BYTES, WIDTH_PAUSE_S),) if isinstance(message, WriteDots) else ()
    return Frame(encode(message), pause_s, pauses, urgent)


def _within(pages: Sequence[Shown], columns: int, most: int) -> tuple[Shown, ...]:
    """As many pages as so many places have room for; the first is cut rather than left out."""
    found: list[Shown] = []
    for page in pages:
        size = pieces(page, columns)
        if size > most and not found and most > 0:
            share = most * columns / len(page.dots[0])
            said = tuple(line[: int(len(line) * share)] for line in page.lines)
            dots = tuple(row[: most * columns] for row in page.dots)
            found.append(replace(page, dots=dots, dwell_s=page.dwell_s * share, lines=said))
        if size > most:
            break
        found.append(page)
        most -= size
    return tuple(found)


def _written(pages: Sequence[Shown], room: int) -> Filed:
    """The pages in the sign's own letters, as many as there is room for."""
    shown: list[Shown] = []
    data = b""
    for page in pages:
        more = _data(_page(page))
        if len(data) + len(more) > room:
            break  # the next one is less urgent: it does not overtake
        shown.append(page)
        data += more
    return Filed(_said(shown), data, is_whole=len(shown) == len(pages))


def _plain(pages: Sequence[Shown]) -> bytes:
    """Words alone, as a ticker."""
    return (_HEAD + " ".join(map(_words, pages)).encode())[:PRIORITY_BYTES]


def _words(page: Shown) -> str:
    return plain(" ".join(page.lines))[0]


def _said(pages: Sequence[Shown]) -> str:
    return Rotation(tuple(pages)).text.replace(CLOCK, "--:--")


def _data(page: Page) -> bytes:
    return text_data((page,))


def _page(page: Shown) -> Page:
    if page.scrolls:
        return Page((SEVEN_ROWS, *_pieces(page.lines[0])), (Position.MIDDLE, Mode.ROTATE))
    body: list[str | Inline] = [SEVEN_ROWS, Inline(_speeds(page.dwell_s, False)[0])]
    for number, line in enumerate(page.lines):
        if number:
            body.append(Inline(Code.NEW_LINE))
        body += _pieces(line)
    return Page(tuple(body), (Position.FILL, Mode.HOLD))


def _speeds(dwell_s: float, in_full: bool) -> list[Code]:
    """How fast a page is over; if it shall stand longer than the slowest, it follows itself."""
    speeds: list[Code] = []
    while dwell_s > 0.01 or not speeds:
        speeds.append(next((code for code, held_s in HOLD_S.items() if held_s >= dwell_s - 0.01), Code.SPEED_1))
        dwell_s -= HOLD_S[speeds[-1]]
        if not in_full:
            break
    return speeds


def _lines(rows: Sequence[tuple[Inline, ...]]) -> list[Inline]:
    found = list(rows[0])
    for row in rows[1:]:
        found += [Inline(Code.NEW_LINE), *row]
    return found


def _pieces(line: str) -> list[str | Inline]:
    before, clock, behind = line.partition(CLOCK)
    return [piece for piece in (before, Inline(Code.TIME) if clock else "", behind) if piece]
