"""Runs in a child process: draws the PDF of one file. The one owner of reportlab.

A line of JSON on standard input (controller/filing/papers.py), then the photos; the PDF on standard output.
Nothing is written to the disk, and an error is never told with what the file has in it.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfutils import readJPEGInfo
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from controller.runtime.discretion import stay_in_memory

REGULAR, BOLD = "regular", "bold"
FRAME = 6  # points on each side, as reportlab has it
WIDTH, HEIGHT = A4[0] - 40 * mm - 2 * FRAME, A4[1] - 50 * mm
LABEL = 55 * mm
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=16, leading=22, alignment=TA_CENTER, spaceAfter=4 * mm)
_HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=12, leading=16, spaceBefore=4 * mm, spaceAfter=1 * mm)
_LABEL = ParagraphStyle("label", fontName=REGULAR, fontSize=10, leading=14, textColor="#444444")
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=11, leading=15, wordWrap="LTR", splitLongWords=True)


def main() -> int:
    stay_in_memory()
    try:
        sys.stdout.buffer.write(drawn(json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer))
    except Exception as error:  # whatever it is, its text may hold what the file has in it
        sys.stderr.write(type(error).__name__ + "\n")
        return 1
    return 0


def drawn(job: dict[str, Any], photos: BinaryIO) -> bytes:
    rl_config.useA85 = 0  # a quarter longer, and four times slower, for who sends PDFs through old mail
    pdfmetrics.registerFont(TTFont(REGULAR, job["regular"]))
    pdfmetrics.registerFont(TTFont(BOLD, job["bold"]))
    story: list[Flowable] = [Paragraph(_safe(job["title"]), _TITLE)]
    for section in job["sections"]:
        story += _section(section["title"], section["lines"])
    for photo in job["photos"]:
        story += [PageBreak(), Paragraph(_safe(photo["caption"]), _HEADING), Spacer(1, 3 * mm)]
        story.append(_photo(photos.read(photo["bytes"]), job["no_photo"]))
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title=job["title"], author="", creator="", producer="",
    )  # fmt: skip

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(REGULAR, 9)
        canvas.drawCentredString(A4[0] / 2, 10 * mm, job["page"].format(page=page.page))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _section(title: str, lines: list[list[str]]) -> list[Flowable]:
    rows: list[Flowable] = []
    for label, text in lines:
        said = Paragraph(_safe(text), _TEXT)
        if label:
            row = Table([[Paragraph(_safe(label), _LABEL), said]], colWidths=[LABEL, WIDTH - LABEL], splitInRow=1)
            row.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)])
            rows.append(row)
        else:
            rows.append(said)
    if not title:
        return rows
    return [KeepTogether([Paragraph(_safe(title), _HEADING), rows[0]]), *rows[1:]]


class _Jpeg(ImageReader):  # type: ignore[misc]  # reportlab has no types
    """A photo that is put into the PDF as it is. reportlab would decode all of them, only to tell them apart."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(io.BytesIO(jpeg))
        self._jpeg, self._dataA = jpeg, None

    def getRGBData(self) -> bytes:  # noqa: N802 - reportlab's name
        return self._jpeg


class _Picture(Flowable):  # type: ignore[misc]  # reportlab has no types
    def __init__(self, jpeg: bytes, width: float, height: float) -> None:
        super().__init__()
        self._jpeg, self.width, self.height = jpeg, width, height

    def draw(self) -> None:
        self.canv.drawImage(_Jpeg(self._jpeg), 0, 0, self.width, self.height)


def _photo(jpeg: bytes, instead: str) -> Flowable:
    try:
        width, height, *_ = readJPEGInfo(io.BytesIO(jpeg))
        scale = min(WIDTH / width, (HEIGHT - 25 * mm) / height)
        _Jpeg(jpeg)  # whether it can be opened
        return _Picture(jpeg, width * scale, height * scale)
    except Exception:  # whatever is wrong with one photo, the file is to be had
        return Paragraph(_safe(instead), _TEXT)


def _safe(text: str) -> str:
    """Paragraphs take markup; a resident's text has none."""
    return escape(text).replace("\n", "<br/>")


if __name__ == "__main__":
    sys.exit(main())
