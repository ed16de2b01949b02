"""A whole village in one process: the real store, timekeeper, clock watch and engine, on a clock that can be wrong.

Loudspeakers are the engine with an ideal output; everything they sound is kept with the time of the station's
clock. A power cut takes all of it away but the database and the file of the last known time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from audio import engine
from audio.daemon import quiet_where_heard
from audio.keeper import item_of, offered
from audio.programme import SOUNDING, Cut, Event, Move, Now, Phase, Play, Rows, State, Tick, Timing
from audio.progress import recovered
from controller.announcing import Announcing, draft_of
from controller.core.announcements import Announcement, Draft
from controller.core.ids import RANDOM_BYTES, uuid7
from controller.core.renditions import Prepared
from controller.runtime.clocks import FakeClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.places import Places
from controller.store import announcements, clock, renditions, utterances
from controller.store.connection import Store
from controller.store.days import said
from controller.timing.clock_trust import ClockWatch, say_right
from controller.timing.planning import Planning
from controller.timing.timekeeping import Timekeeper
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.planner import next_after
from tests.support.clocks import Furnished

WORDS_S = 90.0
# of an occurrence: by then it is in line. A plan looks 30 s ahead and is made 15 s after the last one, so that
# one made before the 25th second before it is followed by another now, and one made later has it already
BEFORE = timedelta(seconds=10)
CONFIG = """
[[zones]]
id = "tren"
name = "Bản Trên"
[[zones]]
id = "duoi"
name = "Bản Dưới"
[[outputs]]
name = "main"
zones = ["tren"]
device = "wav"
[[outputs]]
name = "far"
zones = ["duoi"]
device = "wav"
[policy]
approval = "off"
"""


@dataclass(frozen=True)
class Sound:
    """Words that sounded on an output, by the station's clock; `whole` if to their end."""

    output: str
    utterance_id: str
    begin: datetime
    end: datetime
    true_begin: datetime  # whatever the clock said
    true_end: datetime
    whole: bool
    believed: bool  # the clock, as the station saw it


class Loudspeaker:
    def __init__(self, output: str, village: Village) -> None:
        self._output, self._village = output, village
        config = village.config
        self._timing = Timing(1.0, 3.0, 2.0, 2.0, 4.0, quiet_where_heard(config, config.output(output)))
        self._state = State()
        self._words_from: datetime | None = None
        with village.store.write() as tx:
            for ident, event, detail in recovered(utterances.open_on(tx, output), {}, village.clock.now()):
                utterances.move(tx, village.clock.now(), ident, event, **detail)

    @property
    def wake_at(self) -> float | None:
        """Monotonic."""
        if self._state.phase in SOUNDING:
            return self._state.ends
        return engine.wake_at(self._state, self._now(), self._timing)

    def look(self) -> None:
        with self._village.store.read() as tx:
            rows = offered(utterances.open_on(tx, self._output), clock.believed(tx, self._village.boot_id))
        items = tuple(replace(item_of(row, loaded=True), words_s=WORDS_S) for row in rows)
        self._step(Rows(items))
        self._step(Tick(self._state.phase in SOUNDING and self._now().mono < self._state.ends))

    def cut(self) -> None:
        self._end_of_words(whole=False)

    def _now(self) -> Now:
        return Now(self._village.clock.now().timestamp(), self._village.clock.monotonic())

    def _step(self, event: Event) -> None:
        self._state, actions = engine.step(self._state, event, self._now(), self._timing)
        for action in actions:
            match action:
                case Play(_, Phase.SPEAKING):
                    self._words_from, self._speaks = self._village.clock.now(), action.item.id
                    self._true_from = self._village.true
                    with self._village.store.read() as tx:
                        self._believed = clock.believed(tx, self._village.boot_id)
                case Cut():
                    self._end_of_words(whole=False)
                case Move(ident, event_of, detail):
                    if event_of == "finish":
                        self._end_of_words(whole=True)
                    with self._village.store.write() as tx:
                        utterances.move(tx, self._village.clock.now(), ident, event_of, **dict(detail))

    def _end_of_words(self, whole: bool) -> None:
        if self._words_from:
            end, true_end = self._village.clock.now(), self._village.true
            self._village.sounds.append(
                Sound(
                    self._output, self._speaks, self._words_from, end, self._true_from, true_end, whole, self._believed
                )
            )  # fmt: skip
        self._words_from = None


