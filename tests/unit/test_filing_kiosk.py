"""What the kiosk does with files: once and whole, found again by receipt or number, drafts, helpers, guesses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from controller.core.errors import ChangedError, InputError, StationError
from controller.core.filing_codes import HELPER_LENGTH, LETTERS, code_of
from controller.core.filings import DOCUMENT_LIMIT, PHOTO_LIMIT, PHOTOS_LIMIT, Draft, FileState, Receipt, Step
from controller.filing.receiving import (
    FREE_TRIES,
    Filing,
    NoDeskKeyError,
    TooManyTriesError,
    new_ident,
    reason_of,
    wait_s,
)
from controller.filing.sittings import Sitting
from controller.runtime import sealing
from controller.runtime.clocks import FakeClock
from controller.runtime.sealing import Cost
from controller.store import filing_records, filings
from controller.store.connection import BrokenStoreError, DiskFullError, StoreBusyError
from tests.support.filed import BIRTH, Office, document, office_in, submission
from tests.support.full_disk import small_disk
from tests.support.stations import START, CountedIds

DRAFT = Draft("ab" * 32, b'{"answers": []}', (("p", b"\xff\xd8one"), ("q", b"\xff\xd8two")))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = office_in(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def sitting(office: Office) -> Sitting:
    return office.opened()


def told(office: Office) -> list[tuple[str, str]]:
    with office.store.read() as tx:
        rows = tx.execute("SELECT subject, detail ->> 'what' AS what FROM outbox WHERE kind = 'file' ORDER BY seq")
        return [(row["subject"], row["what"]) for row in rows]


def rows(office: Office) -> int:
    with office.store.read() as tx:
        return len(filings.every(tx))


# --- once and whole


def test_the_same_visit_files_once_and_has_the_same_receipt(office: Office, sitting: Sitting) -> None:
    first = office.filing.submit(submission())
    assert office.filing.submit(submission()) == first
    assert rows(office) == 1 and told(office) == [("file/id-0002", "filed")]
    other = office.filing.submit(submission(2))
    assert other.number != first.number and other.token != first.token and rows(office) == 2
    assert ("controller", {}) in office.bell.rung


def test_tapped_by_many_at_once_it_is_filed_once(office: Office, sitting: Sitting) -> None:
    begin = Barrier(6)

    def tap() -> Receipt:
        begin.wait(timeout=10)
        made = office.filing.submit(submission(photos=(b"x" * 100_000,)))
        office.store.close()
        return made

    with ThreadPoolExecutor(6) as taps:
        receipts = [each.result(timeout=60) for each in [taps.submit(tap) for _ in range(6)]]
    assert len({receipt.token for receipt in receipts}) == 1
    assert rows(office) == 1 and [what for _, what in told(office)] == ["filed"]


def test_everything_handed_in_is_what_the_desk_opens(office: Office, sitting: Sitting) -> None:
    receipt = office.filing.submit(submission(photos=(b"\xff\xd81" * 9000, b"\xff\xd82")))
    (line,) = office.desk.queue(sitting)
    opened = office.desk.open(sitting, line.outline.id)
    assert (line.name, line.number, opened.number) == (document().applicant.name, receipt.number, receipt.number)
    assert opened.document == document()
    pictures = [office.desk.photo(sitting, line.outline.id, photo.place) for photo in opened.photos]
    assert pictures == [b"\xff\xd81" * 9000, b"\xff\xd82"]


def test_corrected_after_an_unknown_outcome_it_takes_the_place_of_the_first(office: Office, sitting: Sitting) -> None:
    first = office.filing.submit(submission())
    changed = replace(submission(), content=document(birth_date="1950").as_json(), photos=())
    assert office.filing.submit(changed) == first
    assert rows(office) == 1 and [what for _, what in told(office)] == ["filed", "replaced"]
    (line,) = office.desk.queue(sitting)
    opened = office.desk.open(sitting, line.outline.id)
    assert opened.document.applicant.birth_date == "1950" and opened.photos == ()
    assert office.filing.state_of_number(first.number, BIRTH) is None
    assert office.filing.state_of_number(first.number, "1950") is not None
    assert office.filing.state_of_token(first.token) is not None


def test_what_an_official_has_opened_is_not_replaced(office: Office, sitting: Sitting) -> None:
    first = office.filing.submit(submission())
    office.desk.open(sitting, "id-0002")
    with pytest.raises(ChangedError):
        office.filing.submit(replace(submission(), photos=()))
    assert office.filing.submit(submission()) == first, "the very same is the same"


def test_without_a_desk_nothing_is_kept(office: Office) -> None:
    assert not office.filing.ready()
    with pytest.raises(NoDeskKeyError) as caught:
        office.filing.submit(submission())
    assert reason_of(caught.value) == "no_key" and rows(office) == 0
    office.opened()
    assert office.filing.ready()
    office.filing.submit(submission())
    assert rows(office) == 1


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        office = office_in(disk.folder)
        sitting = office.opened()
        first = office.filing.submit(submission(photos=()))
        disk.fill(leave=40_000)
        with pytest.raises(StationError) as caught:
            office.filing.submit(submission(2, photos=(b"x" * 1_000_000,)))
        assert reason_of(caught.value) == "disk" and isinstance(caught.value, DiskFullError)
        assert rows(office) == 1 and office.filing.state_of_token(first.token) is not None
        disk.clear()
        office.filing.submit(submission(2, photos=(b"x" * 1_000_000,)))
        assert len(office.desk.queue(sitting)) == 2
        office.store.close()


def test_a_kiosk_that_starts_on_a_full_disk_says_so(tmp_path: Path) -> None:
    """The process of a new resident: it opens the database anew, for which SQLite needs room."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        office = office_in(disk.folder)
        office.opened()
        office.store.close()
        disk.fill()
        with pytest.raises(DiskFullError) as caught:
            office.filing.submit(submission())
        assert reason_of(caught.value) == "disk"
        disk.clear()
        office.filing.submit(submission())
        assert rows(office) == 1
        office.store.close()


