"""Reads a workbook that somebody has brought: rows of texts, each with its place. The one owner of openpyxl.

Nothing in the file is believed: neither its name nor its sizes; packages.py has looked at it before. Runs in the
compiling child, whose memory and time have limits. Excel's own cleverness is refused by name and place, never guessed
at: formulas, merged cells, hidden sheets, days.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import openpyxl
from openpyxl.utils import get_column_letter

from controller.guides.mistakes import Mistakes, nearest
from controller.guides.model import FIRST
from controller.guides.packages import BROKEN, UnreadableError, examined

SHEETS = ("survey", "choices", "settings", "thu_tuc", "giay_to", "ban_giao")
NEEDED = tuple(name for name in SHEETS if name != "choices")
OWN_NOTES = "ghi_chu"  # a column or sheet that is only for whoever writes the guide
ROWS_LIMIT, SEEN_LIMIT = 2000, 5000  # rows with something in them; rows at all
COLUMNS_LIMIT = 100
CELL_LIMIT = 4000  # characters
_LANGUAGE = re.compile(r"(?P<stem>[^:]+?)\s*::\s*(?P<name>.*?)\s*(?:\(\s*(?P<code>[A-Za-z-]+)\s*\))?")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # ECMA-376 part 1, 22.4.2.4: a letter that XML cannot have
_LOW = ("type", "appearance")  # columns of words without capitals, which office programs give to each first word
_WITH_DAYS = ("ngay", "default", OWN_NOTES)  # columns in which a day is meant


@dataclass(frozen=True, slots=True)
class Column:
    letter: str  # "F"
    heading: str  # as it is written
    stem: str  # "label"
    language: str = ""  # "vi"

    @property
    def key(self) -> str:
        return f"{self.stem}::{self.language}" if self.language else self.stem


@dataclass(frozen=True, slots=True)
class Row:
    """Texts by the key of their column ("label::vi"); what is empty is not there."""

    sheet: Sheet
    number: int  # as Excel shows it
    cells: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.cells.get(key, "")

    def labels(self, stem: str) -> dict[str, str]:
        """By language, in the order of the columns."""
        found = (
            (column.language or FIRST, self.get(column.key)) for column in self.sheet.columns if column.stem == stem
        )
        return {language: text for language, text in found if text and text != "-"}

    def wrong(self, mistakes: Mistakes, key: str, code: str, /, **facts: object) -> None:
        if key in self.sheet.absent:
            return
        column = self.sheet.column(key)
        mistakes.add(code, self.sheet.name, self.number, column.letter, column.heading, **facts)


@dataclass(slots=True)
class Sheet:
    name: str
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)  # keys of columns that are needed, and were said not to be there

    def column(self, key: str) -> Column:
        """Of a key; of one that the sheet does not have, a column without a letter."""
        stem, _, language = key.partition("::")
        absent = Column("", heading_of(key), stem, language)
        return next((column for column in self.columns if column.key == key), absent)


def heading_of(key: str) -> str:
    """What an official writes above a column: "label::Tiếng Việt (vi)" for "label::vi"."""
    stem, _, language = key.partition("::")
    return f"{stem}::Tiếng Việt (vi)" if language == FIRST else key


def read(file: Path, mistakes: Mistakes) -> dict[str, Sheet]:
    """The sheets by name; those that are missing are empty. UnreadableError if there are none to read."""
    has_merged = examined(file)
    try:
        with file.open("rb") as opened:  # of a path openpyxl would judge the name
            book = openpyxl.load_workbook(opened, read_only=True, data_only=False, keep_links=False)
            found: dict[str, Sheet] = {}
            for sheet in book.worksheets:
                if (name := _our_name(sheet, found, mistakes)) is not None:
                    found[name] = _sheet(sheet, name, mistakes)
            if has_merged and not any(mistake.code.startswith("too_many") for mistake in mistakes.every()):
                _refuse_merged(opened, mistakes)
    except BROKEN as error:
        raise UnreadableError("file_broken") from error
    for name in NEEDED:
        if name not in found:
            mistakes.add("sheet_missing", name)
        elif not found[name].columns:
            mistakes.add("sheet_empty", name)
    return {name: found.get(name, Sheet(name)) for name in SHEETS}


def _our_name(sheet: Any, have: Container[str], mistakes: Mistakes) -> str | None:
    """What a sheet is called here, whatever its capitals and the blanks around it; None if it is not to be read."""
    written = sheet.title
    name = _plain_title(written)
    if sheet.sheet_state != "visible" and not name.startswith(OWN_NOTES):
        mistakes.add("sheet_hidden", written)
        return name if name in SHEETS and name not in have else None
    if name in SHEETS and name not in have:
        return name
    if not name.startswith(OWN_NOTES):
        near = nearest(written, SHEETS)
        mistakes.add("sheet_unknown_near" if near else "sheet_unknown", written, near=near, known=", ".join(SHEETS))
    return None


def _plain_title(written: str) -> str:
    return _plain(written).lower()


def _sheet(source: Any, name: str, mistakes: Mistakes) -> Sheet:
    sheet, full = Sheet(name), 0
    keys: dict[str, str] = {}
    source.reset_dimensions()  # what the file says of its own size is not believed
    for number, cells in enumerate(source.iter_rows(max_row=SEEN_LIMIT + 1), 1):
        texts = {at: text for at, cell in enumerate(cells) if (text := _text(cell, sheet.name, keys, mistakes))}
        full += bool(texts)
        if full > ROWS_LIMIT or number > SEEN_LIMIT:
            code = "too_many_rows" if full > ROWS_LIMIT else "too_many_empty"
            mistakes.add(code, sheet.name, limit=ROWS_LIMIT if full > ROWS_LIMIT else SEEN_LIMIT)
            break
        if any(at >= COLUMNS_LIMIT for at in texts):
            mistakes.add("too_many_columns", sheet.name, number, limit=COLUMNS_LIMIT)
            break
        if number == 1:
            sheet.columns = _columns(texts, sheet.name, mistakes)
            keys, told = {column.letter: column.key for column in sheet.columns}, set(texts)
        elif texts:
            for at in sorted(texts.keys() - told):  # once a column: a sheet without its first row has enough mistakes
                told.add(at)
                mistakes.add("cell_outside", sheet.name, number, get_column_letter(at + 1))
            named = ((keys.get(get_column_letter(at + 1), ""), text) for at, text in texts.items())
            cells = {key: text.lower() if key in _LOW else text for key, text in named if key}
            if cells:
                sheet.rows.append(Row(sheet, number, cells))
    return sheet


def _columns(texts: Mapping[int, str], sheet: str, mistakes: Mistakes) -> list[Column]:
    found: list[Column] = []
    for at, heading in texts.items():
        column = _column(get_column_letter(at + 1), " ".join(heading.split()))
        same = (column.stem, column.language or FIRST)
        if any((other.stem, other.language or FIRST) == same for other in found):
            mistakes.add("column_twice", sheet, 1, column.letter, heading)
        else:
            found.append(column)
    return found


def _column(letter: str, heading: str) -> Column:
    """`label::Tiếng Việt (vi)` is the label in "vi"; so is `label::vi`."""
    plain = re.sub("^media::", "", heading, flags=re.IGNORECASE)
    parts = _LANGUAGE.fullmatch(plain)
    if parts is None:
        return Column(letter, heading, plain.strip().lower())
    return Column(letter, heading, parts["stem"].strip().lower(), (parts["code"] or parts["name"] or FIRST).lower())


def _text(cell: Any, sheet: str, keys: Mapping[str, str], mistakes: Mistakes) -> str:
    """keys: of the columns, by letter."""
    value = cell.value
    if value is None:
        return ""
    letter = get_column_letter(cell.column)
    place = (sheet, cell.row, letter)
    name, key = f"{letter}{cell.row}", keys.get(letter, OWN_NOTES)
    text = _plain(value)
    if cell.data_type == "f":
        mistakes.add("cell_formula", *place, cell=name)
    elif cell.data_type == "e":
        mistakes.add("cell_error", *place, cell=name, text=value)
    elif isinstance(value, _CLOCKED) and not (isinstance(value, datetime.date) and key in _WITH_DAYS):
        mistakes.add("cell_day", *place, cell=name, text=text)
    elif len(text) > CELL_LIMIT:
        mistakes.add("cell_long", *place, cell=name, limit=CELL_LIMIT)
    else:
        return text
    return ""


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    written = _ESCAPED.sub(_meant, str(value))
    if not written.isprintable():  # which it mostly is
        written = "".join(_SHOWN.get(unicodedata.category(each), each) if each != "\n" else each for each in written)
    return "\n".join(line.strip() for line in unicodedata.normalize("NFC", written).strip().split("\n"))


_CLOCKED = (datetime.date, datetime.time, datetime.timedelta)  # what the office program takes for a day or an hour
_SHOWN = {"Cc": " ", "Zs": " ", "Cf": ""}  # blanks of all kinds, and what nobody sees: U+200B, U+FEFF, U+00AD


def _meant(escaped: re.Match[str]) -> str:
    letter = chr(int(escaped[1], 16))
    return escaped[0] if unicodedata.category(letter) == "Cs" else letter


def _refuse_merged(opened: IO[bytes], mistakes: Mistakes) -> None:
    """Only a whole reading knows them; by now it is known that the file is small."""
    book = openpyxl.load_workbook(opened, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        if (name := _plain_title(sheet.title)) in SHEETS:
            for each in sheet.merged_cells.ranges:
                letter = get_column_letter(each.min_col)
                mistakes.add("cells_merged", name, each.min_row, letter, cells=each.coord)
