"""A board in software is the board of its configuration: what it shows of a text is what the preview shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.boards.emulators import EMULATORS
from controller.runtime.places import Places
from tests.support.boards_drivers import CASES, Case
from tests.support.boards_wire import plain

IN_SOFTWARE = [name for name, case in CASES.items() if case.board.driver in EMULATORS]


@pytest.mark.parametrize("name", IN_SOFTWARE)
def test_a_board_in_software_has_the_colours_of_its_configuration(tmp_path: Path, name: str) -> None:
    places = Places(tmp_path)
    places.make()
    case: Case = replace(CASES[name], sign=lambda board: EMULATORS[board.driver](board, places)._sign)
    content = case.content("Bão", alerts=("Lũ",))
    (page,) = content.live.pages
    wire = case.wire()
    wire.show(content)
    wire.until(lambda: wire.dots == plain(page.dots), 60.0)
