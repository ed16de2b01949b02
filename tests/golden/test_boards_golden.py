"""What boards show, dot by dot, against kept pictures. After a wanted change: LOALANG_RENEW=1 pytest tests/golden

Every dot counts: the fonts are bitmaps, or cut to one bit by FreeType's own interpreter of their hints.
A kept picture has one pixel a dot, the pages one under the other.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from controller.boards.facts import Facts, Session
from controller.boards.pages import Rotation, joined
from controller.boards.preview import draft, fields_of
from controller.boards.typesetting import typeset, waiting
from controller.core.levels import Level
from controller.core.notices import Special
from controller.runtime.config_tables import Board
from tests.support.board_texts import SAMPLES

FOLDER = Path(__file__).parent / "boards"
RENEW = bool(os.environ.get("LOALANG_RENEW"))
HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 24, 19, 30, tzinfo=HANOI)
GAP = 2  # rows between two pages
LAMPS = ((0, 0, 0), (255, 0, 0), (0, 255, 0), (255, 180, 0), (90, 90, 90))  # as `Colour`; between two pages

BOARDS = {
    f"{columns}x{rows}{'' if colours == 'one' else f'-{colours}'}": Board.model_validate(
        {"id": "b", "name": "B", "columns": columns, "rows": rows, "colours": colours, "driver": driver}
    )
    for columns, rows, colours, driver in (
        (96, 16, "one", "alpha"), (192, 32, "one", "alpha"), (80, 7, "one", "alpha"), (84, 14, "one", "hanover"),
        (192, 32, "three", "alpha"), (128, 64, "full", "hub75"),
    )
}  # fmt: skip


def samples(board: Board, facts: Facts) -> Rotation:
    return joined(tuple(typeset(board, draft(text), facts) for text in SAMPLES))


def specials(board: Board, facts: Facts) -> Rotation:
    kinds = (Special.CLOCK, Special.NEXT, Special.QUEUE, Special.TRAINING)
    shown = [typeset(board, replace(draft(""), special=kind), facts) for kind in kinds]
    return joined((waiting(board, facts), *shown))


def extras(board: Board, facts: Facts) -> Rotation:
    """Title, levels, a code, a picture."""
    written = (
        draft("8 giờ thứ Sáu tại trạm y tế", title="Tiêm chủng"),
        draft("Cắt nước 13 giờ – 17 giờ", Level.PRIORITY),
        draft("Nước sông lên nhanh, bà con sơ tán ngay!", Level.EMERGENCY),
        draft("Tải VNeID", qr="https://vneid.gov.vn"),
        replace(draft("Lễ hội"), picture="dots"),
    )
    return joined(tuple(typeset(board, item, facts) for item in written))


KINDS: dict[str, Callable[[Board, Facts], Rotation]] = {"samples": samples, "special": specials, "extras": extras}
CASES = [
    (kind, board)
    for kind in KINDS
    for board in BOARDS
    if (kind, board) not in {("samples", "192x32-three"), ("special", "192x32-three"), ("extras", "80x7")}
]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    picture = Image.new("RGB", (120, 60), (0, 0, 0))
    picture.putdata([(x * 2, y * 4, 128) for y in range(60) for x in range(120)])
    picture.save(tmp_path / "dots.png")
    session = Session("Cài đặt VNeID", "nhà văn hoá", NOW + timedelta(days=3, hours=-11))
    return Facts("Xã Na Khau", NOW, "Bản tin sáng", NOW + timedelta(hours=10), 12, 18, (session,), tmp_path)


def drawn(board: Board, rotation: Rotation) -> Image.Image:
    fields = [field for page in rotation.pages for field in fields_of(board, page)]
    rows = [row for field in fields for row in (*field, *gap(board))][:-GAP]
    if board.colours == "full":
        return Image.frombytes("RGB", (board.columns, len(rows)), b"".join(rows))
    image = Image.frombytes("P", (board.columns, len(rows)), b"".join(rows))
    lamps = [LAMPS[0], LAMPS[3], *LAMPS[2:]] if board.colours == "one" else LAMPS
    image.putpalette([level for lamp in lamps for level in lamp])
    return image


def gap(board: Board) -> Sequence[bytes]:
    return [(b"\x5a\x5a\x5a" if board.colours == "full" else b"\x04") * board.columns] * GAP


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_board(kind: str, name: str, facts: Facts, tmp_path: Path) -> None:
    board, kept = BOARDS[name], FOLDER / f"{kind}-{name}.png"
    image = drawn(board, KINDS[kind](board, facts))
    actual = image.convert("RGB")
    if RENEW:
        image.save(kept, optimize=True)
    with Image.open(kept) as file:
        expected = file.convert("RGB")
    if (actual.size, actual.tobytes()) != (expected.size, expected.tobytes()):
        actual.resize((actual.width * 4, actual.height * 4)).save(tmp_path / "actual.png")
        where = difference(expected, actual)
        where.resize((where.width * 4, where.height * 4)).save(tmp_path / "difference.png")
        pytest.fail(f"other dots than in {kept}; see {tmp_path}/difference.png and actual.png")


def difference(one: Image.Image, other: Image.Image) -> Image.Image:
    """Where two pictures differ: red on the faded second one."""
    fitted = Image.new("RGB", other.size)
    fitted.paste(one)
    mask = ImageChops.difference(fitted, other).convert("L").point(lambda level: 255 if level else 0)
    faded = Image.blend(other, Image.new("RGB", other.size, (0, 0, 0)), 0.5)
    faded.paste((255, 0, 80), mask=mask)
    return faded


def test_every_kept_picture_is_of_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == {f"{kind}-{name}" for kind, name in CASES}


def test_one_other_dot_is_seen(facts: Facts) -> None:
    board = BOARDS["96x16"]
    ink = drawn(board, typeset(board, draft("Mời bà"), facts)).tobytes()
    assert ink != drawn(board, typeset(board, draft("Mơi bà"), facts)).tobytes()
