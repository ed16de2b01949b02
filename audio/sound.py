"""From a voice's WAV file to the prepared one: checked, mono 48 kHz, trimmed, at one loudness, faded.

Uses numpy and PyAV (the only user of it), so it is imported in audio/prepare_child.py alone, never in
the process that plays.
"""

from __future__ import annotations

import hashlib
import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from audio.loudness import RATE, Sound, integrated_lufs, limited, true_peak_dbtp

_SILENT = 10 ** (-40 / 20)  # no voice peaks lower
_QUIET = 10 ** (-50 / 20)  # of the peak: what is quieter at the ends is cut off
_KEEP = round(0.030 * RATE)  # samples of quiet left at both ends, and faded
_STEP = RATE // 200
_MOST_LIMITING_DB = 9.0  # more would be heard as pumping; then the words stay softer
_CLOSE_LU = 0.1
_ROUNDS = 6


class UnusableError(Exception):
    """The file is not the words: why, in a few words. `too_long` is told apart, for the official can mend it."""

    def __init__(self, reason: str, too_long: bool = False) -> None:
        super().__init__(reason)
        self.too_long = too_long


@dataclass(frozen=True, slots=True)
class Finished:
    sha256: str
    duration_s: float
    lufs: float
    true_peak_dbtp: float


def finish(source: Path, out: Path, least_s: float, most_s: float, lufs: float, true_peak: float) -> Finished:
    """Make `out` of the voice's file, or raise UnusableError. `least_s` and `most_s` bound a believable length."""
    length_s = _length_s(source)
    if length_s < least_s:
        raise UnusableError(f"only {length_s:.2f} s of sound for words that need {least_s:.2f} s")
    if length_s > most_s:
        raise UnusableError(f"{length_s:.0f} s of sound, {most_s:.0f} s allowed", too_long=True)
    voice = decoded(source)
    if not voice.size or np.abs(voice).max() < _SILENT:
        raise UnusableError("its file is silent")
    sound = levelled(faded(trimmed(voice)), lufs, true_peak)
    samples = np.round(sound * 32768).clip(-32768, 32767).astype("<i2")
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    kept = samples.astype(np.float32) / 32768  # what is measured is what is kept
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    return Finished(sha256, samples.size / RATE, integrated_lufs(kept), true_peak_dbtp(kept))


def _length_s(source: Path) -> float:
    """The length by its header, when all that the header promises is there."""
    try:
        with wave.open(str(source), "rb") as file:
            frames, frame_bytes, rate = (
                file.getnframes(),
                file.getnchannels() * file.getsampwidth(),
                file.getframerate(),
            )
    except FileNotFoundError:
        raise UnusableError("wrote no file") from None
    except (wave.Error, EOFError, OSError) as error:
        raise UnusableError(f"its file is no WAV file ({str(error) or 'cut short'})") from error
    if frames * frame_bytes > source.stat().st_size or not rate:
        raise UnusableError("its file is cut short")
    return frames / rate


def decoded(source: Path) -> Sound:
    """Any sound file that FFmpeg reads, as mono float32 at 48 kHz."""
    resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
    pieces: list[AudioFrame] = []
    try:
        with av.open(str(source)) as container:
            for frame in container.decode(audio=0):
                pieces += resampler.resample(frame)
        pieces += resampler.resample(None)
    except (av.error.FFmpegError, IndexError) as error:
        raise UnusableError(f"its file cannot be decoded ({error})") from error
    if not pieces:
        return np.zeros(0, np.float32)
    return np.concatenate([piece.to_ndarray()[0] for piece in pieces])


def trimmed(sound: Sound) -> Sound:
    """Without the quiet at both ends, but for 30 ms; where the voice's file begins at once, 30 ms are added."""
    steps = np.abs(np.pad(sound, (0, -sound.size % _STEP))).reshape(-1, _STEP).max(axis=1)
    loud = np.flatnonzero(steps > _QUIET * steps.max())
    first, last = int(loud[0]) * _STEP, min(sound.size, (int(loud[-1]) + 1) * _STEP)
    padded = np.pad(sound, _KEEP)
    return padded[first : last + 2 * _KEEP]


def faded(sound: Sound) -> Sound:
    """The kept quiet at both ends rises from and falls to nothing, along a raised cosine."""
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(_KEEP) / _KEEP)).astype(sound.dtype)
    result = sound.copy()
    result[:_KEEP] *= ramp
    result[-_KEEP:] *= ramp[::-1]
    return result


def levelled(sound: Sound, lufs: float, true_peak: float) -> Sound:
    """At `lufs` with no true peak above `true_peak` dBTP.

    Where plain gain would exceed the peak, a look-ahead limiter takes up to 9 dB off the peaks, and the
    gain is corrected by what that cost. Where even this is not enough, the peak is kept and the words
    stay softer than asked.
    """
    loudness = integrated_lufs(sound)
    if not np.isfinite(loudness):
        raise UnusableError("its file is silent")
    room_db = true_peak - true_peak_dbtp(sound)
    gain_db = lufs - loudness
    if gain_db <= room_db:
        return _amplified(sound, gain_db)
    ceiling = true_peak - 0.05  # the moving gain and the rounding to 16 bits may add a little
    for _ in range(_ROUNDS):
        gain_db = min(gain_db, room_db + _MOST_LIMITING_DB)
        result = limited(_amplified(sound, gain_db), ceiling)
        short = lufs - integrated_lufs(result)
        if short < _CLOSE_LU or gain_db >= room_db + _MOST_LIMITING_DB:
            break
        gain_db += short * 1.4  # the limiter eats about a third of what is added
    return _amplified(result, min(0.0, ceiling + 0.02 - true_peak_dbtp(result)))


def _amplified(sound: Sound, gain_db: float) -> Sound:
    return (sound * 10 ** (gain_db / 20)).astype(sound.dtype)
