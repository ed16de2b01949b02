"""Was the self-test's tone heard? A line in the spectrum that stands above the noise during the tone, and neither
before it nor after: a hum's harmonic or a whistle stands there all the time. Pure, with numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.listening.alignment import SILENT_DBFS, Verdict
from audio.listening.following import EARLIEST_S, LATEST_S
from audio.listening.spectra import RATE, Samples

STANDS_DB = 10.0  # the line above the noise about it, and above itself outside the tone
MASKS_DBFS = -55.0  # noise in the line's own width that would hide a quiet tone
_FRAME, _STEP = 2_048, 256  # samples: lines of 8 Hz, an instant each 32 ms
_LINE_HZ, _NEAR_HZ, _AROUND_HZ = 8.0, 30.0, 220.0
_DEPTH_DB = 20.0  # how far below its highest a line's fall still counts in finding where it stands
_ECHO_S = 0.45  # after the tone, in which it may still ring
_HEARD_SHARE, _ABSENT_SHARE = 0.9, 0.2
_FRAME_S = _FRAME / RATE


def judge_tone(recording: Samples, offset_s: float, hertz: float, length_s: float, level_dbfs: float) -> Verdict:
    """As `judge` of alignment.py. The recording has to hold at least half a second before the tone and a second
    after the last echo; `share` is of the tone's time, `snr_db` the line above the noise in its own width."""
    if len(recording) < (length_s + LATEST_S) * RATE:
        return Verdict("unsure", reason="no_recording")
    line_db, noise_db = _line(recording, hertz)
    middle_s = offset_s + _FRAME_S / 2 + np.arange(len(line_db)) * _STEP / RATE
    delay_s, inside, outside = _best_delay(np.maximum(line_db, line_db.max() - _DEPTH_DB), middle_s, length_s)
    if not outside[middle_s < 0].any() or not outside[middle_s > length_s].any():
        return Verdict("unsure", reason="no_recording")
    beside_db = float(np.quantile(line_db[outside], 0.9))
    rises = (line_db >= noise_db + STANDS_DB) & (line_db >= beside_db + STANDS_DB)
    share = float(rises[inside].mean())
    level_db, around_db = float(np.median(line_db[inside])), float(np.median(noise_db[inside]))
    figures = (round(1000 * delay_s, 1), round(level_db - level_dbfs, 1), round(level_db - around_db, 1))
    if share >= _HEARD_SHARE:
        return Verdict("heard", share, *figures, judged_s=length_s)
    if share >= _ABSENT_SHARE:
        return Verdict("unsure", share, *figures, "partly", length_s)
    if max(around_db, beside_db) > MASKS_DBFS:  # it may sound, and nobody could tell
        return Verdict("unsure", share, reason="too_noisy", judged_s=length_s)
    silent = 20 * np.log10(float(np.std(recording, dtype=np.float64)) + 1e-6) < SILENT_DBFS
    return Verdict("not_heard", share, reason="silent" if silent else "other_sound", judged_s=length_s)


def _line(recording: Samples, hertz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each instant: the line's level, and that of the noise in the same width (dBFS of a sine)."""
    edge = np.hanning(_FRAME)
    frames = sliding_window_view(recording, _FRAME)[::_STEP] * edge
    power = np.square(np.abs(np.fft.rfft(frames, axis=1)) * 2 / edge.sum())
    away = np.abs(np.fft.rfftfreq(_FRAME, 1 / RATE) - hertz)
    line = power[:, away <= _LINE_HZ].max(axis=1)
    noise = np.median(power[:, (away >= _NEAR_HZ) & (away <= _AROUND_HZ)], axis=1) / np.log(2)  # to the mean of noise
    return 10 * np.log10(line + 1e-12), 10 * np.log10(noise + 1e-12)


def _best_delay(
    line_db: NDArray[np.float64], middle_s: NDArray[np.float64], length_s: float
) -> tuple[float, NDArray[np.bool_], NDArray[np.bool_]]:
    """The delay at which the line rises most; which instants lie within the tone then, and which surely outside it."""
    half = _FRAME_S / 2
    found = []
    for delay_s in np.arange(EARLIEST_S, LATEST_S, 0.01):
        since = middle_s - delay_s
        inside = (since >= half) & (since <= length_s - half)
        outside = (since < -half) | (since > length_s + half + _ECHO_S)
        if inside.any() and outside.any():
            rise = float(line_db[inside].mean() - line_db[outside].mean())
            found.append((round(rise, 3), float(delay_s), inside, outside))
    best = max(rise for rise, *_ in found)
    equal = [each for each in found if each[0] == best]
    _, delay_s, inside, outside = equal[len(equal) // 2]
    return delay_s, inside, outside
