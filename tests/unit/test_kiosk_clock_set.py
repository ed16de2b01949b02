"""The wall clock is set while somebody stands there: by the network, by a person, over midnight, forwards and back. No
warning, no end, no rest after a page and no wait for an answer goes by it; what is dated goes by it at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.file_documents import document_of
from controller.runtime.catalogues import load_words
from kiosk.acts import Act, FileService, GoTo, SpeakTo
from kiosk.devices.receipt import receipt_of
from kiosk.filing import flow
from kiosk.filing.acts import Forward, PickEvent, PickGuide
from kiosk.filing.document import submission
from kiosk.filing.state import At, Filing
from kiosk.flow import SETTLE_S, WARN_S
from kiosk.happenings import PrintReceipt
from kiosk.moments import Passed
from kiosk.screen import PASSED_S
from kiosk.state import DOORS, LANGUAGE
from kiosk.widgets import Box, Target
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_filing_pages import pages
from tests.support.kiosk_screen_run import FRAME, Run, running
from tests.support.kiosk_station import until

H, DAY = 3600.0, 86400.0
SET = {"ntp forwards": 37.5, "ntp back": -37.5, "a person, hours on": 7 * H, "a person, hours back": -9 * H,
       "over midnight": 8 * H, "from 1970": 20000 * DAY, "to 1970": -20000 * DAY}  # fmt: skip
NIGHT = datetime(2026, 11, 27, 23, 59, 50, tzinfo=cases.TZ)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with running(tmp_path, cases.NOW) as run:
        yield run


def box_of(run: Run, scene: str, act: Act) -> Box:
    drawn = cases.stage(FRAME).compose(cases.state(cases.ORDINARY, scene=scene))
    return next(w.box for w in drawn if isinstance(w, Target) and w.act == act)


def box_in_filing(run: Run, act: Act) -> Box:
    assert run.visiting.filing is not None
    return next(
        w.box for w in support.composed(run.visiting.filing, FRAME) if isinstance(w, Target) and w.act == act
    )  # fmt: skip


def begins_to_file(run: Run) -> None:
    for scene, act in (("waiting", GoTo(LANGUAGE)), (LANGUAGE, SpeakTo("vi")), (DOORS, FileService())):
        run.clock.tick(1.0)
        said = len(run.said)
        run.touch(box_of(run, scene, act))
        until(lambda said=said: len(run.said) > said, f"the page after {act}")  # type: ignore[misc] # the loop's own
    run.clock.tick(1.0)
    run.sees_it()


@pytest.mark.parametrize("by_s", SET.values(), ids=SET)
def test_warning_and_end_go_by_the_time_that_has_passed(run: Run, by_s: float) -> None:
    begins_to_file(run)
    patience_s = run.station.config.kiosk.patience_s
    said = len(run.said)
    warning = run.words["vi"]("kiosk.still_there.said")
    touched_at = run.clock.monotonic() - 1.0  # the last touch; a tick came after it

    def until_left(left_s: float) -> None:
        run.clock.tick(touched_at + patience_s - left_s - run.clock.monotonic())
        run.sees_it()

    run.clock.step(by_s)
    run.sees_it()
    until_left(WARN_S + 0.5)
    run.clock.step(-by_s / 2)
    run.sees_it()
    assert (run.said[said:], run.over.is_set()) == ([], False)
    until_left(WARN_S - 0.5)
    until(lambda: run.said[said:] == [warning], "the warning")
    run.clock.step(by_s)
    run.sees_it()
    until_left(0.5)
    assert (run.said[said:], run.over.is_set()) == ([warning], False)
    run.clock.tick(1.0)
    run.screen.wake()
    assert run.over.wait(5)
    assert [text for text in run.said[said:] if text] == [warning]


@pytest.mark.parametrize("by_s", SET.values(), ids=SET)
def test_a_page_rests_as_long_as_ever_and_not_longer(run: Run, by_s: float) -> None:
    begins_to_file(run)
    run.touch(box_in_filing(run, PickEvent("sinh_con")))
    until(lambda: run.visiting.filing is not None and run.visiting.filing.where.at is At.GUIDES, "the guides")
    run.clock.step(by_s)
    run.sees_it()
    box = box_in_filing(run, PickGuide("khai_sinh"))
    run.touch(box)  # the second tap of a double tap
    run.sees_it()
    run.clock.tick(0.01)
    run.sees_it()  # by now it has been felt
    run.clock.tick(SETTLE_S)
    run.sees_it()
    assert run.visiting.filing is not None and run.visiting.filing.where.at is At.GUIDES
    run.clock.step(-by_s)
    run.touch(box)
    until(lambda: run.visiting.filing is not None and run.visiting.filing.where.at is At.ABOUT, "the guide")


@pytest.mark.parametrize("by_s", SET.values(), ids=SET)
def test_the_waiting_screens_clock_follows_at_once(run: Run, by_s: float) -> None:
    run.clock.step(by_s)
    run.clock.tick(PASSED_S)
    run.screen.wake()
    now = run.clock.now().astimezone(cases.TZ).replace(second=0, microsecond=0)
    wanted = cases.drawn(cases.Case(cases.state(cases.ORDINARY, now=now), FRAME)).tobytes()
    until(lambda: run.pixels() == wanted, "the new time")


@pytest.mark.parametrize("by_s", SET.values(), ids=SET)
def test_an_answer_that_does_not_come_is_waited_for_as_long_as_ever(by_s: float) -> None:
    filing, at, now = pages()["sending"], 500.0, support.NOW
    for passed_s, set_s in ((0.25, by_s), (flow.ANSWER_LIMIT_S - 1, -by_s)):
        at, now = at + passed_s, now + timedelta(seconds=passed_s + set_s)
        after, _ = flow.step(filing, Passed(now, at), support.kit())
        assert after is not None and after.where.at is At.SENDING
        filing = after
    gone, _ = flow.step(filing, Passed(now, at + 2), support.kit())
    assert gone is not None and (gone.where.at, gone.where.name) == (At.NOT_SENT, "slow")


def on(day: datetime, filing: Filing) -> Filing:
    after, _ = flow.step(filing, Passed(day, 2000.0), support.kit())
    assert after is not None
    return after


def test_what_may_be_answered_and_what_is_dated_goes_by_the_clock_as_it_was_set() -> None:
    """A kiosk that believed in 2025 when the visit began: a child of this week is born in no future."""
    early = datetime(2025, 1, 1, 7, 0, tzinfo=support.TZ)
    guide = next(each for each in support.shipped() if each.id == "khai_sinh")
    resident = Resident(flow.begun("vi", early, (guide,), support.SEED))
    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    page = None
    while page is None or page.question.name != "tre_ngay_sinh":
        resident.goes_on()
        page = resident.here.asked
    resident.types("25112026")
    resident.touches(Forward())
    assert resident.here.trouble is not None and not resident.here.trouble.warning
    resident.happens(Passed(support.NOW, 2000.0))
    resident.touches(Forward())
    assert resident.here.asked is not None and resident.here.asked.question.name != "tre_ngay_sinh"
    while resident.here.where.at is not At.CONSENT:
        resident.goes_on()
    resident.happens(Passed(support.NOW + timedelta(days=1), 2001.0))
    consent = document_of(submission(resident.here, support.kit().words["vi"]).content).consent
    assert consent.at == (support.NOW + timedelta(days=1)).isoformat()


def test_over_midnight_nothing_of_a_filing_but_the_day_is_another() -> None:
    for name, filing in pages().items():
        before = on(NIGHT, filing)
        after = on(NIGHT + timedelta(seconds=20), before)
        assert (before.now.date(), after.now.date()) == (date(2026, 11, 27), date(2026, 11, 28)), name
        if after.form is not None:
            assert after.form.today == date(2026, 11, 28), name
        assert replace(after, now=before.now, form=before.form) == before, name


@pytest.mark.parametrize("by_s", [-20000 * DAY, 20000 * DAY, 8 * H])
def test_no_question_is_taken_away_from_under_the_finger(by_s: float) -> None:
    for name, filing in pages().items():
        after = on(support.NOW + timedelta(seconds=by_s), filing)
        assert (after.asked is None) == (filing.asked is None), name


def test_a_slip_has_the_day_only_if_somebody_knows_it() -> None:
    words, wish = load_words("vi"), PrintReceipt("K7M4-XP2Q", "", "Trợ cấp", ())
    assert receipt_of(wish, "Xã Mẫu", words, support.NOW).printed == "In lúc 16:05 ngày 27/11/2026"
    assert receipt_of(wish, "Xã Mẫu", words, None).printed == ""
