"""The tone and the shape of every state. A state is never told by colour alone: beside its tone (the colour) it has a
word and a shape.
"""

from __future__ import annotations

from controller.core.journal import Kind
from controller.core.renditions import RenditionState
from controller.core.utterances import UtteranceState, Verdict
from controller.web.occurrences import UNAPPROVED

FINE, WAITING, AIR, FAULT, OVER = "fine", "waiting", "air", "fault", "over"
SHAPES = {FINE: "✓", WAITING: "…", AIR: "●", FAULT: "!", OVER: "■"}
TONES: dict[str, str] = {
    UtteranceState.QUEUED: WAITING,
    UtteranceState.PLAYING: AIR,
    UtteranceState.PLAYED: FINE,
    UtteranceState.CUT: FAULT,
    UtteranceState.MISSED: FAULT,
    UtteranceState.STOPPED: OVER,
    RenditionState.WANTED: WAITING,
    RenditionState.READY: FINE,
    RenditionState.FAILED: FAULT,
    UNAPPROVED: WAITING,
    Verdict.HEARD: FINE,
    Verdict.NOT_HEARD: FAULT,
    Verdict.UNSURE: WAITING,
}
JOURNAL_TONES = {
    Kind.PLAYING: AIR, Kind.PLAYED: FINE, Kind.PREPARED: FINE, Kind.RECOVERED: FINE, Kind.SHOWN: FINE,
    Kind.CUT: FAULT, Kind.MISSED: FAULT, Kind.FAULT: FAULT, Kind.UNSPEAKABLE: FAULT, Kind.REFUSED: FAULT,
    Kind.QUEUED: WAITING, Kind.STOPPED: OVER,
}  # fmt: skip
