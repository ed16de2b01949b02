"""From what voices and people have made to the prepared file: each part checked, mono 48 kHz, trimmed, at one
loudness, faded; joined with pauses; the whole measured and written.

Long sound goes through files beside the result (audio/preparing/track.py), never whole through memory. Uses numpy, so
it is imported in children alone, never in the process that plays.
"""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio.preparing.decoding import RefusedError, look, pieces
from audio.preparing.loudness import RATE, Sliced, Sound, integrated_lufs, limited, true_peak_dbtp
from audio.preparing.track import Centred, Excerpt, Track

PART_GAP_S = 0.6  # between neighbours, where no pause is asked for: as long as a speaker takes breath
_SILENT = 10 ** (-40 / 20)  # no voice peaks lower
_SOFT = 10 ** (-50 / 20)  # no recording of something
_QUIET = 10 ** (-50 / 20)  # of the peak: what is quieter at the ends is cut off
_NOISE = 2.0  # times the noise of the room: what is not louder at the ends is cut off too,
_NOISE_MOST = 10 ** (-30 / 20)  # of the peak, unless music or a generator hums all along;
_SPARED = 20  # steps before and after are spared then, for words begin and end softly
_STEP = RATE // 200
_PIECE = 10 * RATE
_MOST_LIMITING_DB = 9.0  # more would be heard as pumping; then the words stay softer
_CLOSE_LU = 0.1
_ROUNDS = 6
_TAPS, _PASSED = 60, 0.45  # samples on each side of the filter before halving; what it lets through, of all


class UnusableError(Exception):
    """A voice's file is not the words: why, in a few words. `too_long` is told apart, for the official can mend it."""

    def __init__(self, reason: str, too_long: bool = False) -> None:
        super().__init__(reason)
        self.too_long = too_long


class RecordingError(Exception):
    """A recording cannot be used: `reason` is a key of the word catalogues (section `unspeakable`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Voiced:
    """A voice's file; shorter than `least_s` it has lost some of the words."""

    file: Path
    least_s: float


@dataclass(frozen=True, slots=True)
class Recorded:
    file: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Silence:
    length_s: float


Piece = Voiced | Recorded | Silence


@dataclass(frozen=True, slots=True)
class Finished:
    sha256: str
    duration_s: float
    lufs: float
    true_peak_dbtp: float


def finish(
    parts: Sequence[Piece], out: Path, most_s: float, lufs: float, true_peak: float, rate: int = RATE
) -> Finished:
    """Make `out` of the parts, in order. UnusableError for a voice's file, RecordingError for a recording.
    rate: of the file, RATE or half of it.

    What is half done lies beside `out`, up to eight bytes a sample.
    """
    for part in parts:
        if isinstance(part, Voiced):  # first of all, for a voice can be replaced by another one
            _check_voice(part, most_s)
    whole = Track(out.with_suffix(".whole"), "<i2")
    sounding, pause = 0, 0
    for part in parts:
        if isinstance(part, Silence):
            pause += round(part.length_s * RATE)
            continue
        _fill(whole, _silence(pause or (round(PART_GAP_S * RATE) if sounding else 0)))
        level = _level_part(part, out, most_s, lufs, true_peak)
        _fill(whole, _slices(level))
        level.path.unlink()
        sounding, pause = sounding + 1, 0
        _check_length(whole.size / RATE, most_s)
    _fill(whole, _silence(pause))
    _check_length(whole.size / RATE, most_s)
    if sounding > 1 and abs(integrated_lufs(whole) - lufs) > _CLOSE_LU:
        whole = levelled(whole, out.with_suffix(".corrected"), lufs, true_peak)
    return written(whole, out, rate)


