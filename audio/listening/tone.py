"""The daily self-test's tone: quiet, short, and unlike anything else that the station plays. Pure, without numpy;
whether it was heard is for audio/listening/tone_line.py to say.
"""

from __future__ import annotations

import math
import sys
from array import array

RATE = 48_000
HERTZ = 1000.0
LENGTH_S = 2.0
_EDGE_S = 0.02  # so soft that it does not click


def tone(level_dbfs: float, hertz: float = HERTZ, length_s: float = LENGTH_S) -> bytes:
    """Mono s16le at 48 kHz. `level_dbfs` is below a sine that just fills the range (0 dBFS); ValueError above it."""
    if level_dbfs > 0:
        raise ValueError(f"{level_dbfs:g} dBFS is louder than a file can be")
    count, edge = round(length_s * RATE), round(_EDGE_S * RATE)
    peak = 32767 * 10 ** (level_dbfs / 20)
    samples = array("h", bytes(2 * count))
    for index in range(count):
        near = min(index, count - 1 - index)
        swell = 1.0 if near >= edge else 0.5 - 0.5 * math.cos(math.pi * near / edge)
        samples[index] = round(peak * swell * math.sin(2 * math.pi * hertz * index / RATE))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
