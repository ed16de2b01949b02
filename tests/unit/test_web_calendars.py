"""Calendars on the page: a file in, after a preview; the schedule out; secret addresses for phones."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import icalendar
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from controller.announcing import Announcing
from controller.core.announcements import Announcement, Draft
from controller.core.errors import InputError
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.store import announcements, feeds, journal
from controller.web.feeds import AT_ONCE, EVERY_S, Shelf
from controller.web.import_forms import FILE_LIMIT, packed, unpacked
from tests.support.stations import CONFIG, START
from tests.support.web_pages import BOARD, FULL_NAME, Pages, pages_in, token

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:hop
SUMMARY:Họp thôn
DESCRIPTION:Mời bà con ra nhà văn hóa.
DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T193000
RRULE:FREQ=WEEKLY;COUNT=9
ATTENDEE:mailto:a@example.org
END:VEVENT
BEGIN:VEVENT
UID:dem
SUMMARY:Bài đêm
DTSTART:20261124T223000
END:VEVENT
BEGIN:VEVENT
UID:le
SUMMARY:Ngày hội
DTSTART;VALUE=DATE:20261127
END:VEVENT
BEGIN:VEVENT
UID:qua
SUMMARY:Đã qua
DTSTART:20261001T080000
END:VEVENT
BEGIN:VEVENT
UID:sai
SUMMARY:Sai
DTSTART:20261127T080000
RRULE:FREQ=SECONDLY
END:VEVENT
END:VCALENDAR
"""
QUIET = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["21:00-05:30"]') + BOARD


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, QUIET)


