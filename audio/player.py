"""The player: waits, hears what others tell, asks the engine, has done what it decides. One thread.

Hears stops and emergencies straight from the doorbell, switch and contact from their threads; everything else comes
through the keeper. What sounds is in the hands of `on_air.py`, the relays in those of `wall/switchboard.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from audio import engine, transitions
from audio.inbox import Inbox
from audio.keeper import Keeper, Snapshot
from audio.listening.watcher import Finding
from audio.notes import Thrown
from audio.on_air import OnAir
from audio.programme import (
    RESTING,
    SOUNDING,
    Alert,
    ClockSet,
    Cut,
    Event,
    Item,
    Lost,
    Move,
    Now,
    OutputBack,
    OutputLost,
    Phase,
    Play,
    Relay,
    Route,
    Rows,
    State,
    Stop,
    Switch,
    Tick,
    Timing,
    Unreadable,
)
from audio.progress import Progress
from audio.raising import Raising, Sounded
from audio.self_testing import SelfTesting
from audio.setting import Setting
from audio.wall.switchboard import Switchboard, Trouble
from audio.well_being import WellBeing
from controller.core.errors import DeviceError, StationError
from controller.core.ports import Clock, Ids
from controller.core.trust import SET_S
from controller.runtime.doorbell import Doorway

IDLE_WAIT_S = 1.0
SOUNDING_WAIT_S = 0.02  # how often the output is looked at while it sounds
TELL_S = 2.0  # how often the other outputs are told that the switch is thrown
REFRESH_S, ON_AIR_REFRESH_S = 30.0, 5.0  # how often relays are told again what they should be: at rest, and else
RETRY_S = 2.0  # and where one did not do it; a board that is deaf takes LINE_LIMIT_S of each
UNHEARD_S = 2.5  # of what was played before silence is proven
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contact:
    """The stop switch ("switch") or the emergency contact ("contact") was pressed, or let go."""

    what: str
    on: bool


Message = Snapshot | Finding | Contact


class Player:
    def __init__(
        self,
        name: str,
        zones: frozenset[str],
        on_air: OnAir,
        switchboard: Switchboard,
        well_being: WellBeing,
        timing_of: Callable[[Setting], Timing],
        gain_of: Callable[[Setting, Item], float],
        setting: Setting,
        left: Mapping[str, Progress],
        clock: Clock,
        ids: Ids,
        doorway: Doorway,
        inbox: Inbox[Message],
        keeper: Keeper,
        raising: Raising,
        self_testing: SelfTesting,
        ring_others: Callable[[Mapping[str, object]], None],
        on_ring: Callable[[], None],
        doubt_s: float = 0.0,
    ) -> None:
        """`left` is what the progress file said at the start. `ring_others` reaches the station's other outputs: what
        hangs on one wall counts for all. `on_ring` is told of every ring. For `doubt_s` after the wall clock was set
        nothing begins by it: the controller needs that long to say whether it is right."""
        self._name, self._all_zones = name, zones
        self._on_air, self._switchboard, self._well_being = on_air, switchboard, well_being
        self._timing_of, self._gain_of, self._setting = timing_of, gain_of, setting
        self._timing = timing_of(setting)
        self._left, self._clock, self._ids = left, clock, ids
        self._doorway, self._inbox, self._keeper, self._raising = doorway, inbox, keeper, raising
        self._self_testing, self._ring_others = self_testing, ring_others
        self._on_ring, self._doubt_s = on_ring, doubt_s
        self._ahead: float | None = None  # what the wall clock is ahead of the monotonic one
        self._state = State(phase=Phase.FAULTED)
        self._broken: DeviceError | StationError | None = None  # why what was to be played is not
        self._told_at = 0.0  # when the relays were told last
        self._tell_at = 0.0
        self._own_switch = False  # the stop switch that is wired to this output is thrown

    def work(self, stopping: Callable[[], bool], alive: Callable[[], None]) -> None:
        self._relay(False)
        for sounded in self._raising.left(self._left, self._setting.signals.sources["alert"]):
            self._alert(sounded)
        self._look_for_output()
        self._keeper.look()
        while not stopping():
            messages, rings = self._inbox.take(self._doorway, self._wait_s())
            self._watch_clock()  # before anything is done by it
            for message in messages:
                self._take(message)
            for ring in rings:
                self._hear(ring)
            self._look_for_output()
            self._test_itself()
            self._step(Tick(self._sounding()))
            self._refresh()
            alive()
        self._leave()

    def _wait_s(self) -> float:
        if self._state.phase in SOUNDING:
            return SOUNDING_WAIT_S
        now = self._now()
        wake = engine.wake_at(self._state, now, self._timing)
        return IDLE_WAIT_S if wake is None else min(IDLE_WAIT_S, wake - now.mono)

    def _now(self) -> Now:
        at_s = self._on_air.at_s() if self._state.phase in SOUNDING else None
        return Now(self._clock.now().timestamp(), self._clock.monotonic(), at_s)

    def _watch_clock(self) -> None:
        now = self._clock.now().timestamp() - self._clock.monotonic()
        before, self._ahead = self._ahead, now
        if self._doubt_s and before is not None and abs(now - before) > SET_S:
            self._step(ClockSet(self._doubt_s))

    def _step(self, event: Event) -> None:
        now, sounded = self._now(), self._state.phase in SOUNDING
        self._state, actions = engine.step(self._state, event, now, self._timing)
        for action in actions:
            match action:
                case Relay(on):
                    self._relay(on)
                case Route(zones):
                    self._told(self._switchboard.route(zones))
                case Play(item, segment, from_s):
                    self._play(item, segment, from_s)
                case Cut():
                    self._on_air.cut()
                case Lost(reason):
                    self._lost(reason)
                case Move() as move:
                    self._on_air.moved(move, self._state.current, now.mono)
        if sounded and self._state.phase not in SOUNDING:
            self._on_air.fell_silent(now.mono)
        if self._broken:  # only now: what follows from it must be noted after what led to it
            broken, self._broken = self._broken, None
            self._fails(broken)

    # --- what others tell

    def _take(self, message: Message) -> None:
        match message:
            case Snapshot():
                self._take_rows(message)
            case Finding():
                self._take_finding(message)
            case Contact("switch", on):
                self._keeper.note(Thrown(self._clock.now(), self._name, "switch", on))
                self._own_switch = on
                self._step(Switch(on))
                self._ring_others({"switch": on})
            case Contact(what, on):
                self._keeper.note(Thrown(self._clock.now(), self._name, what, on))
                if on:
                    ident, now = self._ids(), self._clock.now()
                    self._press(ident, now)
                    self._ring_others({"contact": ident, "at": now.isoformat()})

    def _take_rows(self, snapshot: Snapshot) -> None:
        if snapshot.setting is not self._setting:
            self._setting, self._timing = snapshot.setting, self._timing_of(snapshot.setting)
        waiting = {item.id for item in snapshot.rows.items if item.loaded}
        waiting |= {item.id for item in (*self._state.queue, self._state.current) if item and item.local}
        if self._state.current:
            waiting.add(self._state.current.id)
        self._on_air.renew(snapshot.opened, waiting, self._state.current.id if self._state.current else "")
        held = (replace(item, loaded=item.loaded and self._on_air.holds(item.id)) for item in snapshot.rows.items)
        self._step(Rows(tuple(held)))

    def _take_finding(self, finding: Finding) -> None:
        self._on_air.proven(finding.fault, finding.facts)
        if finding.fault and self._state.phase in SOUNDING:
            self._lost(finding.fault, proven_silent=True, sink=finding.facts.get("sink", ""))

    def _hear(self, ring: dict[str, object]) -> None:
        if "stop" in ring:
            self._step(Stop(str(ring["stop"]), str(ring.get("by", ""))))
        elif "switch" in ring:
            if not self._own_switch:
                self._step(Switch(bool(ring["switch"])))
        elif "contact" in ring:
            pressed = self._raising.pressed(ring)
            if pressed:
                self._press(*pressed)
        elif "self_test" in ring:
            self._self_testing.ask()
        elif "emergency" in ring:
            self._alert(self._raising.by_ring(ring["emergency"]))
        self._on_ring()

    def _alert(self, sounded: Sounded | None) -> None:
        if sounded:
            self._on_air.hold(sounded.item.id, sounded.source)
            self._step(Alert(sounded.item))
            self._raising.keep(sounded)

    def _press(self, press: str, at: datetime) -> None:
        """The emergency contact, here or at another output. While what it asks for sounds, or waits for its turn, it
        asks for nothing new; and while another emergency sounds, not for the signal by itself, which says no more."""
        known = [item for item in (*self._state.queue, self._state.current) if item and item.emergency]
        if any(item.pressed for item in known):
            return
        chosen = self._raising.by_contact(press, at)
        if chosen or not known:
            self._alert(chosen or self._raising.bare(press, at, self._setting.signals.sources["alert"]))

    def _test_itself(self) -> None:
        now = self._clock.now()
        free = self._on_air.there and self._state.phase in RESTING
        if free and self._self_testing.due(now, self._state.queue):
            item = self._self_testing.item(now, self._all_zones, self._timing.warm_up_s)
            ahead_s = item.due - now.timestamp()
            self._on_air.tests(item.id, *self._self_testing.figures, at=self._clock.monotonic() + ahead_s)
            self._alert(Sounded(item, self._self_testing.sound()))

    # --- what sounds, and whether it does

    def _play(self, item: Item, segment: Phase, from_s: float) -> None:
        gain_db = self._gain_of(self._setting, item)
        try:
            self._on_air.play(item, segment, from_s, gain_db, self._setting.signals)
        except (DeviceError, StationError) as error:
            self._broken = error

    def _sounding(self) -> bool:
        """What the output says, noted in the progress file while it is so."""
        item = self._state.current
        try:
            sounding = self._on_air.goes_on()
            if item:
                self._on_air.turn(self._gain_of(self._setting, item))
        except (DeviceError, StationError) as error:
            self._fails(error)
            return False
        if self._state.phase not in SOUNDING:
            return False
        if sounding:
            self._on_air.seen(item)
        return sounding

    def _fails(self, error: DeviceError | StationError) -> None:
        if isinstance(error, DeviceError):
            self._lost(str(error))
        else:
            log.error("what sounds cannot be read: %s", error)
            self._step(Unreadable())

    def _lost(self, reason: str, proven_silent: bool = False, sink: str = "") -> None:
        log.warning("the output is lost: %s", reason)
        at = self._clock.monotonic()
        self._step(OutputLost(reason if proven_silent else "output_lost", UNHEARD_S if proven_silent else 0.0))
        self._on_air.lose(reason, at, proven_silent, sink)

    def _look_for_output(self) -> None:
        if self._on_air.find(at_rest=self._state.phase in RESTING and not self._state.queue):
            self._step(OutputBack())

    # --- the relays

    def _relay(self, on: bool) -> None:
        self._told(self._switchboard.power(on))
        if not on:
            self._told(self._switchboard.route(frozenset()))

    def _told(self, troubles: list[Trouble]) -> None:
        self._told_at = self._clock.monotonic()
        self._well_being.report_relays(troubles)

    def _refresh(self) -> None:
        """Tell the relays again what they should be: a board that lost its power, or was out of its socket, comes back
        with all of them off. Most of all while something is said: the village hears nothing of it."""
        pause_s = REFRESH_S
        if self._state.amplifier_on:
            pause_s = RETRY_S if self._switchboard.troubled else ON_AIR_REFRESH_S
        if self._clock.monotonic() >= self._told_at + pause_s:
            self._told(self._switchboard.refresh())
        if self._own_switch and self._clock.monotonic() >= self._tell_at:  # one that was started anew does not know
            self._tell_at = self._clock.monotonic() + TELL_S
            self._ring_others({"switch": True})

    def _leave(self) -> None:
        """Fall silent and let go; what was on air is taken up by the next start, by its rule."""
        self._on_air.leave(self._state.phase, transitions.all_but_said(self._state, self._now(), self._timing))
        self._switchboard.close()
