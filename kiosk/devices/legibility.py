"""Whether a photograph of a paper can be read: light enough, not washed out, and sharp where there is something. Pure.

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
    return "blurred" if steepest < _SHARP * (paper - ink) else ""
