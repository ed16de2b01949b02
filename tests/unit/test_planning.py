"""Planning on a real database: every occurrence gets one row and one outcome, whatever time does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.days import DayType
from controller.core.errors import InputError
from controller.core.levels import Level
from controller.core.utterances import UtteranceEvent
from controller.store import announcements, days, facts, journal, utterances
from schedules.planner import sift_late
from tests.support.scheduling import CONFIG, START, ScheduledStation, daily, once

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def station(tmp_path: Path) -> ScheduledStation:
    return ScheduledStation(tmp_path)


def away(_output: str) -> bool:
    return False


def home(_output: str) -> bool:
    return True


# --- the decision


@given(
    st.lists(st.integers(-3000, 60), unique=True).map(sorted),
    st.integers(0, 1200),
)
def test_sifting_keeps_all_and_speaks_at_most_the_newest_late_one(offsets: list[int], late_window_s: int) -> None:
    due = [START + timedelta(seconds=s) for s in offsets]
    in_line, missed = sift_late(due, START, late_window_s)
    assert sorted([*in_line, *missed]) == due
    late = [at for at in in_line if at < START]
    assert late == [at for at in due if at < START][-1:] or not late
    assert all(START - at <= timedelta(seconds=late_window_s) for at in late)
    assert [at for at in due if at >= START] == [at for at in in_line if at >= START]
    newest = max((at for at in due if at < START), default=None)
    if newest and START - newest <= timedelta(seconds=late_window_s):
        assert newest in in_line


# --- in line


def test_an_occurrence_is_put_in_line_a_lead_before_its_instant(station: ScheduledStation) -> None:
    at = START + 10 * MINUTE
    announcement = station.announce(once(at), zones=["tren", "duoi"])
    plan = station.planning.plan_ahead(station.clock.now())
    assert plan.outputs == frozenset()
    (rule_id,) = station.rule_ids(announcement.id)
    assert plan.alarms == {rule_id: at - timedelta(seconds=30)}
    station.clock.tick(9 * 60 + 30)
    plan = station.planning.plan_ahead(station.clock.now())
    assert plan.outputs == {"main", "far"}
    assert plan.alarms == {}
    assert station.rows() == [("11-21 12:10:00", "main", "queued"), ("11-21 12:10:00", "far", "queued")]
    assert station.lines("queued", "missed") == [("queued", "2026-11-21T12:10:00.000Z")] * 2


def test_planning_again_changes_nothing(station: ScheduledStation) -> None:
    station.announce(daily("19:00"), daily("19:01"))
    assert station.plan() == frozenset()  # 19:00:00 was not after the making of the rule
    station.clock.tick(45)
    assert station.plan() == {"main"}
    before = station.rows(), station.lines()
    for _ in range(3):
        assert station.plan() == frozenset()
    assert (station.rows(), station.lines()) == before


def test_each_day_once(station: ScheduledStation) -> None:
    station.announce(daily("06:00"))
    for _ in range(4 * 24 * 4):
        station.clock.tick(900)
        station.plan()
    expected = [(f"11-{day} 23:00:00", "main") for day in (21, 22, 23, 24)]
    assert [(due, output) for due, output, _ in station.rows()] == expected
    assert len(station.lines("queued", "missed")) == 4


# --- lateness


def test_within_the_late_window_it_is_still_spoken(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE), late_s=600)
    station.clock.tick(60 + 600)
    assert station.plan() == {"main"}
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_after_the_late_window_it_is_missed_with_one_line(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE), late_s=600)
    station.clock.tick(60 + 601)
    assert station.plan() == frozenset()
    assert station.plan() == frozenset()
    assert station.rows() == [("11-21 12:01:00", "main", "missed")]
    assert station.lines("queued", "missed") == [("missed", "2026-11-21T12:01:00.000Z")]


def test_after_an_outage_only_the_newest_is_spoken(station: ScheduledStation) -> None:
    station.announce(daily("06:00"), late_s=86_400)
    station.clock.tick(5 * 86_400)
    assert station.plan() == {"main"}
    states = [state for _, _, state in station.rows()]
    assert states == ["missed", "missed", "missed", "missed", "queued"]


def test_a_long_outage_is_written_in_pieces_and_whole(station: ScheduledStation) -> None:
    station.announce(daily("06:00"), zones=["tren", "duoi"])
    station.clock.tick(366 * 86_400)
    told: list[int] = []  # a watchdog must be fed meanwhile
    plan = station.planning.plan_ahead(station.clock.now(), progress=lambda: told.append(len(station.rows())))
    assert (plan.outputs, told) == (frozenset(), [400, 732])
    assert len(station.rows()) == 2 * 366
    assert {state for _, _, state in station.rows()} == {"missed"}
    lines = station.lines("missed")
    assert len(lines) == len(set(lines)) == 366  # one an occurrence, whatever the number of its outputs


def test_an_occurrence_before_its_rule_was_made_is_not_its_own(station: ScheduledStation) -> None:
    station.announce(once(START - MINUTE), daily("18:59", first="2026-01-01"))
    assert station.plan() == frozenset()
    assert station.rows() == []


# --- a clock that was wrong


def test_a_clock_set_back_speaks_nothing_twice(station: ScheduledStation) -> None:
    station.announce(once(START + 10 * MINUTE))
    station.clock.tick(10 * 60)
    station.plan()
    end(station, UtteranceEvent.BEGIN, UtteranceEvent.FINISH)
    station.clock.step(-3600)
    for _ in range(200):
        station.plan()
        station.clock.tick(30)
    assert station.rows() == [("11-21 12:10:00", "main", "played")]
    assert station.lines("queued") == [("queued", "2026-11-21T12:10:00.000Z")]


def test_what_a_clock_that_ran_ahead_wrote_off_is_spoken_after_all(station: ScheduledStation) -> None:
    station.announce(daily("19:10"))
    station.clock.step(400 * 86_400)
    station.plan()
    assert {state for _, _, state in station.rows()} == {"missed"}
    station.clock.step(-400 * 86_400)
    station.plan()
    station.clock.tick(9 * 60 + 45)
    assert station.plan() == {"main"}
    assert station.rows()[0] == ("11-21 12:10:00", "main", "queued")


def test_a_rule_made_while_the_clock_ran_ahead_counts_from_the_right_time(station: ScheduledStation) -> None:
    station.clock.step(30 * 86_400)
    station.announce(daily("19:10"))
    station.clock.step(-30 * 86_400)
    station.plan()
    station.clock.tick(3600)  # nobody planned in between
    station.plan()
    assert station.rows() == [("11-21 12:10:00", "main", "missed")]


def test_a_rule_made_while_the_clock_ran_ahead_and_due_at_once(station: ScheduledStation) -> None:
    station.clock.tick(45)
    station.clock.step(30 * 86_400)
    station.announce(daily("19:01"))
    station.clock.step(-30 * 86_400)
    assert station.plan() == {"main"}
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_a_step_ahead_is_treated_like_an_outage(station: ScheduledStation) -> None:
    station.announce(once(START + 5 * MINUTE), late_s=600)
    station.announce(once(START + 50 * MINUTE), late_s=600)
    station.plan()
    station.clock.step(3600)
    assert station.plan() == {"main"}
    assert station.rows() == [("11-21 12:05:00", "main", "missed"), ("11-21 12:50:00", "main", "queued")]
    with station.store.read() as tx:
        (line,) = [entry for entry in journal.entries(tx) if entry.kind == "missed"]
    assert line.detail["reason"] == "clock_set", "the station was there all the time"


# --- what changes while it waits


def end(station: ScheduledStation, *events: UtteranceEvent) -> str:
    """What an audio process does with what is first in its line."""
    with station.store.write() as tx:
        first = utterances.open_on(tx, "main")[0]
        for event in events:
            utterances.move(tx, station.clock.now(), first.id, event)
    return first.id


def stops(station: ScheduledStation) -> list[tuple[str, str]]:
    """The (due, text revision) that audio is asked to stop; carried out."""
    with station.store.write() as tx:
        wanted = [u for u in utterances.open_on(tx, "main") if u.stop_wanted_by]
        for utterance in wanted:
            utterances.move(tx, station.clock.now(), utterance.id, UtteranceEvent.STOP, by=utterance.stop_wanted_by)
    return [(f"{u.due:%H:%M}", str(u.revision)) for u in wanted]


def test_an_edited_text_takes_the_place_of_the_old_one(station: ScheduledStation) -> None:
    rule = once(START + MINUTE)
    saved = station.announce(rule)
    station.clock.tick(45)
    station.plan()
    station.announce(rule, ident=saved.id, text="Chuyển sang nhà văn hóa bản Dưới.")
    assert stops(station) == [("12:01", "1")]
    assert station.plan() == frozenset()
    with station.store.read() as tx:
        (waiting,) = utterances.open_on(tx, "main")
    assert (waiting.revision, waiting.stop_wanted_by) == (2, "")
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]
    end(station, UtteranceEvent.BEGIN, UtteranceEvent.FINISH)
    station.clock.step(-60)
    station.plan()
    assert station.rows() == [("11-21 12:01:00", "main", "played")]


def test_an_edit_that_changes_nothing_that_is_heard_leaves_the_line_alone(station: ScheduledStation) -> None:
    rule = once(START + MINUTE)
    saved = station.announce(rule)
    station.clock.tick(45)
    station.plan()
    rules = station.rule_ids(saved.id)
    station.announce(rule, daily("06:00"), ident=saved.id)
    assert stops(station) == []
    assert rules == [ident for ident in station.rule_ids(saved.id) if ident in rules]
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_changed_zones_move_it_to_the_other_output(station: ScheduledStation) -> None:
    rule = once(START + MINUTE)
    saved = station.announce(rule, zones=["tren"])
    station.clock.tick(45)
    station.plan()
    station.announce(rule, zones=["duoi"], ident=saved.id)
    assert stops(station) == [("12:01", "1")]
    assert station.rows() == [("11-21 12:01:00", "far", "queued")]


def test_a_changed_time_takes_the_old_one_out_of_the_line(station: ScheduledStation) -> None:
    saved = station.announce(once(START + MINUTE))
    station.clock.tick(45)
    station.plan()
    station.announce(once(START + 2 * MINUTE), ident=saved.id)
    assert stops(station) == [("12:01", "1")]
    station.clock.tick(60)
    assert station.plan() == {"main"}
    assert station.rows() == [("11-21 12:01:00", "main", "stopped"), ("11-21 12:02:00", "main", "queued")]


def test_what_has_begun_goes_on_through_an_edit(station: ScheduledStation) -> None:
    rule = daily("19:01")
    saved = station.announce(rule)
    station.clock.tick(60)
    station.plan()
    end(station, UtteranceEvent.BEGIN)
    station.announce(rule, ident=saved.id, text="Văn bản mới.")
    assert stops(station) == []
    station.plan()
    assert station.rows() == [("11-21 12:01:00", "main", "playing")]


def test_an_edit_while_it_waits_for_its_turn_is_said_late_but_new(station: ScheduledStation) -> None:
    rule = once(START + MINUTE)
    saved = station.announce(rule)
    station.clock.tick(60)
    station.plan()
    station.clock.tick(120)  # something else is on the air
    station.announce(rule, ident=saved.id, text="Văn bản mới.")
    assert stops(station) == [("12:01", "1")]
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_speak_now_follows_an_edit_too(station: ScheduledStation) -> None:
    saved = station.announce()
    station.announcing.speak_now(saved.id, "tester")
    station.announce(ident=saved.id, text="Văn bản mới.")
    assert stops(station) == [("12:00", "1")]
    with station.store.read() as tx:
        (waiting,) = utterances.open_on(tx, "main")
    assert waiting.revision == 2
    assert waiting.late_until - waiting.due == timedelta(seconds=600)


def test_a_withdrawn_announcement_is_planned_no_more_and_undone_it_is(station: ScheduledStation) -> None:
    saved = station.announce(daily("19:01"))
    station.clock.tick(45)
    station.plan()
    station.announcing.withdraw(saved.id, "tester")
    assert stops(station) == [("12:01", "1")]
    assert station.plan() == frozenset()
    assert station.rows() == [("11-21 12:01:00", "main", "stopped")]
    station.clock.tick(5)
    station.announcing.restore(saved.id, "tester")
    station.plan()
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_undone_before_the_output_has_even_stopped_it(station: ScheduledStation) -> None:
    saved = station.announce(daily("19:01"))
    station.clock.tick(45)
    station.plan()
    station.announcing.withdraw(saved.id, "tester")
    station.announcing.restore(saved.id, "tester")
    assert stops(station) == [("12:01", "1")]
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_what_an_official_stopped_stays_stopped_through_an_undone_withdrawal(station: ScheduledStation) -> None:
    saved = station.announce(daily("19:01"))
    station.clock.tick(45)
    station.plan()
    end(station, UtteranceEvent.STOP)
    station.clock.tick(1)
    station.announcing.withdraw(saved.id, "tester")
    station.announcing.restore(saved.id, "tester")
    station.plan()
    assert station.rows() == [("11-21 12:01:00", "main", "stopped")]


def test_days_while_withdrawn_are_not_missed(station: ScheduledStation) -> None:
    saved = station.announce(daily("19:01"))
    station.announcing.withdraw(saved.id, "tester")
    station.clock.tick(3 * 86_400)
    station.announcing.restore(saved.id, "tester")
    station.plan()
    assert station.rows() == []


# --- dead outputs


def test_a_dead_output_leaves_nothing_unsaid(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE), late_s=600)
    station.clock.tick(60)
    station.plan()
    station.clock.tick(600 + 60)
    assert station.planning.write_off(station.clock.now(), away) == 0
    station.clock.tick(1)
    assert station.planning.write_off(station.clock.now(), home) == 0
    assert station.planning.write_off(station.clock.now(), away) == 1
    assert station.planning.write_off(station.clock.now(), away) == 0
    assert station.rows() == [("11-21 12:01:00", "main", "missed")]
    assert station.lines("missed") == [("missed", "2026-11-21T12:01:00.000Z")]


def test_what_died_on_the_air_is_cut_at_last(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE))
    station.clock.tick(60)
    station.plan()
    end(station, UtteranceEvent.BEGIN)
    station.clock.tick(900 + 60)
    assert station.planning.write_off(station.clock.now(), away) == 0
    station.clock.tick(1)
    assert station.planning.write_off(station.clock.now(), away) == 1
    assert station.rows() == [("11-21 12:01:00", "main", "cut")]


def test_what_was_to_be_taken_up_again_waits_longer(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE))
    station.clock.tick(60)
    station.plan()
    end(station, UtteranceEvent.BEGIN, UtteranceEvent.INTERRUPT)
    station.clock.tick(600 + 599)
    assert station.planning.write_off(station.clock.now(), away) == 0
    station.clock.tick(1)
    assert station.planning.write_off(station.clock.now(), away) == 1
    assert station.rows() == [("11-21 12:01:00", "main", "cut")]


def test_a_stop_that_a_dead_output_never_heard(station: ScheduledStation) -> None:
    saved = station.announce(once(START + MINUTE))
    station.clock.tick(60)
    station.plan()
    station.announcing.withdraw(saved.id, "tester")
    station.clock.tick(700)
    assert station.planning.write_off(station.clock.now(), away) == 1
    assert station.rows() == [("11-21 12:01:00", "main", "stopped")]


# --- rules that cannot be read


def test_a_rule_that_cannot_be_read_is_a_fault_and_stops_no_other(station: ScheduledStation) -> None:
    broken = station.announce()
    with station.store.write() as tx:
        announcements.add_rule(tx, station.clock.now(), "later", broken.id, {"kind": "of a later version"})
    station.announce(once(START + MINUTE))
    station.clock.tick(45)
    assert station.plan() == {"main"}
    station.plan()
    assert station.lines("fault") == [("fault", "schedule")]
    station.announce({"kind": "of a later version"}, text="Chữ mới.", ident=broken.id)  # its words can be changed
    assert station.rule_ids(broken.id) == ["later"]
    with pytest.raises(InputError):
        station.announce({"kind": "of another version"}, ident=broken.id)
    station.announcing.withdraw(broken.id, "tester")
    station.plan()
    assert station.lines("fault", "recovered") == [("fault", "schedule"), ("recovered", "schedule")]
    with station.store.read() as tx:
        assert [(h.component, h.fault) for h in facts.health(tx)] == [("schedule", "")]


def test_in_a_zone_with_summer_time(tmp_path: Path) -> None:
    config = (
        '[site]\ntimezone = "Europe/Berlin"\n[[zones]]\nid = "a"\nname = "A"\n[[outputs]]\nname = "main"\nzones = ["a"]'
        '\n[policy]\nquiet_hours = []\n[clock]\ntrust = "off"\n'
    )
    station = ScheduledStation(tmp_path, datetime(2026, 3, 27, 12, tzinfo=UTC), config)
    station.announce(daily("02:30", first="2026-03-28", last="2026-03-30"), zones=["a"])
    for _ in range(4 * 24 * 6):
        station.clock.tick(600)
        station.plan()
    assert [due for due, _, _ in station.rows()] == ["03-28 01:30:00", "03-29 01:30:00", "03-30 00:30:00"]


def test_a_rule_says_what_becomes_of_what_is_late(station: ScheduledStation) -> None:
    late: dict[str, tuple[int, dict[str, object]]] = {
        "play": (300, {}),
        "skip": (300, {"late": "skip"}),
        "window": (90, {"late_window_s": 60}),
    }
    outcomes = {}
    for name, (behind_s, more) in late.items():
        ident = station.announce({**daily("19:05"), **more}).id
        station.clock.tick(300 + behind_s)
        station.plan()
        with station.store.read() as tx:
            (row,) = utterances.of_announcement(tx, ident)
        outcomes[name] = (row.state.value, row.late.value, (row.late_until - row.due).total_seconds())
        station.announcing.withdraw(ident, "tester")
        station.clock.tick(86_400 - 300 - behind_s)
    assert outcomes == {
        "play": ("queued", "play", 600.0), "skip": ("missed", "skip", 0.0), "window": ("missed", "play", 60.0),
    }  # fmt: skip


def test_what_joins_is_missed_once_there_is_nothing_left_to_join(station: ScheduledStation) -> None:
    rule = {**daily("19:05"), "late": "join", "late_window_s": 600}
    station.announce(rule, text="chữ " * 280)  # two minutes or a little less
    station.clock.tick(300 + 60)
    station.plan()
    station.announce({**rule, "at": "19:07"}, text="Ngắn thôi.")
    station.clock.tick(120)
    station.plan()
    assert station.rows() == [("11-21 12:05:00", "main", "queued"), ("11-21 12:07:00", "main", "missed")]


def test_what_would_begin_late_in_quiet_hours_is_missed(tmp_path: Path) -> None:
    config = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["19:10-20:00"]')
    station = ScheduledStation(tmp_path, config=config)
    station.announce(daily("19:05"), late_s=3600)
    station.announce(daily("19:06"), late_s=3600, level=Level.EMERGENCY)
    station.clock.tick(900)
    station.plan()
    assert station.rows() == [("11-21 12:05:00", "main", "missed"), ("11-21 12:06:00", "main", "queued")]
    with station.store.read() as tx:
        (line,) = [entry for entry in journal.entries(tx) if entry.kind == "missed"]
    assert line.detail["reason"] == "quiet_hours"


def test_a_changed_type_of_today_takes_out_of_the_line_and_puts_into_it(station: ScheduledStation) -> None:
    """19:00 on Saturday 21/11: what is for working days comes when the state works, what is for weekends goes."""
    station.announce({**daily("19:01"), "day_types": ["weekend"]})
    station.announce({**daily("19:01"), "day_types": ["working"]}, zones=["duoi"])
    station.clock.tick(35)
    assert station.plan() == {"main"}
    today = date(2026, 11, 21)
    with station.store.write() as tx:
        days.say(tx, station.clock.now(), today, DayType.WORKING, "Làm bù", "Cán bộ")
    assert station.plan() == {"main", "far"}
    assert station.rows() == [("11-21 12:01:00", "far", "queued")]
    with station.store.write() as tx:
        days.unsay(tx, station.clock.now(), today, "Cán bộ")
    assert station.plan() == {"main", "far"}
    assert station.rows() == [("11-21 12:01:00", "main", "queued")]


def test_an_occurrence_missed_on_every_output_is_one_line(station: ScheduledStation) -> None:
    station.announce(once(START + MINUTE), zones=["tren", "duoi"])
    station.clock.tick(45)
    station.plan()
    station.clock.tick(3600)
    assert station.planning.write_off(station.clock.now(), lambda _output: False) == 2
    assert [state for _, _, state in station.rows()] == ["missed", "missed"]
    assert len(station.lines("missed")) == 1


def test_among_equals_the_older_rule_goes_first_on_every_output_and_after_an_edit(station: ScheduledStation) -> None:
    """The very order that the page shows before: an utterance's own id would be by chance."""
    first = station.announce(once(START + MINUTE), zones=["tren", "duoi"]).id
    second = station.announce(once(START + MINUTE), zones=["tren", "duoi"]).id
    station.clock.tick(45)
    station.plan()
    station.announce(once(START + MINUTE), zones=["tren", "duoi"], text="Xin nhắc lại.", ident=first)
    with station.store.read() as tx:
        lines = {output: utterances.open_on(tx, output) for output in ("main", "far")}
    expected = [first, second]
    for rows in lines.values():
        assert [row.announcement_id for row in rows if not row.stop_wanted_by] == expected


