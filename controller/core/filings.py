"""A resident's file (hồ sơ): its ten official states, what may follow what, and what the kiosk hands in. Pure.

The table first, the code second. How numbers and codes are written is `core.filing_codes`' affair, what lies inside a
file `core.file_documents`'. Nothing here may be logged; what has a resident's data in it has no repr that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from controller.core.errors import IllegalEventError, Problem

REASON_LIMIT, NOTE_LIMIT, CODE_LIMIT, PAPER_LIMIT, PAPERS_LIMIT = 1000, 2000, 60, 200, 30  # characters; papers
DOCUMENT_LIMIT = 1 << 20  # bytes
PHOTO_LIMIT, PHOTOS_LIMIT = 2 << 20, 20  # bytes, as the portal has it; more would not fit a small computer's memory
DRAFT_KEPT = timedelta(days=7)
UNDO_FOR = timedelta(hours=24)  # the last step may be taken back for so long: a wrong tap is no decision


class FileState(IntEnum):
    """The numbers of the national portal. `key` names the words: `filing.state.<key>`, `filing.said.<key>`."""

    REGISTERED = 1  # Mới đăng ký
    ACCEPTED = 2  # Được tiếp nhận
    REFUSED = 3  # Không được tiếp nhận
    IN_PROCESS = 4  # Đang xử lý
    PAPERS_ASKED = 5  # Yêu cầu bổ sung giấy tờ
    PAYMENT_ASKED = 6  # Yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWN = 7  # Công dân yêu cầu rút hồ sơ
    STOPPED = 8  # Dừng xử lý
    DONE = 9  # Đã xử lý xong
    RETURNED = 10  # Đã trả kết quả

    @property
    def key(self) -> str:
        return self.name.lower()


_S = FileState
# (state, whether it was ever accepted) -> what may follow. What was accepted can no longer be refused, only stopped.
TRANSITIONS: dict[tuple[FileState, bool], frozenset[FileState]] = {
    (_S.REGISTERED, False): frozenset({_S.ACCEPTED, _S.REFUSED, _S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN}),
    (_S.ACCEPTED, True): frozenset(
        {_S.IN_PROCESS, _S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN, _S.STOPPED, _S.DONE}
    ),
    (_S.IN_PROCESS, True): frozenset({_S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN, _S.STOPPED, _S.DONE}),
    (_S.PAPERS_ASKED, False): frozenset({_S.ACCEPTED, _S.REFUSED, _S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN}),
    (_S.PAPERS_ASKED, True): frozenset({_S.IN_PROCESS, _S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN, _S.STOPPED}),
    (_S.PAYMENT_ASKED, False): frozenset({_S.ACCEPTED, _S.REFUSED, _S.PAPERS_ASKED, _S.WITHDRAWN}),
    (_S.PAYMENT_ASKED, True): frozenset({_S.IN_PROCESS, _S.PAPERS_ASKED, _S.WITHDRAWN, _S.STOPPED, _S.DONE}),
    (_S.DONE, True): frozenset({_S.RETURNED}),
}
# Where the resident is told to read it: why, or how much is to be paid and where.
REASON_REQUIRED = frozenset({_S.REFUSED, _S.PAPERS_ASKED, _S.PAYMENT_ASKED, _S.WITHDRAWN, _S.STOPPED})
CLOCK_STOPPED = frozenset({_S.PAPERS_ASKED, _S.PAYMENT_ASKED})  # time that passes here is not the office's
FINAL = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.STOPPED, _S.RETURNED})


def may_follow(state: FileState, accepted: bool) -> tuple[FileState, ...]:
    """What a file may be moved to, in the order of the numbers; () where it has ended."""
    return tuple(sorted(TRANSITIONS.get((state, accepted), ())))


def after(state: FileState, accepted: bool, to: FileState) -> FileState:
    """`to`, if the table allows it; IllegalEventError otherwise."""
    if to not in TRANSITIONS.get((state, accepted), ()):
        raise IllegalEventError("file", state.key, to.key)
    return to


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step:
    """What an official wants to be the next state. The reason and the papers are read by the resident."""

    to: FileState
    reason: str = ""
    asked: tuple[str, ...] = ()  # papers, as the resident knows them
    due: datetime | None = None  # when the result is promised; None leaves what was promised


def problems_of(step: Step, state: FileState, accepted: bool, now: datetime) -> tuple[Problem, ...]:
    """Everything wrong with a step, in the order of the form's fields."""
    found = []
    if step.to not in TRANSITIONS.get((state, accepted), ()):
        found.append(Problem.of("to", "file_move"))
    if step.to in REASON_REQUIRED and not step.reason.strip():
        found.append(Problem.of("reason", "file_payment" if step.to is _S.PAYMENT_ASKED else "file_reason"))
    elif len(step.reason) > REASON_LIMIT:
        found.append(Problem.of("reason", "file_long", length=len(step.reason), limit=REASON_LIMIT))
    if step.to is _S.PAPERS_ASKED and not any(paper.strip() for paper in step.asked):
        found.append(Problem.of("asked", "file_asked"))
    elif len(step.asked) > PAPERS_LIMIT or any(len(paper) > PAPER_LIMIT for paper in step.asked):
        found.append(Problem.of("asked", "file_asked_long", limit=PAPERS_LIMIT, length=PAPER_LIMIT))
    if step.due is not None and step.due <= now:
        found.append(Problem.of("due", "past"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Moved:
    """A step that was made."""

    at: datetime
    to: FileState


def may_undo(step_at: datetime, now: datetime) -> bool:
    """Whether a file's last step, made then, may still be taken back. That is no transition: the file is as if the
    step had never been made, so what may follow is what the table said before it."""
    return now - step_at < UNDO_FOR


@dataclass(frozen=True, slots=True)
class Timing:
    """`due`: the promise, moved by the time during which the clock stood still; None while it stands still, when nobody
    can name a day. `asked_often`: papers were asked for more than once, which counts as late whatever the clock says.
    """

    due: datetime | None
    stopped: timedelta
    asked_often: bool
    late: bool


def timing_of(moves: Sequence[Moved], promised: datetime | None, promised_at: datetime | None, now: datetime) -> Timing:
    """How a file stands in its time. `moves` in order of time; `promised_at` is when the promise was given: only what
    stands still after it moves it."""
    stopped, ended = timedelta(), None
    for place, move in enumerate(moves):
        until = moves[place + 1].at if place + 1 < len(moves) else now
        since = max(move.at, promised_at) if promised_at else move.at
        if move.to in CLOCK_STOPPED and until > since:
            stopped += until - since
        if ended is None and move.to in FINAL | {_S.DONE}:
            ended = move.at
    due = promised + stopped if promised else None
    often = sum(move.to is _S.PAPERS_ASKED for move in moves) > 1
    late = often or (due is not None and (ended or now) > due)
    return Timing(None if moves and moves[-1].to in CLOCK_STOPPED else due, stopped, often, late)


def rested_since(moves: Sequence[Moved], promised_at: datetime) -> datetime | None:
    """Since when a file's clock has stood still, as far as it counts for a promise of then; None while it runs."""
    since = None
    for move in reversed(moves):
        if move.to not in CLOCK_STOPPED:
            break
        since = move.at
    return max(since, promised_at) if since else None


@dataclass(frozen=True, slots=True)
class Keep:
    """Days for which a file is kept after its last step; drafts have DRAFT_KEPT."""

    returned: int
    done: int  # and nobody came for the result
    closed: int  # refused, withdrawn, stopped


def kept_for(state: FileState, keep: Keep) -> timedelta | None:
    """How long after its last step a file goes; None while somebody still works on it."""
    match state:
        case FileState.RETURNED:
            return timedelta(days=keep.returned)
        case FileState.DONE:
            return timedelta(days=keep.done)
        case FileState.REFUSED | FileState.WITHDRAWN | FileState.STOPPED:
            return timedelta(days=keep.closed)
        case _:
            return None


@dataclass(frozen=True, slots=True, repr=False)
class Submission:
    """What the kiosk hands in. `ident`: a secret of at least 128 random bits in hexadecimal, made when the visit begins
    and never stored; the same one again is the same file with the same number.

    guide: its id. content: the JSON document of docs/filing.md (`core.file_documents`). photos: (paper's id, JPEG).
    """

    ident: str
    guide: str
    content: bytes
    photos: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """It lies sealed on the disk: the number as people say it, the text of the receipt's QR code."""

    number: str
    token: str


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """A visit that is to go on later: whatever the kiosk needs for it. `ident` as in the Submission it will become."""

    ident: str
    content: bytes
    photos: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What a resident is told about a step: words of an official, and what they ask for."""

    at: datetime
    state: FileState
    reason: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """How a resident's file stands. The plain sentence is `filing.said.<state.key>`; `told` ends with the newest."""

    guide: str
    state: FileState
    filed_at: datetime
    changed_at: datetime
    timing: Timing
    told: tuple[Told, ...]
    portal_code: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The papers that are asked for now."""
        return self.told[-1].asked if self.told and self.state is FileState.PAPERS_ASKED else ()
