"""What officials do with residents' files: the queue, opening, the ten states, notes, export, deletion, helpers' codes.

A file is opened in the memory of the process for one sitting (`controller.filing.keys`); what is written goes to the
disk sealed again. Each act is one transaction with its line for the town's journal, which names the file's id only.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from threading import Lock

from controller.core.errors import ChangedError, InputError, NotFoundError, Problem
from controller.core.file_documents import document_of
from controller.core.filing_codes import HELPER_LENGTH, code_of, is_token, read_code
from controller.core.filings import (
    CLOCK_STOPPED,
    CODE_LIMIT,
    FINAL,
    NOTE_LIMIT,
    FileState,
    Moved,
    Step,
    may_follow,
    may_undo,
    problems_of,
    rested_since,
    timing_of,
)
from controller.core.office_days import Office
from controller.core.opened_files import OpenedFile, Outline, Photo, QueueLine, Written
from controller.core.ports import Bell, Clock, Ids
from controller.filing import seals
from controller.filing.seals import Words
from controller.filing.sittings import Sitting
from controller.runtime import sealing
from controller.runtime.sealing import SealError
from controller.store import filing_records, filings
from controller.store.connection import Store, Tx
from controller.store.filing_records import Deletion, Helper
from controller.store.filings import NOTE, PORTAL, STEP, FileRow, Line

HELPER_NAME_LIMIT = 80
DELETION_REASONS = ("asked", "mistake", "entered")  # the resident asked for it; filed by mistake; entered in the portal
BROKEN = "broken"  # one more, of a file that cannot be opened


class FilingDesk:
    """`store` is `filings.opened(...)`. `office`: on which days it works, asked anew each time."""

    def __init__(self, store: Store, bell: Bell, clock: Clock, ids: Ids, office: Callable[[], Office]) -> None:
        self._store, self._bell, self._clock, self._ids, self._office = store, bell, clock, ids, office
        self.taking = Lock()  # for who takes a file along: forty megabytes of photos, and as much again made of them
        self.drawing = Lock()  # for who has small pictures made: one child at a time

    # --- looking

    def office(self) -> Office:
        return self._office()

    def counts(self) -> dict[FileState, int]:
        """How many files are in each state; needs no sitting."""
        with self._store.read() as tx:
            return filings.counts(tx)

    def unopened(self) -> int:
        """How many files no official has opened; needs no sitting."""
        with self._store.read() as tx:
            return filings.unopened(tx)

    def outlines(self) -> tuple[Outline, ...]:
        """All files as they can be known without opening them, in the order in which they were filed."""
        now = self._clock.now()
        with self._store.read() as tx:
            rows, moves = filings.every(tx), filings.moves(tx)
        return tuple(_outline(row, moves.get(row.id, []), now) for row in rows)

    def queue(self, sitting: Sitting, ended: bool = False) -> tuple[QueueLine, ...]:
        """The files that somebody has to work on, oldest first; `ended`: those that have ended. LockedError."""
        return self.lines(sitting, [each for each in self.outlines() if (each.state in FINAL) is ended])

    def lines(self, sitting: Sitting, outlines: Sequence[Outline]) -> tuple[QueueLine, ...]:
        """These files with their names and numbers, in this order, without those that are gone by now. LockedError."""
        sitting.require()
        with self._store.read() as tx:
            found = (self._queue_line(tx, sitting, outline) for outline in outlines)
            return tuple(line for line in found if line is not None)

    def of_receipt(self, token: str) -> str | None:
        """The id of the file whose receipt's QR code was scanned; None if there is none (any more)."""
        with self._store.read() as tx:
            row = filings.by_token(tx, seals.handle_of_token(token).lookup) if is_token(token) else None
        return row.id if row else None

    def open(self, sitting: Sitting, ident: str) -> OpenedFile:
        """NotFoundError if it is gone; SealError if somebody has changed it; LockedError. The first look of a sitting
        is a line in the journal."""
        with self._store.read() as tx:
            row = filings.get(tx, ident)
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, ident, filings.part(tx, ident, seals.SUMMARY))
            seals.require_residents(summary, row.public)
            document = document_of(seals.opened_part(key, seals.DOCUMENT, filings.part(tx, ident, seals.DOCUMENT)))
            lines = filings.lines(tx, ident)
        written = [(line.kind, _written(key, line)) for line in lines]
        steps, now = [line for line in lines if line.kind == STEP], self._clock.now()
        if sitting.first_look(ident):
            with self._store.write() as tx:
                filings.was_opened(tx, now, ident, sitting.official)
            self._bell.ring("controller")
        codes = [each.text for kind, each in written if kind == PORTAL]
        return OpenedFile(
            _outline(row, _moves(steps), now), summary.number, document,
            _photos(summary),
            tuple(each for kind, each in written if kind == STEP),
            tuple(each for kind, each in written if kind == NOTE),
            codes[-1] if codes else "", may_follow(row.state, row.accepted_at is not None),
            _can_be_undone(steps, now), self._rested(row, _moves(steps), now) or row.promised,
        )  # fmt: skip

    def photos(self, sitting: Sitting, ident: str) -> tuple[Photo, ...]:
        """Which photos a file has. NotFoundError, SealError, LockedError as `open`."""
        with self._store.read() as tx:
            row = filings.get(tx, ident)
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, ident, filings.part(tx, ident, seals.SUMMARY))
        return _photos(summary)

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

    def move(self, sitting: Sitting, ident: str, seen: FileState, step: Step, steps: int | None = None) -> None:
        """The next state. `seen`: the one the official had before them, `steps`: after how many steps; ChangedError if
        it is another by now. InputError with every problem of the step.

        Once the clock no longer stands still, what was promised is so many working days later.
        """
        with self._store.write() as tx:
            row, at = filings.get(tx, ident), self._clock.now()
            moves = _moves(line for line in filings.lines(tx, ident) if line.kind == STEP)
            if row.state is not seen or steps not in {None, len(moves)}:
                raise ChangedError(ident)
            if found := problems_of(step, row.state, row.accepted_at is not None, at):
                raise InputError(*found)
            words = Words(step.reason.strip(), tuple(paper.strip() for paper in step.asked if paper.strip()))
            due = step.due or (None if step.to in CLOCK_STOPPED else self._rested(row, moves, at))
            filings.move(tx, ident, self._line(tx, sitting, row, at, STEP, step.to, words), due)
        self._bell.ring("controller")

    def _rested(self, row: FileRow, moves: list[Moved], at: datetime) -> datetime | None:
        """What was promised, moved by the rest that ends at `at`; None if there is nothing to move."""
        if row.promised is None:
            return None
        since = rested_since(moves, row.promised_at or row.filed_at)
        return self._office().after_rest(row.promised, since, at) if since else None

    def undo(self, sitting: Sitting, ident: str, steps: int) -> None:
        """Take the last step back: the file is as it was before it, for the resident too; the journal has both.
        `steps`: how many the official had before them; ChangedError if there are others by now. InputError
        ("file_undo_late") once its time is over."""
        sitting.require()
        with self._store.write() as tx:
            filings.get(tx, ident)
            made, at = [line for line in filings.lines(tx, ident) if line.kind == STEP], self._clock.now()
            if not made or len(made) != steps:
                raise ChangedError(ident)
            if not _can_be_undone(made, at):
                raise InputError(Problem.of("undo", "file_undo_late"))
            filings.undo(tx, at, ident, sitting.official)
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
        """Delete a file before its time, for one of DELETION_REASONS or BROKEN. What stays is the record of it."""
        if why not in {*DELETION_REASONS, BROKEN}:
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
            filings.add_line(tx, ident, self._line(tx, sitting, row, self._clock.now(), kind, None, Words(text)))
        self._bell.ring("controller")

    def _line(
        self, tx: Tx, sitting: Sitting, row: FileRow, at: datetime, kind: str, state: FileState | None, words: Words
    ) -> Line:
        key, for_resident = sitting.file_key(row.key_id, row.sealed_key), None
        if kind != NOTE:
            summary = seals.opened_summary(key, row.id, filings.part(tx, row.id, seals.SUMMARY))
            seals.require_residents(summary, row.public)
            for_resident = seals.words_for_resident(row.public, words)
        return Line(at, kind, state, sitting.official, seals.words_for_desk(key, words), for_resident)

    def _queue_line(self, tx: Tx, sitting: Sitting, outline: Outline) -> QueueLine | None:
        try:
            row = filings.get(tx, outline.id)
            key = sitting.file_key(row.key_id, row.sealed_key)
            summary = seals.opened_summary(key, row.id, filings.part(tx, row.id, seals.SUMMARY))
            seals.require_residents(summary, row.public)
            codes = [line for line in filings.lines(tx, row.id) if line.kind == PORTAL]
            code = seals.opened_for_desk(key, codes[-1].for_desk).text if codes else ""
        except NotFoundError:
            return None
        except SealError:
            return QueueLine(outline, "", "", broken=True)  # the others are to be worked on all the same
        return QueueLine(outline, summary.number, summary.name, code)


