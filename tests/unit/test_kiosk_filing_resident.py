"""A resident files with touches alone, from the first page to the receipt: the small guide page by page, and each of
the guides that come with the station."""

import json
from dataclasses import replace

import pytest

from controller.core.file_documents import document_of
from controller.core.filings import PHOTOS_LIMIT
from controller.guides.answering import Problem
from controller.guides.model import Guide
from kiosk.filing.acts import (
    Agree,
    Back,
    Change,
    Choose,
    DoNotKnow,
    Forward,
    Have,
    Key,
    MorePages,
    OpenKeys,
    PickEvent,
    PickGuide,
    PickPlace,
    Shoot,
    SkipPhoto,
)  # fmt: skip
from kiosk.filing.document import submission
from kiosk.filing.state import At, Filing, Trouble
from kiosk.filing.visiting import GuidedFiling
from kiosk.flow import step
from kiosk.happenings import CardRead, Filed, NotFiled, PhotoTaken, PrintReceipt, Say, Submit, TakePhoto, WatchCamera
from kiosk.keyboard.state import DELETE
from kiosk.moments import Passed
from kiosk.state import Down, State
from kiosk.widgets import Label
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import CARD, PLACES, SCREENS, Resident
from tests.support.kiosk_reading import parts

CLEAR = PhotoTaken(b"\xff\xd8 a paper", True)


def trouble(resident: Resident) -> Trouble | None:
    return resident.here.trouble


def where(filing: Filing | None) -> tuple[object, ...]:
    assert filing is not None
    place = filing.where
    return (place.at, *place.path) if place.path else (place.at, place.name) if place.name else (place.at,)


def test_the_small_guide_page_by_page() -> None:
    resident = Resident(support.begun())
    seen: list[tuple[object, ...]] = []

    def then(*acts: object) -> None:
        resident.touches(*acts)  # type: ignore[arg-type]  # acts
        seen.append(where(resident.filing))

    then(PickEvent("nguoi_cao_tuoi"))
    then(PickGuide("tro_cap"))
    then(Forward())
    then(Choose("no"), Forward())
    then(Back())
    then(Choose("yes"), Forward())
    then(Have("don", "yes"), Have("the", "no"), Have("can_ngheo", "depends"), Forward())
    resident.happens(CardRead(CARD))
    seen.append(where(resident.filing))
    resident.types("0912345678")
    then(Forward())
    then(Forward())
    resident.types("huong")
    then(OpenKeys(False), PickPlace(PLACES[1]))
    resident.types("3")
    then(Forward())
    then(Forward())
    then(Choose("ngheo"), Choose("khac"), Choose("ngheo"), Forward())
    resident.writes("hộ đặc biệt")
    then(Forward())
    then(OpenKeys(False), DoNotKnow())
    resident.writes("lý văn mẫu")
    then(Forward())
    then(Choose("no"), Forward())
    assert resident.touches(Forward()) == (TakePhoto(),)
    resident.happens(CLEAR)
    then(Forward())
    then(Forward())
    then(Agree(True), Forward())
    resident.happens(Filed("K7M4-XP2Q", "LL" + "A" * 32))
    seen.append(where(resident.filing))
    then(Forward())
    then(Forward())
    assert seen == [
        (At.GUIDES, "nguoi_cao_tuoi"), (At.ABOUT,), (At.ASK, "phu_hop", "o_xa"), (At.UNFIT,),
        (At.ASK, "phu_hop", "o_xa"), (At.PAPERS,), (At.CARD, "card"), (At.ASK, "nguoi_yeu_cau", "dien_thoai"),
        (At.ASK, "luu_y"), (At.ASK, "que"), (At.ASK, "con"), (At.ASK, "thu_nhap"), (At.ASK, "hoan_canh"),
        (At.ASK, "dien_khac"), (At.ASK, "ke"), (At.ASK, "nguoi_than", 0, "ten_than"), (At.ASK, "nguoi_than", 0),
        (At.PHOTO, "don"), (At.REVIEW,), (At.CONSENT,), (At.SENDING,), (At.RECEIPT,), (At.HANDOVER, "0"),
        (At.HANDOVER, "1"),
    ]  # fmt: skip
    resident.touches(Forward())
    assert resident.filing is None
    submits = [wish for wish in resident.wishes if isinstance(wish, Submit)]
    assert len(submits) == 1
    document = document_of(submits[0].content)
    assert document.applicant.name == "NGUYỄN VĂN MẪU"
    assert (document.applicant.birth_date, document.applicant.id_number) == ("1958-02-03", "012058678901")
    answers = {answer.path: answer.value for answer in document.answers}
    assert answers["que",] == PLACES[1]
    assert (answers["con",], answers["hoan_canh",], answers["dien_khac",]) == (3, ("khac",), "Hộ đặc biệt")
    assert answers["nguoi_than", 0, "ten_than"] == "Lý Văn Mẫu"
    assert ("thu_nhap",) not in answers
    assert submits[0].photos == (("don", CLEAR.jpeg),)
    assert [(paper.id, paper.have) for paper in document.papers] == [("don", "yes"), ("the", "no")]
    assert document.consent.text.startswith("Xã cần")
    watched = [wish.on for wish in resident.wishes if isinstance(wish, WatchCamera)]
    assert watched == [True, False, True, False]
    printed = next(wish for wish in resident.wishes if isinstance(wish, PrintReceipt))
    assert (printed.number, printed.title) == ("K7M4-XP2Q", "Trợ cấp hưu trí xã hội")
    next_, *steps = printed.lines
    assert "chưa nộp chính thức" in next_
    assert [line.split(" ")[0] for line in steps] == ["1.", "https://dichvucong.gov.vn", "2."]


