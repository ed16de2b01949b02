"""Every sound output keeps the same promises: the recorder always, the mixer on a PulseAudio null sink."""

from __future__ import annotations

import math
import struct
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audio.fades import FADE_SAMPLES
from audio.output import Opener, Output
from audio.recorder import Recorder
from controller.core.errors import DeviceError
from controller.runtime.clocks import FakeClock
from tests.support.pulse import Capture, NullSink, null_sink
from tests.support.stations import START

RATE = 48_000
Heard = Callable[[], list[int]]


def tone(seconds: float, hertz: float = 1000.0, level: float = 0.5) -> bytes:
    count = int(seconds * RATE)
    samples = (int(32767 * level * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(count))
    return struct.pack(f"<{count}h", *samples)


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


@pytest.fixture(params=["recorder", "mixer"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, sink: NullSink) -> Iterator[tuple[Output, Heard]]:
    """An output, and what was heard of it so far as samples."""
    if request.param == "recorder":
        path = tmp_path / "out.wav"
        output: Output = Recorder(path, time.monotonic)

        def heard() -> list[int]:
            output.sounding()
            with wave.open(str(path)) as file:
                return list(struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes())))

        yield output, heard
        output.close()
        return
    with sink.environment(), Capture(sink) as capture:
        output = Opener("auto", 512, tmp_path / "unused.wav").open()
        assert output.name == "pulseaudio"
        yield output, capture.samples
        output.close()


def wait_silent(output: Output, limit_s: float = 3.0) -> float:
    began = time.monotonic()
    while output.sounding():
        assert time.monotonic() - began < limit_s, "it never ends"
        time.sleep(0.002)
    return time.monotonic() - began


def loud(samples: list[int]) -> tuple[float, int]:
    """(seconds from first to last loud sample, the loudest)."""
    places = [n for n, value in enumerate(samples) if abs(value) > 300]
    if not places:
        return 0.0, 0
    return (places[-1] - places[0] + 1) / RATE, max(abs(value) for value in samples)


def test_a_clip_sounds_as_long_as_it_is(bench: tuple[Output, Heard]) -> None:
    output, heard = bench
    clip = output.take(tone(0.5))
    assert clip.length_s == pytest.approx(0.5)
    assert not output.sounding()
    clip.play()
    assert output.sounding()
    assert wait_silent(output) == pytest.approx(0.5, abs=0.1)
    length_s, peak = settled(heard)
    assert length_s == pytest.approx(0.5, abs=0.01)
    assert peak == pytest.approx(16383, rel=0.02)


def test_a_cut_is_quick_and_fades(bench: tuple[Output, Heard]) -> None:
    output, heard = bench
    output.take(tone(2.0)).play()
    time.sleep(0.3)
    output.cut()
    assert wait_silent(output) < 0.15
    assert settled(heard)[0] == pytest.approx(0.33, abs=0.12)


def test_a_new_clip_takes_the_place_of_the_old(bench: tuple[Output, Heard]) -> None:
    output, heard = bench
    long, short = output.take(tone(2.0)), output.take(tone(0.2))
    long.play()
    time.sleep(0.2)
    short.play()
    wait_silent(output)
    assert settled(heard)[0] == pytest.approx(0.4, abs=0.1)


def test_a_clip_is_joined_where_it_would_be_and_rises_softly(bench: tuple[Output, Heard]) -> None:
    output, heard = bench
    clip = output.take(tone(0.7, 400.0) + tone(0.5, 1000.0))
    clip.play(0.7)
    assert wait_silent(output) == pytest.approx(0.5, abs=0.1)
    length_s, peak = settled(heard)
    assert length_s == pytest.approx(0.5, abs=0.01)
    assert peak == pytest.approx(16383, rel=0.02)
    samples = heard()
    first = next(n for n, value in enumerate(samples) if abs(value) > 0)
    rising = samples[first : first + FADE_SAMPLES]
    assert [max(map(abs, rising[n : n + 96])) for n in range(0, 960, 96)] == pytest.approx(
        [1638 * n for n in range(1, 11)], abs=250
    ), "a straight rise within 20 ms"
    crossings = sum(a < 0 <= b for a, b in zip(samples[first:], samples[first + 1 :], strict=False))
    assert crossings == pytest.approx(500, abs=3), "the first part, of another pitch, is not heard"
    clip.play()
    assert wait_silent(output) == pytest.approx(1.2, abs=0.1), "and the clip is whole"


def settled(heard: Heard) -> tuple[float, int]:
    """What was heard, once no more comes."""
    before = loud(heard())
    while True:
        time.sleep(0.15)
        now = loud(heard())
        if now == before:
            return now
        before = now


def test_without_a_sound_server_auto_records_and_a_named_device_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("SDL_AUDIODRIVER", "pulseaudio")
    recorder = Opener("auto", 512, tmp_path / "out.wav").open()
    assert recorder.name == "wav"
    recorder.close()
    with pytest.raises(DeviceError, match="pulseaudio"):
        Opener("speakers", 512, tmp_path / "out.wav").open()


def test_a_recording_is_bounded(tmp_path: Path) -> None:
    clock = FakeClock(START)
    recorder = Recorder(tmp_path / "out.wav", clock.monotonic, limit=150_000)
    for _ in range(4):
        recorder.take(tone(0.5)).play()
        clock.tick(1.0)
    recorder.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.before.wav", "out.wav"]
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getnframes() == RATE // 2


def test_a_second_start_goes_on_with_the_recording(tmp_path: Path) -> None:
    clock = FakeClock(START)
    for _ in range(2):
        recorder = Recorder(tmp_path / "out.wav", clock.monotonic)
        recorder.take(tone(0.25)).play()
        clock.tick(1.0)
        recorder.close()
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert file.getnframes() == RATE // 2
