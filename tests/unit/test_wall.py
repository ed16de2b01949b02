"""The wall inside the databases: whoever reads them as the kiosk's user, or the sound's, has nothing to guess with."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from controller.cli import main
from controller.runtime.doorbell import Doorbell, Doorway
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
from controller.runtime.sealing import SealError
from controller.store import desk_keys, users
from controller.store.connection import Store
from controller.walling import AGAIN_AFTER_S, Wall, close_off, encoded_password, password_behind
from tests.support import filed
from tests.support.others import PAGE, STATION, as_another, as_on_the_pi, reachable_folder
from tests.support.walled import NOW, on_the_disk, stored_by_an_older_program
from tests.support.web_pages import NAME, PASSWORD, pages_in, sign_in

NEW = "con trâu qua suối lúc chiều"
# Everything that the kiosk's user finds, and whether it tells a right password from a wrong one.
THIEF = """
state, password = Path(sys.argv[1]), sys.argv[2]
def read(path):
    try:
        path.read_bytes()
        return "read"
    except PermissionError:
        return "refused"
def rows(path, query):
    return [tuple(row) for row in sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(query)]
def tells(stored):
    try:
        return argon2.PasswordHasher().verify(stored, password)
    except argon2.exceptions.InvalidHashError:
        return False
def opens(box, salt, passes, memory_kib):
    key = nacl.pwhash.argon2id.kdf(32, password.encode(), salt, opslimit=passes, memlimit=memory_kib * 1024)
    try:
        return bool(nacl.secret.SecretBox(key).decrypt(box))
    except nacl.exceptions.CryptoError:
        return False
print(json.dumps({
    "key": read(state / "page" / "page.key"),
    "users": [tells(stored) for stored, in rows(state / "station.db", "SELECT password FROM users")],
    "holders": [opens(*row) for row in rows(state / "filings" / "filings.db",
        "SELECT locked_private, salt, passes, memory_kib FROM key_holders WHERE name != '*recovery'")],
}))
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def key_in(folder: Path) -> PageKey:
    return PageKey(Places(folder).page_key)


# --- who reads it


def test_who_reads_both_databases_as_the_kiosks_user_cannot_tell_a_right_password(reachable: Path) -> None:
    state = reachable / "state"
    pages, office = pages_in(state), filed.office_in(state)
    pages.signed_in()
    office.keys.make(NAME, PASSWORD)
    places = pages.station.places
    as_on_the_pi(state)
    found = as_another(THIEF, state, PASSWORD)
    assert found == {"key": "refused", "users": [False], "holders": [False]}
    # the same thief, with the key in their hands, shows that these questions are the right ones
    with pages.station.store.write() as tx:
        stored = encoded_password(PageKey(places.page_key), NAME, users.get(tx, NAME).password)
        tx.execute("UPDATE users SET password = ?", (stored,))
    assert as_another(THIEF, state, PASSWORD)["users"] == [True]
    assert as_another(THIEF, state, PASSWORD, user=PAGE)["key"] == "read"


def test_the_key_is_the_pages_alone_whoever_makes_it(reachable: Path) -> None:
    """`loalang user add` is run as root; the page, as its own user, goes on with what it has made."""
    for state, owner in ((reachable / "own", PAGE), (reachable / "roots", 0)):
        pages = pages_in(state)
        as_on_the_pi(state)
        os.chown(state, owner, STATION)
        words = ["user", "add", "lan", "--full-name", "Lan", "--state", str(state)]
        assert CliRunner().invoke(main, words, input=f"{NEW}\n").exit_code == 0
        file = pages.station.places.page_key
        rights = [(path.stat().st_uid, oct(path.stat().st_mode & 0o7777)) for path in (file.parent, file)]
        assert [uid for uid, _ in rights] == [owner, owner]
        assert int(rights[0][1], 8) & 0o777 == 0o700 and rights[1][1] == "0o600"


def test_one_key_is_made_by_whoever_comes_first(tmp_path: Path) -> None:
    program = "import pathlib, sys; from controller.runtime import page_key as k; k.PageKey(pathlib.Path(sys.argv[1]))"
    program += ".mark('x')"
    file = Places(tmp_path).page_key
    running = [subprocess.Popen([sys.executable, "-c", program, str(file)]) for _ in range(3)]
    marks = [each.wait(60) for each in running]
    assert marks == [0, 0, 0] and len(file.read_bytes()) == 32
    assert [path.name for path in file.parent.iterdir()] == ["page.key"]