def filed(guide: Guide, frame_name: str = "10in") -> Resident:
    resident = Resident(support.begun((guide,)), SCREENS[frame_name])
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    for _ in range(120):
        if resident.here.where.at is At.RECEIPT:
            return resident
        resident.goes_on()
    raise AssertionError(f"no receipt: {resident.here.where}")


@pytest.mark.parametrize("guide", support.shipped(), ids=lambda guide: guide.id)
def test_each_guide_that_comes_with_the_station(guide: Guide) -> None:
    resident = filed(guide)
    submits = [wish for wish in resident.wishes if isinstance(wish, Submit)]
    assert [submit.guide for submit in submits] == [guide.id]
    document = document_of(submits[0].content)
    assert (document.code, document.guide_version) == (guide.code, guide.version)
    assert document.applicant.name == "Nguyễn Văn Mẫu"
    assert {paper for paper, _ in submits[0].photos} <= {paper.id for paper in guide.papers if paper.photo}
    assert all(line.value for line in document.review if line.label and "name" in line.label)
    steps = 0
    while resident.filing is not None:
        resident.touches(Forward())
        steps += 1
    assert steps == len(guide.handover) + 1


def test_there_are_eight() -> None:
    assert len(support.shipped()) == 8


def test_a_guide_on_seven_inches() -> None:
    assert filed(support.shipped()[0], "7in").here.where.at is At.RECEIPT


# --- sending


def at(place: At, guide: Guide | None = None) -> Resident:
    """A resident who has come as far as a page."""
    resident = Resident(support.begun((guide or support.guide(),)))
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"))
    while resident.here.where.at is not place:
        resident.goes_on()
    return resident


def test_a_double_tap_files_once() -> None:
    resident = at(At.CONSENT)
    resident.touches(Agree(True))
    first = resident.happens(Forward())
    assert [type(wish) for wish in first] == [Submit]
    assert resident.happens(Forward()) == ()
    resident.happens(Filed("K7M4-XP2Q", "LL" + "A" * 32))
    assert resident.happens(Filed("AAAA-AAAA", "LL" + "B" * 32)) == ()
    assert resident.here.filed == Filed("K7M4-XP2Q", "LL" + "A" * 32)


def test_what_is_not_agreed_to_is_not_sent() -> None:
    resident = at(At.CONSENT)
    assert resident.happens(Forward()) == ()
    assert resident.here.where.at is At.CONSENT
    resident.touches(Agree(True), Agree(False))
    assert resident.happens(Forward()) == ()


