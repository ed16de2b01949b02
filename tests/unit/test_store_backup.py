"""Backup and restore: what goes in comes back; nothing that is damaged or foreign changes anything."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.backup import backup, restore
from controller.core.announcements import Draft
from controller.core.errors import InputError
from controller.core.parts import RecordingPart
from controller.core.recordings import Brought
from controller.core.renditions import Prepared
from controller.runtime.doorbell import Doorway
from controller.runtime.places import Places
from controller.store import announcements, facts, journal, keeping, recordings, renditions, samples, signals
from controller.store.connection import Store
from tests.support.scheduling import CONFIG, START, ScheduledStation, daily


class Kept:
    """A station with two announcements, one withdrawn, each with its sound."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder)
        self.places.make()
        self.places.config.write_text(CONFIG, encoding="utf-8")
        self.station = ScheduledStation(folder)
        self.used = self.announce(b"used" * 30_000)
        self.gone = self.announce(b"gone" * 100)
        self.station.announcing.withdraw(self.gone, "tester")
        self.close()

    def announce(self, sound: bytes) -> str:
        saved = self.station.announce(daily("06:00"))
        sha256 = hashlib.sha256(sound).hexdigest()
        self.places.rendition(sha256).write_bytes(sound)
        with self.station.store.write() as tx:
            prepared = Prepared(sha256, 1.0, -16.0, -1.0, "espeak-ng")
            renditions.ready(tx, START, f"{saved.id}/{saved.revision}", prepared)
        return saved.id

    def close(self) -> None:
        self.station.store.close()

    def content(self) -> dict[str, str]:
        """Hash of every file that counts."""
        files = [self.places.station_db, self.places.config, *self.places.renditions.iterdir()]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()}

    def titles(self) -> list[str]:
        with self.station.store.read() as tx:
            found = [a.id for a in announcements.current(tx)]
        self.close()
        return found


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture
def archive(kept: Kept, tmp_path: Path) -> Path:
    file = tmp_path / "loalang.tar.gz"
    backup(kept.places, file)
    return file


def reasons(places: Places, file: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        restore(places, file)
    return [problem.code for problem in caught.value.problems]


def test_what_is_in_it(archive: Path, kept: Kept) -> None:
    sound = hashlib.sha256(b"used" * 30_000).hexdigest()
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["manifest.json", "station.db", f"renditions/{sound}.wav", "station.toml"]
        source = tar.extractfile("manifest.json")
        assert source is not None
        manifest = json.load(source)
    assert manifest["format"] == 1
    assert manifest["files"][f"renditions/{sound}.wav"] == {"length": 120_000, "sha256": sound}
    assert archive.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in archive.parent.iterdir()) == ["loalang.tar.gz", "state"]


def test_it_comes_back_into_an_empty_place(archive: Path, kept: Kept, tmp_path: Path) -> None:
    places = Places(tmp_path / "elsewhere")
    assert restore(places, archive) is None
    sound = hashlib.sha256(b"used" * 30_000).hexdigest()
    assert [path.name for path in places.renditions.iterdir()] == [f"{sound}.wav"]
    assert places.config.read_text("utf-8") == CONFIG
    store = Store(places.station_db)
    with store.read() as tx:
        assert [a.id for a in announcements.current(tx)] == [kept.used]
        assert renditions.spoken(tx, kept.used) is not None
        assert keeping.lost(tx) == []
    # the sound of the withdrawn one was not kept: should it come back, it is made anew
    with store.write() as tx:
        announcements.restore(tx, START, kept.gone, "lan")
        assert renditions.spoken(tx, kept.gone) is None
        assert keeping.lost(tx) == [(kept.gone, 1)]
    store.close()
    fresh = Places(tmp_path / "fresh")
    fresh.make()
    folders = {path.name for path in fresh.state.iterdir()}
    assert {path.name for path in places.state.iterdir()} == folders | {"station.db", "station.toml"}


def test_recordings_and_signals_come_back_with_what_is_made_of_them(kept: Kept, tmp_path: Path) -> None:
    spoken, chime = (hashlib.sha256(content).hexdigest() for content in (b"T\xc3\xa0y", b"chime"))
    kept.places.sound(spoken).write_bytes(b"T\xc3\xa0y")
    kept.places.rendition(chime).write_bytes(b"chime")
    station = Store(kept.places.station_db)
    with station.write() as tx:
        for sha256, name in ((spoken, "Tày"), ("0" * 64, "không dùng")):
            recordings.add(tx, START, Brought(sha256, "mp3", 3.0, 4), name, "lan")
        draft = Draft("Tày", "", ("trung-tam",), parts=(RecordingPart(spoken, "Tày"),))
        announcements.add(tx, START, "a-tay", draft, "lan")
        signals.put(tx, START, signals.Signal("opening", chime, "Trống", 2.0, "lan", START))
        samples.want(tx, START, "s1", "lời")
    station.close()
    archive = tmp_path / "more.tar.gz"
    backup(kept.places, archive)
    places = Places(tmp_path / "elsewhere")
    restore(places, archive)
    assert places.sound(spoken).read_bytes() == b"T\xc3\xa0y"
    assert places.rendition(chime).read_bytes() == b"chime"
    store = Store(places.station_db)
    with store.read() as tx:
        assert [each.brought.sha256 for each in recordings.every(tx)] == [spoken]
        assert samples.wanted(tx) == []
    store.close()


