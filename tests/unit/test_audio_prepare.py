"""Preparing: real voices, voices that misbehave (real programs on PATH), and what is left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from audio.normaliser import Normaliser, load_abbreviations
from audio.preparing import prepare
from audio.preparing.loudness import integrated_lufs, true_peak_dbtp
from audio.preparing.prepare import Preparer, Unspeakable
from audio.preparing.speech import Call, Missing, call, voices
from controller.core.parts import TextPart
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.config_tables import Policy, Speech, SpeechEngine
from controller.runtime.places import Places
from tests.support.fake_voices import alive, install, tone_file

TEXT = "UBND xã mời bà con thôn II họp lúc 7h30, ngày 28/11, tại nhà văn hóa."

needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "state")
    found.make()
    return found


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def preparer(places: Places, *engines: SpeechEngine, policy: Policy | None = None, **speech: object) -> Preparer:
    settings = Speech.model_validate({"engines": engines or ("espeak-ng",), "time_limit_s": 5, **speech})
    return Preparer(settings, places, Normaliser(load_abbreviations()), policy)


def fails(subject: Preparer, text: str = TEXT) -> Unspeakable:
    with pytest.raises(Unspeakable) as caught:
        subject.prepare((TextPart(text),))
    return caught.value


def left(places: Places) -> list[str]:
    return sorted(path.name for path in places.renditions.iterdir())


def eventually(true: Callable[[], bool], within_s: float = 30.0) -> bool:
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


# -- real voices


@needs_espeak
@pytest.mark.parametrize("voice", ["vi", "vi-vn-x-central", "vi-vn-x-south"])
def test_both_voices_make_the_same_checked_file(places: Places, voice: str) -> None:
    made = [
        preparer(places, engine, voice=voice).prepare((TextPart(TEXT),))
        for engine in ("pyttsx3", "espeak-ng", "pyttsx3")
    ]
    assert [prepared.engine for prepared in made] == ["pyttsx3", "espeak-ng", "pyttsx3"]
    assert len({prepared.sha256 for prepared in made}) == 1  # one espeak behind both, and no chance anywhere
    prepared = made[0]
    file = places.rendition(prepared.sha256)
    assert left(places) == [file.name]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == prepared.sha256
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 48_000)
        assert sound.getnframes() / 48_000 == pytest.approx(prepared.duration_s)
        samples = np.frombuffer(sound.readframes(10**8), "<i2") / 32768
    assert prepared.lufs == pytest.approx(-16.0, abs=0.5)
    assert prepared.true_peak_dbtp <= -1.0
    assert (integrated_lufs(samples), true_peak_dbtp(samples)) == pytest.approx(
        (prepared.lufs, prepared.true_peak_dbtp), abs=0.001
    )
    assert samples[0] == samples[-1] == 0.0
    assert 4 < prepared.duration_s < 20
    assert prepared.tried == ()


@needs_espeak
def test_a_long_text_loses_no_word(places: Places) -> None:
    text = (TEXT + " ") * 20
    made = {
        preparer(places, engine, time_limit_s=60).prepare((TextPart(text),)).sha256
        for engine in ("pyttsx3", "espeak-ng")
    }
    assert len(made) == 1


def test_the_process_that_asks_stays_without_numpy(places: Places, programs: Path, tmp_path: Path) -> None:
    install(programs, f'cp {tone_file(tmp_path / "tone.wav", 5)} "$out"')
    script = (
        "import sys\nfrom pathlib import Path\nfrom audio.normaliser import Normaliser\n"
        "from audio.preparing.prepare import Preparer\nfrom controller.core.parts import TextPart\n"
        "from controller.runtime.config_tables import Speech\nfrom controller.runtime.places import Places\n"
        "Preparer(Speech(engines=('espeak-ng',)), Places(Path(sys.argv[1])), Normaliser({})).prepare("
        "(TextPart('mời bà con'),))\n"
        "sys.exit(bool({'numpy', 'av', 'pyttsx3'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script, str(places.state)], check=False).returncode == 0


# -- voices that misbehave


def test_nothing_to_say(places: Places) -> None:
    error = fails(preparer(places), "… !!! 😀")
    assert (error.reason, error.tried) == ("nothing_to_say", ())


def test_a_voice_that_hangs_is_killed_with_all_it_started_and_the_next_one_speaks(
    places: Places, programs: Path, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    install(programs, f"sleep 1000 &\necho $$ $! > {pids}\nwait")
    if not shutil.which("espeak-ng", path=os.defpath):
        pytest.skip("pyttsx3 needs espeak-ng's library")
    prepared = preparer(places, "espeak-ng", "pyttsx3", time_limit_s=1).prepare((TextPart(TEXT),))
    assert (prepared.engine, prepared.tried) == ("pyttsx3", ("espeak-ng: stopped after 1 s",))
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 2
    assert eventually(lambda: not any(alive(pid) for pid in started))
    assert left(places) == [f"{prepared.sha256}.wav"]


def test_a_voice_that_leaves_a_program_behind_does_not(places: Places, programs: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    tone = tone_file(tmp_path / "tone.wav", 5)
    install(programs, f'sleep 1000 &\necho $! > {pids}\ncp {tone} "$out"')
    assert preparer(places).prepare((TextPart(TEXT),)).engine == "espeak-ng"
    assert eventually(lambda: not alive(int(pids.read_text())))


MISBEHAVING = {
    "nothing": ("true", "espeak-ng: wrote no file"),
    "an error": ("echo some >&2; echo no such voice >&2; exit 3", "espeak-ng: ended with 3: no such voice"),
    "a crash": ("kill -SEGV $$", "espeak-ng: ended with -11"),
    "silence": ('cp {silence} "$out"', "espeak-ng: its file is silent"),
    "garbage": (
        'head -c 100000 /dev/urandom > "$out"',
        "espeak-ng: its file is no WAV file (file does not start with RIFF id)",
    ),
    "an empty file": (': > "$out"', "espeak-ng: its file is no WAV file (cut short)"),
    "half a file": ('head -c 100000 {tone} > "$out"', "espeak-ng: its file is cut short"),
    "only some of the words": ('cp {brief} "$out"', "espeak-ng: only 0.50 s of sound for words that need"),
    "without end": ('exec cat /dev/zero > "$out"', "espeak-ng: ended with -25"),
    "too much": ('cp {long} "$out"', "espeak-ng: 12 s of sound, 10 s allowed"),
}


@pytest.mark.parametrize("fault", MISBEHAVING)
def test_a_file_that_cannot_be_trusted_is_refused(fault: str, places: Places, programs: Path, tmp_path: Path) -> None:
    body, said = MISBEHAVING[fault]
    install(
        programs,
        body.format(
            silence=tone_file(tmp_path / "silence.wav", 5, 0.001), tone=tone_file(tmp_path / "tone.wav", 5),
            brief=tone_file(tmp_path / "brief.wav", 0.5), long=tone_file(tmp_path / "long.wav", 12),
        ),
    )  # fmt: skip
    error = fails(preparer(places, policy=Policy(max_duration_s=10)))
    assert error.reason == ("too_long" if fault == "too much" else "no_engine")
    assert len(error.tried) == 1 and error.tried[0].startswith(said), error.tried
    assert left(places) == []


def test_the_finishing_child_may_die_or_hang(
    places: Places, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs, f'cp {tone_file(tmp_path / "tone.wav", 5)} "$out"')
    monkeypatch.setattr(prepare, "_FINISH", ("sh", "-c", "echo gone >&2; exit 1"))
    assert fails(preparer(places)).tried == ("espeak-ng: its file could not be finished: gone",)
    monkeypatch.setattr(prepare, "_FINISH", ("sleep", "1000"))
    monkeypatch.setattr(prepare, "FINISH_LIMIT_S", 0.3)
    assert fails(preparer(places)).tried == ("espeak-ng: its file was not finished within 0.3 s",)
    assert left(places) == []


def test_killing_the_station_ends_the_voice_too(places: Places, programs: Path, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    install(programs, f"echo $$ > {pid}\nexec sleep 1000")
    script = (
        "import sys\nfrom pathlib import Path\nfrom audio.normaliser import Normaliser\n"
        "from audio.preparing.prepare import Preparer\nfrom controller.core.parts import TextPart\n"
        "from controller.runtime.config_tables import Speech\nfrom controller.runtime.places import Places\n"
        "Preparer(Speech(engines=('espeak-ng',)), Places(Path(sys.argv[1])), Normaliser({})).prepare("
        "(TextPart('mời bà con'),))\n"
    )
    station = subprocess.Popen([sys.executable, "-c", script, str(places.state)])
    assert eventually(lambda: pid.exists() and bool(pid.read_text().strip()), 20)
    station.send_signal(signal.SIGKILL)
    station.wait()
    assert eventually(lambda: not alive(int(pid.read_text())))
    old = time.time() - 86_400  # what it left half done is swept by a later preparing
    (folder,) = left(places)
    os.utime(places.renditions / folder, (old, old))
    install(programs, "true")
    fails(preparer(places))
    assert left(places) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Places]:
    state = tmp_path / "small"
    state.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "none", state], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        places = Places(state)
        places.make()
        yield places
    finally:
        subprocess.run(["umount", state], check=True)


def test_a_full_disk(small_disk: Places, programs: Path) -> None:
    assert fails(preparer(small_disk, policy=Policy(disk_reserve_mb=40))).reason == "disk_full"  # reserved
    install(programs, 'cat /dev/zero > "$out"')
    assert fails(preparer(small_disk, policy=Policy(disk_reserve_mb=20))).reason == "disk_full"  # filled meanwhile
    assert left(small_disk) == []


# -- which voices, how they are called


def test_piper_counts_only_with_a_voice_file(tmp_path: Path, programs: Path) -> None:
    out = tmp_path / "out.wav"
    assert voices(Speech()) == ("pyttsx3", "espeak-ng")
    missing = Speech(piper_voice=str(tmp_path / "vi.onnx"))
    assert voices(missing) == ("piper", "pyttsx3", "espeak-ng")
    assert call("piper", missing, "mời", out) == Missing(f"no voice file {tmp_path / 'vi.onnx'}")
    (tmp_path / "vi.onnx").touch()
    install(programs, "true", "piper")
    how = call("piper", missing, "mời", out)
    assert isinstance(how, Call)
    assert how.command[-10:] == (
        "--model", str(tmp_path / "vi.onnx"), "--output_file", str(out), "--length_scale", "1.250",
        "--noise_scale", "0", "--noise_w", "0",
    )  # fmt: skip
    assert how.stdin.decode() == "mời"


def test_without_any_voice(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fails(preparer(places)).tried == ("espeak-ng: not installed",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    words = load_words(language, ("audio",))
    for reason in ("nothing_to_say", "no_engine", "too_long", "disk_full", "not_finished"):
        assert words.has(f"unspeakable.{reason}")
