"""One line to an Alpha sign: one message or question at a time, and until when an answer may still stray in.

Knows when, not what: which message is next, and what an answer means, is for `link`.
"""

from __future__ import annotations

from collections.abc import Iterator

from controller.boards.alpha.pages import frame_of
from controller.boards.alpha.staging import AROUND_BYTES, Pace
from controller.boards.alpha.stream import Decoder
from controller.boards.alpha.words import ClearMemory, Message, SetMemory
from controller.boards.link import Event, Line, State, Timing


class Talk:
    """`asked`: what an answer is waited for, or was last. `is_urgent`: what is under way is not to be broken off."""

    def __init__(self, baud: int, timing: Timing, now: float) -> None:
        self.line, self._timing = Line(baud, timing, now), timing
        self.pace = Pace(Line.BITS_A_BYTE / baud, timing.digest_s)
        self._decoder = Decoder()
        self._forget(now)

    def _forget(self, now: float) -> None:
        self.asked: Message | None = None
        self.is_urgent = False
        self.stray_until = self._answer_at = now  # an answer that is not waited for may still be coming
        self.poll_at = now

    def opened(self, now: float) -> None:
        self.line.opened(now)
        self._decoder = Decoder()
        self._forget(now)

    def failed(self, now: float) -> None:
        self.line.failed(now)
        self._forget(now)

    @property
    def is_asking(self) -> bool:
        return self.line.state is State.ASKING

    @property
    def is_open(self) -> bool:
        return self.line.state is not State.DOWN

    def next_at(self, now: float) -> float:
        """When something is to be done next, if nothing new is wanted."""
        idle_until = self.stray_until if self.stray_until > now else self.poll_at
        return idle_until if self.line.state is State.READY else self.line.until

    def send(self, message: Message, pause_s: float) -> None:
        """`pause_s`: what the sign needs afterwards."""
        self.is_urgent |= isinstance(message, ClearMemory | SetMemory)  # half a table is none
        self.line.send(frame_of(message, pause_s, self.is_urgent))

    def ask(self, now: float, asked: Message, answer: int) -> None:
        """A question that is answered with about `answer` bytes."""
        self.asked, frame = asked, frame_of(asked)
        self.line.ask(now, frame, answer)
        self._answer_at = now + (len(frame.data) + answer + AROUND_BYTES) * self.pace.byte_s
        self.poll_later(now)

    def poll_later(self, now: float) -> None:
        self.poll_at = now + self._timing.poll_s

    def answers(self, now: float, data: bytes) -> Iterator[Message]:
        """The messages in what was heard, as long as one is waited for."""
        for message in self._decoder.messages(data):
            if self.is_asking:
                yield message
        if self.is_asking and data:
            self.line.heard(now)

    def answered(self) -> None:
        self.line.turn(Event.ANSWERED)

    def leave_answer(self, now: float) -> None:
        """Wait no longer for an answer that may well come."""
        self.stray_until = max(now + self._timing.reply_s, self._answer_at)
