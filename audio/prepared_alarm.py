"""The emergency that the local contact plays, kept in a file beside the store.

It is chosen on the page (the fact `contact/announcement`) and written down here whenever it or its
sound changes, so that the contact works while controller, page and database are dead.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from controller.core.announcements import AfterCut
from controller.core.errors import NotFoundError, StationError
from controller.core.levels import Level
from controller.core.utterances import BY_CONTACT, Utterance, UtteranceState, raised_document, raised_from
from controller.runtime.config import StationConfig
from controller.runtime.files import replace_file
from controller.runtime.logs import Lasting
from controller.store import announcements, facts, renditions
from controller.store.connection import Tx

FACT = "contact/announcement"
WAITS_S = 600.0  # for the loudspeakers to come free
log = logging.getLogger(__name__)


class PreparedAlarm:
    """Of one output. The keeper's thread refreshes it, the player's takes it."""

    def __init__(self, path: Path, config: StationConfig, output: str) -> None:
        self._path, self._config, self._output = path, config, output
        self._alarm = self._stored()
        self._kept = True  # what is chosen lies in the file
        self._trouble = Lasting(log, "the emergency of the local contact is not kept")

    def raised(self, at: datetime, press: str, ident: str) -> Utterance | None:
        """The emergency as it is raised by one press of the button; None if none was ever chosen."""
        alarm = self._alarm
        if alarm is None:
            return None
        late_until = at + timedelta(seconds=WAITS_S)
        return replace(alarm, id=ident, rule_id=BY_CONTACT + press, due=at, late_until=late_until)

    @property
    def sha256(self) -> str:
        return self._alarm.sha256 if self._alarm else ""

    def refresh(self, tx: Tx, now: datetime) -> None:
        """Take over what is chosen now; what cannot be spoken (yet) leaves the last one in force, and so does a store
        in which nobody has ever chosen. That nothing is to be played, somebody has chosen too."""
        ident = facts.fact(tx, FACT)
        if not ident and facts.is_set(tx, FACT):
            self._drop()
            return
        prepared = renditions.spoken(tx, ident) if ident else None
        if prepared is None or prepared.prepared is None:
            return
        try:
            announcement = announcements.get(tx, ident)
        except NotFoundError:
            return
        zones = tuple(zone for zone in announcement.zones if zone in self._config.output(self._output).zones)
        sound = prepared.prepared
        ours = Utterance(
            id="", announcement_id=ident, revision=announcement.revision, rule_id="", due=now, output=self._output,
            zones=zones or self._config.output(self._output).zones, title=announcement.title, level=Level.EMERGENCY,
            order_no=announcement.order_no, after_cut=AfterCut.RESTART, late_until=now, state=UtteranceState.QUEUED,
            attempt=0, sha256=sound.sha256, duration_s=sound.duration_s, started_at=None, ended_at=None,
            stop_wanted_by="", lasts_s=self._config.lasts_s(Level.EMERGENCY, announcement.lasts_s),
        )  # fmt: skip
        known = self._alarm
        if known is None or replace(ours, due=known.due, late_until=known.late_until) != known:
            self._alarm, self._kept = ours, False
        if not self._kept:
            self._keep(ours)

    def _drop(self) -> None:
        self._alarm = None
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            self._trouble.begins(str(error))

    def _keep(self, alarm: Utterance) -> None:
        """A disk that is full keeps nobody from reading the line; it is tried again with the next look."""
        try:
            replace_file(self._path, json.dumps(raised_document(alarm), ensure_ascii=False).encode())
        except StationError as error:
            self._trouble.begins(str(error))
        else:
            self._kept = True
            self._trouble.ends()

    def _stored(self) -> Utterance | None:
        try:
            return raised_from(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            log.error("the emergency of the local contact cannot be read: %s", error)
            return None
