"""Sound is read from anywhere to the sample, and a file only if it is what its name says. Edges are soft."""

from __future__ import annotations

import array
import gc
import hashlib
import io
import itertools
import os
import struct
import tracemalloc
import wave
from pathlib import Path

import pytest

from audio import shelf
from audio.fades import EDGE, RATE, STEEPEST, amplified, crossed
from audio.source import Alarm, FileSound, Louder, Memory, Pause, Repeated, Source
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
        file.setframerate(RATE)
        file.writeframes(tone_pcm(0.1))
    return buffer.getvalue()


def pcm(*values: int) -> bytes:
    return array.array("h", values).tobytes()


def in_pieces(source: Source, size: int, until: int) -> bytes:
    """As a reader gets it: from 0 to `until`, so many samples at once."""
    return b"".join(source.read(start, min(size, until - start)) for start in range(0, until, size))


WORDS, SIGNAL = pcm(1, 2, 3, 4, 5), pcm(-1, -2, -3)
TWO = 2 / RATE  # seconds: two samples


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_what_is_made_of_others_is_read_in_any_pieces(size: int) -> None:
    thrice = Repeated(Memory(WORDS), 3, TWO)
    assert thrice.length == 19
    assert in_pieces(thrice, size, 30) == WORDS + bytes(4) + WORDS + bytes(4) + WORDS
    alarm = Alarm(Memory(SIGNAL), Memory(WORDS), TWO)
    assert in_pieces(alarm, size, 25) == (WORDS + bytes(4) + SIGNAL) * 2 + WORDS
    assert alarm.length > 100 * 24 * 3600 * RATE


def test_it_can_be_read_from_anywhere() -> None:
    alarm = Alarm(Memory(SIGNAL), Memory(WORDS), TWO)
    whole = (WORDS + bytes(4) + SIGNAL) * 3
    for start, count in itertools.product(range(12), range(12)):
        assert alarm.read(start, count) == whole[2 * start : 2 * (start + count)]
        assert alarm.read(10**9 + start, count) == whole[2 * start : 2 * (start + count)]


def test_once_has_no_pause_and_nothing_stays_nothing() -> None:
    once = Repeated(Memory(WORDS), 1, 5.0)
    assert (once.length, once.read(0, 99)) == (5, WORDS)
    for nothing in (Repeated(Memory(b""), 3, 0.0), Alarm(Memory(b""), Memory(b""), 0.0), Pause(0.0)):
        assert (nothing.length, nothing.read(0, 10)) == (0, b"")


def test_a_file_is_read_as_its_samples(tmp_path: Path) -> None:
    content = tone_pcm(0.1)
    sound = FileSound(*kept(tmp_path, wav(content)))
    assert sound.length == 4800
    assert sound.read(0, 4800) == content
    assert sound.read(4000, 10**6) == content[8000:]
    assert sound.read(4800, 10) == sound.read(9000, 10) == b""


def test_chunks_before_the_samples_are_stepped_over(tmp_path: Path) -> None:
    content = wav(pcm(7, 8, 9))
    with_more = b"RIFF" + struct.pack("<I", len(content) + 4) + content[8:36] + b"LIST\4\0\0\0more" + content[36:]
    sound = FileSound(*kept(tmp_path, with_more))
    assert (sound.length, sound.read(0, 9)) == (3, pcm(7, 8, 9))


@pytest.mark.parametrize("content", [b"", b"RIFF", b"spoilt" * 100, wav(b"")[:20], stereo(), wav(tone_pcm(0.1))[:-100]])
def test_what_cannot_be_played_is_refused_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StationError):
        FileSound(*kept(tmp_path, content))


def test_another_sound_under_an_approved_name_is_refused(tmp_path: Path) -> None:
    path, sha256 = kept(tmp_path, wav(tone_pcm(0.1)))
    path.write_bytes(wav(tone_pcm(0.1, hertz=500.0)))
    with pytest.raises(StationError, match="not what its name says"):
        FileSound(path, sha256)
    with pytest.raises(StationError, match="No such file"):
        FileSound(tmp_path / "gone.wav", sha256)


