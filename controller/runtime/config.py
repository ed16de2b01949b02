"""The station's configuration: TOML in, one frozen typed object out.

Unknown keys stop the start; all mistakes are said at once, each with its line, its key and a
suggestion. Defaults are merged on presence, never on truth. There is no default secret.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from controller.core.errors import ConfigError
from controller.core.quiet import Span, span_of

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Shown = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
# two clock times of the place; over midnight if the second is the earlier
QuietSpan = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
SpeechEngine = Literal["piper", "pyttsx3", "espeak-ng"]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Site(Section):
    id: Name = "lang"
    name: Shown = "Xã nhà"
    timezone: str = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en"] = "vi"

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if name not in available_timezones():
            near = difflib.get_close_matches(name, sorted(available_timezones()), 1)
            hint = f"; did you mean {near[0]!r}?" if near else "; e.g. 'Asia/Ho_Chi_Minh'"
            raise PydanticCustomError("timezone", "there is no such time zone{hint}", {"hint": hint})
        return name

    @cached_property
    def tz(self) -> tzinfo:
        return ZoneInfo(self.timezone)


class Zone(Section):
    """A part of the commune that hears the same thing: a hamlet, a cluster of speakers."""

    id: Name
    name: Shown
    quiet_hours: tuple[QuietSpan, ...] | None = None  # None: the policy's
    max_minutes_a_day: int | None = Field(default=None, ge=0, le=1440)  # None: the policy's; 0: no limit


class Amplifier(Section):
    relay: Literal["none", "log", "lcus1"] = "none"
    port: str = ""  # of lcus1: /dev/serial/by-path/...
    channel: int = Field(default=1, ge=1, le=8)
    warm_up_s: float = Field(default=1.5, ge=0, le=30)
    hold_s: float = Field(default=3.0, ge=0, le=120)


class Output(Section):
    """One sound output: one audio process, one amplifier."""

    name: Name
    zones: tuple[Name, ...] = Field(min_length=1)
    device: str = "auto"  # "auto", "wav" (a recording instead of sound), or a device's name
    buffer: int = Field(default=512, ge=128, le=8192)  # samples at 48 kHz
    amplifier: Amplifier = Amplifier()


class Speech(Section):
    engines: tuple[SpeechEngine, ...] = Field(default=("piper", "pyttsx3", "espeak-ng"), min_length=1)
    voice: Literal["vi", "vi-vn-x-central", "vi-vn-x-south"] = "vi"
    words_per_minute: int = Field(default=140, ge=80, le=260)
    piper_voice: str = ""  # path of a .onnx voice file; its .onnx.json beside it
    time_limit_s: float = Field(default=30.0, ge=1, le=600)  # per engine and announcement
    loudness_lufs: float = Field(default=-16.0, ge=-31, le=-9)
    true_peak_dbtp: float = Field(default=-1.0, ge=-9, le=-0.5)
    chime: bool = True


class Board(Section):
    id: Name
    name: Shown
    driver: Literal["alpha"] = "alpha"
    port: str = "emulator"  # "emulator", or /dev/serial/by-id/...
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400] = 9600
    columns: int = Field(default=96, ge=16, le=512)  # pixels
    rows: int = Field(default=16, ge=7, le=64)
    zones: tuple[Name, ...] = ()  # none: all zones


class Web(Section):
    host: str = "0.0.0.0"  # noqa: S104 - the page is for phones on the commune's network
    port: int = Field(default=8080, ge=1, le=65535)
    names: tuple[str, ...] = ()  # host names it answers to besides addresses, localhost and *.local


class Kiosk(Section):
    width_px: int = Field(default=1280, ge=480, le=7680)
    height_px: int = Field(default=800, ge=480, le=4320)
    width_mm: float = Field(default=217.0, ge=90, le=2000)  # of the lit area; a 10.1 inch panel
    full_screen: bool = True


class ClockTrust(Section):
    """When the clock may be believed: a Pi without a clock chip starts in the past."""

    trust: Literal["required", "off"] = "required"
    chip: str = ""  # a battery-backed clock, e.g. "/dev/rtc0"; none if empty


class Policy(Section):
    quiet_hours: tuple[QuietSpan, ...] = ("21:00-05:30", "11:30-13:30")  # () switches them off
    max_minutes_a_day: int = Field(default=60, ge=0, le=1440)  # of speech in a zone before the page warns; 0: none
    late_window_s: int = Field(default=600, ge=0, le=86_400)
    lead_s: float = Field(default=30.0, ge=5, le=600)  # how long before its instant an utterance is queued
    max_duration_s: int = Field(default=900, ge=10, le=7200)
    board_after_s: int = Field(default=600, ge=0, le=86_400)  # an announcement stays on the boards so long
    disk_reserve_mb: int = Field(default=200, ge=20, le=10_000)


class StationConfig(Section):
    site: Site = Site()
    zones: tuple[Zone, ...] = Field(min_length=1)
    outputs: tuple[Output, ...] = Field(min_length=1)
    speech: Speech = Speech()
    boards: tuple[Board, ...] = ()
    web: Web = Web()
    kiosk: Kiosk = Kiosk()
    policy: Policy = Policy()
    clock: ClockTrust = ClockTrust()

    def output_of(self, zone: str) -> Output:
        return next(output for output in self.outputs if zone in output.zones)

    def reached(self, zones: Iterable[str]) -> tuple[str, ...]:
        """The zones that hear what is played for some zones, in order.

        The loudspeakers of one output are not switched apart: a sound for one of its zones is heard in all of them.
        """
        wanted = set(zones)
        heard = {zone for output in self.outputs if wanted & set(output.zones) for zone in output.zones}
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

    def output(self, name: str) -> Output:
        for output in self.outputs:
            if output.name == name:
                return output
        raise ConfigError((f"outputs: there is no output {name!r}{_nearest(name, [o.name for o in self.outputs])}",))

    def board(self, ident: str) -> Board:
        for board in self.boards:
            if board.id == ident:
                return board
        raise ConfigError((f"boards: there is no board {ident!r}{_nearest(ident, [b.id for b in self.boards])}",))

    def boards_of(self, zones: tuple[str, ...]) -> tuple[str, ...]:
        """The boards on which something for these zones is shown."""
        return tuple(b.id for b in self.boards if not b.zones or set(b.zones) & set(zones))


def on_trial(config: StationConfig) -> str:
    """What only a first look goes without: "quiet_hours" where no zone has any, "clock" where any is believed,
    "both", or "" for a real station."""
    quiet, checked = any(config.quiet_of(zone.id) for zone in config.zones), config.clock.trust == "required"
    return {(True, True): "", (True, False): "clock", (False, True): "quiet_hours", (False, False): "both"}[
        quiet, checked
    ]


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
                    found.append((path, f"there is no zone {zone!r}{_nearest(str(zone), zones)}"))
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
        amplifier = table.get("amplifier")
        if isinstance(amplifier, dict) and amplifier.get("relay") == "lcus1" and not amplifier.get("port"):
            found.append(
                (
                    f"outputs.{index}.amplifier.relay",
                    'lcus1 needs its port, e.g. port = "/dev/serial/by-path/..."',
                )
            )
    return found


def _tables(value: object) -> list[dict[str, Any]]:
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known) or 'none'}"


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
        said = f"there is no such key{_nearest(parts[-1], _keys_at(parts[:-1]))}"
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
