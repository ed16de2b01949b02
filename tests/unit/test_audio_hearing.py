"""What is recorded, when the question is asked, and that nothing of a recording stays. The programs that record are
stood in for by `cat`; the child that judges is the real one."""

from __future__ import annotations

import os
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from audio.listening import ear
from audio.listening.ear import Ear, Span
from audio.listening.hearing import REASONS, WHOLE_S, Heard, Hearing, spans
from controller.core.errors import DeviceError
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import SystemClock
from controller.runtime.places import Places
from tests.support.heard_cases import speech
from tests.support.processes import until

WORDS_S = 6.0
CLOCK = SystemClock()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "state")
    places.make()
    words = np.repeat(speech(1)[: int(WORDS_S * ear.RATE)], 3)
    with wave.open(str(places.rendition("words")), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.round(words * 32767).astype("<i2").tobytes())
    return places


def recording(number: int = 1, seconds: float = WORDS_S) -> bytes:
    """Words between 0.3 s of silence each."""
    sound = np.zeros(int((seconds + 0.6) * ear.RATE))
    said = speech(number)[: int(seconds * ear.RATE)]
    first = int(0.3 * ear.RATE)
    sound[first : first + len(said)] = said * 0.3
    return np.round((sound + np.random.default_rng(1).normal(size=len(sound)) * 1e-4) * 32767).astype("<i2").tobytes()


@contextmanager
def hearing(places: Places, source: str = "x") -> Iterator[tuple[Hearing, list[Heard]]]:
    told: list[Heard] = []
    one = Hearing(source, places, CLOCK, told.append)
    stop = threading.Event()
    seen: list[float] = []
    thread = threading.Thread(target=one.work, args=(stop.is_set, lambda: seen.append(time.monotonic())))
    thread.start()
    try:
        yield one, told
    finally:
        stop.set()
        one.wake()
        thread.join(30)
        assert not thread.is_alive()
        assert seen, "it says that it makes progress"


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[bytes], None]:
    """Every ear hears this, at once."""

    def play(pcm: bytes) -> None:
        file = tmp_path / "input.raw"
        file.write_bytes(pcm)
        monkeypatch.setattr(ear, "command", lambda _source, _process: ["cat", str(file)])

    return play


def over(words_s: float = WORDS_S) -> float:
    """A beginning that lies so far back that a recording which ends now holds all the words."""
    return CLOCK.monotonic() - words_s - 0.3


def test_what_is_recorded() -> None:
    assert spans(30.0) == [Span(0.0, 30.0)]
    assert spans(WHOLE_S) == [Span(0.0, WHOLE_S)]
    assert spans(1000.0) == [Span(0.0, 60.0), Span(470.0, 530.0), Span(940.0, 1000.0)]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_is_said_in_words(language: str) -> None:
    words = load_words(language)
    assert [reason for reason in REASONS if not words.has(f"unspeakable.{reason}")] == []


def test_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "monitor_of", lambda process: f"sink-of-{process}.monitor")
    assert ear.command("sink", 7)[:2] == ["parec", "--device=sink-of-7.monitor"]
    assert ear.command("mic", 7)[:2] == ["parec", "--device=mic"]
    assert ear.command("alsa:plughw:1,0", 7)[:4] == ["arecord", "-q", "-D", "plughw:1,0"]
    assert ear.command("alsa:hw:1,0", 7)[3] == "plughw:1,0"


def test_the_words_are_heard(places: Places, plays: Callable[[bytes], None]) -> None:
    plays(recording())
    with hearing(places) as (one, told):
        at = over()
        one.begins("u-1", "words", WORDS_S, at)
        one.ends("u-1", at + WORDS_S, WORDS_S)
        until(lambda: told, 20, what="the verdict")
    (heard,) = told
    assert (heard.utterance_id, heard.verdict, heard.reason, heard.share) == ("u-1", "heard", "", 1.0)
    assert heard.delay_ms is not None and -50 < heard.delay_ms < 1000
    assert heard.gain_db == pytest.approx(20 * np.log10(0.3), abs=1.5)
    assert heard.snr_db is not None and heard.snr_db > 30


def test_other_words_are_not(places: Places, plays: Callable[[bytes], None]) -> None:
    plays(recording(number=5))
    with hearing(places) as (one, told):
        one.begins("u-1", "words", WORDS_S, over())  # its `ends` was lost
        until(lambda: told, 20, what="the verdict")
    assert [(heard.verdict, heard.reason) for heard in told] == [("not_heard", "other_sound")]


def test_what_was_cut_is_judged_for_what_was_spoken(places: Places, plays: Callable[[bytes], None]) -> None:
    plays(recording(seconds=4.0))
    with hearing(places) as (one, told):
        at = over(4.0)
        one.begins("u-1", "words", WORDS_S, at)
        one.ends("u-1", at + 4.0, 4.0)
        until(lambda: told, 20, what="the verdict")
    assert [(heard.verdict, heard.share) for heard in told] == [("heard", 1.0)]


