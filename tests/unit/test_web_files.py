"""Residents' files on the officials' page: from the desk's key to a deleted file, through the forms."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.core.file_documents import Said
from controller.core.filings import FileState, Keep
from controller.core.journal import Kind
from controller.filing.care import FilingCare
from controller.filing.desk import FilingDesk
from controller.filing.receiving import Filing
from controller.filing.sittings import IDLE_S
from controller.guiding import Guiding
from controller.runtime.catalogues import load_words
from controller.store import filings, journal, users
from controller.web import file_taking
from controller.web.context import KEY
from controller.web.passwords import Passwords
from tests.support.filed import BIRTH, cheap, document, submission
from tests.support.filed import NAME as RESIDENT
from tests.support.web_pages import PASSWORD, QUICK, Pages, pages_in, sign_in, token

OTHER = "mai"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path)


def post(client: FlaskClient, path: str, **fields: object) -> str:
    answer = client.post(path, data={"token": token(client), **fields})
    assert answer.status_code in {200, 303}, (path, answer.status_code, answer.get_data(as_text=True))
    return (
        answer.get_data(as_text=True)
        if answer.status_code == 200
        else client.get(answer.location).get_data(as_text=True)
    )


def refused(client: FlaskClient, path: str, status: int = 422, **fields: object) -> list[str]:
    answer = client.post(path, data={"token": token(client), **fields})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return [re.sub(r"<.*?>|^! |\s+", " ", said).strip(" !") for said in
            re.findall(r'<p class="problem".*?</p>', answer.get_data(as_text=True), re.S)]  # fmt: skip


def kiosk(pages: Pages) -> Filing:
    store = filings.opened(pages.station.places.filings_db)
    cheap(store)
    return Filing(store, pages.station.bell, pages.station.clock, pages.station.ids, lambda: True)


def filed(pages: Pages) -> str:
    kiosk(pages).submit(submission())
    with filings.opened(pages.station.places.filings_db).read() as tx:
        return filings.every(tx)[-1].id


def test_from_the_key_to_the_record_of_a_deletion(pages: Pages) -> None:
    client = pages.signed_in()
    assert "Tạo khóa bàn hồ sơ" in client.get("/files").get_data(as_text=True)
    assert refused(client, "/files/make", 403, password="sai rồi") == [
        "Mật khẩu chưa đúng. Xin nhập mật khẩu đăng nhập của anh chị."
    ]
    code = re.search(r'id="code">([^<]+)<', post(client, "/files/make", password=PASSWORD))
    assert code and len(code[1]) > 15
    ident = filed(pages)
    queue = client.get("/files").get_data(as_text=True)
    assert RESIDENT in queue and "mới" in queue
    page = client.get(f"/files/{ident}").get_data(as_text=True)
    assert RESIDENT in page and "Cache-Control" not in page
    assert client.get(f"/files/{ident}").headers["Cache-Control"] == "no-store"
    photo = re.search(r'class="frame".*?<img src="([^"]+)"', page)
    assert photo and client.get(photo[1]).get_data().startswith(b"\xff\xd8")
    moved = post(client, f"/files/{ident}/move", seen=1, to=2, reason="Đã đủ giấy tờ.", due="2027-01-15")
    assert "Được tiếp nhận" in moved and "Đã đủ giấy tờ." in moved
    assert refused(client, f"/files/{ident}/move", seen=2, to=5) == [
        "Bước này cần lý do. Xin viết để bà con hiểu.", "Xin ghi ít nhất một giấy tờ cần bổ sung."]  # fmt: skip
    assert refused(client, f"/files/{ident}/move", 409, seen=1, to=2)[0].startswith("Cán bộ khác vừa")
    asked = post(
        client, f"/files/{ident}/move", seen=2, to=5, reason="Thiếu", asked="Giấy chứng sinh", asked_more="Ảnh 3x4\n"
    )
    assert "– Giấy chứng sinh" in asked and "– Ảnh 3x4" in asked
    noted = post(client, f"/files/{ident}/note", note="Gọi lại chiều mai")
    assert "Gọi lại chiều mai" in noted and "Đã lưu." in noted
    coded = post(client, f"/files/{ident}/portal-code", portal_code="H01.02-26")
    assert "H01.02-26" in coded and "Đã lưu." in coded
    for form, begins in (("json", b"{"), ("pdf", b"%PDF")):
        answer = client.post(f"/files/{ident}/export", data={"token": token(client), "form": form})
        assert answer.status_code == 200 and answer.get_data().startswith(begins)
        assert RESIDENT not in answer.headers["Content-Disposition"]
    assert refused(client, f"/files/{ident}/delete", why="mistake") == [
        "Xin đánh dấu “Tôi chắc chắn muốn xóa” và chọn lý do."
    ]
    assert "Chưa có hồ sơ nào cần giải quyết" in post(client, f"/files/{ident}/delete", why="mistake", sure="yes")
    assert "nộp nhầm" in client.get("/files/people").get_data(as_text=True)
    FilingCare(filings.opened(pages.station.places.filings_db), pages.station.store, pages.station.clock,
               Keep(30, 30, 30), lambda: True).hand_on()  # fmt: skip
    with pages.station.store.read() as tx:
        lines = [entry for entry in journal.entries(tx) if entry.kind is Kind.FILE]
    assert [entry.detail["what"] for entry in lines] == [
        "filed", "opened", "moved", "moved", "note", "portal", "exported", "exported", "deleted"]  # fmt: skip
    assert RESIDENT not in str(lines) and BIRTH not in str(lines)
    assert "Nhật ký" in client.get("/journal").get_data(as_text=True)


def test_a_second_tap_is_no_other_official(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    for _ in range(2):
        assert "Được tiếp nhận" in post(client, f"/files/{ident}/move", seen=1, to=2, steps=0)
    assert refused(client, f"/files/{ident}/move", 409, seen=1, to=3, steps=0, reason="x")[0].startswith("Cán bộ khác")
    page = client.get(f"/files/{ident}").get_data(as_text=True)
    assert page.count('name="steps" value="1"') == 2, "one step: in the form, and in its undo"
    for _ in range(2):
        assert "Đã lấy lại bước vừa chuyển" in post(client, f"/files/{ident}/undo", steps=1)
    assert refused(client, f"/files/{ident}/undo", 409, steps=3)[-1].startswith("Cán bộ khác")


def test_a_scanned_receipt_opens_its_file_and_a_name_stands_in_no_address(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    receipt = kiosk(pages).submit(submission())
    for wanted in (receipt.token, f" {receipt.number.lower()} "):
        answer = client.post("/files/search", data={"token": token(client), "wanted": wanted})
        assert re.fullmatch(r"/files/id-\d+", answer.location)
    answer = client.post("/files/search", data={"token": token(client), "wanted": RESIDENT})
    assert answer.location == "/files?found=1"

    def shown(path: str) -> bool:
        return f'value="{RESIDENT}"' in client.get(path).get_data(as_text=True)

    assert [shown("/files?found=1"), shown("/files?found=1"), shown("/files"), shown("/files?found=1")] == [
        True, True, False, False]  # fmt: skip
    client.post("/files/search", data={"token": token(client), "wanted": RESIDENT})
    post(client, "/files/lock")
    post(client, "/files/unlock", password=PASSWORD)
    assert not shown("/files?found=1"), "it went with the sitting"


def test_a_file_that_somebody_changed_is_told_taken_along_as_far_as_it_goes_and_deleted(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    with filings.opened(pages.station.places.filings_db).write() as tx:
        tx.execute("UPDATE file_parts SET locked = zeroblob(length(locked)) WHERE place = 3")
    assert client.get(f"/files/{ident}").status_code == 200
    assert client.get(f"/files/{ident}/photo/3").status_code == 404
    pdf = client.post(f"/files/{ident}/export", data={"token": token(client), "form": "pdf"})
    assert pdf.status_code == 200 and pdf.get_data().startswith(b"%PDF")
    said = "có người đã sửa dữ liệu"
    answer = client.post(f"/files/{ident}/export", data={"token": token(client), "form": "json"})
    assert answer.status_code == 409 and said in answer.get_data(as_text=True)
    with filings.opened(pages.station.places.filings_db).write() as tx:
        tx.execute("UPDATE files SET sealed_key = zeroblob(length(sealed_key))")
    for path, form in (("", None), ("/note", {"note": "x"}), ("/move", {"seen": 1, "to": 2})):
        entry = {"token": token(client), **form} if form else None
        answer = client.post(f"/files/{ident}{path}", data=entry) if form else client.get(f"/files/{ident}")
        assert answer.status_code == 409 and said in answer.get_data(as_text=True)
    assert refused(client, f"/files/{ident}/delete", why="broken")
    assert "Đã xóa hẳn hồ sơ" in post(client, f"/files/{ident}/delete", why="broken", sure="yes")
    assert "không mở được" in client.get("/files/people").get_data(as_text=True)


def test_what_was_typed_before_somebody_signed_in_anew_goes_on_and_never_lies_in_the_database(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    entry = {"token": token(client), "note": "bà ở nhà một mình"}
    client.post("/sign-out", data={"token": token(client)})
    answer = client.post(f"/files/{ident}/note", data=entry)
    assert answer.status_code == 401 and "một mình" not in answer.get_data(as_text=True)
    sign_in(client)
    page = client.post(f"/files/{ident}/note", data=entry).get_data(as_text=True)
    assert 'name="note" value="bà ở nhà một mình"' in page and 'name="unlock_with"' in page
    saved = post(client, f"/files/{ident}/note", note="bà ở nhà một mình", unlock_with=PASSWORD)
    assert '<p class="written">bà ở nhà một mình</p>' in saved
    stale = client.post(f"/files/{ident}/note", data={"token": "old", "note": "một điều nữa"})
    assert stale.status_code == 403 and "một điều nữa</textarea>" in stale.get_data(as_text=True)
    with pages.station.store.read() as tx:
        everything = [tuple(row) for row in tx.execute("SELECT * FROM sessions")]
    assert "một" not in str(everything)


def test_no_password_waits_in_a_page(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    post(client, "/files/lock")
    for path, form in (("/files/password", {"password": PASSWORD}), ("/files/helpers", {"name": "Tổ viên Một"}),
                       ("/files/1/note", {"note": "x", "unlock_with": "một mật khẩu sai"})):  # fmt: skip
        page = client.post(path, data={"token": token(client), **form}).get_data(as_text=True)
        assert re.search("primary.>Mở (hồ sơ|và làm tiếp)<", page)
        assert PASSWORD not in page and "một mật khẩu sai" not in page


def test_what_was_promised_is_not_promised_anew_when_a_file_goes_on(pages: Pages) -> None:
    client = pages.signed_in()
    Guiding(pages.station.store, pages.station.clock, pages.station.bell).put_shipped()
    post(client, "/files/make", password=PASSWORD)
    pages.clock().tick(2 * 86_400)  # from Saturday to Monday, 1 o'clock in the afternoon
    client = pages.signed_in()
    post(client, "/files/unlock", password=PASSWORD)
    kiosk(pages).submit(replace(submission(), guide="tam_tru"))
    with filings.opened(pages.station.places.filings_db).read() as tx:
        ident = filings.every(tx)[0].id

    def due() -> tuple[str, list[str]]:
        page = client.get(f"/files/{ident}").get_data(as_text=True)
        field = re.search(r'name="due" value="([^"]*)"', page)
        assert field
        return field[1], re.findall(r"Để trống thì hẹn trả (.*?) \(", page)

    assert due() == ("2026-11-26", []), "three working days"
    post(client, f"/files/{ident}/move", seen=1, to=2, steps=0, due="2026-11-26")
    assert due() == ("", ["thứ Năm 26/11"])
    post(client, f"/files/{ident}/move", seen=2, to=5, steps=1, reason="Thiếu", asked="Giấy chứng sinh")
    pages.clock().tick(86_400)
    client = pages.signed_in()
    post(client, "/files/unlock", password=PASSWORD)
    assert due() == ("", ["thứ Sáu 27/11"])
    moved = post(client, f"/files/{ident}/move", seen=5, to=4, steps=2, due="")
    assert "thứ Sáu 27/11" in moved


def test_a_photo_is_taken_along_as_a_file_of_its_own(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    answer = client.post(f"/files/{ident}/photo/3", data={"token": token(client)})
    assert (answer.status_code, answer.get_data()) == (200, b"\xff\xd8second")
    assert re.fullmatch(
        r'attachment; filename="ho-so-\w{4}-\w{4}-giay_chung_sinh-2.jpg"', answer.headers["Content-Disposition"]
    )
    assert client.post(f"/files/{ident}/photo/9", data={"token": token(client)}).status_code == 404
    with filings.opened(pages.station.places.filings_db).read() as tx:
        told = [row["detail"] for row in tx.execute("SELECT detail FROM outbox WHERE kind = 'file' ORDER BY seq")]
    assert '"form": "jpeg"' in told[-1] and '"what": "exported"' in told[-1]


def test_who_has_no_script_is_told_when_the_page_goes_with_what_is_not_saved(pages: Pages) -> None:
    """With one, files.js keeps what was typed behind the lock; without, only the resident's secret is kept."""
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    page = client.get(f"/files/{filed(pages)}").get_data(as_text=True)
    told = re.findall(r'<noscript><p class="hint">([^<]*)</p></noscript>', page.partition('id="work"')[2])
    assert len(told) == 1 and "sau 30 phút" in told[0]


