"""Which lines of the journal a person must be told of, and how that is said. Pure.

Told is what was due and did not sound by nobody's wish, what will keep the next from sounding, and that somebody has
meddled with what residents' files are sealed to. A reason that no table knows is told: better once too often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from controller.core.alarms import Alarm
from controller.core.errors import StationError
from controller.core.journal import Entry, Kind
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.store.columns import as_instant, instant

OUTAGE = timedelta(minutes=10)  # what a power cut has left unspoken is written down within this
GATHER = timedelta(seconds=20)  # so long others may join it before a person is told
CLOCK = "clock"


class How(Enum):
    """How often a reason is told."""

    EACH = "each"  # every occurrence
    TOGETHER = "together"  # all of one outage as one
    ONCE = "once"  # as one, until somebody says that they know
    NOT = "not"  # somebody wanted it so


# why something was missed, or cut for good; what is not here is told each time
_REASONS: Mapping[str, How] = {
    "late": How.EACH, "no_output": How.EACH, "not_prepared": How.EACH, "unspeakable": How.EACH,
    "file_missing": How.EACH, "busy": How.EACH, "output_gone": How.EACH, "not_approved": How.EACH,
    "stalled": How.EACH, "silent": How.EACH, "interrupted": How.EACH,
    "station_off": How.TOGETHER, "clock_set": How.TOGETHER, "could_not_plan": How.TOGETHER,
    "switched_off": How.ONCE,
    "quiet_hours": How.NOT, "said_already": How.NOT, "emergency": How.NOT, "priority": How.NOT, "turn": How.NOT,
}  # fmt: skip
# the parts without which something due does not sound: so long a fault may last before a person is told of it
_GRACE: Mapping[str, timedelta] = {
    "output": GATHER, "audio": GATHER, "proof": GATHER, "relay": GATHER, "speech": GATHER, "contact": GATHER,
    "switch": GATHER, "schedule": GATHER, CLOCK: timedelta(minutes=3),  # after each start it waits for the network
}  # fmt: skip
_UNHEARD_TEST = frozenset({"not_heard", "silent"})


@dataclass(frozen=True, slots=True)
class Worry:
    """What one line gives a person to know; `how` it joins what is open already."""

    cause: str
    subject: str
    facts: Mapping[str, str]
    how: How = How.EACH
    grace: timedelta = GATHER


def worry_of(entry: Entry) -> Worry | None:
    """None for a line that nobody need be told of."""
    detail = {name: str(value) for name, value in entry.detail.items()}
    match entry.kind:
        case Kind.MISSED:
            return _unspoken("missed", entry, detail)
        case Kind.CUT if not entry.detail.get("again"):
            return _unspoken("cut", entry, detail)
        case Kind.NOT_HEARD:
            return Worry("not_heard", entry.subject, _known(detail, "title", "due", "output"))
        case Kind.SELF_TEST if detail.get("result") in _UNHEARD_TEST:
            return Worry("self_test", entry.subject, _known(detail, "result"), How.ONCE)
        case Kind.DESK_KEY if detail.get("what") == "foreign":
            return Worry("desk_key_foreign", entry.subject, {}, How.ONCE)
        case Kind.DESK_KEY if detail.get("what") == "doubted":
            return Worry("desk_key_doubted", "desk-key", {}, How.ONCE)
        case Kind.DESK_KEY if detail.get("what") == "foreign_left":
            return Worry("desk_key_lost", "desk-key", {}, How.ONCE)
        case Kind.FAULT:
            grace = _GRACE.get(entry.subject.partition("/")[0])
            return Worry("fault", entry.subject, detail, How.ONCE, grace) if grace else None
        case _:
            return None


def _unspoken(cause: str, entry: Entry, detail: Mapping[str, str]) -> Worry | None:
    how = _REASONS.get(detail.get("reason", ""), How.EACH)
    facts = _known(detail, "title", "due", "output", "reason")
    match how:
        case How.NOT:
            return None
        case How.TOGETHER:
            return Worry(detail["reason"], "schedule", _counted(facts), how)
        case How.ONCE:
            return Worry(detail["reason"], f"output/{detail.get('output', '')}", _counted(facts), how)
        case _:
            return Worry(cause, entry.subject, facts)


def _known(detail: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: detail[name] for name in names if name in detail}


def _counted(facts: Mapping[str, str]) -> dict[str, str]:
    due = facts.get("due", "")
    return {**facts, "times": "1", "first": due, "last": due}


def joins(alarm: Alarm, worry: Worry, at: datetime) -> bool:
    """Whether a worry is one with an open alarm of the same cause and subject."""
    if worry.how is How.TOGETHER:
        return abs(at - alarm.at) <= OUTAGE
    if worry.cause == "fault":
        return alarm.facts.get("fault") == worry.facts.get("fault")
    return worry.how is How.ONCE


def joined(alarm: Alarm, worry: Worry) -> dict[str, str]:
    """The facts of both."""
    if "times" not in alarm.facts:
        return dict(worry.facts)
    dues = sorted(due for facts in (alarm.facts, worry.facts) for due in (facts["first"], facts["last"]) if due)
    times = int(alarm.facts["times"]) + int(worry.facts["times"])
    ends = {"first": dues[0], "last": dues[-1]} if dues else {}
    return {**alarm.facts, **worry.facts, **ends, "times": str(times)}


def brief(alarm: Alarm, at: datetime) -> bool:
    """Whether a fault that is over at `at` was too short to tell anybody of it."""
    grace = _GRACE.get(alarm.subject.partition("/")[0], GATHER)
    return at - alarm.at < grace


def over(alarm: Alarm, at: datetime) -> dict[str, str]:
    """The facts of a fault that is over."""
    return {**alarm.facts, "over": instant(at)}


# --- in words


class AlarmWords:
    """Says alarms in one language. `now` decides which days are named."""

    def __init__(self, words: Words, config: StationConfig, now: datetime) -> None:
        self._words, self._config = words, config
        self._today = now.astimezone(config.site.tz).date()

    def sentence(self, alarm: Alarm) -> str:
        """ "06:00 “Lịch tiêm chủng” không phát: bộ phát âm thanh không chạy." """
        said = self._said("alarm", alarm)
        if alarm.facts.get("over"):
            said += " " + self._words("alarm.over", when=self._clock(alarm.facts["over"]))
        return said

    def headline(self, alarm: Alarm) -> str:
        """The same for the subject of a letter: "06:00 không phát: Lịch tiêm chủng"."""
        return self._said("alarm.short", alarm)

    def _said(self, section: str, alarm: Alarm) -> str:
        facts = alarm.facts
        times = facts.get("times", "")
        counted = {"": "", "1": ".one"}.get(times, ".many")
        key = f"{section}.{alarm.cause}{counted}"
        if not self._words.has(key):
            key = f"{section}.other"
        return self._words(
            key, title=facts.get("title", ""), when=self._clock(facts.get("due", "")), why=self._why(facts),
            count=times, first=self._clock(facts.get("first", "")),
            last=self._clock(facts.get("last", "")), part=self.part(alarm.subject), fault=self._fault(facts),
            result=self._or(f"web.self_test.{facts.get('result', '')}", facts.get("result", "")),
            where=self._where(facts.get("output", "")), cause=alarm.cause, at=self._clock(instant(alarm.at)),
        )  # fmt: skip

    def part(self, component: str) -> str:
        """ "Loa", "Loa hoi-truong" where there are several outputs, "Giọng đọc"."""
        kind, _, name = component.partition("/")
        if len(self._config.outputs) == 1:
            name = ""
        return self._or(f"web.part.{kind}", kind, name=name).strip()

    def _where(self, outputs: str) -> str:
        """ " (Trung tâm xã, Cụm Nà Khau)" where not every zone hears the same output."""
        if len(self._config.outputs) == 1 or not outputs:
            return ""
        named = {name.strip() for name in outputs.split(",")}
        zones = {zone for output in self._config.outputs if output.name in named for zone in output.zones}
        if len(zones) == len(self._config.zones):
            return ""
        return f" ({', '.join(zone.name for zone in self._config.zones if zone.id in zones)})"

    def _why(self, facts: Mapping[str, str]) -> str:
        key = f"unspeakable.{facts.get('reason', '')}"
        return f": {self._words(key)}" if self._words.has(key) else ""

    def _fault(self, facts: Mapping[str, str]) -> str:
        fault = facts.get("fault", "").removeprefix("fault.")
        return self._or(f"fault.{fault}", fault, **{k: v for k, v in facts.items() if k != "fault"})

    def _or(self, key: str, otherwise: str, **facts: str) -> str:
        try:
            return self._words(key, **facts) if self._words.has(key) else otherwise
        except StationError:  # a text that asks for more than the line has must not keep an alarm back
            return otherwise

    def _clock(self, at: str) -> str:
        """ "06:00", with the day where it is another than today."""
        try:
            local = as_instant(at).astimezone(self._config.site.tz)
        except ValueError:
            return at
        if local.date() == self._today:
            return f"{local:%H:%M}"
        return f"{local:%H:%M} {self._words('schedules.date', day=local.day, month=local.month)}"
