"""Where the keys are: rows that fill a box, with keys of at least 16 mm, and 20 where they fit. Pure.

Wide screens have the keys of a typewriter, with a row above them for the method: letters with marks, and tones, or the
digits of VNI. Where twelve keys do not fit side by side, the alphabet stands in rows of nine. Touching targets leave no
gap between them; what is drawn is a little smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kiosk.keyboard.state import CODE, DECIMAL, DELETE, METHOD, MORE, PADS, PHONE, SHIFT, SIGNS, SPACE, UNDO, Keyboard
from kiosk.widgets import Box

KEY_MM, LARGE_KEY_MM, _PAD_KEY_MM = 16.0, 24.0, 34.0
_FULL_COLUMNS = 12
TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")

_MARKED = tuple("ăâđêôơư")
_TYPEWRITER = (tuple("qwertyuiop"), (*"asdfghjkl", "'"), (SHIFT, *"zxcvbnm", "-", DELETE))
_OVER = {"keys": ((*_MARKED, *TONES),), "telex": (), "vni": (tuple("1234567890"),)}
_SIGNS = (tuple("1234567890"), tuple(",./:()'+&\""), (UNDO, METHOD, "-", "@", "%", "!", "?", ";", "_", DELETE))
_ALPHABET = (tuple("abcdefghi"), tuple("jklmnopqr"), (*"stuvwxyz", UNDO))
_PLAIN = (tuple("abcdeghik"), tuple("lmnopqrst"), (*"uvxy", *TONES))
_COMPACT_SIGNS = {  # with tone keys, the letters that Vietnamese does without stand here too
    "keys": (tuple("123456789"), ("0", *",./'fjw", UNDO), (*_MARKED, "z", METHOD)),
    "telex": (tuple("123456789"), ("0", *",./-'()", UNDO), ("+", "@", ":", "&", METHOD)),
}
_CODES = (tuple("23456789"), tuple("ABCDEFGH"), tuple("JKMNPQRS"), (*"TUVWXYZ", DELETE))
_COMPACT_CODES = (tuple("ABCDEFGHJ"), tuple("KMNPQRSTU"), (*"VWXYZ", DELETE))
_COMPACT_CODE_DIGITS = (tuple("2345"), (*"6789", DELETE))
_SIGN = "sign"  # where the sign of a pad stands, if it has one
_PAD = (tuple("123"), tuple("456"), tuple("789"), (_SIGN, "0", DELETE))
_WIDE_PAD = (tuple("12345"), tuple("67890"))  # sign and delete stand in the bottom row
_SIGNS_OF_PADS = {DECIMAL: ",", PHONE: "+"}


@dataclass(frozen=True, slots=True)
class KeyBox:
    """A key, and the area in which a touch is meant for it. What is written on it is for the scene to say."""

    box: Box
    key: str


def is_compact(width: int, mm: Callable[[float], int]) -> bool:
    """Whether the longest row would not fit into a width in pixels. mm: millimetres of the screen, in pixels."""
    return width < _FULL_COLUMNS * mm(KEY_MM)


def rows_of(keyboard: Keyboard, compact: bool) -> tuple[tuple[str, ...], ...]:
    """The keys above the bottom row; "" is a gap."""
    if keyboard.kind in PADS:
        sign = _SIGNS_OF_PADS.get(keyboard.kind, "")
        return tuple(tuple(sign if key == _SIGN else key for key in row) for row in (_WIDE_PAD if compact else _PAD))
    if keyboard.kind == CODE:
        return (_COMPACT_CODE_DIGITS if keyboard.page == SIGNS else _COMPACT_CODES) if compact else _CODES
    if keyboard.page == SIGNS:
        return _COMPACT_SIGNS["keys" if keyboard.method == "keys" else "telex"] if compact else _SIGNS
    if compact:
        return _PLAIN if keyboard.method == "keys" else _ALPHABET
    return (*_OVER[keyboard.method], *_TYPEWRITER)


def bottom_keys(keyboard: Keyboard, compact: bool) -> tuple[str, ...]:
    """The keys of the bottom row, between back and the primary action."""
    if keyboard.kind in PADS:
        sign = _SIGNS_OF_PADS.get(keyboard.kind)
        return ((sign, DELETE) if sign else (DELETE,)) if compact else ()
    if keyboard.kind == CODE:
        return (MORE,) if compact else ()
    return (SHIFT, MORE, SPACE, DELETE) if compact else (MORE, METHOD, SPACE, UNDO)


def height_of(keyboard: Keyboard, width: int, mm: Callable[[float], int]) -> tuple[int, int]:
    """The least and the most height, in pixels, that the keys above the bottom row make use of."""
    rows = len(rows_of(keyboard, is_compact(width, mm)))
    return rows * mm(KEY_MM), rows * mm(LARGE_KEY_MM)


def keys_of(keyboard: Keyboard, box: Box, mm: Callable[[float], int]) -> tuple[KeyBox, ...]:
    """The keys above the bottom row, at the bottom of a box in pixels."""
    rows = rows_of(keyboard, is_compact(box.width, mm))
    height = min(box.height // len(rows), mm(LARGE_KEY_MM))
    widest = mm(_PAD_KEY_MM) if keyboard.kind in PADS else box.width
    found: list[KeyBox] = []
    for number, row in enumerate(rows):
        columns = len(rows[0]) if keyboard.kind in PADS else len(row)
        pitch = min(box.width / columns, widest)
        left = box.x + (box.width - pitch * columns) / 2
        y = box.bottom - (len(rows) - number) * height
        found += _in_row(row, left, y, pitch, height)
    return tuple(found)


def bottom_row(keyboard: Keyboard, box: Box, mm: Callable[[float], int], compact: bool) -> tuple[KeyBox, ...]:
    """The keys of the bottom row in the box that is left for them; the space takes what the others leave."""
    keys = bottom_keys(keyboard, compact)
    narrow = max(mm(KEY_MM), min(mm(LARGE_KEY_MM), box.width // (len(keys) + 2)))
    spare = box.width - narrow * len(keys)  # of pads and codes, which have no space, before the keys
    found: list[KeyBox] = []
    x = box.x if SPACE in keys else box.x + spare
    for key in keys:
        width = narrow + spare if key == SPACE else narrow
        found.append(KeyBox(Box(x, box.y, width, box.height), key))
        x += width
    return tuple(found)


def _in_row(row: Sequence[str], left: float, y: int, pitch: float, height: int) -> list[KeyBox]:
    edges = [round(left + pitch * n) for n in range(len(row) + 1)]
    boxes = (Box(a, y, b - a, height) for a, b in pairwise(edges))
    return [KeyBox(box, key) for box, key in zip(boxes, row, strict=True) if key]
