"""What officials say of days: kept, replaced, taken back, each with its journal line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.days import DayType, SaidDay
from controller.core.errors import ChangedError, InputError
from controller.core.journal import Kind
from controller.store import days, journal
from controller.store.connection import Store

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
DAY, OTHER = date(2026, 11, 24), date(2026, 11, 28)
NOTE = "Ngày Văn hóa Việt Nam"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "station.db")
    yield opened
    opened.close()


def lines(store: Store) -> list[tuple[str, dict[str, object]]]:
    with store.read() as tx:
        return [(entry.subject, entry.detail) for entry in journal.entries(tx) if entry.kind is Kind.DAY]


def test_a_day_is_said_replaced_and_unsaid(store: Store) -> None:
    later = AT + timedelta(minutes=1)
    with store.write() as tx:
        assert days.said(tx) == {}
        assert days.say(tx, AT, OTHER, DayType.WORKING, "", "Cán bộ")
        assert days.say(tx, AT, DAY, DayType.WORKING, "", "Cán bộ")
        assert days.say(tx, later, DAY, DayType.HOLIDAY, NOTE, "Văn thư")
        assert not days.say(tx, later + timedelta(minutes=1), DAY, DayType.HOLIDAY, NOTE, "Cán bộ")
    with store.read() as tx:
        assert list(days.said(tx).values()) == [
            SaidDay(DAY, DayType.HOLIDAY, NOTE, "Văn thư", later), SaidDay(OTHER, DayType.WORKING, "", "Cán bộ", AT),
        ]  # fmt: skip
        assert days.of(tx, DAY) == days.said(tx)[DAY]
    with store.write() as tx:
        assert days.unsay(tx, later, DAY, "Cán bộ")
        assert not days.unsay(tx, later, DAY, "Cán bộ")
        assert days.of(tx, DAY) is None
    assert lines(store) == [
        ("day/2026-11-28", {"type": "working", "note": "", "by": "Cán bộ"}),
        ("day/2026-11-24", {"type": "working", "note": "", "by": "Cán bộ"}),
        ("day/2026-11-24", {"type": "holiday", "note": NOTE, "by": "Văn thư"}),
        ("day/2026-11-24", {"type": "", "note": "", "by": "Cán bộ"}),
    ]


@pytest.mark.parametrize(
    ("note", "code"), [("a" * 121, "too_long"), ("a\x07b", "control"), ("!!!", "nothing_to_say"), ("a\nb", "one_line")]
)
def test_a_note_that_cannot_be_kept(store: Store, note: str, code: str) -> None:
    with pytest.raises(InputError) as caught, store.write() as tx:
        days.say(tx, AT, DAY, DayType.HOLIDAY, note, "Cán bộ")
    assert [(p.field, p.code) for p in caught.value.problems] == [("note", code)]
    assert lines(store) == []


def test_every_change_can_be_taken_back_and_that_too(store: Store) -> None:
    states: list[tuple[str, str] | None] = []

    def state() -> tuple[str, str] | None:
        with store.read() as tx:
            found = days.of(tx, DAY)
            return (found.type.value, found.note) if found else None

    with store.write() as tx:
        days.say(tx, AT, DAY, DayType.HOLIDAY, NOTE, "A")
    with store.write() as tx:
        days.say(tx, AT, DAY, DayType.MOURNING, "", "B")
    for _ in range(3):
        with store.write() as tx:
            days.take_back(tx, AT, DAY, days.newest_change(tx, DAY), "B")
        states.append(state())
    assert states == [("holiday", NOTE), ("mourning", ""), ("holiday", NOTE)]
    with store.write() as tx:
        days.unsay(tx, AT, DAY, "A")
        days.take_back(tx, AT, DAY, days.newest_change(tx, DAY), "A")
    assert state() == ("holiday", NOTE)


def test_the_first_change_taken_back_leaves_nothing_said(store: Store) -> None:
    with store.write() as tx:
        days.say(tx, AT, DAY, DayType.HOLIDAY, "", "A")
        days.take_back(tx, AT, DAY, days.newest_change(tx, DAY), "A")
        assert days.said(tx) == {}


def test_what_somebody_else_has_changed_since_is_not_taken_back(store: Store) -> None:
    with store.write() as tx:
        assert days.newest_change(tx, DAY) == 0
        days.say(tx, AT, DAY, DayType.HOLIDAY, "", "A")
        mine = days.newest_change(tx, DAY)
        days.say(tx, AT, DAY, DayType.MOURNING, "", "B")
    for change in (mine, 0, 10_000):
        with pytest.raises(ChangedError), store.write() as tx:
            days.take_back(tx, AT, DAY, change, "A")
    with store.read() as tx:
        assert days.said(tx)[DAY].type is DayType.MOURNING
