"""What is on its way out on a line: frames, handed over in slices that the line can swallow in a moment.

A write to a serial line only fills the kernel's buffer, from where bytes leave at the line's own pace. So never more
than about 100 ms of them lie there: then an emergency waits no longer than that, and what is being sent can still be
broken off. Pure: the caller gives the time (monotonic seconds) and does the writing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SLICE_S = 0.05  # of wire time in one write
AHEAD_S = 0.05  # so long before the wire is free the next slice is handed over: no gap, 100 ms in the buffer at most
ADAPTER_BYTES = 32  # that an adapter has swallowed and sends all the same; a silence begins behind them


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that belong together. `pause_s`: what the board needs after them; `pauses`: silences inside, as (after so
    many bytes, seconds). An `urgent` frame is never broken off."""

    data: bytes
    pause_s: float = 0.0
    pauses: tuple[tuple[int, float], ...] = ()
    urgent: bool = False


class Outgoing:
    """One line's frames in order. `byte_s` is the wire time of a byte; 0 where nothing paces the line (TCP): then a
    slice is whatever stands before the next pause."""

    def __init__(self, byte_s: float, now: float) -> None:
        self._byte_s = byte_s
        self._slice_bytes = max(1, int(SLICE_S / byte_s + 1e-6)) if byte_s else 0
        self._frames: deque[Frame] = deque()
        self._at = 0  # how much of the first frame was handed over
        self._passed_at = now  # when the last byte has left
        self._due = now  # when the next slice may be handed over
        self._over = now  # when everything has left, and the board has had its pause
        self._is_urgent = False  # what was handed over last

    def put(self, frame: Frame) -> None:
        self._frames.append(frame)

    @property
    def until(self) -> float:
        """When `take` has the next slice, or, if none is left, when everything is over."""
        return self._due if self._frames else self._over

    @property
    def is_waiting(self) -> bool:
        """Whether bytes are left that were not handed over yet."""
        return bool(self._frames)

    def is_over(self, now: float) -> bool:
        return not self._frames and now >= self._over

    def take(self, now: float) -> bytes:
        """The next slice to write, b"" while it is not due or if there is none."""
        if not self._frames or now < self._due:
            return b""
        frame = self._frames[0]
        ends = [len(frame.data), *(after for after, _ in frame.pauses if after > self._at)]
        if self._slice_bytes:
            ends.append(self._at + self._slice_bytes)
        end = min(ends)
        data = frame.data[self._at : end]
        self._passed_at = max(now, self._passed_at) + len(data) * self._byte_s
        pause_s = dict(frame.pauses).get(end, 0.0)
        self._at, self._is_urgent = end, frame.urgent
        if end == len(frame.data):
            self._frames.popleft()
            self._at, pause_s = 0, max(pause_s, frame.pause_s)
        self._over = self._passed_at + pause_s
        self._due = self._over if pause_s else self._passed_at - AHEAD_S
        return data

    def break_off(self, now: float) -> bool:
        """Forget every ordinary frame. True if bytes of one still lie in the line's buffer and are to be discarded.

        A board that was promised a pause still gets it, unless its frame has not left whole.
        """
        if self._at and not self._is_urgent:
            self._at = 0
        self._frames = deque(frame for frame in self._frames if frame.urgent)
        if self._is_urgent or now >= self._passed_at:
            return False
        self._due = self._over = now
        self._passed_at = now + ADAPTER_BYTES * self._byte_s
        return True
