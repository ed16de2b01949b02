"""What the button on the wall sounds where no message was chosen for it, or its sound is gone: the alert signal alone.

An emergency like any other, with a row, a line in the journal, its place on every face and its mandatory end; so it has
an announcement too, which nobody wrote. Knows neither engine nor output.
"""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass
from datetime import datetime, timedelta

from audio import shelf
from audio.source import Source
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.utterances import BARE_ALERT, BY_CONTACT, Utterance, UtteranceState
from controller.runtime.files import replace_file
from controller.runtime.places import Places

LASTS_S = 120.0


@dataclass(frozen=True, slots=True)
class BareAlert:
    """Of one output. `title` is all that can be read of it."""

    title: str
    output: str
    zones: tuple[str, ...]

    def raised(self, alert: Source, at: datetime, press: str, ident: str, waits_s: float) -> tuple[Utterance, bytes]:
        """The emergency of one press, and the file of its sound, which nobody has put on the shelf yet."""
        file = _file_of(alert)
        utterance = Utterance(
            id=ident, announcement_id=BARE_ALERT, revision=1, rule_id=BY_CONTACT + press, due=at,
            output=self.output, zones=self.zones, title=self.title, level=Level.EMERGENCY, order_no=0,
            after_cut=AfterCut.RESTART, late_until=at + timedelta(seconds=waits_s), state=UtteranceState.QUEUED,
            attempt=0, sha256=hashlib.sha256(file).hexdigest(), duration_s=alert.length / shelf.RATE, started_at=None,
            ended_at=None, stop_wanted_by="", lasts_s=LASTS_S,
        )  # fmt: skip
        return utterance, file


def shelve(places: Places, sha256: str, file: bytes) -> None:
    """Put its file where prepared ones lie: it is listened for by it, and may be listened to. It sounds without.
    StationError if that cannot be."""
    path = places.rendition(sha256)
    if not path.exists():
        replace_file(path, file)


def _file_of(alert: Source) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(shelf.RATE)
        file.writeframes(alert.read(0, alert.length))
    return content.getvalue()
