"""What an official enters of a notice, and what it must be to be put up; and the order in which notices follow one
another. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from controller.core import announcements
from controller.core.errors import Problem
from controller.core.levels import Level
from controller.core.notices import FOREVER, Hours, Notice, Special

TITLE_LIMIT = 120  # characters
TEXT_LIMIT = 500  # characters: some two minutes of a ticker
QR_LIMIT = 300  # characters of an address: more makes a code that no phone reads from a board
SPANS_LIMIT = 6  # stretches of one day
EMERGENCY_LIMIT = timedelta(hours=24)  # so far ahead the end of an emergency lies at most

# Characters that nobody sees and that change nothing of what is seen: left out. Soft hyphen, zero-width space,
# non-joiner, joiner, the marks of direction, word joiner, byte order mark; and what chooses between shapes.
_UNSEEN = {ord(c): None for c in "\u00ad\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\ufe0e\ufe0f"}
_SPACES = re.compile(r"[^\S\n]+")
_WEB, _NEVER_OPENED = frozenset({"http", "https"}), frozenset({"javascript", "data", "file", "vbscript"})
_BREAKS = {0x85: "\n", 0x0B: "\n", 0x0C: "\n", 0x2028: "\n", 0x2029: "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """Neither `boards` nor `zones`: everywhere. `shown_until` None: until somebody takes it down."""

    text: str = ""
    title: str = ""
    picture: str = ""  # SHA-256 of a kept one
    qr: str = ""
    special: Special = Special.NONE
    boards: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    level: Level = Level.NORMAL
    shown_from: datetime | None = None  # None: at once
    shown_until: datetime | None = None


def draft_of(notice: Notice) -> NoticeDraft:
    """What an official would have entered to make it what it is."""
    until = None if notice.shown_until >= FOREVER else notice.shown_until
    return NoticeDraft(
        text=notice.text, title=notice.title, picture=notice.picture, qr=notice.qr, special=notice.special,
        boards=notice.boards, zones=notice.zones, hours=notice.hours, level=notice.level,
        shown_from=notice.shown_from, shown_until=until,
    )  # fmt: skip


def clean(text: str) -> str:
    """As of an announcement, and without what nobody would see; every space an ordinary one."""
    plain = unicodedata.normalize("NFC", text.translate(_UNSEEN)).replace("\r\n", "\n").replace("\r", "\n")
    return announcements.clean(_SPACES.sub(" ", plain.translate(_BREAKS)))


def cleaned(draft: NoticeDraft) -> NoticeDraft:
    """What is stored of a draft. Of a special page nothing is written; an emergency is for every board at any hour."""
    written = draft if draft.special is Special.NONE else replace(draft, title="", text="", picture="", qr="")
    urgent = draft.level is Level.EMERGENCY
    return replace(
        written,
        title=clean(written.title),
        text=clean(written.text),
        qr=clean(written.qr),
        boards=() if urgent else tuple(dict.fromkeys(draft.boards)),
        zones=() if urgent else tuple(dict.fromkeys(draft.zones)),
        hours=() if urgent else tuple(dict.fromkeys(draft.hours)),
    )


def problems_of(
    draft: NoticeDraft,
    known_boards: Collection[str],
    known_zones: Collection[str],
    now: datetime,
    known_pictures: Collection[str] | None = None,
) -> tuple[Problem, ...]:
    """Everything wrong with a cleaned draft, in the order of the form's fields.

    `known_pictures` None: the picture is believed.
    """
    found: list[Problem] = []
    if draft.special is Special.NONE:
        found += problems_of_words(draft)
        if draft.picture and known_pictures is not None and draft.picture not in known_pictures:
            found.append(Problem.of("picture", "picture_gone"))
    elif draft.level is Level.EMERGENCY:
        found.append(Problem.of("special", "special_emergency"))
    found += [Problem.of("boards", "unknown_board", board=name) for name in draft.boards if name not in known_boards]
    found += [Problem.of("zones", "unknown_zone", zone=name) for name in draft.zones if name not in known_zones]
    if len(draft.hours) > SPANS_LIMIT:
        found.append(Problem.of("hours", "too_many_spans", limit=SPANS_LIMIT))
    return (*found, *_time(draft, now))


def problems_of_words(draft: NoticeDraft) -> list[Problem]:
    """What is wrong with what is written in a cleaned draft, whatever boards and times it has."""
    words = draft.title or draft.text
    if not (words or draft.picture or draft.qr):
        return [Problem.of("text", "nothing_to_show")]
    found = _text("title", draft.title, TITLE_LIMIT)
    if "\n" in draft.title:
        found.append(Problem.of("title", "one_line"))
    found += _text("text", draft.text, TEXT_LIMIT)
    if not words and draft.level is Level.EMERGENCY:
        found.append(Problem.of("text", "emergency_words"))  # a sign of few lamps shows no picture
    return found + _qr(draft.qr)


def _text(field: str, text: str, limit: int) -> list[Problem]:
    if not text:
        return []
    found = announcements.text_problems(field, text, limit)
    found = [Problem.of(field, "no_letters") if each.code == "nothing_to_say" else each for each in found]
    leftward = sorted({c for c in text if unicodedata.bidirectional(c) in {"R", "AL", "AN"}})
    if leftward:
        found.append(Problem.of(field, "right_to_left", characters=" ".join(leftward[:5])))
    return found


def _qr(address: str) -> list[Problem]:
    if not address:
        return []
    if len(address) > QR_LIMIT:
        return [Problem.of("qr", "qr_long", length=len(address), limit=QR_LIMIT)]
    scheme, colon, _ = address.partition(":")
    if "\n" in address or (colon and scheme.strip().lower() in _NEVER_OPENED):
        return [Problem.of("qr", "qr_address")]
    if "://" in address and not _is_web(address):
        return [Problem.of("qr", "qr_address")]
    return [replace(each, code="qr_address", facts=()) for each in announcements.text_problems("qr", address, QR_LIMIT)]


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in _WEB and bool(parts.hostname) and " " not in address


def _time(draft: NoticeDraft, now: datetime) -> list[Problem]:
    begins, ends = draft.shown_from or now, draft.shown_until
    if ends is None:
        return [Problem.of("until", "no_end")] if draft.level is Level.EMERGENCY else []
    if ends <= begins:
        return [Problem.of("until", "until_before_from")]
    if ends <= now:
        return [Problem.of("until", "past")]
    if draft.level is Level.EMERGENCY and ends > now + EMERGENCY_LIMIT:
        hours = EMERGENCY_LIMIT // timedelta(hours=1)
        return [Problem.of("until", "emergency_long", limit=hours)]
    return []


# --- the order


def reordered(current: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """All of `current`; those that are `wanted` in that order, in the places that they have taken together.

    Whoever sees only some of them (those of one board) so leaves the others where they are. Of `wanted`, what is
    unknown or comes twice is passed over.
    """
    known = frozenset(current)
    following = iter(dict.fromkeys(each for each in wanted if each in known))
    chosen = frozenset(wanted)
    return tuple(next(following) if each in chosen else each for each in current)


def moved(current: Sequence[str], ident: str, before: str | None) -> tuple[str, ...]:
    """All of `current`, `ident` right before another one; None, or one that is gone: at the end.

    Of an `ident` that is unknown nothing moves.
    """
    if ident not in current:
        return tuple(current)
    others = [each for each in current if each != ident]
    place = others.index(before) if before in others else len(others)
    return (*others[:place], ident, *others[place:])
