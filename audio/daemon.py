"""The audio process of one output: player, keeper, and (on the first output) the preparer of renditions."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime

from audio import chimes
from audio.amplifier import relay_for
from audio.engine import Timing
from audio.keeper import Keeper
from audio.normaliser import Normaliser, load_abbreviations
from audio.output import Opener
from audio.player import Inbox, Player
from audio.prepare import Preparer
from audio.progress import ProgressFile, boot_id
from audio.studio import Studio
from controller.core.quiet import touches
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Output as OutputConfig
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store import clock as clocks
from controller.store.connection import Store, Tx

BYTES_PER_S = 2 * 48_000
NICE = -10  # the sound comes before everything else on the machine; its children step back (audio.children)
PAUSE_S = 0.5  # between a chime and the words: outdoors the chime still echoes
DOUBT_S = 1.5  # the controller looks every half second, and at once when it sees a step
KEEPER_LIMIT_S = 30.0  # a slow card may hold the keeper so long before the watchdog bites
FACES = ("controller", "kiosk")
log = logging.getLogger(__name__)


def main(config: StationConfig, places: Places, name: str) -> int:
    output = config.output(name)
    with contextlib.suppress(PermissionError):  # systemd has done it, or it may not be done
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    process = f"audio-{name}"
    # opened by those who use it: a database that is locked, full or broken must not mute an emergency
    clock, store, bell = SystemClock(), Store(places.station_db, at_once=False), Doorbell(places)
    doorway = Doorway(places, process)
    crew = Crew()
    inbox = Inbox()
    boot = boot_id()
    progress = ProgressFile(places.progress(name), boot)

    pause = bytes(int(PAUSE_S * BYTES_PER_S) // 2 * 2)
    signals = {"alert": chimes.alert() + pause}
    if config.speech.chime:
        signals |= {"opening": chimes.opening() + pause, "closing": pause + chimes.closing() + pause}

    def clock_believed(tx: Tx) -> bool:
        return config.clock.trust == "off" or clocks.believed(tx, boot)

    keeper = Keeper(
        name, store, places, clock, lambda: ring_all(bell, FACES), inbox.put, progress.read(), clock_believed
    )
    studio = None
    if name == config.outputs[0].name:  # one process prepares for all
        preparer = Preparer(config.speech, places, Normaliser(load_abbreviations()), config.policy)
        everyone = (*(f"audio-{other.name}" for other in config.outputs), *FACES)
        studio = Studio(store, preparer, clock, config.policy.max_duration_s, lambda: ring_all(bell, everyone))

    def on_ring() -> None:
        keeper.look()
        if studio:
            studio.wake()

    player = Player(
        name, Opener(output.device, output.buffer, places.recording(name)), relay_for(output.amplifier), signals,
        _timing(config, output, signals), progress, places, clock, doorway, inbox, keeper, on_ring,
        DOUBT_S if config.clock.trust == "required" else 0.0,
    )  # fmt: skip
    crew.start(
        "keeper",
        lambda: keeper.work(crew.stopping.is_set, lambda: crew.progress("keeper", KEEPER_LIMIT_S)),
        wake=keeper.look,
    )
    crew.start("player", lambda: player.work(crew.stopping.is_set, lambda: crew.progress("player")), wake=inbox.wake)
    if studio:
        crew.start("studio", lambda: studio.work(crew.stopping), wake=studio.end)
    code = crew.run()
    doorway.close()
    return code


def ring_all(bell: Doorbell, names: tuple[str, ...]) -> None:
    for name in names:
        bell.ring(name)


def _timing(config: StationConfig, output: OutputConfig, signals: dict[str, bytes]) -> Timing:
    def length_s(name: str) -> float:
        return len(signals.get(name, b"")) / BYTES_PER_S

    warm_up_s = 0.0 if output.amplifier.relay == "none" else output.amplifier.warm_up_s
    return Timing(
        warm_up_s, output.amplifier.hold_s, length_s("opening"), length_s("closing"), length_s("alert"),
        quiet_where_heard(config, output),
    )  # fmt: skip


def quiet_where_heard(config: StationConfig, output: OutputConfig) -> Callable[[float, float], bool]:
    """Whether any of [begin, end), wall-clock seconds, is quiet in a zone where this output is heard."""
    spans = config.quiet_where_heard(output.zones)

    def quiet(begin: float, end: float) -> bool:
        return touches(spans, datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC), config.site.tz)

    return quiet
