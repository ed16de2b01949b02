"""Which files an official has before them: trays, what is looked for, what comes before and after one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from controller.core.filings import FileState, Timing
from controller.core.opened_files import Outline, QueueLine
from controller.web.file_queue import Tray, in_tray, looked_for, neighbours, page_of, pages, trays

S = FileState
AT = datetime(2026, 11, 25, 1, tzinfo=UTC)
TODAY = date(2026, 11, 25)


def outline(number: int, state: FileState = S.IN_PROCESS, due: int | None = None, **more: bool) -> Outline:
    """`due`: in so many days."""
    promised = AT + timedelta(days=due) if due is not None else None
    timing = Timing(promised, timedelta(), False, more.get("late", False))
    return Outline(f"{number:02}", "g", state, AT + timedelta(hours=number), AT, timing, more.get("new", False))


FILES = (
    outline(1, S.REGISTERED, new=True), outline(2, due=-1, late=True), outline(3, due=0), outline(4, due=1),
    outline(5, S.DONE, due=0), outline(6, S.RETURNED, due=-3),
)  # fmt: skip


def test_trays_have_what_belongs_there_and_empty_ones_are_not_shown() -> None:
    found = trays(FILES, datetime.date, TODAY)
    assert found == (
        Tray("", 6), Tray("new", 1), Tray("late", 1), Tray("today", 2), Tray("registered", 1), Tray("in_process", 3),
        Tray("done", 1), Tray("returned", 1),
    )  # fmt: skip
    for tray in found:
        assert len(in_tray(FILES, tray.key, datetime.date, TODAY)) == tray.count
    assert [each.id for each in in_tray(FILES, "today", datetime.date, TODAY)] == ["02", "03"]
    assert in_tray(FILES, "nothing", datetime.date, TODAY) == ()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("đặng", [0]), ("DANG", [0]), ("dang y", [0]), ("y  thị", [0]), ("ỷ x", []), ("Nông", [1]), ("n", [0, 1]),
        ("k7m4", [0]), ("K7M4-XP2Q", [0]), ("k7m4 xp2q", [0]), ("h01.02", [1]), ("0102-26", [1]), ("", []), (" -", []),
        ("ng", [0]), ("AA", []), ("AAA", [1]),
    ],
)  # fmt: skip
def test_a_file_is_found_by_name_number_and_code(wanted: str, found: list[int]) -> None:
    lines = (
        QueueLine(FILES[0], "K7M4-XP2Q", "Đặng Thị Ỷ Ngữ"),
        QueueLine(FILES[1], "AAAA-BBBB", "Nông Văn Thử", "H01.02-26"),
        QueueLine(FILES[2], "", "", broken=True),
    )  # fmt: skip
    assert [lines.index(line) for line in looked_for(lines, wanted)] == found


def test_before_and_after_a_file_that_need_not_be_there_any_more() -> None:
    assert neighbours(FILES, FILES[0]) == ("", "02")
    assert neighbours(FILES, FILES[2]) == ("02", "04")
    assert neighbours(FILES[:2] + FILES[3:], FILES[2]) == ("02", "04")
    assert neighbours((), FILES[2]) == ("", "")


def test_back_to_the_page_on_which_a_file_stands() -> None:
    many = tuple(outline(number) for number in range(65))
    assert [page_of(many, many[number]) for number in (0, 29, 30, 59, 60)] == [1, 1, 2, 2, 3]
    assert page_of(many[:30], many[30]) == 2, "a file that has left the list"


def test_pages() -> None:
    assert [pages(count) for count in (0, 1, 30, 31, 60, 61)] == [1, 1, 1, 2, 2, 3]
