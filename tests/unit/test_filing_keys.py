"""The desk's keys: made once, unlocked for a sitting, granted, recovered, taken away; never on the disk in clear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.core.errors import InputError, NotFoundError
from controller.core.filings import FileState, Step
from controller.filing import seals
from controller.filing.keys import Access, NoAccessError, WrongPasswordError
from controller.filing.sittings import IDLE_S, LockedError, Sitting, Sittings
from controller.runtime.clocks import FakeClock
from controller.store import desk_keys, filings
from tests.support.filed import NAME, PASSWORD, Office, office_in, submission
from tests.support.stations import START

OTHER = "nương ngô bên kia suối"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    made = office_in(tmp_path, clock)
    yield made
    made.store.close()


def names(office: Office, sitting: Sitting) -> list[str]:
    return [line.name for line in office.desk.queue(sitting)]


def told(office: Office) -> list[tuple[str, str]]:
    with office.store.read() as tx:
        found = tx.execute("SELECT subject, detail ->> 'what' AS what FROM outbox WHERE kind = 'desk_key' ORDER BY seq")
        return [(row["subject"], row["what"]) for row in found]


def second(office: Office, sitting: Sitting) -> Sitting:
    office.keys.enrol("minh", OTHER)
    office.keys.grant(sitting, "minh")
    return office.keys.unlock("minh", OTHER)


def test_the_first_official_makes_the_key_and_nobody_makes_another(office: Office) -> None:
    assert not office.keys.exist() and office.keys.access() == ()
    sitting, code = office.keys.make("lan", PASSWORD)
    assert office.keys.exist() and office.keys.access() == (Access("lan", True),)
    assert len(code.replace("-", "")) == 25
    with pytest.raises(InputError) as caught:
        office.keys.make("minh", OTHER)
    assert [problem.code for problem in caught.value.problems] == ["desk_key_made"]
    office.filing.submit(submission())
    assert names(office, sitting) == names(office, office.keys.unlock("lan", PASSWORD)) != []
    assert told(office) == [("desk-key/id-0001", "made"), ("user/lan", "unlocked")]


def test_only_the_right_password_unlocks_and_guessing_becomes_slow(office: Office, clock: FakeClock) -> None:
    office.opened()
    for _ in range(5):
        with pytest.raises(WrongPasswordError) as caught:
            office.keys.unlock("lan", OTHER)
        assert caught.value.wait_s == 0.0
    with pytest.raises(WrongPasswordError) as caught:
        office.keys.unlock("lan", PASSWORD)
    assert caught.value.wait_s == 2.0, "not even tried"
    clock.tick(2)
    office.keys.unlock("lan", PASSWORD)
    with pytest.raises(WrongPasswordError) as caught:
        office.keys.unlock("lan", OTHER)
    assert caught.value.wait_s == 0.0, "the slate is clean"
    with pytest.raises(NoAccessError):
        office.keys.unlock("nobody", PASSWORD)


def test_a_sitting_ends_by_itself_when_nobody_uses_it(office: Office, clock: FakeClock) -> None:
    sitting = office.opened()
    office.filing.submit(submission())
    clock.tick(IDLE_S - 1)
    assert names(office, sitting) and sitting.is_open
    sitting.use()
    clock.tick(IDLE_S - 1)
    assert sitting.is_open
    clock.tick(1)
    assert not sitting.is_open
    for attempt in (
        lambda: office.desk.queue(sitting),
        lambda: office.desk.open(sitting, "id-0002"),
        lambda: office.desk.photo(sitting, "id-0002", 2),
        lambda: office.desk.move(sitting, "id-0002", FileState.REGISTERED, Step(to=FileState.ACCEPTED)),
        lambda: office.desk.note(sitting, "id-0002", "x"),
        lambda: office.desk.delete(sitting, "id-0002", "asked"),
        lambda: office.desk.exported(sitting, "id-0002"),
        lambda: office.desk.was_exported(sitting, "id-0002", "pdf"),
        lambda: office.keys.grant(sitting, "lan"),
        lambda: office.keys.new_recovery(sitting),
    ):
        with pytest.raises(LockedError):
            attempt()
    with office.store.read() as tx:
        assert filings.get(tx, "id-0002").state is FileState.REGISTERED


def test_keys_are_overwritten_where_they_lie(office: Office) -> None:
    sitting = office.opened()
    (private,) = sitting._keys.values()
    assert len(private) == 32 and any(private)
    sitting.close()
    assert private == bytearray(32) and not sitting.is_open


def test_the_sittings_of_a_process(office: Office, clock: FakeClock) -> None:
    sittings, one, two = Sittings(), office.opened(), office.keys.unlock("lan", PASSWORD)
    sittings.put("a", one)
    sittings.put("b", two)
    assert sittings.of("a") is one and sittings.of("c") is None
    clock.tick(IDLE_S - 1)
    assert sittings.of("b", used=False) is two
    assert sittings.of("a") is one
    clock.tick(1)
    assert sittings.of("b") is None and sittings.of("a") is one, "a page that asks by itself keeps nothing open"
    assert not two.is_open
    sittings.put("a", three := office.keys.unlock("lan", PASSWORD))
    assert not one.is_open
    sittings.end("a")
    sittings.end("a")
    assert sittings.of("a") is None and not three.is_open
    four = office.keys.unlock("lan", PASSWORD)
    sittings.put("d", four)
    private = list(four._keys.values())
    clock.tick(IDLE_S)
    sittings.forget_idle()
    assert private == [bytearray(32)], "forgotten though nobody asked"


def test_another_official_is_granted_access_and_sees_what_was_filed_before(office: Office) -> None:
    sitting = office.opened()
    office.filing.submit(submission())
    office.keys.enrol("minh", OTHER)
    assert office.keys.access() == (Access("lan", True), Access("minh", False))
    with pytest.raises(NoAccessError):
        office.keys.unlock("minh", OTHER)
    with pytest.raises(NotFoundError):
        office.keys.grant(sitting, "nobody")
    office.keys.grant(sitting, "minh")
    assert names(office, office.keys.unlock("minh", OTHER)) == names(office, sitting) != []
    with pytest.raises(WrongPasswordError):
        office.keys.unlock("minh", PASSWORD)


def test_a_changed_password_opens_and_the_old_one_does_not(office: Office) -> None:
    sitting = office.opened()
    office.filing.submit(submission())
    office.keys.renew(sitting, OTHER)
    assert names(office, office.keys.unlock("lan", OTHER)) == names(office, sitting) != []
    with pytest.raises(WrongPasswordError):
        office.keys.unlock("lan", PASSWORD)
    sitting.close()
    with pytest.raises(LockedError):
        office.keys.renew(sitting, PASSWORD)
    assert office.keys.unlock("lan", OTHER).is_open, "nothing was changed"


def test_keys_that_are_made_anew_while_the_old_password_is_tried(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = office.opened()
    real = office.keys._unlocked

    def later(holder: desk_keys.Holder, secret: str) -> object:
        found = real(holder, secret)
        office.keys.renew(sitting, OTHER)
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(office.keys, "_unlocked", later)
        with pytest.raises(NoAccessError):
            office.keys.unlock("lan", PASSWORD)
    assert not office.keys.unlock("lan", OTHER).mended, "the new ones are as they were made"


def test_who_enrols_again_with_the_same_password_loses_nothing(office: Office) -> None:
    second(office, office.opened())
    office.keys.enrol("minh", OTHER)
    assert office.keys.access() == (Access("lan", True), Access("minh", True))
    assert [what for _, what in told(office)].count("enrolled") == 1


def test_a_lost_password_means_new_keys_and_a_new_grant(office: Office) -> None:
    sitting = office.opened()
    second(office, sitting)
    office.keys.enrol("minh", "mật khẩu mới của minh")
    assert office.keys.access() == (Access("lan", True), Access("minh", False))
    office.keys.grant(sitting, "minh")
    assert office.keys.unlock("minh", "mật khẩu mới của minh").is_open


def test_the_recovery_code_lets_anybody_back_in(office: Office) -> None:
    sitting, code = office.keys.make("lan", PASSWORD)
    office.filing.submit(submission())
    with pytest.raises(InputError):
        office.keys.recover(code[:-1], "minh", OTHER)
    recovered = office.keys.recover(code.lower(), "minh", OTHER)
    assert names(office, recovered) == names(office, office.keys.unlock("minh", OTHER)) != []
    new = office.keys.new_recovery(recovered)
    with pytest.raises(WrongPasswordError):
        office.keys.recover(code, "hoa", OTHER)
    assert names(office, office.keys.recover(new, "hoa", OTHER)) == names(office, sitting)
    assert [what for _, what in told(office)] == ["made", "recovered", "unlocked", "recovery_code", "recovered"]


def test_an_official_who_is_removed_opens_nothing_any_more(office: Office, clock: FakeClock) -> None:
    sitting, code = office.keys.make("lan", PASSWORD)
    other = second(office, sitting)
    third = office.keys.recover(code, "hoa", "ruộng bậc thang mùa nước")
    office.filing.submit(submission(1))
    office.keys.remove(sitting, "minh")
    receipt = office.filing.submit(submission(2))
    assert office.keys.access() == (Access("hoa", True), Access("lan", True))
    assert len(names(office, sitting)) == 2, "the sitting goes on"
    with pytest.raises(NoAccessError):
        office.keys.unlock("minh", OTHER)
    for old in (other, third):  # unlocked before: the one removed, and one who has to unlock again
        with pytest.raises(LockedError):
            office.desk.queue(old)
    assert len(names(office, office.keys.unlock("hoa", "ruộng bậc thang mùa nước"))) == 2
    assert len(names(office, office.keys.recover(code, "be", "con trâu đi trước cái cày"))) == 2
    assert office.filing.state_of_token(receipt.token) is not None
    with office.store.read() as tx:
        keys = [
            tuple(row) for row in tx.execute("SELECT id, retired_at IS NULL FROM desk_keys ORDER BY retired_at IS NULL")
        ]
        assert len(keys) == 2 and {row.key_id for row in filings.every(tx)} == {keys[1][0]}
        granted = {row["key_id"] for row in tx.execute("SELECT key_id FROM key_grants")}
        assert granted == {keys[1][0]}, "nobody is left who could open the old key"


def test_a_key_that_changes_while_a_file_is_being_sealed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = office.opened()
    second(office, sitting)
    real_number = seals.handle_of_number

    def later(*given: object) -> seals.Handle:
        office.keys.remove(sitting, "minh")
        return real_number(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(seals, "handle_of_number", later)  # after what is sealed to has been looked at
    office.filing.submit(submission())
    assert names(office, sitting) == [NAME]


def test_nobody_removes_themselves_or_the_recovery_code(office: Office) -> None:
    sitting = office.opened()
    for name in ("lan", desk_keys.RECOVERY):
        with pytest.raises(InputError) as caught:
            office.keys.remove(sitting, name)
        assert [problem.code for problem in caught.value.problems] == ["desk_key_own"]
    with pytest.raises(NotFoundError):
        office.keys.remove(sitting, "nobody")
    with office.store.read() as tx:
        assert len(tx.execute("SELECT * FROM desk_keys").fetchall()) == 1


def test_a_file_that_somebody_has_changed_stops_no_removal(office: Office) -> None:
    sitting = office.opened()
    second(office, sitting)
    office.filing.submit(submission(1))
    office.filing.submit(submission(2, name="Bàn Thử Hai"))
    with office.store.write() as tx:
        broken = filings.every(tx)[0]
        tx.execute("UPDATE files SET sealed_key = zeroblob(80) WHERE id = ?", (broken.id,))
    office.keys.remove(sitting, "minh")
    lines = office.desk.queue(sitting)
    assert sorted((line.broken, line.name) for line in lines) == [(False, lines[1].name or lines[0].name), (True, "")]


class Crowd:
    """The turn of argon2id, which nobody gets before all stand in line."""

    def __init__(self, count: int) -> None:
        self._all_here, self._turn = threading.Barrier(count), threading.Lock()

    def __enter__(self) -> None:
        self._all_here.wait(20)
        self._turn.acquire()

    def __exit__(self, *_: object) -> None:
        self._turn.release()


def test_many_passwords_at_one_moment_are_no_more_than_one(
    office: Office, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.opened()
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            office.keys.unlock("lan", OTHER)
    clock.tick(2)
    monkeypatch.setattr(office.keys, "_turn", Crowd(4))
    waits: list[float] = []

    def guess() -> None:
        with pytest.raises(WrongPasswordError) as caught:
            office.keys.unlock("lan", OTHER)
        waits.append(caught.value.wait_s)
        office.store.close()

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(waits) == [0.0, 4.0, 4.0, 4.0]
