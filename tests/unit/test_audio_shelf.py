"""Only what hashes to its name is played, and only in the one format that the outputs take."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

import pytest

from audio.shelf import load
from controller.core.errors import StationError
from tests.support.tones import tone_pcm, wav


def kept(folder: Path, content: bytes) -> tuple[Path, str]:
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / f"{sha256}.wav"
    path.write_bytes(content)
    return path, sha256


def stereo() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(tone_pcm(0.1))
    return buffer.getvalue()


def test_what_was_approved_comes_back_to_the_bit(tmp_path: Path) -> None:
    pcm = tone_pcm(0.1)
    assert load(*kept(tmp_path, wav(pcm))) == pcm


def test_another_sound_under_an_approved_name_is_refused(tmp_path: Path) -> None:
    path, sha256 = kept(tmp_path, wav(tone_pcm(0.1)))
    path.write_bytes(wav(tone_pcm(0.1, hertz=500.0)))
    with pytest.raises(StationError, match="not what its name says"):
        load(path, sha256)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"spoilt" * 100, wav(b"")[:20], stereo()])
def test_what_cannot_be_played_is_refused_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StationError):
        load(*kept(tmp_path, content))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="No such file"):
        load(tmp_path / "gone.wav", "00")
