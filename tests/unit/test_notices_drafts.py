"""What a notice must be to be put up, what is cleaned of it, its hours, and the order of many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import Problem
from controller.core.levels import Level
from controller.core.notice_drafts import NoticeDraft, clean, cleaned, draft_of, moved, problems_of, reordered
from controller.core.notices import FOREVER, Hours, Notice, Special

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = NoticeDraft(text="Mai cắt nước.")
URGENT = replace(GOOD, level=Level.EMERGENCY, shown_until=NOW + HOUR)
NIGHT = Hours(time(22), time(5))


def problems(draft: NoticeDraft = GOOD, **changes: object) -> list[tuple[str, str]]:
    changed = cleaned(replace(draft, **changes))  # type: ignore[arg-type]  # the tests name real fields
    return [(p.field, p.code) for p in problems_of(changed, {"cong"}, {"tren"}, NOW, {"a" * 64})]


def test_what_it_must_say() -> None:
    nothing = [("text", "nothing_to_show")]
    assert problems() == problems(text="", title="Cắt nước") == problems(text="", picture="a" * 64) == []
    assert problems(text="") == problems(text=" \n\u200b\ufeff") == nothing
    assert problems(text="", special=Special.CLOCK) == []
    assert problems(text="…") == [("text", "no_letters")]
    assert problems(title="Hai\ndòng") == [("title", "one_line")]
    assert problems(picture="b" * 64) == [("picture", "picture_gone")]


def test_a_text_too_long_is_refused_with_the_figure() -> None:
    assert problems_of(replace(GOOD, text="ở" * 10_000), (), (), NOW) == (
        Problem.of("text", "too_long", length=10_000, limit=500),
    )
    assert problems(text="ở" * 500) == []
    assert problems(title="ở" * 121) == [("title", "too_long")]


def test_every_problem_at_once_in_the_order_of_the_form() -> None:
    bad = NoticeDraft(
        title="a\nb", text="x" * 501, picture="b" * 64, qr="ftp://x", boards=("khong",), zones=("la",),
        hours=tuple(Hours(time(hour), time(hour, 30)) for hour in range(7)), shown_until=NOW - HOUR,
    )  # fmt: skip
    assert problems(bad) == [
        ("title", "one_line"), ("text", "too_long"), ("qr", "qr_address"), ("picture", "picture_gone"),
        ("boards", "unknown_board"), ("zones", "unknown_zone"), ("hours", "too_many_spans"),
        ("until", "until_before_from"),
    ]  # fmt: skip


def test_what_nobody_sees_is_left_out_and_the_rest_is_named() -> None:
    assert clean("  Ho\u0323p\u200b ba\u0309n\u00a0lúc\t7h\u2028mời \u200eđến\ufeff \r\n") == "Họp bản lúc 7h\nmời đến"
    for hidden, named in {"\u202e": "U+202E", "\u2067": "U+2067", "\x07": "U+0007", "\ue000": "U+E000"}.items():
        found = problems_of(cleaned(replace(GOOD, text=f"Họp {hidden}bản")), (), (), NOW)
        assert found == (Problem.of("text", "control", characters=named),)
    found = problems_of(cleaned(replace(GOOD, title="Họp \u05e9\u05dc")), (), (), NOW)
    assert found == (Problem.of("title", "right_to_left", characters="\u05dc \u05e9"),)


@given(st.text(max_size=60))
def test_cleaning_is_done_once_and_what_it_leaves_is_refused_or_can_be_shown(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    if not problems(text=text):
        assert all(c == "\n" or c.isprintable() for c in once)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://dichvucong.gov.vn/p/home?x=1#a", True), ("http://192.168.1.5:8080/", True),
        ("Số điện thoại: 115", True), ("tel:115", True), ("x" * 300, True), ("", True),
        ("https://", False), ("https:// xa.vn", False), ("ftp://xa.vn", False), ("javascript:alert(1)", False),
        ("JavaScript :x", False), ("data:text/html,x", False), ("một\nhai", False), ("http://[::1", False),
        ("a\x00b", False), ("…", False),
    ],
)  # fmt: skip
def test_addresses(address: str, good: bool) -> None:
    assert problems(qr=address) == ([] if good else [("qr", "qr_address")])


def test_an_address_too_long_is_refused_with_the_figure() -> None:
    found = problems_of(replace(GOOD, qr="x" * 301), (), (), NOW)
    assert found == (Problem.of("qr", "qr_long", length=301, limit=300),)


def test_an_emergency_has_an_end_and_words_and_is_everywhere() -> None:
    assert problems(URGENT) == problems(URGENT, shown_until=NOW + 24 * HOUR) == []
    assert problems(URGENT, shown_until=None) == [("until", "no_end")]
    assert problems(URGENT, shown_until=NOW + 24 * HOUR + timedelta(seconds=1)) == [("until", "emergency_long")]
    assert problems(URGENT, text="", picture="a" * 64) == [("text", "emergency_words")]
    assert problems(URGENT, special=Special.QUEUE) == [("special", "special_emergency")]
    kept = cleaned(replace(URGENT, boards=("cong",), zones=("tren",), hours=(NIGHT,)))
    assert (kept.boards, kept.zones, kept.hours) == ((), (), ())


def test_its_time() -> None:
    assert problems(shown_until=None) == problems(shown_from=NOW + HOUR, shown_until=NOW + 2 * HOUR) == []
    assert problems(shown_from=NOW + HOUR, shown_until=NOW + HOUR) == [("until", "until_before_from")]
    assert problems(shown_from=NOW - 2 * HOUR, shown_until=NOW - HOUR) == [("until", "past")]


def test_nothing_is_written_on_a_page_that_nobody_writes() -> None:
    kept = cleaned(NoticeDraft(special=Special.NEXT, title="a", text="b", picture="c", qr="d", boards=("x", "x")))
    assert kept == NoticeDraft(special=Special.NEXT, boards=("x",))


def test_what_is_stored_can_be_changed_again() -> None:
    notice = Notice(
        id="n", text="Chữ", level=Level.NORMAL, shown_from=NOW, shown_until=FOREVER, created_at=NOW, title="Đầu",
        hours=(NIGHT,), zones=("tren",),
    )  # fmt: skip
    assert draft_of(notice) == NoticeDraft(text="Chữ", title="Đầu", hours=(NIGHT,), zones=("tren",), shown_from=NOW)


# --- the hours of the day

minutes = st.integers(0, 1439)
zones = st.sampled_from([ZoneInfo(name) for name in ("Asia/Ho_Chi_Minh", "Europe/Berlin", "America/St_Johns")])
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# any, and around the days on which Berlin and St. John's change their clocks
instants = st.one_of(
    st.integers(0, 700 * 1440),
    *(st.integers(1440 * day - 240, 1440 * day + 540) for day in (87, 297, 304)),
).map(lambda minute: YEAR + timedelta(minutes=minute))


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@given(minutes, minutes, instants, zones)
def test_hours_are_what_the_clock_of_the_place_shows(begins: int, ends: int, at: datetime, tz: ZoneInfo) -> None:
    notice = Notice(
        id="n", text="x", level=Level.NORMAL, shown_from=at - HOUR, shown_until=at + HOUR, created_at=at,
        hours=(Hours(clock(begins), clock(ends)),),
    )  # fmt: skip
    local = at.astimezone(tz)
    shown = (local.hour * 60 + local.minute - begins) % 1440
    assert notice.is_due(at, tz) is (begins == ends or shown < (ends - begins) % 1440)
    assert replace(notice, level=Level.EMERGENCY).is_due(at, tz)
    assert not replace(notice, withdrawn_at=at).is_due(at, tz)


def test_hours_that_the_clocks_skip_do_not_come_and_hours_that_they_repeat_come_twice() -> None:
    berlin, span = ZoneInfo("Europe/Berlin"), Hours(time(2), time(3))
    notice = Notice(
        id="n", text="x", level=Level.NORMAL, shown_from=NOW - 400 * 24 * HOUR, shown_until=FOREVER, created_at=NOW,
        hours=(span,),
    )  # fmt: skip

    def hours_of(day: date) -> list[int]:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return [n for n in range(24) if notice.is_due(midnight + n * HOUR, berlin)]

    assert hours_of(date(2026, 3, 29)) == []
    assert hours_of(date(2026, 10, 25)) == [0, 1]
    assert hours_of(date(2026, 6, 1)) == [0]


# --- the order

idents = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(idents, st.lists(st.sampled_from("abcdefghxyz"), max_size=12))
def test_who_sees_some_of_them_leaves_the_places_of_the_others(current: list[str], wanted: list[str]) -> None:
    found = reordered(current, wanted)
    assert sorted(found) == sorted(current)
    chosen = list(dict.fromkeys(each for each in wanted if each in current))
    assert [each for each in found if each in chosen] == chosen
    assert [each if each not in chosen else "" for each in found] == [
        each if each not in chosen else "" for each in current
    ]
    assert reordered(found, current) == tuple(current)  # and back


@given(idents, st.sampled_from("abcdefghx"), st.sampled_from([*"abcdefghx", None]))
def test_one_is_moved_before_another(current: list[str], ident: str, before: str | None) -> None:
    found = moved(current, ident, before)
    assert sorted(found) == sorted(current)
    assert [each for each in found if each != ident] == [each for each in current if each != ident]
    if ident in current and before in current and before != ident:
        assert found.index(ident) == found.index(str(before)) - 1
    elif ident in current:
        assert found[-1] == ident
