"""Runs in a child process of its own: one text through pyttsx3 into one file, then the end.

pyttsx3 loses files, hangs on stop, breaks across threads, and reads Vietnamese as English when it does
not know the voice's name. So: a fresh process and one save. Two more of its ways, both seen:
- every run loop begins by cancelling what espeak's own thread has not done yet, and once in a few hundred
  times that was the pace, so a loop begins only when espeak is idle, and voice and pace are looked at
  again afterwards;
- `runAndWait` may return while that thread still speaks, and the file is written at the very end only.

Reads a JSON object {words, voice, rate, out, limit_s} on standard input. Exit code 0: all was as asked.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable

import pyttsx3
from pyttsx3.drivers import _espeak

_SETTLE_S = 2.0


def main() -> int:
    job = json.load(sys.stdin)
    engine = pyttsx3.init("espeak")
    wanted = {"voice": _voice(engine.getProperty("voices"), job["voice"]), "rate": job["rate"]}
    if not wanted["voice"]:
        return _failed(f"there is no voice {job['voice']}")
    _until(_idle)
    engine.runAndWait()  # an empty loop; after it a property is set at once, and no longer when a loop begins
    for name, value in wanted.items():
        engine.setProperty(name, value)
    _until(lambda: _has(engine, wanted) and _idle())
    written = threading.Event()
    engine.connect("finished-utterance", lambda name, completed: written.set())
    engine.save_to_file(job["words"], job["out"])
    engine.runAndWait()
    if not written.wait(job["limit_s"]):
        return _failed("the utterance did not finish")
    _until(lambda: _has(engine, wanted) and _idle())
    return 0 if _has(engine, wanted) else _failed(f"voice and pace were not as asked: {wanted}")


def _voice(voices: list[pyttsx3.voice.Voice], wanted: str) -> str:
    """The driver's identifier of a voice: "aav/vi" here, "vi" or "sit/vi" in other releases of espeak."""
    for voice in voices:
        names = {str(voice.id).rpartition("/")[2], *map(str, voice.languages or ())}
        if wanted.lower() in {name.lower() for name in names}:
            return str(voice.id)
    return ""


def _idle() -> bool:
    return not _espeak.IsPlaying()


def _until(true: Callable[[], bool]) -> None:
    """Wait a little; whoever needs to know looks again."""
    deadline = time.monotonic() + _SETTLE_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.002)


def _has(engine: pyttsx3.Engine, wanted: dict[str, object]) -> bool:
    return all(engine.getProperty(name) == value for name, value in wanted.items())


def _failed(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
