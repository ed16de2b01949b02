"""The conversation with an Alpha sign: write, read back, try again.

Only a read-back counts as shown; a sign that never answers is `sent`; one that used to answer and is silent twice
is down. In order of urgency:

1. an emergency, for which everything else is broken off: its pictures (lost if written under a live priority
   message, so that is released first), then the priority file that calls them; on a sign whose memory is not known
   to hold them its words alone, until it does. When it is over, the bare release, which is asked after too, lest a
   lost one leave the sign in its emergency for ever;
2. the clock;
3. the memory table, asked for once a connection and after every surprise; configured if it lacks our files;
4. the ordinary pictures that differ, then the text that calls them, unless a priority file hides it;
5. the read-back of what was written, and then of one file every `poll_s`; where nobody ever answers, everything
   again every `again_s`.
"""

from __future__ import annotations

from collections import deque

from controller.boards.alpha.belief import Belief, Held, Memory, contents_of, question, size_of
from controller.boards.alpha.files import ORDINARY
from controller.boards.alpha.pages import Filed, Files, Filing, frame_of
from controller.boards.alpha.parsing import text_pages
from controller.boards.alpha.stream import Decoder
from controller.boards.alpha.words import (
    PRIORITY,
    ClearMemory,
    DotsReply,
    Message,
    ReadDots,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    SetMemory,
    SetTime,
    SetTimeFormat,
    Special,
    SpecialReply,
    TextReply,
    WriteDots,
    WriteText,
)
from controller.boards.link import Action, Drop, Event, Line, Open, State, Status, Timing
from controller.boards.pages import Content
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

RELEASES = 3  # of the priority file in a row, if the sign does not say that it is empty
TRIED_AGAIN = 6  # every so many polls what could not be read back is tried once more
AFTER_BREAK_S = 1.5  # a frame that was broken off is over for the sign after a second at the latest