def finish_signal(
    file: Path, kind: str, out: Path, least_s: float, most_s: float, lufs: float, peak: float
) -> Finished:
    """Make `out` of a chime. RefusedError if it is silent, or not as long as a signal is."""
    with file.open("rb") as content:
        heard = _decoded(pieces(content, kind, 60 * most_s), out.with_suffix(".heard"))
    chime = trimmed(Centred(heard), _SOFT)
    length_s = chime.size / RATE if chime else 0.0
    if not chime or not np.isfinite(integrated_lufs(chime)):
        raise RefusedError("sound_silent")
    if not least_s <= length_s <= most_s:
        raise RefusedError("signal_length", length=f"{length_s:.1f}", least=f"{least_s:g}", most=f"{most_s:g}")
    return written(levelled(chime, out.with_suffix(".level"), lufs, peak), out)


def written(sound: Track, out: Path, rate: int = RATE) -> Finished:
    """Write the WAV file and measure what was written."""
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        if rate == RATE:
            with sound.path.open("rb") as samples:
                while piece := samples.read(2 * _PIECE):
                    file.writeframes(piece)
        else:
            half = Track(out.with_suffix(".half"), "<i2")
            _fill(half, _halved(sound))
            file.writeframes(half.path.read_bytes())
            half.path.unlink()
    with out.open("rb") as made:
        sha256 = hashlib.file_digest(made, "sha256").hexdigest()
    return Finished(sha256, sound.size / RATE, integrated_lufs(sound), true_peak_dbtp(sound))


def trimmed(sound: Sliced, silent: float) -> Excerpt | None:
    """Without the quiet at both ends, but for 30 ms; None if there is nothing louder than `silent` in it.

    Quiet is also the noise of a room: what is there in the softest tenth of a recording.
    """
    steps = [_steps(piece) for piece in _slices(sound)]
    levels = np.concatenate(steps) if steps else np.zeros(1)
    if not levels.max() > silent:
        return None
    quiet, noise = _QUIET * levels.max(), min(_NOISE * np.percentile(levels, 10), _NOISE_MOST * levels.max())
    spared = _SPARED if noise > quiet else 0
    loud = np.flatnonzero(levels > max(quiet, noise))
    first, end = max(0, int(loud[0]) - spared), int(loud[-1]) + 1 + spared
    return Excerpt(sound, first * _STEP, min(sound.size, end * _STEP))


def levelled(sound: Sliced, path: Path, lufs: float, true_peak: float) -> Track:
    """At `lufs` with no true peak above `true_peak` dBTP, in a file at `path`.

    Where plain gain would exceed the peak, a look-ahead limiter takes up to 9 dB off the peaks, and the
    gain is corrected by what that cost. Where even this is not enough, the peak is kept and the words
    stay softer than asked.
    """
    ceiling = true_peak - 0.05  # the moving gain and the rounding to 16 bits may add a little
    room_db = ceiling - true_peak_dbtp(sound)
    gain_db = lufs - integrated_lufs(sound)
    if gain_db <= room_db:
        return _kept(path, _amplified(sound, gain_db))
    for _ in range(_ROUNDS):
        gain_db = min(gain_db, room_db + _MOST_LIMITING_DB)
        result = _kept(path, limited(sound, ceiling, gain_db))
        short = lufs - integrated_lufs(result)
        if short < _CLOSE_LU or gain_db >= room_db + _MOST_LIMITING_DB:
            break
        gain_db += short * 1.4  # the limiter eats about a third of what is added
    over_db = true_peak_dbtp(result) - (ceiling + 0.02)
    return _kept(path.with_suffix(".held"), _amplified(result, -over_db)) if over_db > 0 else result


def _level_part(part: Voiced | Recorded, out: Path, most_s: float, lufs: float, true_peak: float) -> Track:
    heard = _voice(part, out, most_s) if isinstance(part, Voiced) else _recording(part, out, most_s)
    if not np.isfinite(integrated_lufs(heard)):
        raise UnusableError("its file is silent") if isinstance(part, Voiced) else RecordingError("recording_silent")
    result = levelled(heard, out.with_suffix(".level"), lufs, true_peak)
    out.with_suffix(".heard").unlink()  # room for what comes
    return result


