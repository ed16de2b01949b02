"""Whether a photograph of a paper can be read: light enough, not washed out, no lamp on it, and sharp where there is
something. Pure.

Its limits come from rendered pages of print, letters 22 to 44 points high in a picture 1920 wide, blurred and darkened
step by step: what a reader of print (Tesseract) read passes, what it could not read fails.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # rows, columns
WIDE = 900  # columns, at least, to which a picture is brought before it is judged
_DARK, _BRIGHT = 45.0, 245.0  # of the paper, which is most of the picture
_CONTRAST = 25.0  # between ink and paper
_BLOCK = 24  # pixels of a side, in which a page of words has ink
_FULL = 252.0  # as light as can be told
_FEW, _INKED = 12, 0.01  # blocks that are a sheet, and the share of them that has words on it at least
_GLARE = 0.05  # of the paper, where a lamp is seen and no word
_SHARP = 0.3  # the steepest edges, of that contrast from one column to the next


def complaint(grey: Grey) -> str:
    """ "" for a picture that can be read; "dark", "bright", "blank" (nothing on it) or "blurred"."""
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
    return "blurred" if steepest < _SHARP * (paper - ink) else _sheet_complaint(small)


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
