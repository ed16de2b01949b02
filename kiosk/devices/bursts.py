"""Tells a scanner that types like a keyboard from a finger: it is far quicker. Pure.

What a scanner sends must never run through the keyboard's engine ("aa" in a code is no "â"), so a run of characters
is held back until it is known whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

GAP_S = 0.05  # between two characters of one scan; the quickest typist takes longer for most
STALL_S = 0.12  # we may have been late in looking: only a look that found nothing proves a shorter pause
LEAST = 8  # characters of a scan
ENDS = frozenset("\r\n\t")
MOST = 4096  # a QR code holds no more


@dataclass(frozen=True, slots=True)
class Scan:
    """One code, whole, without what ended it."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What fingers typed."""

    text: str


Run = Scan | Typed


@dataclass(frozen=True, slots=True)
class Bursts:
    held: str = ""
    last_at: float = 0.0  # monotonic seconds

    def took(self, text: str, at: float) -> tuple[Bursts, tuple[Run, ...]]:
        """Characters came at `at`, or keys that type none; what is known now."""
        bursts, runs = self._over(at, STALL_S)
        held = bursts.held
        for char in text:
            if char in ENDS and len(held) >= LEAST:
                runs, held = (*runs, Scan(held)), ""
            else:
                held += char
            if len(held) >= MOST:  # a key that is stuck
                runs, held = (*runs, Typed(held)), ""
        return Bursts(held, at), runs

    def passed(self, at: float) -> tuple[Bursts, tuple[Run, ...]]:
        """Nothing has come till `at`: a run that paused is over."""
        return self._over(at, GAP_S)

    def _over(self, at: float, gap_s: float) -> tuple[Bursts, tuple[Run, ...]]:
        if not self.held or at - self.last_at < gap_s:
            return self, ()
        run = Scan(self.held) if len(self.held) >= LEAST else Typed(self.held)
        return replace(self, held=""), (run,)
