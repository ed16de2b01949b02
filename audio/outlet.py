"""What the player needs of a sound output, and the choice of one.

Both kinds, a real card or sound server and a WAV file for a station without one, are the same queue
(stream.py) over another sink, and pass the same contract tests. Sound is mono, 48 kHz, s16le.
"""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Protocol

from audio.sdl import Device, device_names
from audio.source import Source
from audio.stream import Stream
from audio.tape import Tape
from controller.core.errors import DeviceError, StationError

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """One thread uses it. Whatever it does but `close` may raise DeviceError; what reads a source, StationError."""

    @property
    def name(self) -> str:
        """What it plays through, e.g. "pulseaudio" or "wav"."""

    def play(self, source: Source, from_s: float = 0.0, gain_db: float = 0.0) -> None:
        """Start now, so many seconds from the source's beginning, in place of whatever sounds: that falls within
        10 ms while this rises (not if it starts at its beginning). What is all but over (`taking` is False) is not
        cut, this follows it. If the source cannot be read, nothing is cut."""

    def turn(self, gain_db: float) -> None:
        """Go on with what sounds so many decibels louder than it was given, from here on, within 10 ms."""

    def cut(self) -> None:
        """Fall silent within 10 ms."""

    def feed(self) -> None:
        """Hand over what comes next; to be called every 20 ms while something sounds, and no later than 1 s."""

    def at_s(self) -> float:
        """How far the source that was played last has been taken, in seconds from its beginning. So much of it will
        have been heard if it is cut now, or was heard if it has been cut."""

    def taking(self) -> bool:
        """Whether more than the last 60 ms have not been taken yet. What is played from then on follows without a gap
        and cuts nothing."""

    def sounding(self) -> bool:
        """Whether something is still to be heard, to its last sample. DeviceError if the output is gone, also in
        silence."""

    def close(self) -> None:
        """Let go at once; twice is once."""


class Opener:
    """Opens the configured output, again and again as it must.

    "auto" takes a sound server or card if there is one; "wav" always records; anything else is the name of a
    device. If that does not open, `fallback` (if it is not "") must. Where neither does, "auto" records to
    `recording`, unless there has been a card once: a recording in its place would pass silence off as sound.
    """

    def __init__(self, device: str, fallback: str, buffer: int, recording: Path, title: str = "") -> None:
        """`buffer` in samples; `title` is what a sound server shows of it."""
        self._device, self._fallback, self._buffer, self._recording = device, fallback, buffer, recording
        self._title = title
        self._had_card = False
        self._card: Device | None = None  # the last that was open
        self.on_fallback = False

    def open(self, doubted: bool = False) -> Outlet:
        """DeviceError if there is none. StationError if the last one is stuck: only a new process can open another.

        `doubted`: what was open took all that it was given, and yet no sound came out; then the other one goes first.
        """
        if self._card and self._card.stuck:
            raise StationError("the sound driver hangs")
        if doubted and self._fallback and not self.on_fallback:
            with contextlib.suppress(DeviceError):
                outlet = self._named(self._fallback)
                self.on_fallback = True
                return outlet
        self.on_fallback = False
        try:
            return self._named(self._device)
        except DeviceError as error:
            reason = error
        if self._fallback:
            try:
                outlet = self._named(self._fallback)
            except DeviceError as error:
                reason = DeviceError(f"{reason}; {error}")
            else:
                log.warning("the fallback output is taken: %s", reason)
                self.on_fallback = True
                return outlet
        if self._device != "auto" or self._had_card:
            raise reason
        log.info("no sound card (%s): recording to %s", reason, self._recording)
        return self._named("wav")

    def choices(self) -> list[str]:
        """What else could be configured, where it is by its name; it takes a moment."""
        return [] if self._device in ("auto", "wav") else device_names()

    def better(self) -> Outlet | None:
        """The configured output, if it can be had again while its fallback or a recording in its place is open.

        SDL can open one device at a time, so the fallback is closed meanwhile, and opened again in place if the
        configured one is not to be had: not to be called while anything sounds. It takes a tenth of a second.
        """
        if not self.on_fallback and (self._device != "auto" or self._had_card):
            return None
        fallback = self._card if self.on_fallback else None
        if fallback:
            fallback.close()
            if fallback.stuck:  # who looks at it next will see
                return None
        try:
            outlet = self._named(self._device)
        except DeviceError:
            if fallback:
                with contextlib.suppress(DeviceError):  # gone as well: the same
                    fallback.open()
            return None
        self.on_fallback = False
        return outlet

    def _named(self, device: str) -> Outlet:
        if device == "wav":
            return Stream(Tape(self._recording, time.monotonic), time.monotonic)
        card = Device("" if device == "auto" else device, self._buffer, self._title)
        card.open()
        self._card, self._had_card = card, True
        return Stream(card, time.monotonic)
