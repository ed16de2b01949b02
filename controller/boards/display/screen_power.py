"""Switches a screen's output off and on again, and asks the connector whether a screen hangs on it.

What can be tried is chosen by what is there; every program has a time limit. Where nothing works the screen stays
on and shows black: that is dark on purpose too, and said so.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from controller.runtime.logs import Lasting

LIMIT_S = 2.0  # for one program
Runs = Callable[[Sequence[str]], str | None]  # what a program has printed; None where it has failed
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that switches outputs. `each`: it wants to be told every output by name; `proof`: what it prints
    when it has done so, where its exit code does not tell."""

    program: str
    off: tuple[str, ...]
    on: tuple[str, ...]
    each: bool = False
    proof: tuple[str, str] = ("", "")


WLOPM = Tool("wlopm", ("--off", "*"), ("--on", "*"))
WLR_RANDR = Tool("wlr-randr", ("--off",), ("--on",), each=True)
VCGENCMD = Tool(
    "vcgencmd", ("display_power", "0"), ("display_power", "1"), proof=("display_power=0", "display_power=1")
)


def tools(variables: Mapping[str, str], has: Callable[[str], bool], alone: bool) -> tuple[Tool, ...]:
    """What is worth trying, in that order. `alone`: the compositor is cage, which ends with its last output, so that
    `wlr-randr` must not take it away."""
    wayland = bool(variables.get("WAYLAND_DISPLAY"))
    candidates = ((WLOPM, wayland), (WLR_RANDR, wayland and not alone), (VCGENCMD, True))
    return tuple(tool for tool, possible in candidates if possible and has(tool.program))


def outputs_of(listing: str) -> tuple[str, ...]:
    """The names of the outputs in what `wlr-randr` prints: a line each, what belongs to it is indented."""
    return tuple(line.split()[0] for line in listing.splitlines() if line and not line[0].isspace())


def run(command: Sequence[str]) -> str | None:
    """What a program prints; None where it fails, is not there, or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout if done.returncode == 0 else None


class ScreenPower:
    """Of the screen that one process shows on. Remembers what has worked."""

    def __init__(self, tools: Sequence[Tool], run: Runs = run) -> None:
        self._tools, self._run = tuple(tools), run
        self._used: Tool | None = None  # has switched it off
        self._unswitched = Lasting(log, "the screen cannot be switched on again")

    def off(self) -> bool:
        """Whether it is switched off; False: nothing could."""
        if self._used is None:
            self._used = next((tool for tool in self._tools if self._switch(tool, on=False)), None)
        return self._used is not None

    def on(self) -> None:
        """Nothing to do unless it was switched off here; tried again with the next call if it failed."""
        if self._used is None:
            return
        if self._switch(self._used, on=True):
            self._used = None
            self._unswitched.ends()
        else:
            self._unswitched.begins(self._used.program)

    @property
    def is_off(self) -> bool:
        return self._used is not None

    def _switch(self, tool: Tool, on: bool) -> bool:
        words = tool.on if on else tool.off
        if not tool.each:
            said = self._run((tool.program, *words))
            return said is not None and tool.proof[on] in said
        listing = self._run((tool.program,))
        names = outputs_of(listing or "")
        return bool(names) and all(self._run((tool.program, "--output", name, *words)) is not None for name in names)


def power_of(variables: Mapping[str, str], parent: str) -> ScreenPower:
    """For this process, with what is installed here; `parent` is the name of the program that has started it."""
    return ScreenPower(tools(variables, lambda name: shutil.which(name) is not None, parent == "cage"))


def plugged(root: Path = Path("/sys/class/drm")) -> bool | None:
    """Whether a screen hangs on any connector of this machine; None where no connector says so."""
    states = []
    for status in root.glob("card*-*/status"):
        try:
            states.append(status.read_text(encoding="ascii").strip())
        except (OSError, UnicodeDecodeError):
            continue
    said = [state for state in states if state in {"connected", "disconnected"}]
    return "connected" in said if said else None
