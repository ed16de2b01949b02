"""One sound by itself, made ready to be laid beside another: brought to one rate, and whitened. Pure, with numpy."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 8_000  # hertz, of everything here: a horn carries 300 to 4000
BAND = (300.0, 3600.0)
_FRAME, _STEP = 512, 128  # samples: syllables one way, harmonics of a voice the other


def decimated(sound: Samples | NDArray[np.int16], factor: int) -> Samples:
    """From `factor` times RATE to RATE, in blocks of two seconds whose spectrum is cut off. 16 bits are not made floats
    as a whole: five minutes at 48 kHz would take 60 MB twice."""
    full = 32768 if sound.dtype.kind == "i" else 1
    block, guard = 2 * RATE, RATE // 8
    whole = block + 2 * guard
    count = -(-len(sound) // factor)
    padded = np.pad(sound, (guard * factor, whole * factor))
    out = np.empty(-(-count // block) * block, np.float32)
    for first in range(0, count, block):
        spectrum = np.fft.rfft(padded[first * factor : (first + whole) * factor])[: whole // 2]
        out[first : first + block] = np.fft.irfft(spectrum, whole)[guard:-guard] / (factor * full)
    return out[:count]


def whitened(sound: Samples) -> Samples:
    """The band of a horn, each cell of time and frequency brought nearer to one size."""
    edge = (np.hanning(_FRAME + 1)[:-1]).astype(np.float32)
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE)
    band = (hertz >= BAND[0]) & (hertz <= BAND[1])
    padded = np.pad(sound, (_FRAME, 2 * _FRAME))
    frames = sliding_window_view(padded, _FRAME)[::_STEP]
    out = np.zeros(len(frames) * _STEP + _FRAME, np.float32)
    overlap = _FRAME // _STEP
    for first in range(0, len(frames), 1024):
        cells = np.fft.rfft(frames[first : first + 1024] * edge, axis=1)
        cells *= band / np.sqrt(np.abs(cells) + np.float32(1e-7))
        back = (np.fft.irfft(cells, _FRAME, axis=1) * edge).astype(np.float32)
        for shift in range(overlap):  # each row falls into `overlap` steps
            piece = back[:, shift * _STEP : (shift + 1) * _STEP].reshape(-1)
            at = (first + shift) * _STEP
            out[at : at + len(piece)] += piece
    return out[_FRAME : _FRAME + len(sound)]
