"""Runs beside the voice, in a child process: makes the prepared file of what voices and people have made.

It loads numpy and PyAV while the voice still speaks, so that preparing takes little longer than the
slower of the two. One JSON object a line on standard input: {parts, out, most_s, lufs, true_peak, rate}, each part
{voice, least_s}, {recording, sha256} or {pause_s}. One line of answer each: {"finished": {...}},
{"unusable": why, "too_long": bool}, {"recording": reason} or {"disk_full": true}.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audio.preparing.loudness import RATE
from audio.preparing.sound import Piece, Recorded, RecordingError, Silence, UnusableError, Voiced, finish


def main() -> int:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    return 0


def answer(job: Mapping[str, Any]) -> dict[str, object]:
    parts = [_part(each) for each in job["parts"]]
    try:
        made = finish(parts, Path(job["out"]), job["most_s"], job["lufs"], job["true_peak"], job.get("rate") or RATE)
    except UnusableError as error:
        return {"unusable": str(error), "too_long": error.too_long}
    except RecordingError as error:
        return {"recording": error.reason}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"disk_full": True}
        raise
    return {"finished": dataclasses.asdict(made)}


def _part(found: Mapping[str, Any]) -> Piece:
    if "voice" in found:
        return Voiced(Path(found["voice"]), found["least_s"])
    if "recording" in found:
        return Recorded(Path(found["recording"]), found["sha256"])
    return Silence(found["pause_s"])


if __name__ == "__main__":
    sys.exit(main())
