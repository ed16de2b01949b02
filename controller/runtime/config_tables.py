"""The tables of the station's configuration: what may stand in them, and what holds where nothing does.

How a file becomes one of these is `config_text`'s affair, what they mean together `config`'s.
"""

from __future__ import annotations

import difflib
from datetime import tzinfo
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Shown = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
# two clock times of the place; over midnight if the second is the earlier
QuietSpan = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
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


class Relay(Section):
    """A switch that the station throws: a channel of a relay board, or a pin of the Pi."""

    relay: Literal["none", "log", "lcus1", "modbus", "gpio"] = "none"
    port: str = ""  # of lcus1 and modbus: /dev/serial/by-path/...
    channel: int = Field(default=1, ge=1, le=64)  # counted from 1, as it is printed on the board
    unit: int = Field(default=1, ge=1, le=247)  # of modbus: the board's address
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600  # of modbus
    pin: int = Field(default=0, ge=0, le=27)  # of gpio: its BCM number
    active_low: bool = False  # of gpio: a low level switches on


class Amplifier(Relay):
    warm_up_s: float = Field(default=1.5, ge=0, le=30)
    hold_s: float = Field(default=3.0, ge=0, le=120)


class Contact(Section):
    """A button or switch that the station reads: a pin of the Pi, or a control line of a serial adapter."""

    contact: Literal["none", "gpio", "serial"] = "none"
    pin: int = Field(default=0, ge=0, le=27)  # of gpio: its BCM number; pulled up, the contact closes to ground
    port: str = ""  # of serial: /dev/serial/by-path/...
    line: Literal["cts", "dsr", "cd", "ri"] = "cts"  # of serial
    on: Literal["closed", "open"] = "closed"  # which state of the contact means "pressed"


class SelfTest(Section):
    """A short soft tone once a day, listened for at the sink and, where there is one, with the monitor input."""

    at: Literal[""] | ClockTime = ""  # none if empty
    level_dbfs: float = Field(default=-40.0, ge=-70, le=-12)


class Output(Section):
    """One sound output: one audio process, one amplifier."""

    name: Name
    zones: tuple[Name, ...] = Field(min_length=1)
    device: str = "auto"  # "auto", "wav" (a recording instead of sound), or a device's name
    fallback: str = ""  # another device, while `device` does not do what it says
    buffer: int = Field(default=512, ge=128, le=8192)  # samples at 48 kHz
    amplifier: Amplifier = Amplifier()
    zone_relays: dict[Name, Relay] = {}  # for zones that are switched apart behind the one amplifier
    monitor: str = ""  # what hears it: "sink", the name of a source of the sound server, or "alsa:DEVICE"
    stop_switch: Contact = Contact()
    emergency_contact: Contact = Contact()
    self_test: SelfTest = SelfTest()

    def switches_apart(self, zone: str) -> bool:
        """Whether a zone can be kept silent while others of this output are not."""
        return zone in self.zone_relays and self.zone_relays[zone].relay != "none"


class Speech(Section):
    engines: tuple[SpeechEngine, ...] = Field(default=("piper", "pyttsx3", "espeak-ng"), min_length=1)
    voice: Literal["vi", "vi-vn-x-central", "vi-vn-x-south"] = "vi"
    words_per_minute: int = Field(default=140, ge=80, le=260)
    piper_voice: str = ""  # path of a .onnx voice file; its .onnx.json beside it
    time_limit_s: float = Field(default=30.0, ge=1, le=600)  # per engine and announcement
    loudness_lufs: float = Field(default=-16.0, ge=-31, le=-9)
    true_peak_dbtp: float = Field(default=-1.0, ge=-9, le=-0.5)
    chime: bool = True


class Hub75(Section):
    """How panels are wired: of what size each is, to which pins, how bright. How many stand in a chain, and how
    many chains, follows from the board's size."""

    hardware_mapping: Literal["regular", "adafruit-hat", "adafruit-hat-pwm", "compute-module"] = "regular"
    panel_columns: Literal[16, 32, 64, 128] = 64
    panel_rows: Literal[8, 16, 32, 64] = 32
    brightness: int = Field(default=100, ge=1, le=100)  # per cent
    slowdown: int = Field(default=2, ge=0, le=10)  # of the pins, for a fast Pi or slow panels
    pulsing: Literal["hardware", "software"] = "software"  # by the Pi's PWM, which is also its sound's, and root's


SERIAL_BOARDS = frozenset({"alpha", "hanover"})  # kinds of boards by the line they hang on; others hang on none
NETWORK_BOARDS = frozenset({"huidu"})


