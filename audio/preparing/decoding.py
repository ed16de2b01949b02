"""Sound files of people and voices, decoded to mono float32 at 48 kHz, and judged before that.

The only user of PyAV; imported in children alone. FFmpeg gets an open file and the one demuxer that the
file's own bytes call for: it sees no name, opens no other file and no address. What cannot be used leaves
as RefusedError with a key of the word catalogues (section `problem`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from audio.preparing.containers import cut_short, kind_of, promised_mp3_frames
from audio.preparing.loudness import RATE, Sound

MOST_CHANNELS, MOST_RATE = 2, 96_000
_DEMUXERS = {"mp3": "mp3", "ogg": "ogg", "wav": "wav", "m4a": "mp4", "flac": "flac", "webm": "matroska"}
_CODECS = frozenset({"mp3", "mp3float", "vorbis", "opus", "libopus", "flac", "aac", "alac"})
_NOTHING_ELSE = {"protocol_whitelist": "none", "format_whitelist": "mp3,ogg,wav,mov,mp4,m4a,flac,matroska,webm"}
_SLACK_S = 0.5  # of an MP3: headers are written by programs of every kind
_SHORT_S = 0.02
_BAD_SHARE = 0.05  # of the packets: a scratch in a recording is no reason to refuse it, half of it missing is
_PIECE = RATE  # samples
_LOUDEST = 1e6  # of full scale; some programs write 32768 for it


class RefusedError(Exception):
    """Why a file is not taken: `code` is a key of the catalogues, `facts` fills its braces."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, {name: str(value) for name, value in facts.items()}


@dataclass(frozen=True, slots=True)
class Looked:
    kind: str
    length_s: float


def look(file: BinaryIO, most_s: float) -> Looked:
    """Judge a file by its headers and the times of its packets, without decoding it. RefusedError if it is bad."""
    if not file.read(1):
        raise RefusedError("sound_empty")
    kind = kind_of(file)
    if not kind:
        raise RefusedError("not_sound")
    if cut_short(file, kind):
        raise RefusedError("sound_cut_short")
    promised_frames = promised_mp3_frames(file) if kind == "mp3" else 0
    with _opened(file, kind) as (container, stream):
        _judge(stream)
        promised_s = promised_frames * _mp3_frame_s(stream) if kind == "mp3" else _promised_s(container, stream)
        if promised_s > most_s:
            raise _too_long(most_s)
        if kind == "wav":
            return Looked(kind, promised_s)  # every byte is accounted for
        length_s = _measured(container, stream, kind, promised_frames, most_s)
        if kind == "mp3":
            promised_s = max(promised_s, 0.9 * _tagged_s(container) - 1)
        if length_s < promised_s - (_SLACK_S if kind in ("mp3", "webm", "m4a", "ogg") else _SHORT_S):
            raise RefusedError("sound_cut_short")
    return Looked(kind, length_s)


def pieces(file: BinaryIO, kind: str, most_s: float) -> Iterator[Sound]:
    """The sound, piece by piece. RefusedError for what cannot be decoded, is longer than `most_s`, or changes."""
    resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
    waiting: list[Sound] = []
    count = held = packets = bad = wrong = 0
    with _opened(file, kind) as (container, stream):
        _judge(stream)
        for packet in container.demux(stream):
            packets += 1
            for frame in _frames(packet):
                if frame is None:
                    bad += 1
                    continue
                try:
                    converted = resampler.resample(frame)
                except ValueError as error:  # another rate or layout in the middle
                    raise RefusedError("sound_broken") from error
                for part in converted:
                    sound, lost = _numbers(part.to_ndarray()[0])
                    waiting.append(sound)
                    held, wrong = held + part.samples, wrong + lost
            if held >= _PIECE:
                count += held
                if count > most_s * RATE:
                    raise _too_long(most_s)
                yield np.concatenate(waiting)
                waiting, held = [], 0
    waiting += [_numbers(part.to_ndarray()[0])[0] for part in resampler.resample(None)] if count or held else []
    if (bad > 2 and bad > _BAD_SHARE * packets) or wrong > _BAD_SHARE * (count + held) or not count + held:
        raise RefusedError("sound_broken")
    if waiting:
        yield np.concatenate(waiting)


