"""The agenda knows what the planner would say of every rule, however rules and days change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.days import DayType
from schedules.agenda import FEW, Agenda
from schedules.day_types import Calendar
from schedules.documents import rule_from
from schedules.planner import due_between, next_after
from schedules.rules import Rule

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 21, tzinfo=UTC)
RULES: list[Rule] = [
    rule_from(document)
    for document in (
        {"kind": "daily", "times": ["05:30", "17:30"]},
        {"kind": "daily", "times": ["06:00"], "day_types": ["working"]},
        {"kind": "weekly", "weekdays": [1, 6], "times": ["06:00"], "day_types": ["weekend", "holiday"]},
        {"kind": "lunar_monthly", "days": [1, 15], "times": ["19:30"], "offset_days": -1},
        {"kind": "dates", "dates": ["2026-11-22", "2026-11-25"], "times": ["08:00"]},
        {"kind": "dates", "dates": ["2026-11-01"], "times": ["08:00"]},
        {"kind": "rrule", "start": "2026-11-20T07:00", "rrule": "FREQ=HOURLY;INTERVAL=5"},
    )
]
MINUTES = st.integers(0, 30 * 1440).map(lambda n: START + timedelta(minutes=n))
DAYS = st.dictionaries(st.dates(date(2026, 11, 20), date(2026, 12, 25)), st.sampled_from(list(DayType)), max_size=5)
ACTS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from("abcd"), st.sampled_from(RULES), MINUTES),
    st.tuples(st.just("drop"), st.sampled_from("abcd")),
    st.tuples(st.just("amend"), DAYS, MINUTES),
    st.tuples(st.just("again"), MINUTES),
)


@settings(max_examples=60)
@given(st.lists(ACTS, max_size=12), MINUTES, st.integers(0, 5 * 1440))
def test_it_says_what_the_planner_says(acts: list[tuple[object, ...]], begin: datetime, minutes: int) -> None:
    agenda, known, calendar = Agenda(HANOI, Calendar()), dict[str, tuple[Rule, datetime]](), Calendar()
    for act in acts:
        match act:
            case ("put", str(ident), Rule() as rule, datetime() as after):
                agenda.put(ident, rule, after)
                known[ident] = (rule, after)
            case ("drop", str(ident)):
                agenda.drop(ident)
                known.pop(ident, None)
            case ("amend", dict(days), datetime() as after):
                calendar = Calendar(days)
                touched = agenda.amend(calendar, after)
                assert sorted(touched) == sorted(ident for ident, (rule, _) in known.items() if rule.day_types)
                known |= {ident: (known[ident][0], after) for ident in touched}
            case ("again", datetime() as after):
                agenda.begin_again(after)
                known = {ident: (rule, after) for ident, (rule, _) in known.items()}
    end = begin + timedelta(minutes=minutes)
    nexts = {ident: next_after(rule, after, HANOI, calendar) for ident, (rule, after) in known.items()}
    assert agenda.following(end) == {ident: at for ident, at in nexts.items() if at and at <= end}
    assert agenda.due(end) == [ident for _, ident in sorted((at, i) for i, at in nexts.items() if at and at <= end)]
    tick = timedelta(microseconds=1)
    assert agenda.between(begin, end) == sorted(
        (at, ident)
        for ident, (rule, after) in known.items()
        for at in due_between(rule, max(after, begin - tick), end - tick, HANOI, calendar)
    )


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    one_by_one, at_once = Agenda(HANOI, Calendar()), Agenda(HANOI, Calendar())
    entries = [(f"{number}", rule, START + timedelta(hours=number)) for number, rule in enumerate(RULES * 20)]
    assert len(entries) > FEW
    for ident, rule, after in entries:
        one_by_one.put(ident, rule, after)
    at_once.put_all(entries[:-3])
    at_once.put_all(entries[-3:])
    end = START + timedelta(days=30)
    assert at_once.due(end) == one_by_one.due(end)
    assert at_once.between(START, end) == one_by_one.between(START, end)
    assert len(at_once) == len(entries)
