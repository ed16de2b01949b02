"""What is noticed when a scanner leaves out or changes one character of an ID card: refused as no card, doubted and
read again, or nothing. What no part of a card repeats cannot be noticed: six digits of the number, days and months,
letters that make another name."""

from __future__ import annotations

import collections

from bench.table import table
from controller.guides.id_numbers import card_of
from kiosk.devices.keystrokes import composed
from kiosk.devices.plausible import doubts
from tests.support.id_cards import TODAY, cards, misread

COUNT, SEED = 50, 1


def noticed(text: str) -> str:
    """ "no card", "letters lost", "doubted", or ""."""
    card = card_of(text)
    if card is None:
        return "no card"
    if composed(text).letters_lost:
        return "letters lost"
    return "doubted" if doubts(card, text, TODAY) else ""


def found(count: int = COUNT, seed: int = SEED) -> dict[tuple[str, str], collections.Counter[str]]:
    seen: dict[tuple[str, str], collections.Counter[str]] = {}
    for number, card in enumerate(cards(count, seed)):
        for field, what, text in misread(card, number):
            seen.setdefault((field, what), collections.Counter())[noticed(text)] += 1
    return seen


def main() -> None:
    whole = collections.Counter(noticed(card) for card in cards(2000, SEED))
    print(f"\n2000 cards read whole: {whole['']} taken, {whole.total() - whole['']} doubted or refused")
    table(
        f"one character of {COUNT} cards",
        ("field", "character", "cases", "no card", "letters lost", "doubted", "not noticed"),
        [
            (*key, counts.total(), counts["no card"], counts["letters lost"], counts["doubted"],
             f"{counts['']} ({counts[''] / counts.total():.0%})")
            for key, counts in found().items()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
