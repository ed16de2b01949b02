"""The stop switch and the emergency contact on the wall, at the real audio process; only the wire is a file here."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.core.levels import Level
from controller.runtime.clocks import SystemClock
from controller.store import facts, journal, renditions, utterances
from tests.support.listening import Listener
from tests.support.processes import Process, until
from tests.support.pulse import NullSink, null_sink
from tests.support.sounding import PLAIN, audio, kinds, row, wait_for
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

SWITCH, BUTTON = 17, 27
WALL = f"""[outputs.stop_switch]
contact = "gpio"
pin = {SWITCH}
[outputs.emergency_contact]
contact = "gpio"
pin = {BUTTON}
[speech]"""
WIRES = """
import os
from pathlib import Path
import audio.wall.gpio_pins
class Wire:
    def __init__(self, pin):
        self._file = Path(os.environ["WALL"]) / str(pin)
    def closed(self):
        return self._file.exists()
    def close(self):
        pass
audio.wall.gpio_pins.PinLine = Wire
"""


class Wall:
    """A pin is closed to ground while its file exists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(WIRES, encoding="utf-8")

    @property
    def variables(self) -> dict[str, str]:
        return {"WALL": str(self._folder), "PYTHONPATH": str(self._folder)}

    def press(self, pin: int) -> float:
        (self._folder / str(pin)).touch()
        return time.monotonic()

    def release(self, pin: int) -> None:
        (self._folder / str(pin)).unlink()


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(tmp_path / "wall")


def station_with_wall(folder: Path, more: str = "") -> Station:
    config = PLAIN.replace("[speech]", WALL).replace("[policy]", "[policy]\n" + more)
    return station_in(folder / "state", config, SystemClock())


def switched(station: Station) -> list[tuple[object, object]]:
    with station.store.read() as tx:
        return [(e.detail["what"], e.detail["on"]) for e in journal.entries(tx) if e.kind == "switch"]


def choose(station: Station, hertz: float = 2000.0, lasts_s: int = 1) -> str:
    """The emergency that the button plays."""
    alarm = tone_announcement(station, 1.0, hertz, level=Level.EMERGENCY, title="Báo động", lasts_s=lasts_s)
    with station.store.write() as tx:
        facts.set_fact(tx, "contact/announcement", alarm.id)
    return alarm.id


