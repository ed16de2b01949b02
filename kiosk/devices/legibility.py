"""Whether a photograph of a paper can be read: light enough, not washed out, no lamp on it, and sharp where there is
something. Pure.

Its limits come from rendered pages of print, letters 22 to 44 points high in a picture 1920 wide, blurred and darkened
step by step: what a reader of print (Tesseract) read passes, what it could not read fails. How often it is wrong, over
papers whose words are known: `python -m bench legibility`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kiosk.devices.strokes import strokes

Grey = NDArray[np.uint8]  # rows, columns
WIDE = 900  # columns, at least, to which a picture is brought before it is judged
_DARK, _BRIGHT = 45.0, 245.0  # of the paper, which is most of the picture
_CONTRAST = 25.0  # between ink and paper
_BLOCK = 24  # pixels of a side, in which a page of words has ink
_FULL = 252.0  # as light as can be told
_FEW, _INKED = 12, 0.01  # blocks that are a sheet, and the share of them that has words on it at least
_GLARE = 0.05  # of the paper, where a lamp is seen and no word
_LEFT, _NOTHING = 0.038, 0.02  # of strokes.Strokes.left: print can be read; there is none
_LINES = 0.12  # of the picture, where edges and shadows alone are taken for print at most
_CUT = 3  # words
_DIM = 0.2  # of the print
_SHARP = 0.3  # the steepest edges, of that contrast from one column to the next


def complaint(grey: Grey) -> str:
    """ "" for a picture that can be read; "dark", "bright", "blank" (nothing on it), "blurred", or "cut"
    (words at the edge of the picture)."""
    step = max(1, grey.shape[1] // WIDE)
    rows, columns = grey.shape[0] // step * step, grey.shape[1] // step * step
    if rows < 2 or columns < 2:
        return "blank"
    small = grey[:rows, :columns].reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))
    paper, ink = float(np.percentile(small, 75)), float(np.percentile(small, 0.1))
    if paper < _DARK:
        return "dark"
    if paper - ink < _CONTRAST:
        return "bright" if paper > _BRIGHT else "blank"
    steepest = float(np.percentile(np.abs(np.diff(small, axis=1)), 99.9))
    if steepest < _SHARP * (paper - ink):
        return "blurred"
    return _sheet_complaint(small) or _print_complaint(grey)


def _print_complaint(grey: Grey) -> str:
    """ "blank" where nothing is as fine as print, "blurred" where print is not fine any more, "cut" where it goes on
    outside of the picture, "dark" where much of it lies in a shadow."""
    found = strokes(grey)
    if found.left < _LEFT:
        return "blank" if found.left < _NOTHING and found.printed < _LINES else "blurred"
    if found.dim > _DIM:
        return "dark"
    return "cut" if found.cut >= _CUT else ""


def _sheet_complaint(small: NDArray[np.float64]) -> str:
    """ "bright" where a lamp stands on the paper: parts of it are washed out, and most of it is not. "blank" where the
    paper lies there, seen against a table, with nothing on it."""
    rows, columns = small.shape[0] // _BLOCK, small.shape[1] // _BLOCK
    if not rows or not columns:
        return ""
    blocks = small[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    lightness, darkest = np.median(blocks, axis=(1, 3)), blocks.min(axis=(1, 3))
    paper = lightness > (small.min() + small.max()) / 2
    inside = np.pad(paper, 1)
    inside = paper & inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    inked = darkest < lightness - _CONTRAST
    if inside.sum() >= _FEW and float(inked[inside].mean()) < _INKED:
        return "blank"
    if not paper.any() or float(np.percentile(lightness[paper], 30)) >= _FULL - 7:
        return ""
    washed_out = (lightness >= _FULL) & (darkest > _FULL - 30)
    return "bright" if float(washed_out.sum()) > _GLARE * paper.sum() else ""