def _voice(part: Voiced, out: Path, most_s: float) -> Excerpt:
    try:
        with part.file.open("rb") as file:
            found = trimmed(_decoded(pieces(file, "wav", most_s), out.with_suffix(".heard")), _SILENT)
    except RefusedError as error:
        raise UnusableError(f"its file cannot be decoded ({error})") from error
    if found is None:
        raise UnusableError("its file is silent")
    return found


def _recording(part: Recorded, out: Path, most_s: float) -> Excerpt:
    """What somebody has brought, if it is still what its name says."""
    try:
        with part.file.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise RecordingError("recording_missing")
            file.seek(0)
            kind = look(file, most_s).kind
            found = trimmed(Centred(_decoded(pieces(file, kind, most_s), out.with_suffix(".heard"))), _SOFT)
    except FileNotFoundError as error:
        raise RecordingError("recording_missing") from error
    except RefusedError as error:
        raise RecordingError("too_long" if error.code == "sound_too_long" else "recording_broken") from error
    if found is None:
        raise RecordingError("recording_silent")
    return found


def _check_voice(part: Voiced, most_s: float) -> None:
    """By the header: all that it promises is there, and it is as long as such words are."""
    try:
        with wave.open(str(part.file), "rb") as file:
            frames, frame_bytes = file.getnframes(), file.getnchannels() * file.getsampwidth()
            rate = file.getframerate()
    except FileNotFoundError:
        raise UnusableError("wrote no file") from None
    except (wave.Error, EOFError, OSError) as error:
        raise UnusableError(f"its file is no WAV file ({str(error) or 'cut short'})") from error
    if frames * frame_bytes > part.file.stat().st_size or not rate:
        raise UnusableError("its file is cut short")
    if frames / rate < part.least_s:
        raise UnusableError(f"only {frames / rate:.2f} s of sound for words that need {part.least_s:.2f} s")
    _check_length(frames / rate, most_s)


def _check_length(length_s: float, most_s: float) -> None:
    if length_s > most_s:
        raise UnusableError(f"{length_s:.0f} s of sound, {most_s:.0f} s allowed", too_long=True)


def _decoded(found: Iterable[Sound], path: Path) -> Track:
    track = Track(path, "<f4")
    _fill(track, found)
    return track


def _kept(path: Path, found: Iterable[Sound]) -> Track:
    track = Track(path, "<i2")
    _fill(track, found)
    return track


def _fill(track: Track, found: Iterable[Sound]) -> None:
    for piece in found:
        track.append(piece)


def _slices(sound: Sliced) -> Iterator[Sound]:
    for start in range(0, sound.size, _PIECE):
        yield sound[start : start + _PIECE]


def _silence(count: int) -> Iterator[Sound]:
    for start in range(0, count, _PIECE):
        yield np.zeros(min(_PIECE, count - start), np.float32)


def _halved(sound: Sliced) -> Iterator[Sound]:
    """Every second sample, without what is above a quarter of the rate: the voices have nothing there."""
    at = np.arange(-_TAPS, _TAPS + 1)
    shape = (np.sinc(at * _PASSED) * np.kaiser(at.size, 8.0) * _PASSED).astype(np.float32)
    for start in range(0, sound.size, _PIECE):
        stop = min(start + _PIECE, sound.size)
        before, after = min(_TAPS, start), min(_TAPS, sound.size - stop)
        piece = np.pad(sound[start - before : stop + after], (_TAPS - before, _TAPS - after))
        yield np.convolve(piece, shape, "valid")[::2]


def _amplified(sound: Sliced, gain_db: float) -> Iterator[Sound]:
    for piece in _slices(sound):
        yield (piece * 10 ** (gain_db / 20)).astype(piece.dtype)


def _steps(piece: Sound) -> Sound:
    """The greatest magnitude in each step of 5 ms."""
    steps: Sound = np.abs(np.pad(piece, (0, -piece.size % _STEP))).reshape(-1, _STEP).max(axis=1)
    return steps