def test_the_state_before_is_kept(archive: Path, kept: Kept) -> None:
    later = kept.announce(b"later")
    kept.close()
    kept.places.config.write_text(CONFIG + "\n# later\n", encoding="utf-8")
    folder = restore(kept.places, archive)
    assert folder is not None
    assert kept.titles() == [kept.used]
    assert kept.places.config.read_text("utf-8") == CONFIG
    assert (folder / "station.toml").read_text("utf-8") == CONFIG + "\n# later\n"
    old = Store(folder / "station.db")
    with old.read() as tx:
        assert {a.id for a in announcements.current(tx)} == {kept.used, later}
    old.close()


def test_the_schedule_goes_on_from_now_without_a_flood_of_misses(archive: Path, kept: Kept) -> None:
    restore(kept.places, archive)
    with kept.station.store.read() as tx:
        (rule,) = announcements.rules(tx)
    assert datetime.now(UTC) - rule.planned_until < timedelta(minutes=5)


def test_while_somebody_writes_the_copy_is_whole(kept: Kept, tmp_path: Path) -> None:
    with kept.station.store.write() as tx:
        facts.set_fact(tx, "half", "written")
        backup(kept.places, tmp_path / "b.tar.gz")
    kept.close()
    places = Places(tmp_path / "elsewhere")
    restore(places, tmp_path / "b.tar.gz")
    store = Store(places.station_db)
    with store.read() as tx:
        assert facts.fact(tx, "half") == ""
        assert len(journal.entries(tx)) == 5
    assert store.complaint() == ""
    store.close()


def test_no_session_comes_back(kept: Kept, tmp_path: Path) -> None:
    with kept.station.store.write() as tx:
        tx.execute("INSERT INTO users VALUES ('an', 'An', 'x', 'admin', 'vi', '2026', NULL)")
        tx.execute("INSERT INTO sessions (token, user, created_at, seen_at) VALUES ('t', 'an', '2026', '2026')")
        tx.execute("INSERT INTO setup_codes VALUES ('c', '2027', NULL)")
    kept.close()
    backup(kept.places, tmp_path / "b.tar.gz")
    restore(kept.places, tmp_path / "b.tar.gz")
    with kept.station.store.read() as tx:
        counts = [tx.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("users", "sessions", "setup_codes")]  # noqa: S608 - fixed names
    assert counts == [1, 0, 0]


# --- refused


def test_not_while_a_process_hears_its_bell(archive: Path, kept: Kept) -> None:
    before = kept.content()
    doorway = Doorway(kept.places, "controller")
    assert reasons(kept.places, archive) == ["station_runs"]
    doorway.close()
    assert kept.content() == before
    assert restore(kept.places, archive)


def test_not_while_anybody_has_the_database_open(archive: Path, kept: Kept) -> None:
    with kept.station.store.read() as tx:
        facts.fact(tx, "x")
    assert reasons(kept.places, archive) == ["station_runs"]
    kept.close()
    assert restore(kept.places, archive)


def test_a_damaged_present_database_is_replaced(archive: Path, kept: Kept) -> None:
    kept.places.station_db.write_bytes(b"nonsense" * 1000)
    folder = restore(kept.places, archive)
    assert folder is not None
    assert (folder / "station.db").read_bytes() == b"nonsense" * 1000
    assert kept.titles() == [kept.used]


def test_no_such_file(kept: Kept, tmp_path: Path) -> None:
    assert reasons(kept.places, tmp_path / "nothing") == ["backup_absent"]


