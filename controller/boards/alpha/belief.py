"""What an Alpha sign is believed to hold, file by file, and how much of that was seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from controller.boards.alpha.files import ORDINARY
from controller.boards.alpha.pages import Filed, Files, Pictures
from controller.boards.alpha.parsing import errors_of, file_specs, text_pages
from controller.boards.alpha.words import (
    PRIORITY,
    AlphaError,
    Code,
    Errors,
    FileSpec,
    Inline,
)
from controller.boards.link import Status
from controller.core.notices import BoardState

MISSES = 2  # questions of one kind in a row without an answer, while others are answered
SURPRISES = 4  # differences of a file in a row after which the sign is believed to be unable to keep what it is told
CONFIGURED = 2  # times in a row that a memory is set up before it is left as it is
REFUSALS = 3  # pictures in a row of which the register says that they did not come whole: then it is not asked
TEXTS = (PRIORITY, ORDINARY)
REGISTER = "F*"  # what was said of the last frame, a kind of question
Held = bytes | tuple[bytes, ...]


class Memory(Enum):
    UNKNOWN = 0
    FINE = 1
    LACKING = 2


class Belief:
    """`held`: by label, as last written or read back. `proven`: when that was read back; `taken`: when the sign's own
    register said that it had come whole, its checksum right."""

    def __init__(self, answers: bool = False) -> None:
        self.answers = answers  # has it ever, on this line or before?
        self.silences = 0  # in a row
        self.configured = 0  # times in a row that its memory was; not yet seen to have helped
        self.emptied = False  # it was seen not to hold our text any more
        self.held: dict[str, Held] = {}
        self.proven: dict[str, float] = {}
        self.taken: dict[str, float] = {}
        self.memory = Memory.UNKNOWN
        self._again: set[str] = set()  # to be written although they are held
        self._refusals = 0  # by the register, in a row
        self._differed: dict[str, int] = {}  # read-backs in a row that gave something else than was written
        self._unanswered: dict[str, int] = {}  # by kind of question
        self._seen: set[str] = set()  # kinds that were answered: then a silence is the line's fault

    def wrote(self, label: str, content: Held) -> None:
        self.forget(label)
        self.held[label] = content
        self._again.discard(label)

    def forget(self, label: str) -> None:
        for kept in (self.held, self.proven, self.taken):
            kept.pop(label, None)

    def doubt_all(self) -> None:
        """It never answers, and may have lost everything unseen."""
        self._again |= set(self.held)

    def erased(self) -> None:
        """Its memory is being configured: nothing is left in it."""
        for kept in (self.held, self.proven, self.taken):
            kept.clear()
        self._unanswered.clear()
        self.memory, self.emptied = Memory.UNKNOWN, self.answers
        self.configured += 1

    # --- whether it is there ---

    @property
    def is_lost(self) -> bool:
        return self.silences >= MISSES

    def answered(self) -> bool:
        """It said something that was asked for. True if it was away until now, and may have lost what was sent."""
        was_mute, self.answers = not self.answers, True
        was_away = self.is_lost or (was_mute and self.configured > 0)
        if was_away:
            self.held.clear()
            self.memory, self.configured = Memory.UNKNOWN, 0
        self.silences = 0
        return was_away

    def was_silent(self, label: str | None) -> None:
        """It did not answer when it was asked for a file, or for its table (None)."""
        if not self.answers:
            if self.memory is Memory.UNKNOWN:  # write-only: it may be new, so it is configured unseen, once
                self.memory = Memory.FINE if self.configured else Memory.LACKING
            return
        self.silences += 1
        if label is not None:
            self._missed(label)
            self.memory = Memory.UNKNOWN  # so that the next question is one which every sign answers
        if self.is_lost:
            self.proven.clear()
            self.taken.clear()
            self._unanswered.clear()

    # --- what it holds ---

    def missing(self, pictures: Pictures) -> list[str]:
        return [label for label, dots in pictures.items() if self.held.get(label) != dots or label in self._again]

    def is_in(self, label: str, filed: Filed) -> bool:
        is_there = self.held.get(label) == filed.data and label not in self._again
        return is_there and not self.missing(filed.pictures)

    def is_proven(self, label: str, filed: Filed) -> bool:
        return self.is_in(label, filed) and all(map(self.is_seen, (label, *filed.pictures)))

    def is_seen(self, label: str) -> bool:
        return label in self.proven or label in self.taken

    @property
    def in_sight(self) -> frozenset[str]:
        """The pictures that the ordinary text calls."""
        held = self.held.get(ORDINARY)
        try:
            pages = text_pages(held) if isinstance(held, bytes) else ()
        except AlphaError:  # read back, and not ours
            return frozenset()
        body = (piece for page in pages for piece in page.body)
        return frozenset(each.argument for each in body if isinstance(each, Inline) and each.code is Code.DOTS)

    def absent(self, filed: Filed) -> frozenset[str]:
        """The pictures of the pages that are not to be seen as the pictures are now: of those in sight, where more than
        half would have to be written. Where only a digit changes, it changes in full view."""
        wrong, in_sight = (
            {label for label, dots in filed.pictures.items() if self.held.get(label) != dots},
            self.in_sight,
        )

        def is_absent(calls: frozenset[str]) -> bool:
            return 2 * len(calls & wrong) > len(calls) if calls <= in_sight else bool(calls & wrong)

        return frozenset(label for part in filed.parts if is_absent(part.calls) for label in part.calls)

    # --- what can be seen ---

    def _missed(self, label: str) -> None:
        """A file was asked for, and there was no answer."""
        if _kind(label) in self._seen - {PRIORITY}:  # the end of an emergency is not waited for for ever
            return
        self._unanswered[_kind(label)] = self._unanswered.get(_kind(label), 0) + 1

    def try_again(self) -> None:
        """What could not be read back, or read back as something else, may have suffered from the line."""
        for label in self._differed:
            self.forget(label)
        self._differed.clear()
        self._unanswered.clear()

    def is_unreadable(self, label: str) -> bool:
        return self._unanswered.get(_kind(label), 0) >= MISSES

    def is_readable(self, label: str) -> bool:
        return self.answers and not self.is_unreadable(label)

    @property
    def differs(self) -> bool:
        """Some file reads back as something else, whatever it is told."""
        return any(times > SURPRISES for times in self._differed.values())

    def hides(self, labels: Iterable[str]) -> bool:
        """Whether one of these cannot be read back."""
        return any(self.is_unreadable(label) for label in labels)

    def saw(self, label: str, content: Held, now: float) -> bool:
        """A file was read back. True if that is a surprise: something else stood there, or once more something else
        than was written. If it happens time and again the sign is written to in faith, for no proof can be had from
        it."""
        self._unanswered.pop(_kind(label), None)
        self._seen.add(_kind(label))
        before, was_proven = self.held.get(label), self.is_seen(label)
        self.held[label] = content
        self.taken.pop(label, None)
        self.proven[label] = now
        if before is None or before == content:
            self._differed.pop(label, None)
            return False
        self._differed[label] = self._differed.get(label, 0) + 1
        if self._differed[label] > SURPRISES:
            del self.proven[label]
            if (self._differed[label] - SURPRISES) % 2:  # every second time it is written all the same: the line may
                self._unanswered[_kind(label)] = MISSES  # have been bad, and be good now
                self.held[label] = before
        return was_proven or self._differed[label] > 1

    def register_said(self, label: str, data: bytes, now: float) -> None:
        """What the sign says of the frame that wrote a picture."""
        self._seen.add(REGISTER)
        try:
            is_whole = errors_of(data) is Errors.NONE
        except AlphaError:
            is_whole = False
        if is_whole:
            self._refusals, self.taken[label] = 0, now
            return
        self.forget(label)
        self._refusals += 1
        if self._refusals >= REFUSALS:  # then only what is read back counts
            self._refusals, self._unanswered[REGISTER] = 0, MISSES

    def saw_table(self, data: bytes, ours: Iterable[FileSpec]) -> None:
        """The memory table was read. One of another kind than we know: that sign's memory is left alone; so is one
        that lacks our files although it was just configured, and once more: it may have been deaf the first time."""
        try:
            files = {file.label: file for file in file_specs(data)}
        except AlphaError:
            self.memory, self.configured = Memory.FINE, 0
            return
        if self.configured >= CONFIGURED or all(_serves(files.get(file.label), file) for file in ours):
            self.memory, self.configured = Memory.FINE, 0
        else:
            self.memory = Memory.LACKING

    # --- what is known ---

    def status(
        self, label: str, files: Files, old: Status | None, is_busy: bool, is_owed: bool, verifies: bool, words: str
    ) -> Status | None:
        """What is known of what is on; while something is under way the last word stands. `is_owed`: nobody knows
        yet whether the emergency is over for the sign; `verifies`: it is about to be asked; `words`: what it shows in
        its own letters while pictures are written."""
        live, last_text = files.live, old.text if old else ""
        found, is_in, needed = old, self.is_in(label, live), contents_of(label, live)
        if self.is_lost:
            found = Status(BoardState.DOWN, last_text, "silent")
        elif is_in and self.hides(needed) and not is_busy:
            found = Status(BoardState.SENT, live.text, "differs" if self.differs else "unread")
        elif self.is_proven(label, live) and not is_owed:
            seen_at = min(self.proven.get(each, self.taken.get(each, 0.0)) for each in needed)
            found = Status(BoardState.SHOWN, live.text, "" if live.is_whole else "room", seen_at)
        elif words and not is_in:
            found = Status(BoardState.SENT, words, "words")
        elif is_in and not is_busy and old and old.reason == "words":
            found = Status(BoardState.SENT, live.text)
        elif self.emptied and old:
            found = Status(BoardState.DOWN, last_text, "lost")
        elif is_in and not self.answers and not verifies:
            found = Status(BoardState.SENT, live.text, "mute")
        if found and found.state is not BoardState.DOWN:
            self.emptied = False
            if not files.is_lit and found is not old:
                found = replace(found, state=BoardState.OFF, reason="off_hours")
        return found


def size_of(content: Held | None) -> int:
    """About how many bytes an answer has that holds this."""
    if content is None or isinstance(content, bytes):
        return len(content or b"")
    return sum(len(row) + 1 for row in content)


def contents_of(label: str, filed: Filed) -> dict[str, Held]:
    """All that a text needs, by label: itself and its pictures."""
    return {label: filed.data, **filed.pictures}


def _kind(label: str) -> str:
    return label if label in (*TEXTS, REGISTER) else "pictures"


def _serves(found: FileSpec | None, file: FileSpec) -> bool:
    if found is None or found.kind != file.kind:
        return False
    return found.size >= file.size if file.kind == "A" else (found.size, found.extra) == (file.size, file.extra)