def _numbers(sound: Sound) -> tuple[Sound, int]:
    """Silence where a file of floating point has no number, or one that no sound has; how many those were. A single one
    would make the loudness of all of it no number either."""
    right = np.abs(sound) <= _LOUDEST  # false for what is no number
    return np.where(right, sound, np.float32(0)), int(sound.size - np.count_nonzero(right))


def _frames(packet: Packet[AudioStream]) -> Iterator[Any]:
    """The frames of a packet; None for one that cannot be decoded."""
    try:
        yield from packet.decode()
    except MemoryError:
        raise
    except av.error.FFmpegError:
        yield None


@contextlib.contextmanager
def _opened(file: BinaryIO, kind: str) -> Iterator[tuple[InputContainer, AudioStream]]:
    file.seek(0)
    try:
        with av.open(
            file, "r", format=_DEMUXERS[kind], container_options=_NOTHING_ELSE, metadata_errors="ignore"
        ) as found:
            if not found.streams.audio:
                raise RefusedError("no_sound_in_it")
            stream = found.streams.audio[0]
            if getattr(stream, "codec_context", None) is None:  # nothing here decodes it
                raise RefusedError("sound_codec", codec="?")
            stream.codec_context.thread_count = 1
            yield found, stream
    except MemoryError:  # PyAV's is one of FFmpeg's errors too
        raise
    except (av.error.FFmpegError, ValueError, EOFError) as error:
        raise RefusedError("sound_broken") from error


def _judge(stream: AudioStream) -> None:
    codec = stream.codec_context
    if codec.name not in _CODECS and not codec.name.startswith("pcm_"):
        raise RefusedError("sound_codec", codec=codec.name)
    if codec.channels > MOST_CHANNELS:
        raise RefusedError("sound_channels", channels=codec.channels, limit=MOST_CHANNELS)
    if codec.rate > MOST_RATE:
        raise RefusedError("sound_rate", rate=f"{codec.rate / 1000:g}", limit=MOST_RATE // 1000)
    if codec.channels < 1 or codec.rate < 1:
        raise RefusedError("sound_broken")


def _mp3_frame_s(stream: AudioStream) -> float:
    """1,152 samples, and half as many at the lower rates (ISO/IEC 11172-3, 13818-3)."""
    rate = stream.codec_context.rate
    return (1152 if rate >= 32_000 else 576) / rate


def _promised_s(container: InputContainer, stream: AudioStream) -> float:
    """By the headers; 0 where they do not say. Of an MP3 it would be guessed by the size of the file, with whatever a
    program has put behind the sound."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _tagged_s(container: InputContainer) -> float:
    """What an ID3 tag says of the length (frame TLEN, milliseconds)."""
    said = container.metadata.get("TLEN", "")
    return int(said) / 1000 if said.isascii() and said.isdecimal() and len(said) < 12 else 0.0


def _measured(container: InputContainer, stream: AudioStream, kind: str, promised_frames: int, most_s: float) -> float:
    """The length by the packets, which are counted up to `most_s` and not decoded.

    By their times and by how long each is: a file may say the same time again and again.
    """
    frames, first, end, last, in_all = 0, None, 0.0, 0, 0.0
    smallest, largest = 1 << 30, 0  # bytes of all packets but the last
    base = float(stream.time_base or 0)
    for packet in container.demux(stream):
        if not packet.size:
            continue
        begins = packet.pts * base if packet.pts is not None else end
        first = begins if first is None else first
        lasts = (packet.duration or 0) * base
        end, in_all = max(end, begins + lasts), in_all + lasts
        if max(end - first, in_all) > most_s:
            raise _too_long(most_s)
        if frames:
            smallest, largest = min(smallest, last), max(largest, last)
        frames, last = frames + 1, packet.size
    if promised_frames and (promised_frames - frames) * _mp3_frame_s(stream) > _SLACK_S:
        raise RefusedError("sound_cut_short")
    if kind == "mp3" and not promised_frames and last < smallest and largest - smallest <= 1:
        # the last of equal frames is not whole
        raise RefusedError("sound_cut_short")
    return end - (first or 0.0)


def _too_long(most_s: float) -> RefusedError:
    return RefusedError("sound_too_long", limit=f"{most_s / 60:g}")
