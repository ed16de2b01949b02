"""What planning costs: ten thousand mixed rules cold, the next day, one edit; growth with their number; the lunar
table; and the same calendar given to `recurring-ical-events`, in the same run."""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bench.table import percentile, table
from controller.runtime.identifiers import NewIds
from controller.store import announcements
from controller.timing.planning import Planning
from schedules import ics_in, lunar_table
from schedules.agenda import Agenda
from schedules.day_types import Calendar
from schedules.documents import rule_from
from tests.support.scheduling import START, ScheduledStation

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SEED = 3
COUNT, EDITS, PEER = 10_000, 200, 2_000
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def document(chance: random.Random) -> dict[str, object]:
    """One of all the kinds of rules that a commune uses; a tenth of them RFC 5545, some counted, some years old."""
    clock = f"{chance.randrange(6, 20):02d}:{chance.randrange(0, 60, 5):02d}"
    first = f"{chance.randrange(2020, 2027)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 28):02d}"
    common: dict[str, object] = {"times": [clock], "first": first}
    if chance.random() < 0.1:
        common["day_types"] = chance.sample(["working", "weekend", "holiday"], 2)
    kinds: list[dict[str, object]] = [
        {"kind": "dates", "dates": [f"2026-12-{chance.randrange(1, 31):02d}"], "times": [clock]},
        {"kind": "daily", **common},
        {"kind": "daily", "every": chance.randrange(2, 9), **common},
        {"kind": "daily", "first": first, "between": {"from": "07:00", "to": "17:00", "every_min": 60}},
        {"kind": "weekly", "weekdays": chance.sample(range(1, 8), 2), "every": chance.randrange(1, 3), **common},
        {"kind": "monthly", "days": [chance.randrange(1, 32), -1], **common},
        {"kind": "monthly", "weekday": chance.randrange(1, 8), "which": chance.choice([1, 2, 3, 4, -1]), **common},
        {"kind": "yearly", "month": chance.randrange(1, 13), "day": chance.randrange(1, 29), **common},
        {"kind": "lunar_monthly", "days": [1, 15], "offset_days": -1, **common},
        {"kind": "lunar_yearly", "month": chance.randrange(1, 13), "day": chance.randrange(1, 31), **common},
    ]
    if chance.random() < 0.1:
        rule = chance.choice(
            [
                f"FREQ=WEEKLY;BYDAY={','.join(chance.sample(WEEKDAYS, 2))}",
                f"FREQ=MONTHLY;BYDAY={chance.choice(['1', '2', '-1'])}{chance.choice(WEEKDAYS)}",
                f"FREQ=DAILY;INTERVAL={chance.randrange(1, 10)};COUNT={chance.randrange(100, 3000)}",
                "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=-1",
            ]
        )
        return {"kind": "rrule", "start": f"{first}T{clock}", "rrule": rule}
    return chance.choice(kinds)


def texts(count: int) -> list[str]:
    """Documents as they lie in the store."""
    chance = random.Random(SEED)  # noqa: S311 - the same rules in every run
    return [json.dumps(document(chance)) for _ in range(count)]


def cold(documents: list[str]) -> Agenda:
    agenda = Agenda(HANOI, Calendar())
    agenda.put_all(
        (str(number), rule_from(json.loads(text), stored=True), NOW) for number, text in enumerate(documents)
    )
    return agenda


def timed_ms(what: Callable[[], object]) -> float:
    begin = time.perf_counter()
    what()
    return (time.perf_counter() - begin) * 1000


def best_ms(what: Callable[[], object], tries: int = 5) -> float:
    return min(timed_ms(what) for _ in range(tries))


def main() -> None:
    documents = texts(COUNT)
    in_a_new_process = fresh("cold")
    agenda = cold(documents)
    chance = random.Random(SEED)  # noqa: S311 - the same edits in every run
    edits = [(str(chance.randrange(COUNT)), rule_from(document(chance))) for _ in range(EDITS)]
    edited = [timed_ms(partial(agenda.put, ident, rule, NOW)) for ident, rule in edits]
    replanned = replanning_ms(documents)
    day = agenda.between(NOW, NOW + DAY)
    day_ms = best_ms(lambda: agenda.between(NOW, NOW + DAY))
    table(
        f"{COUNT} mixed rules",
        ("what", "measured", "target"),
        [
            ("next occurrence of all, a new process, from JSON", f"{in_a_new_process:.0f} ms", "1000 ms"),
            (f"the next 24 hours ({len(day)} occurrences)", f"{day_ms:.0f} ms", "150 ms"),
            ("one rule edited, in the agenda, p99", f"{percentile(edited, 0.99):.2f} ms", "5 ms"),
            ("one rule edited in the store, replanned, p99", f"{percentile(replanned, 0.99):.2f} ms", "5 ms"),
        ],
    )  # fmt: skip
    growth()
    lunar()
    peer()


def replanning_ms(documents: list[str]) -> list[float]:
    """With the rules in a real store: from the committed edit of one to the plan that knows it."""
    with TemporaryDirectory() as folder:
        station = ScheduledStation(Path(folder))
        ident = station.announce().id
        with station.store.write() as tx:
            for number, text in enumerate(documents):
                announcements.add_rule(tx, START, f"rule-{number:05d}", ident, json.loads(text))
        planning = Planning(station.store, NewIds(station.clock), station.config)
        planning.plan_ahead(station.clock.now())
        found = []
        chance = random.Random(SEED)  # noqa: S311 - the same edits in every run
        for _ in range(50):
            with station.store.write() as tx:
                rule_id = f"rule-{chance.randrange(len(documents)):05d}"
                announcements.change_rule(tx, rule_id, document(chance), station.clock.now())
            found.append(timed_ms(lambda: planning.plan_ahead(station.clock.now())))
        station.store.close()
        return found


