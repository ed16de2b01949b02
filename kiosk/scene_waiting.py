"""The waiting screen, on the night ground: clock, day, what is on air, today's programme, notices."""

from __future__ import annotations

from itertools import product

from controller.core.palette import INK, LEAF, NIGHT, PAPER, TURMERIC
from controller.core.words import upper_first
from kiosk.acts import GoTo
from kiosk.bulletin import AHEAD, Bulletin, Entry, Standing
from kiosk.faults import fault_lines, fault_strip
from kiosk.look import BUTTON_MM, CLOCK_STEP, GAP_MM, STEPS, Frame, Style
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.state import LANGUAGE, State
from kiosk.widgets import Box, Scene
from schedules.lunar import lunar_of
from schedules.wording import lunar_words, weekday_words

LEFT_SHARE = 0.43
ROW_GAP_MM = 2.5


def scene(state: State, setting: Setting) -> Scene:
    sheet = setting.sheet(NIGHT)
    gap = setting.frame.mm(GAP_MM)
    room = setting.room
    height = setting.frame.mm(BUTTON_MM)
    begin = Box(room.x, room.bottom - height, room.width, height)
    bottom = begin.y - gap
    if faults := fault_lines(sheet, state, setting):
        bottom -= len(faults) * setting.frame.style(1).line
        fault_strip(sheet, state, setting, bottom)
        bottom -= gap
    if room.width > room.height:
        left = Box(room.x, room.y, round(room.width * LEFT_SHARE), bottom - room.y)
        x = left.right + 2 * gap
        right = Box(x, room.y, room.right - x, bottom - room.y)
        _notices(sheet, state, setting, left, _clock(sheet, state, setting, left) + gap)
    else:
        y = _clock(sheet, state, setting, Box(room.x, room.y, room.width, bottom - room.y)) + gap
        right = Box(room.x, y, room.width, bottom - y)
    bulletin = state.bulletin or Bulletin()
    y = _on_air(sheet, setting, bulletin, right)
    y = _today(sheet, state, setting, Box(right.x, y, right.width, right.bottom - y))
    if room.width <= room.height:
        _notices(sheet, state, setting, right, y + gap)
    # wherever it is touched, it begins
    sheet.button(begin, setting.words("kiosk.waiting.open"), GoTo(LANGUAGE), primary=True, reach=sheet.whole_screen)
    return sheet.scene


def _clock(sheet: Sheet, state: State, setting: Setting, box: Box) -> int:
    """The commune's name, the time and the day; returns where they end. Under a time that nobody vouches for
    stands so.

    Where there is little room the clock is smaller, and at last the name is left out.
    """
    frame, words = setting.frame, setting.words
    name, day = frame.style(1.25, bold=True), frame.style(1)
    today = state.now.date()
    weekday = upper_first(weekday_words(today, words))
    solar = words("kiosk.date", weekday=weekday, day=today.day, month=today.month)
    doubtful = state.bulletin is not None and state.bulletin.clock_doubtful
    below = words("kiosk.waiting.doubtful") if doubtful else upper_first(lunar_words(lunar_of(today), words))
    clocks = [frame.style(step) for step in (CLOCK_STEP, *reversed(STEPS))]

    def height(named: bool, clock: Style, lines: int) -> int:
        days = sum(len(sheet.lines(text, box.width, day, lines)) for text in (solar, below))
        return named * name.line + _clock_height(clock) + days * day.line

    choices = [*product((2,), (True, False), clocks[:-2]), *product((1,), (True, False), clocks)]
    lines, named, clock = next((c for c in choices if height(c[1], c[2], c[0]) <= box.height), choices[-1])
    y = sheet.text(box.x, box.y, box.width, setting.site_name, name, PAPER) if named else box.y
    # digits have no accents, no tails, and air at their left: the room kept for those is taken back
    air = round(clock.cap * 0.08)
    sheet.text(box.x - air, y - round(clock.cap * 0.3), box.width + air, state.now.strftime("%H:%M"), clock, PAPER)
    y += _clock_height(clock)
    y = sheet.text(box.x, y, box.width, solar, day, PAPER, most=lines)
    return sheet.text(box.x, y, box.width, below, day, TURMERIC if doubtful else LEAF, most=lines)


def _clock_height(style: Style) -> int:
    return round(style.cap * 1.38)


