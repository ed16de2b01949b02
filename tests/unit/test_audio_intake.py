"""What people bring: each kind is kept as it is; whatever is wrong with a file is said, within five seconds."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import shutil
import struct
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio.preparing import intake
from audio.preparing.decoding import RefusedError, look, pieces
from audio.preparing.intake import Intake
from audio.preparing.loudness import integrated_lufs, true_peak_dbtp
from controller.core.errors import InputError
from controller.core.recordings import Brought, SignalName
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Policy
from controller.runtime.places import Places
from tests.support.brought import (
    FORMATS,
    Samples,
    cut,
    film,
    flac_bomb,
    many_channels,
    many_frames,
    sound_file,
    speechlike,
    wav_header_bomb,
)

LIMIT_S = 5.0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "state")
    found.make()
    return found


def brought(places: Places, file: Path) -> Path:
    """As an upload arrives: under a name that says nothing."""
    return Path(shutil.copyfile(file, places.uploads / "upload-1"))


def taken(places: Places, file: Path, policy: Policy | None = None) -> Brought:
    return Intake(places, policy or Policy(disk_reserve_mb=20)).take(brought(places, file), file.name)


def left(places: Places) -> list[str]:
    return sorted(
        path.name for folder in (places.uploads, places.sounds, places.renditions) for path in folder.iterdir()
    )


def usual(path: Path, kind: str, seconds: float = 3.0, **more: Any) -> Path:
    return sound_file(path, kind, speechlike(seconds, FORMATS[kind][2]), **more)


@pytest.mark.parametrize("kind", FORMATS)
def test_each_kind_is_kept_to_the_byte(kind: str, places: Places, tmp_path: Path) -> None:
    file = usual(tmp_path / f"họp.{kind}", kind)
    content = file.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    made = taken(places, file)
    assert made == Brought(sha256, kind, made.length_s, len(content))
    assert made.length_s == pytest.approx(3.0, abs=0.06)
    assert places.sound(sha256).read_bytes() == content
    assert left(places) == [sha256]


def test_covers_vorbis_films_and_wrong_names_do_not_matter(places: Places, tmp_path: Path) -> None:
    cover = usual(tmp_path / "cover.wav", "mp3", cover=True, title="Bài hát")
    vorbis = sound_file(tmp_path / "v.mp3", "ogg", speechlike(3.0, channels=2), encoder="vorbis")
    plain = usual(tmp_path / "p", "mp3", options={"write_xing": "0", "id3v2_version": "0"})
    assert [taken(places, file).format for file in (cover, vorbis, plain, film(tmp_path / "f", sound=True))] == [
        "mp3", "ogg", "mp3", "m4a",
    ]  # fmt: skip


def test_what_programs_put_around_an_mp3_does_not_matter(places: Places, tmp_path: Path) -> None:
    bare = usual(tmp_path / "bare", "mp3", options={"write_xing": "0", "id3v2_version": "0"}).read_bytes()
    ape = b"APETAGEX" + (2000).to_bytes(4, "little") * 2 + bytes(110)
    headed = usual(tmp_path / "headed", "mp3").read_bytes()
    slow = sound_file(tmp_path / "slow", "mp3", speechlike(3.0, 22_050), rate=22_050).read_bytes()
    room = bytes(20_000_000)  # kept for a file that turned out shorter
    brought_so = (bare + b"TAG" + bytes(125), bare + ape, bytes(300) + bare, bare + room, headed + room, slow + room)
    for number, content in enumerate(brought_so):
        file = tmp_path / f"{number}.mp3"
        file.write_bytes(content)
        assert taken(places, file).length_s == pytest.approx(3.0, abs=0.06)


def test_slower_and_finer_sound_is_taken_too(places: Places, tmp_path: Path) -> None:
    files = [
        sound_file(tmp_path / "slow", "mp3", speechlike(3.0, 22_050), rate=22_050),
        sound_file(tmp_path / "fine", "wav", speechlike(3.0, 96_000, channels=2), rate=96_000, encoder="pcm_s24le"),
        sound_file(tmp_path / "float", "wav", speechlike(3.0, 44_100), encoder="pcm_f32le"),
        sound_file(tmp_path / "lossless", "m4a", speechlike(3.0, 44_100), encoder="alac"),
        usual(tmp_path / "first", "m4a", options={"movflags": "faststart"}),
    ]
    assert [taken(places, file).length_s for file in files] == pytest.approx([3.0] * 5, abs=0.06)


def floating(samples: Samples) -> Callable[[Path], Path]:
    """A WAV file of floating point, mono at 48 kHz, whatever the numbers are."""

    def make(folder: Path) -> Path:
        data, file = samples.astype("<f4").tobytes(), folder / "f.wav"
        head = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 3, 1, 48_000, 192_000, 4, 32, b"data", len(data))
        file.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + head + data)
        return file

    return make


def spoilt(every: int, by: float) -> Samples:
    samples = speechlike(3.0)
    samples[:, ::every] = by
    return samples


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_number_is_silence_and_spoils_nothing(number: float, places: Places, tmp_path: Path) -> None:
    """One such sample made the loudness of the whole announcement no number."""
    file = floating(spoilt(9_000, number))(tmp_path)
    assert taken(places, file).length_s == pytest.approx(3.0)
    with file.open("rb") as opened:
        sound = np.concatenate(list(pieces(opened, "wav", 10.0)))
    assert np.isfinite(sound).all()
    assert float(np.abs(sound).max()) == pytest.approx(float(np.abs(speechlike(3.0)).max()), rel=0.05)


def as_text(content: str | bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        file = folder / "tin.mp3"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return make


def three_hours(folder: Path) -> Path:
    second = usual(folder / "one", "mp3", 1.0, options={"write_xing": "0", "id3v2_version": "0"})
    return many_frames(folder / "long.mp3", second, 10_800)


def scratched(folder: Path) -> Path:
    """Its headers are right, its sound is not."""
    file = usual(folder / "a.m4a", "m4a")
    content = bytearray(file.read_bytes())
    middle = len(content) // 4
    noise = np.random.default_rng(1).integers(0, 256, len(content) - 2 * middle, np.uint8).tobytes()
    content[middle : middle + len(noise)] = noise
    file.write_bytes(bytes(content))
    return file


def other_files(kind: str) -> Callable[[Path], Path]:
    """A list that names a file which is really there."""

    def make(folder: Path) -> Path:
        there = usual(folder / "there.mp3", "mp3")
        text = f"ffconcat version 1.0\nfile '{there}'\n" if kind == "concat" else f"#EXTM3U\n#EXTINF:3,\nfile:{there}\n"
        return as_text(text)(folder)

    return make


def long_tag(folder: Path) -> Path:
    """An ID3 tag longer than the whole file."""
    file = folder / "tag.mp3"
    file.write_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(5000))
    return file


def whole_pages(folder: Path) -> Path:
    """Nothing is half, but the page that says it is the last one has not arrived."""
    file = usual(folder / "a.ogg", "ogg")
    content = file.read_bytes()
    file.write_bytes(content[: content.rfind(b"OggS")])
    return file


def cut_kind(kind: str, share: float = 0.6, **more: Any) -> Callable[[Path], Path]:
    return lambda folder: cut(usual(folder / f"cut.{kind}", kind, **more), share)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    **{f"a truncated {kind}": (cut_kind(kind), "sound_cut_short") for kind in FORMATS},
    "an ogg whose last page is half": (cut_kind("ogg", 0.99), "sound_cut_short"),
    "an ogg without its last page": (whole_pages, "sound_cut_short"),
    "an mp3 cut in a frame": (
        cut_kind("mp3", 0.613, options={"write_xing": "0", "id3v2_version": "0"}), "sound_cut_short",
    ),
    "an mp3 shorter than its tag": (
        lambda d: usual(d / "a", "mp3", options={"write_xing": "0"}, TLEN="60000"), "sound_cut_short",
    ),
    "a tag longer than the file": (long_tag, "sound_cut_short"),
    "a text": (as_text("Mời bà con đến họp.\n" * 500), "not_sound"),
    "a text in UTF-16": (as_text("Mời bà con".encode("utf-16")), "not_sound"),
    "a page": (as_text("<html><body>404</body></html>"), "not_sound"),
    "nothing": (as_text(""), "sound_empty"),
    "one byte": (as_text("I"), "not_sound"),
    "noise that begins like mp3": (as_text(b"\xff\xfb\x90\x00" + bytes(range(256)) * 40), "sound_broken"),
    "three hours without a header": (three_hours, "sound_too_long"),
    "three hours by the header": (lambda d: wav_header_bomb(d / "h.wav", 10_800), "sound_too_long"),
    "8 channels at 192 kHz": (lambda d: many_channels(d / "8.wav", 8, 192_000), "sound_channels"),
    "six channels": (lambda d: many_channels(d / "6.wav", 6, 48_000), "sound_channels"),
    "192 kHz": (lambda d: many_channels(d / "r.wav", 2, 192_000), "sound_rate"),
    "silence": (lambda d: sound_file(d / "s.wav", "wav", speechlike(3.0, 44_100, 0.002)), "sound_silent"),
    "a bomb": (lambda d: flac_bomb(d / "bomb.flac", 10.0, d), "sound_too_long"),
    "a film without sound": (lambda d: film(d / "f.mp4", sound=False), "no_sound_in_it"),
    "a list of files": (other_files("concat"), "not_sound"),
    "a playlist": (other_files("m3u"), "not_sound"),
    "scratched all over": (scratched, "sound_broken"),
    "no numbers at all": (floating(np.full(144_000, np.nan, np.float32)), "sound_broken"),
    "many that are none": (floating(spoilt(7, np.inf)), "sound_broken"),
    "louder than anything": (floating(np.full(144_000, 1e30, np.float32)), "sound_broken"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_at_once_and_leaves_nothing(what: str, places: Places, tmp_path: Path) -> None:
    make, code = BAD[what]
    file = make(tmp_path)
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        taken(places, file)
    took_s = time.monotonic() - began
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("file", code)
    assert took_s < LIMIT_S
    assert left(places) == []
    for language in LANGUAGES:
        words = load_words(language, ("audio",))
        assert words(f"problem.{problem.code}", **dict(problem.facts))


@pytest.mark.parametrize("kind", FORMATS)
def test_any_damage_is_a_refusal_or_does_no_harm(kind: str, tmp_path: Path) -> None:
    """In the child's own code: nothing but a RefusedError ever leaves it, and no damage makes sound longer."""
    whole, chance = usual(tmp_path / "a", kind, 2.0).read_bytes(), random.Random(kind)  # noqa: S311 - damage, not a secret
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            content[chance.randrange(chance.choice((300, len(content))))] = chance.randrange(256)
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        file = io.BytesIO(bytes(content))
        with contextlib.suppress(RefusedError):
            assert sum(piece.size for piece in pieces(file, look(file, 10.0).kind, 10.0)) <= 11 * 48_000


