"""The page's key when things go wrong, and in a backup: what to do is said, and nobody is locked out for good."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from controller.backup import backup, restore
from controller.cli import main
from controller.core.errors import LoalangError
from controller.doctor.station import doctor
from controller.filing.keys import WrongPasswordError
from controller.runtime.page_key import PageKey, PageKeyError, PageKeyLostError
from controller.runtime.places import Places
from controller.store import users
from controller.walling import AGAIN_AFTER_S, Wall
from controller.web.context import KEY
from tests.support import filed
from tests.support.full_disk import small_disk
from tests.support.others import KIOSK, as_another, as_on_the_pi, reachable_folder
from tests.support.walled import on_the_disk, stored_by_an_older_program
from tests.support.web_pages import NAME, PASSWORD, Pages, pages_in, sign_in, token

NEW = "con trâu qua suối lúc chiều"


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


def test_a_key_that_is_lost_is_told_to_everybody_alike_and_a_new_password_mends_it(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    pages.add_user()
    places = pages.station.places
    places.page_key.unlink()
    said = "Khóa của trang trước đây đã mất"
    for name, password in ((NAME, PASSWORD), ("nobody", PASSWORD)):
        answer = sign_in(pages.client(), name, password)
        assert answer.status_code == 403 and said in answer.get_data(as_text=True), name
        pages.clock().tick(1000)
    told = [f for f in doctor(pages.station.config, places) if f.name == "page_key"]
    assert [(f.state, NAME in f.what) for f in told] == [("fault", True)]
    state = ["--state", str(tmp_path)]
    assert CliRunner().invoke(main, ["user", "password", NAME, *state], input=f"{NEW}\n").exit_code == 0
    assert sign_in(pages.client(), NAME, NEW).status_code == 303
    wrong = sign_in(pages.client(), NAME, PASSWORD)
    assert wrong.status_code == 403 and said not in wrong.get_data(as_text=True)
    assert [f.state for f in doctor(pages.station.config, places) if f.name == "page_key"] == ["ok"]


def test_with_a_lost_key_the_recovery_code_opens_residents_files(tmp_path: Path) -> None:
    office = filed.office_in(tmp_path)
    _, code = office.keys.make("lan", filed.PASSWORD)
    office.filing.submit(filed.submission())
    office.places.page_key.unlink()
    with pytest.raises(PageKeyLostError):
        office.keys.unlock("lan", filed.PASSWORD)
    sitting = office.keys.recover(code, "lan", filed.PASSWORD)
    assert [line.name for line in office.desk.queue(sitting)] == [filed.NAME]
    assert office.keys.unlock("lan", filed.PASSWORD).is_open
    with pytest.raises(WrongPasswordError):
        office.keys.unlock("lan", "not the one")


def test_the_page_says_at_the_lock_what_to_do_about_a_lost_key(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    client = pages.signed_in()
    client.post("/files/make", data={"token": token(client), "password": PASSWORD})
    client.post("/files/lock", data={"token": token(client)})
    key = pages.station.places.page_key
    content = key.read_bytes()
    key.write_bytes(bytes(reversed(content)))
    answer = client.post("/files/unlock", data={"token": token(client), "password": PASSWORD})
    assert answer.status_code == 503 and "/files/recover" in answer.get_data(as_text=True)
    key.write_bytes(content[:10])
    answer = sign_in(pages.client())
    assert answer.status_code == 503 and "sudo loalang doctor" in answer.get_data(as_text=True)
    key.write_bytes(content)
    assert sign_in(pages.client()).status_code == 303


def test_a_full_disk_leaves_everything_as_it_was_until_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "3m") as disk:
        pages = pages_in(disk.folder / "state")
        (encoded,) = stored_by_an_older_program(pages)
        places = pages.station.places
        disk.fill()
        wall = Wall(places, PageKey(places.page_key), pages.station.clock)
        wall.attend()
        with pages.station.store.read() as tx:
            assert users.get(tx, NAME).password == encoded
        with pytest.raises(LoalangError):
            PageKey(places.page_key).mark("x")
        assert not places.page_key.exists()
        disk.clear()
        pages.clock().tick(AGAIN_AFTER_S)
        wall.attend()
        assert encoded.encode() not in on_the_disk(places)
        assert sign_in(pages.client()).status_code == 303
        pages.station.store.close()


def test_the_doctor_sees_wrong_rights(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    stored_by_an_older_program(pages)
    places = pages.station.places

    def found() -> list[tuple[str, bool]]:
        here = [f for f in doctor(pages.station.config, places) if f.name == "page_key"]
        return [(f.state, str(places.page_key.parent) in f.what_to_do) for f in here]

    assert found() == [("warning", False)], "in clear"
    Wall(places, PageKey(places.page_key), pages.station.clock).attend()
    assert found() == [("ok", False)]
    for path, wrong, right in ((places.page_key, 0o640, 0o600), (places.page_key.parent, 0o755, 0o700)):
        path.chmod(wrong)
        assert found() == [("fault", True)]
        path.chmod(right)
    if os.geteuid() == 0:
        os.chown(places.page_key, KIOSK, -1)
        assert found() == [("fault", True)]
        os.chown(places.page_key, 0, -1)
    places.page_key.write_bytes(b"short")
    assert found() == [("fault", False)]
    places.page_key.unlink()
    assert found() == [("fault", False)]


def test_who_may_not_read_the_key_is_told_so_and_changes_nothing(reachable: Path) -> None:
    state = reachable / "state"
    pages = pages_in(state)
    pages.add_user()
    as_on_the_pi(state)
    program = """
