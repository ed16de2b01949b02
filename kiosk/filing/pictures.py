"""Which picture stands beside a paper, for people who read little: found in its Vietnamese name, so that whoever writes
a guide need not think of it. Pure.

Whatever makes a paper look as it does goes before what it is about: a declaration of marriage is a form to fill in.
"""

from __future__ import annotations

from controller.guides.model import FIRST, Paper, said
from kiosk.filing.finding import plain
from kiosk.widgets import Shape

_NAMED: tuple[tuple[Shape, tuple[str, ...]], ...] = (
    (Shape.FORM, ("to khai", "mau ", "don ", "van ban de nghi", "phieu")),
    (Shape.SIGNED, ("uy quyen", "cam doan", "lam chung", "y kien", "cam ket", "giai trinh")),
    (Shape.CARD, ("can cuoc", "chung minh nhan dan", "ho chieu", "the ")),
    (Shape.SEALED, ("ban an", "quyet dinh", "tinh trang hon nhan", "ho ngheo")),
    (Shape.MOURNING, ("bao tu", "khai tu", "noi mat", "noi chet")),
    (Shape.BABY, ("chung sinh", "khai sinh")),
    (Shape.RINGS, ("ket hon", "hon nhan")),
    (Shape.HOUSE, ("cho o", "nha o", "quyen su dung dat")),
    (Shape.COPIES, ("ban sao",)),
    (Shape.SEALED, ("ban chinh", "chung nhan", "giay xac nhan", "ho tich")),
)


def picture_of(paper: Paper | None) -> Shape:
    """Of a paper of the checklist; the plain paper where its name says nothing."""
    name = f"{plain(said(paper.labels, FIRST))} " if paper else ""
    return next((shape for shape, words in _NAMED if any(word in name for word in words)), Shape.PAPER)
