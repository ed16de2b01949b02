"""The watcher beside a real stream on a real PulseAudio: whatever is done to the sink is found, and nothing else.

A fault takes seconds to be found, so the scenes run at the same time, each in a process with a server of its
own. The bounds are wide for a loaded machine, the order is not.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context

import pytest

from audio.listening.proof import Proof
from audio.listening.watcher import Watcher
from audio.sdl import Device, device_names
from audio.source import Memory, Repeated
from tests.support.processes import until
from tests.support.pulse import NullSink, null_sink
from tests.support.watched import OTHER, Watched, children, kill, speech, watched

pytestmark = pytest.mark.alone

AT_ONCE = 4  # scenes; each has a server, a stream and a monitor that want their time


def words() -> Repeated:
    return Repeated(Memory(speech(6)), 20, 0.3)


@contextmanager
def two_sinks() -> Iterator[NullSink]:
    with null_sink() as sink:
        load(sink, OTHER)
        yield sink


def load(sink: NullSink, name: str) -> str:
    return sink.control("load-module", "module-null-sink", f"sink_name={name}", "rate=48000", "channels=1").strip()


@contextmanager
def a_bench() -> Iterator[Watched]:
    with two_sinks() as sink, watched(sink) as bench:
        yield bench


def play_until_heard(bench: Watched) -> None:
    source = words()
    bench.play(source)
    until(lambda: bench.watcher.summary(source).taken_s > 1, 25, what="sound at the sink")


Deed = Callable[[Watched], object]
DEEDS: dict[str, tuple[Deed, Deed, str, str]] = {
    "the sink muted": (
        lambda b: b.sink.control("set-sink-mute", "loa", "1"), lambda b: b.sink.control("set-sink-mute", "loa", "0"),
        "muted", "the sink is muted",
    ),
    "our stream muted": (
        lambda b: b.sink.control("set-sink-input-mute", b.stream_index(), "1"),
        lambda b: b.sink.control("set-sink-input-mute", b.stream_index(), "0"),
        "muted", "our stream is muted",
    ),
    "turned down to 5 %": (
        lambda b: b.sink.control("set-sink-volume", "loa", "5%"),
        lambda b: b.sink.control("set-sink-volume", "loa", "100%"),
        "muted", "the volume of the sink is 4 %",
    ),
    "turned down to 30 %": (
        lambda b: b.sink.control("set-sink-volume", "loa", "30%"),
        lambda b: b.sink.control("set-sink-volume", "loa", "100%"),
        "silent", "the volume of the sink is -31 dB",
    ),
    "suspended": (
        lambda b: b.sink.control("suspend-sink", "loa", "1"), lambda b: b.sink.control("suspend-sink", "loa", "0"),
        "stalled", "the sink is suspended",
    ),
    "the server hangs": (
        lambda b: b.sink.signal(signal.SIGSTOP), lambda b: b.sink.signal(signal.SIGCONT),
        "stalled", "the sound server does not answer",
    ),
    "moved": (
        lambda b: b.sink.control("move-sink-input", b.stream_index(), OTHER),
        lambda b: b.sink.control("move-sink-input", b.stream_index(), "loa"),
        "elsewhere", OTHER,
    ),
}  # fmt: skip


def found_and_its_end_too(deed: str) -> None:
    do, undo, fault, reason = DEEDS[deed]
    with a_bench() as bench:
        play_until_heard(bench)
        bench.mark()
        do(bench)
        after_s, finding = bench.wait_for(fault)
        assert after_s < 6
        assert (finding.facts["sink"], finding.facts.get("reason", "")) == ("loa", reason)
        undo(bench)
        bench.wait_for(fault, "")
        assert not bench.watcher.summary().proven  # the programme was not in order as a whole


def our_monitor_killed_or_held_up_or_muted_is_no_fault() -> None:
    with a_bench() as bench:
        play_until_heard(bench)
        kill(children("parec"))
        until(lambda: children("parec"), what="another monitor")
        time.sleep(3)  # longer than it takes to find a fault
        kill(children("parec"), signal.SIGSTOP)
        time.sleep(3)
        kill(children("parec"), signal.SIGCONT)
        bench.sink.control("set-source-mute", "loa.monitor", "1")
        time.sleep(3.5)
        bench.sink.control("set-source-mute", "loa.monitor", "0")
        assert bench.findings == []


def a_programme_in_order_is_proven_and_silence_costs_nothing() -> None:
    """Another one where a machine that was held up may have torn it."""
    with a_bench() as bench:
        play_until_heard(bench)
        bench.cut()
        for _ in range(6):
            began = time.monotonic()
            play_until_heard(bench)  # the monitor listens from its beginning
            time.sleep(2)
            bench.cut()
            time.sleep(1)  # the tail is on its way
            proof = bench.watcher.summary()
            if proof.proven or not bench.held_up(began):
                break
        assert proof.proven and proof.level_db_off is not None
        assert proof.taken_s > 2 and abs(proof.level_db_off) < 1.5
        until(lambda: not children("parec"), what="the monitor's end")
        assert bench.findings == []


def softer_by_its_gain_is_as_the_file_says() -> None:
    with a_bench() as bench:
        source = words()
        bench.play(source, 20.0, -12.0)
        until(lambda: bench.watcher.summary(source).taken_s > 2, 25, what="sound at the sink")
        off = bench.watcher.summary().level_db_off
        assert off is not None and abs(off) < 2


def the_sink_that_is_unloaded_is_missed_and_the_next_one_is_watched() -> None:
    with two_sinks() as sink:
        module = load(sink, "third")
        sink.control("set-default-sink", "third")
        with watched(sink) as bench:
            play_until_heard(bench)
            bench.mark()
            sink.control("unload-module", module)
            after_s, finding = bench.wait_for("sink_gone")
            assert after_s < 5 and finding.facts["sink"] == "third"
            sink.control("set-default-sink", "loa")
            bench.close()
            bench.open()
            play_until_heard(bench)
            bench.wait_for("sink_gone", "")
            assert bench.findings[-1][1].facts["sink"] == "loa"


def the_server_killed_is_missed_and_a_fault_met_again_is_told_again() -> None:
    with a_bench() as bench:
        play_until_heard(bench)
        bench.mark()
        bench.sink.stop()
        try:
            after_s, _ = bench.wait_for("sink_gone")
            assert after_s < 5
        finally:
            bench.sink.start()
            load(bench.sink, OTHER)
        bench.close()
        bench.sink.control("set-sink-mute", "loa", "1")
        bench.open()
        bench.play(words())
        bench.wait_for("sink_gone", "muted")
        bench.close()
        bench.open()
        bench.play(words())
        bench.wait_for("sink_gone", "muted", "muted")
        bench.sink.control("set-sink-mute", "loa", "0")
        bench.wait_for("sink_gone", "muted", "muted", "")


SCENES: dict[str, Callable[[], None]] = {
    "the monitor's troubles": our_monitor_killed_or_held_up_or_muted_is_no_fault,
    "the server killed": the_server_killed_is_missed_and_a_fault_met_again_is_told_again,
    "the sink unloaded": the_sink_that_is_unloaded_is_missed_and_the_next_one_is_watched,
    "in order": a_programme_in_order_is_proven_and_silence_costs_nothing,
    **{deed: partial(found_and_its_end_too, deed) for deed in DEEDS},
    "by its gain": softer_by_its_gain_is_as_the_file_says,
}


@pytest.fixture(scope="module")
def scenes() -> Iterator[dict[str, Future[None]]]:
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        yield {name: pool.submit(scene) for name, scene in SCENES.items()}


@pytest.mark.parametrize("scene", SCENES)
def test_scene(scenes: dict[str, Future[None]], scene: str) -> None:
    scenes[scene].result(100)


def test_what_cannot_be_asked_is_unproven_and_no_fault() -> None:
    findings: list[object] = []
    watcher = Watcher("main", findings.append, time.monotonic)
    looks = 0

    def stopping() -> bool:
        nonlocal looks
        looks += 1
        return looks > 4

    watcher.opened("wav", "")
    watcher.began(words(), 0.0, 0.0, time.monotonic())
    watcher.work(stopping, lambda: None)
    assert (findings, watcher.summary()) == ([], Proof(0.0, None, proven=False))


def test_the_names_by_which_an_output_can_be_configured() -> None:
    with null_sink() as sink, sink.environment():
        sink.control("load-module", "module-null-sink", "sink_name=spare", "sink_properties=device.description=DuPhong")
        assert device_names() == ["Null Output", "DuPhong"]
        for name in device_names():
            card = Device(name, 512)
            card.open()
            card.close()
        sink.stop()
        assert device_names() == []
        sink.start()
