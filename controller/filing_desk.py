"""What officials do with residents' files: the queue, opening, the ten states, notes, export, deletion, helpers' codes.

A file is opened in the memory of the process for one sitting (`controller.filing_keys`); what is written goes to the
disk sealed again. Each act is one transaction with its line for the town's journal, which names the file's id only.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from controller import filing_seals as seals
from controller.core.errors import ChangedError, InputError, Problem
from controller.core.file_documents import FileDocument, document_of
from controller.core.filing_codes import HELPER_LENGTH, code_of, read_code
from controller.core.filings import (
    CODE_LIMIT,
    FINAL,
    NOTE_LIMIT,
    FileState,
    Moved,
    Step,
    Timing,
    may_follow,
    problems_of,
    timing_of,
)
from controller.core.ports import Bell, Clock, Ids
from controller.filing_keys import Sitting
from controller.filing_seals import Words
from controller.runtime import sealing
from controller.runtime.sealing import SealError
from controller.store import filing_records, filings
from controller.store.connection import Store, Tx
from controller.store.filing_records import Deletion, Helper
from controller.store.filings import NOTE, PORTAL, STEP, FileRow, Line

HELPER_NAME_LIMIT = 80
DELETION_REASONS = ("asked", "mistake", "entered")  # the resident asked for it; filed by mistake; entered in the portal


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be known of a file without opening it."""

    id: str
    guide: str
    state: FileState
    filed_at: datetime
    changed_at: datetime
    timing: Timing
    is_new: bool  # nobody has opened it


@dataclass(frozen=True, slots=True, repr=False)
class QueueLine:
    """One file in the queue of an open sitting. `broken`: it cannot be opened, somebody has changed it."""

    outline: Outline
    number: str
    name: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """`place` is what `FilingDesk.photo` takes."""

    paper: str
    place: int


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """A step (with its state) or a note, as an official wrote it."""

    at: datetime
    by: str
    state: FileState | None
    text: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class OpenedFile:
    """Everything of a file but the photos themselves. Only in memory, never logged."""

    outline: Outline
    number: str
    document: FileDocument
    photos: tuple[Photo, ...]
    steps: tuple[Written, ...]
    notes: tuple[Written, ...]
    portal_code: str
    may_follow: tuple[FileState, ...]


