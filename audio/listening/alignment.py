"""Were the words heard? A recording is laid beside the rendition, second by second. Pure; with numpy, so it is for
audio/listening/hearing_child.py alone.

Both are whitened by half in time and frequency (each cell divided by the root of its size), which takes away horn, hum,
clipping and loudness. Each second of the words is correlated with the recording (normalised; the envelope over the
phase, so that polarity does not count). One delay is looked for, common to all and drifting no more than the clock of
a sound card does; a second that agrees there was heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 8_000  # hertz, of everything here: a horn carries 300 to 4000
WINDOW_S, HOP_S = 1.0, 0.5
EARLIEST_S, LATEST_S = -0.25, 1.3  # of the delays looked at: a chain takes 0 to 1 s, and the ear's clock is a guess
FAR_S = 10.0  # and those looked at before absence is said
DRIFT_PPM = 150  # both sound cards may be off by up to half of it, and then some
LEAST_S = 3.0  # of words; less says nothing
WAKES_S = 2.5  # a source that slept may take so long; where nothing told the ear ahead, the first words are missing

# From 968 cases, `python -m bench.heard 1 2 3 4`, whose table of agreement has the quantiles. Single windows
# of words at 0 dB SNR: quantile 0.001 at 0.23 (0.10 at -10 dB). What nine tenths of a case's windows reach, on which
# "heard" rests: with the words at 0 dB at least 0.25 (0.13 at -10 dB), without them at most 0.056. Single windows may
# agree without the words (quantile 0.99 at 0.35), where the same voice says the same phrase by chance in time.
AGREES = 0.15
FAINT = 0.1  # a case's median window: at most 0.078 without the words, at least 0.17 with them 10 dB under the noise
# Of the words' time. "Heard" needs nine tenths, and a little more, for a window at the edge of a gap still agrees; with
# the words at -5 dB SNR or more it was 1.00 in every case. Other speech agreed by chance in 0.286 of 8 s at most, words
# that stopped after a third in 0.33 at least.
HEARD_SHARE, ABSENT_SHARE = 0.93, 0.3
SILENT_DBFS = -60.0  # of the loudest second: the noise of a sound card itself
LEAST_GAIN_DB = -50.0  # what leaks from a wire into an input lies far below; what a microphone hears does not

_BAND = (300.0, 3600.0)
_FRAME, _STEP = 512, 128  # samples: syllables one way, harmonics of a voice the other
_FINE = 4_096  # samples of a frame that measures the noise: long enough to take an echo for the words
_POOL = 8  # samples, 1 ms: how closely the windows must agree on the delay
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` of the words' time that was heard, of `judged_s` seconds, from `from_s` in the words on; the rest as in
    audio/listening/hearing.py."""

    verdict: str
    share: float = 0.0
    delay_ms: float | None = None
    gain_db: float | None = None
    snr_db: float | None = None
    reason: str = ""
    judged_s: float = 0.0
    from_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One entry a window: how well it agrees with the recording at the common delay (0..1), and the seconds of words
    that it answers for (0: pause, or not recorded). `words_s` counts what was not recorded too."""

    score: NDArray[np.float64]
    weight: NDArray[np.float64]
    words_s: float
    delay_s: float  # in the middle of the words
    drift: float  # seconds a second


def judge(recording: Samples, reference: Samples, offset_s: float) -> Verdict:
    """Both mono at RATE, 1.0 is full scale. The recording began `offset_s` after the words (less than 0: before)."""
    found = _judge(recording, reference, offset_s)
    first = round(offset_s * RATE)
    if found.reason != "no_recording" or not 0 < first <= WAKES_S * RATE or len(reference) - first < LEAST_S * RATE:
        return found
    # the ear slept through the first words: what it says of the others is true of them
    rest = _judge(recording, reference[first:], offset_s - first / RATE)
    share = rest.share * (1 - first / len(reference))
    heard = rest.verdict == "heard"  # a sink that wakes as slowly has swallowed just what was not recorded
    verdict, reason = ("unsure", "partly") if heard else (rest.verdict, rest.reason)
    return replace(rest, verdict=verdict, share=share, reason=reason, from_s=first / RATE)


def _judge(recording: Samples, reference: Samples, offset_s: float) -> Verdict:
    if len(reference) < LEAST_S * RATE:
        return Verdict("unsure", reason="too_short")
    found = compared(recording, reference, offset_s)
    judged_s = float(found.weight.sum())
    if found.words_s < LEAST_S / 2:  # half of slow speech may be pauses
        return Verdict("unsure", reason="too_short")
    if found.words_s - judged_s > max(WINDOW_S, 0.1 * found.words_s) or not judged_s:
        return Verdict("unsure", reason="no_recording")
    agrees = (found.score >= AGREES) & (found.weight > 0)
    share = min(1.0, float(found.weight[agrees].sum() / judged_s))
    rest = found.score[~agrees & (found.weight > 0)]
    faint = bool(len(rest)) and float(np.median(rest)) >= FAINT
    if share < ABSENT_SHARE:
        if faint:
            return Verdict("unsure", share, reason="too_noisy", judged_s=judged_s)
        late_s = _elsewhere(reference, recording, offset_s, found.weight)
        if late_s is not None:  # the words indeed, but not as they were sent: absence cannot be said
            return Verdict("unsure", share, 1000 * late_s, reason="other_sound", judged_s=judged_s)
        silent = _loudest_dbfs(recording) < SILENT_DBFS
        return Verdict("not_heard", share, reason="silent" if silent else "other_sound", judged_s=judged_s)
    gain_db, snr_db = _levels(reference, recording, offset_s, found, agrees)
    figures = (round(1000 * found.delay_s, 1), gain_db, snr_db)
    if gain_db < LEAST_GAIN_DB:
        return Verdict("unsure", share, *figures, "silent", judged_s)
    if share < HEARD_SHARE:
        return Verdict("unsure", share, *figures, "too_noisy" if faint else "partly", judged_s)
    return Verdict("heard", share, *figures, "", judged_s)


def compared(recording: Samples, reference: Samples, offset_s: float) -> Compared:
    """What `judge` judges by; for the bench too, where its limits come from."""
    active = _active_s(reference)
    weight = np.where(_recorded(len(recording), len(reference), offset_s), active, 0.0)
    if not weight.any():
        return Compared(weight, weight, float(active.sum()), 0.0, 0.0)
    score, delay_s, drift = _scores(whitened(reference), whitened(recording), offset_s, weight)
    there = (
        _starts(len(reference)) / RATE + delay_s >= offset_s
    )  # sound ahead of the clocks begins before the recording
    return Compared(score, np.where(there, weight, 0.0), float(active.sum()), delay_s, drift)


def together(pieces: list[Verdict]) -> Verdict:
    """Of the first, a middle and the last minute of a long programme: heard only if each was."""
    kinds = {piece.verdict for piece in pieces}
    if len(pieces) == 1 or not kinds:
        return pieces[0] if pieces else Verdict("unsure", reason="no_recording")
    judged_s = sum(piece.judged_s for piece in pieces)
    share = sum(piece.share * piece.judged_s for piece in pieces) / judged_s if judged_s else 0.0
    figures = [
        float(np.median(known)) if (known := [value for value in values if value is not None]) else None
        for values in zip(*((piece.delay_ms, piece.gain_db, piece.snr_db) for piece in pieces), strict=True)
    ]
    worst = next((piece for piece in pieces if piece.verdict != "heard"), pieces[0])
    verdict = kinds.pop() if len(kinds) == 1 else "unsure"
    reason = "partly" if len({piece.verdict for piece in pieces}) > 1 else worst.reason
    return Verdict(verdict, share, figures[0], figures[1], figures[2], reason, judged_s, pieces[0].from_s)


def decimated(sound: Samples, factor: int) -> Samples:
    """From `factor` times RATE to RATE, in blocks of two seconds whose spectrum is cut off."""
    block, guard = 2 * RATE, RATE // 8
    whole = block + 2 * guard
    count = -(-len(sound) // factor)
    padded = np.pad(sound, (guard * factor, whole * factor))
    out = np.empty(-(-count // block) * block, np.float32)
    for first in range(0, count, block):
        spectrum = np.fft.rfft(padded[first * factor : (first + whole) * factor])[: whole // 2]
        out[first : first + block] = np.fft.irfft(spectrum, whole)[guard:-guard] / factor
    return out[:count]


def whitened(sound: Samples) -> Samples:
    """The band of a horn, each cell of time and frequency brought nearer to one size."""
    edge = (np.hanning(_FRAME + 1)[:-1]).astype(np.float32)
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE)
    band = (hertz >= _BAND[0]) & (hertz <= _BAND[1])
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


def _starts(length: int) -> NDArray[np.intp]:
    """The first sample of each window of the words."""
    return np.arange(0, length - int(WINDOW_S * RATE) + 1, int(HOP_S * RATE))


def _active_s(reference: Samples) -> NDArray[np.float64]:
    """For each window, the seconds of sound among its middle half, which it answers for; 0 where it is mostly pause."""
    step = RATE // 50
    blocks = reference[: len(reference) // step * step].reshape(-1, step)
    power = np.mean(np.square(blocks, dtype=np.float64), axis=1)
    sounds = power > 1e-3 * np.quantile(power, 0.95) + 1e-12 if len(power) else np.zeros(0, bool)
    window, hop = int(WINDOW_S * 50), int(HOP_S * 50)
    found = []
    for start in _starts(len(reference)) // step:
        inside = sounds[start : start + window]
        middle = inside[(window - hop) // 2 : (window + hop) // 2]
        found.append(middle.sum() / 50 if inside.mean() >= 0.4 else 0.0)
    return np.array(found)


def _recorded(recorded: int, length: int, offset_s: float) -> NDArray[np.bool_]:
    """Which windows lie in the recording, whatever the delay."""
    starts_s = _starts(length) / RATE
    inside: NDArray[np.bool_] = (starts_s >= offset_s) & (starts_s + WINDOW_S <= offset_s + recorded / RATE)
    return inside


def _scores(
    words: Samples, heard: Samples, offset_s: float, weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float]:
    """Each window's correlation at the best common delay; that delay in the middle (s), and its drift (s a s)."""
    pooled, where = _correlated(words, heard, offset_s, np.flatnonzero(weight), (EARLIEST_S, LATEST_S))
    count, lags = pooled.shape
    shifts, best = np.zeros(count, int), -1.0
    strength = np.maximum(pooled, np.pad(pooled[:, 1:], ((0, 0), (0, 1)))) ** 2  # a delay may lie on a border
    span = count * HOP_S * DRIFT_PPM * 1e-6 * RATE / _POOL
    middle = np.arange(count) / max(1, count - 1) - 0.5
    at, most = 0, int(np.ceil(span)) + 1
    padded = np.pad(strength, ((0, 0), (most, most)))
    for slope in np.linspace(-span, span, 2 * int(np.ceil(2 * span)) + 1):
        moved = np.round(slope * middle).astype(int)
        total = np.zeros(lags, np.float32)
        for row in np.flatnonzero(weight):
            total += padded[row, most + moved[row] : most + moved[row] + lags]
        peak = int(np.argmax(total))
        if total[peak] > best:
            best, at, shifts = float(total[peak]), peak, moved
    cells = np.clip(at + shifts, 0, lags - 2)
    rows = np.arange(count)
    cells = np.where(pooled[rows, cells + 1] > pooled[rows, cells], cells + 1, cells)
    score = pooled[rows, cells].astype(np.float64)
    lag_s = EARLIEST_S + (cells * _POOL + where[rows, cells]) / RATE
    good = (score >= AGREES) & (weight > 0)
    if good.sum() < 2:
        return score, float(np.median(lag_s)), 0.0
    drift, delay = _line(rows[good] * HOP_S, lag_s[good], score[good])
    return score, delay + drift * count * HOP_S / 2, drift


