"""docs/configuration.md is true: every key of every table, with its default and what it may be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from annotated_types import Ge, Le
from pydantic_core import PydanticUndefined

from controller.runtime.config import StationConfig
from controller.runtime.config_tables import (
    Amplifier,
    Board,
    ClockTrust,
    Contact,
    Email,
    Filing,
    Hub75,
    Kiosk,
    Output,
    Policy,
    Relay,
    Section,
    SelfTest,
    Site,
    Speech,
    Web,
    Zone,
)  # fmt: skip

PAGE = Path("docs/configuration.md").read_text(encoding="utf-8")
PARTS = re.split(r"^#+ (`.+)$", PAGE, flags=re.MULTILINE)
TABLES: dict[str, type[Section]] = {
    "`[site]`": Site, "`[[zones]]`": Zone, "`[[outputs]]`": Output, "`[outputs.amplifier]`": Amplifier,
    "`[outputs.zone_relays.ZONE]`": Relay, "`[outputs.stop_switch]`, `[outputs.emergency_contact]`": Contact,
    "`[outputs.self_test]`": SelfTest, "`[speech]`": Speech, "`[[boards]]`": Board, "`[boards.hub75]`": Hub75,
    "`[web]`": Web, "`[kiosk]`": Kiosk, "`[filing]`": Filing,
    "`[policy]`": Policy, "`[clock]`": ClockTrust, "`[notify.email]`": Email,
}  # fmt: skip
OF_ANOTHER = {"the policy's": None}  # defaults that are no value


def rows(title: str) -> list[tuple[str, str, str, str]]:
    """(key, default, may be, what it is) as the page has them under a title."""
    text = PARTS[PARTS.index(title) + 1]
    found = re.findall(r"^\| `(\w+)` \|(.*?)\|(.+?)\|(.+)\|$", text, re.MULTILINE)
    return [(key, default.strip(), may_be.strip(), what.strip()) for key, default, may_be, what in found]


def said_default(text: str) -> Any:
    if text in OF_ANOTHER:
        return OF_ANOTHER[text]
    value = tomllib.loads(f"value = {text.strip('`')}")["value"] if text else PydanticUndefined
    return tuple(value) if isinstance(value, list) else value


def allowed(table: type[Section], key: str) -> str | None:
    """What a key may be, where its type says so."""
    field = table.model_fields[key]
    least = next((mark.ge for mark in field.metadata if isinstance(mark, Ge)), None)
    most = next((mark.le for mark in field.metadata if isinstance(mark, Le)), None)
    if least is not None and most is not None:
        return f"{least} to {most}"
    kind = bool if field.annotation is bool else field.annotation
    if kind is bool:
        return "`true`, `false`"
    if get_origin(kind) is Literal:
        return ", ".join(f'`"{each}"`' if isinstance(each, str) else f"`{each}`" for each in get_args(kind))
    return None


@pytest.mark.parametrize("title", TABLES)
def test_every_key_is_there_with_its_default_and_what_it_may_be(title: str) -> None:
    table, page = TABLES[title], rows(title)
    tables = {
        "amplifier",
        "zone_relays",
        "stop_switch",
        "emergency_contact",
        "self_test",
        "hub75",
    }  # with titles of their own
    own = [key for key in table.model_fields if table is not Amplifier or key not in Relay.model_fields]
    assert [key for key, _, _, _ in page] == [key for key in own if table not in {Output, Board} or key not in tables]
    assert {key: said_default(default) for key, default, _, _ in page} == {
        key: table.model_fields[key].default for key, _, _, _ in page
    }
    limits = {key: allowed(table, key) for key, _, _, _ in page}
    assert {key: may_be for key, _, may_be, _ in page if limits[key]} == {k: v for k, v in limits.items() if v}


def test_every_table_has_its_title() -> None:
    titles = [part for part in PARTS[1::2] if part.startswith("`[")]
    assert titles == list(TABLES)
    named = {re.sub(r"\W.*", "", title.strip("`[")) for title in titles}
    assert named == set(StationConfig.model_fields)
