"""What takes time on a resident's behalf: done one after another, and every failure has an answer that can be said."""

import json
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.errors import DeviceError, StationError
from controller.core.filings import PHOTOS_LIMIT, FileState, Step
from controller.filing.receiving import FREE_TRIES, Filing, new_ident
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.store import filings
from kiosk.asking import Ask, Asked, FileAnswer, FindFile, Found, NotAsked
from kiosk.hands import Hands, Mouth, Paper
from kiosk.happenings import (
    AskHelper,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    HelperUnknown,
    NotFiled,
    PrintReceipt,
    PrintSlip,
    ResumeDraft,
    SaveDraft,
    Say,
    Submit,
)
from kiosk.state import Input
from tests.support.filed import BIRTH, office_in, submission
from tests.support.kiosk_station import until
from tests.support.stations import START, SilentBell, Station, station_in

RECEIPT = PrintReceipt("K7M4-XP2Q", "LL", "Khai sinh", ())


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


class Working:
    """Hands in a thread of their own, and what they told."""

    def __init__(self, station: Station) -> None:
        self.told: list[Input] = []
        clock, bell = station.clock, station.bell

        def opened() -> Filing:
            return Filing(filings.opened(station.places.filings_db), bell, clock, station.ids)

        self.hands = Hands(station.places, clock, station.ids, bell, opened, self.told.append)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.hands.run, args=(self._stopping, lambda: None), daemon=True)

    def __enter__(self) -> "Working":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.hands.wake()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def answer(self, wish: Ask | FindFile | Submit | SaveDraft | ResumeDraft | AskHelper) -> Input:
        before = len(self.told)
        self.hands.do(wish)
        until(lambda: len(self.told) > before, f"an answer to {type(wish).__name__}")
        return self.told[-1]


def test_a_request_is_a_small_file_and_the_controller_is_rung(station: Station) -> None:
    with Working(station) as working:
        answer = working.answer(Ask("seat", "session-1"))
    assert isinstance(answer, Asked) and answer.kind == "seat"
    written = json.loads(station.places.kiosk_request(answer.ident).read_text())
    assert {key: written[key] for key in ("kind", "about")} == {"kind": "seat", "about": "session-1"}
    assert isinstance(station.bell, SilentBell)
    assert station.bell.rung == [("controller", {})]


def test_a_request_that_cannot_be_kept_is_said_to_be_none(station: Station) -> None:
    shutil.rmtree(station.places.kiosk_requests)
    with Working(station) as working:
        assert working.answer(Ask("help")) == NotAsked("help")


def test_files_are_looked_up_and_a_guesser_is_slowed_down(station: Station) -> None:
    assert isinstance(station.clock, FakeClock)
    with Working(station) as working:
        for _ in range(FREE_TRIES):
            assert working.answer(FindFile(token="LL" + "A" * 32)) == FileAnswer(Found.UNKNOWN)
        assert working.answer(FindFile(token="LL" + "A" * 32)) == FileAnswer(Found.OFTEN)
        station.clock.tick(600)
        assert working.answer(FindFile(number="K7M4-XP2Q", born="1948-02-03")) == FileAnswer(Found.UNKNOWN)


