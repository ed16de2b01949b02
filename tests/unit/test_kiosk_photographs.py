"""Papers under the kiosk's camera, whose words are known: what cannot be read is not called clear, and what can be is.
The whole set, with figures, is `python -m bench legibility`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.devices.legibility import complaint
from tests.support.photographs import Shot, photograph

A4 = Shot("good", 1, points=13.0, dots_mm=4.9)
A5 = replace(A4, height_mm=148.0, turned=3.0)
CASES: dict[str, tuple[Shot, str, str]] = {
    "a form": (A4, "legible", ""),
    "half a sheet": (A5, "legible", ""),
    "upside down": (replace(A5, turned=183.0), "legible", ""),
    "by the light of a window": (replace(A5, slope=0.4, noise=4.0), "legible", ""),
    "moved across": (replace(A5, motion=14.0), "illegible", "blurred"),
    "moved along": (replace(A5, motion=14.0, motion_angle=90.0), "illegible", "blurred"),
    "moved aslant": (replace(A5, motion=16.0, motion_angle=45.0), "illegible", "blurred"),
    "out of focus": (replace(A5, focus=3.0), "illegible", "blurred"),
    "small print out of focus": (replace(A4, points=11.0, dots_mm=4.4, focus=2.4), "illegible", "blurred"),
    "half of it outside": (replace(A5, at=(0.18, 0.5)), "illegible", "cut"),
    "nothing on it, in a shadow": (replace(A5, points=0.0, shadow=0.4), "illegible", "blank"),
    "nothing on it, and a table": (replace(A4, points=0.0, turned=96.0), "illegible", "blank"),
    "a lamp over the words": (replace(A5, glare=1.5, glare_wide=260.0), "illegible", "bright"),
    "half of it in a hard shadow": (replace(A4, shadow=0.88, noise=1.5), "illegible", "dark"),
    "in a light shadow": (replace(A4, shadow=0.4), "legible", ""),
    "at night": (replace(A5, light=0.06, noise=4.0), "illegible", "dark"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_read_is_said(case: str) -> None:
    shot, truth, said = CASES[case]
    seen = photograph(shot)
    assert (seen.truth, complaint(seen.grey)) == (truth, said)
