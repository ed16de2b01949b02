"""Nothing of a resident's lies anywhere under the state directory in clear, nor in the logs, whatever was done."""

from __future__ import annotations

import logging
import tarfile
from pathlib import Path

import pytest

from controller.backup import backup
from controller.core.errors import LoalangError
from controller.core.filings import Draft, FileState, Keep, Step
from controller.filing.care import FilingCare
from controller.store import filings
from controller.store.connection import Store
from tests.support import thief
from tests.support.filed import BIRTH, ID_NUMBER, NAME, PASSWORD, PHONE, document, office_in, submission

PHOTO = b"\xff\xd8 a paper of somebody \xff\xd9" * 40
REASON, NOTE, PORTAL, DRAFT = (
    "Thiếu giấy chứng sinh của cháu Thử",
    "gọi lại thứ hai",
    "H60.10-261121-0001",
    "nháp của bà Bưởi",
)


def found_in(folder: Path, secrets: list[str]) -> set[tuple[str, str]]:
    assert {"filings.db", "filings.db-wal", "station.db"} <= {path.name for path in folder.rglob("*")}
    found = thief.in_files([folder], thief.written(secrets))
    return {(Path(file).name, text) for file, texts in found.items() for text in texts}


def test_nothing_of_a_residents_is_left_in_clear(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office = office_in(tmp_path / "state")
    station = Store(office.places.station_db)
    care = FilingCare(office.store, station, office.clock, Keep(30, 180, 90), lambda: True)
    sitting, recovery = office.keys.make("lan", PASSWORD)
    handed_in = submission(photos=(PHOTO, PHOTO[::-1]))
    receipt = office.filing.submit(handed_in)
    resume = office.filing.new_resume_code()
    office.filing.keep_draft(resume, Draft(handed_in.ident, DRAFT.encode(), (("p", PHOTO),)))
    helper_code = office.desk.issue_helper("Tổ viên Một", "lan")[1]
    office.filing.helper(helper_code)
    ident = office.desk.outlines()[0].id
    office.desk.move(
        sitting, ident, FileState.REGISTERED, Step(to=FileState.PAPERS_ASKED, reason=REASON, asked=("Giấy chứng sinh",))
    )
    office.desk.note(sitting, ident, NOTE)
    office.desk.set_portal_code(sitting, ident, PORTAL)
    office.desk.exported(sitting, ident)
    assert office.filing.state_of_number(receipt.number, BIRTH) is not None
    assert office.filing.state_of_number(receipt.number, "1/1/1901") is None
    assert office.filing.state_of_token(receipt.token) is not None
    assert office.filing.resume(resume) is not None
    shown = [handed_in, receipt, Draft(handed_in.ident, DRAFT.encode()), document(), sitting, office.filing]
    shown += [office.desk.open(sitting, ident), office.desk.queue(sitting), office.filing.state_of_token(receipt.token)]
    with office.store.write() as tx:  # somebody changes a file behind its back: the error tells nothing either
        tx.execute("UPDATE file_parts SET locked = zeroblob(500) WHERE place = 1")
    with pytest.raises(LoalangError) as caught:
        office.desk.open(sitting, ident)
    care.look()

    secrets = [
        NAME, "Bưởi", ID_NUMBER, PHONE, BIRTH, "03021948", "19480203", "03/02/1948", "3/2/1948", receipt.number,
        receipt.token, resume, helper_code, recovery, handed_in.ident, PASSWORD, REASON,
        "Giấy chứng sinh", NOTE, PORTAL, DRAFT, "Bé Thử",
        "Tôi đồng ý", "1.001193", "1901", PHOTO[2:22].decode(),
    ]  # fmt: skip
    assert found_in(office.places.state, secrets) == set()
    backup(office.places, tmp_path / "backup.tar.gz")
    with tarfile.open(tmp_path / "backup.tar.gz") as kept:
        kept.extractall(tmp_path / "kept", filter="data")
    assert (tmp_path / "kept" / "filings" / "filings.db").exists()
    assert thief.in_files([tmp_path / "kept"], thief.written(secrets)) == {}
    texts = [*caplog.messages, str(caught.value), repr(caught.value), repr(caught.value.__cause__), *map(repr, shown)]
    assert [text for text in texts for secret in secrets if secret in text] == []

    # the test would find them
    stray = office.places.state / "stray"
    stray.write_bytes(b"\0" + document().as_json() + receipt.number.replace("-", "").lower().encode())
    assert {text for _, text in found_in(office.places.state, secrets)} >= {NAME, ID_NUMBER, BIRTH, receipt.number}
    office.store.close()
    station.close()


def test_the_lengths_of_files_tell_little(tmp_path: Path) -> None:
    """Names, answers and photos of many lengths have few lengths on the disk."""
    office = office_in(tmp_path)
    office.opened()
    for number in range(40):
        name = "Nông " + "Thử " * (number % 20)
        office.filing.submit(submission(number, name=name, photos=(bytes([number]) * (100 * number + 1),)))
    with office.store.read() as tx:
        assert len(filings.every(tx)) == 40
        lengths: dict[int, set[int]] = {place: set() for place in (0, 1, 2)}
        for row in tx.execute("SELECT place, LENGTH(locked) AS length FROM file_parts"):
            lengths[row["place"]].add(row["length"])
    assert lengths == {0: {512 + 40}, 1: {4096 + 40}, 2: {4096 + 40}}
    office.store.close()
