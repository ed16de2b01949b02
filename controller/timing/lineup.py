"""What an occurrence becomes when it is put in line: one utterance for each sound output, and how late it may be.

Pure. Knows neither store nor planner; whoever puts something in line asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.announcements import Announcement, Draft, Late
from controller.core.ports import Ids
from controller.core.utterances import Utterance, UtteranceState
from controller.runtime.config import StationConfig
from schedules.rules import Rule

SPEAK_NOW_LATE_S = 600.0  # a speak-now waits so long for its rendition or for the output to come free


@dataclass(frozen=True, slots=True)
class Lateness:
    """What is done with an occurrence that cannot begin at its instant, and for how long after it."""

    late: Late
    window_s: float

    @property
    def open_s(self) -> float:
        return 0.0 if self.late is Late.SKIP else self.window_s


def lateness_of(announcement: Announcement | Draft, rule: Rule | None) -> Lateness:
    """The rule's own, else the announcement's; None: somebody wants it now, and waits."""
    if rule is None:
        return Lateness(Late.PLAY, max(SPEAK_NOW_LATE_S, announcement.late_window_s))
    window_s = announcement.late_window_s if rule.late_window_s is None else rule.late_window_s
    return Lateness(rule.late or Late.PLAY, window_s)


def occurrence(
    ids: Ids, config: StationConfig, announcement: Announcement, rule_id: str, due: datetime, lateness: Lateness
) -> list[Utterance]:
    """The utterances of one occurrence: one for each output that serves any of its zones."""
    found = []
    for output in config.outputs:
        zones = tuple(zone for zone in announcement.zones if zone in output.zones)
        if zones:
            found.append(
                Utterance(
                    id=ids(), announcement_id=announcement.id, revision=announcement.revision, rule_id=rule_id,
                    due=due, output=output.name, zones=zones, title=announcement.title, level=announcement.level,
                    order_no=announcement.order_no, after_cut=announcement.after_cut,
                    late_until=due + timedelta(seconds=lateness.open_s), state=UtteranceState.QUEUED, attempt=0,
                    sha256="", duration_s=0.0, started_at=None, ended_at=None, stop_wanted_by="", late=lateness.late,
                    times=announcement.times, pause_s=announcement.pause_s,
                    lasts_s=config.lasts_s(announcement.level, announcement.lasts_s),
                )
            )  # fmt: skip
    return found
