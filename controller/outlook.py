"""What would be played between two instants: the planner's own answer, joined with what is already
in line or past. For `loalang plan`, and for whoever shows the days to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from controller.core.announcements import Announcement
from controller.core.levels import Level
from controller.core.renditions import Rendition
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.store import announcements, renditions, utterances
from controller.store.connection import Tx
from schedules.documents import rule_from
from schedules.planner import due_between
from schedules.wording import rule_words

PLANNED = "planned"
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One occurrence. `until` is when its words end, as far as its rendition is known; `status` is
    "planned" or the state of its utterance."""

    due: datetime
    until: datetime
    title: str
    rule_id: str
    rule_words: str
    zones: tuple[str, ...]
    level: Level
    status: str

    def as_json(self) -> dict[str, object]:
        return {
            "due": self.due.isoformat(),
            "until": self.until.isoformat(),
            "title": self.title,
            "rule_id": self.rule_id,
            "rule_words": self.rule_words,
            "zones": list(self.zones),
            "level": self.level.value,
            "status": self.status,
        }


def outlook(tx: Tx, config: StationConfig, begin: datetime, end: datetime, words: Words) -> list[Outlook]:
    """The occurrences in [begin, end), in the total order of their due times; local times."""
    tz = config.site.tz
    said: dict[str, str] = {}
    found: dict[tuple[str, datetime], Outlook] = {}
    for stored in announcements.rules(tx):
        announcement = announcements.get(tx, stored.announcement_id)
        length = _length(renditions.of(tx, announcement.id, announcement.revision))
        rule = rule_from(stored.document)
        said[stored.id] = rule_words(rule, tz, words)
        for due in due_between(rule, max(begin, stored.planned_until) - _TICK, end - _TICK, tz):
            found[stored.id, due] = _planned(announcement, stored.id, due, length, said[stored.id], tz)
    for row in utterances.between(tx, begin, end):
        entry = found.get((row.rule_id, row.due))
        zones = tuple(sorted({*row.zones, *(entry.zones if entry and entry.status != PLANNED else ())}))
        found[row.rule_id, row.due] = Outlook(
            row.due.astimezone(tz), (row.due + timedelta(seconds=row.duration_s)).astimezone(tz), row.title,
            row.rule_id, said.get(row.rule_id) or words("outlook.no_rule"), zones, row.level, row.state.value,
        )  # fmt: skip
    return sorted(found.values(), key=lambda entry: (entry.due, entry.level.rank, entry.rule_id))


def _planned(
    announcement: Announcement, rule_id: str, due: datetime, length: timedelta, said: str, tz: tzinfo
) -> Outlook:
    return Outlook(
        due.astimezone(tz), (due + length).astimezone(tz), announcement.title, rule_id, said, announcement.zones,
        announcement.level, PLANNED,
    )  # fmt: skip


def _length(rendition: Rendition | None) -> timedelta:
    return timedelta(seconds=rendition.prepared.duration_s if rendition and rendition.prepared else 0.0)
