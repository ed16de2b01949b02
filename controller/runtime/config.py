"""The station's configuration: one frozen typed object, and what its tables mean together.

There is no default secret. `config_text` makes it of a file, `config_tables` has its parts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import Field

from controller.core.errors import ConfigError
from controller.core.levels import Level
from controller.core.quiet import Span, span_of
from controller.runtime.config_tables import (
    Board,
    ClockTrust,
    Filing,
    Kiosk,
    Notify,
    Output,
    Policy,
    Section,
    Site,
    Speech,
    Web,
    Zone,
)


class StationConfig(Section):
    site: Site = Site()
    zones: tuple[Zone, ...] = Field(min_length=1)
    outputs: tuple[Output, ...] = Field(min_length=1)
    speech: Speech = Speech()
    boards: tuple[Board, ...] = ()
    web: Web = Web()
    kiosk: Kiosk = Kiosk()
    filing: Filing = Filing()
    policy: Policy = Policy()
    clock: ClockTrust = ClockTrust()
    notify: Notify = Notify()

    def reached(self, zones: Iterable[str]) -> tuple[str, ...]:
        """The zones that hear what is played for some zones, in order.

        Of one output's zones those without a relay of their own cannot be switched off: they hear whatever it plays.
        """
        wanted = set(zones)
        heard = {
            zone
            for output in self.outputs
            if wanted & set(output.zones)
            for zone in output.zones
            if zone in wanted or not output.switches_apart(zone)
        }
        return tuple(zone.id for zone in self.zones if zone.id in heard)

    def zone(self, ident: str) -> Zone:
        return next(zone for zone in self.zones if zone.id == ident)

    def quiet_of(self, zone: str) -> tuple[Span, ...]:
        """The quiet hours of one zone: its own, or else the policy's."""
        own = self.zone(zone).quiet_hours
        return tuple(span_of(text) for text in (self.policy.quiet_hours if own is None else own))

    def quiet_where_heard(self, zones: Iterable[str]) -> tuple[Span, ...]:
        """The quiet hours of every zone that hears what is played for some zones; each once."""
        return tuple(dict.fromkeys(span for zone in self.reached(zones) for span in self.quiet_of(zone)))

    def minutes_a_day_of(self, zone: str) -> int:
        """How much may be spoken in one zone on a day before somebody is warned; 0: no limit."""
        own = self.zone(zone).max_minutes_a_day
        return self.policy.max_minutes_a_day if own is None else own

    def lasts_s(self, level: Level, own_s: int) -> float:
        """How long an emergency is repeated, seconds: as it says itself, else the policy's; 0 for anything else."""
        if level is not Level.EMERGENCY:
            return 0.0
        return float(own_s or self.policy.emergency_minutes * 60)

    def output(self, name: str) -> Output:
        for output in self.outputs:
            if output.name == name:
                return output
        raise ConfigError((f"outputs: there is no output {name!r}{nearest(name, [o.name for o in self.outputs])}",))

    def board(self, ident: str) -> Board:
        for board in self.boards:
            if board.id == ident:
                return board
        raise ConfigError((f"boards: there is no board {ident!r}{nearest(ident, [b.id for b in self.boards])}",))

    @property
    def displays(self) -> dict[str, Board]:
        """The boards that have a process of their own, by its name: "screen-hall", "panel-gate"."""
        kinds = {"screen": "screen", "hub75": "panel"}
        return {f"{kinds[board.driver]}-{board.id}": board for board in self.boards if board.driver in kinds}

    @property
    def faces(self) -> tuple[str, ...]:
        """The bells of every process that shows something: the controller with its boards, the kiosk, each display."""
        return ("controller", "kiosk", *self.displays)

    def boards_of(self, zones: tuple[str, ...]) -> tuple[str, ...]:
        """The boards on which something for these zones is shown."""
        return tuple(b.id for b in self.boards if not b.zones or set(b.zones) & set(zones))


def on_trial(config: StationConfig) -> tuple[str, ...]:
    """What only a first look goes without, by the configuration's keys: "quiet_hours" where no zone has any, "trust"
    where any clock is believed, and then also "approval"; () for a real station. To ask for no approval may be a
    commune's own choice: that alone is no trial."""
    missing: tuple[str, ...] = () if any(config.quiet_of(zone.id) for zone in config.zones) else ("quiet_hours",)
    missing += () if config.clock.trust == "required" else ("trust",)
    return (*missing, "approval") if missing and config.policy.approval == "off" else missing


def nearest(name: str, known: list[str]) -> str:
    """Behind a name that does not exist: what may have been meant."""
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known) or 'none'}"
