"""The conversation with an Alpha sign: write, read back, try again.

What a sign is believed to hold is kept per file and forgotten whenever that may have changed. Only a
read-back counts as shown; a sign that never answers is `sent`; one that used to answer and is silent
twice is down. In order of urgency:

1. an emergency into the priority file, or the bare release of it, which is asked after too: one that
   was lost on the line would leave the sign in its emergency for ever;
2. the clock;
3. the memory table, asked for once a connection and after every surprise; configured if it lacks our file;
4. the ordinary file, unless a priority file hides it;
5. the read-back of what was written, and then one every `poll_s`.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from controller.boards.alpha import (
    PRIORITY,
    AlphaError,
    ClearMemory,
    FileSpec,
    Message,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    SetMemory,
    SetTime,
    SetTimeFormat,
    Special,
    SpecialReply,
    TextReply,
    WriteText,
)
from controller.boards.alpha_bytes import encode
from controller.boards.alpha_pages import FILE_BYTES, ORDINARY, Filed, Files, files_of
from controller.boards.alpha_parsing import file_specs, text_pages
from controller.boards.alpha_stream import Decoder
from controller.boards.link import Action, Event, Line, Open, State, Status, Timing
from controller.boards.outgoing import Frame
from controller.boards.pages import Content
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

RELEASES = 3  # of the priority file in a row, if the sign does not say that it is empty
MISSES = 2  # silences in a row after which a sign that used to answer is down
SURPRISES = 3  # differences in a row after which the sign is believed to be unable to keep the text


class Memory(Enum):
    UNKNOWN = 0
    FINE = 1
    LACKING = 2


class AlphaLink:
    def __init__(self, board: Board, timing: Timing, now: float) -> None:
        self._line, self._timing = Line(board.baud, timing, now), timing
        self._decoder = Decoder()
        self._wanted: Files | None = None
        self._status: Status | None = None
        self._answers = False  # has it ever?
        self._reason = ""
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Nothing is known any more of what the sign holds."""
        self._held: dict[str, bytes] = {}  # by label, as last written or read back
        self._proven: dict[str, float] = {}  # by label, when
        self._owe_release()
        self._memory = Memory.UNKNOWN
        self._configured = False  # just now, and not yet seen to have helped
        self._chores: deque[tuple[Message, float]] = deque()  # with the pause after each
        self._wants_time = True
        self._verify = False
        self._asked: Message | None = None
        self._silences = 0
        self._unanswered: dict[str, int] = {}  # reads of a file, while the sign answers other things
        self._surprises = 0  # read-backs in a row that gave something else than was written
        self._emptied = False  # it was seen not to hold our text any more
        self._poll_at = now

    def _owe_release(self) -> None:
        """Something may stand in the priority file; when nothing shall, it is released and that is checked."""
        self._release_due, self._releases_left = True, RELEASES

    # --- what the worker says ---

    def want(self, content: Content, began: float) -> None:
        self._wanted = files_of(content)

    @property
    def wants_time(self) -> bool:
        return self._wants_time

    def tell_time(self, hour: int, minute: int) -> None:
        self._wants_time = False
        self._chores = deque(chore for chore in self._chores if not isinstance(chore[0], SetTimeFormat | SetTime))
        self._chores.append((SetTimeFormat(military=True), self._timing.digest_s))
        self._chores.append((SetTime(hour, minute), self._timing.digest_s))

    def opened(self, now: float) -> None:
        self._line.opened(now)
        self._decoder = Decoder()
        self._forget(now)

    def failed(self, now: float, reason: str) -> None:
        self._line.failed(now)
        self._reason = reason
        self._forget(now)
        self._review()

    def heard(self, now: float, data: bytes) -> None:
        for byte in data:
            try:
                message = self._decoder.feed(byte)
            except AlphaError:  # noise, or another language
                continue
            if self._line.state is State.ASKING and message is not None:
                self._take(now, message)
        if self._line.state is State.ASKING and data:
            self._line.heard(now)
        self._review()

    @property
    def listening(self) -> bool:
        return self._line.state is State.ASKING

    @property
    def is_open(self) -> bool:
        return self._line.state is not State.DOWN

    @property
    def status(self) -> Status | None:
        return self._status

    def next_at(self) -> float:
        return self._poll_at if self._line.state is State.READY else self._line.until

    def act(self, now: float) -> Action | None:
        line = self._line
        if line.state is State.DOWN:
            return Open() if line.over(now) else None
        if slice_ := line.slice(now):
            return slice_
        if line.state is State.BUSY and line.over(now):
            line.turn(Event.PASSED)
        if line.state is State.ASKING and line.over(now):
            self._miss(now)
        elif line.state is State.ASKING and self._is_overtaken:
            line.turn(Event.DROPPED)
        action = self._next(now) if line.state is State.READY else None
        self._review()
        return action

    # --- what to do next ---

    @property
    def _lost(self) -> bool:
        return self._silences >= MISSES

    @property
    def _label(self) -> str:
        return PRIORITY if self._wanted and self._wanted.priority else ORDINARY

    @property
    def _is_unwritten(self) -> bool:
        return self._wanted is not None and self._held.get(self._label) != self._wanted.live.data

    @property
    def _is_overtaken(self) -> bool:
        """Something new can be written at once, and nobody has ever answered here."""
        may_write = self._memory is Memory.FINE or self._label == PRIORITY
        return may_write and self._is_unwritten and not self._answers

    def _next(self, now: float) -> Action | None:
        if self._wanted is None:
            return None
        label, live = self._label, self._wanted.live
        if self._wanted.priority and self._is_unwritten:
            return self._write(now, label, live)
        if label == ORDINARY and self._release_due:
            return self._release(now)
        if self._lost:  # perhaps it only cannot be heard: it is given what is new, and asked now and then
            if self._is_unwritten:
                return self._write(now, label, live)
            return self._ask(now, ReadSpecial(Special.MEMORY)) if now >= self._poll_at else None
        if self._chores:
            return self._send(now, *self._chores.popleft())
        if self._memory is Memory.UNKNOWN:
            return self._ask(now, ReadSpecial(Special.MEMORY))
        if label == ORDINARY and self._releases_left:
            return self._ask(now, ReadText(PRIORITY)) if self._is_readable(PRIORITY) else self._release(now)
        if label == ORDINARY and self._memory is Memory.LACKING:
            return self._configure(now)
        if self._may_ask_first(label):
            return self._ask(now, ReadText(label))
        if self._is_unwritten:
            return self._write(now, label, live)
        if self._verify or now >= self._poll_at:
            self._verify = False
            return self._ask(now, ReadText(label) if self._is_readable(label) else ReadSpecial(Special.MEMORY))
        return None

    def _may_ask_first(self, label: str) -> bool:
        """After a reconnection the sign may still show the right text: look before blanking it."""
        return label == ORDINARY and label not in self._held and self._is_readable(label)

    def _is_readable(self, label: str) -> bool:
        return self._answers and not self._is_unreadable(label)

    def _is_unreadable(self, label: str) -> bool:
        return self._unanswered.get(label, 0) >= MISSES

    def _write(self, now: float, label: str, filed: Filed) -> Action | None:
        self._held[label] = filed.data
        self._proven.pop(label, None)
        self._verify = not self._is_unreadable(label)
        self._poll_at = now + self._timing.poll_s
        if label == PRIORITY:
            self._owe_release()
        return self._send(now, WriteText(label, text_pages(filed.data)), self._timing.digest_s)

    def _release(self, now: float) -> Action | None:
        self._release_due, self._releases_left = False, self._releases_left - 1
        self._verify = ORDINARY in self._held
        self._held.pop(PRIORITY, None)
        self._proven.clear()
        return self._send(now, ReleasePriority(), self._timing.digest_s)

    def _configure(self, now: float) -> Action | None:
        """Give the sign its memory table. Erases everything in it, so only when our file is not there."""
        self._memory, self._configured, self._wants_time = Memory.UNKNOWN, True, True
        self._emptied = self._answers
        self._held.clear()
        self._proven.clear()
        self._unanswered.clear()
        files = (FileSpec(ORDINARY, "A", FILE_BYTES),)
        self._chores.appendleft((SetMemory(files), self._timing.configure_s))
        return self._send(now, ClearMemory(), self._timing.clear_s)

    def _send(self, now: float, message: Message, pause_s: float) -> Action | None:
        self._line.send(Frame(encode(message), pause_s))
        return self._line.slice(now)

    def _ask(self, now: float, question: Message) -> Action | None:
        data = encode(question)
        self._asked = question
        answer = 256
        if isinstance(question, ReadText):
            answer = len(self._held.get(question.label, b""))
        self._line.ask(now, Frame(data), answer)
        self._poll_at = now + self._timing.poll_s
        return self._line.slice(now)

    # --- what the answers mean ---

    def _take(self, now: float, message: Message) -> None:
        match self._asked, message:
            case ReadText(label), TextReply(answered, data) if label == answered:
                self._answered()
                self._read_back(now, label, data)
            case ReadSpecial(Special.MEMORY), SpecialReply(Special.MEMORY, data):
                self._answered()
                self._read_memory(data)
            case _:
                pass  # late, or not for us

    def _answered(self) -> None:
        self._line.turn(Event.ANSWERED)
        was_mute, self._answers = not self._answers, True
        if self._lost or (was_mute and self._configured):
            self._held.clear()  # it was away, and whatever was sent meanwhile may have been lost
            self._configured = False
            self._memory, self._wants_time = Memory.UNKNOWN, True
        self._silences = 0

    def _read_back(self, now: float, label: str, data: bytes) -> None:
        self._unanswered.pop(label, None)
        if label == PRIORITY and self._label == ORDINARY:  # asked whether the release was heard
            self._release_due = bool(data) and self._releases_left > 0
            self._releases_left = self._releases_left if data else 0
            return
        before = self._held.get(label)
        self._held[label] = data
        self._proven[label] = now
        if before is None or data == before:
            self._surprises = 0
            return
        self._surprises += 1
        self._emptied = True
        if self._surprises <= SURPRISES:
            self._memory, self._wants_time = Memory.UNKNOWN, True  # it may have lost its power
        else:  # it says something else whatever it is told: no proof can be had from it
            self._unanswered[label] = MISSES
            self._held[label] = before

    def _read_memory(self, data: bytes) -> None:
        try:
            files = file_specs(data)
        except AlphaError:  # another kind of table than we know: leave that sign's memory alone
            self._memory = Memory.FINE
            return
        ours = any(f.label == ORDINARY and f.kind == "A" and f.size >= FILE_BYTES for f in files)
        self._memory = Memory.FINE if ours or self._configured else Memory.LACKING
        self._configured = False

    def _miss(self, now: float) -> None:
        self._line.turn(Event.SILENT)
        if not self._answers:
            if self._memory is Memory.UNKNOWN:  # write-only: it may be new, so it is configured unseen, once
                self._memory = Memory.FINE if self._configured else Memory.LACKING
            return
        self._silences += 1
        if isinstance(self._asked, ReadText):
            label = self._asked.label
            self._unanswered[label] = self._unanswered.get(label, 0) + 1
            self._memory = Memory.UNKNOWN  # so that the next question is one which every sign answers
        if self._lost:
            self._proven.clear()
            self._unanswered.clear()

    def _review(self) -> None:
        """Say what is known; while something is under way the last word stands."""
        if self._wanted is None:
            return
        label, live = self._label, self._wanted.live
        is_in = self._held.get(label) == live.data
        old = self._status
        last_text = old.text if old else ""
        if not self.is_open:
            self._status = Status(BoardState.DOWN, last_text, self._reason) if self._reason else old
        elif self._lost:
            self._status = Status(BoardState.DOWN, last_text, "silent")
        elif is_in and self._is_unreadable(label) and self._line.state is not State.BUSY:
            self._status = Status(BoardState.SENT, live.text, "differs" if self._surprises else "unread")
        elif is_in and label in self._proven and (label == PRIORITY or not self._releases_left):
            self._status = Status(BoardState.SHOWN, live.text, "", self._proven[label])
        elif self._emptied and old:
            self._status = Status(BoardState.DOWN, last_text, "lost")
        elif is_in and not self._answers and not self._verify:
            self._status = Status(BoardState.SENT, live.text, "mute")
        if self._status and self._status.state is not BoardState.DOWN:
            self._emptied = False
