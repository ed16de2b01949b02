"""What a slow board is told ahead of time: what stands in line, what begins by the clock, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.boards.looking import Looking
from controller.boards.news import LEAD_S
from controller.boards.pages import Content
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.core.utterances import UtteranceEvent
from controller.store import notices, utterances
from tests.support.scheduling import CONFIG, START, ScheduledStation, daily

BOARDS = """
[site]
name = "Xã Thử"
[[boards]]
id = "cong"
name = "Cổng"
"""


class Village(ScheduledStation):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, config=CONFIG + BOARDS)
        self.looking = self.looked_at(LEAD_S)

    def looked_at(self, lead_s: float) -> Looking:
        board = self.config.board("cong")
        return Looking(board, self.config.site, 600, self.store, self.clock, lead_s=lead_s)

    def notice(self, ident: str, begins_s: float, ends_s: float = 3600, level: Level = Level.NORMAL) -> None:
        begins, ends = START + timedelta(seconds=begins_s), START + timedelta(seconds=ends_s)
        with self.store.write() as tx:
            made = Notice(
                id=ident, text=f"Tin {ident}", level=level, shown_from=begins, shown_until=ends, created_at=START
            )
            notices.add(tx, START, made, "lan")

    def look(self) -> Content:
        found = self.looking.look(rung=True)
        assert found is not None
        return found

    def begin(self) -> None:
        """What is in line begins to sound."""
        with self.store.write() as tx:
            for each in utterances.between(tx, START, START + timedelta(days=1)):
                utterances.move(tx, self.clock.now(), each.id, UtteranceEvent.BEGIN)


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


def coming(content: Content) -> list[str]:
    return [page.lines[0] for page in content.coming]


def test_an_announcement_in_line_is_told_before_it_sounds_and_then_shown_with_the_very_pages(village: Village) -> None:
    village.announce(daily("19:01"), text="Cắt nước")
    assert coming(village.look()) == []
    village.clock.tick(60 - LEAD_S)
    village.plan()
    before = village.look()
    assert coming(before) == ["Họp bản:", "Cắt nước"]
    assert before.ordinary.pages[0].lines[0] == "Xã Thử"
    village.clock.tick(LEAD_S)
    village.begin()
    now = village.look()
    assert now.ordinary.pages == before.coming
    assert [page.lines for page in now.coming] == []


def test_nobody_else_is_told(village: Village) -> None:
    village.notice("a", begins_s=10)
    found = village.looked_at(0.0).look(rung=True)
    assert found is not None
    assert found.coming == ()


def test_a_notice_is_told_when_its_time_is_near_and_nothing_while_it_is_shown(village: Village) -> None:
    village.notice("a", begins_s=-10)
    village.notice("b", begins_s=LEAD_S + 1)
    assert coming(village.look()) == []
    village.clock.tick(2)
    assert coming(village.look()) == ["Tin b"]
    village.clock.tick(LEAD_S)
    assert coming(village.look()) == []


def test_when_the_last_is_over_the_place_and_the_time_come_back(village: Village) -> None:
    village.notice("a", begins_s=-10, ends_s=LEAD_S + 5)
    assert coming(village.look()) == []
    village.clock.tick(10)
    told = village.look()
    assert coming(told) == ["Xã Thử", "19:00"]
    village.clock.tick(LEAD_S)
    assert village.look().ordinary.pages == told.coming


def test_an_emergency_is_told_nobody_beforehand(village: Village) -> None:
    village.notice("a", begins_s=10, level=Level.EMERGENCY)
    assert coming(village.look()) == []
