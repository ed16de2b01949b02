"""docs/telling.md is true: its examples are accepted, and its times are the program's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.runtime.config_tables import Email
from controller.runtime.config_text import parse_config
from controller.telling.alarms import GATHER
from controller.telling.letters import APART, AT_ONCE, GIVE_UP_AFTER, RETRIES, SPELL
from tests.support.stations import CONFIG

PAGE = " ".join(Path("docs/telling.md").read_text(encoding="utf-8").split())
EXAMPLES = re.findall(r"```toml\n([^`]+)```", Path("docs/telling.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_a_configuration(example: str) -> None:
    email = parse_config(CONFIG + example, "telling.md").notify.email
    assert email.host and email.sender and email.to
    assert all(address.endswith(".example") for address in (email.host, email.sender, *email.to))


def test_every_entry_is_shown() -> None:
    assert [name for name in Email.model_fields if not any(f"{name} =" in example for example in EXAMPLES)] == []


def test_its_times_are_the_programs() -> None:
    minutes = [int(wait.total_seconds() // 60) for wait in RETRIES[1:]]
    assert [RETRIES[0].total_seconds(), *minutes] == [30, 1, 2, 5, 15, 30, 60]
    assert "after 30 s, 1, 2, 5, 15, 30 and 60 minutes and then every hour, for a day" in PAGE
    assert (GATHER.total_seconds(), APART.total_seconds(), GIVE_UP_AFTER.days) == (20, 300, 1)
    assert (AT_ONCE, SPELL.total_seconds()) == (6, 3600) and "six an hour at once" in PAGE
    assert "What comes within 20 s is one letter" in PAGE and "at most one every five minutes" in PAGE
