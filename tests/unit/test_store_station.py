"""The database: transactions, migrations, the append-only journal, and each subject's queries."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from controller.announcing import Announcing
from controller.core.announcements import Draft
from controller.core.errors import IllegalEventError, InputError, NotFoundError, StationError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notices import BoardState, Notice
from controller.core.renditions import Prepared, RenditionState
from controller.core.utterances import UtteranceEvent, UtteranceState, raised_from
from controller.store import announcements, facts, journal, notices, renditions, utterances
from controller.store.columns import as_instant, instant
from controller.store.connection import DiskFullError, Store, StoreBusyError, Tx
from tests.support.scheduling import START, ScheduledStation, once

MINUTE = timedelta(minutes=1)
PREPARED = Prepared("ab" * 32, 12.5, -16.0, -1.2, "espeak-ng", ("pyttsx3: no_file",))
DRAFT = Draft("Họp bản", "Mời bà con.", ("tren", "duoi"))


@pytest.fixture
def station(tmp_path: Path) -> ScheduledStation:
    return ScheduledStation(tmp_path)


@pytest.fixture
def store(station: ScheduledStation) -> Store:
    return station.store


# --- connection


def test_it_runs_as_promised_to_survive_power_cuts(store: Store) -> None:
    with store.read() as tx:
        modes = [tx.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert modes == ["wal", 2, 1]


def test_an_error_undoes_everything_of_its_transaction(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as tx:
        facts.set_fact(tx, "a", "1")
        raise RuntimeError("after the change")
    with store.read() as tx:
        assert facts.fact(tx, "a") == ""


def test_each_thread_has_its_own_connection(store: Store) -> None:
    seen: list[str] = []

    def other() -> None:
        with store.write() as tx:
            facts.set_fact(tx, "a", "other")
        store.close()

    before = store.version()
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    with store.read() as tx:
        seen.append(facts.fact(tx, "a"))
    assert seen == ["other"]
    assert store.version() != before


def test_a_reader_sees_one_snapshot(tmp_path: Path, store: Store) -> None:
    writer = Store(tmp_path / "station.db")
    with store.read() as tx:
        assert facts.fact(tx, "a") == ""
        with writer.write() as other:
            facts.set_fact(other, "a", "1")
        assert facts.fact(tx, "a") == ""
    with store.read() as tx:
        assert facts.fact(tx, "a") == "1"
    writer.close()


def test_a_writer_waits_only_so_long(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Store(tmp_path / "station.db")
    monkeypatch.setattr("controller.store.connection.BUSY_TIMEOUT_S", 0.05)
    waiting = Store(tmp_path / "station.db")
    with other.write(), pytest.raises(StoreBusyError), waiting.write():
        pass
    other.close()
    waiting.close()


def test_read_only_it_cannot_write(tmp_path: Path, store: Store) -> None:
    reader = Store(tmp_path / "station.db", read_only=True)
    with pytest.raises(StationError, match="readonly"), reader.read() as tx:
        facts.set_fact(tx, "a", "1")
    reader.close()


def test_a_full_disk_has_its_own_name(store: Store) -> None:
    with store.read() as tx:
        pages = tx.execute("PRAGMA page_count").fetchone()[0]
        tx.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFullError), store.write() as tx:
        for number in range(1000):
            facts.set_fact(tx, f"fact {number}", "x" * 1000)
    with store.read() as tx:
        assert facts.fact(tx, "fact 0") == ""


def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_bytes(b"junk" * 1000)
    with pytest.raises(StationError, match=r"junk\.db: the database is damaged \(file is not a database\)"):
        Store(tmp_path / "junk.db")
    with pytest.raises(StationError, match="newer version"):
        _newer(tmp_path / "newer.db")


def _newer(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    Store(path)


MIGRATES = (
    "import sys; from pathlib import Path; from controller.store.connection import Store; Store(Path(sys.argv[1]))"
)


def test_two_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    opened = [
        subprocess.Popen([sys.executable, "-c", MIGRATES, str(tmp_path / "new.db")], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(child.communicate(timeout=30)[1], child.returncode) for child in opened] == [(b"", 0)] * 3


def test_a_copy_is_whole(tmp_path: Path, store: Store) -> None:
    with store.write() as tx:
        facts.set_fact(tx, "a", "1")
    store.copy_to(tmp_path / "copy.db")
    copy = Store(tmp_path / "copy.db")
    with copy.read() as tx:
        assert facts.fact(tx, "a") == "1"
    assert copy.complaint() == ""
    copy.close()


def test_instants_are_text_that_sorts() -> None:
    hanoi = timezone(timedelta(hours=7))
    at = datetime(2026, 11, 21, 19, 30, 0, 123_999, tzinfo=hanoi)
    assert instant(at) == "2026-11-21T12:30:00.123Z"
    assert as_instant(instant(at)) == datetime(2026, 11, 21, 12, 30, 0, 123_000, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        instant(datetime(2026, 11, 21))  # noqa: DTZ001 - refused


# --- journal


def test_the_journal_can_only_grow(store: Store) -> None:
    with store.write() as tx:
        journal.write(tx, START, Kind.STARTED, "process/x")
    for statement in (
        "UPDATE journal SET at = ''",
        "DELETE FROM journal",
        "REPLACE INTO journal VALUES (1,'','','','{}')",
    ):
        with pytest.raises(StationError, match="append-only"), store.write() as tx:
            tx.execute(statement)
    with store.read() as tx:
        assert [entry.kind for entry in journal.entries(tx)] == [Kind.STARTED]


def test_lines_are_found_by_time_subject_and_number(store: Store) -> None:
    with store.write() as tx:
        for n in range(5):
            journal.write(tx, START + n * MINUTE, Kind.FAULT, f"board/{n % 2}", n=n, tên="Ánh")
    with store.read() as tx:
        assert [e.detail["n"] for e in journal.entries(tx)] == [0, 1, 2, 3, 4]
        assert [e.detail["n"] for e in journal.entries(tx, since=START + 3 * MINUTE)] == [3, 4]
        assert [e.detail["n"] for e in journal.entries(tx, subject="board/0")] == [0, 2, 4]
        assert [e.detail["n"] for e in journal.entries(tx, limit=2)] == [3, 4]
        assert [e.detail["n"] for e in journal.entries(tx, after_seq=journal.entries(tx)[2].seq)] == [3, 4]
        assert journal.entries(tx)[0].detail == {"n": 0, "tên": "Ánh"}


# --- announcements and renditions


def add(tx: Tx, ident: str = "a", at: datetime = START) -> None:
    announcements.add(tx, at, ident, DRAFT, "an")


def test_an_announcement_comes_back_as_it_was_and_asks_for_its_sound(store: Store) -> None:
    with store.write() as tx:
        add(tx)
        found = announcements.get(tx, "a")
        assert (found.title, found.text, found.zones, found.revision) == ("Họp bản", "Mời bà con.", ("tren", "duoi"), 1)
        assert [(r.announcement_id, r.revision, r.state) for r in renditions.wanted(tx)] == [
            ("a", 1, RenditionState.WANTED)
        ]
        assert [(e.kind, e.subject) for e in journal.entries(tx)] == [(Kind.CREATED, "announcement/a")]
        with pytest.raises(NotFoundError):
            announcements.get(tx, "b")


def test_only_a_changed_text_is_a_new_revision(store: Store) -> None:
    with store.write() as tx:
        add(tx)
        renditions.ready(tx, START, "a/1", PREPARED)
        same = announcements.edit(tx, START, "a", Draft("Tên khác", DRAFT.text, ("tren",)), "an")
        assert (same.revision, renditions.wanted(tx)) == (1, [])
        changed = announcements.edit(tx, START, "a", Draft("Tên khác", "Văn bản mới.", ("tren",)), "an")
        assert (changed.revision, [r.revision for r in renditions.wanted(tx)]) == (2, [2])


def test_a_rendition_is_wanted_ready_failed_and_wanted_again(store: Store) -> None:
    with store.write() as tx:
        add(tx)
        renditions.failed(tx, START, "a/1", "no_engine", ("espeak-ng: time",))
        failed = renditions.of(tx, "a", 1)
        assert failed is not None
        assert (failed.state, failed.reason, failed.tried, renditions.wanted(tx)) == (
            RenditionState.FAILED, "no_engine", ("espeak-ng: time",), [],
        )  # fmt: skip
        renditions.want(tx, START, "a", 1)
        assert len(renditions.wanted(tx)) == 1
        renditions.ready(tx, START, "a/1", PREPARED)
        renditions.want(tx, START, "a", 1)  # asked for again: it is there already
        ready = renditions.of(tx, "a", 1)
        assert ready is not None
        assert (ready.state, ready.prepared) == (RenditionState.READY, PREPARED)
        assert [e.kind for e in journal.entries(tx)] == [Kind.CREATED, Kind.UNSPEAKABLE, Kind.PREPARED]


def test_the_withdrawn_are_out_of_use_until_restored(store: Store) -> None:
    with store.write() as tx:
        add(tx)
        announcements.add_rule(tx, START, "r", "a", once(START))
        announcements.withdraw(tx, START + MINUTE, "a", "an")
        assert (announcements.current(tx), announcements.rules(tx), renditions.wanted(tx)) == ([], [], [])
        announcements.restore(tx, START + 2 * MINUTE, "a", "an")
        (rule,) = announcements.rules(tx)
        assert (rule.id, rule.document, rule.planned_until) == ("r", once(START), START + 2 * MINUTE)
        assert [a.id for a in announcements.current(tx)] == ["a"]


# --- utterances


def queued(station: ScheduledStation) -> str:
    saved, (spoken,) = station.announcing.say(Draft("Họp bản", "Mời bà con.", ("tren",)), "an")
    assert saved.id == spoken.announcement_id
    return spoken.id


def test_an_utterance_lives_by_the_table_and_each_step_is_a_line(station: ScheduledStation) -> None:
    ident = queued(station)
    with station.store.write() as tx:
        begun = utterances.move(tx, START, ident, UtteranceEvent.BEGIN)
        assert (begun.state, begun.attempt, begun.started_at, begun.ended_at) == (
            UtteranceState.PLAYING,
            1,
            START,
            None,
        )
        assert [u.id for u in utterances.playing(tx)] == [ident]
        utterances.move(tx, START + MINUTE, ident, UtteranceEvent.INTERRUPT, reason="emergency")
        utterances.move(tx, START + 2 * MINUTE, ident, UtteranceEvent.BEGIN)
        over = utterances.move(tx, START + 3 * MINUTE, ident, UtteranceEvent.FINISH)
        assert (over.state, over.attempt, over.started_at, over.ended_at) == (
            UtteranceState.PLAYED, 2, START + 2 * MINUTE, START + 3 * MINUTE,
        )  # fmt: skip
    with pytest.raises(IllegalEventError), station.store.write() as tx:
        utterances.move(tx, START, ident, UtteranceEvent.STOP)
    with station.store.read() as tx:
        lines = [(e.kind.value, e.detail.get("reason")) for e in journal.entries(tx, subject=f"utterance/{ident}")]
    assert lines == [("queued", None), ("playing", None), ("cut", "emergency"), ("playing", None), ("played", None)]


def test_an_occurrence_is_known_by_rule_due_and_output(station: ScheduledStation) -> None:
    ident = queued(station)
    with station.store.write() as tx:
        same = utterances.get(tx, ident)
        assert not utterances.queue(tx, START, same)
        assert not utterances.record_missed(tx, START, [same], "late")
        assert len(journal.entries(tx, subject=f"utterance/{ident}")) == 1


def test_a_broken_row_is_never_passed_over_in_silence(station: ScheduledStation) -> None:
    ident = queued(station)
    with station.store.read() as tx:
        row = utterances.get(tx, ident)
    with pytest.raises(StationError, match="UNIQUE"), station.store.write() as tx:
        utterances.queue(tx, START, replace(row, rule_id="another", output="far"))  # the same id
    with pytest.raises(StationError, match="FOREIGN KEY"), station.store.write() as tx:
        utterances.queue(tx, START, replace(row, id="x", rule_id="another", announcement_id="none"))


def test_a_stop_is_a_wish_until_the_output_has_done_it(station: ScheduledStation) -> None:
    ident = queued(station)
    stopped = station.announcing.stop(ident, "an")
    assert (stopped.state, stopped.stop_wanted_by) == (UtteranceState.QUEUED, "an")
    assert station.bell.rings[-2:] == [("audio-main", {"stop": ident, "by": "an"}), ("audio-main", {})]
    with station.store.write() as tx:
        utterances.move(tx, START, ident, UtteranceEvent.STOP, by="an")
    assert station.announcing.stop(ident, "binh").stop_wanted_by == "an"


def test_the_line_of_an_output_is_in_the_total_order(station: ScheduledStation) -> None:
    for title, level, order_no in (("d", Level.NORMAL, 5), ("b", Level.PRIORITY, 0), ("c", Level.NORMAL, -5),
                                   ("a", Level.EMERGENCY, 9)):  # fmt: skip
        station.announcing.say(Draft(title, "Mời bà con.", ("tren", "duoi"), level, order_no), "an")
    with station.store.read() as tx:
        assert [u.title for u in utterances.open_on(tx, "main")] == ["a", "b", "c", "d"]
        assert [u.title for u in utterances.open_on(tx, "far")] == ["a", "b", "c", "d"]


# --- facts, health, notices, boards


def test_health_is_journalled_when_it_changes(store: Store) -> None:
    with store.write() as tx:
        said = [facts.report(tx, START, "output/main", fault, reason="x") for fault in ("", "", "lost", "lost", "")]
        assert said == [True, False, True, False, True]
        assert [e.kind for e in journal.entries(tx)] == [Kind.FAULT, Kind.RECOVERED]


def notice(ident: str, level: Level = Level.NORMAL, until: datetime = START + MINUTE, announcement: str = "") -> Notice:
    return Notice(
        id=ident, text="Chợ phiên", boards=("gate",), level=level, shown_from=START, shown_until=until,
        announcement_id=announcement, created_at=START,
    )  # fmt: skip


def test_notices_live_until_they_are_over_or_withdrawn(store: Store) -> None:
    with store.write() as tx:
        for n in (
            notice("b"),
            notice("a", Level.PRIORITY),
            notice("over", until=START),
            notice("of", announcement="a"),
        ):
            notices.add(tx, START, n, "an")
        assert [n.id for n in notices.live(tx, START)] == ["a", "b", "of"]
        notices.withdraw(tx, START, "of", "an")
        notices.withdraw(tx, START, "b", "an")
        assert notices.live(tx, START) == [notice("a", Level.PRIORITY)]


def test_a_board_is_journalled_when_what_it_shows_changes(store: Store) -> None:
    with store.write() as tx:

        def report(state: BoardState, text: str, minutes: int) -> bool:
            return notices.report_board(tx, START + minutes * MINUTE, "gate", state, text, START + minutes * MINUTE)

        said = [
            report(BoardState.SHOWN, "a", 0), report(BoardState.SHOWN, "a", 1), report(BoardState.DOWN, "a", 2),
            report(BoardState.DOWN, "b", 3), report(BoardState.SENT, "b", 4),
        ]  # fmt: skip
        assert said == [True, False, True, True, True]
        assert [e.kind for e in journal.entries(tx)] == [Kind.SHOWN, Kind.FAULT, Kind.RECOVERED, Kind.SHOWN]
        (board,) = notices.boards(tx)
        assert (board.state, board.text, board.since, board.proven_at) == (
            BoardState.SENT, "b", START + 4 * MINUTE, START + 4 * MINUTE,
        )  # fmt: skip


def test_a_board_whose_clock_goes_on_is_no_news_every_minute(store: Store) -> None:
    sent, shown = BoardState.SENT, BoardState.SHOWN
    with store.write() as tx:
        for state, text in [(sent, "a"), (shown, "a"), *[(sent, "a"), (shown, "a")] * 3, (sent, "b"), (shown, "b")]:
            assert notices.report_board(tx, START, "gate", state, text, START if state is shown else None)
        told = [(e.detail["state"], e.detail["text"]) for e in journal.entries(tx)]
        assert told == [("sent", "a"), ("shown", "a"), ("sent", "b"), ("shown", "b")]
        notices.report_board(tx, START, "gate", BoardState.OFF, "", None)
        notices.report_board(tx, START, "gate", shown, "b", START)
        told = [(e.detail["state"], e.detail["text"]) for e in journal.entries(tx)][4:]
        assert told == [("off", ""), ("shown", "b")]


# --- what officials do


def test_a_bad_draft_changes_nothing(station: ScheduledStation) -> None:
    announcing: Announcing = station.announcing
    with pytest.raises(InputError) as caught:
        announcing.save(Draft("", "", ("giua",)), [once(START)], "an")
    assert [p.field for p in caught.value.problems] == ["title", "text", "zones"]
    assert (station.lines(), station.bell.rings) == ([], [])


def test_everyone_hears_of_a_change_after_it_is_written(station: ScheduledStation) -> None:
    station.announcing.save(DRAFT, [once(START + MINUTE)], "an")
    assert station.bell.rings == [("audio-main", {}), ("audio-far", {}), ("controller", {}), ("kiosk", {})]


def test_one_occurrence_sounds_on_every_output_of_its_zones(station: ScheduledStation) -> None:
    _, spoken = station.announcing.say(DRAFT, "an")
    assert sorted((u.output, u.zones) for u in spoken) == [("far", ("duoi",)), ("main", ("tren",))]
    assert len({(u.rule_id, u.due) for u in spoken}) == 1
    assert {u.late_until - u.due for u in spoken} == {timedelta(seconds=600)}


def test_an_emergency_rings_with_what_the_sound_needs(station: ScheduledStation) -> None:
    saved = station.announcing.save(Draft("Lũ", "Lên cao ngay.", ("tren",), Level.EMERGENCY), [], "an")
    with station.store.write() as tx:
        renditions.ready(tx, START, f"{saved.id}/1", PREPARED)
    station.bell.rings.clear()
    (spoken,) = station.announcing.speak_now(saved.id, "an")
    whom, ring = station.bell.rings[0]
    document = ring["emergency"]
    assert isinstance(document, dict)
    raised = raised_from(document)
    assert (whom, raised.id, raised.sha256) == ("audio-main", spoken.id, PREPARED.sha256)
    assert (raised.rule_id, raised.due, raised.lasts_s) == (spoken.rule_id, spoken.due, 900.0)
    assert [whom for whom, _ in station.bell.rings[1:]] == ["audio-main", "audio-far", "controller", "kiosk"]


def test_speaking_now_and_preparing_again_try_what_failed(station: ScheduledStation) -> None:
    saved = station.announcing.save(DRAFT, [], "an")
    for again in (
        lambda: station.announcing.speak_now(saved.id, "an"),
        lambda: station.announcing.prepare_again(saved.id),
    ):
        with station.store.write() as tx:
            renditions.failed(tx, START, f"{saved.id}/1", "no_engine", ())
        again()
        with station.store.read() as tx:
            assert len(renditions.wanted(tx)) == 1


def test_what_is_not_there_is_said_so(station: ScheduledStation) -> None:
    for act in (
        lambda: station.announcing.speak_now("none", "an"),
        lambda: station.announcing.stop("none", "an"),
        lambda: station.announcing.withdraw("none", "an"),
        lambda: station.announcing.restore("none", "an"),
        lambda: station.announcing.prepare_again("none"),
        lambda: station.announcing.save(DRAFT, [], "an", "none"),
    ):
        with pytest.raises(NotFoundError):
            act()
