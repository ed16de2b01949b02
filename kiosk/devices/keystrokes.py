"""What a scanner that is a keyboard to us types, put together again. Pure; codes of keys are handed in by the wedge.

A keyboard has no keys for most letters of a Vietnamese card, so scanners send them in one of these ways:
- Alt held and a number on the pad: of the character, or of each byte of its UTF-8;
- Ctrl and Shift with U, the number in hexadecimal, and Enter, a blank, or the keys let go (Linux);
- each byte of the UTF-8 as the letter of Windows' Western alphabet that has its number;
- not at all: what is lost so cannot be brought back, and nobody may believe it (`Composed.letters_lost`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_REPLACED = "\ufffd"
_DECIMAL, _HEXADECIMAL = 7, 6  # digits of the longest number
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Keystrokes:
    """alt, code: the digits so far while a number is being typed, in one way or the other; None while none is."""

    alt: str | None = None
    code: str | None = None
    swallows: str = ""  # the text that follows the key that ended a number

    def alt_down(self) -> Keystrokes:
        return replace(self, alt="", code=None, swallows="")

    def alt_up(self) -> tuple[Keystrokes, str]:
        return Keystrokes(), _character(self.alt or "", 10, _DECIMAL)

    def code_begun(self) -> Keystrokes:
        return replace(self, code="", swallows="")

    def digit(self, digit: str) -> Keystrokes:
        """A key with a digit, hexadecimal ones too; on the pad or not."""
        if self.alt is not None and digit.isdecimal():
            return replace(self, alt=self.alt + digit)
        return self if self.code is None else replace(self, code=self.code + digit)

    def code_ended(self, by: str = "") -> tuple[Keystrokes, str]:
        """by: the text that the ending key would type."""
        return Keystrokes(swallows=by), _character(self.code or "", 16, _HEXADECIMAL)

    def text(self, text: str) -> tuple[Keystrokes, str]:
        """What the keys would type by themselves: nothing, while a number is being typed."""
        if self.alt is not None or self.code is not None:
            return self, ""
        if self.swallows:
            return Keystrokes(), text.removeprefix(self.swallows)
        return self, text


@dataclass(frozen=True, slots=True)
class Composed:
    text: str

    @property
    def letters_lost(self) -> bool:
        """No card is written without a letter that only Vietnamese has, or with a question mark."""
        return "?" in self.text or all(ord(char) < 0x100 or char == _REPLACED for char in self.text)


def composed(text: str) -> Composed:
    """The text of a scan, whose letters may have come byte by byte."""
    raw = bytearray()
    for char in text:
        byte = ord(char) if ord(char) < 0x100 else _WESTERN.get(char)
        if byte is None:
            return Composed(text)
        raw.append(byte)
    try:
        return Composed(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Composed(text)


def _character(digits: str, base: int, most: int) -> str:
    if not digits or len(digits) > most:
        return ""
    number = int(digits, base)
    return chr(number) if 0x20 <= number <= _LAST and number not in _SURROGATES else ""


_WESTERN = {
    bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
