"""What can be learnt at the kiosk, step by step: which lessons there are, and the picture beside each step.

The words are in the catalogues: `kiosk.learn.<lesson>.title` and `.step1`, `.step2`, ...
"""

from __future__ import annotations

from kiosk.widgets import Shape

LESSONS: dict[str, tuple[Shape, ...]] = {
    "vneid": (Shape.CARD, Shape.DOTS, Shape.DOWNLOAD, Shape.PHONE, Shape.FACE, Shape.KEY),
    "portal": (Shape.GLOBE, Shape.KEY, Shape.CODE, Shape.SEARCH, Shape.PAPER, Shape.SEARCH),
    "safe": (Shape.KEY, Shape.PHONE, Shape.CROSS, Shape.CHECK),
}
SIGNS: dict[str, Shape] = {"vneid": Shape.PHONE, "portal": Shape.GLOBE, "safe": Shape.HAND}
