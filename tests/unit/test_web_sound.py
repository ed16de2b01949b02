"""The sound's page and the dictionary's, as a browser without script uses them."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from controller.core.alarms import Message
from controller.core.announcements import Draft
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import UtteranceEvent, Verdict
from controller.core.volumes import Span, Step, Volumes, settings_for
from controller.runtime.clocks import FakeClock
from controller.store import announcements, facts, journal, messages, renditions, samples, signals, utterances, volumes
from controller.store.columns import instant
from tests.support.stations import CONFIG, START, utterance
from tests.support.web_pages import BOARD, FULL_NAME, Pages, pages_in, token

CONTACT = CONFIG.replace('device = "wav"', 'device = "wav"\n[outputs.emergency_contact]\ncontact = "gpio"\npin = 17')


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return pages_in(tmp_path, CONTACT + BOARD)


@pytest.fixture
def client(pages: Pages) -> FlaskClient:
    return pages.signed_in()


def text(client: FlaskClient, path: str = "/sound") -> str:
    return unescape(client.get(path).get_data(as_text=True))


@contextmanager
def journalled(pages: Pages, kind: Kind) -> Iterator[list[dict[str, object]]]:
    found: list[dict[str, object]] = []
    yield found
    with pages.station.store.read() as tx:
        found += [entry.detail for entry in journal.entries(tx) if entry.kind is kind]


def steps(pages: Pages) -> dict[str, list[tuple[str, float]]]:
    with pages.station.store.read() as tx:
        found = volumes.of_zones(tx).steps
    return {zone: [(f"{step.clock:%H:%M}", step.gain_db) for step in all_of] for zone, all_of in found.items()}


# --- volumes


def entered(zone: str = "na-khau", clock: str = "18:00", end: str = "05:00", percent: str = "50") -> dict[str, str]:
    return {"zone": zone, "clock": clock, "end": end, "percent": percent}


def test_from_one_clock_time_to_another_and_back_again(pages: Pages, client: FlaskClient) -> None:
    answer = client.post("/sound/volume", data={"token": token(client), **entered()})
    assert answer.status_code == 303
    assert steps(pages) == {"na-khau": [("05:00", 0.0), ("18:00", -6.0)]}
    page = text(client, answer.location)
    assert "05:00 – 18:00: <b>100 %</b>" in page and "18:00 – 05:00: <b>50 %</b>" in page
    assert "Đã đổi âm lượng: Cụm Nà Khau." in page
    assert "lúc này 100 %" in page, "13:00"
    undo = parse_qs(urlsplit(answer.location).query)["was"]
    client.post("/sound/volume", data={"token": token(client), "undo": undo})
    assert steps(pages) == {}
    with journalled(pages, Kind.VOLUME) as lines:
        pass
    assert {line["by"] for line in lines} == {FULL_NAME}
    written = text(client, "/journal")
    assert f"{FULL_NAME} đặt âm lượng Cụm Nà Khau từ 18:00: 50 %." in written
    assert f"{FULL_NAME} bỏ mức âm lượng Cụm Nà Khau bắt đầu từ 18:00." in written


def test_every_zone_at_once_is_one_change(pages: Pages, client: FlaskClient) -> None:
    client.post("/sound/volume", data={"token": token(client), **entered("*")})
    both = [("05:00", 0.0), ("18:00", -6.0)]
    assert steps(pages) == {"na-khau": both, "trung-tam": both}
    answer = client.post("/sound/volume", data={"token": token(client), **entered("*")})
    assert "mức này đã đặt từ trước" in text(client, answer.location)
    pages.clock().tick(7 * 3600)  # 20:00
    assert text(client).count("lúc này 50 %") == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (entered(clock=""), "clock"), (entered(end="25:00"), "end"), (entered(percent="51"), "percent"),
        (entered(percent="-6"), "percent"), (entered(zone="nowhere"), "zone"), ({}, "clock"),
        ({"undo": "na-khau~18:00~banana"}, "percent"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(
    pages: Pages, client: FlaskClient, wrong: dict[str, str], field: str
) -> None:
    answer = client.post("/sound/volume", data={"token": token(client), **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.get_data(as_text=True)
    assert steps(pages) == {}


def test_what_is_entered_replaces_what_was_within_and_nothing_outside() -> None:
    day = Volumes({"a": (Step(time(5), 0.0), Step(time(18), -6.0), Step(time(20, 30), -12.0))})
    wanted = settings_for(day, "a", Span(time(19), time(22), -9.0))
    assert [(s.clock.isoformat("minutes"), s.gain_db) for s in wanted] == [
        ("20:30", None), ("22:00", -12.0), ("19:00", -9.0),
    ]  # fmt: skip
    over_midnight = settings_for(day, "a", Span(time(22), time(6), -3.0))
    assert [(s.clock.isoformat("minutes"), s.gain_db) for s in over_midnight] == [
        ("05:00", None), ("06:00", 0.0), ("22:00", -3.0),
    ]  # fmt: skip
    whole = settings_for(day, "a", Span(time(18), time(18), -3.0))
    assert [(s.clock.isoformat("minutes"), s.gain_db) for s in whole] == [
        ("05:00", None), ("20:30", None), ("18:00", -3.0),
    ]  # fmt: skip


# --- outputs


def test_the_last_test_what_was_heard_and_the_switch(pages: Pages, client: FlaskClient) -> None:
    page = text(client)
    assert "Chưa thử lần nào." in page and "chưa có lần phát nào được nghe lại" in page
    with pages.station.store.write() as tx:
        facts.set_fact(tx, "self_test/main", f"{(START - timedelta(hours=8)).isoformat()} not_heard")
        facts.set_fact(tx, "switch/main", "on")
        announcements.add(tx, START, "a1", Draft("Tin", "Chữ", ("trung-tam",)), "x", "")
        verdicts = [Verdict.HEARD] * 40 + [Verdict.NOT_HEARD, Verdict.UNSURE]
        for number, verdict in enumerate([*verdicts, Verdict.NOT_HEARD]):
            old = number == len(verdicts)
            due = START - timedelta(days=8 if old else 0, minutes=number)
            utterances.queue(tx, START, utterance(f"u{number}", rule_id=f"r{number}", due=due))
            utterances.move(tx, START, f"u{number}", UtteranceEvent.BEGIN)
            utterances.judged(tx, START, f"u{number}", verdict, 0.9)
    page = text(client)
    assert "không nghe thấy tiếng thử" in page and "5 giờ hôm nay" in page
    assert "nghe thấy 40 trong 42 lần phát. 1 lần không nghe thấy. 1 lần chưa chắc." in page
    assert "công tắc tắt loa tại chỗ đang bật" in page


def test_where_the_configured_output_is_not_there_stands_what_is(pages: Pages, client: FlaskClient) -> None:
    said, names = "Máy đang có các bộ phát này", "USB Audio, bcm2835 Headphones"
    for fault, shown in (("no_output", True), ("output_lost", False), ("", False)):
        with pages.station.store.write() as tx:
            facts.report(tx, START, "output/main", fault, reason="x", choices=names)
        assert (f"{said}: {names}." in text(client), said in text(client)) == (shown, shown)


def test_a_test_is_asked_for_in_a_row_and_by_a_ring(pages: Pages, client: FlaskClient) -> None:
    pages.station.bell.rung.clear()
    assert client.post("/sound/test/main", data={"token": token(client)}).status_code == 303
    with pages.station.store.read() as tx:
        assert facts.fact(tx, "self_test/wanted/main") == instant(START)
    assert pages.station.bell.rung == [("audio-main", {"self_test": True, "by": FULL_NAME})]
    assert "đang thử" in text(client)
    assert "đang thử" in client.get("/api/state?page=sound").get_json()["html"]["outputs"]
    with pages.station.store.write() as tx:
        facts.set_fact(tx, "self_test/main", f"{(START + timedelta(seconds=5)).isoformat()} heard")
    assert "đang thử" not in text(client) and "nghe rõ tiếng thử" in text(client)
    assert client.post("/sound/test/nowhere", data={"token": token(client)}).status_code == 404


def test_a_test_that_nobody_makes_is_not_waited_for_for_ever(pages: Pages, client: FlaskClient) -> None:
    client.post("/sound/test/main", data={"token": token(client)})
    pages.clock().tick(121)
    assert "đang thử" not in text(client)


# --- signals


def chime(seconds: float, level: int = 9000, rate: int = 48_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        count = int(seconds * rate)
        sound.writeframes(
            b"".join((level * (n // 60 % 2 * 2 - 1)).to_bytes(2, "little", signed=True) for n in range(count))
        )
    return file.getvalue()


def brought(client: FlaskClient, name: str, content: bytes, file: str = "xã ta.wav") -> str:
    data = {"token": token(client), "file": (io.BytesIO(content), file)}
    answer = client.post(f"/signals/{name}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, unescape(answer.get_data(as_text=True))
    return answer.location


def in_use(pages: Pages) -> dict[str, str]:
    with pages.station.store.read() as tx:
        return {name: signal.title for name, signal in signals.every(tx).items()}


def test_a_chime_of_ones_own_the_built_in_one_and_undo(pages: Pages, client: FlaskClient) -> None:
    assert client.get("/signals/opening.wav").data == b"RIFFopening"
    assert client.get("/signals/nothing.wav").status_code == 404
    first = brought(client, "opening", chime(1.0))
    assert in_use(pages) == {"opening": "xã ta.wav"}
    assert "Của xã: “xã ta.wav”" in text(client, first) and "Hoàn tác" in text(client, first)
    second = brought(client, "opening", chime(1.2, 5000), "mới.wav")
    assert in_use(pages) == {"opening": "mới.wav"}
    was = parse_qs(urlsplit(second).query)["used"][0]
    client.post("/signals/opening/use", data={"token": token(client), "sha256": was})
    assert in_use(pages) == {"opening": "xã ta.wav"}, "undone"
    back = client.post("/signals/opening/use", data={"token": token(client)})
    assert in_use(pages) == {}
    was = parse_qs(urlsplit(back.location).query)["used"][0]
    client.post("/signals/opening/use", data={"token": token(client), "sha256": was})
    assert in_use(pages) == {"opening": "xã ta.wav"}, "and that too"
    with pages.station.store.read() as tx:
        signal = signals.every(tx)["opening"]
    assert abs(signal.length_s - 1.0) < 0.1
    heard = client.get(f"/renditions/{signal.sha256}.wav", headers={"Range": "bytes=0-3"})
    assert (heard.status_code, heard.data) == (206, b"RIFF")


def test_a_file_that_was_never_this_signal_is_not_used(pages: Pages, client: FlaskClient) -> None:
    for strange in ("0" * 64, "../../station.db", ""):
        answer = client.post("/signals/closing/use", data={"token": token(client), "sha256": strange})
        assert "xin tải lên lại" in text(client, answer.location)
    assert in_use(pages) == {}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("alert", chime(1.0), "giây"), ("opening", chime(11.0, rate=8000), "giây"), ("opening", b"no sound at all", ""),
        ("opening", b"", ""),
    ],
)  # fmt: skip
def test_what_is_no_chime_is_refused_beside_its_place(
    pages: Pages, client: FlaskClient, name: str, content: bytes, why: str
) -> None:
    data = {"token": token(client), "file": (io.BytesIO(content), "x.wav")}
    answer = client.post(f"/signals/{name}", data=data, content_type="multipart/form-data")
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert f'id="{name}-problem"' in page and why in page
    assert in_use(pages) == {}
    assert list(pages.station.places.uploads.iterdir()) == []


def test_no_file_at_all(client: FlaskClient) -> None:
    data = {"token": token(client), "file": (io.BytesIO(b""), "")}
    answer = client.post("/signals/opening", data=data, content_type="multipart/form-data")
    assert (answer.status_code, "Xin chọn một tệp âm thanh" in unescape(answer.get_data(as_text=True))) == (422, True)


# --- the emergency button


def test_what_the_button_plays(pages: Pages, client: FlaskClient) -> None:
    assert "Chưa có thông báo mức khẩn cấp nào" in text(client)
    announcing = pages.station.announcing
    flood = announcing.save(Draft("Lũ quét", "Sơ tán ngay.", ("trung-tam",), level=Level.EMERGENCY), [], "x")
    market = announcing.save(Draft("Chợ phiên", "Mời bà con.", ("trung-tam",)), [], "x")
    answer = client.post("/sound/contact", data={"token": token(client), "announcement": flood.id})
    assert "Đã lưu thông báo cho nút báo động" in text(client, answer.location)
    assert f'value="{flood.id}" selected' in text(client)
    assert "chưa có bản phát được duyệt" in text(client)
    with pages.station.store.write() as tx:
        renditions.ready(tx, START, f"{flood.id}/1", Prepared("a" * 64, 5.0, -16.0, -1.2, "espeak-ng"))
        renditions.approve(tx, START, flood.id, "a" * 64, "x")
    assert "chưa có bản phát được duyệt" not in text(client)
    answer = client.post("/sound/contact", data={"token": token(client), "announcement": market.id})
    assert answer.status_code == 422
    with pages.station.store.read() as tx:
        assert facts.fact(tx, "contact/announcement") == flood.id
    assert "chọn thông báo cho nút báo động: “Lũ quét”" in text(client, "/journal")
    client.post("/sound/contact", data={"token": token(client), "announcement": ""})
    assert "để nút báo động không phát thông báo nào" in text(client, "/journal")


def test_a_station_without_a_button_says_nothing_of_it(tmp_path: Path) -> None:
    assert "h-contact" not in text(pages_in(tmp_path).signed_in())


# --- who is told


def test_who_is_told_by_letter_and_why_nobody_can_be(tmp_path: Path) -> None:
    assert "xin nhờ người trông máy" in text(pages_in(tmp_path / "a").signed_in())
    email = (
        '[notify.email]\nhost = "mail.example"\nsender = "loa@xa.example"\n'
        'to = ["truc-ban@xa.example", "pho-ban@xa.example"]\n'
    )
    pages = pages_in(tmp_path / "b", CONFIG + email)
    client = pages.signed_in()
    assert "gửi thư cho 2 người" in text(client) and "truc-ban@xa.example, pho-ban@xa.example" in text(client)
    with pages.station.store.write() as tx:
        message = Message("m", "email", "truc-ban@xa.example", "s", "b", "a", 0, START, START)
        messages.add(tx, message)
        messages.sent(tx, START, ["m"])
        facts.report(tx, START, "email", "mail_certificate", detail="self-signed")
    page = text(client)
    assert "Không tin được chứng chỉ" in page and "gửi thư cho" not in page and "lần gần nhất 13 giờ hôm nay" in page


def test_a_letter_is_sent_to_try_it_and_its_result_is_shown(tmp_path: Path) -> None:
    email = '[notify.email]\nhost = "mail.example"\nsender = "loa@xa.example"\nto = ["a@xa.example", "b@xa.example"]\n'
    pages = pages_in(tmp_path, CONFIG + email)
    client = pages.signed_in()

    def told() -> str:
        return str(client.get("/api/state?page=sound").get_json()["html"]["letters"])

    assert "Gửi thư thử" in told() and "thư thử, xin chờ" not in told()
    for _ in range(2):  # tapped twice is once
        assert client.post("/sound/letter", data={"token": token(client)}).status_code == 303
    with pages.station.store.read() as tx:
        waiting = messages.waiting(tx)
    assert [(m.recipient, m.subject, m.next_try_at) for m in waiting] == [
        ("a@xa.example", "Thư thử", START), ("b@xa.example", "Thư thử", START),
    ]  # fmt: skip
    assert FULL_NAME in waiting[0].body
    assert "đang gửi thư thử, xin chờ" in told() and "đang gửi thư thử, xin chờ" in text(client)
    assert isinstance(pages.station.clock, FakeClock)
    pages.station.clock.tick(121.0)
    assert "phần điều khiển của trạm không chạy" in told()
    with pages.station.store.write() as tx:
        messages.sent(tx, START, [m.id for m in waiting])
    assert "Máy chủ thư đã nhận thư thử, 13 giờ hôm nay" in told()
    for reason, said in (
        ("mail_password", "Thư thử tới b@xa.example không gửi được. Máy chủ thư không nhận"),
        ("to: no_recipient", "không gửi được. Máy chủ thư không nhận địa chỉ này"),
    ):
        with pages.station.store.write() as tx:
            messages.give_up(tx, START, [waiting[1].id], reason)
        assert said in told()
    pages.station.clock.tick(86_400.0)
    assert "không gửi được" not in text(pages.signed_in())


def test_where_nobody_is_told_there_is_no_letter_to_try(pages: Pages, client: FlaskClient) -> None:
    assert "Gửi thư thử" not in text(client)
    assert client.post("/sound/letter", data={"token": token(client)}).status_code == 303
    with pages.station.store.read() as tx:
        assert messages.waiting(tx) == []


# --- the dictionary


def test_both_kinds_of_entries_and_finding_one_without_its_marks(pages: Pages, client: FlaskClient) -> None:
    page = text(client, "/dictionary")
    assert "Các mục có sẵn (3)" in page and "Xã chưa đặt cách đọc nào." in page
    assert "hợp tác xã" in text(client, "/dictionary?q=hop tac") and "UBND" not in _entries(client, "hop tac")
    assert "căn cước" in text(client, "/dictionary?q=CCCD")
    assert "Không có mục nào như vậy" in text(client, "/dictionary?q=zzz")


def _entries(client: FlaskClient, sought: str) -> str:
    return text(client, f"/dictionary?q={sought}").partition("entries")[2]


def test_an_entry_is_set_undone_and_taken_back(pages: Pages, client: FlaskClient) -> None:
    def said() -> dict[str, str]:
        return {entry.short: entry.words for entry in pages.app.extensions["loalang"].parts.dictionary.entries()}

    entry = {"short": "UBND", "words": "ủy ban nhân dân xã"}
    answer = client.post("/dictionary", data={"token": token(client), **entry})
    assert said()["UBND"] == "ủy ban nhân dân xã"
    page = text(client, answer.location)
    assert "Đã lưu cách đọc “UBND”." in page and f"{FULL_NAME} đặt · thay cho “ủy ban nhân dân”" in page
    assert 'action="/dictionary/back"' in page, "the undo"
    client.post("/dictionary", data={"token": token(client), "short": "UBND", "words": "ủy ban"})
    answer = client.post("/dictionary/back", data={"token": token(client), "short": "UBND"})
    assert said()["UBND"] == "ủy ban nhân dân"
    page = text(client, answer.location)
    assert "Đã bỏ cách đọc riêng của “UBND”." in page and 'name="words" value="ủy ban"' in page
    assert "đặt cách đọc “UBND”: ủy ban." in text(client, "/journal")


@pytest.mark.parametrize(
    ("short", "words", "field"),
    [("", "một", "short"), ("UBND", "", "words"), ("UBND", "số 15/3", "words"), ("hai từ", "một", "short")],
)
def test_a_wrong_entry_is_shown_again(client: FlaskClient, short: str, words: str, field: str) -> None:
    answer = client.post("/dictionary", data={"token": token(client), "short": short, "words": words})
    page = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, f'id="{field}-problem"' in page) == (422, True)
    assert f'name="words" value="{words}"' in page
    late = client.post("/dictionary", data={"token": "old", "short": short, "words": words})
    assert late.status_code == 403 and "xin bấm lưu lần nữa" in unescape(late.get_data(as_text=True))


def test_who_uses_it_and_what_that_means_is_said_before(tmp_path: Path) -> None:
    config = CONFIG.replace('approval = "off"', 'approval = "required"')
    pages = pages_in(tmp_path, config)
    client = pages.signed_in()
    for title, words in (("Một", "UBND mời."), ("Hai", "Gặp UBND."), ("Ba", "UBNDX thì không.")):
        pages.station.announcing.save(Draft(title, words, ("trung-tam",)), [], "x")
    page = text(client, "/dictionary/edit?short=UBND")
    assert "2 thông báo đang dùng chữ này" in page and "nghe và duyệt lại" in page
    assert ">Một<" in page and ">Ba<" not in page
    assert "Chưa có thông báo nào dùng chữ này." in text(client, "/dictionary/edit?short=HTX")
    assert (
        "duyệt" not in text(pages_in(tmp_path / "b").signed_in(), "/dictionary/edit?short=UBND").partition("<main")[2]
    )


def test_unknown_abbreviations_of_announcements_lead_to_their_entry(pages: Pages, client: FlaskClient) -> None:
    pages.station.announcing.save(Draft("Họp", "BQLDA mời BQLDA và XYZ.", ("trung-tam",)), [], "x")
    pages.station.announcing.save(Draft("Họp nữa", "BQLDA mời.", ("trung-tam",)), [], "x")
    page = text(client, "/dictionary").partition("h-unknown")[2].partition("</section>")[0]
    assert page.index(">BQLDA<") < page.index(">XYZ<"), "the most used first"
    assert "/dictionary/edit?short=BQLDA" in page and "Họp nữa" in page
    assert 'value="BQLDA"' in text(client, "/dictionary/edit?short=BQLDA")


def test_without_script_a_sample_is_asked_for_and_then_on_the_page(pages: Pages, client: FlaskClient) -> None:
    data = {"token": token(client), "short": "HTX", "words": "hợp tác xã"}
    answer = client.post("/dictionary/sample", data=data)
    assert "Xem lại" in text(client, answer.location)
    with pages.station.store.write() as tx:
        (wanted,) = samples.wanted(tx)
        samples.ready(tx, wanted.id, "a" * 64)
    assert wanted.words == "hợp tác xã"
    assert f"/renditions/{'a' * 64}.wav" in text(client, answer.location)
    assert client.post("/dictionary/sample", data={**data, "words": "15/3"}).status_code == 422
