"""Loudness and true peak after ITU-R BS.1770-4, for sound at 48 kHz; the limiter built on them.

Arrays are float, full scale 1.0, shape (samples,) for mono or (channels, samples) for left and right.
Where sound is long it need not be in memory: anything that has a size and gives slices will do (Sliced).
A mono file is one channel: a 1 kHz sine at -23 dBFS is -26 LUFS there and -23 LUFS as left and right
(clause "channel weighting" of Annex 1; FFmpeg's ebur128 without `dualmono` agrees).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.floating]


class Sliced(Protocol):
    """One channel, wherever it lies."""

    @property
    def size(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sound: ...


RATE = 48_000
SILENT = float("-inf")
_SLOT = RATE // 10  # blocks of 400 ms overlap by three quarters, so they are sums of four slots of 100 ms
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0  # LUFS; LU below the mean of what passed the first
# Annex 1, tables 1 and 2: (b0, b1, b2), (1, a1, a2) of the head and of the low cut, at 48 kHz
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)
_LOW_CUT = (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)
_BLOCK = 1 << 16  # samples of one transform
_FRESH = 12 * _SLOT  # of these new; the others let the response to the past die away (below 1e-12)
_PIECE = 10 * RATE  # peaks are looked for piece by piece, so that long sound needs little memory
_PHASES, _TAPS = 4, 32  # oversampling, and the length of the interpolating filter
_REACH = RATE // 100  # samples over which the limiter turns down and up again


def integrated_lufs(sound: Sound | Sliced) -> float:
    """Gated programme loudness (Annex 1); -inf for silence.

    Sound shorter than one block is measured as if silence followed, for it has no loudness otherwise.
    """
    energy = np.sum([_slot_energies(channel) for channel in _channels(sound)], axis=0)
    blocks = np.convolve(energy, np.ones(4), "valid") / (4 * _SLOT)
    heard = blocks[blocks > 10 ** ((_ABSOLUTE_GATE + 0.691) / 10)]
    if not heard.size:
        return SILENT
    heard = heard[heard > heard.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return float(-0.691 + 10 * np.log10(heard.mean()))


def true_peak_dbtp(sound: Sound | Sliced) -> float:
    """The highest level between the samples too, oversampled four times (Annex 2); -inf for silence."""
    found = (peaks(piece).max() for channel in _channels(sound) for piece, _ in _pieces(channel, _TAPS))
    highest = float(max(found, default=0.0))
    return 20 * float(np.log10(highest)) if highest > 0 else SILENT


def peaks(channel: Sound) -> Sound:
    """For each sample the greatest magnitude from it up to the next one."""
    found = np.abs(channel)
    for phase in range(1, _PHASES):
        between = np.convolve(channel, _interpolator(phase / _PHASES, channel.dtype), "full")
        found = np.maximum(found, np.abs(between[_TAPS // 2 : _TAPS // 2 + channel.size]))
    return found


def limited(channel: Sliced, ceiling_dbtp: float, gain_db: float = 0.0) -> Iterator[Sound]:
    """The sound, louder by a gain, with its peaks turned down to the ceiling, slowly before and after each; in pieces.

    The gain wanted at each sample is spread over `_REACH` samples to both sides (a running minimum), then
    smoothed by a triangle of that very width, so that it is down before the peak comes: look-ahead, no click.
    """
    for quiet, own in _pieces(channel, 2 * _REACH + _TAPS):
        piece = (quiet * 10 ** (gain_db / 20)).astype(quiet.dtype)
        wanted = np.minimum(1.0, 10 ** (ceiling_dbtp / 20) / np.maximum(peaks(piece), 1e-9))
        gain = _running_minimum(np.pad(wanted, 2 * (_REACH - 1), mode="edge"), 2 * _REACH - 1)
        for _ in range(2):  # two boxes make a triangle
            total = np.cumsum(np.concatenate(([0.0], gain)))
            gain = (total[_REACH:] - total[:-_REACH]) / _REACH
        yield (piece * gain)[own].astype(piece.dtype)


def _channels(sound: Sound | Sliced) -> tuple[Sliced, ...]:
    return tuple(sound) if isinstance(sound, np.ndarray) and sound.ndim == 2 else (sound,)


def _pieces(channel: Sliced, margin: int) -> Iterator[tuple[Sound, slice]]:
    """Overlapping pieces of a channel, each with the part of it that is not margin."""
    for start in range(0, channel.size, _PIECE):
        before = min(start, margin)
        yield channel[start - before : start + _PIECE + margin], slice(before, before + _PIECE)


def _running_minimum(values: Sound, width: int) -> Sound:
    """The minimum of each `width` neighbours, by doubling."""
    covered = 1
    while covered < width:
        step = min(covered, width - covered)
        values = np.minimum(values[:-step], values[step:])
        covered += step
    return values


def _slot_energies(channel: Sliced) -> Sound:
    """The K-weighted energy of each whole slot: overlap-save with the filters' exact response."""
    z = np.exp(-2j * np.pi * np.arange(_BLOCK // 2 + 1) / _BLOCK)
    response = np.ones_like(z)
    for top, bottom in (_SHELF, _LOW_CUT):
        response *= np.polyval(top[::-1], z) / np.polyval(bottom[::-1], z)
    slots = max(4, channel.size // _SLOT)
    energies = []
    for start in range(0, slots * _SLOT, _FRESH):
        block = np.zeros(_BLOCK)
        first = start + _FRESH - _BLOCK  # of the past that still rings
        part = channel[max(0, first) : start + _FRESH]
        block[max(0, -first) : max(0, -first) + part.size] = part
        weighted = np.fft.irfft(np.fft.rfft(block) * response, _BLOCK)[-_FRESH:]
        energies.append((weighted**2).reshape(-1, _SLOT).sum(axis=1))
    return np.concatenate(energies)[:slots]


def _interpolator(fraction: float, kind: np.dtype[np.floating]) -> Sound:
    """A windowed sinc that gives the value `fraction` of a sample after each sample."""
    at = np.arange(_TAPS) - _TAPS // 2 + fraction
    kaiser = np.i0(8 * np.sqrt(np.maximum(0, 1 - (2 * at / _TAPS) ** 2))) / np.i0(8)
    taps: Sound = (np.sinc(at) * kaiser).astype(kind)
    return taps
