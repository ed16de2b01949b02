"""Any driver's link and its sign, joined by a line that exists only in simulated time: no sleep, no port."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from controller.boards.emulated.board import Sign
from controller.boards.huidu.sign import HuiduSign
from controller.boards.link import Drop, Link, Open, Send, Status
from controller.boards.pages import Content, Dots
from controller.core.notices import BoardState

STEP_S = 0.02
TCP_BYTE_S = 1e-6
LEFT_BYTES = 16  # of what was handed over: in the adapter, where nobody can take them back


@dataclass
class Wire:
    """Time goes by in `run`. `drops` says of the number of each byte since the beginning whether it is lost."""

    link: Link
    sign: Sign
    baud: int  # 0: TCP
    drops: Callable[[int], bool] | None = None
    now: float = 1000.0
    is_plugged: bool = True  # the adapter, or the network
    babbles: Callable[[], bytes] | None = None  # what comes back in every step, besides answers
    written: int = 0
    states: list[tuple[BoardState, str, str]] = field(default_factory=list)
    _wire: deque[tuple[float, int]] = field(default_factory=deque)
    _back: deque[tuple[float, int]] = field(default_factory=deque)
    _free_at: float = 0.0
    _seen: tuple[bytes, ...] = ()
    _seen_until: float = 0.0

    @property
    def byte_s(self) -> float:
        return 10 / self.baud if self.baud else TCP_BYTE_S

    @property
    def dots(self) -> tuple[bytes, ...]:
        """What the sign shows; it is asked only when that may have changed."""
        if self.now >= self._seen_until:
            face = self.sign.face(self.now)
            self._seen, self._seen_until = plain(face.dots), self.now + (face.lasts_s or inf)
        return self._seen

    def cut_power(self) -> None:
        """Of the sign; the adapter lives."""
        self.sign.lose_power(self.now)
        self._seen_until = 0.0

    @property
    def status(self) -> Status | None:
        return self.link.status

    def show(self, content: Content, began: float = 0.0) -> None:
        self.link.want(content, began)

    def run(self, seconds: float, seen: Callable[[tuple[bytes, ...]], None] | None = None) -> None:
        end = self.now + seconds
        self._turn(seen)
        while self.now < end:
            self.now = min(end, self._next(is_looked_at=seen is not None))
            self._turn(seen)

    def until(self, what: Callable[[], bool], limit_s: float = 60.0) -> float:
        """Seconds until it is so."""
        begun = self.now
        self._turn()
        while not what():
            assert self.now - begun < limit_s, f"not within {limit_s} s; {self.status}"
            self.now = min(begun + limit_s, self._next(is_looked_at=True))
            self._turn()
        return self.now - begun

    def _next(self, is_looked_at: bool) -> float:
        """When something may be otherwise: step by step while anything is on its way."""
        soon = self.now + STEP_S
        if self._wire or self._back or self.babbles:
            return soon
        return max(soon, min(self.link.next_at(), self._seen_until if is_looked_at else inf))

    def unplug(self) -> None:
        self.is_plugged = False
        self._wire.clear()
        self._back.clear()

    def plug(self) -> None:
        self.is_plugged = True

    def _turn(self, seen: Callable[[tuple[bytes, ...]], None] | None = None) -> None:
        self._carry()
        has_acted = False
        while action := self.link.act(self.now):
            has_acted = True
            if not self.is_plugged:
                self.link.failed(self.now, "gone")
            elif isinstance(action, Open):
                self._open()
            elif isinstance(action, Drop):
                self._drop()
            else:
                self._send(action)
        if has_acted:
            self._carry()
        status = self.link.status
        known = [] if status is None else [(status.state, status.text, status.reason)]
        if known != self.states[-1:]:
            self.states += known
        if seen is not None:
            seen(self.dots)

    def _open(self) -> None:
        self._wire.clear()
        self._back.clear()
        if isinstance(self.sign, HuiduSign):
            self.sign.accept(self.now)
        self.link.opened(self.now)

    def _drop(self) -> None:
        kept = [(at, byte) for at, byte in self._wire if at <= self.now + LEFT_BYTES * self.byte_s]
        self._wire = deque(kept)
        self._free_at = kept[-1][0] if kept else self.now

    def _send(self, action: Send) -> None:
        begun, byte_s = max(self.now, self._free_at), self.byte_s
        for number, byte in enumerate(action.data, 1):
            if self.drops is None or not self.drops(self.written + number):
                self._wire.append((begun + number * byte_s, byte))
        self.written += len(action.data)
        self._free_at = begun + len(action.data) * byte_s
        assert not self.baud or self._free_at - self.now < 0.1 + (LEFT_BYTES + 1) * self.byte_s, (
            "too much in the line's buffer"
        )

    def _carry(self) -> None:
        wire, now, sign = self._wire, self.now, self.sign
        if wire and wire[0][0] <= now:
            self._seen_until = 0.0
        while wire and wire[0][0] <= now:
            at, byte = wire.popleft()
            sign.hear(byte, at)
            if replies := sign.take_replies():
                self._back.extend((at + number * self.byte_s, reply) for number, reply in enumerate(replies, 1))
        if self.is_plugged and isinstance(self.sign, HuiduSign) and self.sign.has_hung_up and self.link.is_open:
            self.link.failed(self.now, "gone")
        heard = bytearray(self.babbles() if self.babbles else b"")
        while self._back and self._back[0][0] <= self.now:
            heard.append(self._back.popleft()[1])
        if heard and self.link.listening and self.is_plugged:
            self.link.heard(self.now, bytes(heard))


def plain(dots: Dots | Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(bytes(row) for row in dots)
