"""How the page says what the store knows: times, states, parts; lines of the journal and what is about boards have
modules of their own.

A component or fault that no catalogue knows is shown by its own name rather than not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from controller.core.announcements import AfterCut
from controller.core.days import SaidDay
from controller.core.errors import Problem, StationError
from controller.core.levels import Level
from controller.core.notices import Notice, reason_of
from controller.core.trust import Trust
from controller.core.utterances import Utterance
from controller.core.words import Words
from controller.refusals import problem_words
from controller.runtime.config import StationConfig
from controller.timing.clock_trust import trust_words
from controller.web import board_saying
from controller.web.occurrences import Occurrence
from controller.web.parts import Unshown
from controller.web.state import CLOCK, Part
from controller.web.tones import FAULT, SHAPES, TONES, WAITING
from schedules.day_types import DayInfo, name_words
from schedules.rules import Rule
from schedules.wording import date_words, day_words, rule_words, time_words, weekday_words, when_words

OF_OUTPUTS = frozenset({"output", "relay", "audio", "proof", "monitor", "switch", "contact"})


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
        said = self.said(f"schedules.lunar.day.{number}", str(number))
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
        return self.said(f"board.reason.{code}", code, **{name: self.number(value) for name, value in facts.items()})

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
        return self.said(f"unspeakable.{reason.removeprefix('unspeakable.')}", reason)

    def engine(self, name: str) -> str:
        return self.said(f"web.engine.{name}", name)

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
        said = self.said(f"web.part.{kind}", kind, name=name)
        return said.strip()

    def fault(self, fault: str, facts: Iterable[tuple[str, str]]) -> str:
        key = fault if fault.startswith("fault.") else f"fault.{fault}"
        return self.said(key, self._words("web.health.unknown", fault=fault), **dict(facts))

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

    def said(self, key: str, otherwise: str, **facts: str) -> str:
        """A text whose key or facts come from elsewhere, or `otherwise` where the catalogue fails."""
        if not self._words.has(key):
            return otherwise
        try:
            return self._words(key, **facts)
        except StationError:
            return otherwise
