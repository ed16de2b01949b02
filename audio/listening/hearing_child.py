"""Runs beside the player, in a child process: says whether a recording holds the words. It loads numpy while the last
moments are still recorded. One JSON object on standard input, one line of answer: the fields of `Heard`.

{"rate", "pieces": [{"fd", "bytes", "offset_s", "from_s", "to_s"}], "reference": FILE}, or, of one piece and without a
reference, {"tone": {"hertz", "length_s", "level_dbfs"}}. A recording comes as an open file without a name (mono s16le)
and goes with this process.
"""

from __future__ import annotations

import json
import os
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.listening.alignment import Verdict, judge, together
from audio.listening.spectra import RATE, Samples, decimated
from audio.listening.tone_line import judge_tone


def main() -> int:
    job = json.loads(sys.stdin.readline())
    found = answer(job)
    said = {
        name: getattr(found, name) for name in ("verdict", "share", "delay_ms", "gain_db", "snr_db", "reason", "from_s")
    }
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    return 0


def answer(job: dict[str, Any]) -> Verdict:
    factor = int(job["rate"]) // RATE
    pieces = job["pieces"]
    if "tone" in job:
        (piece,) = pieces
        return judge_tone(decimated(_recorded(piece), factor), piece["offset_s"], **job["tone"])
    reference = Path(job["reference"])
    return together([
        judge(
            decimated(_recorded(piece), factor),
            _words(reference, piece["from_s"], piece["to_s"]),
            piece["offset_s"],
            later=piece["from_s"] > 0,
        )
        for piece in pieces
    ])  # fmt: skip


def _recorded(piece: dict[str, Any]) -> NDArray[np.int16]:
    return np.frombuffer(os.pread(piece["fd"], piece["bytes"] // 2 * 2, 0), "<i2")


def _words(reference: Path, from_s: float, to_s: float) -> Samples:
    with wave.open(str(reference), "rb") as file:
        rate = file.getframerate()
        first = min(file.getnframes(), round(from_s * rate))
        file.setpos(first)
        return decimated(np.frombuffer(file.readframes(max(0, round(to_s * rate) - first)), "<i2"), rate // RATE)


if __name__ == "__main__":
    sys.exit(main())
