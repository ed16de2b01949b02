"""Were the words heard? A recording is laid beside the rendition, second by second. Pure; with numpy, so it is for
audio/listening/hearing_child.py alone.

Both are whitened by half in time and frequency (each cell divided by the root of its size), which takes away horn, hum,
clipping and loudness. Each second of the words is correlated with the recording (normalised; the envelope over the
phase, so that polarity does not count) and found near where the one before was (following.py); a second that agrees
there was heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audio.listening.following import (
    EARLIEST_S,
    HOP_S,
    LATEST_S,
    POOL,
    WHOLE_S,
    WINDOW_S,
    Followed,
    correlated,
    followed,
    highest_near,
    starts,
)  # fmt: skip
from audio.listening.spectra import BAND, RATE, Samples, whitened

FAR_S = 10.0  # of the delays looked at before absence is said
DRIFT_PPM = 200  # both sound cards may be off by up to half of it
LEAST_S = 3.0  # of words; less says nothing
WAKES_S = 2.5  # a source that slept may take so long; where nothing told the ear ahead, the first words are missing

# From 724 cases, `python -m bench.heard`, whose table of agreement has the quantiles. Single windows of words at 0 dB
# SNR: quantile 0.001 at 0.23 (0.12 at -10 dB). What nine tenths of a case's windows reach, on which "heard" rests: with
# the words at 0 dB at least 0.29 (0.15 at -10 dB), without them at most 0.041. Single windows may agree without the
# words (quantile 0.99 at 0.40), where the same voice says the same phrase by chance near in time.
AGREES = 0.15
FAINT = 0.1  # a case's median window: at most 0.087 without the words, at least 0.19 with them 10 dB under the noise
# Of the words' time. "Heard" needs nine tenths, and a little more, for a window at the edge of a gap still agrees; with
# the words whole and at -5 dB SNR or more it was 1.00 in every case, torn but nearly whole 0.91 and more. Where half of
# the words was another programme it was 0.74 at most, with an eighth of them other words 0.88. Other speech agreed by
# chance in 0.29 of 16 s, and in half of 4 s that began alike; words that stopped after a third in 0.33 at least.
HEARD_SHARE, ABSENT_SHARE = 0.93, 0.3
BEGUN_SHARE = 0.15  # then words that come too early may be ours behind a gap; else nobody can have sent them yet
SILENT_DBFS = -60.0  # of the loudest second: the noise of a sound card itself
LEAST_GAIN_DB = -50.0  # what leaks from a wire into an input lies far below; what a microphone hears does not

_FINE = 4_096  # samples of a frame that measures the noise: long enough to take an echo for the words


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
    """One entry a window: how well it agrees with the recording (0..1), the seconds of words that it answers for (0:
    pause, or not recorded), and its delay, in seconds and seconds a second. `words_s` counts what was not recorded too;
    `begins_s` is the delay at which words were found first, None if nowhere; `lost_s` of the words lie in tears."""

    score: NDArray[np.float64]
    weight: NDArray[np.float64]
    lag_s: NDArray[np.float64]
    drift: NDArray[np.float64]
    words_s: float
    begins_s: float | None
    lost_s: float


def judge(recording: Samples, reference: Samples, offset_s: float, later: bool = False) -> Verdict:
    """Both mono at RATE, 1.0 is full scale. The recording began `offset_s` after the words (less than 0: before).
    `later`: a piece from within a programme, whose delay an hour of drift and tears may have moved."""
    found = _judge(recording, reference, offset_s, later)
    first = round(offset_s * RATE)
    if found.reason != "no_recording" or not 0 < first <= WAKES_S * RATE or len(reference) - first < LEAST_S * RATE:
        return found
    # the ear slept through the first words: what it says of the others is true of them
    rest = _judge(recording, reference[first:], offset_s - first / RATE, later)
    share = rest.share * (1 - first / len(reference))
    heard = rest.verdict == "heard"  # a sink that wakes as slowly has swallowed just what was not recorded
    verdict, reason = ("unsure", "slept") if heard else (rest.verdict, rest.reason)
    return replace(rest, verdict=verdict, share=share, reason=reason, from_s=first / RATE)


def _judge(recording: Samples, reference: Samples, offset_s: float, later: bool) -> Verdict:
    if len(reference) < LEAST_S * RATE:
        return Verdict("unsure", reason="too_short")
    found = compared(recording, reference, offset_s, later)
    judged_s = float(found.weight.sum())
    if found.words_s < LEAST_S / 2:  # half of slow speech may be pauses
        return Verdict("unsure", reason="too_short")
    if found.words_s - judged_s > max(WINDOW_S, 0.1 * found.words_s) or not judged_s:
        return Verdict("unsure", reason="no_recording")
    agrees = (found.score >= AGREES) & (found.weight > 0)
    agreed = min(1.0, float(found.weight[agrees].sum() / judged_s))
    share = max(0.0, agreed - found.lost_s * RATE / len(reference))
    rest = found.score[~agrees & (found.weight > 0)]
    faint = bool(len(rest)) and float(np.median(rest)) >= FAINT
    if agreed < ABSENT_SHARE:
        if faint:
            return Verdict("unsure", share, reason="too_noisy", judged_s=judged_s)
        earliest_s = -FAR_S if agreed >= BEGUN_SHARE else 0.0
        late_s = _elsewhere(reference, recording, offset_s, found.weight, earliest_s)
        if late_s is not None:  # the words indeed, but not as they were sent: absence cannot be said
            reason = "too_late" if late_s > 0 else "partly"
            return Verdict("unsure", share, round(1000 * late_s, 1), reason=reason, judged_s=judged_s)
        silent = _loudest_dbfs(recording) < SILENT_DBFS
        return Verdict("not_heard", share, reason="silent" if silent else "other_sound", judged_s=judged_s)
    gain_db, snr_db = _levels(reference, recording, offset_s, found, agrees)
    figures = (round(1000 * float(np.median(found.lag_s[agrees])), 1), gain_db, snr_db)
    if gain_db < LEAST_GAIN_DB:
        return Verdict("unsure", share, *figures, "silent", judged_s)
    if not later and found.begins_s is not None and found.begins_s > LATEST_S:
        return Verdict("unsure", share, *figures, "too_late", judged_s)
    if not later and (found.begins_s is None or found.begins_s < EARLIEST_S):  # before they were sent: not these words
        return Verdict("unsure", share, *figures, "partly", judged_s)
    if share < HEARD_SHARE:
        return Verdict("unsure", share, *figures, "too_noisy" if faint else "partly", judged_s)
    return Verdict("heard", share, *figures, "", judged_s)


def compared(recording: Samples, reference: Samples, offset_s: float, later: bool = False) -> Compared:
    """What `judge` judges by; for the bench too, where its limits come from."""
    active = _active_s(reference)
    weight = np.where(_recorded(len(recording), len(reference), offset_s), active, 0.0)
    if not weight.any():
        return Compared(weight, weight, weight, weight, float(active.sum()), None, 0.0)
    first_s = WHOLE_S if later else (EARLIEST_S, LATEST_S)
    found = followed(whitened(reference), whitened(recording), offset_s, weight > 0, first_s)
    sure = (found.score >= AGREES) & (weight > 0)
    lag_s, drift = _straight(found, sure)
    # sound ahead of the clocks begins before the recording
    there = starts(len(reference)) / RATE + lag_s >= offset_s
    return Compared(
        found.score,
        np.where(there, weight, 0.0),
        lag_s,
        drift,
        float(active.sum()),
        found.begins_s,
        found.lost_s,
    )


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


def _active_s(reference: Samples) -> NDArray[np.float64]:
    """For each window, the seconds of sound among its middle half, which it answers for; 0 where it is mostly pause."""
    step = RATE // 50
    blocks = reference[: len(reference) // step * step].reshape(-1, step)
    power = np.mean(np.square(blocks, dtype=np.float64), axis=1)
    sounds = power > 1e-3 * np.quantile(power, 0.95) + 1e-12 if len(power) else np.zeros(0, bool)
    window, hop = int(WINDOW_S * 50), int(HOP_S * 50)
    found = []
    for start in starts(len(reference)) // step:
        inside = sounds[start : start + window]
        middle = inside[(window - hop) // 2 : (window + hop) // 2]
        found.append(middle.sum() / 50 if inside.mean() >= 0.4 else 0.0)
    return np.array(found)


def _recorded(recorded: int, length: int, offset_s: float) -> NDArray[np.bool_]:
    """Which windows lie in the recording, whatever the delay."""
    starts_s = starts(length) / RATE
    inside: NDArray[np.bool_] = (starts_s >= offset_s) & (starts_s + WINDOW_S <= offset_s + recorded / RATE)
    return inside


def _straight(found: Followed, sure: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The delays on a straight line through each stretch, and how steep it is (seconds a second)."""
    lag_s, drift = found.lag_s.copy(), np.zeros(len(found.lag_s))
    for number in range(found.stretch[-1] + 1):
        rows = np.flatnonzero(found.stretch == number)
        good = rows[sure[rows]]
        if len(good):
            drift[rows], begin_s = _line(good * np.float64(HOP_S), found.lag_s[good], found.score[good])
            lag_s[rows] = begin_s + drift[rows] * rows * HOP_S
    return lag_s, drift


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


