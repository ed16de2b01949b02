"""Which output is opened, and what becomes of it: SDL on PulseAudio servers that come, go, and fall asleep."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from audio.fades import RATE
from audio.outlet import Opener, Outlet
from audio.source import Memory
from controller.core.errors import DeviceError, StationError
from tests.support.outlets import Bench, noise, sine
from tests.support.pulse import Capture, null_sink

pytestmark = pytest.mark.alone

HALL = ("load-module", "module-null-sink", "sink_name=hall", f"rate={RATE}", "sink_properties=device.description=Hall")


@pytest.mark.parametrize("silent", [True, False])
def test_a_sink_that_is_gone_is_noticed_and_one_that_is_back_is_used(tmp_path: Path, silent: bool) -> None:
    with null_sink() as sink, sink.environment():
        opener = Opener("auto", "", 512, tmp_path / "out.wav")
        outlet = opener.open()
        if not silent:
            outlet.play(Memory(sine(5.0)))
        sink.control("unload-module", "module-null-sink")
        with pytest.raises(DeviceError):
            Bench(outlet, bytes).play_out(4.0) if not silent else wait_for_the_worst(outlet)
        outlet.close()
        with pytest.raises(DeviceError, match="pulseaudio"):
            opener.open()
        sink.control("load-module", "module-null-sink", "sink_name=loa", f"rate={RATE}", "channels=1", "format=s16le")
        with Capture(sink) as capture:
            back = opener.open()
            back.play(Memory(noise(0.3)))
            Bench(back, bytes).play_out()
            heard = Bench(back, lambda: capture.array().tobytes()).heard(least_s=60.0)  # torn or not
            assert len(heard) > 0.25 * RATE
            back.close()
            with pytest.raises(DeviceError):
                back.sounding()


def wait_for_the_worst(outlet: Outlet) -> None:
    end = time.monotonic() + 4.0
    while time.monotonic() < end:
        outlet.sounding()
        time.sleep(0.01)


def test_a_server_that_answers_no_more_does_not_hold_up_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio.sdl.CLOSE_LIMIT_S", 0.2)
    with null_sink() as sink, sink.environment(), Capture(sink):
        opener = Opener("auto", "", 512, tmp_path / "out.wav")
        outlet = opener.open()
        with sink.asleep():
            time.sleep(0.1)  # until it waits for the server
            outlet.close()
            with pytest.raises(StationError, match="hangs"):
                opener.open()
        end = time.monotonic() + 30
        while True:
            try:
                opener.open().close()
                break
            except StationError:
                assert time.monotonic() < end
                time.sleep(0.05)


def test_the_fallback_is_taken_and_left(tmp_path: Path) -> None:
    with null_sink() as sink, sink.environment(), Capture(sink):  # listened to, it is quick to be closed
        opener = Opener("Hall", "Null Output", 512, tmp_path / "out.wav", "Sân")
        outlet = opener.open()
        assert opener.on_fallback
        assert opener.better() is None
        outlet.play(Memory(noise(0.1)))  # the same one, opened again
        Bench(outlet, bytes).play_out()
        sink.control(*HALL)
        better = opener.better()
        assert better and not opener.on_fallback
        outlet.close()  # changes nothing: it was closed already
        better.play(Memory(sine(9.0)))
        shown = sink.control("list", "sink-inputs")
        assert 'application.name = "Loa Làng"' in shown and 'media.name = "Sân"' in shown
        assert sink.control("list", "short", "sink-inputs").split()[1] == "1"
        assert opener.better() is None
        better.close()


def test_without_a_sound_server_auto_records_until_there_is_one_and_a_named_device_fails(tmp_path: Path) -> None:
    with null_sink() as sink, sink.environment():
        sink.stop()
        opener = Opener("auto", "", 512, tmp_path / "out.wav")
        tape = opener.open()
        assert (tape.name, opener.better()) == ("wav", None)
        with pytest.raises(DeviceError, match="pulseaudio"):
            Opener("Loa", "Sân", 512, tmp_path / "out.wav").open()
        sink.start()
        better = opener.better()
        assert better and better.name == "pulseaudio"
        better.close()
        sink.stop()
        with pytest.raises(DeviceError, match="pulseaudio"):
            opener.open()  # a recording in its place would pass silence off as sound
        tape.close()
