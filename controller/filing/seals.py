"""How what lies inside a resident's file is locked: the one layout that the kiosk writes and the desk reads.

Every file has a key of its own, sealed to the desk's; each part is padded and locked under a key derived from it for
its place, so that parts cannot change places or files. What the resident may read later is sealed to a pair of theirs,
whose private half is locked under the receipt's token, and under its number with the birth date (docs/privacy.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from controller.core.errors import StationError
from controller.core.filing_codes import number_of, token_of
from controller.core.filings import Receipt, Submission
from controller.runtime import sealing
from controller.runtime.sealing import Cost, SealError
from controller.store.filing_records import House

SUMMARY, DOCUMENT, PHOTOS = 0, 1, 2  # places of parts; photos from the third on
SMALLEST_SUMMARY, SMALLEST_CONTENT = 512, 4096  # bytes


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """What the secret of a visit becomes. The secret itself is never kept."""

    attempt: bytes  # by which the same visit is known again
    mark_key: bytes
    receipt: Receipt


@dataclass(frozen=True, slots=True, repr=False)
class Handle:
    """What a receipt opens: how its file is looked up, and what the resident's key is locked under."""

    lookup: bytes
    key: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """What the desk's queue shows. photos: (paper's id, digest of the photo), in their order. public: the resident's
    key, so that nobody puts another in its place; b"" in files of older programs."""

    id: str
    number: str
    name: str
    birth_date: str
    photos: tuple[tuple[str, str], ...]
    public: bytes = b""


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """What an official has written with a step, a note or a portal's code."""

    text: str
    asked: tuple[str, ...] = ()


def visit_of(ident: str) -> Visit:
    root = sealing.digest(ident.encode())
    number = number_of(sealing.derived(root, "number"))
    return Visit(
        sealing.derived(root, "attempt"), sealing.derived(root, "mark"),
        Receipt(number, token_of(sealing.derived(root, "token"))),
    )  # fmt: skip


def mark_of(visit: Visit, submission: Submission) -> bytes:
    """Stands for the content, to whoever has the visit's secret."""
    pieces = [sealing.digest(submission.guide.encode()), sealing.digest(submission.content)]
    pieces += [sealing.digest(paper.encode()) + sealing.digest(photo) for paper, photo in submission.photos]
    return sealing.digest(b"".join(pieces), visit.mark_key)


def handle_of_token(token: str) -> Handle:
    root = sealing.digest(token.strip().encode())
    return Handle(sealing.derived(root, "lookup"), sealing.derived(root, "resident"))


def handle_of_number(house: House, letters: str, birth: str) -> Handle:
    """Dear: argon2id. `letters` of the number, `birth` as `birth_key` has it."""
    return _stretched(house, f"number/{letters}/{birth}")


def handle_of_code(house: House, kind: str, letters: str) -> Handle:
    """Dear: argon2id. kind: "resume" or "helper"."""
    return _stretched(house, f"{kind}/{letters}")


def file_parts(key: bytes, summary: Summary, content: bytes, photos: tuple[bytes, ...]) -> Iterator[bytes]:
    """One after the other, so that they are never all in memory twice."""
    yield _locked(key, SUMMARY, _json({
        "id": summary.id, "number": summary.number, "name": summary.name, "birth_date": summary.birth_date,
        "photos": [list(photo) for photo in summary.photos], "public": summary.public.hex(),
    }))  # fmt: skip
    yield _locked(key, DOCUMENT, content)
    for place, photo in enumerate(photos, PHOTOS):
        yield _locked(key, place, photo)


def opened_part(key: bytes, place: int, box: bytes) -> bytes:
    return sealing.unpadded(sealing.unlocked(sealing.derived(key, f"part-{place}"), box))


def opened_summary(key: bytes, ident: str, box: bytes) -> Summary:
    """SealError if it is another file's."""
    table = _table(opened_part(key, SUMMARY, box))
    if table.get("id") != ident:
        raise SealError("a part of a file belongs to another one")
    photos = tuple((str(paper), str(digest)) for paper, digest in table["photos"])
    public = bytes.fromhex(str(table.get("public", "")))
    return Summary(ident, str(table["number"]), str(table["name"]), str(table["birth_date"]), photos, public)


def require_residents(summary: Summary, public: bytes) -> None:
    """SealError if what is told would be sealed to a key that is not the resident's."""
    if summary.public and summary.public != public:
        raise SealError("the resident's key of a file was changed")


def draft_parts(key: bytes, ident: str, content: bytes, photos: tuple[tuple[str, bytes], ...]) -> Iterator[bytes]:
    yield _locked(key, SUMMARY, _json({"ident": ident, "photos": [paper for paper, _ in photos]}))
    yield _locked(key, DOCUMENT, content)
    for place, (_, photo) in enumerate(photos, PHOTOS):
        yield _locked(key, place, photo)


def opened_draft(key: bytes, parts: list[bytes]) -> tuple[str, bytes, tuple[tuple[str, bytes], ...]]:
    """Its secret, its content, its photos by paper. `parts` has at least the first."""
    opened = [opened_part(key, place, box) for place, box in enumerate(parts)]
    table = _table(opened[SUMMARY])
    if len(opened) != PHOTOS + len(table["photos"]):
        raise SealError("a part of a draft is missing")
    return str(table["ident"]), opened[DOCUMENT], tuple(zip(table["photos"], opened[PHOTOS:], strict=True))


def words_for_desk(key: bytes, words: Words) -> bytes:
    return sealing.locked(sealing.derived(key, "words"), sealing.padded(_words(words)))


def words_for_resident(public: bytes, words: Words) -> bytes:
    return sealing.sealed(public, sealing.padded(_words(words)))


def opened_for_desk(key: bytes, box: bytes) -> Words:
    return _read_words(sealing.unlocked(sealing.derived(key, "words"), box))


def opened_for_resident(private: bytes, box: bytes) -> Words:
    return _read_words(sealing.unsealed(private, box))


def _stretched(house: House, secret: str) -> Handle:
    made = sealing.stretched(secret, house.salt, Cost(house.passes, house.memory_kib), 2 * sealing.KEY_BYTES)
    return Handle(made[: sealing.KEY_BYTES], made[sealing.KEY_BYTES :])


def _locked(key: bytes, place: int, content: bytes) -> bytes:
    smallest = SMALLEST_SUMMARY if place == SUMMARY else SMALLEST_CONTENT
    return sealing.locked(sealing.derived(key, f"part-{place}"), sealing.padded(content, smallest))


def _words(words: Words) -> bytes:
    return _json({"text": words.text, "asked": list(words.asked)})


def _read_words(padded: bytes) -> Words:
    table = _table(sealing.unpadded(padded))
    return Words(str(table["text"]), tuple(str(paper) for paper in table["asked"]))


def _json(table: dict[str, object]) -> bytes:
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()


def _table(content: bytes) -> dict[str, Any]:
    try:
        table = json.loads(content)
    except ValueError:
        raise StationError("what was locked in a file cannot be read") from None  # the cause would show it
    return dict(table)
