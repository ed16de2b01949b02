"""One opened file as PDF, for entry into the portal and for the desk's folder: pure composition, drawn in a child.

The child (controller/filing/pdf_child.py) has limits of memory and time, gets everything through a pipe and gives the
PDF back through another: nothing of a resident's touches the disk or a command line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType

from controller.core.errors import StationError
from controller.core.file_documents import Paper
from controller.core.opened_files import OpenedFile, Written
from controller.core.words import Words
from controller.runtime.children import Limits
from controller.runtime.typefaces import find_typeface

LIMIT_S = 60.0
_LIMITS = Limits(memory_bytes=1 << 30, file_bytes=0, nice=5)
_DAY = "%H:%M %d/%m/%Y"
NOBODY: Mapping[str, str] = MappingProxyType({})


def pdf_of(
    found: OpenedFile,
    photos: tuple[tuple[str, bytes], ...],
    words: Words,
    tz: tzinfo,
    names: Mapping[str, str] = NOBODY,
) -> bytes:
    """The PDF. photos: (paper's id, JPEG) in order. names: what officials are called. StationError if it cannot be
    made."""
    typeface = find_typeface()
    job = {
        "regular": str(typeface.regular), "bold": str(typeface.bold), "title": found.document.title,
        "page": words("filing.paper.page", page="{page}"), "sections": sections(found, words, tz, names),
        "photos": [
            {"caption": caption, "bytes": len(jpeg)}
            for caption, (_, jpeg) in zip(captions(found, photos, words), photos, strict=True)
        ],
        "no_photo": words("filing.paper.no_photo"),
    }  # fmt: skip
    command = _LIMITS.before([sys.executable, "-P", "-m", "controller.filing.pdf_child"])
    try:
        done = subprocess.run(
            command,
            input=b"".join((json.dumps(job).encode(), b"\n", *(jpeg for _, jpeg in photos))),
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StationError("the PDF of a file took too long") from None  # the cause would carry the content
    except OSError as error:
        raise StationError(f"the PDF of a file cannot be made: {error}") from error
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise StationError(f"the PDF of a file could not be made (exit {done.returncode})")
    return done.stdout


def sections(found: OpenedFile, words: Words, tz: tzinfo, names: Mapping[str, str] = NOBODY) -> list[dict[str, object]]:
    """Headings with their lines (label, text); the first has none."""
    document, outline = found.document, found.outline
    filed_at = outline.filed_at.astimezone(tz).strftime(_DAY)
    head = [
        (words("filing.paper.number"), found.number),
        (
            words("filing.paper.filed_at"),
            words("filing.paper.doubtful", at=filed_at) if outline.is_doubtful else filed_at,
        ),
        (words("filing.paper.code"), document.code),
        (words("filing.paper.due"), outline.timing.due.astimezone(tz).strftime(_DAY) if outline.timing.due else ""),
        (words("filing.paper.state"), words(f"filing.state.{outline.state.key}")),
        (words("filing.paper.portal_code"), found.portal_code),
    ]
    person = [
        (words("filing.paper.name"), document.applicant.name),
        (words("filing.paper.birth_date"), "/".join(reversed(document.applicant.birth_date.split("-")))),
        (words("filing.paper.id_number"), document.applicant.id_number),
        (words("filing.paper.phone"), document.applicant.phone),
    ]
    answers = words("filing.paper.answers")
    made = [
        ("", head),
        (words("filing.paper.applicant"), person),
        *(
            (f"{answers}: {section}" if section else answers, [(line.label, line.value) for line in lines])
            for section, lines in document.sections
        ),
        (
            words("filing.paper.papers"),
            [(paper.title, _have(paper, words)) for paper in document.papers],
        ),
        (words("filing.paper.consent"), [("", document.consent.text)]),
        (words("filing.paper.steps"), [_written(step, words, tz, names) for step in found.steps]),
        (words("filing.paper.notes"), [_written(note, words, tz, names) for note in found.notes]),
    ]
    kept = [(title, [(label, text) for label, text in lines if text]) for title, lines in made]
    return [{"title": title, "lines": lines} for title, lines in kept if lines]


def captions(found: OpenedFile, photos: tuple[tuple[str, bytes], ...], words: Words) -> list[str]:
    titles = {paper.id: paper.title for paper in found.document.papers}
    papers = [paper for paper, _ in photos]
    return [
        words(
            "filing.paper.photo", paper=titles.get(paper, paper), number=papers[: place + 1].count(paper),
            count=papers.count(paper),
        )
        for place, paper in enumerate(papers)
    ]  # fmt: skip


def _have(paper: Paper, words: Words) -> str:
    have = words(f"filing.paper.have.{paper.have}")
    left = f"filing.paper.left.{paper.no_photo}"
    return f"{have}, {words(left)}" if words.has(left) else have


def _written(line: Written, words: Words, tz: tzinfo, names: Mapping[str, str]) -> tuple[str, str]:
    said = [words(f"filing.state.{line.state.key}")] if line.state else []
    said += [line.text] if line.text else []
    said += list(line.asked)
    return f"{line.at.astimezone(tz).strftime(_DAY)}, {names.get(line.by, line.by)}", "\n".join(said)
