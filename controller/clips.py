"""Which texts the kiosk may have to say aloud: all of its own words, all of the guides in force, and what was announced
in the last day. What a resident has typed is never among them. Said in Vietnamese, by the station's own voice.

A thread of the controller: it looks whenever it is woken, and wishes anew when the guides in force are others.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from controller.core.clips import clips_of
from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.core.words import Words
from controller.guides.model import Group, Guide, Labels, Question
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import clips, guides, notices, utterances
from controller.store.connection import Store, Tx

SPOKEN = "vi"
SAID = ("kiosk", "guide", "filing.said", "filing.state")  # whose words are said: keys that begin so
FIRST_S = 60.0  # a station that has just started has better things to do
LOOK_S = 600.0  # files may have been lost meanwhile
HEARD_AGAIN = timedelta(hours=24)
log = logging.getLogger(__name__)


class Clips:
    """`ring` wakes whoever prepares sound."""

    def __init__(
        self, store: Store, places: Places, clock: Clock, words: Words, ring: Callable[[], object] = lambda: None
    ) -> None:
        self._store, self._places, self._clock, self._words, self._ring = store, places, clock, words, ring
        self._trouble = Lasting(log, "what the kiosk says cannot be asked for")
        self._woken = threading.Event()
        self._marks: object = None
        self._looked_at = float("-inf")
        self._first_at = clock.monotonic() + FIRST_S

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            try:
                if self._clock.monotonic() >= self._first_at:
                    self.look()
                self._trouble.ends()
            except StationError as error:
                self._trouble.begins(str(error))
            progress()
            self._woken.wait(5.0)
            self._woken.clear()

    def wake(self) -> None:
        self._woken.set()

    def look(self) -> None:
        """Wish for what is to be said, if guides in force or announcements are others than before, or for a while
        nobody looked."""
        now = self._clock.now()
        with self._store.read() as tx:
            shown = frozenset(shown_of(tx, now))
            marks = guides.marks(tx), shown
        if marks == self._marks and self._clock.monotonic() - self._looked_at < LOOK_S:
            return
        with self._store.read() as tx:
            texts = [text for guide in guides.in_force(tx) for text in said_of(guide)]
        if self.want((*texts, *shown)):
            self._ring()
        self._marks, self._looked_at = marks, self._clock.monotonic()

    def want(self, texts: Iterable[str]) -> bool:
        """These, and our own, and no others; whether anything is to be spoken."""
        wanted = clips_of((*self._own(), *texts), SPOKEN)
        with self._store.write() as tx:
            gone = clips.want(tx, self._clock.now(), wanted)
            missing = [key for key in clips.ready_keys(tx) if not self._places.voice(key).is_file()]
            clips.ask_again(tx, missing)
            left = clips.next_wanted(tx)
        for key in gone:
            self._places.voice(key).unlink(missing_ok=True)
        return left is not None

    def _own(self) -> Iterator[str]:
        """Those without blanks to be filled in; what has some is not said."""
        for key in sorted(self._words.keys()):
            if any(key.startswith(f"{room}.") for room in SAID):
                with contextlib.suppress(StationError):
                    yield self._words(key)


def shown_of(tx: Tx, now: datetime) -> Iterator[str]:
    """What officials have written for everybody: the notices, and what was spoken in the last day."""
    for notice in notices.live(tx, now):
        yield from (text for text in (notice.title, notice.text) if text)
    for sounding in utterances.soundings(tx, now - HEARD_AGAIN):
        yield from (text for text in (sounding.utterance.title, sounding.text) if text)


def said_of(guide: Guide) -> Iterator[str]:
    """Every text of a guide that is said at the kiosk."""
    yield from _said(guide.title, guide.deadline, guide.authority)
    yield from _asked(guide.questions)
    for paper in guide.papers:
        yield from _said(paper.labels, paper.hints)
    for step in guide.handover:
        yield from _said(step.labels)
    for fact in (*guide.times, *guide.fees):
        yield from _said(fact.labels)
    yield from _said(*guide.exemptions)


def _asked(children: tuple[Question | Group, ...]) -> Iterator[str]:
    for child in children:
        if isinstance(child, Group):
            yield from _said(child.labels)
            yield from _asked(child.children)
            if child.another is not None:
                yield from _asked((child.another,))
        else:
            yield from _said(child.labels, child.hints, child.required_message, child.constraint_message)
            for choice in child.choices:
                yield from _said(choice.labels)


def _said(*labels: Labels) -> Iterator[str]:
    for each in labels:
        if text := each.get(SPOKEN, ""):
            yield text
