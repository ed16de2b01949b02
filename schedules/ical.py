"""The grammar of iCalendar (RFC 5545, 3.1 to 3.3), and the only user of icalendar: bytes in, numbered lines out.

A line is known by the number that a person counts in the file: that of its first part, if it is
folded. Knows nothing of announcements and rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Calendar, Event, Timezone, vDuration, vRecur
from icalendar.parser import Contentline, unescape_backslash
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from controller.core.errors import InputError, Problem

__all__ = [
    "Block",
    "Calendar",
    "Event",
    "Line",
    "Timezone",
    "blocks_of",
    "duration_of",
    "recur_of",
    "zone_named",
    "zone_of_rules",
]

_OUTER = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"))  # never within one another (3.6)
_SHOWN = 60  # characters of a line that cannot be read
_DURATION = re.compile(r"[+-]?P(\d+W|(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One content line. `name` and the names of `params` are in capitals; `value` is as it stands."""

    number: int
    name: str
    params: Mapping[str, tuple[str, ...]]
    value: str
    raw: str

    @property
    def text(self) -> str:
        """The value of a TEXT property (3.3.11)."""
        unescaped: str = unescape_backslash(self.value)
        return unescaped


@dataclass(slots=True)
class Block:
    """A component: what stands between BEGIN and END."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)


def blocks_of(data: bytes | str) -> list[Block]:
    """The calendars of a file; InputError with the number of the line at which it cannot be read any further."""
    root = Block("", 0)
    open_blocks = [root]
    for number, raw in _unfolded(data):
        line = _line(number, raw)
        inner = open_blocks[-1]
        if line.name == "BEGIN":
            name = line.value.strip().upper()
            if (inner is root) != (name == "VCALENDAR") or (name in _OUTER and inner.name != "VCALENDAR"):
                raise _broken(number, raw)  # an END is missing before it
            block = Block(name, number)
            inner.blocks.append(block)
            open_blocks.append(block)
        elif line.name == "END":
            if line.value.strip().upper() != inner.name:
                raise _broken(number, raw)
            open_blocks.pop()
        elif inner is root:
            raise _broken(number, raw)
        else:
            inner.lines.append(line)
    if len(open_blocks) > 1:
        unclosed = open_blocks[-1]
        raise _broken(unclosed.number, f"BEGIN:{unclosed.name}")
    if not root.blocks:
        raise _broken(1, "")
    return root.blocks


def _unfolded(data: bytes | str) -> list[tuple[int, str]]:
    """Content lines with the number of the file's line on which each begins.

    Unfolded as bytes: a line may be folded within a character (3.1).
    """
    if isinstance(data, str):
        data = data.encode(errors="surrogatepass")
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()
    found: list[tuple[int, bytearray]] = []
    for number, piece in enumerate(re.split(rb"\r\n|\n|\r", data.removeprefix(b"\xef\xbb\xbf")), 1):
        if piece[:1] in (b" ", b"\t"):
            if found:
                found[-1][1].extend(piece[1:])
            elif piece.strip():
                raise _broken(number, piece.decode(errors="replace"))
        elif piece:
            found.append((number, bytearray(piece)))
    lines = []
    for number, content in found:
        try:
            lines.append((number, content.decode()))
        except UnicodeDecodeError as error:
            raise _broken(number, content.decode(errors="replace")) from error
    return [(number, raw) for number, raw in lines if raw.strip()]


def _line(number: int, raw: str) -> Line:
    content = Contentline(raw)  # type: ignore[no-untyped-call]  # the library says no types here
    try:
        name, params, value = content.raw_parts()
    except ValueError as error:
        raise _broken(number, raw) from error
    if content.value_separator_index() < 0:
        raise _broken(number, raw)
    listed = {str(key).upper(): tuple(each) if isinstance(each, list) else (str(each),) for key, each in params.items()}
    return Line(number, str(name).upper(), listed, value, raw)


def _broken(number: int, text: str) -> InputError:
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.strip())
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return InputError(Problem.of("calendar", "ics_broken", line=number, text=shown))


def duration_of(text: str) -> timedelta:
    """A DURATION (3.3.6); ValueError if it is none."""
    text = text.strip().upper()
    if not _DURATION.fullmatch(text) or text.endswith(("P", "T")):
        raise ValueError(text)
    found: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]  # nor here
    return found


def recur_of(text: str) -> vRecur:
    """An RRULE for an event that is written."""
    found: vRecur = vRecur.from_ical(text)
    return found


# --- zones


@lru_cache(maxsize=1)
def _known_zones() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones()}


def zone_named(tzid: str) -> str:
    """The IANA name that a TZID means: itself, the end of a longer one, or Windows' name for it; "" if none."""
    known = _known_zones()
    parts = tzid.strip().strip('"').split("/")
    for begin in range(len(parts)):
        found = known.get("/".join(parts[begin:]).replace(" ", "_").lower())
        if found:
            return found
    windows = WINDOWS_TO_OLSON.get(tzid.strip().strip('"'), "")
    return known.get(windows.lower(), "")


def zone_of_rules(block: Block, first: str) -> str:
    """The IANA zone whose clocks go as a VTIMEZONE says, `first` before all others; "" if there is none.

    Compared over twenty years, and on both sides of every change in them.
    """
    try:
        meant = _defined(block)
        instants = _telling_instants(meant)
        wanted = [at.astimezone(meant).utcoffset() for at in instants]
    except Exception:  # what is wrong in a definition makes the library fail in any way
        return ""
    for name in (first, *sorted(_known_zones().values())):
        zone = ZoneInfo(name)
        if all(at.astimezone(zone).utcoffset() == offset for at, offset in zip(instants, wanted, strict=True)):
            return name
    return ""


def _defined(block: Block) -> tzinfo:
    for line in (line for each in block.blocks for line in each.all("RRULE")):
        if "FREQ=YEARLY" not in line.value.upper():
            raise ValueError(line.value)  # no clock is changed more often; walking it would take for ever
    zone = Timezone.from_ical("\r\n".join(_written(block)))
    assert isinstance(zone, Timezone)  # noqa: S101 - that is what a VTIMEZONE gives
    found: tzinfo = zone.to_tz(lookup_tzid=False)
    return found


def _written(block: Block) -> list[str]:
    inner = [line for each in block.blocks for line in _written(each)]
    return [f"BEGIN:{block.name}", *(line.raw for line in block.lines), *inner, f"END:{block.name}"]


def _telling_instants(zone: tzinfo) -> list[datetime]:
    """Instants at which this zone differs from every other one with other rules."""

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    begin = datetime.combine(date(2020, 1, 1), datetime.min.time(), UTC)
    grid = [begin + timedelta(days=10 * number) for number in range(732)]
    found = grid[::9]
    for low, high in pairwise(grid):
        if offset(low) == offset(high):
            continue
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        found += [low - timedelta(minutes=1), high + timedelta(minutes=1)]
    return found
