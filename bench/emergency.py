"""How soon an emergency sounds: from the request at the web API to the alert's first sample at the sink's monitor.
Real processes on a PulseAudio null sink, asked by a browser's requests with a session."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.page import NAME, PASSWORD, Browser, gunzipped
from bench.table import percentile, table
from controller.core.announcements import AfterCut, Announcement
from controller.core.levels import Level
from controller.runtime.clocks import SystemClock
from controller.runtime.page_key import PageKey
from controller.store.users import Role
from controller.web.passwords import Passwords
from controller.web.people import People
from tests.support.listening import LOUD, Listener
from tests.support.processes import Process, free_port, until
from tests.support.pulse import null_sink
from tests.support.seams import begins, heard, without_tone
from tests.support.sounding import PLAIN
from tests.support.stations import Station, station_in
from tests.support.tones import tone_announcement

COUNT = 60
BENEATH_HZ = 200.0  # of the announcement that it cuts: nowhere near the alert's 960
OTHER = 40.0  # more than is left of that tone and its fade when it is taken out
SOUNDS_S = 0.4


@dataclass(frozen=True)
class Rig:
    """A station whose page and sound run."""

    station: Station
    browser: Browser
    listener: Listener

    def on_air(self, announcement: Announcement) -> str:
        """The utterance of it that sounds, or ""."""
        answer = json.loads(gunzipped(*self.browser.get(f"/api/state?announcement={announcement.id}")))
        mine: list[str] = [each["utterance"] for each in answer["on_air"]]
        return mine[0] if mine else ""

    def speak(self, announcement: Announcement) -> tuple[float, float]:
        """When it was asked for, and when that was answered."""
        asked = time.monotonic()
        self.browser.post(f"/announcements/{announcement.id}/speak")
        return asked, time.monotonic()

    def stop(self, announcement: Announcement) -> None:
        ident = until(lambda: self.on_air(announcement), what="the utterance")
        self.browser.post(f"/utterances/{ident}/stop")
        until(lambda: not self.on_air(announcement), what="the stop")


@contextmanager
def rig(listener: Listener, variables: dict[str, str]) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port = free_port()
        config = PLAIN + f'[web]\nhost = "127.0.0.1"\nport = {port}\n'
        station = station_in(Path(folder), config, SystemClock())
        people = People(station.store, station.clock, Passwords(), PageKey(station.places.page_key), station.config)
        people.add(NAME, "Bench", PASSWORD, Role.ADMIN, by="bench")
        running = {
            words[0]: stack.enter_context(Process(*words, state=station.places.state, variables=variables))
            for words in (("audio", "main"), ("web",))
        }
        until(lambda: "sound goes to" in running["audio"].said(), 20, what="the audio process")
        until(lambda: "is served" in running["web"].said(), 20, what="the page")
        browser = Browser(port)
        browser.sign_in()
        yield Rig(station, browser, listener)


def main() -> None:
    with null_sink() as sink, Listener(sink) as listener, rig(listener, sink.variables) as station:
        idle, answers = in_silence(station, COUNT)
        over = _over_another(station, COUNT)
    table(
        "emergency: request at the web API to the alert's first sample at the sink, ms",
        ["what sounded before", "n", "p50", "p99", "max", "target p50 / p99"],
        [
            figures("nothing", idle, "60 / 150"),
            figures("a normal announcement", over, "60 / 150"),
            figures("(the page's answer, in silence)", answers, "-"),
        ],
    )


def in_silence(rig: Rig, count: int) -> tuple[list[float], list[float]]:
    """Request to first sample, and to the page's answer, ms."""
    alarm = tone_announcement(rig.station, 1.0, hertz=600.0, level=Level.EMERGENCY, title="Báo động")
    asked = [_once(rig, alarm) for _ in range(count)]
    begun = [_began(rig.listener, at, lambda samples: begins(samples, LOUD)) for at, _ in asked]
    return begun, [1000 * (answered - at) for at, answered in asked]


def _over_another(rig: Rig, count: int) -> list[float]:
    alarm = tone_announcement(rig.station, 1.0, hertz=600.0, level=Level.EMERGENCY, title="Báo động")
    normal = tone_announcement(rig.station, 30.0, hertz=BENEATH_HZ, after_cut=AfterCut.END)
    asked = []
    for _ in range(count):
        rig.speak(normal)
        until(lambda: rig.on_air(normal), what="the normal one")
        asked.append(_once(rig, alarm)[0])
    return [_began(rig.listener, at, lambda s: begins(without_tone(s, BENEATH_HZ), OTHER)) for at in asked]


def _once(rig: Rig, alarm: Announcement) -> tuple[float, float]:
    time.sleep(random.uniform(0.4, 0.8))  # noqa: S311 - only to come at any moment
    asked = rig.speak(alarm)
    time.sleep(SOUNDS_S)
    rig.stop(alarm)
    return asked


def _began(listener: Listener, asked: float, find: Callable[..., int | None]) -> float:
    """ms until the sound that is found after an instant."""
    first, samples = heard(listener, asked - 0.002, asked + SOUNDS_S)
    place = find(samples)
    assert place is not None, "the alert was not heard"
    return 1000 * (listener.instant(first + place) - asked)


def figures(name: str, values: list[float], target: str) -> list[object]:
    shown = [f"{percentile(values, share):.1f}" for share in (0.5, 0.99, 1.0)]
    return [name, len(values), *shown, target]


if __name__ == "__main__":
    main()
