"""A thief who can write the database puts a key of their own in place of the desk's: it is noticed, and thrown out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.core.errors import LoalangError
from controller.core.filings import FileState, Step
from controller.filing import seals
from controller.filing.keys import Access, ForeignKeyError
from controller.filing.sittings import LockedError, Sitting
from controller.filing.trust import grant_to, key_of, known_of, own, read_known, with_known
from controller.runtime import sealing
from controller.runtime.page_key import PageKey
from controller.runtime.sealing import SealError
from controller.store import desk_keys, filings
from controller.store.desk_keys import DeskKey
from controller.walling import holder_before
from tests.support.filed import NAME, PASSWORD, Office, office_in, submission

OTHER = "nương ngô bên kia suối"
THIEF = sealing.new_pair()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = office_in(tmp_path)
    yield made
    made.store.close()


def second(office: Office, sitting: Sitting) -> Sitting:
    office.keys.enrol("minh", OTHER)
    office.keys.grant(sitting, "minh")
    return office.keys.unlock("minh", OTHER)


def replaced(office: Office) -> None:
    """The simplest: only the public half."""
    with office.store.write() as tx:
        tx.execute("UPDATE desk_keys SET public = ?", (THIEF.public,))


def joined(office: Office, granted: bool = True) -> None:
    """A key of the thief's beside the desk's, in force, and granted to everybody as an official would."""
    with office.store.write() as tx:
        tx.execute("UPDATE desk_keys SET retired_at = '2026-11-22T00:00:00.000Z'")
        tx.execute(
            "INSERT INTO desk_keys (id, public, voucher, vouched, made_at) VALUES ('evil', ?, ?, ?, '2026')",
            (THIEF.public, sealing.voucher_of(THIEF.private), sealing.vouched(THIEF.private, b"loalang desk key\0")),
        )
        for holder in desk_keys.holders(tx) if granted else []:
            made = grant_to(holder.name, holder.public, THIEF.private)
            desk_keys.grant(tx, office.clock.now(), "evil", holder.name, made, "x")


def cleared(office: Office) -> None:
    """As before, and nothing left of the desk's own but what files hang on."""
    joined(office)
    with office.store.write() as tx:
        tx.execute("UPDATE desk_keys SET public = zeroblob(32), voucher = NULL WHERE id <> 'evil'")


def stolen(office: Office) -> list[str]:
    """The names that the thief reads."""
    read = []
    with office.store.read() as tx:
        for row in filings.every(tx):
            try:
                key = sealing.unsealed(THIEF.private, row.sealed_key)
                read.append(seals.opened_summary(key, row.id, filings.part(tx, row.id, seals.SUMMARY)).name)
            except SealError:
                continue
    return read


def told(office: Office) -> list[str]:
    with office.store.read() as tx:
        return [
            row["what"] for row in tx.execute("SELECT detail ->> 'what' AS what FROM outbox WHERE kind = 'desk_key'")
        ]


@pytest.mark.parametrize("thieves", [replaced, joined, cleared])
def test_another_key_in_place_of_the_desks_is_noticed_when_somebody_unlocks(office: Office, thieves: object) -> None:
    office.opened()
    office.filing.submit(submission(1))
    assert callable(thieves)
    thieves(office)
    office.filing.submit(submission(2, name="Bàn Thử Hai"))
    assert stolen(office) == ["Bàn Thử Hai"], "so it is worth noticing"
    sitting = office.keys.unlock("lan", PASSWORD)
    assert sitting.mended and told(office)[-2:] == ["foreign", "unlocked"]
    office.filing.submit(submission(3, name="Đặng Thử Ba"))
    assert stolen(office) == ["Bàn Thử Hai"], "and nothing more"
    lines = office.desk.queue(sitting)
    assert sorted((line.name, line.broken) for line in lines) == [("", True), (NAME, False), ("Đặng Thử Ba", False)]
    assert not office.keys.unlock("lan", PASSWORD).mended, "once"


