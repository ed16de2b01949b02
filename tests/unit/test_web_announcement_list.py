"""The list of announcements after years: in groups, thirty at a time, and a search that still finds every one."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Draft
from controller.runtime.config import StationConfig
from controller.store import announcements, renditions
from controller.store.announcements import Head
from controller.store.connection import Tx
from controller.timing.upcoming import Upcoming
from controller.web import state
from controller.web.announcement_list import Group, grouped, looked_for, page_of
from tests.support.scheduling import ScheduledStation, daily
from tests.support.web_pages import Pages, pages_in

HEADS = [Head(f"a{n}", f"Tiêm chủng {n}", "Mời bà con Đồng Văn đến nhà văn hóa.", n % 2 == 0) for n in range(70)]


def test_each_stands_in_one_group_in_its_order(pages: Pages) -> None:
    at = pages.station.clock.now()
    next_due = {"a0": at + timedelta(2), "a2": at + timedelta(1), "a6": at}
    assert grouped(HEADS[:8], {"a1", "a2"}, {"a2", "a3", "a6"}, next_due) == {
        "unreadable": ["a2", "a1"], "unapproved": ["a6", "a3"], "coming": ["a0"], "resting": ["a5", "a7"],
        "past": ["a4"],
    }  # fmt: skip


def test_few_are_shown_as_they_are_and_many_a_page_at_a_time() -> None:
    few = {"unreadable": [], "unapproved": [], "coming": ["a"], "resting": ["b"], "past": [f"c{n}" for n in range(28)]}
    assert page_of(few, "", 1) == [
        Group("coming", 1, ("a",)), Group("resting", 1, ("b",)), Group("past", 28, tuple(few["past"]))]  # fmt: skip
    many = few | {"coming": [f"d{n}" for n in range(70)]}
    assert page_of(many, "", 1) == [Group("coming", 70, tuple(many["coming"][:30]))]
    assert page_of(many, "coming", 3) == [Group("coming", 70, tuple(many["coming"][60:]))]
    assert page_of(many, "past", 1) == [Group("past", 28, tuple(few["past"]))]
    assert page_of(many, "unapproved", 1) == []


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("tiêm", 70), ("TIEM chung", 70), ("dong van", 70), ("69 tiem", 1), ("iem", 0), ("tiêm lợn", 0)],
)
def test_a_search_finds_by_how_words_begin_however_they_are_accented(wanted: str, count: int) -> None:
    assert len(looked_for(HEADS, wanted)) == count


def test_the_next_time_of_each_is_that_of_its_nearest_rule(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    upcoming, now = Upcoming(station.config.site.tz), station.clock.now()
    first = station.announce(daily("19:30"), daily("07:00")).id
    second = station.announce(daily("18:00")).id
    over = station.announce(daily("06:00", "2026-11-01", "2026-11-02")).id
    with station.store.read() as tx:
        found = upcoming.next_of_each(tx, now)
        assert found == {
            ident: min(one.due for one in upcoming.between(tx, now, now + timedelta(days=2))
                       if one.announcement_id == ident)
            for ident in (first, second)
        }  # fmt: skip
        assert {head.id: head.has_rules for head in announcements.heads(tx)} == {first: True, second: True, over: True}
    station.announcing.withdraw(second, "tester")
    with station.store.read() as tx:
        assert set(upcoming.next_of_each(tx, now)) == {first}


def test_what_cannot_be_read_is_known_until_it_is_written_anew(tmp_path: Path) -> None:
    station = ScheduledStation(tmp_path)
    upcoming, now = Upcoming(station.config.site.tz), station.clock.now()
    spoilt, sound = station.announce(daily("19:30")), station.announce(daily("18:00"))
    with station.store.write() as tx:
        (rule,) = announcements.rules(tx, spoilt.id)
        announcements.change_rule(tx, rule.id, {"kind": "of a later version"}, now)
    with station.store.read() as tx:
        assert upcoming.unreadable(tx, now) == {spoilt.id}
        assert set(upcoming.next_of_each(tx, now)) == {sound.id}
    with station.store.write() as tx:
        announcements.change_rule(tx, rule.id, daily("19:30"), now)
    with station.store.read() as tx:
        assert upcoming.unreadable(tx, now) == set()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def filled(pages: Pages, coming: int, resting: int, past: int) -> None:
    station = pages.station
    now = station.clock.now()
    day: list[dict[str, object]] = [{"kind": "daily", "at": "19:30"}]
    once: list[dict[str, object]] = [{"kind": "once", "at": (now + timedelta(hours=1)).isoformat()}]
    with station.store.write() as tx:
        for count, documents in ((past, once), (resting, []), (coming, day)):
            for number in range(count):
                ident = station.ids()
                at = now - timedelta(days=1000 - number)
                draft = Draft(f"Bài {ident}", "Mời bà con.", ("trung-tam",))
                announcements.add(tx, at, ident, draft, "lan", "lan")
                for document in documents:
                    announcements.add_rule(tx, at, station.ids(), ident, document)
    pages.clock().tick(2 * 3600)


def seen(client: FlaskClient, address: str = "/announcements") -> tuple[list[str], list[str], int]:
    """The groups one can choose, those that are shown, and how many announcements."""
    page = html.unescape(client.get(address).get_data(as_text=True))
    trays = re.search(r'<nav class="trays".*?</nav>', page, re.S)
    chosen = (
        [" ".join(re.sub("<.*?>", "", each).split()) for each in re.findall("<a.*?</a>", trays[0])] if trays else []
    )
    main = page[page.index("<main") :]
    return chosen, re.findall('<section id="([a-z]+)"', main), main.count('<a class="strong"')


def test_a_long_list_on_the_page(pages: Pages) -> None:
    filled(pages, coming=35, resting=3, past=64)
    client = pages.signed_in()
    trays = ["Đã hẹn giờ 35", "Không hẹn giờ 3", "Đã qua 64"]
    assert seen(client) == (trays, ["coming"], 30)
    assert "Xem 5 thông báo nữa" in client.get("/announcements").get_data(as_text=True)
    assert seen(client, "/announcements?group=coming&page=2") == (trays, ["coming"], 5)
    assert seen(client, "/announcements?group=past&page=3") == (trays, ["past"], 4)
    assert seen(client, "/announcements?group=past&page=99") == (trays, ["past"], 4)
    assert seen(client, "/announcements?group=resting") == (trays, ["resting"], 3)
    assert "Lịch đã qua" in client.get("/announcements?group=past").get_data(as_text=True)
    assert seen(client, "/announcements?wanted=moi+ba&page=4") == ([], ["found"], 12)
    assert "Không có thông báo nào như vậy" in client.get("/announcements?wanted=xyz").get_data(as_text=True)
    assert seen(client, "/announcements?group=nonsense&page=nonsense") == (trays, ["coming"], 30)


def test_only_what_is_shown_is_read(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(pages, coming=40, resting=40, past=40)
    client, read = pages.signed_in(), list[str]()
    about = state.about

    def counted(tx: Tx, config: StationConfig, now: datetime, ident: str) -> state.About:
        read.append(ident)
        return about(tx, config, now, ident)

    monkeypatch.setattr(state, "about", counted)
    assert seen(client, "/announcements?wanted=mời")[2] == len(read) == 30


def test_a_short_list_needs_no_groups(pages: Pages) -> None:
    filled(pages, coming=2, resting=1, past=3)
    client = pages.signed_in()
    assert seen(client) == ([], ["coming", "resting", "past"], 6)
    with pages.station.store.write() as tx:
        tx.execute("UPDATE renditions SET state = 'ready', approved_at = NULL WHERE announcement_id ="
                   " (SELECT announcement_id FROM rules ORDER BY id LIMIT 1)")  # fmt: skip
        assert len(renditions.unapproved_ids(tx)) == renditions.unapproved(tx) == 1
    assert seen(client) == ([], ["unapproved", "coming", "resting", "past"], 6)


def test_what_cannot_be_read_stands_first_and_says_what_to_do(pages: Pages) -> None:
    filled(pages, coming=35, resting=1, past=3)
    with pages.station.store.write() as tx:
        tx.execute("UPDATE rules SET document = '{\"kind\": \"of a later version\"}' WHERE id ="
                   " (SELECT id FROM rules ORDER BY id LIMIT 1)")  # fmt: skip
    client = pages.signed_in()
    assert seen(client)[1] == ["unreadable", "coming"]
    page = client.get("/announcements?group=unreadable").get_data(as_text=True)
    assert page.count("Lịch đã lưu không đọc được") == 1
    found = re.search(r'class="strong" href="(/announcements/[^"]+)"', page)
    assert found and "Xin bấm “Sửa” rồi chọn lại giờ phát." in client.get(found[1]).get_data(as_text=True)
