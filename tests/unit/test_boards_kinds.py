"""The tables of kinds of boards agree; a station loads boards in software only where they stand in for a real one."""

import subprocess
import sys

from controller.boards.drivers import DRIVERS
from controller.boards.emulators import EMULATORS
from controller.runtime.config_tables import NETWORK_BOARDS, SERIAL_BOARDS, Board


def loaded(module: str, wanted: str) -> str:
    """Which modules that contain a word are there after an import of one."""
    told = f"import sys, {module}; print([name for name in sys.modules if {wanted}])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_every_kind_on_a_line_has_one_in_software_and_its_line_is_known() -> None:
    assert list(EMULATORS) == list(DRIVERS)
    assert set(DRIVERS) == SERIAL_BOARDS | NETWORK_BOARDS


def test_the_controller_loads_no_board_in_software() -> None:
    assert loaded("controller.daemon", "'emulat' in name or name.endswith('.sign')") == "[]"


def test_the_page_loads_no_protocol() -> None:
    assert loaded("controller.web_daemon", "'boards' in name and name.endswith(('.drivers', '.link'))") == "[]"


def test_a_screen_has_all_colours_whatever_is_configured() -> None:
    assert Board.model_validate({"id": "s", "name": "S", "driver": "screen", "colours": "one"}).colours == "full"