def test_a_locked_database_is_said_and_nothing_is_lost(
    office: Office, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.store.connection.BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(office.places.filings_db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError) as caught:
        office.filing.submit(submission())
    assert reason_of(caught.value) == "database"
    other.execute("ROLLBACK")
    other.close()
    office.filing.submit(submission())
    assert rows(office) == 1


def test_a_broken_database_is_said(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    office.opened()
    office.store.close()
    (tmp_path / "filings" / "filings.db").write_bytes(b"no database at all" * 400)
    with pytest.raises(BrokenStoreError) as caught:
        office.filing.submit(submission())
    assert reason_of(caught.value) == "database"


@pytest.mark.parametrize(
    "wrong",
    [
        replace(submission(), content=b" " * (DOCUMENT_LIMIT + 1)),
        replace(submission(), photos=(("p", b"x" * (PHOTO_LIMIT + 1)),)),
        replace(submission(), photos=(("p", b"x"),) * (PHOTOS_LIMIT + 1)),
    ],
)
def test_what_is_beyond_the_limits_is_refused(office: Office, sitting: Sitting, wrong: object) -> None:
    with pytest.raises(InputError) as caught:
        office.filing.submit(wrong)  # type: ignore[arg-type]  # parametrized
    assert [problem.code for problem in caught.value.problems] == ["file_large"]
    assert rows(office) == 0


@pytest.mark.parametrize("ident", ["", "visit-1", "ab" * 15, "AB" * 32, "ab" * 65])
def test_a_visit_needs_a_secret(office: Office, sitting: Sitting, ident: str) -> None:
    with pytest.raises(StationError, match="128 random bits"):
        office.filing.submit(replace(submission(), ident=ident))


def test_secrets_of_visits() -> None:
    assert len({new_ident() for _ in range(50)}) == 50 and len(new_ident()) == 64


# --- where is my file


def test_a_resident_sees_how_it_stands_and_what_is_asked(office: Office, sitting: Sitting) -> None:
    receipt = office.filing.submit(submission())
    office.clock.tick(60)  # type: ignore[attr-defined]  # a fake clock
    step = Step(to=FileState.PAPERS_ASKED, reason="Thiếu giấy chứng sinh.", asked=("Giấy chứng sinh", "Căn cước"))
    office.desk.move(sitting, "id-0002", FileState.REGISTERED, step)
    office.desk.note(sitting, "id-0002", "gọi lại thứ hai")
    office.desk.set_portal_code(sitting, "id-0002", "H60.10-261121-0001")
    standing = office.filing.state_of_token(f" {receipt.token} ")
    assert standing == office.filing.state_of_number(receipt.number.replace("-", "").lower(), "3/2/1948")
    assert standing is not None
    assert (standing.guide, standing.state, standing.filed_at) == ("khai-sinh", FileState.PAPERS_ASKED, START)
    assert standing.changed_at == START + timedelta(minutes=1)
    assert standing.asked == ("Giấy chứng sinh", "Căn cước")
    assert [(told.state, told.reason) for told in standing.told] == [(FileState.PAPERS_ASKED, "Thiếu giấy chứng sinh.")]
    assert standing.portal_code == "H60.10-261121-0001"
    assert "thứ hai" not in str(asdict(standing)), "notes are the desk's own"
    office.desk.move(sitting, "id-0002", FileState.PAPERS_ASKED, Step(to=FileState.ACCEPTED))
    again = office.filing.state_of_token(receipt.token)
    assert again is not None and again.asked == ()


def test_number_and_birth_date_belong_together(office: Office, sitting: Sitting) -> None:
    one, two = office.filing.submit(submission(1)), office.filing.submit(submission(2, birth_date="1960-01-01"))
    assert office.filing.state_of_number(one.number, "1960-01-01") is None
    assert office.filing.state_of_number(two.number, "1960-01-01") is not None


def test_without_a_birth_date_only_the_token_finds_it(office: Office, sitting: Sitting) -> None:
    receipt = office.filing.submit(submission(birth_date=""))
    assert office.filing.state_of_token(receipt.token) is not None
    assert [office.filing.state_of_number(receipt.number, birth) for birth in ("", "-", "1948")] == [None] * 3


def test_a_wrong_number_is_as_much_work_as_a_right_one(
    office: Office, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, real = office.filing.submit(submission()), sealing.stretched
    work: list[object] = []

    def counted(secret: str, salt: bytes, cost: Cost, length: int = 32) -> bytes:
        work.append((cost, length))
        return real(secret, salt, cost, length)

    monkeypatch.setattr(sealing, "stretched", counted)
    for number, birth in (
        (receipt.number, BIRTH),
        ("AAAA-AAAA", BIRTH),
        (receipt.number, "1900"),
        ("x", ""),
        ("", "x"),
    ):
        office.filing.state_of_number(number, birth)
    assert len(work) == 5 and len(set(work)) == 1


def test_guessing_becomes_slow_and_nothing_of_it_is_kept_but_the_times(office: Office, sitting: Sitting) -> None:
    receipt = office.filing.submit(submission())
    for _ in range(5):
        assert office.filing.state_of_number("AAAA-AAAA", BIRTH) is None
    for attempt in (
        lambda: office.filing.state_of_number(receipt.number, BIRTH),
        lambda: office.filing.state_of_token(receipt.token),
        lambda: office.filing.resume(office.filing.new_resume_code()),
    ):
        with pytest.raises(TooManyTriesError) as caught:
            attempt()
        assert caught.value.wait_s == 4.0
    again = Filing(office.store, office.bell, office.clock, CountedIds())  # the next resident's process
    with pytest.raises(TooManyTriesError):
        again.state_of_token(receipt.token)
    office.clock.tick(4)  # type: ignore[attr-defined]  # a fake clock
    assert office.filing.state_of_number(receipt.number, BIRTH) is not None, "a right one after the wait"
    assert office.filing.state_of_number("AAAA-AAAA", BIRTH) is None
    with pytest.raises(TooManyTriesError) as caught:
        office.filing.state_of_number(receipt.number, BIRTH)
    assert caught.value.wait_s == 8.0
    with office.store.read() as tx:
        assert [tuple(row) for row in tx.execute("SELECT COUNT(*), COUNT(DISTINCT at) FROM wrong_tries")] == [(6, 2)]
        assert [name for _, name, *_ in tx.execute("PRAGMA table_info(wrong_tries)")] == ["at"]
    office.clock.tick(600)  # type: ignore[attr-defined]  # a fake clock
    assert office.filing.state_of_number(receipt.number, BIRTH) is not None


def test_how_long_guessers_wait() -> None:
    def after(count: int, passed_s: float = 0.0) -> float:
        return wait_s([START] * count, START + timedelta(seconds=passed_s))

    assert [after(count) for count in (0, 4, 5, 6, 7, 8, 9, 20)] == [0, 0, 4, 8, 16, 32, 60, 60]
    assert after(6, 3) == 5.0 and after(6, 8) == 0.0 and after(20, 600) == 0.0
    assert wait_s([START + timedelta(hours=1)] * 9, START) == 0.0, "the clock was set back"


def test_a_scanned_text_that_is_no_receipt_is_no_guess(office: Office, sitting: Sitting) -> None:
    for _ in range(9):
        assert office.filing.state_of_token("008148999999||NONG THI BUOI THU|03021948|Nữ|Thôn Thử|01012021") is None
    assert office.filing.state_of_token("LL" + "A" * 32) is None


# --- drafts


def test_a_draft_comes_back_with_its_code_only(office: Office) -> None:
    code, other = office.filing.new_resume_code(), office.filing.new_resume_code()
    assert office.filing.keep_draft(code, DRAFT) == START + timedelta(days=7)
    assert office.filing.resume(code.lower().replace("-", " ")) == DRAFT
    assert office.filing.resume(code) == DRAFT, "it stays until it is dropped"
    assert office.filing.resume(other) is None
    office.filing.keep_draft(code, replace(DRAFT, photos=()))
    assert office.filing.resume(code) == replace(DRAFT, photos=()), "kept again it takes the other's place"
    office.filing.drop_draft(code)
    office.filing.drop_draft(code)
    assert office.filing.resume(code) is None


def test_a_slip_in_a_code_is_told_and_is_no_guess(office: Office) -> None:
    code = office.filing.new_resume_code()
    office.filing.keep_draft(code, DRAFT)
    wrong = code[:-1] + LETTERS[(LETTERS.index(code[-1]) + 1) % len(LETTERS)]
    for _ in range(9):
        with pytest.raises(InputError) as caught:
            office.filing.resume(wrong)
        assert [problem.code for problem in caught.value.problems] == ["code_slip"]
    assert office.filing.resume(code) == DRAFT


def test_a_draft_that_was_filed_and_came_back_files_the_same_file(office: Office, sitting: Sitting) -> None:
    code, filed = office.filing.new_resume_code(), submission()
    office.filing.keep_draft(code, Draft(filed.ident, b"{}"))
    receipt = office.filing.submit(filed)
    again = office.filing.resume(code)
    assert again is not None and office.filing.submit(replace(filed, ident=again.ident)) == receipt


def test_drafts_do_not_take_the_whole_card(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.filing.receiving.DRAFTS_LIMIT", 30_000)
    kept, refused = office.filing.new_resume_code(), office.filing.new_resume_code()
    office.filing.keep_draft(kept, DRAFT)
    with pytest.raises(DiskFullError):
        office.filing.keep_draft(refused, replace(DRAFT, photos=(("p", bytes(30_000)),)))
    assert office.filing.resume(kept) == DRAFT and office.filing.resume(refused) is None


# --- helpers


def test_a_helper_is_known_by_their_code_until_it_is_revoked(office: Office) -> None:
    helper, code = office.desk.issue_helper("Tổ viên Một", "lan")
    assert office.filing.helper(code.lower()) == helper.id
    with office.store.read() as tx:
        said = [(row["subject"], row["detail"]) for row in tx.execute("SELECT * FROM outbox ORDER BY seq")]
        assert said == [
            (f"helper/{helper.id}", '{"by": "lan", "what": "issued"}'), (f"helper/{helper.id}", '{"what": "helped"}'),
        ]  # fmt: skip
        assert [each.name for each in filing_records.helpers(tx)] == ["Tổ viên Một"]
    office.desk.revoke_helper(helper.id, "lan")
    assert office.filing.helper(code) is None
    assert [each.revoked_at for each in office.desk.helpers()] == [START]


def test_nobody_guesses_a_helpers_code(office: Office) -> None:
    _, code = office.desk.issue_helper("Tổ viên Một", "lan")
    for number in range(5):
        assert office.filing.helper(code_of(bytes([number] * 32), HELPER_LENGTH)) is None
    with pytest.raises(TooManyTriesError):
        office.filing.helper(code)


def test_a_clock_that_was_set_back_is_no_way_round_the_wait(office: Office, sitting: Sitting) -> None:
    """The station was switched off and on: its clock goes on from the last known time, up to a minute ago."""
    clock = office.clock
    assert isinstance(clock, FakeClock)
    for _ in range(FREE_TRIES):
        assert office.filing.state_of_number("AAAA-AAAA", BIRTH) is None
    clock.step(-50.0)
    with pytest.raises(TooManyTriesError) as caught:
        office.filing.state_of_number("AAAA-AAAA", BIRTH)
    assert caught.value.wait_s == 4.0
    clock.tick(4)
    assert office.filing.state_of_number("AAAA-AAAA", BIRTH) is None, "and nobody waits for longer than that"
    clock.step(-400 * 86_400.0)
    with pytest.raises(TooManyTriesError):
        office.filing.state_of_number("AAAA-AAAA", BIRTH)
    clock.tick(60)
    assert office.filing.state_of_number("AAAA-AAAA", BIRTH) is None
