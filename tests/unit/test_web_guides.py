"""Guides on the page: a spreadsheet with all its mistakes, what it changes, into force and back again."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.guides.documents import guide_of, text_of
from controller.guides.model import CALCULATE, FIRST, REPEAT, every_question, said
from controller.guiding import Guiding, shipped
from controller.store import guides, journal
from controller.web.guides import KEY, REVIEW_AFTER, SHEET_BODY
from tests.support.web_pages import FULL_NAME, Pages, pages_in, token

GUIDE = "tam_tru"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    found = pages_in(tmp_path)
    Guiding(found.station.store, found.station.clock, found.station.bell).put_shipped()
    return found


def sheet(changed: str = "", fee: str = "") -> bytes:
    """The station's own guide for staying a while. `changed`: what its first question says; `fee`: of the first fee."""
    book = openpyxl.load_workbook(
        io.BytesIO((resources.files("controller.guides") / f"shipped/{GUIDE}.xlsx").read_bytes())
    )
    survey, facts = book["survey"], book["thu_tuc"]
    if changed:
        label = next(cell.column for cell in survey[1] if str(cell.value).startswith("label::Tiếng Việt"))
        row = next(row for row in range(2, survey.max_row) if str(survey.cell(row, 1).value).startswith("select_one"))
        survey.cell(row, label).value = changed
    if fee:
        row = next(row for row in range(2, facts.max_row + 1) if facts.cell(row, 1).value == "le_phi")
        text = next(cell.column for cell in facts[1] if str(cell.value).startswith("noi_dung::Tiếng Việt"))
        facts.cell(row, text).value = fee
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def bring(client: FlaskClient, content: bytes, name: str = "tam_tru.xlsx") -> TestResponse:
    plain = f'--X\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token(client)}\r\n'
    head = f'--X\r\nContent-Disposition: form-data; name="guide"; filename="{name}"\r\n\r\n'
    body = (plain + head).encode() + content + b"\r\n--X--\r\n"
    return client.post("/guides", data=body, content_type="multipart/form-data; boundary=X")


def version(pages: Pages) -> str:
    with pages.station.store.read() as tx:
        return guides.get(tx, GUIDE).version


def text(answer: TestResponse) -> str:
    return html.unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def listed(answer: TestResponse, kind: str) -> list[str]:
    found = re.search(rf'<[uo]l class="{kind}">(.*?)</[uo]l>', text(answer))
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def used(client: FlaskClient, version: str, instead_of: str) -> TestResponse:
    entry = {"token": token(client), "version": version, "instead_of": instead_of}
    return client.post(f"/guides/{GUIDE}/use", data=entry)


def test_a_spreadsheet_is_read_compared_used_and_taken_back(pages: Pages) -> None:
    client, before = pages.signed_in(), version(pages)
    with pages.station.store.write() as tx:
        now = pages.station.clock.now()
        guides.confirm(tx, now, GUIDE, before, "Cán bộ Lan", now.date(), None)
    answer = bring(client, sheet("Ông bà sẽ ở đây bao lâu?", "30.000 đồng."))
    assert answer.status_code == 303, text(answer)
    assert version(pages) == before, "it only lies there"
    preview = client.get(answer.location)
    changes = listed(preview, "changed")
    assert len(changes) == 2 and "30.000 đồng" in changes[0] and "bao lâu" in changes[1], changes
    new = answer.location.rpartition("/")[2]
    assert "Bản này chưa" not in text(preview) and f'value="{new}"' in text(preview)
    pages.clock().tick(60)
    answer = used(client, new, before)
    assert answer.status_code == 303 and version(pages) == new
    page = text(client.get(answer.location))
    assert "Ki-ốt đã dùng bản này." in page and "Lấy lại bản trước" in page and "chưa được cán bộ xác nhận" in page
    assert used(client, new, before).status_code == 303, "a second tap"
    pages.clock().tick(60)
    assert used(client, before, new).status_code == 303
    assert version(pages) == before
    with pages.station.store.read() as tx:
        found, lines = guides.get(tx, GUIDE), list(journal.entries(tx, subject=f"guide/{GUIDE}"))
        kept = guides.versions(tx, GUIDE)
    assert found.verified_by == "Cán bộ Lan", "what was confirmed of a version stays with it"
    assert [(line.detail["what"], line.detail["by"]) for line in sorted(lines, key=lambda each: each.seq)][-2:] == [
        ("imported", FULL_NAME)] * 2  # fmt: skip
    assert [(each.version, each.in_force, each.imported_by) for each in kept] == [
        (before, True, FULL_NAME), (new, False, FULL_NAME)]  # fmt: skip
    assert Guiding(pages.station.store, pages.station.clock, pages.station.bell).put_shipped() == ()


