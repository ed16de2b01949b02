"""Announcements and emergencies on boards: everywhere at once, alone, until their end, and then what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.boards.looking import Looking
from controller.boards.pages import Content
from controller.core.announcements import Draft
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import Hours
from controller.core.showing import Sounding, showing
from controller.core.utterances import UtteranceEvent, UtteranceState
from controller.noticing import Noticing
from controller.store import announcements, journal, utterances
from controller.store.connection import Store
from tests.support.stations import CONFIG, START, Station, station_in, utterance

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
BOARDS = """
[[boards]]
id = "cong"
name = "Cổng xã"
columns = 192
[[boards]]
id = "cho"
name = "Chợ"
columns = 192
zones = ["na-khau"]
on_hours = ["06:00-18:00"]
[[boards]]
id = "dinh"
name = "Đình"
columns = 192
zones = ["trung-tam"]
"""
MINUTE = timedelta(minutes=1)
S = UtteranceState


class Wall:
    """Three boards, as the controller looks at them; begun anew at any time."""

    def __init__(self, folder: Path) -> None:
        self.station: Station = station_in(folder, CONFIG + BOARDS)
        self.noticing = Noticing(
            self.station.store, self.station.bell, self.station.clock, self.station.ids, self.station.config
        )
        self.begin_anew()

    def begin_anew(self) -> None:
        """As after a power cut: nothing is known but the rows."""
        config, store = self.station.config, Store(self.station.places.station_db)
        self._lookings = {b.id: Looking(b, config.site, 600, store, self.station.clock) for b in config.boards}
        self._contents: dict[str, Content] = {}

    def look(self, rung: bool = True) -> dict[str, Content]:
        for ident, looking in self._lookings.items():
            if (content := looking.look(rung)) is not None:
                self._contents[ident] = content
        return dict(self._contents)

    def read(self) -> dict[str, str]:
        """The words that stand on each board now, on one line."""
        return {ident: " ".join(content.live.text.split()) for ident, content in self.look().items()}

    def tick(self, seconds: float) -> None:
        self.station.clock.tick(seconds)  # type: ignore[union-attr]  # a fake one

    def announce(self, title: str, zones: tuple[str, ...], level: Level = Level.NORMAL, lasts_s: int = 300) -> str:
        """Put in line; returns the utterance's id."""
        station, now = self.station, self.station.clock.now()
        with station.store.write() as tx:
            made = announcements.add(tx, now, station.ids(), Draft(title, "chữ", zones, level), "lan", "")
            ident = f"u-{title}"
            spoken = utterance(
                ident, announcement_id=made.id, title=title, zones=zones, level=level, due=now, rule_id=f"r-{title}",
                late_until=now + 10 * MINUTE, lasts_s=float(lasts_s) if level is Level.EMERGENCY else 0.0,
            )  # fmt: skip
            utterances.queue(tx, now, spoken)
        return ident

    def happens(self, ident: str, event: UtteranceEvent) -> None:
        with self.station.store.write() as tx:
            utterances.move(tx, self.station.clock.now(), ident, event)


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(tmp_path)


def test_an_announcement_stands_where_it_is_heard_while_it_sounds_and_after(wall: Wall) -> None:
    calm = wall.read()
    ident = wall.announce("Họp", ("na-khau",))
    assert wall.read() == calm  # it is in line, no more
    wall.happens(ident, UtteranceEvent.BEGIN)
    assert wall.read() == {"cong": "Họp: chữ", "cho": "Họp: chữ", "dinh": calm["dinh"]}
    wall.tick(120)
    wall.happens(ident, UtteranceEvent.FINISH)
    wall.tick(599)
    assert "chữ" in wall.read()["cong"]
    wall.tick(1)
    assert "chữ" not in wall.read()["cong"]


def test_a_stopped_one_leaves_at_once(wall: Wall) -> None:
    ident = wall.announce("Họp", ("na-khau",))
    wall.happens(ident, UtteranceEvent.BEGIN)
    assert "chữ" in wall.read()["cong"]
    wall.happens(ident, UtteranceEvent.STOP)
    assert "chữ" not in wall.read()["cong"]


def urgent_notice(until: datetime) -> NoticeDraft:
    return NoticeDraft(text="BÃO", level=Level.EMERGENCY, shown_until=until)


def test_an_emergency_is_alone_on_every_board_and_its_release_brings_back_what_was_there(wall: Wall) -> None:
    wall.noticing.put_up(NoticeDraft(text="Mai cắt nước", boards=("cong",)), "lan")
    wall.noticing.put_up(NoticeDraft(text="Họp chợ", zones=("na-khau",), hours=(Hours(time(0), time(23, 59)),)), "lan")
    before = wall.look()
    urgent = wall.noticing.put_up(urgent_notice(START + 60 * MINUTE), "lan")
    during = wall.look()
    assert {ident: "BÃO" in content.live.text for ident, content in during.items()} == dict.fromkeys(before, True)
    assert all(content.urgent and content.is_lit for content in during.values())
    # what was there waits underneath, the very same dots
    assert {ident: content.ordinary for ident, content in during.items()} == {
        ident: content.ordinary for ident, content in before.items()
    }
    wall.noticing.withdraw(urgent.id, "lan")
    assert wall.look() == before


def test_it_ends_by_itself_also_where_nobody_looked(wall: Wall) -> None:
    wall.noticing.put_up(urgent_notice(START + 60 * MINUTE), "lan")
    calm = {ident: content.ordinary for ident, content in wall.look().items()}
    wall.tick(3599)
    assert all("BÃO" in text for text in wall.read().values())
    wall.begin_anew()  # the power was cut: the row is read, and shown on
    assert all("BÃO" in text for text in wall.read().values())
    wall.tick(1)
    assert [content.urgent for content in wall.look(rung=False).values()] == [None] * 3  # by the clock alone
    wall.noticing.put_up(urgent_notice(START + 120 * MINUTE), "lan")
    wall.tick(3600)
    wall.begin_anew()  # it ended while the controller was down
    assert [content.urgent for content in wall.look().values()] == [None] * 3
    assert set(calm) == {"cong", "cho", "dinh"}


