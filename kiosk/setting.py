"""What every scene is told besides the state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from controller.core.palette import Rgb
from controller.core.words import Words
from kiosk.acts import Act
from kiosk.bulletin import Entry
from kiosk.look import MARGIN_MM, Frame
from kiosk.sheet import Measure, Sheet
from kiosk.widgets import Box


@dataclass(frozen=True, slots=True)
class Setting:
    frame: Frame
    measure: Measure
    words: Words
    site_name: str
    zone_names: Mapping[str, str]
    tz: tzinfo
    pressed: Act | None = None  # under the finger
    contrast: bool = False  # high contrast is on; colours are exchanged after a scene is composed
    helped: bool = False  # a helper has taken over, and every page says so

    def sheet(self, ground: Rgb) -> Sheet:
        return Sheet(self.frame, self.measure, ground, self.pressed)

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
