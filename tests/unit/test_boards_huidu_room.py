"""A Huidu controller with more notices than anybody reads: the first pages are shown, and that is said."""

from __future__ import annotations

from dataclasses import replace

from controller.boards.huidu.pages import PAGES_LIMIT, programme_of
from controller.boards.pages import Content, Rotation
from controller.core.notices import BoardState
from tests.support.boards_drivers import CASES

HUIDU = CASES["huidu"]
LINES = [f"Tin {number}" for number in range(6)]


def many(count: int) -> Rotation:
    """So many pages, of which few differ."""
    pages = HUIDU.content(*LINES).ordinary.pages
    return Rotation(tuple(replace(pages[at % len(pages)], lines=(f"Tin {at}",)) for at in range(count)))


def test_as_many_pages_as_a_document_holds_are_shown_and_the_rest_is_said_to_be_left_out() -> None:
    line = HUIDU.wire()
    line.show(Content(many(PAGES_LIMIT + 1)))
    line.until(lambda: line.status is not None)
    text = "\n\n".join(f"Tin {at}" for at in range(PAGES_LIMIT))
    assert line.states == [(BoardState.SHOWN, text, "room")]
    line.show(Content(many(PAGES_LIMIT)))
    line.until(lambda: line.states[-1][2] == "")
    assert line.states[-1] == (BoardState.SHOWN, text, "")


def test_a_programme_knows_whether_it_is_whole() -> None:
    found = [programme_of(HUIDU.board, many(count)) for count in (PAGES_LIMIT, 20 * PAGES_LIMIT)]
    assert [(len(each.shots), each.is_whole) for each in found] == [(PAGES_LIMIT, True), (PAGES_LIMIT, False)]
    assert found[0].ident == found[1].ident
