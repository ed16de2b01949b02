"""Sizes and colours hold what the standards ask for, in every scene that is drawn."""

import pytest

from controller.core.palette import INK, Rgb, contrast
from kiosk import look
from kiosk.look import Frame
from kiosk.widgets import Box, Label, Panel, Scene, Sign, Target
from tests.support import kiosk_cases as cases

LETTER_MM, TARGET_MM, RATIO, STRONG_RATIO = 4.8, 16.0, 7.0, 12.0


@pytest.mark.parametrize("pair", look.PAIRS)
def test_every_pair_of_text_and_ground_is_legible_in_sunlight(pair: tuple[Rgb, Rgb]) -> None:
    assert contrast(*pair) >= RATIO


@pytest.mark.parametrize("pair", look.PAIRS)
def test_high_contrast_is_higher_and_keeps_every_colour_on_its_ground_apart(pair: tuple[Rgb, Rgb]) -> None:
    assert contrast(*map(look.strong, pair)) >= STRONG_RATIO


@pytest.mark.parametrize("name", cases.CASES)
def test_what_is_drawn_keeps_to_the_pairs_and_sizes(name: str) -> None:
    case = cases.CASES[name]
    scene, frame = cases.scene(case), case.frame
    pairs = {(w.colour, ground_of(scene, w)) for w in scene if isinstance(w, Label | Sign)}
    allowed = set(look.PAIRS)
    if case.state.contrast:
        allowed = {(look.strong(one), look.strong(other)) for one, other in allowed}
    assert pairs <= allowed
    assert min(_letter_px(w) for w in scene if isinstance(w, Label)) >= LETTER_MM * frame.px_per_mm
    targets = [w.box for w in scene if isinstance(w, Target)]
    assert all(min(box.width, box.height) >= TARGET_MM * frame.px_per_mm for box in targets)


def test_a_large_screen_is_read_from_further_away() -> None:
    small, large = Frame.of(1280, 800, 217), Frame.of(3840, 2160, 700)
    assert small.style(1).cap / small.px_per_mm == pytest.approx(4.8, rel=0.04)
    assert large.style(1).cap / large.px_per_mm > 9
    assert Frame.of(800, 480, 154).growth == 1.0


def ground_of(scene: Scene, widget: Label | Sign) -> Rgb:
    """The colour of the last panel that lies under all of a shape, or of a line's letters."""
    box = widget.box
    if isinstance(widget, Label):
        box = Box(box.x, box.y + widget.style.baseline - widget.style.cap, box.width, widget.style.cap)
    drawn = scene[: next(i for i, w in enumerate(scene) if w is widget)]
    return [w.colour for w in drawn if isinstance(w, Panel) and box.within(w.box)][-1]


def _letter_px(label: Label) -> int:
    return cases.fonts().draw("I", label.style, INK).get_bounding_rect().height
