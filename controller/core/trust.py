"""Whether the station believes its clock, and why. Pure: signs in, a state and its age out.

A Pi without a clock chip starts at the last time it knew: plausible, and late by the length of the
power cut. So the clock is believed only for a reason. The first line that holds decides:

| sign                                                                            | state        |
|---------------------------------------------------------------------------------|--------------|
| the configuration does not ask                                                  | OFF          |
| the kernel says so, or synchronised less than FRESH_S ago and not set since     | SYNCHRONISED |
| it is earlier than the last known time (or than this program)                   | DOUBTFUL     |
| synchronised in this boot, not set since, and no official has spoken since      | HELD         |
| it agrees with the configured battery-backed chip to CHIP_S                     | CHIP         |
| an official said in this boot that it is right, and it was not set since        | CONFIRMED    |
| none of these                                                                   | DOUBTFUL     |

- The primary sign is the file that systemd-timesyncd touches at every synchronisation
  (/run/systemd/timesync/synchronized). The kernel's own flag (adjtimex(2), STA_UNSYNC) is the fallback,
  for chrony and ntpd; setting the clock by hand clears it (settimeofday(2) does), so it needs no second look.
- "Set" is a change of the wall clock against the boot clock by more than SET_S. Slewing moves both clocks alike,
  so their difference stays the same for a whole boot unless somebody sets the wall clock. A
  synchronisation that sets it touches the file anew, and so explains it.
- A fresh synchronisation cures everything. Nothing else cures a clock that is earlier than the last known time but
  an official's word given while it is (whoever takes the word then forgets the later time).
- Nothing here outlives a boot: whatever was known before a power cut says nothing about the clock after it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FRESH_S = 7200.0  # three polls of systemd-timesyncd at its slowest (2048 s)
SET_S = 1.0  # the wall clock was set if it moved by more against the boot clock; a leap second is not
CHIP_S = 60.0  # a good chip drifts a minute in a year
EARLIER_S = 2.0  # earlier than the last known time by less than this is not worth a word
PROGRAM = datetime(2026, 1, 1, tzinfo=UTC)  # before this program was written


class Trust(StrEnum):
    OFF = "off"
    SYNCHRONISED = "synchronised"
    HELD = "held"
    CHIP = "chip"
    CONFIRMED = "confirmed"
    DOUBTFUL = "doubtful"


class Doubt(StrEnum):
    NONE = ""
    START = "start"  # nothing vouches for it since the machine started
    SET = "set"  # somebody set it, and no synchronisation explains that
    EARLIER = "earlier"  # than a time that has been already


@dataclass(frozen=True, slots=True)
class Since:
    """How long ago something was (seconds of the boot clock), and how far the wall clock was set since then."""

    age_s: float
    set_s: float = 0.0

    @property
    def holds(self) -> bool:
        return abs(self.set_s) <= SET_S


@dataclass(frozen=True, slots=True)
class Signs:
    asked: bool = True
    kernel: bool = False
    synchronised: Since | None = None  # last seen so in this boot
    chip_off_s: float | None = None  # system clock less chip; None: none configured, unreadable or implausible
    word: Since | None = None  # of an official in this boot
    earlier: bool = False  # than the last known time


@dataclass(frozen=True, slots=True)
class Verdict:
    trust: Trust
    age_s: float | None = None  # since the synchronisation, or the official's word
    doubt: Doubt = Doubt.NONE

    @property
    def believed(self) -> bool:
        return self.trust is not Trust.DOUBTFUL


def judge(signs: Signs) -> Verdict:
    """The table above."""
    synchronised, word = signs.synchronised, signs.word
    if not signs.asked:
        return Verdict(Trust.OFF)
    if signs.kernel:
        return Verdict(Trust.SYNCHRONISED, 0.0)
    held = synchronised is not None and synchronised.holds
    if synchronised and held and synchronised.age_s <= FRESH_S:
        return Verdict(Trust.SYNCHRONISED, synchronised.age_s)
    if signs.earlier:
        return Verdict(Trust.DOUBTFUL, doubt=Doubt.EARLIER)
    said = word is not None and word.holds
    if synchronised and held and not (word and said and word.age_s < synchronised.age_s):
        return Verdict(Trust.HELD, synchronised.age_s)
    if signs.chip_off_s is not None and abs(signs.chip_off_s) <= CHIP_S:
        return Verdict(Trust.CHIP)
    if word and said:
        return Verdict(Trust.CONFIRMED, word.age_s)
    return Verdict(Trust.DOUBTFUL, doubt=Doubt.SET if synchronised or word else Doubt.START)


def chip_off_s(now: datetime, chip: datetime | None, known: datetime | None) -> float | None:
    """How far the system clock is from the chip; None where the chip is plainly wrong itself: a flat
    battery makes it start in the past."""
    if chip is None or is_earlier(chip, known):
        return None
    return (now - chip).total_seconds()


def is_earlier(at: datetime, known: datetime | None) -> bool:
    """Than the last known time, or than this program."""
    return at < PROGRAM or (known is not None and at < known - timedelta(seconds=EARLIER_S))


def known_after(known: datetime | None, now: datetime, trust: Trust) -> datetime | None:
    """The last known time: one that has certainly been.

    Forward only, unless the clock is synchronised: then one that ran ahead may go back. A doubtful clock is not
    taken at its word.
    """
    if trust is Trust.SYNCHRONISED:
        return now
    if trust is Trust.DOUBTFUL:
        return known
    return max(now, known) if known else now


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant of a boot: seconds of the boot clock, and wall clock less boot clock then."""

    at: float
    offset: float

    def since(self, now: Mark) -> Since:
        return Since(max(0.0, now.at - self.at), now.offset - self.offset)


@dataclass(frozen=True, slots=True)
class Word:
    """An official's "the clock is right", for one boot."""

    boot: str
    by: str
    mark: Mark

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Word | None:
        """None for what is no such text."""
        try:
            document = json.loads(text)
            return cls(str(document["boot"]), str(document["by"]), _mark(document["mark"]))
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Stand:
    """What the controller has found of the clock of one boot, kept for the other processes and for itself."""

    boot: str
    trust: Trust
    doubt: Doubt = Doubt.NONE
    by: str = ""  # whose word is believed
    since: float | None = None  # of the boot clock: what the age counts from
    synchronised: Mark | None = None
    touched: float | None = None  # the file's time when it was last seen to change

    @property
    def believed(self) -> bool:
        return self.trust is not Trust.DOUBTFUL

    def age_s(self, at: float) -> float | None:
        """At an instant of the boot clock."""
        return None if self.since is None else max(0.0, at - self.since)

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Stand | None:
        """None for what is no such text."""
        try:
            document = json.loads(text)
            mark = document["synchronised"]
            return cls(
                str(document["boot"]), Trust(document["trust"]), Doubt(document["doubt"]), str(document["by"]),
                _number(document["since"]), _mark(mark) if mark else None, _number(document["touched"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return None


def _mark(document: Mapping[str, float]) -> Mark:
    return Mark(float(document["at"]), float(document["offset"]))


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
