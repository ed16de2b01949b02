"""Sealing, locking and stretching: the one owner of PyNaCl (libsodium). Knows no files and no database.

- sealed: to a public key; only the private one opens it (SealedBox: X25519, XSalsa20-Poly1305).
- locked: under a key of 32 random bytes (SecretBox: XSalsa20-Poly1305, a random nonce).
- stretched: a secret that people remember or type, made a key (argon2id, RFC 9106), dear to guess.
- derived: one key made of another for one purpose (BLAKE2b, RFC 7693, keyed and personalised).
- vouched: signed by whoever holds a private key (Ed25519, RFC 8032, its seed derived from that key).
There is no default secret. What cannot be opened is SealError, which says nothing of what is inside.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import nacl.exceptions
import nacl.hash
import nacl.pwhash
import nacl.secret
import nacl.signing
import nacl.utils
from nacl.encoding import RawEncoder
from nacl.public import PrivateKey, PublicKey, SealedBox

from controller.core.errors import StationError

KEY_BYTES, SALT_BYTES = 32, 16
LOCK_BYTES = 40  # by which what is locked is longer
DEAREST = (32, 1 << 20)  # passes, KiB: beyond this a cost is damaged, and would never end
SMALLEST = 256  # bytes: what is short is all of one length


class SealError(StationError):
    """It cannot be opened: not with this key, or somebody has changed it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a guess costs (argon2id with one lane); lies beside what it was used for, so that it can grow."""

    passes: int = 3
    memory_kib: int = 64 * 1024  # RFC 9106's second recommendation; on a Pi 4 about half a second, as reckoned


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    public: bytes
    private: bytes


def random_bytes(count: int) -> bytes:
    return nacl.utils.random(count)


def new_key() -> bytes:
    return nacl.utils.random(KEY_BYTES)


def new_pair() -> Pair:
    private = PrivateKey.generate()
    return Pair(bytes(private.public_key), bytes(private))


def sealed(public: bytes, content: bytes) -> bytes:
    """Sealed to a public key: 48 bytes longer. Whoever seals cannot open it again."""
    try:
        return SealedBox(PublicKey(public)).encrypt(content)
    except (nacl.exceptions.CryptoError, TypeError, ValueError) as error:
        raise SealError(f"nothing can be sealed to this key: {error}") from error


def unsealed(private: bytes, box: bytes) -> bytes:
    try:
        return SealedBox(PrivateKey(bytes(private))).decrypt(box)
    except (nacl.exceptions.CryptoError, TypeError, ValueError):
        raise SealError("sealed to another key, or changed") from None


def public_of(private: bytes) -> bytes:
    """The public half of a private key."""
    try:
        return bytes(PrivateKey(bytes(private)).public_key)
    except (nacl.exceptions.CryptoError, TypeError, ValueError):
        raise SealError("this is no private key") from None


def voucher_of(private: bytes) -> bytes:
    """With which is checked what whoever holds a private key vouches for; as public as its public half."""
    return bytes(_signing(private).verify_key)


def vouched(private: bytes, content: bytes) -> bytes:
    """64 bytes that say: the holder of this private key stands for this content."""
    return bytes(_signing(private).sign(content).signature)


def is_vouched(voucher: bytes, content: bytes, signature: bytes) -> bool:
    try:
        nacl.signing.VerifyKey(voucher).verify(content, signature)
    except (nacl.exceptions.CryptoError, TypeError, ValueError):
        return False
    return True


def _signing(private: bytes) -> nacl.signing.SigningKey:
    return nacl.signing.SigningKey(derived(bytes(private), "vouch"))


def locked(key: bytes, content: bytes) -> bytes:
    """Locked under a key: 40 bytes longer."""
    try:
        return bytes(nacl.secret.SecretBox(key).encrypt(content))
    except (nacl.exceptions.CryptoError, TypeError, ValueError) as error:
        raise SealError(f"this is no key: {error}") from error


def unlocked(key: bytes, box: bytes) -> bytes:
    try:
        return nacl.secret.SecretBox(key).decrypt(box)
    except (nacl.exceptions.CryptoError, TypeError, ValueError):
        raise SealError("locked with another key, or changed") from None


def stretched(secret: str, salt: bytes, cost: Cost, length: int = KEY_BYTES) -> bytes:
    """`length` bytes of a secret. NFKC first: keyboards write the same Vietnamese letter in two ways."""
    if not (1 <= cost.passes <= DEAREST[0] and 8 <= cost.memory_kib <= DEAREST[1]):
        raise StationError(f"no cost of argon2id: {cost.passes} passes, {cost.memory_kib} KiB")
    typed = unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")
    try:
        return nacl.pwhash.argon2id.kdf(
            length, typed, salt, opslimit=cost.passes, memlimit=cost.memory_kib * 1024, encoder=RawEncoder
        )
    except MemoryError as error:
        raise StationError(f"too little memory to check a secret: {cost.memory_kib} KiB are needed") from error
    except (nacl.exceptions.CryptoError, TypeError, ValueError) as error:
        raise StationError(f"a secret cannot be stretched: {error}") from error


def derived(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose (at most 16 ASCII letters), 16 to 64 bytes long; it tells nothing of the others."""
    return nacl.hash.blake2b(
        b"loalang", digest_size=length, key=key, person=purpose.encode("ascii"), encoder=RawEncoder
    )


def digest(content: bytes, key: bytes = b"") -> bytes:
    """32 bytes that stand for the content (BLAKE2b); with a key they tell nobody else whether they know it."""
    return nacl.hash.blake2b(content, digest_size=32, key=key, encoder=RawEncoder)


def padded_length(length: int, smallest: int = SMALLEST) -> int:
    """Up to which length something is filled, so that its length tells little: PADMÉ (Nikitin and others, PETS 2019),
    at most 12 % more."""
    length = max(length, smallest)
    exponent = length.bit_length() - 1
    step = 1 << max(0, exponent - exponent.bit_length())
    return -(-length // step) * step


def padded(content: bytes, smallest: int = SMALLEST) -> bytes:
    """Filled up as ISO/IEC 7816-4 has it: a byte 80, then zeros."""
    return content + b"\x80" + bytes(padded_length(len(content) + 1, smallest) - len(content) - 1)


def unpadded(content: bytes) -> bytes:
    end = content.rstrip(b"\0")
    if not end.endswith(b"\x80"):
        raise SealError("what was locked has no end")
    return end[:-1]


def wipe(secret: bytearray) -> None:
    """Overwrite a secret where it lies. Copies that libraries made of it lie in freed memory until it is used again."""
    secret[:] = bytes(len(secret))
