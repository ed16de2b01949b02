"""Tells people that something went wrong: learns it from the journal, and hands letters to the notifiers.

Two workers of the controller. `Watch` reads the journal after the last line that it has seen; alarms,
messages and how far it has read are one transaction, so that a kill loses and doubles nothing. `Post`
takes what waits; a server that hangs holds up neither the learning nor the end of the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from controller.core.alarms import Alarm, Message, Notifier, UntoldError
from controller.core.errors import InputError, StationError
from controller.core.journal import Entry, Kind
from controller.core.ports import Bell, Clock, Ids
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.runtime.logs import Lasting
from controller.store import alarms, facts, journal, messages
from controller.store.connection import Store, Tx
from controller.telling.alarms import AlarmWords, Worry, brief, joined, joins, over, worry_of
from controller.telling.letters import SPELL, Batch, batches, letter, next_try

POLL_S = 0.5
SEEN = "told/seen"  # the fact that says how far the journal has been read
LOOK_BACK = timedelta(minutes=10)  # at the very first start: older lines are history
LINES_AT_ONCE = 500
KEPT = timedelta(days=400)  # what is over and done with
PRUNE_S = 86_400.0
KEPT_EVERY = 200  # lines without an alarm after which the place is written down
OUTCOME_S = 0.2
IDLE_S = 5.0  # between looks of the post while nothing waits: whoever makes messages wakes it
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """A notifier and whom it tells."""

    notifier: Notifier
    recipients: tuple[str, ...]


class Watch:
    def __init__(
        self, store: Store, clock: Clock, bell: Bell, ids: Ids, config: StationConfig, words: Words,
        routes: Sequence[Route], post: Callable[[], None],
    ) -> None:  # fmt: skip
        """`words` in the station's language; `post` wakes whoever takes messages out."""
        self._store, self._clock, self._bell, self._ids = store, clock, bell, ids
        self._config, self._words, self._routes, self._post = config, words, routes, post
        self._rung = threading.Event()
        self._seen = self._kept = -1  # -1: not yet known
        self._version = -1
        self._prune_at = clock.monotonic()
        self._trouble = Lasting(log, "alarms cannot use the store")

    def wake(self) -> None:
        self._rung.set()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            try:
                self.look()
                self._trouble.ends()
            except StationError as error:
                self._trouble.begins(str(error))
                self._store.close()
                self._version = -1
            progress()
            self._rung.wait(POLL_S)
            self._rung.clear()
        self._store.close()

    def look(self) -> None:
        """Take in what the journal says since the last look; once a day, forget what is long over."""
        if self._clock.monotonic() >= self._prune_at:
            before = self._clock.now() - KEPT
            with self._store.write() as tx:
                alarms.prune(tx, before)
                messages.prune(tx, before)
            self._prune_at = self._clock.monotonic() + PRUNE_S
        version = self._store.version()
        if version == self._version:
            return
        while True:
            with self._store.read() as tx:
                if self._seen < 0:
                    self._seen = self._kept = self._place(tx)
                lines = journal.after(tx, self._seen, LINES_AT_ONCE)
            if not lines:
                break
            self._take_in(lines)
        self._version = version

    def _place(self, tx: Tx) -> int:
        kept = facts.fact(tx, SEEN)
        return int(kept) if kept else journal.newest_before(tx, self._clock.now() - LOOK_BACK)

    def _take_in(self, lines: Sequence[Entry]) -> None:
        last = lines[-1].seq
        matter = [line for line in lines if line.kind is Kind.RECOVERED or worry_of(line)]
        if matter or last - self._kept >= KEPT_EVERY:
            changed = False
            with self._store.write() as tx:
                for line in matter:
                    changed |= self._recovered(tx, line) if line.kind is Kind.RECOVERED else self._worry(tx, line)
                facts.set_fact(tx, SEEN, str(last))
            self._kept = last
            if changed:
                self._bell.ring("kiosk")
                self._post()
        self._seen = last  # not before it is stored

    def _worry(self, tx: Tx, line: Entry) -> bool:
        worry = worry_of(line)
        if worry is None:
            return False
        known = alarms.open_one(tx, worry.cause, worry.subject)
        if known and joins(known, worry, line.at):
            self._say_more(tx, known, joined(known, worry))
        else:
            self._raise(tx, worry, line)
        return True

    def _raise(self, tx: Tx, worry: Worry, line: Entry) -> None:
        alarm = Alarm(self._ids(), line.at, worry.cause, worry.subject, worry.facts)
        alarms.add(tx, alarm)
        said = AlarmWords(self._words, self._config, self._clock.now())
        made = self._clock.now()
        for route in self._routes:
            for recipient in route.recipients:
                messages.add(
                    tx,
                    Message(
                        self._ids(), route.notifier.channel, recipient, said.headline(alarm), said.sentence(alarm),
                        alarm.id, 0, made, made + worry.grace,
                    ),
                )  # fmt: skip

    def _recovered(self, tx: Tx, line: Entry) -> bool:
        open_now = [alarm for alarm in alarms.open_about(tx, line.subject) if alarm.cause == "fault"]
        for alarm in open_now:
            if brief(alarm, line.at) and not messages.told(tx, alarm.id):
                alarms.drop(tx, alarm.id)
            else:
                self._say_more(tx, alarm, over(alarm, line.at))
        return bool(open_now)

    def _say_more(self, tx: Tx, alarm: Alarm, more: Mapping[str, str]) -> None:
        """Of what is known already: who has not been told yet is told all of it."""
        alarms.say_more(tx, alarm.id, more)
        now = Alarm(alarm.id, alarm.at, alarm.cause, alarm.subject, more)
        said = AlarmWords(self._words, self._config, self._clock.now())
        messages.reword(tx, alarm.id, said.headline(now), said.sentence(now))


