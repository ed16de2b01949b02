"""Throws bytes at every decoder of the boards, led by the lines that they reach, and prints what came of it.

Inputs that reach a new pair of lines are kept and changed further (a small loop of our own on `sys.settrace`). A
decoder may give messages or its one named error; anything else is a crash, and no answer in `LIMIT_S` a hang. Most
are also fed frames whose lengths and sums are mended, for else nothing ever comes past the checksum.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

from bench.fuzz_targets import Target, targets
from bench.table import table

SECONDS = 20.0  # for each decoder
LIMIT_S = 2.0  # for one input
LONGEST = 3_000
SHOWN_CRASHES = 3
Arc = tuple[CodeType, int, int]


@dataclass
class Found:
    inputs: int = 0
    seconds: float = 0.0
    arcs: set[Arc] = field(default_factory=set)
    corpus: list[bytes] = field(default_factory=list)
    crashes: list[tuple[str, bytes]] = field(default_factory=list)
    hangs: list[bytes] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return len({(code, line) for code, _, line in self.arcs})


class HangError(Exception):
    """An input took longer than `LIMIT_S`."""


def fuzz(target: Target, seconds: float, seed: int = 1, limit_s: float = LIMIT_S) -> Found:
    """Feed the target for so long; the same seed and speed give the same inputs. In the main thread only."""
    luck, found = random.Random(seed), Found()  # noqa: S311 - nothing secret
    files = {module.__file__ for module in target.modules}
    before = signal.signal(signal.SIGALRM, _ring)
    begun = time.perf_counter()
    try:
        waiting = list(target.seeds) or [b""]
        while waiting or time.perf_counter() - begun < seconds:
            data = waiting.pop(0) if waiting else _changed(found.corpus or [b""], luck)
            arcs = _feed(target, data, files, found, limit_s)
            if not arcs <= found.arcs:
                found.arcs |= arcs
                found.corpus.append(data)
    finally:
        signal.signal(signal.SIGALRM, before)
    found.seconds = time.perf_counter() - begun
    return found


def _ring(number: int, frame: FrameType | None) -> None:
    raise HangError


def _feed(target: Target, data: bytes, files: set[str | None], found: Found, limit_s: float) -> set[Arc]:
    arcs: set[Arc] = set()

    def traced(frame: FrameType, event: str, given: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in files:
            return None
        code, last = frame.f_code, 0

        def lines(frame: FrameType, event: str, given: Any) -> Callable[..., Any]:
            nonlocal last
            if event == "line":
                arcs.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return lines

        return lines

    found.inputs += 1
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    sys.settrace(traced)
    try:
        target.feed(data)
    except HangError:
        found.hangs.append(data)
    except target.errors:
        pass
    except Exception as error:  # the very thing that is looked for
        found.crashes.append((f"{type(error).__name__}: {error}", data))
    finally:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return arcs


ODD = (
    b"\0",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\x04",
    b"\x1b",
    b"\xff",
    b"0",
    b"FFFF",
    b"0000",
    b"<",
    b">",
    b'"',
    b"&#0;",
    b"<!DOCTYPE a>",
)


def _changed(corpus: Sequence[bytes], luck: random.Random) -> bytes:
    """One kept input, changed in a few places or crossed with another."""
    data = bytearray(luck.choice(corpus))
    for _ in range(luck.choice((1, 1, 2, 4, 8))):
        at = luck.randrange(len(data) + 1)
        end = min(len(data), at + luck.choice((1, 1, 2, 4, 16, 200)))
        match luck.randrange(8):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = luck.choice(ODD)
            case 2:
                data[at:end] = luck.randbytes(end - at)
            case 3:
                data[at:at] = data[at:end] * luck.choice((1, 2, 40))
            case 4 if at < len(data):
                data[at] ^= 1 << luck.randrange(8)
            case 5 if at < len(data):
                data[at] = (data[at] + luck.choice((-1, 1))) % 256
            case 6:
                other = luck.choice(corpus)
                data[at:] = other[luck.randrange(len(other) + 1) :]
            case _:
                data[at:end] = luck.choice(ODD)
    return bytes(data[:LONGEST])


def _lines_of(modules: Sequence[ModuleType]) -> int:
    """How many lines of the modules' functions could be reached."""

    def walk(code: CodeType) -> set[int]:
        own = {
            line
            for _, _, line in code.co_lines()
            if line and code.co_name != "<module>" and line != code.co_firstlineno
        }
        return own.union(*(walk(inner) for inner in code.co_consts if isinstance(inner, CodeType)))

    total = 0
    for module in modules:
        path = Path(module.__file__ or "")
        total += len(walk(compile(path.read_text("utf-8"), str(path), "exec")))
    return total


def main(seconds: float = SECONDS) -> None:
    rows = []
    for target in targets():
        found = fuzz(target, seconds)
        reached = f"{found.lines} of {_lines_of(target.modules)}"
        rate = f"{found.inputs / found.seconds:.0f}"
        rows.append(
            (
                target.name,
                found.inputs,
                rate,
                reached,
                len(found.arcs),
                len(found.corpus),
                len(found.crashes),
                len(found.hangs),
            )
        )
        for what, data in found.crashes[:SHOWN_CRASHES]:
            print(f"{target.name}: {what} at {data[:200]!r}")
        for data in found.hangs[:SHOWN_CRASHES]:
            print(f"{target.name}: no end at {data[:200]!r}")
    head = ("decoder", "inputs", "a second", "lines reached", "pairs of lines", "kept", "crashes", "hangs")
    table(f"Boards: bytes at every decoder, {seconds:.0f} s each", head, rows)


if __name__ == "__main__":
    main()
