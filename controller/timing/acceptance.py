"""What a station does not take because of its hours: what would sound in quiet hours, and days with too much speech.

Pure: rules, lengths and every "now" come from the caller. Quiet hours refuse all but emergencies; the
maximum of minutes only warns. What the audio process does about quiet hours does not depend on this.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from controller.core.errors import Problem
from controller.core.levels import Level
from controller.core.quiet import Span, is_quiet, nearest_allowed, touched
from controller.runtime.config import StationConfig
from schedules.day_types import Calendar
from schedules.planner import PLAIN, due_between
from schedules.rules import Rule

AHEAD = timedelta(days=400)  # more than a year: every day of a yearly rule is looked at
SLACK = timedelta(seconds=5)  # what is accepted may begin so much late and still keep out of quiet hours
MOST = 5  # problems said at once: who mends these sees the next
_TICK = timedelta(microseconds=1)


def quiet_problems(
    config: StationConfig, zones: Sequence[str], level: Level, rules: Iterable[Rule], length_s: float, now: datetime,
    calendar: Calendar = PLAIN,
) -> list[Problem]:  # fmt: skip
    """A problem for each clock time (the first few) at which a programme of this length would sound in quiet hours."""
    spans = _spans(config, zones)
    if level is Level.EMERGENCY or not spans:
        return []
    tz = config.site.tz
    found: dict[str, Problem] = {}
    seen: set[tuple[object, ...]] = set()
    for rule in rules:
        for due in due_between(rule, now - _TICK, now + AHEAD, tz, calendar):
            local = due.astimezone(tz)
            end = due + timedelta(seconds=length_s) + SLACK
            # the clock decides, so one look is enough for each time of it, and for each change of it on the way
            looked = local.time(), local.utcoffset(), end.astimezone(tz).utcoffset()
            if looked in seen:
                continue
            seen.add(looked)
            span = touched(spans, due, end, tz)
            if span:
                found.setdefault(f"{local:%H:%M}", _problem(config, zones, span, due, end, None))
    return [found[clock] for clock in sorted(found)][:MOST]


def quiet_now_problems(
    config: StationConfig, zones: Sequence[str], level: Level, length_s: float, now: datetime
) -> list[Problem]:
    """The problem with a programme that would begin now, or none."""
    spans = _spans(config, zones)
    end = now + timedelta(seconds=length_s) + SLACK
    span = None if level is Level.EMERGENCY else touched(spans, now, end, config.site.tz)
    return [_problem(config, zones, span, now, end, now)] if span else []


def _spans(config: StationConfig, zones: Sequence[str]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for zone in _reached(config, zones) for span in config.quiet_of(zone)))


def _reached(config: StationConfig, zones: Sequence[str]) -> list[str]:
    """Those that were chosen first, then those that only hear along."""
    return sorted(config.reached(zones), key=lambda zone: zone not in zones)


def _problem(
    config: StationConfig, zones: Sequence[str], span: Span, begin: datetime, end: datetime, now: datetime | None
) -> Problem:
    """Facts: clock times of the place as ISO minutes, the zone's name, `chosen` "" if it only hears along.

    Codes: `quiet_hours` for what begins in them, `into_quiet_hours` for what runs into them; with `_now`, for
    what somebody wants at once.
    """
    tz = config.site.tz
    quiet = next(zone for zone in _reached(config, zones) if span in config.quiet_of(zone))
    nearest = nearest_allowed(_spans(config, zones), begin, end - begin, tz)
    inside = is_quiet((span,), begin.astimezone(tz).replace(tzinfo=None))
    code = ("quiet_hours" if inside else "into_quiet_hours") + ("_now" if now else "")

    def wall(at: datetime | None) -> str:
        return at.astimezone(tz).replace(tzinfo=None).isoformat(timespec="minutes") if at else ""

    return Problem.of(
        "time", code, begin=wall(begin), end=wall(_full_minute(end)), zone=config.zone(quiet).name,
        chosen="yes" if quiet in zones else "", quiet=f"{span.begin:%H:%M}-{span.end:%H:%M}",
        before="" if now else wall(nearest.before), after=wall(nearest.after),
    )  # fmt: skip


def _full_minute(at: datetime) -> datetime:
    return datetime.fromtimestamp(math.ceil(at.timestamp() / 60) * 60, UTC)


# --- how much is spoken on a day

Entry = tuple[datetime, float, Sequence[str]]  # when it is due, how long it sounds (seconds), its zones


@dataclass(frozen=True, slots=True)
class Overfull:
    """A day on which more is to be spoken in a zone than the commune has allowed itself."""

    day: date
    zone: str
    minutes: int  # begun ones count
    limit: int


def minutes_over(entries: Iterable[Entry], config: StationConfig) -> list[Overfull]:
    """The days and zones with too much speech, in order. What sounds over midnight counts where it begins."""
    spoken: dict[tuple[date, str], float] = {}
    for due, length_s, zones in entries:
        for zone in config.reached(zones):
            key = due.astimezone(config.site.tz).date(), zone
            spoken[key] = spoken.get(key, 0.0) + length_s
    places = {zone.id: number for number, zone in enumerate(config.zones)}
    found = [
        Overfull(day, zone, math.ceil(seconds / 60), limit)
        for (day, zone), seconds in spoken.items()
        if 0 < (limit := config.minutes_a_day_of(zone)) < seconds / 60
    ]
    return sorted(found, key=lambda over: (over.day, places[over.zone]))
