"""What an official does with announcements: save, speak now, stop, withdraw, undo.

The page, the command and the first start all come through here, so that each act is one
transaction with its journal line, followed by one round of rings. Knows the store and the bell,
not who calls.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from controller.core.announcements import Announcement, Draft, problems_of
from controller.core.errors import ChangedError, InputError, Problem, StationError
from controller.core.levels import Level
from controller.core.ports import Bell, Clock, Ids
from controller.core.utterances import ON_REQUEST, Utterance, raised_document
from controller.runtime.config import StationConfig
from controller.store import announcements, renditions, utterances
from controller.store.connection import Store, Tx
from controller.timing import occurrences, standing_rules
from controller.timing.acceptance import quiet_now_problems, quiet_problems
from controller.timing.lineup import lateness_of, occurrence
from controller.timing.outlook import calendar_of, length_of
from controller.timing.standing_rules import Document
from schedules.rules import Once, Rule

log = logging.getLogger(__name__)
TAPS = timedelta(seconds=30)  # whoever asks again so soon for an emergency means the same
ORDER_GAP = 1024  # room for others, when an official puts one announcement before another


def listeners(config: StationConfig) -> tuple[str, ...]:
    """Every process that wants to hear of a change of announcements."""
    return (*(f"audio-{output.name}" for output in config.outputs), *config.faces)


def _heard(announcement: Announcement) -> tuple[object, ...]:
    """What an utterance carries of its announcement."""
    return (
        announcement.revision, announcement.title, announcement.zones, announcement.level, announcement.order_no,
        announcement.after_cut, announcement.late_window_s, announcement.times, announcement.pause_s,
        announcement.lasts_s,
    )  # fmt: skip


def draft_of(announcement: Announcement) -> Draft:
    """What an official would have entered to make it what it is."""
    return Draft(
        announcement.title, announcement.text, announcement.zones, announcement.level, announcement.order_no,
        announcement.after_cut, announcement.late_window_s, announcement.parts, announcement.times,
        announcement.pause_s, announcement.lasts_s,
    )  # fmt: skip


def _raise(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise InputError(*found)


class Announcing:
    def __init__(self, store: Store, bell: Bell, clock: Clock, ids: Ids, config: StationConfig) -> None:
        self._store, self._bell, self._clock, self._ids, self._config = store, bell, clock, ids, config
        self._zones = frozenset(zone.id for zone in config.zones)
        self._claims: dict[str, object] = {}  # by announcement: which thread has it spoken just now
        self._unwritten: dict[str, list[Utterance]] = {}  # emergencies that were rung for and have no row from here

    def save(
        self,
        draft: Draft,
        rules: Sequence[Document],
        by: str,
        ident: str = "",
        seen_at: datetime | None = None,
        new_ident: str = "",
    ) -> Announcement:
        """Store a new announcement, or the change of `ident`; its rules are replaced by `rules`.

        What is in line and has not begun is said as it stands now: an occurrence of a rule that is
        no more is stopped, any other is replaced by one of the new text, zones and level.

        `seen_at` is the `updated_at` of what was looked at when the change was begun: ChangedError if it
        is another by now. `new_ident` is the id that a new one shall have: saving the very same under it
        twice makes one announcement, saving anything else under it is a ChangedError.
        """
        at = self._clock.now()
        with self._store.write() as tx:
            if ident and seen_at and announcements.get(tx, ident).updated_at != seen_at:
                raise ChangedError(ident)
            known = announcements.find(tx, new_ident) if new_ident and not ident else None
            if known is None:
                saved = self._save(tx, at, draft, rules, by, ident, new_ident)
            elif self._is(tx, known, draft, rules):
                saved = known
            else:
                raise ChangedError(known.id)
        self._ring()
        return saved

    def say(self, draft: Draft, by: str) -> tuple[Announcement, list[Utterance]]:
        """Store an announcement without rules and have it spoken as soon as it is prepared; not in quiet hours.

        Whoever has it spoken at once approves of it.
        """
        at = self._clock.now()
        with self._store.write() as tx:
            _raise(self._quiet_now(tx, at, draft))
            saved = self._save(tx, at, draft, (), by, "", approved_by=by)
            spoken = self._queue(tx, at, self._occurrence_now(at, saved))
        self._raise_alarm(spoken)
        self._ring()
        return saved, spoken

    def speak_now(self, ident: str, by: str) -> list[Utterance]:
        """Have it spoken as soon as the loudspeakers come free; an emergency at once, whatever sounds.

        An emergency that is prepared is rung for before anything is written: it waits neither for a slow card nor for
        a locked database. Where its row cannot be written, the audio process writes it as soon as it can. Tapped twice
        it is raised once: [] while another thread is about to, the same again while it could not be written.
        """
        claim = object()
        if self._claims.setdefault(ident, claim) is not claim:
            return []
        try:
            return self._speak_now(ident, by)
        finally:
            del self._claims[ident]

    def _speak_now(self, ident: str, by: str) -> list[Utterance]:
        at = self._clock.now()
        with self._store.read() as tx:
            announcement, last = announcements.get(tx, ident), renditions.newest(tx, ident)
        made: list[Utterance] = []
        if announcement.level is Level.EMERGENCY and last and last.prepared:
            made = self._unwritten.pop(ident, [])
            if not made or at > made[0].due + TAPS:
                sound, fresh = last.prepared, self._occurrence_now(at, announcement)
                made = [replace(each, sha256=sound.sha256, duration_s=sound.duration_s) for each in fresh]
            self._raise_alarm(made)
        try:
            with self._store.write() as tx:
                spoken = self._put_in_line_now(tx, at, announcement, made, by)
        except StationError as error:
            if not made:
                raise
            log.error("an emergency sounds and cannot be written down here: %s", error)
            self._unwritten[ident] = made
            return made
        self._ring()
        return spoken

    def _put_in_line_now(
        self, tx: Tx, at: datetime, announcement: Announcement, made: Sequence[Utterance], by: str
    ) -> list[Utterance]:
        _raise(self._quiet_now(tx, at, announcement))
        # an emergency is confirmed in its own words; of anything else somebody has listened to the file
        approved_by = by if announcement.level is Level.EMERGENCY else self._approved_in_advance()
        renditions.want(tx, at, announcement.id, announcement.revision, approved_by)  # again, if the last try failed
        last = renditions.newest(tx, announcement.id)
        if last is None or not last.approved:
            raise InputError(Problem.of("form", "not_approved"))
        return self._queue(tx, at, made or self._occurrence_now(at, announcement))

    def approve(self, ident: str, sha256: str, by: str) -> None:
        """Say that one has listened to the file of this name: from now on it is what is broadcast."""
        with self._store.write() as tx:
            renditions.approve(tx, self._clock.now(), ident, sha256, by)
        self._ring()

    def disapprove(self, ident: str, by: str) -> None:
        """Take the approval back; what is in line and not approved again by then is missed."""
        with self._store.write() as tx:
            renditions.disapprove(tx, self._clock.now(), ident, by)
        self._ring()

    def stop(self, utterance_id: str, by: str) -> Utterance:
        """End an occurrence on every output, playing or still in line. Asking again, or too late, does no harm.

        Here the rings come before the rows: silence waits neither for a slow card nor for a locked database.
        """
        with self._store.read() as tx:
            named = utterances.get(tx, utterance_id)
            group = utterances.of_occurrence(tx, named.rule_id, named.due)
        self._unwritten.pop(named.announcement_id, None)  # whoever raises it from now on means another time
        self._ring_stops(group, by)
        with self._store.write() as tx:
            stopped = {each.id: utterances.want_stop(tx, each.id, by) for each in group}
        for each in group:
            self._bell.ring(f"audio-{each.output}")  # for one so new that it was not known there yet
        return stopped[utterance_id]

    def withdraw(self, ident: str, by: str) -> None:
        """Take an announcement out of use and out of the line; what is playing goes on."""
        with self._store.write() as tx:
            announcements.withdraw(tx, self._clock.now(), ident, by)
            for utterance in utterances.waiting(tx, ident):
                utterances.want_stop(tx, utterance.id, by)
        self._ring()

    def end(self, ident: str, by: str) -> None:
        """Withdraw an announcement and silence it at once: nothing of it sounds or is shown any longer.

        As for a stop, silence waits for nothing that is to be written.
        """
        at = self._clock.now()
        with self._store.read() as tx:
            rung = utterances.open_of(tx, ident)
        rung += self._unwritten.pop(ident, [])  # what sounds before it could be written down
        self._ring_stops(rung, by)
        with self._store.write() as tx:
            announcements.withdraw(tx, at, ident, by)
            ended = [utterances.want_stop(tx, utterance.id, by) for utterance in utterances.open_of(tx, ident)]
        known = {utterance.id for utterance in rung}
        self._ring_stops((utterance for utterance in ended if utterance.id not in known), by)
        self._ring()

    def _ring_stops(self, ended: Iterable[Utterance], by: str) -> None:
        for utterance in ended:
            self._bell.ring(f"audio-{utterance.output}", {"stop": utterance.id, "by": by})

    def restore(self, ident: str, by: str) -> None:
        """Undo a withdrawal: its rules go on, and what it took out of the line and is still to come is put back."""
        at = self._clock.now()
        with self._store.write() as tx:
            withdrawn_at = announcements.get(tx, ident).withdrawn_at
            announcements.restore(tx, at, ident, by)
            if withdrawn_at:
                in_force = {rule.id for rule in announcements.rules(tx, ident)}
                taken = [u for u in utterances.ended_ahead(tx, ident, at, withdrawn_at) if u.rule_id in in_force]
                self._put_in_stead(tx, at, announcements.get(tx, ident), taken, by)
        self._ring()

    def move_occurrence(self, rule_id: str, due: datetime, to: datetime | None, by: str) -> None:
        """Have one occurrence spoken at another time, or not at all. InputError if that cannot be."""
        at, tz = self._clock.now(), self._config.site.tz
        with self._store.write() as tx:
            announcement = announcements.get(tx, occurrences.move(tx, at, tz, rule_id, due, to, by))
            if to:
                _raise(replace(p, field="to") for p in self._quiet(tx, at, announcement, [Rule(Once(to))]))
        self._ring()

    def undo_move(self, rule_id: str, due: datetime, by: str) -> None:
        """Take back the change of one occurrence, named by the instant at which it was due or is due now."""
        at, tz = self._clock.now(), self._config.site.tz
        with self._store.write() as tx:
            occurrences.undo(tx, at, tz, rule_id, due, by)
        self._ring()

    def put_first(self, ident: str, before: str, by: str) -> None:
        """Give an announcement the order right before another of its level: where the two meet, it goes first."""
        at = self._clock.now()
        with self._store.write() as tx:
            known, other = announcements.get(tx, ident), announcements.get(tx, before)
            # between it and what goes before it already, which stays before
            taken = {each.order_no for each in announcements.current(tx) if each.id != ident}
            below = max((no for no in taken if no < other.order_no), default=other.order_no - 2 * ORDER_GAP)
            order_no = min(known.order_no, (below + other.order_no) // 2)
            saved = announcements.edit(tx, at, ident, replace(draft_of(known), order_no=order_no), by)
            self._put_in_stead(tx, at, saved, utterances.waiting(tx, ident), by)
        self._ring()

    def prepare_again(self, ident: str) -> None:
        """Try once more to make a rendition that failed."""
        at = self._clock.now()
        with self._store.write() as tx:
            renditions.want(tx, at, ident, announcements.get(tx, ident).revision, self._approved_in_advance())
        self._ring()

    def _approved_in_advance(self) -> str | None:
        """Nobody's approval is needed where the station's policy asks for none."""
        return "" if self._config.policy.approval == "off" else None

    def _save(
        self, tx: Tx, at: datetime, draft: Draft, rules: Sequence[Document], by: str, ident: str,
        new_ident: str = "", approved_by: str | None = None,
    ) -> Announcement:  # fmt: skip
        _raise(problems_of(draft, self._zones))
        _raise(self._quiet(tx, at, draft, standing_rules.understood(tx, ident, rules), ident))
        approved_by = self._approved_in_advance() if approved_by is None else approved_by
        if not ident:
            saved = announcements.add(tx, at, new_ident or self._ids(), draft, by, approved_by)
            standing_rules.set_to(tx, at, self._ids, saved.id, rules)
            return saved
        before = announcements.get(tx, ident)
        saved = announcements.edit(tx, at, ident, draft, by, approved_by)
        ended = standing_rules.set_to(tx, at, self._ids, ident, rules)
        waiting = utterances.waiting(tx, ident)
        for utterance in waiting:
            if utterance.rule_id in ended:
                utterances.want_stop(tx, utterance.id, by)
        if _heard(before) != _heard(saved):
            self._put_in_stead(tx, at, saved, [u for u in waiting if u.rule_id not in ended], by)
        return saved

    @staticmethod
    def _is(tx: Tx, known: Announcement, draft: Draft, rules: Sequence[Document]) -> bool:
        """Whether an announcement says just what a draft does."""
        return draft_of(known) == draft and standing_rules.are(tx, known.id, rules)

    def quiet_problems_of(self, draft: Draft, rules: Sequence[Rule], ident: str = "") -> list[Problem]:
        """What saving this would be refused for because of quiet hours."""
        with self._store.read() as tx:
            return self._quiet(tx, self._clock.now(), draft, rules, ident)

    def _quiet(
        self, tx: Tx, at: datetime, what: Draft | Announcement, rules: Sequence[Rule], ident: str = ""
    ) -> list[Problem]:
        length_s = self._length_s(tx, what, ident)
        return quiet_problems(self._config, what.zones, what.level, rules, length_s, at, calendar_of(tx))

    def _quiet_now(self, tx: Tx, at: datetime, what: Draft | Announcement) -> list[Problem]:
        return quiet_now_problems(self._config, what.zones, what.level, self._length_s(tx, what), at)

    def _length_s(self, tx: Tx, what: Draft | Announcement, ident: str = "") -> float:
        """Of the programme: by what is prepared of these very words, else by an estimate."""
        known = what if isinstance(what, Announcement) else announcements.find(tx, ident) if ident else None
        same = known is not None and (known.text, known.parts) == (what.text, what.parts)
        return length_of(tx, self._config, what, known.id if known and same else "").total_seconds()

    def _put_in_stead(
        self, tx: Tx, at: datetime, announcement: Announcement, old: Sequence[Utterance], by: str
    ) -> None:
        """Replace utterances that have not begun by ones of what the announcement says now."""
        for utterance in old:
            utterances.void(tx, utterance.id, by)
        for rule_id, due in sorted({(utterance.rule_id, utterance.due) for utterance in old}):
            lateness = lateness_of(announcement, standing_rules.of_utterance(tx, rule_id))
            for utterance in occurrence(self._ids, self._config, announcement, rule_id, due, lateness):
                utterances.queue(tx, at, utterance)

    def _occurrence_now(self, at: datetime, announcement: Announcement) -> list[Utterance]:
        rule_id = ON_REQUEST + self._ids()
        return occurrence(self._ids, self._config, announcement, rule_id, at, lateness_of(announcement, None))

    @staticmethod
    def _queue(tx: Tx, at: datetime, made: Sequence[Utterance]) -> list[Utterance]:
        for utterance in made:
            utterances.queue(tx, at, utterance)  # the audio process may have been quicker
        return [utterances.get(tx, utterance.id) for utterance in made]

    def _ring(self) -> None:
        for whom in listeners(self._config):
            self._bell.ring(whom)

    def _raise_alarm(self, spoken: Sequence[Utterance]) -> None:
        """Ring for an emergency; the ring carries what the sound needs, should the database be locked."""
        for utterance in spoken:
            if utterance.level is Level.EMERGENCY and utterance.sha256:
                self._bell.ring(f"audio-{utterance.output}", {"emergency": raised_document(utterance)})
