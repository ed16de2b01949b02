"""Runs in a child process: draws the PDF of one file. The one owner of reportlab.

One JSON document on standard input (controller/filing_papers.py), the PDF on standard output. Nothing is written to
the disk, and an error is never told with what the file has in it.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

REGULAR, BOLD = "regular", "bold"
FRAME = 6  # points on each side, as reportlab has it
WIDTH, HEIGHT = A4[0] - 40 * mm - 2 * FRAME, A4[1] - 50 * mm
LABEL = 55 * mm
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=16, leading=22, alignment=TA_CENTER, spaceAfter=4 * mm)
_HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=12, leading=16, spaceBefore=4 * mm, spaceAfter=1 * mm)
_LABEL = ParagraphStyle("label", fontName=REGULAR, fontSize=10, leading=14, textColor="#444444")
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=11, leading=15, wordWrap="LTR", splitLongWords=True)


def main() -> int:
    try:
        sys.stdout.buffer.write(drawn(json.load(sys.stdin.buffer)))
    except Exception as error:  # whatever it is, its text may hold what the file has in it
        sys.stderr.write(type(error).__name__ + "\n")
        return 1
    return 0


def drawn(job: dict[str, Any]) -> bytes:
    pdfmetrics.registerFont(TTFont(REGULAR, job["regular"]))
    pdfmetrics.registerFont(TTFont(BOLD, job["bold"]))
    story: list[Flowable] = [Paragraph(_safe(job["title"]), _TITLE)]
    for section in job["sections"]:
        story += _section(section["title"], section["lines"])
    for photo in job["photos"]:
        story += [PageBreak(), Paragraph(_safe(photo["caption"]), _HEADING), Spacer(1, 3 * mm)]
        story.append(_photo(base64.b64decode(photo["jpeg"]), job["no_photo"]))
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


def _photo(jpeg: bytes, instead: str) -> Flowable:
    try:
        width, height = ImageReader(io.BytesIO(jpeg)).getSize()
        scale = min(WIDTH / width, (HEIGHT - 25 * mm) / height)
        return Image(io.BytesIO(jpeg), width * scale, height * scale)
    except Exception:  # whatever is wrong with one photo, the file is to be had
        return Paragraph(_safe(instead), _TEXT)


def _safe(text: str) -> str:
    """Paragraphs take markup; a resident's text has none."""
    return escape(text).replace("\n", "<br/>")


if __name__ == "__main__":
    sys.exit(main())
