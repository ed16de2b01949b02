"""What a rendition is made of, as one hash: another recipe, another sound. Pure but for a voice file's own hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from controller.runtime.config_tables import Speech

FORMAT = 1  # grows when the same recipe would come to sound different


class VoiceFile:
    """The hash of an installed voice file, read again only when the file has changed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._known: tuple[tuple[int, int], str] | None = None

    def sha256(self) -> str:
        """ "" where no voice file is configured or it is not there."""
        if not self._path:
            return ""
        try:
            state = Path(self._path).stat()
            now = state.st_mtime_ns, state.st_size
            if self._known is None or self._known[0] != now:
                with Path(self._path).open("rb") as file:
                    self._known = now, hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""
        return self._known[1]


def recipe_of(parts: Sequence[dict[str, object]], speech: Speech, voice_file: str) -> str:
    """SHA-256 over what is spoken, in order, how loud, and with which voices, if any words are."""
    made: dict[str, object] = {
        "format": FORMAT, "parts": list(parts), "lufs": speech.loudness_lufs, "true_peak": speech.true_peak_dbtp,
    }  # fmt: skip
    if any("words" in part for part in parts):
        made["voice"] = [list(speech.engines), speech.voice, speech.words_per_minute, voice_file]
    return hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
