"""The kiosk's screens against kept pictures. After a wanted change: LOALANG_RENEW=1 pytest tests/golden

A pixel counts as different when a colour differs by more than 96 of 255, which the edge of the same
letter drawn by another release of FreeType does not reach; 40 such pixels are allowed, less than a
tone mark has at these sizes.
"""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.support import kiosk_cases as cases

FOLDER = Path(__file__).parent / "kiosk"
SAME, ALLOWED = 96, 40
RENEW = bool(os.environ.get("LOALANG_RENEW"))


def differing(one: Image.Image, other: Image.Image) -> tuple[int, Image.Image]:
    """How many pixels differ, and a picture of where: red on the faded first one."""
    if one.size != other.size:
        return one.width * one.height, other
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = most.point(lambda level: 255 if level > SAME else 0).convert("L")
    faded = Image.blend(one, Image.new("RGB", one.size, (255, 255, 255)), 0.6)
    faded.paste((220, 0, 0), mask=mask)
    return mask.histogram()[255], faded


@pytest.mark.parametrize("name", cases.CASES)
def test_screen(name: str, tmp_path: Path) -> None:
    actual, kept = cases.drawn(cases.CASES[name]), FOLDER / f"{name}.png"
    if RENEW:
        actual.quantize(128, dither=Image.Dither.NONE).save(kept, optimize=True)
    with Image.open(kept) as file:
        expected = file.convert("RGB")
    count, where = differing(expected, actual)
    if count > ALLOWED:
        actual.save(tmp_path / f"{name}.actual.png")
        where.save(tmp_path / f"{name}.difference.png")
        pytest.fail(f"{count} pixels differ from {kept}; see {tmp_path}/{name}.difference.png and .actual.png")


def test_every_kept_picture_is_of_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(cases.CASES)


def test_a_changed_tone_mark_is_seen() -> None:
    name = "waiting-ordinary-1280x800"
    expected = cases.drawn(cases.CASES[name])
    actual = cases.drawn(cases.Case(cases.CASES[name].state, site="Xã Hương Sớn"))
    assert differing(expected, actual)[0] > ALLOWED
    assert differing(expected, cases.drawn(cases.CASES[name]))[0] == 0
