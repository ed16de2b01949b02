"""SDL's own audio queue: the real sink, a card or a sound server. The only user of SDL's sound.

The library is the one that pygame brings along, called directly: neither Python's pygame nor its mixer
is loaded. SDL has one driver a process, so there is one open device at a time.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from audio.fades import RATE
from controller.core.errors import DeviceError

DRIVERS = ("pulseaudio", "pipewire", "alsa")  # sound servers first: they share the card
S16_LSB = 0x8010  # AUDIO_S16LSB of SDL_audio.h
STOPPED = 0  # SDL_AUDIO_STOPPED
CLOSE_LIMIT_S = 4.0  # a null sink takes its last two seconds; a server that has stopped answering takes for ever
ANSWER_LIMIT_S = 3.0
TRIAL = """
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.exit(ctypes.CDLL(sys.argv[1]).SDL_AudioInit(sys.argv[2].encode()) != 0)
"""
NAMES = """
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sdl = ctypes.CDLL(sys.argv[1])
sdl.SDL_GetAudioDeviceName.restype = ctypes.c_char_p
if sdl.SDL_AudioInit(sys.argv[2].encode()) == 0:
    for number in range(sdl.SDL_GetNumAudioDevices(0)):
        sys.stdout.buffer.write((sdl.SDL_GetAudioDeviceName(number, 0) or b"") + b"\\n")
