"""The files of an Alpha sign that shows pictures: how its memory is divided, once, and which page stands where.

A place holds one page's width of dots. In most it is one file, which is the quickest to send; a ticker takes as many
places as it is wide. In the first few it is cut into narrow tiles, for pages of which a little has changed: so a digit
sends one tile. The last ones are kept free for an emergency, which takes the others from behind if they are not
enough. A page stays in its place as long as little of it changes, so that only tiles that differ are ever sent; what
is new is written beside what the sign shows, as long as there is room. What will be due soon takes what is left.

The two last tiles of a place are wider and narrower than the others. Moved between them they shift what lies between
by their difference: a digit that stands across two tiles is given one. Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.boards.alpha.words import DOTS_COLUMNS, DOTS_ROWS, AlphaError, FileSpec
from controller.boards.pages import Page
from controller.runtime.config_tables import Board

ORDINARY = "A"
FILE_OVERHEAD = 13  # bytes of the sign's memory that every file takes besides its content (measured by others)
TEXT_BYTES = 512  # of file A, which calls the pictures
LABELS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in f"{ORDINARY}0?12345")
TILE_COLUMNS = 16  # about; wide enough that its frame is little more than its dots
UNEVEN = 8  # columns by which the last two tiles of a place differ from the others
FINE_AT_MOST = 4  # places in narrow tiles
RESERVED = 2  # places for an emergency alone


@dataclass(frozen=True, slots=True)
class Tile:
    columns: int
    labels: str  # of its files, one for each band of rows, from the top


@dataclass(frozen=True, slots=True)
class Place:
    """Tiles side by side, as wide as the board."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """`bands`: the rows of each picture of a tile, from the top; one unless the board has more rows than a picture
    may. `fine` places come first, `reserved` ones last."""

    bands: tuple[int, ...]
    colours: str  # of the table: 1000 or 2000
    places: tuple[Place, ...]
    fine: int
    reserved: int

    @property
    def files(self) -> tuple[FileSpec, ...]:
        return (
            FileSpec(ORDINARY, "A", TEXT_BYTES),
            *(
                FileSpec(label, "D", rows * 256 + tile.columns, self.colours)
                for place in self.places
                for tile in place.tiles
                for label, rows in zip(tile.labels, self.bands, strict=True)
            ),
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A page and where it stands: in one place, or a ticker in as many as it is wide. `order`: the numbers of the
    place's tiles from left to right; of a ticker's places they stand as they are."""

    page: Page
    key: tuple[str, int]  # what it shows, and the how manieth page of that
    places: tuple[int, ...]
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pages found room, in their order; those from the first that did not are `left_out`. `coming`: what will
    be due soon; `lying`: what was shown and has not been written over."""

    ordinary: tuple[Placed, ...] = ()
    urgent: tuple[Placed, ...] = ()
    coming: tuple[Placed, ...] = ()
    lying: tuple[Placed, ...] = ()
    left_out: int = 0
    urgent_left_out: int = 0


def needed_bytes(board: Board) -> int:
    """The least memory with which a board of this size can show anything, an emergency included."""
    fine, coarse = _costs(board)
    return TEXT_BYTES + FILE_OVERHEAD + fine + coarse


def memory_of(board: Board) -> Memory:
    """How the memory of a board is divided; AlphaError with the figures where it is too small."""
    bands, (fine_bytes, coarse_bytes) = _bands(board), _costs(board)
    room = board.pool_bytes - TEXT_BYTES - FILE_OVERHEAD
    fine_widths, coarse_widths = _fine_widths(board), _coarse_widths(board)
    fine_labels, coarse_labels = len(fine_widths) * len(bands), len(coarse_widths) * len(bands)
    if room < fine_bytes + coarse_bytes or len(LABELS) < fine_labels + coarse_labels:
        raise AlphaError(f"needs {needed_bytes(board)} bytes, has {board.pool_bytes}")
    reserved = RESERVED if room >= fine_bytes + (RESERVED + 1) * coarse_bytes else 1
    room -= reserved * coarse_bytes
    labels = len(LABELS) - reserved * coarse_labels
    fine = max(1, min(FINE_AT_MOST, room // 2 // fine_bytes, labels // 2 // fine_labels))
    coarse = min((room - fine * fine_bytes) // coarse_bytes, (labels - fine * fine_labels) // coarse_labels)
    free = iter(LABELS)
    places = tuple(_place(free, fine_widths, len(bands)) for _ in range(fine))
    places += tuple(_place(free, coarse_widths, len(bands)) for _ in range(coarse + reserved))
    return Memory(bands, "1000" if board.colours == "one" else "2000", places, fine, reserved)


def _place(free: Iterator[str], widths: Sequence[int], bands: int) -> Place:
    return Place(tuple(Tile(columns, "".join(itertools.islice(free, bands))) for columns in widths))


def _bands(board: Board) -> tuple[int, ...]:
    return _even(board.rows, -(-board.rows // DOTS_ROWS))


def _coarse_widths(board: Board) -> tuple[int, ...]:
    return _even(board.columns, -(-board.columns // DOTS_COLUMNS))


def _fine_widths(board: Board) -> tuple[int, ...]:
    tiles = max(1, round(board.columns / TILE_COLUMNS))
    widths = _even(board.columns, tiles)
    return (*widths[:-2], widths[-2] + UNEVEN, widths[-1] - UNEVEN) if tiles > 2 else widths


def _even(whole: int, parts: int) -> tuple[int, ...]:
    return tuple(whole // parts + (number < whole % parts) for number in range(parts))


def _costs(board: Board) -> tuple[int, int]:
    """What a place in narrow tiles takes of the memory, and one in a single file."""
    bits = 1 if board.colours == "one" else 2
    fine, coarse = (
        sum(rows * -(-columns * bits // 8) + FILE_OVERHEAD for columns in widths for rows in _bands(board))
        for widths in (_fine_widths(board), _coarse_widths(board))
    )
    return fine, coarse


# --- which page stands where ---


def planned(
    memory: Memory,
    columns: int,
    ordinary: Sequence[Page],
    urgent: Sequence[Page],
    before: Plan,
    coming: Sequence[Page] = (),
) -> Plan:
    """Places for the pages, most urgent first; nothing overtakes a page that finds no room. `before` is what the sign
    shows: its places are the last that are given to something else. What is `coming` takes only what is left."""
    own = range(len(memory.places) - memory.reserved)
    known = (*before.ordinary, *before.coming, *before.lying)
    held = tuple(map(_places, (before.ordinary, before.coming, before.lying)))
    room = _Room(list(own), memory.fine, held)
    shown = _placed(memory, columns, ordinary, room, known)
    on = {page.item for page in ordinary}  # what is on is brought up to date when that is due
    rest = _Room(room.free, memory.fine, held)
    soon = _placed(memory, columns, [page for page in coming if page.item not in on], rest, known)
    taken = range(len(memory.places) - 1, -1, -1)  # reserved ones first, then those of the least urgent pages
    alarms = _placed(memory, columns, urgent, _Room(list(taken)), before.urgent)
    soon = tuple(each for each in soon if _places(alarms).isdisjoint(each.places))
    used = _places((*shown, *soon, *alarms))
    lying = tuple(was for was in known if used.isdisjoint(was.places))
    return Plan(shown, alarms, soon, lying, len(ordinary) - len(shown), len(urgent) - len(alarms))


def _places(placed: Sequence[Placed]) -> frozenset[int]:
    return frozenset(place for each in placed for place in each.places)


@dataclass(slots=True)
class _Room:
    """The places that are still free; of them those below `fine` are in narrow tiles. Those of what the sign `held`
    are given last, most of all the first of these."""

    free: list[int]
    fine: int = 0
    held: tuple[frozenset[int], ...] = ()

    def take(self, count: int, narrow: bool) -> tuple[int, ...]:
        def rank(place: int) -> tuple[bool, ...]:
            return (*(place in held for held in self.held), (place < self.fine) != narrow)

        return self.keep(tuple(sorted(self.free, key=rank)[:count]))

    def keep(self, places: tuple[int, ...]) -> tuple[int, ...]:
        self.free = [place for place in self.free if place not in places]
        return places


def _placed(
    memory: Memory, columns: int, pages: Sequence[Page], room: _Room, before: Sequence[Placed]
) -> tuple[Placed, ...]:
    fitting: list[tuple[Page, tuple[str, int], int]] = []
    left, counts = len(room.free), dict[str, int]()
    for page in pages:
        size = pieces(page, columns)
        if size > left:
            break
        left -= size
        counts[page.item] = counts.get(page.item, 0) + 1
        fitting.append((page, (page.item, counts[page.item]), size))
    older = _older(fitting, [was for was in before if set(was.places) <= set(room.free)])
    found: dict[int, Placed] = {}
    for number, was in older.items():
        page, key, _ = fitting[number]
        now = Placed(page, key, was.places, _order(memory, page, was.places, was))
        if _is_little(pictures_of(memory, columns, was), pictures_of(memory, columns, now)):
            found[number] = now
            room.keep(now.places)
    for number, (page, key, size) in enumerate(fitting):
        if number not in found:
            was_on = older.get(number)
            spots = room.take(size, narrow=was_on is not None and size == 1 and _fits_a_tile(memory, was_on.page, page))
            found[number] = Placed(page, key, spots, _order(memory, page, spots, was_on))
    return tuple(found[number] for number in range(len(fitting)))


def _older(pages: Sequence[tuple[Page, tuple[str, int], int]], before: list[Placed]) -> dict[int, Placed]:
    """For a page by its number what it was before: the same dots, else the same page of the same thing."""
    older: dict[int, Placed] = {}
    for needs_dots in (True, False):
        for number, (page, key, size) in enumerate(pages):
            for was in before if number not in older else ():
                same = was.page.dots == page.dots if needs_dots else was.key == key
                if same and len(was.places) == size and was.page.scrolls == page.scrolls:
                    older[number] = was
                    before.remove(was)
                    break
    return older


def _is_little(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether no more than half of a page's pictures change: that may be watched."""
    return 2 * sum(before[label] != after[label] for label in after) <= len(after)