def test_a_file_goes_on_after_it_is_deleted_but_not_after_it_is_cut_short(tmp_path: Path) -> None:
    content = tone_pcm(1.0)
    path, sha256 = kept(tmp_path, wav(content))
    sound = FileSound(path, sha256)
    os.truncate(path, 70_000)
    assert sound.read(0, 30_000) == content[:60_000]
    with pytest.raises(StationError, match="has changed"):
        sound.read(30_000, 5_001)
    path.write_bytes(wav(content))
    sound = FileSound(path, sha256)
    path.unlink()
    assert sound.read(0, 48_000) == content


def test_what_changes_in_the_file_after_it_was_opened_is_not_played(tmp_path: Path) -> None:
    path, sha256 = kept(tmp_path, wav(tone_pcm(3.0)))
    sound = FileSound(path, sha256)
    whole = sound.read(0, sound.length)
    with path.open("r+b") as file:
        file.seek(150_000)
        file.write(b"\x55")
    assert in_pieces(sound, 10_000, 50_000) == whole[:100_000], "what was before it still is"
    with pytest.raises(StationError, match="has changed"):
        sound.read(74_000, 2_000)


def test_an_hour_takes_no_memory_and_leaves_no_file_open(tmp_path: Path) -> None:
    def open_files() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    path, sha256 = kept(tmp_path, wav(bytes(2 * RATE * 120)))
    before = open_files()
    tracemalloc.start()
    sound = shelf.opened(path, sha256, in_memory_below=1_000_000)
    for start in range(0, sound.length, RATE):
        sound.read(start, RATE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert open_files() == before + 1
    del sound
    assert open_files() == before


def test_small_files_are_held_and_large_ones_are_not(tmp_path: Path) -> None:
    content = wav(tone_pcm(0.1))
    path, sha256 = kept(tmp_path, content)
    assert isinstance(shelf.opened(path, sha256, len(content)), FileSound)
    held = shelf.opened(path, sha256, len(content) + 1)
    assert isinstance(held, Memory)
    assert held.read(0, held.length) == tone_pcm(0.1)
    with pytest.raises(StationError, match="No such file"):
        shelf.opened(tmp_path / "gone.wav", sha256, 10**9)


def test_louder_and_softer_are_held_at_full_scale() -> None:
    source = Memory(pcm(0, 1000, -1000, 20_000, -20_000, 32_767, -32_768))
    doubled = pcm(0, 2000, -2000, 32_767, -32_768, 32_767, -32_768)
    assert Louder(source, 6.0206).read(0, 99) == doubled
    assert Louder(source, -20.0).read(1, 2) == pcm(100, -100)
    assert amplified(pcm(32_767, -32_768), 0.0) == pcm(32_767, -32_768)
    assert Louder(source, 3.0).length == 7


# --- edges


def largest_step(*parts: bytes) -> int:
    values = array.array("h", b"".join(parts))
    return max(abs(b - a) for a, b in itertools.pairwise(values))


LOUD, LOW = pcm(32_767) * 2000, pcm(-32_768) * 2000


def test_what_is_cut_falls_within_ten_milliseconds() -> None:
    fallen = crossed(LOUD, b"", rising=False)
    assert len(fallen) == 2 * EDGE
    assert largest_step(LOUD, fallen, bytes(10)) <= STEEPEST + 1
    values = array.array("h", fallen)
    assert list(values) == sorted(values, reverse=True)


def test_what_is_joined_rises_within_ten_milliseconds_and_is_then_itself() -> None:
    risen = crossed(b"", LOUD, rising=True)
    assert risen[2 * EDGE :] == LOUD[2 * EDGE :]
    assert largest_step(bytes(10), risen) <= STEEPEST + 1
    assert crossed(b"", LOUD, rising=False) == LOUD


def test_one_passes_into_the_other() -> None:
    assert largest_step(LOUD, crossed(LOUD, LOW, rising=True)) <= 2 * STEEPEST + 2
    same = array.array("h", crossed(LOUD, LOUD, rising=True))
    assert min(same) >= 32_766, "both fades together make a whole"
    quiet = pcm(100) * 2000
    assert crossed(quiet, pcm(5) * 1000, rising=False)[2 * EDGE :] == pcm(5) * 520
    assert max(array.array("h", crossed(LOUD, LOUD, rising=False))) == 32_767, "no more than full scale"


def test_less_than_ten_milliseconds_fall_in_their_own_time() -> None:
    fallen = crossed(LOUD[:200], b"", rising=False)
    assert len(fallen) == 200
    assert abs(array.array("h", fallen)[-1]) < 10
    assert len(crossed(LOUD, pcm(1), rising=False)) == 2 * EDGE
