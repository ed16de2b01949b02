"""The conversation with a Huidu controller over TCP: greet, bring the pictures that it lacks, tell it the programme,
read the programme back, and ask again every now and then.

It answers everything, so a silence or an answer that is none ends the conversation, and a new one begins. Read
back is what the controller holds; whether its lamps are lit nobody can ask. In order of urgency:

1. the greeting: versions, which files it has, which programme it shows;
2. dark on purpose: its lamps are switched off;
3. the pictures of the programme, the programme, the lamps on;
4. the read-back, then one every `poll_s`, and a sign of life in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

from controller.boards.huidu.documents import (
    FINE,
    NO_FILE,
    Answer,
    HuiduError,
    checksum,
    command,
    interface_asked,
    screen,
)
from controller.boards.huidu.frames import (
    Decoder,
    FileBegun,
    FileEnded,
    Message,
    Refused,
    Version,
    commanded,
    file_begun,
    file_content,
    file_ended,
    heartbeat,
    version_asked,
)
from controller.boards.huidu.pages import OURS, Programme, dark_programme, programme_of
from controller.boards.link import Action, Event, Line, Open, State, Status, Timing
from controller.boards.outgoing import Frame
from controller.boards.pages import Content
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

NOMINAL_BAUD = 10_000_000  # of a poor network: so long a large picture may take
PATIENCE = 5  # times `reply_s`: a controller writes pictures to its flash before it answers
HEARTBEAT_S = 15.0
SURPRISES = 3  # read-backs in a row without our programme, after which it is believed not to tell it
KEPT_FILES = 64  # pictures of ours that are on the controller and not shown, before they are taken away
UNASKED = 256  # messages in a row that nobody asked for, after which it is not listened to any more
REFUSED_S = 30.0  # what it has refused is not told again for so long: it may write its flash before it says no
WRITTEN, WRITTEN_BEFORE = 0, 1  # how the end of a file is answered


class HuiduLink:
    """`wall`: seconds that also grow over a restart; newer programmes are told from older ones by them."""

    def __init__(self, board: Board, timing: Timing, now: float, wall: Callable[[], float] = time.time) -> None:
        self._board, self._wall = board, wall
        self._timing = replace(timing, reply_s=timing.reply_s * PATIENCE)
        self._line = Line(NOMINAL_BAUD, self._timing, now)
        self._wanted: Content | None = None
        self._programme: Programme | None = None
        self._status: Status | None = None
        self._reason = ""
        self._can_switch = True  # until it is refused
        self._is_telling = True  # which programme it has, until it is refused
        self._surprises = 0
        self._has_given_up = False
        self._refused_until = now
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Nothing is known any more of what the controller holds."""
        self._decoder = Decoder()
        self._asked, self._unasked = "", 0  # what an answer is awaited to, and how much else was heard meanwhile
        self._has_greeted, self._guid = False, ""
        self._files: dict[str, str] | None = None  # MD5 by name
        self._held: str | None = None  # the programme's id; "": another one
        self._proven_at: float | None = None
        self._is_lit: bool | None = None
        self._bringing = "", b""  # a picture: its name, and what it holds
        self._telling = ""  # the id of the programme
        self._poll_at, self._beat_at = now, now + HEARTBEAT_S

    # --- what the worker says ---

    def want(self, content: Content, began: float) -> None:
        if self._wanted is None or (content.live, content.is_lit) != (self._wanted.live, self._wanted.is_lit):
            self._programme = None
            self._refused_until = 0.0  # this may be to its liking
        self._wanted = content

    @property
    def wants_time(self) -> bool:
        return False

    def tell_time(self, hour: int, minute: int) -> None:
        """Its clock is not used: the time is in its pictures."""

    def opened(self, now: float) -> None:
        self._line.opened(now)
        self._forget(now)

    def failed(self, now: float, reason: str) -> None:
        if self._has_given_up:  # whoever is told why hangs up: that is not another reason
            return
        self._line.failed(now)
        self._reason = reason
        self._forget(now)
        self._review()

    def heard(self, now: float, data: bytes) -> None:
        for byte in data:
            if not self.is_open:
                return
            try:
                message = self._decoder.feed(byte)
            except HuiduError:
                self._give_up(now, "garbled")
                return
            if message is not None:
                self._unasked += 1
                if self._line.state is State.ASKING:
                    self._take(now, message)
            if self._unasked > UNASKED:
                self._give_up(now, "garbled")
        self._review()

    @property
    def listening(self) -> bool:
        return self.is_open

    @property
    def is_open(self) -> bool:
        return self._line.state is not State.DOWN

    @property
    def status(self) -> Status | None:
        return self._status

    def next_at(self) -> float:
        if self._line.state is State.DOWN:
            return max(self._line.until, self._refused_until)
        if self._line.state is not State.READY:
            return self._line.until
        return min(self._poll_at, self._beat_at)

    def act(self, now: float) -> Action | None:
        line = self._line
        if line.state is State.DOWN:
            if not line.over(now) or now < self._refused_until:
                return None
            self._has_given_up = False
            return Open()
        if slice_ := line.slice(now):
            return slice_
        if line.state is State.BUSY and line.over(now):
            line.turn(Event.PASSED)
        if line.state is State.ASKING and line.over(now):
            self._give_up(now, "silent")
            return None
        if line.state is State.READY:
            self._next(now)
        self._review()
        return line.slice(now)

    def _give_up(self, now: float, reason: str) -> None:
        """This conversation leads nowhere; the worker closes it when it opens the next."""
        self.failed(now, reason)
        self._has_given_up = True

    def _refused(self, now: float) -> None:
        """It does not take this, and would not if it were told again at once."""
        self._give_up(now, "refused")
        self._refused_until = now + REFUSED_S

    # --- what to say next ---

    def _next(self, now: float) -> None:
        if not self._has_greeted:
            return self._ask(now, "version", version_asked())
        if not self._guid:
            return self._ask(now, "GetIFVersion", commanded(interface_asked()))
        if self._files is None:
            return self._command(now, "GetFiles")
        if self._held is None:
            return self._command(now, "GetProgram")
        if self._wanted is None:
            return None
        is_dark = self._can_switch and not self._wanted.is_lit
        if is_dark and self._is_lit is not False:
            return self._command(now, "CloseScreen")
        programme = self._due(self._wanted)
        if not is_dark and self._held != programme.ident:
            return self._bring(now, programme, self._files)
        if not is_dark and self._is_lit is not True:
            return self._command(now, "OpenScreen")
        stale = [name for name in self._files if name.startswith(OURS) and name not in programme.files]
        if len(stale) > KEPT_FILES:
            files = Element("files")
            files.extend(Element("file", name=name) for name in stale)
            for name in stale:
                del self._files[name]
            return self._command(now, "DeleteFiles", files)
        if now >= self._poll_at:
            self._poll_at = now + self._timing.poll_s
            return self._command(now, "GetProgram" if self._is_telling else "GetFiles")
        if now >= self._beat_at:
            self._beat_at = now + HEARTBEAT_S
            return self._line.send(Frame(heartbeat()))
        return None

    def _due(self, wanted: Content) -> Programme:
        if self._programme is None:
            is_seen = wanted.is_lit or self._can_switch
            self._programme = programme_of(self._board, wanted.live) if is_seen else dark_programme(self._board)
        return self._programme

    def _bring(self, now: float, programme: Programme, there: dict[str, str]) -> None:
        """The next picture that it lacks, or the programme."""
        for name, png in programme.files.items():
            if there.get(name) != checksum(png):
                self._bringing = name, png
                return self._ask(now, "begin", file_begun(name, png))
        size = self._board.columns, self._board.rows
        stamp = int(self._wall() * 1000)
        self._telling = programme.ident
        return self._command(now, "AddProgram", screen(*size, programme.shots, stamp, programme.files))

    def _command(self, now: float, method: str, *within: Element) -> None:
        self._ask(now, method, commanded(command(self._guid, method, *within)))

    def _ask(self, now: float, what: str, data: bytes) -> None:
        self._asked, self._unasked = what, 0
        self._line.ask(now, Frame(data), 0)
        self._beat_at = now + HEARTBEAT_S

    # --- what the answers mean ---

    def _take(self, now: float, message: Message) -> None:
        match self._asked, message:
            case "version", Version():
                self._line.turn(Event.ANSWERED)
                self._has_greeted = True
            case "begin", FileBegun(status, exists) if status == 0:
                self._line.turn(Event.ANSWERED)
                self._ask(now, "end", file_content(self._bringing[1][max(0, exists) :]) + file_ended())
            case "end", FileEnded(status) if status in (WRITTEN, WRITTEN_BEFORE):
                self._line.turn(Event.ANSWERED)
                if self._files is not None:
                    self._files[self._bringing[0]] = checksum(self._bringing[1])
            case method, Answer() if method == message.method:
                self._line.turn(Event.ANSWERED)
                self._answered(now, message)
            case "begin", FileBegun():
                self._refused(now)
            case _, FileBegun() | FileEnded() | Refused():
                self._give_up(now, "refused")
            case _:
                pass  # a sign of life, or nothing that was asked for

    def _answered(self, now: float, answer: Answer) -> None:
        is_fine = answer.result == FINE
        match answer.method:
            case "GetIFVersion":
                self._guid = answer.guid
            case "GetFiles":
                self._files = dict(answer.files) if is_fine else self._files or {}
            case "GetProgram":
                self._read_back(now, answer, is_fine)
            case "AddProgram" if is_fine:
                self._held, self._proven_at, self._poll_at = self._telling, None, now
            case "OpenScreen" | "CloseScreen":
                self._can_switch = is_fine
                self._is_lit = not is_fine or answer.method == "OpenScreen"
                self._programme = self._programme if is_fine else None
            case "AddProgram" if answer.result != NO_FILE:
                self._refused(now)
            case "AddProgram":
                self._give_up(now, "refused")
            case _:
                pass  # whether old pictures are gone is seen from the next list

    def _read_back(self, now: float, answer: Answer, is_fine: bool) -> None:
        due = self._due(self._wanted) if self._wanted is not None else None
        if not is_fine:
            self._is_telling, self._held = False, self._held or ""
        elif due is not None and _holds(answer, due):
            self._surprises, self._proven_at, self._held = 0, now, due.ident
        elif due is None or self._held != due.ident:  # it has not been told yet
            self._held = self._held or ""
        elif self._surprises >= SURPRISES:
            self._is_telling = False
        else:
            self._surprises += 1
            self._held, self._files = "", None  # its pictures may be gone, too

    def _review(self) -> None:
        """Say what is known; while something is under way the last word stands."""
        wanted, old = self._wanted, self._status
        last_text = old.text if old else ""
        if not self.is_open:
            self._status = Status(BoardState.DOWN, last_text, self._reason) if self._reason else old
        elif wanted is None or self._held is None:
            return
        elif not wanted.is_lit and self._can_switch and self._is_lit is False:
            self._status = Status(BoardState.OFF, "", "off_hours")
        elif self._programme is None or self._held != self._programme.ident or not self._is_lit:
            if self._held == "" and old and old.state is BoardState.SHOWN and self._surprises:
                self._status = Status(BoardState.DOWN, last_text, "lost")
        elif not wanted.is_lit:
            self._status = Status(BoardState.OFF, "", "off_hours")
        elif not self._is_telling:
            reason = "differs" if self._surprises else "unread"
            self._status = Status(BoardState.SENT, self._programme.text, reason)
        elif self._proven_at is not None:
            reason = "" if self._programme.is_whole else "room"
            self._status = Status(BoardState.SHOWN, self._programme.text, reason, self._proven_at)


def _holds(answer: Answer, due: Programme) -> bool:
    """Whether a controller has the programme, as far as it tells."""
    told = answer.programs.get(due.ident)
    return told is not None and [shot.file for shot in told] in ([], [shot.file for shot in due.shots])
