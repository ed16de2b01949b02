"""What an announcement is made of becomes the one file that will be broadcast, hours before it is due.

Texts -> words -> the first voice whose files can be trusted; recordings as they were brought; pauses -> each part
checked, trimmed, at one loudness, joined -> `renditions/<sha256>.wav`. Everything that can hang or needs much
memory runs in children with limits; the process that calls this stays small and loads no numpy. Nothing
half-written is left behind.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from audio.preparing.recipe import VoiceFile, recipe_of
from audio.preparing.speech import Call, Missing, call, voices
from controller.core.errors import DeviceError, StationError
from controller.core.parts import Part, Parts, PausePart, RecordingPart, TextPart
from controller.core.renditions import Prepared
from controller.core.spoken import Spoken
from controller.runtime.children import Child, Limits
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.files import adopt_file
from controller.runtime.places import Places

WORD_S = 0.1  # no voice says a syllable faster; a shorter file has lost some of the words
FINISH_LIMIT_S = 60.0
FINISH_SHARE = 0.5  # more time for finishing, of the length of the recordings
_MEMORY = 2 << 30  # bytes of address space for each child; a Piper voice takes about one
_BYTES_A_SECOND = 48_000 * 2 * 2
_HALF_DONE = 8 * 48_000  # bytes a second of recordings while they are worked on
_FINISH = (sys.executable, "-P", "-m", "audio.preparing.prepare_child")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # the other cores play
_FOLDER, _FINISHED = ".preparing-", "finished.wav"
_STALE_S = 6 * 3600.0  # a folder so old was left by a process that was killed
_FULL = 1 << 20  # bytes; with less than this left, whatever failed, failed for want of room
RECORDED = "recording"  # the engine of what no voice speaks


class Unspeakable(DeviceError):  # noqa: N818 - the word that the whole station uses
    """No file could be made. `reason` is a key of the word catalogues (section `unspeakable`)."""

    def __init__(self, reason: str, tried: tuple[str, ...] = ()) -> None:
        self.reason, self.tried = reason, tried
        super().__init__(f"{reason} ({'; '.join(tried)})" if tried else reason)


class GivenUpError(StationError):
    """The process is ending; the text is as good as before."""


class _VoiceError(Exception):
    """One voice did not do it; the next one is tried."""


class Normalises(Protocol):
    def spoken(self, text: str) -> Spoken: ...


class Preparer:
    """Makes renditions, one at a time; every call blocks until it is done or has failed.

    At worst that takes the configured limit for each voice and text, and a minute and more for finishing.
    """

    def __init__(
        self,
        speech: Speech,
        places: Places,
        normaliser: Normalises,
        policy: Policy | None = None,
        rate: int = 0,
        in_a_row: bool = False,
    ) -> None:
        """rate: hertz of the finished file, 0 for what loudspeakers are sent. in_a_row: many short texts follow each
        other, and one finishing child serves them all until `rest`."""
        self._rate, self._in_a_row = rate, in_a_row
        self._kept = contextlib.ExitStack()
        self._finisher: Child | None = None
        self._speech, self._places, self._normaliser = speech, places, normaliser
        self._policy = policy or Policy()
        self._limits = Limits(_MEMORY, (self._policy.max_duration_s + 60) * _BYTES_A_SECOND)
        self._voice_file = VoiceFile(speech.piper_voice)
        self._children: set[Child] = set()
        self._given_up = False
        self._lock = threading.Lock()

    def recipe(self, parts: Parts) -> str:
        """Tells what `prepare` would make: the same recipe, the same sound."""
        return recipe_of([self._script(part) for part in parts], self._speech, self._voice_file.sha256())

    def prepare(self, parts: Parts) -> Prepared:
        """The prepared file's hash and measures; it lies at `places.rendition(sha256)`. Raises Unspeakable."""
        script = [self._script(part) for part in parts]
        if not any(part.get("words") or "recording" in part for part in script):
            raise Unspeakable("nothing_to_say")
        script = [part for part in script if part.get("words") != ""]
        if any("recording" in part and not self._sound(part).is_file() for part in script):
            raise Unspeakable("recording_missing")
        recorded_s = sum(part.length_s for part in parts if isinstance(part, RecordingPart))
        if not self.has_room(round(recorded_s * _HALF_DONE)):
            raise Unspeakable("disk_full")
        try:
            with self._folder() as folder:
                return self._first_good(script, folder, FINISH_LIMIT_S + FINISH_SHARE * recorded_s)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT) or self._free() < _FULL
            raise Unspeakable("disk_full" if full else "not_finished", (f"station: {error}",)) from error

    def has_room(self, more: int = 0) -> bool:
        """Whether the disk has so many bytes left, besides what is reserved."""
        return self._free() >= (self._policy.disk_reserve_mb << 20) + more

    def rest(self) -> None:
        """Nothing more follows for now."""
        self._finisher = None
        self._kept.close()

    def give_up(self) -> None:
        """From any thread: end what is being prepared, now and from now on, with a GivenUpError."""
        with self._lock:
            self._given_up = True
            for child in self._children:
                child.kill()

    def _script(self, part: Part) -> dict[str, object]:
        """What a part sounds like: {"words"}, {"recording": its SHA-256} or {"pause_s"}."""
        match part:
            case TextPart(text):
                return {"words": self._normaliser.spoken(text).words}
            case RecordingPart(sha256):
                return {"recording": sha256}
            case PausePart(length_s):
                return {"pause_s": length_s}

    def _sound(self, part: dict[str, object]) -> Path:
        return self._places.sound(str(part["recording"]))

    def _first_good(self, script: Sequence[dict[str, object]], folder: Path, limit_s: float) -> Prepared:
        """One voice for all the words: an announcement does not change its speaker."""
        tried: list[str] = []
        too_long = False
        engines = voices(self._speech) if any("words" in part for part in script) else (RECORDED,)
        for engine in engines:
            try:
                answer = self._made(engine, script, folder, limit_s)
            except _VoiceError as failed:
                if self._given_up:
                    raise GivenUpError("the process ends") from failed
                answer = {"unusable": str(failed), "too_long": False}
            if "finished" in answer:
                finished = answer["finished"]
                adopt_file(folder / _FINISHED, self._places.rendition(finished["sha256"]))
                return Prepared(**finished, engine=engine, tried=tuple(tried))
            if "recording" in answer:  # no other voice would mend it
                raise Unspeakable(answer["recording"], tuple(tried))
            if "disk_full" in answer or self._free() < _FULL:
                raise Unspeakable("disk_full", tuple(tried))
            tried.append(f"{engine}: {answer['unusable']}")
            too_long = too_long or answer["too_long"]
        nobody = "not_finished" if engines == (RECORDED,) else "no_engine"
        raise Unspeakable("too_long" if too_long else nobody, tuple(tried))

    def _made(self, engine: str, script: Sequence[dict[str, object]], folder: Path, limit_s: float) -> dict[str, Any]:
        """Let one voice speak, and the finishing child, which loads meanwhile, make the whole of it."""
        parts: list[dict[str, object]] = []
        job = {
            "parts": parts, "out": str(folder / _FINISHED), "most_s": self._policy.max_duration_s,
            "lufs": self._speech.loudness_lufs, "true_peak": self._speech.true_peak_dbtp, "rate": self._rate,
        }  # fmt: skip
        sayings = []  # each a call and where its file will be
        for number, part in enumerate(script):
            if "words" in part:
                words, source = str(part["words"]), folder / f"{engine}-{number}.wav"
                how = call(engine, self._speech, words, source)
                if isinstance(how, Missing):
                    raise _VoiceError(how.reason)
                sayings.append((how, source))
                parts.append({"voice": str(source), "least_s": WORD_S * len(words.split())})
            elif "recording" in part:
                parts.append({"recording": str(self._sound(part)), "sha256": part["recording"]})
            else:
                parts.append(part)
        with self._finishing(folder) as finishing:
            for how, source in sayings:
                self._say(how, source)
            try:
                answer = finishing.ask(json.dumps(job).encode(), limit_s)
            except TimeoutError:
                raise _VoiceError(f"its file was not finished within {limit_s:g} s") from None
            if answer is None:
                raise _VoiceError(f"its file could not be finished: {finishing.last_words()}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _say(self, how: Call, source: Path) -> None:
        """Let a voice write its file; whether it can be trusted is not known yet."""
        script = source.with_suffix(".txt")
        script.write_bytes(how.stdin)
        with self._running(how.command, source.with_suffix(".log"), script) as speaking:
            code = speaking.ended(self._speech.time_limit_s)
        if code is None:
            raise _VoiceError(f"stopped after {self._speech.time_limit_s:g} s")
        if code:
            raise _VoiceError(f"ended with {code}: {speaking.last_words()}".rstrip(": "))

    @contextlib.contextmanager
    def _finishing(self, folder: Path) -> Iterator[Child]:
        """Whatever goes wrong with one that is kept ends it."""
        if not self._in_a_row:
            with self._running(_FINISH, folder / "finish.log") as child:
                yield child
            return
        if self._finisher is None:
            own = self._kept.enter_context(self._folder())
            self._finisher = self._kept.enter_context(self._running(_FINISH, own / "finish.log"))
        try:
            yield self._finisher
        except BaseException:
            self.rest()
            raise

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
