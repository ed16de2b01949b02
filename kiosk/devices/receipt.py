"""What stands on a receipt. Pure.

Its QR code carries the token and nothing else: whoever finds the slip learns how the file stands, and no name. What is
to be opened on a phone, such as the portal, has a code of its own below the step that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.core.words import Words
from kiosk.happenings import PrintReceipt

CODE = "LOALANG:"  # before the token, so that any other QR code is told from it


@dataclass(frozen=True, slots=True)
class Receipt:
    """Texts as they shall stand. `code`: of the QR, "" for none. `lines`: an address among them is one to scan."""

    site: str
    title: str
    number_label: str
    number: str
    code: str
    lines: tuple[str, ...]
    keep: str
    printed: str  # day and time; "" where they are not known


def receipt_of(wish: PrintReceipt, site: str, words: Words, now: datetime | None) -> Receipt:
    """`now`: local time; None where nobody knows it: then no day stands there that might be wrong."""
    printed = words("kiosk.receipt.printed", day=now.strftime("%d/%m/%Y"), time=now.strftime("%H:%M")) if now else ""
    return Receipt(
        site=site, title=wish.title, number_label=words("kiosk.receipt.number"), number=wish.number,
        code=CODE + wish.token if wish.token else "", lines=wish.lines, keep=words("kiosk.receipt.keep"),
        printed=printed,
    )  # fmt: skip


def is_address(line: str) -> bool:
    return line.startswith("https://") and len(line.split()) == 1


def token_in(text: str) -> str:
    """The token of a receipt's QR code; "" for any other text."""
    return text.removeprefix(CODE) if text.startswith(CODE) else ""
