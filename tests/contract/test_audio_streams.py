"""Every sound output keeps the same promises: the tape always, SDL's queue on a PulseAudio null sink.

The sound that is compared has no sample of zero, so that what was heard can be told from silence to the sample.
"""

from __future__ import annotations

import array
import hashlib
import itertools
import math
import random
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audio.fades import EDGE, RATE, STEEPEST, amplified, crossed
from audio.outlet import Opener, Outlet
from audio.source import Alarm, FileSound, Memory, Pause, Repeated, Source
from audio.stream import AHEAD, PIECE, Stream
from audio.tape import Tape
from controller.core.errors import DeviceError, StationError
from controller.runtime.clocks import FakeClock
from tests.support.full_disk import small_disk
from tests.support.outlets import Bench, noise, silences, sine, sounds, untorn
from tests.support.pulse import Capture, NullSink
from tests.support.stalls import Stalls
from tests.support.stations import START
from tests.support.tones import tone_pcm, wav

pytestmark = pytest.mark.alone

BUFFER = 4096  # samples: where content is judged a loaded machine must not tear it


@pytest.fixture(scope="module")
def stream(sink: NullSink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlet]:
    """One for all tests: a null sink takes up to two seconds to be closed."""
    with sink.environment(), Capture(sink):  # listened to, it is quick to begin and to end
        outlet = Opener("auto", "", BUFFER, tmp_path_factory.mktemp("unused") / "out.wav", "Hội trường").open()
        assert outlet.name == "pulseaudio"
        outlet.play(Pause(0.3))  # the sink drops the first milliseconds after it has woken
        Bench(outlet, bytes).play_out()
        yield outlet
        outlet.close()


@pytest.fixture(scope="module")
def machine() -> Iterator[Stalls]:
    with Stalls() as stalls:
        yield stalls


@pytest.fixture
def taken_s(machine: Stalls) -> Callable[[], float]:
    """How much of this test's time the machine has taken so far."""
    since = time.monotonic()
    return lambda: machine.taken_s(since, time.monotonic())