def test_whose_answers_they_are_stands_above_them(pages: Pages) -> None:
    """Two people who register together are asked the same; whoever types it into the portal has to know whose it is."""
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    review = (Said("Tên?", "A"), *(Said("Sinh ngày nào?", f"0{n}/02/1990", f"Người cùng đăng ký {n}") for n in (1, 2)))
    kiosk(pages).submit(replace(submission(), content=replace(document(), review=review).as_json()))
    with filings.opened(pages.station.places.filings_db).read() as tx:
        ident = filings.every(tx)[-1].id
    page = (
        client.get(f"/files/{ident}").get_data(as_text=True).partition('id="h-answers"')[2].partition("</section>")[0]
    )
    assert re.findall(r'<h3>(.*?)</h3>|<span class="written">(.*?)</span>', page) == [
        ("", "A"), ("Người cùng đăng ký 1", ""), ("", "01/02/1990"), ("Người cùng đăng ký 2", ""), ("", "02/02/1990"),
    ]  # fmt: skip
    taken = client.post(f"/files/{ident}/export", data={"token": token(client), "form": "json"}).get_json(force=True)
    assert [line["section"] for line in taken["document"]["review"]] == [
        "", "Người cùng đăng ký 1", "Người cùng đăng ký 2",
    ]  # fmt: skip


