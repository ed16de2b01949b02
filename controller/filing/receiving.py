"""What the kiosk does with residents' files: keep one sealed, say how one stands, put a draft by, know a helper.

The kiosk seals and cannot open what it has sealed. A submission is one transaction on the disk, and the same visit
files once: number and token are made from the visit's secret, so another try has the same receipt. Everything blocks,
argon2id for about half a second on a Pi: call it off the screen's thread. Nothing of a resident's is logged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from controller.core.errors import ChangedError, InputError, LoalangError, Problem, StationError
from controller.core.file_documents import document_of
from controller.core.filing_codes import (
    HELPER_LENGTH,
    RESUME_LENGTH,
    birth_key,
    code_of,
    is_token,
    read_code,
    read_number,
)
from controller.core.filings import (
    DOCUMENT_LIMIT,
    DRAFT_KEPT,
    PHOTO_LIMIT,
    PHOTOS_LIMIT,
    Draft,
    FileState,
    Moved,
    Receipt,
    Standing,
    Submission,
    Told,
    timing_of,
)
from controller.core.journal import Kind
from controller.core.ports import Bell, Clock, Ids
from controller.filing import seals
from controller.runtime import sealing
from controller.store import desk_keys, filing_records, filings
from controller.store.connection import DiskFullError, Store, Tx
from controller.store.desk_keys import DeskKey
from controller.store.filings import FileRow

FREE_TRIES, LONGEST_WAIT_S = 5, 60.0  # wrong ones that cost nothing, and the longest wait after more
TRIES_COUNT_FOR = timedelta(minutes=10)
DRAFTS_LIMIT = 256 << 20  # bytes of all drafts
_IDENT = re.compile(r"[0-9a-f]{32,128}")


class NoDeskKeyError(StationError):
    """No official has made the desk's key yet: there is nobody whom a file could be sealed to."""


class TooManyTriesError(LoalangError):
    """Too many wrong numbers or codes in a row at this kiosk; after `wait_s` seconds it may be tried again."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__("too many wrong tries")


def reason_of(error: StationError) -> Literal["disk", "database", "no_key"]:
    """Why nothing was kept, as `NotFiled` of the kiosk says it."""
    if isinstance(error, NoDeskKeyError):
        return "no_key"
    return "disk" if isinstance(error, DiskFullError) else "database"


def new_ident() -> str:
    """The secret of a visit that begins. It lives in that visit's memory, and sealed in its draft."""
    return sealing.random_bytes(32).hex()


def wait_s(wrong: Iterable[datetime], now: datetime) -> float:
    """How long whoever tries next must wait: not at all for five wrong ones in ten minutes, then 4, 8, 16 ... seconds
    after the last. A clock that was set back makes nobody wait."""
    counted = sorted(at for at in wrong if timedelta() <= now - at < TRIES_COUNT_FOR)
    if len(counted) < FREE_TRIES:
        return 0.0
    pause_s = min(LONGEST_WAIT_S, 4.0 * 2.0 ** (len(counted) - FREE_TRIES))
    return max(0.0, pause_s - (now - counted[-1]).total_seconds())


