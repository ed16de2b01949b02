"""A spreadsheet that somebody has brought as a guide, compiled in a child with limits of memory and time.

Whatever the file does to the child, here it becomes one clear sentence. Nothing is kept: `Guiding.put` does that.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from controller.core.errors import StationError
from controller.core.words import LANGUAGES
from controller.guides.bringing import found_in, job_of
from controller.guides.mistakes import Mistake
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from controller.runtime.children import Limits
from controller.runtime.fates import Fate, fate_of, told

LIMIT_S = 60.0  # a Pi reads the largest file that is allowed in twenty
_MEMORY = 384 << 20  # bytes of address space
_MADE_LIMIT = 16 << 20  # bytes; pyxform writes its XML into a file for a moment
LIMITS = Limits(_MEMORY, _MADE_LIMIT, nice=5, cpu_s=int(LIMIT_S))
_MISTAKES = {
    Fate.MEMORY: Mistake("file_heavy"),
    Fate.TIME: Mistake("file_slow"),
    Fate.FAULT: Mistake("file_fault"),
}
_CHILD = (sys.executable, "-P", "-m", "controller.judging_child")
log = logging.getLogger(__name__)


def judged(file: Path, limits: Limits = LIMITS, limit_s: float = LIMIT_S) -> Guide | tuple[Mistake, ...]:
    """The guide in a file, or every mistake in it (mistakes.told says them). Blocks until the child has ended;
    StationError if there could be none."""
    job = job_of(file, [load_words(language, ("controller.guides",)) for language in LANGUAGES])
    try:
        done = subprocess.run(limits.before(_CHILD), input=job, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return (_MISTAKES[Fate.TIME],)
    except OSError as error:
        raise StationError(f"a guide cannot be judged: {error}") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace")
        fate = fate_of(done.returncode, said)
        log.log(
            logging.ERROR if fate is Fate.FAULT else logging.INFO,
            "compiling %s: %s",
            file.name,
            told(done.returncode, said),
        )
        return (_MISTAKES[fate],)
    return found_in(done.stdout)
