"""What lies inside a resident's file: a document the kiosk makes, the desk opens and exports. Pure; docs/filing.md.

A document says everything in words as well as in values, so that it can be read without the guide it was made with.
Nothing here may be logged, nor does its repr show it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from controller.core.errors import StationError

FORMAT = 1
Value = str | int | float | tuple[str, ...]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Applicant:
    """Who files. `birth_date`: "YYYY-MM-DD", or "YYYY" where only the year is known, or "" (then only the receipt's
    token finds the file)."""

    name: str
    birth_date: str
    id_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """One answer as the form has it."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """One line of the review: the question and its answer in words. section: whom or what it is about, such as "Mẹ
    cháu" or "Người cùng đăng ký 2", or ""."""

    label: str
    value: str
    section: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """One paper of the checklist. have: "yes", "no" or "depends". How many photos there are, the file itself says;
    no_photo: why the resident took none, "at_desk" (it is brought there), "later", or "" where nothing was said."""

    id: str
    title: str
    have: str
    no_photo: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Consent:
    """What the resident agreed to: the very words, and when (ISO 8601)."""

    text: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileDocument:
    guide: str  # its id
    guide_version: str
    title: str  # of the guide, in the resident's language
    code: str  # of the procedure: "1.001193"
    language: str
    applicant: Applicant
    answers: tuple[Answer, ...]
    review: tuple[Said, ...]
    papers: tuple[Paper, ...]
    consent: Consent
    helped_by: str = ""  # the id of a community team member who took over

    @property
    def sections(self) -> tuple[tuple[str, tuple[Said, ...]], ...]:
        """The review by whom or what it is about, in its order: of several people, names and dates look alike."""
        return tuple((section, tuple(lines)) for section, lines in groupby(self.review, lambda line: line.section))

    def as_json(self) -> bytes:
        """UTF-8, as docs/filing.md has it."""
        document = {
            "format": FORMAT,
            "guide": {"id": self.guide, "version": self.guide_version, "title": self.title, "code": self.code},
            "language": self.language,
            "applicant": {
                "name": self.applicant.name, "birth_date": self.applicant.birth_date,
                "id_number": self.applicant.id_number, "phone": self.applicant.phone,
            },
            "answers": [{"path": list(answer.path), "value": _plain(answer.value)} for answer in self.answers],
            "review": [{"section": line.section, "label": line.label, "value": line.value} for line in self.review],
            "papers": [
                {"id": paper.id, "title": paper.title, "have": paper.have, "no_photo": paper.no_photo}
                for paper in self.papers
            ],
            "consent": {"text": self.consent.text, "at": self.consent.at},
            "helped_by": self.helped_by,
        }  # fmt: skip
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def document_of(content: bytes) -> FileDocument:
    """The document of its JSON. StationError, which names no content, for what is none."""
    try:
        table = json.loads(content)
        if table["format"] != FORMAT:
            raise StationError("a file's document is of another format than this program knows")
        guide, applicant, consent = table["guide"], table["applicant"], table["consent"]
        return FileDocument(
            guide=str(guide["id"]), guide_version=str(guide["version"]), title=str(guide["title"]),
            code=str(guide["code"]), language=str(table["language"]),
            applicant=Applicant(
                str(applicant["name"]), str(applicant["birth_date"]), str(applicant["id_number"]),
                str(applicant["phone"]),
            ),
            answers=tuple(Answer(_path(each["path"]), _value(each["value"])) for each in table["answers"]),
            review=tuple(_said(each) for each in table["review"]),
            papers=tuple(_paper(each) for each in table["papers"]),
            consent=Consent(str(consent["text"]), str(consent["at"])), helped_by=str(table["helped_by"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError):
        raise StationError("a file's document cannot be read") from None  # the cause would show what is in it


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _path(parts: list[Any]) -> Path:
    return tuple(part if isinstance(part, int) else str(part) for part in parts)


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError("no answer")


def _said(table: Mapping[str, object]) -> Said:
    section = table.get("section", "")  # documents of the first weeks do not say
    return Said(str(table["label"]), str(table["value"]), str(section))


def _paper(table: Mapping[str, object]) -> Paper:
    no_photo = table.get("no_photo", "")  # documents of the first weeks do not say
    return Paper(str(table["id"]), str(table["title"]), str(table["have"]), str(no_photo))
