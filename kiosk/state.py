"""What there is at the kiosk at one moment, what can come to it, and what it wishes of the world. Pure; what becomes of
it is flow.py's, what is seen of it the scenes'.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kiosk.acts import Act
from kiosk.asking import Answer, Ask, FindFile
from kiosk.bulletin import Bulletin
from kiosk.enquiry import Enquiry
from kiosk.happenings import Happening, Wish
from kiosk.moments import Passed

WAITING, ALERT, STILL_THERE, SORRY = "waiting", "alert", "still_there", "sorry"
LANGUAGE, DOORS, PROGRAMME, LEARN, LESSON = "language", "doors", "programme", "learn", "lesson"
TRAINING, SESSION, HELP, STATUS, FILING = "training", "session", "help", "status", "filing"
READING = "reading"
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for with the button under the finger. `ident` is "" until it lies on the disk."""

    kind: str
    about: str
    at: float
    ident: str = ""
    failed: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class State:
    now: datetime  # local time, to the minute
    home_language: str
    language: str
    scene: str = WAITING
    page: int = 0
    about: str = ""
    text_size: int = 0  # of `look.TEXT_SIZES`
    contrast: bool = False
    pressed: Act | None = None
    touched_at: float = 0.0  # monotonic seconds
    entered_at: float = 0.0
    patience_s: float = PATIENCE_S
    left_s: int = 0  # seconds until the visit is ended, while that is being said
    over: bool = False  # the visit: nothing more is to be drawn
    bulletin: Bulletin | None = None  # None until the first news
    lost_since: datetime | None = None  # news cannot be read
    faults: tuple[str, ...] = ()  # of the kiosk itself, by kind
    request: Request | None = None
    enquiry: Enquiry = field(default=Enquiry(), repr=False)
    visit: object | None = field(default=None, repr=False)  # of `kiosk.visiting`

    @property
    def visited(self) -> bool:
        """Somebody is here."""
        return self.scene != WAITING

    @property
    def private(self) -> bool:
        """What is shown is nobody else's business: no picture of the screen is kept."""
        return self.scene in {FILING, STATUS}


@dataclass(frozen=True, slots=True)
class NewsCame:
    bulletin: Bulletin


@dataclass(frozen=True, slots=True)
class NewsLost:
    pass


@dataclass(frozen=True, slots=True)
class Down:
    act: Act | None
    at: float


@dataclass(frozen=True, slots=True)
class Up:
    act: Act | None
    at: float


@dataclass(frozen=True, slots=True)
class Stirred:
    """Somebody has done something that is no touch: held a card before the reader."""

    at: float


@dataclass(frozen=True, slots=True)
class ReadNews:
    """Effect: read the store again, even if nobody has changed it (time has)."""


@dataclass(frozen=True, slots=True)
class VisitBegan:
    """Effect: from now on a crash has to be owned up to."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Effect: say again what was said last."""


Input = Passed | NewsCame | NewsLost | Down | Up | Stirred | Answer | Happening
Effect = ReadNews | VisitBegan | Repeat | Ask | FindFile | Wish


def scene_of(state: State) -> str:
    if state.bulletin and state.bulletin.alerts:
        return ALERT
    return STILL_THERE if state.left_s else state.scene
