"""Every line about residents' files is said in words on the journal's page, with the file's id at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.filings import FileState, Keep, Step
from controller.core.journal import Kind
from controller.filing.care import FilingCare
from controller.filing.keys import ForeignKeyError
from controller.runtime.catalogues import load_words
from controller.store import journal
from controller.web.journal_saying import line_of
from controller.web.saying import Saying
from tests.support.filed import PASSWORD, office_in, submission
from tests.support.stations import START, station_in

OTHER = "nương ngô bên kia suối"


def test_every_line_is_said(tmp_path: Path) -> None:
    station, office = station_in(tmp_path), office_in(tmp_path)
    sitting, code = office.keys.make("lan", PASSWORD)
    office.filing.submit(submission())
    office.filing.submit(submission(1, photos=()))
    ident = office.desk.outlines()[0].id
    office.desk.open(sitting, ident)
    office.desk.exported(sitting, ident)
    office.desk.note(sitting, ident, "ghi chú")
    office.desk.set_portal_code(sitting, ident, "H60-1")
    office.desk.move(sitting, ident, FileState.REGISTERED, Step(to=FileState.REFUSED, reason="sai nơi nộp"))
    office.desk.undo(sitting, ident, 1)
    office.desk.delete(sitting, ident, "asked")
    office.keys.enrol("minh", OTHER)
    office.keys.grant(sitting, "minh")
    office.keys.renew(office.keys.unlock("minh", OTHER), PASSWORD)
    office.keys.remove(sitting, "minh")
    office.keys.recover(code, "hoa", OTHER)
    office.keys.new_recovery(sitting)
    with office.store.write() as tx:  # a thief
        tx.execute("UPDATE desk_keys SET public = zeroblob(32) WHERE retired_at IS NULL")
        tx.execute("UPDATE key_holders SET public = zeroblob(32) WHERE name = 'lan'")
    office.keys.unlock("lan", PASSWORD)
    with office.store.write() as tx:
        tx.execute("UPDATE desk_keys SET public = zeroblob(32), vouched = NULL")
        tx.execute("UPDATE key_grants SET sealed_private = zeroblob(80)")
    with pytest.raises(ForeignKeyError):
        office.keys.unlock("lan", PASSWORD)
    helper, helper_code = office.desk.issue_helper("Tổ viên Một", "lan")
    office.filing.helper(helper_code)
    office.desk.revoke_helper(helper.id, "lan")
    FilingCare(office.store, station.store, office.clock, Keep(30, 180, 90), lambda: True).hand_on()
    with station.store.read() as tx:
        entries = journal.entries(tx)
    for language in ("vi", "en"):
        words = load_words(language)
        said = [line_of(entry, Saying(words, station.config, START), words).text for entry in entries]
        assert [text for text, entry in zip(said, entries, strict=True) if entry.subject in text] == []
        keys = {f"{entry.kind}_{entry.detail.get('what')}" for entry in entries}
        assert {key for key in keys if not words.has(f"web.journal.{key}")} == set()
        prefixes = tuple(f"web.journal.{kind}_" for kind in (Kind.FILE, Kind.DESK_KEY, Kind.HELPER))
        assert keys == {key.removeprefix("web.journal.") for key in words.keys() if key.startswith(prefixes)}  # noqa: SIM118
    assert "lan moved file d-0002: Refused." in said and "minh made a key of their own to open files with." in said
    office.store.close()
    station.store.close()