def growth() -> None:
    rows = []
    before: tuple[int, float, float] | None = None
    for count in (100, 1_000, 10_000, 100_000):
        documents = texts(count)
        kept: list[Agenda] = []
        cold_ms = timed_ms(lambda documents=documents, kept=kept: kept.append(cold(documents)))  # type: ignore[misc]
        day_ms = timed_ms(lambda kept=kept: kept[0].between(NOW, NOW + DAY))  # type: ignore[misc]  # bound early
        as_n_log_n = ["", ""]
        if before:
            allowed = count * math.log(count) / (before[0] * math.log(before[0]))
            as_n_log_n = [f"{now / then / allowed:.2f}" for now, then in ((cold_ms, before[1]), (day_ms, before[2]))]
        rows.append((count, f"{cold_ms:.1f}", as_n_log_n[0], f"{day_ms:.1f}", as_n_log_n[1]))
        before = (count, cold_ms, day_ms)
    table(
        "Growth (a ratio of 1 is n log n from the line above, less is better)",
        ("rules", "all next, ms", "ratio", "24 hours, ms", "ratio"),
        rows,
    )


def lunar() -> None:
    build_ms = timed_ms(lambda: lunar_table.table(1900, 2099))
    table(
        "The lunar calendar",
        ("what", "measured", "target"),
        [
            ("table of 200 years built", f"{build_ms:.0f} ms", "3000 ms"),
            ("table of 400 years read, a new process", f"{fresh('lunar'):.2f} ms", "5 ms"),
        ],
    )


def peer() -> None:
    """The same events: read from their text, and asked for a day and for a month."""
    text = calendar_text(PEER)
    agendas: list[Agenda] = []
    calendars: list[recurring_ical_events.CalendarQuery] = []
    ours_ms = timed_ms(lambda: agendas.append(our_agenda(text)))
    theirs_ms = timed_ms(lambda: calendars.append(recurring_ical_events.of(icalendar.Calendar.from_ical(text))))
    rows = [("read and checked", "", "", f"{ours_ms:.0f} ms", f"{theirs_ms:.0f} ms", f"{theirs_ms / ours_ms:.2f}")]
    for name, span in (("the next 24 hours", DAY), ("the next 30 days", 30 * DAY)):
        ours, theirs = partial(our_dues, agendas[0], span), partial(their_dues, calendars[0], span)
        same = "the same" if sorted(ours()) == sorted(theirs()) else "DIFFERENT"
        ours_ms, theirs_ms = best_ms(ours), best_ms(theirs, tries=2)
        rows.append(
            (name, str(len(ours())), same, f"{ours_ms:.1f} ms", f"{theirs_ms:.1f} ms", f"{theirs_ms / ours_ms:.1f}")
        )
    table(
        f"{PEER} events of a calendar file, against recurring-ical-events",
        ("what", "occurrences", "instants", "ours", "theirs", "ratio"),
        rows,
    )


def our_agenda(text: str) -> Agenda:
    agenda = Agenda(HANOI, Calendar())
    events = ics_in.read(text, HANOI).events
    agenda.put_all((str(number), event.rule, NOW - timedelta(microseconds=1)) for number, event in enumerate(events))
    return agenda


def our_dues(agenda: Agenda, span: timedelta) -> list[datetime]:
    return [due for due, _ in agenda.between(NOW, NOW + span)]


def their_dues(calendar: recurring_ical_events.CalendarQuery, span: timedelta) -> list[datetime]:
    found = calendar.between(NOW, NOW + span)
    starts = [event["DTSTART"].dt.astimezone(UTC) for event in found]
    return [at for at in starts if at >= NOW]  # theirs also has what began before and lasts


def calendar_text(count: int) -> str:
    chance = random.Random(SEED)  # noqa: S311 - the same events in every run
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN"]
    for number in range(count):
        day = date(chance.randrange(2022, 2027), chance.randrange(1, 13), chance.randrange(1, 28))
        start = f"{day:%Y%m%d}T{chance.randrange(6, 20):02d}0000"
        rule = chance.choice(
            [
                f"FREQ=WEEKLY;BYDAY={WEEKDAYS[day.weekday()]}", f"FREQ=DAILY;INTERVAL={chance.randrange(1, 9)}",
                "FREQ=MONTHLY", "FREQ=YEARLY", f"FREQ=WEEKLY;COUNT={chance.randrange(5, 300)}",
            ]
        )  # fmt: skip
        lines += [
            "BEGIN:VEVENT", f"UID:{number}@bench", f"DTSTART;TZID=Asia/Ho_Chi_Minh:{start}",
            "DURATION:PT5M", f"RRULE:{rule}", f"SUMMARY:Tin {number}", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def fresh(what: str) -> float:
    """Milliseconds of something measured in a process of its own, imports aside."""
    done = run([sys.executable, "-m", "bench.schedule", what], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["cold"]:
        given = texts(COUNT)
        print(timed_ms(lambda: cold(given)))
    elif sys.argv[1:] == ["lunar"]:
        from schedules.lunar import lunar_of

        print(timed_ms(lambda: lunar_of(date(2026, 11, 21))))
