"""What the link to any board is made of: its states, back-off, the time its line is taken, and what it tells the
worker. Pure: the caller gives the time (monotonic seconds) and does the I/O.

How a driver's link uses it. It holds one `Line` and keeps what the board is believed to hold. `act`, in this order:

1. the line is DOWN: `Open()` when `line.over(now)`;
2. something urgent is wanted while ordinary bytes are under way: `line.break_off(now)`, and if that is True
   answer `Drop()`: the worker discards what the kernel still has. What the broken frame was to change on the board is
   unknown from now on;
3. `line.slice(now)`: the next bytes of what is under way, if due: `Send` them;
4. BUSY or ASKING and over: `line.turn(...)`;
5. READY: decide what is next, `line.send(now, Frame(...))` or `line.ask(now, Frame(...), answer)`, and answer
   `line.slice(now)`.

`next_at` is `line.until`, or when READY the next instant at which something happens by itself: a poll, or on boards
that cannot turn pages themselves the end of the page on show. Such a link keeps `began` of `want` and shows page
`rotation.at(now - began)[0]`; `began` is chosen so that every board of a station turns its pages at the same instant.
A board on TCP has a `Line` of 0 baud: its frames go out whole and at once, everything else is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from controller.boards.outgoing import Frame, Outgoing
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
    BROKEN = "broken"  # off, what was being written: something urgent is to be written
    DROPPED = "dropped"  # the answer is not waited for: something newer is to be written


_S, _E = State, Event
TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.DOWN, _E.OPENED): _S.READY,
    (_S.DOWN, _E.FAILED): _S.DOWN,
    (_S.READY, _E.WROTE): _S.BUSY,
    (_S.READY, _E.ASKED): _S.ASKING,
    (_S.READY, _E.FAILED): _S.DOWN,
    (_S.BUSY, _E.PASSED): _S.READY,
    (_S.BUSY, _E.BROKEN): _S.READY,
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
    clear_s: float = 2.5  # the sign after a bare E$ (others measured 2 s); what comes too early is lost
    configure_s: float = 10.5  # the sign after a memory configuration (10 s)
    again_s: float = 600.0  # between two writings of everything to a board that never answers
    afresh_s: float = 3600.0  # between two configurations of its memory
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


@dataclass(frozen=True, slots=True)
class Drop:
    """Discard what was handed to the line and has not left it yet."""


Action = Open | Send | Drop


class Port(Protocol):
    """An open line. Every call ends in time, and raises DeviceError where the line is gone."""

    def fileno(self) -> int:
        """What the worker waits on; readable when there is something to `read`, or the line is gone."""

    def discard_output(self) -> None:
        """Forget what was written and has not left yet; where that cannot be done (TCP), nothing."""

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


class Refused:
    """The link to a board that cannot be driven as it is configured: nothing is ever sent, and that is said."""

    wants_time = listening = is_open = False

    def __init__(self, reason: str) -> None:
        self.status: Status | None = Status(BoardState.DOWN, "", reason)

    def want(self, content: Content, began: float) -> None: ...

    def tell_time(self, hour: int, minute: int) -> None: ...

    def opened(self, now: float) -> None: ...

    def failed(self, now: float, reason: str) -> None: ...

    def heard(self, now: float, data: bytes) -> None: ...

    def act(self, now: float) -> Action | None:
        return None

    def next_at(self) -> float:
        return float("inf")


class Line:
    """The state of the line, what is on its way out, and the back-off of reopening. `baud` 0: nothing paces it."""

    BITS_A_BYTE = 10  # start, 7 data and parity or 8 data, stop

    def __init__(self, baud: int, timing: Timing, now: float) -> None:
        self.state = State.DOWN
        self._byte_s = self.BITS_A_BYTE / baud if baud else 0.0
        self._timing = timing
        self._outgoing = Outgoing(self._byte_s, now)
        self._until = now  # of DOWN and ASKING
        self._at_most = now  # of ASKING, however much is heard
        self._back_off_s = timing.reopen_first_s

    @property
    def until(self) -> float:
        """When the next slice is due, or the present state ends by itself; the past for READY."""
        match self.state:
            case State.READY:
                return 0.0
            case State.BUSY:
                return self._outgoing.until
            case State.ASKING if self._outgoing.is_waiting:
                return min(self._until, self._outgoing.until)
        return self._until

    def over(self, now: float) -> bool:
        match self.state:
            case State.READY:
                return True
            case State.BUSY:
                return self._outgoing.is_over(now)
        return now >= self._until

    def opened(self, now: float) -> None:
        self.state = after(self.state, Event.OPENED)
        self._outgoing = Outgoing(self._byte_s, now)

    def failed(self, now: float) -> None:
        self.state = after(self.state, Event.FAILED)
        self._outgoing = Outgoing(self._byte_s, now)
        self._until = now + self._back_off_s
        self._back_off_s = min(self._timing.reopen_last_s, self._back_off_s * 2)

    def send(self, *frames: Frame) -> None:
        """These frames, one after the other; `slice` gives their bytes."""
        self.state = after(self.state, Event.WROTE)
        for frame in frames:
            self._outgoing.put(frame)

    def ask(self, now: float, frame: Frame, answer: int) -> None:
        """A question that is answered with about `answer` bytes."""
        self.state = after(self.state, Event.ASKED)
        self._outgoing.put(frame)
        self._until = now + len(frame.data) * self._byte_s + self._timing.reply_s
        self._at_most = self._until + (2 * answer + 256) * self._byte_s

    def slice(self, now: float) -> Send | None:
        """The next bytes of what was given to `send` or `ask`, if they are due."""
        data = self._outgoing.take(now)
        return Send(data) if data else None

    def break_off(self, now: float) -> bool:
        """Leave ordinary frames, or the waiting for an answer: READY. True if a `Drop` is to be done first."""
        self.turn(Event.BROKEN if self.state is State.BUSY else Event.DROPPED)
        return self._outgoing.break_off(now)

    def heard(self, now: float) -> None:
        """Bytes came: the answer may go on, but a babbler does not hold us for ever."""
        self._until = min(self._at_most, max(self._until, now + self._timing.reply_s))

    def turn(self, event: Event) -> None:
        self.state = after(self.state, event)
        self._back_off_s = self._timing.reopen_first_s  # the line has done some work