key, said = PageKey(Path(sys.argv[1])), []
for act in (key.content, lambda: key.mark("x"), lambda: key.locked("password/lan", b"x")):
    try:
        act()
    except Exception as error:
        said.append([type(error).__name__, str(error)])
print(json.dumps(said))
"""
    said = as_another(program, pages.station.places.page_key)
    assert [kind for kind, _ in said] == [PageKeyError.__name__] * 3
    assert all("sudo" in text for _, text in said)


# --- in a backup


def moved(pages: Pages, folder: Path, backed_up: Path) -> Pages:
    """The station on a new card."""
    restore(Places(folder), backed_up)
    return pages_in(folder)


def test_on_a_new_card_officials_sign_in_and_open_files_as_before(tmp_path: Path) -> None:
    pages = pages_in(tmp_path / "state")
    pages.add_user()
    office = filed.office_in(tmp_path / "state")
    office.keys.make(NAME, PASSWORD)
    office.filing.submit(filed.submission())
    office.store.close()
    backup(pages.station.places, tmp_path / "b.tar.gz")
    there = moved(pages, tmp_path / "new", tmp_path / "b.tar.gz")
    assert sign_in(there.client()).status_code == 303
    elsewhere = filed.office_in(tmp_path / "new")
    assert [line.name for line in elsewhere.desk.queue(elsewhere.keys.unlock(NAME, PASSWORD))] == [filed.NAME]
    elsewhere.store.close()
    keys = {PageKey(each.station.places.page_key).content() for each in (pages, there)}
    assert len(keys) == 2 and None not in keys, "the new card has a key of its own"


def test_put_back_where_the_key_is_another_one_by_now(tmp_path: Path) -> None:
    """The station's key stays: what it has that is not in the backup goes on opening."""
    pages = pages_in(tmp_path / "state")
    pages.add_user()
    places = pages.station.places
    pages.station.store.close()
    pages.app.extensions[KEY].parts.desk_keys._store.close()
    for path in places.filings.iterdir():
        path.unlink()  # a backup without residents' files leaves alone those that are there by now
    backup(places, tmp_path / "b.tar.gz")
    places.page_key.unlink()
    office = filed.office_in(tmp_path / "state")
    office.keys.make(NAME, PASSWORD)
    office.store.close()
    now = PageKey(places.page_key).content()
    restore(places, tmp_path / "b.tar.gz")
    assert PageKey(places.page_key).content() == now is not None
    assert sign_in(pages.client()).status_code == 303
    assert office.keys.unlock(NAME, PASSWORD).is_open


def test_a_backup_of_an_older_program_is_locked_as_it_is_put_back(tmp_path: Path) -> None:
    pages = pages_in(tmp_path / "state")
    (encoded,) = stored_by_an_older_program(pages)
    backup(pages.station.places, tmp_path / "b.tar.gz")
    there = moved(pages, tmp_path / "new", tmp_path / "b.tar.gz")
    assert encoded.encode() not in on_the_disk(there.station.places)
    assert sign_in(there.client()).status_code == 303


def test_who_may_not_read_the_key_makes_no_backup_and_is_told(reachable: Path) -> None:
    pages = pages_in(reachable / "state")
    pages.add_user()
    as_on_the_pi(reachable / "state")
    out = reachable / "out"
    out.mkdir()
    out.chmod(0o777)
    program = """
try:
    backup(Places(Path(sys.argv[1])), Path(sys.argv[2]))
except Exception as error:
    print(json.dumps(str(error)))
"""
    said = as_another(program, reachable / "state", out / "b.tar.gz")
    assert "page.key cannot be read" in said and "sudo" in said
    assert list(out.iterdir()) == []
