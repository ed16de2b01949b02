"""What boards know of the station: read once for all of a process, when it changed or a minute has turned."""

from __future__ import annotations

import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from controller.boards import news
from controller.boards.facts import Facts, Session
from controller.boards.looking import Looking
from controller.boards.news import Coming, News, next_of_zones
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import Notice, Special
from controller.core.sessions import SessionDraft
from controller.desk import Desk
from controller.noticing import Noticing
from controller.runtime.places import Places
from controller.store import facts, notices
from controller.store.connection import Store, Tx
from controller.training import Training
from tests.support.scheduling import CONFIG, START, CountingIds, ScheduledStation, daily

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
LOCAL = datetime(2026, 11, 21, 19, 0, tzinfo=TZ)  # START, there
BOARDS = """
[site]
name = "Xã Thử"
[[boards]]
id = "cong"
name = "Cổng"
columns = 192
[[boards]]
id = "duoi"
name = "Bản Dưới"
columns = 192
zones = ["duoi"]
on_hours = ["05:00-18:00"]
"""


class CountedStore(Store):
    """Counts the transactions that read."""

    reads = 0

    def read(self):  # type: ignore[no-untyped-def]  # as the store's own
        CountedStore.reads += 1
        return super().read()


class Village(ScheduledStation):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, config=CONFIG + BOARDS)
        ids = CountingIds(self.clock)
        self.noticing = Noticing(self.store, self.bell, self.clock, ids, self.config)
        self.desk = Desk(self.store, self.bell, self.clock, self.config)
        self.house = Training(self.store, self.bell, self.clock, ids, self.config)
        self.seen = CountedStore(folder / "station.db")  # another connection, as another process has it
        self.news = News(self.config.site, 600, self.seen, self.clock)

    def facts(self, *zones: str) -> Facts:
        return self.news.facts(self.news.known(), zones)

    def looking(self, board: str, shared: News | None = None) -> Looking:
        return Looking(self.config.board(board), self.config.site, 600, self.seen, self.clock, shared)


@pytest.fixture
def village(tmp_path: Path) -> Village:
    CountedStore.reads = 0
    return Village(tmp_path)


def test_an_empty_station(village: Village, tmp_path: Path) -> None:
    assert village.facts() == Facts(
        "Xã Thử", LOCAL, pictures=Places(tmp_path).notice_pictures, lunar="13 tháng Mười âm lịch"
    )


def test_boards_speak_one_tongue_whatever_kiosk_and_letters_speak(village: Village) -> None:
    site = village.config.site.model_copy(update={"language": "en"})
    news = News(site, 600, village.seen, village.clock)
    assert news.facts(news.known()).lunar == "13 tháng Mười âm lịch"


def test_the_next_announcement_is_that_of_the_board_s_zones(village: Village) -> None:
    village.announce(daily("19:30"), zones=("tren",))
    village.announce(daily("20:15"), zones=("tren", "duoi"))
    assert village.facts().next_at == village.facts("tren").next_at == LOCAL.replace(hour=19, minute=30)
    assert village.facts("duoi").next_at == LOCAL.replace(hour=20, minute=15)
    assert village.facts("duoi").next_title == "Họp bản"
    village.clock.tick(1800 - 20)
    village.plan()  # the first is in line now: an utterance, no longer to come by its rule
    assert village.facts("tren").next_at == LOCAL.replace(hour=19, minute=30)
    village.clock.tick(20)
    assert village.facts("tren").next_at == LOCAL.replace(hour=20, minute=15)


def test_it_is_said_of_today_and_tomorrow_only(village: Village) -> None:
    ident = village.announce(daily("18:59")).id
    assert village.facts().next_at == LOCAL.replace(day=22, hour=18, minute=59)
    village.announcing.withdraw(ident, "lan")
    assert village.facts().next_at is None
    village.announce({"kind": "dates", "dates": ["2026-11-23"], "times": ["00:00"]})
    assert village.facts().next_at is None


def test_the_next_of_each_zone_once() -> None:
    def at(minute: int, *zones: str) -> Coming:
        return Coming(START + timedelta(minutes=minute), f"{minute}", zones)

    due = [at(40, "a"), at(10, "a"), at(20, "a"), at(20, "a", "b"), at(30, "b"), at(50, "c")]
    assert next_of_zones(due) == (at(10, "a"), at(20, "a", "b"), at(50, "c"))
    assert next_of_zones([]) == ()