class Post:
    def __init__(
        self, store: Store, clock: Clock, words: Words, config: StationConfig, routes: Sequence[Route]
    ) -> None:
        self._store, self._clock, self._words, self._config = store, clock, words, config
        self._notifiers = {route.notifier.channel: route.notifier for route in routes}
        self._rung = threading.Event()
        self._busy: threading.Thread | None = None  # still at a letter that was given up on
        self._trouble = Lasting(log, "messages cannot use the store")
        self._untold = Lasting(log, "people cannot be told")

    def wake(self) -> None:
        self._rung.set()

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            pause_s = POLL_S
            try:
                pause_s = POLL_S if self.turn(stopping, progress) else IDLE_S
                self._trouble.ends()
            except StationError as error:
                self._trouble.begins(str(error))
                self._store.close()
            progress()
            self._rung.wait(pause_s)
            self._rung.clear()
        self._store.close()

    def turn(self, stopping: threading.Event, progress: Callable[[], None] = lambda: None) -> bool:
        """Send what is due; whether anything waited."""
        now = self._clock.now()
        with self._store.read() as tx:
            waiting = [m for m in messages.waiting(tx) if m.channel in self._notifiers]
            whom = {(m.channel, m.recipient) for m in waiting}
            sent = {one: messages.told_at(tx, *one, now - SPELL) for one in whom}
        for batch in batches(waiting, sent, now):
            if stopping.is_set():
                break
            self._send(batch, stopping, progress)
        return bool(waiting)

    def _send(self, batch: Batch, stopping: threading.Event, progress: Callable[[], None]) -> None:
        said = letter(batch, self._words, self._config.site.name)
        outcome: list[Exception | None] = []

        def hand_over() -> None:
            try:
                self._notifiers[batch.channel].send(said)
                outcome.append(None)
            except (UntoldError, InputError) as error:
                outcome.append(error)
            except Exception as error:  # the top of this thread: a letter must end neither the clock nor the boards
                log.exception("a letter could not be handed over")
                outcome.append(UntoldError("mail_refused", f"{type(error).__name__}: {error}"))

        if self._busy and self._busy.is_alive():
            return  # one letter at a time; it has a time limit of its own
        self._busy = threading.Thread(target=hand_over, name="letter", daemon=True)
        self._busy.start()
        while self._busy.is_alive() and not stopping.is_set():
            self._busy.join(OUTCOME_S)
            progress()
        if outcome:  # else we are stopping: it is sent once more after the next start
            self._note(batch, outcome[0])

    def _note(self, batch: Batch, error: Exception | None) -> None:
        now = self._clock.now()
        channel = batch.channel
        with self._store.write() as tx:
            match error:
                case None:
                    messages.sent(tx, now, batch.ids)
                    facts.report(tx, now, channel)
                case UntoldError():
                    facts.report(tx, now, channel, error.code, detail=error.detail)
                    self._again(tx, batch, error.code)
                case _:
                    messages.give_up(tx, now, batch.ids, str(error))
            for message in batch.messages if not isinstance(error, UntoldError) else ():
                what = "failed" if error else ""
                journal.write(
                    tx, now, Kind.TOLD, f"alarm/{message.about}", what=what, whom=batch.recipient, text=message.subject
                )
        if error:
            self._untold.begins(f"{channel} to {batch.recipient}: {error}")
        else:
            self._untold.ends()

    def _again(self, tx: Tx, batch: Batch, reason: str) -> None:
        now = self._clock.now()
        for message in batch.messages:
            at = next_try(message, now)
            if at is None:
                messages.give_up(tx, now, (message.id,), reason)
                journal.write(
                    tx, now, Kind.TOLD, f"alarm/{message.about}", what="failed", whom=batch.recipient,
                    text=message.subject, reason=reason,
                )  # fmt: skip
            else:
                messages.failed(tx, (message.id,), reason, at)
