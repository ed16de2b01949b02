"""Whether the key that residents' files are sealed to is the desk's own. Pure.

Whoever can write the database can put a key of their own there, and seal its private half to every official: all would
look as ever, and the thief would read what is filed. So each official keeps, locked with their own key, which key of
the desk they have seen last, and every later one has to be vouched for by the one before. Who is given the desk's next
key is vouched for, too: an official's public key lies there as open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from controller.runtime import sealing
from controller.runtime.sealing import KEY_BYTES, SealError
from controller.store.desk_keys import DeskKey, Grant


@dataclass(frozen=True, slots=True)
class Known:
    """A key of the desk that a holder has seen."""

    public: bytes
    voucher: bytes


def known_of(private: bytes) -> Known:
    return Known(sealing.public_of(private), sealing.voucher_of(private))


def key_of(ident: str, private: bytes, before: bytes | None = None) -> DeskKey:
    """A key of the desk; `before`: the private half of the one before, which vouches for it."""
    known = known_of(private)
    vouched = None if before is None else sealing.vouched(before, _said(ident, known.public, known.voucher))
    return DeskKey(ident, known.public, known.voucher, vouched)


def grant_to(holder: str, public: bytes, private: bytes) -> Grant:
    """A key of the desk for a holder, who is vouched for by it."""
    return Grant(sealing.sealed(public, private), sealing.vouched(private, _holder_said(holder, public)))


def is_granted_to(holder: str, public: bytes, made: Grant | None, private: bytes) -> bool:
    """Whether a key of the desk was granted to this holder with this key of theirs, by somebody who held it."""
    if made is None or made.vouched is None:
        return False
    return sealing.is_vouched(sealing.voucher_of(private), _holder_said(holder, public), made.vouched)


def with_known(private: bytes, known: Known | None) -> bytes:
    """What a holder locks with their secret: their own private key, and what they know."""
    return private + known.public + known.voucher if known else private


def read_known(opened: bytes) -> tuple[bytes, Known | None]:
    """The same the other way round. SealError if it is neither."""
    if len(opened) == KEY_BYTES:  # as older programs have written it, or of one who has never unlocked
        return opened, None
    if len(opened) != 3 * KEY_BYTES:
        raise SealError("a holder's own key is damaged")
    private, public, voucher = (opened[begin : begin + KEY_BYTES] for begin in range(0, 3 * KEY_BYTES, KEY_BYTES))
    return private, Known(public, voucher)


def own(granted: Mapping[str, bytes], keys: Sequence[DeskKey], known: Known | None) -> dict[str, bytes]:
    """Of the private keys that somebody was granted, those that are the desk's own today, by id: what the holder knows
    leads to them. Who knows nothing yet believes what stands in the database. Nobody is led back: a key that has
    vouched for another is over for good. Of a key whose private half is there, its row need say only who vouches for
    it."""
    keys = [replace(key_of(key.id, granted[key.id]), vouched=key.vouched) if key.id in granted else key for key in keys]
    begun = [Known(key.public, key.voucher or b"") for key in keys] if known is None else [known]
    ends = {end for each in begun for end in _led_to(each, keys)}
    return {ident: private for ident, private in granted.items() if sealing.public_of(private) in ends}


def _led_to(known: Known, keys: Sequence[DeskKey]) -> set[bytes]:
    """The public halves at the end of the way from a known key over those that were vouched for; there is one, unless
    somebody who held a key once has vouched for another on their own."""
    ends, passed, ahead = set[bytes](), set[bytes](), [known]
    while ahead:
        here = ahead.pop()
        passed.add(here.public)
        after = [
            Known(key.public, key.voucher)
            for key in keys
            if key.voucher and key.vouched and key.public not in passed
            and sealing.is_vouched(here.voucher, _said(key.id, key.public, key.voucher), key.vouched)
        ]  # fmt: skip
        ahead += after
        if not after:
            ends.add(here.public)
    return ends


def _holder_said(name: str, public: bytes) -> bytes:
    return b"".join((b"loalang key holder\0", public, name.encode()))


def _said(ident: str, public: bytes, voucher: bytes) -> bytes:
    return b"".join((b"loalang desk key\0", public, voucher, ident.encode()))