@pytest.mark.parametrize("reason", ["disk", "database", "no_key"])
def test_what_was_not_filed_is_still_there_and_is_the_same_file_when_sent_again(reason: str) -> None:
    resident = at(At.CONSENT)
    resident.touches(Agree(True), Forward())
    answers = resident.here.answers
    resident.happens(NotFiled(reason))
    assert (resident.here.where.at, resident.here.where.name) == (At.NOT_SENT, reason)
    assert resident.here.answers == answers
    resident.touches(Forward())
    submits = [wish for wish in resident.wishes if isinstance(wish, Submit)]
    assert len(submits) == 2
    assert submits[0] == submits[1]
    resident.happens(NotFiled(reason))
    resident.touches(Back())
    assert resident.here.where.at is At.CONSENT


def test_sending_without_an_answer_ends_in_not_sent() -> None:
    resident = at(At.CONSENT)
    resident.touches(Agree(True), Forward())
    for second in (10.0, 20.0, 41.0):
        resident.happens(Passed(support.NOW, second))
    assert (resident.here.where.at, resident.here.where.name) == (At.NOT_SENT, "slow")
    resident.happens(Filed("K7M4-XP2Q", "LL" + "A" * 32))
    assert resident.here.where.at is At.RECEIPT


def test_after_the_receipt_nothing_of_the_answers_is_left() -> None:
    resident = at(At.RECEIPT)
    here = resident.here
    assert (dict(here.answers), here.photos, dict(here.have), here.keyboard) == ({}, (), {}, None)


def test_two_files_of_a_visit_have_idents_of_their_own() -> None:
    resident = at(At.RECEIPT)
    first = resident.here.ident
    assert len(bytes.fromhex(first)) >= 16
    resident.filing = replace(resident.here, trail=support.begun().trail, form=None)
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"))
    assert resident.here.ident != first
    assert len(bytes.fromhex(resident.here.ident)) >= 16


def test_a_commune_that_is_no_more_is_written_as_it_was_typed() -> None:
    """Two of three have new names since 2025; what somebody has always called it is better than no answer."""
    resident = at(At.PAPERS)
    while where(resident.filing) != (At.ASK, "que"):
        resident.goes_on()
    resident.types("xa cu")
    resident.touches(OpenKeys(False))
    labels = " ".join(w.text for scene in parts(resident.here, SCREENS["10in"]) for w in scene if isinstance(w, Label))
    assert support.kit().words["vi"]("kiosk.filing.ask.places_none") in labels
    resident.touches(Forward())
    assert resident.here.answers["que",] == "Xa Cu"
    assert where(resident.filing) != (At.ASK, "que")


# --- changing


def test_a_change_from_the_review_returns_to_it_by_way_of_what_it_brings_up() -> None:
    resident = at(At.REVIEW)
    resident.touches(Change(("con",)))
    resident.touches(Key(DELETE), Key("5"), Forward())
    assert resident.here.where.at is At.REVIEW
    assert resident.here.answers["con",] == 5
    chosen = resident.here.answers["hoan_canh",]
    assert isinstance(chosen, list)
    resident.touches(Change(("hoan_canh",)))
    for name in chosen:
        resident.touches(Choose(name))
    resident.touches(Forward())
    assert resident.here.where.at is At.REVIEW
    assert ("dien_khac",) not in resident.here.answers
    resident.touches(Change(("hoan_canh",)), Choose("khac"), Forward())
    assert where(resident.filing) == (At.ASK, "dien_khac")
    resident.writes("hộ khác")
    resident.touches(Forward())
    assert resident.here.answers["dien_khac",] == "Hộ khác"
    resident.touches(Change(("hoan_canh",)), Choose("khac"), Forward())
    assert resident.here.where.at is At.REVIEW
    assert ("dien_khac",) not in resident.here.answers


def test_back_from_a_change_leaves_everything_as_it_was() -> None:
    resident = at(At.REVIEW)
    before = resident.here.answers
    resident.touches(Change(("con",)), Key("9"))
    resident.happens(Back())
    assert resident.here.where.at is At.REVIEW
    assert set(resident.here.answers) == set(before)


# --- cards, errors, photographs