def said(answer: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def upload(client: FlaskClient, data: str | bytes = FILE) -> TestResponse:
    """A file as a browser sends it (the test client would write a large one to disk)."""
    part = "--b\r\nContent-Disposition: form-data; name="
    body = (
        f'{part}"token"\r\n\r\n{token(client)}\r\n{part}"calendar"; filename="lich.ics"\r\n\r\n'.encode()
        + (data.encode() if isinstance(data, str) else data)
        + b"\r\n--b--\r\n"
    )
    return client.post("/calendar/preview", data=body, content_type="multipart/form-data; boundary=b")


def ticked(answer: TestResponse, name: str = "take") -> list[str]:
    return re.findall(rf'name="{name}" value="(\d+)" checked', answer.get_data(as_text=True))


def form(client: FlaskClient, answer: TestResponse, **more: object) -> dict[str, object]:
    """What a browser would send from a preview."""
    text = answer.get_data(as_text=True)
    hidden = dict(re.findall(r'type="hidden" name="(packed|batch|here)" value="([^"]*)"', text))
    return {
        "token": token(client), **hidden, "zones": ["trung-tam"], "level": "normal", "all_day": "06:30", "act": "save",
        "take": ticked(answer), "instead": ticked(answer, "instead"), **more,
    }  # fmt: skip


def stored(pages: Pages) -> list[tuple[str, dict[str, object]]]:
    with pages.station.store.read() as tx:
        found = sorted(announcements.current(tx), key=lambda one: one.title)
        return [(one.title, rule.document) for one in found for rule in announcements.rules(tx, one.id)]


# --- in


def test_a_preview_says_what_would_be_taken_and_what_would_not(pages: Pages) -> None:
    client = pages.signed_in()
    answer = upload(client)
    text = said(answer)
    assert (answer.status_code, ticked(answer)) == (200, ["4", "12", "17"])
    assert "Họp thôn 19 giờ 30 thứ Hai hằng tuần" in text
    assert "Sắp tới: 19 giờ 30, thứ Hai 23/11" in text
    assert "Mời bà con ra nhà văn hóa." in text and "loa sẽ đọc tiêu đề" in text
    assert "Đã qua" in text and "đã qua hết dòng 22" in text
    assert "ATTENDEE Loa không dùng đến mục ATTENDEE. dòng 10" in text
    assert re.search(r"RRULE ! Lịch lặp quá dày.* dòng 31", text)
    assert stored(pages) == []


def test_what_is_ticked_is_saved_and_what_is_refused_stays_with_its_reason(pages: Pages) -> None:
    client = pages.signed_in()
    answer = client.post("/calendar/import", data=form(client, upload(client)))
    text = said(answer)
    assert (answer.status_code, ticked(answer)) == (422, ["12"])
    assert "Đã lưu 2 thông báo." in text
    assert re.search(r"Bài đêm .* ! .*(yên tĩnh|giờ nghỉ)", text), text
    assert stored(pages) == [
        ("Họp thôn", {"kind": "rrule", "start": "2026-11-23T19:30", "zone": "Asia/Ho_Chi_Minh",
                      "rrule": "FREQ=WEEKLY;COUNT=9"}),
        ("Ngày hội", {"kind": "once", "at": "2026-11-27T06:30:00+07:00"}),
    ]  # fmt: skip
    with pages.station.store.read() as tx:
        made = {one.title: one for one in announcements.current(tx)}
    assert (made["Họp thôn"].text, made["Ngày hội"].text) == ("Mời bà con ra nhà văn hóa.", "Ngày hội")
    assert {(one.zones, one.level, one.created_by) for one in made.values()} == {
        (("trung-tam",), Level.NORMAL, FULL_NAME)
    }


def test_the_same_file_again_replaces_and_does_not_double(pages: Pages) -> None:
    client = pages.signed_in()
    taken = {"take": ["4"]}
    assert client.post("/calendar/import", data=form(client, upload(client), **taken)).location == "/calendar?saved=1"
    later = FILE.replace("T193000", "T170000").replace("Họp thôn", "Họp bản")
    again = upload(client, later)
    assert "Thay thông báo đã nhập lần trước: “Họp thôn”" in said(again)
    assert ticked(again, "instead") == ["4"]
    client.post("/calendar/import", data=form(client, again, **taken))
    assert [(title, rule["start"]) for title, rule in stored(pages)] == [("Họp bản", "2026-11-23T17:00")]
    client.post("/calendar/import", data=form(client, upload(client), take=["4"], instead=[]))
    assert [title for title, _ in stored(pages)] == ["Họp bản", "Họp thôn"]
    with pages.station.store.read() as tx:
        newest = feeds.made_of(tx, "hop", "")
        assert announcements.get(tx, newest).title == "Họp thôn"
    pages.station.announcing.withdraw(newest, "test")
    assert "Thay thông báo" not in said(upload(client)), "what was withdrawn is not replaced"


def test_an_occurrence_that_the_next_file_moves_is_moved(pages: Pages) -> None:
    client = pages.signed_in()

    def moved(to: str) -> str:
        one = f"BEGIN:VEVENT\nUID:hop\nRECURRENCE-ID:20261130T123000Z\nSUMMARY:Họp thôn\nDTSTART:20261130T{to}\n"
        one += "DESCRIPTION:Mời bà con ra nhà văn hóa.\nEND:VEVENT\n"
        return FILE.replace("BEGIN:VEVENT\nUID:dem", one + "BEGIN:VEVENT\nUID:dem")

    changes = []
    for file in (FILE, moved("160000"), moved("160000"), moved("150000"), moved("193000\nSTATUS:CANCELLED"), FILE):
        answer = client.post("/calendar/import", data=form(client, upload(client, file), take=["4"]))
        assert answer.status_code == 303, said(answer)
        ((_, document),) = stored(pages)
        changes.append(document.get("changes"))
    due = "2026-11-30T19:30"
    assert changes == [
        None, [{"due": due, "to": "2026-11-30T16:00"}], [{"due": due, "to": "2026-11-30T16:00"}],
        [{"due": due, "to": "2026-11-30T15:00"}], [{"due": due, "to": None}], [{"due": due, "to": None}],
    ]  # fmt: skip
    refused = client.post("/calendar/import", data=form(client, upload(client, moved("223000")), take=["4"]))
    assert "yên tĩnh" in said(refused)


def test_saving_twice_from_one_preview_makes_one_of_each(pages: Pages) -> None:
    client = pages.signed_in()
    sent = form(client, upload(client), take=["4"], instead=[], batch="0193aaaa-0000-7000-8000-000000000001")
    for _ in range(2):
        assert client.post("/calendar/import", data=sent).status_code == 303
    assert [title for title, _ in stored(pages)] == ["Họp thôn"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"zones": []}, "Xin chọn ít nhất một cụm loa"), ({"take": []}, "Xin chọn ít nhất một sự kiện"),
        ({"packed": "!"}, "Xin chọn lại tệp"), ({"packed": ""}, "Xin chọn lại tệp"),
        ({"all_day": "25:00"}, "không phải là giờ"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(pages: Pages, more: dict[str, object], says: str) -> None:
    client = pages.signed_in()
    answer = client.post("/calendar/import", data=form(client, upload(client), **more))
    assert (answer.status_code, stored(pages)) == (422, [])
    assert says in said(answer)


def test_whole_days_are_taken_at_the_time_that_is_chosen_or_not_at_all(pages: Pages) -> None:
    client = pages.signed_in()
    first = upload(client)
    looked = client.post("/calendar/import", data=form(client, first, all_day="17:15", act="look"))
    assert "17 giờ 15 thứ Sáu 27/11/2026" in said(looked)
    without = client.post("/calendar/import", data=form(client, first, all_day="", act="look"))
    assert "DTSTART Sự kiện cả ngày, không có giờ." in said(without) and "17" not in ticked(without)
    assert stored(pages) == []


def test_an_emergency_is_never_imported(pages: Pages) -> None:
    client = pages.signed_in()
    client.post("/calendar/import", data=form(client, upload(client), take=["4"], level="emergency"))
    with pages.station.store.read() as tx:
        assert [one.level for one in announcements.current(tx)] == [Level.NORMAL]


def test_files_that_cannot_be_read(pages: Pages) -> None:
    client = pages.signed_in()
    broken = upload(client, FILE.replace("UID:le", "UID le"))
    assert (broken.status_code, "Dòng 18 của tệp lịch không đọc được" in said(broken)) == (422, True)
    assert "Xin chọn một tệp lịch" in said(upload(client, b""))
    assert "lớn quá" in said(upload(client, b"x" * (FILE_LIMIT + 1)))
    assert upload(client, b"x" * (FILE_LIMIT + 100_000)).status_code == 413
    many = FILE.split("BEGIN:VEVENT")[0] + "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:20261127T080000\nEND:VEVENT\n" for n in range(301)
    )
    assert "301 sự kiện là quá nhiều" in said(upload(client, many + "END:VCALENDAR\n"))
    odd = said(upload(client, "BEGIN:VCALENDAR\n" + "X-A:b\n" * 150_000 + "END:VCALENDAR\n"))
    assert "các dòng 2, 3, 4" in odd and "51 và 149950 dòng nữa" in odd and len(odd) < 2000
    assert client.post("/calendar/preview", data={"token": token(client)}).status_code == 422


