"""What an Alpha sign is asked, in which order, and how long its answers are. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from controller.boards.alpha.belief import TEXTS, Belief, Held, contents_of, size_of
from controller.boards.alpha.files import ORDINARY
from controller.boards.alpha.pages import Filed, Files
from controller.boards.alpha.words import Message, ReadDots, ReadSpecial, ReadText, Special

REGISTER_ASKED, TABLE_ASKED = ReadSpecial(Special.ERRORS), ReadSpecial(Special.MEMORY)
TRIED_AGAIN = 6  # every so many polls what could not be read back is tried once more
LINE_BYTES = 11  # of the table, for each file
OTHER_BYTES = 256  # of any other answer, at most


def question(label: str) -> ReadText | ReadDots:
    return ReadText(label) if label in TEXTS else ReadDots(label)


def answer_bytes(asked: Message, label: str, files: Files, table: int) -> int:
    """About how long the answer is, if the sign holds what it shall; `table`: files in its memory."""
    if isinstance(asked, ReadText | ReadDots):
        likely: dict[str, Held] = {**files.coming, **contents_of(label, files.live)}
        return size_of(likely.get(asked.label))
    return OTHER_BYTES + LINE_BYTES * table


def unseen(belief: Belief, label: str, live: Filed) -> str | None:
    """After a reconnection the sign may still show the right thing: what to look at before blanking it."""
    if label == ORDINARY and label not in belief.held:
        return label if belief.is_readable(label) else None
    if belief.held.get(label) != live.data:
        return None
    return next((each for each in live.pictures if each not in belief.held and belief.is_readable(each)), None)


def unproven(belief: Belief, labels: Iterable[str]) -> str | None:
    """The first file of which the sign has said nothing yet and can say something."""
    return next((label for label in labels if not belief.is_seen(label) and belief.is_readable(label)), None)


def unread(belief: Belief, labels: Iterable[str]) -> str | None:
    """The first of which only the register has said anything."""
    return next((label for label in labels if label not in belief.proven and belief.is_readable(label)), None)


class Polls:
    """What is asked time and again while nothing changes: the text, and its pictures in turn."""

    def __init__(self) -> None:
        self._count = 0

    def next(self, belief: Belief, label: str, pictures: Iterable[str]) -> Message:
        self._count += 1
        labels = list(pictures)
        polled = labels[self._count // 2 % len(labels)] if labels and self._count % 2 == 0 else label
        if self._count % TRIED_AGAIN == 0:
            belief.try_again()
        return question(polled) if belief.is_readable(polled) else TABLE_ASKED
