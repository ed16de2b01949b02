"""The pages of a large screen against kept pictures. After a wanted change: LOALANG_RENEW=1 pytest tests/golden

Drawn at 1280 x 720 and kept at half the size. A pixel counts as different when a colour differs by more than 96 of 255,
which another release of FreeType does not reach; 40 such pixels are allowed, less than a tone mark has.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from controller.boards.typesetting import typeset, waiting
from tests.support.poster_cases import CASES, facts, item, keep_photo, screen

FOLDER = Path(__file__).parent / "posters"
SAME, ALLOWED = 96, 40
RENEW = bool(os.environ.get("LOALANG_RENEW"))


def drawn(name: str, folder: Path) -> Image.Image:
    """All pages of a case, one under the other."""
    keep_photo(folder)
    board, (shown, known) = screen(), CASES[name]
    all_facts = facts(folder, **known)  # type: ignore[arg-type]  # as the cases have them
    rotation = waiting(board, all_facts) if shown is None else typeset(board, shown, all_facts)
    whole = Image.new("RGB", (640, 360 * len(rotation.pages)))
    for number, page in enumerate(rotation.pages):
        picture = Image.frombytes("RGB", (1280, 720), b"".join(page.dots))
        whole.paste(picture.resize((640, 360), Image.Resampling.BOX), (0, 360 * number))
    return whole


def differing(one: Image.Image, other: Image.Image) -> int:
    if one.size != other.size:
        return one.width * one.height
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(most.histogram()[SAME + 1 :])


@pytest.mark.parametrize("name", CASES)
def test_poster(name: str, tmp_path: Path) -> None:
    actual, kept = drawn(name, tmp_path), FOLDER / f"{name}.png"
    if RENEW:
        actual.quantize(128, dither=Image.Dither.NONE).save(kept, optimize=True)
    with Image.open(kept) as file:
        expected = file.convert("RGB")
    count = differing(expected, actual)
    if count > ALLOWED:
        actual.save(tmp_path / f"{name}.actual.png")
        pytest.fail(f"{count} pixels differ from {kept}; see {tmp_path}/{name}.actual.png")


def test_every_kept_picture_is_of_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(CASES)


def test_a_changed_tone_mark_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = drawn("short", tmp_path)
    monkeypatch.setitem(CASES, "short", (item("Cắt nước 13 giờ – 17 giờ hôm này"), {}))
    assert differing(expected, drawn("short", tmp_path)) > ALLOWED
