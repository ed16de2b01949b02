"""The voices: programs that turn words into a WAV file, in the configured order. Only how to call them.

Each runs once for one text, in a child of its own (controller/runtime/children.py); whether its file can be trusted
is decided afterwards by audio/preparing/sound.py, never by its exit code alone.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from controller.runtime.config_tables import Speech

_NATURAL = 175  # words a minute at which espeak speaks by itself; a Piper voice's own pace is taken for the same


@dataclass(frozen=True, slots=True)
class Call:
    """What to start, with what on its standard input, to get the words into a file."""

    command: tuple[str, ...]
    stdin: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """Why an engine cannot even be started here."""

    reason: str


def voices(speech: Speech) -> tuple[str, ...]:
    """The engines to try, in order; Piper counts only where a voice file is configured."""
    return tuple(engine for engine in speech.engines if engine != "piper" or speech.piper_voice)


def call(engine: str, speech: Speech, words: str, out: Path) -> Call | Missing:
    """How `engine` (a name of the configuration) is started for these words."""
    if engine == "piper":
        return _piper(speech, words, out)
    if engine == "pyttsx3":
        job = {
            "words": words, "voice": speech.voice, "rate": speech.words_per_minute, "out": str(out),
            "limit_s": speech.time_limit_s,
        }  # fmt: skip
        return Call((sys.executable, "-P", "-m", "audio.preparing.speak_child"), json.dumps(job).encode())
    if not shutil.which("espeak-ng"):
        return Missing("not installed")
    rate = str(speech.words_per_minute)
    return Call(("espeak-ng", "-v", speech.voice, "-s", rate, "-b", "1", "--stdin", "-w", str(out)), words.encode())


def _piper(speech: Speech, words: str, out: Path) -> Call | Missing:
    """Piper without its two sources of chance, so that the same words give the same file."""
    voice = Path(speech.piper_voice)
    if voice.suffix != ".onnx" or not voice.is_file():
        return Missing(f"no voice file {voice}")
    # the module first: on a desktop, `piper` may be the program that configures mice
    program = (sys.executable, "-P", "-m", "piper") if find_spec("piper") else (shutil.which("piper") or "",)
    if not program[0]:
        return Missing("not installed")
    pace = f"{_NATURAL / speech.words_per_minute:.3f}"
    chance = ("--noise_scale", "0", "--noise_w", "0")
    return Call(
        (*program, "--model", str(voice), "--output_file", str(out), "--length_scale", pace, *chance), words.encode()
    )
