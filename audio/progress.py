"""How far the output has come, in a small mapped file that survives the process (not the boot).

Written before each segment sounds and while it does, without system calls, so that after a SIGKILL
at any instant the next process knows whether the words had been spoken to their end: nothing is
spoken twice, and nothing counts as spoken that was not. Two slots with checksums: a kill in the
middle of a write leaves the other slot.
"""

from __future__ import annotations

import logging
import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from controller.core.announcements import AfterCut
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState

_SLOT = struct.Struct("<Q36s36s8sdd")  # sequence, boot id, utterance id, segment, began, seen
_SLOT_SIZE = 128  # with the CRC-32 behind it, and room
WORDS_OVER_S = 0.25  # so near to its end, speech counts as finished: the rest is fade and silence
log = logging.getLogger(__name__)


class Segment(StrEnum):
    OPENING = "opening"
    SPEAKING = "speaking"
    OVER = "over"  # every word has sounded
    CUT = "cut"  # taken off the air by a decision of ours, which is on its way into the store


@dataclass(frozen=True, slots=True)
class Progress:
    """`began` (of the segment) and `seen` (sounding still) are monotonic seconds of this boot."""

    utterance_id: str
    segment: Segment
    began: float
    seen: float


class ProgressFile:
    """Where there is no room even for this, it is kept in memory: sounding matters more than a kill."""

    def __init__(self, path: Path, boot_id: str) -> None:
        self._boot = boot_id.encode()[:36]
        try:
            self._map = _mapped(path)
        except OSError as error:
            log.error("progress is not kept, a kill would not be made good: %s", error)
            self._map = mmap.mmap(-1, 2 * _SLOT_SIZE)
        newest = self._newest()
        self._sequence = newest[0] if newest else 0

    def write(self, progress: Progress) -> None:
        self._sequence += 1
        body = _SLOT.pack(
            self._sequence,
            self._boot,
            progress.utterance_id.encode()[:36],
            progress.segment.encode()[:8],
            progress.began,
            progress.seen,
        )
        start = (self._sequence % 2) * _SLOT_SIZE
        self._map[start : start + len(body) + 4] = body + struct.pack("<I", zlib.crc32(body))

    def read(self) -> Progress | None:
        """The last written one, if it is of this boot."""
        newest = self._newest()
        if newest is None or newest[1].rstrip(b"\0") != self._boot:
            return None
        _, _, ident, segment, began, seen = newest
        return Progress(ident.rstrip(b"\0").decode(), Segment(segment.rstrip(b"\0").decode()), began, seen)

    def close(self) -> None:
        self._map.close()

    def _newest(self) -> tuple[int, bytes, bytes, bytes, float, float] | None:
        slots = []
        for start in (0, _SLOT_SIZE):
            body = self._map[start : start + _SLOT.size]
            (checksum,) = struct.unpack_from("<I", self._map, start + _SLOT.size)
            if zlib.crc32(body) == checksum:
                slots.append(_SLOT.unpack(body))
        return max(slots, default=None)


def _mapped(path: Path) -> mmap.mmap:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        # not ftruncate, which promises room that may not be there: writing would then end in SIGBUS
        os.posix_fallocate(handle, 0, 2 * _SLOT_SIZE)
        return mmap.mmap(handle, 2 * _SLOT_SIZE)
    finally:
        os.close(handle)


def boot_id() -> str:
    """Changes with every boot (proc(5), /proc/sys/kernel/random/boot_id)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


Recovery = tuple[str, UtteranceEvent, dict[str, object]]


def recovered(rows: list[Utterance], progress: Progress | None) -> list[Recovery]:
    """What must be written down of what was on air when the last process ended. Pure.

    `rows` are the open utterances of the output. A row may lag behind the sound (it still says
    "queued" though the chime had begun) but never runs ahead of it.
    """
    found: list[Recovery] = []
    for row in rows:
        known = progress if progress and progress.utterance_id == row.id else None
        if row.state is UtteranceState.QUEUED:
            if not known or (known.segment is Segment.CUT and row.attempt):
                continue  # never begun, or cut and written down: it waits its turn
            found.append((row.id, UtteranceEvent.BEGIN, {"attempt": row.attempt + 1, "recovered": True}))
        if known and _words_over(known, row.duration_s):
            found.append((row.id, UtteranceEvent.FINISH, {"recovered": True}))
        elif row.stop_wanted_by:
            found.append((row.id, UtteranceEvent.STOP, {"by": row.stop_wanted_by}))
        else:
            again = row.after_cut is AfterCut.RESTART
            detail: dict[str, object] = {"reason": "interrupted", "again": again}
            if known and known.segment is Segment.SPEAKING:
                detail["spoken_s"] = round(max(0.0, known.seen - known.began), 2)
            found.append((row.id, UtteranceEvent.INTERRUPT if again else UtteranceEvent.ABANDON, detail))
    return found


def _words_over(progress: Progress, words_s: float) -> bool:
    if progress.segment is Segment.SPEAKING:
        return progress.seen - progress.began >= words_s - WORDS_OVER_S
    return progress.segment is Segment.OVER
