"""What the player needs of a sound output, and the choice of one.

Two kinds pass the same contract tests: the mixer (a real card or sound server) and the recorder
(a WAV file, for a station without a card). Sound is mono, 48 kHz, 16 bit, little-endian.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Protocol

from audio.recorder import Recorder
from controller.core.errors import DeviceError

log = logging.getLogger(__name__)


class Clip(Protocol):
    """Sound that an output has taken in, ready to start at once."""

    @property
    def length_s(self) -> float: ...

    def play(self, from_s: float = 0.0) -> None:
        """Start now, in place of whatever sounds; from so many seconds on it rises softly. DeviceError if the
        output is gone."""


class Output(Protocol):
    @property
    def name(self) -> str:
        """What it plays through, e.g. "pulseaudio" or "wav"."""

    def take(self, pcm: bytes) -> Clip:
        """Make sound ready to be played (may copy)."""

    def cut(self) -> None:
        """Fall silent at once, with a fade of a few milliseconds."""

    def sounding(self) -> bool:
        """Whether the clip started last still sounds. DeviceError if the output is gone, also in silence."""

    def close(self) -> None: ...


class Opener:
    """Opens the configured output, again and again as it must.

    "auto" takes a sound server or card if there is one and records to `recording` otherwise; "wav"
    always records; anything else is the name of a device and must open, or DeviceError. A card that
    was there once must open too: a recording in its place would pass silence off as sound.
    """

    def __init__(self, device: str, buffer: int, recording: Path) -> None:
        self._device, self._buffer, self._recording = device, buffer, recording
        self._had_card = False

    def open(self) -> Output:
        if self._device == "wav":
            return Recorder(self._recording, time.monotonic)
        try:
            return self._card()
        except DeviceError as error:
            if self._device != "auto" or self._had_card:
                raise
            log.info("no sound card (%s): recording to %s", error, self._recording)
            return Recorder(self._recording, time.monotonic)

    def better(self) -> Output | None:
        """The card that has come since a recording was opened for want of one."""
        if self._device != "auto" or self._had_card:
            return None
        try:
            return self._card()
        except DeviceError:
            return None

    def _card(self) -> Output:
        from audio.mixer import Mixer  # pygame is loaded only where there may be a sound card

        card = Mixer("" if self._device == "auto" else self._device, self._buffer)
        self._had_card = True
        return card
