"""Which columns each sheet may have, and what the checks of all sheets share: names, labels, expressions, days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from controller.guides.mistakes import Mistakes, nearest
from controller.guides.model import FIRST, Tree
from controller.guides.parsing import ExpressionError, parsed
from controller.guides.sheets import OWN_NOTES, Row, Sheet, heading_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
# LibreOffice takes this, in another program's file, for an escaped control character: "tam_xa_moi" has a line break.
OFFICE_BREAKS = re.compile("_x0{0,3}[01]?[0-9a-f]_")
LABEL_LIMIT, LINES_LIMIT = 200, 600  # characters of what is read at one look, and of what is a page by itself
_AUDIO = re.compile(r"[\w-][\w. -]{0,100}\.(mp3|wav|ogg|opus|m4a|flac)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,8})?", re.ASCII)
# With a star: in languages. Of choices every further column is one for filters.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "survey": (
        "type", "name", "label*", "hint*", "audio*", "required", "required_message*", "relevant", "constraint",
        "constraint_message*", "calculation", "default", "appearance", "choice_filter", "repeat_count", "nguon",
        "doi_chieu",
    ),
    "choices": ("list_name", "name", "label*", "audio*"),
    "settings": ("form_title", "form_id", "default_language", "version"),
    "thu_tuc": ("muc", "kenh", "ngay", "noi_dung*"),
    "giay_to": ("ma", "nhom", "kieu", "ten*", "mo_ta*", "audio*", "ban", "cach", "so_luong", "chup", "when"),
    "ban_giao": ("noi_dung*", "dia_chi", "audio*"),
}  # fmt: skip
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "survey": ("type", "name", f"label::{FIRST}"),
    "choices": ("list_name", "name", f"label::{FIRST}"),
    "settings": ("form_title", "form_id"),
    "thu_tuc": ("muc", f"noi_dung::{FIRST}"),
    "giay_to": ("ma", f"ten::{FIRST}"),
    "ban_giao": (f"noi_dung::{FIRST}",),
}
_DAY_NOUGHT = date(1899, 12, 30)  # from which office programs count
_YES, _NO = ("yes", "true", "true()", "co"), ("", "no", "false", "false()", "khong")
_ONLY_WORDS = re.compile(r"[^\W\d_]+(?:\s+[^\W\d_]+)*")


def check_columns(sheet: Sheet, mistakes: Mistakes) -> None:
    """Every column is known and all that are needed are there. Says nothing of a sheet that is missing."""
    known = {each.rstrip("*"): each.endswith("*") for each in COLUMNS[sheet.name]}
    for column in sheet.columns:
        if column.stem == OWN_NOTES:
            continue
        place = (sheet.name, 1, column.letter, column.heading)
        if column.stem not in known:
            near = nearest(column.stem, known)
            if sheet.name != "choices" or column.language or not NAME.fullmatch(column.stem):
                mistakes.add(
                    "column_unknown_near" if near else "column_unknown", *place, name=column.heading, near=near
                )
            elif OFFICE_BREAKS.search(column.stem):
                mistakes.add("name_office", *place, name=column.stem)
        elif column.language and not known[column.stem]:
            mistakes.add("column_no_language", *place, name=column.stem)
        elif column.language and not _LANGUAGE.fullmatch(column.language):
            mistakes.add("language_unknown", *place, name=column.language)
    have = {_key(column.stem, column.language, known.get(column.stem, False)) for column in sheet.columns}
    for needed in _NEEDED[sheet.name] if sheet.columns or sheet.rows else ():
        if needed not in have:
            mistakes.add("column_missing", sheet.name, 1, "", heading_of(needed), name=heading_of(needed))
            sheet.absent.add(needed)


def _key(stem: str, language: str, in_languages: bool) -> str:
    return f"{stem}::{language or FIRST}" if in_languages else stem


def labels_of(
    row: Row, stem: str, mistakes: Mistakes, needed: bool = True, limit: int = LINES_LIMIT, referring: bool = False
) -> dict[str, str]:
    """A text in its languages; Vietnamese has to be there if any is, or if it is needed. limit: characters.
    referring: whether answers can be put into it, `${name}`."""
    found = row.labels(stem)
    for text in found.values():
        key = next(each.key for each in row.sheet.columns if each.stem == stem and row.get(each.key) == text)
        if len(text) > limit:
            row.wrong(mistakes, key, "text_long", length=len(text), limit=limit)
        elif "${" in text and not referring:
            row.wrong(mistakes, key, "ref_not_here", name=text.partition("${")[2].partition("}")[0])
    if FIRST not in found and (needed or found):
        row.wrong(mistakes, f"{stem}::{FIRST}", "text_missing", name=heading_of(f"{stem}::{FIRST}"))
    return found


def audio_of(row: Row, mistakes: Mistakes) -> dict[str, str]:
    """Names of recordings, never paths."""
    found = row.labels("audio")
    for language, name in found.items():
        if not _AUDIO.fullmatch(name):
            row.wrong(mistakes, f"audio::{language}", "audio_name", name=name)
    return found


def name_of(row: Row, key: str, mistakes: Mistakes) -> str:
    """A name made of a-z, digits and _; "" if there is none to use."""
    name = row.get(key)
    if OFFICE_BREAKS.search(name):
        row.wrong(mistakes, key, "name_office", name=name)
    if NAME.fullmatch(name):
        return name
    row.wrong(mistakes, key, "name_wrong" if name else "name_missing", name=name)
    return ""


def meant(written: str, known: Iterable[str]) -> str:
    """The word of these that somebody has written with capitals, accents or blanks; what is written, if it is none."""
    plain = _plain_word(written)
    return next((each for each in known if _plain_word(each) == plain), written)


def _plain_word(written: str) -> str:
    letters = unicodedata.normalize("NFD", written.lower().replace("đ", "d"))
    return "_".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def one_of(row: Row, key: str, known: Mapping[str, str] | tuple[str, ...], mistakes: Mistakes) -> str:
    """One of the words that this column knows, the first if it is empty."""
    word = row.get(key)
    if not word:
        return next(iter(known))
    word = meant(word, known)
    if word not in known:
        row.wrong(mistakes, key, "word_unknown", word=word, known=", ".join(each for each in known if each))
    return word


def yes_or_no(row: Row, key: str, mistakes: Mistakes) -> bool:
    word = _plain_word(row.get(key))
    if word not in _YES + _NO:
        row.wrong(mistakes, key, "word_unknown", word=row.get(key), known="yes, no")
    return word in _YES


def tree_of(row: Row, key: str, mistakes: Mistakes) -> Tree | None:
    """An expression; None if the cell is empty or not understood."""
    source = row.get(key)
    try:
        return parsed(source) if source else None
    except ExpressionError as error:
        row.wrong(mistakes, key, error.code, **error.facts)
        return None


def condition_of(row: Row, key: str, mistakes: Mistakes) -> Tree | None:
    """Like `tree_of`, where yes and no may also stand: None is no."""
    word = _plain_word(row.get(key))
    if word in _NO:
        return None
    if _ONLY_WORDS.fullmatch(row.get(key)) and word not in _YES:
        row.wrong(mistakes, key, "word_unknown", word=row.get(key), known="yes, no")
        return None
    return ("call", "true") if word in _YES else tree_of(row, key, mistakes)


def default_of(row: Row, key: str, mistakes: Mistakes) -> Tree | None:
    """An expression if it looks like one, else the text itself."""
    source = row.get(key)
    if not source:
        return None
    return tree_of(row, key, mistakes) if "${" in source or re.search(r"\w\(.*\)", source) else ("text", source)


def day_of(row: Row, key: str, mistakes: Mistakes) -> date | None:
    """A day, "2026-11-24" or "24/11/2026"; None if the cell is empty or is none."""
    text = row.get(key)
    if not text:
        return None
    parts = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    if re.fullmatch(r"[1-6]\d{4}", text, re.ASCII):  # a day in a cell that is formatted as a number
        meant = _DAY_NOUGHT + timedelta(days=int(text))
        row.wrong(mistakes, key, "day_number", text=text, day=f"{meant:%d/%m/%Y}")
        return None
    try:
        return date(*(int(each) for each in reversed(parts.groups()))) if parts else date.fromisoformat(text)
    except ValueError:
        row.wrong(mistakes, key, "day_wrong", text=text)
        return None
