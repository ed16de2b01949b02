"""Switching a screen off by its hours: what is tried where, and what the connectors say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from controller.boards.display.screen_power import (
    LIMIT_S,
    VCGENCMD,
    WLOPM,
    WLR_RANDR,
    ScreenPower,
    Tool,
    outputs_of,
    plugged,
    run,
    tools,
)

ALL = {"wlopm", "wlr-randr", "vcgencmd"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
LISTING = """HDMI-A-1 "Some maker 0x01 (HDMI-A-1)"
  Make: Some maker
  Enabled: yes
  Modes:
    1920x1080 px, 60.000000 Hz (preferred, current)
HDMI-A-2 "Another"
  Enabled: yes
"""


@pytest.mark.parametrize(
    ("variables", "installed", "alone", "expected"),
    [
        (WAYLAND, ALL, False, (WLOPM, WLR_RANDR, VCGENCMD)),
        (WAYLAND, ALL, True, (WLOPM, VCGENCMD)),  # cage would end with its last output
        ({}, ALL, False, (VCGENCMD,)),
        (WAYLAND, {"wlr-randr"}, False, (WLR_RANDR,)),
        (WAYLAND, set(), False, ()),
        ({}, set(), False, ()),
    ],
)
def test_what_is_tried(variables: dict[str, str], installed: set[str], alone: bool, expected: tuple[Tool, ...]) -> None:
    assert tools(variables, installed.__contains__, alone) == expected


def test_the_outputs_of_a_listing() -> None:
    assert outputs_of(LISTING) == ("HDMI-A-1", "HDMI-A-2")
    assert outputs_of("") == ()


class World:
    """Programs as a test wants them: what each prints, None where it fails."""

    def __init__(self, **prints: str | None) -> None:
        self.prints, self.ran = prints, list[str]()

    def run(self, command: Sequence[str]) -> str | None:
        self.ran.append(" ".join(command))
        return self.prints.get(command[0].replace("-", "_"))


def test_the_first_that_works_is_used_for_on_as_well() -> None:
    world = World(wlopm=None, wlr_randr=LISTING, vcgencmd="display_power=0")
    power = ScreenPower((WLOPM, WLR_RANDR, VCGENCMD), world.run)
    assert power.off() and power.off() and power.is_off
    assert world.ran == [
        "wlopm --off *", "wlr-randr", "wlr-randr --output HDMI-A-1 --off", "wlr-randr --output HDMI-A-2 --off",
    ]  # fmt: skip
    world.ran.clear()
    power.on()
    assert not power.is_off
    assert world.ran == ["wlr-randr", "wlr-randr --output HDMI-A-1 --on", "wlr-randr --output HDMI-A-2 --on"]
    world.ran.clear()
    power.on()
    assert world.ran == [], "nothing was switched off"


def test_an_exit_code_is_no_proof_where_the_program_says_what_it_did() -> None:
    world = World(vcgencmd="display_power=1")
    power = ScreenPower((VCGENCMD,), world.run)
    assert not power.off() and not power.is_off
    world.prints["vcgencmd"] = "display_power=0\n"
    assert power.off()
    power.on()
    assert power.is_off, "not switched on: tried again with the next frame"
    world.prints["vcgencmd"] = "display_power=1\n"
    power.on()
    assert not power.is_off


def test_where_nothing_works_it_says_so() -> None:
    assert not ScreenPower(()).off()
    assert not ScreenPower((WLOPM, WLR_RANDR), World(wlopm=None, wlr_randr="").run).off()


def test_programs_have_a_time_limit_and_may_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(("printf", "display_power=0")) == "display_power=0"
    assert run(("false",)) is None
    assert run(("no-such-program-here",)) is None
    assert LIMIT_S <= 2.0, "an emergency may be waiting behind it"
    monkeypatch.setattr("controller.boards.display.screen_power.LIMIT_S", 0.05)
    assert run(("sleep", "5")) is None


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({}, None),
        ({"card0-HDMI-A-1": "connected", "card0-HDMI-A-2": "disconnected"}, True),
        ({"card1-HDMI-A-1": "disconnected", "card1-HDMI-A-2": "disconnected"}, False),
        ({"card0-Virtual-1": "unknown"}, None),
        ({"card0-DSI-1": "connected"}, True),
    ],
)
def test_the_connectors(tmp_path: Path, statuses: dict[str, str], expected: bool | None) -> None:
    for name, status in statuses.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "status").write_text(f"{status}\n", encoding="ascii")
    assert plugged(tmp_path) is expected
