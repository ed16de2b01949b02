"""The programme out of utterances and rules, and reading it from a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.alarms import Alarm
from controller.core.announcements import AfterCut, Announcement, Draft
from controller.core.days import DayType
from controller.core.levels import Level
from controller.core.utterances import Utterance, UtteranceEvent, UtteranceState
from controller.runtime.config import StationConfig
from controller.store import alarms, announcements, days, facts, utterances
from controller.store.connection import Store
from controller.timing.upcoming import Upcoming
from kiosk.bulletin import Bulletin, Coming, Entry, Standing, programme
from kiosk.news import bulletin_of
from tests.support.kiosk_station import Station

ZONES = ("trung-tam", "na-lung", "khuoi-kit")
NOON = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam
S, G = UtteranceState, Standing


def utterance(
    state: UtteranceState, output: str = "main", zones: tuple[str, ...] = ZONES[:2], rule: str = "r", minutes: int = 0
) -> Utterance:
    due = NOON + timedelta(minutes=minutes)
    return Utterance(
        id=f"{rule}-{output}-{minutes}", announcement_id="a", revision=1, rule_id=rule, due=due, output=output,
        zones=zones, title="Tin", level=Level.NORMAL, order_no=0, after_cut=AfterCut.RESTART,
        late_until=due + timedelta(minutes=10), state=state, attempt=0, sha256="", duration_s=0.0, started_at=None,
        ended_at=None, stop_wanted_by="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "standing"),
    [
        (S.PLAYED, S.PLAYED, G.PLAYED), (S.PLAYED, S.PLAYING, G.ON_AIR), (S.QUEUED, S.PLAYED, G.COMING),
        (S.PLAYED, S.MISSED, G.MISSED), (S.CUT, S.MISSED, G.MISSED), (S.STOPPED, S.PLAYED, G.STOPPED),
        (S.STOPPED, S.CUT, G.CUT), (S.PLAYING, S.QUEUED, G.ON_AIR),
    ],
)  # fmt: skip
def test_an_occurrence_on_two_outputs_is_one_entry(
    first: UtteranceState, second: UtteranceState, standing: Standing
) -> None:
    both = [utterance(first), utterance(second, "south", zones=("khuoi-kit",))]
    assert programme(both, [], ZONES) == (Entry(NOON, "Tin", standing, ZONES, "a"),)
    assert programme(reversed(both), [], ZONES) == (Entry(NOON, "Tin", standing, ZONES, "a"),)


def test_what_has_an_utterance_is_no_longer_coming() -> None:
    announcement = Announcement(
        "a", 1, "Tin", "Chữ", ZONES[:1], Level.NORMAL, 0, AfterCut.RESTART, 600, "x", NOON, NOON, None
    )
    coming = [Coming("r", NOON, announcement), Coming("r", NOON + timedelta(hours=1), announcement)]
    assert programme([utterance(S.PLAYED, minutes=0)], coming, ZONES) == (
        Entry(NOON, "Tin", G.PLAYED, ZONES[:2], "a"),
        Entry(NOON + timedelta(hours=1), "Tin", G.COMING, ZONES[:1], "a"),
    )


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station.make(tmp_path)


@pytest.fixture
def store(station: Station) -> Iterator[Store]:
    opened = station.store()
    yield opened
    opened.close()


def read(store: Store, config: StationConfig, now: datetime = NOON) -> Bulletin:
    with store.read() as tx:
        return bulletin_of(tx, config, now, Upcoming(config.site.tz))


def test_an_empty_station_has_no_news(station: Station, store: Store) -> None:
    assert read(store, station.config) == Bulletin()


def test_today_and_tomorrow_of_a_daily_rule(station: Station, store: Store) -> None:
    with store.write() as tx:
        announcements.add(tx, NOON - timedelta(days=9), "a", Draft("Tin", "Chữ", ZONES), "x")
        daily: dict[str, object] = {"kind": "daily", "at": "23:30", "first": "2026-11-01", "last": None}
        announcements.add_rule(tx, NOON - timedelta(days=9), "late", "a", daily)
        announcements.add_rule(tx, NOON - timedelta(days=9), "early", "a", {**daily, "at": "00:00"})
        announcements.add_rule(tx, NOON - timedelta(days=9), "newer", "a", {"kind": "by the moon"})
        announcements.add_rule(tx, NOON - timedelta(days=9), "ended", "a", {**daily, "last": "2026-11-26"})
        # what has been planned up to this morning is a matter of utterances
        announcements.planned(tx, "early", datetime(2026, 11, 27, 1, tzinfo=UTC))
    local = [(e.due.astimezone(station.config.site.tz), e.standing) for e in read(store, station.config).entries]
    assert [(due.strftime("%d %H:%M"), standing) for due, standing in local] == [
        ("27 23:30", G.COMING),
        ("28 00:00", G.COMING),
        ("28 23:30", G.COMING),
    ]


def test_what_sounds_is_on_air_and_stays_for_a_while_among_the_items(station: Station, store: Store) -> None:
    with store.write() as tx:
        announcements.add(tx, NOON, "a", Draft("Tin", "Chữ của tin", ZONES), "x")
        queued = utterance(S.QUEUED)
        utterances.queue(tx, NOON, queued)
        utterances.move(tx, NOON, queued.id, UtteranceEvent.BEGIN)
    playing = read(store, station.config)
    assert [(item.title, item.text) for item in playing.on_air] == [("Tin", "Chữ của tin")]
    assert [entry.standing for entry in playing.entries] == [G.ON_AIR]
    with store.write() as tx:
        utterances.move(tx, NOON, queued.id, UtteranceEvent.FINISH)
    over = read(store, station.config)
    assert (over.on_air, over.notices, len(over.items)) == ((), (), 1)
    assert [entry.standing for entry in over.entries] == [G.PLAYED]
    later = NOON + timedelta(seconds=station.config.policy.board_after_s + 1)
    assert read(store, station.config, later).items == ()


def test_what_is_out_of_order_is_told(station: Station, store: Store) -> None:
    with store.write() as tx:
        for component, fault in (
            ("output/main", "no_output"),
            ("output/south", "no_output"),
            ("clock", ""),
            ("x", "y"),
        ):
            facts.report(tx, NOON, component, fault)
    assert read(store, station.config).faults == ("output", "x")


def test_while_nobody_vouches_for_the_clock_nothing_is_said_to_be_coming(station: Station, store: Store) -> None:
    with store.write() as tx:
        announcements.add(tx, NOON - timedelta(days=9), "a", Draft("Tin", "Chữ", ZONES), "x")
        daily: dict[str, object] = {"kind": "daily", "at": "23:30", "first": "2026-11-01", "last": None}
        announcements.add_rule(tx, NOON - timedelta(days=9), "late", "a", daily)
        for row in (utterance(S.QUEUED, minutes=5), utterance(S.QUEUED, rule="now/1"), utterance(S.QUEUED, rule="p")):
            utterances.queue(tx, NOON, row)
        utterances.move(tx, NOON, "p-main-0", UtteranceEvent.BEGIN)
        utterances.move(tx, NOON, "p-main-0", UtteranceEvent.FINISH)
        facts.report(tx, NOON, "clock", "clock_doubtful")
    doubtful = read(store, station.config)
    assert doubtful.clock_doubtful
    assert sorted(entry.standing for entry in doubtful.entries) == [G.COMING, G.PLAYED], "what is wanted now, and past"
    with store.write() as tx:
        facts.report(tx, NOON, "clock")
    believed = read(store, station.config)
    assert not believed.clock_doubtful
    assert [entry.standing for entry in believed.entries].count(G.COMING) > 2


def test_what_officials_say_of_a_day_holds_here_too(station: Station, store: Store) -> None:
    """Friday 27 November: what is for working days is not announced where they have said that it is a holiday."""
    rule: dict[str, object] = {"kind": "daily", "at": "19:30", "day_types": ["working"]}
    with store.write() as tx:
        announcements.add(tx, NOON - timedelta(days=9), "a", Draft("Tin", "Chữ", ZONES), "x")
        announcements.add_rule(tx, NOON - timedelta(days=9), "working", "a", rule)
    assert len(read(store, station.config).entries) == 1
    with store.write() as tx:
        days.say(tx, NOON, date(2026, 11, 27), DayType.HOLIDAY, "", "x")
    assert read(store, station.config).entries == ()


def test_what_nobody_has_acknowledged_is_said_in_one_line_without_details(station: Station, store: Store) -> None:
    with store.write() as tx:
        alarms.add(tx, Alarm("1", NOON, "missed", "utterance/u", {"title": "Tin"}))
        facts.report(tx, NOON, "email", "mail_password", detail="535")
    assert read(store, station.config).faults == ("alarm",)
    with store.write() as tx:
        facts.report(tx, NOON, "clock", "clock_doubtful")
    assert read(store, station.config).faults == ("clock", "alarm"), "what is wrong now says more"
    with store.write() as tx:
        facts.report(tx, NOON, "clock")
        alarms.know(tx, NOON, "1", "x")
    assert read(store, station.config).faults == ()


def test_words_can_be_read_as_long_as_their_announcement_stands(station: Station, store: Store) -> None:
    with store.write() as tx:
        for ident in ("a", "b"):
            announcements.add(tx, NOON, ident, Draft(f"Tin {ident}", f"Chữ {ident}", ZONES), "x")
            utterances.queue(tx, NOON, replace(utterance(S.QUEUED, rule=ident), announcement_id=ident, id=ident))
        announcements.withdraw(tx, NOON, "b", "x")
    bulletin = read(store, station.config)
    assert bulletin.words_of("a") == ("Tin", "Chữ a")
    assert (bulletin.words_of("b") or ("", ""))[1] == ""
    assert bulletin.words_of("c") is None
