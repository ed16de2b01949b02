"""All the relays of one output: its amplifier's, and those of zones that are switched apart behind it.

A relay that does not answer never keeps the sound from playing: every call is over within LINE_LIMIT_S,
the boards that worked last time come first, and what went wrong is handed back. Called from one thread.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audio.wall.relays import Board, Place, board_at, place_of
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Output, Relay

LINE_LIMIT_S = 0.3  # the sound waits no longer for relays, all of them together
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """A relay that could not be switched or, with `reason` "", that is in order again."""

    part: str  # "relay/<output>", the amplifier's, or "relay/<output>/<zone>"
    reason: str


@dataclass(slots=True)
class _Switch:
    """A relay: how it should be, and what is known of it."""

    relay: Relay
    wanted: bool = False
    known: bool | None = None  # None: never told, or it failed
    fault: str | None = None  # what was handed back last; None: nothing yet


class Switchboard:
    def __init__(self, output: Output) -> None:
        self._part = f"relay/{output.name}"
        relays = {self._part: output.amplifier} | {
            f"{self._part}/{zone}": relay for zone, relay in output.zone_relays.items()
        }
        self._switches = {part: _Switch(relay) for part, relay in relays.items() if relay.relay != "none"}
        self._zones = {zone: f"{self._part}/{zone}" for zone in output.zone_relays}
        self.zones_apart = frozenset(zone for zone, part in self._zones.items() if part in self._switches)
        self._boards: dict[Place, Board] = {}

    @property
    def troubled(self) -> bool:
        """Whether something could not be switched, the last time that it was told."""
        return any(switch.fault for switch in self._switches.values())

    def power(self, on: bool) -> list[Trouble]:
        """The amplifier on or off."""
        if self._part in self._switches:
            self._switches[self._part].wanted = on
        return self._carry_out([self._part])

    def route(self, zones: frozenset[str]) -> list[Trouble]:
        """Sound to these zones and to no others that are switched apart; off comes before on."""
        for zone in self.zones_apart:
            self._switches[self._zones[zone]].wanted = zone in zones
        return self._carry_out(self._zones[zone] for zone in sorted(self.zones_apart))

    def refresh(self) -> list[Trouble]:
        """Look whether all stand as they should, or tell them again: a board without power has forgotten it."""
        until = time.monotonic() + LINE_LIMIT_S
        faults: dict[str, str] = {}
        turns = self._by_board(self._switches)
        for number, (place, parts) in enumerate(turns):
            share_s = (until - LINE_LIMIT_S / 2 - time.monotonic()) / (len(turns) - number)
            read: Mapping[Relay, bool] = {}
            with _noting(parts, faults):
                read = self._board(place, share_s).read([self._switches[part].relay for part in parts], share_s)
            for part in parts:
                switch = self._switches[part]
                switch.known = read.get(switch.relay)
                if switch.known not in (None, switch.wanted):
                    log.warning("%s stood the wrong way round", part)
        return self._carry_out(self._switches, until, faults)

    def close(self) -> None:
        """Everything off, and let go of it."""
        for switch in self._switches.values():
            switch.wanted = False
        for trouble in self._carry_out(self._switches):
            if trouble.reason:
                log.warning("%s may still be on: %s", trouble.part, trouble.reason)
        for board in self._boards.values():
            with contextlib.suppress(DeviceError):  # gone already
                board.close()
        self._boards.clear()

    def _carry_out(
        self, parts: Iterable[str], until: float | None = None, faults: dict[str, str] | None = None
    ) -> list[Trouble]:
        """Switch what differs from what is wanted; what has changed about the parts' health."""
        until = until if until is not None else time.monotonic() + LINE_LIMIT_S
        faults = faults if faults is not None else {}
        asked = [part for part in parts if part in self._switches]
        differing = [p for p in asked if self._switches[p].known is not self._switches[p].wanted and p not in faults]
        turns = [
            (on, place, there)
            for on in (False, True)
            for place, there in self._by_board(part for part in differing if self._switches[part].wanted is on)
        ]
        failed: dict[Place, str] = {}
        for number, (on, place, there) in enumerate(turns):
            share_s = (until - time.monotonic()) / (len(turns) - number)
            for part in there:
                self._switches[part].known = None
            with _noting(there, faults):
                if place in failed:
                    raise DeviceError(failed[place])
                self._board(place, share_s).switch({self._switches[part].relay: on for part in there}, share_s)
                for part in there:
                    self._switches[part].known = on
            if there[0] in faults:
                failed[place] = faults[there[0]]
        return [news for part in dict.fromkeys((*asked, *faults)) if (news := self._news(part, faults.get(part, "")))]

    def _by_board(self, parts: Iterable[str]) -> list[tuple[Place, list[str]]]:
        """Every board with its parts, those that worked last time first."""
        found: dict[Place, list[str]] = {}
        for part in parts:
            found.setdefault(place_of(self._switches[part].relay), []).append(part)
        return sorted(found.items(), key=lambda turn: any(self._switches[part].fault for part in turn[1]))

    def _board(self, place: Place, share_s: float) -> Board:
        if share_s <= 0.0:
            raise DeviceError("no time was left for it")
        if place not in self._boards:
            self._boards[place] = board_at(place)
        return self._boards[place]

    def _news(self, part: str, fault: str) -> Trouble | None:
        """What is to be told of a part: that it begins or ceases to fail; the first time also that all is well."""
        switch = self._switches[part]
        if switch.fault is not None and bool(switch.fault) == bool(fault):
            return None
        switch.fault = fault
        return Trouble(part, fault)


@contextlib.contextmanager
def _noting(parts: list[str], faults: dict[str, str]) -> Iterator[None]:
    """Inside, what a device does not do becomes the fault of these parts."""
    try:
        yield
    except DeviceError as error:
        faults.update(dict.fromkeys(parts, str(error)))