@pytest.mark.parametrize("thieves", [replaced, joined, cleared])
def test_and_when_the_recovery_code_is_used(office: Office, thieves: object) -> None:
    code = office.keys.make("lan", PASSWORD)[1]
    assert callable(thieves)
    thieves(office)
    recovered = office.keys.recover(code, "hoa", OTHER)
    assert recovered.mended and not office.keys.unlock("hoa", OTHER).mended
    office.filing.submit(submission())
    assert stolen(office) == [] and [line.name for line in office.desk.queue(recovered)] == [NAME]


def test_who_cannot_put_the_right_key_back_is_told_and_unlocks_nothing(office: Office) -> None:
    office.opened()
    joined(office)
    with office.store.write() as tx:
        tx.execute("DELETE FROM key_grants WHERE key_id <> 'evil'")
    with pytest.raises(ForeignKeyError):
        office.keys.unlock("lan", PASSWORD)
    assert told(office)[-1] == "foreign_left", "and others are told"


def test_a_key_that_another_official_has_made_is_believed(office: Office) -> None:
    """Over several of them, though one was never there in between."""
    sitting, code = office.keys.make("lan", PASSWORD)
    second(office, sitting)
    for number in range(3):
        office.keys.enrol(f"user{number}", OTHER)
        office.keys.grant(sitting, f"user{number}")
        office.keys.remove(sitting, f"user{number}")
    for unlocked in (office.keys.unlock("minh", OTHER), office.keys.recover(code, "hoa", OTHER)):
        assert not unlocked.mended
    office.keys.unlock("hoa", OTHER)
    assert "foreign" not in told(office)


def test_a_key_that_nobody_has_unlocked_since_it_was_made_is_put_back_too(office: Office) -> None:
    """What officials know of the desk is the key before it, and its row is all that says so."""
    sitting, code = office.keys.make("lan", PASSWORD)
    second(office, sitting)
    office.keys.remove(sitting, "minh")
    replaced(office)
    assert office.keys.unlock("lan", PASSWORD).mended
    replaced(office)
    assert office.keys.recover(code, "hoa", OTHER).mended
    office.filing.submit(submission())
    assert stolen(office) == []


def test_an_official_who_was_removed_brings_the_old_key_back(office: Office) -> None:
    """They held it, and have a copy of the database from before."""
    sitting = office.opened()
    other = second(office, sitting)
    (old,) = (bytes(private) for private in other._keys.values())
    office.keys.remove(sitting, "minh")
    office.keys.enrol("minh", OTHER)
    with office.store.write() as tx:
        before, after = desk_keys.keys(tx)
        tx.execute("UPDATE desk_keys SET retired_at = '2026' WHERE id = ?", (after.id,))
        tx.execute("UPDATE desk_keys SET retired_at = NULL WHERE id = ?", (before.id,))
        for holder in desk_keys.holders(tx):
            made = grant_to(holder.name, holder.public, old)
            desk_keys.grant(tx, office.clock.now(), before.id, holder.name, made, "x")
    assert office.keys.unlock("lan", PASSWORD).mended
    with office.store.read() as tx:
        assert desk_keys.in_force(tx) == after


def test_the_sitting_of_one_who_is_removed_changes_nothing_any_more(office: Office) -> None:
    sitting = office.opened()
    other = second(office, sitting)
    office.keys.enrol("hoa", OTHER)
    office.filing.submit(submission())
    (line,) = office.desk.queue(sitting)
    office.keys.remove(sitting, "minh")
    before = told(office)
    for attempt in (
        lambda: office.keys.remove(other, "lan"),
        lambda: office.keys.grant(other, "hoa"),
        lambda: office.keys.renew(other, OTHER),
        lambda: office.keys.new_recovery(other),
        lambda: office.desk.delete(other, line.outline.id, "asked"),
        lambda: office.desk.was_exported(other, line.outline.id, "pdf"),
        lambda: office.desk.queue(other),
    ):
        with pytest.raises(LockedError):
            attempt()
    assert told(office) == before
    assert office.keys.access() == (Access("hoa", False), Access("lan", True))


