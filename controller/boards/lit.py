"""When a board is lit: its timetable in the configuration. Pure."""

from __future__ import annotations

from datetime import time

from controller.core.notices import Hours
from controller.runtime.config_tables import Board


def is_lit(board: Board, at: time) -> bool:
    """Whether an ordinary page may be seen at a time of the place's day. Emergencies ask nobody."""
    spans = [Hours(*(time.fromisoformat(end) for end in span.split("-"))) for span in board.on_hours]
    return not spans or any(span.holds(at) for span in spans)
