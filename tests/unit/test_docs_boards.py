"""docs/boards.md is true: its examples are accepted, and every driver on a line has its own."""

from __future__ import annotations

import re
from pathlib import Path

from controller.boards.drivers import DRIVERS
from controller.runtime.config_text import parse_config
from tests.support.boards_drivers import CASES

PAGE = Path("docs/boards.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n([^`]+)```", PAGE)


def test_each_driver_on_a_line_has_an_example_that_is_a_configuration() -> None:
    station = '[[zones]]\nid = "cho"\nname = "Chợ"\n[[outputs]]\nname = "main"\nzones = ["cho"]\n'
    boards = parse_config(station + "".join(EXAMPLES), "boards.md").boards
    assert (
        [board.driver for board in boards]
        == list(DRIVERS)
        == list(dict.fromkeys(c.board.driver for c in CASES.values()))
    )
    assert all(board.port != "emulator" for board in boards)


def test_files_that_are_named_are_there() -> None:
    named = re.findall(r"\]\(([^)#]+)\)", PAGE) + re.findall(r"`(tests/[\w/.]+)`", PAGE)
    assert len(named) > 4
    for path in named:
        assert (Path("docs") / path).exists() or Path(path).exists(), path
