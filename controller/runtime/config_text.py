"""From a TOML text to the station's configuration.

Unknown keys stop the start; all mistakes are said at once, each with its line, its key and a
suggestion. Defaults are merged on presence, never on truth.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from controller.core.errors import ConfigError
from controller.runtime.config import StationConfig, nearest
from controller.runtime.config_tables import NETWORK_BOARDS, SERIAL_BOARDS, Section


def load_config(path: Path) -> StationConfig:
    """Read and check a configuration file, or raise ConfigError with every mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{path}: cannot be read: {error}",)) from error
    return parse_config(text, str(path))


def parse_config(text: str, origin: str) -> StationConfig:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((f"{origin}: not valid TOML: {error}",)) from error
    lines = _key_lines(text)
    mistakes = _loose_ends(document)
    config = None
    try:
        config = StationConfig.model_validate(document)
    except ValidationError as error:
        mistakes += [_mistake(details) for details in error.errors()]
    if config is not None and not mistakes:
        return config
    placed = sorted((_line_of(path, lines), f"{path}: {said}") for path, said in mistakes)
    # an item that is wrong within makes pydantic count it as absent: said once is enough
    shown = [
        (line, said)
        for line, said in placed
        if "at least 1 item" not in said or not any(s.startswith(said.split(":")[0] + ".") for _, s in placed)
    ]
    raise ConfigError(tuple(f"{origin}:{line}: {said}" for line, said in shown))


Mistake = tuple[str, str]  # (dotted key, what is wrong and what to do)


def _loose_ends(document: dict[str, Any]) -> list[Mistake]:
    """What a single value cannot tell: names given twice, names of nothing, zones nobody plays to.

    Works on the raw document, so that these are said together with the mistakes within.
    """
    found: list[Mistake] = []
    tables = {key: _tables(document.get(key)) for key in ("zones", "outputs", "boards")}
    for section, key in (("zones", "id"), ("outputs", "name"), ("boards", "id")):
        names = [table.get(key) for table in tables[section]]
        found += [
            (f"{section}.{index}.{key}", f"{name!r} is given twice")
            for index, name in enumerate(names)
            if name is not None and name in names[:index]
        ]
    zones = [str(table["id"]) for table in tables["zones"] if "id" in table]
    owner: dict[str, str] = {}
    for section in ("outputs", "boards"):
        for index, table in enumerate(tables[section]):
            named = table.get("zones")
            for zone in named if isinstance(named, list) else []:
                path = f"{section}.{index}.zones"
                if zone not in zones:
                    found.append((path, f"there is no zone {zone!r}{nearest(str(zone), zones)}"))
                elif section == "outputs" and zone in owner:
                    found.append((path, f"zone {zone!r} already belongs to output {owner[zone]!r}"))
                elif section == "outputs":
                    owner[zone] = str(table.get("name"))
    found += [
        (f"zones.{index}.id", f"zone {zone!r} belongs to no output, so nobody would hear it")
        for index, zone in enumerate(zones)
        if zone not in owner
    ]
    for index, table in enumerate(tables["outputs"]):
        found += _wiring(f"outputs.{index}", table)
    return found + _lines(tables["boards"])


def _lines(boards: list[dict[str, Any]]) -> list[Mistake]:
    """Boards whose port is none for their kind, or belongs to another board; colours that their kind does not have."""
    found: list[Mistake] = []
    owner: dict[str, str] = {}
    for index, table in enumerate(boards):
        driver, port, path = table.get("driver", "alpha"), table.get("port", ""), f"boards.{index}.port"
        if driver in {"screen", "hub75"} and port not in {"", "auto"}:
            found.append((path, f'a board of kind {driver!r} hangs on no line: leave it out, or say "auto"'))
        elif driver in NETWORK_BOARDS and str(port).startswith("/"):
            found.append((path, f'{driver} is reached by its address, e.g. "192.168.1.50"'))
        elif driver in SERIAL_BOARDS and port not in {"", "emulator"} and not str(port).startswith("/"):
            found.append((path, f'{driver} needs a serial line, e.g. "/dev/serial/by-path/..."'))
        elif port in owner:
            found.append((path, f"{port!r} already belongs to board {owner[port]!r}"))
        elif port not in {"", "emulator", "auto"}:
            owner[str(port)] = str(table.get("id"))
        if table.get("colours") == "full" and driver in SERIAL_BOARDS:
            found.append((f"boards.{index}.colours", f'{driver} has "one" or "three" colours'))
    return found


