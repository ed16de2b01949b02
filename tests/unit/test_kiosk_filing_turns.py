"""How often a page has to be turned on the smallest screen in the largest text: the title stands once, and gives its
room to what follows; the way to stop stays."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from kiosk.filing.acts import Change, PickEvent, PickGuide, PickPlace, Stop
from kiosk.filing.saying import title_of
from kiosk.filing.state import At, Filing
from kiosk.look import TEXT_SIZES
from kiosk.widgets import Label, Picture, Scene, Shape, Sign, Target
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_filing_pages import pages
from tests.support.kiosk_reading import parts

SEVEN = replace(support.SCREENS["7in"], text=TEXT_SIZES[-1])


def parts_of(filing: Filing) -> list[Scene]:
    return list(parts(replace(filing, keys_open=False), SEVEN))


@pytest.mark.parametrize("name", ["consent", "papers", "review"])
def test_the_title_stands_on_the_first_part_and_the_way_to_stop_on_every_one(name: str) -> None:
    filing = pages()[name]
    title = title_of(filing, support.kit().words["vi"]).split()
    scenes = parts_of(filing)
    assert len(scenes) > 3
    begins = [[w for each in scene if isinstance(each, Label) for w in each.text.split()] for scene in scenes]
    headed = [all(word in words for word in title) for words in begins]
    assert headed == [True, *[False] * (len(scenes) - 1)]
    assert all(Stop() in [w.act for w in scene if isinstance(w, Target)] for scene in scenes)


def test_a_birth_is_registered_in_fewer_than_150_turns_of_the_largest_text() -> None:
    """All of its 41 pages together; with one less it was 204, then 173."""
    guide = next(each for each in support.shipped() if each.id == "khai_sinh")
    resident = Resident(support.begun((guide,)))
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    counts: list[int] = []
    while resident.filing is not None:
        counts.append(len(list(parts(resident.here, SEVEN))) if not resident.here.typing else 1)
        resident.goes_on()
    assert (len(counts), sum(counts) < 150) == (41, True), counts


@cache
def _visit(guide: str) -> tuple[Filing, ...]:
    """Every page of it that is seen."""
    return tuple(_going_through(guide))


def _going_through(guide: str) -> Iterator[Filing]:
    found = next(each for each in support.shipped() if each.id == guide)
    resident = Resident(support.begun((found,)))
    resident.touches(PickEvent(found.events[0]), PickGuide(found.id))
    while resident.filing is not None:
        yield resident.here
        resident.goes_on()


@pytest.mark.parametrize("screen", support.SCREENS)
@pytest.mark.parametrize("size", TEXT_SIZES)
def test_in_a_review_what_heads_stands_with_what_it_heads(screen: str, size: float) -> None:
    """Whose answers they are is read where they are."""
    frame = replace(support.SCREENS[screen], text=size)
    for filing in (each for each in _visit("khai_sinh") if each.where.at is At.REVIEW):
        assert filing.form is not None
        sections = {line.section for line in filing.form.review(filing.answers, "vi")} - {""}
        for scene in parts(filing, frame):
            heads = [w.box.bottom for w in scene if isinstance(w, Label) and w.text in sections]
            rows = [w.box.y for w in scene if isinstance(w, Target) and isinstance(w.act, Change)]
            assert [y for y in heads if not any(row >= y for row in rows)] == []


def test_how_to_lay_down_a_card_is_not_narrowed_by_a_drawing_of_one() -> None:
    """On seven inches it took seven parts beside the drawing; what the camera sees keeps its place."""
    page = pages()["card"]
    assert len(parts_of(page)) <= 5
    assert not any(isinstance(w, Sign) and w.shape is Shape.CARD for scene in parts_of(page) for w in scene)
    roomy = support.composed(page, support.SCREENS["10in"])
    assert any(isinstance(w, Sign) and w.shape is Shape.CARD for w in roomy)
    assert any(isinstance(w, Picture) for w in parts_of(pages()["card_camera"])[0])


@pytest.mark.parametrize("guide", [each.id for each in support.shipped()])
def test_that_this_machine_asks_for_no_password_is_said_once(guide: str) -> None:
    warning = support.kit().words["vi"]("kiosk.filing.handover.password")
    steps = [each for each in _visit(guide) if each.where.at is At.HANDOVER]
    seen = [" ".join(w.text for w in support.composed(each) if isinstance(w, Label)) for each in steps]
    assert [warning in text for text in seen] == [True, *[False] * (len(steps) - 1)]


@pytest.mark.parametrize("screen", support.SCREENS)
@pytest.mark.parametrize("size", TEXT_SIZES)
def test_what_a_search_has_found_is_seen_at_once(screen: str, size: float) -> None:
    """On seven inches only what had been typed was, and the communes behind a turn."""
    frame = replace(support.SCREENS[screen], text=size)
    places = replace(pages()["places"], keys_open=False)
    search = replace(pages()["search"], keys_open=False)
    for filing, kind in ((places, PickPlace), (search, PickGuide)):
        first = next(iter(parts(filing, frame)))
        assert any(isinstance(w, Target) and isinstance(w.act, kind) for w in first), filing.where


def test_of_a_review_in_the_largest_text_several_answers_are_seen_at_once() -> None:
    """One part for each of 25 answers, and six for headings alone, were 34."""
    (filing,) = (each for each in _visit("khai_sinh") if each.where.at is At.REVIEW)
    shown = [
        [w for w in scene if isinstance(w, Target) and isinstance(w.act, Change)] for scene in parts(filing, SEVEN)
    ]
    assert (sum(map(len, shown)), len(shown) <= 25) == (25, True)


@pytest.mark.parametrize("guide", [each.id for each in support.shipped()])
def test_up_to_four_choices_are_seen_at_once_on_ten_inches(guide: str) -> None:
    hidden = [
        filing.asked.path for filing in _visit(guide)
        if filing.asked and filing.form and len(filing.form.choices(filing.asked, filing.answers)) in (2, 3, 4)
        and len(list(parts(filing, support.SCREENS["10in"]))) > 1
    ]  # fmt: skip
    assert hidden == []


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_a_title_never_has_a_page_of_its_own(size: float) -> None:
    """What it heads begins below it, if need be with its words alone."""
    filing = pages()["papers"]
    title = title_of(filing, support.kit().words["vi"])
    first = next(iter(parts(filing, replace(SEVEN, text=size))))
    labels = [each for each in first if isinstance(each, Label)]
    below = next(number for number, each in enumerate(labels) if each.text and title.endswith(each.text)) + 1
    assert labels[below].text and filing.guide is not None
    assert filing.guide.papers[0].labels["vi"].startswith(labels[below].text)
