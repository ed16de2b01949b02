"""A board is dark outside its hours, unless something urgent is to be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from controller.boards.lit import is_lit
from controller.boards.preview import draft
from controller.boards.rotation import content_of
from controller.core.levels import Level
from controller.runtime.config_tables import Board
from tests.support.boards_line import FACTS


@pytest.mark.parametrize(
    ("spans", "at", "lit"),
    [
        ((), "03:00", True),
        (("05:30-21:00",), "05:29", False),
        (("05:30-21:00",), "05:30", True),
        (("05:30-21:00",), "21:00", False),
        (("20:00-02:00",), "01:59", True),
        (("20:00-02:00",), "02:00", False),
        (("05:00-07:00", "17:00-20:00"), "12:00", False),
        (("05:00-07:00", "17:00-20:00"), "19:30", True),
    ],
)
def test_hours(spans: tuple[str, ...], at: str, lit: bool) -> None:
    assert is_lit(Board(id="b", name="B", on_hours=spans), time.fromisoformat(at)) is lit


def test_an_emergency_is_seen_at_any_hour() -> None:
    board, night = Board(id="b", name="B", on_hours=("05:30-21:00",)), replace(FACTS, now=FACTS.now.replace(hour=23))
    calm, alert = draft("Họp thôn"), draft("BÃO", Level.EMERGENCY)
    assert not content_of(board, [calm], [], night).is_lit
    assert content_of(board, [calm], [alert], night).is_lit
    assert content_of(board, [calm], [], FACTS).is_lit
