"""docs/wiring.md is true: its examples are accepted, and none of the kinds of relay and contact is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from controller.runtime.config_tables import Contact, Output, Relay
from controller.runtime.config_text import parse_config

PAGE = Path("docs/wiring.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n([^`]+)```", PAGE)
COMMENTED = Path("controller/station.example.toml").read_text(encoding="utf-8")
STATION = """
[[zones]]
id = "cho"
name = "Chợ"
[[zones]]
id = "na-khau"
name = "Na Khau"
[[outputs]]
name = "main"
zones = ["cho", "na-khau"]
"""


def wired(output: Output) -> list[Relay | Contact]:
    relays = [output.amplifier, *output.zone_relays.values()]
    parts: list[Relay | Contact] = [*relays, output.stop_switch, output.emergency_contact]
    return [part for part in parts if (part.contact if isinstance(part, Contact) else part.relay) != "none"]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.split("\n")[1] for example in EXAMPLES])
def test_each_example_is_a_configuration(example: str) -> None:
    (output,) = parse_config(STATION + example, "wiring.md").outputs
    assert len(wired(output)) == example.count("[outputs.")


def test_every_kind_has_its_example() -> None:
    outputs = [parse_config(STATION + example, "wiring.md").outputs[0] for example in EXAMPLES]
    parts = [part for output in outputs for part in wired(output)]
    kinds = {part.relay for part in parts if isinstance(part, Relay)}
    contacts = {part.contact for part in parts if isinstance(part, Contact)}
    assert kinds == set(get_args(Relay.model_fields["relay"].annotation)) - {"none", "log"}
    assert contacts == set(get_args(Contact.model_fields["contact"].annotation)) - {"none"}


def test_what_is_commented_out_in_the_first_configuration_is_right_too() -> None:
    section = COMMENTED[COMMENTED.index("# A zone that is switched apart") : COMMENTED.index("[speech]")]
    lines = [line.removeprefix("# ") for line in section.splitlines()]
    text = "\n".join(line for line in lines if re.match(r"\[|\w+ = ", line))
    (output,) = parse_config(STATION + text, "station.example.toml").outputs
    assert len(wired(output)) == 3
