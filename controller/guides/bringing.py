"""A workbook that somebody has brought, compiled in a child with limits of memory and time. The thin shell around
compile_child.py: whatever the file does to the child, here it becomes one clear sentence.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller.core.words import Words
from controller.guides.documents import guide_of
from controller.guides.mistakes import Mistake
from controller.guides.model import NO, YES, Guide

_LIMIT_S = 60.0  # a Pi reads the largest file that is allowed in twenty
_MEMORY = 384 << 20  # bytes of address space
_MADE_LIMIT = 16 << 20  # bytes; pyxform writes its XML into a file for a moment
_CHILD = (
    "nice", "-n", "5", "prlimit", f"--as={_MEMORY}", f"--fsize={_MADE_LIMIT}", f"--cpu={int(_LIMIT_S)}", "--core=0",
    "setpriv", "--pdeathsig", "KILL", sys.executable, "-P", "-m", "controller.guides.compile_child",
)  # fmt: skip
log = logging.getLogger(__name__)


def brought(file: Path, words: Sequence[Words]) -> Guide | tuple[Mistake, ...]:
    """The guide in it, or every mistake. Blocks until the child has ended, a minute at most.

    words: the catalogues of all languages, for the few texts of a guide that nobody writes ("another one?").
    """
    another, answers = own_texts(words)
    job = json.dumps({"file": str(file.absolute()), "another": another, "answers": answers}).encode() + b"\n"
    try:
        found = subprocess.run(_CHILD, input=job, capture_output=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return (Mistake("file_heavy"),)
    if found.returncode or not found.stdout:  # it ate its memory
        log.info("compiling %s ended early (%d): %s", file, found.returncode, found.stderr[-160:])
        return (Mistake("file_heavy"),)
    answer: dict[str, Any] = json.loads(found.stdout)
    if "document" in answer:
        return guide_of(answer["document"])
    return tuple(Mistake(**mistake) for mistake in answer["mistakes"])


def own_texts(words: Sequence[Words]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What compiling.compiled takes besides the file: "another one?" by language, and the labels of "yes" and "no"."""
    another = {each.language: each("guide.another", label="{label}") for each in words}
    return another, {name: {each.language: each(f"guide.{name}") for each in words} for name in (YES, NO)}
