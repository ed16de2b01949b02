"""The journal is the town's record: what happened, to what, when, by whom. No resident's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    # an announcement
    CREATED = "created"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"  # a single occurrence: to another time, out of the schedule, or back
    PREPARED = "prepared"
    UNSPEAKABLE = "unspeakable"
    APPROVED = "approved"  # somebody has listened to the file that will be broadcast
    # an utterance
    QUEUED = "queued"
    PLAYING = "playing"
    PLAYED = "played"
    CUT = "cut"
    MISSED = "missed"
    STOPPED = "stopped"
    HEARD = "heard"  # the monitor input has heard its words
    NOT_HEARD = "not_heard"
    UNSURE = "unsure"
    # what it is made of
    RECORDING = "recording"  # a sound file was brought or spoken
    DICTIONARY = "dictionary"  # how an abbreviation is said
    SIGNAL = "signal"  # a chime of the commune's own
    # boards
    NOTICE = "notice"
    SHOWN = "shown"
    PICTURE = "picture"  # somebody has brought one for a notice
    # the cultural house
    DESK = "desk"  # the numbers at the desk
    TRAINING = "training"  # a session
    # what residents file
    GUIDE = "guide"  # came into force, or an official has confirmed it
    FILE = "file"  # filed, replaced, opened, exported, moved, deleted
    DESK_KEY = "desk_key"  # who may open files
    HELPER = "helper"  # somebody of the community's team
    # the station
    STARTED = "started"
    ENDED = "ended"
    FAULT = "fault"
    RECOVERED = "recovered"
    CLOCK = "clock"
    DAY = "day"
    VOLUME = "volume"  # how loud a zone is, at what time of day
    SWITCH = "switch"  # the local stop switch, the emergency contact
    SELF_TEST = "self_test"
    TOLD = "told"  # a person was told of something that went wrong
    FEED = "feed"  # an address under which phones read the schedule
    # people
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `subject` is "announcement/<id>", "utterance/<id>", "board/<id>", "user/<name>", ..."""

    seq: int
    at: datetime
    kind: Kind
    subject: str
    detail: dict[str, object] = field(default_factory=dict)