def test_the_stop_switch_silences_at_once_and_lets_go_again(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    station = station_with_wall(tmp_path)
    with audio(station, sink, **wall.variables):
        (first,) = queue_at(station, tone_announcement(station, 12.0), station.clock.now())
        wait_for(station, first, "playing")
        until(listener.bursts, what="the tone")
        pressed = wall.press(SWITCH)
        wait_for(station, first, "stopped")
        listener.settles(0.5)
        silent = sounds_of(listener)[-1].ended
        assert silent - pressed < 0.2 + listener.taken_s(pressed, silent)
        (second,) = queue_at(station, tone_announcement(station, 0.5, 880.0), station.clock.now())
        time.sleep(1.5)
        assert (row(station, second).state, listener.tones(880.0)) == ("queued", [])
        wall.release(SWITCH)
        wait_for(station, second, "played")
    assert switched(station) == [("switch", True), ("switch", False)]
    assert kinds(station, first) == ["queued", "playing", "stopped"]


def test_a_switch_that_was_on_before_the_start_keeps_it_silent_even_for_an_emergency(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    station = station_with_wall(tmp_path)
    wall.press(SWITCH)
    with audio(station, sink, **wall.variables):
        until(lambda: switched(station), what="the switch in the journal")
        alarm = tone_announcement(station, 0.5, level=Level.EMERGENCY)
        (one,) = station.announcing.speak_now(alarm.id, "lan")
        time.sleep(1.5)
        assert (listener.bursts(), row(station, one).state) == ([], "queued")


def test_an_emergency_goes_over_the_switch_where_the_station_says_so(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    station = station_with_wall(tmp_path, "switch_stops_emergency = false\n")
    wall.press(SWITCH)
    with audio(station, sink, **wall.variables):
        until(lambda: switched(station), what="the switch in the journal")
        alarm = tone_announcement(station, 0.5, 2000.0, level=Level.EMERGENCY)
        (one,) = station.announcing.speak_now(alarm.id, "lan")
        wait_for(station, one, "played")
        listener.settles()
    assert len(listener.tones(2000.0)) == 1


def test_the_button_plays_the_chosen_emergency_and_it_is_written_down(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    station = station_with_wall(tmp_path)
    chosen = choose(station)
    with audio(station, sink, **wall.variables):
        until(station.places.prepared_alarm("main").exists, what="the prepared alarm")
        pressed = wall.press(BUTTON)
        until(lambda: listener.tones(2000.0), 12, what="the words")
        began = sounds_of(listener)[0].began
        assert began - pressed < 0.2 + listener.taken_s(pressed, began)
        wall.release(BUTTON)

        def raised() -> list[str]:
            with station.store.read() as tx:
                return [u.state.value for u in utterances.of_announcement(tx, chosen)]

        until(lambda: raised() == ["played"], 10, what="the journal")
    assert switched(station) == [("contact", True), ("contact", False)]


def test_the_button_works_while_everything_else_is_dead(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    """No controller, no page, and a database that is no database any more."""
    station = station_with_wall(tmp_path)
    choose(station)
    with audio(station, sink, **wall.variables):
        until(station.places.prepared_alarm("main").exists, what="the prepared alarm")
    station.store.close()
    for file in station.places.state.glob("station.db*"):
        file.write_bytes(b"no database at all " * 400)
    with audio(station, sink, **wall.variables) as process:
        until(lambda: process.said().count("sound goes to") == 2, what="the second start")
        pressed = wall.press(BUTTON)
        until(lambda: listener.tones(2000.0), 12, what="the words")
        began = sounds_of(listener)[0].began
        assert began - pressed < 0.2 + listener.taken_s(pressed, began)
        assert process.alive()


def test_a_button_for_which_nothing_was_chosen_still_sounds_the_alert(
    tmp_path: Path, sink: NullSink, listener: Listener, wall: Wall
) -> None:
    station = station_with_wall(tmp_path)
    with audio(station, sink, **wall.variables) as process:
        wall.press(BUTTON)
        until(lambda: listener.bursts(gap_s=2.0), what="the alert")
        time.sleep(1.0)
        wall.press(SWITCH)
        until(lambda: time.monotonic() - listener.bursts()[-1].ended > 0.5, what="silence")
        assert process.alive()


def test_what_is_chosen_is_kept_beside_the_store(tmp_path: Path, sink: NullSink, wall: Wall) -> None:
    station = station_with_wall(tmp_path)
    with audio(station, sink, **wall.variables):
        choose(station)
        file = station.places.prepared_alarm("main")
        until(file.exists, what="the prepared alarm")
        first = file.read_text(encoding="utf-8")
        other = choose(station, hertz=1500.0)
        until(lambda: file.read_text(encoding="utf-8") != first, what="the other one")
    with station.store.read() as tx:
        spoken = renditions.spoken(tx, other)
    assert spoken and spoken.prepared
    assert spoken.prepared.sha256 in file.read_text(encoding="utf-8")


def test_what_hangs_on_one_wall_counts_for_every_output(tmp_path: Path, wall: Wall) -> None:
    far = '[[outputs]]\nname = "far"\nzones = ["na-khau"]\ndevice = "auto"\n[speech]'
    config = PLAIN.replace('zones = ["trung-tam", "na-khau"]', 'zones = ["trung-tam"]')
    station = station_in(tmp_path / "state", config.replace("[speech]", WALL).replace("[speech]", far), SystemClock())
    chosen = choose(station)
    with ExitStack() as stack:
        listeners = {}
        for name in ("main", "far"):
            sink = stack.enter_context(null_sink())
            listeners[name] = stack.enter_context(Listener(sink))
            process = Process("audio", name, state=station.places.state, variables={**sink.variables, **wall.variables})
            stack.enter_context(process)
            until(lambda process=process: "sound goes to pulseaudio" in process.said(), what=name)  # type: ignore[misc]
            until(station.places.prepared_alarm(name).exists, what="the prepared alarm")
        wall.press(BUTTON)
        for name, listener in listeners.items():
            until(lambda listener=listener: listener.tones(2000.0), 12, what=f"the words, {name}")  # type: ignore[misc]

        def raised() -> list[tuple[str, str]]:
            with station.store.read() as tx:
                found = utterances.of_announcement(tx, chosen)
            return sorted((u.output, u.state.value) for u in found)

        until(lambda: raised() == [("far", "played"), ("main", "played")], what="the journal")
        with station.store.read() as tx:
            assert len({u.rule_id for u in utterances.of_announcement(tx, chosen)}) == 1, "one occurrence"
        wall.press(SWITCH)
        until(lambda: ("switch", True) in switched(station), what="the switch in the journal")
        time.sleep(0.5)  # the other output has been rung
        spoken = queue_at(station, tone_announcement(station, 0.5, 880.0), station.clock.now())
        time.sleep(1.5)
        assert {row(station, one).state for one in spoken} == {"queued"}
        wall.release(SWITCH)
        for one in spoken:
            wait_for(station, one, "played")
