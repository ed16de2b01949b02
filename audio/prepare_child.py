"""Runs beside the voice, in a child process: checks and finishes what the voice has written.

It loads numpy and PyAV while the voice still speaks, so that preparing takes little longer than the
slower of the two. One JSON object a line on standard input ({source, out, least_s, most_s, lufs,
true_peak}), one line of answer each: {"finished": {...}}, {"unusable": why, "too_long": bool} or
{"disk_full": true}.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import sys
from pathlib import Path

from audio.sound import UnusableError, finish


def main() -> int:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    return 0


def answer(job: dict[str, object]) -> dict[str, object]:
    source, out = Path(str(job["source"])), Path(str(job["out"]))
    least_s, most_s, lufs, true_peak = (float(str(job[name])) for name in ("least_s", "most_s", "lufs", "true_peak"))
    try:
        return {"finished": dataclasses.asdict(finish(source, out, least_s, most_s, lufs, true_peak))}
    except UnusableError as error:
        return {"unusable": str(error), "too_long": error.too_long}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"disk_full": True}
        raise


if __name__ == "__main__":
    sys.exit(main())
