"""From what is to be shown to the pages of one board: the plan of a rotation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controller.boards.facts import Facts
from controller.boards.lit import is_lit
from controller.boards.pages import Content, Rotation, joined
from controller.boards.typesetting import typeset, waiting
from controller.core.showing import Item
from controller.runtime.config_tables import Board

Kept = dict[tuple[Item, Facts | None], Rotation]  # what was set before, by all that it says


@dataclass(frozen=True, slots=True)
class Later:
    """What will be shown soon and is not shown yet (nothing: the place and the time), and the facts of that time."""

    items: tuple[Item, ...]
    facts: Facts


def content_of(
    board: Board,
    items: Sequence[Item],
    alerts: Sequence[Item],
    facts: Facts,
    kept: Kept | None = None,
    later: Later | None = None,
) -> Content:
    """The pages of what is due on a board, in the order given and each thing once; of nothing: the place and the
    time. With them those of what comes `later`.

    `kept` is what was set for the last content, and holds afterwards what was set for this one: of two hundred
    notices only what is new is set, so that an emergency waits for none of them.
    """
    before, kept = dict(kept or {}), {} if kept is None else kept
    kept.clear()

    def pages(item: Item, facts: Facts) -> Rotation:
        key = item, facts if item.special or board.driver == "screen" else None
        found = before.get(key) or typeset(board, item, facts)
        if not found.without:  # a picture that could not be read may be there the next time
            kept[key] = found
        return found

    def all_of(items: Sequence[Item], facts: Facts) -> Rotation:
        return joined(tuple(pages(item, facts) for item in _once(items)))

    urgent, ordinary = all_of(alerts, facts), all_of(items, facts)
    coming = Rotation(())
    if later is not None:
        coming = all_of(later.items, later.facts) if later.items else waiting(board, later.facts)
    return Content(
        ordinary if ordinary.pages else waiting(board, facts),
        urgent if urgent.pages else None,
        bool(urgent.pages) or facts.doubtful or is_lit(board, facts.now.time()),
        coming.pages,
    )


def _once(items: Sequence[Item]) -> list[Item]:
    """Without what says the same as an earlier one: a notice beside the announcement of it, two clocks."""
    found: dict[tuple[str, ...], Item] = {}
    for item in items:
        says = (item.special.value,) if item.special else (item.title, item.text, item.picture, item.qr)
        found.setdefault(says, item)
    return list(found.values())