class FilingDesk:
    """`store` is `filings.opened(...)`."""

    def __init__(self, store: Store, bell: Bell, clock: Clock, ids: Ids) -> None:
        self._store, self._bell, self._clock, self._ids = store, bell, clock, ids

    # --- looking

    def counts(self) -> dict[FileState, int]:
        """How many files are in each state; needs no sitting."""
        with self._store.read() as tx:
            return dict(Counter(row.state for row in filings.every(tx)))

    def outlines(self) -> tuple[Outline, ...]:
        """All files as they can be known without opening them, in the order in which they were filed."""
        with self._store.read() as tx:
            return tuple(self._outline(tx, row) for row in filings.every(tx))

    def queue(self, sitting: Sitting, ended: bool = False) -> tuple[QueueLine, ...]:
        """The files that somebody has to work on, oldest first; `ended`: those that have ended. LockedError."""
        with self._store.read() as tx:
            rows = [row for row in filings.every(tx) if (row.state in FINAL) is ended]
            return tuple(self._queue_line(tx, sitting, row) for row in rows)

    def open(self, sitting: Sitting, ident: str) -> OpenedFile:
        """NotFoundError if it is gone; SealError if somebody has changed it; LockedError. The first look of a sitting
        is a line in the journal."""
        with self._store.read() as tx:
            row = filings.get(tx, ident)
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, ident, filings.part(tx, ident, seals.SUMMARY))
            document = document_of(seals.opened_part(key, seals.DOCUMENT, filings.part(tx, ident, seals.DOCUMENT)))
            written = [(line.kind, _written(key, line)) for line in filings.lines(tx, ident)]
            outline = self._outline(tx, row)
        if sitting.first_look(ident):
            with self._store.write() as tx:
                filings.was_opened(tx, self._clock.now(), ident, sitting.official)
            self._bell.ring("controller")
        codes = [each.text for kind, each in written if kind == PORTAL]
        return OpenedFile(
            outline, summary.number, document,
            tuple(Photo(paper, place) for place, (paper, _) in enumerate(summary.photos, seals.PHOTOS)),
            tuple(each for kind, each in written if kind == STEP),
            tuple(each for kind, each in written if kind == NOTE),
            codes[-1] if codes else "", may_follow(row.state, row.accepted_at is not None),
        )  # fmt: skip

    def photo(self, sitting: Sitting, ident: str, place: int) -> bytes:
        """The JPEG of one photo. SealError if it is not the one that the resident handed in."""
        with self._store.read() as tx:
            row = filings.get(tx, ident)
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, ident, filings.part(tx, ident, seals.SUMMARY))
            content = seals.opened_part(key, place, filings.part(tx, ident, place))
        if not 0 <= place - seals.PHOTOS < len(summary.photos):
            raise SealError("a file has no such photo")
        if sealing.digest(content).hex() != summary.photos[place - seals.PHOTOS][1]:
            raise SealError("a photo of a file was changed")
        return content

    # --- working

    def move(self, sitting: Sitting, ident: str, seen: FileState, step: Step) -> None:
        """The next state. `seen`: the one the official had before them; ChangedError if it is another by now.
        InputError with every problem of the step."""
        with self._store.write() as tx:
            row, at = filings.get(tx, ident), self._clock.now()
            if row.state is not seen:
                raise ChangedError(ident)
            if found := problems_of(step, row.state, row.accepted_at is not None, at):
                raise InputError(*found)
            words = Words(step.reason.strip(), tuple(paper.strip() for paper in step.asked if paper.strip()))
            filings.move(tx, ident, self._line(sitting, row, at, STEP, step.to, words), step.due)
        self._bell.ring("controller")

    def note(self, sitting: Sitting, ident: str, text: str) -> None:
        """A note for the desk; the resident does not see it."""
        _refuse(_text_problem("note", text, NOTE_LIMIT))
        self._write(sitting, ident, NOTE, text.strip())

    def set_portal_code(self, sitting: Sitting, ident: str, code: str) -> None:
        """The file's code in the national portal; the resident sees it beside the state."""
        _refuse(_text_problem("portal_code", code, CODE_LIMIT))
        self._write(sitting, ident, PORTAL, code.strip())

    def delete(self, sitting: Sitting, ident: str, why: str) -> None:
        """Delete a file before its time, for one of DELETION_REASONS. What stays is the record of it."""
        if why not in DELETION_REASONS:
            raise InputError(Problem.of("why", "file_deletion"))
        sitting.require()
        with self._store.write() as tx:
            filings.delete(tx, self._clock.now(), filings.get(tx, ident), why, sitting.official)
        self._store.shorten_log()
        self._bell.ring("controller")

    def deletions(self) -> tuple[Deletion, ...]:
        """The record of what was deleted, the newest first."""
        with self._store.read() as tx:
            return tuple(filing_records.deletions(tx))

    # --- taking along

    def exported(self, sitting: Sitting, ident: str) -> bytes:
        """One file as JSON (docs/filing.md), photos included; a line in the journal."""
        found = self.open(sitting, ident)
        pieces = [json.dumps(_export(found), ensure_ascii=False, indent=1).encode().removesuffix(b"\n}")]
        pieces.append(b',\n "photos": [')
        for photo in found.photos:  # one at a time: all of them may be forty megabytes
            pieces.append(b"" if photo is found.photos[0] else b",")
            pieces.append(b'\n  {"paper": ' + json.dumps(photo.paper, ensure_ascii=False).encode() + b', "jpeg": "')
            pieces += [base64.b64encode(self.photo(sitting, ident, photo.place)), b'"}']
        self.was_exported(sitting, ident, "json")
        return b"".join((*pieces, b"\n ]\n}\n"))

    def was_exported(self, sitting: Sitting, ident: str, form: str) -> None:
        """For the journal: an opened file was taken along as `form` ("json", "pdf")."""
        sitting.require()
        with self._store.write() as tx:
            filings.was_exported(tx, self._clock.now(), ident, sitting.official, form)
        self._bell.ring("controller")

    # --- helpers

    def issue_helper(self, name: str, by: str) -> tuple[Helper, str]:
        """A code for a member of the community's team; it is shown this once."""
        _refuse(_text_problem("name", name, HELPER_NAME_LIMIT))
        code = code_of(sealing.random_bytes(32), HELPER_LENGTH)
        with self._store.read() as tx:
            house = filing_records.house(tx)
        lookup = seals.handle_of_code(house, "helper", read_code(code, HELPER_LENGTH)).lookup
        helper = Helper(self._ids(), " ".join(name.split()), self._clock.now(), by, None)
        with self._store.write() as tx:
            filing_records.add_helper(tx, helper, lookup)
        self._bell.ring("controller")
        return helper, code

    def revoke_helper(self, ident: str, by: str) -> None:
        with self._store.write() as tx:
            filing_records.revoke_helper(tx, self._clock.now(), ident, by)
        self._bell.ring("controller")

    def helpers(self) -> tuple[Helper, ...]:
        with self._store.read() as tx:
            return tuple(filing_records.helpers(tx))

    def _write(self, sitting: Sitting, ident: str, kind: str, text: str) -> None:
        with self._store.write() as tx:
            row = filings.get(tx, ident)
            filings.add_line(tx, ident, self._line(sitting, row, self._clock.now(), kind, None, Words(text)))
        self._bell.ring("controller")

    def _line(
        self, sitting: Sitting, row: FileRow, at: datetime, kind: str, state: FileState | None, words: Words
    ) -> Line:
        key = sitting.file_key(row.key_id, row.sealed_key)
        for_resident = None if kind == NOTE else seals.words_for_resident(row.public, words)
        return Line(at, kind, state, sitting.official, seals.words_for_desk(key, words), for_resident)

    def _outline(self, tx: Tx, row: FileRow) -> Outline:
        moves = [Moved(line.at, line.state) for line in filings.lines(tx, row.id) if line.state is not None]
        timing = timing_of(moves, row.promised, row.promised_at, self._clock.now())
        is_new = row.opened_at is None
        return Outline(row.id, row.guide, row.state, row.filed_at, row.changed_at, timing, is_new)

    def _queue_line(self, tx: Tx, sitting: Sitting, row: FileRow) -> QueueLine:
        outline = self._outline(tx, row)
        try:
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, row.id, filings.part(tx, row.id, seals.SUMMARY))
        except SealError:
            return QueueLine(outline, "", "", broken=True)  # the others are to be worked on all the same
        return QueueLine(outline, summary.number, summary.name)


def _written(key: bytes, line: Line) -> Written:
    words = seals.opened_for_desk(key, line.for_desk)
    return Written(line.at, line.by, line.state, words.text, words.asked)


def _text_problem(field: str, text: str, limit: int) -> Problem | None:
    if not text.strip():
        return Problem.of(field, "empty")
    return Problem.of(field, "file_long", length=len(text), limit=limit) if len(text) > limit else None


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise InputError(problem)


def _export(found: OpenedFile) -> dict[str, object]:
    """All but the photos."""
    return {
        "id": found.outline.id, "number": found.number, "state": found.outline.state.key,
        "state_number": int(found.outline.state), "filed_at": found.outline.filed_at.isoformat(),
        "portal_code": found.portal_code, "document": json.loads(found.document.as_json()),
        "steps": [
            {"at": step.at.isoformat(), "by": step.by, "state": step.state.key if step.state else "",
             "reason": step.text, "asked": list(step.asked)}
            for step in found.steps
        ],
        "notes": [{"at": note.at.isoformat(), "by": note.by, "text": note.text} for note in found.notes],
    }  # fmt: skip
