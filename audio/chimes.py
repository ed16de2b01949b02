"""The station's three signals, made from sines: opening, closing, alert. Mono, 48 kHz, s16le.

Pure Python without numpy, so that the process that plays stays small. Every note begins and ends at
silence. Peaks stay below -3 dBFS; loudness is near -16 LUFS, as loud as the words that follow.
"""

from __future__ import annotations

import cmath
import math
import sys
from array import array

RATE = 48_000
_PARTIALS = ((1.0, 1.0, 1.0), (2.0, 0.22, 0.6), (3.0, 0.10, 0.35), (5.4, 0.04, 0.12))  # of a bar: pitch, level, decay
_C5, _E5, _G5 = 523.25, 659.26, 783.99  # hertz; a horn carries little below 400
_ALERT = (960.0, 770.0)  # hertz, half a second each: unlike any chime, unlike a siren of the services
_ATTACK_S, _RELEASE_S = 0.01, 0.15


def opening() -> bytes:
    """1.6 s, three rising notes: listen, something follows."""
    sound = _silence(1.6)
    for start, hertz in ((0.0, _C5), (0.3, _E5), (0.6, _G5)):
        _strike(sound, start, hertz, level=0.34, decay_s=0.5)
    return _pcm(sound)


def closing() -> bytes:
    """1.2 s, two falling notes: that was all."""
    sound = _silence(1.2)
    for start, hertz in ((0.0, _G5), (0.3, _C5)):
        _strike(sound, start, hertz, level=0.37, decay_s=0.5)
    return _pcm(sound)


def alert() -> bytes:
    """4.0 s of two changing tones, within the 3 to 10 s that EN 54-16 asks for before an alarm's words."""
    sound = _silence(4.0)
    for part in range(8):
        _tone(sound, part * 0.5, 0.5, _ALERT[part % 2], level=0.22)
    return _pcm(sound)


def _silence(seconds: float) -> array[float]:
    return array("d", bytes(8 * round(seconds * RATE)))


def _strike(sound: array[float], start_s: float, hertz: float, level: float, decay_s: float) -> None:
    """A struck bar: each partial is one rotating, shrinking complex number."""
    first = round(start_s * RATE)
    attack = round(_ATTACK_S * RATE)
    for ratio, strength, length in _PARTIALS:
        turn = cmath.exp(complex(-1 / (decay_s * length * RATE), 2 * math.pi * hertz * ratio / RATE))
        state = complex(level * strength, 0.0)
        for index in range(first, len(sound)):
            state *= turn
            since = index - first
            sound[index] += state.imag if since >= attack else state.imag * since / attack


def _tone(sound: array[float], start_s: float, length_s: float, hertz: float, level: float) -> None:
    """A steady tone with its third harmonic, which a small horn needs, softly begun and ended."""
    first, count = round(start_s * RATE), round(length_s * RATE)
    edge = round(0.012 * RATE)
    step = 2 * math.pi * hertz / RATE
    for index in range(count):
        swell = min(1.0, index / edge, (count - 1 - index) / edge)
        phase = step * index
        sound[first + index] += level * swell * (math.sin(phase) + 0.25 * math.sin(3 * phase))


def _pcm(sound: array[float]) -> bytes:
    """16-bit samples; the last moments fade to nothing."""
    release = round(_RELEASE_S * RATE)
    last = len(sound) - 1
    samples = array("h", (round(32767 * value * min(1.0, (last - i) / release)) for i, value in enumerate(sound)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
