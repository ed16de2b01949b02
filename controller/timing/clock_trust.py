"""The controller's watch over its own clock: looks every second, writes down and rings what changed.

What is found is a fact of this boot (its id is in it), so that nothing from before a power cut is ever
believed. Also keeps the last known time. What the signs mean is `core.trust`'s affair; `say_right` takes
an official's word, `finding` answers who asks how the clock stands.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.core.errors import StationError
from controller.core.journal import Kind
from controller.core.ports import Bell
from controller.core.trust import (
    Mark,
    Signs,
    Stand,
    Trust,
    Verdict,
    Word,
    chip_off_s,
    is_earlier,
    judge,
    known_after,
)
from controller.core.words import Words
from controller.runtime import last_known
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.config import StationConfig
from controller.runtime.logs import Lasting
from controller.store import clock as clocks
from controller.store import facts, journal
from controller.store.connection import Store

LOOK_S = 1.0
KEEP_S = 60.0  # how often the last known time is written
JUMPED_S = 2.0  # if it is another by more than this than the file would tell, it is written at once
ANEW_S = 600.0  # how often a synchronisation that goes on is written
COMPONENT = "clock"
log = logging.getLogger(__name__)


class ClockWatch:
    """`path` is the file of the last known time. Nothing is read from the store before the first look."""

    def __init__(self, config: StationConfig, store: Store, signs: ClockSigns, bell: Bell, path: Path) -> None:
        self._asked = config.clock.trust == "required"
        self._store, self._signs, self._bell, self._path = store, signs, bell, path
        self._listeners = (*(f"audio-{output.name}" for output in config.outputs), "kiosk", *config.displays)
        self._stand: Stand | None = None  # None: not yet looked
        self._told: Stand | None = None  # as the store has it
        self._known = self._kept = last_known.read(path)
        self._known_at = self._kept_at = self._look_by = self._keep_by = signs.uptime()
        self._heard_at: float | None = None  # the official's word that has been taken
        self._trouble = Lasting(log, "the last known time cannot be kept")

    @property
    def believed(self) -> bool:
        """Whether the schedule may go by this clock. Not before the first look."""
        return self._stand is not None and self._stand.believed

    @property
    def last_known(self) -> datetime | None:
        return self._known

    def look(self, at_once: bool = False) -> bool:
        """Look, if it is time; True if something has changed. StationError if that could not be written."""
        uptime = self._signs.uptime()
        if uptime < self._look_by and not at_once:
            return False
        changed = self._look() if self._asked else self._look_away()
        self._look_by = uptime + LOOK_S
        if uptime >= self._keep_by or self._jumped():
            self.keep()
        if changed:
            for name in self._listeners:
                self._bell.ring(name)
        return changed

    def keep(self) -> None:
        """Write the last known time. A card that cannot be written does not stop the schedule."""
        self._kept, self._kept_at = self._known, self._signs.uptime()
        self._keep_by = self._kept_at + KEEP_S
        if self._known is None:
            return
        try:
            last_known.write(self._path, self._known)
            self._trouble.ends()
        except StationError as error:
            self._trouble.begins(str(error))

    def _jumped(self) -> bool:
        """Whether a power cut now would bring back another time than the one known: it was set, or is the first."""
        if self._known is None or self._kept is None:
            return self._known is not self._kept
        passed = timedelta(seconds=self._known_at - self._kept_at)
        return abs(self._known - self._kept - passed) > timedelta(seconds=JUMPED_S)

    def _look_away(self) -> bool:
        """Where the configuration does not ask, nothing is found; but an old fault is over."""
        changed = False
        if self._stand is None:
            with self._store.write() as tx:
                known = any(part.component == COMPONENT for part in facts.health(tx))
                changed = known and facts.report(tx, self._signs.now(), COMPONENT)
            self._stand = Stand(self._signs.boot_id, Trust.OFF)
        self._pass(self._signs.uptime())
        self._known = known_after(self._known, self._signs.now(), Trust.OFF)
        return changed

    def _look(self) -> bool:
        with self._store.read() as tx:
            if self._stand is None:  # the process before this one may have looked
                self._stand = self._told = clocks.stand(tx, self._signs.boot_id)
            word = clocks.word(tx, self._signs.boot_id)
        mark, touched, kernel = self._signs.mark(), self._signs.touched(), self._signs.kernel()
        synchronised = _synchronised(self._stand, mark, touched, kernel)
        self._pass(mark.at)
        self._hear(word, mark)
        verdict = judge(_signs(self._signs, mark, kernel, synchronised, word, self._known))
        found = Stand(
            self._signs.boot_id, verdict.trust, verdict.doubt,
            word.by if word and verdict.trust is Trust.CONFIRMED else "",
            None if verdict.age_s is None else mark.at - verdict.age_s, synchronised, touched,
        )  # fmt: skip
        self._stand = found  # even if it cannot be written down: who doubts waits
        self._known = known_after(self._known, self._signs.now(), found.trust)
        return self._tell(found, verdict)

    def _pass(self, uptime: float) -> None:
        """What has passed by the boot clock has certainly passed."""
        if self._known:
            self._known += timedelta(seconds=uptime - self._known_at)
        self._known_at = uptime

    def _hear(self, word: Word | None, mark: Mark) -> None:
        """Whoever says that the clock is right, though it is earlier than the last known time, knows better."""
        if word and word.mark.at != self._heard_at:
            self._heard_at = word.mark.at
            if word.mark.since(mark).holds:
                self._known = self._signs.now()

    def _tell(self, found: Stand, verdict: Verdict) -> bool:
        """Write down what is new; True if it matters to others."""
        told = self._told
        changed = told is None or (told.trust, told.doubt, told.by) != (found.trust, found.doubt, found.by)
        if not changed and told and not _newer(told, found):
            return False
        with self._store.write() as tx:
            clocks.keep(tx, found)
            if changed:
                more: dict[str, object] = {"doubt": found.doubt.value} if found.doubt else {}
                more |= {"said_by": found.by} if found.by else {}
                more |= {"age_s": round(verdict.age_s)} if verdict.age_s is not None else {}
                journal.write(tx, self._signs.now(), Kind.CLOCK, COMPONENT, trust=found.trust.value, **more)
                facts.report(tx, self._signs.now(), COMPONENT, "" if found.believed else "clock_doubtful")
        self._told = found
        return changed


def say_right(store: Store, bell: Bell, signs: ClockSigns, by: str) -> None:
    """An official's word, for this boot: the clock is right as it stands now."""
    with store.write() as tx:
        clocks.say_right(tx, signs.now(), Word(signs.boot_id, by, signs.mark()))
    bell.ring("controller")