class AlphaLink:
    def __init__(self, board: Board, timing: Timing, now: float) -> None:
        self._line, self._timing = Line(board.baud, timing, now), timing
        self._decoder = Decoder()
        self._filing = Filing(board)
        self._wanted: Files | None = None
        self._status: Status | None = None
        self._belief = Belief()
        self._reason = ""
        self._now = now
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Nothing is known any more of what the sign holds."""
        self._belief = Belief(self._belief.answers)
        self._owe_release()
        self._chores: deque[tuple[Message, float]] = deque()  # with the pause after each
        self._wants_time = True
        self._verify = False
        self._asked: Message | None = None
        self._under_way: str | None = None  # the label of an ordinary file that is being written
        self._is_urgent = False  # what is under way is not to be broken off
        self._hidden: frozenset[str] | None = None  # pictures that the text does not call while they are written
        self._is_first_look = False  # what is asked is whether the sign has kept what is wanted
        self._stray_until = now  # an answer that is not waited for may still be coming
        self._polls, self._poll_at = 0, now
        self._again_at, self._afresh_at = now + self._timing.again_s, now + self._timing.afresh_s

    def _owe_release(self) -> None:
        """Something may stand in the priority file; when nothing shall, it is released and that is checked."""
        self._release_due, self._releases_left = True, RELEASES

    # --- what the worker says ---

    def want(self, content: Content, began: float) -> None:
        files = self._filing.files_of(content)
        if files != self._wanted:
            self._wanted, self._hidden, self._is_first_look = files, None, False

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
        for message in self._decoder.messages(data):
            if self._line.state is State.ASKING:
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
        if self._line.state is not State.READY:
            return self._line.until
        return self._stray_until if self._stray_until > self._now else self._poll_at

    def act(self, now: float) -> Action | None:
        line, self._now = self._line, now
        if line.state is State.DOWN:
            return Open() if line.over(now) else None
        may_break = line.state in (State.BUSY, State.ASKING) and not self._is_urgent
        if may_break and self._is_alarm_waiting and self._break_off(now):
            return Drop()
        if slice_ := line.slice(now):
            return slice_
        if line.state is State.BUSY and line.over(now):
            line.turn(Event.PASSED)
        if line.state is State.ASKING and line.over(now):
            self._miss()
        elif line.state is State.ASKING and self._is_overtaken:
            self._leave_answer(now)
            line.turn(Event.DROPPED)
        if line.state is State.READY:
            self._under_way, self._is_urgent = None, False
            self._next(now)
        self._review()
        return line.slice(now)

    # --- what to do next ---

    @property
    def _label(self) -> str:
        return PRIORITY if self._wanted and self._wanted.priority else ORDINARY

    @property
    def _is_unwritten(self) -> bool:
        return self._wanted is not None and not self._belief.is_in(self._label, self._wanted.live)

    @property
    def _is_alarm_waiting(self) -> bool:
        return self._label == PRIORITY and self._is_unwritten and not self._is_waiting_in_words

    @property
    def _is_waiting_in_words(self) -> bool:
        """The emergency is on the sign in plain words, and its memory is being seen to."""
        is_plain = self._wanted is not None and self._belief.held.get(PRIORITY) == self._wanted.plain
        return is_plain and self._belief.memory is not Memory.FINE

    @property
    def _is_overtaken(self) -> bool:
        """Something new can be written at once, and who is asked has never answered, or is known to be there."""
        may_write = self._label == PRIORITY or self._may_write(ORDINARY)
        may_write = may_write and not (self._is_first_look or self._is_waiting_in_words)
        return may_write and self._is_unwritten and (not self._belief.answers or ORDINARY in self._belief.held)

    def _break_off(self, now: float) -> bool:
        """Make room for an emergency. True if bytes are to be discarded first."""
        if self._line.state is State.ASKING:
            self._leave_answer(now)
        if self._under_way is not None:
            self._belief.forget(self._under_way)
        self._under_way, self._is_urgent = None, True
        if not self._belief.answers:
            self._again_at = min(self._again_at, now + AFTER_BREAK_S)
        return self._line.break_off(now)

    def _leave_answer(self, now: float) -> None:
        if self._belief.answers:
            self._stray_until = now + self._timing.reply_s

    def _next(self, now: float) -> None:
        if self._wanted is None:
            return
        label, live, belief = self._label, self._wanted.live, self._belief
        if label == PRIORITY and self._is_unwritten and self._raise(now, live):
            pass
        elif label == ORDINARY and self._release_due:
            # Before it, the text calls no more what the emergency took of its pictures.
            if belief.memory is not Memory.FINE or not self._hide(now, live):
                self._release(now)
        elif self._belief.is_lost:  # perhaps it only cannot be heard: it is given what is new, and asked now and then
            if self._is_unwritten:
                self._write_next(now, label, live)
            elif now >= self._poll_at:
                self._ask(now, ReadSpecial(Special.MEMORY))
        elif self._chores:
            self._send(*self._chores.popleft())
        elif now < self._stray_until:
            if self._may_write(label) and self._is_unwritten:
                self._write_next(now, label, live)
        elif belief.memory is Memory.UNKNOWN:
            self._ask(now, ReadSpecial(Special.MEMORY))
        elif label == ORDINARY and self._releases_left:
            if self._is_readable(PRIORITY):
                self._ask(now, ReadText(PRIORITY))
            else:
                self._release(now)
        elif belief.memory is Memory.LACKING and (label == ORDINARY or live.pictures):
            self._configure(now)
        elif unseen := self._unseen(label, live):
            self._is_first_look = True
            self._ask(now, question(unseen))
        elif self._is_unwritten:
            self._write_next(now, label, live)
        else:
            self._look(now, label, live)

    def _may_write(self, label: str) -> bool:
        return self._belief.memory is Memory.FINE and (label == PRIORITY or not self._releases_left)

    def _raise(self, now: float, live: Filed) -> bool:
        """The next step of an emergency towards the sign; False where its words are there and its memory is not."""
        belief = self._belief
        missing = belief.missing(live.pictures)
        if missing and self._is_waiting_in_words:
            return False
        self._is_urgent = True
        if not missing:
            self._write(now, PRIORITY, live.data)
        elif belief.memory is not Memory.FINE and self._wanted is not None:
            self._write(now, PRIORITY, self._wanted.plain)
        elif self._release_due:
            self._release(now)
        else:
            self._write(now, missing[0], live.pictures[missing[0]])
        return True

    def _hide(self, now: float, filed: Filed) -> bool:
        """Take pages off the text before their pictures are written anew."""
        if self._hidden is None:
            self._hidden = self._belief.strange(filed)
        data, held = filed.without(self._hidden), self._belief.held.get(ORDINARY)
        if not self._hidden or held is None or held == data:
            return False
        self._write(now, ORDINARY, data)
        return True

    def _write_next(self, now: float, label: str, live: Filed) -> None:
        """The next picture that differs; the text that calls them when all are there."""
        missing = self._belief.missing(live.pictures)
        if not missing:
            self._hidden = None
            self._write(now, label, live.data)
        elif label == PRIORITY or not self._hide(now, live):
            self._write(now, missing[0], live.pictures[missing[0]])

    def _unseen(self, label: str, live: Filed) -> str | None:
        """After a reconnection the sign may still show the right thing: look before blanking it."""
        held = self._belief.held
        if label == ORDINARY and label not in held:
            return label if self._is_readable(label) else None
        if held.get(label) != live.data:
            return None
        return next((each for each in live.pictures if each not in held and self._is_readable(each)), None)

    def _look(self, now: float, label: str, live: Filed) -> None:
        """See what was written, then see to it time and again."""
        belief, needed = self._belief, (label, *live.pictures)
        unproven = next((each for each in needed if each not in belief.proven and self._is_readable(each)), None)
        if unproven is not None:
            self._verify = False
            self._ask(now, question(unproven))
        elif not self._belief.answers and now >= self._again_at:
            self._repeat(now, label == ORDINARY or bool(live.pictures))
        elif self._verify or now >= self._poll_at:
            self._verify = False
            self._polls += 1
            pictures = list(live.pictures)
            polled = pictures[self._polls // 2 % len(pictures)] if pictures and self._polls % 2 == 0 else label
            if self._polls % TRIED_AGAIN == 0:
                belief.try_again()
            self._ask(now, question(polled) if self._is_readable(polled) else ReadSpecial(Special.MEMORY))

    def _repeat(self, now: float, needs_memory: bool) -> None:
        """A sign that never answers may have lost everything unseen."""
        self._again_at = now + self._timing.again_s
        if now >= self._afresh_at and needs_memory:
            self._configure(now)
        else:
            self._hidden = frozenset()
            self._belief.held.clear()

    def _is_readable(self, label: str) -> bool:
        return self._belief.answers and not self._belief.is_unreadable(label)

    # --- what is sent ---

    def _write(self, now: float, label: str, content: Held) -> None:
        self._belief.wrote(label, content)
        self._verify, self._poll_at = not self._belief.is_unreadable(label), now + self._timing.poll_s
        if label == PRIORITY:
            self._owe_release()
        self._under_way = label
        message = WriteText(label, text_pages(content)) if isinstance(content, bytes) else WriteDots(label, content)
        self._send(message, self._timing.digest_s)

    def _release(self, now: float) -> None:
        self._release_due, self._releases_left = False, self._releases_left - 1
        self._verify = ORDINARY in self._belief.held
        self._belief.forget(PRIORITY)
        self._belief.proven.pop(ORDINARY, None)
        self._send(ReleasePriority(), self._timing.digest_s)

    def _configure(self, now: float) -> None:
        """Give the sign its memory table. Erases everything in it, so only when our files are not there."""
        if PRIORITY in self._belief.held:
            self._owe_release()
        self._belief.erased()
        self._wants_time, self._afresh_at = True, now + self._timing.afresh_s
        self._chores.appendleft((SetMemory(self._filing.table), self._timing.configure_s))
        self._send(ClearMemory(), self._timing.clear_s)

    def _send(self, message: Message, pause_s: float) -> None:
        self._is_urgent |= isinstance(message, ClearMemory | SetMemory)  # half a table is none
        self._line.send(frame_of(message, pause_s, self._is_urgent))

    def _ask(self, now: float, asked: Message) -> None:
        self._asked = asked
        answer = 256 + 11 * len(self._filing.table)
        if isinstance(asked, ReadText | ReadDots) and self._wanted:
            answer = size_of(contents_of(self._label, self._wanted.live).get(asked.label))
        self._line.ask(now, frame_of(asked), answer)
        self._poll_at = now + self._timing.poll_s

    # --- what the answers mean ---

    def _take(self, now: float, message: Message) -> None:
        match self._asked, message:
            case ReadText(label), TextReply(answered, data) if label == answered:
                self._answered()
                self._read_back(now, label, data)
            case ReadDots(label), DotsReply(answered, dots) if label == answered:
                self._answered()
                self._read_back(now, label, dots)
            case ReadSpecial(Special.MEMORY), SpecialReply(Special.MEMORY, data):
                self._answered()
                self._belief.saw_table(data, self._filing.table)
            case _:
                pass  # late, or not for us

    def _answered(self) -> None:
        self._line.turn(Event.ANSWERED)
        self._wants_time |= self._belief.answered()

    def _read_back(self, now: float, label: str, content: Held) -> None:
        if label == PRIORITY and self._label == ORDINARY:  # asked whether the release was heard
            self._release_due = bool(content) and self._releases_left > 0
            self._releases_left = self._releases_left if content else 0
            return
        if self._belief.saw(label, content, now):
            self._belief.emptied = True
            if not self._belief.is_unreadable(label):  # it may have lost its power
                self._belief.memory, self._wants_time = Memory.UNKNOWN, True

    def _miss(self) -> None:
        self._line.turn(Event.SILENT)
        self._belief.was_silent(self._asked.label if isinstance(self._asked, ReadText | ReadDots) else None)

    def _review(self) -> None:
        """Say what is known; while something is under way the last word stands."""
        if self._wanted is None:
            return
        old = self._status
        if self.is_open:
            is_busy, is_owed = self._line.state is State.BUSY, self._label == ORDINARY and self._releases_left > 0
            self._status = self._belief.status(self._label, self._wanted, old, is_busy, is_owed, self._verify)
        elif self._reason:
            self._status = Status(BoardState.DOWN, old.text if old else "", self._reason)