def _outline(row: FileRow, moves: Sequence[Moved], now: datetime) -> Outline:
    timing = timing_of(moves, row.promised, row.promised_at, now)
    return Outline(
        row.id, row.guide, row.state, row.filed_at, row.changed_at, timing, row.opened_at is None, row.filed_doubtful
    )


def _photos(summary: seals.Summary) -> tuple[Photo, ...]:
    return tuple(Photo(paper, place) for place, (paper, _) in enumerate(summary.photos, seals.PHOTOS))


def _moves(steps: Iterable[Line]) -> list[Moved]:
    return [Moved(line.at, line.state) for line in steps if line.state is not None]


def _can_be_undone(steps: Sequence[Line], now: datetime) -> bool:
    return bool(steps) and steps[-1].can_go_back and may_undo(steps[-1].at, now)


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
        "filed_at_doubtful": found.outline.is_doubtful,
        "portal_code": found.portal_code, "document": json.loads(found.document.as_json()),
        "steps": [
            {"at": step.at.isoformat(), "by": step.by, "state": step.state.key if step.state else "",
             "reason": step.text, "asked": list(step.asked)}
            for step in found.steps
        ],
        "notes": [{"at": note.at.isoformat(), "by": note.by, "text": note.text} for note in found.notes],
    }  # fmt: skip
