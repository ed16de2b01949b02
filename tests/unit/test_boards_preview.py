"""What the official sees before publishing is, dot for dot, what the sign shows."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from controller.boards.alpha.sign import AlphaSign, Physics
from controller.boards.facts import Facts
from controller.boards.lettering.glyphs import Field, glyphs
from controller.boards.lettering.stripped import plain
from controller.boards.pages import Dots, Rotation
from controller.boards.picture import png_of
from controller.boards.preview import draft, fields_of, png_of_page, png_of_rotation
from controller.boards.preview import frames_for as frames_for_item
from controller.boards.typesetting import typeset
from controller.core.errors import InputError
from controller.core.levels import Level
from controller.runtime.config_tables import Board
from tests.support.board_strips import field_at
from tests.support.board_texts import SAMPLES, texts

BOARDS = [Board(id="b", name="B", columns=c, rows=r) for c, r in ((96, 16), (80, 7), (192, 32), (16, 8), (97, 15))]

FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))


def rotation(board: Board, text: str, level: Level = Level.NORMAL) -> Rotation:
    return typeset(board, draft(text, level), FACTS)


def frames_for(board: Board, text: str, level: Level = Level.NORMAL) -> bytes:
    return frames_for_item(board, draft(text, level), FACTS)


def what_the_sign_shows(board: Board, text: str, level: Level) -> list[Dots]:
    """The bytes of the preview, given to a sign; its face at the middle of each page, or each time a
    ticker has brought a whole field of new dots."""
    sign = AlphaSign(board.columns, board.rows, Physics(clear_s=0, configure_s=0, gap_s=0))
    table = b"" if board.rows > 12 else bytes(5) + b"\x01Z00\x02E$AAU0800FF00\x04"
    for byte in table + frames_for(board, text, level):
        sign.hear(byte, 0.0)
    faces, at = [], 0.0
    for page in rotation(board, text, level).pages:
        if page.scrolls:
            fields = -(-len(page.dots[0]) // board.columns)
            faces += [sign.face(at + (n + 1) * board.columns / 50).dots for n in range(fields)]
        else:
            face = sign.face(at + 0.5)
            faces.append(face.dots)
            at += 0.5 + (face.lasts_s or 0.0) + 0.001
    return faces


def what_the_preview_shows(board: Board, text: str, level: Level) -> list[Dots]:
    pages = rotation(board, text, level).pages
    return [dots for page in pages for dots in fields_of(board, page)]


@pytest.mark.parametrize("level", [Level.NORMAL, Level.EMERGENCY])
@pytest.mark.parametrize("board", BOARDS, ids=lambda b: f"{b.columns}x{b.rows}")
def test_the_preview_is_the_sign_on_the_samples(board: Board, level: Level) -> None:
    for text in SAMPLES:
        shown = what_the_preview_shows(board, text, level)
        assert shown == what_the_sign_shows(board, text, level)
        assert any(any(row) for row in shown[0])


@settings(max_examples=200, deadline=None)
@given(texts(), st.sampled_from(BOARDS))
def test_the_preview_is_the_sign_on_any_text(text: str, board: Board) -> None:
    for level in (Level.NORMAL, Level.EMERGENCY):
        if rotation(board, text, level).pages:
            assert what_the_preview_shows(board, text, level) == what_the_sign_shows(board, text, level)


def dots_of(png: bytes, board: Board, dot_px: int) -> list[Dots]:
    """The dots read off a picture: each lamp is lit where its middle is bright."""
    image = Image.open(io.BytesIO(png)).convert("L")
    assert image.width == (board.columns + 2) * dot_px
    fields = (image.height // dot_px - 1) // (board.rows + 1)
    half = (dot_px - 1) // 2
    return [
        tuple(
            bytes(
                int(image.getpixel(((x + 1) * dot_px + half, (f * (board.rows + 1) + y + 1) * dot_px + half)) > 120)  # type: ignore[operator]  # "L" gives numbers
                for x in range(board.columns)
            )
            for y in range(board.rows)
        )
        for f in range(fields)
    ]


@pytest.mark.parametrize(("text", "dot_px"), [(SAMPLES[1], 6), (SAMPLES[2], 3), ("\u200b", 6)])
def test_the_picture_has_exactly_those_dots(text: str, dot_px: int) -> None:
    board = BOARDS[0]
    expected = what_the_preview_shows(board, text, Level.NORMAL) or [Field(96, 16).frozen()]
    assert dots_of(png_of_rotation(board, rotation(board, text)), board, dot_px) == expected


def test_the_words_of_the_preview() -> None:
    assert rotation(BOARDS[2], "Cắt nước 13 giờ – 17 giờ hôm nay").text == "Cắt nước 13 giờ –\n17 giờ hôm nay"
    assert rotation(BOARDS[1], "Cắt nước 13 giờ").text == "Cat nuoc 13\n\ngio"


def test_the_bytes_of_the_preview() -> None:
    text = b"\x02AA\x1b0b\x1a3\x18Nghi hoc\x03"
    frame = bytes(5) + b"\x01Z00" + text + b"%04X\x04" % sum(text)
    assert frames_for(BOARDS[1], "Nghỉ học") == frame
    assert frames_for(BOARDS[1], "Nghỉ học", Level.EMERGENCY)[10:12] == b"A0"


def test_an_emergency_fits_the_priority_file_and_says_what_it_leaves_out() -> None:
    text = "Nước sông lên nhanh, " * 12
    data = frames_for(BOARDS[1], text, Level.EMERGENCY)[12:-6]
    laid = rotation(BOARDS[1], text, Level.EMERGENCY)
    assert len(data) <= 125
    shown = laid.text.split()
    assert shown[-1].endswith("...")
    assert [*shown[:-1], shown[-1].removesuffix("..."), *laid.left_out.split()] == plain(text)[0].split()


def test_all_printable_characters_have_their_own_dots() -> None:
    assert sorted(glyphs()) == [chr(code) for code in range(0x20, 0x7F)]
    assert len(set(glyphs().values())) == 95
    assert all(len(rows) == 7 and {len(row) for row in rows} == {5} for rows in glyphs().values())


def test_a_picture_of_one_lit_dot() -> None:
    field = Field(2, 1)
    field.dots[0][1] = 1
    image = Image.open(io.BytesIO(png_of([field.frozen()], 6)))
    assert (image.size, image.mode) == ((24, 18), "P")
    middle = [image.convert("RGB").getpixel((x, 8)) for x in (3, 8, 14, 20)]
    assert middle == [(0x14, 0x11, 0x0D), (0x2B, 0x22, 0x16), (0xFF, 0xB4, 0x1F), (0x14, 0x11, 0x0D)]


def middles(png: bytes, columns: int, dot_px: int = 6) -> list[tuple[int, ...]]:
    """The colours in the middles of the lamps of the first row."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    at = [((x + 1) * dot_px + 2, dot_px + 2) for x in range(columns)]
    return [pixel for xy in at if isinstance(pixel := image.getpixel(xy), tuple)]


