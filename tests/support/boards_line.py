"""A link and a sign joined by a line that exists only in simulated time: no sleep, no port."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Literal

from controller.boards.alpha.encoding import text_data
from controller.boards.alpha.link import AlphaLink
from controller.boards.alpha.pages import Files, Filing
from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.alpha.stream import Decoder
from controller.boards.alpha.words import AlphaError, Message, WriteText
from controller.boards.facts import Facts
from controller.boards.link import Drop, Open, Send, Status, Timing
from controller.boards.pages import Content, Page, Rotation
from controller.boards.preview import draft
from controller.boards.rotation import content_of
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board

BOARD = Board(id="cong-lang", name="Cổng làng", columns=96, rows=7)  # shows texts in its own letters
BYTE_S = 10 / 9600
STEP_S = 0.02
FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))


def content(*texts: str, alerts: tuple[str, ...] = ()) -> Content:
    items, urgent = [draft(text) for text in texts], [draft(text, Level.EMERGENCY) for text in alerts]
    return content_of(BOARD, items, urgent, FACTS)


def files_of(wanted: Content, board: Board = BOARD) -> Files:
    """What a sign that holds nothing yet is to hold."""
    return Filing(board).files_of(wanted)


def drawn(board: Board, *seeds: int, dwell_s: float = 3.0, width: int = 0) -> tuple[Page, ...]:
    """Pages of dots at random, each always the same for its number; with a width they scroll."""
    return tuple(
        Page(_noise(board, seed, width or board.columns), dwell_s, (f"Trang {seed}",), width > 0, f"item-{seed}")
        for seed in seeds
    )


def _noise(board: Board, seed: int, columns: int) -> tuple[bytes, ...]:
    noise = random.Random(seed)  # noqa: S311 - a picture, not a secret
    most = 1 if board.colours == "one" else 3
    return tuple(bytes(noise.randint(0, most) for _ in range(columns)) for _ in range(board.rows))


class Simulation:
    """Time goes by in `run`. `sent` are the frames that the link wrote, `states` its words on the board."""

    def __init__(self, physics: Physics | None = None, timing: Timing | None = None, board: Board = BOARD) -> None:
        self.now = 100.0
        self.board = board
        colours: Literal["one", "three"] = "one" if board.colours == "one" else "three"
        self.sign = AlphaSign(board.columns, board.rows, physics, colours=colours, pool_bytes=board.pool_bytes)
        self.link = AlphaLink(board, timing or Timing(), self.now)
        self.wanted = Content(Rotation(()))
        self.is_plugged = True  # the adapter
        self.is_wired = True  # between adapter and sign
        self.raised_at = 0.0  # when the sign last had an emergency
        self.babble = b""  # comes back in every step
        self.sent: list[tuple[float, bytes]] = []
        self.states: list[tuple[BoardState, str, str]] = []
        self._on_wire: list[tuple[float, int]] = []
        self._free_at = 0.0
        self._cut_at = 0.0
        self._coming: list[tuple[float, int]] = []

    def want(self, wanted: Content) -> None:
        self.wanted = wanted
        self.link.want(wanted, 0.0)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self._step()
            self.now += STEP_S

    def until(self, state: BoardState, text: str, limit_s: float = 60.0) -> float:
        """Seconds until the board is known to be in `state` with `text` in it; not with words that stand in for it."""
        begun = self.now
        while self.now < begun + limit_s:
            status = self.link.status
            is_meant = status is not None and status.state is state and status.reason != "words"
            if is_meant and status is not None and text in status.text:
                return self.now - begun
            self.run(STEP_S)
        raise AssertionError(f"not {state} with {text!r} within {limit_s} s, but {self.link.status}")

    @property
    def status(self) -> Status:
        assert self.link.status is not None
        return self.link.status

    def messages(self) -> list[Message]:
        return heard(b"".join(data for _, data in self.sent))

    def cut_power(self) -> None:
        self.sign.lose_power(self.now)
        self._cut_at = self.now

    def forget(self) -> None:
        self.sent.clear()
        self.states.clear()

    def _step(self) -> None:
        if self.link.is_open and self.link.wants_time:
            self.link.tell_time(19, 30)
        while action := self.link.act(self.now):
            if isinstance(action, Open) and self.is_plugged:
                self.link.opened(self.now)
            elif isinstance(action, Open) or not self.is_plugged:
                self.link.failed(self.now, "gone")
            elif isinstance(action, Drop):
                self._on_wire = [(at, byte) for at, byte in self._on_wire if at <= self.now + BYTE_S]
                self._free_at = self._on_wire[-1][0] if self._on_wire else self.now
            elif isinstance(action, Send):
                self._send(action.data)
        self._carry()
        status = self.link.status
        if status and (not self.states or self.states[-1] != (status.state, status.text, status.reason)):
            self.states.append((status.state, status.text, status.reason))
        if status and status.state is BoardState.SHOWN and status.proven_at == self.now > self._cut_at + 1.0:
            face = self.sign.face(self.now)  # a proof is never false (an answer may be under way at a cut)
            if self.board.rows == BOARD.rows:
                assert face.text.replace("[time]", "--:--") == status.text
            elif status.text == self.wanted.live.text:
                still = [page.dots for page in self.wanted.live.pages if not page.scrolls]
                assert face.dots in still or len(still) < len(self.wanted.live.pages)

    def _send(self, data: bytes) -> None:
        self.sent.append((self.now, data))
        begun = max(self.now, self._free_at)
        for number, byte in enumerate(data, 1):
            self._on_wire.append((begun + number * BYTE_S, byte))
        self._free_at = begun + len(data) * BYTE_S
        assert self._free_at - self.now < 0.1 + 1e-6, "too much in the line's buffer"

    def _carry(self) -> None:
        arrived = [(at, byte) for at, byte in self._on_wire if at <= self.now]
        self._on_wire = [(at, byte) for at, byte in self._on_wire if at > self.now]
        for at, byte in arrived:
            was_raised = b"0" in self.sign._files.texts
            if self.is_wired:
                self.sign.hear(byte, at)
                if b"0" in self.sign._files.texts and not was_raised:
                    self.raised_at = at
                self._coming += [(at + n * BYTE_S, reply) for n, reply in enumerate(self.sign.take_replies(), 1)]
        back = bytes(byte for at, byte in self._coming if at <= self.now)
        self._coming = [(at, byte) for at, byte in self._coming if at > self.now]
        if self.link.listening and self.is_plugged:
            self.link.heard(self.now, self.babble + back)


def heard(data: bytes) -> list[Message]:
    """The messages in a stream, with a broken frame as a failure."""
    decoder = Decoder()
    return [message for byte in data if (message := decoder.feed(byte)) is not None]


def heard_in_noise(data: bytes) -> list[Message | AlphaError]:
    decoder, found = Decoder(), list[Message | AlphaError]()
    for byte in data:
        try:
            message = decoder.feed(byte)
        except AlphaError as error:
            found.append(error)
        else:
            found += [message] if message is not None else []
    return found


def written(messages: list[Message]) -> list[tuple[str, bytes]]:
    """The texts among messages: (label, data)."""
    return [(m.label, text_data(m.pages)) for m in messages if isinstance(m, WriteText)]
