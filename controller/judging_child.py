"""Runs in a child process with limits: compiles a workbook that somebody has brought.

One JSON object on standard input, {"file", "another", "answers"} as compiling.compiled takes them; one line of answer,
{"document": {...}} or {"mistakes": [{...}, ...]} with the fields of mistakes.Mistake.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from pathlib import Path

from controller.guides.compiling import compiled
from controller.guides.documents import document_of
from controller.guides.model import Guide
from controller.runtime.discretion import be_discreet


def main() -> int:
    be_discreet()  # its last words go to the log, and the file may be anything
    logging.disable()
    job = json.loads(sys.stdin.readline())
    found = compiled(Path(job["file"]), job["another"], job["answers"])
    if isinstance(found, Guide):
        answer: dict[str, object] = {"document": document_of(found)}
    else:
        answer = {"mistakes": [dataclasses.asdict(mistake) for mistake in found]}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