def test_as_long_as_allowed_and_a_little_longer(places: Places, tmp_path: Path) -> None:
    policy = Policy(disk_reserve_mb=20, max_duration_s=10)
    assert taken(places, usual(tmp_path / "a", "mp3", 9.8), policy).length_s < 10
    with pytest.raises(InputError):
        taken(places, usual(tmp_path / "b", "mp3", 10.2), policy)


def test_a_child_that_dies_or_hangs_is_a_refusal(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = usual(tmp_path / "a.mp3", "mp3")
    for command, code in ((("sh", "-c", "exit 1"), "sound_fault"), (("sleep", "1000"), "sound_slow")):
        monkeypatch.setattr(intake, "_CHILD", command)
        monkeypatch.setattr(intake, "LOOK_LIMIT_S", 0.3)
        with pytest.raises(InputError) as caught:
            taken(places, file)
        assert [problem.code for problem in caught.value.problems] == [code]
    assert left(places) == []


def test_no_room(places: Places, tmp_path: Path) -> None:
    disk_mb = shutil.disk_usage(tmp_path).free >> 20
    policy = Policy.model_construct(**{**Policy().model_dump(), "disk_reserve_mb": disk_mb + 1000})
    with pytest.raises(InputError) as caught:
        taken(places, usual(tmp_path / "a.mp3", "mp3"), policy)
    assert [problem.code for problem in caught.value.problems] == ["no_room"]
    assert left(places) == []


def test_old_uploads_are_swept(places: Places, tmp_path: Path) -> None:
    old = places.uploads / "upload-0"
    old.write_bytes(b"half")
    killed = places.uploads / ".judging-0"  # whoever judged it was killed
    killed.mkdir()
    (killed / "log").write_bytes(b"")
    for left_behind in (old, killed):
        os.utime(left_behind, (time.time() - 2 * 86_400,) * 2)
    (places.uploads / "upload-2").write_bytes(b"on its way")
    made = taken(places, usual(tmp_path / "a.mp3", "mp3"))
    assert left(places) == sorted([made.sha256, "upload-2"])


# -- signals


def signal(places: Places, file: Path, kind: SignalName) -> tuple[str, float]:
    return Intake(places, Policy(disk_reserve_mb=20)).take_signal(brought(places, file), file.name, kind)


def test_a_chime_is_trimmed_and_levelled(places: Places, tmp_path: Path) -> None:
    quiet = np.zeros((1, 44_100), np.float32)
    chime = np.concatenate([quiet, speechlike(2.0, 44_100, 0.05), quiet], axis=1)
    sha256, length_s = signal(places, sound_file(tmp_path / "a.mp3", "mp3", chime), SignalName.OPENING)
    assert left(places) == [f"{sha256}.wav"]
    assert hashlib.sha256(places.rendition(sha256).read_bytes()).hexdigest() == sha256
    with wave.open(str(places.rendition(sha256))) as made:
        assert (made.getnchannels(), made.getsampwidth(), made.getframerate()) == (1, 2, 48_000)
        samples = np.frombuffer(made.readframes(10**8), "<i2").astype(np.float32) / 32_768
    assert samples.size / 48_000 == pytest.approx(length_s)
    assert 1.5 < length_s < 2.1
    assert integrated_lufs(samples) == pytest.approx(-16.0, abs=0.5)
    assert true_peak_dbtp(samples) <= -1.0


@pytest.mark.parametrize(
    ("kind", "seconds", "level", "code"),
    [
        (SignalName.OPENING, 0.3, 0.5, "signal_length"), (SignalName.CLOSING, 12.0, 0.5, "signal_length"),
        (SignalName.ALERT, 2.0, 0.5, "signal_length"), (SignalName.ALERT, 4.0, 0.001, "sound_silent"),
    ],
)  # fmt: skip
def test_a_signal_has_its_length(
    kind: SignalName, seconds: float, level: float, code: str, places: Places, tmp_path: Path
) -> None:
    file = sound_file(tmp_path / "a.wav", "wav", speechlike(seconds, 44_100, level))
    with pytest.raises(InputError) as caught:
        signal(places, file, kind)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert left(places) == []
