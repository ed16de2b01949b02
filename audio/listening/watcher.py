"""The thread that watches the sink while something sounds, and tells the player what it finds.

The player only ever leaves notes for it and never waits. While nothing sounds there is no child and
no look at anything. The findings are `audio.listening.proof`'s; here they are asked for, timed and told.
"""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from audio.listening.cards import CardEye
from audio.listening.proof import (
    BLOCK_S,
    LAGS,
    LOUD_BLOCKS,
    LOUD_DB,
    SOFT_DB,
    WINDOW,
    Expected,
    Hearing,
    Match,
    Proof,
    Sight,
    State,
    Tally,
    best_lag,
    compare,
    said_in,
    signs,
    step,
)
from audio.listening.sinks import Server, ServerEye
from audio.source import Source

LOOK_S = 0.25
IDLE_S = 1.0
LINGER_S = 5.0  # after the last sound the monitor is kept so long: another programme may follow
LATE_S = 1.0  # this thread itself has not run for so long: what it saw before is no evidence
SOUNDS = 4  # so many are told apart in one programme; more would keep the sound of a whole morning in memory
SERVERS = ("pulseaudio", "pipewire")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """`fault`: "" when it is proven in order again, else "sink_gone", "elsewhere", "muted", "stalled" or "silent".
    `at`: monotonic seconds. `facts`: sink, reason, heard_dbfs, expected_dbfs, as far as they are known."""

    at: float
    fault: str
    facts: dict[str, str] = field(default_factory=dict)


class Eye(Protocol):
    """Looks at one kind of sink."""

    def find(self, now: float) -> None: ...
    def begin(self, now: float) -> None: ...
    def look(self, now: float, doubtful: bool) -> Sight: ...
    def stop(self) -> None: ...


