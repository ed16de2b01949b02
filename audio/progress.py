"""How far the output has come, in a small mapped file that survives the process.

Written before each segment sounds and while it does, without system calls, so that after a SIGKILL
at any instant the next process knows whether the words had been spoken to their end: nothing is
spoken twice, and nothing counts as spoken that was not. It remembers the last few utterances, for
the rows may lag behind by more than one (a slow card, a locked database, a full disk). Two slots
with checksums for each: a kill in the middle of a write leaves the other slot. Whether it survives a boot is up to
where it lies; what it says is spans of time, which are true in any boot.
"""

from __future__ import annotations

import logging
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from audio.programme import Phase
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState

_SLOT = struct.Struct("<Q36sL8sdd")  # sequence, utterance id, attempt, segment, began, seen
_SLOT_SIZE = 128  # with the CRC-32 behind it, and room
_LINE_SIZE = 2 * _SLOT_SIZE  # one attempt of one utterance
_LINES = 32  # rows that lag further behind than this would be guessed at
_SIZE = _LINES * _LINE_SIZE
WORDS_OVER_S = 0.25  # so near to its end, speech counts as finished: the rest is fade and silence
log = logging.getLogger(__name__)


class Segment(StrEnum):
    OPENING = "opening"
    SPEAKING = "speaking"
    OVER = "over"  # every word has sounded
    CUT = "cut"  # taken off the air by a decision of ours, which is on its way into the store; to go on at `seen`
    STOPPED = "stopped"  # likewise, because somebody wanted it stopped


