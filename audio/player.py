"""The player's hands: waits, asks the engine, carries out what it decides. One thread.

Owns the output, the amplifier's relay and the progress file. Hears stops and emergencies straight
from the doorbell; everything else comes through the keeper. What it does is noted by the keeper
after the sound has been started, never before.
"""

from __future__ import annotations

import logging
import os
import queue
import select
from collections.abc import Callable
from dataclasses import replace

from audio import engine, shelf
from audio.amplifier import Relay
from audio.engine import Item, Move, Now, Phase, State, Timing
from audio.keeper import Keeper, Noted, Reported, Snapshot
from audio.output import Clip, Opener, Output
from audio.progress import Progress, ProgressFile, Segment
from controller.core.errors import DeviceError, StationError
from controller.core.levels import Level
from controller.core.ports import Clock
from controller.core.trust import SET_S
from controller.core.utterances import UtteranceEvent
from controller.runtime.doorbell import Doorway
from controller.runtime.places import Places

IDLE_WAIT_S = 1.0
SOUNDING_WAIT_S = 0.02  # how often the output is looked at while it sounds
REOPEN_S = 2.0
BETTER_S = 20.0  # how often a station that records looks for a sound card
log = logging.getLogger(__name__)


class Inbox:
    """What other threads tell the player; wakes its wait."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Snapshot] = queue.SimpleQueue()
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def put(self, snapshot: Snapshot) -> None:
        self._queue.put(snapshot)
        self.wake()

    def wake(self) -> None:
        os.eventfd_write(self._event, 1)

    def take(self, doorway: Doorway, timeout_s: float) -> tuple[list[Snapshot], list[dict[str, object]]]:
        """The snapshots and the rings that have come, waiting for the first at most `timeout_s`."""
        ears: list[Doorway | int] = [doorway, self._event]
        ready, _, _ = select.select(ears, [], [], max(0.0, timeout_s))
        if self._event in ready:
            os.eventfd_read(self._event)
        snapshots = []
        while not self._queue.empty():
            snapshots.append(self._queue.get_nowait())
        return snapshots, doorway.wait(0) if doorway in ready else []


class Player:
    def __init__(
        self,
        name: str,
        opener: Opener,
        relay: Relay,
        signals: dict[str, bytes],
        timing: Timing,
        progress: ProgressFile,
        places: Places,
        clock: Clock,
        doorway: Doorway,
        inbox: Inbox,
        keeper: Keeper,
        on_ring: Callable[[], None],
        doubt_s: float = 0.0,
    ) -> None:
        """`signals` holds the PCM of "opening", "closing" and "alert"; `on_ring` is told of every ring. For `doubt_s`
        after the wall clock was set nothing begins by it: the controller needs that long to say whether it is right."""
        self._name, self._opener, self._relay, self._signals = name, opener, relay, signals
        self._timing, self._progress, self._places, self._clock = timing, progress, places, clock
        self._doorway, self._inbox, self._keeper = doorway, inbox, keeper
        self._on_ring, self._doubt_s = on_ring, doubt_s
        self._ahead: float | None = None  # what the wall clock is ahead of the monotonic one
        self._state = State(phase=Phase.FAULTED)
        self._output: Output | None = None
        self._clips: dict[str, Clip] = {}  # by utterance id, and the signals by name
        self._refused = ""  # why the output would not play
        self._reopen_at = 0.0
        self._air: Progress | None = None  # what the progress file says of what began last
        self._health: dict[str, str] = {}  # part -> the fault last reported

    def work(self, stopping: Callable[[], bool], alive: Callable[[], None]) -> None:
        self._switch(False)
        self._look_for_output()
        self._keeper.look()
        while not stopping():
            snapshots, rings = self._inbox.take(self._doorway, self._wait_s())
            self._watch_clock()  # before anything is done by it
            for snapshot in snapshots:
                self._take(snapshot)
            for ring in rings:
                self._hear(ring)
            if self._clock.monotonic() >= self._reopen_at:
                self._look_for_output()
            self._step(engine.Tick(self._sounding()))
            alive()
        self._leave()

    def _wait_s(self) -> float:
        if self._state.phase in engine.SOUNDING:
            return SOUNDING_WAIT_S
        now = self._now()
        wake = engine.wake_at(self._state, now, self._timing)
        return IDLE_WAIT_S if wake is None else min(IDLE_WAIT_S, wake - now.mono)

    def _now(self) -> Now:
        return Now(self._clock.now().timestamp(), self._clock.monotonic())

    def _watch_clock(self) -> None:
        now = self._now()
        before, self._ahead = self._ahead, now.wall - now.mono
        if self._doubt_s and before is not None and abs(self._ahead - before) > SET_S:
            self._step(engine.ClockSet(self._doubt_s))

    def _step(self, event: engine.Event) -> None:
        self._state, actions = engine.step(self._state, event, self._now(), self._timing)
        for action in actions:
            match action:
                case engine.Relay(on):
                    self._switch(on)
                case engine.Play(item, segment, from_s):
                    self._play(item, segment, from_s)
                case engine.Cut():
                    if self._output:
                        self._output.cut()
                case engine.Lost(reason):
                    self._lost(reason)
                case Move() as move:
                    self._mark(move)
                    self._keeper.note(Noted(self._clock.now(), move.id, move.event, dict(move.detail)))
        if self._refused:  # only now: what follows from it must be noted after what led to it
            reason, self._refused = self._refused, ""
            self._lost(reason)

    def _take(self, snapshot: Snapshot) -> None:
        waiting = {item.id for item in snapshot.rows.items if item.loaded} | set(self._signals)
        if self._state.current:
            waiting.add(self._state.current.id)
        self._clips = {name: clip for name, clip in self._clips.items() if name in waiting}
        if self._output:
            try:
                for ident, pcm in snapshot.opened.items():
                    self._clips[ident] = self._output.take(pcm)
            except DeviceError as error:
                self._lost(str(error))
        held = tuple(replace(item, loaded=item.loaded and item.id in self._clips) for item in snapshot.rows.items)
        self._step(engine.Rows(held))

    def _hear(self, ring: dict[str, object]) -> None:
        if "stop" in ring:
            self._step(engine.Stop(str(ring["stop"]), str(ring.get("by", ""))))
        elif "emergency" in ring and self._output:
            self._alert(str(ring["emergency"]), str(ring.get("sha256", "")), self._output)
        self._on_ring()

    def _alert(self, ident: str, sha256: str, output: Output) -> None:
        """Take an emergency in without the store, which may be locked."""
        try:
            clip = output.take(shelf.load(self._places.rendition(sha256), sha256))
        except (StationError, DeviceError) as error:
            log.error("emergency %s: %s", ident, error)
            return
        now = self._clock.now()
        self._clips[ident] = clip
        self._step(
            engine.Alert(
                Item(
                    id=ident,
                    precedence=(Level.EMERGENCY.rank, 0, now, ident),
                    level=Level.EMERGENCY,
                    due=now.timestamp(),
                    late_until=now.timestamp() + engine.AGAIN_S,
                    again=True,
                    words_s=clip.length_s,
                    loaded=True,
                )
            )
        )

    def _play(self, item: Item, segment: Phase, from_s: float) -> None:
        if segment is Phase.SPEAKING:
            clip = self._clips[item.id]
        elif segment is Phase.CLOSING:
            clip = self._clips["closing"]
        else:
            clip = self._clips["alert" if item.level is Level.EMERGENCY else "opening"]
        now = self._clock.monotonic()
        # as if it had begun at its beginning: what is left is what has not been reached
        self._record(Progress(item.id, item.attempt, _SEGMENTS[segment], now - from_s, now))
        try:
            clip.play(from_s)
        except DeviceError as error:
            self._refused = str(error)

    def _sounding(self) -> bool:
        """What the output says, noted in the progress file while it is so."""
        if self._output is None:
            return False
        try:
            sounding = self._output.sounding()
        except DeviceError as error:
            self._lost(str(error))
            return False
        if self._state.phase not in engine.SOUNDING:
            return False
        if sounding and self._air:
            self._record(replace(self._air, seen=self._clock.monotonic()))
        return sounding

    def _mark(self, move: Move) -> None:
        """Note in the progress file how its item left the air, so that a kill from here on changes nothing."""
        known, left = self._air, _LEFT.get(move.event)
        if left and known and known.utterance_id == move.id and known.segment is not Segment.OVER:
            self._record(replace(known, segment=left))

    def _record(self, progress: Progress) -> None:
        self._air = progress
        self._progress.write(progress)

    def _lost(self, reason: str) -> None:
        log.warning("the output is lost: %s", reason)
        self._close_output()
        self._report("output", "output_lost", reason)
        self._step(engine.OutputLost(reason))

    def _look_for_output(self) -> None:
        """Open it if it is lost; while nothing is to be played, see whether there is a better one."""
        if self._output is None:
            self._reopen_at = self._clock.monotonic() + REOPEN_S
            try:
                self._begin_with(self._opener.open())
            except DeviceError as error:
                self._close_output()
                self._report("output", "no_output", str(error))
        elif self._state.phase is Phase.IDLE and not self._state.queue:
            self._reopen_at = self._clock.monotonic() + BETTER_S
            better = self._opener.better()
            if better:
                self._close_output()
                self._begin_with(better)

    def _begin_with(self, output: Output) -> None:
        self._output = output
        for name, pcm in self._signals.items():
            self._clips[name] = output.take(pcm)
        log.info("sound goes to %s", output.name)
        self._report("output", "", output.name)
        self._keeper.forget()
        self._step(engine.OutputBack())

    def _close_output(self) -> None:
        if self._output:
            self._output.close()
        self._output, self._clips = None, {}

    def _switch(self, on: bool) -> None:
        try:
            self._relay.switch(on)
        except DeviceError as error:
            self._report("relay", "no_relay", str(error))
        else:
            self._report("relay", "", "")

    def _report(self, part: str, fault: str, reason: str) -> None:
        """Have the health of a part of this output written down, when it has changed."""
        if self._health.get(part) != fault:
            self._health[part] = fault
            component = f"{part}/{self._name}"
            self._keeper.note(Reported(self._clock.now(), component, fault, {"reason": reason} if reason else {}))

    def _leave(self) -> None:
        """Fall silent and let go; what was on air is taken up by the next start, by its rule."""
        if self._output:
            self._output.cut()
            if self._state.current:
                self._inbox.take(self._doorway, 0.05)  # the fade
        self._close_output()
        self._switch(False)
        self._relay.close()
        self._progress.close()


_SEGMENTS = {
    Phase.OPENING: Segment.OPENING,
    Phase.SPEAKING: Segment.SPEAKING,
    Phase.CLOSING: Segment.OVER,
}
_LEFT = {
    UtteranceEvent.FINISH: Segment.OVER,
    UtteranceEvent.STOP: Segment.STOPPED,
    UtteranceEvent.INTERRUPT: Segment.CUT,
    UtteranceEvent.ABANDON: Segment.CUT,
}