class Board(Section):
    """A sign, a matrix of lamps, or a screen. Sizes are in dots; of a screen: its pixels."""

    id: Name
    name: Shown
    driver: Literal["alpha", "hanover", "huidu", "hub75", "screen"] = "alpha"
    port: str = "emulator"  # "emulator", /dev/serial/by-path/..., of huidu "address" or "address:port"; else "auto"
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400] = 9600
    address: int = Field(default=1, ge=0, le=15)  # of hanover: as its switch stands
    columns: int = Field(default=96, ge=16, le=3840)
    rows: int = Field(default=16, ge=7, le=2160)
    colours: Literal["one", "three", "full"] = "one"
    font: Literal["auto", "9x15", "10x20", "unifont", "dejavu"] = "auto"
    manner: Literal["pages", "scroll"] = "pages"  # of texts that do not fit on one page
    pages_at_most: int = Field(default=2, ge=1, le=9)  # of one text; a passer-by reads two. What is longer scrolls
    pool_bytes: int = Field(default=5482, ge=1000, le=65_535)  # of alpha: the sign's memory
    on_hours: tuple[QuietSpan, ...] = ()  # when it is lit; always if none. An emergency is shown at any hour
    zones: tuple[Name, ...] = ()  # none: all zones
    hub75: Hub75 = Hub75()

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, given: Any) -> Any:
        """What holds for a kind of board where nothing else is said."""
        if not isinstance(given, dict):
            return given
        always = {"colours": "full"} if given.get("driver") == "screen" else {}
        return {**_OF_KIND.get(str(given.get("driver")), {}), **given, **always}

    @model_validator(mode="after")
    def _of_whole_panels(self) -> Board:
        wide, high = self.hub75.panel_columns, self.hub75.panel_rows
        if self.driver == "hub75" and (self.columns % wide or self.rows % high or self.rows // high > 3):
            raise PydanticCustomError(
                "panels",
                "{columns} x {rows} points are no whole panels of {wide} x {high}, at most 3 one above the other",
                {"columns": self.columns, "rows": self.rows, "wide": wide, "high": high},
            )
        return self


_OF_KIND: dict[str, dict[str, object]] = {
    "screen": {"port": "auto", "columns": 1920, "rows": 1080},
    "hub75": {"port": "auto", "columns": 64, "rows": 32, "colours": "full"},
    "hanover": {"baud": 4800},
    "huidu": {"colours": "three"},
}


class Web(Section):
    host: str = "0.0.0.0"  # noqa: S104 - the page is for phones on the commune's network
    port: int = Field(default=8080, ge=1, le=65535)
    names: tuple[str, ...] = ()  # host names it answers to besides addresses, localhost and *.local


class Kiosk(Section):
    width_px: int = Field(default=1280, ge=480, le=7680)
    height_px: int = Field(default=800, ge=480, le=4320)
    width_mm: float = Field(default=217.0, ge=90, le=2000)  # of the lit area; a 10.1 inch panel
    full_screen: bool = True
    patience_s: int = Field(default=120, ge=40, le=900)  # without a touch, until a visit is ended and wiped
    voice: str = ""  # the kiosk's own sound output by its name; the default one if empty, "off" for none
    tone_place: Literal["old", "new"] = "old"  # of what residents type: hòa, thúy; or hoà, thuý
    camera: str = ""  # "/dev/v4l/by-id/...", or a picture's file to try it without one; none if empty
    scanner: str = ""  # of codes: "/dev/serial/by-path/...@9600"; one that types like a keyboard needs no entry
    printer: str = ""  # of receipts: "/dev/usb/lp0", "serial:/dev/serial/by-path/...@19200"; none if empty
    printer_dots: Literal[384, 576] = 576  # a line: paper of 58 or 80 mm
    printer_cuts: bool = True


class Filing(Section):
    """How long a resident's file is kept after its last step, until it is deleted with a record; days."""

    returned_days: int = Field(default=30, ge=1, le=3650)  # the result was handed over
    done_days: int = Field(default=180, ge=1, le=3650)  # it is ready, and nobody came for it
    closed_days: int = Field(default=90, ge=1, le=3650)  # refused, withdrawn or stopped


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
    renditions_mb: int = Field(default=2000, ge=50, le=100_000)  # of prepared sound that is kept
    approval: Literal["required", "off"] = "required"  # whether an official must have listened before it is broadcast
    finish_s: float = Field(default=10.0, ge=0, le=120)  # what has no more left than this, priority lets finish
    emergency_minutes: int = Field(default=15, ge=1, le=240)  # how long one is repeated, unless it says otherwise
    switch_stops_emergency: bool = True  # whether the local stop switch silences even an emergency


class Email(Section):
    """Where to tell people by e-mail; nobody if `host` is empty."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""  # a file that holds nothing but the password
    sender: str = ""
    to: tuple[str, ...] = ()


class Notify(Section):
    email: Email = Email()
