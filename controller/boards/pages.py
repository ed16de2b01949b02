"""What a board shows: pages of dots that follow one another. Pure; knows neither fonts nor protocols.

The dots of a page are the truth of it: they are drawn on the officials' page, encoded for the wire,
and compared with what an emulated sign shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

Dots = Sequence[bytes]
"""Rows of dots, top to bottom. A board of one colour: one byte a dot, 0 dark, 1 lit. Of three colours: one byte a
dot, a `Colour`. Of full colour: three bytes a dot, red, green, blue. They never change; those of a large screen are
drawn only when they are looked at."""


def depth_of(colours: str) -> int:
    """Bytes a dot."""
    return 3 if colours == "full" else 1


class Colour(IntEnum):
    """Of a dot on a board of three colours; the numbers are those of the Alpha protocol's pictures."""

    DARK = 0
    RED = 1
    GREEN = 2
    AMBER = 3


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a board for `dwell_s` seconds, or passes over it once in that time (`scrolls`, from its first
    dot at the right edge to its last past the left one; then `dots` may be wider than the board)."""

    dots: Dots
    dwell_s: float
    lines: tuple[str, ...]  # what can be read on it
    scrolls: bool = False
    item: str = ""  # the id of what it shows


@dataclass(frozen=True, slots=True)
class Rotation:
    """Pages shown in turn, for ever. What could not be shown as written stands beside them."""

    pages: tuple[Page, ...]
    undrawable: tuple[str, ...] = ()  # characters that stand there as something else
    alike: tuple[str, ...] = ()  # groups of letters of the text that look the same here: "ỚỜ"
    left_out: str = ""  # what found no room
    is_stripped: bool = False  # letters have lost their marks
    without: tuple[str, ...] = ()  # "picture", "qr": what such a board cannot show

    @property
    def text(self) -> str:
        """What can be read, pages apart by an empty line. A line that is the time of day is told without its digits:
        it would be news every minute."""
        return "\n\n".join("\n".join(map(without_time, page.lines)) for page in self.pages)

    @property
    def round_s(self) -> float:
        return sum(page.dwell_s for page in self.pages)

    def at(self, seconds: float) -> tuple[int, float, float]:
        """The number of the page that is shown so many seconds after the rotation began, for how long it has been,
        and for how long it still is. With the seconds of the wall clock every face shows the same page at once."""
        into_s = seconds % self.round_s if self.round_s > 0 else 0.0
        for number, page in enumerate(self.pages):
            if into_s < page.dwell_s:
                return number, into_s, page.dwell_s - into_s
            into_s -= page.dwell_s
        return 0, 0.0, self.pages[0].dwell_s if self.pages else 0.0


def without_time(line: str) -> str:
    """A line that is the time of day without its digits, any other as it is."""
    return "--:--" if len(line) == 5 and line[2] == ":" and line.replace(":", "").isdecimal() else line


def joined(parts: tuple[Rotation, ...]) -> Rotation:
    """One rotation after the other; what stands beside them is kept, each character once."""
    return Rotation(
        tuple(page for part in parts for page in part.pages),
        tuple(dict.fromkeys(each for part in parts for each in part.undrawable)),
        tuple(dict.fromkeys(each for part in parts for each in part.alike)),
        " ".join(part.left_out for part in parts if part.left_out),
        any(part.is_stripped for part in parts),
        tuple(dict.fromkeys(each for part in parts for each in part.without)),
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What a board shall show; `urgent` replaces the ordinary pages, which wait underneath. `is_lit`: it is not dark
    on purpose at this hour, or something urgent is to be seen. `coming`: pages that will be ordinary ones soon, for
    boards that can be given them ahead of time."""

    ordinary: Rotation
    urgent: Rotation | None = None
    is_lit: bool = True
    coming: tuple[Page, ...] = ()

    @property
    def live(self) -> Rotation:
        return self.urgent or self.ordinary
