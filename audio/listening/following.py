"""Where in a recording each window of the words is found. Pure, with numpy.

The delay stays what it was, slipping as slowly as the clock of a sound card does, or it is torn: a sink that got no
processor time has inserted silence, or somebody has lost samples. A tear is believed only if the windows behind it
agree so much better that it pays for the search; each stretch is looked for near the one before, so that another
programme cannot be put together of phrases that both share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.listening.spectra import RATE, Samples

WINDOW_S, HOP_S = 1.0, 0.5
EARLIEST_S, LATEST_S = -0.25, 1.3  # of the words' first delay: a chain takes 0 to 1 s, and the ear's clock is a guess
WHOLE_S = (EARLIEST_S - 2.0, LATEST_S + 2.0)  # of all delays looked at: what tears may add up to, or an hour's drift
STEP_S = 0.6  # the longest tear. Phrases that two programmes share lie, as a rule, seconds apart
# What is added up are squares of agreement. Words that have moved bring 0.06 a window at 0 dB SNR, 0.1 at 6 and 0.3
# without noise; a second of a phrase that another programme of the same voice shares, 0.1 to 0.4.
TEAR, SLIP = 0.15, 0.02  # the price of a tear, and of another millisecond
POOL = 8  # samples, 1 ms: how finely delays are told apart
_TWO_CHANCES = 2**0.5  # two delays added up agree so much better with anything at all
_REACH = round(STEP_S * RATE / POOL)
_BATCH = 16
SHORT_S = 0.25  # of the pieces that are looked at on either side of a tear
SHORT_AGREES = 0.12


@dataclass(frozen=True, slots=True)
class Followed:
    """One entry a window: how well it agrees with the recording (0..1) at its delay (s), and the number of its stretch.
    `begins_s`: the delay of the first stretch that agrees by itself, None if there is none. `lost_s`: of the words, at
    tears, that lie on neither side."""

    score: NDArray[np.float64]
    lag_s: NDArray[np.float64]
    stretch: NDArray[np.intp]
    begins_s: float | None
    lost_s: float


def starts(length: int) -> NDArray[np.intp]:
    """The first sample of each window of the words."""
    return np.arange(0, length - int(WINDOW_S * RATE) + 1, int(HOP_S * RATE))


def followed(
    words: Samples, heard: Samples, offset_s: float, live: NDArray[np.bool_], first_s: tuple[float, float]
) -> Followed:
    """Both whitened; `live` are the windows with words, `first_s` the delays at which they may begin."""
    pooled, where = correlated(words, heard, offset_s, np.flatnonzero(live), WHOLE_S)
    beside = np.zeros_like(pooled)  # a delay may lie on the border of two milliseconds
    np.maximum(pooled[:, :-1], pooled[:, 1:], out=beside[:, :-1])
    low, high = (round((delay_s - WHOLE_S[0]) * RATE / POOL) for delay_s in first_s)
    steps = path(np.square(beside), slice(low, high + 1))
    rows = np.arange(len(steps))
    cells = np.where(beside[rows, steps] > pooled[rows, steps], steps + 1, steps)
    score = pooled[rows, cells].astype(np.float64)
    lag_s = WHOLE_S[0] + (cells * POOL + where[rows, cells]) / RATE
    torn = np.flatnonzero(np.abs(np.diff(steps)) > 1) + 1
    stretch, lost_s = np.searchsorted(torn, rows, "right"), 0.0
    alone = np.bincount(stretch, score**2)
    agreed = lag_s[np.argmax(np.where(stretch == np.argmax(alone >= TEAR), score, 0))]
    begins_s = float(agreed) if alone.max() >= TEAR else None
    for row in torn:
        for each in (row - 1, row):  # a window across a tear is heard in two parts
            both = (beside[each, steps[row - 1]] + beside[each, steps[row]]) / _TWO_CHANCES
            score[each] = max(score[each], min(1.0, float(both)))
        lost_s += _lost_s(words, heard, starts(len(words))[row], (float(lag_s[row - 1]), float(lag_s[row])), offset_s)
    return Followed(score, lag_s, stretch, begins_s, lost_s)


def path(strength: Samples, first: slice) -> NDArray[np.intp]:
    """(windows, delays of 1 ms) -> the delay of each window, so that the sum less the price of changes is greatest."""
    count, lags = strength.shape
    totals = np.empty((count, lags), np.float32)
    total = np.full(lags, -np.inf, np.float32)
    total[first] = 0
    for row in range(count):
        if row:
            moved = np.maximum(total, highest_near(total, _REACH) - TEAR)
            np.maximum(moved[1:], total[:-1] - SLIP, out=moved[1:])
            np.maximum(moved[:-1], total[1:] - SLIP, out=moved[:-1])
            total = moved
        total = total + strength[row]
        totals[row] = total
    cells = np.empty(count, np.intp)
    at = int(np.argmax(totals[-1])) if count else 0
    for row in range(count - 1, -1, -1):
        cells[row] = at
        at = _before(totals[row - 1], at) if row else at
    return cells


def highest_near(values: Samples, reach: int) -> Samples:
    """Of each place and those no further from it than that."""
    width = 2 * reach + 1
    highest: Samples = np.pad(values, reach, constant_values=-np.inf)
    size = 1
    while 2 * size <= width:
        highest = np.maximum(highest[:-size], highest[size:])
        size *= 2
    rest = width - size
    found: Samples = np.maximum(highest[: len(values)], highest[rest : rest + len(values)])
    return found


def _before(totals: Samples, at: int) -> int:
    """Where the path to `at` was in the window before."""
    low, beside = max(0, at - _REACH), max(0, at - 1)
    near = totals[beside : at + 2] - np.where(np.arange(beside, min(at + 2, len(totals))) == at, 0, SLIP)
    far = totals[low : at + _REACH + 1] - TEAR
    return beside + int(np.argmax(near)) if near.max() >= far.max() else low + int(np.argmax(far))


def _lost_s(words: Samples, heard: Samples, start: int, lags_s: tuple[float, float], offset_s: float) -> float:
    """Of the words about a tear before the window that begins at `start`, how much lies on neither side of it: as much
    as the delay has shrunk, or what other words, or none, stand for."""
    short, first = int(SHORT_S * RATE), start - int(HOP_S * RATE)
    least = 0.1 * short * float(np.mean(np.square(words)))  # less is a pause
    missed = 0
    for at in range(first, start + int(WINDOW_S * RATE), short):
        said = words[at : at + short]
        if float(np.sum(np.square(said))) > least:
            there = [_agreement(said, heard, at + round((lag_s - offset_s) * RATE)) for lag_s in lags_s]
            missed += sum(there) < SHORT_AGREES
    return max(lags_s[0] - lags_s[1], missed * SHORT_S)


def _agreement(said: Samples, heard: Samples, at: int) -> float:
    """0..1, of a short piece and the recording within a millisecond of `at`."""
    there = heard[max(0, at - POOL) : max(0, at + len(said) + POOL)]
    if len(there) < len(said):
        return 0.0
    spectrum = np.fft.rfft(said, 2 * len(said))
    turning = np.fft.ifft(np.pad(2 * spectrum[:-1], (0, len(said))))[: len(said)]
    pieces = sliding_window_view(there, len(said))
    sizes = np.sqrt(np.sum(np.square(said)) * np.sum(np.square(pieces), axis=1))
    return float(np.max(np.abs(pieces @ turning.conj()) / (sizes + 1e-9)))


def correlated(
    words: Samples, heard: Samples, offset_s: float, rows: NDArray[np.intp], delays_s: tuple[float, float]
) -> tuple[Samples, NDArray[np.int8]]:
    """(windows, delays of 1 ms) -> the highest correlation in that millisecond, 0..1, and at which of its samples; of
    the windows `rows`, for the others 0. The envelope over the phase, so that polarity does not count."""
    window, lags = int(WINDOW_S * RATE), int((delays_s[1] - delays_s[0]) * RATE) // POOL * POOL
    size = -(-(window + lags) // 4_096) * 4_096  # quick to transform
    first = starts(len(words))
    begin = int((delays_s[0] - offset_s) * RATE)  # where in the recording the first window would begin at the earliest
    before = max(0, -begin)
    after = max(0, len(words) + begin + window + lags - len(heard)) + window
    padded = np.pad(heard, (before, after))
    there = _size(padded, before, len(heard))
    pooled = np.zeros((len(first), lags // POOL), np.float32)
    where = np.zeros(pooled.shape, np.int8)
    views, sizes = sliding_window_view(padded, window + lags), sliding_window_view(there, lags)
    pieces = sliding_window_view(words, window)
    for batch in _batches(rows):
        at = first[batch] + begin + before
        said = pieces[first[batch]]
        cross = np.fft.rfft(views[at], size, axis=1) * np.fft.rfft(said, size, axis=1).conj()
        whole = np.zeros((len(batch), size), np.complex64)
        whole[:, : size // 2] = 2 * cross[:, : size // 2]  # only turning one way: its size is the envelope
        envelope = np.abs(np.fft.ifft(whole, axis=1)[:, :lags])
        own = np.sqrt(np.sum(np.square(said, dtype=np.float64), axis=1))[:, None].astype(np.float32)
        cells = (envelope / (own * sizes[at] + np.float32(1e-9))).reshape(len(batch), -1, POOL)
        pooled[batch], where[batch] = cells.max(axis=2), cells.argmax(axis=2)
    return pooled, where


def _size(padded: Samples, before: int, recorded: int) -> Samples:
    """What a window that begins at each sample is divided by; infinite where it is not recorded whole, for a sliver of
    one agrees with anything."""
    window = int(WINDOW_S * RATE)
    energy = np.zeros(len(padded) + 1)
    np.cumsum(np.square(padded), dtype=np.float64, out=energy[1:])
    inside = energy[window:] - energy[:-window]
    size: Samples = np.sqrt(np.maximum(inside, 0, out=inside), out=inside).astype(np.float32)
    # beside the loudest, what is silent to the last bit would agree with rounding errors
    size += np.float32(3e-3) * np.max(size, initial=0.0)
    size[:before] = np.inf
    size[max(0, before + recorded - window + 1) :] = np.inf
    return size


def _batches(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]
