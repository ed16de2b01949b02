"""Reads small QR codes (versions 1 to 5, low correction) off lit and dark dots, from the standard's rules alone.

ISO/IEC 18004. Nothing is corrected: every dot must be right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DATA_CODEWORDS = {1: 19, 2: 34, 3: 55, 4: 80, 5: 108}
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)


def modules_of(lit: Sequence[Sequence[bool]]) -> list[list[bool]]:
    """The modules (True is dark) of the code in a square of lit and dark dots, its light rim cut off."""
    inside = [row for row in lit if not all(row)]
    top = next(number for number, row in enumerate(lit) if not all(row))
    left = min(row.index(False) for row in inside)
    assert top == left, "the rim is not even"
    code = [list(row[left : len(row) - left]) for row in lit[top : len(lit) - top]]
    size = next(x for x, dot in enumerate(code[0]) if dot) // 7  # a finder is seven modules wide
    assert len(code) % size == 0 and all(len(row) == len(code) for row in code)
    modules = [[not dot for dot in row[::size]] for row in code[::size]]
    assert [[not modules[y // size][x // size] for x in range(len(code))] for y in range(len(code))] == code
    return modules


def read(modules: Sequence[Sequence[bool]]) -> str:
    """The text of a code."""
    size = len(modules)
    version = (size - 17) // 4
    assert size == 17 + 4 * version and version in DATA_CODEWORDS
    bits = [modules[8][c] for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [modules[r][8] for r in (7, 5, 4, 3, 2, 1, 0)]
    form = sum(bit << 14 - number for number, bit in enumerate(bits)) ^ 0b101010000010010
    assert form >> 13 == 0b01, "not of low correction"
    mask = MASKS[form >> 10 & 0b111]
    stream = [
        modules[row][column] ^ mask(row, column)
        for row, column in _path(size)
        if not _is_fixed(size, version, row, column)
    ]
    return _text(stream[: 8 * DATA_CODEWORDS[version]])


def _path(size: int) -> list[tuple[int, int]]:
    """Two columns at a time from the right, up and down by turns; the timing column is left out."""
    found = []
    upward = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for row in range(size - 1, -1, -1) if upward else range(size):
            found += [(row, right), (row, right - 1)]
        upward = not upward
    return found


def _is_fixed(size: int, version: int, row: int, column: int) -> bool:
    corner = (row < 9 and column < 9) or (row < 9 and column >= size - 8) or (row >= size - 8 and column < 9)
    aligned = version > 1 and abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return corner or aligned or row == 6 or column == 6


def _text(stream: list[bool]) -> str:
    at = 0

    def number(bits: int) -> int:
        nonlocal at
        found = int("".join("01"[bit] for bit in stream[at : at + bits]), 2)
        at += bits
        return found

    text = b""
    while len(stream) - at >= 4 and (mode := number(4)):
        if mode == 0b0100:
            text += bytes(number(8) for _ in range(number(8)))
        elif mode == 0b0010:
            left = number(9)
            for _ in range(left // 2):
                pair = number(11)
                text += (ALPHANUMERIC[pair // 45] + ALPHANUMERIC[pair % 45]).encode()
            text += ALPHANUMERIC[number(6)].encode() if left % 2 else b""
        elif mode == 0b0001:
            left = number(10)
            for digits in [3] * (left // 3) + ([left % 3] if left % 3 else []):
                text += f"{number(digits * 3 + 1):0{digits}}".encode()
        else:
            raise AssertionError(f"a code of mode {mode:04b}")
    return text.decode()
