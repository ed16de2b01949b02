"""Pages that nobody writes: the clock, the next announcement, the queue at the desk, training sessions, and what a
board shows when there is nothing to say. Where there is nothing to tell, or the clock cannot be believed, there is
no page. Pure.

Digits stand in cells of one width: a minute that passes changes its own dots and no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from controller.boards.facts import Facts
from controller.boards.lettering.blocks import Block, Ground, Role
from controller.boards.lettering.fonts import Style, narrow, styles
from controller.boards.lettering.lamps import TEXT_LIMIT, Lamps
from controller.boards.lettering.paging import keeps_marks, seven_rows, worded
from controller.boards.lettering.stripped import CELL_PX, CLOCK, CLOCK_CHARACTERS, lay_out
from controller.boards.lettering.stripped import waiting as waiting_layout
from controller.boards.lettering.texts import clean, lines_of, reading_s, with_fonts
from controller.boards.pages import Page, Rotation, joined
from controller.boards.tongue import words
from controller.core.notices import Special
from controller.core.words import upper_first
from schedules.clock_wording import time_words, weekday_words
from schedules.lunar import FIRST_YEAR, LAST_YEAR, lunar_of
from schedules.wording import lunar_words

CLOCK_S = 5.0  # a page with the time
SESSIONS = 3  # of training that are told
DATE_GAP = 6  # dark columns between time and date


def special(lamps: Lamps, kind: Special, facts: Facts, ident: str = "") -> Rotation:
    """Its pages; none where there is nothing to tell."""
    match kind:
        case Special.CLOCK:
            return _clock(lamps, facts, ident)
        case Special.NEXT:
            return _next(lamps, facts, ident)
        case Special.QUEUE:
            return _queue(lamps, facts, ident)
        case Special.TRAINING:
            return _training(lamps, facts, ident)
        case Special.NONE:
            return Rotation(())


def waiting(lamps: Lamps, facts: Facts) -> Rotation:
    """When there is nothing to say: the place's name and the time of day, unless that cannot be believed."""
    if facts.doubtful:
        return worded(lamps, "", facts.place)
    if not keeps_marks(lamps):
        layout = waiting_layout(facts.place, lamps.columns, lamps.rows, TEXT_LIMIT)
        pages = (_low(lamps, facts, page.lines, page.dwell_s, page.scrolls) for page in layout.pages)
        return Rotation(tuple(pages), layout.replaced, (), layout.left_out, layout.is_stripped)
    ladder = styles(lamps.rows, lamps.font)
    style, name = ladder[-1], clean(facts.place, with_fonts(ladder), TEXT_LIMIT)
    sides = [(name.text,), tuple(lines_of(name.text, style, lamps.columns // 2) or ())]
    page = _timed(lamps, facts, [side for side in sides if side], "")
    if page is not None:
        return Rotation((page,), name.undrawable)
    return joined((worded(lamps, "", facts.place), Rotation(_alone(lamps, facts, ""))))


# --- the clock ---


def _clock(lamps: Lamps, facts: Facts, ident: str) -> Rotation:
    if facts.doubtful:
        return Rotation(())
    dates = _dates(facts.now.date())
    if not keeps_marks(lamps):
        pages = [_low(lamps, facts, (CLOCK,), CLOCK_S)] if lamps.columns >= CLOCK_CHARACTERS * CELL_PX else []
        for longest_first in zip(*dates, strict=True):
            layouts = [lay_out(text, lamps.columns, lamps.rows, TEXT_LIMIT) for text in longest_first]
            fitting = next(
                (each for each in layouts if len(each.pages) == 1 and not each.pages[0].scrolls), layouts[-1]
            )
            pages += [_low(lamps, facts, page.lines, page.dwell_s, page.scrolls) for page in fitting.pages]
        return Rotation(tuple(replace(page, item=ident) for page in pages))
    page = _timed(lamps, facts, dates, ident)
    if page is not None:
        return Rotation((page,))
    pages = list(_alone(lamps, facts, ident))
    style = styles(lamps.rows, lamps.font)[-1]
    for longest_first in zip(*dates, strict=True):
        text = next((each for each in longest_first if style.width(each) <= lamps.columns), longest_first[-1])
        pages += worded(lamps, "", text, ident=ident).pages
    return Rotation(tuple(pages))


def _dates(day: date) -> list[tuple[str, ...]]:
    """Weekday and date, and the lunar date: in full, short, shortest."""
    weekday = upper_first(weekday_words(day, words()))
    brief = words()(f"board.day.{day.isoweekday()}")
    said = [
        (words()("board.clock.date_year", weekday=weekday, day=day.day, month=day.month, year=day.year),),
        (words()("board.clock.date", weekday=weekday, day=day.day, month=day.month),),
        (words()("board.clock.date", weekday=brief, day=day.day, month=day.month),),
    ]
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return list[tuple[str, ...]](said)
    lunar = lunar_of(day)
    leap = words()("board.clock.leap") if lunar.leap else ""
    full = lunar_words(lunar, words())
    figures = [words()(f"board.clock.{key}", day=lunar.day, month=lunar.month, leap=leap) for key in ("lunar", "brief")]
    return [(*solar, told) for solar, told in zip(said, [upper_first(full), *figures], strict=True)]


def _timed(lamps: Lamps, facts: Facts, sides: Sequence[tuple[str, ...]], ident: str) -> Page | None:
    """The time as large as may be, above or at the left of one of several `sides`, the first that fits; None where
    there is room for none."""
    ground, ladder = Ground.of(lamps), styles(lamps.rows, lamps.font)
    small = ladder[-1]
    time = f"{facts.now:%H:%M}"
    for large in ladder:
        wide = large.width(time)
        for side in sides:
            side_wide = max(small.width(line) for line in side)
            side_high = len(side) * (small.height + small.gap) - small.gap
            is_below = max(wide, side_wide) <= ground.columns and large.height + small.gap + side_high <= ground.rows
            is_beside = wide + DATE_GAP + side_wide <= ground.columns and side_high <= ground.rows
            if not (is_below or is_beside):
                continue
            clock = ground.inked(large.line(time), Role.TEXT)
            dates = _column(ground, small, side)
            both = ground.stacked((clock, dates), small.gap) if is_below else ground.beside(clock, dates, DATE_GAP)
            return Page(ground.page(both), max(CLOCK_S, reading_s(side)), (time, *side), item=ident)
    return None


def _column(ground: Ground, style: Style, lines: Sequence[str]) -> Block:
    return ground.stacked([ground.inked(style.line(line), Role.QUIET) for line in lines], style.gap)


def _alone(lamps: Lamps, facts: Facts, ident: str) -> tuple[Page, ...]:
    """The time on a page of its own; no page where even that has no room."""
    ground, time = Ground.of(lamps), f"{facts.now:%H:%M}"
    ladder = (*styles(lamps.rows, lamps.font), *narrow(lamps.rows, lamps.font))
    style = next((each for each in ladder if each.width(time) <= lamps.columns), None)
    if style is None:
        return ()
    return (Page(ground.page(ground.inked(style.line(time), Role.TEXT)), CLOCK_S, (time,), item=ident),)


def _low(lamps: Lamps, facts: Facts, lines: tuple[str, ...], dwell_s: float, scrolls: bool = False) -> Page:
    """A page in seven rows. A sign that writes itself puts the time there, and is told where."""
    timed = tuple(line.replace(CLOCK, f"{facts.now:%H:%M}") for line in lines)
    dots = seven_rows(lamps, timed, scrolls=scrolls)
    return Page(dots, dwell_s, lines if lamps.writes_itself else timed, scrolls)


# --- what is told in words ---


def _next(lamps: Lamps, facts: Facts, ident: str) -> Rotation:
    if facts.next_at is None or not facts.next_title:
        return Rotation(())
    at = _when(facts.next_at, facts)
    return worded(
        lamps, words()("board.next.heading"), words()("board.next.text", title=facts.next_title, at=at), ident=ident
    )


def _queue(lamps: Lamps, facts: Facts, ident: str) -> Rotation:
    """The number that is called, by itself and so as large as may be; then how many there are."""
    if not facts.called:
        return Rotation(())
    called = worded(lamps, "", words()("board.queue.called", number=facts.called), ident=ident)
    if facts.given <= facts.called:
        return called
    return joined((called, worded(lamps, "", words()("board.queue.given", number=facts.given), ident=ident)))


def _training(lamps: Lamps, facts: Facts, ident: str) -> Rotation:
    told = []
    for session in facts.sessions[:SESSIONS]:
        key = "board.training.at_place" if session.place else "board.training.text"
        at = _when(session.begins, facts)
        text = words()(key, title=session.title, place=session.place, at=at)
        told.append(worded(lamps, words()("board.training.heading"), text, ident=ident))
    return joined(tuple(told))


def _when(at: datetime, facts: Facts) -> str:
    """ "17 giờ 30 hôm nay", "8 giờ thứ Sáu 27/11"."""
    local = at.astimezone(facts.now.tzinfo)
    away = (local.date() - facts.now.date()) // timedelta(days=1)
    if away in (0, 1):
        day = words()("schedules.tomorrow" if away else "schedules.today")
    else:
        date_said = words()("schedules.date", day=local.day, month=local.month)
        day = words()("schedules.day", weekday=weekday_words(local.date(), words()), date=date_said)
    return words()(
        "schedules.when_nearby", time=time_words(local.time().replace(second=0, microsecond=0), words()), day=day
    )