class Filing:
    """`store` is `filings.opened(...)`. `believed`: whether the clock is to be trusted now (`clock_trust.finding`)."""

    def __init__(
        self, store: Store, bell: Bell, clock: Clock, ids: Ids, believed: Callable[[], bool] = lambda: True
    ) -> None:
        self._store, self._bell, self._clock, self._ids, self._believed = store, bell, clock, ids, believed

    # --- a file

    def ready(self) -> bool:
        """Whether there is a desk that files can be sealed to. StationError if the database cannot be read."""
        with self._store.read() as tx:
            return desk_keys.in_force(tx) is not None

    def submit(self, submission: Submission) -> Receipt:
        """Seal it and keep it; once this returns it lies on the disk. The same `ident` again gives the same receipt.

        Corrected content under the same `ident` takes the place of the first while no official has seen that
        (an attempt whose outcome was unknown may have succeeded); ChangedError once one has. StationError
        (`reason_of`) if nothing was kept; InputError ("file_large") if it is beyond the limits.
        """
        _check_limits(submission.ident, submission.content, submission.photos)
        applicant = document_of(submission.content).applicant
        visit = seals.visit_of(submission.ident)
        mark = seals.mark_of(visit, submission)
        with self._store.read() as tx:
            house, known = filing_records.house(tx), filings.by_attempt(tx, visit.attempt)
            _desk(tx)  # refused before the hard work
        if known is not None and known.content_mark == mark:
            return visit.receipt
        birth = birth_key(applicant.birth_date)
        number = read_number(visit.receipt.number)
        assert number is not None  # noqa: S101 - we have just made it
        by_token = seals.handle_of_token(visit.receipt.token)
        by_number = seals.handle_of_number(house, number, birth) if birth else None
        key, pair, at = sealing.new_key(), sealing.new_pair(), self._clock.now()
        ident = known.id if known else self._ids()
        row = FileRow(
            id=ident, attempt=visit.attempt, content_mark=mark, guide=submission.guide, state=FileState.REGISTERED,
            filed_at=at, changed_at=at, by_token=by_token.lookup, by_number=by_number.lookup if by_number else None,
            key_id="", sealed_key=b"", public=pair.public,
            private_by_token=sealing.locked(by_token.key, pair.private),
            private_by_number=sealing.locked(by_number.key, pair.private) if by_number else None,
            filed_doubtful=not self._believed(),
        )  # fmt: skip
        summary = seals.Summary(
            ident, visit.receipt.number, applicant.name, applicant.birth_date,
            tuple((paper, sealing.digest(photo).hex()) for paper, photo in submission.photos), pair.public,
        )  # fmt: skip
        parts = seals.file_parts(key, summary, submission.content, tuple(photo for _, photo in submission.photos))
        with self._store.write() as tx:
            _keep(tx, at, _sealed(tx, row, key), parts)
        self._bell.ring("controller")
        return visit.receipt

    # --- where is my file

    def state_of_token(self, token: str) -> Standing | None:
        """How the file of a receipt's QR code stands; None if there is none (any more). TooManyTriesError."""
        if not is_token(token):
            return None
        self._refuse_guesser()
        handle = seals.handle_of_token(token)
        with self._store.read() as tx:
            row = filings.by_token(tx, handle.lookup)
            if row is not None:
                return self._standing(tx, row, sealing.unlocked(handle.key, row.private_by_token))
        self._wrong()
        return None

    def state_of_number(self, number: str, birth_date: str) -> Standing | None:
        """The same of a receipt's number with the applicant's birth date ("3/2/1948", "1948-02-03", "1948"). A wrong
        one costs as much work as a right one. TooManyTriesError."""
        self._refuse_guesser()
        letters, birth = read_number(number), birth_key(birth_date)
        with self._store.read() as tx:
            house = filing_records.house(tx)
        handle = seals.handle_of_number(house, letters or "-", birth or "-")
        with self._store.read() as tx:
            row = filings.by_number(tx, handle.lookup)
            if row is not None and row.private_by_number is not None:
                return self._standing(tx, row, sealing.unlocked(handle.key, row.private_by_number))
        self._wrong()
        return None

    # --- drafts

    def new_resume_code(self) -> str:
        """For one draft, "K7M4X-P2QRT". Made before the first attempt to keep it, so that another has the same."""
        return code_of(sealing.random_bytes(32), RESUME_LENGTH)

    def keep_draft(self, code: str, draft: Draft) -> datetime:
        """Keep a draft under a code, in place of one that lies there; until when. StationError if it was not kept."""
        letters = read_code(code, RESUME_LENGTH)
        _check_limits(draft.ident, draft.content, draft.photos)
        handle = self._handle("resume", letters)
        parts = seals.draft_parts(handle.key, draft.ident, draft.content, draft.photos)
        until = self._clock.now() + DRAFT_KEPT
        with self._store.write() as tx:
            filing_records.put_draft(tx, handle.lookup, until, not self._believed(), parts)
            if filing_records.draft_bytes(tx) > DRAFTS_LIMIT:
                raise DiskFullError("there is no room for another draft")
        return until

    def resume(self, code: str) -> Draft | None:
        """The draft of a code; it stays until `drop_draft`, or until its time is over. None if there is none (any
        more). InputError if the code is mistyped ("code_slip", ...): that is no guess. TooManyTriesError."""
        letters = read_code(code, RESUME_LENGTH)
        self._refuse_guesser()
        handle = self._handle("resume", letters)
        with self._store.read() as tx:
            parts = filing_records.draft(tx, self._clock.now(), handle.lookup)
        if parts:
            return Draft(*seals.opened_draft(handle.key, parts))
        self._wrong()
        return None

    def drop_draft(self, code: str) -> None:
        """It was filed, or is not wanted any more. No matter if there is none."""
        handle = self._handle("resume", read_code(code, RESUME_LENGTH))
        with self._store.write() as tx:
            dropped = filing_records.drop_draft(tx, handle.lookup)
        if dropped:
            self._store.shorten_log()

    # --- helpers

    def helper(self, code: str) -> str | None:
        """The id of the community team member with this code, and a line in the journal that they helped; None if
        nobody has it. InputError if it is mistyped. TooManyTriesError."""
        letters = read_code(code, HELPER_LENGTH)
        self._refuse_guesser()
        handle = self._handle("helper", letters)
        with self._store.read() as tx:
            found = filing_records.helper_by_code(tx, handle.lookup)
        if found is None:
            self._wrong()
            return None
        with self._store.write() as tx:
            filing_records.tell(tx, self._clock.now(), Kind.HELPER, f"helper/{found}", what="helped")
        self._bell.ring("controller")
        return found

    def _handle(self, kind: str, letters: str) -> seals.Handle:
        with self._store.read() as tx:
            house = filing_records.house(tx)
        return seals.handle_of_code(house, kind, letters)

    def _refuse_guesser(self) -> None:
        now = self._clock.now()
        with self._store.read() as tx:
            tries = filing_records.wrong_tries(tx, now - TRIES_COUNT_FOR)
        if any(at > now for at in tries):  # the clock was set back: switching it off and on is no way round the wait
            with self._store.write() as tx:
                filing_records.none_ahead(tx, now)
            tries = [min(at, now) for at in tries]
        waits = wait_s(tries, now)
        if waits > 0:
            raise TooManyTriesError(waits)

    def _wrong(self) -> None:
        with self._store.write() as tx:
            filing_records.tried_wrong(tx, self._clock.now(), TRIES_COUNT_FOR)

    def _standing(self, tx: Tx, row: FileRow, private: bytes) -> Standing:
        told, moves, portal = [], [], ""
        for line in filings.lines(tx, row.id):
            words = seals.opened_for_resident(private, line.for_resident) if line.for_resident else seals.Words("")
            if line.kind == filings.PORTAL:
                portal = words.text
            elif line.state is not None:
                moves.append(Moved(line.at, line.state))
                told.append(Told(line.at, line.state, words.text, words.asked))
        timing = timing_of(moves, row.promised, row.promised_at, self._clock.now())
        return Standing(row.guide, row.state, row.filed_at, row.changed_at, timing, tuple(told), portal)


