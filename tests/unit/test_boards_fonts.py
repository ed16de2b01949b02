"""The fonts that boards draw with: real files, every letter of Vietnamese."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.boards.lettering.fonts import LETTERS, X11, Font, Style, alike, named, narrow, styles
from controller.core.errors import DeviceError
from tests.support.board_texts import VIETNAMESE


def drawn(ink: tuple[bytes, ...]) -> list[str]:
    return ["".join(".#"[dot] for dot in row) for row in ink]


def test_the_letters_are_those_of_vietnamese() -> None:
    assert len(VIETNAMESE) == 134
    assert sorted(letter for letter in LETTERS if not letter.isascii()) == sorted(VIETNAMESE)


@pytest.mark.parametrize("wanted", ["auto", "9x15", "10x20", "unifont", "dejavu"])
def test_every_font_of_the_table_has_every_letter_and_no_two_alike(wanted: str) -> None:
    fonts = {style.font for rows in range(13, 161) for style in (*styles(rows, wanted), *narrow(rows, wanted))}
    assert fonts
    for font in fonts:
        lacking = [letter for letter in LETTERS if font.glyph(letter) is None]
        assert (font.name, lacking, alike(font)) == (font.name, [], ())


@pytest.mark.parametrize(("name", "groups"), [("8x13", ("ỜỚ",)), ("9x15B", ("ỪỨ",))])
def test_fonts_that_draw_two_letters_the_same_are_found_out(name: str, groups: tuple[str, ...]) -> None:
    assert alike(named(name)) == groups


def test_a_letter_that_a_font_lacks_is_found_out() -> None:
    font = Font("5x8", X11 / "5x8.pcf.gz", 8, "xfonts-base")
    assert font.glyph("A") is not None
    assert [font.glyph(character) for character in "漢😀"] == [None, None]


def test_the_table_by_height() -> None:
    def names(rows: int, wanted: str = "auto") -> list[tuple[str, int]]:
        return [(style.font.name, style.scale) for style in styles(rows, wanted)]

    assert names(12) == []
    assert names(13) == [("dejavu 9", 1)]
    assert names(14) == [("dejavu 10", 1)]
    assert names(15) == names(16) == names(19) == [("9x15", 1)]
    assert names(20) == names(24) == [("10x20", 1), ("9x15", 1)]
    assert names(32) == [("9x15", 2), ("10x20", 1), ("9x15", 1)]
    assert names(64)[:3] == [("10x20", 3), ("9x15", 4), ("9x15", 3)]
    assert names(16, "unifont") == [("unifont", 1)]
    assert names(16, "10x20") == [("9x15", 1)]  # does not fit
    assert names(32, "dejavu") == [("dejavu 24", 1), ("dejavu 10", 1)]
    assert [style.font.name for style in narrow(16)] == ["unifont", "dejavu 10"]
    assert [style.lines(32) for style in narrow(32)] == [2, 2]
    assert narrow(14) == narrow(16, "9x15") == ()
    assert [style.lines(32) for style in styles(32)] == [1, 1, 2]


@pytest.mark.parametrize("rows", [*range(13, 40), 48, 64, 96, 128])
def test_no_line_is_higher_than_the_board(rows: int) -> None:
    for wanted in ("auto", "9x15", "10x20", "unifont", "dejavu"):
        for style in (*styles(rows, wanted), *narrow(rows, wanted)):
            assert 0 < len(style.line("ẪẶgỵ")) == style.height <= rows


def test_stacked_marks_and_tails_are_whole() -> None:
    """Nothing is cut off: the same letters in twice as many rows have the same ink."""
    for style in (*styles(13), *styles(14), *styles(16), *styles(20), *narrow(16)):
        for letter in VIETNAMESE:
            ink = style.line(letter)
            assert any(ink[0]) + any(ink[-1]) <= 2
            assert sum(map(sum, ink)) == ink_of_pillow(style.font, letter)


def ink_of_pillow(font: Font, letter: str) -> int:
    """Dots of a letter on a canvas that is large enough for anything."""
    from PIL import Image, ImageDraw, ImageFont

    name = font.name.partition(" ")[0]
    others = {"dejavu": "truetype/dejavu/DejaVuSans.ttf", "unifont": "opentype/unifont/unifont.otf"}
    path = f"/usr/share/fonts/{others.get(name, f'X11/misc/{name}.pcf.gz')}"
    face = ImageFont.truetype(path, font._px, layout_engine=ImageFont.Layout.BASIC)
    canvas = Image.new("L", (99, 99))
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "1"
    draw.text((40, 40), letter, 255, face)
    return canvas.histogram()[255]


def test_letters_as_they_are_drawn() -> None:
    assert drawn(named("9x15").glyph("Ợ").ink) == [  # type: ignore[union-attr]  # it has it
        ".........",
        ".........",
        ".........",
        ".........",
        "..####..#",
        ".#....#.#",
        ".#....##.",
        ".#....#..",
        ".#....#..",
        ".#....#..",
        ".#....#..",
        "..####...",
        ".........",
        "....#....",
        "....#....",
    ]


def test_what_a_font_lacks_comes_from_unifont_on_the_same_line() -> None:
    font = named("10x20")
    assert [font.glyph(character) is not None for character in "漢я☎"] == [True, True, True]
    lent = font.glyph("漢")
    assert lent is not None
    assert (len(lent.ink), lent.advance) == (20, 16)
    assert named("9x15").glyph("漢") is None  # 16 rows of ink do not fit into 15
    assert [named(name).glyph("😀") for name in ("9x15", "10x20")] == [None, None]


def test_a_mark_that_is_wider_than_its_letter_stands_above_the_next_one() -> None:
    style = styles(14)[0]
    assert style.width("ến") == len(style.line("ến")[0])
    assert style.width("ến") < style.width("ế") + style.width("n")
    assert sum(map(sum, style.line("ến"))) == sum(map(sum, style.line("ế"))) + sum(map(sum, style.line("n")))


def test_larger_dots_are_the_same_letters() -> None:
    small, large = Style(named("9x15")).line("Mời"), Style(named("9x15"), 3).line("Mời")
    assert [row[::3] for row in large[::3]] == list(small)
    assert large == tuple(bytes(dot for dot in row for _ in range(3)) for row in small for _ in range(3))


def test_digits_all_take_the_same_room() -> None:
    for rows in range(13, 65):
        for style in (*styles(rows), *styles(rows, "dejavu"), *narrow(rows)):
            assert len({style.width(digit) for digit in "0123456789"}) == 1


def test_a_font_that_is_not_installed_names_its_package(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="xfonts-base"):
        Font("none", tmp_path / "9x15.pcf.gz", 15, "xfonts-base").glyph("a")
    (tmp_path / "broken.pcf.gz").write_bytes(b"\x1f\x8b nonsense")
    with pytest.raises(DeviceError, match=r"broken\.pcf\.gz"):
        Font("broken", tmp_path / "broken.pcf.gz", 15, "xfonts-base").glyph("a")
