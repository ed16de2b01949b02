"""How the page says what the store knows: times, states, parts, journal lines in words.

A state is never told by colour alone: every one has a word, a shape and a tone (the colour). A
component or fault that no catalogue knows is shown by its own name rather than not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from controller.core.announcements import AfterCut
from controller.core.days import SaidDay
from controller.core.errors import Problem, StationError
from controller.core.journal import Entry, Kind
from controller.core.levels import Level
from controller.core.notices import Notice, reason_of
from controller.core.renditions import RenditionState
from controller.core.trust import Trust
from controller.core.utterances import Utterance, UtteranceState, Verdict
from controller.core.volumes import percent_of
from controller.core.words import Words
from controller.refusals import problem_words
from controller.runtime.config import StationConfig
from controller.store.columns import as_instant
from controller.timing.clock_trust import trust_words
from controller.web import board_saying
from controller.web.board_saying import shortened
from controller.web.occurrences import UNAPPROVED, Occurrence
from controller.web.parts import Unshown
from controller.web.state import CLOCK, Part
from schedules.day_types import DayInfo, name_words
from schedules.rules import Rule
from schedules.wording import date_words, day_words, rule_words, time_words, weekday_words, when_words

FINE, WAITING, AIR, FAULT, OVER = "fine", "waiting", "air", "fault", "over"
SHAPES = {FINE: "✓", WAITING: "…", AIR: "●", FAULT: "!", OVER: "■"}
TONES: dict[str, str] = {
    UtteranceState.QUEUED: WAITING,
    UtteranceState.PLAYING: AIR,
    UtteranceState.PLAYED: FINE,
    UtteranceState.CUT: FAULT,
    UtteranceState.MISSED: FAULT,
    UtteranceState.STOPPED: OVER,
    RenditionState.WANTED: WAITING,
    RenditionState.READY: FINE,
    RenditionState.FAILED: FAULT,
    UNAPPROVED: WAITING,
    Verdict.HEARD: FINE,
    Verdict.NOT_HEARD: FAULT,
    Verdict.UNSURE: WAITING,
}
JOURNAL_TONES = {
    Kind.PLAYING: AIR, Kind.PLAYED: FINE, Kind.PREPARED: FINE, Kind.RECOVERED: FINE, Kind.SHOWN: FINE,
    Kind.CUT: FAULT, Kind.MISSED: FAULT, Kind.FAULT: FAULT, Kind.UNSPEAKABLE: FAULT, Kind.REFUSED: FAULT,
    Kind.QUEUED: WAITING, Kind.STOPPED: OVER,
}  # fmt: skip
OF_OUTPUTS = frozenset({"output", "relay", "audio", "proof", "monitor", "switch", "contact"})
ITSELF = "loalang"  # what the station does without an official: its command, its welcome


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


class Saying:
    def __init__(self, words: Words, config: StationConfig, now: datetime) -> None:
        self._words, self._config, self.now = words, config, now
        self._tz = config.site.tz

    def when(self, at: datetime) -> str:
        """ "19 giờ 30 hôm nay", or with the day and its lunar date. Nobody says seconds."""
        return when_words(at.replace(second=0, microsecond=0), self._tz, self._words, self.now)

    def clock(self, at: datetime) -> str:
        return time_words(at.astimezone(self._tz).time().replace(second=0, microsecond=0), self._words)

    def from_to(self, old: datetime, new: datetime) -> str:
        """ "Đổi 20 giờ 59 thành 20 giờ 58", of a wall clock's times: what stands on a button."""
        was, time = (time_words(at.time(), self._words) for at in (old, new))
        return self._words("web.week.from_to", was=was, time=time)

    def minute(self, at: datetime) -> str:
        """ "19:30:05", for columns."""
        return f"{at.astimezone(self._tz):%H:%M:%S}"

    def day(self, at: datetime) -> str:
        return day_words(at.astimezone(self._tz).date(), self._words)

    def short_day(self, at: datetime) -> str:
        """ "21/11"."""
        local = at.astimezone(self._tz)
        return self._words("schedules.date", day=local.day, month=local.month)

    def rule(self, rule: Rule) -> str:
        return rule_words(rule, self._tz, self._words)

    def weekday(self, number: int) -> str:
        """ "Thứ Hai"; 1 is Monday."""
        said = self._words(f"schedules.weekday.{number}")
        return said[:1].upper() + said[1:]

    @property
    def today(self) -> date:
        return self.now.astimezone(self._tz).date()

    def full_day(self, day: date) -> str:
        """ "thứ Sáu 27/11 (19 tháng Mười âm lịch)"."""
        return day_words(day, self._words)

    def short_date(self, day: date) -> str:
        """ "27/11"."""
        return self._words("schedules.date", day=day.day, month=day.month)

    def day_type(self, info: DayInfo, said: SaidDay | None) -> str:
        """ "ngày lễ · Giỗ Tổ Hùng Vương"."""
        name = (said.note if said else "") or name_words(info, self._words)
        kind = self._words(f"schedules.day_type.{info.type}")
        return f"{kind} · {name}" if name else kind

    def lunar_day(self, number: int) -> str:
        """ "Mùng một", "Rằm", "12"."""
        said = self._say(f"schedules.lunar.day.{number}", str(number))
        return said[:1].upper() + said[1:]

    def lunar_month(self, number: int) -> str:
        return self._words("web.when.month_name", month=self._words(f"schedules.lunar.month.{number}"))

    def lasting(self, seconds: float) -> str:
        whole = max(1, round(seconds))
        if whole < 60:
            return self._words("web.time.seconds", seconds=whole)
        if whole % 60 == 0:
            return self._words("web.time.whole_minutes", minutes=whole // 60)
        return self._words("web.time.minutes", minutes=whole // 60, seconds=f"{whole % 60:02d}")

    def heard(self, utterance: Utterance) -> str:
        """ "nghe thấy 98 %"; "" where nobody has listened."""
        if utterance.heard is None:
            return ""
        return self._words(f"web.heard.{utterance.heard}", share=round(utterance.heard_share * 100))

    def state(self, occurrence: Occurrence) -> str:
        """What has become of it: "đang phát", "tạm nhường, sẽ nói tiếp"."""
        if occurrence.gave_way:
            on = "on" if occurrence.first.after_cut is AfterCut.RESUME else "again"
            return self._words(f"web.occurrence.gave_way_{on}")
        if occurrence.unspeakable:
            return self._words("web.rendition.failed")
        if occurrence.unapproved:
            return self._words("web.occurrence.unapproved", until=self.clock(occurrence.first.late_until))
        return self._words(f"utterance.{occurrence.state}")

    def sounding(self, occurrence: Occurrence) -> str:
        """How long it will sound: "lần 3, lặp lại đến 14 giờ 20", "lần 1 trong 2 lần, xong khoảng 14 giờ 20"; "" if
        nobody knows."""
        ends_at, first = occurrence.ends_at, occurrence.first
        if ends_at is None:
            return ""
        if first.level is Level.EMERGENCY:
            key = "repeated_until"
        else:
            key = "ends_about" if first.times == 1 else "times_ends_about"
        said = occurrence.round_at(self.now)
        return self._words(f"web.home.{key}", round=said, times=first.times, time=self.clock(ends_at))

    def zones(self, idents: Iterable[str]) -> str:
        names = {zone.id: zone.name for zone in self._config.zones}
        return ", ".join(names.get(ident, ident) for ident in idents)

    def boards(self, idents: Sequence[str]) -> str:
        names = {board.id: board.name for board in self._config.boards}
        return ", ".join(names.get(ident, ident) for ident in idents) or self._words("web.notices.everywhere")

    def unshown(self, what: Unshown) -> list[str]:
        return board_saying.unshown(what, self._words)

    def shown_in(self, what: Unshown) -> str:
        return board_saying.shown_in(what, self._words, self.lasting)

    def called(self, notice: Notice) -> str:
        return board_saying.called(notice, self._words)

    def where(self, notice: Notice) -> str:
        return board_saying.where(notice, self._config, self._words)

    def span(self, notice: Notice) -> str:
        """ "từ 8 giờ hôm nay đến 20 giờ ngày mai · có hình"."""
        key = "span_open" if board_saying.is_open_ended(notice) else "span"
        begin, end = self.when(notice.shown_from), "" if key == "span_open" else self.when(notice.shown_until)
        more = board_saying.more_of(notice, self._words)
        return " · ".join([self._words(f"web.notices.{key}", begin=begin, end=end), *more])

    def board_fault(self, detail: str) -> str:
        """Why a board is down, or is not known to show anything."""
        code, facts = reason_of(detail)
        return self._say(f"board.reason.{code}", code, **{name: self.number(value) for name, value in facts.items()})

    def number(self, value: int) -> str:
        """ "6.210"."""
        return f"{value:,}".replace(",", self._words("web.thousands"))

    def tone(self, state: str) -> str:
        return TONES[state]

    def shape(self, tone: str) -> str:
        return SHAPES[tone]

    def problem(self, problem: Problem) -> str:
        try:
            return problem_words(problem, self._words)
        except StationError:
            return problem.code

    def reason(self, reason: str) -> str:
        """Why something cannot be spoken."""
        return self._say(f"unspeakable.{reason.removeprefix('unspeakable.')}", reason)

    def engine(self, name: str) -> str:
        return self._say(f"web.engine.{name}", name)

    def engines(self, tried: Iterable[str]) -> str:
        """The names of the engines in "engine: why it failed"; the reasons are for whoever mends them."""
        return ", ".join(self.engine(one.partition(":")[0]) for one in tried)

    def part(self, component: str) -> str:
        """The name of a part of the station: of "output/main", "process/audio-main", "speech"."""
        kind, _, name = component.removeprefix("process/").replace("audio-", "audio/", 1).partition("/")
        if kind == "board":
            name = self.boards((name,))
        elif kind in OF_OUTPUTS and len(self._config.outputs) == 1:
            name = ""
        said = self._say(f"web.part.{kind}", kind, name=name)
        return said.strip()

    def fault(self, fault: str, facts: Iterable[tuple[str, str]]) -> str:
        key = fault if fault.startswith("fault.") else f"fault.{fault}"
        return self._say(key, self._words("web.health.unknown", fault=fault), **dict(facts))

    def dated(self, at: datetime) -> str:
        """ "thứ Bảy 21/11/2026"."""
        day = at.astimezone(self._tz).date()
        return f"{weekday_words(day, self._words)} {date_words(day, self._words)}"

    def health(self, part: Part) -> str:
        if part.tone == FAULT:
            return self.fault(part.fault, part.facts)
        if part.tone == WAITING:
            return self._words("web.health.silent")
        if part.component == CLOCK:
            known = dict(part.facts)
            age_s = float(known["age_s"]) if known["age_s"] else None
            return trust_words(Trust(known["trust"]), age_s, known["by"], self._words)
        if part.proof:
            return self._words(f"web.health.board_{part.proof}")
        return self._words("web.health.fine")

    def line(self, entry: Entry, about_one: bool = False) -> Line:
        """`about_one`: on the page of the announcement, whose title need not be said again."""
        detail = {name: str(value) for name, value in entry.detail.items()}
        subject, _, ident = entry.subject.partition("/")
        announcement = ident if subject == "announcement" else detail.get("announcement", "")
        return Line(entry.at, self._sentence(entry, detail, about_one), JOURNAL_TONES.get(entry.kind, ""), announcement)

    def _sentence(self, entry: Entry, detail: dict[str, str], about_one: bool) -> str:
        ident = entry.subject.partition("/")[2]
        by = detail.get("by", "")
        facts = {
            "by": self._words("web.journal.station") if not by or by.startswith(ITSELF) else by,
            "title": detail.get("title", ""),
            "text": shortened(detail.get("text", "")),
            "user": ident,
            "name": shortened(detail.get("name", "")),
            "part": self.part(entry.subject),
            "address": detail.get("address", ""),
            "engine": self.engine(detail.get("engine", "")),
            "reason": self.reason(detail.get("reason", "")),
            "why": self._why(detail.get("reason", "")),
        }
        key: str = entry.kind
        match entry.kind:
            case Kind.EDITED if entry.detail.get("restored"):
                key = "restored"
            case kind if kind in board_saying.BY_WHAT:
                key = board_saying.journal_key(entry)
                key = key if self._words.has(f"web.journal.{key}") else entry.kind
                facts |= board_saying.journal_facts(entry, self._words)
                facts["due"] = self.when(as_instant(detail["begins"])) if "begins" in detail else ""
            case Kind.SHOWN:
                key = "sent" if detail.get("state") == "sent" else "shown"
            case Kind.CUT if entry.detail.get("again"):
                key = "made_way" if "reached_s" in detail else "interrupted"
            case Kind.PLAYING if "resumed_s" in detail:
                key = "resumed"
            case Kind.CLOCK if entry.detail.get("right"):
                key = "clock_right"
            case Kind.CLOCK if "trust" in detail:
                said = {Trust.DOUBTFUL.value: "clock_doubtful", Trust.CONFIRMED.value: "clock_confirmed"}
                key = said.get(detail["trust"], "clock_believed")
                facts["trust"] = self._trust(detail, _number(entry.detail.get("age_s")))
            case Kind.DAY:
                key = "day_said" if detail.get("type") else "day_back"
                facts |= self._day_facts(ident, detail)
            case Kind.USER:
                key = f"user_{detail.get('what', 'added')}"
            case Kind.FEED if detail.get("what") == "revoked":
                key = "feed_revoked"
            case Kind.PREPARED:
                key = "prepared" if detail.get("engine") else "prepared_unread"
                facts["duration"] = self.lasting(_number(entry.detail.get("duration_s")))
            case Kind.QUEUED:
                facts["due"] = self.when(as_instant(detail["due"])) if "due" in detail else ""
            case Kind.MOVED:
                key = "moved" if "to" in detail else "put_back" if entry.detail.get("put_back") else "left_out"
                facts |= {name: self.when(as_instant(detail[name])) if name in detail else "" for name in ("due", "to")}
            case Kind.APPROVED if entry.detail.get("taken_back"):
                key = "approval_back"
            case Kind.HEARD:
                facts["share"] = f"{_number(entry.detail.get('share')):.0%}"
            case Kind.DICTIONARY | Kind.SIGNAL if entry.detail.get("back"):
                key = f"{entry.kind}_back"
                facts |= self._thing_facts(ident, detail)
            case Kind.VOLUME if detail.get("clock"):
                gain_db = entry.detail.get("gain_db")
                key = "volume_from" if isinstance(gain_db, int | float) else "volume_dropped"
                facts |= {"zone": self.zones((ident,)), "clock": detail["clock"]}
                facts["percent"] = str(percent_of(_number(gain_db)))
            case Kind.DICTIONARY | Kind.SIGNAL | Kind.VOLUME | Kind.SELF_TEST:
                facts |= self._thing_facts(ident, detail)
            case Kind.RECORDING if entry.detail.get("gone"):
                key = "recording_gone"
            case Kind.SWITCH if detail.get("what") == "chosen":
                key = "contact_chosen" if detail.get("chosen") else "contact_unchosen"
            case Kind.SWITCH:
                key = "contact_" if detail.get("what") == "contact" else "switch_"
                key += "on" if entry.detail.get("on") else "off"
            case Kind.TOLD:
                key = {"known": "told_known", "failed": "told_failed"}.get(detail.get("what", ""), "told")
                if key == "told_known" and (detail.get("title") or not entry.subject.startswith("utterance/")):
                    key = "told_known_of"
                    facts["what"] = f"“{detail['title']}”" if detail.get("title") else facts["part"]
                facts["whom"] = detail.get("whom", "")
            case Kind.FAULT | Kind.RECOVERED:
                known = [(name, value) for name, value in detail.items() if name != "fault"]
                facts["fault"] = self.fault(detail.get("fault", ""), known)
        if about_one and self._words.has(f"web.journal_of_one.{key}"):
            return self._words(f"web.journal_of_one.{key}", **facts)
        return self._say(f"web.journal.{key}", f"{entry.kind} {entry.subject}", **facts)

    def _thing_facts(self, ident: str, detail: dict[str, str]) -> dict[str, str]:
        """What lines about the sound's own things are told with."""
        return {
            "short": ident, "spoken": detail.get("words", ""), "zone": self.zones((ident,)),
            "signal": self._say(f"web.signal.{ident}", ident),
            "result": self._say(f"web.self_test.{detail.get('result', '')}", detail.get("result", "")),
        }  # fmt: skip

    def _trust(self, detail: dict[str, str], age_s: float) -> str:
        if detail["trust"] not in set(Trust):
            return detail["trust"]
        return trust_words(Trust(detail["trust"]), age_s, detail.get("said_by", ""), self._words)

    def _day_facts(self, ident: str, detail: dict[str, str]) -> dict[str, str]:
        try:
            known = date.fromisoformat(ident)
            day = f"{weekday_words(known, self._words)} {date_words(known, self._words)}"
        except ValueError:
            day = ident
        kind, note = detail.get("type", ""), detail.get("note", "")
        return {"day": day, "type": self._say(f"schedules.day_type.{kind}", kind), "note": note and f" ({note})"}

    def _why(self, reason: str) -> str:
        """ " (the station was off)", or nothing where no catalogue has a word for it."""
        key = f"unspeakable.{reason}"
        return f" ({self._words(key)})" if self._words.has(key) else ""

    def _say(self, key: str, otherwise: str, **facts: str) -> str:
        """A text whose key or facts come from elsewhere, or `otherwise` where the catalogue fails."""
        if not self._words.has(key):
            return otherwise
        try:
            return self._words(key, **facts)
        except StationError:
            return otherwise


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
