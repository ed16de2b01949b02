"""Where programmes would meet, and when the later one would really begin."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.core.levels import Level
from schedules.clashes import Programme, Scheduled, clashes, overlaps
from schedules.rules import Clocks, Daily, Repeating, Rule

START = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
MAIN, FAR, BOTH = frozenset({"main"}), frozenset({"far"}), frozenset({"main", "far"})


def at(ident: str, minute: float, length_min: float, places: frozenset[str] = MAIN, **more: object) -> Programme:
    due = START + timedelta(minutes=minute)
    return Programme(ident, due, length_min * 60, places, **more)  # type: ignore[arg-type]  # a test gives what fits


def met(*programmes: Programme) -> list[tuple[str, str, float]]:
    return [(clash.first.id, clash.second.id, clash.later_s / 60) for clash in overlaps(programmes)]


def test_one_waits_for_the_end_of_the_other() -> None:
    assert met(at("a", 0, 5), at("b", 5, 1)) == []
    assert met(at("a", 0, 5), at("b", 4, 1)) == [("a", "b", 1.0)]
    assert met(at("a", 0, 5), at("b", 4, 3), at("c", 6, 1)) == [("a", "b", 1.0), ("b", "c", 2.0)]


def test_elsewhere_they_sound_together() -> None:
    assert met(at("a", 0, 5), at("b", 1, 1, frozenset({"far"}))) == []
    assert met(at("a", 0, 5), at("b", 1, 1, BOTH)) == [("a", "b", 4.0)]
    # the longest wait of several places counts
    assert met(at("a", 0, 5), at("b", 0, 3, frozenset({"far"})), at("c", 1, 1, BOTH)) == [("a", "c", 4.0)]


def test_the_total_order_decides_among_those_that_wait() -> None:
    priority = at("z", 3, 2, level=Level.PRIORITY)
    assert met(at("a", 0, 5), at("b", 1, 1), priority) == [("z", "a", 5.0), ("a", "b", 9.0)]
    assert met(at("a", 0, 5), at("b", 0, 5, order_no=-1)) == [("b", "a", 5.0)]
    assert met(at("b", 0, 5), at("a", 0, 5)) == [("a", "b", 5.0)]


def test_an_emergency_waits_for_nothing() -> None:
    alert = at("alert", 2, 3, level=Level.EMERGENCY)
    assert met(at("a", 0, 5), alert) == [("alert", "a", 5.0)]
    assert met(at("a", 0, 5), alert, at("alert2", 3, 1, level=Level.EMERGENCY)) == [
        ("alert", "a", 6.0), ("alert", "alert2", 2.0),
    ]  # fmt: skip


def test_rules_of_a_day() -> None:
    tz = ZoneInfo("Asia/Ho_Chi_Minh")

    def daily(ident: str, hour: int, minute: int) -> Scheduled:
        return Scheduled(ident, Rule(Repeating(Daily(), Clocks((time(hour, minute),)))), 240.0, MAIN)

    rules = [daily("a", 5, 30), daily("b", 5, 32), daily("c", 17, 0)]
    begin = datetime(2026, 11, 22, tzinfo=tz)
    found = clashes(rules, begin, begin + timedelta(days=2), tz)
    assert [(clash.second.id, f"{clash.starts_at.astimezone(tz):%d %H:%M}", clash.later_s) for clash in found] == [
        ("b", "22 05:34", 120.0), ("b", "23 05:34", 120.0),
    ]  # fmt: skip
    # what began before the span still sounds in it
    from_half = begin.replace(hour=5, minute=31)
    assert [clash.second.id for clash in clashes(rules, from_half, from_half + timedelta(hours=1), tz)] == ["b"]


PROGRAMMES = st.lists(
    st.builds(
        at, st.uuids().map(str), st.integers(0, 40), st.integers(0, 9), st.sampled_from([MAIN, BOTH, FAR]),
        level=st.sampled_from(list(Level)), order_no=st.integers(-1, 1),
    ),
    max_size=12,
)  # fmt: skip


@given(PROGRAMMES)
def test_with_every_mend_taken_nothing_meets(programmes: list[Programme]) -> None:
    """Whoever moves each late programme to where it would begin has no clash left (emergencies aside)."""
    calm = [p for p in programmes if p.level is not Level.EMERGENCY and p.places == MAIN]
    mended = {clash.second.id: clash.starts_at for clash in overlaps(calm)}
    moved = [Programme(p.id, mended.get(p.id, p.due), p.length_s, p.places, p.level, p.order_no) for p in calm]
    ordered = sorted(moved, key=lambda p: (p.due, p.length_s))
    ends = [p.due + timedelta(seconds=p.length_s) for p in ordered]
    assert all(end <= after.due for end, after in zip(ends, ordered[1:], strict=False))


@given(PROGRAMMES)
def test_never_two_at_once_and_never_one_for_ever(programmes: list[Programme]) -> None:
    found = overlaps(programmes)
    keys = [(clash.second.id, clash.second.due) for clash in found]
    assert len(keys) == len(set(keys))
    assert all(clash.later_s > 0 and clash.first.places & clash.second.places for clash in found)
    busy_s = sum(p.length_s for p in programmes)
    assert all(clash.later_s <= 2 * busy_s + 2400 for clash in found)
