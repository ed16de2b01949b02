"""How the page says what boards make of a draft, where and when a notice is seen, and lines about both."""

from __future__ import annotations

from collections.abc import Callable

from controller.core.journal import Entry, Kind
from controller.core.notices import FOREVER, Notice, Special
from controller.core.words import Words
from controller.runtime.config import StationConfig
from controller.web.parts import Unshown

LONGEST_SAID = 100  # characters of a text within a sentence


def shortened(text: str) -> str:
    """The beginning of a text that is long, up to the end of a word."""
    if len(text) <= LONGEST_SAID:
        return text
    end = text.rfind(" ", LONGEST_SAID // 2, LONGEST_SAID)
    return text[: end if end > 0 else LONGEST_SAID].rstrip(" ,;:.") + "…"


def unshown(what: Unshown, words: Words) -> list[str]:
    """What stands beneath a board's picture; nothing where it shows the text as it is."""
    found = [words("web.unshown.stripped", text=" ".join(what.stripped.split()))] if what.stripped else []
    if what.replaced:
        found.append(words("board.preview.replaced", characters=" ".join(what.replaced)))
    if what.alike:
        found.append(words("board.preview.alike", groups=", ".join(what.alike)))
    found += [words(f"board.preview.without_{each}") for each in what.without]
    if what.left_out:
        found.append(words("board.preview.left_out", text=shortened(what.left_out)))
    return found


def shown_in(what: Unshown, words: Words, lasting: Callable[[float], str]) -> str:
    """ "2 trang, một vòng hết 12 giây"."""
    if what.scrolls:
        return words("web.notices.pages_scrolling", lasting=lasting(what.round_s))
    if what.pages > 1:
        return words("web.notices.pages_turning", pages=what.pages, lasting=lasting(what.round_s))
    return words("web.notices.pages_still")


def called(notice: Notice, words: Words) -> str:
    """What a notice is called in a list: its title, its words, or what it is."""
    if notice.special is not Special.NONE:
        return words(f"web.notices.special.{notice.special}")
    return shortened(notice.title or notice.text or notice.qr) or words("web.notices.has_picture")


def where(notice: Notice, config: StationConfig, words: Words) -> str:
    """The boards and zones of a notice."""
    names = {board.id: board.name for board in config.boards}
    zones = {zone.id: zone.name for zone in config.zones}
    found = [names.get(ident, ident) for ident in notice.boards] + [zones.get(ident, ident) for ident in notice.zones]
    return ", ".join(found) or words("web.notices.everywhere")


def more_of(notice: Notice, words: Words) -> list[str]:
    """What else there is to a notice: its hours, its picture, its code."""
    spans = ", ".join(f"{span.begins:%H:%M}–{span.ends:%H:%M}" for span in notice.hours)
    found = [words("web.notices.at_hours", spans=spans)] if spans else []
    if notice.picture:
        found.append(words("web.notices.has_picture"))
    if notice.qr:
        found.append(words("web.notices.has_qr"))
    return found


def is_open_ended(notice: Notice) -> bool:
    return notice.shown_until >= FOREVER


BY_WHAT = frozenset({
    Kind.NOTICE, Kind.PICTURE, Kind.DESK, Kind.TRAINING, Kind.FILE, Kind.DESK_KEY, Kind.HELPER, Kind.GUIDE,
})  # fmt: skip  # kinds of lines whose words depend on what was done


def journal_key(entry: Entry) -> str:
    """The catalogue's name of a line about notices, pictures, the desk, training sessions or residents' files."""
    detail = entry.detail
    match entry.kind:
        case Kind.NOTICE:
            what = next((w for w in ("withdrawn", "restored", "undone", "changed", "ordered") if detail.get(w)), "")
        case Kind.PICTURE:
            what = "gone" if detail.get("gone") else ""
        case _:
            what = str(detail.get("what", ""))
    return f"{entry.kind}_{what}" if what else entry.kind


def journal_facts(entry: Entry, words: Words) -> dict[str, str]:
    """What such a line is told with, besides what every line has. Of a file the end of its id, never more."""
    detail, state = entry.detail, str(entry.detail.get("state", ""))
    return {
        "given": str(detail.get("given", "")), "called": str(detail.get("called", "")),
        "file": entry.subject.partition("/")[2][-6:],
        "state": words(f"filing.state.{state}") if words.has(f"filing.state.{state}") else state,
    }  # fmt: skip
