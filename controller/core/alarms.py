"""What went wrong and a person must know, until one says that they do; and the messages that tell them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.core.errors import DeviceError

TRIAL = "trial"  # what a message is about that only tries whether letters arrive


@dataclass(frozen=True, slots=True)
class Alarm:
    """`cause` is a key of the word catalogues (section `alarm`), which `facts` fill."""

    id: str
    at: datetime
    cause: str
    subject: str  # of the journal
    facts: Mapping[str, str]
    known_by: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one person; several may go together."""

    id: str
    channel: str  # "email", "sms"
    recipient: str
    subject: str
    body: str
    about: str  # the alarm, or TRIAL
    tries: int
    made_at: datetime
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out."""

    recipient: str
    subject: str
    body: str


class UntoldError(DeviceError):
    """A message could not be handed over now; it may be, later.

    `code` is a key of the word catalogues (section `fault`), `detail` for whoever mends it.
    """

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


class Notifier(Protocol):
    """A way of telling people who are not at the station."""

    @property
    def channel(self) -> str:
        """ "email", "sms": what its messages are kept under."""

    def send(self, letter: Letter) -> None:
        """Hand it over, within its own time limit.

        UntoldError: try again later. InputError: it will never be taken (no such recipient).
        """
