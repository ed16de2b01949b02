"""`loalang plan` in plain words: day by day, the very sentences of the page of the week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from controller.core.days import SaidDay
from controller.runtime.catalogues import load_words
from controller.runtime.config import StationConfig
from controller.timing.outlook import PLANNED, Outlook
from controller.web.saying import Saying
from controller.web.weeks import lines_of, overfull
from schedules.day_types import Calendar


def plan_lines(
    found: Sequence[Outlook], config: StationConfig, now: datetime, said: dict[date, SaidDay]
) -> Iterator[str]:
    words = load_words(config.site.language)
    say, calendar = Saying(words, config, now), Calendar({day: one.type for day, one in said.items()})
    too_much = overfull(found, config)
    day = None
    for line in lines_of(found, config, now):
        entry = line.entry
        if entry.due.date() != day:
            day = entry.due.date()
            yield f"{say.full_day(day)}, {say.day_type(calendar.about(day), said.get(day))}"
            for over in (over for over in too_much if over.day == day):
                zone = say.zones((over.zone,))
                yield "  ! " + words("web.week.overfull", zone=zone, minutes=over.minutes, limit=over.limit)
        state = "" if entry.status == PLANNED else f" · {words('utterance.' + entry.status)}"
        what = f"{entry.title} ({say.zones(entry.zones)}), {say.lasting(line.length_s)}"
        yield f"  {say.clock(entry.due)}: {what}{state} [{entry.rule_words}]"
        if line.meeting:
            meeting = line.meeting
            key = "web.week.meets" if meeting.spoken else "web.week.not_spoken"
            yield "    ! " + words(
                key, first=meeting.first.title, zones=say.zones(meeting.first.zones),
                starts=say.clock(meeting.starts_at.replace(second=0, microsecond=0)),
                later=say.lasting(meeting.later_s),
            )  # fmt: skip
    if day is None:
        yield words("outlook.nothing")
