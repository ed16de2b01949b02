"""The controller as a real process: rows appear ahead of time, rings arrive, a kill loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.announcing import Announcing
from controller.core.announcements import Draft
from controller.core.utterances import Utterance
from controller.runtime.clocks import SystemClock
from controller.runtime.config_text import parse_config
from controller.runtime.doorbell import Doorbell, Doorway, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.store import journal, utterances
from controller.store.connection import Store
from tests.support.processes import Process, until
from tests.support.scheduling import CONFIG, once

DRAFT = Draft("Họp bản", "Mời bà con đến nhà văn hóa.", ("tren",))


class Desk:
    """An official's side: the store, the bell, and the ear of the audio process."""

    def __init__(self, state: Path) -> None:
        self.places = Places(state)
        self.places.make()
        self.places.config.write_text(CONFIG, encoding="utf-8")
        self.store, self.bell, clock = Store(self.places.station_db), Doorbell(self.places), SystemClock()
        config = parse_config(CONFIG, "test")
        self.announcing = Announcing(self.store, self.bell, clock, NewIds(clock), config)
        self.audio = Doorway(self.places, "audio-main")

    def utterances(self) -> list[Utterance]:
        now = datetime.now(UTC)
        with self.store.read() as tx:
            return utterances.between(tx, now - timedelta(days=1), now + timedelta(days=1))

    def lines(self, kind: str) -> list[dict[str, object]]:
        with self.store.read() as tx:
            return [e.detail for e in journal.entries(tx) if e.kind == kind]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()
    made.audio.close()
    made.bell.close()


def up(desk: Desk) -> bool:
    return at_home(desk.places, "controller")


def test_from_a_saved_rule_to_a_ring_at_the_output(desk: Desk) -> None:
    with Process("daemon", state=desk.places.state) as daemon:
        until(lambda: desk.lines("started"))
        due = datetime.now(UTC) + timedelta(seconds=35)  # some seconds before it comes within the lead
        desk.announcing.save(DRAFT, [once(due)], "tester")
        desk.audio.wait(0.5)  # of the saving
        assert desk.utterances() == []
        until(lambda: desk.audio.wait(0.5))
        (utterance,) = desk.utterances()
        assert utterance.due == due.replace(microsecond=due.microsecond // 1000 * 1000)
        # the alarm clock woke it, not the poll: well before half a lead had passed
        assert datetime.now(UTC) < due - timedelta(seconds=25)
        assert daemon.end() == 0
    assert [len(desk.lines(kind)) for kind in ("started", "ended", "queued")] == [1, 1, 1]
    assert "ERROR" not in daemon.said()
    assert not up(desk)


def test_an_edit_of_what_waits_is_seen_by_a_living_controller(desk: Desk) -> None:
    rule = once(datetime.now(UTC) + timedelta(seconds=20))
    with Process("daemon", state=desk.places.state):
        saved = desk.announcing.save(DRAFT, [rule], "tester")
        (first,) = until(desk.utterances)
        desk.announcing.save(Draft("Họp bản", "Văn bản mới.", ("tren",)), [rule], "tester", saved.id)
        (second,) = desk.utterances()
        assert (first.revision, second.revision) == (1, 2)
        until(lambda: up(desk))


def test_killed_and_started_again_it_neither_doubles_nor_forgets(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.announcing.save(DRAFT, [once(now + timedelta(seconds=s)) for s in (5, 10, 15)], "tester")
    with Process("daemon", state=desk.places.state) as daemon:
        until(lambda: len(desk.utterances()) == 3)
        daemon.kill()
        desk.announcing.save(DRAFT, [once(now + timedelta(seconds=25))], "tester")
        daemon.start()
        until(lambda: len(desk.utterances()) == 4)
        until(lambda: len(desk.lines("started")) == 2)
    assert len(desk.lines("queued")) == 4