def test_who_comes_while_the_key_is_made_takes_that_one(tmp_path: Path) -> None:
    file, marks = Places(tmp_path).page_key, list[str]()
    file.parent.mkdir()
    handle = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)  # somebody is about to make it
    second = threading.Thread(target=lambda: marks.append(PageKey(file).mark("x")))
    second.start()
    second.join(0.3)
    assert second.is_alive() and not file.exists(), "it waits"
    file.write_bytes(bytes(32))
    os.close(handle)
    second.join(20)
    assert file.read_bytes() == bytes(32) and marks == [PageKey(file).mark("x")]


def test_what_is_locked_for_one_opens_for_no_other(tmp_path: Path) -> None:
    key = key_in(tmp_path)
    box = key.locked("password/lan", b"encoded")
    assert key.unlocked("password/lan", box) == b"encoded"
    for whose in ("password/minh", "holder/lan"):
        with pytest.raises(SealError):
            key.unlocked(whose, box)
    with pytest.raises(SealError):
        key_in(tmp_path / "another").unlocked("password/lan", box)
    stored = password_behind(key, "lan", "encoded")
    assert encoded_password(key, "lan", stored) == "encoded" and encoded_password(key, "minh", stored) is None
    assert encoded_password(key, "lan", users.LOCKED + "%") is None, "what somebody has put there is no fault of ours"


def test_a_name_that_nobody_has_is_kept_so_that_nobody_can_guess_it(tmp_path: Path) -> None:
    """Whoever slips types the password where the name belongs."""
    pages = pages_in(tmp_path)
    pages.add_user()
    assert sign_in(pages.client(), PASSWORD, "x").status_code == 403
    with pages.station.store.read() as tx:
        who = [row["who"] for row in tx.execute("SELECT who FROM sign_in_failures ORDER BY who")]
    assert [each.partition("/")[0] for each in who] == ["address", "user"]
    assert sha256(PASSWORD.encode()).hexdigest() not in who[1]
    for _ in range(2):
        sign_in(pages.client(), PASSWORD, "x")
    assert sign_in(pages.client(), PASSWORD, "x").status_code == 429, "it is still counted"


def test_who_has_the_kiosk_can_ring_but_neither_sound_an_emergency_nor_stop_one(reachable: Path) -> None:
    state = reachable / "state"
    places = Places(state)
    places.make()
    doorway = Doorway(places, "audio-main")
    as_on_the_pi(state)
    program = """
import socket
bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
rung = [bell.sendto(content.encode(), sys.argv[1]) for content in sys.argv[2:]]
print(json.dumps(len(rung)))
"""
    said: tuple[dict[str, object], ...] = (
        {"contact": "x", "at": "2026"},
        {"stop": "u", "by": ""},
        {"switch": True},
        {},
    )
    address = places.bell("audio-main")
    assert as_another(program, address, *map(json.dumps, said), "no JSON") == 4 + 1
    assert doorway.wait(5) == [{}] * 5, "they wake, as any ring does, and say nothing"
    bell = Doorbell(places)
    bell.ring("audio-main", {"stop": "u"})
    assert doorway.wait(5) == [{"stop": "u"}]
    bell.close()
    doorway.close()


# --- what older programs have left


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite as it is built where it leaves what is deleted lying in the file; Debian's overwrites by itself."""
    connect = sqlite3.connect

    def connected(*words: Any, **more: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*words, **more)
        made.execute("PRAGMA secure_delete = OFF")
        return made

    monkeypatch.setattr(sqlite3, "connect", connected)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("officials", [1, 3, 14, 40])
