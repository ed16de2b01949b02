"""Whatever happens to a filing: nothing raises, back always leads out, no page without a way on; drafts, helpers,
devices that fail, an answer of ten thousand letters, no guides at all."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.file_documents import document_of
from kiosk.acts import Act, SpeakTo
from kiosk.filing import acts, drafts, finding, flow
from kiosk.filing.acts import (
    Agree,
    Back,
    CallHelper,
    Change,
    Choose,
    Discard,
    DoNotKnow,
    Forward,
    Have,
    Keep,
    Key,
    MorePages,
    OpenKeys,
    PickEvent,
    PickGuide,
    PickPlace,
    Resume,
    Shoot,
    SkipPhoto,
    Stop,
    Turn,
)  # fmt: skip
from kiosk.filing.document import submission
from kiosk.filing.state import At, Filing, Trouble, Where
from kiosk.happenings import (
    AskHelper,
    CameraSees,
    CardRead,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    Filed,
    Happening,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PhotoTaken,
    PrintSlip,
    ResumeDraft,
    SaveDraft,
    WatchCamera,
)  # fmt: skip
from kiosk.keyboard.state import DELETE, METHOD, MORE, SHIFT, UNDO
from kiosk.moments import Passed
from kiosk.widgets import Target
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import CARD, GUIDES, NOW, PLACES, Resident

ACTS: tuple[Act, ...] = (
    Forward(), Back(), Turn(0), Turn(2), OpenKeys(True), OpenKeys(False), PickEvent("nguoi_cao_tuoi"), PickEvent(""),
    PickGuide("tro_cap"), PickGuide("khai_sinh"), PickGuide("x"), Choose("yes"), Choose("no"), Choose("nam"),
    Choose("khac"), Choose("ngheo"), PickPlace(PLACES[0]), DoNotKnow(), Change(("con",)), Change(("x", 3, "y")),
    Have("don", "yes"), Have("the", "no"), Have("x", "yes"), Shoot(), MorePages(), SkipPhoto("later"), Agree(True),
    Stop(), CallHelper(), Keep(), Resume(), Discard(), SpeakTo("en"), SpeakTo("vi"),
    *(Key(key) for key in (*"ahuong2019\u0301", DELETE, METHOD, MORE, SHIFT, UNDO, " ")),
)  # fmt: skip
HAPPENINGS: tuple[Happening | Passed, ...] = (
    CardRead(CARD), CardRead("|||"), PhotoTaken(b"x", True), PhotoTaken(b"y", False), CameraSees(1, 1, b"abc"),
    DeviceFailed("camera", "camera_gone"), DeviceFailed("printer", "printer_paper"),
    Filed("K7M4-XP2Q", "LL" + "A" * 32), NotFiled("disk"), DraftSaved("ABCDE-FGHJK"), DraftNotSaved("disk"),
    DraftFound("ab" * 20, b"{}", ()), DraftNotFound("slip"), HelperKnown("7", "x"), HelperUnknown("often"),
    Passed(NOW, 5.0), Passed(NOW, 90.0),
)  # fmt: skip
# mostly forward, so that the far pages are reached too
EVENTS = st.one_of(st.just(Forward()), st.sampled_from(ACTS), st.sampled_from(ACTS + HAPPENINGS))


def stepped(filing: Filing, event: Act | Happening | Passed) -> Filing | None:
    return flow.step(filing, event, support.kit())[0]


def begun_on_questions() -> Filing:
    resident = Resident(support.begun())
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Forward())
    return resident.here


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=60), st.booleans())
def test_anything_may_happen_and_there_is_always_a_way_out(events: list[Act | Happening | Passed], begun: bool) -> None:
    filing = begun_on_questions() if begun else support.begun()
    for event in events:
        after = stepped(filing, event)
        if after is None:
            break
        filing = after
        assert filing.trail
    support.composed(filing)
    ways = 0
    for _ in range(len(filing.trail) + 3):
        if filing.where.at is At.SENDING:
            for second in (100.0, 100.0 + flow.ANSWER_LIMIT_S):
                waited = stepped(filing, Passed(NOW, second))
                assert waited is not None
                filing = waited
            assert filing.where.at is At.NOT_SENT
        gone = stepped(filing, Back())
        ways += 1
        if gone is not None and gone.where.at is At.STOP and len(gone.trail) > len(filing.trail):
            assert gone.unfinished, "only what was begun is asked about"
            gone = stepped(gone, Discard())
        if gone is None:
            return
        assert len(gone.trail) < len(filing.trail)
        filing = gone
    raise AssertionError(f"back does not lead out of {filing.where} in {ways} steps")


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_hand_that_touches_anything_on_the_screen(data: st.DataObject) -> None:
    resident = Resident(begun_on_questions())
    for _ in range(25):
        offered = [widget.act for widget in support.composed(resident.here) if isinstance(widget, Target)]
        known = [act for act in offered if isinstance(act, acts.FilingAct)]
        assert known, resident.here.where
        resident.happens(data.draw(st.sampled_from(known)))
        if resident.filing is None:
            return


def test_every_act_is_carried_out() -> None:
    known = {each for each in vars(acts).values() if isinstance(each, type) and issubclass(each, acts.FilingAct)}
    assert known - {acts.FilingAct} <= set(flow._STEPS)


def test_no_guides_at_all() -> None:
    resident = Resident(support.begun(()))
    assert [act for act in resident.offered() if isinstance(act, PickEvent | PickGuide)] == []
    resident.happens(PickEvent(""))
    support.composed(resident.here)
    resident.happens(Back())
    resident.happens(Back())
    assert resident.filing is None


def test_guides_are_found_without_marks() -> None:
    def ids(query: str, event: str = "") -> list[str]:
        return [guide.id for guide in finding.found(GUIDES, event, query, "vi")]

    assert ids("khai") == ["khai_sinh", "khai_tu"]
    assert ids("dang ky ket") == ["ket_hon"]
    assert ids("hon ket") == ["ket_hon"]
    assert ids("1.0008") == ["ket_hon"]
    assert ids("", "qua_doi") == ["khai_tu"]
    assert ids("xyz") == []
    assert len(ids("")) == len(GUIDES)
    assert finding.events_of(GUIDES)[:2] == ("nguoi_cao_tuoi", "sinh_con")


def test_the_search_by_touch() -> None:
    resident = Resident(support.begun())
    resident.touches(PickEvent(""), OpenKeys(True))
    resident.types("khai t")
    resident.touches(OpenKeys(False))
    assert [act for act in resident.offered() if isinstance(act, PickGuide)] == [PickGuide("khai_tu")]


def test_an_answer_of_ten_thousand_letters() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where != Where(At.ASK, path=("ke",)):
        resident.goes_on()
    for _ in range(10_000):
        filing = stepped(resident.here, Key("a"))
        assert filing is not None
        resident.filing = filing
    assert resident.here.keyboard is not None
    assert len(resident.here.keyboard.text) == 2000
    support.composed(resident.here)
    resident.touches(Forward())
    while resident.here.where.at is not At.REVIEW:
        resident.goes_on()
    support.composed(resident.here)
    assert len(document_of(submission(resident.here, support.kit().words["vi"]).content).review) > 10


def test_a_way_of_typing_is_chosen_once() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where != Where(At.ASK, path=("dien_khac",)):
        if resident.here.where == Where(At.ASK, path=("hoan_canh",)):
            resident.touches(Choose("khac"), Forward())
        else:
            resident.goes_on()
    resident.touches(Key(METHOD))
    resident.types("tieengs")
    resident.touches(Forward())
    assert resident.here.answers["dien_khac",] == "Tiếng"
    assert resident.here.keyboard is not None
    assert resident.here.keyboard.method == "telex"


# --- stopping


def test_a_filing_is_kept_and_gone_on_with() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where != Where(At.ASK, path=("con",)):
        resident.goes_on()
    resident.happens(OpenKeys(False))
    wishes = resident.touches(Stop(), Keep())
    assert [type(wish) for wish in wishes] == [SaveDraft]
    saved = wishes[0]
    assert isinstance(saved, SaveDraft)
    printed = resident.happens(DraftSaved("ABCDE-FGHJK"))
    assert [(type(wish), wish.code) for wish in printed if isinstance(wish, PrintSlip)] == [(PrintSlip, "ABCDE-FGHJK")]
    assert (resident.here.where.at, resident.here.code) == (At.KEPT, "ABCDE-FGHJK")
    kept = resident.here
    resident.touches(Forward())
    assert resident.filing is None

    later = Resident(support.begun())
    later.touches(Resume())
    later.types("ABC2")
    assert later.touches(Forward()) == (ResumeDraft("ABC2"),)
    later.happens(DraftNotFound("slip"))
    assert later.here.trouble == Trouble("kiosk.filing.code.slip")
    later.happens(CardRead("ABCDE-FGHJK"))
    later.happens(DraftFound(saved.ident, saved.content, saved.photos))
    here = later.here
    assert here.where == Where(At.ASK, path=("con",))
    assert (here.ident, dict(here.answers), dict(here.have)) == (kept.ident, dict(kept.answers), dict(kept.have))
    assert [where.at for where in here.trail].count(At.ASK) == [where.at for where in kept.trail].count(At.ASK)
    while later.here.where.at is not At.REVIEW:
        later.goes_on()


def test_a_code_is_tried_once_however_often_it_is_tapped() -> None:
    resident = Resident(support.begun())
    resident.touches(Resume())
    resident.types("ABCD")
    assert [resident.happens(event) for event in (Forward(), Forward(), Key("E"), CardRead("ABCDE"))] == [
        (ResumeDraft("ABCD"),), (), (), (),
    ]  # fmt: skip
    resident.happens(DraftNotFound("unknown"))
    assert resident.happens(Forward()) == (ResumeDraft("ABCD"),)


def test_a_draft_of_another_version_is_not_gone_on_with() -> None:
    kept = drafts.content_of(begun_on_questions())
    changed = replace(support.begun(), guides=(support.guide(version="v2"),))
    for content in (kept, b"{}", b"no json", b'{"guide":1}', b"[]"):
        assert drafts.resumed(changed, DraftFound("ab" * 20, content, ())) is None


def test_keeping_may_fail_and_everything_is_still_there() -> None:
    resident = Resident(begun_on_questions())
    resident.touches(Stop(), Keep())
    resident.happens(DraftNotSaved("disk"))
    assert resident.here.trouble == Trouble("kiosk.filing.not_kept.disk")
    resident.touches(Back())
    assert resident.here.where == Where(At.ASK, path=("phu_hop", "o_xa"))


def test_a_helper_takes_over_where_the_resident_stopped() -> None:
    resident = Resident(begun_on_questions())
    resident.touches(Stop(), CallHelper())
    assert resident.happens(CardRead("HELPER-CARD")) == (AskHelper("HELPER-CARD"),)
    resident.happens(HelperUnknown("unknown"))
    assert resident.here.trouble == Trouble("kiosk.filing.helper.unknown")
    resident.types("ABCD")
    resident.touches(Forward())
    resident.happens(HelperKnown("helper-7", "Tổ công nghệ"))
    assert (resident.here.where, resident.here.helper) == (Where(At.ASK, path=("phu_hop", "o_xa")), "helper-7")
    document = document_of(submission(resident.here, support.kit().words["vi"]).content)
    assert document.helped_by == "helper-7"


def test_all_of_it_goes() -> None:
    resident = Resident(begun_on_questions())
    resident.touches(Stop(), Discard())
    assert resident.filing is None


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    resident = Resident(begun_on_questions())
    resident.touches(Stop(), Keep())
    for second in (1.0, 1.0 + flow.ANSWER_LIMIT_S):
        resident.happens(Passed(NOW, second))
    assert (resident.here.waiting, resident.here.trouble) == (False, Trouble("kiosk.filing.slow"))


# --- devices


@pytest.mark.parametrize(("kind", "reason"), [("camera", "camera_none"), ("camera", "camera_gone")])
def test_without_a_camera_one_goes_on(kind: str, reason: str) -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where.at is not At.PHOTO:
        resident.goes_on()
    resident.touches(Forward())
    resident.happens(DeviceFailed(kind, reason))
    assert (resident.here.waiting, resident.here.trouble) == (False, Trouble(f"kiosk.device.{reason}"))
    while resident.here.where.at is At.PHOTO:
        resident.touches(SkipPhoto("later"))
    assert resident.here.where.at is At.REVIEW


def test_without_a_scanner_one_types() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where.at is not At.CARD:
        resident.goes_on()
    resident.happens(DeviceFailed("scanner", "scanner_gone"))
    assert resident.here.trouble == Trouble("kiosk.device.scanner_gone")
    resident.touches(Forward())
    assert resident.here.where == Where(At.ASK, path=("nguoi_yeu_cau", "ten"))


def test_a_scanner_that_is_gone_does_not_talk_over_one_who_types_or_another_trouble() -> None:
    gone = DeviceFailed("scanner", "scanner_gone")
    resident = Resident(support.begun())
    resident.touches(Resume())
    typing = resident.here
    assert typing.typing and flow.step(typing, gone, support.kit()) == (typing, ())
    resident.touches(OpenKeys(False))
    resident.happens(gone)
    assert resident.here.trouble == Trouble("kiosk.device.scanner_gone")
    wrong = replace(resident.here, trouble=Trouble("kiosk.filing.code.slip"))
    assert flow.step(wrong, gone, support.kit()) == (wrong, ())


def test_a_slip_that_did_not_come_out_brings_its_number_back() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where.at is not At.HANDOVER:
        resident.goes_on()
    resident.happens(DeviceFailed("printer", "printer_paper"))
    assert (resident.here.trail, resident.here.filed) == ((Where(At.RECEIPT),), Filed("K7M4-XP2Q", "LL" + "A" * 32))
    assert resident.here.trouble == Trouble("kiosk.device.printer_paper", warning=True)
    resident.touches(Forward())
    assert resident.here.where == Where(At.HANDOVER, "0")


def test_what_does_not_concern_a_page_changes_nothing() -> None:
    filing = begun_on_questions()
    for event in (DeviceFailed("camera", "camera_gone"), DeviceFailed("printer", "printer_paper"), CardRead(CARD),
                  PhotoTaken(b"x", True), CameraSees(1, 1, b"abc"), DraftSaved("X"), HelperKnown("7", "x"),
                  Filed("K", "L")):  # fmt: skip
        assert flow.step(filing, event, support.kit()) == (filing, ())


def test_the_camera_is_watched_only_where_it_is_wanted() -> None:
    resident = Resident(begun_on_questions())
    while resident.here.where.at is not At.CARD:
        resident.goes_on()
    assert resident.wishes[-1] == WatchCamera(True)
    resident.happens(CameraSees(1, 1, b"abc"))
    assert resident.here.camera is not None
    assert resident.happens(Stop()) == (WatchCamera(False),)
    assert resident.here.camera is None
