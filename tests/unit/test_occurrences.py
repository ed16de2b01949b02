"""Single occurrences moved, left out and put back: in the rule, in the line and in the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.errors import InputError, NotFoundError
from controller.core.levels import Level
from controller.runtime.catalogues import load_words
from controller.store import announcements
from controller.timing.outlook import outlook
from tests.support.scheduling import CONFIG, START, ScheduledStation, daily

MINUTE = timedelta(minutes=1)
DUE = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)  # 19:30 of tomorrow


@pytest.fixture
def station(tmp_path: Path) -> ScheduledStation:
    return ScheduledStation(tmp_path)


def codes(error: InputError) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.problems]


def changes(station: ScheduledStation, rule_id: str) -> object:
    with station.store.read() as tx:
        (rule,) = announcements.rules(tx, rule_id=rule_id)
    return rule.document.get("changes", [])


def run(station: ScheduledStation, until: datetime) -> list[str]:
    """Plan every ten minutes until then; the instants that got in line."""
    while station.clock.now() < until:
        station.clock.tick(600)
        station.plan()
    return [due for due, _, state in station.rows() if state == "queued"]


def test_moved_left_out_and_put_back(station: ScheduledStation) -> None:
    ident = station.announce(daily("19:30")).id
    (rule_id,) = station.rule_ids(ident)
    move, undo = station.announcing.move_occurrence, station.announcing.undo_move
    move(rule_id, DUE, DUE - 150 * MINUTE, "Cán bộ")
    move(rule_id, DUE + timedelta(days=1), None, "Cán bộ")
    move(rule_id, DUE + timedelta(days=2), None, "Cán bộ")
    undo(rule_id, DUE + timedelta(days=2), "Cán bộ")
    assert station.rule_ids(ident) == [rule_id]
    assert changes(station, rule_id) == [
        {"due": "2026-11-22T19:30", "to": "2026-11-22T17:00"},
        {"due": "2026-11-23T19:30", "to": None},
    ]
    assert run(station, START + timedelta(days=4)) == [
        "11-21 12:30:00", "11-22 10:00:00", "11-24 12:30:00",
    ]  # fmt: skip
    assert [kind for kind, _ in station.lines("moved")] == ["moved"] * 4


def test_a_moved_one_moved_again_and_back_to_its_time(station: ScheduledStation) -> None:
    (rule_id,) = station.rule_ids(station.announce(daily("19:30")).id)
    station.announcing.move_occurrence(rule_id, DUE, DUE - 60 * MINUTE, "x")
    station.announcing.move_occurrence(rule_id, DUE - 60 * MINUTE, DUE + 60 * MINUTE, "x")
    assert changes(station, rule_id) == [{"due": "2026-11-22T19:30", "to": "2026-11-22T20:30"}]
    station.announcing.move_occurrence(rule_id, DUE + 60 * MINUTE, DUE, "x")
    assert changes(station, rule_id) == []


def test_in_line_already_and_undone_at_the_last_moment(station: ScheduledStation) -> None:
    (rule_id,) = station.rule_ids(station.announce(daily("19:00", first="2026-11-22")).id)
    due = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    station.clock.tick((due - START).total_seconds() - 20)
    station.plan()
    assert [state for _, _, state in station.rows()] == ["queued"]
    station.announcing.move_occurrence(rule_id, due, due + 10 * MINUTE, "x")
    station.plan()
    assert station.rows() == []  # the line is free of it
    station.announcing.undo_move(rule_id, due + 10 * MINUTE, "x")
    station.plan()
    assert station.rows() == [("11-22 12:00:00", "main", "queued")]
    assert run(station, due + timedelta(hours=1)) == ["11-22 12:00:00"]


@pytest.mark.parametrize("moved", [60, -60, None])
def test_what_is_over_is_not_taken_back(station: ScheduledStation, moved: int | None) -> None:
    """Put back to a time that has passed it would be lost, and spoken twice if it has sounded already."""
    (rule_id,) = station.rule_ids(station.announce(daily("19:30", first="2026-11-22", last="2026-11-22")).id)
    to = DUE + moved * MINUTE if moved else None
    station.announcing.move_occurrence(rule_id, DUE, to, "x")
    run(station, DUE + (moved or 0) * MINUTE * (moved == -60) + 5 * MINUTE)
    for named in {DUE, to or DUE}:
        with pytest.raises(InputError) as caught:
            station.announcing.undo_move(rule_id, named, "x")
        assert codes(caught.value) == [("due", "occurrence_over")]
    assert run(station, DUE + timedelta(hours=3)) == ([f"{to:%m-%d %H:%M:%S}"] if to else [])


def test_who_comes_back_to_where_another_was_moved_sends_it_back_too(station: ScheduledStation) -> None:
    rule = {"kind": "daily", "times": ["17:00", "18:00", "19:00"], "first": "2026-11-22", "last": "2026-11-22"}
    (rule_id,) = station.rule_ids(station.announce(rule).id)
    five = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    six, seven, late = five + 60 * MINUTE, five + 120 * MINUTE, five + 150 * MINUTE
    for due, to in ((seven, late), (six, seven), (five, six)):
        station.announcing.move_occurrence(rule_id, due, to, "x")
    assert len(changes(station, rule_id)) == 3  # type: ignore[arg-type]  # a list
    station.announcing.undo_move(rule_id, late, "x")  # and with it who sits at 19:00, and who sits at 18:00
    assert changes(station, rule_id) == []
    assert run(station, late + 30 * MINUTE) == ["11-22 10:00:00", "11-22 11:00:00", "11-22 12:00:00"]


def test_what_cannot_be(station: ScheduledStation) -> None:
    (rule_id,) = station.rule_ids(station.announce(daily("19:30")).id)
    refused = [
        (DUE - timedelta(days=2), DUE, [("due", "occurrence_over")]),
        (DUE, START - MINUTE, [("to", "past")]),
        (DUE, DUE + timedelta(days=1), [("to", "occurrence_taken")]),
    ]
    for due, to, expected in refused:
        with pytest.raises(InputError) as caught:
            station.announcing.move_occurrence(rule_id, due, to, "x")
        assert codes(caught.value) == expected
    for rule, due in (("unknown", DUE), (rule_id, DUE + MINUTE)):
        with pytest.raises(NotFoundError):
            station.announcing.move_occurrence(rule, due, None, "x")
    with pytest.raises(NotFoundError):
        station.announcing.undo_move(rule_id, DUE, "x")
    assert changes(station, rule_id) == []


def test_around_the_changes_of_the_clock(tmp_path: Path) -> None:
    """Berlin: on 28/3/2027 02:00-03:00 is skipped, on 31/10 it comes twice. A change is by the clock of the place."""
    config = CONFIG + '[site]\nname = "X"\ntimezone = "Europe/Berlin"\n'
    station = ScheduledStation(tmp_path, now=datetime(2027, 3, 27, 12, 0, tzinfo=UTC), config=config)
    (rule_id,) = station.rule_ids(station.announce(daily("02:30")).id)
    move, undo = station.announcing.move_occurrence, station.announcing.undo_move
    half_past_three = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # which stands for the 02:30 that is skipped
    move(rule_id, half_past_three, half_past_three - 40 * MINUTE, "x")
    assert run(station, half_past_three + 60 * MINUTE) == ["03-28 00:50:00"]
    station.clock.step((datetime(2027, 10, 30, 12, 0, tzinfo=UTC) - station.clock.now()).total_seconds())
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    for to in (first + 60 * MINUTE, first + 45 * MINUTE):
        with pytest.raises(InputError) as caught:
            move(rule_id, first, to, "x")
        assert codes(caught.value) == [("to", "comes_twice")]
    move(rule_id, first, first + 90 * MINUTE, "x")
    undo(rule_id, first, "x")
    move(rule_id, first, first + 10 * MINUTE, "x")
    with station.store.read() as tx:
        (entry,) = outlook(tx, station.config, first, first + 30 * MINUTE, load_words("vi"))
    assert entry.change and entry.change.astimezone(UTC) == first
    assert run(station, first + 180 * MINUTE)[-1] == "10-31 00:40:00"


def test_one_that_comes_when_the_clock_passes_for_the_second_time_is_not_changed(tmp_path: Path) -> None:
    config = CONFIG + '[site]\nname = "X"\ntimezone = "Europe/Berlin"\n'
    station = ScheduledStation(tmp_path, now=datetime(2027, 10, 30, 12, 0, tzinfo=UTC), config=config)
    rule = {"kind": "rrule", "start": "2027-10-01T01:30", "rrule": "FREQ=DAILY", "zone": "UTC"}
    (rule_id,) = station.rule_ids(station.announce(rule).id)
    with pytest.raises(InputError) as caught:
        station.announcing.move_occurrence(rule_id, datetime(2027, 10, 31, 1, 30, tzinfo=UTC), None, "x")
    assert codes(caught.value) == [("due", "comes_twice")]


def test_not_into_quiet_hours_unless_it_is_an_emergency(tmp_path: Path) -> None:
    quiet = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["21:00-05:30"]')
    assert quiet != CONFIG
    station = ScheduledStation(tmp_path, config=quiet)
    (rule_id,) = station.rule_ids(station.announce(daily("19:30")).id)
    with pytest.raises(InputError) as caught:
        station.announcing.move_occurrence(rule_id, DUE, DUE + 100 * MINUTE, "x")
    assert codes(caught.value) == [("to", "quiet_hours")]
    (rule_id,) = station.rule_ids(station.announce(daily("19:30"), level=Level.EMERGENCY).id)
    station.announcing.move_occurrence(rule_id, DUE, DUE + 100 * MINUTE, "x")


def test_an_edit_of_the_words_keeps_the_changes_and_a_new_time_drops_them(station: ScheduledStation) -> None:
    ident = station.announce(daily("19:30")).id
    (rule_id,) = station.rule_ids(ident)
    station.announcing.move_occurrence(rule_id, DUE, None, "x")
    station.announce(daily("19:30"), text="Chữ khác.", ident=ident)
    assert station.rule_ids(ident) == [rule_id]
    assert changes(station, rule_id) == [{"due": "2026-11-22T19:30", "to": None}]
    station.announce(daily("19:00"), ident=ident)
    (other,) = station.rule_ids(ident)
    assert other != rule_id
    assert changes(station, other) == []


def test_the_order_that_the_official_gave(station: ScheduledStation) -> None:
    first = station.announce(daily("19:30")).id
    second = station.announce(daily("19:30")).id
    station.announcing.put_first(second, first, "x")
    with station.store.read() as tx:
        assert announcements.get(tx, second).order_no < announcements.get(tx, first).order_no
    assert len(station.rule_ids(second)) == 1
