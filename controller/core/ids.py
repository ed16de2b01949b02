"""Identifiers: UUIDv7 (RFC 9562, clause 5.7), globally unique and sortable by time of creation.

Pure: the caller gives the time and the randomness (74 bits).
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

RANDOM_BYTES = 10


def uuid7(at: datetime, random: bytes) -> str:
    """The UUIDv7 text of instant `at` (aware) with ten random bytes."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"uuid7 takes {RANDOM_BYTES} random bytes, not {len(random)}")
    unix_ms = int(at.astimezone(UTC).timestamp() * 1000)
    bits = int.from_bytes(random, "big")
    rand_a = (bits >> 68) & 0xFFF
    rand_b = bits & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return str(uuid.UUID(int=value))