def _fits_a_tile(memory: Memory, was: Page, page: Page) -> bool:
    """Whether so little of a still page changes that narrow tiles are worth it."""
    if page.scrolls:
        return False
    first, last = _changed(was, page)
    return last - first < max(tile.columns for tile in memory.places[0].tiles)


def _changed(was: Page, page: Page) -> tuple[int, int]:
    """The first and the last column in which two different pages differ."""
    columns = [
        x
        for old, new in zip(was.dots, page.dots, strict=True)
        if old != new
        for x in range(len(new))
        if old[x] != new[x]
    ]
    return min(columns), max(columns)


def pieces(page: Page, columns: int) -> int:
    """How many places a page takes."""
    return max(1, -(-len(page.dots[0]) // columns))


def _order(memory: Memory, page: Page, places: Sequence[int], was: Placed | None) -> tuple[int, ...]:
    """The order of a place's tiles: as it was, unless a small change stands across two and another order mends it."""
    tiles = memory.places[places[0]].tiles
    if page.scrolls or len(places) > 1:
        return ()
    order = was.order if was and len(was.order) == len(tiles) else tuple(range(len(tiles)))
    if was is None or len(tiles) < 3 or was.page.dots == page.dots:
        return order
    first, last = _changed(was.page, page)
    if last - first >= max(tile.columns for tile in tiles) or _holds(tiles, order, first, last):
        return order
    rest = [number for number in order if number < len(tiles) - 2]
    others = [
        (*rest[:a], x, *rest[a:b], y, *rest[b:])
        for a, b in itertools.combinations_with_replacement(range(len(rest) + 1), 2)
        for x, y in itertools.permutations((len(tiles) - 2, len(tiles) - 1))
    ]
    fitting = [other for other in others if _holds(tiles, other, first, last)]
    return min(fitting, key=lambda other: _moved(tiles, order, other), default=order)


def _starts(tiles: Sequence[Tile], order: Sequence[int]) -> dict[int, int]:
    """Where each tile begins, by its number."""
    lefts = itertools.accumulate((tiles[number].columns for number in order), initial=0)
    return dict(zip(order, lefts, strict=False))


def _holds(tiles: Sequence[Tile], order: Sequence[int], first: int, last: int) -> bool:
    return any(left <= first and last < left + tiles[n].columns for n, left in _starts(tiles, order).items())


def _moved(tiles: Sequence[Tile], order: Sequence[int], other: Sequence[int]) -> int:
    """How many columns would be sent anew."""
    before, after = _starts(tiles, order), _starts(tiles, other)
    return sum(tiles[number].columns for number in order if before[number] != after[number])


# --- what stands in the files ---


def pictures_of(memory: Memory, columns: int, placed: Placed) -> dict[str, tuple[bytes, ...]]:
    """The dots of a page by the labels of its files."""
    found: dict[str, tuple[bytes, ...]] = {}
    for number, place in enumerate(placed.places):
        tiles, left = memory.places[place].tiles, number * columns
        for tile in (tiles[at] for at in (placed.order or range(len(tiles)))):
            top = 0
            for label, rows in zip(tile.labels, memory.bands, strict=True):
                cut = placed.page.dots[top : top + rows]
                found[label] = tuple(row[left : left + tile.columns].ljust(tile.columns, b"\0") for row in cut)
                top += rows
            left += tile.columns
    return found