class Village:
    def __init__(self, folder: Path, now: datetime, more: str = "") -> None:
        self.places = Places(folder)
        self.places.make()
        self.config: StationConfig = parse_config(CONFIG + more, "test")
        self.true = now  # what time it is, whatever the station's clock says
        self.sounds: list[Sound] = []
        self._machine = Furnished(folder / "root")
        self._boots = 0
        self._ids = count(1)
        self._turn_on(now)
        self.synchronise()

    # --- what an official does

    def announce(self, *rules: dict[str, object], zones: tuple[str, ...] = ("tren", "duoi"), late_s: int = 600) -> str:
        draft = Draft("Họp bản", "Mời bà con.", zones, late_window_s=late_s)
        return self._prepared(self.announcing.save(draft, rules, "cán bộ"))

    def reword(self, rule_id: str) -> None:
        """Other words of the announcement of a rule, all else as it is."""
        with self.store.read() as tx:
            (stored,) = announcements.rules(tx, rule_id=rule_id)
            known = announcements.get(tx, stored.announcement_id)
            documents = [rule.document for rule in announcements.rules(tx, known.id)]
        draft = replace(draft_of(known), text=known.text + " Xin nhắc lại.")
        self._prepared(self.announcing.save(draft, documents, "cán bộ", known.id))

    def _prepared(self, saved: Announcement) -> str:
        with self.store.write() as tx:
            prepared = Prepared("a" * 64, WORDS_S, -16.0, -1.0, "test")
            renditions.ready(tx, self.clock.now(), f"{saved.id}/{saved.revision}", prepared)
        self.live(timedelta())
        return saved.id

    def rule_ids(self, ident: str) -> list[str]:
        with self.store.read() as tx:
            return [rule.id for rule in announcements.rules(tx, ident)]

    def confirm(self) -> None:
        say_right(self.store, self._bell, self._signs, "cán bộ")
        self.live(timedelta())

    # --- what happens

    def live(self, length: timedelta) -> None:
        """Let time pass, from one instant at which something may happen to the next."""
        end = self.clock.monotonic() + length.total_seconds()
        while True:
            self._keeper.turn(0)
            for speaker in self._speakers:
                speaker.look()
            left = end - self.clock.monotonic()
            if left <= 0:
                return
            self._pass(min(left, self._next_s()))

    def live_until_near(self, which: int, before_s: float) -> None:
        """Until so many seconds before (or after) one of the occurrences of the next days."""
        nexts = sorted(at for at in self._nexts(self.clock.now() + timedelta(seconds=max(0.0, before_s))) if at)
        if nexts:
            at = nexts[which % len(nexts)] - timedelta(seconds=before_s)
            self.live(max(timedelta(), at - self.clock.now()))

    def power_cut(self, length: timedelta, clock_is_right: bool) -> None:
        """The clock comes back right (a chip, or the network at once), or at the last time that it knew."""
        for speaker in self._speakers:
            speaker.cut()
        for part in (self._doorway, self._bell):
            part.close()
        self.store.close()
        self.true += length
        self._turn_on(self.true if clock_is_right else self.clock.now())
        if clock_is_right:
            self.synchronise()

    def step(self, seconds: float) -> None:
        """Somebody, or something, sets the clock."""
        self.clock.step(seconds)
        self.live(timedelta(seconds=1))

    def synchronise(self) -> None:
        """The network sets the clock right."""
        self.clock.step((self.true - self.clock.now()).total_seconds())
        self._machine.synchronise(self.clock.now())
        self.live(timedelta(seconds=1))

    def close(self) -> None:
        for part in (self._doorway, self._bell):
            part.close()
        self.store.close()

    def _turn_on(self, wall: datetime) -> None:
        self._boots += 1
        self.boot_id = f"boot-{self._boots}"
        self._machine.boot(self.boot_id)
        self.clock = FakeClock(wall)
        self.store = Store(self.places.station_db)
        ids = self._next_id
        self._bell, self._doorway = Doorbell(self.places), Doorway(self.places, "controller")
        self.announcing = Announcing(self.store, self._bell, self.clock, ids, self.config)
        self._signs = self._machine.signs(self.clock)
        watch = ClockWatch(self.config, self.store, self._signs, self._bell, self.places.last_known)
        self._keeper = Timekeeper(
            Planning(self.store, ids, self.config), self.store, self.clock, self._bell, self._doorway, lambda _: True,
            lambda: None, lambda: False, watch,
        )  # fmt: skip
        self._speakers = [Loudspeaker(output.name, self) for output in self.config.outputs]
        self.live(timedelta(seconds=1))

    def _next_id(self) -> str:
        """The same ones in every run: they decide who goes first among equals."""
        return uuid7(self.clock.now(), next(self._ids).to_bytes(RANDOM_BYTES, "big"))

    def _pass(self, seconds: float) -> None:
        self.clock.tick(seconds)
        self.true += timedelta(seconds=seconds)

    def _next_s(self) -> float:
        """Seconds until something may happen: an occurrence comes near, or a loudspeaker has something to do."""
        now = self.clock.now()
        waits = [(at - BEFORE - now).total_seconds() for at in self._nexts(now + BEFORE) if at]
        waits += [at - self.clock.monotonic() for speaker in self._speakers if (at := speaker.wake_at) is not None]
        return max(0.001, min(waits, default=86_400.0))

    def _nexts(self, after: datetime) -> list[datetime | None]:
        with self.store.read() as tx:
            rules = [rule_from(stored.document) for stored in announcements.rules(tx)]
            calendar = Calendar({day: one.type for day, one in said(tx).items()})
        return [next_after(rule, after, self.config.site.tz, calendar) for rule in rules]
