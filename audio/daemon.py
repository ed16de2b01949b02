"""The audio process of one output: player and keeper, who proves the sound, what hangs on the wall beside it, and (on
the first output) the preparer of renditions."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from audio.bare_alert import BareAlert
from audio.inbox import Inbox
from audio.keeper import Keeper
from audio.listening.hearing import Heard, Hearing
from audio.listening.sinks import Server, takes_sound
from audio.listening.watcher import Watcher
from audio.loudspeaker import Loudspeaker
from audio.normaliser.live import LiveNormaliser
from audio.notes import Judged, Note, Reported, Tested
from audio.on_air import OnAir
from audio.outlet import Opener
from audio.pending import Pending
from audio.player import Contact, Message, Player
from audio.prepared_alarm import PreparedAlarm
from audio.preparing.collecting import Collector
from audio.preparing.prepare import Preparer
from audio.preparing.renewal import Renewal
from audio.preparing.speakers import speakers
from audio.preparing.studio import Studio
from audio.programme import Item, Timing
from audio.progress import ProgressFile
from audio.proving import Proving
from audio.raising import Raising
from audio.self_testing import MARK, SelfTesting
from audio.setting import Setting, SettingReader
from audio.wall.contacts import ContactWatch
from audio.wall.switchboard import Switchboard
from audio.well_being import WellBeing
from controller.core.quiet import touches
from controller.core.utterances import Verdict
from controller.runtime.catalogues import load_words
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Contact as ContactConfig
from controller.runtime.config_tables import Output as OutputConfig
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store import clock as clocks
from controller.store.connection import Store, Tx

NICE = -10  # the sound comes before everything else on the machine; its children step back (runtime/children.py)
DOUBT_S = 1.5  # the controller looks every half second, and at once when it sees a step
KEEPER_LIMIT_S = 30.0  # a slow card may hold the keeper so long before the watchdog bites
LAST_S = 0.4  # after all has been taken the last of it is still to be heard: the amplifier stays on
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
    inbox: Inbox[Message] = Inbox()
    progress = ProgressFile(places.progress(name))
    left = progress.read()
    boot = ClockSigns(clock.now).boot_id
    settings = SettingReader(places, config.speech.chime)
    setting = settings.built_in()
    pending = Pending(places, name)
    alarm = PreparedAlarm(places.prepared_alarm(name), config, name)
    bare = BareAlert(load_words(config.site.language, ("audio",))("bare_alert.title"), name, tuple(output.zones))

    def clock_believed(tx: Tx) -> bool:
        return config.clock.trust == "off" or clocks.believed(tx, boot)

    keeper = Keeper(
        name, store, places, clock, lambda: ring_all(bell, config.faces), inbox.put, left, clock_believed,
        settings, alarm if any(o.emergency_contact.contact != "none" for o in config.outputs) else None, pending,
    )  # fmt: skip
    studio = None
    if name == config.outputs[0].name:  # one process prepares for all
        normaliser = LiveNormaliser(store)
        preparer = Preparer(config.speech, places, normaliser, config.policy)
        renewal = Renewal(store, places, preparer, clock, config.policy, normaliser.version)
        collector = Collector(store, places, clock, config.policy)
        everyone = (*(f"audio-{other.name}" for other in config.outputs), *config.faces)
        studio = Studio(
            store,
            places,
            preparer,
            renewal,
            collector,
            clock,
            config.policy.max_duration_s,
            lambda: ring_all(bell, everyone),
            speakers(config.speech, places, normaliser, config.policy),
        )

    def on_ring() -> None:
        keeper.look()
        if studio:
            studio.wake()

    others = tuple(f"audio-{other.name}" for other in config.outputs if other.name != name)

    def ring_others(message: Mapping[str, object]) -> None:
        for other in others:
            bell.ring(other, message)

    watcher = Watcher(name, inbox.put, clock.monotonic)
    hearing = Hearing(output.monitor, places, clock, lambda heard: _note_all(keeper, _heard(heard, name, clock)))
    proving = Proving(watcher, hearing)

    def opened(driver: str, on_fallback: bool) -> None:
        device = output.fallback if on_fallback else output.device
        proving.opened(driver, "" if device == "auto" else device)

    speaker = Loudspeaker(
        Opener(output.device, output.fallback, output.buffer, places.recording(name), name), clock, opened,
        proving.closed, partial(takes_sound, Server()),
    )  # fmt: skip
    switchboard = Switchboard(output)
    ids = NewIds(clock)
    well_being = WellBeing(name, clock, keeper)
    on_air = OnAir(name, speaker, proving, progress, clock, keeper, well_being, hears=bool(output.monitor))
    player = Player(
        name, frozenset(output.zones), on_air, switchboard, well_being, partial(_timing, config, output),
        partial(_gain_db, config, output, switchboard.zones_apart, clock), setting, left, clock, ids, doorway, inbox,
        keeper, Raising(places, clock, ids, keeper, alarm, bare, pending),
        SelfTesting(output.self_test, config.site.tz, clock.now()), ring_others, on_ring,
        DOUBT_S if config.clock.trust == "required" else 0.0,
    )  # fmt: skip
    stopping = crew.stopping.is_set
    crew.start(
        "keeper", lambda: keeper.work(stopping, lambda: crew.progress("keeper", KEEPER_LIMIT_S)), wake=keeper.look
    )
    crew.start("player", lambda: player.work(stopping, lambda: crew.progress("player")), wake=inbox.wake)
    crew.start("watcher", lambda: watcher.work(stopping, lambda: crew.progress("watcher", 30.0)), wake=watcher.wake)
    if output.monitor:
        crew.start("hearing", lambda: hearing.work(stopping, lambda: crew.progress("hearing", 30.0)), wake=hearing.wake)
    for what, wired in (("switch", output.stop_switch), ("contact", output.emergency_contact)):
        if wired.contact != "none":
            watch = _contact(what, wired, name, inbox, keeper, clock)
            crew.start(what, partial(watch.work, stopping, partial(crew.progress, what)))
    if studio:
        crew.start("studio", lambda: studio.work(crew.stopping), wake=studio.end)
    code = crew.run()
    doorway.close()
    return code


def ring_all(bell: Doorbell, names: tuple[str, ...]) -> None:
    for name in names:
        bell.ring(name)


def _contact(
    what: str, wired: ContactConfig, output: str, inbox: Inbox[Message], keeper: Keeper, clock: SystemClock
) -> ContactWatch:
    def report(reason: str) -> None:
        facts = {"reason": reason} if reason else {}
        keeper.note(Reported(clock.now(), f"{what}/{output}", "no_contact" if reason else "", facts))

    return ContactWatch(wired, lambda pressed: inbox.put(Contact(what, pressed)), report)


def _note_all(keeper: Keeper, notes: tuple[Note, ...]) -> None:
    for note in notes:
        keeper.note(note)


def _heard(heard: Heard, output: str, clock: SystemClock) -> tuple[Note, ...]:
    """What a monitor input has found, to be written down: of an utterance or of a self-test; and whether it works."""
    measured = (("delay_ms", heard.delay_ms), ("gain_db", heard.gain_db), ("snr_db", heard.snr_db))
    figures: dict[str, object] = {name: round(value, 1) for name, value in measured if value is not None}
    if heard.from_s >= 0.1:  # the ear was still waking
        figures["from_s"] = round(heard.from_s, 1)
    if heard.reason:
        figures["reason"] = heard.reason
    deaf = heard.reason == "no_recording"
    health = Reported(clock.now(), f"monitor/{output}", "no_recording" if deaf else "", {})
    if heard.reason == "too_short" and not heard.share:  # cut in its chime: there was nothing to hear yet
        return ()
    if heard.utterance_id.startswith(MARK):
        return health, Tested(clock.now(), output, heard.verdict, figures)
    return health, Judged(clock.now(), heard.utterance_id, Verdict(heard.verdict), heard.share, figures)


def _timing(config: StationConfig, output: OutputConfig, setting: Setting) -> Timing:
    signals = setting.signals
    return Timing(
        0.0 if output.amplifier.relay == "none" else output.amplifier.warm_up_s, max(output.amplifier.hold_s, LAST_S),
        signals.length_s("opening"), signals.length_s("closing"), signals.length_s("alert"),
        quiet_where_heard(config, output), config.policy.finish_s, config.policy.switch_stops_emergency,
    )  # fmt: skip


def _gain_db(
    config: StationConfig, output: OutputConfig, apart: frozenset[str], clock: SystemClock, setting: Setting, item: Item
) -> float:
    """How loud something is played now: as the softest zone that hears it wants; an emergency, as loud as it is."""
    if item.emergency:
        return 0.0
    heard = item.zones | (frozenset(output.zones) - apart)
    return setting.volumes.gain_for(heard, clock.now().astimezone(config.site.tz).time())


def quiet_where_heard(config: StationConfig, output: OutputConfig) -> Callable[[float, float, frozenset[str]], bool]:
    """Whether any of [begin, end), wall-clock seconds, is quiet where some of an output's zones are heard; without
    any named, where all of them are."""

    def quiet(begin: float, end: float, zones: frozenset[str]) -> bool:
        spans = config.quiet_where_heard(zones or output.zones)
        return touches(spans, datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC), config.site.tz)

    return quiet