def test_a_form_whose_session_ended_is_shown_again_after_signing_in(pages: Pages) -> None:
    client = pages.signed_in()
    sent = form(client, upload(client), take=["4"])
    stale = client.post("/calendar/import", data={**sent, "token": "old"})
    assert (stale.status_code, ticked(stale)) == (403, ["4"])
    pages.clock().tick(timedelta(hours=13).total_seconds())
    asked = client.post("/calendar/import", data=sent)
    assert "nội dung vừa viết vẫn còn nguyên" in said(asked)
    assert stored(pages) == []


def test_a_packed_file_comes_back_whole_and_a_bomb_does_not_go_off() -> None:
    data = FILE.encode() * 50
    assert unpacked(packed(data)) == data and len(packed(data)) < len(data) / 20
    for bad in ("", "====", "abc", packed(b""), packed(b"\0" * (FILE_LIMIT + 1)), packed(data)[:-8] + "AAAAAAA="):
        if bad.endswith("AAAAAAA="):
            continue  # the check sum lies behind the text, which is whole
        with pytest.raises(InputError, match="ics_gone"):
            unpacked(bad)


# --- out


def announce(pages: Pages, title: str, rule: dict[str, object]) -> Announcement:
    announcing: Announcing = pages.station.announcing
    return announcing.save(Draft(title, "Mời bà con.", ("trung-tam",)), [rule], "test")


DAILY: dict[str, object] = {"kind": "daily", "times": ["17:00"], "first": "2026-11-01"}
LUNAR: dict[str, object] = {"kind": "lunar_monthly", "days": [1, 15], "times": ["06:00"]}


def test_the_whole_schedule_can_be_downloaded(pages: Pages) -> None:
    client = pages.signed_in()
    announce(pages, "Hằng ngày", DAILY)
    announce(pages, "Rằm", LUNAR)
    answer = client.get("/calendar/export")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lich-phat-loa.ics"'
    events = icalendar.Calendar.from_ical(answer.get_data()).events
    titles = [str(one["SUMMARY"]) for one in events]
    assert (titles.count("Hằng ngày"), titles.count("Rằm")) == (1, 50)
    assert str(events[0]["LOCATION"]) == "Trung tâm xã"
    assert "hằng ngày" in next(str(one["DESCRIPTION"]) for one in events if str(one["SUMMARY"]) == "Hằng ngày").lower()


# --- addresses


def open_address(pages: Pages, client: FlaskClient, name: str = "Trưởng bản") -> str:
    answer = client.post("/calendar/feeds", data={"token": token(client), "name": name})
    assert answer.status_code == 200
    found = re.search(r'id="address">(http://localhost/calendar/[\w-]{32}\.ics)<', answer.get_data(as_text=True))
    assert found
    return found[1].removeprefix("http://localhost")


