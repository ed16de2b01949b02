"""Everything of one resident's filing, in one frozen value. It may hold what nobody else may see: never log it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller.guides.answering import Problem
from controller.guides.forms import Answers, Form, Page, Path
from controller.guides.model import Guide
from kiosk.happenings import CameraSees, Filed, PhotoTaken
from kiosk.keyboard.state import METHODS, Keyboard


class At(StrEnum):
    """The pages. Each has a scene, a text that is said, and ways out."""

    EVENTS = "events"
    GUIDES = "guides"  # of an event, or all that a search finds
    ABOUT = "about"
    ASK = "ask"
    UNFIT = "unfit"
    PAPERS = "papers"
    CARD = "card"
    PHOTO = "photo"
    REVIEW = "review"
    CONSENT = "consent"
    SENDING = "sending"
    NOT_SENT = "not_sent"
    RECEIPT = "receipt"
    HANDOVER = "handover"
    STOP = "stop"
    HELPER = "helper"
    KEPT = "kept"
    RESUME = "resume"


WATCHING = frozenset({At.CARD, At.RESUME, At.HELPER})  # where a code may be shown to the camera


@dataclass(frozen=True, slots=True)
class Where:
    """One page. name: an event, a paper's id, whose card, a step's number; path: of a question."""

    at: At
    name: str = ""
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, for the screen and the voice: a key of the catalogues, or what the form says."""

    key: str = ""
    problem: Problem | None = None
    warning: bool = False  # it may stand


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a paper, as it will be filed."""

    paper: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Filing:
    """`trail` is the way to the page that is shown, the last of it. `seed`: a secret made when the visit began; each
    file gets its own ident of it (`ident`), and a second attempt the same."""

    language: str
    now: datetime
    guides: tuple[Guide, ...]
    seed: str = field(repr=False)
    old_tone_place: bool = True
    method: str = METHODS[0]  # of typing, once chosen for all that follows
    trail: tuple[Where, ...] = (Where(At.EVENTS),)
    shown_page: int = 0  # of a page that does not fit
    keyboard: Keyboard | None = field(default=None, repr=False)  # of a page that is typed on
    keys_open: bool = False
    found: tuple[str, ...] = field(default=(), repr=False)  # places, by what was typed
    form: Form | None = None
    answers: Answers = field(default_factory=dict, repr=False)
    offered: frozenset[str] = frozenset()  # whose cards were asked for already
    from_card: frozenset[Path] = frozenset()  # answered by a card, so not asked
    doubted: str = field(default="", repr=False)  # a card's text that may be wrong; the same again is taken
    have: Mapping[str, str] = field(default_factory=dict)  # papers by id: "yes", "no", "depends"
    photos: tuple[Photo, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)  # papers by id: why there is no photograph
    taken: PhotoTaken | None = field(default=None, repr=False)  # just now, not judged yet
    camera: CameraSees | None = field(default=None, repr=False)
    adding: bool = False  # another page of the same paper
    waiting: bool = False  # for a device, or for the disk
    waiting_since: float = 0.0  # monotonic seconds; 0 until time has passed
    trouble: Trouble | None = field(default=None, repr=False)
    agreed: bool = False
    filed: Filed | None = field(default=None, repr=False)
    count: int = 0  # files of this visit that are done
    ident: str = field(default="", repr=False)
    reviewed: frozenset[Path] = frozenset()  # what had been asked by the time of the review
    review_part: int = 0  # of the review, from which something is changed
    read_to: int = 0  # the furthest part of the review that was seen
    code: str = field(default="", repr=False)  # under which it is kept
    helper: str = ""  # who took over, by id; it stays with the file when they have handed back
    helping: bool = False  # they are at it now

    @property
    def where(self) -> Where:
        return self.trail[-1]

    @property
    def guide(self) -> Guide | None:
        return self.form.guide if self.form else None

    @property
    def asked(self) -> Page | None:
        """The question of this page; None on others, and where it is no longer relevant."""
        if self.where.at is not At.ASK or self.form is None:
            return None
        return self.form.page(self.where.path, self.answers)

    @property
    def unfinished(self) -> bool:
        """There is something that would be lost if it ended here."""
        if self.form is None or self.filed is not None:
            return False
        return bool(self.have or self.photos) or self.answers != self.form.begun()

    @property
    def typing(self) -> bool:
        return self.keyboard is not None and self.keys_open

    def photos_of(self, paper: str) -> tuple[Photo, ...]:
        return tuple(photo for photo in self.photos if photo.paper == paper)


def watches(filing: Filing) -> bool:
    """Whether the camera's picture is wanted."""
    at = filing.where.at
    return at in WATCHING or (at is At.PHOTO and filing.taken is None)