def test_a_sitting_from_before_the_key_changed_changes_no_keys(office: Office) -> None:
    """Even where nobody has ended it: with no file there yet, nothing else would have held it up."""
    sitting = office.opened()
    other = second(office, sitting)
    office.keys.enrol("hoa", OTHER)
    with office.store.write() as tx:  # as another process would
        new = key_of("new", sealing.new_pair().private)
        desk_keys.add_key(tx, office.clock.now(), new, "lan")
    for attempt in (
        lambda: office.keys.remove(other, "hoa"),
        lambda: office.keys.grant(other, "hoa"),
        lambda: office.keys.renew(other, OTHER),
        lambda: office.keys.new_recovery(other),
    ):
        with pytest.raises(LockedError):
            attempt()
    with office.store.read() as tx:
        assert desk_keys.in_force(tx) == new


def test_a_strangers_key_in_place_of_the_residents_is_told_nothing(office: Office) -> None:
    """What the desk writes to a resident is sealed to their key, which lies in clear."""
    sitting = office.opened()
    office.filing.submit(submission())
    (line,) = office.desk.queue(sitting)
    ident = line.outline.id
    office.desk.open(sitting, ident)
    with office.store.write() as tx:
        tx.execute("UPDATE files SET public = ?", (THIEF.public,))
    for attempt in (
        lambda: office.desk.move(sitting, ident, FileState.REGISTERED, Step(to=FileState.REFUSED, reason="Thiếu giấy")),
        lambda: office.desk.set_portal_code(sitting, ident, "H60-1"),
        lambda: office.desk.open(sitting, ident),
    ):
        with pytest.raises(SealError):
            attempt()
    assert [each.broken for each in office.desk.queue(sitting)] == [True]
    with office.store.read() as tx:
        assert filings.lines(tx, ident) == []


def test_a_strangers_key_in_place_of_an_officials_is_given_nothing(office: Office) -> None:
    """The desk's next key is sealed to whatever stands there as an official's."""
    sitting = office.opened()
    second(office, sitting)
    office.keys.enrol("hoa", OTHER)
    office.keys.grant(sitting, "hoa")
    office.filing.submit(submission())
    with office.store.write() as tx:
        tx.execute("UPDATE key_holders SET public = ? WHERE name <> 'lan'", (THIEF.public,))
    office.keys.remove(sitting, "minh")
    assert office.keys.access() == (Access("hoa", False), Access("lan", True))
    assert told(office)[-3:] == ["doubted", "doubted", "removed"], "hoa, and the recovery code"
    with office.store.read() as tx:
        for holder in desk_keys.holders(tx):
            for made in desk_keys.grants_of(tx, holder.name).values():
                with pytest.raises(SealError):
                    sealing.unsealed(THIEF.private, made.sealed_private)
    code = office.keys.new_recovery(sitting)
    assert [line.name for line in office.desk.queue(office.keys.recover(code, "be", OTHER))] == [NAME]


def test_an_official_who_unlocks_puts_their_own_key_back(office: Office) -> None:
    sitting = office.opened()
    second(office, sitting)
    with office.store.write() as tx:
        tx.execute("UPDATE key_holders SET public = ? WHERE name = 'minh'", (THIEF.public,))
        tx.execute("UPDATE key_grants SET vouched = NULL WHERE holder = 'minh'")
    assert office.keys.unlock("minh", OTHER).mended and told(office)[-2:] == ["doubted", "unlocked"]
    assert not office.keys.unlock("minh", OTHER).mended
    office.keys.enrol("hoa", OTHER)
    office.keys.remove(sitting, "hoa")
    assert office.keys.unlock("minh", OTHER).is_open


def test_parts_of_files_that_change_places_are_told(office: Office) -> None:
    sitting = office.opened()
    for number, name in enumerate((NAME, "Bàn Thử Hai")):
        office.filing.submit(submission(number, name=name))
    one, two = (each.outline.id for each in office.desk.queue(sitting))
    key = "UPDATE files SET sealed_key = (SELECT sealed_key FROM files WHERE id = :two) WHERE id = :one"
    swaps = {
        "the key": [key],
        "all of it": [
            key,
            "DELETE FROM file_parts WHERE file_id = :one",
            "INSERT INTO file_parts SELECT :one, place, locked FROM file_parts WHERE file_id = :two",
        ],
        "a photo": [
            "UPDATE file_parts SET locked = (SELECT locked FROM file_parts AS other WHERE other.place = 3"
            " AND other.file_id = :one) WHERE place = 2 AND file_id = :one"
        ],
    }
    for what, statements in swaps.items():
        with pytest.raises(UndoneError), office.store.write() as tx:
            for statement in statements:
                tx.execute(statement, {"one": one, "two": two})
            row = filings.get(tx, one)
            with pytest.raises(SealError):
                opened = sitting.file_key(row.key_id, row.sealed_key)
                seals.opened_summary(opened, one, filings.part(tx, one, seals.SUMMARY))
                seals.opened_part(opened, 2, filings.part(tx, one, 2))
            raise UndoneError(what)
    assert [line.broken for line in office.desk.queue(sitting)] == [False, False]


