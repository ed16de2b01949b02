"""Sound files as people bring them, and files that only seem to be: made with FFmpeg's own encoders, or by hand."""

from __future__ import annotations

import struct
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Samples = NDArray[np.float32]
FORMATS = {  # name: (muxer, encoder, rate)
    "mp3": ("mp3", "libmp3lame", 44_100), "ogg": ("ogg", "libopus", 48_000), "wav": ("wav", "pcm_s16le", 44_100),
    "m4a": ("ipod", "aac", 44_100), "flac": ("flac", "flac", 48_000), "webm": ("webm", "libopus", 48_000),
}  # fmt: skip


def speechlike(seconds: float, rate: int = 48_000, level: float = 0.5, channels: int = 1) -> Samples:
    """Syllables of a humming voice, (channels, samples): sound that comes and goes, as words do."""
    at = np.arange(round(seconds * rate)) / rate
    hum = sum(np.sin(2 * np.pi * 140 * n * at + n) / n for n in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * at), 0, 1) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.31 * at))
    one = (level * hum * syllables / np.abs(hum).max()).astype(np.float32)
    return np.repeat(one[np.newaxis], channels, axis=0)


def sound_file(
    path: Path, kind: str, samples: Samples, rate: int = 0, options: dict[str, str] | None = None,
    encoder: str = "", cover: bool = False, **tags: str,
) -> Path:  # fmt: skip
    """Encode as `kind` (FORMATS). `options` are the muxer's."""
    muxer, codec, usual = FORMATS[kind]
    rate = rate or usual
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[samples.shape[0]]
    with av.open(str(path), "w", format=muxer, container_options=options or {}) as out:
        out.metadata.update(tags)
        stream: Any = out.add_stream(encoder or codec, rate=rate, layout=layout, options={"strict": "experimental"})
        picture = out.add_stream("mjpeg", rate=1) if cover else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuvj420p"
            picture.disposition = av.stream.Disposition.attached_pic
            for packet in picture.encode(VideoFrame.from_ndarray(np.full((64, 64, 3), 99, np.uint8), "rgb24")):
                out.mux(packet)
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate, frame_size=size)
        for start in range(0, samples.shape[1], rate):
            piece = np.ascontiguousarray(samples[:, start : start + rate], np.float32)
            frame = AudioFrame.from_ndarray(piece, "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for ready in resampler.resample(frame):
                out.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            out.mux(stream.encode(ready))
        out.mux(stream.encode(None))
    return path


def cut(path: Path, share: float = 0.6) -> Path:
    """The same file, of which only the beginning has arrived."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def film(path: Path, sound: bool) -> Path:
    """A short video, with or without sound."""
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        voice = out.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for number in range(20):
            out.mux(stream.encode(VideoFrame.from_ndarray(np.full((64, 64, 3), 10 * number, np.uint8), "rgb24")))
        out.mux(stream.encode(None))
        if voice is not None:
            samples = speechlike(2.0, 44_100)
            for start in range(0, samples.shape[1] - 1024, 1024):
                frame = AudioFrame.from_ndarray(samples[:, start : start + 1024], "fltp", "mono")
                frame.sample_rate, frame.pts = 44_100, start
                out.mux(voice.encode(frame))
            out.mux(voice.encode(None))
    return path


def many_frames(path: Path, one_second: Path, seconds: int) -> Path:
    """An MP3 file without a header of its own: the frames of a short one again and again."""
    frames = one_second.read_bytes()
    path.write_bytes(frames * seconds)
    return path


def flac_bomb(path: Path, hours: float, folder: Path) -> Path:
    """Hours of digital silence in a few bytes a second, of a length that its header does not say."""
    small = sound_file(folder / "small.flac", "flac", np.zeros((1, 48_000 * 20), np.float32))
    content = bytearray(small.read_bytes())
    content[21] &= 0xF0  # the 36 bits of the number of samples: unknown
    content[22:26] = bytes(4)
    at = 4
    while True:  # over the blocks of metadata
        last, length = content[at] & 0x80, int.from_bytes(content[at + 1 : at + 4], "big")
        at += 4 + length
        if last:
            break
    path.write_bytes(bytes(content[:at]) + bytes(content[at:]) * int(hours * 180))
    return path


def wav_header_bomb(path: Path, seconds: int) -> Path:
    """A WAV file of so many seconds, whose bytes are a hole in the disk: it takes no room."""
    length = seconds * 16_000
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + length) + b"WAVEfmt ")
        file.write(struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16_000, 2, 16) + b"data" + struct.pack("<I", length))
        file.truncate(44 + length)
    return path


def many_channels(path: Path, channels: int, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.tile((speechlike(1.0, rate)[0] * 20_000).astype("<i2")[:, np.newaxis], channels).tobytes())
    return path
