"""From a line of the journal to the letter in somebody's box: with a store on disk and a real mail server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.core.alarms import TRIAL, Alarm, Letter, Message, UntoldError
from controller.core.journal import Kind
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Email
from controller.store import alarms, facts, journal, messages
from controller.store.columns import instant
from controller.store.connection import Store, StoreBusyError
from controller.telling.letters import RETRIES
from controller.telling.mail import Mail
from controller.telling.workers import SEEN, Post, Route, Watch
from tests.support.mail_server import MailServer, Manner
from tests.support.stations import START, Station, station_in

TO = ("truc-ban@xa.example", "pho-ban@xa.example")
WORDS = load_words("vi")


class Desk:
    def __init__(self, station: Station, server: MailServer, to: tuple[str, ...] = TO[:1]) -> None:
        self.station, self.server = station, server
        self.stopping = threading.Event()
        self.posted = 0
        config = Email(host="localhost", port=server.port, security="none", sender="loa@xa.example", to=to)
        self.mail = Mail(config, station.clock, word_limit_s=1.0)
        self.routes = (Route(self.mail, to),)
        self.watch, self.post = self._watch(), self._post()

    def _watch(self) -> Watch:
        s = self.station

        def note() -> None:
            self.posted += 1

        return Watch(Store(s.places.station_db), s.clock, s.bell, s.ids, s.config, WORDS, self.routes, note)

    def _post(self) -> Post:
        return Post(self.station.store, self.station.clock, WORDS, self.station.config, self.routes)

    def tick(self, seconds: float) -> None:
        assert isinstance(self.station.clock, FakeClock)
        self.station.clock.tick(seconds)

    def write(self, kind: Kind, subject: str, **detail: object) -> None:
        with self.station.store.write() as tx:
            journal.write(tx, self.station.clock.now(), kind, subject, **detail)

    def miss(self, title: str = "Tiêm chủng", reason: str = "no_output", due: datetime = START) -> None:
        self.write(Kind.MISSED, f"utterance/{title}", title=title, due=instant(due), output="main", reason=reason)

    def report(self, component: str, fault: str) -> None:
        with self.station.store.write() as tx:
            facts.report(tx, self.station.clock.now(), component, fault)

    def look(self) -> None:
        self.watch.look()
        self.post.turn(self.stopping)

    def wait(self, seconds: float) -> None:
        """Time goes by, in steps of what both workers poll."""
        for _ in range(round(seconds / 5)):
            self.look()
            self.tick(5)
        self.look()

    def alarms(self) -> list[Alarm]:
        with self.station.store.read() as tx:
            return alarms.open_alarms(tx)

    def said(self, kind: Kind) -> list[dict[str, object]]:
        with self.station.store.read() as tx:
            return [entry.detail for entry in journal.entries(tx) if entry.kind is kind]

    def letters(self) -> list[str]:
        return [str(taken.mail["Subject"]) for taken in self.server.taken]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with MailServer() as server:
        yield Desk(station_in(tmp_path), server)


def test_what_was_missed_is_told_within_half_a_minute_and_written_down(desk: Desk) -> None:
    desk.miss()
    desk.wait(15)
    assert desk.letters() == []
    desk.tick(5)
    desk.look()
    assert desk.letters() == ["[Xã Thử] 13:00 không phát: Tiêm chủng"]
    assert "- 13:00 “Tiêm chủng” không phát: bộ phát âm thanh không chạy." in desk.server.taken[0].text
    assert [(a.cause, a.facts["title"]) for a in desk.alarms()] == [("missed", "Tiêm chủng")]
    told = {"what": "", "whom": TO[0], "text": "13:00 không phát: Tiêm chủng"}
    assert desk.said(Kind.TOLD) == [told]
    assert ("kiosk", {}) in desk.station.bell.rung
    assert desk.posted == 1
    desk.wait(600)
    assert len(desk.letters()) == 1


def test_everybody_is_told_and_several_things_are_one_letter_then_a_digest(tmp_path: Path) -> None:
    with MailServer() as server:
        desk = Desk(station_in(tmp_path), server, TO)
        for number in range(3):
            desk.miss(f"Tin {number}")
            desk.wait(5)
        desk.wait(10)
        first = "[Xã Thử] 3 việc cần xem: 13:00 không phát: Tin 0"
        assert sorted((t.recipients[0], str(t.mail["Subject"])) for t in server.taken) == [
            (TO[1], first), (TO[0], first),
        ]  # fmt: skip
        for number in range(3, 8):
            desk.miss(f"Tin {number}")
            desk.wait(30)
            assert len(server.taken) == 2 * (number - 1), "within half a minute"
        for number in range(8, 11):
            desk.miss(f"Tin {number}")
            desk.wait(60)
        assert len(server.taken) == 12, "six are enough; not yet five minutes"
        desk.wait(120)
        assert len(server.taken) == 14
        assert [
            n
            for n in range(11)
            if f"Tin {n}:" in server.taken[-1].text
            or f"Tin {n} " in server.taken[-1].text
            or f"Tin {n}”" in server.taken[-1].text
        ] == [8, 9, 10]


def test_a_whole_outage_is_one_alarm_and_one_letter(desk: Desk) -> None:
    for hour in range(40):
        desk.miss(f"Tin {hour}", "station_off", START - timedelta(hours=40 - hour))
    desk.wait(20)
    assert desk.letters() == ["[Xã Thử] Máy không chạy, 40 lần phát bị lỡ"]
    assert "từ 21:00 19/11 đến 12:00." in desk.server.taken[0].text
    assert len(desk.alarms()) == 1


def test_a_fault_that_passes_in_a_moment_is_nobodys_worry(desk: Desk) -> None:
    desk.report("output/main", "output_lost")
    desk.wait(10)
    assert len(desk.alarms()) == 1
    desk.report("output/main", "")
    desk.wait(60)
    assert (desk.alarms(), desk.letters()) == ([], [])


def test_a_fault_that_lasts_is_told_once_though_it_comes_and_goes(desk: Desk) -> None:
    desk.report("output/main", "no_output")
    desk.wait(25)
    for _ in range(5):
        desk.report("output/main", "")
        desk.wait(5)
        desk.report("output/main", "no_output")
        desk.wait(5)
    desk.report("output/main", "")
    desk.wait(600)
    assert desk.letters() == ["[Xã Thử] Loa có lỗi"]
    (alarm,) = desk.alarms()
    assert "over" in alarm.facts
    with desk.station.store.write() as tx:
        assert alarms.know(tx, START, alarm.id, "Cán bộ Văn thư")
        assert not alarms.know(tx, START, alarm.id, "Người khác")
    desk.report("output/main", "no_output")
    desk.wait(20)
    assert len(desk.letters()) == 2
    assert [line["what"] for line in desk.said(Kind.TOLD)] == ["", "known", ""]


def test_a_server_that_comes_back_gets_everything_and_the_page_hears_of_it(desk: Desk) -> None:
    desk.server.manner = Manner(busy=True)
    desk.miss()
    desk.wait(20)
    with desk.station.store.read() as tx:
        assert [(h.component, h.fault) for h in facts.health(tx)] == [("email", "mail_refused")]
    desk.wait(200)
    assert desk.server.calls == 3  # at 20, 50 and 110 s
    desk.server.manner = Manner()
    desk.miss("Tin khác")
    desk.wait(60)
    assert desk.letters() == ["[Xã Thử] 2 việc cần xem: 13:00 không phát: Tiêm chủng"]
    with desk.station.store.read() as tx:
        assert [(h.component, h.fault) for h in facts.health(tx)] == [("email", "")]
    assert [a.cause for a in desk.alarms()] == ["missed", "missed"], "the mail's own fault is no alarm"


def test_what_cannot_be_told_for_a_day_is_given_up_and_written_down(desk: Desk) -> None:
    desk.server.manner = Manner(busy=True)
    desk.miss()
    desk.look()
    for wait in (timedelta(seconds=20), *RETRIES, *[RETRIES[-1]] * 30):
        desk.tick(wait.total_seconds())
        desk.look()
    told = {"what": "failed", "whom": TO[0], "text": "13:00 không phát: Tiêm chủng", "reason": "mail_refused"}
    assert desk.said(Kind.TOLD) == [told]
    with desk.station.store.read() as tx:
        assert messages.waiting(tx) == []
    assert desk.server.calls == 31
    desk.server.manner = Manner(refuses=TO)
    desk.miss("Tin khác")
    desk.wait(60)
    assert (desk.server.calls, len(desk.said(Kind.TOLD))) == (32, 2), "an unknown recipient is given up at once"


@pytest.mark.parametrize("killed_before", ["alarm", "letter"])
def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(desk: Desk, killed_before: str) -> None:
    desk.miss("Tin 1")
    if killed_before == "letter":
        desk.watch.look()
    desk.watch, desk.post = desk._watch(), desk._post()  # another process
    desk.miss("Tin 2")
    desk.wait(30)
    desk.watch, desk.post = desk._watch(), desk._post()
    desk.wait(600)
    assert desk.letters() == ["[Xã Thử] 2 việc cần xem: 13:00 không phát: Tin 1"]
    assert len(desk.alarms()) == 2


def test_a_store_that_is_locked_for_a_while_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.miss("Tin 1")
    monkeypatch.setattr("controller.store.connection.BUSY_TIMEOUT_S", 0.05)
    desk.watch = desk._watch()
    with Store(desk.station.places.station_db).write(), pytest.raises(StoreBusyError):
        desk.watch.look()
    desk.wait(20)
    assert desk.letters() == ["[Xã Thử] 13:00 không phát: Tin 1"]


def test_history_is_not_told_at_the_very_first_start(desk: Desk) -> None:
    desk.miss("Chuyện cũ")
    desk.tick(11 * 60)
    desk.miss("Chuyện mới")
    desk.wait(20)
    assert desk.letters() == ["[Xã Thử] 13:00 không phát: Chuyện mới"]


def test_lines_that_tell_nothing_cost_hardly_any_writing(desk: Desk) -> None:
    desk.look()
    with desk.station.store.write() as tx:
        for _ in range(199):
            journal.write(tx, START, Kind.QUEUED, "utterance/x")
    desk.look()
    with desk.station.store.read() as tx:
        assert facts.fact(tx, SEEN) == ""
    desk.write(Kind.QUEUED, "utterance/x")
    desk.look()
    with desk.station.store.read() as tx:
        assert facts.fact(tx, SEEN) == "200"


def test_without_anybody_to_write_to_there_is_still_the_alarm(desk: Desk) -> None:
    s = desk.station
    Watch(Store(s.places.station_db), s.clock, s.bell, s.ids, s.config, WORDS, (), lambda: None)
    watch = Watch(s.store, s.clock, s.bell, s.ids, s.config, WORDS, (), lambda: None)
    desk.write(Kind.STARTED, "process/x")
    with Store(s.places.station_db).write() as tx:
        journal.write(tx, START, Kind.NOT_HEARD, "utterance/u", title="Tin", due=instant(START), output="main")
    watch.look()
    assert [a.cause for a in desk.alarms()] == ["not_heard"]
    with s.store.read() as tx:
        assert messages.waiting(tx) == []


class Stuck:
    """A notifier that never comes back until it is let go."""

    channel = "email"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.go = threading.Event()

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)
        self.go.wait(30)
        raise UntoldError("mail_unreachable", "let go")


def test_a_stuck_server_holds_up_neither_the_learning_nor_the_end(desk: Desk) -> None:
    stuck = Stuck()
    desk.routes = (Route(stuck, TO[:1]),)
    watch, post = desk._watch(), desk._post()
    desk.miss()
    watch.look()
    desk.tick(20)
    progress: list[float] = []
    worker = threading.Thread(target=post.run, args=(desk.stopping, lambda: progress.append(time.monotonic())))
    worker.start()
    while not stuck.letters or len(progress) < 3:
        time.sleep(0.01)
    desk.miss("Tin khác")
    watch.look()
    assert len(desk.alarms()) == 2
    desk.stopping.set()
    post.wake()
    worker.join(20)
    assert not worker.is_alive()
    stuck.go.set()
    with desk.station.store.read() as tx:
        assert [m.tries for m in messages.waiting(tx)] == [0, 0], "told again after the next start"


def test_a_letter_that_tries_it_is_no_alarm_and_says_at_once_what_became_of_it(desk: Desk) -> None:
    def outcomes() -> list[tuple[str, str]]:
        with desk.station.store.read() as tx:
            return [(one.state, one.reason) for one in messages.newest_about(tx, TRIAL)]

    def trial(number: int) -> None:
        now = desk.station.clock.now()
        with desk.station.store.write() as tx:
            messages.add(tx, Message(f"t{number}", "email", TO[0], "Thư thử", "Thử thôi.", TRIAL, 0, now, now))
        desk.look()

    trial(1)
    assert (desk.letters(), outcomes()) == (["[Xã Thử] Thư thử"], [("sent", "")])
    for number in range(2, 9):
        trial(number)
    desk.miss()
    desk.wait(20)
    assert desk.letters()[-1] == "[Xã Thử] 13:00 không phát: Tiêm chủng", "trials keep no alarm back"
    desk.server.manner = Manner(busy=True)
    desk.tick(1)
    trial(9)
    assert outcomes() == [("given_up", "mail_refused")]
    assert [line["what"] for line in desk.said(Kind.TOLD)][-1] == "failed"
    desk.wait(60)
    assert outcomes() == [("given_up", "mail_refused")]
    assert [alarm.cause for alarm in desk.alarms()] == ["missed"]


def test_what_is_long_over_is_forgotten_and_the_journal_keeps_it(desk: Desk) -> None:
    def kept() -> tuple[list[str], list[str], int]:
        with desk.station.store.read() as tx:
            found = (tx.execute("SELECT id FROM alarms ORDER BY id"), tx.execute("SELECT id FROM messages ORDER BY id"))
            left, sent = ([str(row["id"]) for row in rows] for rows in found)
            return left, sent, len(journal.entries(tx))

    desk.miss("A")
    desk.miss("B")
    desk.wait(25)
    alarm, other = desk.alarms()
    with desk.station.store.write() as tx:
        alarms.know(tx, desk.station.clock.now(), alarm.id, "lan")
    before = kept()
    assert [len(part) for part in before[:2]] == [2, 2]
    desk.tick(399 * 86_400)
    desk.look()
    assert kept() == before
    desk.tick(2 * 86_400)
    desk.look()
    assert kept() == ([other.id], kept()[1], before[2]), "what nobody acknowledged stays, and so does its message"
    assert len(kept()[1]) == 1
    with desk.station.store.read() as tx:
        assert messages.told(tx, other.id) and not messages.told(tx, alarm.id)


def test_what_nobody_thought_of_is_tried_again_ever_less_often(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """As any server that does not take it; without this it was tried twice a second, and never said so."""
    calls = 0

    class Odd:
        channel = "email"

        def send(self, letter: Letter) -> None:
            nonlocal calls
            calls += 1
            raise OverflowError("port must be 0-65535")

    desk.post = Post(desk.station.store, desk.station.clock, WORDS, desk.station.config, (Route(Odd(), TO[:1]),))
    desk.miss()
    desk.wait(20 + 30 + 60)
    assert calls == 3
    with desk.station.store.read() as tx:
        (told,) = [health for health in facts.health(tx) if health.component == "email"]
    assert told.fault.endswith("mail_refused")
    assert len([record for record in caplog.records if record.exc_info]) == 3
