"""What filing is given to work with, and what a step gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from controller.core.words import Words
from kiosk.filing.state import Filing
from kiosk.happenings import Wish

Stepped: TypeAlias = tuple[Filing | None, tuple[Wish, ...]]


@dataclass(frozen=True, slots=True)
class Kit:
    """words: by language. places: those that a text finds, best first, as they are written."""

    words: Mapping[str, Words]
    places: Callable[[str], tuple[str, ...]]
