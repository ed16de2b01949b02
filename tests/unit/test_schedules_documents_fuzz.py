"""Whatever JSON is sent as a rule: it is a rule or problems by field, never another error, and soon."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.core.errors import InputError
from schedules.documents import MOST_LISTED, document_of, rule_from
from schedules.planner import next_after

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LIMIT_S = 1.5  # of processor time
WHOLE: list[dict[str, Any]] = [
    {},
    {"kind": "once", "at": "2026-11-21T19:30:00+07:00"},
    {"kind": "dates", "dates": ["2026-11-27"], "times": ["05:30"]},
    {"kind": "daily", "times": ["05:30"], "first": "2026-11-21", "every": 2},
    {"kind": "daily", "between": {"from": "06:00", "to": "18:00", "every_min": 30}, "day_types": ["weekend"]},
    {"kind": "weekly", "weekdays": [1], "times": ["05:30"], "skip": ["2026-12-25"], "late": "join"},
    {"kind": "monthly", "days": [15, -1], "times": ["05:30"]},
    {"kind": "monthly", "weekday": 1, "which": 1, "times": ["05:30"]},
    {"kind": "yearly", "month": 9, "day": 2, "times": ["05:30"]},
    {"kind": "lunar_monthly", "days": [1, 15], "times": ["19:30"], "offset_days": -1},
    {"kind": "lunar_yearly", "month": 12, "day": -1, "leap": "first", "day_30": "last", "times": ["19:30"]},
    {"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=WEEKLY;BYDAY=MO", "zone": "Asia/Ho_Chi_Minh"},
]
KEYS = sorted({key for words in WHOLE for key in words} | {"changes", "due", "to", "rdates", "last", "late_window_s"})
ODD = ["last", "", "0000-00-00", "2026-02-30", "24:00", "\x00", "\ud800", "/etc/passwd", "../x", "Asia", "९:३०",
       "2026-11-23T05:30:00+23:59", "9999-12-31T23:59:59-12:00", "FREQ=WEEKLY;BYDAY=١MO", "FREQ=", "RRULE:", ";",
       10**30, 1e400, -0.0, True]  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(ODD),
    st.sampled_from([value for words in WHOLE for value in words.values() if isinstance(value, str | int)]),
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)
DOCUMENTS = st.builds(
    lambda whole, more: {**whole, **more},
    st.sampled_from(WHOLE),
    st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3),
)


@settings(deadline=None, max_examples=250)
@given(DOCUMENTS | JSON)
@example(None)
@example([])
@example({"kind": "daily", "times": [[[[]]]], "every": {"first": 1}, "changes": [None, {"due": {}}]})
def test_any_json_is_a_rule_or_an_input_error(words: Any) -> None:
    begin = time.process_time()
    try:
        rule = rule_from(words)
    except InputError:
        return
    assert rule_from(words, stored=True) == rule
    assert rule_from(json.loads(json.dumps(document_of(rule)))) == rule
    next_after(rule, NOW, HANOI)
    assert time.process_time() - begin < LIMIT_S


@pytest.mark.parametrize(
    "after",
    [datetime(2, 2, 2, tzinfo=UTC), NOW, datetime(2199, 12, 31, 20, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)],
    ids=str,
)
@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/Nuuk", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "more", [{}, {"day_types": ["tet"]}, {"changes": [{"due": "2199-12-31T05:30", "to": "2199-12-31T23:59"}]}]
)
def test_a_clock_may_say_any_time(after: datetime, zone: str, more: dict[str, Any]) -> None:
    for words in WHOLE[1:]:
        found = next_after(rule_from({**words, **more}), after, ZoneInfo(zone))
        assert found is None or after < found < datetime(2200, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("field", ["skip", "changes", "rdates", "exdates"])
def test_endless_lists_are_refused(field: str) -> None:
    days = [(date(2026, 11, 23) + timedelta(days=n)).isoformat() for n in range(MOST_LISTED + 1)]
    values = {"skip": days, "changes": [{"due": f"{day}T05:30", "to": None} for day in days]}
    words = {"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY",
             field: values.get(field, [f"{day}T05:30" for day in days])}  # fmt: skip
    with pytest.raises(InputError) as caught:
        rule_from(words)
    assert [(p.field, p.code) for p in caught.value.problems] == [(field, "too_many")]
    words[field] = words[field][:-1]  # type: ignore[index]  # a list
    begin = time.process_time()
    found = next_after(rule_from(words), NOW, HANOI)
    assert found == datetime(2026, 11, 22, 22, 30, tzinfo=UTC) + timedelta(days=0 if field == "rdates" else MOST_LISTED)
    assert time.process_time() - begin < LIMIT_S


def test_what_was_stored_is_not_asked_again_whether_it_comes() -> None:
    """Only that; what it says must still be readable."""
    never = {"kind": "rrule", "start": "2026-11-23T05:30", "rrule": "FREQ=DAILY;INTERVAL=7;BYDAY=TU"}
    with pytest.raises(InputError):
        rule_from(never)
    only_its_start = [datetime(2026, 11, 22, 22, 30, tzinfo=UTC), None]
    rule = rule_from(never, stored=True)
    assert [next_after(rule, at, HANOI) for at in (NOW, only_its_start[0] or NOW)] == only_its_start
    with pytest.raises(InputError):
        rule_from({**never, "rrule": "FREQ=DAILY;BYFOO=1"}, stored=True)


def random_rrule(draw: random.Random) -> str:
    """Any parts together, sense or nonsense."""

    def numbers(lowest: int, highest: int) -> str:
        return ",".join(str(draw.randint(lowest, highest) or 1) for _ in range(draw.choice([1, 1, 2, 5, 40])))

    frequency = draw.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"])
    parts = [f"FREQ={frequency}", f"INTERVAL={draw.choice([1, 1, 2, 5, 7, 24, 25, 60, 168, 1440, 10080, 99999])}"]
    for name, lowest, highest in (
        ("BYMONTH", 1, 12), ("BYMONTHDAY", -31, 31), ("BYYEARDAY", -366, 366), ("BYWEEKNO", -53, 53),
        ("BYHOUR", 0, 23), ("BYMINUTE", 0, 59), ("BYSECOND", 0, 59), ("BYSETPOS", -366, 366), ("BYSETPOS", -4, 4),
    ):  # fmt: skip
        if draw.random() < 0.2 and not any(part.startswith(name) for part in parts):
            parts.append(f"{name}={numbers(lowest, highest)}")
    if draw.random() < 0.4:
        parts.append("BYDAY=" + draw.choice(["MO", "TU,SU", "1MO", "-1FR,2TU", "53MO", "-53WE,1SU"]))
    parts += draw.choice([[], [], ["COUNT=10000"], ["COUNT=3"], ["UNTIL=99991231T235959Z"], ["UNTIL=20301231"]])
    return ";".join(parts)


def test_any_rrule_is_answered_in_time() -> None:
    draw = random.Random(20261122)  # noqa: S311 - no secret; the same every time
    slow, accepted = [], 0
    for _ in range(400):
        words = {"kind": "rrule", "start": draw.choice(["2026-11-23T05:30", "2000-02-29T23:59", "2199-12-31T12:00"]),
                 "rrule": random_rrule(draw)}  # fmt: skip
        begin = time.process_time()
        try:
            rule = rule_from(words)
        except InputError:
            pass
        else:
            accepted += 1
            for at in (NOW, datetime(2090, 6, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)):
                next_after(rule, at, HANOI)
        if time.process_time() - begin > LIMIT_S:
            slow.append(words)
    assert slow == []
    assert accepted > 100