@pytest.fixture(params=["tape", "sdl"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "tape":
        path, clock = tmp_path / "out.wav", FakeClock(START)
        tape = taped(path, clock)
        yield Bench(tape, lambda: path.read_bytes()[44:], clock.monotonic, clock.tick)
        tape.close()
        return
    outlet = request.getfixturevalue("stream")
    with Capture(request.getfixturevalue("sink")) as capture:
        yield Bench(outlet, lambda: capture.array().tobytes())
        outlet.cut()
        Bench(outlet, bytes).play_out()


class Watched:
    """A source that notes how far it was read."""

    def __init__(self, source: Source) -> None:
        self._source, self.length, self.reached = source, source.length, 0

    def read(self, start: int, count: int) -> bytes:
        self.reached = start + count
        return self._source.read(start, count)


class Gone:
    length = RATE

    def read(self, start: int, count: int) -> bytes:
        raise StationError("gone")


def filed(folder: Path, pcm: bytes) -> FileSound:
    content = wav(pcm)
    path = folder / "words.wav"
    path.write_bytes(content)
    return FileSound(path, hashlib.sha256(content).hexdigest())


@untorn
def test_a_file_is_heard_whole_and_in_order_and_read_as_it_is_needed(
    bench: Bench, tmp_path: Path, taken_s: Callable[[], float]
) -> None:
    pcm = noise(4.0)
    source = Watched(filed(tmp_path, pcm))
    (tmp_path / "words.wav").unlink()  # as the collector of old files may
    assert not bench.outlet.sounding()
    bench.outlet.play(source)
    began = bench.monotonic()
    while bench.outlet.sounding():
        assert source.reached <= RATE * bench.outlet.at_s() + AHEAD + PIECE, "it holds no more than it needs"
        bench.outlet.feed()
        bench.sleep(0.01)
    ended, left_s = bench.monotonic(), 4.0 - len(sounds(bench.recorded()[bench.since :])) / RATE
    assert left_s < 0.05 + taken_s(), "it says so only when the last word has left"
    assert -0.35 < ended - began - 4.0 < 0.35 + taken_s()
    assert bench.outlet.at_s() == 4.0
    assert sounds(bench.heard()) == array.array("h", pcm)


@untorn
def test_it_is_joined_to_the_sample_and_rises_softly(bench: Bench) -> None:
    pcm = noise(1.0)
    bench.outlet.play(Memory(pcm), 0.7004)
    bench.play_out()
    left = pcm[2 * 33619 :]
    heard = sounds(bench.heard())
    assert heard[-len(left) // 2 + EDGE :] == array.array("h", left[2 * EDGE :])
    assert heard == sounds(crossed(b"", left, rising=True))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("from_s", [0.0, 0.25])
@untorn
def test_what_comes_instead_follows_without_a_gap(
    bench: Bench, from_s: float, seed: int, taken_s: Callable[[], float]
) -> None:
    """And where the old one was left is known to the sample."""
    old, new = noise(3.0), noise(0.5, seed=7)
    bench.outlet.play(Memory(old))
    bench.feed_for(0.1 + random.Random(seed).random() / 5)  # noqa: S311 - when to cut, not a secret
    before = bench.outlet.at_s()
    bench.outlet.play(Memory(new), from_s)
    bench.play_out()
    new = new[2 * round(from_s * RATE) :]
    heard = bench.heard()
    left = len(sounds(heard)) - len(new) // 2
    assert left / RATE == pytest.approx(before, abs=BUFFER / RATE + 0.001 + taken_s())
    assert sounds(heard) == sounds(old[: 2 * left] + crossed(old[2 * left :], new, rising=from_s > 0))
    places = [place for place, value in enumerate(heard) if value]
    assert places[left + EDGE] - places[left - 1] <= EDGE + 1, "not one sample is missing where they meet"


@pytest.mark.parametrize("from_s", [0.0, 0.25])
@untorn
def test_what_is_played_when_all_is_all_but_over_follows_and_cuts_nothing(
    bench: Bench, from_s: float, taken_s: Callable[[], float]
) -> None:
    old, new = noise(0.5), noise(0.5, seed=7)
    bench.outlet.play(Memory(old))
    while bench.outlet.taking():
        bench.outlet.feed()
        bench.sleep(0.005)
    bench.outlet.play(Memory(new), from_s)
    assert -0.02 < bench.outlet.at_s() - from_s < 0.02 + taken_s(), "it is told by what is played now"
    bench.play_out()
    new = crossed(b"", new[2 * round(from_s * RATE) :], rising=from_s > 0)
    assert sounds(bench.heard(least_s=0.03)) == sounds(old + new)


@untorn
def test_a_cut_falls_at_once_and_softly_where_it_says(bench: Bench, taken_s: Callable[[], float]) -> None:
    pcm = noise(3.0)
    bench.outlet.play(Memory(pcm), 0.5)
    bench.feed_for(0.23)
    bench.outlet.cut()
    at = 2 * round(bench.outlet.at_s() * RATE)
    assert bench.play_out() < 0.5 + taken_s()
    assert bench.outlet.at_s() == at / 2 / RATE, "it stays where it was left"
    risen = crossed(b"", pcm[RATE:], rising=True)
    assert sounds(bench.heard()) == sounds(risen[: at - RATE] + crossed(pcm[at:], b"", rising=False))


@untorn
def test_no_edge_clicks(bench: Bench) -> None:
    """A loud tone, cut and replaced at random instants: its own step from sample to sample is 1,698."""
    chance, tone = random.Random(3), Memory(sine(3.0))  # noqa: S311 - when to cut, not a secret
    own = 0.9 * 32767 * math.tau * 440 / RATE
    largest = []
    for _ in range(5):
        bench.since = len(bench.recorded())
        bench.outlet.play(tone)
        bench.feed_for(0.05 + chance.random() / 10)
        bench.outlet.play(tone, chance.random())
        bench.feed_for(0.05 + chance.random() / 10)
        bench.outlet.cut()
        bench.play_out()
        heard = bench.heard()
        assert len(heard) > RATE // 20
        largest.append(max(abs(b - a) for a, b in itertools.pairwise([0, *heard, 0])))
    clicks = [step for step in largest if step > 2 * (own + STEEPEST) + 2]
    assert len(clicks) <= (bench.outlet.name != "wav"), "a server that gets no processor time may tear it once"


@untorn
def test_what_is_said_again_has_its_pauses(bench: Bench) -> None:
    words = noise(0.2)
    bench.outlet.play(Repeated(Memory(words), 3, 0.15))
    bench.play_out()
    heard = bench.heard(own=0.15)
    assert sounds(heard) == array.array("h", words * 3)
    assert silences(heard, least_s=0.1) == pytest.approx([0.15, 0.15], abs=0.04)


@untorn
def test_an_alarm_goes_on_until_it_is_cut(bench: Bench, taken_s: Callable[[], float]) -> None:
    words, signal = noise(0.4), noise(0.3, seed=2)
    bench.outlet.play(Alarm(Memory(signal), Memory(words), 0.1))
    bench.feed_for(2.0)
    bench.outlet.cut()
    bench.play_out()
    at = 2 * round(bench.outlet.at_s() * RATE)
    assert at / 2 / RATE == pytest.approx(2.0, abs=0.35 + taken_s())
    whole = (words + bytes(2 * 4800) + signal) * 8
    assert sounds(bench.heard(own=0.1)) == sounds(whole[:at] + crossed(whole[at:], b"", rising=False))


@pytest.mark.parametrize("gain_db", [-20.0, -6.0, 6.0])
@untorn
def test_it_is_as_loud_as_it_is_told_to_be(bench: Bench, gain_db: float) -> None:
    pcm = sine(0.4, level=0.4)
    bench.outlet.play(Memory(pcm), gain_db=gain_db)
    bench.play_out()
    heard, quiet = bench.heard(), array.array("h", pcm)
    change_db = 10 * math.log10(sum(v * v for v in heard) / sum(v * v for v in quiet))
    assert change_db == pytest.approx(gain_db, abs=0.1)


@pytest.mark.parametrize("gain_db", [-3.0, 3.0])
@untorn
def test_it_goes_on_softer_or_louder_and_loses_nothing(
    bench: Bench, gain_db: float, taken_s: Callable[[], float]
) -> None:
    pcm = noise(3.0)
    bench.outlet.play(Memory(pcm))
    bench.feed_for(0.3)
    before = bench.outlet.at_s()
    bench.outlet.turn(gain_db)
    assert before <= bench.outlet.at_s() < before + 0.3 + taken_s()
    bench.feed_for(0.2)
    bench.outlet.turn(0.0)  # and back to what it was
    bench.play_out()
    assert bench.outlet.at_s() == 3.0
    heard, whole, soft = sounds(bench.heard()), array.array("h", pcm), array.array("h", amplified(pcm, gain_db))
    assert len(heard) == len(whole), "every sample once, in its place"
    turned = [place for place, (one, other) in enumerate(zip(heard, whole, strict=True)) if one != other]
    first, last = turned[0] + EDGE, turned[-1] - EDGE
    assert first / RATE == pytest.approx(before, abs=0.1 + BUFFER / RATE + taken_s())
    assert heard[first:last] == soft[first:last]
    assert (last - first) / RATE == pytest.approx(0.2, abs=0.15 + taken_s())


@untorn
def test_where_it_turns_nothing_clicks(bench: Bench) -> None:
    bench.outlet.play(Memory(sine(1.0)))
    bench.feed_for(0.3)
    since = bench.outlet.at_s()
    bench.outlet.turn(-12.0)
    bench.play_out()
    heard = bench.heard()
    own = 0.9 * 32767 * math.tau * 440 / RATE
    steps = [abs(b - a) for a, b in itertools.pairwise([0, *heard, 0])]
    assert sum(step > own + STEEPEST for step in steps) <= (bench.outlet.name != "wav")
    assert since < bench.outlet.at_s() == 1.0


@untorn
def test_what_cannot_be_read_cuts_nothing(bench: Bench) -> None:
    pcm = noise(0.6)
    bench.outlet.play(Memory(pcm))
    bench.feed_for(0.1)
    with pytest.raises(StationError):
        bench.outlet.play(Gone())
    bench.play_out()
    assert sounds(bench.heard()) == array.array("h", pcm)


def test_a_cut_in_silence_changes_nothing(bench: Bench) -> None:
    bench.outlet.cut()
    assert not bench.outlet.sounding()


# --- what only a tape can do


def taped(path: Path, clock: FakeClock, limit: int = 10**9) -> Stream:
    return Stream(Tape(path, clock.monotonic, limit), clock.monotonic)


def frames(path: Path) -> array.array[int]:
    with wave.open(str(path)) as file:
        return array.array("h", file.readframes(file.getnframes()))


def test_a_recording_is_bounded(tmp_path: Path) -> None:
    clock, path = FakeClock(START), tmp_path / "out.wav"
    pcm = noise(0.5)
    tape = taped(path, clock, limit=150_000)
    for _ in range(4):
        tape.play(Memory(pcm))
        clock.tick(1.0)
        assert not tape.sounding()
    tape.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.before.wav", "out.wav"]
    assert frames(tmp_path / "out.before.wav") == array.array("h", pcm * 3)
    assert frames(path) == array.array("h", pcm)


def test_a_second_start_goes_on_with_the_recording(tmp_path: Path) -> None:
    clock, path = FakeClock(START), tmp_path / "out.wav"
    pcm = noise(0.25)
    for _ in range(2):
        tape = taped(path, clock)
        tape.play(Memory(pcm))
        clock.tick(1.0)
        tape.close()
    assert frames(path) == array.array("h", pcm * 2)


def test_a_recording_that_finds_no_room_keeps_time_and_goes_on_later(tmp_path: Path) -> None:
    clock = FakeClock(START)
    with small_disk(tmp_path / "disk", "256k") as disk:
        disk.fill()
        path = disk.folder / "out.wav"
        pcm = tone_pcm(1.0)
        tape = taped(path, clock)
        for _ in range(2):
            tape.play(Memory(pcm))
            clock.tick(0.9)
            assert (tape.sounding(), round(tape.at_s(), 3)) == (True, 0.9)
            clock.tick(0.2)
            assert not tape.sounding()
        tape.play(Memory(pcm))
        tape.cut()
        clock.tick(0.1)
        assert not tape.sounding()
        disk.clear()
        tape.play(Memory(pcm))
        clock.tick(1.1)
        tape.close()
        assert frames(path)[-RATE:] == array.array("h", pcm)


def test_a_recording_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="No such file"):
        Tape(tmp_path / "nowhere" / "out.wav", time.monotonic)
