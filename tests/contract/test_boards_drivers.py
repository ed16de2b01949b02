"""What holds for every driver of a board on a line, in simulated time and through a real worker on a real line.

A new driver is one more entry in `tests.support.boards_drivers.CASES`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from controller.boards.drivers import DRIVERS
from controller.boards.pages import Content
from controller.boards.picture import png_of
from controller.boards.preview import fields_of, png_of_rotation
from controller.core.levels import Level
from controller.core.notices import BoardState
from tests.support.board_texts import SAMPLES, texts
from tests.support.boards_drivers import CASES, Case, Truth
from tests.support.boards_station import BoardStation, wait_for
from tests.support.boards_wire import Wire

SETTLING_S = 60.0  # a sign that is new: its memory is set up, everything is written
KNOWN = (BoardState.SHOWN, BoardState.SENT)
SHORT, OTHER = "Cắt nước 13 giờ", "Thu phí chợ quý IV"
LONG = SAMPLES[2]
ALERT = "BÃO SỐ 9"

each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def settled(case: Case, content: Content) -> Wire:
    wire = case.wire()
    wire.show(content)
    wire.until(lambda: is_known(wire, content), SETTLING_S)
    return wire


def is_known(wire: Wire, content: Content) -> bool:
    """The page's own dots, not words that stand in for them."""
    status = wire.status
    if status is None or status.reason == "words":
        return False
    return status.state in KNOWN and status.text == content.live.text


def all_is_seen(wire: Wire, case: Case, content: Content) -> None:
    """Every dot of every page comes to be seen, and nothing else."""
    truth, begun = Truth(case.board, content.live), wire.now
    while truth.unseen:
        assert wire.now - begun < 3 * content.live.round_s + 30, f"never seen: {sorted(truth.unseen)[:5]}"
        wire.run(0.25, truth.see)


def test_every_driver_is_tried() -> None:
    assert {case.board.driver for case in CASES.values()} == set(DRIVERS)


# --- what you see is what it shows ---


@each
@pytest.mark.parametrize("text", SAMPLES)
def test_the_samples_are_shown_dot_by_dot(case: Case, text: str) -> None:
    content = case.content(text)
    all_is_seen(settled(case, content), case, content)


@each
def test_generated_texts_are_shown_dot_by_dot(case: Case) -> None:
    @settings(max_examples=case.texts, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=texts())
    @example(text="´")  # which a sign's own letters cannot say
    def shown(text: str) -> None:
        content = case.content(text)
        all_is_seen(settled(case, content), case, content)

    shown()


@each
def test_the_preview_is_made_of_the_very_dots(case: Case) -> None:
    rotation = case.content(SHORT, OTHER).live
    fields = [field for page in rotation.pages for field in fields_of(case.board, page)]
    assert png_of_rotation(case.board, rotation) == png_of(fields, colours=case.board.colours)


@each
def test_one_content_after_the_other(case: Case) -> None:
    wire = settled(case, case.content(SHORT))
    for content in (case.content(OTHER), case.content(LONG, SHORT), case.content(), case.content(SHORT)):
        wire.show(content)
        wire.until(lambda content=content: is_known(wire, content), SETTLING_S)  # type: ignore[misc]  # bound now
        all_is_seen(wire, case, content)


# --- an emergency ---


@each
@pytest.mark.parametrize("after_s", [0.0, 0.07, 0.3, 0.61, 1.3, 2.4])
def test_an_emergency_comes_at_once_and_its_release_restores(case: Case, after_s: float) -> None:
    calm, alert = case.content(LONG, OTHER), case.content(LONG, OTHER, alerts=(ALERT,))
    wire = settled(case, case.content(SHORT))
    wire.show(calm)
    wire.run(after_s)
    wire.show(alert)
    own = DRIVERS[case.board.driver].frames(case.board, alert.live, Level.EMERGENCY)
    truth = Truth(case.board, alert.live)
    took_s = wire.until(lambda: truth.is_right(wire.dots), 30.0)
    assert took_s <= len(own) * wire.byte_s + 0.2
    wire.until(lambda: is_known(wire, alert), SETTLING_S)
    all_is_seen(wire, case, alert)
    wire.show(calm)
    wire.until(lambda: is_known(wire, calm), SETTLING_S)
    all_is_seen(wire, case, calm)


# --- dark on purpose ---


@each
def test_dark_on_purpose_is_off_until_an_emergency(case: Case) -> None:
    calm, alert = case.content(SHORT), case.content(SHORT, alerts=(ALERT,))
    off = replace(calm, is_lit=False)
    wire = settled(case, calm)
    for _ in range(2):
        wire.show(off)
        wire.until(lambda: wire.status is not None and wire.status.state is BoardState.OFF, SETTLING_S)
        wire.run(20.0)
        assert not any(any(row) for row in wire.dots)
        assert wire.status is not None
        assert (wire.status.state, wire.status.text) == (BoardState.OFF, "")
        wire.show(alert)
        wire.until(lambda: is_known(wire, alert), SETTLING_S)
        all_is_seen(wire, case, alert)
    wire.show(calm)
    wire.until(lambda: is_known(wire, calm), SETTLING_S)
    all_is_seen(wire, case, calm)


