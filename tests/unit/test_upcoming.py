"""What the rules bring, kept between asks: always what a fresh look finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.days import DayType
from controller.store import announcements, days
from controller.timing.upcoming import Coming, Upcoming
from tests.support.scheduling import START, ScheduledStation, daily, once

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def station(tmp_path: Path) -> ScheduledStation:
    return ScheduledStation(tmp_path)


def asked(station: ScheduledStation, upcoming: Upcoming, begin: datetime, length: timedelta = DAY) -> list[Coming]:
    with station.store.read() as tx:
        return upcoming.between(tx, begin, begin + length)


def clocks(found: list[Coming]) -> list[str]:
    return [f"{one.due:%d %H:%M}" for one in found]


def test_what_is_changed_ended_and_in_line_is_known_at_once(station: ScheduledStation) -> None:
    upcoming = Upcoming(station.config.site.tz)
    assert asked(station, upcoming, START) == []
    ident = station.announce(daily("19:30")).id
    (rule_id,) = station.rule_ids(ident)
    half_past = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert asked(station, upcoming, START) == [Coming(half_past, rule_id, ident)]
    station.announcing.move_occurrence(rule_id, half_past, half_past + 30 * MINUTE, "tester")
    assert clocks(asked(station, upcoming, START)) == ["21 13:00"]
    station.clock.tick(3600 - 20)
    station.plan()  # it is in line now: an utterance, no longer to come
    assert clocks(asked(station, upcoming, station.clock.now())) == ["22 12:30"]
    station.announcing.withdraw(ident, "tester")
    assert asked(station, upcoming, station.clock.now()) == []
    station.announcing.restore(ident, "tester")
    assert clocks(asked(station, upcoming, station.clock.now())) == ["22 12:30"]
    station.announce(daily("20:30"), ident=ident)
    assert clocks(asked(station, upcoming, station.clock.now())) == ["21 13:30"]


def test_what_officials_say_of_a_day_counts(station: ScheduledStation) -> None:
    upcoming = Upcoming(station.config.site.tz)
    station.announce({**daily("19:30"), "day_types": ["weekend"]})
    assert clocks(asked(station, upcoming, START, 2 * DAY)) == ["21 12:30", "22 12:30"]
    with station.store.write() as tx:
        days.say(tx, START, date(2026, 11, 22), DayType.WORKING, "Làm bù", "Cán bộ")
    assert clocks(asked(station, upcoming, START, 2 * DAY)) == ["21 12:30"]


def test_a_rule_that_cannot_be_read_hides_no_other(station: ScheduledStation) -> None:
    ident = station.announce(daily("19:30")).id
    with station.store.write() as tx:
        announcements.add_rule(tx, START, "strange", ident, {"kind": "of a later version"})
    assert clocks(asked(station, Upcoming(station.config.site.tz), START)) == ["21 12:30"]


@settings(max_examples=60, deadline=None)
@given(asks=st.lists(st.integers(-3 * 1440, 3 * 1440), min_size=1, max_size=8))
def test_asked_at_any_instants_it_answers_like_a_fresh_one(
    asks: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    station = ScheduledStation(tmp_path_factory.mktemp("s"), now=START - 4 * DAY)
    for rule in (daily("19:30"), daily("06:00"), {**daily("07:00"), "day_types": ["working"]}, once(START + MINUTE)):
        station.announce(rule)
    kept = Upcoming(station.config.site.tz)
    for minutes in asks:
        begin = START + minutes * MINUTE
        assert asked(station, kept, begin) == asked(station, Upcoming(station.config.site.tz), begin)
    station.store.close()