def test_what_the_desk_says_reaches_the_resident(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    sitting, given = office.opened(), office.filing.submit(submission())
    (outline,) = office.desk.outlines()
    due = START + timedelta(days=3)
    office.desk.move(sitting, outline.id, FileState.REGISTERED, Step(to=FileState.ACCEPTED, due=due))
    office.desk.set_portal_code(sitting, outline.id, "H01.02-26")
    with Working(station_in(tmp_path)) as working:
        assert working.answer(FindFile(token=given.token)) == FileAnswer(
            Found.FOUND, "accepted", "", (), due, "H01.02-26"
        )
        asked = Step(to=FileState.PAPERS_ASKED, reason="Thiếu dấu", asked=("Giấy chứng sinh",))
        office.desk.move(sitting, outline.id, FileState.ACCEPTED, asked)
        answer = working.answer(FindFile(number=given.number, born=BIRTH))
    assert isinstance(answer, FileAnswer)
    assert (answer.state, answer.lines) == ("papers_asked", ("Thiếu dấu", "Giấy chứng sinh"))


def test_without_a_desk_or_a_database_nothing_is_filed_and_that_is_said(station: Station) -> None:
    submit = Submit(ident=new_ident(), guide="khai-sinh", content=b"{}", photos=())
    with Working(station) as working:
        answer = working.answer(submit)
        assert isinstance(answer, NotFiled)
    station.places.filings_db.write_bytes(b"no database " * 1000)
    for file in station.places.filings.glob("filings.db-*"):
        file.unlink()
    with Working(station) as working:
        assert working.answer(submit) == NotFiled("database")
        assert working.answer(FindFile(token="LL" + "A" * 32)) == FileAnswer(Found.UNREADABLE)
        assert working.answer(ResumeDraft("K7M4X-P2QRT")) in (DraftNotFound("slip"), DraftNotFound("database"))


def test_what_cannot_be_filed_at_all_is_not_said_to_be_worth_another_try(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    sitting, sent = office.opened(), submission()
    with Working(station_in(tmp_path)) as working:
        many = tuple(("paper", b"\xff\xd8") for _ in range(PHOTOS_LIMIT + 1))
        assert working.answer(Submit(sent.ident, sent.guide, sent.content, many)) == NotFiled("large")
        assert working.answer(SaveDraft(sent.ident, sent.content, many)) == DraftNotSaved("large")
        office.filing.submit(sent)
        office.desk.open(sitting, office.desk.outlines()[0].id)
        assert working.answer(Submit(sent.ident, sent.guide, sent.content, ())) == NotFiled("changed")
    words = load_words("vi")
    assert all(
        words(f"kiosk.filing.not_sent.{reason}") for reason in ("large", "changed", "disk", "database", "no_key")
    )
    assert words("kiosk.filing.not_kept.large")


def test_a_draft_is_found_again_under_its_code_and_no_other(station: Station) -> None:
    ident = new_ident()
    with Working(station) as working:
        saved = working.answer(SaveDraft(ident, b"draft", (("paper", b"photo"),)))
        assert isinstance(saved, DraftSaved)
        again = working.answer(SaveDraft(ident, b"draft, later", ()))
        assert again == saved  # the slip in their hand stays true
    with Working(station) as working:
        assert working.answer(ResumeDraft(saved.code.lower())) == DraftFound(ident, b"draft, later", ())
        assert working.answer(SaveDraft(ident, b"once more", ())) == saved
        slip = saved.code[:-1] + ("A" if saved.code[-1] != "A" else "B")
        assert working.answer(ResumeDraft(slip)) == DraftNotFound("slip")
        assert working.answer(AskHelper("no code")) == HelperUnknown("slip")


def test_a_printer_without_paper_is_a_device_that_failed_and_the_next_slip_is_printed() -> None:
    told: list[Input] = []
    tried: list[PrintReceipt | PrintSlip] = []

    def no_paper(slip: PrintReceipt | PrintSlip) -> None:
        tried.append(slip)
        if len(tried) == 1:
            raise DeviceError("printer_paper")

    paper, stopping = Paper(no_paper, told.append), threading.Event()
    thread = threading.Thread(target=paper.run, args=(stopping,), daemon=True)
    thread.start()
    for _ in range(2):
        paper.print(RECEIPT)
    until(lambda: len(tried) == 2, "both")
    stopping.set()
    paper.wake()
    thread.join(10)
    assert not thread.is_alive()
    assert (tried, told) == ([RECEIPT, RECEIPT], [DeviceFailed("printer", "printer_paper")])


class Throat:
    """A voice that can be held shut."""

    def __init__(self, fails: bool = False) -> None:
        self.said: list[tuple[str, str]] = []
        self.free, self.fails = threading.Event(), fails

    def open(self) -> None:
        if self.fails:
            raise DeviceError("voice_none")

    def say(self, text: str, language: str) -> float:
        self.said.append((text, language))
        assert self.free.wait(10)
        return 0.0

    def close(self) -> None:
        self.said.append(("closed", ""))


def _speaking(throat: Throat, told: list[Input]) -> tuple[Mouth, Callable[[], None]]:
    mouth, stopping = Mouth(throat, told.append), threading.Event()
    thread = threading.Thread(target=mouth.run, args=(stopping,), daemon=True)
    thread.start()

    def end() -> None:
        stopping.set()
        mouth.wake()
        thread.join(10)
        assert not thread.is_alive()

    return mouth, end


def test_of_what_is_to_be_said_only_the_newest_is() -> None:
    throat = Throat()
    mouth, end = _speaking(throat, [])
    mouth.say(Say(""))  # silence needs no voice
    mouth.say(Say("one"))
    until(lambda: throat.said == [("one", "vi")], "the first")
    for text in ("two", "three", ""):
        mouth.say(Say(text, "en"))
    throat.free.set()
    until(lambda: throat.said == [("one", "vi"), ("", "en")], "silence")
    end()
    assert throat.said[-1] == ("closed", "")


def test_a_station_without_a_voice_says_so_once() -> None:
    told: list[Input] = []
    mouth, end = _speaking(Throat(fails=True), told)
    for text in ("one", "two"):
        mouth.say(Say(text))
        until(lambda: told == [DeviceFailed("voice", "voice_none")], "that there is none")
    end()
    assert told == [DeviceFailed("voice", "voice_none")]


def test_an_error_of_the_disk_has_its_reason(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StationError("no room")

    with Working(station) as working:
        monkeypatch.setattr(Filing, "keep_draft", full)
        assert str(working.answer(SaveDraft(new_ident(), b"draft", ()))).startswith("DraftNotSaved(reason='database'")
