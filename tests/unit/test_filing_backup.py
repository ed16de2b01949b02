"""Residents' files in a backup: sealed, without drafts; put back they open, and what was deleted since stays so."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.backup import backup, restore
from controller.core.errors import InputError
from controller.core.filings import Draft
from controller.filing.sittings import Sitting
from controller.runtime.places import Places
from controller.store.connection import Store
from tests.support.filed import NAME, PASSWORD, Office, office_in, submission

DRAFT = Draft("ef" * 32, b"draft")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = office_in(tmp_path / "state")
    Store(made.places.station_db).close()
    yield made
    made.store.close()


@pytest.fixture
def sitting(office: Office) -> Sitting:
    return office.opened()


def names(office: Office) -> list[str]:
    sitting = office.keys.unlock("lan", PASSWORD)
    found = [line.name for line in office.desk.queue(sitting)]
    office.store.close()
    return found


def test_what_was_filed_comes_back_and_opens(office: Office, sitting: Sitting, tmp_path: Path) -> None:
    receipt, code = office.filing.submit(submission()), office.filing.new_resume_code()
    office.filing.keep_draft(code, DRAFT)
    file = tmp_path / "backup.tar.gz"
    backup(office.places, file)
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["manifest.json", "station.db", "filings/filings.db", "page/page.key"]
        source = tar.extractfile("filings/filings.db")
        assert source is not None
        content = source.read()
    assert NAME.encode() not in content
    places = Places(tmp_path / "elsewhere")
    assert restore(places, file) is None
    other = office_in(tmp_path / "elsewhere")
    assert names(other) == [NAME]
    assert other.filing.state_of_token(receipt.token) is not None
    assert other.filing.resume(code) is None, "drafts are not kept longer than was promised"
    assert office.filing.resume(code) == DRAFT, "here it still is"
    other.store.close()


def test_what_was_deleted_since_the_backup_stays_deleted(office: Office, sitting: Sitting, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        office.filing.submit(submission(number, name=f"Người Thử {number}"))
    office.desk.delete(sitting, "id-0004", "mistake")
    file = tmp_path / "backup.tar.gz"
    backup(office.places, file)
    office.desk.delete(sitting, "id-0003", "asked")
    office.filing.submit(submission(4))
    office.store.close()
    kept = restore(office.places, file)
    assert kept is not None and {path.name for path in kept.iterdir()} == {"station.db", "filings.db"}
    assert names(office) == ["Người Thử 1"]
    assert [(each.file_id, each.rule) for each in office.desk.deletions()] == [
        ("id-0003", "asked"),
        ("id-0004", "mistake"),
    ]


def test_a_backup_from_before_there_were_files_leaves_them_alone(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    office.store.close()
    for path in office.places.filings.iterdir():
        path.unlink()
    backup(office.places, file)
    office = office_in(tmp_path / "state")
    office.opened()
    office.filing.submit(submission())
    office.store.close()
    restore(office.places, file)
    assert names(office) == [NAME]


def test_nothing_is_put_back_while_somebody_has_the_files_open(
    office: Office, sitting: Sitting, tmp_path: Path
) -> None:
    office.filing.submit(submission())
    file = tmp_path / "backup.tar.gz"
    backup(office.places, file)
    with office.store.read() as tx:
        tx.execute("SELECT * FROM files").fetchone()
        with pytest.raises(InputError) as caught:
            restore(office.places, file)
    assert caught.value.problems[0].facts == (("who", "filings.db"),)
    assert names(office) == [NAME]


def test_damaged_files_are_not_put_back(office: Office, sitting: Sitting, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    backup(office.places, file)
    office.store.close()
    content = bytearray(file.read_bytes())
    content[len(content) * 3 // 4] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(InputError):
        restore(office.places, file)
    assert names(office) == []
