"""What the pages show of boards and of what stands on them; read in one snapshot each, plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from controller.core.levels import Level
from controller.core.notices import BoardState, Notice, reason_of
from controller.core.showing import Item, showing
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Board
from controller.store import notices, utterances
from controller.store.connection import Tx
from controller.store.notices import Board as KnownBoard

GONE = "process_gone"
UNFIT = frozenset({"pool", "tiles"})
TONES = {BoardState.SHOWN: "fine", BoardState.SENT: "air", BoardState.OFF: "over", BoardState.DOWN: "fault"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A notice in a board's list. `up` and `down`: whether it may go there, among those of its level."""

    notice: Notice
    due: bool
    up: bool
    down: bool


@dataclass(frozen=True, slots=True)
class OnBoard:
    """`known` None: nothing has been heard of the board yet."""

    board: Board
    known: KnownBoard | None
    soundings: tuple[Item, ...]  # announcements that it shows before its notices
    listed: tuple[Listed, ...]

    @property
    def tone(self) -> str:
        return TONES[self.known.state] if self.known else "waiting"

    @property
    def unfit(self) -> bool:
        return self.known is not None and is_unfit(self.known)

    def is_behind(self, text: str) -> bool:
        """Whether it still shows, or was sent, something else than this, which it should show now."""
        if self.known is None or self.known.state not in (BoardState.SHOWN, BoardState.SENT):
            return False
        match self.known.detail:
            case "words":  # its letters without their marks, until the pictures of them are there: that is said
                return False
            case "room":
                return not text.startswith(self.known.text)
            case _:
                return text != self.known.text


def is_unfit(known: KnownBoard) -> bool:
    """Whether it is configured so that nothing can be sent to it."""
    return known.state is BoardState.DOWN and reason_of(known.detail)[0] in UNFIT


def on_boards(tx: Tx, config: StationConfig, now: datetime, controller_lives: bool = True) -> list[OnBoard]:
    known = {each.board: each for each in notices.boards(tx)}
    if not controller_lives:  # what was known last nobody knows any more, but of those with a process of their own
        displays = {board.id for board in config.displays.values()}
        known |= {ident: _abandoned(each) for ident, each in known.items() if ident not in displays}
    live, after_s = notices.live(tx, now), config.policy.board_after_s
    spoken = utterances.soundings(tx, now - timedelta(seconds=after_s))
    return [
        OnBoard(
            board,
            known.get(board.id),
            showing((), spoken, now, config.site.tz, after_s, board.id, frozenset(board.zones)),
            _listed([each for each in live if each.is_for(board.id, frozenset(board.zones))], now, config),
        )
        for board in config.boards
    ]


def _abandoned(known: KnownBoard) -> KnownBoard:
    return replace(known, state=BoardState.DOWN, proven_at=None, detail=GONE)


def _listed(found: list[Notice], now: datetime, config: StationConfig) -> tuple[Listed, ...]:
    levels = [notice.level for notice in found]
    return tuple(
        Listed(
            notice,
            notice.is_due(now, config.site.tz),
            number > 0 and levels[number - 1] is notice.level,
            number + 1 < len(found) and levels[number + 1] is notice.level,
        )
        for number, notice in enumerate(found)
    )


def list_of(tx: Tx, config: StationConfig, now: datetime, board: str) -> list[str]:
    """The ids of a board's notices, in its order."""
    zones = frozenset(config.board(board).zones)
    return [notice.id for notice in notices.live(tx, now) if notice.is_for(board, zones)]


def emergencies(tx: Tx, config: StationConfig, now: datetime) -> tuple[Notice, ...]:
    """The notices that take every board and the kiosk at this time."""
    live = notices.live(tx, now)
    return tuple(each for each in live if each.level is Level.EMERGENCY and each.is_due(now, config.site.tz))
