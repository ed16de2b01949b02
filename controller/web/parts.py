"""What the page is made of; built in the composition root and passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every process reads this room's words, none but the page needs these
    from controller.announcing import Announcing
    from controller.core.ports import Bell, Clock, Ids
    from controller.core.recordings import SignalName, TakesSound
    from controller.core.spoken import Spoken
    from controller.core.words import Words
    from controller.dictionary import Dictionary
    from controller.runtime.clock_signs import ClockSigns
    from controller.runtime.config import StationConfig
    from controller.runtime.places import Places
    from controller.sounding import Sounding
    from controller.store.connection import Store


@dataclass(frozen=True, slots=True)
class Unshown:
    """What a board will not show of a text: `stripped` of its diacritics, characters that become "?",
    and what finds no room."""

    stripped: bool
    replaced: tuple[str, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class WebParts:
    config: StationConfig
    store: Store
    clock: Clock
    bell: Bell
    ids: Ids
    announcing: Announcing
    spoken: Callable[[str], Spoken]
    board_preview: Callable[[str, str], bytes]  # (board's id, text) -> PNG
    board_unshown: Callable[[str, str], Unshown]  # the same
    words: Mapping[str, Words]  # by language
    places: Places
    clock_signs: ClockSigns
    intake: TakesSound
    sounding: Sounding
    dictionary: Dictionary
    built_in_signal: Callable[[SignalName], bytes]  # a WAV file
