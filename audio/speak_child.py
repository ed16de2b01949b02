"""Runs in a child process of its own: one text through pyttsx3 into one file, then the end.

pyttsx3 loses files, hangs on stop, breaks across threads, and speaks Vietnamese as English when it
does not know the voice's name. So: a fresh process, one save, and the voice is asked for afterwards.
`runAndWait` was seen to return while espeak's own thread still spoke (every text of more than a few
words was lost then), so the end of the utterance is waited for.
Reads a JSON object {words, voice, rate, out, limit_s} on standard input; exit code 0 means the file was asked for.
"""

from __future__ import annotations

import json
import sys
import threading

import pyttsx3


def main() -> int:
    job = json.load(sys.stdin)
    engine = pyttsx3.init("espeak")
    voice = _voice(engine.getProperty("voices"), job["voice"])
    if not voice:
        sys.stderr.write(f"there is no voice {job['voice']}\n")
        return 1
    engine.setProperty("voice", voice)
    engine.setProperty("rate", job["rate"])
    written = threading.Event()
    engine.connect("finished-utterance", lambda name, completed: written.set())
    engine.save_to_file(job["words"], job["out"])
    engine.runAndWait()
    if not written.wait(job["limit_s"]):
        sys.stderr.write("the utterance did not finish\n")
        return 1
    if engine.getProperty("voice") != voice:
        sys.stderr.write(f"the voice {voice} was not taken\n")
        return 1
    return 0


def _voice(voices: list[pyttsx3.voice.Voice], wanted: str) -> str:
    """The driver's identifier of a voice: "aav/vi" here, "vi" or "sit/vi" in other releases of espeak."""
    for voice in voices:
        if wanted.lower() in {
            str(voice.id).lower().rpartition("/")[2],
            *(str(tag).lower() for tag in voice.languages or ()),
        }:
            return str(voice.id)
    return ""


if __name__ == "__main__":
    sys.exit(main())