class Watcher:
    """Of one output of this process. `tell` is called from the watcher's thread: once when a fault begins, again if it
    turns out to have a clearer cause or is met again after the output was opened anew, and once when sound is proven
    to be in order again; a fault is not over because nothing plays. Where no sink can be asked nothing is told."""

    def __init__(self, output: str, tell: Callable[[Finding], None], monotonic: Callable[[], float]) -> None:
        self._output, self._tell, self._monotonic = output, tell, monotonic
        self._notes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._eye: Eye | None = None
        self._expected, self._hearing = Expected(), Hearing()
        self._state, self._told = State(), ""
        self._odd = False  # the last look had something of a fault in it
        self._quiet_since: float | None = 0.0  # None while something sounds
        self._looked = self._free = 0.0  # when the last look began, and was over
        self._counted = 0  # blocks of the hearing that the tallies have
        self._tallies: list[tuple[Source, Tally]] = []  # of this programme, by what sounded
        self._volume_db = 0.0
        self._match: Match | None = None

    # what the player says, from its own thread

    def opened(self, driver: str, device: str) -> None:
        """The output plays through `driver` ("pulseaudio", "alsa", "wav" ...) to `device` ("" for the default one)."""
        self._notes.put(lambda: self._open(driver, device))

    def closed(self) -> None:
        self._notes.put(self._close)

    def began(self, source: Source, from_s: float, gain_db: float, at: float) -> None:
        """`source` sounds since `at` (monotonic) from so many seconds on, in place of what did."""
        self._notes.put(lambda: self._begin(source, from_s, gain_db, at))

    def fell_silent(self, at: float) -> None:
        self._notes.put(lambda: self._end(at))

    def wake(self) -> None:
        """Look at once whether the work is to be stopped."""
        self._notes.put(lambda: None)

    def summary(self, source: Source | None = None) -> Proof:
        """What the sink was seen to take of the programme under way or played last (all since the last silence), or of
        one source in it. May be asked from any thread, and lags about a second behind the sound."""
        whole = Tally()
        for known, tally in tuple(self._tallies):
            if source is None or known is source:
                whole.add(tally)
        return whole.proof(self._volume_db)

    # the watcher's own thread

    def work(self, stopping: Callable[[], bool], progress: Callable[[], None]) -> None:
        try:
            while not stopping():
                watching = self._eye is not None and not self._rested()
                try:
                    self._notes.get(timeout=LOOK_S if watching else IDLE_S)()
                    while not self._notes.empty():
                        self._notes.get_nowait()()
                except queue.Empty:
                    pass
                self._look()
                progress()
        finally:
            self._close()

    def _rested(self) -> bool:
        return self._quiet_since is not None and self._monotonic() - self._quiet_since > LINGER_S

    def _open(self, driver: str, device: str) -> None:
        self._close()
        if driver in SERVERS:
            self._eye = ServerEye(device, os.getpid(), Server())
        elif driver == "alsa":
            self._eye = CardEye(os.getpid())
        if self._eye:
            self._eye.find(self._monotonic())
            self._quiet_since = self._monotonic()  # the monitor comes into step before anything plays

    def _close(self) -> None:
        if self._eye:
            self._eye.stop()
        self._eye, self._state, self._odd = None, State(), False
        self._forget()
        self._end(self._monotonic())

    def _begin(self, source: Source, from_s: float, gain_db: float, at: float) -> None:
        now = self._monotonic()
        if self._quiet_since is not None:
            self._tallies = []
            self._looked = self._free = now
            if self._eye:
                self._eye.begin(now)
        self._quiet_since = None
        self._expected.began(source, from_s, gain_db, at)

    def _end(self, at: float) -> None:
        self._expected.fell_silent(at)
        if self._quiet_since is None:
            self._quiet_since = at

    def _forget(self) -> None:
        self._hearing.forget()
        self._counted, self._match = 0, None

    def _look(self) -> None:
        now = self._monotonic()
        if self._eye is None:
            return
        if self._rested():
            self._eye.stop()
            self._forget()
            return
        if now - self._looked < LOOK_S / 2:  # a note came; the next look is near
            return
        passed, self._looked = now - self._looked, now
        late = now - self._free > LATE_S
        sight = self._eye.look(now, self._odd)
        self._free = self._monotonic()  # a server that hangs has held us up for a second, which is no lateness
        playing = self._expected.playing(now)
        if playing:
            self._tally(playing).sounded(passed, sight.hears)
        if sight.lost:
            self._forget()
        if sight.pcm:
            self._hear(sight, now)
        elif sight.moved_s and playing:
            self._tally(playing).taken_s += sight.moved_s
        self._judge(sight, now, late)

    def _hear(self, sight: Sight, now: float) -> None:
        self._hearing.hear(sight.pcm, now)
        if self._hearing.blocks < self._counted:  # it began anew after a gap
            self._counted = 0
        self._volume_db = sight.volume_db
        heard = list(self._hearing.levels)[-WINDOW:]
        if len(heard) < WINDOW:
            return
        end = self._hearing.end()
        said = said_in(self._expected, end)
        self._match = compare(heard, said)
        lag = best_lag(heard, said)
        fresh = min(WINDOW, self._hearing.blocks - self._counted)
        for number in range(WINDOW - fresh, WINDOW):
            source = self._expected.playing(end - (WINDOW - number + lag - 0.5) * BLOCK_S)
            if source:
                self._tally(source).block(heard[number], said[LAGS - 1 - lag + number])
        self._counted = self._hearing.blocks

    def _judge(self, sight: Sight, now: float, late: bool) -> None:
        if self._quiet_since is not None:
            self._state, self._odd = State(self._state.fault), False
            return
        loud = sum(self._expected.level(now - n * BLOCK_S) > LOUD_DB for n in range(WINDOW)) >= LOUD_BLOCKS
        match = self._match if sight.pcm and not sight.lost else None
        seen = frozenset[str]() if late else signs(sight, match, loud)
        self._odd = bool(seen - {"in_order"})
        before, self._state = self._state.fault, step(self._state, seen, now)
        fault = self._state.fault
        if fault:
            for _, tally in self._tallies[-1:]:
                tally.faulted = True
        if fault == before or fault is None:
            return
        if fault:
            self._told = fault
            self._say(Finding(now, fault, _facts(sight, self._match)))
        elif self._told:
            self._told = ""
            self._say(Finding(now, "", _facts(sight, self._match)))

    def _say(self, finding: Finding) -> None:
        log.info("%s: at the sink: %s %s", self._output, finding.fault or "in order", finding.facts)
        self._tell(finding)

    def _tally(self, source: Source) -> Tally:
        for known, tally in self._tallies:
            if known is source:
                return tally
        tally = Tally()
        self._tallies.append((source, tally))
        del self._tallies[:-SOUNDS]
        return tally


def _facts(sight: Sight, match: Match | None) -> dict[str, str]:
    reason = sight.gone or sight.elsewhere or sight.muted or sight.still
    if not reason and sight.volume_db < SOFT_DB:
        reason = f"the volume of the sink is {sight.volume_db:.0f} dB"
    facts = {"sink": sight.sink, "reason": reason}
    if match:
        facts |= {"heard_dbfs": f"{match.heard_db:.0f}", "expected_dbfs": f"{match.expected_db:.0f}"}
    return {name: value for name, value in facts.items() if value}
