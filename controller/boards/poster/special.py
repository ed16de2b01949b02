"""Pages of a large screen that nobody writes: the clock, what is spoken next, the queue at the desk, training."""

from __future__ import annotations

from datetime import datetime

from controller.boards.facts import Facts
from controller.boards.pages import Page, Rotation
from controller.boards.poster.frame import Frame, frame_of, sheet_of
from controller.boards.poster.sheet import Line, Mark
from controller.boards.poster.typeface import LINE, Words, fitted, ruler
from controller.core.notices import Special
from controller.core.palette import Rgb
from controller.core.showing import Item
from controller.core.words import upper_first
from controller.runtime.config_tables import Board
from schedules.wording import time_words, weekday_words

GLANCE_S = 6.0  # what is taken in at one look
SESSION_S = 5.0  # for each entry of a list
SESSION_U = (5.8, 4.8, 3.9)  # sizes of an entry in units: the largest in which all of them fit
AIR = 0.06  # of the size, at the left of a digit
TIGHT = 1.02  # of the size: the line of a number, which has neither marks above nor tails below


def special(frame: Frame, item: Item) -> Rotation:
    """Its page; none where there is nothing to tell, or the clock cannot be believed."""
    facts = frame.facts
    told = {
        Special.NEXT: facts.next_at is not None and facts.next_title,
        Special.QUEUE: facts.called,
        Special.TRAINING: facts.sessions,
    }.get(item.special, not facts.doubtful)
    if not told:
        return Rotation(())
    column = _Column(frame)
    heading = ruler().drawable(item.title.replace("\n", " "))[0]
    dwell_s = GLANCE_S
    match item.special:
        case Special.NEXT:
            _next(column, heading)
        case Special.QUEUE:
            _queue(column, heading)
        case Special.TRAINING:
            for units in SESSION_U:
                column = _Column(frame)
                shown = _training(column, heading, units)
                if shown == len(facts.sessions):
                    break
            dwell_s += SESSION_S * shown
        case _:
            _clock(column, heading or facts.place)
    return Rotation((column.page(dwell_s, item.ident, clock=item.special is not Special.CLOCK),))


def waiting(board: Board, facts: Facts) -> Rotation:
    """Where there is nothing to say: the place, the time and the day; the place alone while nobody vouches for the
    clock."""
    column = _Column(frame_of(board, facts))
    if facts.doubtful:
        column.line(facts.place, 10, bold=True, most=3)
    else:
        _clock(column, facts.place)
    return Rotation((column.page(60.0, "", clock=False),))


class _Column:
    """Lines one under the other, each as wide as the page at most."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._rows: list[tuple[str, int, bool, Rgb, float]] = []  # text, size, bold, colour, height
        self._said: dict[str, str] = {}  # what stands there, as it is told to those who do not see it

    def line(self, text: str, units: float, bold: bool = False, colour: Rgb | None = None, most: int = 1) -> None:
        """A text of a size, smaller where one line of it would be too wide and it may have no more."""
        if not text:
            return
        size, room = self.frame.u(units), self.frame.room
        colour = colour or self.frame.tint.text
        if most == 1:
            wide = ruler().width(text, size, bold)
            size = max(1, min(size, int(size * room.width / wide))) if wide > 2 * room.width / 3 else size
        lines = Words(text, bold, ruler()).lines(room.width, size)
        if len(lines) > most:
            lines = [*lines[: most - 1], fitted(" ".join(lines[most - 1 :]), room.width, size, bold, ruler())]
        self._rows += [(line, size, bold, colour, size * LINE) for line in lines]

    def number(self, text: str, units: float, said: str = "") -> None:
        """Digits, as large as the page's width allows; `said`: told in their place."""
        size, room = self.frame.u(units), self.frame.room
        size = max(1, min(size, int(size * room.width / ruler().width(text, size, True))))
        self._rows.append((text, size, True, self.frame.tint.text, size * TIGHT))
        self._said[text] = said or text

    def gap(self, units: float) -> None:
        self._rows.append(("", 1, False, self.frame.tint.text, float(self.frame.u(units))))

    @property
    def height(self) -> float:
        return sum(height for *_, height in self._rows)

    def fits(self) -> bool:
        return self.height <= self.frame.room.height

    def drop(self, rows: int) -> None:
        """Take back the last lines."""
        del self._rows[len(self._rows) - rows :]

    @property
    def count(self) -> int:
        return len(self._rows)

    def page(self, dwell_s: float, ident: str, clock: bool) -> Page:
        room = self.frame.room
        shrink = min(1.0, room.height / self.height) if self.height else 1.0
        marks: list[Mark] = []
        y = room.y + max(0.0, room.height - self.height * shrink) * 0.45
        for text, size, bold, colour, height in self._rows:
            if text:
                drawn = max(1, int(size * shrink))
                base = y + (height * shrink + drawn * 0.74) / 2
                air = round(drawn * AIR) if text in self._said else 0
                marks.append(Line(text, room.x - air, round(base), drawn, bold, colour))
            y += height * shrink
        lines = tuple(self._said.get(text, text) for text, *_ in self._rows if text)
        return Page(sheet_of(self.frame, marks, clock), dwell_s, lines, item=ident)


