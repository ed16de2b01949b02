"""The desk: queue, opening, steps by the table, notes, what somebody has changed behind its back, JSON and PDF."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from controller.core.errors import ChangedError, InputError, NotFoundError
from controller.core.file_documents import Said
from controller.core.filings import UNDO_FOR, FileState, Standing, Step
from controller.core.opened_files import OpenedFile
from controller.filing.papers import captions, pdf_of, sections
from controller.filing.sittings import Sitting
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.sealing import SealError
from controller.store import filings
from controller.store.filings import FileRow
from tests.support.filed import ID_NUMBER, NAME, Office, document, office_in, submission
from tests.support.stations import START

S = FileState
WORDS, PLACE = load_words("vi"), ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    made = office_in(tmp_path, clock)
    yield made
    made.store.close()


@pytest.fixture
def sitting(office: Office) -> Sitting:
    made = office.opened()
    office.filing.submit(submission())
    return made


def jpeg(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#ddeecc").save(made, "JPEG")
    return made.getvalue()


def told(office: Office) -> list[dict[str, object]]:
    with office.store.read() as tx:
        found = tx.execute("SELECT detail FROM outbox WHERE kind = 'file' ORDER BY seq").fetchall()
    return [json.loads(row["detail"]) for row in found]


def test_the_queue_has_what_somebody_must_work_on_oldest_first(
    office: Office, sitting: Sitting, clock: FakeClock
) -> None:
    clock.tick(1)
    office.filing.submit(submission(2, name="Bàn Thử Hai"))
    clock.tick(1)
    office.filing.submit(submission(3, name="Lý Thử Ba"))
    assert [line.name for line in office.desk.queue(sitting)] == [NAME, "Bàn Thử Hai", "Lý Thử Ba"]
    refused = office.desk.queue(sitting)[1].outline
    office.desk.move(sitting, refused.id, S.REGISTERED, Step(to=S.REFUSED, reason="sai nơi nộp"))
    assert [line.name for line in office.desk.queue(sitting)] == [NAME, "Lý Thử Ba"]
    assert [line.name for line in office.desk.queue(sitting, ended=True)] == ["Bàn Thử Hai"]
    assert office.desk.counts() == {S.REGISTERED: 2, S.REFUSED: 1}
    assert [outline.is_new for outline in office.desk.outlines()] == [True] * 3
    office.desk.open(sitting, refused.id)
    assert [outline.is_new for outline in office.desk.outlines()] == [True, False, True]


def test_a_file_goes_through_its_states(office: Office, sitting: Sitting, clock: FakeClock) -> None:
    steps = [
        Step(to=S.PAPERS_ASKED, reason="Thiếu giấy.", asked=("Giấy chứng sinh", " ")),
        Step(to=S.ACCEPTED, due=START + timedelta(minutes=10)), Step(to=S.IN_PROCESS),
        Step(to=S.PAYMENT_ASKED, reason="8.000 đồng"), Step(to=S.IN_PROCESS), Step(to=S.DONE), Step(to=S.RETURNED),
    ]  # fmt: skip
    for step in steps:
        clock.tick(60)
        sitting.use()
        office.desk.move(sitting, "id-0002", office.desk.outlines()[0].state, step)
    opened = office.desk.open(sitting, "id-0002")
    assert [(step.state, step.by) for step in opened.steps] == [(step.to, "lan") for step in steps]
    assert (opened.steps[0].text, opened.steps[0].asked) == ("Thiếu giấy.", ("Giấy chứng sinh",))
    assert opened.may_follow == ()
    assert opened.outline.timing.due == START + timedelta(minutes=10), "no working day began while it stood still"
    assert [line["what"] for line in told(office)] == ["filed", *["moved"] * 7, "opened"]
    assert [line.get("state") for line in told(office)][1:8] == [step.to.key for step in steps]
    assert all(set(line) <= {"what", "guide", "state", "by"} for line in told(office)), "no words of anybody"


def test_who_comes_second_is_told(office: Office, sitting: Sitting) -> None:
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED))
    with pytest.raises(ChangedError):
        office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.REFUSED, reason="x"))
    assert office.desk.counts() == {S.ACCEPTED: 1}


def test_what_is_wrong_with_a_step_changes_nothing(office: Office, sitting: Sitting) -> None:
    for step, problems in (
        (Step(to=S.REFUSED), ["file_reason"]),
        (Step(to=S.DONE), ["file_move"]),
        (Step(to=S.PAPERS_ASKED, reason=" "), ["file_reason", "file_asked"]),
    ):
        with pytest.raises(InputError) as caught:
            office.desk.move(sitting, "id-0002", S.REGISTERED, step)
        assert [problem.code for problem in caught.value.problems] == problems
        assert all(WORDS.has(f"problem.{problem}") for problem in problems)
    assert office.desk.open(sitting, "id-0002").steps == ()
    with pytest.raises(NotFoundError):
        office.desk.move(sitting, "nothing", S.REGISTERED, Step(to=S.ACCEPTED))


def standing(office: Office) -> Standing:
    found = office.filing.state_of_token(office.filing.submit(submission()).token)
    assert found is not None
    return found


def test_the_last_step_can_be_taken_back_and_the_resident_sees_it_so(
    office: Office, sitting: Sitting, clock: FakeClock
) -> None:
    due = START + timedelta(days=3)
    steps = [
        Step(to=S.ACCEPTED, due=due), Step(to=S.IN_PROCESS, due=due + timedelta(days=4)),
        Step(to=S.WITHDRAWN, reason="nhầm dòng"),
    ]  # fmt: skip
    before = []
    office.desk.open(sitting, "id-0002")
    for step in steps:
        clock.tick(60)
        before.append((office.desk.open(sitting, "id-0002"), standing(office), row(office)))
        office.desk.move(sitting, "id-0002", office.desk.outlines()[0].state, step)
    assert standing(office).state is S.WITHDRAWN
    for number, was in zip((3, 2, 1), reversed(before), strict=True):
        assert office.desk.open(sitting, "id-0002").may_undo
        office.desk.undo(sitting, "id-0002", number)
        assert (office.desk.open(sitting, "id-0002"), standing(office), row(office)) == was
    assert not office.desk.open(sitting, "id-0002").may_undo
    assert [line["what"] for line in told(office)] == ["filed", "opened", *["moved"] * 3, *["undone"] * 3]
    assert [line["state"] for line in told(office)[-3:]] == ["withdrawn", "in_process", "accepted"]
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.REFUSED, reason="như bảng đã định"), 0)


def row(office: Office) -> FileRow:
    with office.store.read() as tx:
        return replace(filings.get(tx, "id-0002"), opened_at=None)


def test_a_step_is_taken_back_in_time_and_only_by_who_has_seen_it(
    office: Office, sitting: Sitting, clock: FakeClock
) -> None:
    with pytest.raises(ChangedError):
        office.desk.undo(sitting, "id-0002", 0)
    asked = Step(to=S.PAPERS_ASKED, reason="Thiếu", asked=("Giấy",))
    office.desk.move(sitting, "id-0002", S.REGISTERED, asked, 0)
    with pytest.raises(ChangedError):
        office.desk.move(sitting, "id-0002", S.PAPERS_ASKED, asked, 0)
    office.desk.move(sitting, "id-0002", S.PAPERS_ASKED, asked, 1)
    for seen in (0, 1, 3):
        with pytest.raises(ChangedError):
            office.desk.undo(sitting, "id-0002", seen)
    clock.tick(UNDO_FOR.total_seconds())
    later = office.keys.unlock("lan", "sông nước quê mình xanh")
    with pytest.raises(InputError) as caught:
        office.desk.undo(later, "id-0002", 2)
    assert [problem.code for problem in caught.value.problems] == ["file_undo_late"]
    assert not office.desk.open(later, "id-0002").may_undo
    assert WORDS.has("problem.file_undo_late")


def test_a_step_of_an_older_program_stays(office: Office, sitting: Sitting) -> None:
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED))
    with office.store.write() as tx:
        tx.execute("UPDATE file_lines SET before_state = NULL")
    assert not office.desk.open(sitting, "id-0002").may_undo
    with pytest.raises(InputError):
        office.desk.undo(sitting, "id-0002", 1)


def test_a_promise_stands_still_and_goes_on_by_working_days(office: Office, sitting: Sitting, clock: FakeClock) -> None:
    """From Saturday 21/11 on: promised for Friday 27th, asked for papers on Wednesday, brought on Sunday."""

    def until(day: int) -> Sitting:
        clock.tick((datetime(2026, 11, day, 9, tzinfo=PLACE) - clock.now()).total_seconds())
        return office.keys.unlock("lan", "sông nước quê mình xanh")

    due = datetime(2026, 11, 27, 17, tzinfo=PLACE)
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED, due=due))
    office.desk.move(until(25), "id-0002", S.ACCEPTED, Step(to=S.PAPERS_ASKED, reason="Thiếu", asked=("Giấy",)))
    assert (standing(office).timing.due, office.desk.outlines()[0].timing.late) == (None, False)
    office.desk.move(until(26), "id-0002", S.PAPERS_ASKED, Step(to=S.PAYMENT_ASKED, reason="8.000 đồng"))
    office.desk.move(until(29), "id-0002", S.PAYMENT_ASKED, Step(to=S.IN_PROCESS))
    assert standing(office).timing.due == datetime(2026, 12, 1, 17, tzinfo=PLACE), "Thursday and Friday stood still"


@pytest.mark.parametrize("believed", [True, False])
def test_what_was_filed_by_a_doubtful_clock_says_so(tmp_path: Path, clock: FakeClock, believed: bool) -> None:
    office = office_in(tmp_path / "other", clock, believed)
    sitting = office.opened()
    office.filing.submit(submission())
    assert office.desk.outlines()[0].is_doubtful is not believed
    assert json.loads(office.desk.exported(sitting, "id-0002"))["filed_at_doubtful"] is not believed
    office.store.close()


def test_notes_and_the_portals_code(office: Office, sitting: Sitting) -> None:
    office.desk.note(sitting, "id-0002", " gọi lại thứ hai ")
    office.desk.set_portal_code(sitting, "id-0002", "H60-1")
    office.desk.set_portal_code(sitting, "id-0002", " H60-2 ")
    opened = office.desk.open(sitting, "id-0002")
    assert [(note.by, note.text) for note in opened.notes] == [("lan", "gọi lại thứ hai")]
    assert opened.portal_code == "H60-2"
    for attempt, problem in (
        (lambda: office.desk.note(sitting, "id-0002", " "), "empty"),
        (lambda: office.desk.note(sitting, "id-0002", "x" * 2001), "file_long"),
        (lambda: office.desk.set_portal_code(sitting, "id-0002", "x" * 61), "file_long"),
        (lambda: office.desk.issue_helper("", "lan"), "empty"),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert [each.code for each in caught.value.problems] == [problem]


def test_opening_is_told_once_a_sitting(office: Office, sitting: Sitting) -> None:
    for _ in range(3):
        office.desk.open(sitting, "id-0002")
    other = office.keys.unlock("lan", "sông nước quê mình xanh")
    office.desk.open(other, "id-0002")
    assert [line["what"] for line in told(office)] == ["filed", "opened", "opened"]


def test_parts_that_change_files_or_places_are_noticed(office: Office, sitting: Sitting) -> None:
    office.filing.submit(submission(2, name="Bàn Thử Hai"))
    one, two = (line.outline.id for line in office.desk.queue(sitting))
    swap = (
        "UPDATE file_parts SET locked = (SELECT locked FROM file_parts WHERE file_id = ? AND place = ?)"
        " WHERE file_id = ? AND place = ?"
    )
    with office.store.write() as tx:
        tx.execute(swap, (two, 1, one, 1))
        tx.execute(swap, (two, 3, two, 2))
    with pytest.raises(SealError):
        office.desk.open(sitting, one)
    assert office.desk.open(sitting, two).document == document("Bàn Thử Hai")
    with pytest.raises(SealError):
        office.desk.photo(sitting, two, 2)
    assert office.desk.photo(sitting, two, 3) == b"\xff\xd8second"


def test_a_whole_file_put_in_place_of_another_is_noticed(office: Office, sitting: Sitting) -> None:
    office.filing.submit(submission(2, name="Bàn Thử Hai"))
    one, two = (line.outline.id for line in office.desk.queue(sitting))
    with office.store.write() as tx:
        tx.execute("UPDATE files SET sealed_key = (SELECT sealed_key FROM files WHERE id = ?) WHERE id = ?", (two, one))
        tx.execute("DELETE FROM file_parts WHERE file_id = ?", (one,))
        tx.execute("INSERT INTO file_parts SELECT ?, place, locked FROM file_parts WHERE file_id = ?", (one, two))
    assert [(line.name, line.broken) for line in office.desk.queue(sitting)] == [("", True), ("Bàn Thử Hai", False)]
    with pytest.raises(SealError):
        office.desk.open(sitting, one)
    with pytest.raises(NotFoundError):
        office.desk.photo(sitting, two, 9)
    with pytest.raises(SealError):
        office.desk.photo(sitting, two, 1)


def test_deleted_before_its_time_with_a_record(office: Office, sitting: Sitting) -> None:
    with pytest.raises(InputError):
        office.desk.delete(sitting, "id-0002", "because")
    office.desk.delete(sitting, "id-0002", "asked")
    (record,) = office.desk.deletions()
    assert (record.file_id, record.guide, record.filed_at, record.deleted_at, record.rule, record.by) == (
        "id-0002", "khai-sinh", START, START, "asked", "lan",
    )  # fmt: skip
    with pytest.raises(NotFoundError):
        office.desk.open(sitting, "id-0002")
    assert told(office)[-1] == {"what": "deleted", "rule": "asked", "by": "lan"}


# --- taken along


def test_one_file_as_json(office: Office, sitting: Sitting) -> None:
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED))
    office.desk.note(sitting, "id-0002", "ghi chú")
    made = json.loads(office.desk.exported(sitting, "id-0002"))
    assert made["document"] == json.loads(document().as_json())
    assert [base64.b64decode(photo["jpeg"]) for photo in made["photos"]] == [b"\xff\xd8first", b"\xff\xd8second"]
    assert (made["id"], made["state"], made["state_number"], made["filed_at"]) == (
        "id-0002", "accepted", 2, "2026-11-21T06:00:00+00:00",
    )  # fmt: skip
    assert [(step["state"], step["by"]) for step in made["steps"]] == [("accepted", "lan")]
    assert [note["text"] for note in made["notes"]] == ["ghi chú"]
    assert told(office)[-1] == {"what": "exported", "form": "json", "by": "lan"}


@pytest.fixture
def opened(office: Office, sitting: Sitting) -> OpenedFile:
    office.desk.move(sitting, "id-0002", S.REGISTERED, Step(to=S.ACCEPTED))
    office.desk.note(sitting, "id-0002", "<b>ghi</b> & chú")
    return office.desk.open(sitting, "id-0002")


def test_what_the_paper_says(opened: OpenedFile) -> None:
    made = [(part["title"], part["lines"]) for part in sections(opened, WORDS, PLACE)]
    assert made == [
        ("", [("Số phiếu", opened.number), ("Nộp lúc", "13:00 21/11/2026"), ("Mã thủ tục", "1.001193"),
              ("Tình trạng", "Được tiếp nhận")]),
        ("Người nộp", [("Họ và tên", NAME), ("Ngày sinh", "03/02/1948"), ("Số định danh", ID_NUMBER),
                       ("Điện thoại", "0000000000")]),
        ("Nội dung khai", [("Họ tên", NAME), ("Số định danh", ID_NUMBER)]),
        ("Giấy tờ", [("Giấy chứng sinh", "có")]), ("Đồng ý của người nộp", [("", "Tôi đồng ý.")]),
        ("Quá trình giải quyết", [("13:00 21/11/2026, lan", "Được tiếp nhận")]),
        ("Ghi chú của cán bộ", [("13:00 21/11/2026, lan", "<b>ghi</b> & chú")]),
    ]  # fmt: skip
    photos = (("giay_chung_sinh", b""), ("x", b""), ("giay_chung_sinh", b""))
    assert captions(opened, photos, WORDS) == [
        "Ảnh giấy tờ: Giấy chứng sinh (1/2)", "Ảnh giấy tờ: x (1/1)", "Ảnh giấy tờ: Giấy chứng sinh (2/2)",
    ]  # fmt: skip


def test_the_paper_names_officials_the_promised_day_and_a_doubtful_clock(
    office: Office, sitting: Sitting, opened: OpenedFile
) -> None:
    due = datetime(2026, 11, 27, 17, tzinfo=PLACE)
    office.desk.move(sitting, "id-0002", S.ACCEPTED, Step(to=S.IN_PROCESS, due=due))
    found = office.desk.open(sitting, "id-0002")
    doubtful = replace(found, outline=replace(found.outline, is_doubtful=True))
    made = sections(doubtful, WORDS, PLACE, {"lan": "Cán bộ Lan"})
    assert made[0]["lines"] == [
        ("Số phiếu", opened.number), ("Nộp lúc", "13:00 21/11/2026 (đồng hồ của máy khi ấy chưa chắc đúng)"),
        ("Mã thủ tục", "1.001193"), ("Hẹn trả kết quả", "17:00 27/11/2026"), ("Tình trạng", "Đang xử lý"),
    ]  # fmt: skip
    assert [part["lines"] for part in made if part["title"] == "Ghi chú của cán bộ"] == [
        [("13:00 21/11/2026, Cán bộ Lan", "<b>ghi</b> & chú")]
    ]


def test_the_paper_says_whose_answers_they_are(opened: OpenedFile) -> None:
    review = (Said("Tên?", "A", "Mẹ cháu"), Said("Sinh năm nào?", "", "Mẹ cháu"), Said("Tên?", "B", "Cha cháu"))
    made = sections(replace(opened, document=replace(opened.document, review=review)), WORDS, PLACE)
    assert [(part["title"], part["lines"]) for part in made if "cháu" in str(part["title"])] == [
        ("Nội dung khai: Mẹ cháu", [("Tên?", "A")]), ("Nội dung khai: Cha cháu", [("Tên?", "B")]),
    ]  # fmt: skip


def test_the_paper_itself_with_its_photos(opened: OpenedFile, tmp_path: Path) -> None:
    whole, tall = jpeg(900, 600), jpeg(30, 9000)
    photos = tuple(("x", photo) for photo in (whole, b"\xff\xd8 no picture", tall, whole[: len(whole) // 2], b""))
    made = pdf_of(opened, photos, WORDS, PLACE)
    assert made.startswith(b"%PDF-1.") and made.rstrip().endswith(b"%%EOF")
    assert made.count(b"/Subtype /Image") == 3 and made.count(b"/Type /Page\n") == 6
    assert whole in made and tall in made, "as they were handed in"
    assert NAME.encode() not in made, "its text is compressed, so this test looks at pages and pictures only"


def test_a_paper_of_a_thousand_long_answers_has_its_pages(opened: OpenedFile) -> None:
    line = opened.document.review[0]
    long = replace(
        opened.document, review=(*[line] * 300, replace(line, value="dài " * 2500), replace(line, value="d" * 9000))
    )
    made = pdf_of(replace(opened, document=long), (), WORDS, PLACE)
    assert made.count(b"/Type /Page\n") > 10
