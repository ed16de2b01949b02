"""What a resident can ask for while filing. Each is offered by a scene and carried out by `flow.py`."""

from __future__ import annotations

from dataclasses import dataclass

from controller.guides.forms import Path
from kiosk.acts import Act
from kiosk.keyboard.state import DELETE


class FilingAct(Act):
    """Those that only filing knows."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PickEvent(FilingAct):
    """What has happened in life; "" is all services by name."""

    event: str


@dataclass(frozen=True, slots=True)
class PickGuide(FilingAct):
    guide: str


@dataclass(frozen=True, slots=True)
class Forward(FilingAct):
    """The primary action of the page: go on with what is there."""


@dataclass(frozen=True, slots=True)
class Back(FilingAct):
    """To the page before; from the first one to the doors, if nothing is begun."""


@dataclass(frozen=True, slots=True)
class Turn(FilingAct):
    """Another part of a long page (0 is the first)."""

    page: int


@dataclass(frozen=True, slots=True)
class OpenKeys(FilingAct):
    """The keyboard, or the page behind it."""

    on: bool


@dataclass(frozen=True, slots=True)
class Key(FilingAct):
    """A key of the keyboard (`kiosk.keyboard`)."""

    key: str

    @property
    def repeats(self) -> bool:
        return self.key == DELETE


@dataclass(frozen=True, slots=True)
class Choose(FilingAct):
    """One of several answers; of a question with several answers: this one too, or no longer."""

    name: str


@dataclass(frozen=True, slots=True)
class PickPlace(FilingAct):
    """A place that was searched for, as it is written."""

    name: str


@dataclass(frozen=True, slots=True)
class DoNotKnow(FilingAct):
    """No answer, where the law allows that."""


@dataclass(frozen=True, slots=True)
class Change(FilingAct):
    """From the review to a question, and back to the review with it."""

    path: Path


@dataclass(frozen=True, slots=True)
class Have(FilingAct):
    """Whether a paper is there: "yes", "no", "depends"."""

    paper: str
    have: str


@dataclass(frozen=True, slots=True)
class Shoot(FilingAct):
    """Photograph the paper, or photograph it again."""


@dataclass(frozen=True, slots=True)
class MorePages(FilingAct):
    """This paper has another page."""


@dataclass(frozen=True, slots=True)
class SkipPhoto(FilingAct):
    """No photograph of this paper, and why: "at_desk", "later"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Agree(FilingAct):
    """Consent, given or taken back."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Stop(FilingAct):
    """Not now: somebody else goes on, it is kept, or it goes."""


@dataclass(frozen=True, slots=True)
class CallHelper(FilingAct):
    """Somebody of the community team takes over, with a code."""


@dataclass(frozen=True, slots=True)
class HandBack(FilingAct):
    """Whoever took over has done their part: the resident goes on themselves."""


@dataclass(frozen=True, slots=True)
class Keep(FilingAct):
    """Keep it under a resume code."""


@dataclass(frozen=True, slots=True)
class Resume(FilingAct):
    """Go on with what was kept."""


@dataclass(frozen=True, slots=True)
class Discard(FilingAct):
    """Nothing of it is to be left."""
