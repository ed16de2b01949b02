"""How something more urgent takes the air: how soon, with what gap and what click, and whether what it cut goes on at
the very place. The real audio process on a PulseAudio null sink; each sample of what is cut tells where it belongs."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.emergency import figures
from bench.table import table
from controller.core.announcements import AfterCut, Announcement, Draft
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import Utterance, raised_document
from controller.runtime.clocks import SystemClock
from controller.runtime.doorbell import Doorbell
from controller.store import renditions
from tests.support.listening import LOUD, Listener
from tests.support.processes import until
from tests.support.pulse import NullSink, null_sink
from tests.support.seams import Samples, begins, heard, largest_step, longest_silence
from tests.support.sounding import PLAIN, row, wait_for
from tests.support.stamped import Stamped
from tests.support.stations import Station, station_in
from tests.support.tones import RATE, queue_at, raised, tone_announcement, wav

COUNT, EMERGENCIES = 40, 20
CHIRP_S, FROM_HZ, TO_HZ, SIZE = 14.0, 150.0, 450.0, 6000
EDGE = 480  # samples: how long what is joined rises (audio.fades)
EDGE_STEP = 108  # the most that an edge adds to a step (audio.stream)
QUIET = 100  # of 32767: no sound
KNOWN_BY = 256  # samples of the chirp that tell where in it one is
BEFORE_S, AFTER_S = 0.3, 0.4


@dataclass(frozen=True)
class Asked:
    at: float  # when it was rung for
    over: float  # when what had been cut was stopped again; of one in silence: enough after


@dataclass(frozen=True)
class Seam:
    """What was heard of one: ms, ms, ms, and samples' size."""

    late_ms: float
    gap_ms: float
    off_ms: float  # went on later than it was cut (less than 0: earlier)
    pause_ms: float  # from the end of the urgent one until what was cut went on
    step: int


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, null_sink() as sink, Listener(sink) as listener:
        station = station_in(Path(folder), PLAIN, SystemClock())
        chirp = _chirp()
        beneath = _announcement(station, chirp)
        urgent = tone_announcement(station, 0.8, hertz=900.0, level=Level.PRIORITY, title="Tin gấp")
        alarm = tone_announcement(station, 0.8, hertz=900.0, level=Level.EMERGENCY, title="Báo động")
        with _stamped(station, sink) as process, closing(Doorbell(station.places)) as bell:
            idle = [_in_silence(station, bell, urgent) for _ in range(COUNT)]
            cut = [_cut(station, bell, beneath, urgent) for _ in range(COUNT)]
            emergencies = [_cut(station, bell, beneath, alarm) for _ in range(EMERGENCIES)]
            stamps = {what: process.stamps(what) for what in ("ring", "step", "play")}
        silent_ms = [_late_ms(listener, asked) for asked in idle]
        seams = [_seam(listener, asked, chirp) for asked in cut]
        alarms = [_seam(listener, asked, chirp) for asked in emergencies]
    _tell(silent_ms, seams, alarms)
    _tell_inside(stamps, idle, cut, emergencies)


def _tell(silent_ms: list[float], seams: list[Seam | None], alarms: list[Seam | None]) -> None:
    rows: list[list[object]] = [figures("ring to first sample, from silence, ms", silent_ms, "-")]
    bounds = (_bound(900.0, 0.5), _bound_of_alert())
    for name, found, bound in (("priority", seams, bounds[0]), ("emergency", alarms, bounds[1])):
        whole = [seam for seam in found if seam]
        if not whole:
            continue
        rows += [
            figures(f"{name}: ring to first sample, ms", [seam.late_ms for seam in whole], "-"),
            figures(f"{name}: gap, ms", [seam.gap_ms for seam in whole], "max 30"),
            figures(f"{name}: resume offset error, ms", [abs(seam.off_ms) for seam in whole], "max 20"),
            figures(f"{name}: its end to the resumption, ms", [seam.pause_ms for seam in whole], "-"),
            figures(f"{name}: largest step at the seams", [float(seam.step) for seam in whole], f"max {bound}"),
        ]
        print(f"  {name}: {len(found) - len(whole)} of {len(found)} torn by the sound server, not counted")
    table("pre-emption: what is heard at the sink", ["what", "n", "p50", "p99", "max", "target"], rows)


def _tell_inside(stamps: dict[str, list[float]], idle: list[Asked], *cuts: list[Asked]) -> None:
    """Inside the process: which part of it takes how long."""
    rows = []
    for name, asked in (("from silence", idle), ("priority", cuts[0]), ("emergency", cuts[1])):
        spans = [_inside(stamps, each.at) for each in asked]
        target = "p50 20" if name == "priority" else "-"
        rows += [
            figures(f"{name}: rung to ring heard", [span[0] for span in spans], "-"),
            figures(f"{name}: ring heard to the deciding step", [span[1] for span in spans], "-"),
            figures(f"{name}: step begun to handed to the output", [span[2] for span in spans], "p50 20"),
            figures(f"{name}: ring heard to handed to the output", [span[1] + span[2] for span in spans], target),
        ]
    table("pre-emption: inside the audio process, ms", ["what", "n", "p50", "p99", "max", "target"], rows)


def _inside(stamps: dict[str, list[float]], asked: float) -> tuple[float, float, float]:
    ring = next(at for at in stamps["ring"] if at >= asked)
    step = next(at for at in stamps["step"] if at >= asked)
    play = next(at for at in stamps["play"] if at >= step)
    return 1000 * (ring - asked), 1000 * (step - ring), 1000 * (play - step)


