"""What an official does with notices, on a real database: rows, journal, rings, and the order on every board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.errors import ChangedError, InputError, NotFoundError
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft, draft_of
from controller.core.notices import FOREVER, Hours, Special
from controller.noticing import Noticing
from controller.store import journal, notices
from controller.store.connection import Store
from tests.support.stations import CONFIG, START, Station, station_in

BOARDS = """
[[boards]]
id = "cong"
name = "Cổng xã"
[[boards]]
id = "sanh"
name = "Sảnh"
driver = "screen"
[[boards]]
id = "cho"
name = "Chợ"
driver = "hub75"
zones = ["na-khau"]
"""
EVERY_FACE = ["controller", "kiosk", "screen-sanh", "panel-cho"]
HOUR = timedelta(hours=1)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path, CONFIG + BOARDS)


@pytest.fixture
def noticing(station: Station) -> Noticing:
    return Noticing(station.store, station.bell, station.clock, station.ids, station.config)


def order(station: Station) -> list[str]:
    with station.store.read() as tx:
        return [notice.text or notice.special for notice in notices.live(tx, station.clock.now())]


def lines(station: Station) -> list[dict[str, object]]:
    with station.store.read() as tx:
        return [{"subject": entry.subject, **entry.detail} for entry in journal.entries(tx)]


def test_put_up_is_a_row_a_line_and_a_ring_for_every_face(station: Station, noticing: Noticing) -> None:
    draft = NoticeDraft(text=" Mai cắt nước\u200b ", title="Nước", boards=("cong",), hours=(Hours.of("06:00-18:00"),))
    notice = noticing.put_up(draft, "lan")
    assert (notice.text, notice.shown_from, notice.shown_until) == ("Mai cắt nước", START, FOREVER)
    fresh = Store(station.places.station_db)  # as another process finds it
    with fresh.read() as tx:
        assert notices.live(tx, START) == [notice] == [notices.get(tx, notice.id)]
    fresh.close()
    assert lines(station) == [{"subject": f"notice/{notice.id}", "text": "Nước", "boards": ["cong"], "by": "lan"}]
    assert [whom for whom, _ in station.bell.rung] == EVERY_FACE


def test_what_is_refused_leaves_nothing(station: Station, noticing: Noticing) -> None:
    draft = NoticeDraft(text="x" * 501, boards=("khong",), picture="a" * 64)
    with pytest.raises(InputError) as refused:
        noticing.put_up(draft, "lan")
    assert refused.value.problems == noticing.problems_of(draft)
    assert [p.code for p in refused.value.problems] == ["too_long", "picture_gone", "unknown_board"]
    assert (order(station), lines(station), station.bell.rung) == ([], [], [])


def test_saved_twice_is_one(station: Station, noticing: Noticing) -> None:
    draft = NoticeDraft(text="Một")
    first = noticing.put_up(draft, "lan", "the-id")
    station.clock.tick(5)  # type: ignore[union-attr]  # a fake one
    assert noticing.put_up(draft, "lan", "the-id") == first
    with pytest.raises(ChangedError):
        noticing.put_up(NoticeDraft(text="Hai"), "lan", "the-id")
    assert order(station) == ["Một"]


def test_a_change_keeps_id_and_place(station: Station, noticing: Noticing) -> None:
    first, _ = noticing.put_up(NoticeDraft(text="Một"), "lan"), noticing.put_up(NoticeDraft(text="Hai"), "lan")
    station.clock.tick(60)  # type: ignore[union-attr]  # a fake one
    draft = replace(draft_of(first), text="Một nữa", zones=("na-khau",), shown_until=START + HOUR)
    changed = noticing.change(first.id, draft, "minh", seen=first)
    assert changed == replace(
        first, text="Một nữa", zones=("na-khau",), shown_until=START + HOUR, updated_at=START + timedelta(minutes=1)
    )
    assert order(station) == ["Một nữa", "Hai"]
    assert lines(station)[-1] == {
        "subject": f"notice/{first.id}", "text": "Một nữa", "changed": True, "by": "minh",
        "before": {
            "title": "", "text": "Một", "picture": "", "qr": "", "special": "", "boards": [], "zones": [], "hours": [],
            "level": "normal", "shown_from": "2026-11-21T06:00:00.000Z", "shown_until": "9999-01-01T00:00:00.000Z",
        },
    }  # fmt: skip
    with pytest.raises(ChangedError):
        noticing.change(first.id, draft, "lan", seen=first)
    before = lines(station)
    assert noticing.change(first.id, draft, "lan") == changed  # nothing is another: nothing is written
    assert lines(station) == before


def test_a_change_is_taken_back_and_that_too(station: Station, noticing: Noticing) -> None:
    def tick() -> None:
        station.clock.tick(60)  # type: ignore[union-attr]  # a fake one

    draft = NoticeDraft(
        text="Một", title="Đầu", boards=("cong",), zones=("na-khau",), hours=(Hours.of("06:00-18:00"),),
        level=Level.PRIORITY, qr="https://example.org", shown_until=START + HOUR,
    )  # fmt: skip
    first, _ = noticing.put_up(draft, "lan"), noticing.put_up(NoticeDraft(text="Hai"), "lan")
    tick()
    changed = noticing.change(first.id, NoticeDraft(special=Special.CLOCK), "minh", seen=first)
    assert changed.updated_at == START + timedelta(minutes=1)
    tick()
    station.bell.rung.clear()
    undone = noticing.undo(first.id, changed.updated_at, "lan")
    assert undone == replace(first, updated_at=START + timedelta(minutes=2))
    assert [whom for whom, _ in station.bell.rung] == EVERY_FACE
    line = lines(station)[-1]
    assert (line["undone"], line["by"], line["text"]) == (True, "lan", "Đầu")
    with station.store.read() as tx:
        last = notices.change_of(tx, undone)
    assert last and (last.by, last.undone, draft_of(last.before)) == ("lan", True, draft_of(changed))
    before = lines(station)
    assert noticing.undo(first.id, changed.updated_at, "lan") == undone, "pressed twice is once"
    assert lines(station) == before
    tick()
    assert undone.updated_at and noticing.undo(first.id, undone.updated_at, "lan").special is Special.CLOCK
    tick()
    noticing.change(first.id, NoticeDraft(text="Ba"), "minh")
    with pytest.raises(ChangedError):
        noticing.undo(first.id, undone.updated_at, "lan")
    with pytest.raises(NotFoundError):
        noticing.undo(first.id, START, "lan")  # nobody changed it then
    noticing.withdraw(first.id, "lan")
    with pytest.raises(NotFoundError):
        noticing.undo(first.id, START + timedelta(minutes=4), "lan")


def test_what_is_over_may_come_back_and_stays_over(station: Station, noticing: Noticing) -> None:
    first = noticing.put_up(NoticeDraft(text="Một", shown_until=START + HOUR), "lan")
    changed = noticing.change(first.id, NoticeDraft(text="Hai"), "lan")
    station.clock.tick(7200)  # type: ignore[union-attr]  # a fake one
    assert changed.updated_at and noticing.undo(first.id, changed.updated_at, "lan").shown_until == START + HOUR
    assert order(station) == []


def test_taken_down_and_put_back(station: Station, noticing: Noticing) -> None:
    notice = noticing.put_up(NoticeDraft(text="Một"), "lan")
    noticing.withdraw(notice.id, "lan")
    noticing.withdraw(notice.id, "minh")
    assert order(station) == []
    with station.store.read() as tx:
        assert [each.id for each in notices.past(tx, START)] == [notice.id]
    with pytest.raises(NotFoundError):
        noticing.change(notice.id, NoticeDraft(text="Hai"), "lan")
    noticing.restore(notice.id, "lan")
    noticing.restore(notice.id, "minh")
    assert order(station) == ["Một"]
    assert [{k: v for k, v in line.items() if k in ("withdrawn", "restored", "by")} for line in lines(station)[1:]] == [
        {"withdrawn": True, "by": "lan"}, {"restored": True, "by": "lan"},
    ]  # fmt: skip
    assert len(station.bell.rung) == 3 * len(EVERY_FACE)
    with pytest.raises(NotFoundError):
        noticing.withdraw("never", "lan")


def test_dragged_within_one_board_the_others_stay_and_it_can_be_undone(station: Station, noticing: Noticing) -> None:
    made = {
        name: noticing.put_up(NoticeDraft(text=name, boards=boards), "lan").id
        for name, boards in {"A": ("cong",), "B": ("sanh",), "C": ("cong",), "D": (), "E": ("sanh",)}.items()
    }
    written, rung = len(lines(station)), len(station.bell.rung)
    before = noticing.order("cong", [made[name] for name in "DCA"], "lan")
    assert order(station) == ["D", "B", "C", "A", "E"]
    assert lines(station)[written:] == [{"subject": "board/cong", "ordered": True, "by": "lan"}]
    assert len(station.bell.rung) == rung + len(EVERY_FACE)
    noticing.order("", before, "lan")
    assert order(station) == [*"ABCDE"]
    noticing.move(made["E"], made["B"], "lan")
    assert order(station) == [*"AEBCD"]
    noticing.move(made["A"], None, "lan")
    assert order(station) == [*"EBCDA"]
    written = len(lines(station))
    noticing.move(made["A"], None, "lan")
    noticing.move("gone", made["B"], "lan")
    assert len(lines(station)) == written
    with pytest.raises(NotFoundError):
        noticing.order("khong", [], "lan")


def test_what_is_urgent_stays_first_wherever_it_is_dragged(station: Station, noticing: Noticing) -> None:
    drafts = [
        NoticeDraft(special=Special.CLOCK), NoticeDraft(text="ưu tiên", level=Level.PRIORITY),
        NoticeDraft(text="khẩn", level=Level.EMERGENCY, shown_until=START + HOUR),
    ]  # fmt: skip
    clock, _, urgent = (noticing.put_up(draft, "lan").id for draft in drafts)
    assert order(station) == ["khẩn", "ưu tiên", "clock"]
    noticing.move(urgent, None, "lan")
    noticing.order("", [clock], "lan")
    assert order(station) == ["khẩn", "ưu tiên", "clock"]
    noticing.put_up(NoticeDraft(text="mới"), "lan")
    assert order(station) == ["khẩn", "ưu tiên", "clock", "mới"]


def test_what_is_over_is_past_the_last_first(station: Station, noticing: Noticing) -> None:
    short = noticing.put_up(NoticeDraft(text="ngắn", shown_until=START + HOUR), "lan")
    long = noticing.put_up(NoticeDraft(text="dài", shown_until=START + 3 * HOUR), "lan")
    up = noticing.put_up(NoticeDraft(text="còn"), "lan")
    station.clock.tick(7200)  # type: ignore[union-attr]  # a fake one
    noticing.withdraw(long.id, "lan")
    with station.store.read() as tx:
        assert [each.id for each in notices.past(tx, station.clock.now())] == [long.id, short.id]
        assert notices.past(tx, station.clock.now(), limit=1)[0].id == long.id
        assert [each.id for each in notices.live(tx, station.clock.now())] == [up.id]
