"""What a resident can ask for by touching something. Scenes offer acts, the flow carries them out.

Guided filing has acts of its own: the flow hands those it does not know to the visit.
"""

from __future__ import annotations

from dataclasses import dataclass


class Act:
    """Compared by value; what becomes of it stands with the flow that carries it out."""

    __slots__ = ()

    @property
    def repeats(self) -> bool:
        """Whether it is carried out again and again while the finger stays."""
        return False


@dataclass(frozen=True, slots=True)
class GoTo(Act):
    """Show a scene, from a page of it (0 is the first), about one thing of several (a lesson, a session)."""

    scene: str
    page: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class SpeakTo(Act):
    """Go on in another language ("vi", "en")."""

    language: str


@dataclass(frozen=True, slots=True)
class FileService(Act):
    """Begin to file a service, or go on with what was begun."""


@dataclass(frozen=True, slots=True)
class NextTextSize(Act):
    """Larger text; after the largest the ordinary one again."""


@dataclass(frozen=True, slots=True)
class SwitchContrast(Act):
    """High contrast, or back."""


@dataclass(frozen=True, slots=True)
class SayAgain(Act):
    """Hear again what was said last."""


@dataclass(frozen=True, slots=True)
class Listen(Act):
    """Hear a text of the screen."""

    text: str


@dataclass(frozen=True, slots=True)
class Stay(Act):
    """Still here: the visit is not to be ended."""


@dataclass(frozen=True, slots=True)
class Leave(Act):
    """The visit is over; nothing of it is to be left."""


@dataclass(frozen=True, slots=True)
class SignUp(Act):
    """A seat in a training session, for nobody in particular: the answer is a number."""

    session: str


@dataclass(frozen=True, slots=True)
class CallHelp(Act):
    """Ask the desk to send somebody."""


@dataclass(frozen=True, slots=True)
class Press(Act):
    """A key of a number pad: a character, or "back" for the last one."""

    key: str


@dataclass(frozen=True, slots=True)
class Earlier(Act):
    """Back to what was typed before; from the first of it to the doors."""


@dataclass(frozen=True, slots=True)
class Confirm(Act):
    """What was typed is complete."""