def test_what_older_programs_left_open_is_locked_and_nothing_of_it_stays(tmp_path: Path, officials: int) -> None:
    pages = pages_in(tmp_path)
    places, store = pages.station.places, pages.station.store
    before = stored_by_an_older_program(pages, officials)
    with store.write() as tx:  # passwords that were changed, a wave of rows that are gone, a name that nobody has
        for number in range(officials):
            name = NAME if not number else f"{NAME}-{number}"
            users.set_password(tx, NOW, name, before[number], "test")
        tx.execute("CREATE TABLE gone (value TEXT) STRICT")
        tx.executemany("INSERT INTO gone VALUES (?)", [(each,) for each in before * 50])
        users.failed(tx, NOW, ["user/?" + sha256(b"guess").hexdigest()], "?", "10.0.0.1")
    with store.write() as tx:
        tx.execute("DROP TABLE gone")
    client = pages.client()
    sign_in(client)
    assert all(each.rpartition("$")[2].encode() in on_the_disk(places) for each in before[1:])
    store.close()
    assert close_off(places.station_db, places.filings_db, PageKey(places.page_key))
    disk = on_the_disk(places)
    assert [each for each in before if each.rpartition("$")[2].encode() in disk] == []
    assert b"$argon2" not in disk and sha256(b"guess").hexdigest().encode() not in disk
    assert client.get("/").status_code == 200, "nobody is signed out"
    assert sign_in(pages.client()).status_code == 303
    assert store.complaint() == ""
    with store.read() as tx:
        assert tx.execute("PRAGMA foreign_key_check").fetchall() == []
        assert len(users.everyone(tx)) == officials


@pytest.mark.parametrize("officials", [1, 3, 20])
def test_officials_own_keys_of_older_programs_are_locked_too(tmp_path: Path, officials: int) -> None:
    office = filed.office_in(tmp_path)
    sitting = office.opened()
    names = ["lan", *(f"nguoi-{number}" for number in range(1, officials))]
    for name in names[1:]:
        office.keys.enrol(name, filed.PASSWORD)
        office.keys.grant(sitting, name)
    key, before = PageKey(office.places.page_key), {}
    with office.store.write() as tx:  # as an older program has them
        for holder in desk_keys.holders(tx):
            if holder.name != desk_keys.RECOVERY:
                before[holder.name] = key.unlocked(f"holder/{holder.name}", holder.locked_private)
                desk_keys.relock(tx, holder.name, holder.public, before[holder.name])
    assert all(box in on_the_disk(office.places) for box in before.values())
    office.store.close()
    Store(office.places.station_db).close()
    assert close_off(office.places.station_db, office.places.filings_db, key)
    disk = on_the_disk(office.places)
    assert [name for name, box in before.items() if box[8:40] in disk] == []
    assert all(office.keys.unlock(name, filed.PASSWORD).is_open for name in names)


def test_who_signs_in_before_that_is_locked_by_it(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    stored_by_an_older_program(pages)
    assert sign_in(pages.client()).status_code == 303
    with pages.station.store.read() as tx:
        assert users.get(tx, NAME).password.startswith(users.LOCKED)


def test_while_somebody_reads_the_page_starts_and_empties_the_log_later(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    (encoded,) = stored_by_an_older_program(pages)
    places, wall = (
        pages.station.places,
        Wall(pages.station.places, PageKey(pages.station.places.page_key), pages.station.clock),
    )
    reader = sqlite3.connect(f"file:{places.station_db}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM users").fetchone()
    wall.attend()
    assert encoded.encode() in on_the_disk(places), "the reader still needs it"
    reader.execute("COMMIT")
    wall.attend()
    assert encoded.encode() in on_the_disk(places), "not at every turn of the page"
    pages.clock().tick(AGAIN_AFTER_S)
    wall.attend()
    assert encoded.encode() not in on_the_disk(places)
    reader.close()


def test_killed_at_any_moment_it_is_done_at_the_next_start(tmp_path: Path) -> None:
    """After each of its statements, with SIGKILL."""
    program = """
import os, pathlib, signal, sqlite3, sys
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
from controller.walling import close_off
from controller.store import connection
left = int(sys.argv[2])
opened = connection._open
def counted(*a):
    made = opened(*a)
    def step(_):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    made.set_trace_callback(step)
    return made
connection._open = counted
places = Places(pathlib.Path(sys.argv[1]))
close_off(places.station_db, places.filings_db, PageKey(places.page_key))
"""
    pages = pages_in(tmp_path)
    places = pages.station.places
    ends: list[int] = []
    at = 0
    while not ends or ends[-1] != 0:
        with pages.station.store.write() as tx:
            tx.execute("DELETE FROM sessions")
            tx.execute("DELETE FROM users")
            tx.execute("DELETE FROM facts")
        (encoded,) = stored_by_an_older_program(pages)
        pages.station.store.close()
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(at)], check=False, timeout=60)
        ends.append(done.returncode)
        assert sign_in(pages.client()).status_code == 303
        pages.station.store.close()
        assert close_off(places.station_db, places.filings_db, PageKey(places.page_key))
        assert encoded.encode() not in on_the_disk(places)
        at += 3
    assert set(ends[:-1]) == {-9} and len(ends) > 4
