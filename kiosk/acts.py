"""What a resident can ask for by touching something. Scenes offer acts, the flow carries them out."""

from __future__ import annotations

from dataclasses import dataclass


class Act:
    """Compared by value; what becomes of it stands with the flow that carries it out."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GoTo(Act):
    """Show a scene, from a page of it (0 is the first)."""

    scene: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class SpeakTo(Act):
    """Go on in another language ("vi", "en")."""

    language: str
