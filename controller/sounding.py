"""What an official does with the sound: how loud it is, its chimes, a trial of a loudspeaker, the button.

Each act is one transaction with its journal line, followed by one round of rings. Knows the store and
the bell, not who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from controller.announcing import listeners
from controller.core.alarms import TRIAL, Message
from controller.core.errors import InputError, NotFoundError, Problem
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.ports import Bell, Clock
from controller.core.recordings import SignalName
from controller.core.volumes import LEVELS, Setting
from controller.runtime.config import StationConfig
from controller.store import alarms, announcements, facts, journal, messages, signals, volumes
from controller.store.columns import instant
from controller.store.connection import Store, Tx
from controller.store.signals import Signal

STEPS_A_DAY = 12  # of one zone
WANTED = "self_test/wanted/"  # the fact that asks an output for a test, by its name: when it was asked
CONTACT = "contact/announcement"  # the fact that says what the emergency button plays: an announcement's id


class Sounding:
    def __init__(self, store: Store, bell: Bell, clock: Clock, config: StationConfig) -> None:
        self._store, self._bell, self._clock, self._config = store, bell, clock, config

    def set_volumes(self, settings: Sequence[Setting], by: str) -> list[Setting]:
        """Have zones so loud, all or none; returns the settings that take it back, of what was another before.

        InputError for what cannot be.
        """
        zones = {known.id for known in self._config.zones}
        for setting in settings:
            if setting.zone not in zones:
                raise NotFoundError("zone", setting.zone)
            if setting.gain_db is not None and setting.gain_db not in LEVELS.values():
                raise InputError(Problem.of("percent", "no_level"))
        was = []
        with self._store.write() as tx:
            for setting in settings:
                before = volumes.gain_at(tx, setting.zone, setting.clock)
                if volumes.put(tx, self._clock.now(), setting.zone, setting.clock, setting.gain_db, by):
                    was.append(replace(setting, gain_db=before))
            if any(len(steps) > STEPS_A_DAY for steps in volumes.of_zones(tx).steps.values()):
                raise InputError(Problem.of("clock", "too_many_steps", limit=STEPS_A_DAY))
        self._ring()
        return was

    def try_letters(self, subject: str, body: str) -> bool:
        """Have everybody who is told by e-mail written to once, at once. False if that is under way, or nobody is."""
        email, at = self._config.notify.email, self._clock.now()
        with self._store.write() as tx:
            under_way = any(one.state == "waiting" for one in messages.newest_about(tx, TRIAL))
            if under_way or not (email.host and email.sender and email.to):
                return False
            for recipient in email.to:
                ident = f"{TRIAL}/{instant(at)}/{recipient}"
                messages.add(tx, Message(ident, "email", recipient, subject, body, TRIAL, 0, at, at))
        self._bell.ring("controller")
        return True

    def use_signal(self, name: SignalName, sha256: str, title: str, length_s: float, by: str) -> None:
        """Have a prepared file in place of a built-in signal."""
        at = self._clock.now()
        self._change(lambda tx: signals.put(tx, at, Signal(name, sha256, title, length_s, by, at)))

    def use_built_in(self, name: SignalName, by: str) -> None:
        self._change(lambda tx: signals.take_back(tx, self._clock.now(), name, by))

    def test(self, output: str, by: str) -> None:
        """Ask an output for its test tone now."""
        if output not in {known.name for known in self._config.outputs}:
            raise NotFoundError("output", output)
        with self._store.write() as tx:
            facts.set_fact(tx, WANTED + output, instant(self._clock.now()))
        self._bell.ring(f"audio-{output}", {"self_test": True, "by": by})

    def choose_for_contact(self, ident: str, by: str) -> None:
        """What the emergency button plays: an announcement of that level; "": none."""
        with self._store.write() as tx:
            title = ""
            if ident:
                chosen = announcements.get(tx, ident)
                if chosen.level is not Level.EMERGENCY or chosen.withdrawn_at:
                    raise InputError(Problem.of("announcement", "no_emergency"))
                title = chosen.title
            if facts.fact(tx, CONTACT) != ident:
                facts.set_fact(tx, CONTACT, ident)
                journal.write(
                    tx, self._clock.now(), Kind.SWITCH, "contact/announcement", what="chosen", chosen=ident,
                    title=title, by=by,
                )  # fmt: skip
        self._ring()

    def know(self, idents: tuple[str, ...], by: str) -> None:
        """Somebody has read these alarms; they are shown no longer."""
        with self._store.write() as tx:
            for ident in idents:
                alarms.know(tx, self._clock.now(), ident, by)
        self._bell.ring("kiosk")

    def _change(self, change: Callable[[Tx], object]) -> None:
        with self._store.write() as tx:
            change(tx)
        self._ring()

    def _ring(self) -> None:
        for whom in listeners(self._config):
            self._bell.ring(whom)
