"""Prepares renditions as soon as they are wanted, hours before they are due: a thread beside the player.

The work itself is done in child processes with a time limit; this only asks, and writes down what
came of it. What is to be made again `renewal` knows, what is to go `collecting`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from audio.preparing.collecting import Collector
from audio.preparing.prepare import GivenUpError, Preparer, Unspeakable
from audio.preparing.renewal import Renewal
from controller.core.clips import Clip
from controller.core.errors import StationError
from controller.core.parts import Parts, RecordingPart, TextPart, parts_of
from controller.core.ports import Clock
from controller.core.recordings import Recording
from controller.core.renditions import Prepared, Rendition
from controller.runtime.files import adopt_file
from controller.runtime.logs import Lasting
from controller.runtime.places import Places
from controller.store import announcements, clips, facts, renditions, samples
from controller.store.connection import Store, Tx
from controller.store.samples import Sample

POLL_S = 0.5
COLLECT_FIRST_S, COLLECT_EVERY_S = 60.0, 3600.0
Outcome = Callable[[Tx, datetime], None]  # writes down what came of a rendition
_OWN_FAULT = frozenset(
    {"too_long", "recording_missing", "recording_broken", "recording_silent"}
)  # no voice is to blame
log = logging.getLogger(__name__)


class Studio:
    def __init__(
        self, store: Store, places: Places, preparer: Preparer, renewal: Renewal, collector: Collector, clock: Clock,
        max_duration_s: float, ring: Callable[[], object], speakers: Mapping[str, Preparer],
    ) -> None:  # fmt: skip
        """speakers: who says the kiosk's texts, by language; the first also makes what was recorded in any other."""
        self._speakers = speakers
        self._store, self._places, self._preparer = store, places, preparer
        self._renewal, self._collector = renewal, collector
        self._clock, self._max_duration_s, self._ring = clock, max_duration_s, ring
        self._asked = threading.Event()
        self._unsaved: Outcome | None = None
        self._trouble = Lasting(log, "the store cannot be used")
        self._collect_at = clock.monotonic() + COLLECT_FIRST_S

    def wake(self) -> None:
        self._asked.set()

    def end(self) -> None:
        """Give up what is being prepared; the next process prepares it."""
        for each in (self._preparer, *self._speakers.values()):
            each.give_up()
        self.wake()

    def work(self, stopping: threading.Event) -> None:
        seen = -1
        while not stopping.is_set():
            try:
                seen = self._turn(seen, stopping)
                self._trouble.ends()
            except GivenUpError as error:
                log.info("given up: %s", error)
            except StationError as error:
                self._trouble.begins(str(error))
                self._store.close()  # a fresh connection for the next try, which counts versions anew
                seen = -1
            self._asked.wait(POLL_S)
            self._asked.clear()
        self._store.close()

    def _turn(self, seen: int, stopping: threading.Event) -> int:
        """Do all there is to do. `seen`: the version of the store at which nothing was left; the present one."""
        self._save()
        if self._clock.monotonic() >= self._collect_at:
            self._collect_at = self._clock.monotonic() + COLLECT_EVERY_S
            self._collector.collect()
        if self._renewal.retry():
            seen = -1
        version = self._store.version()
        if version != seen:
            self._renewal.ask(stopping)
            self._prepare_all(stopping)
        return version

    def _prepare_all(self, stopping: threading.Event) -> None:
        """Samples first: somebody waits for them. What the kiosk says comes last."""
        while not stopping.is_set():
            with self._store.read() as tx:
                listened = samples.wanted(tx)
                wanted = [] if listened else renditions.wanted(tx)
                announcement = announcements.get(tx, wanted[0].announcement_id) if wanted else None
                clip = None if listened or announcement else clips.next_wanted(tx)
                recorded = clips.recording_of(tx, clip.key) if clip else None
            if listened:
                self._unsaved = self._sample(listened[0])
            elif announcement:
                self._unsaved = self._prepare(wanted[0], parts_of(announcement.text, announcement.parts))
            elif clip:
                self._unsaved = self._clip(clip, recorded)
            else:
                break
            self._save()
        for each in self._speakers.values():
            each.rest()

    def _save(self) -> None:
        """Write down what came of the last one. If that fails it is not prepared again, only written again."""
        if self._unsaved is None:
            return
        with self._store.write() as tx:
            self._unsaved(tx, self._clock.now())
        self._unsaved = None
        self._ring()

    def _sample(self, sample: Sample) -> Outcome:
        try:
            prepared = self._made((TextPart(sample.words),))
        except Unspeakable as error:
            return partial(_no_sample, ident=sample.id, reason=error.reason)
        return partial(_sampled, ident=sample.id, sha256=prepared.sha256)

    def _clip(self, clip: Clip, recorded: Recording | None) -> Outcome:
        """What somebody has recorded, else what a voice of its language says; also where the recording is gone."""
        speaker, reason = self._speakers.get(clip.language), "no_engine"
        ways: list[tuple[Preparer, Parts]] = [(speaker, (TextPart(clip.text),))] if speaker else []
        if recorded:
            brought = recorded.brought
            part = RecordingPart(brought.sha256, recorded.name, clip.language, brought.length_s)
            ways.insert(0, (speaker or next(iter(self._speakers.values())), (part,)))
        for preparer, parts in ways:
            try:
                made = self._made(parts, preparer)
            except Unspeakable as error:
                reason = error.reason
                continue
            adopt_file(self._places.rendition(made.sha256), self._places.voice(clip.key))
            return partial(_clipped, key=clip.key)
        return partial(_no_clip, key=clip.key, reason=reason)

    def _prepare(self, rendition: Rendition, parts: Parts) -> Outcome:
        recipe = self._preparer.recipe(parts)
        try:
            prepared = self._made(parts)
        except Unspeakable as error:
            reason, tried = error.reason, error.tried
        else:
            if prepared.duration_s <= self._max_duration_s:
                return partial(_ready, ident=rendition.id, prepared=prepared, recipe=recipe)
            reason, tried = "too_long", prepared.tried
        return partial(_failed, ident=rendition.id, reason=reason, tried=tried, recipe=recipe)

    def _made(self, parts: Parts, by: Preparer | None = None) -> Prepared:
        preparer = by or self._preparer
        try:
            return preparer.prepare(parts)
        except Unspeakable as error:
            if error.reason != "disk_full" or not self._collector.collect():
                raise
            return preparer.prepare(parts)


def _sampled(tx: Tx, at: datetime, ident: str, sha256: str) -> None:
    samples.ready(tx, ident, sha256)


def _no_sample(tx: Tx, at: datetime, ident: str, reason: str) -> None:
    samples.failed(tx, ident, reason)


def _clipped(tx: Tx, at: datetime, key: str) -> None:
    clips.ready(tx, key)


def _no_clip(tx: Tx, at: datetime, key: str, reason: str) -> None:
    clips.failed(tx, key, reason)


def _ready(tx: Tx, at: datetime, ident: str, prepared: Prepared, recipe: str) -> None:
    renditions.ready(tx, at, ident, prepared, recipe)
    facts.report(tx, at, "speech")


def _failed(tx: Tx, at: datetime, ident: str, reason: str, tried: tuple[str, ...], recipe: str) -> None:
    renditions.failed(tx, at, ident, reason, tried, recipe)
    if reason not in _OWN_FAULT:
        facts.report(tx, at, "speech", "unspeakable", reason=reason)
