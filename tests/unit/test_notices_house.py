"""The numbers at the desk and the sessions at the cultural house, on a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.boards.looking import Looking
from controller.core.errors import ChangedError, InputError, NotFoundError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft
from controller.core.notices import Special
from controller.core.sessions import SessionDraft
from controller.core.showing import CALLED, Item, called_alone
from controller.desk import Desk
from controller.noticing import Noticing
from controller.runtime.config_tables import Board
from controller.store import journal, training
from controller.store.desk import Numbers
from controller.training import Training
from tests.support.stations import CONFIG, START, Station, station_in

HOUR = timedelta(hours=1)
SCREEN = '[[boards]]\nid = "sanh"\nname = "Sảnh"\ndriver = "screen"\n'
FACES = ["controller", "kiosk", "screen-sanh"]
COURSE = SessionDraft(title=" Cài  VNeID ", place="Nhà văn hóa", begins=START + HOUR, ends=START + 3 * HOUR, seats=30)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path, CONFIG + SCREEN)


@pytest.fixture
def desk(station: Station) -> Desk:
    return Desk(station.store, station.bell, station.clock, station.config)


@pytest.fixture
def house(station: Station) -> Training:
    return Training(station.store, station.bell, station.clock, station.ids, station.config)


def lines(station: Station, kind: Kind) -> list[dict[str, object]]:
    with station.store.read() as tx:
        return [entry.detail for entry in journal.entries(tx) if entry.kind is kind]


def code(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def test_numbers_are_given_called_and_called_back(station: Station, desk: Desk) -> None:
    assert desk.today() == Numbers()
    assert desk.give("lan") == Numbers(1)
    assert desk.give("lan", 3) == Numbers(4)
    assert desk.call_next("lan") == Numbers(4, 1, START)
    assert desk.call_next("lan") == Numbers(4, 2, START) == desk.today()
    assert desk.today().waiting == 2
    assert (desk.step_back("lan").called, desk.step_back("lan")) == (1, Numbers(4))
    said = [(line["what"], line["given"], line["called"]) for line in lines(station, Kind.DESK)]
    assert said == [
        ("given", 1, 0), ("given", 4, 0), ("called", 4, 1), ("called", 4, 2), ("back", 4, 1), ("back", 4, 0),
    ]  # fmt: skip
    assert [whom for whom, _ in station.bell.rung] == FACES * 6


def test_the_same_number_is_called_again_and_pressed_twice_is_once(station: Station, desk: Desk) -> None:
    desk.give("lan", 5)
    desk.call_next("lan", seen=0)
    assert desk.call_next("lan", seen=0) == Numbers(5, 1, START), "nobody is passed over"
    station.clock.tick(60)  # type: ignore[union-attr]  # a fake one
    again = START + timedelta(minutes=1)
    assert desk.call_again("minh") == Numbers(5, 1, again) == desk.today()
    assert lines(station, Kind.DESK)[-1] == {"what": "again", "given": 5, "called": 1, "by": "minh"}
    assert station.bell.rung[-len(FACES) :] == [(whom, {}) for whom in FACES]
    desk.call_next("lan", seen=1)
    assert (desk.step_back("lan", seen=2).called, desk.step_back("lan", seen=2).called) == (1, 1)


def test_a_number_that_is_called_is_seen_at_once_and_alone(station: Station, desk: Desk) -> None:
    config, clock = station.config, station.clock
    noticing = Noticing(station.store, station.bell, clock, station.ids, config)
    noticing.put_up(NoticeDraft(text="Cúp nước", level=Level.PRIORITY), "lan")
    looking = Looking(Board(id="cong", name="Cổng", columns=192), config.site, 60.0, station.store, clock)

    def seen(after_s: float = 0.0) -> list[tuple[str, ...]]:
        clock.tick(after_s)  # type: ignore[union-attr]  # a fake one
        if (changed := looking.look(rung=True)) is not None:
            last[:] = [page.lines for page in changed.live.pages]
        return list(last)

    last: list[tuple[str, ...]] = []
    desk.give("lan", 2)
    desk.call_next("lan")
    assert seen() == [("Cúp nước",)], "no board has the queue"
    noticing.put_up(NoticeDraft(special=Special.QUEUE), "lan")
    every = [("Cúp nước",), ("Mời số 1",), ("Đã phát đến số 2",)]
    assert (seen(), seen(19.9), seen(0.2)) == (every[1:], every[1:], every)
    desk.call_again("lan")
    assert (seen(), seen(20)) == (every[1:], every)
    desk.call_next("lan")
    noticing.put_up(NoticeDraft(text="Lũ về!", level=Level.EMERGENCY, shown_until=clock.now() + HOUR), "lan")
    assert seen() == [("Lũ về!",)], "but never instead of an emergency"


def test_what_sounds_is_not_hidden_by_a_call_and_no_clock_calls_for_ever() -> None:
    queue = Item("", "", Level.NORMAL, 1, START, None, False, "n1", special=Special.QUEUE)
    other, sounding = replace(queue, special=Special.NONE, text="Tin"), replace(queue, ident="a1", on_air=True)
    both = (other, queue)
    assert called_alone(both, START, START) == (queue,)
    assert called_alone(both, START, START + CALLED) == both
    assert called_alone(both, START, START - HOUR) == both, "the clock was set back"
    assert called_alone(both, None, START) == both
    assert called_alone((sounding, *both), START, START) == (sounding, *both)
    assert called_alone((other,), START, START) == (other,)


def test_what_cannot_be_is_refused_and_changes_nothing(station: Station, desk: Desk) -> None:
    acts: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: desk.call_next("lan"), "desk_nobody"), (lambda: desk.step_back("lan"), "desk_none_called"),
        (lambda: desk.call_again("lan"), "desk_none_called"),
        (lambda: desk.give("lan", 0), "desk_count"), (lambda: desk.give("lan", 51), "desk_count"),
    )  # fmt: skip
    for act, expected in acts:
        with pytest.raises(InputError) as error:
            act()
        assert code(error) == [expected]
    assert (desk.today(), lines(station, Kind.DESK), station.bell.rung) == (Numbers(), [], [])


def test_three_digits_a_day(desk: Desk) -> None:
    desk.restore(Numbers(998, 2, START), "lan")
    assert desk.give("lan").given == 999
    with pytest.raises(InputError) as error:
        desk.give("lan")
    assert code(error) == ["desk_full"]


def test_begun_anew_and_taken_back(desk: Desk) -> None:
    desk.give("lan", 5)
    desk.call_next("lan")
    before = desk.reset("lan")
    assert (before, desk.today()) == (Numbers(5, 1, START), Numbers())
    assert desk.restore(before, "lan") == before == desk.today()
    desk.reset("lan")
    desk.give("lan")
    with pytest.raises(InputError) as error:  # somebody holds number 1 of the new ones
        desk.restore(before, "lan")
    assert (code(error), desk.today()) == (["desk_used"], Numbers(1))


def test_the_day_is_the_place_s(station: Station, desk: Desk) -> None:
    station.clock.step(10 * 3600 + 59 * 60)  # type: ignore[union-attr]  # a fake one: 23:59 there
    desk.give("lan", 7)
    assert desk.today().given == 7
    station.clock.tick(60)  # type: ignore[union-attr]  # a fake one
    assert desk.today() == Numbers()


def test_two_desks_never_give_the_same_number(station: Station) -> None:
    given: list[int] = []

    def give() -> None:
        desk = Desk(station.store, station.bell, station.clock, station.config)
        given.extend(desk.give("lan").given for _ in range(15))
        station.store.close()

    threads = [threading.Thread(target=give) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 46))


# --- sessions


def test_a_session_is_announced_changed_called_off_and_put_back(station: Station, house: Training) -> None:
    session = house.add(COURSE, "lan")
    assert (session.title, session.seats, session.draft) == ("Cài VNeID", 30, replace(COURSE, title="Cài VNeID"))
    changed = house.change(session.id, replace(session.draft, place="Sân vận động"), "minh")
    assert changed == replace(session, place="Sân vận động")
    assert house.change(session.id, changed.draft, "minh", seen=session.draft) == changed, "the same again"
    with pytest.raises(ChangedError):
        house.change(session.id, replace(changed.draft, seats=5), "lan", seen=session.draft)
    house.withdraw(session.id, "lan")
    house.withdraw(session.id, "lan")
    with station.store.read() as tx:
        assert training.coming(tx, START) == []
        assert [each.id for each in training.past(tx, START)] == [session.id]
    with pytest.raises(NotFoundError):
        house.change(session.id, COURSE, "lan")
    house.restore(session.id, "lan")
    with station.store.read() as tx:
        assert training.coming(tx, START) == [changed]
    assert [line["what"] for line in lines(station, Kind.TRAINING)] == ["added", "changed", "withdrawn", "restored"]
    assert [whom for whom, _ in station.bell.rung] == FACES * 4


def test_the_next_ones_come_in_order_of_time_until_they_are_over(station: Station, house: Training) -> None:
    later = house.add(replace(COURSE, begins=START + 30 * HOUR, ends=START + 31 * HOUR), "lan")
    soon = house.add(COURSE, "lan")
    with station.store.read() as tx:
        assert training.coming(tx, START) == [soon, later]
        assert training.coming(tx, START, limit=1) == [soon]
        assert training.coming(tx, START + 2 * HOUR) == [soon, later]  # it has begun
        assert training.coming(tx, START + 3 * HOUR) == [later]


def test_saved_twice_is_one_session(house: Training) -> None:
    session = house.add(COURSE, "lan", "the-id")
    assert house.add(COURSE, "lan", "the-id") == session
    with pytest.raises(ChangedError):
        house.add(replace(COURSE, seats=0), "lan", "the-id")


def test_every_problem_of_a_session_at_once(station: Station, house: Training) -> None:
    bad = SessionDraft(title="", place="a\nb", begins=START + HOUR, ends=START, seats=-1)
    with pytest.raises(InputError) as error:
        house.add(bad, "lan")
    assert [(p.field, p.code) for p in error.value.problems] == [
        ("title", "empty"), ("place", "one_line"), ("ends", "session_ends"), ("seats", "session_seats"),
    ]  # fmt: skip
    for draft, expected in (
        (replace(COURSE, begins=START - 2 * HOUR, ends=START - HOUR), "past"),
        (replace(COURSE, ends=START + timedelta(days=15)), "session_long"),
    ):
        with pytest.raises(InputError) as error:
            house.add(draft, "lan")
        assert code(error) == [expected]
    assert (lines(station, Kind.TRAINING), station.bell.rung) == ([], [])