def test_what_a_card_says_is_never_typed() -> None:
    resident = at(At.CARD)
    resident.happens(CardRead("not a card"))
    assert trouble(resident) == Trouble("kiosk.filing.card.unreadable")
    resident.happens(CardRead(CARD + "|further|fields"))
    asked = resident.here.from_card
    names = {"ten", "ngay_sinh", "gioi_tinh", "so", "noi_o"}
    assert asked == {("nguoi_yeu_cau", name) for name in names}
    assert where(resident.filing) == (At.ASK, "nguoi_yeu_cau", "dien_thoai")


def test_a_card_held_to_the_reader_while_typing_is_taken() -> None:
    resident = at(At.CARD)
    resident.touches(Forward())
    resident.types("abc")
    resident.happens(CardRead(CARD))
    assert resident.here.answers["nguoi_yeu_cau", "ten"] == "NGUYỄN VĂN MẪU"
    assert where(resident.filing) == (At.ASK, "nguoi_yeu_cau", "dien_thoai")


def test_a_wrong_answer_is_said_and_a_strange_one_may_stand() -> None:
    resident = at(At.CARD)
    resident.touches(Forward())
    resident.writes("lý mẫu")
    resident.touches(Forward())
    resident.types("3113")
    resident.touches(Forward())
    assert trouble(resident) == Trouble(problem=Problem("kind", detail="date"))
    resident.touches(*[Key(DELETE)] * 4)
    resident.types("03021958")
    resident.touches(Forward(), Choose("nam"), Forward())
    resident.types("001158000001")
    resident.touches(Forward())
    assert trouble(resident) == Trouble(problem=Problem("number_sex"), warning=True)
    resident.touches(Forward())
    assert where(resident.filing) == (At.ASK, "nguoi_yeu_cau", "noi_o")


def test_a_photograph_is_taken_again_or_has_more_pages() -> None:
    resident = at(At.PHOTO)
    resident.touches(Forward())
    resident.happens(PhotoTaken(b"1", False))
    assert trouble(resident) == Trouble("kiosk.filing.photo.unclear", warning=True)
    resident.touches(Shoot())
    resident.happens(PhotoTaken(b"2", True))
    resident.touches(MorePages(), Forward())
    resident.happens(PhotoTaken(b"3", True))
    resident.touches(Forward())
    assert [(photo.paper, photo.jpeg) for photo in resident.here.photos] == [("don", b"2"), ("don", b"3")]


def test_more_photographs_than_a_file_holds_are_said_and_none_is_lost() -> None:
    resident = at(At.PHOTO)
    resident.touches(Forward())
    for number in range(1, PHOTOS_LIMIT):
        resident.happens(PhotoTaken(b"%d" % number, True))
        resident.touches(MorePages(), Forward())
        assert trouble(resident) is None or number == PHOTOS_LIMIT
    resident.happens(PhotoTaken(b"last", True))
    resident.touches(MorePages())
    assert trouble(resident) == Trouble("kiosk.filing.photo.enough", warning=True)
    resident.touches(Forward())
    assert len(resident.here.photos) == PHOTOS_LIMIT and resident.here.photos[-1].jpeg == b"last"


def test_a_photograph_that_is_too_large_is_not_kept_and_one_may_be_left_out() -> None:
    again = at(At.PHOTO)
    again.touches(Forward())
    again.happens(PhotoTaken(b"x" * ((2 << 20) + 1), True))
    assert again.here.taken is None
    assert trouble(again) == Trouble("kiosk.filing.photo.too_large")
    again.touches(SkipPhoto("at_desk"))
    assert again.here.skipped == {"don": "at_desk"}
    assert again.here.photos == ()


def test_photographs_of_a_paper_that_is_not_there_after_all_are_not_filed() -> None:
    resident = at(At.REVIEW)
    assert [photo.paper for photo in resident.here.photos].count("don") == 1
    changed = replace(resident.here, have={**resident.here.have, "don": "no"})
    wish = submission(changed, support.kit().words["vi"])
    assert "don" not in [paper for paper, _ in wish.photos]
    assert len(wish.photos) == len(resident.here.photos) - 1


