"""What the pages of filing have in common: a head with a title and the way to stop, and the room below it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from controller.core.palette import BAMBOO, INK, PAPER, TURMERIC
from kiosk.acts import Act
from kiosk.bar import Bar, bar
from kiosk.bar import Forward as Primary
from kiosk.controls import progress
from kiosk.filing.acts import Back, Forward, HandBack, Stop
from kiosk.filing.pieces import Para, Piece, Warn, Wrong, parts_of, pieces
from kiosk.filing.saying import trouble_words
from kiosk.filing.state import Filing
from kiosk.look import GAP_MM, TOUCH_MM, Style
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Shape

_STOP_MM = 27.0  # of the key beside the title, at least
_LOW_MARGIN_MM = 3.0  # at the top of a screen that has less
_HEAD_SHARE = 0.22  # of the screen's height


def opened(
    setting: Setting,
    title: str,
    forward: str = "",
    stops: bool = True,
    back: bool = True,
    step: tuple[int, int] | None = None,
    shape: Shape | None = Shape.NEXT,
) -> tuple[Sheet, Box]:
    """A page with its head and its bar, and the room between them. forward: what the primary action is called, ""
    where there is none. step: the number of the question, and of how many."""
    sheet, frame, room = setting.sheet(PAPER), setting.frame, setting.room
    y = max(room.y if setting.frame.roomy else frame.mm(_LOW_MARGIN_MM), frame.reach)
    if setting.helped:
        y = max(y, who_is_at_it(sheet, setting, max(0, frame.reach - band_height(setting))))
    if step is not None and setting.frame.roomy:
        y = progress(sheet, setting.words, room.x, y, room.width, *step) + frame.mm(1)
    y = head(sheet, setting, title, y, stops)
    act = Primary(forward, Forward(), shape) if forward else None
    bottom = bar(sheet, setting, Back() if back else None, act)
    return sheet, Box(room.x, y, room.width, bottom - y)


def filled(
    setting: Setting,
    title: str,
    wanted: Sequence[Piece],
    page: int,
    forward: str = "",
    stops: bool = True,
    back: bool = True,
    step: tuple[int, int] | None = None,
) -> tuple[Sheet, int]:
    """A page of pieces under its title, and how many parts come after the one that is shown. On a low screen the title
    of a page that has to be turned stands on its first part only, where that makes no more of them."""
    sheet, box = opened(setting, title, forward, stops, back, step)
    if not setting.frame.roomy and len(under := parts_of(sheet, box, wanted)) > 1:
        bare, whole = opened(setting, "", forward, stops, back, step)
        room, keys = _column(setting, whole, stops or setting.helped)
        style = bare.first_whole(title, room.width, room.height // 2, _title_styles(setting)[1:])
        flowing = [Para(title, bold=True, colour=BAMBOO, heads=True, style=style), *wanted]
        parts = parts_of(bare, room, flowing, keys)
        is_alone = parts[0] == 1  # the title
        if keys.height > 2 * keys.width and len(parts) < len(under) + (not is_alone):
            return bare, pieces(bare, setting, room, flowing, page, keys)
    return sheet, pieces(sheet, setting, box, wanted, page)


def _column(setting: Setting, box: Box, stops: bool) -> tuple[Box, Box]:
    """A box without the column at its right that begins with the way to stop, and what of that is left for keys."""
    key, gap = setting.frame.mm(TOUCH_MM), setting.frame.mm(1)
    wide, below = (max(key, _way_out_width(setting)), box.y + key + gap) if stops else (key, box.y)
    room = Box(box.x, box.y, box.width - wide - 2 * gap, box.height)
    return room, Box(box.right - key, below, key, box.bottom - below)


def primary(sheet: Sheet, setting: Setting, label: str, act: Act) -> None:
    """The primary action, where the page has to be laid out before it is known."""
    sheet.button(Bar.of(setting).forward, label, act, primary=True, shape=Shape.NEXT, after=True)


def head(sheet: Sheet, setting: Setting, title: str, y: int, stops: bool) -> int:
    """The title, in the largest size in which all of it fits, with the way to stop at its right."""
    frame, room = setting.frame, setting.room
    key = frame.mm(TOUCH_MM)
    stops = stops or setting.helped
    width, high = _title_room(setting, stops)
    if stops:
        wide = _way_out_width(setting)
        sheet.button(Box(room.right - wide, y, wide, key), *way_out(setting))
    if not title:
        return y
    style = sheet.first_whole(title, width, high, _title_styles(setting))
    most = max(1, high // style.line)
    height = len(sheet.lines(title, width, style, most)) * style.line
    top = y + max(0, (key - height) // 2) if stops else y
    below = sheet.text(room.x, top, width, title, style, BAMBOO, most=most)
    return max(below, y + key if stops else y) + (frame.mm(GAP_MM / 2) if setting.frame.roomy else 0)


def way_out(setting: Setting) -> tuple[str, Act]:
    """The key beside what is asked: to stop; for whoever helps to hand back, after which the resident may stop."""
    if setting.helped:
        return setting.words("kiosk.filing.helper.key"), HandBack()
    return setting.words("kiosk.filing.stop"), Stop()


def _way_out_width(setting: Setting) -> int:
    frame, (word, _) = setting.frame, way_out(setting)
    least = setting.measure(word, frame.ordinary.style(1, bold=True)) + 2 * frame.mm(2) + 1
    return max(frame.mm(_STOP_MM), least) if frame.roomy else least


def band_height(setting: Setting) -> int:
    return setting.frame.ordinary.style(1, bold=True).line + setting.frame.mm(1)


def who_is_at_it(sheet: Sheet, setting: Setting, y: int) -> int:
    """A band across the screen that says that a helper has taken over; returns where the page goes on."""
    frame, style = setting.frame, setting.frame.ordinary.style(1, bold=True)
    sheet.panel(Box(0, y, frame.width, style.line), TURMERIC, round_corners=False)
    text, badge = setting.words("kiosk.filing.helper.working"), sheet.badge_width(style)
    x = (frame.width - sheet.width(text, style) - badge) // 2
    x = sheet.badge(x, y, style, (Shape.HAND, INK, TURMERIC))
    sheet.text(x, y, frame.width - x, text, style, INK)
    return y + band_height(setting)


def fits_head(setting: Setting, title: str) -> bool:
    """Whether all of a title can be read in the head of a page."""
    width, high = _title_room(setting, stops=True)
    style = _title_styles(setting)[-1]
    return setting.sheet(PAPER).whole(title, width, style, max(1, high // style.line))


def headed(setting: Setting, title: str, instead: str) -> tuple[str, str]:
    """What stands in the head of a page, and what is left to be said below it: a title that is too long for a head."""
    return (title, "") if fits_head(setting, title) else (instead, title)


def troubles(filing: Filing, setting: Setting) -> list[Piece]:
    """What went wrong on this page, as its first piece."""
    if filing.trouble is None:
        return []
    text = trouble_words(filing.trouble, setting.words)
    return [Warn(text) if filing.trouble.warning else Wrong(text)]


def _title_room(setting: Setting, stops: bool) -> tuple[int, int]:
    """Width and height: two lines, of larger text where there is room for it; more where the screen is tall."""
    frame = setting.frame
    beside = _way_out_width(setting) + frame.mm(GAP_MM) if stops else 0
    lines, least = (4 if frame.reach else 2), frame.ordinary.style(1, bold=True).line
    wanted = frame.style(1, bold=True).line if setting.frame.roomy else least
    return setting.room.width - beside, lines * max(least, min(wanted, round(frame.height * _HEAD_SHARE) // 2))


def _title_styles(setting: Setting) -> list[Style]:
    frame = setting.frame
    return [frame.style(1.25, bold=True), frame.style(1, bold=True), frame.ordinary.style(1, bold=True)]
