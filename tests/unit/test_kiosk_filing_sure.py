"""What nobody is sure of is not stated as sure to a resident: what officials should know stays theirs, a guide that
nobody has confirmed says so first, and where it is not known who is exempt, whoever has to pay is told to ask."""

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.guides.model import Guide
from kiosk.filing.acts import PickEvent, PickGuide
from kiosk.filing.saying import spoken
from kiosk.filing.state import At, Filing
from kiosk.widgets import Label
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_reading import parts

GUIDES = {guide.id: guide for guide in support.shipped()}
ASK = {"vi": "xin hỏi cán bộ", "en": "please ask"}


def begun(guide: Guide) -> Resident:
    resident = Resident(support.begun((guide,)))
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    return resident


def seen(filing: Filing) -> str:
    return " ".join(w.text for scene in parts(filing, support.SCREENS["10in"]) for w in scene if isinstance(w, Label))


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_what_officials_should_know_is_neither_seen_nor_said_nor_printed(guide: Guide) -> None:
    assert guide.notes
    words, resident, found = support.kit().words["vi"], begun(guide), list[str]()
    while resident.filing is not None:
        found += [seen(resident.here), spoken(resident.here, words).replace("\n", " ")]
        if resident.here.where.at is At.HANDOVER:
            break
        resident.goes_on()
    text = " ".join([*found, *map(str, (wish.lines for wish in resident.wishes if hasattr(wish, "lines")))])
    assert [note["vi"] for note in guide.notes if note["vi"][:40] in text] == []


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_a_guide_that_nobody_has_confirmed_says_so_before_all_it_states(guide: Guide) -> None:
    words, here = support.kit().words["vi"], begun(guide).here
    warning = words("kiosk.filing.unconfirmed")
    assert not guide.is_verified
    assert spoken(here, words).splitlines()[1] == warning
    text = seen(here)
    assert 0 <= text.index(warning) < text.index("Lệ phí")


def test_a_guide_that_was_to_be_looked_at_again_says_so_from_the_day_after() -> None:
    words, today = support.kit().words["vi"], support.begun().now.date()
    confirmed = replace(GUIDES["khai_sinh"], verified_by="Cán bộ Lan", verified_on=today - timedelta(days=90))
    warnings = [words(f"kiosk.filing.{key}") for key in ("unconfirmed", "outdated")]
    found = []
    for days in (-1, 0):
        here = begun(replace(confirmed, review_by=today + timedelta(days=days))).here
        found.append([(text in seen(here), text in spoken(here, words)) for text in warnings])
    assert found == [[(False, False), (True, True)], [(False, False)] * 2]


@pytest.mark.parametrize("language", ASK)
@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_where_it_is_not_known_who_is_exempt_one_is_told_to_ask(guide: Guide, language: str) -> None:
    costs = [fee.labels[language] for fee in guide.fees if any(sign in fee.labels[language] for sign in ("đồng", " đ"))]
    if costs and not guide.exemptions:
        assert [text for text in costs if ASK[language] not in text] == []
