"""The conversation with an Alpha sign: write, read back, try again.

Only a read-back counts as shown; a sign that never answers is `sent`; one that used to answer and is silent twice
is down. In order of urgency:

1. an emergency, for which everything else is broken off: its pictures, then the priority file that calls them; on a
   sign whose memory is not known to hold them its words alone, until it does. When it is over, the bare release, which
   is asked after too, lest a lost one leave the sign in its emergency for ever;
2. the clock;
3. the memory table, asked for once a connection and after every surprise; configured if it lacks our files;
4. the ordinary pages, step by step (`staging`), unless a priority file hides them;
5. proof of what was written: after each picture but the last the sign's register says whether it came whole; the last
   and the text are read back;
6. the pictures of what will be due soon;
7. the read-back of one file every `poll_s`, and of whatever only the register has vouched for; where nobody ever
   answers, everything again every `again_s`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from controller.boards.alpha import asking, staging
from controller.boards.alpha.asking import REGISTER_ASKED, TABLE_ASKED, Polls
from controller.boards.alpha.belief import REGISTER, TEXTS, Belief, Held, Memory
from controller.boards.alpha.files import ORDINARY
from controller.boards.alpha.pages import Filed, Files, Filing
from controller.boards.alpha.parsing import text_pages
from controller.boards.alpha.releasing import Releasing
from controller.boards.alpha.staging import Standing, Write
from controller.boards.alpha.talk import Talk
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
from controller.boards.link import Action, Drop, Event, Open, State, Status, Timing
from controller.boards.pages import Content
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

AFTER_BREAK_S = 1.5  # a frame that was broken off is over for the sign after a second at the latest


class AlphaLink:
    def __init__(self, board: Board, timing: Timing, now: float) -> None:
        self._talk, self._timing, self._filing = Talk(board.baud, timing, now), timing, Filing(board)
        self._wanted: Files | None = None
        self._status: Status | None = None
        self._belief = Belief()
        self._reason, self._now = "", now
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Nothing is known any more of what the sign holds."""
        self._belief = Belief(self._belief.answers)
        self._release = Releasing()
        self._chores: deque[tuple[Message, float]] = deque()  # with the pause after each
        self._wants_time, self._verify = True, False
        self._under_way: str | None = None  # the label of a file that is being written
        self._unconfirmed: str | None = None  # a picture that the register is to be asked about
        self._standing = Standing()
        self._written: Write | None = None  # the last text
        self._is_first_look = False  # what is asked is whether the sign has kept what is wanted
        self._polls = Polls()
        self._again_at, self._afresh_at = now + self._timing.again_s, now + self._timing.afresh_s

    # --- what the worker says ---

    def want(self, content: Content, began: float) -> None:
        files = self._filing.files_of(content)
        if files != self._wanted:
            self._wanted, self._is_first_look = files, False

    @property
    def wants_time(self) -> bool:
        return self._wants_time

    def tell_time(self, hour: int, minute: int) -> None:
        self._wants_time = False
        self._chores = deque(chore for chore in self._chores if not isinstance(chore[0], SetTimeFormat | SetTime))
        self._chores.append((SetTimeFormat(military=True), self._timing.digest_s))
        self._chores.append((SetTime(hour, minute), self._timing.digest_s))

    def opened(self, now: float) -> None:
        self._talk.opened(now)
        self._forget(now)

    def failed(self, now: float, reason: str) -> None:
        self._talk.failed(now)
        self._reason = reason
        self._forget(now)
        self._review()

    def heard(self, now: float, data: bytes) -> None:
        for message in self._talk.answers(now, data):
            self._take(now, message)
        self._review()

    @property
    def listening(self) -> bool:
        return self._talk.is_asking

    @property
    def is_open(self) -> bool:
        return self._talk.is_open

    @property
    def status(self) -> Status | None:
        return self._status

    def next_at(self) -> float:
        return self._talk.next_at(self._now)

    def act(self, now: float) -> Action | None:
        line, self._now = self._talk.line, now
        if line.state is State.DOWN:
            return Open() if line.over(now) else None
        may_break = line.state in (State.BUSY, State.ASKING) and not self._talk.is_urgent and self._label == PRIORITY
        if may_break and self._is_unwritten and not self._is_waiting_in_words and self._break_off(now):
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
            self._under_way, self._talk.is_urgent = None, False
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
    def _is_waiting_in_words(self) -> bool:
        """The emergency is on the sign in plain words, and its memory is being seen to."""
        plain = self._wanted.plain if self._wanted else b""
        return plain != b"" and self._belief.held.get(PRIORITY) == plain and self._belief.memory is not Memory.FINE

    @property
    def _may_release(self) -> bool:
        """The priority file is to be released: not while it stands in for a memory that is being set up."""
        is_needed = self._standing.bridged and self._belief.memory is not Memory.FINE and not self._belief.is_lost
        return self._label == ORDINARY and self._release.is_due and not is_needed

    @property
    def _is_overtaken(self) -> bool:
        """Something new can be done at once, and who is asked has never answered, or is known to be there."""
        if self._is_first_look or self._is_waiting_in_words or self._unconfirmed:
            return False
        may_write = self._label == PRIORITY or self._may_write
        is_due = self._may_release or (may_write and self._is_unwritten)
        return is_due and (not self._belief.answers or ORDINARY in self._belief.held)

    def _break_off(self, now: float) -> bool:
        """Make room for an emergency. True if bytes are to be discarded first."""
        if self._talk.is_asking:
            self._leave_answer(now)
        self._belief.forget(self._under_way or "")
        self._under_way, self._unconfirmed, self._talk.is_urgent = None, None, True
        if not self._belief.answers:
            self._again_at = min(self._again_at, now + AFTER_BREAK_S)
        return self._talk.line.break_off(now)

    def _leave_answer(self, now: float) -> None:
        if self._belief.answers:
            self._talk.leave_answer(now)

    def _next(self, now: float) -> None:
        if self._wanted is None:
            return
        label, live, belief = self._label, self._wanted.live, self._belief
        if label == PRIORITY and self._is_unwritten and self._raise():
            pass
        elif self._may_release:
            if step := staging.step_before_release(belief, live, self._standing):
                self._write(step)
            else:
                self._let_go()
        elif self._unconfirmed:
            self._ask(REGISTER_ASKED)
        elif belief.is_lost:  # perhaps it only cannot be heard: it is given what is new, and asked now and then
            if self._is_unwritten and label == ORDINARY:
                self._write_next(live)
            elif now >= self._talk.poll_at:
                self._ask(TABLE_ASKED)
        elif self._chores:
            self._send(*self._chores.popleft())
        elif now < self._talk.stray_until:
            if self._is_unwritten and label == ORDINARY and self._may_write:
                self._write_next(live)
        elif belief.memory is Memory.UNKNOWN:
            self._ask(TABLE_ASKED)
        elif label == ORDINARY and self._release.is_to_be_seen:
            if self._belief.is_readable(PRIORITY):
                self._ask(ReadText(PRIORITY))
            else:
                self._let_go()
        elif belief.memory is Memory.LACKING and (label == ORDINARY or live.pictures):
            if label == ORDINARY and (step := staging.step_before_configuring(belief, live)):
                self._write(step)
            else:
                self._configure()
        elif unseen := asking.unseen(belief, label, live):
            self._is_first_look = True
            self._ask(asking.question(unseen))
        elif self._is_unwritten:
            self._write_next(live)
        else:
            self._look(label, live)

    @property
    def _may_write(self) -> bool:
        return self._belief.memory is Memory.FINE and not self._release.is_owed

    def _raise(self) -> bool:
        """The next step of an emergency towards the sign; False where its words are there and its memory is not."""
        if self._wanted is None or self._is_waiting_in_words:
            return False
        self._talk.is_urgent = True
        step = staging.urgent_step(self._belief, self._wanted, self._standing, self._release.is_due, self._talk.pace)
        if step is None:
            self._let_go()
        else:
            self._write(step)
        return True

    def _write_next(self, live: Filed) -> None:
        self._write(staging.ordinary_step(self._belief, live, self._standing, self._talk.pace))

    def _look(self, label: str, live: Filed) -> None:
        """See what was written, then see to it time and again."""
        belief, now = self._belief, self._now
        coming = self._wanted.coming if self._wanted and label == ORDINARY else {}
        if unproven := asking.unproven(belief, (label, *live.pictures)):
            self._verify = False
            self._ask(asking.question(unproven))
        elif missing := belief.missing(coming):
            self._write(Write(missing[0], coming[missing[0]], is_asked_after=True))
        elif not belief.answers and now >= self._again_at:
            self._repeat(label == ORDINARY or bool(live.pictures))
        elif self._verify or now >= self._talk.poll_at:
            self._verify = False
            self._ask(self._polls.next(belief, label, live.pictures))
        elif unread := asking.unread(belief, live.pictures):
            self._ask(asking.question(unread))

    def _repeat(self, needs_memory: bool) -> None:
        """A sign that never answers may have lost everything unseen, a release too."""
        self._again_at = self._now + self._timing.again_s
        if self._now >= self._afresh_at and needs_memory:
            self._configure()
        else:
            self._belief.doubt_all()
            self._release.again()

    # --- what is sent ---

    def _write(self, step: Write) -> None:
        label, belief = step.label, self._belief
        belief.wrote(label, step.content)
        self._verify = not belief.is_unreadable(label)
        self._talk.poll_later(self._now)
        if label == PRIORITY:
            self._release.owe()
            self._standing = replace(self._standing, bridged=self._label == ORDINARY)
        if label in TEXTS:
            self._written = step
        if label == ORDINARY and self._wanted:
            filed = self._wanted.live
            self._standing = Standing(filed.keys, is_alarm=filed is self._wanted.priority)
        self._under_way = label
        may_ask = step.is_asked_after and not belief.is_lost and self._now >= self._talk.stray_until
        self._unconfirmed = label if may_ask and belief.is_readable(REGISTER) else None
        if isinstance(step.content, bytes):
            self._send(WriteText(label, text_pages(step.content)), self._timing.digest_s)
        else:
            self._send(WriteDots(label, step.content), self._timing.digest_s)

    def _let_go(self) -> None:
        """Of the emergency: the bare release."""
        self._release.sent()
        self._verify = ORDINARY in self._belief.held
        self._belief.forget(PRIORITY)
        self._belief.proven.pop(ORDINARY, None)
        self._send(ReleasePriority(), self._timing.digest_s)

    def _configure(self) -> None:
        """Give the sign its memory table. Erases everything in it, so only when our files are not there."""
        if PRIORITY in self._belief.held:
            self._release.owe()
        self._belief.erased()
        self._standing = Standing(bridged=self._standing.bridged)
        self._wants_time, self._afresh_at = True, self._now + self._timing.afresh_s
        self._chores.appendleft((SetMemory(self._filing.table), self._timing.configure_s))
        self._send(ClearMemory(), self._timing.clear_s)

    def _send(self, message: Message, pause_s: float) -> None:
        if not isinstance(message, WriteDots):  # the register speaks of the last frame only
            self._unconfirmed = None
        self._talk.send(message, pause_s)

    def _ask(self, asked: Message) -> None:
        answer = asking.answer_bytes(asked, self._label, self._wanted, len(self._filing.table)) if self._wanted else 0
        self._talk.ask(self._now, asked, answer)

    # --- what the answers mean ---

    def _take(self, now: float, message: Message) -> None:
        """What is late, or not for us, changes nothing."""
        match self._talk.asked, message:
            case ReadText(label), TextReply(answered, data) if label == answered:
                self._answered()
                self._read_back(now, label, data)
            case ReadDots(label), DotsReply(answered, dots) if label == answered:
                self._answered()
                self._read_back(now, label, dots)
            case ReadSpecial(Special.ERRORS), SpecialReply(Special.ERRORS, data) if self._unconfirmed:
                self._answered()
                self._belief.register_said(self._unconfirmed, data, now)
                self._unconfirmed = None
            case ReadSpecial(Special.MEMORY), SpecialReply(Special.MEMORY, data):
                self._answered()
                self._belief.saw_table(data, self._filing.table)

    def _answered(self) -> None:
        self._talk.answered()
        self._wants_time |= self._belief.answered()

    def _read_back(self, now: float, label: str, content: Held) -> None:
        if label == PRIORITY and self._label == ORDINARY:  # asked whether the release was heard
            self._release.seen(is_empty=not content)
            return
        if self._belief.saw(label, content, now):
            self._belief.emptied = True
            if not self._belief.is_unreadable(label):  # it may have lost its power
                self._belief.memory, self._wants_time = Memory.UNKNOWN, True

    def _miss(self) -> None:
        self._talk.line.turn(Event.SILENT)
        asked = self._talk.asked
        label = asked.label if isinstance(asked, ReadText | ReadDots) else None
        self._belief.was_silent(REGISTER if asked == REGISTER_ASKED else label)
        self._unconfirmed = None

    def _review(self) -> None:
        """Say what is known; while something is under way the last word stands."""
        if self._wanted is None:
            return
        old = self._status
        if self.is_open:
            is_busy = self._talk.line.state is State.BUSY
            is_owed = self._label == ORDINARY and self._release.is_owed
            words = staging.words_on(self._belief, self._written, self._under_way)
            self._status = self._belief.status(self._label, self._wanted, old, is_busy, is_owed, self._verify, words)
        elif self._reason:
            self._status = Status(BoardState.DOWN, old.text if old else "", self._reason)