def test_a_paper_is_left_out_with_the_pages_that_were_taken_of_it() -> None:
    resident = at(At.PHOTO)
    resident.touches(Forward())
    resident.happens(PhotoTaken(b"1", True))
    resident.touches(MorePages(), SkipPhoto("later"))
    assert (resident.here.photos, resident.here.skipped) == ((), {"don": "later"})


def test_what_does_not_fit_after_all_does_not_go_without_a_question() -> None:
    resident = at(At.REVIEW)
    seen = []
    away = (Change(("phu_hop", "o_xa")), Choose("no"), Forward())
    steps = (away, (Forward(),), (Back(), Back(), Choose("yes"), Forward()))
    for acts in steps:
        resident.touches(*acts)
        seen.append(where(resident.filing))
    assert seen == [(At.UNFIT,), (At.STOP,), (At.REVIEW,)]


def test_the_document_is_the_one_of_the_desk() -> None:
    resident = at(At.CONSENT)
    resident.touches(Agree(True))
    wish = resident.happens(Forward())[0]
    assert isinstance(wish, Submit)
    assert json.loads(wish.content)["format"] == 1


# --- held by the stage


def test_a_held_delete_key_empties_the_field() -> None:
    words = support.kit().words
    guided = GuidedFiling(lambda: support.GUIDES, words, support.kit().places, lambda: support.SEED)
    typed = at(At.CARD)
    typed.touches(Forward())
    typed.types("abcdef")
    held = State(support.NOW, "vi", "vi", scene="filing", visit=typed.here, entered_at=0.0)
    state, _ = step(held, Down(Key(DELETE), 10.0), guided)
    shown = []
    for tick in range(8):
        state, _ = step(state, Passed(support.NOW, 10.0 + 0.25 * tick), guided)
        visit = state.visit
        assert isinstance(visit, Filing) and visit.keyboard is not None
        shown.append(visit.keyboard.text)
    assert shown == ["Abcdef", "Abcdef", "Abcdef", "Abcde", "Abcd", "Abc", "Ab", "A"]


def test_each_page_is_said_as_it_comes_and_silence_follows_the_last() -> None:
    words = support.kit().words
    guided = GuidedFiling(lambda: support.GUIDES, words, support.kit().places, lambda: support.SEED)
    visit = guided.begun("vi", Passed(support.NOW, 0.0))
    events = ("nguoi_cao_tuoi", "sinh_con", "qua_doi", "ket_hon", "giay_to", "cu_tru")
    assert guided.spoken(visit).splitlines() == [
        words["vi"]("kiosk.filing.events.title"), *(words["vi"](f"guide.event.{event}") for event in events),
        words["vi"]("kiosk.filing.events.by_name"), words["vi"]("kiosk.filing.events.resume"),
    ]  # fmt: skip
    after, wishes = guided.step(visit, PickEvent("nguoi_cao_tuoi"))
    assert wishes == (Say(f"{words['vi']('kiosk.filing.guides.title')}\nTrợ cấp hưu trí xã hội", "vi"),)
    assert guided.page(after) != guided.page(visit)
    same, wishes = guided.step(after, OpenKeys(True))
    assert (same, wishes) == (after, ())
    after, wishes = guided.step(after, Back())
    after, wishes = guided.step(after, Back())
    assert (after, wishes) == (None, (Say("", "vi"),))


def test_a_choice_is_heard_and_the_same_mistake_is_said_again() -> None:
    words = support.kit().words
    guided = GuidedFiling(lambda: support.GUIDES, words, support.kit().places, lambda: support.SEED)
    resident = at(At.ASK)
    _, wishes = guided.step(resident.here, Choose("no"))
    assert wishes == (Say("Không", "vi"),)
    wrong, wishes = guided.step(resident.here, Forward())
    assert wishes == (Say(words["vi"]("guide.problem.required"), "vi"),)
    assert guided.step(wrong, Forward()) == (wrong, wishes)
    papers = at(At.PAPERS)
    _, wishes = guided.step(papers.here, Have("don", "no"))
    missing = words["vi"]("kiosk.filing.papers.missing")
    assert wishes == (Say(f"Tờ khai đề nghị trợ cấp, mẫu số 01\nChưa có\n{missing}", "vi"),)
