"""The conversation with any board that never says a word: pictures, one whole one at a time.

Such a board cannot turn pages itself, so each is sent when its time comes. Nobody confirms anything: what was written
whole is `sent`, never `shown`. So that a frame which noise has spoilt, or a power cut has swallowed, does not stay
lost, every picture is sent again soon after, and then by a timetable. A kind of board brings only its codec: a picture
of the board's size as the bytes for the line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from controller.boards.lettering.stills import dark, stills
from controller.boards.link import Action, Drop, Event, Line, Open, State, Status, Timing
from controller.boards.outgoing import Frame
from controller.boards.pages import Content, Dots, Rotation
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

SOON_S = 2.0  # the second time that a picture is sent
AGAIN_S = 300.0  # and every time after that
URGENT_AGAIN_S = 30.0
NOTHING = Frame(b"")
Picture = Callable[[Board, Dots], bytes]


def link_of(picture: Picture) -> Callable[[Board, Timing, float], MuteLink]:
    """The link of a kind of board."""
    return lambda board, timing, now: MuteLink(board, timing, now, partial(picture, board))


def frames_of(picture: Picture) -> Callable[[Board, Rotation, Level], bytes]:
    """The frames of all pages, one after the other."""
    return lambda board, rotation, level: b"".join(
        [picture(board, page.dots) for page in stills(board, rotation).pages]
    )


class MuteLink:
    def __init__(self, board: Board, timing: Timing, now: float, picture: Callable[[Dots], bytes]) -> None:
        self._board, self._line, self._picture = board, Line(board.baud, timing, now), picture
        self._byte_s = Line.BITS_A_BYTE / board.baud
        self._dark = picture(dark(board))
        self._wanted: Content | None = None
        self._rotation, self._began = Rotation(()), now
        self._frames: dict[int, bytes] = {}  # of the pages, as far as they were needed
        self._under_way = NOTHING
        self._held = b""  # the frame that the board has heard last, as far as anybody knows
        self._times = 0  # that it was sent
        self._again_at = self._turns_at = now
        self._status: Status | None = None

    # --- what the worker says ---

    def want(self, content: Content, began: float) -> None:
        if self._wanted is None or content.live != self._wanted.live:
            self._rotation, self._frames = stills(self._board, content.live), {}
        self._wanted, self._began = content, began

    @property
    def wants_time(self) -> bool:
        return False

    def tell_time(self, hour: int, minute: int) -> None:
        """It has no clock: the time is in its pictures."""

    def opened(self, now: float) -> None:
        self._line.opened(now)
        self._again_at = self._turns_at = now
        self._forget()

    def failed(self, now: float, reason: str) -> None:
        self._line.failed(now)
        self._forget()
        self._status = Status(BoardState.DOWN, self._status.text if self._status else "", reason)

    def heard(self, now: float, data: bytes) -> None:
        """Noise: these boards have no voice."""

    @property
    def listening(self) -> bool:
        return False

    @property
    def is_open(self) -> bool:
        return self._line.state is not State.DOWN

    @property
    def status(self) -> Status | None:
        return self._status

    def next_at(self) -> float:
        return min(self._again_at, self._turns_at) if self._line.state is State.READY else self._line.until

    def act(self, now: float) -> Action | None:
        line = self._line
        if line.state is State.DOWN:
            return Open() if line.over(now) else None
        if line.state is State.BUSY and self._is_overtaken:
            is_left_to_drop = line.break_off(now)
            self._forget()
            if is_left_to_drop:
                return Drop()
        if slice_ := line.slice(now):
            return slice_
        if line.state is State.BUSY and line.over(now):
            line.turn(Event.PASSED)
            self._passed(now)
        return self._next(now, self._wanted) if line.state is State.READY and self._wanted else None

    # --- what to send ---

    def _forget(self) -> None:
        """Nothing is known any more of what the board shows."""
        self._held, self._under_way = b"", NOTHING
        self._times = 0

    @property
    def _is_overtaken(self) -> bool:
        """Something ordinary is being sent, and something urgent is to be seen."""
        urgent = self._wanted is not None and self._wanted.urgent is not None
        return urgent and not self._under_way.urgent

    def _next(self, now: float, wanted: Content) -> Action | None:
        number, _, left_s = self._rotation.at(now - self._began)
        data = self._frame(number) if wanted.is_lit else self._dark
        self._turns_at = now + left_s
        if data != self._held:
            self._times = 0
        elif now < self._again_at or (now + len(data) * self._byte_s > self._turns_at and self._turns):
            self._review(wanted)
            return None
        self._under_way = Frame(data, urgent=wanted.urgent is not None)
        self._line.send(self._under_way)
        return self._line.slice(now)

    @property
    def _turns(self) -> bool:
        """There is more than one picture, so that each is soon sent again anyway."""
        return len(self._rotation.pages) > 1

    def _frame(self, number: int) -> bytes:
        if number not in self._frames:
            self._frames[number] = self._picture(self._rotation.pages[number].dots)
        return self._frames[number]

    def _passed(self, now: float) -> None:
        """A whole frame has left."""
        self._held, is_urgent = self._under_way.data, self._under_way.urgent
        self._under_way = NOTHING
        self._times += 1
        rest_s = SOON_S if self._times == 1 else URGENT_AGAIN_S if is_urgent else AGAIN_S
        self._again_at = now + rest_s
        if self._wanted and self._held in (self._frames.values() if self._wanted.is_lit else (self._dark,)):
            self._review(self._wanted)

    def _review(self, wanted: Content) -> None:
        """A picture of what is wanted has been written, to its last byte."""
        if wanted.is_lit:
            self._status = Status(BoardState.SENT, wanted.live.text, "mute")
        else:
            self._status = Status(BoardState.OFF, "", "off_hours")
