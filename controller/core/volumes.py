"""How loud each zone is, by the clock of the place: softer in the evening. Pure.

A zone's steps hold from their clock time to the next one; over midnight the last of the day goes on.
Emergencies do not ask: they sound as loud as the station can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

# what an official chooses, as a share of the full loudness, and what the amplifier is given (decibels)
LEVELS: Mapping[int, float] = {100: 0.0, 70: -3.0, 50: -6.0, 35: -9.0, 25: -12.0, 18: -15.0, 12: -18.0}
FULL_DB = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """From this clock time on."""

    clock: time
    gain_db: float  # 0 or less


@dataclass(frozen=True, slots=True)
class Setting:
    """What an official wants of one zone: so loud from a clock time on; None: nothing begins there any more."""

    zone: str
    clock: time
    gain_db: float | None


@dataclass(frozen=True, slots=True)
class Volumes:
    """The steps of each zone, in order of the clock; a zone without any is at full loudness all day."""

    steps: Mapping[str, tuple[Step, ...]]

    def of(self, zone: str) -> tuple[Step, ...]:
        return self.steps.get(zone, ())

    def gain_db(self, zone: str, clock: time) -> float:
        """Of one zone at a clock time."""
        steps = self.of(zone)
        begun = [step for step in steps if step.clock <= clock]
        if begun:
            return begun[-1].gain_db
        return steps[-1].gain_db if steps else FULL_DB  # since yesterday

    def gain_for(self, zones: Iterable[str], clock: time) -> float:
        """Where several zones hear the same sound: that of the softest of them."""
        return min((self.gain_db(zone, clock) for zone in zones), default=FULL_DB)


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end` of the clock, over midnight if that is the earlier, all day if it is the same."""

    begin: time
    end: time
    gain_db: float


def spans_of(steps: tuple[Step, ...]) -> tuple[Span, ...]:
    """The day of one zone, as people say it."""
    following = (*steps[1:], *steps[:1])
    return tuple(Span(step.clock, then.clock, step.gain_db) for step, then in zip(steps, following, strict=True))


def settings_for(volumes: Volumes, zone: str, span: Span) -> list[Setting]:
    """What makes a zone so loud from the one clock time to the other; what holds outside stays as it is."""
    inside = [step for step in volumes.of(zone) if span.begin != step.clock and _within(step.clock, span)]
    found = [Setting(zone, step.clock, None) for step in inside]
    if span.begin != span.end and not any(step.clock == span.end for step in volumes.of(zone)):
        found.append(Setting(zone, span.end, volumes.gain_db(zone, span.end)))
    return [*found, Setting(zone, span.begin, span.gain_db)]


def _within(clock: time, span: Span) -> bool:
    if span.begin < span.end:
        return span.begin <= clock < span.end
    return clock >= span.begin or clock < span.end


def percent_of(gain_db: float) -> int:
    """How a gain is said: the share that was chosen, or the nearest to it."""
    return min(LEVELS, key=lambda percent: abs(LEVELS[percent] - gain_db))
