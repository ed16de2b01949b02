"""Guides in force: kept by version, confirmed by people, and never taken from officials by what ships."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from controller.core.errors import NotFoundError, StationError
from controller.core.journal import Kind
from controller.guides.documents import guide_of, text_of
from controller.guides.model import Guide
from controller.guiding import Guiding, shipped
from controller.runtime.clocks import FakeClock
from controller.store import guides, journal
from controller.store.connection import Store
from tests.support.guide_books import guide_from

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


class Rung:
    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, whom: str, message: object = None) -> None:
        self.rung.append(whom)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "station.db")


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    return guide_of(text_of(guide_from(tmp_path, ({"type": "text", "name": "ten", "label": "Tên?"},))))


def test_a_guide_is_put_into_force_once(store: Store, guide: Guide) -> None:
    with store.write() as tx:
        assert guides.put(tx, NOW, guide, "an")
        assert not guides.put(tx, NOW, guide, "an")
        assert guides.in_force(tx) == [guide]
        assert guides.marks(tx) == (("thu", guide.version, ""),)
        lines = [(entry.subject, entry.detail) for entry in journal.entries(tx) if entry.kind is Kind.GUIDE]
    facts = {"what": "imported", "title": "Thử nghiệm", "version": guide.version, "by": "an"}
    assert lines == [("guide/thu", facts)]


def test_what_was_begun_keeps_its_version(store: Store, guide: Guide) -> None:
    changed = guide_of(text_of(replace(guide, title={"vi": "Khác"})))
    with store.write() as tx:
        guides.put(tx, NOW, guide, "an")
        guides.put(tx, NOW, changed, "an")
        assert guides.in_force(tx) == [changed]
        assert guides.get(tx, "thu", guide.version) == guide
        assert guides.put(tx, NOW, guide, "an")  # and back again
        assert guides.in_force(tx) == [guide]
        with pytest.raises(NotFoundError):
            guides.get(tx, "thu", "another")


def test_whoever_confirms_it_stands_beside_it(store: Store, guide: Guide) -> None:
    with store.write() as tx:
        guides.put(tx, NOW, guide, "an")
        guides.confirm(tx, NOW, "thu", guide.version, "Nông Thị Thử", DAY, None)
        found = guides.get(tx, "thu")
        assert (found.version, found.is_verified, found.verified_by, found.verified_on) == (
            guide.version, True, "Nông Thị Thử", DAY,
        )  # fmt: skip
        assert not guides.put(tx, NOW, guide, "an")  # a file that says nothing of it takes nothing back
        assert guides.get(tx, "thu").is_verified
        in_file = replace(guide, verified_by="Lý A Thử", verified_on=DAY, review_by=date(2027, 6, 1))
        assert guides.put(tx, NOW, in_file, "an")
        assert guides.get(tx, "thu") == in_file
        assert guides.marks(tx) == (("thu", guide.version, "Lý A Thử"),)


def test_what_ships_never_takes_a_guide_from_officials(store: Store) -> None:
    bell = Rung()
    guiding = Guiding(store, FakeClock(NOW), bell)
    ids = tuple(each.id for each in shipped())
    assert len(ids) == 8
    assert guiding.put_shipped() == ids
    assert (guiding.put_shipped(), bell.rung) == ((), ["kiosk", "controller"])
    older = [guide_of(text_of(replace(each, title={"vi": "Cũ"}))) for each in shipped()[:3]]
    with store.write() as tx:
        guides.put(tx, NOW, older[0], "an")  # an official's own
        guides.put(tx, NOW, older[1], "loalang")  # what shipped before, and was confirmed
        guides.confirm(tx, NOW, older[1].id, older[1].version, "An", DAY, None)
        guides.put(tx, NOW, older[2], "loalang")  # what shipped before
    assert guiding.put_shipped() == (older[2].id,)
    with store.read() as tx:
        assert [guides.get(tx, each.id).title["vi"] == "Cũ" for each in older] == [True, True, False]


def test_a_document_that_is_none_is_our_fault() -> None:
    for document in ("", "[]", "{}", '{"id": 3}', "null"):
        with pytest.raises(StationError):
            guide_of(document)


def test_titles_are_read_without_the_guides_and_versions_stand_by_when_they_came(store: Store) -> None:
    clock = FakeClock(NOW)
    Guiding(store, clock, Rung()).put_shipped()
    first = shipped()[0]
    changed = guide_of(text_of(replace(first, title={"vi": "Tên “khác”", "en": 'Another "name"'})))
    clock.tick(60)
    Guiding(store, clock, Rung()).put(changed, "Cán bộ Lan")
    with store.read() as tx:
        assert guides.titles(tx) == {guide.id: guide.title for guide in guides.in_force(tx)}
        assert guides.titles(tx)[first.id] == changed.title
        found = guides.versions(tx, first.id)
        assert guides.versions(tx, "none") == []
    assert [(each.version, each.in_force, each.imported_by) for each in found] == [
        (changed.version, True, "Cán bộ Lan"), (first.version, False, "loalang")]  # fmt: skip
    assert [each.imported_at for each in found] == [clock.now(), NOW]
