"""The page of the week and what a draft makes of it: single occurrences changed and put back, meetings mended."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from controller.core.announcements import Announcement, Draft
from controller.core.days import DayType
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.runtime.clocks import FakeClock
from controller.store import announcements, days, renditions, utterances
from controller.timing.lineup import lateness_of, occurrence
from controller.web.weeks import monday_of
from tests.support.stations import CONFIG
from tests.support.web_pages import FULL_NAME, Pages, announcement, pages_in, token

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=TZ)  # a Wednesday
WORDS = "Mời bà con."
LENGTH_S = 75.7  # with its chimes 80
QUIET = CONFIG.replace("quiet_hours = []", 'quiet_hours = ["21:00-05:30", "11:30-13:30"]\nmax_minutes_a_day = 2')


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, QUIET, FakeClock(NOW))


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def add(pages: Pages, title: str, *times: str, level: Level = Level.NORMAL, **more: object) -> tuple[Announcement, str]:
    """An announcement that is spoken daily, with a rendition; and its rule's id."""
    rule = {"kind": "daily", "times": list(times), **more}
    saved = pages.station.announcing.save(Draft(title, WORDS, ("na-khau",), level), [rule], FULL_NAME)
    with pages.station.store.write() as tx:
        prepared = Prepared("ab" * 32, LENGTH_S, -16.0, -1.2, "espeak-ng")
        renditions.ready(tx, pages.station.clock.now(), f"{saved.id}/1", prepared)
        (stored,) = announcements.rules(tx, saved.id)
    return saved, stored.id


