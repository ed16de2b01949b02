"""Items to pages: letters, lines, codes, pictures, and what an official is told of what cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from controller.boards.facts import Facts
from controller.boards.lettering import fonts, paging
from controller.boards.lettering.blocks import Role
from controller.boards.lettering.fonts import Font, Style, named
from controller.boards.lettering.texts import lines_of, reading_s
from controller.boards.pages import Colour, Dots, Page, Rotation
from controller.boards.preview import draft
from controller.boards.typesetting import lamps_of, typeset, waiting
from controller.core.levels import Level
from controller.core.showing import Item
from controller.runtime.config_tables import Board
from tests.support import qr_reading
from tests.support.board_texts import SAMPLES, texts

HANOI = timezone(timedelta(hours=7))
FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=HANOI))
ADDRESS = "https://vneid.gov.vn"


def board(columns: int, rows: int, driver: str = "", **more: Any) -> Board:
    """Of a kind that can have this size, and move its dots where one can."""
    if not driver:
        fits_panels = columns % 64 == 0 and rows % 32 == 0
        driver = "hub75" if fits_panels else "huidu" if more.get("colours") == "full" else "alpha"
    return Board.model_validate({"id": "b", "name": "B", "driver": driver, "columns": columns, "rows": rows, **more})


BOARDS = [
    board(columns, rows, driver, colours=colours)
    for columns, rows in ((96, 16), (80, 7), (192, 32), (16, 8), (97, 15), (84, 14), (128, 64), (64, 32), (40, 24))
    for driver, colours in (
        ("hub75", "full"),
        ("hanover", "one"),
        ("alpha", "three"),
        ("alpha", "one"),
        ("huidu", "full"),
    )
    if driver != "hub75" or (columns % 64 == 0 and rows % 32 == 0)
]


def shown(board: Board, text: str, level: Level = Level.NORMAL, title: str = "", **more: Any) -> Rotation:
    return typeset(board, replace(draft(text, level, title), **more), FACTS)


def depth(board: Board) -> int:
    return 3 if board.colours == "full" else 1


def is_in_order(board: Board, page: Page) -> bool:
    width = board.columns * depth(board)
    return (
        len(page.dots) == board.rows
        and len({len(row) for row in page.dots}) == 1
        and (len(page.dots[0]) % depth(board) == 0 if page.scrolls else len(page.dots[0]) == width)
        and (page.scrolls or page.dwell_s >= 2.0)
        and page.item == "i"
    )


@settings(max_examples=150, deadline=None)
@given(texts(700), texts(150) | st.just(""), st.sampled_from(BOARDS), st.sampled_from(Level), st.booleans())
def test_whatever_is_written_gives_pages_in_order(text: str, title: str, board: Board, level: Level, qr: bool) -> None:
    item = replace(draft(text, level, title, ADDRESS if qr else ""), ident="i")
    rotation = typeset(board, item, FACTS)
    assert all(is_in_order(board, page) for page in rotation.pages)
    assert rotation == typeset(board, item, FACTS)
    if board.driver in ("hanover", "huidu"):
        assert not any(page.scrolls for page in rotation.pages)
        assert len(rotation.pages) <= 10  # nine, and one for the code
    if board.driver == "alpha" and board.rows >= 13:
        lamps = lamps_of(board)
        assert all(len(page.dots[0]) <= max(lamps.strip, board.columns) for page in rotation.pages)


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: f"{b.driver}-{b.columns}x{b.rows}-{b.colours}")
def test_every_word_of_a_sample_is_shown_or_said_to_be_left_out(board: Board) -> None:
    for text in SAMPLES:
        rotation = shown(board, text)
        said = "".join(" ".join(line for page in rotation.pages for line in page.lines).split())
        rest = "".join(rotation.left_out.split())
        if board.rows >= 13:
            whole = "".join(text.replace("😀", "?").split())
            assert said == whole if not rest else said[:-1] + rest == whole and said[-1] == "…"
        assert (rotation.undrawable == ("😀",)) == ("😀" in text and "😀" not in rotation.left_out)
        assert rotation.is_stripped == (board.rows < 13)
        assert rotation.alike == ()


# --- letters, lines and pages ---


def test_the_largest_letters_with_which_a_text_fits() -> None:
    def height(text: str) -> int:
        (page,) = shown(board(192, 32), text).pages
        return sum(any(row) for row in page.dots)

    assert [height("Nghỉ học"), height("Thu phí chợ quý IV")] == [28, 17]  # 9x15 in larger dots, 10x20


def test_lines_are_about_equally_long_and_numbers_stay_with_what_they_count() -> None:
    style = Style(named("9x15"))
    assert lines_of("Cắt nước từ 13 giờ 30 đến 17 giờ hôm nay", style, 192) == [
        "Cắt nước từ 13 giờ 30",
        "đến 17 giờ hôm nay",
    ]
    assert lines_of("BÃO SỐ 9: bà con ở nhà", style, 100) == ["BÃO SỐ 9:", "bà con ở", "nhà"]
    assert lines_of("Cắt nước 13 giờ – 17 giờ", style, 144) == ["Cắt nước", "13 giờ – 17 giờ"]
    assert lines_of("Họp 8 giờ thứ Sáu", style, 110) == ["Họp 8 giờ", "thứ Sáu"]
    assert lines_of("Cài đặt VNeID, 8 giờ 30", style, 189) == ["Cài đặt VNeID,", "8 giờ 30"]
    assert lines_of("Nghiêngngảnghiêng", style, 90) is None
    assert lines_of("Nghiêngngảnghiêng", style, 90, breaks_words=True) == ["Nghiêngngả", "nghiêng"]


def test_a_text_for_one_page_two_pages_narrow_letters_and_a_ticker() -> None:
    small = board(96, 16)
    assert [page.lines for page in shown(small, "Nghỉ học").pages] == [("Nghỉ học",)]
    assert [page.lines for page in shown(small, "Nghỉ học chiều nay").pages] == [("Nghỉ học",), ("chiều nay",)]
    narrow = shown(small, "Nộp thuế đất trước 30/11.")
    assert [page.lines for page in narrow.pages] == [("Nộp thuế đất",), ("trước 30/11.",)]
    assert [page.scrolls for page in shown(small, SAMPLES[0]).pages] == [True]
    assert [page.scrolls for page in shown(board(96, 16, font="9x15"), "Nộp thuế đất trước 30/11.").pages] == [True]
    assert [page.scrolls for page in shown(board(96, 16, manner="scroll"), "Nghỉ học chiều nay, mai").pages] == [True]
    assert [page.scrolls for page in shown(board(96, 16, manner="scroll"), "Nghỉ học").pages] == [False]
    assert len(shown(board(96, 16, pages_at_most=9), SAMPLES[0]).pages) == 5


def test_how_long_a_page_stands() -> None:
    assert reading_s(["Nghỉ"]) == 2.0
    assert reading_s(["một hai ba bốn năm"]) == 5.0
    assert reading_s(["Bão, lũ,", "sạt lở!"]) == 6.0  # three things to know, four words
    assert reading_s(["17:30 – 19:30"]) == 4.0


def test_a_ticker_passes_at_fifty_dots_a_second_for_letters_of_nine() -> None:
    (page,) = shown(board(96, 16), SAMPLES[2]).pages
    wide = len(page.dots[0])
    assert wide == len(SAMPLES[2]) * 9
    assert page.dwell_s == pytest.approx((wide + 96) / 50)
    (large,) = shown(board(192, 32, manner="scroll"), SAMPLES[2]).pages
    assert len(large.dots[0]) == len(SAMPLES[2]) * 18 * 3
    assert large.dwell_s == pytest.approx((len(SAMPLES[2]) * 18 + 192) / 100)


def test_a_title_stands_on_its_own_line_where_there_are_two() -> None:
    def lines(columns: int, rows: int) -> list[tuple[str, ...]]:
        return [page.lines for page in shown(board(columns, rows), "8 giờ, trạm y tế", title="Tiêm chủng").pages]

    assert lines(192, 32) == [("Tiêm chủng", "8 giờ, trạm y tế")]
    assert lines(192, 16) == [("Tiêm chủng:",), ("8 giờ, trạm y tế",)]
    assert lines(80, 7) == [("Tiem chung: 8 gio, tram y te",)]


def test_where_nothing_moves_a_long_text_is_cut_and_the_rest_is_said() -> None:
    text = " ".join(f"nhà{number}" for number in range(1, 200))
    for driver, rows in (("hanover", 16), ("huidu", 16), ("hanover", 7)):
        rotation = shown(board(96, rows, driver), text)
        assert [page.scrolls for page in rotation.pages] == [False] * 9
        last = rotation.pages[-1].lines[-1]
        assert last.endswith("…" if rows == 16 else "...")
        assert rotation.left_out.endswith("199")


def test_what_an_alpha_sign_has_no_memory_for_is_said() -> None:
    rotation = shown(board(96, 16, "alpha"), "Mời bà con " * 40)
    assert rotation.left_out
    (page,) = rotation.pages
    assert page.scrolls and len(page.dots[0]) <= lamps_of(board(96, 16, "alpha")).strip
    tall = shown(board(192, 32, "alpha"), SAMPLES[2] + SAMPLES[6])
    assert not any(page.scrolls for page in tall.pages)


def test_a_text_without_end_is_cut() -> None:
    rotation = shown(board(96, 16), "Mời " * 2500)
    assert len(rotation.pages[0].lines[0]) <= 480
    assert len(rotation.left_out) + len(rotation.pages[0].lines[0]) >= 2500 * 4 - 2


# --- what cannot be drawn ---


@pytest.mark.parametrize(
    ("text", "line", "undrawable"),
    [
        ("Họp 😀", "Họp ?", ("😀",)),
        ("Họp 👩\u200d🌾👍🏽", "Họp ????", ("👩", "🌾", "👍", "🏽")),
        ("Họp\u200b tối\u202e", "Họp tối", ("U+200B", "U+202E")),
        ("Họp שלום", "Họp ????", ("ש", "ל", "ו", "ם")),
        ("Ho\u0323p to\u0302\u0301i", "Họp tối", ()),  # taken apart, as some keyboards write
        ("x\u0323\u0301", "x", ("U+0323", "U+0301")),
        ("𝐇ọp ﬁ", "Họp ﬁ", ()),
        ("38°C – 1.000₫ “loa”…", "38°C – 1.000₫ “loa”…", ()),
        ("лес", "лес", ()),
    ],
)
def test_characters_that_no_board_can_draw_are_named(text: str, line: str, undrawable: tuple[str, ...]) -> None:
    rotation = shown(board(256, 20), text)
    assert ([page.lines for page in rotation.pages], rotation.undrawable) == ([(line,)], undrawable)


@pytest.fixture
def eight_by_thirteen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(paging, "styles", lambda rows, wanted: (Style(named("8x13")),))
    monkeypatch.setattr(paging, "narrow", lambda rows, wanted: ())
    yield


@pytest.mark.usefixtures("eight_by_thirteen")
def test_letters_that_look_the_same_are_named_if_they_are_written() -> None:
    assert shown(board(96, 16), "Ở ĐÂU").alike == ()
    assert shown(board(96, 16), "BỚT").alike == ("ỜỚ",)


def test_without_its_fonts_a_board_shows_the_text_without_marks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking = Font("9x15", tmp_path / "9x15.pcf.gz", 15, "xfonts-base")
    for module in (fonts, paging):
        monkeypatch.setattr(module, "styles", lambda rows, wanted="auto": (Style(lacking),))
    rotation = shown(board(96, 16), "Nghỉ học", Level.EMERGENCY, qr=ADDRESS)
    assert ([page.lines for page in rotation.pages], rotation.is_stripped) == ([("Nghi hoc",)], True)
    (clock,) = (page for page in waiting(board(96, 16), FACTS).pages if "19:30" in page.lines)
    assert not clock.scrolls, "the time is in its picture: a sign puts it there only where it writes by itself"
    (page,) = shown(board(96, 16, colours="three"), "Nghỉ học", Level.EMERGENCY).pages
    assert {dot for row in page.dots for dot in row} == {Colour.DARK, Colour.RED}
    (page,) = shown(board(96, 7, colours="three"), "Nghỉ học", Level.EMERGENCY).pages
    assert {dot for row in page.dots for dot in row} == {Colour.DARK, Colour.AMBER}


def test_without_unifont_a_rare_letter_is_named(tmp_path: Path) -> None:
    none = Font("unifont", tmp_path / "unifont.otf", 16, "fonts-unifont")
    font = Font("9x15", fonts.X11 / "9x15.pcf.gz", 15, "xfonts-base", none)
    assert (font.glyph("ế") is not None, font.glyph("漢")) == (True, None)


# --- colours ---


def colours_in(dots: Dots, size: int) -> set[bytes]:
    return {bytes(row[at : at + size]) for row in dots for at in range(0, len(row), size)}


@pytest.mark.parametrize(
    ("level", "three", "roles"),
    [
        (Level.NORMAL, {Colour.AMBER}, {Role.TITLE, Role.TEXT}),
        (Level.PRIORITY, {Colour.GREEN}, {Role.PRIORITY}),
        (Level.EMERGENCY, {Colour.RED}, {Role.EMERGENCY}),
    ],
)
def test_colours_say_how_urgent_it_is(level: Level, three: set[Colour], roles: set[Role]) -> None:
    (page,) = shown(board(192, 32, colours="three"), "Nghỉ học", level, "Bão").pages
    assert colours_in(page.dots, 1) == {b"\0", *(bytes((colour,)) for colour in three)}
    (page,) = shown(board(192, 32, colours="full"), "Nghỉ học", level, "Bão").pages
    assert colours_in(page.dots, 3) == {b"\0\0\0", *(role.value[1] for role in roles)}


def test_an_emergency_says_so_in_a_word_where_that_costs_nothing() -> None:
    (page,) = shown(board(192, 32), "Sơ tán ngay, bà con!", Level.EMERGENCY).pages
    assert page.lines == ("KHẨN CẤP", "Sơ tán ngay, bà con!")
    assert shown(board(96, 16), "Sơ tán", Level.EMERGENCY).pages[0].lines == ("Sơ tán",)


def test_stacked_capitals_keep_their_marks() -> None:
    plain, marked = (shown(board(96, 16), text).pages[0].dots for text in ("CAM", "CẪM"))
    assert not any(plain[0]) and not any(plain[1])
    assert any(map(any, marked[:2]))
    (page,) = shown(board(96, 15, driver="alpha"), "ẪẶỴ gy").pages
    assert any(page.dots[0]) and any(page.dots[-1])


# --- codes ---


def lit(board: Board, dots: Dots, side: int, left: int, top: int) -> list[list[bool]]:
    size = depth(board)
    return [
        [any(row[(left + x) * size : (left + x + 1) * size]) for x in range(side)] for row in dots[top : top + side]
    ]


@pytest.mark.parametrize("colours", ["one", "three", "full"])
@pytest.mark.parametrize(
    ("columns", "rows", "address", "side"),
    [(192, 32, ADDRESS, 31), (64, 64, ADDRESS, 64), (192, 32, "https://dichvucong.gov.vn/p/home/dvc", 31),
     (128, 64, "HTTPS://DVC.VN", 62), (192, 96, "https://dichvucong.gov.vn/p/home?ma=1234567890&loai=7", 93)],
)  # fmt: skip
def test_a_code_can_be_read_off_the_dots(columns: int, rows: int, address: str, side: int, colours: str) -> None:
    wide = board(columns, rows, colours=colours)
    (page,) = shown(wide, "", qr=address).pages[-1:]
    square = code_square(wide, page.dots)
    assert qr_reading.read(qr_reading.modules_of(square)) == address
    assert page.dwell_s >= 10.0 and page.lines[-1] == address


def code_square(board: Board, dots: Dots) -> list[list[bool]]:
    """The largest square of the field whose rim is lit all around, at its right or filling it."""
    size = depth(board)
    rows = [[any(row[x * size : (x + 1) * size]) for x in range(board.columns)] for row in dots]
    for side in range(min(board.rows, board.columns), 20, -1):
        for top in range(board.rows - side + 1):
            for left in range(board.columns - side, -1, -1):
                ring = rows[top][left : left + side] + rows[top + side - 1][left : left + side]
                ring += [row[x] for row in rows[top : top + side] for x in (left, left + side - 1)]
                if all(ring):
                    return [row[left : left + side] for row in rows[top : top + side]]
    raise AssertionError("there is no code")


def test_a_code_stands_beside_the_text_or_on_a_page_of_its_own() -> None:
    beside = shown(board(192, 32), "Tải VNeID", qr=ADDRESS)
    assert [page.lines for page in beside.pages] == [("Tải VNeID", ADDRESS)]
    apart = shown(board(192, 32), SAMPLES[2], qr=ADDRESS)
    assert [page.lines for page in apart.pages][-1] == ("Quét mã để", "xem thêm", ADDRESS)
    assert (len(apart.pages), apart.without) == (3, ())
    alone = shown(board(32, 32), "", qr=ADDRESS)
    assert [page.lines for page in alone.pages] == [(ADDRESS,)]


def test_small_boards_leave_code_and_picture_out_and_say_so(tmp_path: Path) -> None:
    rotation = shown(board(96, 16), "Tải VNeID", qr=ADDRESS, picture="abc")
    assert (rotation.without, len(rotation.pages)) == (("picture", "qr"), 1)
    assert shown(board(192, 32), "Tải", qr="https://x.vn/" + "a" * 60).without == ("qr",)
    assert shown(board(192, 96), "Tải", qr="a" * 5000).without == ("qr",)  # no code holds that


# --- pictures ---


@pytest.fixture
def kept(tmp_path: Path) -> Facts:
    image = Image.new("RGBA", (120, 60), (255, 0, 0, 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 59, 59), fill=(255, 255, 255, 255))
    draw.rectangle((90, 0, 119, 59), fill=(0, 0, 0, 0))  # nothing there: dark
    image.save(tmp_path / "abc.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "abc.png").read_bytes()[:60])
    return replace(FACTS, pictures=tmp_path)


def pictured(board: Board, facts: Facts, picture: str = "abc") -> Rotation:
    item: Item = replace(draft("Lễ hội"), picture=picture, ident="i")
    return typeset(board, item, facts)


def test_a_picture_in_the_colours_of_the_board(kept: Facts) -> None:
    wide = board(64, 32, colours="full")
    text, page = pictured(wide, kept).pages
    assert (text.lines, page.lines, page.dwell_s) == (("Lễ hội",), ("(hình)",), 6.0)
    assert is_in_order(wide, page)
    seen = [page.dots[16][x * 3 : x * 3 + 3] for x in (5, 40, 60)]
    assert seen == [b"\xff\xff\xff", b"\xff\0\0", b"\0\0\0"]
    _, page = pictured(board(64, 32, colours="three"), kept).pages
    assert [page.dots[16][x] for x in (5, 40, 60)] == [Colour.AMBER, Colour.RED, Colour.DARK]
    _, page = pictured(board(64, 32, colours="one"), kept).pages
    assert [page.dots[16][5], page.dots[16][60]] == [1, 0]
    share = sum(sum(row[34:46]) for row in page.dots) / (12 * 32)
    assert 0.15 < share < 0.6  # red is half bright: dithered


@pytest.mark.parametrize("picture", ["missing", "broken"])
def test_a_picture_that_is_not_there_is_gone_without(kept: Facts, picture: str) -> None:
    rotation = pictured(board(64, 32), kept, picture)
    assert ([page.lines for page in rotation.pages], rotation.without) == ([("Lễ hội",)], ("picture",))