def test_an_address_is_shown_once_and_read_without_signing_in(pages: Pages) -> None:
    client = pages.signed_in()
    announce(pages, "Hằng ngày", DAILY)
    path = open_address(pages, client)
    assert path not in client.get("/calendar").get_data(as_text=True)
    stranger = pages.client()
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "private, no-cache"
    assert [str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(answer.get_data()).events] == ["Hằng ngày"]
    with pages.station.store.read() as tx:
        (kept,) = tx.execute("SELECT * FROM feeds").fetchall()
        lines = [(e.subject, e.detail) for e in journal.entries(tx) if e.kind is Kind.FEED]
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    assert secret not in str(dict(kept)) and len(kept["token"]) == 64
    assert lines == [(f"feed/{kept['id']}", {"what": "created", "name": "Trưởng bản", "by": FULL_NAME})]
    assert "mở địa chỉ lịch “Trưởng bản”" in said(client.get("/journal"))


def test_unknown_and_revoked_addresses_look_the_same(pages: Pages) -> None:
    client = pages.signed_in()
    path = open_address(pages, client)
    with pages.station.store.read() as tx:
        (feed,) = feeds.living(tx)
    assert client.post(f"/calendar/feeds/{feed.id}/revoke", data={"token": token(client)}).status_code == 303
    assert client.post(f"/calendar/feeds/{feed.id}/revoke", data={"token": token(client)}).status_code == 303
    revoked, unknown = pages.client().get(path), pages.client().get(f"/calendar/{'x' * 32}.ics")
    assert (revoked.status_code, revoked.get_data(), dict(revoked.headers)) == (
        unknown.status_code, unknown.get_data(), dict(unknown.headers),
    )  # fmt: skip
    assert revoked.status_code == 404
    assert "Chưa có địa chỉ nào" in said(client.get("/calendar"))
    with pages.station.store.read() as tx:
        assert [e.detail["what"] for e in journal.entries(tx) if e.kind is Kind.FEED] == ["created", "revoked"]


def test_a_phone_that_has_it_already_is_told_so_until_something_changes(pages: Pages) -> None:
    path, client = open_address(pages, pages.signed_in()), pages.client()
    first = client.get(path)
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=same).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    pages.clock().tick(60)
    made = announce(pages, "Hằng ngày", DAILY)
    changed = client.get(path, headers=same)
    assert (changed.status_code, changed.headers["ETag"] == same["If-None-Match"]) == (200, False)
    pages.station.announcing.withdraw(made.id, "test")
    gone = client.get(path, headers={"If-None-Match": changed.headers["ETag"]})
    assert gone.status_code == 200 and "Hằng ngày" not in gone.get_data(as_text=True), "nothing of what was withdrawn"
    tomorrow = {"If-None-Match": gone.headers["ETag"]}
    assert client.get(path, headers=tomorrow).status_code == 304
    pages.clock().tick(24 * 3600)
    assert client.get(path, headers=tomorrow).status_code == 200


def test_that_it_was_read_is_written_down_once_an_hour(pages: Pages) -> None:
    path, client = open_address(pages, pages.signed_in()), pages.client()
    seen = []
    for seconds in (0, 1800, 1799, 1, 3600):
        pages.clock().tick(seconds)
        client.get(path)
        with pages.station.store.read() as tx:
            (feed,) = feeds.living(tx)
        assert feed.read_at is not None
        seen.append((feed.read_at - START).total_seconds())
    assert seen == [0, 0, 0, 3600, 7200]
    assert "Đọc lần cuối" in said(pages.signed_in().get("/calendar"))


def test_names_of_addresses(pages: Pages) -> None:
    client = pages.signed_in()
    for name in ("", "  ", "a" * 61, "a\x07b"):
        answer = client.post("/calendar/feeds", data={"token": token(client), "name": name})
        assert (answer.status_code, 'id="name-problem"' in answer.get_data(as_text=True)) == (422, True), name
    ident = "0193aaaa-0000-7000-8000-000000000001"
    sent = {"token": token(client), "name": "A", "new_ident": ident}
    assert [client.post("/calendar/feeds", data=sent).status_code for _ in range(2)] == [200, 303]
    with pages.station.store.write() as tx:
        for number in range(feeds.MOST - 1):
            feeds.create(tx, START, f"f{number}", "B", "test")
    assert "Đã có 50 địa chỉ" in said(client.post("/calendar/feeds", data={"token": token(client), "name": "C"}))


def test_who_asks_too_often_is_asked_to_wait(pages: Pages) -> None:
    path, client = open_address(pages, pages.signed_in()), pages.client()
    codes = [client.get(path).status_code for _ in range(AT_ONCE + 2)]
    assert codes == [200] * AT_ONCE + [429, 429]
    assert client.get(path).headers["Retry-After"] == "7"
    pages.clock().tick(EVERY_S)
    assert [client.get(path).status_code for _ in range(2)] == [200, 429]


def test_the_shelf_forgets_who_has_not_asked_for_long() -> None:
    shelf = Shelf()
    for number in range(3000):
        assert shelf.patient_s(f"10.0.{number // 256}.{number % 256}", 0.0) == 0.0
    assert len(shelf._asked) == 1000
