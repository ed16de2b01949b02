"""What the link to any sign is made of: its states, back-off, the time its line is taken, and what it
tells the worker. Pure: the caller gives the time (monotonic seconds) and does the I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from controller.boards.pages import Content
from controller.core.errors import IllegalEventError
from controller.core.notices import BoardState


class State(StrEnum):
    DOWN = "down"  # no open line
    READY = "ready"  # open, nothing under way
    BUSY = "busy"  # bytes on the wire, or the sign digests them
    ASKING = "asking"  # an answer is awaited


class Event(StrEnum):
    OPENED = "opened"
    FAILED = "failed"  # opening, writing or reading did
    WROTE = "wrote"
    PASSED = "passed"  # the wire is free again
    ASKED = "asked"
    ANSWERED = "answered"
    SILENT = "silent"  # no answer in time
    DROPPED = "dropped"  # the answer is not waited for: something newer is to be written


_S, _E = State, Event
TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.DOWN, _E.OPENED): _S.READY,
    (_S.DOWN, _E.FAILED): _S.DOWN,
    (_S.READY, _E.WROTE): _S.BUSY,
    (_S.READY, _E.ASKED): _S.ASKING,
    (_S.READY, _E.FAILED): _S.DOWN,
    (_S.BUSY, _E.PASSED): _S.READY,
    (_S.BUSY, _E.FAILED): _S.DOWN,
    (_S.ASKING, _E.ANSWERED): _S.READY,
    (_S.ASKING, _E.SILENT): _S.READY,
    (_S.ASKING, _E.DROPPED): _S.READY,
    (_S.ASKING, _E.FAILED): _S.DOWN,
}


def after(state: State, event: Event) -> State:
    """The state after an event; IllegalEventError where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalEventError("board link", state, event) from None


@dataclass(frozen=True, slots=True)
class Timing:
    """Every wait of a board's worker and link, in seconds."""

    look_s: float = 0.5  # between looks at the store when nobody rings
    poll_s: float = 4.0  # between read-backs when nothing changes
    reply_s: float = 1.0  # silence after which no answer is expected any more
    digest_s: float = 0.1  # the sign after a write
    clear_s: float = 2.0  # the sign after a bare E$ (measured by others)
    configure_s: float = 10.0  # the sign after a memory configuration (measured by others)
    reopen_first_s: float = 0.5
    reopen_last_s: float = 5.0
    read_s: float = 0.05  # one wait for bytes
    write_s: float = 5.0  # a write that takes longer has failed


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the board. `reason` is a key of the catalogues under `board.reason`, or "".

    `proven_at` (monotonic) is when it was last read back.
    """

    state: BoardState
    text: str
    reason: str = ""
    proven_at: float | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Open the line, then tell the link `opened` or `failed`."""


@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


Action = Open | Send


class Port(Protocol):
    """An open line. Every call ends in time, and raises DeviceError where the line is gone."""

    def write(self, data: bytes) -> None: ...

    def read(self, limit: int = 4096) -> bytes: ...

    def close(self) -> None: ...


class Link(Protocol):
    """The conversation with one sign. The worker calls `act` until it gives None, does what it says, and
    hands over what is read while `listening`."""

    def want(self, content: Content, began: float) -> None:
        """The newest content; replaces what was wanted before. Its rotation began at `began` (monotonic)."""

    @property
    def wants_time(self) -> bool:
        """The sign's clock is not set, or may have been lost."""

    def tell_time(self, hour: int, minute: int) -> None:
        """Set the sign's clock at the next chance."""

    def opened(self, now: float) -> None: ...

    def failed(self, now: float, reason: str) -> None: ...

    def heard(self, now: float, data: bytes) -> None: ...

    def act(self, now: float) -> Action | None: ...

    def next_at(self) -> float:
        """When `act` may have something to do at the earliest, if nothing else happens."""

    @property
    def listening(self) -> bool: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def status(self) -> Status | None:
        """None until something is known."""


class Line:
    """The state of the serial line, the wire's time and the back-off of reopening."""

    BITS_A_BYTE = 10  # start, 7 data and parity or 8 data, stop

    def __init__(self, baud: int, timing: Timing, now: float) -> None:
        self.state = State.DOWN
        self._byte_s = self.BITS_A_BYTE / baud
        self._timing = timing
        self._until = now  # of DOWN, BUSY and ASKING
        self._at_most = now  # of ASKING, however much is heard
        self._back_off_s = timing.reopen_first_s

    @property
    def until(self) -> float:
        """When the present state ends by itself; the past for READY."""
        return 0.0 if self.state is State.READY else self._until

    def over(self, now: float) -> bool:
        return now >= self.until

    def opened(self) -> None:
        self.state = after(self.state, Event.OPENED)

    def failed(self, now: float) -> None:
        self.state = after(self.state, Event.FAILED)
        self._until = now + self._back_off_s
        self._back_off_s = min(self._timing.reopen_last_s, self._back_off_s * 2)

    def wrote(self, now: float, size: int, pause_s: float) -> None:
        self.state = after(self.state, Event.WROTE)
        self._until = now + size * self._byte_s + pause_s

    def asked(self, now: float, size: int, answer: int) -> None:
        """An answer of about `answer` bytes is awaited."""
        self.state = after(self.state, Event.ASKED)
        self._until = now + size * self._byte_s + self._timing.reply_s
        self._at_most = self._until + (2 * answer + 256) * self._byte_s

    def heard(self, now: float) -> None:
        """Bytes came: the answer may go on, but a babbler does not hold us for ever."""
        self._until = min(self._at_most, max(self._until, now + self._timing.reply_s))

    def turn(self, event: Event) -> None:
        self.state = after(self.state, event)
        self._back_off_s = self._timing.reopen_first_s  # the line has done some work
