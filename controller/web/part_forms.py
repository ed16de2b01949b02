"""The editor's parts: texts, recordings and pauses as they were typed, in order, and what they mean.

Pure. The main text is always among them; alone it is the whole announcement, left empty beside others it is none
of them. What was taken out stays in the form until it is saved, so that it can be put back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from werkzeug.datastructures import MultiDict

from controller.core.announcements import TITLE_LIMIT, clean
from controller.core.errors import Problem
from controller.core.parts import Part, Parts, PausePart, RecordingPart, TextPart, plain, text_of

MAIN, TEXT, RECORDING, VOICE, PAUSE = "main", "text", "recording", "voice", "pause"
ADDED = (RECORDING, VOICE, PAUSE, TEXT)  # in the order of their buttons; VOICE is a recording that is made right here
MOST_ENTRIES = 40
USUAL_PAUSE = "2"
_FIELD = "part_"
_SECONDS = re.compile(r"[0-9]{1,6}([.,][0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class PartEntry:
    """One part as typed. Every part brings every field, so that they stay side by side."""

    kind: str = MAIN
    text: str = ""  # of TEXT; that of MAIN is the form's own
    seconds: str = USUAL_PAUSE  # of PAUSE
    sha256: str = ""  # of a recording; "": there is none yet
    name: str = ""
    language: str = "vi"
    gone: str = ""  # taken out, and may be put back

    @property
    def is_recording(self) -> bool:
        return self.kind in {RECORDING, VOICE}


_NAMES = tuple(entry.name for entry in fields(PartEntry))
ALONE = (PartEntry(),)


def typed(form: MultiDict[str, str]) -> tuple[PartEntry, ...]:
    """What a form brings; what no editor sends is left out, and there is one main text."""
    columns = {name: form.getlist(_FIELD + name)[:MOST_ENTRIES] for name in _NAMES}
    usual = PartEntry()
    rows = (
        PartEntry(**{name: found[i] if i < len(found) else getattr(usual, name) for name, found in columns.items()})
        for i in range(len(columns["kind"]))
    )
    others = [row for row in rows if row.kind in ADDED or row.kind == MAIN]
    mains = [i for i, row in enumerate(others) if row.kind == MAIN]
    entries = [row for i, row in enumerate(others) if row.kind != MAIN or i == mains[0]]
    return tuple(replace(row, gone="") if row.kind == MAIN else row for row in ([] if mains else [*ALONE]) + entries)


def entries_of(entries: Sequence[PartEntry]) -> list[tuple[str, str]]:
    """What a page carries along to show the very same again."""
    return [(_FIELD + name, getattr(entry, name)) for entry in entries for name in _NAMES]


def shown(parts: Parts) -> tuple[PartEntry, ...]:
    """Stored parts in the editor; the first text is the main one."""
    first = next((i for i, part in enumerate(parts) if isinstance(part, TextPart)), None)
    entries = [PartEntry() if i == first else _entry(part) for i, part in enumerate(parts)]
    return tuple(entries if first is not None else [*ALONE, *entries])


def _entry(part: Part) -> PartEntry:
    match part:
        case TextPart(text):
            return PartEntry(TEXT, text)
        case PausePart(length_s):
            return PartEntry(PAUSE, seconds=f"{length_s:g}")
        case RecordingPart(sha256, name, language, _):
            return PartEntry(RECORDING, sha256=sha256, name=name, language=language)


def main_text(parts: Parts, text: str) -> str:
    """What stands in the main text of a stored announcement."""
    return next((part.text for part in parts if isinstance(part, TextPart)), "") if parts else text


@dataclass(frozen=True, slots=True)
class Read:
    """What the entries mean. `numbers[i]` is the place of the i-th part among the entries that are not taken out,
    from 1; `parts` is empty for a text alone, as the store has it."""

    text: str
    parts: Parts
    numbers: tuple[int, ...]


def read(entries: Sequence[PartEntry], text: str, lengths: Mapping[str, float]) -> Read:
    """`lengths`: in seconds, of the recordings that the station has, by SHA-256; any other is none."""
    kept = [entry for entry in entries if not entry.gone]
    found = [
        (number, _part(entry, clean(text), lengths))
        for number, entry in enumerate(kept, 1)
        if entry.kind != MAIN or clean(text) or len(kept) == 1
    ]
    parts = tuple(part for _, part in found)
    return Read(text_of(parts), plain(parts), tuple(number for number, _ in found))


def _part(entry: PartEntry, text: str, lengths: Mapping[str, float]) -> Part:
    if entry.kind == PAUSE:
        return PausePart(seconds_of(entry.seconds))
    if entry.is_recording:
        known = lengths.get(entry.sha256)
        name = " ".join(entry.name.split())[:TITLE_LIMIT]
        return RecordingPart(entry.sha256 if known is not None else "", name, entry.language, known or 0.0)
    return TextPart(text if entry.kind == MAIN else clean(entry.text))


def seconds_of(text: str) -> float:
    """Seconds as people type them ("2", "2,5"), to the tenth; -1 for what is none."""
    if not _SECONDS.fullmatch(text.strip()):
        return -1.0
    return round(float(text.strip().replace(",", ".")), 1)


def by_card(problem: Problem, read_as: Read) -> Problem:
    """A problem of one part, under its card and with its number there."""
    facts = dict(problem.facts)
    if problem.field != "parts" or not facts.get("number", "").isdecimal():
        return problem
    number = read_as.numbers[int(facts["number"]) - 1]
    return Problem.of(f"part_{number}", problem.code, **{**facts, "number": str(number)})


def acted(entries: tuple[PartEntry, ...], act: str, told: Sequence[str]) -> tuple[PartEntry, ...]:
    """What a button of the editor makes of them; `told`: an entry's place, counted from 0, or the kind to add."""
    word = told[0] if len(told) == 1 else ""
    if act == "add" and word in ADDED and len(entries) < MOST_ENTRIES:
        return (*entries, PartEntry(word))
    at = int(word) if word.isdecimal() and int(word) < len(entries) else None
    if at is None:
        return entries
    other = {"up": at - 1, "down": at + 1}.get(act)
    if other is not None:
        return _swapped(entries, at, other) if 0 <= other < len(entries) else entries
    if act in {"gone", "back"} and entries[at].kind != MAIN:
        return (*entries[:at], replace(entries[at], gone="1" if act == "gone" else ""), *entries[at + 1 :])
    return entries


def _swapped(entries: tuple[PartEntry, ...], at: int, other: int) -> tuple[PartEntry, ...]:
    found = list(entries)
    found[at], found[other] = found[other], found[at]
    return tuple(found)


def filled(entries: Sequence[PartEntry], at: int, sha256: str, name: str) -> tuple[PartEntry, ...]:
    """With a recording in one of them; appended where there is no such place."""
    found = list(entries)
    if not (0 <= at < len(found) and found[at].is_recording):
        at = len(found)
        found.append(PartEntry(RECORDING))
    found[at] = replace(found[at], sha256=sha256, name=name)
    return tuple(found)
