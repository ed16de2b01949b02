"""What the page is made of; built in the composition root and passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every process reads this room's words, none but the page needs these
    from controller.announcing import Announcing
    from controller.core.ports import Bell, Clock, Ids
    from controller.core.recordings import SignalName, TakesSound
    from controller.core.showing import Item
    from controller.core.spoken import Spoken
    from controller.core.words import Words
    from controller.desk import Desk
    from controller.dictionary import Dictionary
    from controller.filing.desk import FilingDesk
    from controller.filing.keys import DeskKeys
    from controller.filing.sittings import Sittings
    from controller.noticing import Noticing
    from controller.pictures.bringing import Picturing
    from controller.runtime.clock_signs import ClockSigns
    from controller.runtime.config import StationConfig
    from controller.runtime.page_key import PageKey
    from controller.runtime.places import Places
    from controller.sounding import Sounding
    from controller.store.connection import Store
    from controller.training import Training
    from controller.web.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Unshown:
    """What becomes of a draft on a board, and what it will not show of it."""

    stripped: str = ""  # the text without its diacritics, as the board shows it; "" where it keeps them
    replaced: tuple[str, ...] = ()  # characters that stand there as something else
    left_out: str = ""  # what finds no room
    alike: tuple[str, ...] = ()  # groups of letters that look the same there: "ỚỜ"
    without: tuple[str, ...] = ()  # "picture", "qr": what such a board cannot show
    pages: int = 0
    round_s: float = 0.0  # how long all pages take
    scrolls: bool = False  # whether the text passes over the board


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A page that stands on a board for `dwell_s`, or passes over it in that time (`scrolls`)."""

    key: str  # its picture's
    lines: tuple[str, ...]  # what can be read on it
    dwell_s: float
    scrolls: bool
    item: str  # the id of the notice or the announcement; "" for what the board shows by itself


@dataclass(frozen=True, slots=True)
class BoardNow:
    """What a board is to show now."""

    pages: tuple[BoardPage, ...]
    at: int  # the number of the page that is on in this second
    urgent: bool  # whether an emergency hides everything else
    text: str = ""  # what can be read on all of them, as boards report it


@dataclass(frozen=True, slots=True)
class WebParts:
    config: StationConfig
    store: Store
    clock: Clock
    bell: Bell
    ids: Ids
    announcing: Announcing
    spoken: Callable[[str], Spoken]
    board_preview: Callable[[str, Item], bytes]  # (board's id, a draft) -> PNG
    board_unshown: Callable[[str, Item], Unshown]  # the same
    board_now: Callable[[str], BoardNow]  # by the board's id
    board_page: Callable[[str, str], bytes | None]  # (board's id, a page's key) -> PNG, while the board has it
    words: Mapping[str, Words]  # by language
    places: Places
    clock_signs: ClockSigns
    intake: TakesSound
    sounding: Sounding
    dictionary: Dictionary
    noticing: Noticing
    picturing: Picturing
    desk: Desk
    training: Training
    filing_desk: FilingDesk
    desk_keys: DeskKeys
    passwords: Passwords
    page_key: PageKey
    sittings: Sittings
    built_in_signal: Callable[[SignalName], bytes]  # a WAV file
    at_home: Callable[[str], bool] = lambda name: True  # whether a process lives