def _wiring(path: str, output: dict[str, Any]) -> list[Mistake]:
    """Relays and contacts that do not say where they are, and relays of zones that the output does not have."""
    found: list[Mistake] = []
    apart = output.get("zone_relays")
    relays = {f"zone_relays.{zone}": table for zone, table in (apart if isinstance(apart, dict) else {}).items()}
    relays["amplifier"] = output.get("amplifier")
    for key, table in relays.items():
        if isinstance(table, dict) and table.get("relay") in {"lcus1", "modbus"} and not table.get("port"):
            found.append(
                (f"{path}.{key}.relay", f'{table["relay"]} needs its port, e.g. port = "/dev/serial/by-path/..."')
            )
        if isinstance(table, dict) and table.get("relay") == "gpio" and "pin" not in table:
            found.append((f"{path}.{key}.relay", "gpio needs its pin, e.g. pin = 17"))
    zones = output.get("zones")
    known = [str(zone) for zone in zones] if isinstance(zones, list) else []
    found += [
        (f"{path}.zone_relays.{zone}", f"zone {zone!r} is not of this output{nearest(str(zone), known)}")
        for zone in (apart if isinstance(apart, dict) else {})
        if zone not in known
    ]
    for key in ("stop_switch", "emergency_contact"):
        table = output.get(key)
        if isinstance(table, dict) and table.get("contact") == "serial" and not table.get("port"):
            found.append((f"{path}.{key}.contact", 'serial needs its port, e.g. port = "/dev/serial/by-path/..."'))
        if isinstance(table, dict) and table.get("contact") == "gpio" and "pin" not in table:
            found.append((f"{path}.{key}.contact", "gpio needs its pin, e.g. pin = 27"))
    return found


def _tables(value: object) -> list[dict[str, Any]]:
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]\[]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+?)\s*=")


def _key_lines(text: str) -> dict[str, int]:
    """The line of every table and key of a TOML text: "outputs.0.amplifier.port" -> 7."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), 1):
        if table := _TABLE.match(line):
            names = [part.strip(" \"'") for part in table[2].split(".")]
            path: list[str] = []
            for depth, part in enumerate(names):
                path.append(part)
                spot = ".".join(path)
                if table[1] == "[[" and depth == len(names) - 1:
                    counts[spot] = counts.get(spot, -1) + 1
                if spot in counts:
                    path.append(str(counts[spot]))
            prefix = ".".join(path)
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            lines.setdefault(f"{prefix}.{name}" if prefix else name, number)
    return lines


def _line_of(path: str, lines: dict[str, int]) -> int:
    """The line of a key, else of the nearest table around it, else 1."""
    parts = path.split(".")
    return next((lines[spot] for n in range(len(parts), 0, -1) if (spot := ".".join(parts[:n])) in lines), 1)


def _mistake(details: ErrorDetails) -> Mistake:
    parts = [str(part) for part in details["loc"]]
    said = details["msg"]
    if details["type"] == "extra_forbidden":
        said = f"there is no such key{nearest(parts[-1], _keys_at(parts[:-1]))}"
    elif details["type"] == "string_pattern_mismatch" and "quiet_hours" in parts:
        said = f"{details['input']!r} is not a span of clock times, e.g. '21:00-05:30'"
    elif details["type"] == "string_pattern_mismatch":
        said = f"{details['input']!r} is not a name: small letters, digits and hyphens, e.g. 'trung-tam'"
    elif details["type"] == "missing":
        said = "is missing"
    elif isinstance(details["input"], str | int | float):
        said = f"{said} (it is {details['input']!r})"
    return ".".join(parts), said


def _keys_at(parts: list[str]) -> list[str]:
    """The keys that the section at a path knows, for suggestions."""
    model: Any = StationConfig
    for part in parts:
        if part.isdigit():
            continue
        field = model.model_fields.get(part)
        if field is None:
            return []
        kind = field.annotation
        for inner in getattr(kind, "__args__", ()):
            if isinstance(inner, type) and issubclass(inner, Section):
                kind = inner
        if not (isinstance(kind, type) and issubclass(kind, Section)):
            return []
        model = kind
    return list(model.model_fields)