def to_be_spoken(station: ScheduledStation, output: str = "main") -> list[str]:
    """The announcements in line on an output, in order; without what is to be stopped."""
    with station.store.read() as tx:
        rows = utterances.open_on(tx, output)
    return [row.announcement_id for row in rows if not row.stop_wanted_by]


def test_two_edits_while_the_output_is_away_are_spoken_once(station: ScheduledStation) -> None:
    ident = station.announce(once(START + MINUTE)).id
    station.clock.tick(45)
    station.plan()
    for text in ("Một.", "Hai.", "Ba."):
        station.announce(once(START + MINUTE), text=text, ident=ident)
        station.plan()
    assert to_be_spoken(station) == [ident]


def test_an_edit_brings_nothing_back_that_is_to_be_stopped(station: ScheduledStation) -> None:
    ident = station.announce(once(START + MINUTE)).id
    station.clock.tick(45)
    station.plan()
    with station.store.read() as tx:
        (row,) = utterances.open_on(tx, "main")
    station.announcing.stop(row.id, "tester")
    station.announce(once(START + MINUTE), text="Hai.", ident=ident)
    station.plan()
    assert to_be_spoken(station) == []


def test_every_order_that_was_given_holds_until_another_is_given(station: ScheduledStation) -> None:
    """A before b, b before c: a stays before b, though b is the older one. In a circle the last word counts."""
    b, a, c = (station.announce(once(START + MINUTE)).id for _ in range(3))
    station.clock.tick(45)
    station.plan()
    told = []
    for first, second in ((a, b), (b, c), (c, a), (a, b), (b, c), (b, a)):
        station.announcing.put_first(first, second, "tester")
        told.append("".join({a: "a", b: "b", c: "c"}[ident] for ident in to_be_spoken(station)))
    assert told == ["abc", "abc", "cab", "cab", "bca", "bca"]


def test_what_passed_while_nobody_could_plan_has_an_outcome_though_the_days_were_changed(
    station: ScheduledStation,
) -> None:
    """Saturday 21/11: 19:30 passes unplanned, and on Monday the state will not work."""
    station.announce({**daily("19:30"), "day_types": ["weekend", "working"]}, late_s=60)
    station.plan()
    station.clock.tick(3 * 3600)
    with station.store.write() as tx:
        days.say(tx, station.clock.now(), date(2026, 11, 23), DayType.HOLIDAY, "", "Cán bộ")
    station.plan()
    assert station.rows() == [("11-21 12:30:00", "main", "missed")]


def test_a_day_that_is_changed_too_late_for_an_occurrence_is_not_called_missed(station: ScheduledStation) -> None:
    station.announce({**daily("18:00"), "day_types": ["working"]})
    station.clock.tick(-7200)
    station.announce({**daily("18:01"), "day_types": ["working"]})
    station.plan()
    for _ in range(400):
        station.clock.tick(20)
        station.plan()
    with station.store.write() as tx:
        days.say(tx, station.clock.now(), date(2026, 11, 21), DayType.WORKING, "Làm bù", "Cán bộ")
    station.plan()
    assert station.rows() == []