def test_who_confirms_a_guide_has_read_all_that_residents_read(pages: Pages) -> None:
    client = pages.signed_in()
    for guide in shipped():
        page = text(client.get(f"/guides/{guide.id}"))
        texts = [said(guide.deadline, FIRST)]
        for paper in guide.papers:
            texts += [said(paper.labels, FIRST), said(paper.hints, FIRST)]
        for _, each in every_question(guide.questions):
            if each.kind != CALCULATE and each.kind != REPEAT:
                texts += [said(each.labels, FIRST), said(each.hints, FIRST), said(each.constraint_message, FIRST)]
                texts += [said(choice.labels, FIRST) for choice in each.choices]
        assert [each for each in texts if re.sub(r"\s+", " ", each) not in page] == []


def test_the_day_a_guide_asks_to_be_looked_at_again_is_offered_and_told_when_it_is_over(pages: Pages) -> None:
    client, today = pages.signed_in(), pages.clock().now().date()
    with pages.station.store.read() as tx:
        birth = guides.get(tx, "khai_sinh")
    assert birth.review_by is not None
    offered = min(birth.review_by, today + REVIEW_AFTER)
    assert f'value="{offered.isoformat()}"' in text(client.get("/guides/khai_sinh"))
    assert f'value="{(today + REVIEW_AFTER).isoformat()}"' in text(client.get("/guides/tam_tru"))
    shown = []
    for days in (0, -1):
        with pages.station.store.write() as tx:
            guides.confirm(
                tx, pages.clock().now(), birth.id, birth.version, "Cán bộ Lan", today, today + timedelta(days=days)
            )
        shown.append(["cần xem lại" in text(client.get(path)) for path in ("/guides", "/guides/khai_sinh")])
    assert shown == [[False, False], [True, True]]


def test_every_mistake_is_said_with_its_place(pages: Pages) -> None:
    client = pages.signed_in()
    book = openpyxl.load_workbook(io.BytesIO(sheet()))
    book["survey"].cell(5, 1).value = "hologram"
    book["thu_tuc"].cell(3, 1).value = "linh_tinh"
    made = io.BytesIO()
    book.save(made)
    answer = bring(client, made.getvalue())
    found = listed(answer, "mistakes")
    assert answer.status_code == 422
    for sheet_name, row in (("survey", 5), ("thu_tuc", 3)):
        assert any(sheet_name in line and f"dòng {row}" in line for line in found), found


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "", "Chưa có tệp"), (b"no spreadsheet", "a.xlsx", "mistakes"),
        (b"PK\x03\x04" + b"x" * 5000, "a.xlsx", "mistakes"),
    ],
)  # fmt: skip
def test_what_is_no_guide_is_told_and_changes_nothing(pages: Pages, content: bytes, name: str, told: str) -> None:
    client, before = pages.signed_in(), version(pages)
    answer = bring(client, content, name)
    assert answer.status_code == 422 and told in text(answer)
    assert version(pages) == before
    assert list(pages.station.places.uploads.iterdir()) == []


def test_the_same_file_a_lost_one_and_one_that_was_overtaken(pages: Pages) -> None:
    client, before = pages.signed_in(), version(pages)
    with pages.station.store.write() as tx:
        guides.put(tx, pages.station.clock.now(), next(g for g in shipped() if g.id == GUIDE), "loalang")
    same = bring(client, sheet())
    assert same.status_code == 422 and "giống hệt bản đang dùng" in text(same)
    assert client.get(f"/guides/{GUIDE}/versions/none").status_code == 404
    assert used(client, "none", before).status_code == 404
    with pages.station.store.read() as tx:
        now = guides.get(tx, GUIDE)
    brought = [guide_of(text_of(replace(now, code=f"1.00000{n}"))) for n in range(2)]
    for each in brought:
        pages.app.extensions[KEY].put(each)
    first, second = (each.version for each in brought)
    assert used(client, first, before).status_code == 303
    late = used(client, second, before)
    assert late.status_code == 409 and "Hướng dẫn vừa được thay" in text(late)
    assert version(pages) == first


def test_a_file_that_is_too_large_and_nobody_signed_in(pages: Pages) -> None:
    client = pages.signed_in()
    assert bring(client, b"x" * (SHEET_BODY + 1)).status_code == 413
    assert bring(client, b"x" * ((5 << 20) + 1)).status_code == 422
    stranger = pages.client()
    assert stranger.post("/guides", data={"guide": (io.BytesIO(b"x"), "a.xlsx")}).status_code == 401
