"""An announcement of several parts: their order, their pauses, each as loud as the next; and long ones."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from audio.normaliser import Normaliser, load_abbreviations
from audio.preparing.loudness import RATE, Sound, integrated_lufs, true_peak_dbtp
from audio.preparing.prepare import Preparer, Unspeakable
from audio.preparing.sound import PART_GAP_S
from controller.core.parts import Parts, PausePart, RecordingPart, TextPart
from controller.core.renditions import Prepared
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.places import Places
from tests.support.brought import cut, many_frames, sound_file, speechlike
from tests.support.fake_voices import install, tone_file

QUIET_S = 0.06  # kept at the ends of two neighbours, and faded
TEXT = TextPart("Mời bà con")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """With a voice that says everything as three seconds of a tone of 440 Hz."""
    tone = tone_file(tmp_path / "tone.wav", 3.0)
    install(tmp_path / "bin", f'cp {tone} "$out"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    found = Places(tmp_path / "state")
    found.make()
    return found


def preparer(places: Places, policy: Policy | None = None, **speech: object) -> Preparer:
    settings = Speech.model_validate({"engines": ("espeak-ng",), **speech})
    return Preparer(settings, places, Normaliser(load_abbreviations()), policy or Policy(disk_reserve_mb=20))


def kept(places: Places, file: Path, length_s: float = 3.0) -> RecordingPart:
    """A recording as intake leaves it."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    file.rename(places.sound(sha256))
    return RecordingPart(sha256, "Tày", "tyz", length_s)


def recording(
    places: Places, folder: Path, level: float = 0.5, kind: str = "mp3", seconds: float = 3.0
) -> RecordingPart:
    rate = 48_000 if kind in ("ogg", "webm", "flac") else 44_100
    return kept(places, sound_file(folder / f"{kind}-{level}", kind, speechlike(seconds, rate, level)), seconds)


def samples(places: Places, prepared: Prepared) -> Sound:
    with wave.open(str(places.rendition(prepared.sha256))) as file:
        found: Sound = np.frombuffer(file.readframes(10**9), "<i2").astype(np.float32) / 32_768
    assert found.size == round(prepared.duration_s * RATE)
    return found


def spans(sound: Sound) -> list[tuple[str, float, Sound]]:
    """Sound and silence in turn, each with its length; silence is 0.3 s or more of nothing."""
    steps = np.abs(np.pad(sound, (0, -sound.size % 480))).reshape(-1, 480).max(axis=1)
    loud = np.convolve(steps > 0.001, np.ones(31), "same") > 0  # 0.3 s, to bridge the pauses between syllables
    edges = [0, *(np.flatnonzero(np.diff(loud)) + 1), loud.size]
    found = []
    for first, end in pairwise(edges):
        part = sound[first * 480 : end * 480]
        found.append(("sound" if loud[first] else "silence", part.size / RATE, part))
    return found


def test_parts_sound_in_order_with_their_pauses_and_equally_loud(places: Places, tmp_path: Path) -> None:
    soft, loud = recording(places, tmp_path, 0.02), recording(places, tmp_path, 0.95, "ogg")
    prepared = preparer(places).prepare((TEXT, PausePart(2.0), soft, loud, TEXT))
    found = spans(samples(places, prepared))
    bridged = 0.3
    assert [what for what, _, _ in found] == ["sound", "silence", "sound", "silence", "sound", "silence", "sound"]
    silences = [length_s + bridged for what, length_s, _ in found if what == "silence"]
    assert silences == pytest.approx([2.0 + QUIET_S, PART_GAP_S + QUIET_S, PART_GAP_S + QUIET_S], abs=0.05)
    parts = [part for what, _, part in found if what == "sound"]
    pitches = [int(np.abs(np.fft.rfft(part[RATE : 2 * RATE])).argmax()) for part in parts]
    assert pitches[0] == pitches[3] == 440 and 440 not in pitches[1:3]
    assert [integrated_lufs(part) for part in parts] == pytest.approx([-16.0] * 4, abs=0.5)
    assert prepared.lufs == pytest.approx(-16.0, abs=0.2)
    assert prepared.true_peak_dbtp <= -1.0 and true_peak_dbtp(samples(places, prepared)) <= -1.0
    assert prepared.engine == "espeak-ng"


@pytest.mark.parametrize("kind", ["mp3", "ogg", "wav", "m4a", "flac", "webm"])
def test_a_recording_alone(kind: str, places: Places, tmp_path: Path) -> None:
    prepared = preparer(places).prepare((recording(places, tmp_path, 0.1, kind),))
    assert (prepared.engine, prepared.tried) == ("recording", ())
    assert prepared.duration_s == pytest.approx(3.0, abs=0.2)
    assert prepared.lufs == pytest.approx(-16.0, abs=0.2)


def test_pauses_at_the_ends_are_kept_and_pauses_in_a_row_add_up(places: Places) -> None:
    alone = preparer(places).prepare((TEXT,)).duration_s
    parts: Parts = (PausePart(1.0), TEXT, PausePart(1.5), PausePart(0.5), TEXT, PausePart(2.0))
    assert preparer(places).prepare(parts).duration_s == pytest.approx(2 * alone + 5.0, abs=0.001)


def test_a_part_without_words_is_passed_over(places: Places) -> None:
    alone = preparer(places).prepare((TEXT,))
    assert preparer(places).prepare((TEXT, TextPart("😀"))) == alone
    with pytest.raises(Unspeakable) as caught:
        preparer(places).prepare((TextPart("😀"), PausePart(1.0)))
    assert caught.value.reason == "nothing_to_say"