def test_lamps_of_three_colours_and_of_all() -> None:
    dark, red, green, amber = (0x2B, 0x22, 0x16), (0xFF, 0x3A, 0x2A), (0x30, 0xD1, 0x4A), (0xFF, 0xB4, 0x1F)
    assert middles(png_of([(b"\0\1\2\3",)], 6, "three"), 4) == [dark, red, green, amber]
    assert middles(png_of([(b"\0\1",)], 6, "one"), 2) == [dark, amber]
    full = png_of([(b"\0\0\0\xff\xf4\xd6\x10\x20\xff",)], 6, "full")
    assert middles(full, 3) == [dark, (0xFF, 0xF4, 0xD6), (0x2B, 0x22, 0xFF)]  # a lamp that is dark is still seen
    assert Image.open(io.BytesIO(full)).mode == "RGB"


def size_of(board: Board, text: str) -> tuple[int, int]:
    return Image.open(io.BytesIO(png_of_rotation(board, rotation(board, text)))).size


def test_wide_boards_and_screens_are_drawn_without_lamps_and_fit_the_page() -> None:
    assert size_of(Board(id="b", name="B", columns=400, rows=16), "Nghỉ học") == (402 * 3, 18 * 3)
    assert size_of(Board(id="b", name="B", columns=480, rows=16), "Nghỉ học") == (480, 16)
    screen = Board(id="b", name="B", driver="screen", columns=1920, rows=1080)
    assert size_of(screen, "Nghỉ học") == (640, 360)
    weight = len(png_of_rotation(screen, rotation(screen, " ".join(["Nghỉ học vì mưa lũ"] * 4))))
    assert weight < 25_000, "a phone at the edge of the network looks at one for each page, every minute"
    assert size_of(BOARDS[2], "Nghỉ học") == (194 * 6, 34 * 6)


def test_a_ticker_comes_in_at_the_right_and_leaves_at_the_left() -> None:
    board = BOARDS[0]
    (page,) = rotation(board, SAMPLES[2]).pages
    wide, dark = len(page.dots[0]), (bytes(96),) * 16
    per_s = (wide + 96) / page.dwell_s

    def at(column: float) -> list[bytes]:
        return list(field_at(page, (column + 0.5) / per_s, 96))

    assert at(0) == list(dark)
    assert at(10) == [bytes(86) + row[:10] for row in page.dots]
    assert at(96) == [row[:96] for row in page.dots]
    assert at(wide) == [row[-96:] for row in page.dots]
    assert at(wide + 95) == [row[-1:] + bytes(95) for row in page.dots]
    assert png_of_page(board, page) == png_of([page.dots], 3)


def test_a_board_without_a_line_has_no_bytes() -> None:
    panel = Board(id="b", name="B", driver="hub75", columns=64, rows=32)
    with pytest.raises(InputError, match="no_line"):
        frames_for(panel, "Nghỉ học")
