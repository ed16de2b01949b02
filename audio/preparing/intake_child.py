"""Runs in a child process: judges a sound file that somebody has brought, and makes signals of such files.

One JSON object a line on standard input, one line of answer each:
{"do": "look", file, most_s}  -> {"kind", "length_s"}         by its headers, at once
{"do": "hear", file, most_s, kind} -> {"length_s"}            by decoding it
{"do": "signal", file, most_s, kind, out, least_s, lufs, true_peak} -> {"sha256", "length_s"}   made as `out`
or {"refused": code, "facts": {...}}.
"""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import numpy as np

from audio.preparing.decoding import RefusedError, look, pieces
from audio.preparing.loudness import RATE
from audio.preparing.sound import finish_signal
from controller.runtime.discretion import be_discreet

SILENT = 10 ** (-50 / 20)  # a recording whose peak is below is one of nothing


def main() -> int:
    be_discreet()  # its last words go to the log, and the file may be anything
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    return 0


def answer(job: dict[str, object]) -> dict[str, object]:
    most_s = float(str(job["most_s"]))
    try:
        if job["do"] == "look":
            with Path(str(job["file"])).open("rb") as file:
                looked = look(file, most_s)
            return {"kind": looked.kind, "length_s": looked.length_s}
        return _signal(job, most_s) if job["do"] == "signal" else _heard(job, most_s)
    except RefusedError as error:
        return {"refused": error.code, "facts": error.facts}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"refused": "no_room", "facts": {}}
        raise


def _heard(job: dict[str, object], most_s: float) -> dict[str, object]:
    count, peak = 0, 0.0
    with Path(str(job["file"])).open("rb") as file:
        for piece in pieces(file, str(job["kind"]), most_s):
            count += piece.size
            peak = max(peak, float(np.abs(piece).max()))
    if not peak > SILENT:
        raise RefusedError("sound_silent")
    return {"length_s": count / RATE}


def _signal(job: dict[str, object], most_s: float) -> dict[str, object]:
    file, kind, out = Path(str(job["file"])), str(job["kind"]), Path(str(job["out"]))
    least_s, lufs, true_peak = (float(str(job[name])) for name in ("least_s", "lufs", "true_peak"))
    made = finish_signal(file, kind, out, least_s, most_s, lufs, true_peak)
    return {"sha256": made.sha256, "length_s": made.duration_s}


if __name__ == "__main__":
    sys.exit(main())
