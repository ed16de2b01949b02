"""Notices on the kiosk's waiting screen: title and text, in their hours, without what has no words."""

from __future__ import annotations

import threading
from datetime import time, timedelta
from pathlib import Path
from typing import cast

import pytest

from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import Hours, Special
from controller.core.showing import Item
from controller.noticing import Noticing
from controller.runtime.clocks import FakeClock
from controller.timing.upcoming import Upcoming
from kiosk.bulletin import Bulletin
from kiosk.news import NewsReader, Rings, bulletin_of
from kiosk.state import WAITING, Input, NewsCame
from kiosk.widgets import Label
from tests.support import kiosk_cases as cases
from tests.support.stations import START, Station, station_in


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


def put_up(station: Station, *drafts: NoticeDraft) -> list[str]:
    noticing = Noticing(station.store, station.bell, station.clock, station.ids, station.config)
    return [noticing.put_up(draft, "lan").id for draft in drafts]


def shown(station: Station) -> list[tuple[str, str]]:
    with station.store.read() as tx:
        found = bulletin_of(tx, station.config, station.clock.now(), Upcoming(station.config.site.tz))
    return [(item.title, item.text) for item in found.notices]


def test_what_has_words_and_is_no_ready_made_page(station: Station) -> None:
    with station.store.write() as tx:
        tx.execute("INSERT INTO pictures VALUES (?, 'x', 1, 1, 1, 'lan', '2026-11-21T06:00:00.000Z')", ("a" * 64,))
    put_up(
        station, NoticeDraft(special=Special.CLOCK), NoticeDraft(title="Lịch tiêm", text="Thứ Bảy"),
        NoticeDraft(picture="a" * 64), NoticeDraft(title="Họp", picture="a" * 64), NoticeDraft(qr="https://xa.vn"),
    )  # fmt: skip
    assert shown(station) == [("Lịch tiêm", "Thứ Bảy"), ("Họp", "")]


class Turns:
    """A doorway at which nobody rings: the clock goes on by so many seconds with every wait."""

    def __init__(self, clock: FakeClock, seconds: float, count: int, stopping: threading.Event) -> None:
        self._clock, self._seconds, self._left, self._stopping = clock, seconds, count, stopping

    def wait(self, _: float) -> list[object]:
        self._clock.tick(self._seconds)
        self._left -= 1
        if not self._left:
            self._stopping.set()
        return []


def test_hours_begin_and_end_though_nothing_is_written(station: Station) -> None:
    assert isinstance(station.clock, FakeClock)  # 13:00 there
    hours = (Hours(time(13, 1), time(13, 3)),)
    put_up(station, NoticeDraft(text="Phát thuốc", hours=hours))
    urgent = NoticeDraft(text="BÃO", level=Level.EMERGENCY, shown_until=START + timedelta(minutes=2))
    put_up(station, urgent)
    stopping, told = threading.Event(), list[Input]()
    door = cast(Rings, Turns(station.clock, 20, 13, stopping))
    NewsReader(station.store, door, station.config, station.clock, told.append).run(stopping, lambda: None)
    bulletins = [each.bulletin for each in told if isinstance(each, NewsCame)]
    assert [[item.text for item in bulletin.items] for bulletin in bulletins] == [
        ["BÃO"], ["BÃO"], ["Phát thuốc"], [], [],
    ]  # fmt: skip


def test_the_waiting_screen_says_title_and_text() -> None:
    def notice(title: str, text: str) -> Item:
        return Item(title, text, Level.NORMAL, 0, cases.NOW, None, False, title + text)

    items = (notice("Lịch tiêm chủng", "Sáng thứ Bảy."), notice("Họp chợ", ""), notice("", "Cắt nước."))
    scene = cases.stage(cases.LARGE).compose(cases.state(Bulletin(items=items), scene=WAITING))
    labels = [widget.text for widget in scene if isinstance(widget, Label)]
    begin = labels.index("Thông báo") + 1
    assert labels[begin : begin + 4] == ["Lịch tiêm chủng", "Sáng thứ Bảy.", "Họp chợ", "Cắt nước."]
