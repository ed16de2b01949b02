"""Lines of the journal as sentences for officials: which text of the catalogues a line is, and with what in its braces.

A line that no catalogue knows is shown by its kind and subject rather than not at all. Knows `Saying` for times, names
and parts; not the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from controller.core.journal import Entry, Kind
from controller.core.trust import Trust
from controller.core.volumes import percent_of
from controller.core.words import Words
from controller.store.columns import as_instant
from controller.timing.clock_trust import trust_words
from controller.web import board_saying
from controller.web.board_saying import shortened
from controller.web.saying import Saying
from controller.web.tones import JOURNAL_TONES, SHAPES
from schedules.wording import date_words, weekday_words

ITSELF = "loalang"  # what the station does without an official: its command, its welcome

Told = tuple[str, dict[str, str]]  # a key below `web.journal`, and what its braces need beside what every line has


@dataclass(frozen=True, slots=True)
class Line:
    """A journal line in words. `announcement`: the one it is about, or ""."""

    at: datetime
    text: str
    tone: str
    announcement: str

    @property
    def shape(self) -> str:
        return SHAPES.get(self.tone, "·")


def line_of(entry: Entry, say: Saying, words: Words, about_one: bool = False) -> Line:
    """`about_one`: on the page of the announcement, whose title need not be said again."""
    detail = {name: str(value) for name, value in entry.detail.items()}
    subject, _, ident = entry.subject.partition("/")
    announcement = ident if subject == "announcement" else detail.get("announcement", "")
    text = _sentence(entry, detail, say, words, about_one)
    return Line(entry.at, text, JOURNAL_TONES.get(entry.kind, ""), announcement)


def _sentence(entry: Entry, detail: dict[str, str], say: Saying, words: Words, about_one: bool) -> str:
    by = detail.get("by", "")
    facts = {
        "by": words("web.journal.station") if not by or by.startswith(ITSELF) else by,
        "title": detail.get("title", ""),
        "text": shortened(detail.get("text", "")),
        "user": _ident(entry),
        "name": shortened(detail.get("name", "")),
        "part": say.part(entry.subject),
        "address": detail.get("address", ""),
        "engine": say.engine(detail.get("engine", "")),
        "reason": say.reason(detail.get("reason", "")),
        "why": _why(detail.get("reason", ""), words),
    }
    if entry.kind in board_saying.BY_WHAT:
        key, more = _of_board_or_desk(entry, detail, say, words)
    else:
        key, more = (
            _of_announcement(entry, detail, say)
            or _of_sound(entry, detail, say)
            or _of_station(entry, detail, say, words)
            or (entry.kind, {})
        )
    facts |= more
    if about_one and words.has(f"web.journal_of_one.{key}"):
        return words(f"web.journal_of_one.{key}", **facts)
    return say.said(f"web.journal.{key}", f"{entry.kind} {entry.subject}", **facts)


def _of_board_or_desk(entry: Entry, detail: dict[str, str], say: Saying, words: Words) -> Told:
    key = board_saying.journal_key(entry)
    facts = board_saying.journal_facts(entry, words)
    facts["due"] = _when(detail, "begins", say)
    return key if words.has(f"web.journal.{key}") else entry.kind, facts


def _of_announcement(entry: Entry, detail: dict[str, str], say: Saying) -> Told | None:
    """What became of an announcement, of its sound, and of one occurrence."""
    match entry.kind:
        case Kind.EDITED if entry.detail.get("restored"):
            return "restored", {}
        case Kind.SHOWN:
            return "sent" if detail.get("state") == "sent" else "shown", {}
        case Kind.CUT if entry.detail.get("again"):
            return "made_way" if "reached_s" in detail else "interrupted", {}
        case Kind.PLAYING if "resumed_s" in detail:
            return "resumed", {}
        case Kind.PREPARED:
            duration = say.lasting(_number(entry.detail.get("duration_s")))
            return "prepared" if detail.get("engine") else "prepared_unread", {"duration": duration}
        case Kind.QUEUED:
            return entry.kind, {"due": _when(detail, "due", say)}
        case Kind.MOVED:
            key = "moved" if "to" in detail else "put_back" if entry.detail.get("put_back") else "left_out"
            return key, {name: _when(detail, name, say) for name in ("due", "to")}
        case Kind.APPROVED if entry.detail.get("taken_back"):
            return "approval_back", {}
        case Kind.HEARD:
            return entry.kind, {"share": f"{_number(entry.detail.get('share')):.0%}"}
        case _:
            return None


def _of_sound(entry: Entry, detail: dict[str, str], say: Saying) -> Told | None:
    """The sound's own things: dictionary, signals, volumes, self-test, recordings, the switch and the button."""
    ident = _ident(entry)
    things = {
        "short": ident, "spoken": detail.get("words", ""), "zone": say.zones((ident,)),
        "signal": say.said(f"web.signal.{ident}", ident),
        "result": say.said(f"web.self_test.{detail.get('result', '')}", detail.get("result", "")),
    }  # fmt: skip
    match entry.kind:
        case Kind.DICTIONARY | Kind.SIGNAL if entry.detail.get("back"):
            return f"{entry.kind}_back", things
        case Kind.VOLUME if detail.get("clock"):
            gain_db = entry.detail.get("gain_db")
            key = "volume_from" if isinstance(gain_db, int | float) else "volume_dropped"
            percent = str(percent_of(_number(gain_db)))
            return key, {"zone": things["zone"], "clock": detail["clock"], "percent": percent}
        case Kind.DICTIONARY | Kind.SIGNAL | Kind.VOLUME | Kind.SELF_TEST:
            return entry.kind, things
        case Kind.RECORDING if entry.detail.get("gone"):
            return "recording_gone", {}
        case Kind.SWITCH if detail.get("what") == "chosen":
            return "contact_chosen" if detail.get("chosen") else "contact_unchosen", {}
        case Kind.SWITCH:
            which = "contact" if detail.get("what") == "contact" else "switch"
            return f"{which}_{'on' if entry.detail.get('on') else 'off'}", {}
        case _:
            return None


