"""What went wrong and nobody has acknowledged: one banner on every page, and the button that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from controller.core.alarms import Alarm
from controller.core.errors import StationError
from controller.store import alarms
from controller.store.connection import Tx
from controller.telling.alarms import CLOCK, AlarmWords
from controller.web.context import done, parts, visitor
from controller.web.doors import Who, door

views = Blueprint("alarms", __name__)
MOST = 50  # that are listed; the oldest of more come when these are known


@dataclass(frozen=True, slots=True)
class Shown:
    id: str
    subject: str
    text: str


def open_alarms() -> list[Shown]:
    """None while the store cannot be read: the page that says so has this banner too."""
    try:
        with parts().store.read() as tx:
            return shown(tx)
    except StationError:
        return []


def shown(tx: Tx) -> list[Shown]:
    """The newest first."""
    words = AlarmWords(visitor().words, parts().config, parts().clock.now())
    found = [alarm for alarm in alarms.open_alarms(tx) if not _elsewhere(alarm)]
    return [Shown(alarm.id, alarm.subject, words.sentence(alarm)) for alarm in found[:MOST]]


def _elsewhere(alarm: Alarm) -> bool:
    """A clock that is doubtful still has a place of its own on every page."""
    return alarm.subject == CLOCK and "over" not in alarm.facts


@views.post("/alarms/known")
@door(Who.USER)
def known() -> ResponseReturnValue:
    """Whoever presses it has read these (`alarm`)."""
    parts().sounding.know(tuple(request.form.getlist("alarm")[:MOST]), visitor().by)
    came_from = urlsplit(request.referrer or "").path
    return done(came_from if came_from.startswith("/") and not came_from.startswith("//") else "/")
