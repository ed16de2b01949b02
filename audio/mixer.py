"""The only user of pygame.mixer: one mono 48 kHz stream, one channel.

A clip lies whole in memory, so that sounding needs no disk, no thread of ours and no new process.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable
from pathlib import Path

from audio.fades import joined
from controller.core.errors import DeviceError
from controller.runtime.lean import without

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
with without("numpy", "pkg_resources"):
    import pygame
    import pygame.mixer as mixer  # loads it even where another room has imported pygame without it

RATE = 48_000
FADE_MS = 20
SDL_DEVICES = 16  # SDL 2 numbers its open devices from 1 to this
DRIVERS = ("pulseaudio", "pipewire", "alsa")  # sound servers first: they share the card


class MixerClip:
    def __init__(self, channel: mixer.Channel, pcm: bytes) -> None:
        self._channel = channel
        self._sound = mixer.Sound(buffer=pcm)
        self.length_s = len(pcm) / (2 * RATE)

    def play(self, from_s: float = 0.0) -> None:
        sound = self._sound
        if from_s:
            whole = memoryview(self._sound).cast("B")  # type: ignore[arg-type]  # a buffer, which its stub does not say
            sound = mixer.Sound(buffer=joined(whole, from_s))
        try:
            self._channel.play(sound)
        except pygame.error as error:
            raise DeviceError(f"the mixer is closed: {error}") from error


class Mixer:
    def __init__(self, device: str, buffer: int) -> None:
        """Open `device` ("" for the default one) with a buffer of so many samples."""
        reasons = []
        for driver in (os.environ["SDL_AUDIODRIVER"],) if "SDL_AUDIODRIVER" in os.environ else DRIVERS:
            if driver == "alsa" and not _has_card():
                reasons.append("alsa: no card")
                continue
            try:
                _open(driver, device, buffer)
            except pygame.error as error:
                reasons.append(f"{driver}: {error}")
                continue
            self.name = driver
            self._runs = _device_watch()
            self._channel = mixer.Channel(0)
            return
        raise DeviceError("; ".join(reasons))

    def take(self, pcm: bytes) -> MixerClip:
        try:
            return MixerClip(self._channel, pcm)
        except pygame.error as error:
            raise DeviceError(f"{self.name}: {error}") from error

    def cut(self) -> None:
        with contextlib.suppress(pygame.error):  # closed already: it is silent
            self._channel.fadeout(FADE_MS)

    def sounding(self) -> bool:
        """DeviceError if the sound server or the card has gone: `get_busy` goes on as if nothing had happened."""
        if not self._runs():
            raise DeviceError(f"{self.name}: the device is gone")
        try:
            return self._channel.get_busy()
        except pygame.error:
            return False

    def close(self) -> None:
        mixer.quit()


def _open(driver: str, device: str, buffer: int) -> None:
    before = os.environ.get("SDL_AUDIODRIVER")
    os.environ["SDL_AUDIODRIVER"] = driver
    try:
        mixer.init(RATE, -16, 1, buffer, devicename=device or None, allowedchanges=0)
        mixer.set_num_channels(1)
    finally:
        if before is None:
            del os.environ["SDL_AUDIODRIVER"]
        else:
            os.environ["SDL_AUDIODRIVER"] = before


def _device_watch() -> Callable[[], bool]:
    """Tells whether SDL still feeds the device that has just been opened (SDL_GetAudioDeviceStatus).

    The extension module leads to the very SDL library that it uses itself. Without that function
    nothing is known, and all is taken to be well.
    """
    try:
        status = ctypes.CDLL(mixer.__file__).SDL_GetAudioDeviceStatus
    except (OSError, AttributeError):
        return lambda: True
    opened = [number for number in range(1, SDL_DEVICES + 1) if status(number)]
    return lambda: all(status(number) for number in opened)


def _has_card() -> bool:
    """Whether ALSA has a card at all; asking it to open none fills the log."""
    cards = Path("/proc/asound/cards")
    return cards.is_file() and "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace")
