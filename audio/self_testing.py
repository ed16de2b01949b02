"""The daily self-test: when it is due, and the soft tone that it plays like any programme, amplifier and all.

Its result comes from the monitor input where there is one, else from the watch at the sink.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo

from audio.listening.tone import HERTZ, LENGTH_S, tone
from audio.programme import Item
from audio.source import Memory, Source
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.runtime.config_tables import SelfTest

MARK = "local/self-test/"  # how the id of one begins
AHEAD_S = 2.0  # whoever listens needs a moment to begin
ROOM_S = 10.0  # nothing else may be due so soon


class SelfTesting:
    """Of one output; the player's thread asks."""

    def __init__(self, config: SelfTest, tz: tzinfo, now: datetime) -> None:
        self._at = time.fromisoformat(config.at) if config.at else None
        self._level_dbfs, self._tz = config.level_dbfs, tz
        self._asked = False
        self._last: date | None = None if self._before(now) else now.astimezone(tz).date()

    def ask(self) -> None:
        """Somebody wants one now."""
        self._asked = True

    def due(self, now: datetime, line: Iterable[Item]) -> bool:
        """Whether it is time for one, and what stands in line leaves room for it; each is due once.

        It waits for silence: whoever listens for the tone could not tell it from something else that sounds.
        """
        if any(item.due < now.timestamp() + ROOM_S for item in line):
            return False
        if self._asked:
            self._asked = False
            return True
        today = now.astimezone(self._tz).date()
        if self._at is None or self._before(now) or self._last == today:
            return False
        self._last = today
        return True

    def item(self, now: datetime, zones: frozenset[str], warm_up_s: float) -> Item:
        """The tone as something to be played soon, at its instant or not at all."""
        due = now.timestamp() + AHEAD_S + warm_up_s
        ident = f"{MARK}{now.isoformat()}"
        return Item(
            id=ident, precedence=(Level.NORMAL.rank, 0, now, ident), level=Level.NORMAL, due=due,
            late_until=due, words_s=LENGTH_S, after_cut=AfterCut.END, zones=zones, loaded=True, local=True, bare=True,
        )  # fmt: skip

    def sound(self) -> Source:
        return Memory(tone(self._level_dbfs))

    @property
    def figures(self) -> tuple[float, float, float]:
        """Level in dBFS, pitch in hertz, length in seconds."""
        return self._level_dbfs, HERTZ, LENGTH_S

    def _before(self, now: datetime) -> bool:
        return self._at is not None and now.astimezone(self._tz).time() < self._at
