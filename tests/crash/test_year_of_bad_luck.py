"""A year of power cuts, wrong clocks and changed minds: every occurrence has exactly one outcome.

The real store, planner, timekeeper, clock watch and engine on a fake clock (`tests.support.village`). One test
plays a year by a seed; the other lets hypothesis choose what happens, and shrinks what goes wrong.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.core.days import DayType
from controller.core.errors import InputError
from controller.core.journal import Entry
from controller.core.quiet import is_quiet, span_of
from controller.core.utterances import FINAL, Utterance
from controller.store import announcements, days, journal, utterances
from controller.timing.outlook import calendar_of
from schedules.documents import rule_from
from schedules.planner import due_between
from tests.support.chances import chances
from tests.support.village import Village

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)  # 8:00 in Vietnam
MEMORY = Path("/dev/shm")  # noqa: S108 - tests alone
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO, FAR = datetime(2020, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)
OUTCOMES = ("played", "missed", "cut", "stopped")
MORNING: dict[str, object] = {"kind": "daily", "times": ["06:00", "17:30"]}
MOONS: dict[str, object] = {"kind": "lunar_monthly", "days": [1, 15], "times": ["19:30"], "offset_days": -1}
WORKING: dict[str, object] = {
    "kind": "weekly",
    "weekdays": [1, 3, 6],
    "times": ["06:01"],
    "day_types": ["working"],
    "late": "skip",
}
OFTEN: dict[str, object] = {"kind": "daily", "times": ["07:00", "07:05", "14:00", "14:05"], "day_types": ["weekend"]}


def check(village: Village, since: dict[str, datetime], quiet: tuple[str, ...]) -> None:
    """Every occurrence since its rule was made: one row an output, ended one way, said once, spoken at most once."""
    tz = village.config.site.tz
    now = village.clock.now()
    assert now == village.true, "the check needs the right time"
    with village.store.read() as tx:
        rows = utterances.between(tx, LONG_AGO, FAR)
        rules = {stored.id: rule_from(stored.document) for stored in announcements.rules(tx)}
        lines = journal.entries(tx, limit=1_000_000)
        calendar = calendar_of(tx)
    outputs = [output.name for output in village.config.outputs]
    wanted = {
        (ident, due, output)
        for ident, when in rules.items()
        for due in due_between(when, since[ident], now - HOUR, tz, calendar)
        for output in outputs
    }
    found = Counter((row.rule_id, row.due, row.output) for row in rows if row.rule_id in rules)
    assert set(found) >= wanted, f"forgotten: {sorted(wanted - set(found))[:3]}"
    assert max(found.values(), default=1) == 1
    extra = {key for key in found if key not in wanted and since[key[0]] < key[1] <= now - HOUR}
    assert not extra, f"out of nowhere: {sorted(extra)[:3]}"
    over = [row for row in rows if row.due <= now - HOUR]
    assert {row.state for row in over} <= FINAL, [row for row in over if row.state not in FINAL][:2]
    _said_once(over, lines)
    _spoken_once(village, rows, quiet)


def _said_once(rows: list[Utterance], lines: list[Entry]) -> None:
    """A journal line for every outcome; for a missed occurrence one, whatever the number of its outputs."""
    by_id = {row.id: row for row in rows}
    ends: Counter[str] = Counter()
    missed: Counter[tuple[str, datetime]] = Counter()
    for line in lines:
        row = by_id.get(line.subject.partition("/")[2])
        if row is None or line.kind.value not in OUTCOMES or line.detail.get("again"):
            continue
        if line.kind == "missed":
            missed[row.rule_id, row.due] += 1
        else:
            ends[row.id] += 1
    assert ends == Counter(row.id for row in rows if row.state.value != "missed")
    assert missed == Counter({(row.rule_id, row.due): 1 for row in rows if row.state.value == "missed"})


def _spoken_once(village: Village, rows: list[Utterance], quiet: tuple[str, ...]) -> None:
    by_id = {row.id: row for row in rows}
    whole = Counter(
        (by_id[sound.utterance_id].rule_id, by_id[sound.utterance_id].due, sound.output)
        for sound in village.sounds
        if sound.whole and sound.utterance_id in by_id
    )
    assert max(whole.values(), default=1) == 1, "spoken twice"
    played = {(row.rule_id, row.due, row.output) for row in rows if row.state.value == "played"}
    assert set(whole) == played
    spans = tuple(span_of(text) for text in quiet)
    for sound in village.sounds:
        assert sound.believed, "it went by a clock that nothing vouched for"
        assert not is_quiet(spans, sound.begin.astimezone(village.config.site.tz)), "it broke the quiet"
    for output in village.config.outputs:  # never two at once in one place
        mine = [sound for sound in village.sounds if sound.output == output.name]
        assert all(first.true_end <= second.true_begin for first, second in pairwise(mine))
    # when the power comes back at most one late occurrence of a rule is spoken
    late: Counter[tuple[str, str, datetime]] = Counter()
    for sound in village.sounds:
        row = by_id.get(sound.utterance_id)
        if row and sound.whole and sound.begin - row.due > timedelta(minutes=4):
            quarter = sound.begin.replace(minute=sound.begin.minute // 15 * 15, second=0, microsecond=0)
            late[row.rule_id, sound.output, quarter] += 1
    assert max(late.values(), default=1) == 1, "old news in bulk"


def folder() -> tempfile.TemporaryDirectory[str]:
    """In memory where there is such a folder: the power fails here without the disk, which need not be waited for."""
    return tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None)


@pytest.fixture
def in_memory() -> Iterator[Path]:
    with folder() as found:
        yield Path(found)


def test_a_year(in_memory: Path) -> None:
    chance = chances(9)
    quiet = ("21:00-05:30", "11:30-13:30")
    village = Village(in_memory, START)
    since: dict[str, datetime] = {}
    for when, late_s in ((MORNING, 3600), (MOONS, 600), (WORKING, 600), (OFTEN, 7200)):
        ident = village.announce(when, late_s=late_s)
        since |= {rule_id: village.clock.now() for rule_id in village.rule_ids(ident)}
    while village.true < START + 365 * DAY:
        village.live(timedelta(minutes=chance.randint(1, 8 * 1440)))
        match chance.randrange(4):
            case 0:
                village.power_cut(timedelta(minutes=chance.randint(1, 3 * 1440)), clock_is_right=True)
            case 1:
                village.power_cut(timedelta(minutes=chance.randint(1, 3 * 1440)), clock_is_right=False)
                village.live(timedelta(minutes=chance.randint(0, 600)))
                village.synchronise()
            case 2:
                village.step(chance.choice((-1, 1)) * chance.uniform(0.5, 200_000))
                if chance.random() < 0.5:  # and somebody is wrong about it
                    village.confirm()
                village.live(timedelta(minutes=chance.randint(0, 600)))
                village.synchronise()
            case 3:  # in the midst of something, or right before
                village.live_until_near(chance.randrange(9), chance.uniform(-100, 29))
                village.power_cut(timedelta(seconds=chance.randint(1, 1200)), clock_is_right=chance.random() < 0.5)
                village.live(timedelta(minutes=chance.randint(0, 30)))
                village.synchronise()
    village.live(2 * HOUR)
    check(village, since, quiet)
    assert len([sound for sound in village.sounds if sound.whole]) > 300, "hardly anything was spoken"
    village.close()


class YearOfBadLuck(RuleBasedStateMachine):
    @initialize(
        whens=st.lists(st.sampled_from([MORNING, MOONS, WORKING, OFTEN]), min_size=1, max_size=3, unique_by=str),
        late_s=st.sampled_from([0, 60, 600, 7200]),
    )
    def move_in(self, whens: list[dict[str, object]], late_s: int) -> None:
        self.folder = folder()
        self.village = Village(Path(self.folder.name), START)
        self.since: dict[str, datetime] = {}
        for when in whens:
            self.take_in(self.village.announce(when, late_s=late_s))

    def take_in(self, ident: str) -> None:
        for rule_id in self.village.rule_ids(ident):
            self.since.setdefault(rule_id, self.village.clock.now())

    @rule(minutes=st.one_of(st.integers(1, 120), st.integers(120, 6 * 1440)))
    def live(self, minutes: int) -> None:
        self.village.live(timedelta(minutes=minutes))

    @rule(minutes=st.one_of(st.integers(0, 30), st.integers(30, 4 * 1440)), seconds=st.integers(1, 59))
    def power_cut(self, minutes: int, seconds: int) -> None:
        self.village.power_cut(timedelta(minutes=minutes, seconds=seconds), clock_is_right=True)

    @rule(
        which=st.integers(0, 9),
        before_s=st.floats(-100, 29),
        seconds=st.integers(1, 1800),
        right=st.booleans(),
        minutes=st.integers(0, 30),
    )
    def power_cut_near_an_occurrence(
        self, which: int, before_s: float, seconds: int, right: bool, minutes: int
    ) -> None:
        self.village.live_until_near(which, before_s)
        self.village.power_cut(timedelta(seconds=seconds), clock_is_right=right)
        self.village.live(timedelta(minutes=minutes))
        self.village.synchronise()

    @rule(minutes=st.integers(1, 4 * 1440), lost=st.integers(0, 300), confirmed=st.booleans())
    def power_cut_and_a_clock_that_lies(self, minutes: int, lost: int, confirmed: bool) -> None:
        self.village.power_cut(timedelta(minutes=minutes), clock_is_right=False)
        if confirmed:  # somebody is wrong about it
            self.village.confirm()
        self.village.live(timedelta(minutes=lost))
        self.village.synchronise()

    @rule(
        seconds=st.floats(-400_000, 400_000).filter(lambda s: abs(s) > 2),
        minutes=st.integers(0, 300),
        confirmed=st.booleans(),
    )
    def a_wrong_hand_on_the_clock(self, seconds: float, minutes: int, confirmed: bool) -> None:
        self.village.step(seconds)
        if confirmed:
            self.village.confirm()
        self.village.live(timedelta(minutes=minutes))
        self.village.synchronise()

    @rule(minutes=st.integers(-600, 900), back=st.booleans(), data=st.data())
    def an_official_moves_the_next(self, minutes: int, back: bool, data: st.DataObject) -> None:
        village = self.village
        rule_id = data.draw(st.sampled_from(list(self.since)))
        with village.store.read() as tx:
            (stored,) = announcements.rules(tx, rule_id=rule_id)
            calendar = calendar_of(tx)
        now = village.clock.now()
        coming = due_between(rule_from(stored.document), now + HOUR, now + 40 * DAY, village.config.site.tz, calendar)
        if not coming:
            return
        to = None if minutes == 0 else coming[0] + timedelta(minutes=minutes)
        try:
            village.announcing.move_occurrence(rule_id, coming[0], to, "cán bộ")
            if back:
                village.announcing.undo_move(rule_id, coming[0], "cán bộ")
        except InputError:
            return  # in quiet hours, past, or taken

    @rule(data=st.data())
    def an_official_takes_a_change_back(self, data: st.DataObject) -> None:
        village = self.village
        rule_id = data.draw(st.sampled_from(list(self.since)))
        with village.store.read() as tx:
            (stored,) = announcements.rules(tx, rule_id=rule_id)
        changes = rule_from(stored.document).changes
        if not changes:
            return
        change = data.draw(st.sampled_from(changes))
        named = data.draw(st.sampled_from([change.due, change.to or change.due]))
        try:
            village.announcing.undo_move(rule_id, named.replace(tzinfo=village.config.site.tz), "cán bộ")
        except InputError:
            return  # the one or the other time has passed

    @rule(which=st.integers(0, 9), before_s=st.floats(-100, 29), times=st.integers(1, 3), data=st.data())
    def an_official_changes_the_words_near_an_occurrence(
        self, which: int, before_s: float, times: int, data: st.DataObject
    ) -> None:
        self.village.live_until_near(which, before_s)
        rule_id = data.draw(st.sampled_from(list(self.since)))
        for _ in range(times):
            self.village.reword(rule_id)

    @rule(ahead=st.integers(1, 10), kind=st.sampled_from(list(DayType)))
    def the_state_says_what_day_it_is(self, ahead: int, kind: DayType) -> None:
        village = self.village
        day: date = (village.clock.now() + ahead * DAY).astimezone(village.config.site.tz).date()
        with village.store.write() as tx:
            days.say(tx, village.clock.now(), day, kind, "", "cán bộ")

    @invariant()
    @precondition(lambda self: hasattr(self, "village"))
    def every_occurrence_has_one_outcome(self) -> None:
        self.village.live(HOUR + timedelta(minutes=10))
        check(self.village, self.since, ("21:00-05:30", "11:30-13:30"))

    def teardown(self) -> None:
        if hasattr(self, "village"):
            self.village.close()
            self.folder.cleanup()


TestYearOfBadLuck = YearOfBadLuck.TestCase
TestYearOfBadLuck.settings = settings(max_examples=16, stateful_step_count=14, deadline=None)