def _desk(tx: Tx) -> DeskKey:
    key = desk_keys.in_force(tx)
    if key is None:
        raise NoDeskKeyError("the desk has no key yet: an official makes it on the page")
    return key


def _sealed(tx: Tx, row: FileRow, key: bytes) -> FileRow:
    """Its own key sealed to the desk's that is in force in this transaction."""
    desk = _desk(tx)
    return replace(row, key_id=desk.id, sealed_key=sealing.sealed(desk.public, key))


def _keep(tx: Tx, at: datetime, row: FileRow, parts: Iterable[bytes]) -> None:
    """In the transaction: what was found before it may have changed since."""
    known = filings.by_attempt(tx, row.attempt)
    if known is None:
        filings.add(tx, row, parts)
    elif known.content_mark == row.content_mark:
        return
    elif known.id != row.id or known.opened_at is not None or known.state is not FileState.REGISTERED:
        raise ChangedError(known.id)
    else:
        filings.replace(tx, at, row, parts)


def _check_limits(ident: str, content: bytes, photos: tuple[tuple[str, bytes], ...]) -> None:
    if not _IDENT.fullmatch(ident):
        raise StationError("a visit's secret is at least 128 random bits in hexadecimal")
    if len(content) > DOCUMENT_LIMIT or len(photos) > PHOTOS_LIMIT or any(len(p) > PHOTO_LIMIT for _, p in photos):
        raise InputError(Problem.of("file", "file_large", photos=PHOTOS_LIMIT, megabytes=PHOTO_LIMIT >> 20))
