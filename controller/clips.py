"""Which texts the kiosk may have to say aloud, and in which order they are spoken: all of its own words, what was
announced in the last day, all of the guides in force; then the same in English. What a resident has typed is never
among them. What is heard first is ready first.

A thread of the controller: it looks whenever it is woken, and wishes anew when the guides in force are others.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from controller.core.clips import Clip, clips_in
from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.core.words import Words
from controller.guide_recordings import named_in
from controller.guides.answering import limit_of
from controller.guides.model import Group, Guide, Labels, Question, every_question
from controller.guides.saying import heard
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import clips, guides, notices, utterances
from controller.store.connection import Store, Tx

SPOKEN = "vi"
SAID = ("kiosk", "guide", "filing.said", "filing.state")  # whose words are said: keys that begin so
_HEARD_FIRST = (  # by whoever comes while the rest is still being spoken
    "kiosk.language", "kiosk.doors", "kiosk.still_there", "kiosk.sorry", "kiosk.fault", "kiosk.device", "kiosk.help",
    "guide.problem", "kiosk.filing.events", "kiosk.filing.guides", "kiosk.filing.about", "kiosk.filing.ask",
    "kiosk.filing.card", "guide.event", "kiosk.filing",
)  # fmt: skip
FIRST_S = 60.0  # a station that has just started has better things to do
LOOK_S = 600.0  # files may have been lost meanwhile
NUMBER = "guide.shown_number"
RETRY_S = 6 * 3600.0  # what could not be spoken
HEARD_AGAIN = timedelta(hours=24)
log = logging.getLogger(__name__)


class Clips:
    """`ring` wakes whoever prepares sound. words: the station's own; others: of languages that are said as well."""

    def __init__(
        self, store: Store, places: Places, clock: Clock, words: Words, ring: Callable[[], object] = lambda: None,
        others: Sequence[Words] = (),
    ) -> None:  # fmt: skip
        self._store, self._places, self._clock, self._words, self._ring = store, places, clock, words, ring
        self._others = others
        self._trouble = Lasting(log, "what the kiosk says cannot be asked for")
        self._woken = threading.Event()
        self._marks: object = None
        self._looked_at = self._retried_at = float("-inf")
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
            marks = guides.marks(tx), shown, frozenset(clips.recorded(tx))
        if marks == self._marks and self._clock.monotonic() - self._looked_at < LOOK_S:
            return
        with self._store.read() as tx:
            found = guides.in_force(tx)
        if self.want(sorted(shown), found):
            self._ring()
        self._marks, self._looked_at = marks, self._clock.monotonic()

    def want(self, shown: Iterable[str], guides_in_force: Sequence[Guide] = ()) -> bool:
        """These, and our own, and no others; whether anything is to be spoken."""
        wanted = list(clips_in((*own_of(self._words), *shown), SPOKEN))
        named = dict.fromkeys(each.clip for guide in guides_in_force for each in named_in(guide))
        with self._store.read() as tx:
            recorded = clips.recorded(tx)
        wanted += [clip for clip in named if clip.key in recorded]  # whole, whatever their language and their lines
        for words in (self._words, *self._others):
            wanted += clips_in(own_of(words), words.language)
            wanted += clips_in(
                _in_turn([said_of(guide, words.language, _number(words)) for guide in guides_in_force]), words.language
            )
            wanted += clips_in(_filled(words, guides_in_force), words.language)
        return self._wish(wanted)

    def _wish(self, wanted: Sequence[Clip]) -> bool:
        retries = self._clock.monotonic() - self._retried_at >= RETRY_S
        with self._store.write() as tx:
            if retries:
                clips.retry(tx)
            gone = clips.want(tx, self._clock.now(), wanted)
            missing = [key for key in clips.ready_keys(tx) if not self._places.voice(key).is_file()]
            clips.ask_again(tx, missing)
            left = clips.next_wanted(tx)
        if retries:
            self._retried_at = self._clock.monotonic()
        for key in gone:
            self._places.voice(key).unlink(missing_ok=True)
        return left is not None


def own_of(words: Words) -> Iterator[str]:
    """The kiosk's own words, what is heard first first: those without blanks to be filled in."""
    keys = [key for key in sorted(words.keys()) if any(key.startswith(f"{room}.") for room in SAID)]
    for key in sorted(keys, key=_place):
        with contextlib.suppress(StationError):
            yield words(key)


def _place(key: str) -> tuple[int, str]:
    first = (number for number, start in enumerate(_HEARD_FIRST) if key.startswith(f"{start}."))
    return next(first, len(_HEARD_FIRST)), key


def _in_turn(texts: Iterable[Iterator[str]]) -> Iterator[str]:
    """The first of each, then the second of each: the first questions of all guides before the last of any."""
    return (text for text in chain.from_iterable(zip_longest(*texts)) if text)


def _filled(words: Words, guides_in_force: Sequence[Guide]) -> Iterator[str]:
    """What has blanks of which every filling is known."""
    asked = [question for guide in guides_in_force for _, question in every_question(guide.questions)]
    for limit in sorted({limit_of(question) for question in asked}):
        yield from _with(words, "guide.problem.too_long", limit=str(limit))
    for of in sorted({len(guide.handover) for guide in guides_in_force}):
        for number in range(1, of + 1):
            yield from _with(words, "kiosk.filing.handover.title", number=number, of=of)


def _with(words: Words, key: str, **facts: object) -> Iterator[str]:
    if words.has(key):
        yield words(key, **facts)


def shown_of(tx: Tx, now: datetime) -> Iterator[str]:
    """What officials have written for everybody: the notices, and what was spoken in the last day."""
    for notice in notices.live(tx, now):
        yield from (text for text in (notice.title, notice.text) if text)
    for sounding in utterances.soundings(tx, now - HEARD_AGAIN):
        yield from (text for text in (sounding.utterance.title, sounding.text) if text)


def said_of(guide: Guide, language: str = SPOKEN, number: str = "") -> Iterator[str]:
    """Every text of a guide that is said at the kiosk, as far as it is written in a language. number: what is said
    instead of one that only answers tell."""
    return (heard(guide, text, number) for labels in _texts_of(guide) if (text := labels.get(language, "")))


def lines_of(guide: Guide, words: Words) -> tuple[Clip, ...]:
    """What the kiosk says of a guide in the language of these words, each line once."""
    return clips_in(said_of(guide, words.language, _number(words)), words.language)


def _number(words: Words) -> str:
    return words(NUMBER) if words.has(NUMBER) else ""


def _texts_of(guide: Guide) -> Iterator[Labels]:
    yield from (guide.title, guide.deadline, guide.authority)
    yield from _asked(guide.questions)
    for paper in guide.papers:
        yield from (paper.labels, paper.hints)
    for step in guide.handover:
        yield step.labels
    for fact in (*guide.times, *guide.fees):
        yield fact.labels
    yield from guide.exemptions


def _asked(children: tuple[Question | Group, ...]) -> Iterator[Labels]:
    for child in children:
        if isinstance(child, Group):
            yield child.labels
            yield from _asked(child.children)
            if child.another is not None:
                yield from _asked((child.another,))
        else:
            yield from (child.labels, child.hints, child.required_message, child.constraint_message)
            yield from (choice.labels for choice in child.choices)
