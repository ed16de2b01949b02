"""The pages of large screens: nothing lost, nothing outside, large letters, the right colours at the right hour."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
import qrcode
from hypothesis import given, settings
from PIL import Image

from controller.boards.lettering.texts import reading_s
from controller.boards.pages import Page, Rotation
from controller.boards.poster.frame import DAY, DAY_FROM, DAY_UNTIL
from controller.boards.poster.poster import poster
from controller.boards.poster.sheet import QUIET, Area, Code, Line, Part, Photo, Sheet
from controller.boards.poster.special import waiting
from controller.boards.poster.typeface import ruler
from controller.core.levels import Level
from controller.core.notice_drafts import QR_LIMIT
from controller.core.notices import Special
from controller.core.palette import LACQUER, contrast
from schedules.samples import samples
from tests.support.board_texts import SAMPLES, VIETNAMESE, texts
from tests.support.poster_cases import NIGHT, NOW, PHOTO, TEXT, facts, item, keep_photo, screen

SHAPES = ((1280, 720), (1920, 1080), (1080, 1920), (800, 480), (3840, 1080), (16, 7), (200, 100))


def sheet(page: Page) -> Sheet:
    assert isinstance(page.dots, Sheet)
    return page.dots


def lines(page: Page) -> list[Line]:
    return [mark for mark in sheet(page).body.marks if isinstance(mark, Line)]


def foot(page: Page) -> list[str]:
    return [mark.text for mark in sheet(page).foot.marks if isinstance(mark, Line)]


def said(rotation: Rotation) -> list[str]:
    """The words of all pages, in order."""
    return " ".join(line for page in rotation.pages for line in page.lines).split()


def outside(part: Part) -> list[Line]:
    """Lines that reach over an edge: the ink of each, as it is drawn."""
    found = []
    for mark in part.marks:
        if isinstance(mark, Line) and mark.text:
            left, top, right, bottom = ruler().font(mark.size, mark.bold).getbbox(mark.text, anchor="ls")
            if mark.x + left < 0 or mark.x + right > part.width or mark.y + top < 0 or mark.y + bottom > part.height:
                found.append(mark)
    return found


@pytest.mark.parametrize(("columns", "rows"), SHAPES)
@pytest.mark.parametrize("level", [Level.NORMAL, Level.PRIORITY, Level.EMERGENCY])
def test_every_page_has_the_dots_of_the_screen_and_no_letter_leaves_it(columns: int, rows: int, level: Level) -> None:
    board = screen(columns, rows)
    shown = [item(text, "ĐẶNG THỤỴ ẨN: Ỷ LAN", level, on_air=True) for text in (*SAMPLES, TEXT)]
    shown += [item(special=special) for special in Special if special]
    for one in shown:
        for page in poster(board, one, facts()).pages:
            if (columns, rows) != (16, 7):  # which has no room for any letter
                assert outside(sheet(page).body) == outside(sheet(page).foot) == []
            assert len(page.dots) == rows
    assert {len(row) for row in page.dots} == {3 * columns}


@pytest.mark.parametrize("columns, rows", [(1280, 720), (1920, 1080), (1080, 1920)])
def test_the_samples_are_shown_whole_in_order_and_stand_still(columns: int, rows: int) -> None:
    board = screen(columns, rows)
    for sample in samples():
        rotation = poster(board, item(sample.text, sample.title, sample.level), facts())
        assert said(rotation) == f"{sample.title} {sample.text}".split()
        assert (rotation.left_out, rotation.undrawable, rotation.alike) == ("", (), ())
        assert not any(page.scrolls for page in rotation.pages) and len(rotation.pages) <= board.pages_at_most


@settings(max_examples=60, deadline=None)
@given(texts(600))
def test_any_text_is_shown_or_said_to_be_left_out(text: str) -> None:
    rotation = poster(screen(640, 360), item(text), facts())
    shown, _ = ruler().drawable(text)
    pages = "".join(said(rotation))
    if rotation.left_out:
        assert pages.endswith("…")
        kept = pages[:-1]
        assert "".join(shown.split()).startswith(kept)
    else:
        assert pages == "".join(shown.split())
    for page in rotation.pages:
        assert outside(sheet(page).body) == []


def test_the_shorter_the_text_the_larger_the_letters() -> None:
    sizes = [lines(poster(screen(), item(TEXT[:count]), facts()).pages[0])[0].size for count in (10, 60, 150, 300, 600)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 2.5 * sizes[-1]
    assert sizes[-1] >= 40, "5.6 % of the height of a screen of 720: read from across a room"


def test_a_long_text_takes_as_many_pages_as_allowed_then_smaller_letters_then_leaves_the_rest_out() -> None:
    one, two, nine = (poster(screen(pages_at_most=most), item(TEXT * 3), facts()) for most in (1, 2, 9))
    assert [len(rotation.pages) for rotation in (one, two)] == [1, 2] and 2 < len(nine.pages) <= 9
    assert one.left_out and two.left_out and not nine.left_out
    assert said(nine) == (TEXT * 3).split()
    assert one.pages[0].lines[-1].endswith("…")
    kept = " ".join(said(two)).removesuffix("…").split()
    whole = (TEXT * 3).split()
    assert [*kept[:-1], *two.left_out.split()] == whole[: len(kept) - 1] + whole[len(kept) :]
    assert kept[-1] == whole[len(kept) - 1].rstrip(".,:;")
    last = [len(page.lines) for page in nine.pages]
    assert min(last) >= max(last) - 2, "no page with a lonely line"


def test_each_page_says_which_it_is_and_stands_a_second_a_word() -> None:
    rotation = poster(screen(), item(TEXT, "Tiêm chủng"), facts())
    assert [lines(page)[-1].text for page in rotation.pages] == ["1/2", "2/2"]
    assert [page.dwell_s for page in rotation.pages] == [reading_s(page.lines) for page in rotation.pages]
    assert all(page.dwell_s >= len(" ".join(page.lines).split()) for page in rotation.pages)
    assert poster(screen(), item("Họp"), facts()).pages[0].dwell_s == 2.0


def test_all_vietnamese_letters_are_drawn_and_all_differ() -> None:
    shown, lacking = ruler().drawable(VIETNAMESE)
    assert (shown, lacking) == (VIETNAMESE, ())
    font = ruler().font(24, False)
    masks = {bytes(font.getmask(letter, mode="1", anchor="ls")) for letter in VIETNAMESE}
    assert len(masks) == len(VIETNAMESE)


def test_what_cannot_be_drawn_is_named_and_what_cannot_be_seen_is_left_out_and_named() -> None:
    text = "a\u200bb \u202eRTL\u2066 漢 \ud7ff \x07e\u0301 漢 5㎏ שלום ❤\ufe0f"
    rotation = poster(screen(), item(text, "Tên 漢"), facts())
    assert said(rotation) == ["Tên", "?", "ab", "RTL", "?", "é", "?", "5kg", "????", "❤"]
    unseen = ("U+200B", "U+202E", "U+2066", "U+D7FF", "U+0007")
    assert rotation.undrawable == ("漢", *unseen, "ש", "ל", "ו", "ם")


def test_nothing_is_drawn_before_somebody_looks_and_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Part] = []
    plain = Part.pixels

    def noted(part: Part) -> bytes:
        drawn.append(part)
        return plain(part)

    monkeypatch.setattr(Part, "pixels", noted)
    rotations = [poster(screen(1920, 1080), item(f"{number} {TEXT}"), facts()) for number in range(20)]
    assert drawn == []
    tracemalloc.start()
    first = b"".join(rotations[0].pages[0].dots)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(drawn) == 2 and after < 2 * len(first), "the dots are the caller's alone"
    assert b"".join(rotations[0].pages[0].dots) == first and rotations[0].pages[0].dots[3] == first[3 * 5760 : 4 * 5760]


def test_only_the_foot_changes_with_the_minute() -> None:
    before, after = (poster(screen(), item(TEXT), facts(now=now)).pages[0] for now in (NOW, NOW.replace(minute=42)))
    assert sheet(before).body == sheet(after).body
    assert (foot(before)[0], foot(after)[0]) == ("09:41", "09:42")
    assert poster(screen(), item(TEXT), facts()) == poster(screen(), item(TEXT), facts())


def test_the_foot_says_time_day_and_what_comes() -> None:
    def of(**known: object) -> list[str]:
        return foot(poster(screen(), item("Họp"), facts(**known)).pages[0])  # type: ignore[arg-type]

    today, day = "19:30 phát: Lịch tiêm chủng mở…", "Thứ Sáu 27/11 (19 tháng Mười âm lịch)"
    assert of() == ["09:41", day, today]
    assert of(next_at=None) == ["09:41", day]
    assert of(lunar="", doubtful=True, next_at=None) == ["Xã Hương Sơn"], "no clock that nobody vouches for"
    tomorrow = NOW.replace(day=28, hour=6, minute=0)
    assert of(next_at=tomorrow, next_title="Họp")[2] == "06:00 ngày mai phát: Họp"
    upright = foot(poster(screen(720, 1280), item("Họp"), facts()).pages[0])
    assert upright[:2] == ["09:41", "Thứ Sáu 27/11"]


def test_the_clock_is_told_without_its_minutes() -> None:
    rotation = waiting(screen(), facts())
    assert rotation.text.split("\n") == ["Xã Hương Sơn", "--:--", "Thứ Sáu, 27 tháng 11, 2026", "19 tháng Mười âm lịch"]
    assert [line.text for line in lines(rotation.pages[0])][1] == "09:41"
    assert waiting(screen(), facts(lunar="", doubtful=True)).text == "Xã Hương Sơn"
    assert poster(screen(), item(special=Special.CLOCK), facts(lunar="", doubtful=True)).pages == ()


def test_colours_can_be_read() -> None:
    shown = [
        (item(TEXT, "T", level, on_air=air), now) for level in Level for air in (False, True) for now in (NOW, NIGHT)
    ]
    shown += [(item(special=special), now) for special in Special if special for now in (NOW, NIGHT)]
    for one, now in shown:
        for page in poster(screen(), one, facts(now=now)).pages:
            for part in (sheet(page).body, sheet(page).foot):
                areas = [mark for mark in part.marks if isinstance(mark, Area)]
                for line in (mark for mark in part.marks if isinstance(mark, Line)):
                    on = [
                        a.colour for a in areas if a.box.x <= line.x < a.box.right and a.box.y < line.y < a.box.bottom
                    ]
                    assert contrast(line.colour, on[0] if on else part.ground) >= 7.0, line


@pytest.mark.parametrize("hour", range(24))
def test_paper_by_day_dark_by_night(hour: int) -> None:
    page = poster(screen(), item("Họp"), facts(now=NOW.replace(hour=hour))).pages[0]
    assert (sheet(page).body.ground == DAY.ground) is (DAY_FROM <= hour < DAY_UNTIL)


def test_an_emergency_is_lacquer_and_says_so_and_nothing_about_the_programme() -> None:
    for now in (NOW, NIGHT):
        page = poster(screen(), item("Sơ tán ngay", level=Level.EMERGENCY), facts(now=now)).pages[0]
        assert sheet(page).body.ground == LACQUER
        assert lines(page)[0].text == "KHẨN CẤP"
        assert len(foot(page)) == 2
    sounding = poster(screen(), item("Sơ tán ngay", level=Level.EMERGENCY, on_air=True), facts()).pages[0]
    assert lines(sounding)[0].text == "KHẨN CẤP · loa đang phát"


def test_a_code_is_large_whole_and_the_right_one() -> None:
    address = "https://xa.example/khao-sat"
    page = poster(screen(1920, 1080), item("Quét mã", qr=address), facts()).pages[0]
    (code,) = (mark for mark in sheet(page).body.marks if isinstance(mark, Code))
    assert code.side >= 0.3 * 1080, "a third of the height: 17 cm on a screen of 43 inches"
    expected = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    expected.add_data(address)
    expected.make(fit=True)
    picture = Image.frombytes("RGB", (1920, 1080), b"".join(page.dots))
    middle = code.module // 2
    seen = [
        [
            picture.getpixel((code.x + (QUIET + x) * code.module + middle, code.y + (QUIET + y) * code.module + middle))
            == (0, 0, 0)
            for x in range(len(code.modules))
        ]
        for y in range(len(code.modules))
    ]
    assert seen == expected.get_matrix()
    assert picture.getpixel((code.x, code.y)) == picture.getpixel((code.x + code.side - 1, code.y)) == (255, 255, 255)
    right = max(line.x + ruler().width(line.text, line.size, line.bold) for line in lines(page))
    assert right < code.x


def test_the_longest_address_has_a_code_that_a_phone_resolves() -> None:
    page = poster(screen(1920, 1080), item("Quét mã", qr="https://xa.example/" + "a" * (QR_LIMIT - 19)), facts()).pages[
        0
    ]
    (code,) = (mark for mark in sheet(page).body.marks if isinstance(mark, Code))
    assert code.module >= 5


@pytest.mark.parametrize("columns, rows", [(1280, 720), (720, 1280)])
def test_a_picture_stands_beside_the_words_or_above_them(tmp_path: Path, columns: int, rows: int) -> None:
    keep_photo(tmp_path)
    page = poster(screen(columns, rows), item("Ai thấy con bò", picture=PHOTO), facts(tmp_path)).pages[0]
    (photo,) = (mark for mark in sheet(page).body.marks if isinstance(mark, Photo))
    words = lines(page)
    if columns > rows:
        assert max(line.x + ruler().width(line.text, line.size, line.bold) for line in words) < photo.box.x
    else:
        assert min(line.y - line.size for line in words) >= photo.box.bottom
    centre = photo.box.x + photo.box.width // 2, photo.box.y + photo.box.height // 2
    picture = Image.frombytes("RGB", (columns, rows), b"".join(page.dots))
    assert picture.getpixel(centre) != sheet(page).body.ground


def test_a_picture_alone_fills_the_page_and_a_lost_one_leaves_the_words(tmp_path: Path) -> None:
    (tmp_path / f"{'b' * 64}.png").write_bytes(b"no picture")
    keep_photo(tmp_path)
    alone = poster(screen(), item(picture=PHOTO), facts(tmp_path))
    assert len(alone.pages) == 1 and alone.pages[0].lines == ()
    for lost in ("b" * 64, "c" * 64):
        assert (
            poster(screen(), item("Họp", picture=lost), facts(tmp_path)).pages
            == poster(screen(), item("Họp"), facts()).pages
        )
        assert poster(screen(), item(picture=lost), facts(tmp_path)) == Rotation((), without=("picture",))
    assert alone.without == ()
    gone = poster(screen(), item("Họp", picture=PHOTO), facts(tmp_path)).pages[0]
    (tmp_path / f"{PHOTO}.png").unlink()
    assert len(b"".join(gone.dots)) == 1280 * 720 * 3, "gone since it was laid out: its place stays empty"


def test_special_pages_say_what_is_known() -> None:
    def of(special: Special, **known: object) -> str:
        return poster(screen(), item(special=special), facts(**known)).text  # type: ignore[arg-type]

    assert of(Special.NEXT) == "Bài phát tiếp theo\n19 giờ 30\nLịch tiêm chủng mở rộng tháng\nMười hai"
    assert of(Special.QUEUE) == "Nơi tiếp dân\nMời bà con có số\n27\nĐã phát đến số 41"
    assert of(Special.QUEUE, given=27) == "Nơi tiếp dân\nMời bà con có số\n27"
    assert of(Special.TRAINING).split("\n")[1:4] == [
        "14 giờ, hôm nay",
        "Cài đặt và dùng VNeID",
        "Nhà văn hóa thôn Đông",
    ]
    nothing = {"next_at": None, "called": 0, "sessions": ()}
    assert [of(special, **nothing) for special in (Special.NEXT, Special.QUEUE, Special.TRAINING)] == ["", "", ""]
    many = facts().sessions * 10
    page = poster(screen(), item(special=Special.TRAINING), facts(sessions=many)).pages[0]
    assert 2 <= len(page.lines) // 3 < 20 and outside(sheet(page).body) == []
    number = max(
        lines(poster(screen(), item(special=Special.QUEUE), facts(called=1234)).pages[0]), key=lambda line: line.size
    )
    assert number.text == "1234" and number.size > 0.35 * 720


def test_the_title_of_a_notice_may_be_longer_than_a_page() -> None:
    long = item("Họp.", "Thông báo về việc " + "rất dài " * 14)
    rotation = poster(screen(320, 240), replace(long, title=long.title[:120]), facts())
    assert said(rotation)[-1] in {"Họp.", "…"} or rotation.left_out
