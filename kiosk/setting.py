"""What every scene is told besides the state, and the parts that several scenes share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from controller.core.palette import LEAF, MUTED, NIGHT, Rgb
from controller.core.words import LANGUAGES, Words
from kiosk.acts import SpeakTo
from kiosk.bulletin import Entry
from kiosk.flow import State
from kiosk.look import BUTTON_MM, GAP_MM, MARGIN_MM, Frame
from kiosk.sheet import FAULT_BADGE, WAIT_BADGE, Measure, Sheet
from kiosk.widgets import Box
from schedules.wording import time_words

BAR_MM = (48.0, 42.0, 103.0)  # the widths of back, language, primary
NARROW_BAR_MM = (40.0, 36.0, 54.0)  # on small panels, where labels take two lines


@dataclass(frozen=True, slots=True)
class Setting:
    frame: Frame
    measure: Measure
    words: Words
    site_name: str
    zone_names: Mapping[str, str]
    tz: tzinfo

    @property
    def room(self) -> Box:
        """The screen without its margins."""
        return Box(0, 0, self.frame.width, self.frame.height).inset(self.frame.mm(MARGIN_MM))

    def zones_of(self, entry: Entry) -> str:
        """The names of an entry's zones; "" where it is for all."""
        if not entry.zones or len(entry.zones) == len(self.zone_names):
            return ""
        return ", ".join(self.zone_names.get(zone, zone) for zone in entry.zones)

    def clock_of(self, entry: Entry) -> str:
        return entry.due.astimezone(self.tz).strftime("%H:%M")


@dataclass(frozen=True, slots=True)
class Bar:
    """The places of the buttons at the bottom, the same in every scene: back at the left, the
    primary action at the right. Where the screen is narrow they stand in two rows."""

    back: Box
    language: Box
    primary: Box

    @classmethod
    def of(cls, setting: Setting) -> Bar:
        frame, room = setting.frame, setting.room
        height, gap = frame.mm(BUTTON_MM), frame.mm(GAP_MM)
        bottom = room.bottom - height
        for widths in (BAR_MM, NARROW_BAR_MM):
            back, language, primary = (frame.mm(width) for width in widths)
            if back + language + primary + 2 * gap <= room.width:
                x = room.x + back + gap
                return cls(
                    Box(room.x, bottom, back, height),
                    Box(x, bottom, language, height),
                    Box(room.right - primary, bottom, primary, height),
                )
        half = (room.width - gap) // 2
        upper = bottom - height - gap
        return cls(
            Box(room.x, upper, half, height),
            Box(room.right - half, upper, half, height),
            Box(room.x, bottom, room.width, height),
        )

    @property
    def wide(self) -> Box:
        """The primary action's place where no button stands between it and the left one."""
        if self.primary.y != self.back.y:
            return self.primary
        return Box(self.language.x, self.primary.y, self.primary.right - self.language.x, self.primary.height)

    @property
    def top(self) -> int:
        return min(self.back.y, self.primary.y)


def other_language(sheet: Sheet, setting: Setting, box: Box) -> None:
    """The button that goes on in the other language, named in that language."""
    other = next(language for language in LANGUAGES if language != setting.words.language)
    sheet.button(box, setting.words(f"kiosk.language.{other}"), SpeakTo(other))


def fault_words(state: State, setting: Setting) -> str:
    """What is wrong, as a resident needs to know it; "" while all is in order."""
    words = setting.words
    if state.bulletin is None:
        return words("kiosk.not_yet")
    if state.lost_since is not None:
        return words("kiosk.fault.stale", time=time_words(state.lost_since.time(), words))
    for kind in (*state.faults, *state.bulletin.faults):
        key = f"kiosk.fault.{kind}"
        return words(key if words.has(key) else "kiosk.fault.device")
    return ""


def fault_lines(sheet: Sheet, state: State, setting: Setting) -> list[str]:
    said = fault_words(state, setting)
    style = setting.frame.style(1)
    return sheet.lines(said, setting.room.width - sheet.badge_width(style), style, 2)


def fault_strip(sheet: Sheet, state: State, setting: Setting, y: int) -> None:
    """What is wrong, with its badge, from `y` down."""
    style, room = setting.frame.style(1), setting.room
    colour: Rgb = LEAF if sheet.ground == NIGHT else MUTED
    lines = fault_lines(sheet, state, setting)
    begin = sheet.badge(room.x, y, style, FAULT_BADGE if state.bulletin else WAIT_BADGE)
    sheet.text(begin, y, room.right - begin, " ".join(lines), style, colour, most=len(lines))


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