# --- bad luck ---


def comes_right(wire: Wire, case: Case, content: Content) -> None:
    """In the end the board shows what it should, and no more is said of it than is known."""
    wire.run(case.patience_s)
    wire.until(lambda: is_known(wire, content), case.patience_s)
    all_is_seen(wire, case, content)


@each
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(byte=st.integers(1, 6000), again=st.integers(1, 3000))
def test_unplugged_at_any_byte(case: Case, byte: int, again: int) -> None:
    wire, content = case.wire(), case.content(SHORT, OTHER)
    for limit in (byte, again):
        wire.show(content)
        goal, end = wire.written + limit, wire.now + 15.0
        wire.until(lambda goal=goal, end=end: wire.written >= goal or wire.now > end)  # type: ignore[misc]  # bound now
        wire.unplug()
        wire.run(15.0)  # while a sign digests nothing is written, so nothing is noticed
        assert wire.status is not None
        assert wire.status.state is BoardState.DOWN
        wire.plug()
    comes_right(wire, case, content)


@each
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(after_s=st.floats(0, 5))
def test_the_sign_loses_its_power_and_the_adapter_lives(case: Case, after_s: float) -> None:
    wire, content = settled(case, case.content(SHORT)), case.content(LONG, OTHER)
    wire.show(content)
    wire.run(after_s)
    wire.cut_power()
    comes_right(wire, case, content)


@each
@pytest.mark.parametrize("seed", range(3))
def test_a_line_that_babbles(case: Case, seed: int) -> None:
    noise, content = random.Random(seed), case.content(SHORT, OTHER)  # noqa: S311 - noise
    wire = settled(case, case.content(LONG))
    wire.babbles = lambda: noise.randbytes(noise.randrange(12))
    wire.show(content)
    wire.run(20.0)
    wire.babbles = None
    comes_right(wire, case, content)


@each
@pytest.mark.parametrize("seed", range(3))
def test_bytes_are_lost(case: Case, seed: int) -> None:
    luck, content = random.Random(seed), case.content(SHORT, OTHER)  # noqa: S311 - bad luck
    wire = settled(case, case.content(LONG))
    wire.drops = lambda number: luck.random() < 0.01
    wire.show(content)
    wire.run(20.0)
    wire.drops = None
    comes_right(wire, case, content)


# --- random bytes ---


@each
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=600))
def test_no_byte_ends_a_sign_or_a_link(case: Case, data: bytes) -> None:
    wire = case.wire()
    wire.show(case.content(SHORT))
    wire.run(0.3)
    for byte in data:
        wire.sign.hear(byte, wire.now)
    wire.sign.take_replies()
    if wire.link.listening:
        wire.link.heard(wire.now, data)
    wire.run(0.3)
    assert len(wire.dots) == case.board.rows


# --- a real worker on a real line ---


class DriverStation(BoardStation):
    def __init__(self, state: Path, case: Case) -> None:
        super().__init__(state)
        self.board = case.board.model_copy(update={"baud": 38400})
        self.serving = case.emulated(self.board, self.places)

    def start(self) -> None:
        self._start(self.serving.serve)
        self.start_worker()

    def shows(self, case: Case, text: str) -> bool:
        """Whether the emulator's picture is one of a page of this text, lamp by lamp."""
        rotation, path = case.content(text).live, self.places.picture(f"board-{self.board.id}")
        faces = [field for page in rotation.pages for field in fields_of(case.board, page)]
        return path.exists() and path.read_bytes() in [png_of([face], colours=case.board.colours) for face in faces]


@pytest.fixture
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DriverStation]:
    station = DriverStation(tmp_path, CASES[request.param])
    yield station
    station.close()


@pytest.mark.parametrize("station", ["alpha", "hanover", "huidu"], indirect=True)
def test_through_the_worker_over_a_real_line(station: DriverStation, request: pytest.FixtureRequest) -> None:
    case = CASES[request.node.callspec.params["station"]]
    station.start()
    for text in (SHORT, OTHER):
        ident = station.notice(text)
        wait_for(lambda text=text: station.shows(case, text), lambda: f"the picture, not {station.known()}")  # type: ignore[misc]  # bound now
        wait_for(lambda: (known := station.known()) is not None and known.state in KNOWN)
        station.withdraw(ident)
    station.serving.cut_power()
    station.serving.unplug()
    station.until(BoardState.DOWN)
    station.serving.plug()
    station.notice(SHORT)
    wait_for(lambda: station.shows(case, SHORT), lambda: f"the picture, not {station.known()}")
    wait_for(lambda: (known := station.known()) is not None and known.state in KNOWN)
