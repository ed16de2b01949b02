"""What people bring is judged before it is kept: recordings for announcements, and signals of the commune's own.

The judging itself runs in a child with limits of memory and time (audio/preparing/intake_child.py). The name of a file
is believed by nobody. Knows no store: whoever calls writes down what was kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from controller.core.errors import InputError, Problem, StationError
from controller.core.recordings import SIGNAL_LENGTHS, Brought, SignalName
from controller.runtime.children import Child, Limits
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.fates import Fate, fate_of, told
from controller.runtime.files import adopt_file
from controller.runtime.places import Places

LOOK_LIMIT_S = 4.5  # with the child's own beginning a refusal takes less than five
HEAR_LIMIT_S = 60.0
_MEMORY = 1 << 30  # bytes of address space; numpy and FFmpeg's libraries take a quarter of it
_SIGNAL_BYTES = 16 << 20
_NICE = 5  # somebody waits for the answer
_CHILD = (sys.executable, "-P", "-m", "audio.preparing.intake_child")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_REFUSALS = {Fate.MEMORY: "sound_memory", Fate.TIME: "sound_slow", Fate.FAULT: "sound_fault"}
_ENDS_S = 1.0  # in which a child that has closed its pipe is gone
_FOLDER = ".judging-"
_STALE_S = 86_400.0  # an upload so old was left by a process that was killed
log = logging.getLogger(__name__)

Ask = Callable[[dict[str, object], float], dict[str, Any]]


class Intake:
    """Every call blocks until the file is judged. Several threads may call."""

    def __init__(self, places: Places, policy: Policy, speech: Speech | None = None) -> None:
        self._places, self._policy, self._speech = places, policy, speech or Speech()

    def take(self, file: Path, name: str) -> Brought:
        """Keep a recording as `places.sound(sha256)`. InputError (field "file") saying what is wrong with it.

        `file` lies in `places.uploads` and is gone afterwards, whatever comes of it.
        """
        with self._judging(file, name) as (ask, _):
            most_s = float(self._policy.max_duration_s)
            kind = ask({"do": "look", "most_s": most_s}, LOOK_LIMIT_S)["kind"]
            length_s = ask({"do": "hear", "most_s": most_s, "kind": kind}, HEAR_LIMIT_S)["length_s"]
            with file.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            size = file.stat().st_size
            adopt_file(file, self._places.sound(sha256))
        return Brought(sha256, kind, length_s, size)

    def take_signal(self, file: Path, name: str, kind: SignalName) -> tuple[str, float]:
        """Make a prepared file of a chime; its SHA-256 and length in seconds. InputError as with `take`."""
        least_s, most_s = SIGNAL_LENGTHS[kind]
        with self._judging(file, name) as (ask, folder):
            made = folder / "signal.wav"
            form = ask({"do": "look", "most_s": float(self._policy.max_duration_s)}, LOOK_LIMIT_S)["kind"]
            finished = ask(
                {
                    "do": "signal", "kind": form, "least_s": least_s, "most_s": most_s, "out": str(made),
                    "lufs": self._speech.loudness_lufs, "true_peak": self._speech.true_peak_dbtp,
                },
                HEAR_LIMIT_S,
            )  # fmt: skip
            adopt_file(made, self._places.rendition(finished["sha256"]))
        return finished["sha256"], finished["length_s"]

    @contextlib.contextmanager
    def _judging(self, file: Path, name: str) -> Iterator[tuple[Ask, Path]]:
        """How to ask a child about `file`, and a folder of its own; afterwards both are gone."""
        self._sweep()
        try:
            if shutil.disk_usage(self._places.uploads).free < self._policy.disk_reserve_mb << 20:
                raise InputError(Problem.of("file", "no_room"))
            with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._places.uploads) as text:
                folder = Path(text)
                with Child(_CHILD, Limits(_MEMORY, _SIGNAL_BYTES, _NICE), folder / "log", None, _ONE_THREAD) as child:

                    def ask(job: dict[str, object], limit_s: float) -> dict[str, Any]:
                        return self._answer(child, {"file": str(file), **job}, limit_s, name)

                    yield ask, folder
        except OSError as error:
            raise StationError(f"cannot judge what was brought: {error}") from error
        finally:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    @staticmethod
    def _answer(child: Child, job: dict[str, object], limit_s: float, name: str) -> dict[str, Any]:
        try:
            line = child.ask(json.dumps(job).encode(), limit_s)
        except TimeoutError:
            raise InputError(Problem.of("file", _REFUSALS[Fate.TIME])) from None
        if line is None:
            code, said = child.ended(_ENDS_S), child.said()
            fate = fate_of(code, said)
            log.log(logging.ERROR if fate is Fate.FAULT else logging.INFO, "judging %r: %s", name, told(code, said))
            raise InputError(Problem.of("file", _REFUSALS[fate]))
        found: dict[str, Any] = json.loads(line)
        if "refused" in found:
            raise InputError(Problem.of("file", found["refused"], **found["facts"]))
        return found

    def _sweep(self) -> None:
        for old in self._places.uploads.glob("*"):
            with contextlib.suppress(OSError):
                if time.time() - old.stat().st_mtime > _STALE_S:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