@pytest.mark.skipif(not shutil.which("espeak-ng", path=os.defpath), reason="pyttsx3 needs espeak-ng's library")
def test_one_voice_speaks_all_of_it(places: Places, tmp_path: Path) -> None:
    """The first one loses the second text, so that the other one speaks both."""
    again = tmp_path / "again"
    install(tmp_path / "bin", f'[ -e {again} ] && exit 3; touch {again}; cp {tmp_path / "tone.wav"} "$out"')
    prepared = preparer(places, engines=("espeak-ng", "pyttsx3")).prepare((TEXT, TEXT))
    assert (prepared.engine, prepared.tried) == ("pyttsx3", ("espeak-ng: ended with 3",))
    assert [len(spans(samples(places, prepared))), prepared.duration_s < 5] == [3, True]  # no three seconds of a tone


def reason(places: Places, *parts: TextPart | RecordingPart) -> str:
    with pytest.raises(Unspeakable) as caught:
        preparer(places).prepare(parts)
    for language in LANGUAGES:
        assert load_words(language, ("audio",)).has(f"unspeakable.{caught.value.reason}")
    assert [path.name for path in places.renditions.iterdir()] == []
    return caught.value.reason


def test_a_recording_that_is_gone_damaged_or_silent(places: Places, tmp_path: Path) -> None:
    assert reason(places, TEXT, RecordingPart("0" * 64, "Tày")) == "recording_missing"
    rotten = recording(places, tmp_path)
    places.sound(rotten.sha256).write_bytes(b"ID3" + bytes(10_000))
    assert reason(places, TEXT, rotten) == "recording_missing"
    assert (
        reason(places, kept(places, cut(sound_file(tmp_path / "a", "wav", speechlike(2.0, 44_100)))))
        == "recording_broken"
    )
    assert reason(places, TEXT, recording(places, tmp_path, 0.001)) == "recording_silent"


def test_the_whole_may_not_be_longer_than_allowed(places: Places, tmp_path: Path) -> None:
    parts = (TEXT, recording(places, tmp_path, seconds=6.0))
    assert preparer(places, Policy(disk_reserve_mb=20, max_duration_s=10)).prepare(parts).duration_s < 10
    with pytest.raises(Unspeakable) as caught:
        preparer(places, Policy(disk_reserve_mb=20, max_duration_s=10)).prepare((*parts, TEXT))
    assert caught.value.reason == "too_long"


def test_a_recipe_changes_with_what_is_heard_and_with_nothing_else(places: Places, tmp_path: Path) -> None:
    voice = tmp_path / "vi.onnx"
    voice.write_bytes(b"one")
    one = RecordingPart("1" * 64, "Tày", "tyz", 3.0)
    parts: Parts = (TextPart("UBND họp"), PausePart(1.0), one)
    base = preparer(places, piper_voice=str(voice))
    recipe = base.recipe(parts)
    assert len(recipe) == 64
    assert (
        base.recipe((TextPart("ủy ban nhân dân họp"), PausePart(1.0), RecordingPart("1" * 64, "Khác", "hmn"))) == recipe
    )
    assert preparer(places, piper_voice=str(voice), time_limit_s=5, chime=False).recipe(parts) == recipe
    others = [
        base.recipe((TextPart("HĐND họp"), *parts[1:])), base.recipe((*parts[:2], RecordingPart("2" * 64, "Tày"))),
        base.recipe((parts[0], PausePart(2.0), one)), base.recipe((one, PausePart(1.0), parts[0])),
        preparer(places, piper_voice=str(voice), voice="vi-vn-x-south").recipe(parts),
        preparer(places, piper_voice=str(voice), words_per_minute=150).recipe(parts),
        preparer(places, piper_voice=str(voice), engines=("pyttsx3", "espeak-ng")).recipe(parts),
        preparer(places, piper_voice=str(voice), loudness_lufs=-18).recipe(parts),
        preparer(places, piper_voice=str(voice), true_peak_dbtp=-2).recipe(parts),
        preparer(places).recipe(parts),
    ]  # fmt: skip
    voice.write_bytes(b"another")
    others.append(base.recipe(parts))
    assert len({recipe, *others}) == len(others) + 1
    assert preparer(places, voice="vi-vn-x-south").recipe((one,)) == preparer(places).recipe((one,))  # nobody speaks


def test_a_quarter_of_an_hour_takes_little_memory(places: Places, tmp_path: Path) -> None:
    options = {"write_xing": "0", "id3v2_version": "0"}
    second = sound_file(tmp_path / "one", "mp3", speechlike(1.0, 44_100, 0.1), options=options)
    long = kept(places, many_frames(tmp_path / "long", second, 840), 870.0)
    job = {
        "parts": [{"recording": str(places.sound(long.sha256)), "sha256": long.sha256}],
        "out": str(tmp_path / "finished.wav"), "most_s": 900, "lufs": -16.0, "true_peak": -1.0,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "audio.preparing.prepare_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ) as child:  # fmt: skip
        assert child.stdin and child.stdout
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
        child.stdin.close()
    most_kib = int(status.partition("VmHWM:")[2].split()[0])
    assert answer["finished"]["duration_s"] > 840
    assert answer["finished"]["lufs"] == pytest.approx(-16.0, abs=0.2)
    assert most_kib < 150 * 1024  # held whole it would be 170 MB for each copy