@contextmanager
def _stamped(station: Station, sink: NullSink) -> Iterator[Stamped]:
    process = Stamped("audio", "main", state=station.places.state, variables=sink.variables)
    with process:
        until(lambda: "sound goes to pulseaudio" in process.said(), 20, what="the audio process")
        yield process


def _chirp() -> Samples:
    """No two places of it are the same."""
    at = np.arange(round(CHIRP_S * RATE)) / RATE
    turns = FROM_HZ * at + (TO_HZ - FROM_HZ) * at**2 / (2 * CHIRP_S)
    edge = np.clip(at / 0.005, 0.0, 1.0)
    found: Samples = np.round(SIZE * edge * np.sin(2 * np.pi * turns)).astype("<i2")
    return found


def _announcement(station: Station, samples: Samples) -> Announcement:
    """Ready, and goes on where it was cut."""
    content = wav(samples.tobytes())
    sha256 = hashlib.sha256(content).hexdigest()
    station.places.rendition(sha256).write_bytes(content)
    zones = tuple(zone.id for zone in station.config.zones)
    saved = station.announcing.save(Draft("Bài", "Bài", zones, after_cut=AfterCut.RESUME), (), "bench")
    with station.store.write() as tx:
        prepared = Prepared(sha256, len(samples) / RATE, -16.0, -6.0, "chirp")
        renditions.ready(tx, station.clock.now(), f"{saved.id}/{saved.revision}", prepared)
    return saved


def _in_silence(station: Station, bell: Doorbell, urgent: Announcement) -> Asked:
    time.sleep(random.uniform(0.1, 0.4))  # noqa: S311 - only to come at any moment
    at, utterance = _ask(station, bell, urgent)
    wait_for(station, utterance, "played")
    return Asked(at, at + AFTER_S)


def _cut(station: Station, bell: Doorbell, beneath: Announcement, urgent: Announcement) -> Asked:
    _, below = _ask(station, bell, beneath)
    wait_for(station, below, "playing")
    time.sleep(random.uniform(1.0, 3.0))  # noqa: S311 - the same
    at, utterance = _ask(station, bell, urgent)
    if urgent.level is Level.EMERGENCY:
        time.sleep(AFTER_S)
        bell.ring("audio-main", {"stop": utterance.id, "by": "bench"})
    until(lambda: row(station, below).attempt == 2, 12, what="the resumption")
    time.sleep(AFTER_S)
    over = time.monotonic()
    bell.ring("audio-main", {"stop": below.id, "by": "bench"})
    wait_for(station, below, "stopped")
    return Asked(at, over)


def _ask(station: Station, bell: Doorbell, what: Announcement) -> tuple[float, Utterance]:
    """Row first, then ring, as the page does; an emergency by the ring alone. When it was rung."""
    if what.level is Level.EMERGENCY:
        utterance, message = (made := raised(station, what)), {"emergency": raised_document(made)}
    else:
        (utterance,), message = queue_at(station, what, station.clock.now()), {}
    at = time.monotonic()
    bell.ring("audio-main", message)
    return at, utterance


def _late_ms(listener: Listener, asked: Asked) -> float:
    first, samples = heard(listener, asked.at, asked.over)
    place = begins(samples, LOUD)
    assert place is not None, "it was not heard"
    return 1000 * (listener.instant(first + place) - asked.at)


def _seam(listener: Listener, asked: Asked, chirp: Samples) -> Seam | None:
    """None if the capture is torn elsewhere than at the seams, by the server: nothing can be told from it."""
    first, samples = heard(listener, asked.at - BEFORE_S, asked.over)
    before, after = _line(chirp, samples, 0), _line(chirp, samples, len(samples) - KNOWN_BY)
    if before is None or after is None:
        return None
    numbers = np.arange(len(samples))
    cut = int(np.flatnonzero(samples != chirp[numbers + before])[0])
    whole = 1 + int(np.flatnonzero(samples != chirp[np.minimum(numbers + after, len(chirp) - 1)])[-1])
    resumed = whole - EDGE  # it has risen
    torn = any(_line(chirp, samples, place) is not None for place in (cut + RATE // 20, whole - RATE // 20))
    if torn or listener.instant(first + cut) < asked.at:
        return None
    between = samples[cut:resumed]
    urgent_over = cut + 1 + int(np.flatnonzero(np.abs(between.astype(int)) > QUIET)[-1])
    steps = (samples[cut - EDGE : cut + 3 * EDGE], samples[urgent_over - EDGE : whole + EDGE])
    return Seam(
        1000 * (listener.instant(first + cut) - asked.at),
        1000 * longest_silence(samples[cut - 2 * EDGE : cut + RATE // 10], QUIET) / RATE,
        1000 * ((resumed + after) - (cut + before)) / RATE,
        1000 * (resumed - urgent_over) / RATE,
        max(largest_step(each) for each in steps),
    )


def _line(chirp: Samples, samples: Samples, place: int) -> int | None:
    """How many samples earlier in the recording than in the chirp that place is; None if it is not of the chirp."""
    found = chirp.tobytes().find(samples[place : place + KNOWN_BY].tobytes())
    return None if found < 0 or found % 2 else found // 2 - place


def _bound(hertz: float, level: float) -> int:
    """The largest step that is allowed where the chirp and a tone meet."""
    return largest_step(_chirp()) + round(2 * np.pi * hertz / RATE * level * 32767) + EDGE_STEP


def _bound_of_alert() -> int:
    from audio import chimes

    return largest_step(_chirp()) + largest_step(np.frombuffer(chimes.alert(), "<i2")) + EDGE_STEP


if __name__ == "__main__":
    main()