def finding(config: StationConfig, store: Store | None, signs: ClockSigns, known: datetime | None) -> Stand:
    """How the clock stands: as the controller found it in this boot, else as its signs are now."""
    if config.clock.trust == "off":
        return Stand(signs.boot_id, Trust.OFF)
    if store:
        with store.read() as tx:
            found = clocks.stand(tx, signs.boot_id)
        if found:
            return found
    mark, touched, kernel = signs.mark(), signs.touched(), signs.kernel()
    synchronised = _synchronised(None, mark, touched, kernel)
    verdict = judge(_signs(signs, mark, kernel, synchronised, None, known))
    since = None if verdict.age_s is None else mark.at - verdict.age_s
    return Stand(signs.boot_id, verdict.trust, verdict.doubt, since=since)


def trust_words(trust: Trust, age_s: float | None, by: str, words: Words) -> str:
    """ "giữ giờ từ lần chỉnh 3 giờ trước"."""
    return words(f"clock.{trust}", age=age_words(age_s or 0.0, words), by=by)


def age_words(seconds: float, words: Words) -> str:
    """ "5 phút", "3 giờ", "8 ngày": rounded down, at least a minute."""
    minutes = max(1, int(seconds) // 60)
    if minutes < 60:
        return words("clock.minutes", count=minutes)
    hours = minutes // 60
    return words("clock.hours", count=hours) if hours < 48 else words("clock.days", count=hours // 24)


def _synchronised(before: Stand | None, mark: Mark, touched: float | None, kernel: bool) -> Mark | None:
    """When the clock was last seen synchronised in this boot."""
    if kernel:
        return mark
    last = before.synchronised if before else None
    if touched is None or (before and touched == before.touched):
        return last
    # newly touched, at an instant that only the wall clock names; from now on the boot clock counts
    age_s = mark.at + mark.offset - touched
    if age_s < 0:  # touched in what is now the future: the clock was set back since
        return Mark(mark.at, touched - mark.at)
    return Mark(mark.at - age_s, mark.offset)


def _signs(
    signs: ClockSigns, mark: Mark, kernel: bool, synchronised: Mark | None, word: Word | None, known: datetime | None
) -> Signs:
    now = datetime.fromtimestamp(mark.at + mark.offset, UTC)
    since = synchronised.since(mark) if synchronised else None
    # a chip hangs on a slow bus: it is asked only where its answer counts
    chip = None if since and since.holds else signs.chip_time()
    return Signs(
        kernel=kernel, synchronised=since, chip_off_s=chip_off_s(now, chip, known),
        word=word.mark.since(mark) if word else None, earlier=is_earlier(now, known),
    )  # fmt: skip


def _newer(told: Stand, found: Stand) -> bool:
    """Nothing else has changed: whether how long ago it was synchronised is worth writing down."""
    if told.touched != found.touched:
        return True
    return (found.since or 0.0) - (told.since or 0.0) >= ANEW_S
