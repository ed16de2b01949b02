"""Did the village hear it? While the words sound, the station records what a monitor input hears of them; afterwards a
child says whether it was the words. A thread of its own beside the player, which feeds it and never waits for it.

People may be talking near the microphone, so nothing of a recording outlives the verdict: it lies in memory files
without a name (ear.py), lasts no longer than the words and five seconds, and never reaches a disk of ours, a log
or the journal. Of more than five minutes, only the first, the middle and the last are recorded.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import select
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from audio.listening import ear
from audio.listening.ear import Ear, Span
from controller.core.errors import DeviceError
from controller.core.ports import Clock
from controller.runtime.children import Child, Limits
from controller.runtime.places import Places

LEAST_S = 3.0  # of words; less says nothing
WHOLE_S, PIECE_S = 300.0, 60.0  # up to which words are judged as a whole; of longer ones, three pieces
BEFORE_S = 2.5  # that the ear is opened ahead of a piece, if known: a chime tells, and some sources wake in 2 s
STARTS_S = 0.4  # that an ear takes to start if its source is awake
AFTER_S = 2.4  # for a chain of up to a second, its last echo, and what a busy machine has torn
AROUND_TONE_S = 1.0  # before the self-test's tone, and after its last echo
LIMIT_S = 60.0  # for the verdict
SETTLING_S = 3.0  # in which an ear's beginning is reckoned
_TICK_S, _IDLE_S = 0.1, 1.0
REASONS = (
    "silent", "other_sound", "too_short", "no_recording", "too_noisy",
    "partly",  # some of the words are missing
    "slept",  # the ear missed the first words; the others were heard
    "too_late",  # the words were heard, but not when they were sent
)  # fmt: skip
_LIMITS = Limits(512 << 20, 1 << 20)
_JUDGE = (sys.executable, "-P", "-m", "audio.listening.hearing_child")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # the other cores play
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """`share` of the words' time that was heard, 0..1, from `from_s` in the words on. `delay_ms` from what the player
    said to what was heard; `gain_db` of the recording over the prepared file; `snr_db` of the words over everything
    else, late echoes among it.

    verdict: "heard", "not_heard", "unsure". reason: "", or one of REASONS.
    """

    utterance_id: str
    verdict: str
    share: float
    delay_ms: float | None
    gain_db: float | None
    snr_db: float | None
    reason: str
    from_s: float = 0.0


def spans(words_s: float) -> list[Span]:
    """What of the words is recorded: everything, or the first, a middle and the last minute."""
    if words_s <= WHOLE_S:
        return [Span(0.0, words_s)]
    middle = (words_s - PIECE_S) / 2
    return [Span(0.0, PIECE_S), Span(middle, middle + PIECE_S), Span(words_s - PIECE_S, words_s)]


@dataclass
class _Piece:
    span: Span
    before_s: float
    after_s: float
    ear: Ear | None = None
    opened_at: float = 0.0
    over: bool = False

    def opens_at(self, at: float) -> float:
        return at + self.span.from_s - self.before_s

    def closes_at(self, at: float) -> float:
        return at + self.span.to_s + self.after_s

    @property
    def most_s(self) -> float:
        return self.before_s + self.span.to_s - self.span.from_s + self.after_s


@dataclass
class _Listening:
    """To one utterance, or to one tone."""

    id: str
    at: float  # monotonic; when its sound begins
    ends_at: float
    question: dict[str, Any]  # what the child is asked, but for the recordings
    pieces: list[_Piece]
    judge: Child | None = None
    asked_at: float | None = None
    held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)  # let go of with the verdict


@dataclass(frozen=True, slots=True)
class _Ended:
    id: str
    at: float
    spoken_s: float


@dataclass(frozen=True, slots=True)
class _Dropped:
    id: str


class Hearing:
    def __init__(self, source: str, places: Places, clock: Clock, tell: Callable[[Heard], None]) -> None:
        """`source`: "" for none (then nothing is ever told), "sink" for the monitor of the sink that this process
        plays to, "alsa:DEVICE", or the name of a PulseAudio source. `tell` is called in the thread of `work`."""
        self._source, self._places, self._clock, self._tell = source, places, clock, tell
        self._inbox: queue.SimpleQueue[_Listening | _Ended | _Dropped] = queue.SimpleQueue()
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._listening: list[_Listening] = []
        self._deaf = False  # the fault has been logged

    def begins(self, utterance_id: str, sha256: str, words_s: float, at: float) -> None:
        """The words (not the chime) begin to sound at `at` (monotonic). The sooner it is said, the better: an ear
        needs 0.1 to 2 s to open."""
        question = {"reference": str(self._places.rendition(sha256))}
        pieces = [_Piece(span, BEFORE_S, AFTER_S) for span in spans(words_s)]
        self._put(_Listening(utterance_id, at, at + words_s, question, pieces))

    def tone(self, ident: str, level_dbfs: float, hertz: float, length_s: float, at: float) -> None:
        """The self-test's tone will sound from `at` on; to be said at least 1.5 s ahead. It has no `ends`."""
        question = {"tone": {"hertz": hertz, "length_s": length_s, "level_dbfs": level_dbfs}}
        pieces = [_Piece(Span(0.0, length_s), AROUND_TONE_S + STARTS_S, AFTER_S + AROUND_TONE_S)]
        self._put(_Listening(ident, at, at + length_s, question, pieces))

    def ends(self, utterance_id: str, at: float, spoken_s: float) -> None:
        """It ended, or was cut, at `at`, after `spoken_s` seconds of the words that were under way. What ends when the
        words listened to are over, with the closing signal or in their second time, has cut none of them."""
        self._put(_Ended(utterance_id, at, spoken_s))

    def drop(self, ident: str) -> None:
        """It will not sound, or was cut: nothing is to be told of it."""
        self._put(_Dropped(ident))

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        """The thread. What is still open when it stops is let go of without a verdict."""
        try:
            while not stopping():
                select.select([self._event], [], [], _TICK_S if self._listening else _IDLE_S)
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._event)
                self._take()
                for one in list(self._listening):
                    self._look_after(one)
                progress()
        finally:
            for one in self._listening:
                one.held.close()

    def wake(self) -> None:
        """From any thread: look at once whether to stop."""
        os.eventfd_write(self._event, 1)

    def _put(self, what: _Listening | _Ended | _Dropped) -> None:
        if self._source:
            self._inbox.put(what)
            self.wake()

    def _take(self) -> None:
        while not self._inbox.empty():
            match self._inbox.get_nowait():
                case _Listening() as one:
                    self._listening.append(one)
                case _Ended(ident, at, spoken_s):
                    for one in self._listening:
                        if one.id == ident and one.asked_at is None and at < one.ends_at:
                            _cut(one, spoken_s)
                case _Dropped(ident):
                    for one in [one for one in self._listening if one.id == ident]:
                        self._listening.remove(one)
                        one.held.close()

    def _look_after(self, one: _Listening) -> None:
        now = self._clock.monotonic()
        for piece in one.pieces:
            if not piece.over:
                self._listen(one, piece, now)
        if "reference" in one.question and one.ends_at - one.at < LEAST_S:
            self._answer(one, _without(one, "too_short"))
            return
        if one.judge is None and now >= one.ends_at:
            self._start(one)  # it loads while the last moments are recorded
        if one.asked_at is None and now >= one.ends_at and all(piece.over for piece in one.pieces):
            self._ask(one, now)
        if one.asked_at is not None and one.judge:
            self._await(one, one.judge, now)

    def _listen(self, one: _Listening, piece: _Piece, now: float) -> None:
        if piece.ear is None:
            if now >= piece.opens_at(one.at):
                self._open(one, piece, now)
            return
        if now - piece.opened_at < SETTLING_S:
            piece.ear.began()
        if now >= piece.closes_at(one.at) or not piece.ear.alive():
            if now < piece.closes_at(one.at) - AFTER_S:
                self._be_deaf(piece.ear.last_words() or "the recording ended early")
            elif piece.ear.began() is not None:
                self._hear_again()
            piece.ear.stop()
            piece.over = True

    def _open(self, one: _Listening, piece: _Piece, now: float) -> None:
        try:
            piece.ear = Ear(ear.command(self._source, os.getpid()), piece.most_s, self._clock.monotonic)
        except DeviceError as error:
            self._be_deaf(str(error))
            piece.over = True
            return
        piece.opened_at = now
        one.held.callback(piece.ear.close)

    def _start(self, one: _Listening) -> None:
        said = self._places.room("audio") / f"hearing-{os.getpid()}.log"
        files = [piece.ear.file for piece in one.pieces if piece.ear]
        one.judge = one.held.enter_context(Child(_JUDGE, _LIMITS, said, None, _ONE_THREAD, files))
        one.held.callback(said.unlink, missing_ok=True)

    def _ask(self, one: _Listening, now: float) -> None:
        """Hand the child what was recorded."""
        pieces = list(_recorded(one))
        if not pieces or one.judge is None:
            self._be_deaf("nothing was recorded")
            self._answer(one, _without(one, "no_recording"))
            return
        one.judge.tell(json.dumps({**one.question, "rate": ear.RATE, "pieces": pieces}).encode())
        one.asked_at = now

    def _await(self, one: _Listening, judge: Child, now: float) -> None:
        assert one.asked_at is not None  # noqa: S101 - it was asked
        try:
            line = judge.answer(0.0)
        except TimeoutError:
            if now - one.asked_at < LIMIT_S:
                return
            line = None
        if line is None:
            log.error("whether %s was heard could not be judged: %s", one.id, judge.last_words() or "no answer")
            self._answer(one, _without(one, "no_recording"))
        else:
            self._answer(one, Heard(one.id, **json.loads(line)))

    def _answer(self, one: _Listening, heard: Heard) -> None:
        self._listening.remove(one)
        one.held.close()  # the recording is gone before anybody is told
        self._tell(heard)

    def _be_deaf(self, why: str) -> None:
        if not self._deaf:
            log.warning("the monitor input %s cannot be recorded: %s", self._source, why)
        self._deaf = True

    def _hear_again(self) -> None:
        if self._deaf:
            log.warning("the monitor input %s can be recorded again", self._source)
        self._deaf = False


def _cut(one: _Listening, spoken_s: float) -> None:
    """No more than what was spoken is recorded and judged."""
    one.ends_at = min(one.ends_at, one.at + spoken_s)
    spoken_s = one.ends_at - one.at
    for piece in one.pieces:
        piece.span = Span(piece.span.from_s, max(piece.span.from_s, min(piece.span.to_s, spoken_s)))
        piece.over = piece.over or (piece.ear is None and piece.span.from_s >= spoken_s)


def _recorded(one: _Listening) -> Iterator[dict[str, Any]]:
    for piece in one.pieces:
        began = piece.ear.began() if piece.ear else None
        if piece.ear and began is not None and piece.span.to_s > piece.span.from_s:
            offset_s = began - one.at - piece.span.from_s
            yield {
                "fd": piece.ear.file, "bytes": piece.ear.written(), "offset_s": offset_s,
                "from_s": piece.span.from_s, "to_s": piece.span.to_s,
            }  # fmt: skip


def _without(one: _Listening, reason: str) -> Heard:
    return Heard(one.id, "unsure", 0.0, None, None, None, reason)