def _notices(sheet: Sheet, state: State, setting: Setting, box: Box, y: int) -> None:
    """The notices, each with a bar at its side, as far as there is room; the programme has them whole."""
    notices = state.bulletin.notices if state.bulletin else ()
    frame = setting.frame
    style, head = frame.style(1), frame.style(1, bold=True)
    gap, bar = frame.mm(2.5), frame.mm(1)
    if not notices or y + head.line + style.line > box.bottom:
        return
    y = sheet.text(box.x, y, box.width, setting.words("kiosk.waiting.notices"), head, TURMERIC)
    x, width = box.x + bar + gap, box.width - bar - gap
    for index, notice in enumerate(notices):
        lines = (box.bottom - y) // style.line
        if lines < 1:
            return
        begin = y
        most = min(lines, max(3, lines // (len(notices) - index)))
        if notice.title:
            titles = sheet.lines(notice.title, width, head, min(most, 2))
            y = sheet.text(x, y, width, notice.title, head, PAPER, most=len(titles))
            most -= len(titles)
        if notice.text and most > 0:
            y = sheet.text(x, y, width, notice.text, style, PAPER, most=most)
        sheet.panel(Box(box.x, begin + frame.mm(1), bar, y - begin - frame.mm(1)), TURMERIC, round_corners=False)
        y += gap


def _on_air(sheet: Sheet, setting: Setting, bulletin: Bulletin, box: Box) -> int:
    """A card with what sounds now; returns where the rest begins.

    The text has three lines, and all the room where the day's programme would not fit below.
    """
    if not bulletin.on_air:
        return box.y
    item, frame = bulletin.on_air[0], setting.frame
    head, title, text = frame.style(1, bold=True), frame.style(1.25, bold=True), frame.style(1)
    padding, gap = frame.mm(4), frame.mm(GAP_MM)
    x, width = box.x + padding, box.width - 2 * padding
    titles = sheet.lines(item.title, width, title, 2)
    if 2 * padding + head.line + len(titles) * title.line > box.height:
        titles = sheet.lines(item.title, width, title, 1)
    above = head.line + len(titles) * title.line
    if 2 * padding + above > box.height:
        return box.y
    most = max(0, (box.height - 2 * padding - above) // text.line)
    lines = sheet.lines(item.text, width, text, most)
    short = 2 * padding + above + 3 * text.line
    if len(lines) > 3 and short + gap + _programme_height(frame, 1) <= box.height:
        lines = sheet.lines(item.text, width, text, 3)
    height = 2 * padding + above + len(lines) * text.line
    sheet.panel(Box(box.x, box.y, box.width, height), LEAF)
    word = upper_first(setting.words("kiosk.standing.on_air"))
    sheet.standing(x, box.y + padding, width, Standing.ON_AIR, word, head, INK)
    y = sheet.text(x, box.y + padding + head.line, width, item.title, title, INK, most=len(titles))
    sheet.text(x, y, width, item.text, text, INK, most=len(lines))
    return box.y + height + gap


def _today(sheet: Sheet, state: State, setting: Setting, box: Box) -> int:
    """Today's announcements, each with time and standing over its title; returns where they end."""
    frame, words = setting.frame, setting.words
    head, bold, style = frame.style(1.25, bold=True), frame.style(1, bold=True), frame.style(1)
    if box.height < _programme_height(frame, 1) or state.bulletin is None:
        return box.y
    y = sheet.text(box.x, box.y, box.width, words("kiosk.waiting.today"), head, PAPER)
    entries = _todays(state)
    if not entries:
        said = words("kiosk.waiting.paused" if state.bulletin.clock_doubtful else "kiosk.waiting.nothing_today")
        return sheet.text(box.x, y, box.width, said, style, LEAF, most=(box.bottom - y) // style.line)
    count = next(n for n in range(len(entries), 0, -1) if n == 1 or _programme_height(frame, n) <= box.height)
    left_over = len(entries) - count
    if left_over and count > 1 and _programme_height(frame, count) + style.line > box.height:
        count, left_over = count - 1, left_over + 1
    after_time = box.x + sheet.width("00:00", bold) + frame.mm(GAP_MM)
    for entry in around_now(entries, count):
        sheet.text(box.x, y, box.width, setting.clock_of(entry), bold, PAPER)
        word = words(f"kiosk.standing.{entry.standing}")
        sheet.standing(after_time, y, box.right - after_time, entry.standing, word, style, LEAF)
        y = sheet.text(box.x, y + style.line, box.width, entry.title, style, PAPER) + frame.mm(ROW_GAP_MM)
    if left_over and y + style.line <= box.bottom:
        y = sheet.text(box.x, y, box.width, words("kiosk.waiting.more", count=left_over), style, LEAF)
    return y


def _programme_height(frame: Frame, count: int) -> int:
    """The height of the day's heading with so many entries."""
    return frame.style(1.25).line + count * (2 * frame.style(1).line + frame.mm(ROW_GAP_MM))


def _todays(state: State) -> tuple[Entry, ...]:
    """Without what is on air: that has its card."""
    today, tz = state.now.date(), state.now.tzinfo
    entries = state.bulletin.entries if state.bulletin else ()
    return tuple(e for e in entries if e.standing is not Standing.ON_AIR and e.due.astimezone(tz).date() == today)


def around_now(entries: tuple[Entry, ...], count: int) -> tuple[Entry, ...]:
    """At most `count` of a day's entries: what is ahead, after the last that is over if there is room."""
    ahead = next((index for index, entry in enumerate(entries) if entry.standing in AHEAD), len(entries))
    begin = max(0, min(ahead - (count > 2), len(entries) - count))
    return entries[begin : begin + count]