def text_of(html: str) -> str:
    """What a reader sees of a page: words with single spaces."""
    main = html.partition('<main id="main">')[2].partition("</main>")[0] or html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def week(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/schedule{query}")
    assert answer.status_code == 200
    return text_of(answer.get_data(as_text=True))


def act(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    """The status, and the page that is shown afterwards."""
    answer = client.post(path, data={"token": token(client), **fields}, follow_redirects=True)
    return answer.status_code, text_of(answer.get_data(as_text=True))


def at(clock: str, day: str = "2026-11-26") -> str:
    return f"{day}T{clock}:00+07:00"


def rule_document(pages: Pages, ident: str) -> dict[str, object]:
    with pages.station.store.read() as tx:
        (stored,) = announcements.rules(tx, ident)
    return stored.document


def test_a_week_in_plain_words_today_first(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    with pages.station.store.write() as tx:
        days.say(tx, NOW, date(2026, 11, 27), DayType.HOLIDAY, "nghỉ bù", FULL_NAME)
    text = week(client)
    assert "Tuần 23/11 – 29/11/2026" in text
    heads = ["Hôm nay, thứ Tư 25/11 (17 tháng Mười âm lịch)", "thứ Năm 26/11", "thứ Sáu 27/11", "chủ nhật 29/11"]
    assert [text.index(head) for head in heads] == sorted(text.index(head) for head in heads)
    assert text.index("chủ nhật 29/11") < text.index("Đã qua trong tuần") < text.index("thứ Hai 23/11")
    assert "ngày lễ · nghỉ bù 17 giờ Thu gom rác Cụm Nà Khau · 1 phút 20 giây" in text
    assert text.count("Thu gom rác") == 5 and text.count("Không có bài nào.") == 2


def test_any_week_can_be_asked_for_and_an_empty_one_says_what_belongs_there(pages: Pages, client: FlaskClient) -> None:
    assert "Tuần này chưa có bài nào hẹn giờ" in week(client)
    assert "Tuần 1/2 – 7/2/2027" in week(client, "?week=2027-02-03")
    for nonsense in ("?week=x", "?week=0001-01-01", "?week=9999-12-31", "?week="):
        assert "Tuần 23/11 – 29/11/2026" in week(client, nonsense)
    assert monday_of(date(2026, 11, 29)) == monday_of(date(2026, 11, 23)) == date(2026, 11, 23)


def test_what_became_of_past_ones_is_said(pages: Pages, client: FlaskClient) -> None:
    saved, rule = add(pages, "Thu gom rác", "17:00")
    due, station = NOW - timedelta(hours=1), pages.station
    with station.store.write() as tx:
        missed = occurrence(station.ids, station.config, saved, rule, due, lateness_of(saved, None))
        utterances.record_missed(tx, NOW, missed, "station_off")
        for waiting in occurrence(station.ids, station.config, saved, rule, NOW, lateness_of(saved, None)):
            utterances.queue(tx, NOW, waiting)
    text = week(client)
    assert "9 giờ Thu gom rác Cụm Nà Khau · 1 phút 20 giây ! bị lỡ 10 giờ Thu gom rác" in text
    assert text.count("Bỏ lần này") == 5  # what is over cannot be changed


def test_one_occurrence_at_another_time_and_back(pages: Pages, client: FlaskClient) -> None:
    saved, rule = add(pages, "Thu gom rác", "17:30")
    fields = {"rule": rule, "due": at("17:30"), "day": "2026-11-26", "clock": "17:00", "week": "2026-11-23"}
    status, text = act(client, "/schedule/move", **fields, act="move")
    assert status == 200 and "Đã đổi giờ lần phát này" in text
    assert "17 giờ thay cho 17 giờ 30 Thu gom rác" in text and "Trả về 17 giờ 30" in text
    assert rule_document(pages, saved.id)["changes"] == [{"due": "2026-11-26T17:30", "to": "2026-11-26T17:00"}]
    one = text_of(client.get(f"/announcements/{saved.id}").get_data(as_text=True))
    assert "17 giờ ngày mai, thay cho 17 giờ 30 ngày mai" in one
    _, text = act(client, "/schedule/undo", rule=rule, due=at("17:00"), week="2026-11-23")
    assert "Đã trả lần phát này về như cũ" in text and "thay cho" not in text
    assert "changes" not in rule_document(pages, saved.id)


def test_one_occurrence_left_out_and_put_back_from_its_own_page(pages: Pages, client: FlaskClient) -> None:
    saved, rule = add(pages, "Thu gom rác", "17:30")
    _, text = act(client, "/schedule/move", rule=rule, due=at("17:30"), act="leave_out", week="2026-11-23")
    assert "Đã bỏ lần phát này" in text and "17 giờ 30 Thu gom rác ■ đã bỏ Lấy lại" in text
    one = text_of(client.get(f"/announcements/{saved.id}").get_data(as_text=True))
    assert "Bỏ lần 17 giờ 30 ngày mai" in one
    _, text = act(client, "/schedule/undo", rule=rule, due=at("17:30"), announcement_page=saved.id)
    assert "Các lần tới" in text and "Bỏ lần" not in text
    assert "changes" not in rule_document(pages, saved.id)


def test_what_has_been_spoken_at_its_new_time_is_not_put_back(pages: Pages, client: FlaskClient) -> None:
    saved, rule = add(pages, "Thu gom rác", "17:30")
    fields = {"rule": rule, "due": at("17:30"), "day": "2026-11-26", "clock": "17:00", "week": "2026-11-23"}
    act(client, "/schedule/move", **fields)
    clock = pages.station.clock
    assert isinstance(clock, FakeClock)
    clock.tick((datetime.fromisoformat(at("17:10")) - clock.now()).total_seconds())
    client = pages.signed_in()  # a day later the old session is over
    for address in ("/schedule", f"/announcements/{saved.id}"):
        text = text_of(client.get(address).get_data(as_text=True))
        assert "thay cho" in text and "Trả về" not in text
    _, text = act(client, "/schedule/undo", rule=rule, due=at("17:30"), week="2026-11-23")
    assert "đã qua giờ, không trả về như cũ được nữa" in text
    assert rule_document(pages, saved.id)["changes"] == [{"due": "2026-11-26T17:30", "to": "2026-11-26T17:00"}]


@pytest.mark.parametrize(
    ("day", "clock", "why"),
    [
        ("2026-11-26", "12:00", "12 giờ nằm trong giờ yên tĩnh"),
        ("2026-11-25", "09:00", "Thời điểm này đã qua"),
        ("2026-11-26", "5h", "không phải là giờ"),
        ("2026-13-26", "17:00", "không phải là ngày"),
        ("2026-11-27", "17:30", "Xin chọn"),
    ],
)
def test_a_time_that_cannot_be_is_refused_beside_the_occurrence(
    pages: Pages, client: FlaskClient, day: str, clock: str, why: str
) -> None:
    saved, rule = add(pages, "Thu gom rác", "17:30")
    fields = {"rule": rule, "due": at("17:30"), "day": day, "clock": clock, "week": "2026-11-23", "act": "move"}
    answer = client.post("/schedule/move", data={"token": token(client), **fields})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and why in html
    assert html.count('class="alter" open') == 1 and f'name="clock" value="{clock}" aria-invalid="true"' in html
    assert "changes" not in rule_document(pages, saved.id)
    told = client.post(
        "/schedule/move", data={"token": token(client), **fields}, headers={"Accept": "application/json"}
    )
    assert told.status_code == 422 and list(told.get_json()["problems"]) == ["to"]


def test_what_somebody_else_has_changed_meanwhile_is_said(pages: Pages, client: FlaskClient) -> None:
    _, rule = add(pages, "Thu gom rác", "17:30")
    fields = {"day": "2026-11-26", "clock": "17:00", "act": "move"}
    for known, due in ((rule, at("17:31")), ("unknown", at("17:30"))):
        status, text = act(client, "/schedule/move", rule=known, due=due, **fields)
        assert status == 200 and "vừa được người khác đổi" in text
        assert "vừa được người khác đổi" in act(client, "/schedule/undo", rule=known, due=due)[1]
    for path in ("/schedule/move", "/schedule/undo"):
        assert act(client, path, rule=rule, due="17:30")[0] == 400


def test_where_two_meet_the_mend_is_one_tap(pages: Pages, client: FlaskClient) -> None:
    first, _ = add(pages, "Thu gom rác", "17:00")
    second, rule = add(pages, "Họp thôn", "17:00")
    text = week(client)
    told = "Lúc đó “Thu gom rác” (Cụm Nà Khau) còn đang phát. Bài này phải chờ đến 17 giờ 01, muộn 1 phút 20 giây."
    assert text.count(told) == 5
    assert "Chuyển sang 17 giờ 02 Cho phát trước" in text
    _, text = act(client, "/schedule/first", announcement=second.id, before=first.id, week="2026-11-23")
    assert "Đã đổi thứ tự" in text and text.count("Lúc đó “Họp thôn” (Cụm Nà Khau) còn đang phát.") == 5
    _, text = act(client, "/schedule/first", announcement=first.id, before=second.id, week="2026-11-23")
    assert text.count(told) == 5
    fields = {"rule": rule, "due": at("17:00"), "day": "2026-11-26", "clock": "17:02", "week": "2026-11-23"}
    assert act(client, "/schedule/move", **fields)[1].count(told) == 4


def test_what_would_come_too_late_is_not_promised(pages: Pages, client: FlaskClient) -> None:
    """By its own policy the loudspeakers would leave it out: the page must not say that it waits."""
    add(pages, "Thu gom rác", "17:00")
    _, rule = add(pages, "Họp thôn", "17:01", late="skip")
    text = week(client)
    told = (
        "Lúc đó “Thu gom rác” (Cụm Nà Khau) còn đang phát, đến 17 giờ 01 mới xong."
        " Khi ấy đã quá muộn (muộn 20 giây) nên bài này sẽ không phát được."
    )
    assert text.count(told) == 5 and "phải chờ" not in text
    add(pages, "Tập thể dục", "17:01", late="join", late_window_s=10)
    assert week(client).count("Khi ấy đã quá muộn") == 10
    fields = {"rule": rule, "due": at("17:01"), "day": "2026-11-26", "clock": "17:02", "week": "2026-11-23"}
    assert act(client, "/schedule/move", **fields)[1].count(told) == 9


def test_who_began_before_is_not_overtaken_and_levels_are_not_an_order(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    add(pages, "Họp thôn", "17:01")
    text = week(client)
    assert text.count("Lúc đó “Thu gom rác”") == 5 and "Cho phát trước" not in text
    add(pages, "Cháy rừng", "17:00", level=Level.PRIORITY)
    text = week(client)
    assert "Lúc đó" in text and "Chuyển sang 17 giờ 02" in text
    # "Họp thôn" waits for "Thu gom rác", which itself had to wait for what is more urgent
    assert text.count("Cho phát trước") == 5


def test_too_many_minutes_on_a_day_warn(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00", last="2026-11-26")
    assert "phút mà xã đã định" not in week(client)
    add(pages, "Họp thôn", "18:00", last="2026-11-25")
    text = week(client)
    assert "Cụm Nà Khau nghe 3 phút trong ngày, quá 2 phút mà xã đã định." in text
    assert text.count("phút mà xã đã định") == 2  # today, in both zones of the one output


def previewed(client: FlaskClient, **more: object) -> tuple[list[tuple[str, str]], str]:
    answer = client.post("/api/day", data=announcement(client, zones=["na-khau"], **more)).get_json()
    return [(hour["due"][11:16], hour["status"]) for hour in answer["hours"]], text_of(answer["html"])


def test_the_next_day_and_a_week_with_the_draft_in_it_before_anything_is_saved(
    pages: Pages, client: FlaskClient
) -> None:
    add(pages, "Thu gom rác", "17:00")
    hours, text = previewed(client, title="Tiêm chủng", when="daily", times=["17:01", "6:00"], week="2026-12-02")
    assert hours == [("17:00", "planned"), ("17:01", "draft"), ("06:00", "draft")]
    assert "17 giờ 01 : Tiêm chủng (Cụm Nà Khau)" in text and text.count("bài đang viết") == 2 + 14
    assert "Lúc đó “Thu gom rác”" in text and "Chuyển sang 17 giờ 02" in text
    assert "Tuần 30/11 – 6/12/2026" in text
    hours, text = previewed(client, title="Tiêm chủng", when="daily", times="17:00", clocks="between", begin="16:01",
                            end="17:01", every_min="60")  # fmt: skip
    assert hours == [("16:01", "draft"), ("17:00", "planned"), ("17:01", "draft")]
    assert "Lúc đó" in text and "Chuyển sang" not in text
    with pages.station.store.read() as tx:
        assert len(announcements.current(tx)) == 1


def test_the_draft_that_makes_others_wait_is_the_one_to_be_moved(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    _, text = previewed(client, level="priority", when="daily", times="17:00", title="Tiêm chủng")
    assert "Lúc đó “Tiêm chủng” (Cụm Nà Khau) còn đang phát." in text and "Chuyển sang 17 giờ 02" in text


def asked(client: FlaskClient, **more: object) -> dict[str, str]:
    typed = announcement(client, title="Họp thôn", zones=["na-khau"], when="daily", **more)
    told = client.post("/api/day", data=typed).get_json()
    return {name: text_of(told[name]) for name in ("html", "meets")}


def test_what_the_draft_meets_stands_beside_its_times_once_with_the_mend(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    told = asked(client, times=["17:01", "18:00"])
    assert told["meets"].count("Lúc đó “Thu gom rác”") == 1, "not for each day of the week"
    assert told["meets"].startswith("17 giờ 01 hôm nay ! Lúc đó") and told["meets"].endswith("Chuyển sang 17 giờ 02")
    assert asked(client, times="18:00")["meets"] == ""


def test_the_first_week_that_is_shown_is_the_one_in_which_the_draft_begins(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    told = asked(client, times="17:01", first="2027-03-02")
    assert "Tuần 1/3 – 7/3/2027" in told["html"] and told["meets"].startswith("17 giờ 01, thứ Ba 2/3/2027")


def test_long_days_are_folded(pages: Pages, client: FlaskClient) -> None:
    saved, _ = add(pages, "Cháy rừng", "17:00", between={"from": "15:00", "to": "19:30", "every_min": 30}, times=None)
    text = week(client)
    assert text.count("Xem thêm 4 lần, đến 19 giờ 30") == 5, "ten a day, of which six are seen at once"
    assert text.count("Cháy rừng") == 50
    for path in ("/", f"/announcements/{saved.id}/edit"):
        assert "Xem thêm" in text_of(client.get(path).get_data(as_text=True)), path


def test_what_is_over_today_is_folded_when_it_is_much(pages: Pages, client: FlaskClient) -> None:
    saved, rule = add(pages, "Cháy rừng", "17:00")
    station = pages.station
    for hour in range(1, 6):
        assert ("Các lần đã qua hôm nay" in week(client)) is (hour == 5), "three or fewer stay in sight"
        with station.store.write() as tx:
            due = NOW - timedelta(hours=hour)
            missed = occurrence(station.ids, station.config, saved, rule, due, lateness_of(saved, None))
            utterances.record_missed(tx, NOW, missed, "station_off")
    text = week(client)
    assert "Các lần đã qua hôm nay (5) 5 giờ Cháy rừng" in text and text.count("Cháy rừng") == 5 + 5


def test_the_list_says_every_rule_in_words(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    assert "17 giờ hằng ngày" in text_of(client.get("/announcements").get_data(as_text=True))
    assert "17 giờ hằng ngày" in text_of(client.get("/").get_data(as_text=True))


def test_what_officials_say_of_a_day_holds_on_every_page(pages: Pages, client: FlaskClient) -> None:
    saved, _ = add(pages, "Thu gom rác", "17:00", day_types=["working"])
    with pages.station.store.write() as tx:
        days.say(tx, NOW, date(2026, 11, 25), DayType.HOLIDAY, "", FULL_NAME)
    assert "Thu gom rác" not in text_of(client.get("/").get_data(as_text=True))
    assert "Lần tới: 17 giờ ngày mai" in text_of(client.get("/announcements").get_data(as_text=True))
    assert "Các lần tới 17 giờ ngày mai" in text_of(client.get(f"/announcements/{saved.id}").get_data(as_text=True))
    assert week(client).count("Thu gom rác") == 2
    typed = announcement(client, zones=["na-khau"], when="daily", times="17:00", day_types="working")
    assert client.post("/api/rule", data=typed).get_json()["next"][0] == "17 giờ ngày mai"
    never = client.post("/api/rule", data={**typed, "first": "2026-11-25", "last": "2026-11-25"}).get_json()
    assert list(never["problems"]) == ["last"]
    assert previewed(client, when="daily", times="17:00", day_types="working")[0] == []


def test_an_order_that_was_given_survives_an_edit(pages: Pages, client: FlaskClient) -> None:
    first, _ = add(pages, "Thu gom rác", "17:00")
    second, _ = add(pages, "Họp thôn", "17:00")
    act(client, "/schedule/first", announcement=second.id, before=first.id)
    entry = announcement(client, title="Họp thôn Nà Khau", zones=["na-khau"], when="kept")
    assert client.post(f"/announcements/{second.id}", data=entry).status_code == 303
    assert week(client).count("Lúc đó “Họp thôn Nà Khau”") == 5


def test_an_edit_stands_in_for_what_is_stored(pages: Pages, client: FlaskClient) -> None:
    saved, _ = add(pages, "Thu gom rác", "17:00")
    assert previewed(client, ident=saved.id, when="daily", times="18:00")[0] == [("18:00", "draft")]
    assert previewed(client, ident=saved.id, when="kept")[0] == [("17:00", "draft")]
    assert previewed(client, ident=saved.id, when="now")[0] == []
    assert previewed(client, ident="unknown", when="now")[0] == [("17:00", "planned")]


def test_the_buttons_of_the_editor_work_without_a_script(pages: Pages, client: FlaskClient) -> None:
    add(pages, "Thu gom rác", "17:00")
    entry = announcement(client, when="daily", times="17:00", zones=["na-khau"], title="")

    def pressed(button: str) -> str:
        answer = client.post("/announcements", data={**entry, "act": button})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    html = pressed("longer times")
    assert html.count('<input type="time" name="times"') == 2 and "title-problem" not in html
    assert 'name="times" value="17:02"' in pressed("move 17:00 17:02")
    html = pressed("week 2026-12-02")
    assert "Tuần 30/11 – 6/12/2026" in html and 'name="week" value="2026-12-02"' in html
    assert "title-problem" in pressed("look")
    assert pressed("longer title") and pressed("move") and pressed(" ")
    with pages.station.store.read() as tx:
        assert len(announcements.current(tx)) == 1
