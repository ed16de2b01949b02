"""What a screen says of itself becomes a row: a real store, real files, and whatever else may lie in their place."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.boards.display.display import Bringing
from controller.boards.display.reports import LARGEST, LOOK_S, REASONS, Reporter, Reports
from controller.boards.link import Status
from controller.boards.looking import Looking
from controller.boards.pages import Content
from controller.core.notices import BoardState
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Site
from controller.runtime.config_text import parse_config
from controller.runtime.places import Places
from controller.store import notices
from controller.store.connection import Store
from tests.support.screens import CONFIG

BEGIN = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
SANH = "screen-sanh"


class Telling:
    """A screen's process that looks into the store and says what it knows, and the controller that hears it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.places, self.rings = FakeClock(BEGIN), Places(folder), list[str]()
        self.places.make()
        self.config = parse_config(CONFIG, "test")
        self.store = Store(self.places.station_db)
        self.home = {SANH}
        self.begin()

    def begin(self) -> None:
        """The controller starts."""
        self.reports = Reports(self.config, self.store, self.clock, self.places, lambda name: name in self.home)

    def look(self) -> bool:
        """Its next look."""
        self.clock.tick(LOOK_S)
        return self.reports.look()

    def reporter(self) -> Reporter:
        return Reporter(self.places, SANH, lambda: self.rings.append("controller"))

    def bringing(self, display: object, heard: Callable[[float], list[object]]) -> Bringing:
        store, board = Store(self.places.station_db, read_only=True), self.config.board("sanh")
        looking = Looking(board, Site(), 600, store, self.clock)
        return Bringing(board, looking, display, store, self.reporter().report, heard)  # type: ignore[arg-type]

    def known(self) -> list[tuple[str, str, str]]:
        with self.store.read() as tx:
            return [(known.state.value, known.text, known.detail) for known in notices.boards(tx)]


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    found = Telling(tmp_path)
    yield found
    found.store.close()


def test_the_controller_is_told_once_of_every_change(telling: Telling) -> None:
    reports = [
        Status(BoardState.DOWN, "", "no_screen"), Status(BoardState.DOWN, "", "no_screen"),
        Status(BoardState.SENT, "Họp"), Status(BoardState.SENT, "Họp"), Status(BoardState.OFF, "", "off_black"),
    ]  # fmt: skip
    wanted: list[Content] = []

    class Told:
        status: Status | None = None

        def want(self, content: Content) -> None:
            wanted.append(content)

    display = Told()
    found: list[tuple[str, str, str]] = []
    changed: list[bool] = []
    left = iter(reports)

    def heard(_timeout_s: float) -> list[object]:
        changed.append(telling.look())
        found.extend(telling.known())
        display.status = next(left, None)
        if display.status is None:
            stopping.set()
        return []

    stopping = threading.Event()
    telling.bringing(display, heard).run(stopping, lambda: None)
    assert len(wanted) == 1, "what is to be shown stays the same"
    assert found == [
        ("down", "", "no_screen"), ("down", "", "no_screen"), ("sent", "Họp", ""), ("sent", "Họp", ""),
        ("off", "", "off_black"),
    ]  # fmt: skip
    assert changed == [False, True, False, True, False, True]
    assert telling.rings == ["controller"] * 3


def test_while_somebody_else_writes_it_is_taken_over_later(telling: Telling) -> None:
    telling.reporter().report(Status(BoardState.SENT, "Họp"))
    other, begun = Store(telling.places.station_db), time.monotonic()
    with other.write():
        assert [telling.look() for _ in range(3)] == [False] * 3
    assert time.monotonic() - begun < 4.0, "the schedule may be waiting"
    assert (telling.look(), telling.known()) == (True, [("sent", "Họp", "")])
    other.close()


def test_what_a_process_said_is_over_when_it_is(telling: Telling) -> None:
    telling.reporter().report(Status(BoardState.SENT, "Họp"))
    telling.home = set()
    assert (telling.look(), telling.known()) == (False, []), "nobody lives who says so"
    telling.home = {SANH}
    assert (telling.look(), telling.known()) == (True, [("sent", "Họp", "")])
    with telling.store.write() as tx:
        notices.report_board(tx, BEGIN, "sanh", BoardState.DOWN, "", None, "process_gone")
    assert (telling.look(), telling.known()) == (False, [("down", "", "process_gone")])
    reporter = telling.reporter()  # it begins again
    telling.begin()  # and so does the controller
    assert (telling.look(), telling.known()) == (False, [("down", "", "process_gone")])
    reporter.report(Status(BoardState.SENT, "Họp"))
    assert (telling.look(), telling.known()) == (True, [("sent", "Họp", "")])


def test_however_often_it_changes_its_mind_it_is_asked_in_its_turn(telling: Telling) -> None:
    reporter, taken = telling.reporter(), list[bool]()
    telling.look()
    for number in range(16):
        reporter.report(Status(BoardState.SENT, str(number)))
        telling.clock.tick(LOOK_S / 8)
        taken.append(telling.reports.look())
    assert taken == [*[False] * 7, True] * 2
    assert telling.known() == [("sent", "15", "")]


@pytest.mark.parametrize(
    "said",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 9000, b'{"state": "sent"}',
        b'{"state": "shown", "text": "x", "reason": ""}', b'{"state": "on", "text": "x", "reason": ""}',
        b'{"state": "sent", "text": 7, "reason": ""}', b'{"state": "sent", "text": "\\ud800", "reason": ""}',
        b'{"state": "down", "text": "", "reason": "no such reason"}', b'{"state": "down", "text": "", "reason": []}',
        b'{"state": "sent", "reason": "", "text": "' + b"x" * LARGEST + b'"}',
    ],
)  # fmt: skip
def test_of_what_nobody_can_say_of_a_board_nothing_is_written(telling: Telling, said: bytes) -> None:
    telling.places.report(SANH).write_bytes(said)
    assert (telling.look(), telling.look(), telling.known()) == (False, False, [])


def test_neither_a_link_nor_a_pipe_is_read(telling: Telling) -> None:
    secret = telling.places.state / "secret"
    secret.write_text('{"state": "sent", "text": "secret", "reason": ""}', encoding="utf-8")
    telling.places.report(SANH).symlink_to(secret)
    assert (telling.look(), telling.known()) == (False, [])
    telling.places.report(SANH).unlink()
    os.mkfifo(telling.places.report(SANH))
    looked: list[bool] = []
    controller = threading.Thread(target=lambda: looked.append(telling.look()), daemon=True)
    controller.start()
    controller.join(20)
    assert looked == [False], "it waits for nobody"


def test_every_reason_has_its_words() -> None:
    for language in LANGUAGES:
        words = load_words(language)
        assert all(words(f"board.reason.{reason}") for reason in REASONS - {""})
