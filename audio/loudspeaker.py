"""The output of one audio process as the player sees it: opened, lost, found again, and sounding segments.

Owns the outlet, whichever it is just now, and knows how a programme's segment becomes a source. An
output that has been found silent is opened anew, each time after a longer while, so that a fault that
lasts does not fill the journal; or as soon as its sink is seen to be back, or not muted any more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from audio.outlet import Opener, Outlet
from audio.programme import ALARM_PAUSE_S, Item, Phase
from audio.source import Alarm, Limited, Repeated, Source
from controller.core.errors import DeviceError, StationError
from controller.core.ports import Clock

REOPEN_S = 1.0
REOPEN_MOST_S = 60.0
ASK_S = 1.5  # how often the sink that was found silent is asked whether it would take sound again
DOUBTED_S = 600.0  # one that was found silent is not believed again before
RUN_OUT_LOOK_S = 0.01
BETTER_S = 20.0  # how often a station on its fallback, or that records, looks for its own output
RATE = 48_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signals:
    """What sounds around the words; without `opening` and `closing` where no chime is wanted."""

    sources: Mapping[str, Source] = field(default_factory=dict)

    def length_s(self, name: str) -> float:
        return self.sources[name].length / RATE if name in self.sources else 0.0


def segment_of(item: Item, segment: Phase, words: Source, signals: Signals) -> Source:
    """What is to be heard of an item in one segment: its words as often as they are said, or a signal."""
    if segment is Phase.CLOSING:
        return signals.sources["closing"]
    if segment is Phase.OPENING:
        return signals.sources["alert" if item.emergency else "opening"]
    if not item.emergency:
        return Repeated(words, item.times, item.pause_s) if item.times > 1 else words
    alert = signals.sources["alert"]
    between = alert.length + round(ALARM_PAUSE_S * RATE)
    return Limited(Alarm(alert, words, ALARM_PAUSE_S), item.times * words.length + (item.times - 1) * between)


class Loudspeaker:
    """One thread uses it. `opened` is told the driver, and whether it is the fallback's; `closed`, that it is gone."""

    def __init__(
        self,
        opener: Opener,
        clock: Clock,
        opened: Callable[[str, bool], None],
        closed: Callable[[], None],
        takes_sound: Callable[[str], bool],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`takes_sound` says of a sink, by its name, whether it is there and lets sound out."""
        self._sleep = sleep
        self._opener, self._clock, self._opened, self._closed = opener, clock, opened, closed
        self._takes_sound = takes_sound
        self._silent_sink, self._seen_shut, self._ask_at = "", False, 0.0
        self._outlet: Outlet | None = None
        self._look_at, self._pause_s = 0.0, REOPEN_S
        self._gain_db = 0.0  # of what was played last
        self._doubted = False  # it took all that it was given, and no sound came out

    @property
    def there(self) -> bool:
        return self._outlet is not None

    @property
    def on_fallback(self) -> bool:
        return self._opener.on_fallback

    @property
    def name(self) -> str:
        return self._outlet.name if self._outlet else ""

    def choices(self) -> list[str]:
        return self._opener.choices()

    def look(self, at_rest: bool) -> bool:
        """Open it if it is lost; while nothing is to be played, see whether the better one has come back. True if it
        has been opened; DeviceError if there is none."""
        if self._clock.monotonic() < self._look_at and not self._sink_is_back():
            return False
        if self._outlet is None:
            self._look_at = self._clock.monotonic() + self._pause_s
            self._begin_with(self._opener.open(self._doubted))
            if self._doubted and self.on_fallback:
                self._look_at = self._clock.monotonic() + DOUBTED_S
            self._doubted = False
            return True
        if not at_rest:
            return False
        self._look_at = self._clock.monotonic() + BETTER_S
        better = self._opener.better()
        if better is None:
            return False
        self._outlet.close()
        self._begin_with(better)
        return True

    def play(self, source: Source, from_s: float, gain_db: float) -> None:
        """DeviceError if the output is gone, StationError if the source cannot be read."""
        if self._outlet is None:
            raise DeviceError("there is no output")
        self._outlet.play(source, from_s, gain_db)
        self._gain_db = gain_db

    def turn(self, gain_db: float) -> bool:
        """Have what sounds be so loud from here on; False if it is. Errors as of `play`."""
        if self._outlet is None or gain_db == self._gain_db:
            return False
        self._outlet.turn(gain_db)
        self._gain_db = gain_db
        return True

    def cut(self) -> None:
        if self._outlet:
            try:
                self._outlet.cut()
            except DeviceError as error:  # gone, and so silent; whoever looks next is told
                log.info("nothing to cut: %s", error)

    def goes_on(self) -> bool:
        """Hand over what comes next; whether there is more to take. Errors as of `play`."""
        if self._outlet is None:
            return False
        self._outlet.feed()
        self._outlet.sounding()  # asks whether the output is still there
        return self._outlet.taking()

    def at_s(self) -> float | None:
        """How far the source that was played last has come."""
        try:
            return self._outlet.at_s() if self._outlet else None
        except DeviceError:
            return None

    def run_out(self, limit_s: float) -> None:
        """Let what was handed over be heard to its last sample, for so long at most: closing cuts off the rest."""
        until = self._clock.monotonic() + limit_s
        try:
            while self._outlet and self._outlet.sounding() and self._clock.monotonic() < until:
                self._sleep(RUN_OUT_LOOK_S)
                self._outlet.feed()
        except (DeviceError, StationError) as error:
            log.info("nothing to run out: %s", error)

    def lost(self, proven_silent: bool, sink: str = "") -> None:
        """Let go of it. One that was proven silent is tried again ever more seldom, unless its sink comes back."""
        self.close()
        self._silent_sink, self._seen_shut = sink, False
        self._doubted = proven_silent
        again_s = self._pause_s if proven_silent else 0.0
        self._pause_s = min(REOPEN_MOST_S, 2 * self._pause_s) if proven_silent else REOPEN_S
        self._look_at = self._clock.monotonic() + again_s

    def proven(self) -> None:
        """Sound has come out of it."""
        self._pause_s = REOPEN_S

    def close(self) -> None:
        if self._outlet:
            self._outlet.close()
            self._closed()
        self._outlet = None

    def _sink_is_back(self) -> bool:
        """Whether the sink that was found silent was seen shut, and is no more."""
        now = self._clock.monotonic()
        if self._outlet or not self._silent_sink or now < self._ask_at:
            return False
        self._ask_at = now + ASK_S
        before, self._seen_shut = self._seen_shut, not self._takes_sound(self._silent_sink)
        return before and not self._seen_shut

    def _begin_with(self, outlet: Outlet) -> None:
        self._outlet = outlet
        log.info("sound goes to %s%s", outlet.name, " (the fallback)" if self.on_fallback else "")
        self._opened(outlet.name, self.on_fallback)
