"""The pages of filing against kept pictures: Vietnamese, large text, high contrast, and the sizes of screens.
After a wanted change: LOALANG_RENEW=1 pytest tests/golden/test_kiosk_filing_golden.py"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from kiosk.look import TEXT_SIZES, strong
from kiosk.widgets import Label, Panel, Sign
from tests.golden.test_kiosk_golden import ALLOWED, differing
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing_pages import pages

FOLDER = Path(__file__).parent / "kiosk_filing"
RENEW = bool(os.environ.get("LOALANG_RENEW"))
MAIN = (
    "events", "guides", "about", "choice", "papers", "card_bad", "name_typed", "date_bad", "number_strange", "places",
    "several", "photo_unclear", "review", "consent", "not_sent", "receipt", "handover", "stop", "kept",
    "helped", "handed_back", "consent_helped", "stop_helped",
)  # fmt: skip
HELPED = ("helped", "helped_typing", "handed_back")
FEW = ("choice", "papers", "name_typed", "date_bad", "review", "receipt")
CASES = {
    **{f"{name}-10in": (name, "10in", 1.0, False) for name in MAIN},
    **{f"{name}-{screen}": (name, screen, 1.0, False) for screen in ("7in", "15in", "tall") for name in FEW},
    **{f"{name}-{screen}": (name, screen, 1.0, False) for screen in ("7in", "15in", "tall") for name in HELPED},
    **{
        f"{name}-{screen}-large": (name, screen, TEXT_SIZES[-1], False) for screen in ("7in", "10in") for name in HELPED
    },
    **{f"{name}-10in-large": (name, "10in", TEXT_SIZES[-1], False) for name in FEW},
    **{f"{name}-10in-contrast": (name, "10in", 1.0, True) for name in FEW},
}


def drawn(case: str) -> Image.Image:
    name, screen, text, contrast = CASES[case]
    frame = replace(support.SCREENS[screen], text=text)
    scene = support.composed(pages()[name], frame)
    if contrast:
        scene = tuple(
            replace(w, colour=strong(w.colour)) if isinstance(w, Panel | Label | Sign) else w for w in scene
        )  # as the stage does
    return cases.raster(scene, frame)


@pytest.mark.parametrize("case", CASES)
def test_page(case: str, tmp_path: Path) -> None:
    actual, kept = drawn(case), FOLDER / f"{case}.png"
    if RENEW:
        FOLDER.mkdir(exist_ok=True)
        actual.quantize(64, dither=Image.Dither.NONE).save(kept, optimize=True)
    with Image.open(kept) as file:
        expected = file.convert("RGB")
    count, where = differing(expected, actual)
    if count > ALLOWED:
        actual.save(tmp_path / f"{case}.actual.png")
        where.save(tmp_path / f"{case}.difference.png")
        pytest.fail(f"{count} pixels differ from {kept}; see {tmp_path}/{case}.difference.png and .actual.png")


def test_every_kept_picture_is_of_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(CASES)
