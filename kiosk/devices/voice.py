"""Says known texts aloud at the kiosk's own output, never on the loudspeakers. The one user of pygame's mixer.

What is said lies ready in files (controller/clips.py); several lines are said one after the other, and where somebody
has recorded several of them in one go, so. What is not there in a language is said in Vietnamese, as it is shown. A
text that is not ready, or that a resident has typed, is silent: people read it. Opened by the first touch, for an idle
output costs a hundredth of a core.
"""

from __future__ import annotations

import ctypes
import logging
import wave
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from controller.core.clips import RATE, key_of
from controller.core.errors import DeviceError
from controller.core.words import LANGUAGES
from controller.runtime.places import Places
from kiosk.sdl import pygame

OFF = "off"
BUFFER = 256  # frames; 11 ms
BETWEEN = bytes(2 * RATE // 4)  # lines of one saying
MOST_BYTES = 2 * RATE * 120
_SDL_INIT_AUDIO = 0x10
log = logging.getLogger(__name__)


class Voice:
    """`device`: SDL's name of the output, "" for the default one. For one thread."""

    def __init__(self, places: Places, device: str = "") -> None:
        self._places, self._device = places, device
        self._open = False
        self._said = b""  # SDL plays from it

    def open(self) -> None:
        """DeviceError("voice_none") if there is no output; then nothing is ever said."""
        if self._open or self._device == OFF:
            return
        _ask_the_server()
        self._mixer = import_module("pygame.mixer")  # not with the rest of pygame: a waiting kiosk pays nothing for it
        try:
            self._mixer.init(RATE, -16, 1, BUFFER, self._device or None, allowedchanges=0)
        except pygame.error as why:
            log.warning("no voice: %s", why)
            raise DeviceError("voice_none") from why
        self._open = True

    def say(self, text: str, language: str) -> float:
        """Instead of what is being said; how many seconds it takes, 0 for silence. DeviceError if it cannot be."""
        if not self._open:
            return 0.0
        wanted = BETWEEN.join(self._pieces([line for line in text.splitlines() if line.strip()], language))[:MOST_BYTES]
        self._mixer.stop()  # before what it plays from is let go
        self._said = wanted
        try:
            if wanted:
                self._mixer.Sound(buffer=wanted).play()
        except (pygame.error, MemoryError) as why:  # the latter where there is no output any more
            log.warning("no voice any more: %s", why)
            raise DeviceError("voice_none") from why
        return len(wanted) / 2 / RATE

    def close(self) -> None:
        if self._open:
            self._mixer.quit()
            self._open = False

    def _pieces(self, lines: list[str], language: str) -> Iterator[bytes]:
        """The sounds of lines; as many lines as lie ready in one."""
        at = 0
        while at < len(lines):
            for end in range(len(lines), at, -1):
                if content := self._sound("\n".join(lines[at:end]), language):
                    yield content
                    break
            at = end

    def _sound(self, text: str, language: str) -> bytes:
        for each in dict.fromkeys((language, LANGUAGES[0])):
            if content := _content(self._places.voice(key_of(text, each))):
                return content
        return b""


def _ask_the_server() -> None:
    """Begin with the sound once without Python's lock: a server that does not answer holds up this thread alone. pygame
    would hold the lock, and with it the whole kiosk; and it opens nothing if the sound was begun already, so it is
    ended again. What fails here fails there, and is told."""
    sdl = ctypes.CDLL(str(pygame.base.__file__))
    if sdl.SDL_InitSubSystem(_SDL_INIT_AUDIO) == 0:
        sdl.SDL_QuitSubSystem(_SDL_INIT_AUDIO)


def _content(file: Path) -> bytes:
    """Its samples; b"" for a file that is not there or is not one of ours."""
    try:
        with wave.open(str(file), "rb") as sound:
            if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
                return b""
            return sound.readframes(MOST_BYTES // 2)
    except (OSError, EOFError, wave.Error):
        return b""
