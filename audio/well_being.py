"""How the parts of one output are, written down when it changes: "output/main", "relay/main", "proof/main" ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audio.keeper import Keeper
from audio.notes import Reported
from audio.wall.switchboard import Trouble
from controller.core.ports import Clock


class WellBeing:
    def __init__(self, output: str, clock: Clock, keeper: Keeper) -> None:
        self._output, self._clock, self._keeper = output, clock, keeper
        self._told: dict[str, str] = {}  # component -> the fault last reported

    def report(self, part: str, fault: str, facts: Mapping[str, str]) -> None:
        """`part` of this output ("output", "proof"), or a whole component; `fault` is "" when it is in order."""
        component = part if "/" in part else f"{part}/{self._output}"
        if self._told.get(component) != fault:
            self._told[component] = fault
            self._keeper.note(Reported(self._clock.now(), component, fault, facts))

    def is_news(self, part: str, fault: str) -> bool:
        """Whether a report of this would be written down: what it costs to find out more is spent once."""
        return self._told.get(f"{part}/{self._output}") != fault

    def report_relays(self, troubles: Iterable[Trouble]) -> None:
        for trouble in troubles:
            fault, facts = ("no_relay", {"reason": trouble.reason}) if trouble.reason else ("", {})
            self.report(trouble.part, fault, facts)