def test_no_station_to_keep(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        backup(Places(tmp_path / "none"), tmp_path / "b.tar.gz")
    assert [p.code for p in caught.value.problems] == ["no_station"]


def test_any_damage_is_found_and_changes_nothing(archive: Path, kept: Kept, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    before = kept.content()
    chance = random.Random(20261121)  # noqa: S311 - where to damage, not a secret
    damaged = tmp_path / "damaged.tar.gz"
    for _ in range(60):
        spot = chance.randrange(10, len(whole) - 8)  # not the time in gzip's head, which nobody reads
        damaged.write_bytes(whole[:spot] + bytes([whole[spot] ^ chance.randrange(1, 256)]) + whole[spot + 1 :])
        if unpacked(damaged) != unpacked(archive):  # a bit that gzip itself does not mind is no damage
            assert reasons(kept.places, damaged) == ["backup_broken"]
        damaged.write_bytes(whole[:spot])
        assert reasons(kept.places, damaged) == ["backup_broken"]
    assert kept.content() == before


def unpacked(file: Path) -> bytes | None:
    try:
        return gzip.decompress(file.read_bytes())
    except (OSError, EOFError, zlib.error):
        return None


def pack(file: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(file, "w:gz") as tar:
        for entry, content in members:
            entry.size = len(content) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(content))
    return file


def listing(files: dict[str, bytes], **changes: object) -> tuple[tarfile.TarInfo, bytes]:
    table: dict[str, object] = {
        "format": 1, "made_at": "2026-11-21T12:00:00+00:00",
        "files": {n: {"length": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in files.items()},
    }  # fmt: skip
    return tarfile.TarInfo("manifest.json"), json.dumps(table | changes).encode()


def link(name: str, target: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    return entry


@pytest.fixture
def database(tmp_path: Path) -> bytes:
    path = tmp_path / "plain.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "name",
    ["../station.db", "/etc/passwd", "renditions/../../x", "renditions/x.wav", "run/controller.bell", "station.db-wal",
     f"renditions/{'0' * 64}.wav/../../../x", f"sounds/{'0' * 64}.wav", "sounds/x", "uploads/x", "filings.db",
     "filings/x.db", ""],
)  # fmt: skip
def test_no_name_leads_anywhere_else(kept: Kept, tmp_path: Path, database: bytes, name: str) -> None:
    files = {"station.db": database, name: b"evil"}
    members = [listing(files), *((tarfile.TarInfo(n), c) for n, c in files.items())]
    before = kept.content()
    assert reasons(kept.places, pack(tmp_path / "evil.tar.gz", members)) == ["backup_broken"]
    # neither when it stands only in the archive and not in its list
    members = [listing({"station.db": database}), *((tarfile.TarInfo(n), c) for n, c in files.items())]
    assert reasons(kept.places, pack(tmp_path / "evil.tar.gz", members)) == ["backup_broken"]
    assert kept.content() == before


def test_other_things_that_are_no_backup(kept: Kept, tmp_path: Path, database: bytes) -> None:
    db = tarfile.TarInfo("station.db")
    wrong = hashlib.sha256(b"wrong").hexdigest()
    cases: list[list[tuple[tarfile.TarInfo, bytes]]] = [
        [],
        [(db, database)],
        [listing({})],
        [listing({"station.db": database})],
        [listing({"station.db": database}, format=2), (db, database)],
        [(tarfile.TarInfo("manifest.json"), b'{"format": 1, "files": [1]}'), (db, database)],
        [(tarfile.TarInfo("manifest.json"), b"{"), (db, database)],
        [listing({"station.db": database}), (link("station.db", "/etc/passwd"), b"")],
        [listing({"station.db": database}), (db, database), (db, database)],
        [listing({"station.db": database}), (db, database[:-1] + b"x")],
        [listing({"station.db": b"no database"}), (db, b"no database")],
        [listing({"station.db": database, "station.toml": b"[x]"}), (db, database),
         (tarfile.TarInfo("station.toml"), b"[x]")],
        [listing({"station.db": database, f"renditions/{wrong}.wav": b"right"}), (db, database),
         (tarfile.TarInfo(f"renditions/{wrong}.wav"), b"right")],
    ]  # fmt: skip
    before = kept.content()
    for members in cases:
        assert reasons(kept.places, pack(tmp_path / "other.tar.gz", members)) == ["backup_broken"], members
    (tmp_path / "other.tar.gz").write_bytes(b"no archive at all")
    assert reasons(kept.places, tmp_path / "other.tar.gz") == ["backup_broken"]
    assert kept.content() == before
    good = [listing({"station.db": database}), (db, database)]
    assert restore(kept.places, pack(tmp_path / "good.tar.gz", good))


def test_of_a_newer_version(kept: Kept, tmp_path: Path) -> None:
    newer = tmp_path / "newer.db"
    Store(newer).close()
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    content = newer.read_bytes()
    members = [listing({"station.db": content}), (tarfile.TarInfo("station.db"), content)]
    assert reasons(kept.places, pack(tmp_path / "newer.tar.gz", members)) == ["backup_broken"]
