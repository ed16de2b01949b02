"""Each guide that comes with the station, from the first touch to the result: a resident files it by touches alone, it
is sealed, the desk opens it, works on it and finishes it, and the resident finds it again at every step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.core.file_documents import document_of
from controller.core.filings import FileState, Step
from controller.filing.papers import pdf_of
from controller.guides.model import Guide
from controller.runtime.catalogues import load_words
from kiosk.filing.acts import PickEvent, PickGuide
from kiosk.filing.state import At
from kiosk.happenings import Submit
from tests.support import kiosk_filing as kiosk
from tests.support.filed import office_in
from tests.support.kiosk_filing import SCREENS, TZ, Resident

S = FileState
STEPS = (
    Step(to=S.PAPERS_ASKED, reason="Thiếu một giấy.", asked=("Giấy xác nhận",)), Step(to=S.ACCEPTED),
    Step(to=S.IN_PROCESS), Step(to=S.PAYMENT_ASKED, reason="8.000 đồng"), Step(to=S.IN_PROCESS), Step(to=S.DONE),
    Step(to=S.RETURNED),
)  # fmt: skip


def handed_in(guide: Guide) -> Submit:
    """What the kiosk's flow wants to be kept once the resident has agreed."""
    resident = Resident(kiosk.begun((guide,)), SCREENS["10in"])
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    for _ in range(120):
        if resident.here.where.at is At.RECEIPT:
            break
        resident.goes_on()
    (wish,) = (wish for wish in resident.wishes if isinstance(wish, Submit))
    return wish


@pytest.mark.parametrize("guide", kiosk.shipped(), ids=lambda guide: guide.id)
def test_from_the_first_touch_to_the_result(guide: Guide, tmp_path: Path) -> None:
    office, words = office_in(tmp_path), load_words("vi")
    sitting, wish = office.opened(), handed_in(guide)
    receipt = office.filing.submit(wish)
    assert office.filing.submit(wish) == receipt
    (line,) = office.desk.queue(sitting)
    opened = office.desk.open(sitting, line.outline.id)
    assert opened.document == document_of(wish.content)
    assert line.name == opened.document.applicant.name != ""
    assert [(photo.paper, office.desk.photo(sitting, line.outline.id, photo.place)) for photo in opened.photos] == [
        *wish.photos
    ]
    born = opened.document.applicant.birth_date
    seen = []
    for step in STEPS:
        office.desk.move(sitting, line.outline.id, office.desk.outlines()[0].state, step)
        standing = (
            office.filing.state_of_number(receipt.number, born) if born else office.filing.state_of_token(receipt.token)
        )
        assert standing is not None
        seen.append((standing.state, standing.told[-1].reason, standing.asked))
        assert words(f"filing.state.{standing.state.key}") and words(f"filing.said.{standing.state.key}")
    assert seen == [(step.to, step.reason, step.asked) for step in STEPS]
    exported = json.loads(office.desk.exported(sitting, line.outline.id))
    assert (exported["state"], exported["document"]) == ("returned", json.loads(wish.content))
    office.store.close()


def test_the_paper_of_a_real_filing(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    sitting, wish = office.opened(), handed_in(kiosk.shipped()[0])
    office.filing.submit(wish)
    opened = office.desk.open(sitting, office.desk.outlines()[0].id)
    made = pdf_of(opened, wish.photos, load_words("vi"), TZ)
    assert made.startswith(b"%PDF") and made.count(b"/Type /Page\n") > len(wish.photos)
    office.store.close()
