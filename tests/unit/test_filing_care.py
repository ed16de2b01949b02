"""What happens to files by themselves: the journal hears of each change once, what is deleted is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from controller.core.filings import Draft, FileState, Keep, Step
from controller.core.journal import Kind
from controller.filing.care import CARE_S, FilingCare
from controller.filing.sittings import Sitting
from controller.runtime.clocks import FakeClock
from controller.store import facts, filing_records, filings, journal
from controller.store.connection import Store
from tests.support.filed import cheap, office_in, submission
from tests.support.stations import START

KEEP = Keep(returned=30, done=180, closed=90)
DAY_S = 86_400.0
S = FileState
DRAFT = Draft("cd" * 32, b"draft", (("p", b"\xff\xd8x"),))


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(START)
        self.office = office_in(folder, self.clock)
        self.station = Store(self.office.places.station_db)
        self.believed = True
        self.care = FilingCare(self.office.store, self.station, self.clock, KEEP, lambda: self.believed)

    def lines(self) -> list[tuple[str, str, object]]:
        with self.station.read() as tx:
            found = journal.entries(tx, limit=10_000)
        return [(entry.kind.value, entry.subject, entry.detail.get("what")) for entry in found]

    def outbox(self) -> list[tuple[str, str, object]]:
        with self.office.store.read() as tx:
            rows = tx.execute("SELECT kind, subject, detail ->> 'what' AS what FROM outbox ORDER BY seq").fetchall()
        return [(row["kind"], row["subject"], row["what"]) for row in rows]

    def drafts(self) -> int:
        with self.office.store.read() as tx:
            return int(tx.execute("SELECT COUNT(*) FROM drafts").fetchone()[0])

    def unlocked(self) -> Sitting:
        return self.office.keys.unlock("lan", "sông nước quê mình xanh")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.office.store.close()
    made.station.close()


# --- the journal


def test_the_journal_hears_of_each_change_once(house: House) -> None:
    sitting = house.office.opened()
    house.office.filing.submit(submission())
    house.care.look()
    assert house.lines() == house.outbox() != []
    assert house.care.hand_on() == 0
    house.office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED))
    house.clock.tick(1)
    assert house.care.hand_on() == 1
    with house.station.read() as tx:
        newest = journal.entries(tx)[-1]
    assert (newest.at, newest.kind, newest.subject) == (START, Kind.FILE, "file/id-0002"), "when it was, not when told"
    assert newest.detail == {"what": "moved", "state": "accepted", "by": "lan"}
    assert house.lines() == house.outbox()


def test_a_thousand_lines_come_in_pieces_and_in_order(house: House) -> None:
    with house.office.store.write() as tx:
        for number in range(1200):
            filing_records.tell(tx, START, Kind.FILE, f"file/{number}", what="filed")
    assert house.care.hand_on() == 1200
    assert [subject for _, subject, _ in house.lines()] == [f"file/{number}" for number in range(1200)]


def test_killed_between_the_two_databases_it_goes_on_where_it_was(house: House) -> None:
    house.office.opened()
    for number in range(3):
        house.office.filing.submit(submission(number))
    with pytest.raises(KeyboardInterrupt), house.office.store.read() as outbox, house.station.write() as station:
        filing_records.hand_on(outbox, station)
        raise KeyboardInterrupt
    assert house.lines() == []
    house.care.hand_on()
    assert house.lines() == house.outbox()


def test_another_database_of_files_is_told_from_its_beginning(house: House, tmp_path: Path) -> None:
    house.office.opened()
    house.care.hand_on()
    house.office.store.close()
    before = house.lines()
    for path in house.office.places.filings.iterdir():
        path.unlink()
    cheap(house.office.store)
    house.office.opened()
    house.care.hand_on()
    assert house.lines() == before + house.outbox()


# --- deletion by rule


def test_files_go_when_their_time_is_over_with_a_record(house: House) -> None:
    sitting = house.office.opened()
    ends = {
        1: [], 2: [Step(to=S.ACCEPTED)], 3: [Step(to=S.REFUSED, reason="x")],
        4: [Step(to=S.ACCEPTED), Step(to=S.DONE)], 5: [Step(to=S.ACCEPTED), Step(to=S.DONE), Step(to=S.RETURNED)],
    }  # fmt: skip
    for number, steps in ends.items():
        house.office.filing.submit(submission(number))
        ident = house.office.desk.outlines()[-1].id
        for step in steps:
            house.office.desk.move(sitting, ident, house.office.desk.outlines()[-1].state, step)
    found = {}
    for day in range(1, 200):
        house.clock.tick(DAY_S)
        gone = house.care.delete_what_is_over()
        if gone != (0, 0):
            found[day] = (gone, house.office.desk.deletions()[0].rule)
    assert found == {30: ((0, 1), "returned"), 90: ((0, 1), "refused"), 180: ((0, 1), "done")}
    assert house.office.desk.counts() == {S.REGISTERED: 1, S.ACCEPTED: 1}, "somebody still works on these"
    assert {(each.guide, each.by) for each in house.office.desk.deletions()} == {("khai-sinh", "loalang")}


def test_a_record_is_never_changed_and_never_shortened(house: House) -> None:
    sitting = house.office.opened()
    house.office.filing.submit(submission())
    house.office.desk.delete(sitting, "id-0002", "asked")
    for statement in ("UPDATE deletions SET by = 'x'", "DELETE FROM deletions"):
        with pytest.raises(Exception, match="append-only"), house.office.store.write() as tx:
            tx.execute(statement)


def test_nothing_is_deleted_by_a_clock_that_nobody_believes(house: House) -> None:
    sitting = house.office.opened()
    house.office.filing.submit(submission())
    house.office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.REFUSED, reason="x"))
    house.office.filing.keep_draft(house.office.filing.new_resume_code(), DRAFT)
    house.believed = False
    house.clock.step(400 * DAY_S)
    assert house.care.delete_what_is_over() is None
    house.believed = True
    assert house.care.delete_what_is_over() == (1, 1)


def test_drafts_go_after_seven_days(house: House) -> None:
    code = house.office.filing.new_resume_code()
    house.office.filing.keep_draft(code, DRAFT)
    house.clock.tick(7 * DAY_S - 1)
    assert house.care.delete_what_is_over() == (0, 0) and house.office.filing.resume(code) == DRAFT
    house.clock.tick(1)
    assert house.office.filing.resume(code) is None, "gone even before it is swept"
    assert house.care.delete_what_is_over() == (1, 0) and house.drafts() == 0


@pytest.mark.parametrize("wrong_by_s", [-3000 * DAY_S, 3000 * DAY_S])
def test_a_draft_of_a_doubtful_clock_counts_its_days_from_a_good_one(tmp_path: Path, wrong_by_s: float) -> None:
    house = House(tmp_path)
    house.office.store.close()
    office, house.believed = office_in(tmp_path, house.clock, believed=False), False
    house.clock.step(wrong_by_s)
    code = office.filing.new_resume_code()
    office.filing.keep_draft(code, DRAFT)
    house.care.delete_what_is_over()
    assert office.filing.resume(code) == DRAFT
    house.clock.step(-wrong_by_s)
    house.believed = True
    assert house.care.delete_what_is_over() == (0, 0)
    house.clock.tick(7 * DAY_S - 1)
    assert office.filing.resume(code) == DRAFT
    house.clock.tick(1)
    assert house.care.delete_what_is_over() == (1, 0)
    office.store.close()
    house.station.close()


def test_a_draft_of_a_clock_that_ran_ahead_unnoticed_is_not_kept_for_years(house: House) -> None:
    house.clock.step(3000 * DAY_S)
    house.office.filing.keep_draft(house.office.filing.new_resume_code(), DRAFT)
    house.clock.step(-3000 * DAY_S)
    house.care.delete_what_is_over()
    house.clock.tick(7 * DAY_S)
    assert house.care.delete_what_is_over() == (1, 0)


def test_files_that_cannot_be_kept_are_a_fault_until_they_can(house: House) -> None:
    database, stopping, rounds = house.office.places.filings_db, Event(), [0]
    house.office.store.close()
    whole = database.read_bytes()

    def progress() -> None:
        rounds[0] += 1
        if rounds[0] == 2:
            database.write_bytes(b"no database at all" * 400)
            house.office.store.close()
        elif rounds[0] == 4:
            database.write_bytes(whole)
        elif rounds[0] == 6:
            stopping.set()
        house.care.wake()

    house.care.run(stopping, progress)
    with house.station.read() as tx:
        told = [(entry.kind, entry.subject, entry.detail) for entry in journal.entries(tx)]
        assert [part.fault for part in facts.health(tx)] == [""]
    assert told == [
        (Kind.FAULT, "filings", {"fault": "filings_unusable"}),
        (Kind.RECOVERED, "filings", {"fault": "filings_unusable"}),
    ]


def test_it_looks_every_ten_minutes_and_as_soon_as_the_clock_is_believed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []

    def counted(care: FilingCare) -> tuple[int, int] | None:
        looked.append(house.clock.now())
        return (0, 0) if house.believed else None

    monkeypatch.setattr(FilingCare, "delete_what_is_over", counted)
    house.believed = False
    for _ in range(3):
        house.care.look()
        house.clock.tick(5)
    house.believed = True
    for _ in range(25):
        house.care.look()
        house.clock.tick(60)
    early = [START + timedelta(seconds=5 * turn) for turn in range(3)]
    assert looked == early + [START + timedelta(seconds=15 + CARE_S * turn) for turn in range(3)]


def test_of_a_helper_whose_code_was_revoked_long_ago_only_the_id_stays(house: House) -> None:
    gone, _ = house.office.desk.issue_helper("Tổ viên Một", "lan")
    house.office.desk.issue_helper("Tổ viên Hai", "lan")
    house.office.desk.revoke_helper(gone.id, "lan")
    house.clock.tick(30 * DAY_S - 1)
    house.care.delete_what_is_over()
    assert [helper.name for helper in house.office.desk.helpers()] == ["Tổ viên Một", "Tổ viên Hai"]
    house.clock.tick(1)
    house.care.delete_what_is_over()
    assert [helper.name for helper in house.office.desk.helpers()] == ["", "Tổ viên Hai"]


def test_a_clock_that_comes_to_be_believed_during_a_look_is_not_passed_over(house: House) -> None:
    answers = iter([False, True, True, True])
    care = FilingCare(house.office.store, house.station, house.clock, KEEP, lambda: next(answers))
    house.office.filing.keep_draft(house.office.filing.new_resume_code(), DRAFT)
    house.clock.tick(7 * DAY_S)
    care.look()
    assert house.drafts() == 1
    care.look()
    assert house.drafts() == 0


# --- what is deleted is gone


def traces(folder: Path, needles: list[bytes]) -> list[str]:
    """In which files of the folder one of the needles stands."""
    return sorted(path.name for path in folder.iterdir() if any(needle in path.read_bytes() for needle in needles))


@pytest.mark.parametrize("how", ["rule", "official", "draft", "replaced", "removed"])
def test_the_bytes_of_what_is_deleted_are_nowhere_any_more(house: House, how: str) -> None:
    office, folder = house.office, house.office.places.filings
    sitting = office.opened()
    code = office.filing.new_resume_code()
    office.filing.submit(submission(photos=(b"\xff\xd8" + bytes(60_000),)))
    office.filing.submit(submission(2))
    office.filing.keep_draft(code, DRAFT)
    with office.store.read() as tx:
        table = {"draft": "draft_parts", "removed": "key_grants"}.get(how, "file_parts")
        column = "sealed_private" if how == "removed" else "locked"
        where = " WHERE file_id = 'id-0002'" if table == "file_parts" else ""
        blobs = [bytes(row[0]) for row in tx.execute(f"SELECT {column} FROM {table}{where}")]  # noqa: S608 - our own text
    needles = [blob[start : start + 40] for blob in blobs for start in range(0, len(blob) - 40, 500)]
    assert needles and traces(folder, needles) != []
    match how:
        case "rule":
            office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.REFUSED, reason="x"))
            house.clock.tick(90 * DAY_S)
            assert house.care.delete_what_is_over() == (1, 1)
        case "official":
            office.desk.delete(sitting, "id-0002", "mistake")
        case "draft":
            office.filing.drop_draft(code)
        case "replaced":
            office.filing.submit(submission(1, photos=()))
            house.care.delete_what_is_over()
        case "removed":
            office.keys.enrol("minh", "nương ngô bên kia suối")
            office.keys.grant(sitting, "minh")
            office.keys.remove(sitting, "minh")
    assert traces(folder, needles) == []
    assert {path.name for path in folder.iterdir()} == {"filings.db", "filings.db-wal", "filings.db-shm"}


def test_a_log_that_could_not_be_emptied_is_emptied_later(house: House) -> None:
    sitting = house.office.opened()
    house.office.filing.submit(submission())
    reader = filings.opened(house.office.places.filings_db)
    with reader.read() as tx:
        assert len(filings.every(tx)) == 1
        house.office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.REFUSED, reason="x"))
        house.clock.tick(90 * DAY_S)
        assert house.care.delete_what_is_over() == (0, 1)
        assert (house.office.places.filings / "filings.db-wal").stat().st_size > 0
    reader.close()
    house.care.delete_what_is_over()
    assert (house.office.places.filings / "filings.db-wal").stat().st_size == 0