def _clock(column: _Column, name: str) -> None:
    frame, today = column.frame, column.frame.facts.now.date()
    words = frame.words
    column.line(name, 4.2, bold=True, colour=frame.tint.muted)
    column.gap(2)
    column.number(f"{frame.facts.now:%H:%M}", 34)
    column.gap(2.5)
    weekday = upper_first(weekday_words(today, words))
    column.line(words("board.poster.date", weekday=weekday, day=today.day, month=today.month, year=today.year), 5)
    column.line(upper_first(frame.facts.lunar), 5, colour=frame.tint.muted)


def _next(column: _Column, heading: str) -> None:
    frame, facts = column.frame, column.frame.facts
    words = frame.words
    column.line(heading or words("board.poster.next_heading"), 4.2, bold=True, colour=frame.tint.muted)
    column.gap(2)
    if facts.next_at is None:
        return
    column.number(f"{facts.next_at:%H:%M}", 24, said=time_words(facts.next_at.time(), words))
    if facts.next_at.date() != facts.now.date():
        column.line(upper_first(words("schedules.tomorrow")), 4.6, colour=frame.tint.muted)
    column.gap(2)
    column.line(ruler().drawable(facts.next_title.replace("\n", " "))[0], 7, most=3)


def _queue(column: _Column, heading: str) -> None:
    frame, facts = column.frame, column.frame.facts
    words = frame.words
    column.line(heading or words("board.poster.queue_heading"), 4.2, bold=True, colour=frame.tint.muted)
    column.gap(2)
    column.line(words("board.poster.queue_called"), 6)
    column.number(str(facts.called), 40)
    column.gap(1)
    if facts.given > facts.called:
        column.line(words("board.poster.queue_given", given=facts.given), 4.6, colour=frame.tint.muted)


def _training(column: _Column, heading: str, units: float) -> int:
    """How many sessions stand there, in letters of this size."""
    frame, facts = column.frame, column.frame.facts
    words = frame.words
    column.line(heading or words("board.poster.training_heading"), 4.2, bold=True, colour=frame.tint.muted)
    column.gap(1.5)
    for number, session in enumerate(facts.sessions):
        before = column.count
        column.line(_when(session.begins, frame), units, bold=True)
        column.line(ruler().drawable(session.title.replace("\n", " "))[0], units, most=2)
        column.line(ruler().drawable(session.place.replace("\n", " "))[0], units * 0.8, colour=frame.tint.muted)
        if number and not column.fits():
            column.drop(column.count - before)
            return number
        column.gap(units * 0.4)
    return len(facts.sessions)


def _when(at: datetime, frame: Frame) -> str:
    clock, words = time_words(at.time(), frame.words), frame.words
    if at.date() == frame.facts.now.date():
        return words("board.poster.when", time=clock, day=words("schedules.today"))
    date = words("schedules.date", day=at.day, month=at.month)
    day = words("schedules.day", weekday=weekday_words(at.date(), words), date=date)
    return words("board.poster.when", time=clock, day=day)
