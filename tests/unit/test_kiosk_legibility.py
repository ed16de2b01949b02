"""Pages of print as a camera sees them. Tesseract read those with a blur of up to two points whole, at three points 18
to 88 in a hundred words, at four none of the small print."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from kiosk.devices.legibility import Grey, complaint
from tests.support.papers import page_of_print


def seen(picture: Image.Image, noise: float = 4.0) -> Grey:
    grain = np.random.default_rng(1).normal(0, noise, (picture.height, picture.width))
    return np.clip(np.asarray(picture).astype(float) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [22, 30, 44])
@pytest.mark.parametrize(("blur", "said"), [(0, ""), (1, ""), (2, ""), (4, "blurred"), (6, "blurred"), (9, "blurred")])
def test_print_is_sharp_or_not(size: int, blur: int, said: str) -> None:
    assert complaint(seen(page_of_print(size).filter(ImageFilter.GaussianBlur(blur)))) == said


@pytest.mark.parametrize(("light", "said"), [(0.6, ""), (0.4, ""), (0.25, ""), (0.15, "dark"), (0.05, "dark")])
def test_light_enough(light: float, said: str) -> None:
    assert complaint(seen(ImageEnhance.Brightness(page_of_print(30)).enhance(light))) == said


@pytest.mark.parametrize(("grey", "said"), [(0, "dark"), (120, "blank"), (255, "bright")])
def test_nothing_on_it(grey: int, said: str) -> None:
    assert complaint(seen(Image.new("L", (1920, 1080), grey), noise=2.0)) == said


def on_a_table(words: bool, turned: float = 0.0) -> Image.Image:
    """A sheet as the camera over the table sees it."""
    table, sheet = Image.new("L", (1920, 1080), 96), page_of_print(22).crop((150, 0, 1350, 900))
    if not words:
        sheet = Image.new("L", sheet.size, 212)
    cut = Image.new("L", sheet.size, 255).rotate(turned, expand=True)
    at = (table.width - cut.width) // 2, (table.height - cut.height) // 2  # all of its words are in the picture
    table.paste(sheet.rotate(turned, expand=True, resample=Image.Resampling.BICUBIC), at, cut)
    return table


@pytest.mark.parametrize("turned", [0.0, 8.0, -12.0])
@pytest.mark.parametrize(("words", "said"), [(True, ""), (False, "blank")])
def test_the_wrong_side_of_a_sheet_is_told_from_words(words: bool, said: str, turned: float) -> None:
    assert complaint(seen(on_a_table(words, turned))) == said


@pytest.mark.parametrize(("strength", "said"), [(0, ""), (60, ""), (400, "bright")])
def test_a_lamp_on_the_paper(strength: int, said: str) -> None:
    y, x = np.mgrid[0:1080, 0:1920]
    lamp = strength * np.exp(-(((x - 900) / 230) ** 2) - ((y - 500) / 230) ** 2)
    lit = np.clip(np.asarray(on_a_table(True)).astype(float) + lamp, 0, 255).astype(np.uint8)
    assert complaint(seen(Image.fromarray(lit))) == said


@pytest.mark.parametrize("light", [1.1, 1.3])
def test_a_page_in_much_light_is_read_all_the_same(light: float) -> None:
    assert complaint(seen(ImageEnhance.Brightness(on_a_table(True, 5.0)).enhance(light))) == ""


def test_each_complaint_says_what_to_do() -> None:
    for language in LANGUAGES:
        words = load_words(language)
        assert len({words(f"kiosk.filing.photo.{each}") for each in ("dark", "bright", "blank", "blurred", "cut")}) == 5


def test_no_picture_at_all() -> None:
    assert complaint(np.zeros((0, 0), np.uint8)) == complaint(np.zeros((1, 1), np.uint8)) == "blank"
