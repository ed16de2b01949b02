"""What is written to an Alpha sign next, so that it always shows something that can be read. Pure.

A picture is written where nobody sees it, and called when it is there. What takes longer than people wait stands there
in the sign's own letters until then. While an emergency is on no picture can be written: its successor's words go
into the ordinary text, and only then the priority file is released.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from controller.boards.alpha.belief import Belief, Held, Memory, size_of
from controller.boards.alpha.files import ORDINARY
from controller.boards.alpha.pages import PRIORITY_BYTES, Filed, Files, Meanwhile, Pictures
from controller.boards.alpha.words import PRIORITY, WIDTH_PAUSE_S

READABLE_S = 2.0  # within so long something new can be read
AROUND_BYTES = 22  # of a frame, besides the rows of its picture or its text


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take: a byte on the line, and the sign with a file."""

    byte_s: float
    digest_s: float

    def pictures_s(self, pictures: Pictures, labels: Iterable[str]) -> float:
        return sum(self.wire_s(pictures[label]) + WIDTH_PAUSE_S + self.digest_s for label in labels)

    def wire_s(self, content: Held) -> float:
        return (size_of(content) + AROUND_BYTES) * self.byte_s


@dataclass(frozen=True, slots=True)
class Write:
    """One file. `meanwhile`: what it says stands in for what is wanted. `is_asked_after`: of a picture that is not read
    back at once the register is to say whether it came whole."""

    label: str
    content: Held
    meanwhile: Meanwhile | None = None
    is_asked_after: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sign's ordinary text was made of: the pages, by their keys; `is_alarm`: an emergency in words.
    `bridged`: the priority file says the ordinary words, while the memory is set up."""

    keys: frozenset[tuple[str, int]] = frozenset()
    is_alarm: bool = False
    bridged: bool = False


def ordinary_step(belief: Belief, live: Filed, standing: Standing, pace: Pace) -> Write:
    """The next step towards the ordinary pages: words in place of what is not there, pictures, the text in the end."""
    missing = belief.missing(live.pictures)
    if not missing:
        return Write(ORDINARY, live.data)
    absent = belief.absent(live)
    unwritten = [label for label in missing if label in absent]
    wait_s = pace.pictures_s(live.pictures, unwritten) + pace.wire_s(live.data)
    is_urgent = standing.is_alarm or not belief.in_sight.isdisjoint(unwritten)
    if is_urgent or (standing.keys != live.keys and wait_s > READABLE_S):
        meanwhile = live.meanwhile(absent)
        if meanwhile.data != belief.held.get(ORDINARY):
            return Write(ORDINARY, meanwhile.data, meanwhile)
    return Write(missing[0], live.pictures[missing[0]], is_asked_after=len(missing) > 1)


def step_before_release(belief: Belief, live: Filed, standing: Standing) -> Write | None:
    """What the ordinary text shall say when an emergency no longer hides it, if it says anything else."""
    absent = belief.absent(live)
    if belief.memory is not Memory.FINE or not (standing.is_alarm or standing.bridged or belief.in_sight & absent):
        return None
    meanwhile = live.meanwhile(absent) if absent else None
    data = meanwhile.data if meanwhile else live.data
    return None if belief.held.get(ORDINARY) == data else Write(ORDINARY, data, meanwhile)


def step_before_configuring(belief: Belief, live: Filed) -> Write | None:
    """The ordinary words, for a place that outlives the memory; None if they are there, or if there are none."""
    meanwhile = live.meanwhile(frozenset(live.pictures))
    data = meanwhile.data[:PRIORITY_BYTES]
    if not live.pictures or not data or data == belief.held.get(PRIORITY):
        return None
    return Write(PRIORITY, data, meanwhile)


def urgent_step(belief: Belief, files: Files, standing: Standing, is_raised: bool, pace: Pace) -> Write | None:
    """The next step of an emergency towards the sign; None: release the priority file. `is_raised`: something stands
    in it."""
    live = files.live
    missing = belief.missing(live.pictures)
    if not missing:
        return Write(PRIORITY, live.data)
    if belief.memory is not Memory.FINE:
        return Write(PRIORITY, files.plain, live.meanwhile(frozenset(live.pictures)))
    if is_raised or standing.is_alarm or pace.pictures_s(live.pictures, missing) > READABLE_S:
        words = live.meanwhile(frozenset(live.pictures))
        if words.data != belief.held.get(ORDINARY):
            return Write(ORDINARY, words.data, words)
    return None if is_raised else Write(missing[0], live.pictures[missing[0]])


def words_on(belief: Belief, written: Write | None, under_way: str | None) -> str:
    """What the sign shows in its own letters while pictures are written; `written`: its last text."""
    if written is None or written.meanwhile is None or under_way == written.label:
        return ""
    return written.meanwhile.said if belief.held.get(written.label) == written.content else ""
