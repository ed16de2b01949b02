"""How much of what the kiosk says can be heard already: of all, of a language, of one guide. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from controller.core.clips import EACH_S, Clip


@dataclass(frozen=True, slots=True)
class Heard:
    """Of so many lines so many can be heard, and so many could not be spoken; the others are still to be spoken."""

    ready: int
    failed: int
    all: int

    @property
    def waiting(self) -> int:
        return self.all - self.ready - self.failed

    @property
    def minutes(self) -> int:
        """How long what waits may take."""
        return max(1, math.ceil(self.waiting * EACH_S / 60))

    @property
    def has_no_voice(self) -> bool:
        return bool(self.failed) and not self.ready


@dataclass(frozen=True, slots=True)
class Voices:
    """`states`: of each text's key its language and its state, as the store has them."""

    states: Mapping[str, tuple[str, str]]

    def of_all(self) -> Heard:
        return _counted(state for _, state in self.states.values())

    def of_language(self, language: str) -> Heard:
        return _counted(state for spoken, state in self.states.values() if spoken == language)

    def of_lines(self, lines: Sequence[Clip]) -> Heard:
        """One that nobody has asked for yet is still to be spoken."""
        return _counted(self.states.get(line.key, ("", "wanted"))[1] for line in lines)


def _counted(states: Iterable[str]) -> Heard:
    many = Counter(states)
    return Heard(many["ready"], many["failed"], many.total())
