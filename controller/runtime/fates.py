"""Why a child that judges what somebody has brought ended without an answer. Pure.

It matters to whoever waits: a file that needs too much can be made smaller; a fault of ours cannot be mended by them,
and must never be put down to their file. Such a child is discreet (discretion.py): its log has no content of the file.
"""

from __future__ import annotations

import signal
from enum import StrEnum

_SIGNS = (  # of memory that was refused: to Python (which loses the error itself when there is very little), to NumPy,
    # to the loader of libraries, to C++, by the kernel
    "memoryerror", "systemerror", "can't start new thread", "memory allocation still failed", "failed to map segment",
    "cannot create shared object descriptor", "bad_alloc", "cannot allocate memory", "out of memory",
)  # fmt: skip
_LINES, _MOST = 3, 300  # of its log: where it was, and what it was


class Fate(StrEnum):
    MEMORY = "memory"
    TIME = "time"
    FAULT = "fault"


def fate_of(code: int | None, said: str) -> Fate:
    """code: how it ended (negative: the signal), None for one that went on and on; said: its standard error."""
    if code is None or code == -signal.SIGXCPU:
        return Fate.TIME
    if code == -signal.SIGKILL:  # nobody but the kernel, for want of memory: our own time limit is told as none
        return Fate.MEMORY
    last = "\n".join(said.strip().splitlines()[-_LINES:]).lower()
    return Fate.MEMORY if any(sign in last for sign in _SIGNS) else Fate.FAULT


def told(code: int | None, said: str) -> str:
    """For the log: how it ended, and the end of what it said, on one line."""
    how = "too slow" if code is None else signal.Signals(-code).name if code < 0 else f"exit {code}"
    return f"{how}: {' | '.join(line.strip() for line in said.strip().splitlines()[-_LINES:])[-_MOST:]}"
