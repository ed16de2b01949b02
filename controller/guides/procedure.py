"""The three sheets of our own: facts of the procedure, papers, hand-over steps. Checked and built in one go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from controller.guides.columns import (
    LABEL_LIMIT,
    audio_of,
    day_of,
    labels_of,
    meant,
    name_of,
    one_of,
    tree_of,
    yes_or_no,
)
from controller.guides.mistakes import Mistakes, nearest
from controller.guides.model import NO_LABELS, Fact, Labels, Paper, Source, Step
from controller.guides.referring import check_condition
from controller.guides.sheets import CELL_LIMIT, Row, Sheet
from controller.guides.survey import Asked

EVENTS = ("sinh_con", "ket_hon", "qua_doi", "giay_to", "cu_tru", "nguoi_cao_tuoi", "khac")
CHANNELS = ("", "truc_tiep", "truc_tuyen", "buu_chinh")
_CODE = re.compile(r"\d\.\d{6}", re.ASCII)
_ADDRESS = re.compile(r"https://[\w-]+(\.[\w-]+)+(/[\w./?&=%#-]*)?", re.ASCII)
_ONCE, _ONCE_OR_MORE, _PERHAPS, _ANY = (1, 1), (1, 50), (0, 1), (0, 50)
_TIMES: Mapping[str, tuple[int, int]] = {
    "ten": _ONCE, "ma": _ONCE, "su_kien": _ONCE_OR_MORE, "co_quan": _ONCE, "thoi_han": _PERHAPS,
    "thoi_gian": _ONCE_OR_MORE, "le_phi": _ONCE_OR_MORE, "mien_giam": _ANY, "can_cu": _ONCE_OR_MORE, "luu_y": _ANY,
    "xac_nhan_boi": _PERHAPS, "xac_nhan_ngay": _PERHAPS, "xem_lai_truoc": _PERHAPS,
}  # fmt: skip
_ONLY_DAYS = ("xac_nhan_ngay", "xem_lai_truoc")
_PLAIN = ("ma", "su_kien", "xac_nhan_boi")  # not in languages
_COPIES_LIMIT = 20


@dataclass(slots=True)
class Facts:
    """What the sheet thu_tuc says."""

    title: Labels = NO_LABELS
    code: str = ""
    events: list[str] = field(default_factory=list)
    authority: Labels = NO_LABELS
    deadline: Labels = NO_LABELS
    times: list[Fact] = field(default_factory=list)
    fees: list[Fact] = field(default_factory=list)
    exemptions: list[Labels] = field(default_factory=list)
    legal_source: list[Source] = field(default_factory=list)
    notes: list[Labels] = field(default_factory=list)
    verified_by: str = ""
    verified_on: date | None = None
    review_by: date | None = None


def facts_of(sheet: Sheet, mistakes: Mistakes) -> Facts:
    facts, seen = Facts(), dict.fromkeys(_TIMES, 0)
    for row in sheet.rows:
        item = meant(row.get("muc"), _TIMES)
        if item not in _TIMES:
            near = nearest(item, _TIMES)
            code = "item_unknown_near" if near else "item_unknown" if item else "item_missing"
            row.wrong(mistakes, "muc", code, name=item, near=near, known=", ".join(_TIMES))
            continue
        seen[item] += 1
        if seen[item] == _TIMES[item][1] + 1:
            row.wrong(mistakes, "muc", "item_too_often", name=item, limit=_TIMES[item][1])
        _add_fact(facts, item, row, mistakes)
    for item, count in seen.items():
        if sheet.columns and count < _TIMES[item][0]:
            mistakes.add("fact_missing", sheet.name, 0, "", item, name=item)
    return facts


def _add_fact(facts: Facts, item: str, row: Row, mistakes: Mistakes) -> None:
    channel, day = one_of(row, "kenh", CHANNELS, mistakes), day_of(row, "ngay", mistakes)
    if item in _ONLY_DAYS:
        if not row.get("ngay"):
            row.wrong(mistakes, "ngay", "day_missing")
        elif item == "xac_nhan_ngay":
            facts.verified_on = day
        else:
            facts.review_by = day
        return
    labels = labels_of(row, "noi_dung", mistakes, limit=CELL_LIMIT)
    text = labels.get("vi", "")
    if item in _PLAIN:
        _add_plain(facts, item, text, row, mistakes)
    elif item in ("ten", "co_quan", "thoi_han"):
        setattr(facts, {"ten": "title", "co_quan": "authority", "thoi_han": "deadline"}[item], labels)
    elif item == "thoi_gian":
        facts.times.append(Fact(channel, labels))
    elif item == "le_phi":
        facts.fees.append(Fact(channel, labels))
    elif item == "can_cu":
        facts.legal_source.append(Source(labels, day))
    else:
        (facts.exemptions if item == "mien_giam" else facts.notes).append(labels)


def _add_plain(facts: Facts, item: str, text: str, row: Row, mistakes: Mistakes) -> None:
    key = next((column.key for column in row.sheet.columns if column.stem == "noi_dung"), "noi_dung")
    if item == "ma":
        facts.code = text
        if text and not _CODE.fullmatch(text):
            row.wrong(mistakes, key, "code_wrong", text=text)
    elif item == "su_kien":
        text = meant(text, EVENTS)
        facts.events.append(text)
        if text and text not in EVENTS:
            row.wrong(mistakes, key, "word_unknown", word=text, known=", ".join(EVENTS))
    else:
        facts.verified_by = text


def papers_of(
    sheet: Sheet, survey: Mapping[str, Asked], lists: Mapping[str, list[str]], mistakes: Mistakes
) -> tuple[Paper, ...]:
    papers: dict[str, Paper] = {}
    kinds: dict[str, str] = {}
    for row in sheet.rows:
        ident, group = name_of(row, "ma", mistakes), row.get("nhom")
        if ident in papers:
            row.wrong(mistakes, "ma", "paper_twice", name=ident)
        kind = one_of(row, "kieu", ("ALL_OF", "ONE_OF"), mistakes)
        if kind == "ONE_OF" and not group:
            row.wrong(mistakes, "nhom", "group_missing")
        elif group and kinds.setdefault(group, kind) != kind:
            row.wrong(mistakes, "kieu", "group_mixed", group=group)
        when = tree_of(row, "when", mistakes)
        if when is not None:
            check_condition(row, "when", when, survey, lists, mistakes)
        papers[ident] = Paper(
            id=ident,
            labels=labels_of(row, "ten", mistakes, limit=LABEL_LIMIT),
            hints=labels_of(row, "mo_ta", mistakes, needed=False),
            audio=audio_of(row, mistakes),
            group=group,
            one_of=kind == "ONE_OF",
            original=one_of(row, "ban", ("sao", "goc"), mistakes) == "goc",
            hand_in=one_of(row, "cach", ("nop", "xuat_trinh"), mistakes) == "nop",
            copies=_copies(row, mistakes),
            photo=yes_or_no(row, "chup", mistakes),
            when=when,
        )
    return tuple(papers.values())


def _copies(row: Row, mistakes: Mistakes) -> int:
    text = row.get("so_luong") or "1"
    found = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?", text, re.ASCII)  # a number that was text once: "3.0"
    if found and 0 < int(found[1]) <= _COPIES_LIMIT:
        return int(found[1])
    row.wrong(mistakes, "so_luong", "copies_wrong", text=text, limit=_COPIES_LIMIT)
    return 1


def steps_of(sheet: Sheet, mistakes: Mistakes) -> tuple[Step, ...]:
    steps = []
    for row in sheet.rows:
        address = row.get("dia_chi")
        if address and not _ADDRESS.fullmatch(address):
            row.wrong(mistakes, "dia_chi", "address_wrong", text=address)
        steps.append(Step(labels_of(row, "noi_dung", mistakes), audio_of(row, mistakes), address))
    if sheet.columns and not steps:
        mistakes.add("no_steps", sheet.name)
    return tuple(steps)
