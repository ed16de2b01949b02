"""How often a page has to be turned on the smallest screen in the largest text: the title stands once, and gives its
room to what follows; the way to stop stays."""

from dataclasses import replace

import pytest

from kiosk.filing.acts import PickEvent, PickGuide, Stop
from kiosk.filing.saying import title_of
from kiosk.filing.state import Filing
from kiosk.look import TEXT_SIZES
from kiosk.widgets import Label, Scene, Target
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


def test_a_birth_is_registered_in_fewer_than_180_turns_of_the_largest_text() -> None:
    """All of its 41 pages together; with one less it was 204."""
    guide = next(each for each in support.shipped() if each.id == "khai_sinh")
    resident = Resident(support.begun((guide,)))
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    counts: list[int] = []
    while resident.filing is not None:
        counts.append(len(list(parts(resident.here, SEVEN))) if not resident.here.typing else 1)
        resident.goes_on()
    assert (len(counts), sum(counts) < 180) == (41, True), counts


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
