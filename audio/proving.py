"""Whoever is asked whether the sound came out: the watch at the sink, and the monitor input that hears the village.

The player tells both what it begins and ends; neither ever makes it wait. What they find reaches the
player and the keeper by themselves.
"""

from __future__ import annotations

from audio.listening.hearing import Hearing
from audio.listening.proof import Proof
from audio.listening.watcher import Watcher
from audio.programme import Item, Phase
from audio.source import Source

RATE = 48_000


class Proving:
    def __init__(self, watcher: Watcher, hearing: Hearing) -> None:
        self._watcher, self._hearing = watcher, hearing
        self._listens_to = ""  # the utterance whose words are being listened to
        self._words: Source | None = None
        self._source: Source | None = None  # of the segment that began last

    def opened(self, driver: str, device: str) -> None:
        self._watcher.opened(driver, device)

    def closed(self) -> None:
        self._watcher.closed()

    def began(self, item: Item, segment: Phase, source: Source, from_s: float, gain_db: float, at: float) -> None:
        """A segment sounds since monotonic `at`. Only words that are said from their beginning are listened to, and
        whoever listens is told with the chime already: an ear takes a moment to open."""
        self._watcher.began(source, from_s, gain_db, at)
        self._source = source
        if segment is Phase.SPEAKING:
            self._words = source
        if segment is Phase.CLOSING or not item.sha256 or self._listens_to == item.id:
            return
        if segment is Phase.OPENING:
            self._listen(item, at + source.length / RATE - from_s)
        elif not from_s:
            self._listen(item, at)

    def turned(self, from_s: float, gain_db: float, at: float) -> None:
        """What sounds does so at another loudness from `from_s` in it on."""
        if self._source:
            self._watcher.began(self._source, from_s, gain_db, at)

    def _listen(self, item: Item, at: float) -> None:
        self._listens_to = item.id
        self._hearing.begins(item.id, item.sha256, item.words_s, at)

    def tests(self, ident: str, level_dbfs: float, hertz: float, length_s: float, at: float) -> None:
        """The self-test's tone will sound at monotonic `at`."""
        self._hearing.tone(ident, level_dbfs, hertz, length_s, at)

    def tests_no_more(self, ident: str) -> None:
        """The self-test's tone did not sound, or not to its end."""
        self._hearing.drop(ident)

    def ended(self, ident: str, at: float, spoken_s: float) -> None:
        """Its words are over, or were cut after so many seconds of them."""
        if self._listens_to == ident:
            self._hearing.ends(ident, at, spoken_s)
            self._listens_to = ""

    def fell_silent(self, at: float) -> None:
        self._watcher.fell_silent(at)

    def of_words(self) -> Proof:
        """What the sink was seen to take of the words said last."""
        return self._watcher.summary(self._words)