@pytest.mark.parametrize("spoken_s", [0.0, 1.0])
def test_what_ends_behind_the_words_has_not_cut_them(
    places: Places, plays: Callable[[bytes], None], spoken_s: float
) -> None:
    """The closing signal may be shorter than the ear listens on, and so may what is said of the second time: then the
    end is told before the verdict."""
    plays(recording())
    with hearing(places) as (one, told):
        at = over()
        one.begins("u-1", "words", WORDS_S, at)
        one.ends("u-1", at + WORDS_S + 0.2, spoken_s)
        until(lambda: told, 20, what="the verdict")
    assert [(heard.verdict, heard.share) for heard in told] == [("heard", 1.0)]


@pytest.mark.parametrize("torn_s", [0.05, 0.5])
def test_what_the_machine_tore_is_heard(places: Places, plays: Callable[[bytes], None], torn_s: float) -> None:
    """Once by silence, and once by what is lost, as long as a word or shorter."""
    whole = recording()
    first, second, long, lost = (round(each * ear.RATE) * 2 for each in (2.0, 4.0, torn_s, 0.05))
    plays(whole[:first] + bytes(long) + whole[first:second] + whole[second + lost :])
    with hearing(places) as (one, told):
        at = over(WORDS_S + torn_s - 0.05)
        one.begins("u-1", "words", WORDS_S, at)
        one.ends("u-1", at + WORDS_S, WORDS_S)
        until(lambda: told, 20, what="the verdict")
    assert [(heard.verdict, heard.reason) for heard in told] == [("heard", "")]


def test_too_short(places: Places, plays: Callable[[bytes], None]) -> None:
    plays(recording())
    with hearing(places) as (one, told):
        one.begins("u-1", "words", WORDS_S, CLOCK.monotonic())
        one.ends("u-1", CLOCK.monotonic(), 2.9)
        until(lambda: told, 5, what="the verdict")
    assert told == [Heard("u-1", "unsure", 0.0, None, None, None, "too_short")]


@pytest.mark.parametrize("program", [["false"], ["sh", "-c", "head -c 32000 /dev/zero"]])
def test_an_ear_that_dies(
    places: Places, program: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ear, "command", lambda _source, _process: program)
    with hearing(places) as (one, told):
        for number in range(2):
            at = CLOCK.monotonic() - 4.5
            one.begins(f"u-{number}", "words", WORDS_S, at)
            until(lambda: len(told) > number, 20, what="the verdict")  # noqa: B023 - waited for in the same round
    assert told == [Heard(f"u-{number}", "unsure", 0.0, None, None, None, "no_recording") for number in range(2)]
    assert len(caplog.records) == 1, "a lasting fault is logged once"


def test_without_an_input_nothing_is_ever_said(places: Places) -> None:
    with hearing(places, "") as (one, told):
        one.begins("u-1", "words", WORDS_S, over())
        one.ends("u-1", 0.0, WORDS_S)
        time.sleep(0.3)
    assert told == []


def test_nothing_of_a_recording_lies_on_a_disk(places: Places, plays: Callable[[bytes], None]) -> None:
    plays(recording())
    before = {path for path in places.state.rglob("*") if path.is_file()}
    with hearing(places) as (one, told):
        one.begins("u-1", "words", WORDS_S, over())
        seen: set[Path] = set()

        def look() -> bool:
            seen.update(path for path in places.state.rglob("*") if path.is_file())
            return bool(told)

        until(look, 20, every_s=0.01, what="the verdict")
        assert _memory_files() == []
    assert {path.suffix for path in seen - before} <= {".log"}
    assert {path for path in places.state.rglob("*") if path.is_file()} == before


def test_the_kernel_bounds_a_recording() -> None:
    long = Ear(["cat", "/dev/zero"], 1.0, time.monotonic)
    until(lambda: not long.alive(), 5, what="its end")
    assert long.written() <= 2 * ear.RATE
    assert os.fstat(long.file).st_size == 2 * ear.RATE
    long.close()
    assert _memory_files() == []


def test_a_recorder_that_takes_its_time_to_die_ends_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "_END_LIMIT_S", 0.0)
    held_up = Ear(["sleep", "60"], 1.0, time.monotonic)
    held_up.close()
    until(lambda: not held_up.alive(), 30, what="its end")
    assert _memory_files() == []


def test_an_ear_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeviceError, match="cannot record"):
        Ear(["parec"], 1.0, time.monotonic)
    assert _memory_files() == []


def _memory_files() -> list[str]:
    """Memory files of this process that are open."""
    open_files = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            open_files.append(str(entry.readlink()))
        except FileNotFoundError:  # the one that lists the folder
            continue
    return [name for name in open_files if "memfd:recording" in name or "memfd:said" in name]
