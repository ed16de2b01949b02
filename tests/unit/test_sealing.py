"""Sealing and locking: what goes in comes out with the right key, and only then; nothing is secret by default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import StationError
from controller.runtime import sealing
from controller.runtime.sealing import Cost, SealError
from tests.support.filed import CHEAP


def test_sealed_to_one_and_opened_by_nobody_else() -> None:
    pair, other = sealing.new_pair(), sealing.new_pair()
    box = sealing.sealed(pair.public, b"ho so")
    assert sealing.unsealed(pair.private, box) == b"ho so"
    assert len(box) == len(b"ho so") + 48
    for wrong in (other.private, bytes(32), b"", pair.private[:-1]):
        with pytest.raises(SealError):
            sealing.unsealed(wrong, box)
    with pytest.raises(SealError):
        sealing.sealed(b"short", b"ho so")


def test_every_changed_byte_is_noticed() -> None:
    pair, key = sealing.new_pair(), sealing.new_key()
    sealed, locked = sealing.sealed(pair.public, b"x" * 20), sealing.locked(key, b"x" * 20)
    for place in range(len(sealed)):
        with pytest.raises(SealError):
            sealing.unsealed(pair.private, sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
    for place in range(len(locked)):
        with pytest.raises(SealError):
            sealing.unlocked(key, locked[:place] + bytes([locked[place] ^ 1]) + locked[place + 1 :])
    for cut in range(0, len(locked), 7):
        with pytest.raises(SealError):
            sealing.unlocked(key, locked[:cut])


def test_the_same_is_never_locked_or_sealed_the_same() -> None:
    pair, key = sealing.new_pair(), sealing.new_key()
    assert sealing.locked(key, b"x") != sealing.locked(key, b"x")
    assert sealing.sealed(pair.public, b"x") != sealing.sealed(pair.public, b"x")
    with pytest.raises(SealError):
        sealing.locked(b"", b"x")


def test_a_secret_is_stretched_by_its_salt_and_its_cost() -> None:
    """Compared with another implementation of RFC 9106."""
    from argon2.low_level import Type, hash_secret_raw

    salt = bytes(range(16))
    made = sealing.stretched("sông nước", salt, Cost(2, 64), 32)
    wanted = hash_secret_raw(
        "sông nước".encode(), salt, time_cost=2, memory_cost=64, parallelism=1, hash_len=32, type=Type.ID
    )
    assert made == wanted
    assert sealing.stretched("so\u0302ng nu\u031bo\u031b\u0301c", salt, Cost(2, 64), 32) == made, "two ways to write it"
    others = [("sông nướd", salt, Cost(2, 64)), ("sông nước", bytes(16), Cost(2, 64))]
    others += [("sông nước", salt, Cost(3, 64)), ("sông nước", salt, Cost(2, 128))]
    assert len({made, *(sealing.stretched(*other, 32) for other in others)}) == 5
    assert len(sealing.stretched("\ud800\0" + "x" * 10_000, salt, CHEAP)) == 32, "whatever is typed"
    with pytest.raises(StationError):
        sealing.stretched("x", b"short", CHEAP)
    for cost in (Cost(0, 64), Cost(3, 7), Cost(10**9, 64), Cost(3, 1 << 40)):
        with pytest.raises(StationError):
            sealing.stretched("x", salt, cost)


def test_keys_for_different_purposes_tell_nothing_of_each_other() -> None:
    root = sealing.new_key()
    made = {sealing.derived(root, purpose) for purpose in ("lookup", "resident", "part-0", "part-1", "part-10")}
    assert len(made) == 5 and {len(each) for each in made} == {32} and root not in made
    assert sealing.derived(root, "lookup") == sealing.derived(root, "lookup")
    assert len(sealing.derived(root, "lookup", 64)) == 64


@given(st.binary(max_size=9000), st.sampled_from([256, 4096]))
def test_padding_comes_off_as_it_went_on(content: bytes, smallest: int) -> None:
    filled = sealing.padded(content, smallest)
    assert sealing.unpadded(filled) == content
    assert len(filled) == sealing.padded_length(len(content) + 1, smallest) >= smallest


def test_lengths_tell_little() -> None:
    assert {sealing.padded_length(length, 4096) for length in range(4097)} == {4096}
    classes = {sealing.padded_length(length) for length in range(1, 2 << 20, 977)}
    assert len(classes) < 330, "of two million lengths"
    for length in range(300, 2 << 20, 977):
        assert length <= sealing.padded_length(length) <= length * 1.12


def test_what_was_never_padded_is_refused() -> None:
    for content in (b"", bytes(50), b"x" * 50):
        with pytest.raises(SealError):
            sealing.unpadded(content)


def test_wiping() -> None:
    secret = bytearray(b"secret")
    sealing.wipe(secret)
    assert secret == bytearray(6)
