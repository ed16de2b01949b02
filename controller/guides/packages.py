"""Whether a file is a workbook that may be opened at all: looked at as bytes and as a package, before any reader of
workbooks touches it. Nothing that it says of itself is believed.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError

FILE_LIMIT = 5 << 20  # bytes
UNPACKED_LIMIT = 64 << 20  # bytes
PARTS_LIMIT = 500
_CHUNK = 1 << 20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: .xls, and .xlsx under a password
_STRICT = b"http://purl.oclc.org/ooxml"  # the namespaces of ISO 29500 Strict, which openpyxl does not read
_DOCTYPES = tuple("<!DOCTYPE".encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be"))
_WORKBOOK = "xl/workbook.xml"
# What zipfile and readers of workbooks raise of a file that is none
BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError,
    AttributeError, EOFError, RuntimeError, ArithmeticError, OSError,
)  # fmt: skip


class UnreadableError(Exception):
    """It cannot be read as a workbook at all. code: a key below `guides.mistake`."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, {name: str(value) for name, value in facts.items()}
        super().__init__(code)


def examined(file: Path) -> bool:
    """Whether it is a workbook that may be opened; true if it has merged cells."""
    if file.exists() and not file.is_file():  # nobody waits for a pipe
        raise UnreadableError("file_folder")
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            begin = opened.read(len(_OLD_EXCEL))
    except FileNotFoundError as error:
        raise UnreadableError("file_absent") from error
    except OSError as error:
        raise UnreadableError("file_unreadable", why=error.strerror or error) from error
    if not size:
        raise UnreadableError("file_empty")
    if size > FILE_LIMIT:
        raise UnreadableError("file_large", limit=FILE_LIMIT >> 20)
    if begin == _OLD_EXCEL:
        raise UnreadableError("file_old")
    if not begin.startswith(b"PK\x03\x04"):
        raise UnreadableError("file_no_workbook")
    try:
        with zipfile.ZipFile(file) as package:
            return _examined_parts(package)
    except BROKEN as error:
        raise UnreadableError("file_broken") from error


def _examined_parts(package: zipfile.ZipFile) -> bool:
    parts, has_merged = package.infolist(), False
    names = {part.filename for part in parts}
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise UnreadableError("file_bomb", limit=UNPACKED_LIMIT >> 20)
    if _WORKBOOK not in names:
        raise UnreadableError("file_no_workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableError("file_macros")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            before = b""
            for chunk in _chunks(package, part):
                if any(doctype in before + chunk for doctype in _DOCTYPES):
                    raise UnreadableError("file_entities")
                if part.filename == _WORKBOOK and _STRICT in before + chunk:
                    raise UnreadableError("file_strict")
                has_merged = has_merged or b"mergeCell " in before + chunk
                before = chunk[-64:]
    return has_merged


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk
