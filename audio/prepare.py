"""An announcement's text becomes the one file that will be broadcast, hours before it is due.

Text -> words -> the first voice whose file can be trusted -> checked, trimmed, at one loudness ->
`renditions/<sha256>.wav`. Everything that can hang or needs much memory runs in children with limits;
the process that calls this stays small and loads no numpy. Nothing half-written is left behind.
"""

from __future__ import annotations

import contextlib
import errno
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audio.children import Child, Limits
from audio.normaliser import Normaliser
from audio.speech import Missing, call, voices
from controller.core.errors import DeviceError, StationError
from controller.core.renditions import Prepared
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.files import adopt_file
from controller.runtime.places import Places

WORD_S = 0.1  # no voice says a syllable faster; a shorter file has lost some of the words
FINISH_LIMIT_S = 60.0
_MEMORY = 2 << 30  # bytes of address space for each child; a Piper voice takes about one
_BYTES_A_SECOND = 48_000 * 2 * 2
_FINISH = (sys.executable, "-P", "-m", "audio.prepare_child")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # the other cores play
_FOLDER, _FINISHED = ".preparing-", "finished.wav"
_STALE_S = 6 * 3600.0  # a folder so old was left by a process that was killed
_FULL = 1 << 20  # bytes; with less than this left, whatever failed, failed for want of room


class Unspeakable(DeviceError):  # noqa: N818 - the word that the whole station uses
    """No file could be made. `reason` is a key of the word catalogues (section `unspeakable`)."""

    def __init__(self, reason: str, tried: tuple[str, ...] = ()) -> None:
        self.reason, self.tried = reason, tried
        super().__init__(f"{reason} ({'; '.join(tried)})" if tried else reason)


class GivenUpError(StationError):
    """The process is ending; the text is as good as before."""


class _VoiceError(Exception):
    """One voice did not do it; the next one is tried."""


class Preparer:
    """Makes renditions, one at a time; every call blocks until it is done or has failed.

    At worst that takes the configured limit for each voice, and a minute for finishing.
    """

    def __init__(self, speech: Speech, places: Places, normaliser: Normaliser, policy: Policy | None = None) -> None:
        self._speech, self._places, self._normaliser = speech, places, normaliser
        self._policy = policy or Policy()
        self._limits = Limits(_MEMORY, (self._policy.max_duration_s + 60) * _BYTES_A_SECOND)
        self._children: set[Child] = set()
        self._given_up = False
        self._lock = threading.Lock()

    def prepare(self, text: str) -> Prepared:
        """The prepared file's hash and measures; it lies at `places.rendition(sha256)`. Raises Unspeakable."""
        words = self._normaliser.spoken(text).words
        if not words:
            raise Unspeakable("nothing_to_say")
        if self._free() < self._policy.disk_reserve_mb << 20:
            raise Unspeakable("disk_full")
        try:
            with self._folder() as folder:
                return self._first_good(words, folder)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT) or self._free() < _FULL
            raise Unspeakable("disk_full" if full else "not_finished", (f"station: {error}",)) from error

    def give_up(self) -> None:
        """From any thread: end what is being prepared, now and from now on, with a GivenUpError."""
        with self._lock:
            self._given_up = True
            for child in self._children:
                child.kill()

    def _first_good(self, words: str, folder: Path) -> Prepared:
        tried: list[str] = []
        too_long = False
        for engine in voices(self._speech):
            try:
                answer = self._spoken(engine, words, folder)
            except _VoiceError as failed:
                if self._given_up:
                    raise GivenUpError("the process ends") from failed
                answer = {"unusable": str(failed), "too_long": False}
            if "finished" in answer:
                finished = answer["finished"]
                adopt_file(folder / _FINISHED, self._places.rendition(finished["sha256"]))
                return Prepared(**finished, engine=engine, tried=tuple(tried))
            if "disk_full" in answer or self._free() < _FULL:
                raise Unspeakable("disk_full", tuple(tried))
            tried.append(f"{engine}: {answer['unusable']}")
            too_long = too_long or answer["too_long"]
        raise Unspeakable("too_long" if too_long else "no_engine", tuple(tried))

    def _spoken(self, engine: str, words: str, folder: Path) -> dict[str, Any]:
        """Let one voice speak, and the finishing child, which loads meanwhile, look at what it wrote."""
        source, script = folder / f"{engine}.wav", folder / f"{engine}.txt"
        how = call(engine, self._speech, words, source)
        if isinstance(how, Missing):
            raise _VoiceError(how.reason)
        script.write_bytes(how.stdin)
        job = {
            "source": str(source), "out": str(folder / _FINISHED),
            "least_s": WORD_S * len(words.split()), "most_s": self._policy.max_duration_s,
            "lufs": self._speech.loudness_lufs, "true_peak": self._speech.true_peak_dbtp,
        }  # fmt: skip
        with self._running(_FINISH, folder / "finish.log") as finishing:
            with self._running(how.command, folder / f"{engine}.log", script) as speaking:
                code = speaking.ended(self._speech.time_limit_s)
            if code is None:
                raise _VoiceError(f"stopped after {self._speech.time_limit_s:g} s")
            if code:
                raise _VoiceError(f"ended with {code}: {speaking.last_words()}".rstrip(": "))
            try:
                answer = finishing.ask(json.dumps(job).encode(), FINISH_LIMIT_S)
            except TimeoutError:
                raise _VoiceError(f"its file was not finished within {FINISH_LIMIT_S:g} s") from None
            if answer is None:
                raise _VoiceError(f"its file could not be finished: {finishing.last_words()}")
        found: dict[str, Any] = json.loads(answer)
        return found

    @contextlib.contextmanager
    def _running(self, command: tuple[str, ...], log: Path, stdin: Path | None = None) -> Iterator[Child]:
        with Child(command, self._limits, log, stdin, _ONE_THREAD) as child:
            with self._lock:
                self._children.add(child)
                if self._given_up:
                    child.kill()
            try:
                yield child
            finally:
                with self._lock:
                    self._children.discard(child)

    def _free(self) -> int:
        return shutil.disk_usage(self._places.renditions).free

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder for what is half done, beside the finished files; those of killed processes are swept."""
        for old in self._places.renditions.glob(f"{_FOLDER}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - old.stat().st_mtime > _STALE_S:
                    shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._places.renditions) as folder:
            yield Path(folder)
