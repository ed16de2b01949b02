"""Vietnamese to what a 7-row font can show, and texts to pages or a ticker."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.boards.lettering.stripped import CLOCK, Layout, Page, lay_out, lines_of, plain, waiting

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def test_every_vietnamese_letter_loses_its_marks_and_nothing_else() -> None:
    for letter in LETTERS + LETTERS.upper():
        for tone in ("", *TONES):
            said, replaced = plain(unicodedata.normalize("NFC", letter + tone))
            bare = unicodedata.normalize("NFD", letter)[0].replace("đ", "d").replace("Đ", "D")
            assert (said, replaced) == (bare, ())


@pytest.mark.parametrize(
    ("text", "said", "replaced"),
    [
        ("Mời bà con đến “Nhà văn hoá” – 19 giờ 30…", 'Moi ba con den "Nha van hoa" - 19 gio 30...', ()),
        ("ĐỘI 5 Ở ĐÂU?", "DOI 5 O DAU?", ()),
        ("o\u031b\u0301 to\u0302", "o to", ()),  # marks on their own, before NFC
        ("38°C, 5 × 3 m², 1.000₫", "38oC, 5 x 3 m2, 1.000d", ()),
        ("một\r\nhai\t ba\u00a0bốn", "mot hai ba bon", ()),
        ("a\u200bb\u202ec\ufeff\x1b\x04d", "abcd", ("U+200B", "U+202E", "U+FEFF", "U+001B", "U+0004")),  # invisible
        ("😀 лес 漢 😀", "? ??? ? ?", ("😀", "л", "е", "с", "漢")),
        ("👩\u200d🌾👍🏽", "????", ("👩", "🌾", "👍", "🏽")),
        ("שלום سلام", "???? ????", ("ש", "ל", "ו", "ם", "س", "ل", "ا", "م")),
        ("ﬁ ② Ⅳ ½", "fi 2 IV 1/2", ()),
        ("", "", ()),
    ],
)
def test_plain(text: str, said: str, replaced: tuple[str, ...]) -> None:
    assert plain(text) == (said, replaced)


def test_a_short_text_stands_still_on_one_page() -> None:
    assert lay_out("Mất nước chiều nay", 96, 16, 480) == Layout(
        (Page(("Mat nuoc chieu", "nay"), 4.0),), is_stripped=True
    )


def test_a_text_that_fills_two_pages_stands_still_and_one_word_more_runs() -> None:
    words = " ".join(["bay chu cai rat"] * 4)  # four lines of 15 characters
    line = "bay chu cai rat"
    assert lay_out(words, 96, 16, 480) == Layout((Page((line, line), 8.0), Page((line, line), 8.0)))
    longer = words + " dai"
    assert lay_out(longer, 96, 16, 480) == Layout((Page((longer,), (6 * 67 + 96) / 50, scrolls=True),))


def test_a_word_longer_than_the_sign_runs() -> None:
    assert [page.scrolls for page in lay_out("Nghiengngangngunggng", 96, 16, 480).pages] == [True]


def test_a_still_page_stays_a_second_a_word_and_two_at_least() -> None:
    assert [page.dwell_s for page in lay_out("Nghỉ", 96, 16, 480).pages] == [2.0]
    assert [page.dwell_s for page in lay_out("một hai ba bốn năm", 96, 16, 480).pages] == [5.0]


def test_where_nothing_moves_there_are_more_pages_and_then_a_cut() -> None:
    words = " ".join(["bay chu cai rat"] * 10)
    line = "bay chu cai rat"
    assert [page.lines for page in lay_out(words, 96, 16, 480, still=9).pages] == [(line, line)] * 5
    cut = lay_out(words, 96, 16, 480, still=3)
    assert [page.lines for page in cut.pages] == [(line, line), (line, line), (line, "bay chu cai r...")]
    assert cut.left_out == "at " + " ".join([line] * 4)
    assert lay_out("Nghiengngangngunggng", 96, 16, 480, still=9).pages[0].lines == ("Nghiengngangngun", "ggng")


def test_one_page_more_than_is_wanted_runs() -> None:
    assert [page.scrolls for page in lay_out(" ".join(["bay chu cai rat"] * 3), 96, 16, 480, most=1).pages] == [True]


def test_what_finds_no_room_is_said_and_the_cut_is_seen() -> None:
    laid = lay_out("mot hai ba bon nam sau bay", 96, 16, 20)
    assert laid.pages[0].lines == ("mot hai ba", "bon...")
    assert laid.left_out == "nam sau bay"
    exact = lay_out("mot hai ba bon nam", 96, 16, 18)
    assert (exact.text, exact.left_out) == ("mot hai ba bon\nnam", "")


def test_lines_of_signs() -> None:
    assert [lines_of(rows) for rows in (7, 8, 14, 15, 16, 31, 32)] == [1, 1, 1, 2, 2, 4, 4]


def test_waiting_shows_the_name_and_the_time() -> None:
    assert waiting("Xã Na Khau", 96, 16, 480).pages == (Page(("Xa Na Khau", CLOCK), 4.0),)
    assert waiting("Xã Na Khau", 96, 7, 480).pages == (Page(("Xa Na Khau",), 3.0), Page((CLOCK,), 2.0))
    assert waiting("Xã", 16, 7, 480).pages == (Page(("Xa",), 2.0),)  # no room for a time
    assert waiting("Xã Na Khau", 96, 16, 480).text == "Xa Na Khau\n--:--"


@given(st.text(max_size=700), st.integers(16, 512), st.integers(7, 64), st.integers(20, 500))
def test_whatever_is_written_fits_the_sign(text: str, columns: int, rows: int, limit: int) -> None:
    laid = lay_out(text, columns, rows, limit)
    lines = [line for page in laid.pages for line in page.lines]
    assert all(" " <= character <= "~" for line in lines for character in line)
    assert sum(len(line) for line in lines) <= limit
    if any(page.scrolls for page in laid.pages):
        assert [len(page.lines) for page in laid.pages] == [1]
    else:
        assert len(laid.pages) <= 2
        assert all(len(page.lines) <= lines_of(rows) for page in laid.pages)
        assert all(len(line) * 6 <= columns for line in lines)
    if not laid.left_out:
        assert " ".join(lines).split() == plain(text)[0].split()