class UndoneError(Exception):
    """So that a transaction is taken back."""


def test_a_database_of_before_is_taken_over(office: Office) -> None:
    """Older programs vouched for nothing, and officials kept no key of the desk."""
    office.opened()
    office.filing.submit(submission())
    with office.store.write() as tx:
        tx.execute("UPDATE desk_keys SET voucher = NULL, vouched = NULL")
        holder = desk_keys.holder(tx, "lan")
        assert holder is not None
        key = sealing.stretched(PASSWORD, holder.salt, sealing.Cost(holder.passes, holder.memory_kib))
        private, known = read_known(sealing.unlocked(key, holder_before(PageKey(office.places.page_key), holder)))
        assert known is not None
        desk_keys.relock(tx, "lan", holder.public, sealing.locked(key, private))
        tx.execute("UPDATE key_grants SET vouched = NULL")
    sitting = office.keys.unlock("lan", PASSWORD)
    assert not sitting.mended and [line.name for line in office.desk.queue(sitting)] == [NAME]
    office.keys.enrol("minh", OTHER)
    office.keys.remove(sitting, "minh")
    assert office.keys.unlock("lan", PASSWORD).is_open, "vouched for since they unlocked"
    joined(office)
    assert office.keys.unlock("lan", PASSWORD).mended, "from then on it is noticed"


def test_the_way_from_key_to_key() -> None:
    one, two, three = (sealing.new_pair().private for _ in range(3))
    keys = [key_of("1", one), key_of("2", two, one), key_of("3", three, two)]
    granted = {"1": one, "2": two, "3": three, "evil": THIEF.private}
    for knows in (one, two, three):
        assert own(granted, keys, known_of(knows)) == {"3": three}
    assert own(granted, keys[:2], known_of(three)) == {"3": three}, "whatever the rows say"
    assert own(granted, [*keys, key_of("evil", THIEF.private)], known_of(one)) == {"3": three}
    assert own(granted, [*keys, key_of("evil", THIEF.private, THIEF.private)], known_of(one)) == {"3": three}
    broken = DeskKey("3", keys[2].public, keys[2].voucher, bytes(64))
    assert own(granted, [*keys[:2], broken], known_of(one)) == {"2": two}
    renamed = DeskKey("evil", keys[2].public, keys[2].voucher, keys[2].vouched)
    assert own(granted, [*keys[:2], renamed], known_of(one)) == {"2": two}
    assert own({}, keys, None) == own({"evil": THIEF.private}, keys, None) == {}
    assert own(granted, keys, None) == {"3": three}
    circle = [key_of("1", one, three), *keys[1:]]
    assert own(granted, circle, known_of(two)) in ({"1": one}, {"3": three}, {"2": two}), "it ends"


def test_what_a_holder_locks_away() -> None:
    private, known = sealing.new_pair().private, known_of(THIEF.private)
    for each in (None, known):
        assert read_known(with_known(private, each)) == (private, each)
    for damaged in (b"", bytes(31), bytes(64), bytes(97)):
        with pytest.raises(SealError):
            read_known(damaged)
    with pytest.raises(LoalangError):
        sealing.public_of(b"short")
    said = sealing.vouched(THIEF.private, b"x")
    assert sealing.is_vouched(known.voucher, b"x", said)
    for voucher, content, signature in ((known.voucher, b"y", said), (known.public, b"x", said), (b"", b"x", said),
                                        (known.voucher, b"x", b""), (known.voucher, b"x", bytes(64))):  # fmt: skip
        assert not sealing.is_vouched(voucher, content, signature)
