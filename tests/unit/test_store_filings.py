"""`filings.db` itself: a schema of its own, written for good, and nothing in clear but what may be."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.errors import StationError
from controller.core.filings import FileState
from controller.runtime.places import Places
from controller.store import desk_keys, filing_records, filings
from controller.store.connection import Store
from controller.store.desk_keys import DeskKey, Grant, Holder
from controller.store.filings import FileRow
from tests.support.stations import START

# Every column of every table, and what may stand in it in clear. What is not named here is bytes: digests, or locked.
CLEAR = {
    "deletions": {"file_id", "guide", "filed_at", "deleted_at", "rule", "by"},
    "desk_keys": {"id", "made_at", "retired_at"},
    "draft_parts": {"place"},
    "drafts": {"kept_until", "doubtful"},
    "file_lines": {
        "seq", "file_id", "at", "kind", "state", "by", "before_state", "before_promised", "before_promised_at",
    },
    "file_parts": {"file_id", "place"},
    "files": {
        "id", "guide", "state", "accepted_at", "promised", "promised_at", "filed_at", "changed_at", "opened_at",
        "key_id", "filed_doubtful",
    },
    "helpers": {"id", "name", "issued_at", "issued_by", "revoked_at"},
    "house": {"one", "identity", "passes", "memory_kib"},
    "key_grants": {"key_id", "holder", "granted_at", "granted_by"},
    "key_holders": {"name", "passes", "memory_kib", "made_at"},
    "outbox": {"seq", "at", "kind", "subject", "detail"},
    "wrong_tries": {"at"},
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filings.opened(tmp_path / "filings.db")


def row(ident: str = "f1", **more: object) -> FileRow:
    values: dict[str, object] = {
        "id": ident, "attempt": ident.encode(), "content_mark": b"m", "guide": "g", "state": FileState.REGISTERED,
        "filed_at": START, "changed_at": START, "by_token": b"t" + ident.encode(), "by_number": None, "key_id": "k",
        "sealed_key": b"s", "public": b"p", "private_by_token": b"x", "private_by_number": None, **more,
    }  # fmt: skip
    return FileRow(**values)  # type: ignore[arg-type]  # a test gives what the field takes


def test_what_may_stand_in_clear_is_named_here(store: Store) -> None:
    with store.read() as tx:
        tables = [name for (name,) in tx.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {name: tx.execute(f"PRAGMA table_info({name})").fetchall() for name in tables}
        strict = {name for name, kind in tx.execute("SELECT name, strict FROM pragma_table_list") if kind}
    own = {name: found for name, found in columns.items() if not name.startswith("sqlite_")}
    assert {name: {each["name"] for each in found if each["type"] != "BLOB"} for name, found in own.items()} == CLEAR
    assert strict >= set(CLEAR), "no text slips into a column of bytes"
    store.close()


def test_it_is_written_for_good_and_overwritten(store: Store) -> None:
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    with store.read() as tx:
        settings = [tx.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert settings == ["wal", 2, 1, 1]
    store.close()


def test_it_is_open_to_its_group_and_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0o007)  # as the units have it
    try:
        made = filings.opened(tmp_path / "filings.db")
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "filings.db": 0o660, "filings.db-wal": 0o660, "filings.db-shm": 0o660,
    }  # fmt: skip
    made.close()


def test_the_two_databases_are_not_taken_for_each_other(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    Store(places.station_db).close()
    with pytest.raises(StationError, match="newer version"):
        filings.opened(places.station_db)
    filings.opened(places.filings_db).close()
    assert places.filings_db.parent == tmp_path / "filings"


def test_each_database_has_a_salt_and_a_name_of_its_own(tmp_path: Path) -> None:
    houses = []
    for number in range(2):
        made = filings.opened(tmp_path / f"{number}.db")
        with made.read() as tx:
            houses.append(filing_records.house(tx))
        made.close()
    assert [(len(house.salt), house.passes, house.memory_kib) for house in houses] == [(16, 3, 65_536)] * 2
    assert len({house.salt for house in houses}) == len({house.identity for house in houses}) == 2


def test_one_desk_key_is_in_force(store: Store) -> None:
    with store.write() as tx:
        assert desk_keys.in_force(tx) is None
        desk_keys.add_key(tx, START, DeskKey("k", b"1"), "lan")
        desk_keys.add_key(tx, START + timedelta(days=1), DeskKey("l", b"2"), "lan")
        assert desk_keys.in_force(tx) == DeskKey("l", b"2")
    with pytest.raises(StationError, match="UNIQUE"), store.write() as tx:
        tx.execute("INSERT INTO desk_keys (id, public, made_at) VALUES ('m', x'33', '')")
    store.close()


def test_a_holder_who_goes_takes_their_grants_along(store: Store) -> None:
    holder = Holder("lan", b"p", b"l", b"s", 1, 8, START)
    with store.write() as tx:
        desk_keys.add_key(tx, START, DeskKey("k", b"1"), "lan")
        desk_keys.put_holder(tx, holder)
        desk_keys.grant(tx, START, "k", "lan", Grant(b"sealed", b"v"), "lan")
        assert desk_keys.holder(tx, "lan") == holder and desk_keys.grants_of(tx, "lan") == {"k": Grant(b"sealed", b"v")}
        desk_keys.put_holder(tx, holder)
        assert desk_keys.grants_of(tx, "lan") == {}, "new keys open nothing that was granted to the old ones"
        desk_keys.grant(tx, START, "k", "lan", Grant(b"sealed"), "lan")
        assert desk_keys.drop_holder(tx, "lan") and not desk_keys.drop_holder(tx, "lan")
        assert tx.execute("SELECT * FROM key_grants").fetchall() == []
    store.close()


def test_a_deleted_file_leaves_its_record_and_nothing_else(store: Store) -> None:
    with store.write() as tx:
        desk_keys.add_key(tx, START, DeskKey("k", b"1"), "lan")
        filings.add(tx, row(), [b"one", b"two"])
        filings.add_line(tx, "f1", filings.Line(START, filings.NOTE, None, "lan", b"n", None))
        assert filings.get(tx, "f1") == row() and filings.part(tx, "f1", 1) == b"two"
        filings.delete(tx, START, row(), "asked", "lan")
        left = {name: tx.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in CLEAR}  # noqa: S608 - our own names
    assert {name for name, count in left.items() if count} == {"house", "desk_keys", "deletions", "outbox"}
    store.close()


def test_a_state_that_there_is_not_is_refused(store: Store) -> None:
    with pytest.raises(StationError), store.write() as tx:
        desk_keys.add_key(tx, START, DeskKey("k", b"1"), "lan")
        filings.add(tx, row(), [])
        tx.execute("UPDATE files SET state = 11")
    store.close()