def test_it_is_seen_at_any_hour_on_a_board_that_is_dark(wall: Wall) -> None:
    wall.tick(12 * 3600)  # 01:00
    assert {ident: content.is_lit for ident, content in wall.look().items()} == {
        "cong": True, "cho": False, "dinh": True,
    }  # fmt: skip
    wall.noticing.put_up(urgent_notice(wall.station.clock.now() + 60 * MINUTE), "lan")
    assert wall.look()["cho"].is_lit
    wall.tick(3600)
    assert not wall.look()["cho"].is_lit


def test_an_urgent_announcement_stands_on_boards_of_other_zones_too(wall: Wall) -> None:
    ident = wall.announce("LŨ", ("trung-tam",), Level.EMERGENCY)
    wall.happens(ident, UtteranceEvent.BEGIN)
    assert all("LŨ" in text for text in wall.read().values())
    wall.happens(ident, UtteranceEvent.STOP)
    assert not any("LŨ" in text for text in wall.read().values())


def test_it_stands_between_its_turns_as_well(wall: Wall) -> None:
    first, second = (wall.announce(name, ("trung-tam",), Level.EMERGENCY) for name in ("LŨ", "CHÁY"))
    wall.happens(first, UtteranceEvent.BEGIN)
    assert "CHÁY" not in wall.read()["cho"]  # it has not begun
    wall.happens(first, UtteranceEvent.INTERRUPT)
    wall.happens(second, UtteranceEvent.BEGIN)
    assert all("LŨ" in text and "CHÁY" in text for text in wall.read().values())
    assert wall.read()["cho"].index("CHÁY") < wall.read()["cho"].index("LŨ")  # what sounds comes first


def test_nobody_writes_down_its_end_and_it_ends(wall: Wall) -> None:
    ident = wall.announce("LŨ", ("trung-tam",), Level.EMERGENCY, lasts_s=300)
    wall.happens(ident, UtteranceEvent.BEGIN)
    wall.tick(300 + 599)  # as long as it lasts, and as long as announcements stay
    assert "LŨ" in wall.read()["cho"]
    wall.tick(1)
    assert "LŨ" not in wall.read()["cho"]


def test_a_clock_that_is_set_neither_hides_an_emergency_that_sounds_nor_makes_it_longer(wall: Wall) -> None:
    def set_clock(seconds: float) -> None:
        wall.station.clock.step(seconds)  # type: ignore[union-attr]  # a fake one
        with wall.station.store.write() as tx:  # as the timekeeper does
            journal.write(tx, wall.station.clock.now(), Kind.CLOCK, "clock", step_s=seconds)

    set_clock(60)  # before it began: no matter
    ident = wall.announce("LŨ", ("trung-tam",), Level.EMERGENCY, lasts_s=300)
    wall.happens(ident, UtteranceEvent.BEGIN)
    for hours in (5, -9, 30):
        set_clock(hours * 3600)
        assert "LŨ" in wall.read()["cho"], f"the clock was set by {hours} h"
    wall.tick(300 + 599)
    assert "LŨ" in wall.read()["cho"]
    wall.tick(1)
    assert "LŨ" not in wall.read()["cho"]


def test_a_clock_that_is_set_back_does_not_undo_what_was_put_up_at_once(wall: Wall) -> None:
    calm = wall.read()
    wall.noticing.put_up(urgent_notice(START + 60 * MINUTE), "lan")
    wall.noticing.put_up(NoticeDraft(text="Mai cắt nước", shown_from=START + 30 * MINUTE), "lan")
    wall.station.clock.step(-7200)  # type: ignore[union-attr]  # a fake one
    assert set(wall.read().values()) == {"BÃO"}
    wall.begin_anew()
    assert set(wall.read().values()) == {"BÃO"}
    wall.tick(7200 + 3600 - 1)
    assert set(wall.read().values()) == {"BÃO"}
    wall.tick(1)  # the end that somebody named
    assert set(wall.read().values()) == {"Mai cắt nước"}
    wall.station.clock.step(-3600)  # type: ignore[union-attr]  # its beginning was not "at once": it has not come
    assert wall.read().keys() == calm.keys() and "nước" not in " ".join(wall.read().values())


def test_how_long_at_the_most() -> None:
    def shown(now: datetime, **changes: object) -> bool:
        spoken = replace(utterance(level=Level.EMERGENCY, started_at=START), **changes)  # type: ignore[arg-type]  # real fields
        return bool(showing([], [Sounding(spoken, "x")], now, TZ, 60))

    playing = {"state": S.PLAYING, "attempt": 1}
    assert shown(START + timedelta(hours=4), **playing, duration_s=0.0)  # nothing is known of its length
    assert not shown(START + timedelta(hours=4, minutes=1), **playing, duration_s=0.0)
    assert shown(START + timedelta(seconds=359), **playing, lasts_s=300.0)
    assert not shown(START + timedelta(seconds=360), **playing, lasts_s=300.0)
    later = START + timedelta(seconds=200)
    assert shown(later + timedelta(seconds=359), **playing, lasts_s=300.0, started_at=later)  # said for the first time
    assert not shown(START, state=S.QUEUED, attempt=0)
    assert shown(START, state=S.QUEUED, attempt=1)
    assert not shown(START, state=S.QUEUED, attempt=1, level=Level.NORMAL)
    assert shown(START + timedelta(days=2), **playing, level=Level.NORMAL)