"""
LATENCY, LATENCY_MS = "PULSE_LATENCY_MSEC", 40
PRIORITY = 5  # of real time, as sound servers have it
log = logging.getLogger(__name__)


class _Spec(ctypes.Structure):
    """SDL_AudioSpec of SDL 2."""

    _fields_ = (
        ("freq", ctypes.c_int),
        ("format", ctypes.c_uint16),
        ("channels", ctypes.c_uint8),
        ("silence", ctypes.c_uint8),
        ("samples", ctypes.c_uint16),
        ("padding", ctypes.c_uint16),
        ("size", ctypes.c_uint32),
        ("callback", ctypes.c_void_p),  # none: SDL takes from its queue, and silence when that is empty
        ("userdata", ctypes.c_void_p),
    )


class Device:
    """A `Sink`. It runs from `open` to `close`, also in silence: SDL is as busy while paused (it feeds silence),
    and a server tells of its end either way. Sound comes as soon, and nothing is to be woken."""

    name = ""

    def __init__(self, device: str, buffer: int, title: str = "") -> None:
        """`device` as SDL calls it, "" for the default one; `buffer` in samples; `title` as the server shows it."""
        self._wanted, self._buffer, self._title = device, buffer, title
        self.delay_s = buffer / RATE + max(buffer / RATE, LATENCY_MS / 1000)
        self._device = 0
        self._closing: threading.Thread | None = None
        self._library = library = _library()
        # Calls that may wait give other threads the interpreter. The quick ones keep it: to get it back while
        # the device is held could take so long that the device runs out of samples.
        self._slow, self._quick = ctypes.CDLL(library), ctypes.PyDLL(library)
        self._slow.SDL_GetError.restype = ctypes.c_char_p

    @property
    def stuck(self) -> bool:
        """Closing it has not come to an end yet; SDL cannot be used before it does."""
        return self._closing is not None and self._closing.is_alive()

    def open(self) -> None:
        """DeviceError if no driver has the device."""
        reasons = []
        for driver in _drivers():
            if driver == "alsa" and not _has_card():
                reasons.append("alsa: no card")
                continue
            try:
                self._open(driver)
            except DeviceError as error:
                reasons.append(str(error))
                continue
            return
        raise DeviceError("; ".join(reasons))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        self._quick.SDL_LockAudioDevice(self._device)
        try:
            yield
        finally:
            self._quick.SDL_UnlockAudioDevice(self._device)

    def put(self, pcm: bytes) -> None:
        if self._quick.SDL_QueueAudio(self._device, pcm, len(pcm)):
            raise DeviceError(f"{self.name}: {self._reason()}")

    def left(self) -> int:
        return int(self._quick.SDL_GetQueuedAudioSize(self._device)) // 2

    def clear(self) -> None:
        self._quick.SDL_ClearQueuedAudio(self._device)

    def check(self) -> None:
        if self._quick.SDL_GetAudioDeviceStatus(self._device) == STOPPED:
            raise DeviceError(f"{self.name}: the device is gone")

    def close(self) -> None:
        """Twice is once. One that does not come to an end is left behind, `stuck`."""
        if not self._device:
            return
        self._closing = threading.Thread(target=self._close, args=(self._device,), name="close-sound", daemon=True)
        self._device = 0
        self._closing.start()
        self._closing.join(CLOSE_LIMIT_S)
        if self.stuck:
            log.error("%s: the device does not let itself be closed", self.name)

    def _open(self, driver: str) -> None:
        self._try(driver)
        self._hint("SDL_NO_SIGNAL_HANDLERS", "1")
        self._hint("SDL_AUDIO_DEVICE_APP_NAME", "Loa Làng")
        self._hint("SDL_AUDIO_DEVICE_STREAM_NAME", self._title or "Loa Làng")
        wanted = _Spec(freq=RATE, format=S16_LSB, channels=1, samples=self._buffer)
        obtained = _Spec()
        if self._slow.SDL_AudioInit(driver.encode()):
            raise DeviceError(f"{driver}: {self._reason()}")
        known = _tasks()
        with _server_latency(LATENCY_MS if self._buffer < LATENCY_MS * RATE // 1000 else 0):
            device = self._slow.SDL_OpenAudioDevice(
                self._wanted.encode() or None, 0, ctypes.byref(wanted), ctypes.byref(obtained), 0
            )
        if not device:
            reason = self._reason()
            self._slow.SDL_AudioQuit()
            raise DeviceError(f"{driver}: {reason}")
        self._device, self.name = device, driver
        _first_of_all(_tasks() - known)
        self._slow.SDL_PauseAudioDevice(device, 0)

    def _try(self, driver: str) -> None:
        """Start the driver in a child first: SDL 2.28 breaks down at a PulseAudio server without any sink, and waits
        for ever for one that is there and does not answer."""
        try:
            subprocess.run(
                [sys.executable, "-I", "-S", "-c", TRIAL, self._library, driver],
                stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=ANSWER_LIMIT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DeviceError(f"{driver}: it does not answer") from error
        except subprocess.CalledProcessError as error:
            raise DeviceError(f"{driver}: {'it has no sink' if error.returncode < 0 else 'not there'}") from error

    def _close(self, device: int) -> None:
        self._slow.SDL_CloseAudioDevice(device)
        self._slow.SDL_AudioQuit()

    def _hint(self, name: str, value: str) -> None:
        self._slow.SDL_SetHint(name.encode(), value.encode())

    def _reason(self) -> str:
        return bytes(self._slow.SDL_GetError()).decode(errors="replace") or "SDL does not say why"


@contextlib.contextmanager
def _server_latency(least_ms: int) -> Iterator[None]:
    """Streams that are opened inside this block have the sound server hold so much ahead: with one buffer of 10 ms
    it tore whatever a busy machine kept from it for longer. Less than one buffer would make it lose samples; 0 leaves
    it as it is. (PulseAudio's client library looks at the variable.)"""
    if not least_ms or LATENCY in os.environ:
        yield
        return
    os.environ[LATENCY] = str(least_ms)
    try:
        yield
    finally:
        del os.environ[LATENCY]


def _tasks() -> frozenset[int]:
    """The threads of this process; SDL's own have no name yet when it returns."""
    return frozenset(int(task.name) for task in Path("/proc/self/task").iterdir())


def _first_of_all(tasks: frozenset[int]) -> None:
    """These threads go before everything that is not of real time, where that is allowed (RLIMIT_RTPRIO)."""
    for task in tasks:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(task, os.SCHED_RR, os.sched_param(PRIORITY))


def _library() -> str:
    """A module of pygame: it leads to the very SDL library that it was made for, wheel or package."""
    package = PathFinder.find_spec("pygame")
    base = package and PathFinder.find_spec("base", package.submodule_search_locations)
    if not base or not base.origin:
        raise DeviceError("pygame, which brings SDL, is not installed")
    return base.origin


def device_names() -> list[str]:
    """What `device` and `fallback` of an output may be, by the first driver that knows any; [] if none does. Asked in
    children, and within ANSWER_LIMIT_S in all: a server may break SDL or not answer."""
    until = time.monotonic() + ANSWER_LIMIT_S
    for driver in _drivers():
        with contextlib.suppress(subprocess.TimeoutExpired, DeviceError):
            done = subprocess.run(
                [sys.executable, "-I", "-S", "-c", NAMES, _library(), driver], stdin=subprocess.DEVNULL,
                capture_output=True, check=False, timeout=max(0.1, until - time.monotonic()),
            )  # fmt: skip
            if found := done.stdout.decode(errors="replace").splitlines():
                return found
    return []


def _drivers() -> tuple[str, ...]:
    return (os.environ["SDL_AUDIODRIVER"],) if "SDL_AUDIODRIVER" in os.environ else DRIVERS


def _has_card() -> bool:
    """Whether ALSA has a card at all; asking it to open none fills the log."""
    cards = Path("/proc/asound/cards")
    return cards.is_file() and "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace")
