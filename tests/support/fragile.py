"""Decoders with a fault each, for whoever looks for faults in decoders."""

from __future__ import annotations


def crash(data: bytes) -> None:
    if data[:1] == b"\x04":
        depth = 1
        if data[1:2] == b"\xff":
            depth += 1
        if depth == 2 and data[2:3] == b"\x1b":  # one condition after the other: each is found by itself only
            raise IndexError("deep inside")
        raise KeyError("as announced")


def hang(data: bytes) -> None:
    while data[:1] == b"\x01":
        pass
