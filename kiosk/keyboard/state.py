"""The keyboard in use: the text so far, which keys are shown, and what a press makes of it. Pure.

| key       | what becomes of it                                                        |
|-----------|---------------------------------------------------------------------------|
| SHIFT     | one capital; again: none. The first letter of a name is one by itself     |
| DELETE    | the last letter goes                                                      |
| UNDO      | the last word as it was typed, then in its other ways (`telex.undone`)    |
| METHOD    | letters and tones as keys, Telex, VNI                                     |
| MORE      | digits and signs; again: letters                                          |
| else      | a character, or a mark or tone as a combining one                         |

A pad (of digits) gives what is typed its form: a date gets its slashes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

from kiosk import telex
from kiosk.telex import Typing

SHIFT, UNDO, METHOD, MORE = "shift", "undo", "method", "more"
DELETE, SPACE = telex.DELETE, " "
LETTERS, SIGNS = "letters", "signs"
NUMBER, DECIMAL, DATE, PHONE = "number", "decimal", "date", "phone"
CODE = "code"  # of a slip or a card: capitals and digits that nobody mistakes for each other
PADS = frozenset({NUMBER, DECIMAL, DATE, PHONE})
METHODS = ("keys", "telex", "vni")  # the first is for whoever has never typed
TEXT_LIMIT = 500  # characters
_DATE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Keyboard:
    """kind: LETTERS, CODE or one of PADS. names: every word begins with a capital by itself. limit: of characters."""

    typing: Typing = field(default=Typing("keys"), repr=False)
    kind: str = LETTERS
    names: bool = False
    limit: int = TEXT_LIMIT
    page: str = LETTERS  # of a keyboard with letters
    shift: bool | None = None  # None: by itself, where a capital belongs

    @property
    def text(self) -> str:
        return _dated(self.typing.text) if self.kind == DATE else self.typing.text

    @property
    def method(self) -> str:
        return self.typing.method

    @property
    def capital(self) -> bool:
        """Whether the next letter is a capital."""
        if self.kind == CODE:
            return True
        if self.shift is not None:
            return self.shift
        before = self.typing.text[-1:]
        return before == "" or (self.names and before in " -'")


def opened(text: str, kind: str = LETTERS, names: bool = False, method: str = METHODS[0], old_place: bool = True,
           limit: int = TEXT_LIMIT) -> Keyboard:  # fmt: skip
    """A keyboard for a field that holds a text already: of a date as people write it, 24/11/2026."""
    if kind in PADS:
        digits = "".join(each for each in text if each.isdigit()) if kind == DATE else text
        return Keyboard(Typing("keys", old_place, done=digits[:limit]), kind, limit=limit)
    return Keyboard(telex.written(text[:limit], "keys" if kind == CODE else method, old_place), kind, names, limit)


def pressed(keyboard: Keyboard, key: str) -> Keyboard:
    """After one more key. Keys that are not there, and letters beyond the limit, change nothing."""
    typing = keyboard.typing
    if keyboard.kind in PADS:
        return _on_pad(keyboard, key)
    if key == SHIFT:
        return replace(keyboard, shift=not keyboard.capital)
    if key == UNDO:
        return _within(replace(keyboard, typing=telex.undone(typing)), keyboard)
    if key == METHOD:
        method = METHODS[(METHODS.index(keyboard.method) + 1) % len(METHODS)]
        written = telex.written(typing.text, method, typing.old_place)
        return replace(keyboard, typing=written, page=LETTERS)
    if key == MORE:
        return replace(keyboard, page=LETTERS if keyboard.page == SIGNS else SIGNS)
    if key == DELETE:
        return replace(keyboard, typing=telex.deleted(typing), shift=None)
    if len(key) != 1 or (not unicodedata.combining(key) and not key.isprintable()):
        return keyboard
    if not key.isalpha():
        return _within(replace(keyboard, typing=telex.pressed(typing, key)), keyboard)
    letter = key.upper() if keyboard.capital else key.lower()
    return _within(replace(keyboard, typing=telex.pressed(typing, letter), shift=None), keyboard)


def is_full(keyboard: Keyboard, key: str) -> bool:
    """Whether a key would write one letter more than there may be. Pads are full when the number is."""
    writes = len(key) == 1 and key != DELETE and not unicodedata.combining(key)
    full = keyboard.kind == LETTERS and len(keyboard.typing.text) >= keyboard.limit
    return writes and full and pressed(keyboard, key).text == keyboard.text


def _within(after: Keyboard, before: Keyboard) -> Keyboard:
    return after if len(after.typing.text) <= after.limit else before


def _on_pad(keyboard: Keyboard, key: str) -> Keyboard:
    text = keyboard.typing.text
    limit = _DATE_DIGITS if keyboard.kind == DATE else keyboard.limit
    if key == DELETE:
        text = text[:-1]
    elif len(text) < limit and key and (key in "0123456789" or _is_sign(keyboard.kind, key, text)):
        text += key
    return replace(keyboard, typing=Typing("keys", keyboard.typing.old_place, done=text))


def _is_sign(kind: str, key: str, text: str) -> bool:
    return (kind == DECIMAL and key == "," and "," not in text) or (kind == PHONE and key == "+" and not text)


def _dated(digits: str) -> str:
    """24112026 as 24/11/2026, as far as it has come."""
    return "/".join(part for part in (digits[:2], digits[2:4], digits[4:8]) if part)