def test_numbers_and_sessions(village: Village) -> None:
    village.desk.give("lan", 4)
    village.desk.call_next("lan")
    for day in (3, 1, 2, 4, 5, 6):
        begins = START + timedelta(days=day)
        draft = SessionDraft(title=f"Buổi {day}", place="Nhà văn hóa", begins=begins, ends=begins + timedelta(hours=2))
        village.house.add(draft, "lan")
    found = village.facts()
    assert (found.called, found.given) == (1, 4)
    assert found.sessions == tuple(
        Session(f"Buổi {day}", "Nhà văn hóa", LOCAL + timedelta(days=day)) for day in range(1, 6)
    )
    village.clock.tick(5 * 3600)  # past midnight
    assert (village.facts().called, village.facts().given) == (0, 0)
    assert village.facts().lunar == "14 tháng Mười âm lịch"


def test_while_nobody_vouches_for_the_clock_nothing_is_said_of_what_comes_when(village: Village) -> None:
    village.announce(daily("19:30"))
    village.noticing.put_up(NoticeDraft(text="Mai cắt nước"), "lan")
    with village.store.write() as tx:
        facts.report(tx, START, "clock", "clock_doubtful")
    found = village.facts()
    assert (found.doubtful, found.next_at, found.next_title, found.lunar) == (True, None, "", "")
    content = village.looking("duoi").look(False)
    assert content is not None
    assert content.is_lit  # by the clock its hours are over
    assert "Mai cắt nước" in " ".join(content.live.text.split())  # what somebody has put up is shown on
    with village.store.write() as tx:
        facts.report(tx, START, "clock")
    assert village.facts().next_at == LOCAL.replace(hour=19, minute=30)


def test_read_once_for_all_boards_when_it_changed_or_a_minute_turned(village: Village) -> None:
    boards = [village.looking("cong", village.news) for _ in range(20)]

    def reads() -> int:
        before = CountedStore.reads
        for looking in boards:
            looking.look(False)
        return CountedStore.reads - before

    assert reads() == 1
    assert reads() == reads() == 0
    village.noticing.put_up(NoticeDraft(text="Một"), "lan")
    assert reads() == 1
    village.clock.tick(59)
    assert reads() == 0
    village.clock.tick(1)
    assert reads() == 1


def test_threads_of_their_own_all_see_a_change_that_is_read_once(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    full: list[datetime] = []

    def live(tx: Tx, now: datetime) -> list[Notice]:
        full.append(now)
        return notices.live(tx, now)

    monkeypatch.setattr(news, "notices", SimpleNamespace(live=live))
    turn, done = threading.Barrier(9), threading.Barrier(9)
    seen: list[set[str]] = []

    def work() -> None:
        looking = village.looking("cong", village.news)
        for _ in range(5):
            turn.wait(30)
            content = looking.look(False)
            seen.append(set(content.live.text.split()) if content else set())
            done.wait(30)
        village.seen.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(5):
        village.noticing.put_up(NoticeDraft(text=f"tin{number}"), "lan")
        turn.wait(30)
        done.wait(30)
        assert [f"tin{number}" in words for words in seen] == [True] * 8
        seen.clear()
    for thread in threads:
        thread.join(30)
    assert len(full) == 5


def test_what_was_read_last_is_shown_on(village: Village, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    village.noticing.put_up(NoticeDraft(text="Mai cắt nước"), "lan")
    urgent = NoticeDraft(text="BÃO", level=Level.EMERGENCY, shown_until=START + timedelta(hours=1))
    village.noticing.put_up(urgent, "lan")
    looking = village.looking("cong", village.news)
    looking.look(True)
    village.seen.close()
    village.store.close()
    shutil.rmtree(tmp_path)
    content = looking.look(True)
    assert content is None  # the same
    village.clock.tick(3600)
    content = looking.look(True)
    assert content is not None
    assert content.urgent is None  # it has ended by the clock
    assert "Mai cắt nước" in " ".join(content.live.text.split())
    assert len([1 for record in caplog.records if "cannot be read" in record.message]) == 1


def test_special_pages_follow_what_they_show(village: Village) -> None:
    village.noticing.put_up(NoticeDraft(special=Special.QUEUE), "lan")
    looking = village.looking("cong", village.news)
    looking.look(False)
    village.desk.give("lan", 12)
    assert looking.look(False) is not None
    assert looking.look(False) is None
    village.clock.tick(60)
    assert looking.look(False) is not None
    assert looking.facts().given == 12
