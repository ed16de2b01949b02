"""How much of the strokes of print is left in a photograph of a paper: told by how quickly its light changes from one
point to the next, beside how much it changes at all. Pure.

Print is fine in every direction. What a lens or a hand has blurred is not, in one direction at least; the edge of a
sheet, of a table or of a shadow is fine in one direction only, and so is no print. The size of the letters does not
matter, nor the light, nor the grain of the picture, which is taken off as it is on bare paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # rows, columns
_Cells = NDArray[np.float32]  # rows, columns of cells
CELL = 48  # pixels of a side: a word
_LETTER, _LINE, _STROKE = 8, 16, 2  # pixels
_SLANT = 2.0  # a step of one down and one across is half of one of two, squared
_EDGE = 12  # pixels
_CONTRAST, _TURNS = 40.0, 2.5  # levels of grey between paper and words; changes in a row of a cell
_FAINTEST, _FAINT = 8.0, 64.0  # squared levels of grey, of print in a shadow
_SHADOW = 0.42  # of the light on the paper; a table is darker too, and has no print
_PALE = 15.0  # squared levels of grey: less is no print


@dataclass(frozen=True, slots=True)
class Strokes:
    """left: from 0 (nothing but blur) to about 0.3; printed: share of the cells that have print on them; cut: cells
    of print along the edges of the picture, where it is cut off; dim: share of the print that lies in a shadow, where
    little is left of it."""

    left: float
    printed: float
    cut: int
    dim: float


def strokes(grey: Grey) -> Strokes:
    light = grey.astype(np.float32)
    grain = float(np.percentile(np.minimum(_changes(light, 0, 1), _changes(light, 1, 0)), 10))
    letters = np.minimum(_changes(light, 0, _LETTER), _changes(light, _LETTER, 0)) - grain
    printed = letters / 2 > max(_PALE, grain)
    if not printed.any():
        return Strokes(0.0, 0.0, 0, 0.0)
    in_all = float((2 * _cells(light).var(axis=(1, 3)) - grain)[printed].sum())
    lines = np.minimum(_changes(light, 0, _LINE), _changes(light, _LINE, 0)) - grain
    ways = (
        _changes(light, 0, _STROKE) - grain, _changes(light, _STROKE, 0) - grain,
        _SLANT * (_changes(light, 1, 1) - grain), _SLANT * (_changes(light[:, ::-1], 1, 1)[:, ::-1] - grain),
    )  # fmt: skip
    finest = min(float(way[printed].sum()) for way in ways) / in_all
    left = max(0.0, finest * float(lines[printed].sum()) / in_all)
    lightness = _cells(light).mean(axis=(1, 3))
    faint = (letters / 2 > max(_FAINTEST, grain)) & (letters / 2 < _FAINT)
    dim = faint & (lightness < _SHADOW * np.percentile(lightness, 80))
    return Strokes(left, float(printed.mean()), _cut(light), float(dim.sum() / (printed | dim).sum()))


def _changes(light: NDArray[np.float32], down: int, across: int) -> _Cells:
    """The mean square of the change over so many pixels, in each cell."""
    rows, columns = light.shape
    changed = light[down:, across:] - light[: rows - down, : columns - across]
    changed *= changed
    whole = np.zeros_like(light)
    whole[: rows - down, : columns - across] = changed
    return np.asarray(_cells(whole).mean(axis=(1, 3)))


def _cut(light: NDArray[np.float32]) -> int:
    """Cells along the edges in which light and dark take turns; where a sheet ends they change once."""
    found = 0
    for edge in (light[:_EDGE], light[-_EDGE:], light[:, :_EDGE].T, light[:, -_EDGE:].T):
        length = edge.shape[1] // CELL * CELL
        cells = edge[:, :length].reshape(len(edge), -1, CELL)
        bright, dark = np.percentile(cells, 85, axis=(0, 2)), np.percentile(cells, 4, axis=(0, 2))
        inked = cells < ((bright + dark) / 2)[None, :, None]
        turns = (inked[:, :, 1:] != inked[:, :, :-1]).sum(axis=2).mean(axis=0)
        found += int(((bright - dark > _CONTRAST) & (turns >= _TURNS)).sum())
    return found


def _cells(light: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = light.shape[0] // CELL, light.shape[1] // CELL
    return light[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
