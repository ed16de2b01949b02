"""Pages of print as a camera sees them. Tesseract read those with a blur of up to two points whole, at three points 18
to 88 in a hundred words, at four none of the small print."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

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


def test_no_picture_at_all() -> None:
    assert complaint(np.zeros((0, 0), np.uint8)) == complaint(np.zeros((1, 1), np.uint8)) == "blank"
