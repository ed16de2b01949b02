"""What an official does with the dictionary of abbreviations: say how one is spoken, take that back, listen.

Each act is one transaction with its journal line, followed by rings: what is prepared already is then looked
through, and made anew where it would sound different. Knows no page and no normaliser: `plainly` is given in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.announcing import listeners
from controller.core.announcements import clean, text_problems
from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.ports import Bell, Clock, Ids
from controller.core.spoken import Spoken
from controller.runtime.config import StationConfig
from controller.store import dictionary, samples
from controller.store.connection import Store
from controller.store.samples import Sample

SHORT_LIMIT = 20  # characters
WORDS_LIMIT = 200
SAMPLE_LIMIT = 500
_SHORT = re.compile(r"[^\W_](?:[^\W_]|[./&-])*")
_PAUSES = re.compile(r"[,.;\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """`words` is what is said now, `built_in` what the station would say by itself ("": it would spell it)."""

    short: str
    words: str
    built_in: str
    set_by: str = ""  # "": nobody, it is the built-in way
    set_at: datetime | None = None


class Dictionary:
    def __init__(
        self, store: Store, bell: Bell, clock: Clock, ids: Ids, config: StationConfig, built_in: Mapping[str, str],
        plainly: Callable[[str], Spoken],
    ) -> None:  # fmt: skip
        """`built_in` comes with the station; `plainly` makes words of a text without any dictionary."""
        self._store, self._bell, self._clock, self._ids, self._config = store, bell, clock, ids, config
        self._built_in, self._plainly = built_in, plainly

    def entries(self) -> list[Entry]:
        """Everything that is known, in alphabetical order."""
        with self._store.read() as tx:
            own = {entry.short: entry for entry in dictionary.every(tx)}
        found = [Entry(short, words, words) for short, words in self._built_in.items() if short not in own]
        found += [
            Entry(entry.short, entry.words, self._built_in.get(entry.short, ""), entry.set_by, entry.set_at)
            for entry in own.values()
        ]
        return sorted(found, key=lambda entry: (entry.short.casefold(), entry.short))

    def put(self, short: str, words: str, by: str) -> Entry:
        """From now on `short` is spoken as `words`. Saved again as it is, nothing is changed: no line, no renewal.
        InputError with everything that is wrong."""
        short, words = clean(short), " ".join(clean(words).split())
        if problems := self.problems_of(short, words):
            raise InputError(*problems)
        at = self._clock.now()
        built_in = self._built_in.get(short, "")
        with self._store.write() as tx:
            own = next((entry for entry in dictionary.every(tx) if entry.short == short), None)
            if words == (own.words if own else built_in):
                return Entry(short, words, built_in, own.set_by if own else "", own.set_at if own else None)
            dictionary.put(tx, at, short, words, by)
        self._ring()
        return Entry(short, words, built_in, by, at)

    def take_back(self, short: str, by: str) -> None:
        """Undo: from now on as the station says it by itself. Asking again does no harm."""
        with self._store.write() as tx:
            changed = dictionary.take_back(tx, self._clock.now(), short, by)
        if changed:
            self._ring()

    def listen(self, words: str) -> str:
        """Ask to hear words in the station's voice; the id under which `sample` tells when they are ready."""
        words = clean(words)
        if problems := text_problems("words", words, SAMPLE_LIMIT):
            raise InputError(*problems)
        ident = self._ids()
        with self._store.write() as tx:
            samples.want(tx, self._clock.now(), ident, words)
        self._ring()
        return ident

    def sample(self, ident: str) -> Sample:
        """What has become of it: a file at `places.rendition(sha256)` once it is ready, for a day."""
        with self._store.read() as tx:
            found = samples.find(tx, ident)
        if found is None:
            raise NotFoundError("sample", ident)
        return found

    def problems_of(self, short: str, words: str) -> list[Problem]:
        """Everything wrong with an entry."""
        found = []
        if not short:
            found.append(Problem.of("short", "empty"))
        elif len(short) > SHORT_LIMIT:
            found.append(Problem.of("short", "short_too_long", limit=SHORT_LIMIT))
        elif not _SHORT.fullmatch(short):
            found.append(Problem.of("short", "short_letters"))
        elif short not in self._built_in and not self._abbreviates(short):
            found.append(Problem.of("short", "short_is_a_word", short=short))
        if not words:
            found.append(Problem.of("words", "empty"))
        elif len(words) > WORDS_LIMIT:
            found.append(Problem.of("words", "too_long", length=len(words), limit=WORDS_LIMIT))
        elif not self._can_be_said(words):
            found.append(Problem.of("words", "words_only", said=self._plainly(words).words))
        return found

    def _abbreviates(self, short: str) -> bool:
        """Not a word as any text has it: capitals, figures or marks, or letters that nobody can say together."""
        capitals = sum(letter.isupper() for letter in short)
        return not short.isalpha() or short.isupper() or capitals > 1 or bool(self._plainly(short).spelt)

    def _can_be_said(self, words: str) -> bool:
        """Words alone: nothing in it that would have to be read as something else, or spelt."""
        plain = self._plainly(words)
        return bool(plain.words) and not plain.spelt and _bare(plain.words) == _bare(words)

    def _ring(self) -> None:
        for whom in listeners(self._config):
            self._bell.ring(whom)


def _bare(words: str) -> str:
    return _PAUSES.sub(" ", words).strip().casefold()