def test_one_file_is_taken_along_at_a_time(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_taking, "TAKING_S", 0.01)
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    desk: FilingDesk = pages.app.extensions[KEY].parts.filing_desk
    found = []
    for form in ("pdf", "json", "print", "xml"):
        with desk.taking:
            answer = client.post(f"/files/{ident}/export", data={"token": token(client), "form": form})
        found.append(answer.status_code)
    assert found == [503, 503, 503, 400]
    answer = client.post(f"/files/{ident}/export", data={"token": token(client), "form": "print"})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith('inline; filename="ho-so-')


def test_the_record_says_what_went_by_itself(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    post(client, f"/files/{ident}/move", seen=1, to=3, steps=0, reason="sai nơi nộp")
    assert "Trạm tự xóa" in client.get(f"/files/{ident}").get_data(as_text=True)
    pages.clock().tick(31 * 86_400)
    FilingCare(filings.opened(pages.station.places.filings_db), pages.station.store, pages.station.clock,
               Keep(30, 30, 30), lambda: True).look()  # fmt: skip
    client = pages.signed_in()
    post(client, "/files/unlock", password=PASSWORD)
    page = client.get("/files/people").get_data(as_text=True)
    assert "hết hạn giữ sau khi không tiếp nhận · máy của trạm, theo thời hạn" in page


def test_a_sitting_ends_by_itself_at_sign_out_and_when_locked(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    ident = filed(pages)
    assert RESIDENT in client.get("/files").get_data(as_text=True)
    post(client, "/files/lock")
    for path in ("/files", f"/files/{ident}", "/files/people"):
        page = client.get(path).get_data(as_text=True)
        assert "Mở hồ sơ" in page and RESIDENT not in page
    assert client.get(f"/files/{ident}/photo/2").get_data(as_text=True).find(RESIDENT) == -1
    assert refused(client, "/files/unlock", 403, password="sai")
    assert RESIDENT in post(client, "/files/unlock", password=PASSWORD, to=f"/files/{ident}")
    pages.clock().tick(IDLE_S + 1)
    assert RESIDENT not in client.get("/files").get_data(as_text=True)
    post(client, "/files/unlock", password=PASSWORD)
    client.post("/sign-out", data={"token": token(client)})
    sign_in(client)
    assert RESIDENT not in client.get("/files").get_data(as_text=True)
    assert client.get("/api/files").get_json() == {"states": {"registered": 1}, "new": 0, "locked": True}


def test_another_official_is_let_in_and_out_again(pages: Pages) -> None:
    first = pages.signed_in()
    post(first, "/files/make", password=PASSWORD)
    filed(pages)
    with pages.station.store.write() as tx:
        users.add(
            tx,
            pages.station.clock.now(),
            OTHER,
            "Cán bộ Mai",
            Passwords(QUICK).encoded(PASSWORD),
            users.Role.ADMIN,
            "t",
        )
    second = pages.client()
    sign_in(second, OTHER)
    assert "Đăng ký giữ khóa" in second.get("/files").get_data(as_text=True)
    assert "Anh chị đã đăng ký" in post(second, "/files/enrol", password=PASSWORD)
    assert "đang xin quyền" in first.get("/files/people").get_data(as_text=True)
    post(first, f"/files/people/{OTHER}/grant")
    assert RESIDENT in post(second, "/files/unlock", password=PASSWORD)
    helper = post(second, "/files/helpers", name="Tổ công nghệ thôn 3")
    code = re.search(r'class="code">([^<]+)<', helper)
    assert code and kiosk(pages).helper(code[1]) is not None
    post(first, f"/files/people/{OTHER}/remove")
    assert RESIDENT not in second.get("/files").get_data(as_text=True)
    assert refused(first, "/files/people/van-thu/remove")


def test_a_changed_password_is_taken_over(pages: Pages) -> None:
    client = pages.signed_in()
    post(client, "/files/make", password=PASSWORD)
    filed(pages)
    changed = "con suối sau nhà chảy mãi"
    with pages.station.store.write() as tx:
        tx.execute("UPDATE users SET password = ?", (Passwords(QUICK).encoded(changed),))
    assert refused(client, "/files/password", 403, password=PASSWORD)
    assert "Đã đổi mật khẩu" in post(client, "/files/password", password=changed)
    post(client, "/files/lock")
    assert refused(client, "/files/unlock", 403, password=PASSWORD)
    assert RESIDENT in post(client, "/files/unlock", password=changed)
    post(client, "/files/lock")
    assert client.post("/files/password", data={"token": token(client), "password": changed}).status_code != 303


def test_a_lost_password_is_recovered_with_the_code(pages: Pages) -> None:
    client = pages.signed_in()
    made = re.search(r'id="code">([^<]+)<', post(client, "/files/make", password=PASSWORD))
    assert made
    post(client, "/files/lock")
    assert refused(client, "/files/recover", 403, code="AAAA", password="sai rồi nhé")
    new = re.search(r'id="code">([^<]+)<', post(client, "/files/recover", code=made[1], password=PASSWORD))
    assert new and new[1] != made[1]
    assert "Chưa có hồ sơ nào" in client.get("/files").get_data(as_text=True)


def test_nobody_comes_in_without_a_session(pages: Pages) -> None:
    pages.add_user()
    client = pages.client()
    for path in ("/files", "/files/1", "/files/people", "/guides", "/api/files"):
        assert client.get(path).status_code in {303, 401}


def test_states_have_words(pages: Pages) -> None:
    for language in ("vi", "en"):
        words = load_words(language)
        assert all(words.has(f"filing.state.{state.key}") for state in FileState)
