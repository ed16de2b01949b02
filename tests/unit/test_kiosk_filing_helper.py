"""A helper takes over and hands back: every page says who is at it, one touch hands back, the resident alone agrees,
and who helped stays with the file."""

from dataclasses import replace

import pytest

from controller.core.file_documents import document_of
from controller.core.words import LANGUAGES
from kiosk.acts import Act
from kiosk.filing import drafts
from kiosk.filing.acts import (
    Agree,
    Back,
    CallHelper,
    Choose,
    Forward,
    HandBack,
    Keep,
    Key,
    PickEvent,
    PickGuide,
    Stop,
    Turn,
)
from kiosk.filing.document import submission
from kiosk.filing.state import At, Filing, Trouble
from kiosk.filing.visiting import GuidedFiling
from kiosk.happenings import CardRead, DraftFound, DraftSaved, Filed, HelperKnown, Say, Submit
from kiosk.look import TEXT_SIZES
from kiosk.widgets import Label, Target
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import SCREENS, Resident
from tests.support.kiosk_filing_pages import pages

CODE = "HELPER-CARD-9"
TAKEN_OVER = (Stop(), CallHelper(), CardRead(CODE), HelperKnown("helper-7", ""))
HANDED_BACK = Trouble("kiosk.filing.helper.handed_back", warning=True)
ENDS = {At.SENDING, At.RECEIPT, At.HANDOVER, At.KEPT, At.HELPER}


def helped(page: str) -> Resident:
    resident = Resident(pages()[page])
    for event in TAKEN_OVER:
        resident.happens(event)
    assert resident.here.helping, page
    return resident


def written(filing: Filing, screen: str = "10in", text: float = 1.0) -> list[str]:
    frame = replace(SCREENS[screen], text=text)
    return [w.text for w in support.composed(filing, frame) if isinstance(w, Label)]


def helped_anywhere() -> dict[str, Filing]:
    return {
        name: replace(filing, helper="helper-7", helping=True)
        for name, filing in pages().items() if filing.form is not None and filing.where.at not in ENDS
    }  # fmt: skip


@pytest.mark.parametrize("text", TEXT_SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_offers_one_touch_that_hands_back_and_says_who_is_at_it(screen: str, text: float) -> None:
    frame = replace(SCREENS[screen], text=text)
    for language in LANGUAGES:
        words = support.kit().words[language]
        band, key = words("kiosk.filing.helper.working"), words("kiosk.filing.helper.key")
        for name, filing in helped_anywhere().items():
            there = replace(filing, language=language)
            scene, lines = support.composed(there, frame), written(there, screen, text)
            assert HandBack() in [w.act for w in scene if isinstance(w, Target)], name
            assert key in lines or there.where.at is At.STOP, (name, lines)
            if there.typing and screen == "7in":  # every millimetre is a key's: the key itself says it
                continue
            assert band in lines, (name, lines)


def test_a_resident_sees_nothing_of_it_by_themselves() -> None:
    for name, filing in pages().items():
        if not filing.helping:
            acts = [w.act for w in support.composed(filing) if isinstance(w, Target)]
            assert HandBack() not in acts, name


def test_one_touch_hands_back_on_the_same_page_with_what_was_typed() -> None:
    resident = helped("name")
    where = resident.here.where
    resident.types("ly")
    resident.touches(HandBack())
    here = resident.here
    assert (here.where, here.helping, here.helper, here.trouble) == (where, False, "helper-7", HANDED_BACK)
    assert here.keyboard is not None and here.keyboard.text == "Ly"
    resident.touches(Forward())
    assert resident.here.where != where


def test_a_second_touch_of_the_same_key_does_nothing() -> None:
    resident = helped("choice")
    resident.touches(HandBack())
    here = resident.here
    assert resident.happens(HandBack()) == () and resident.here == here


@pytest.mark.parametrize("page", ["review_more", "consent"])
def test_what_was_reviewed_for_them_the_resident_reads_from_its_beginning(page: str) -> None:
    resident = helped(page)
    for part in range(1, 9):
        resident.happens(Turn(part))
    resident.touches(HandBack())
    assert (resident.here.shown_page, resident.here.read_to) == (0, 0)


def test_a_helper_does_not_agree_for_the_resident() -> None:
    resident = helped("consent")
    for part in range(9):
        resident.happens(Turn(part))
        assert not [act for act in resident.offered() if isinstance(act, Agree | Forward)]
    assert resident.happens(Agree(True)) == () and not resident.here.agreed
    assert resident.happens(Forward()) == () and resident.here.where.at is At.CONSENT
    resident.touches(HandBack(), Agree(True))
    (submit,) = resident.touches(Forward())
    assert isinstance(submit, Submit)
    assert document_of(submit.content).helped_by == "helper-7"
    resident.happens(Filed("K7M4-XP2Q", "LL" + "A" * 32))
    assert (resident.here.where.at, resident.here.helping) == (At.RECEIPT, False)


def test_from_the_page_that_asks_whether_to_stop_it_goes_back_to_what_was_done() -> None:
    resident = Resident(pages()["stop_helped"])
    assert not [act for act in resident.offered() if isinstance(act, CallHelper)]
    before = resident.here.trail[-2]
    resident.touches(HandBack())
    assert (resident.here.where, resident.here.helping, resident.here.trouble) == (before, False, HANDED_BACK)


def test_a_helper_may_keep_it_and_what_is_kept_is_nobodys_turn() -> None:
    resident = Resident(pages()["stop_helped"])
    resident.touches(Keep())
    kept = drafts.content_of(resident.here)
    resident.happens(DraftSaved("ABCDE-FGHJK"))
    assert (resident.here.where.at, resident.here.helping) == (At.KEPT, False)
    again = drafts.resumed(support.begun(), DraftFound("ab" * 20, kept, ()))
    assert again is not None and (again.helper, again.helping) == ("helper-7", False)


def test_another_file_that_the_resident_begins_by_themselves_is_nobody_elses() -> None:
    resident = helped("choice")
    resident.touches(HandBack(), *[Back()] * 3, PickEvent(""), PickGuide("khai_sinh"), Forward(), Choose("yes"))
    assert document_of(submission(resident.here, support.kit().words["vi"]).content).helped_by == ""


def test_it_is_said_when_somebody_takes_over_and_when_they_hand_back_and_never_the_code() -> None:
    words = support.kit().words
    filing = GuidedFiling(lambda: support.GUIDES, words, lambda _: (), lambda: support.SEED)
    visit: object = pages()["name_typed"]
    heard: list[str] = []
    acts: tuple[Act | CardRead | HelperKnown, ...] = (*TAKEN_OVER, Key("a"), HandBack())
    for event in acts:
        after, wishes = filing.step(visit, event)
        assert after is not None
        visit = after
        heard += [wish.text for wish in wishes if isinstance(wish, Say)]
    told = [words["vi"](f"kiosk.filing.helper.{key}") for key in ("known", "handed_back")]
    assert [text for text in heard if text in told] == told and heard[-1] == told[-1]
    assert CODE not in "".join(heard) and CODE not in repr(visit)
    assert isinstance(visit, Filing) and CODE not in "".join(written(visit))
