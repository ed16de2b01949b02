"""Where is my file: what has been typed of the receipt's number and the birth date, and what is wrong with it. Pure.

Typed on two pads of large keys; a receipt's QR code needs neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from controller.core.filing_codes import LETTERS, NUMBER_LENGTH, grouped, is_token
from kiosk.asking import FileAnswer, FindFile
from kiosk.devices.receipt import token_in

DIGITS, BORN_LENGTH, YEAR_LENGTH = "0123456789", 8, 4
BACK, MORE = "back", "more"  # the last one goes; the keys that had no room
NUMBER, BORN, ASKING, ANSWER = "number", "born", "asking", "answer"  # its pages
OLDEST = 1900


@dataclass(frozen=True, slots=True)
class Enquiry:
    at: str = NUMBER
    number: str = field(default="", repr=False)
    born: str = field(default="", repr=False)  # digits: ddmmyyyy, or yyyy where only the year is known
    turned: int = 0  # how often the keys were exchanged for those that had no room
    problem: str = ""  # the last part of a key `kiosk.status.problem.*`
    answer: FileAnswer | None = None

    @property
    def shown_number(self) -> str:
        """With a dash between its halves, as it stands on the receipt."""
        return grouped(self.number)

    @property
    def shown_born(self) -> str:
        parts = (self.born[:2], self.born[2:4], self.born[4:])
        return "/".join(part for part in parts if part)


def pressed(enquiry: Enquiry, key: str) -> Enquiry:
    """A key of the pad that is shown."""
    if key == MORE:
        return replace(enquiry, turned=enquiry.turned + 1)
    match enquiry.at:
        case "number":
            return replace(enquiry, number=_typed(enquiry.number, key, LETTERS, NUMBER_LENGTH), problem="")
        case "born":
            return replace(enquiry, born=_typed(enquiry.born, key, DIGITS, BORN_LENGTH), problem="")
        case _:
            return enquiry


def confirmed(enquiry: Enquiry, today: date) -> tuple[Enquiry, FindFile | None]:
    """On to the next page, or what is to be looked up."""
    match enquiry.at:
        case "number" if len(enquiry.number) < NUMBER_LENGTH:
            return replace(enquiry, problem="number"), None
        case "number":
            return replace(enquiry, at=BORN, turned=0, problem=""), None
        case "born":
            born = _born(enquiry.born, today)
            if not born:
                return replace(enquiry, problem="born"), None
            wish = FindFile(number=enquiry.shown_number, born=born)
            return replace(enquiry, at=ASKING, problem=""), wish
        case _:
            return enquiry, None


def scanned(enquiry: Enquiry, token: str) -> tuple[Enquiry, FindFile | None]:
    """A receipt was held before the reader."""
    if enquiry.at == ASKING:
        return enquiry, None
    token = token_in(token) or token.strip()
    if not is_token(token):
        return replace(enquiry, problem="code"), None
    return Enquiry(at=ASKING), FindFile(token=token)


def answered(enquiry: Enquiry, answer: FileAnswer) -> Enquiry:
    return Enquiry(at=ANSWER, answer=answer) if enquiry.at == ASKING else enquiry


def earlier(enquiry: Enquiry) -> Enquiry | None:
    """One page back; None: out of it. An answer is gone for good, what was typed for a page is not."""
    match enquiry.at:
        case "born":
            return replace(enquiry, at=NUMBER, problem="")
        case "asking" | "answer":
            return Enquiry()
        case _:
            return None


def _typed(text: str, key: str, letters: str, most: int) -> str:
    if key == BACK:
        return text[:-1]
    return text + key if len(key) == 1 and key in letters and len(text) < most else text


def _born(digits: str, today: date) -> str:
    """The date, or the year, as it is looked up; "" for what is none."""
    if len(digits) == YEAR_LENGTH:
        return digits if OLDEST <= int(digits) <= today.year else ""
    if len(digits) != BORN_LENGTH:
        return ""
    try:
        found = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return ""
    return found.isoformat() if found.year >= OLDEST and found <= today else ""
