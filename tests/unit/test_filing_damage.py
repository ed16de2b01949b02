"""Bytes of `filings.db` changed at random: whoever asks is told in errors of our own tree, and the controller lives."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from controller.core.errors import LoalangError
from controller.core.filings import Draft, FileState, Keep, Step
from controller.filing.care import FilingCare
from controller.store.connection import Store
from tests.support.filed import BIRTH, PASSWORD, office_in, submission

ROUNDS, FLIPS = 60, 40


def test_whatever_is_damaged_is_said(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    sitting = office.opened()
    receipt, code = office.filing.submit(submission()), office.filing.new_resume_code()
    office.filing.submit(submission(2))
    office.filing.keep_draft(code, Draft("ab" * 32, b"draft"))
    helper_code = office.desk.issue_helper("Tổ viên Một", "lan")[1]
    office.desk.move(sitting, "id-0002", FileState.REGISTERED, Step(to=FileState.ACCEPTED))
    office.filing.state_of_number("AAAA-AAAA", BIRTH)
    office.store.shorten_log()
    office.store.close()
    database, whole = office.places.filings_db, tmp_path / "whole.db"
    shutil.copy(database, whole)
    station, chance = Store(office.places.station_db), random.Random(6)  # noqa: S311 - places, no secret
    care = FilingCare(office.store, station, office.clock, Keep(30, 180, 90), lambda: True)
    acts: list[Callable[[], object]] = [
        care.hand_on, care.delete_what_is_over, lambda: office.filing.state_of_token(receipt.token),
        lambda: office.filing.state_of_number(receipt.number, BIRTH), lambda: office.filing.resume(code),
        lambda: office.filing.helper(helper_code), lambda: office.filing.submit(submission(3)),
        lambda: office.desk.queue(sitting), lambda: office.desk.open(sitting, "id-0002"), office.desk.helpers,
        lambda: office.desk.photo(sitting, "id-0002", 2), office.desk.outlines, office.desk.deletions,
        lambda: office.keys.unlock("lan", PASSWORD), office.keys.access,
    ]  # fmt: skip
    told = 0
    for _ in range(ROUNDS):
        content = bytearray(whole.read_bytes())
        for _ in range(FLIPS):
            content[chance.randrange(100, len(content))] = chance.randrange(256)
        for path in office.places.filings.iterdir():
            path.unlink()
        database.write_bytes(content)
        for act in acts:
            try:
                act()
            except LoalangError:
                told += 1
        office.store.close()
    assert told > ROUNDS
    station.close()