SEGMENTS = {Phase.OPENING: Segment.OPENING, Phase.SPEAKING: Segment.SPEAKING, Phase.CLOSING: Segment.OVER}
LEFT = {  # what a decision of ours leaves in the file, until it is written down
    UtteranceEvent.FINISH: Segment.OVER,
    UtteranceEvent.STOP: Segment.STOPPED,
    UtteranceEvent.INTERRUPT: Segment.CUT,
    UtteranceEvent.ABANDON: Segment.CUT,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """`began` (of the segment) and `seen` (sounding still) are monotonic seconds; only their difference says
    anything to another process."""

    utterance_id: str
    attempt: int  # how often it had begun by then, this time included
    segment: Segment
    began: float
    seen: float


class ProgressFile:
    """Where there is no room even for this, it is kept in memory: sounding matters more than a kill."""

    def __init__(self, path: Path) -> None:
        try:
            self._map = _mapped(path)
        except OSError as error:
            log.error("progress is not kept, a kill would not be made good: %s", error)
            self._map = mmap.mmap(-1, _SIZE)
        lines = [line for line in map(self._line, range(_LINES)) if line]
        newest = max(lines, key=lambda line: line[0], default=None)
        self._sequence = newest[0] if newest else 0
        self._number = newest[2] if newest else 0  # of the line written last
        self._about = (newest[1].utterance_id, newest[1].attempt) if newest else None

    def write(self, progress: Progress) -> None:
        about = (progress.utterance_id, progress.attempt)
        if about != self._about:
            self._about, self._number = about, (self._number + 1) % _LINES
        self._sequence += 1
        body = _SLOT.pack(
            self._sequence,
            progress.utterance_id.encode()[:36],
            progress.attempt,
            progress.segment.encode()[:8],
            progress.began,
            progress.seen,
        )
        start = self._number * _LINE_SIZE + (self._sequence % 2) * _SLOT_SIZE
        self._map[start : start + len(body) + 4] = body + struct.pack("<I", zlib.crc32(body))

    def read(self) -> dict[str, Progress]:
        """The last attempt of each of the last utterances, by id, in order."""
        lines = sorted((line for line in map(self._line, range(_LINES)) if line), key=lambda line: line[0])
        return {progress.utterance_id: progress for _, progress, _ in lines}

    def close(self) -> None:
        self._map.close()

    def _line(self, number: int) -> tuple[int, Progress, int] | None:
        """(sequence, what was written last, number); None if nothing was, or only rubbish."""
        newest: tuple[int, bytes, int, bytes, float, float] | None = None
        for start in (number * _LINE_SIZE, number * _LINE_SIZE + _SLOT_SIZE):
            body = self._map[start : start + _SLOT.size]
            (checksum,) = struct.unpack_from("<I", self._map, start + _SLOT.size)
            if zlib.crc32(body) == checksum:
                newest = max(_SLOT.unpack(body), newest or (0,))
        if newest is None:
            return None
        sequence, ident, attempt, segment, began, seen = newest
        progress = Progress(_text(ident), attempt, Segment(_text(segment)), began, seen)
        return sequence, progress, number


def _text(field: bytes) -> str:
    return field.rstrip(b"\0").decode()


def _mapped(path: Path) -> mmap.mmap:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # not ftruncate, which promises room that may not be there: writing would then end in SIGBUS
        os.posix_fallocate(handle, 0, _SIZE)
        return mmap.mmap(handle, _SIZE)
    finally:
        os.close(handle)


Recovery = tuple[str, UtteranceEvent, dict[str, object]]


def recovered(rows: Sequence[Utterance], progress: Mapping[str, Progress], now: datetime) -> list[Recovery]:
    """What must be written down of what was on air when the last process ended; it is `now`. Pure.

    `rows` are the open utterances of the output. A row may lag behind the sound (it still says
    "queued" though the chime had begun) but never runs ahead of it.
    """
    return [move for row in rows for move in _recovered(row, progress.get(row.id), now)]


def taken_up(row: Utterance, known: Progress | None, now: datetime) -> Utterance | None:
    """An emergency without a row as it waits for its turn again; None if it has ended. Pure."""
    moves = list(_recovered(row, known, now))
    if moves and moves[-1][1] is not UtteranceEvent.INTERRUPT:
        return None
    return replace(row, attempt=sum(event is UtteranceEvent.BEGIN for _, event, _ in moves))


def _recovered(row: Utterance, known: Progress | None, now: datetime) -> Iterator[Recovery]:
    again = row.level is Level.EMERGENCY or row.after_cut is not AfterCut.END
    cut = UtteranceEvent.INTERRUPT if again else UtteranceEvent.ABANDON
    begun = known.attempt if known else 0
    playing = row.state is UtteranceState.PLAYING
    for attempt in range(row.attempt + 1, begun + 1):  # began, and nothing of it was written down
        if playing or attempt > row.attempt + 1:
            yield row.id, UtteranceEvent.INTERRUPT, {"reason": "interrupted", "again": True, "recovered": True}
        yield row.id, UtteranceEvent.BEGIN, {"attempt": attempt, "recovered": True}
        playing = True
    if not playing:
        return  # never begun, or cut and written down: it waits its turn
    if begun < row.attempt:
        known = None
    if known and (_words_over(known, row.whole_s) or _time_over(row, known, now)):
        yield row.id, UtteranceEvent.FINISH, {"recovered": True}
    elif row.stop_wanted_by or (known and known.segment is Segment.STOPPED):
        yield row.id, UtteranceEvent.STOP, {"by": row.stop_wanted_by, "recovered": True}
    else:
        detail: dict[str, object] = {"reason": "interrupted", "again": again}
        if known and known.segment is Segment.SPEAKING:
            detail["spoken_s"] = round(max(0.0, known.seen - known.began), 2)
        if row.after_cut is AfterCut.RESUME and row.level is not Level.EMERGENCY:
            reached = known and known.segment in {Segment.SPEAKING, Segment.CUT}
            detail["reached_s"] = max(row.reached_s, round(known.seen - known.began, 3) if known and reached else 0.0)
        yield row.id, cut, detail


def _time_over(row: Utterance, progress: Progress, now: datetime) -> bool:
    """Whether the mandatory end of an emergency is past, and its words were said once at least."""
    if row.level is not Level.EMERGENCY or now < row.due + timedelta(seconds=row.lasts_s):
        return False
    return progress.segment is not Segment.STOPPED and _words_over(progress, row.duration_s)


def _words_over(progress: Progress, words_s: float) -> bool:
    if progress.segment is Segment.SPEAKING:
        return progress.seen - progress.began >= words_s - WORDS_OVER_S
    return progress.segment is Segment.OVER