def _line(at_s: NDArray[np.float64], lag_s: NDArray[np.float64], score: NDArray[np.float64]) -> tuple[float, float]:
    """A straight line through the delays, those left out that an echo has drawn away."""
    if np.ptp(at_s) < 5:  # too short for a drift that matters
        return 0.0, float(np.average(lag_s, weights=score))
    keep = np.ones(len(at_s), bool)
    slope, start = 0.0, 0.0
    for _ in range(3):
        slope, start = np.polyfit(at_s[keep], lag_s[keep], 1, w=score[keep])
        off = np.abs(lag_s - start - slope * at_s)
        keep = off <= max(2 * float(np.median(off)), 0.5 / RATE)
    return float(slope), float(start)


def _elsewhere(words: Samples, heard: Samples, offset_s: float, weight: NDArray[np.float64]) -> float | None:
    """The delay (s), however late, at which most of a dozen windows from all over the words agree; None if at none."""
    rows = np.flatnonzero(weight)
    rows = rows[:: -(-len(rows) // 12)]
    pooled, _ = _correlated(whitened(words), whitened(heard), offset_s, rows, (0.0, FAR_S))
    found = pooled[rows] ** 2
    wide = np.maximum(np.maximum(found, np.roll(found, 5, axis=1)), np.roll(found, -5, axis=1))  # the clocks' drift
    at = int(np.argmax(wide.sum(axis=0)))
    return at * _POOL / RATE if float(np.quantile(wide[:, at], 0.25)) >= AGREES**2 else None


def _correlated(
    words: Samples, heard: Samples, offset_s: float, rows: NDArray[np.intp], delays_s: tuple[float, float]
) -> tuple[Samples, NDArray[np.int8]]:
    """(windows, delays of 1 ms) -> the highest correlation in that millisecond, 0..1, and at which of its samples; of
    the windows `rows`, for the others 0."""
    window, lags = int(WINDOW_S * RATE), int((delays_s[1] - delays_s[0]) * RATE) // _POOL * _POOL
    size = -(-(window + lags) // 4_096) * 4_096  # quick to transform
    starts = _starts(len(words))
    begin = round(
        (delays_s[0] - offset_s) * RATE
    )  # where in the recording the first window would begin at the earliest
    before = max(0, -begin)
    after = max(0, len(words) + begin + window + lags - len(heard)) + window
    padded = np.pad(heard, (before, after))
    energy = np.concatenate(([0.0], np.cumsum(np.square(padded, dtype=np.float64))))
    loudest = float(np.max(energy[window::_STEP] - energy[:-window:_STEP], initial=0.0))
    floor = 3e-3 * np.sqrt(loudest)  # beside it, what is silent to the last bit would agree with rounding errors
    pooled = np.zeros((len(starts), lags // _POOL), np.float32)
    where = np.zeros(pooled.shape, np.int8)
    views, pieces = sliding_window_view(padded, window + lags), sliding_window_view(words, window)
    for batch in _batches(rows):
        first = starts[batch] + begin + before
        said = pieces[starts[batch]]
        cross = np.fft.rfft(views[first], size, axis=1) * np.fft.rfft(said, size, axis=1).conj()
        whole = np.zeros((len(batch), size), np.complex64)
        whole[:, : size // 2] = 2 * cross[:, : size // 2]  # only turning one way: its size is the envelope
        envelope = np.abs(np.fft.ifft(whole, axis=1)[:, :lags])
        at = first[:, None] + np.arange(lags)
        own = np.sqrt(np.sum(np.square(said, dtype=np.float64), axis=1))[:, None]
        there = np.sqrt(np.maximum(energy[at + window] - energy[at], 0))
        whole_window = (at >= before) & (at + window <= before + len(heard))  # a sliver of one agrees with anything
        cells = np.where(whole_window, envelope / (own * (there + floor) + 1e-9), 0).astype(np.float32)
        cells = cells.reshape(len(batch), -1, _POOL)
        pooled[batch], where[batch] = cells.max(axis=2), cells.argmax(axis=2)
    return pooled, where


def _batches(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]


def _levels(
    reference: Samples, recording: Samples, offset_s: float, found: Compared, heard: NDArray[np.bool_]
) -> tuple[float, float]:
    """What the chain adds to the words (dB) and how far they stand above the rest (dB), where they were heard.

    By the coherence of both in the band, over frames of half a second: its square is the share of the power that
    follows from the words. An echo later than a frame counts as noise.
    """
    hertz = np.fft.rfftfreq(_FINE, 1 / RATE)
    band = (hertz >= _BAND[0]) & (hertz <= _BAND[1])
    edge = np.hanning(_FINE)
    middle_s = len(reference) / RATE / 2
    said_power, there_power = np.zeros(band.sum()), np.zeros(band.sum())
    cross, count = np.zeros(band.sum(), complex), 0
    for start in _starts(len(reference))[heard]:
        for at in (start, start + int(WINDOW_S * RATE) - _FINE):
            late = (found.delay_s + found.drift * (at / RATE - middle_s) - offset_s) * RATE
            first = at + int(np.floor(late))
            there = recording[max(0, first) : first + _FINE]
            if first < 0 or len(there) < _FINE:
                continue
            said = np.fft.rfft(reference[at : at + _FINE] * edge)[band]
            turn = np.exp(2j * np.pi * hertz[band] / RATE * (late - np.floor(late)))
            other = np.fft.rfft(there * edge)[band] * turn
            said_power += np.abs(said) ** 2
            there_power += np.abs(other) ** 2
            cross += other * said.conj()
            count += 1
    if count < 3:
        return 0.0, 0.0
    coherent = np.abs(cross) ** 2 / (said_power * there_power + 1e-30)
    chance = 1.5 / count  # what no relation at all would show; frames overlap
    coherent = np.clip((coherent - chance) / (1 - chance), 0, 0.9999)
    follows = float(np.sum(coherent * there_power)) + 1e-20
    rest = float(np.sum((1 - coherent) * there_power)) + 1e-20
    gain_db = 10 * np.log10(follows / (float(np.sum(said_power)) + 1e-20))
    return round(float(gain_db), 1), round(float(10 * np.log10(follows / rest)), 1)


def _loudest_dbfs(recording: Samples) -> float:
    """The loudest second's RMS, its constant part taken away."""
    second = RATE
    blocks = recording[: len(recording) // second * second].reshape(-1, second)
    if not len(blocks):
        return -120.0
    return float(20 * np.log10(np.max(np.std(blocks.astype(np.float64), axis=1)) + 1e-6))
