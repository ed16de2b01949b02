"""docs/filing.md and docs/privacy.md are true: the document, the states, the limits, how long things are kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

from controller.core.filings import (
    DOCUMENT_LIMIT,
    DRAFT_KEPT,
    PHOTO_LIMIT,
    PHOTOS_LIMIT,
    FileState,
    may_follow,
)
from controller.filing.receiving import FREE_TRIES, LONGEST_WAIT_S
from controller.filing.sittings import IDLE_S
from controller.runtime.config_tables import Filing
from controller.runtime.sealing import Cost
from tests.support.filed import document, office_in, submission

PAGE, PRIVACY = (Path("docs", name).read_text(encoding="utf-8") for name in ("filing.md", "privacy.md"))
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def shape(value: object) -> object:
    """A document without its values: keys, and what lists hold."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_document_is_as_the_page_has_it() -> None:
    made = json.loads(document().as_json())
    made["answers"] = [{"path": [""], "value": ""}]
    assert shape(EXAMPLES[0]) == shape(made)


def test_the_export_is_as_the_page_has_it(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    sitting = office.opened()
    office.filing.submit(submission())
    made = json.loads(office.desk.exported(sitting, "id-0002"))
    assert list(EXAMPLES[1]) == list(made)
    assert shape(EXAMPLES[1]["photos"]) == shape(made["photos"])
    office.store.close()


def test_the_table_of_the_states() -> None:
    rows = dict(re.findall(r"^\| (\d+) [^|]+\| ([^|]+) \|$", PAGE, re.MULTILINE))
    said = {}
    for number, text in rows.items():
        parts = text.replace("before it was accepted: ", "").split("; afterwards: ")
        numbers = [[int(each) for each in re.findall(r"\d+", part)] for part in parts]
        said[int(number)] = numbers if len(numbers) == 2 else numbers * 2
    wanted = {}
    for state in FileState:
        before, later = ([int(to) for to in may_follow(state, accepted)] for accepted in (False, True))
        wanted[int(state)] = [before or later, later or before]
    assert said == wanted


def test_limits_and_times() -> None:
    assert f"at most {PHOTO_LIMIT >> 20} MB each and {PHOTOS_LIMIT} in all" in PAGE
    assert f"the document is at most {DOCUMENT_LIMIT >> 20} MB" in PAGE
    assert (FREE_TRIES, LONGEST_WAIT_S) == (5, 60.0) and "After five wrong ones in ten minutes" in PAGE
    for days, key in (
        (Filing().returned_days, "returned"),
        (Filing().done_days, "done"),
        (Filing().closed_days, "closed"),
    ):
        assert re.search(rf"\| {days} days[^|]*\| `filing\.{key}_days` \|", PRIVACY)
    assert f"| a draft | {DRAFT_KEPT.days} days |" in PRIVACY
    assert IDLE_S == 1800 and "half an hour ends by itself" in PRIVACY
    assert (Cost().memory_kib, Cost().passes) == (64 * 1024, 3) and "argon2id (64 MiB, 3 passes)" in PRIVACY


def test_every_file_that_is_named_is_there() -> None:
    for name in re.findall(r"`((?:controller|kiosk)/[\w/]+(?:\.py)?)`", PAGE + PRIVACY):
        assert Path(name).exists(), name
