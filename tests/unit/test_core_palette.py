"""One look on all faces."""

import re
from pathlib import Path

import pytest

from controller.core import palette
from controller.core.palette import INK, PAPER, contrast

PAGE = Path(__file__).parents[2] / "controller" / "web" / "static" / "page.css"


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.478, abs=0.001)
    assert contrast(INK, PAPER) == pytest.approx(15.9, abs=0.1)


def test_the_page_has_the_same_colours() -> None:
    said = {name: bytes.fromhex(code) for name, code in re.findall(r"--(\w+): #(\w{6});", PAGE.read_text("utf-8"))}
    ours = {name.lower(): bytes(colour) for name, colour in vars(palette).items() if name.isupper()}
    night = ours.pop("night")  # the ground of kiosk and screens alone
    assert ours == {name: code for name, code in said.items() if name in ours}
    assert night not in said.values()