def _elsewhere(
    words: Samples, heard: Samples, offset_s: float, weight: NDArray[np.float64], earliest_s: float
) -> float | None:
    """The delay (s), however far off, at which half of a dozen windows from all over the words agree, or more; None if
    at none."""
    rows = np.flatnonzero(weight)
    rows = rows[:: -(-len(rows) // 12)]
    pooled, _ = correlated(whitened(words), whitened(heard), offset_s, rows, (earliest_s, FAR_S))
    apart = 5 + round(DRIFT_PPM * 1e-6 / 2 * len(words) / POOL)  # the clocks run
    wide = np.array([highest_near(each, apart) for each in pooled[rows]])
    at = int(np.argmax(np.sum(wide**2, axis=0)))
    return at * POOL / RATE + earliest_s if float(np.median(wide[:, at])) >= AGREES else None


def _levels(
    reference: Samples, recording: Samples, offset_s: float, found: Compared, heard: NDArray[np.bool_]
) -> tuple[float, float]:
    """What the chain adds to the words (dB) and how far they stand above the rest (dB), where they were heard.

    By the coherence of both in the band, over frames of half a second: its square is the share of the power that
    follows from the words. An echo later than a frame counts as noise.
    """
    hertz = np.fft.rfftfreq(_FINE, 1 / RATE)
    band = (hertz >= BAND[0]) & (hertz <= BAND[1])
    edge = np.hanning(_FINE)
    said_power, there_power = np.zeros(band.sum()), np.zeros(band.sum())
    cross, count = np.zeros(band.sum(), complex), 0
    for row in np.flatnonzero(heard):
        start = starts(len(reference))[row]
        for at in (start, start + int(WINDOW_S * RATE) - _FINE):
            off_s = (at - start + _FINE / 2) / RATE - WINDOW_S / 2  # from the window's middle to the frame's
            late = (found.lag_s[row] + found.drift[row] * off_s - offset_s) * RATE
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
