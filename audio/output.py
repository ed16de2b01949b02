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

    def play(self) -> None:
        """Start now, in place of whatever sounds. DeviceError if the output is gone."""


class Output(Protocol):
    @property
    def name(self) -> str:
        """What it plays through, e.g. "pulseaudio" or "wav"."""

    def take(self, pcm: bytes) -> Clip:
        """Make sound ready to be played (may copy)."""

    def cut(self) -> None:
        """Fall silent at once, with a fade of a few milliseconds."""

    def sounding(self) -> bool:
        """Whether the clip started last still sounds."""

    def close(self) -> None: ...


def open_output(device: str, buffer: int, recording: Path) -> Output:
    """Open the configured output.

    "auto" takes a sound server or card if there is one and records to `recording` otherwise; "wav"
    always records; anything else is the name of a device and must open, or DeviceError.
    """
    if device == "wav":
        return Recorder(recording, time.monotonic)
    from audio.mixer import Mixer  # pygame is loaded only where there may be a sound card

    try:
        return Mixer("" if device == "auto" else device, buffer)
    except DeviceError as error:
        if device != "auto":
            raise
        log.info("no sound card (%s): recording to %s", error, recording)
        return Recorder(recording, time.monotonic)
