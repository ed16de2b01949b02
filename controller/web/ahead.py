"""What the editor's draft makes of the days to come, and what can be done where it meets something. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from controller.timing.outlook import DRAFT
from controller.web.rule_forms import NOW_ONLY, WITHOUT_CLOCKS, RuleForm
from controller.web.weeks import WEEK, Day, Line, full_minute

MOST_MEETINGS = 3  # said beside the entries of time; the lists beneath have them all

Mend = tuple[str, str, datetime]  # the clock time that was typed, the one in its stead, and when that is


@dataclass(frozen=True, slots=True)
class Ahead:
    hours: tuple[Line, ...]
    days: tuple[Day, ...]
    chosen: bool  # whether somebody asked for this week
    typed: RuleForm

    @property
    def monday(self) -> date:
        return self.days[0].info.day

    @property
    def sunday(self) -> date:
        return self.days[-1].info.day

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=WEEK)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=WEEK)

    @property
    def meetings(self) -> tuple[Line, ...]:
        """Where the draft and something else meet, once for each pair of clock times; the first few."""
        found: dict[tuple[object, ...], Line] = {}
        for line in (*self.hours, *(line for day in self.days for line in day.lines)):
            if line.meeting and (line.is_draft or line.meeting.first.status == DRAFT):
                pair = line.entry.announcement_id, line.entry.due.time(), line.meeting.first.announcement_id
                found.setdefault(pair, line)
        return tuple(found.values())[:MOST_MEETINGS]

    def mend(self, line: Line) -> Mend | None:
        """The clock time of the draft at which the two of a meeting would not meet; None where none can be typed."""
        meeting = line.meeting
        if meeting is None or self.typed.when in WITHOUT_CLOCKS | {NOW_ONLY} or self.typed.clocks != "times":
            return None
        first, second = meeting.first, meeting.second
        if second.status == DRAFT:
            due, free = second.due, full_minute(meeting.starts_at)
        elif first.status == DRAFT:
            due, free = first.due, full_minute(second.until)
        else:
            return None
        typed = {at.strip().zfill(5) for at in self.typed.times}
        if f"{due:%H:%M}" not in typed or free.date() != due.date():
            return None
        return f"{due:%H:%M}", f"{free:%H:%M}", free
