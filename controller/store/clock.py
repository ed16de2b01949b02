"""What is known of the clock: the controller's finding, and an official's word. Both are of one boot."""

from __future__ import annotations

from datetime import datetime

from controller.core.journal import Kind
from controller.core.trust import Stand, Word
from controller.store import facts, journal
from controller.store.connection import Tx

STAND, WORD = "clock", "clock_word"  # facts


def stand(tx: Tx, boot_id: str) -> Stand | None:
    """What the controller has found in this boot; None before it has."""
    found = Stand.of(facts.fact(tx, STAND))
    return found if found and boot_id and found.boot == boot_id else None


def believed(tx: Tx, boot_id: str) -> bool:
    """Whether the controller has found in this boot that the clock may be believed."""
    found = stand(tx, boot_id)
    return found is not None and found.believed


def keep(tx: Tx, found: Stand) -> None:
    facts.set_fact(tx, STAND, found.as_text())


def word(tx: Tx, boot_id: str) -> Word | None:
    """The last that an official has said in this boot."""
    found = Word.of(facts.fact(tx, WORD))
    return found if found and boot_id and found.boot == boot_id else None


def say_right(tx: Tx, at: datetime, said: Word) -> None:
    facts.set_fact(tx, WORD, said.as_text())
    journal.write(tx, at, Kind.CLOCK, "clock", right=True, by=said.by)
