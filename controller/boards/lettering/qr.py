"""An address as a QR code: the one user of the library that makes them, loaded only where one is drawn.

In lamps the light modules are lit and so is the zone around them, the dark ones stay dark: what a phone's camera
expects of print.
"""

from __future__ import annotations

from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from controller.boards.lettering.blocks import Block

QUIET = 4  # light modules around a code (ISO/IEC 18004)
LEAST_QUIET = 1  # with which cameras still find it among dark lamps; larger modules help them more than a wide rim


def modules_of(address: str, is_sturdy: bool = False) -> tuple[tuple[bool, ...], ...] | None:
    """Rows of modules, True is dark, without the free zone; None for more than the largest code holds. A sturdy one
    bears that 15 % of it cannot be read, others 7 %: a board has no creases, and fewer modules are larger ones."""
    code = QRCode(error_correction=ERROR_CORRECT_M if is_sturdy else ERROR_CORRECT_L, border=0)
    code.add_data(address)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return None
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


@lru_cache(maxsize=32)
def code_of(address: str, room: int) -> Block | None:
    """Ink: a square of at most `room` dots, a module at least one dot. None where the code is larger than that."""
    modules = modules_of(address)
    if modules is None:
        return None
    count = len(modules)
    size = room // (count + 2 * LEAST_QUIET)
    if size < 1:
        return None
    quiet = min(QUIET * size, (room - count * size) // 2)
    side, rim = count * size + 2 * quiet, b"\1" * quiet
    rows = [rim + b"".join([(b"\0" if dark else b"\1") * size for dark in row]) + rim for row in modules]
    lit = (b"\1" * side,) * quiet
    return (*lit, *(row for row in rows for _ in range(size)), *lit)
