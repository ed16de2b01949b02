"""When an output that was found silent is opened again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from audio.fades import RATE
from audio.listening.sinks import NOWHERE, Hangs, Refused, Server, Sink, takes_sound
from audio.loudspeaker import Loudspeaker
from audio.outlet import Opener
from audio.source import Memory
from audio.stream import Stream
from audio.tape import Tape
from controller.runtime.clocks import FakeClock
from tests.support.stations import START

LOA = Sink(0, "loa", "Loa", suspended=False, muted=False, percent=100, volume_db=0.0, monitor="loa.monitor")


@dataclass
class Bench:
    """A loudspeaker whose sound nobody hears: found silent as soon as it is open."""

    folder: Path
    takes: bool = True

    def __post_init__(self) -> None:
        self.clock = FakeClock(START)
        opener = Opener("wav", "", 512, self.folder / "recording.wav")
        self.speaker = Loudspeaker(opener, self.clock, lambda *_: None, lambda: None, lambda _: self.takes)

    def opened(self, seconds: int) -> list[float]:
        """When it was opened in the next seconds, looked at twice in each."""
        found = []
        for half in range(2 * seconds):
            self.clock.tick(0.5)
            if self.speaker.look(at_rest=False):
                found.append((half + 1) / 2)
                self.speaker.lost(proven_silent=True, sink="loa")
        return found


def test_what_stays_silent_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    found = bench.opened(600)
    assert found[:7] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5]
    assert len(found) == 15, "ten minutes of it: once a minute at last"


def test_one_that_was_shut_and_is_so_no_more_is_tried_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.opened(300)
    bench.takes = False
    assert len(bench.opened(120)) == 2, "the turns that it has anyway"
    bench.opened(5)
    bench.takes = True
    assert [at for at in bench.opened(40) if at <= 2.0], "soon after it was unmuted"
    assert bench.opened(15) == [], "and not again and again"


class Asked(Server):
    def __init__(self, answer: tuple[Sink, ...] | Exception) -> None:
        self._answer = answer

    def sinks(self) -> tuple[Sink, ...]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "home", "takes"),
    [
        ((LOA,), "loa", True),
        ((LOA,), "usb", False),
        ((LOA,), NOWHERE, True),
        ((replace(LOA, muted=True),), "loa", False),
        ((replace(LOA, percent=9),), "loa", False),
        ((replace(LOA, name=NOWHERE),), NOWHERE, False),
        ((replace(LOA, name=NOWHERE),), "loa", False),
        ((), "loa", False),
        (Refused("nobody there"), "loa", False),
        (Hangs("no answer"), "loa", False),
        (FileNotFoundError("pactl"), "loa", True),
        (ValueError("an old pactl"), "loa", True),
    ],
)
def test_whether_a_sink_lets_sound_out(answer: tuple[Sink, ...] | Exception, home: str, takes: bool) -> None:
    assert takes_sound(Asked(answer), home) is takes


class Far(Tape):
    """A tape that is heard a third of a second later."""

    delay_s = 0.34


def test_what_was_handed_over_runs_out_to_its_last_sample_but_not_for_ever(tmp_path: Path) -> None:
    clock = FakeClock(START)
    opener = Opener("wav", "", 8192, tmp_path / "recording.wav")
    far = Stream(Far(tmp_path / "recording.wav", clock.monotonic), clock.monotonic)
    opener.open = lambda doubted=False: far  # type: ignore[method-assign]  # the device that it finds
    speaker = Loudspeaker(opener, clock, lambda *_: None, lambda: None, lambda _: True, clock.tick)
    speaker.look(at_rest=False)
    speaker.play(Memory(bytes(2 * RATE // 20)), 0.0, 0.0)
    began = clock.monotonic()
    speaker.run_out(1.0)
    assert clock.monotonic() - began == pytest.approx(0.05 + 0.34, abs=0.03)
    speaker.play(Memory(bytes(2 * 5 * RATE)), 0.0, 0.0)
    began = clock.monotonic()
    speaker.run_out(1.0)
    assert clock.monotonic() - began == pytest.approx(1.0, abs=0.03)
    speaker.close()