def _of_station(entry: Entry, detail: dict[str, str], say: Saying, words: Words) -> Told | None:
    """Clock, days, people, calendars, who was told, and faults."""
    match entry.kind:
        case Kind.CLOCK if entry.detail.get("right"):
            return "clock_right", {}
        case Kind.CLOCK if "trust" in detail:
            keys = {Trust.DOUBTFUL.value: "clock_doubtful", Trust.CONFIRMED.value: "clock_confirmed"}
            trust = _trust(detail, _number(entry.detail.get("age_s")), words)
            return keys.get(detail["trust"], "clock_believed"), {"trust": trust}
        case Kind.DAY:
            return "day_said" if detail.get("type") else "day_back", _day_facts(_ident(entry), detail, say, words)
        case Kind.USER:
            return f"user_{detail.get('what', 'added')}", {}
        case Kind.FEED if detail.get("what") == "revoked":
            return "feed_revoked", {}
        case Kind.TOLD:
            return _of_telling(entry, detail, say)
        case Kind.FAULT | Kind.RECOVERED:
            known = [(name, value) for name, value in detail.items() if name != "fault"]
            return entry.kind, {"fault": say.fault(detail.get("fault", ""), known)}
        case _:
            return None


def _of_telling(entry: Entry, detail: dict[str, str], say: Saying) -> Told:
    key = {"known": "told_known", "failed": "told_failed"}.get(detail.get("what", ""), "told")
    facts = {"whom": detail.get("whom", "")}
    if key == "told_known" and (detail.get("title") or not entry.subject.startswith("utterance/")):
        key = "told_known_of"
        facts["what"] = f"“{detail['title']}”" if detail.get("title") else say.part(entry.subject)
    return key, facts


def _ident(entry: Entry) -> str:
    return entry.subject.partition("/")[2]


def _when(detail: dict[str, str], name: str, say: Saying) -> str:
    return say.when(as_instant(detail[name])) if name in detail else ""


def _trust(detail: dict[str, str], age_s: float, words: Words) -> str:
    if detail["trust"] not in set(Trust):
        return detail["trust"]
    return trust_words(Trust(detail["trust"]), age_s, detail.get("said_by", ""), words)


def _day_facts(ident: str, detail: dict[str, str], say: Saying, words: Words) -> dict[str, str]:
    try:
        known = date.fromisoformat(ident)
        day = f"{weekday_words(known, words)} {date_words(known, words)}"
    except ValueError:
        day = ident
    kind, note = detail.get("type", ""), detail.get("note", "")
    return {"day": day, "type": say.said(f"schedules.day_type.{kind}", kind), "note": note and f" ({note})"}


def _why(reason: str, words: Words) -> str:
    """ " (the station was off)", or nothing where no catalogue has a word for it."""
    key = f"unspeakable.{reason}"
    return f" ({words(key)})" if words.has(key) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
