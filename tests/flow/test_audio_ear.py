"""Hearing through a real sound server: a null sink stands for amplifier, horn and microphone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from audio.listening import ear
from audio.listening.hearing import Heard, Hearing
from audio.listening.tone import tone
from controller.runtime.clocks import SystemClock
from controller.runtime.places import Places
from tests.support.heard_cases import speech
from tests.support.processes import until
from tests.support.pulse import SINK, NullSink, null_sink
from tests.support.stalls import Stalls

pytestmark = pytest.mark.alone

WORDS_S = 4.0
TORN_S = 0.05  # in which nobody had a processor: what sounded may be torn
CLOCK = SystemClock()
PLAY = ["pacat", "--raw", "--format=s16le", "--rate=48000", "--channels=1"]
QUICK, SAFE = "--latency-msec=20", "--latency-msec=400"  # a player that is held up for less tears nothing


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    """A server whose sink is awake, as the station's own stream keeps it."""
    with null_sink() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_SERVER", running.server)
        with Path("/dev/zero").open("rb") as zeros, _playing(zeros.fileno()):
            until(lambda: _heard_at_once(), 15, what="a sink that is awake")
            yield running


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "state")
    places.make()
    return places


def words(number: int) -> bytes:
    return np.round(np.repeat(speech(number)[: int(WORDS_S * ear.RATE)], 3) * 32767).astype("<i2").tobytes()


def rendition(places: Places, pcm: bytes) -> str:
    sha256 = hashlib.sha256(pcm).hexdigest()
    with wave.open(str(places.rendition(sha256)), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(pcm)
    return sha256


@contextmanager
def _playing(stdin: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([*PLAY, QUICK, *options], stdin=stdin) as player:
        try:
            yield player
        finally:
            player.kill()


def play(pcm: bytes) -> None:
    subprocess.run([*PLAY, SAFE], input=pcm, check=True)


def _heard_at_once() -> bool:
    """Whether the monitor gives something within 0.3 s; a null sink that sleeps takes two."""
    probe = ear.Ear(ear.command(f"{SINK}.monitor", 0), 1.0, time.monotonic)
    time.sleep(0.3)
    heard = probe.written() > 0
    with suppress(subprocess.TimeoutExpired):
        probe.close()
    return heard


@contextmanager
def hearing(source: str, places: Places) -> Iterator[tuple[Hearing, list[Heard]]]:
    told: list[Heard] = []
    one = Hearing(source, places, CLOCK, told.append)
    stop = threading.Event()
    thread = threading.Thread(target=one.work, args=(stop.is_set, lambda: None))
    thread.start()
    try:
        yield one, told
    finally:
        stop.set()
        one.wake()
        thread.join(5)


def test_what_sounds_is_heard_and_what_does_not_is_not(sink: NullSink, places: Places) -> None:
    """Both at once, from one sound: the words that are played, and others that are not. Of what a machine that was held
    up has torn the ear may be unsure; then, and only then, it is played again."""
    pcm = words(2)
    right, wrong = rendition(places, pcm), rendition(places, words(9))
    with Stalls() as machine:
        for _ in range(6):
            with hearing("sink", places) as (one, told):  # this process plays nothing itself: the default sink
                at = CLOCK.monotonic()
                one.begins("right", right, WORDS_S, at)
                one.begins("wrong", wrong, WORDS_S, at)
                play(pcm)
                one.ends("right", at + WORDS_S, WORDS_S)
                one.ends("wrong", at + WORDS_S, WORDS_S)
                until(lambda: len(told) == 2, 30, what="the verdicts")
            found = {heard.utterance_id: heard for heard in told}
            unsure = [heard for heard in told if heard.verdict == "unsure"]
            if not unsure or machine.taken_s(at, CLOCK.monotonic()) < TORN_S:
                break
    assert (found["right"].verdict, found["right"].reason) == ("heard", ""), found
    assert found["right"].share > 0.95
    assert found["right"].gain_db == pytest.approx(0.0, abs=1.5)
    assert found["right"].delay_ms is not None and -100 < found["right"].delay_ms < 1000
    assert (found["wrong"].verdict, found["wrong"].reason) == ("not_heard", "other_sound")


def test_the_tone_of_the_self_test(sink: NullSink, places: Places) -> None:
    """Played again as the words above."""
    with Stalls() as machine:
        for _ in range(6):
            with hearing(f"{SINK}.monitor", places) as (one, told):
                at = CLOCK.monotonic() + 1.6
                one.tone("test", -40.0, 1000.0, 2.0, at)
                time.sleep(1.6)
                play(tone(-40.0))
                until(lambda: told, 30, what="the verdict")
            (heard,) = told
            if heard.verdict != "unsure" or machine.taken_s(at, CLOCK.monotonic()) < TORN_S:
                break
    assert (heard.verdict, heard.reason) == ("heard", "")
    assert heard.gain_db == pytest.approx(0.0, abs=1.0)
    assert heard.snr_db is not None and heard.snr_db > 30


def test_our_own_sink_is_found_among_several(sink: NullSink) -> None:
    sink.control("load-module", "module-null-sink", "sink_name=second")
    assert ear.monitor_of(os.getpid()) == ear.DEFAULT_MONITOR
    with Path("/dev/zero").open("rb") as zeros, _playing(zeros.fileno(), "--device=second") as player:
        until(lambda: ear.monitor_of(player.pid) == "second.monitor", 10, what="its sink")


def test_a_muted_sink_is_silent_and_a_lost_one_cannot_be_recorded(sink: NullSink, places: Places) -> None:
    sha256 = rendition(places, words(2))
    sink.control("set-sink-mute", SINK, "1")
    with hearing(f"{SINK}.monitor", places) as (one, told):
        at = CLOCK.monotonic()
        one.begins("muted", sha256, WORDS_S, at)
        play(words(2)[: 48_000 * 2 * 3])
        one.ends("muted", at + 3, 3.0)  # an emergency cut it
        until(lambda: told, 30, what="the first verdict")
        one.begins("lost", sha256, WORDS_S, CLOCK.monotonic() - 2)
        time.sleep(0.5)
        sink.control("unload-module", "module-null-sink")
        until(lambda: len(told) == 2, 30, what="the second verdict")
    assert [(heard.utterance_id, heard.verdict, heard.reason) for heard in told] == [
        ("muted", "not_heard", "silent"),
        ("lost", "unsure", "no_recording"),
    ]
