"""What an elderly resident who reads little, and the helper beside them, stumbled over: nothing is cut off, nothing
that was begun is lost without a question, what is told of several times can be added to, papers have pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from controller.clips import SAID
from controller.core.errors import StationError
from controller.core.file_documents import document_of
from controller.core.words import LANGUAGES, Words
from controller.guides.forms import Form
from controller.guides.model import INTEGER, Group, Paper, Question
from controller.runtime.catalogues import load_words
from kiosk.acts import GoTo, SignUp
from kiosk.bar import HELP
from kiosk.filing.acts import (
    Agree,
    Back,
    CallHelper,
    Change,
    Choose,
    Discard,
    Forward,
    HandBack,
    Have,
    Keep,
    PickEvent,
    PickGuide,
    Resume,
    Shoot,
    SkipPhoto,
    Stop,
    Turn,
)  # fmt: skip
from kiosk.filing.pictures import picture_of
from kiosk.filing.saying import answered, spoken
from kiosk.filing.state import At, Filing
from kiosk.filing.visiting import GuidedFiling
from kiosk.happenings import DraftFound, DraftSaved, HelperKnown, PhotoTaken, SaveDraft, Say, Submit
from kiosk.look import SMALLEST_MM, TEXT_SIZES, Frame
from kiosk.typeset import ELLIPSIS
from kiosk.widgets import Label, Shape, Sign, Target
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident, label
from tests.support.kiosk_filing_pages import pages
from tests.support.kiosk_reading import unreadable

LARGEST = TEXT_SIZES[-1]
SEVEN = cases.SEVEN


def _is_plain(words: Words, key: str) -> bool:
    """Without blanks to be filled in."""
    try:
        return bool(words(key))
    except StationError:
        return False


def test_the_kiosk_speaks_to_one_person() -> None:
    words = load_words("vi")
    own = {key: words(key).lower() for key in sorted(words.keys()) if key.startswith(SAID) and _is_plain(words, key)}
    assert len(own) > 200
    assert [key for key, text in own.items() if "bà con" in text] == []
    assert [guide.id for guide in support.shipped() if "bà con" in repr(guide).lower()] == []


# --- all of it can be read


@cache
def visits() -> dict[str, Filing]:
    """Every page of every guide that comes with the station, and every other page of filing."""
    found = dict(pages())
    resident = Resident(support.begun())
    resident.touches(PickEvent("giay_to"), PickGuide("ban_sao"))
    found["long_title"] = resident.here
    for guide in support.shipped():
        resident = Resident(support.begun((guide,)))
        resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
        while place_of(resident) is not At.RECEIPT:
            found[f"{guide.id} {resident.here.where}"] = resident.here
            resident.goes_on()
        found |= {f"{guide.id} {here.where}": here for here in _handover(resident)}
    return found


def _handover(resident: Resident) -> Iterator[Filing]:
    while resident.filing is not None:
        yield resident.here
        resident.touches(Forward())


@pytest.mark.parametrize("screen", ["7in", "10in", "tall"])
def test_nothing_is_cut_off_in_the_largest_text(screen: str) -> None:
    frame = replace(SEVEN if screen == "7in" else support.SCREENS[screen], text=LARGEST)
    wrong = {name: unreadable(filing, frame) for name, filing in visits().items()}
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("text", TEXT_SIZES)
def test_nothing_is_cut_off_in_english(text: float) -> None:
    frame = replace(SEVEN, text=text)
    wrong = {name: unreadable(replace(filing, language="en"), frame) for name, filing in pages().items()}
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("frame", [SEVEN, *support.SCREENS.values()], ids=lambda frame: f"{frame.width}x{frame.height}")
def test_somebody_can_be_called_from_every_page_but_the_keyboard(frame: Frame) -> None:
    def offered(filing: Filing) -> set[object]:
        scene = support.composed(replace(filing, keys_open=False), frame)
        return {widget.act for widget in scene if isinstance(widget, Target)}

    assert [name for name, filing in pages().items() if GoTo(HELP) not in offered(filing)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text_size", range(len(TEXT_SIZES)))
def test_nothing_is_cut_off_behind_the_other_doors(text_size: int, language: str) -> None:
    cut = []
    for name, state in cases.VISIT.items():
        for page in range(4):
            shown = replace(state, text_size=text_size, language=language, page=state.page or page)
            scene = cases.scene(cases.Case(shown, SEVEN))
            cut += [(name, w.text) for w in scene if isinstance(w, Label) and w.text.endswith(ELLIPSIS)]
    assert cut == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text_size", range(len(TEXT_SIZES)))
def test_the_doors_have_pictures_on_the_smallest_screen_too(text_size: int, language: str) -> None:
    doors = replace(cases.VISIT["doors"], text_size=text_size, language=language)
    scene = cases.scene(cases.Case(doors, Frame.of(800, 480, SMALLEST_MM[0])))
    drawn = {w.shape for w in scene if isinstance(w, Sign)}
    assert drawn >= {Shape.PAPER, Shape.SEARCH, Shape.PHONE, Shape.HORN, Shape.PEOPLE, Shape.HAND}


def test_no_seat_is_offered_in_a_session_that_is_gone() -> None:
    scene = cases.scene(cases.Case(cases.VISIT["session-gone"]))
    assert [w.act for w in scene if isinstance(w, Target) and isinstance(w.act, SignUp)] == []


# --- papers


def place_of(resident: Resident) -> At:
    return resident.here.where.at


def path_of(resident: Resident) -> tuple[str | int, ...]:
    return resident.here.where.path


def at(place: At, guide: str = "tro_cap") -> Resident:
    """A resident who has come as far as a page."""
    resident = Resident(support.begun((support.guide(guide),)))
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide(guide))
    while place_of(resident) is not place:
        resident.goes_on()
    return resident


def test_papers_have_pictures_and_say_how_one_comes_by_them() -> None:
    papers = {paper.labels["vi"]: picture_of(paper) for guide in support.shipped() for paper in guide.papers}
    assert [name for name, shape in papers.items() if shape is Shape.PAPER] == []
    assert len(set(papers.values())) >= 7
    assert picture_of(Paper("x", label("Tờ khai đăng ký kết hôn"))) is Shape.FORM, (
        "to be filled in, whatever it is about"
    )
    assert picture_of(Paper("x", label("Giấy gì đó"))) is Shape.PAPER
    guide = support.guide()
    hinted = replace(guide.papers[1], hints=label("Công an xã cấp."))
    form = Form(replace(guide, papers=(hinted,)), support.NOW.date())
    filing = replace(pages()["papers"], form=form)
    scene = support.composed(filing)
    assert Shape.CARD in {widget.shape for widget in scene if isinstance(widget, Sign)}
    words = support.kit().words["vi"]
    missing = words("kiosk.filing.papers.missing")
    assert answered(filing, Have("the", "no"), words).splitlines() == [
        "Thẻ căn cước", "Chưa có", "Công an xã cấp.", missing,
    ]  # fmt: skip
    assert answered(filing, Have("the", "yes"), words).splitlines() == ["Thẻ căn cước", "Có"]


def test_every_paper_is_seen_before_the_way_goes_on() -> None:
    resident = at(At.PAPERS)
    resident.frame = SEVEN
    assert Forward() not in resident.offered()
    turned = 0
    while Forward() not in resident.offered():
        assert Turn(resident.here.shown_page + 1) in resident.offered()
        resident.happens(Turn(resident.here.shown_page + 1))
        turned += 1
    assert turned >= 2


def test_why_a_paper_was_not_photographed_is_told_to_the_desk() -> None:
    resident = at(At.PHOTO)
    resident.touches(SkipPhoto("at_desk"))
    while place_of(resident) is not At.SENDING:
        if place_of(resident) is At.PHOTO:
            resident.touches(SkipPhoto("later"))
        else:
            resident.goes_on()
    submit = next(wish for wish in resident.wishes if isinstance(wish, Submit))
    document = document_of(submit.content)
    assert [(paper.id, paper.no_photo) for paper in document.papers] == [
        ("don", "at_desk"),
        ("the", "later"),
        ("ngheo", "later"),
    ]
    assert document_of(document.as_json()) == document
    older = document.as_json().replace(b',"no_photo":"at_desk"', b"").replace(b',"no_photo":"later"', b"")
    assert [paper.no_photo for paper in document_of(older).papers] == ["", "", ""]


# --- nothing is lost without a question


def test_going_back_past_the_first_page_asks_first() -> None:
    resident = at(At.ASK)
    resident.touches(Choose("yes"), Back(), Back(), Back())
    assert place_of(resident) is At.EVENTS
    resident.touches(Back())
    assert place_of(resident) is At.STOP
    resident.touches(Back())
    assert place_of(resident) is At.EVENTS
    assert resident.here.answers["phu_hop", "o_xa"] == "yes"
    resident.touches(Back(), Discard())
    assert resident.filing is None


def test_whoever_has_begun_nothing_is_not_asked() -> None:
    resident = Resident(support.begun())
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Back(), Back(), Back())
    assert resident.filing is None
    resident = at(At.RECEIPT)
    resident.happens(Back())
    assert resident.filing is None


def test_another_service_or_a_slip_does_not_push_out_what_was_begun() -> None:
    resident = Resident(support.begun())
    resident.touches(
        PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Forward(), Choose("yes"), Back(), Back(), Back()
    )
    resident.touches(PickEvent("sinh_con"), PickGuide("khai_sinh"))
    assert (place_of(resident), resident.here.guide) == (At.STOP, support.GUIDES[0])
    words = support.kit().words["vi"]
    unfinished = [words("kiosk.filing.stop_here.unfinished"), "Trợ cấp hưu trí xã hội"]
    assert spoken(resident.here, words).splitlines()[-2:] == unfinished
    assert unreadable(resident.here, replace(SEVEN, text=LARGEST)) == []
    assert unfinished[0] not in spoken(pages()["stop"], words)
    resident.touches(Back(), Back(), Resume())
    assert place_of(resident) is At.STOP
    resident.touches(Back(), PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"))
    assert place_of(resident) is At.ABOUT
    assert resident.here.answers["phu_hop", "o_xa"] == "yes"


# --- the review


def test_the_review_is_seen_to_its_end_once_and_goes_on_where_it_was_left() -> None:
    resident = at(At.REVIEW)
    resident.happens(Turn(0))
    resident.filing = replace(resident.here, read_to=0)
    assert Forward() not in resident.offered()
    while Forward() not in resident.offered():
        assert Turn(resident.here.shown_page + 1) in resident.offered()
        resident.happens(Turn(resident.here.shown_page + 1))
    last = resident.here.shown_page
    assert last >= 2
    resident.touches(Turn(last - 1))
    changed = next(act for act in resident.offered() if isinstance(act, Change))
    assert Forward() in resident.offered()
    resident.touches(changed, Forward())
    assert (place_of(resident), resident.here.shown_page) == (At.REVIEW, last - 1)
    resident.touches(changed)
    resident.happens(Back())
    assert (place_of(resident), resident.here.shown_page) == (At.REVIEW, last - 1)
    assert Forward() in resident.offered()


# --- another round, from the review


def _with_more() -> Resident:
    """At the review of a guide whose relatives have a second question, which need not be answered."""
    guide = support.guide()
    last = guide.questions[-1]
    assert isinstance(last, Group)
    age = Question("tuoi", INTEGER, label("Mấy tuổi?"))
    more = replace(last, children=(*last.children, age))
    resident = Resident(support.begun((replace(guide, questions=(*guide.questions[:-1], more)),)))
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"))
    while place_of(resident) is not At.REVIEW:
        resident.goes_on()
    return resident


def test_one_more_can_be_told_of_from_the_review_and_taken_back() -> None:
    resident, group = _with_more(), "nguoi_than"
    before = resident.here.answers
    seen = []
    resident.touches(Change((group, 0)), Choose("yes"), Forward())
    seen.append(path_of(resident))
    resident.writes("lò thị thử")
    resident.touches(Forward())
    seen.append(path_of(resident))
    resident.touches(Forward())
    seen.append(path_of(resident))
    resident.touches(Choose("no"), Forward())
    assert seen == [(group, 1, "ten_than"), (group, 1, "tuoi"), (group, 1)], "what may be left out is asked too"
    assert place_of(resident) is At.REVIEW
    assert resident.here.answers[group, 1, "ten_than"] == "Lò Thị Thử"
    resident.touches(Change((group, 0)), Choose("no"), Forward())
    assert place_of(resident) is At.REVIEW
    assert resident.here.answers == before


def test_a_round_that_was_begun_from_the_review_goes_on_after_a_pause() -> None:
    resident, group = _with_more(), "nguoi_than"
    resident.touches(Change((group, 0)), Choose("yes"), Forward())
    resident.writes("lò thị thử")
    resident.touches(Forward(), Stop(), Keep())
    kept = next(wish for wish in resident.wishes if isinstance(wish, SaveDraft))
    resident.happens(DraftSaved("ABCDE-FGHJK"))
    again = Resident(support.begun(resident.here.guides))
    again.touches(Resume())
    again.types("ABCDEFGHJK")
    again.touches(Forward())
    again.happens(DraftFound(kept.ident, kept.content, kept.photos))
    assert path_of(again) == (group, 1, "tuoi")
    again.touches(Forward())
    assert path_of(again) == (group, 1)


# --- the voice, and the helper


def test_what_the_desk_asks_for_is_said() -> None:
    said = cases.stage().said(cases.VISIT["status-found"])
    assert said is not None
    assert said.splitlines()[1:] == [
        "Thiếu giấy chứng sinh bản chính, bản sao chưa có dấu.", "Giấy chứng sinh", "Giấy chứng nhận kết hôn",
    ]  # fmt: skip


def _heard(filing: Filing, *events: object) -> list[str]:
    """What is said, event by event."""
    guided = GuidedFiling(lambda: support.GUIDES, support.kit().words, support.kit().places, lambda: support.SEED)
    visit, said = filing, []
    for event in events:
        after, wishes = guided.step(visit, event)  # type: ignore[arg-type]  # acts
        assert isinstance(after, Filing)
        visit = after
        said += [wish.text for wish in wishes if isinstance(wish, Say)]
    return said


def test_what_is_under_way_is_said() -> None:
    words = support.kit().words["vi"]
    photo = _heard(at(At.PHOTO).here, Forward(), PhotoTaken(b"x", True), Shoot(), PhotoTaken(b"x", False))
    assert photo == [words(f"kiosk.filing.photo.{key}") for key in ("wait", "clear", "wait", "unclear")]
    stopped = replace(pages()["stop"])
    assert _heard(stopped, Keep()) == [words("kiosk.filing.stop_here.keeping")]


def test_how_one_agrees_is_said_and_that_no_helper_does_it_for_them() -> None:
    words = support.kit().words["vi"]
    resident = at(At.ASK)
    resident.touches(Stop(), CallHelper())
    resident.types("A")
    resident.touches(Forward())
    resident.happens(HelperKnown("7", "x"))
    assert place_of(resident) is At.ASK
    assert spoken(resident.here, words) == words("kiosk.filing.helper.known")
    while place_of(resident) is not At.CONSENT:
        resident.goes_on()
    assert spoken(resident.here, words).splitlines()[-1] == words("kiosk.filing.helper.hand_first")
    resident.touches(HandBack())
    assert spoken(resident.here, words) == words("kiosk.filing.helper.handed_back")
    lines = spoken(replace(resident.here, trouble=None), words).splitlines()
    assert lines[-2:] == [words("kiosk.filing.consent.helped"), words("kiosk.filing.consent.then")]
    assert words("kiosk.filing.consent.helped") not in spoken(at(At.CONSENT).here, words)
    resident.touches(Agree(True), Forward())
    submit = next(wish for wish in resident.wishes if isinstance(wish, Submit))
    document = document_of(submit.content)
    assert document.helped_by == "7"
    assert words("kiosk.filing.consent.then") not in document.consent.text


def test_that_somebody_helped_is_known_after_a_pause() -> None:
    resident = at(At.ASK)
    resident.filing = replace(resident.here, helper="7")
    resident.touches(Choose("yes"), Stop(), Keep())
    kept = next(wish for wish in resident.wishes if isinstance(wish, SaveDraft))
    again = Resident(support.begun(resident.here.guides))
    again.touches(Resume())
    again.types("ABCDEFGHJK")
    again.touches(Forward())
    again.happens(DraftFound(kept.ident, kept.content, kept.photos))
    assert (again.here.helper, again.here.answers) == ("7", resident.here.answers)


def test_what_there_is_to_choose_is_said_wherever_one_chooses() -> None:
    words = support.kit().words["vi"]
    names = ("file", "status", "learn", "programme", "training", "help")
    doors, learn = (cases.stage().said(cases.VISIT[name]) for name in ("doors", "learn"))
    assert doors is not None and learn is not None
    assert doors.splitlines()[1:] == [words(f"kiosk.doors.{name}") for name in names]
    assert learn.splitlines()[1:] == [words(f"kiosk.learn.{name}.title") for name in ("vneid", "portal", "safe")]
    assert spoken(pages()["guides_of_event"], words).splitlines()[1:] == ["Trợ cấp hưu trí xã hội"]
    assert spoken(pages()["choice"], words).splitlines()[-2:] == ["Có", "Không"]
