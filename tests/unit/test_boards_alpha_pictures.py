"""The conversation with a sign that shows pictures, in simulated time: what is sent, in which order, and believed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boards.alpha.encoding import encode
from controller.boards.alpha.sign import Physics
from controller.boards.alpha.words import (
    PRIORITY,
    ClearMemory,
    Message,
    ReadDots,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    SetMemory,
    WriteDots,
    WriteText,
)
from controller.boards.link import Timing
from controller.boards.pages import Content, Page, Rotation
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board
from tests.support.boards_line import BYTE_S, Simulation, drawn, heard_in_noise

BOARD = Board(id="b", name="B", columns=96, rows=16)
WIDE = Board(id="w", name="W", columns=192, rows=16, colours="three")
SHOWN, SENT, DOWN = BoardState.SHOWN, BoardState.SENT, BoardState.DOWN


def content(*pages: Page, alarm: tuple[Page, ...] = ()) -> Content:
    return Content(Rotation(pages), Rotation(alarm) if alarm else None)


ONE, TWO, THREE, ALARM = drawn(BOARD, 1, 2, 3, 4)
TICKER = drawn(BOARD, 5, width=250)[0]
WIDE_TICKER = drawn(BOARD, 7, width=96 * 14)[0]
LONG_ALARM = drawn(BOARD, 600, width=96 * 4)[0]


def connected(wanted: Content, board: Board = BOARD, answers: bool = True, timing: Timing | None = None) -> Simulation:
    simulation = Simulation(Physics(answers=answers), timing, board)
    simulation.want(wanted)
    simulation.until(SHOWN if answers else SENT, wanted.live.pages[0].lines[0], 120)
    simulation.forget()
    return simulation


def face(simulation: Simulation) -> object:
    return simulation.sign.face(simulation.now).dots


def kinds(messages: list[Message]) -> list[str]:
    """What was sent, in a word each; what follows itself once."""
    said: list[str] = []
    for message in messages:
        match message:
            case WriteDots() | ReadDots():
                word = type(message).__name__
            case WriteText(label) | ReadText(label):
                word = f"{type(message).__name__} {label}"
            case _:
                word = type(message).__name__
        if not said or said[-1] != word:
            said.append(word)
    return said


def with_digit(page: Page, seed: int, left: int = 62) -> Page:
    other = drawn(BOARD, seed)[0].dots
    return replace(
        page,
        dots=tuple(
            row[:left] + new[left : left + 7] + row[left + 7 :] for row, new in zip(page.dots, other, strict=True)
        ),
    )


def test_a_new_sign_is_configured_once_filled_read_back_and_shows_the_very_dots() -> None:
    simulation = connected(content(ONE))
    assert face(simulation) == ONE.dots
    simulation.run(30)
    assert not {ClearMemory, SetMemory, WriteDots, WriteText} & set(map(type, simulation.messages()))
    assert simulation.states == [(SHOWN, "Trang 1", "")]


def test_a_changed_digit_sends_one_picture_and_nothing_else() -> None:
    simulation = connected(content(ONE, TWO), timing=Timing(poll_s=100))
    simulation.want(content(with_digit(ONE, 50), TWO))
    simulation.run(12)
    simulation.forget()
    simulation.want(content(with_digit(ONE, 51), TWO))
    simulation.run(1.5)
    assert kinds(simulation.messages()) == ["WriteDots", "ReadDots"]
    assert len(simulation.messages()) == 2
    assert simulation.status.state is SHOWN
    written = sum(len(encode(m)) for m in simulation.messages() if isinstance(m, WriteDots))
    assert written <= 1.05 * (17 + 16 * (24 + 1))
    assert ClearMemory() not in simulation.messages()


def test_other_pages_are_written_out_of_sight() -> None:
    """The text calls only pictures that are whole; it is written after them."""
    simulation = connected(content(ONE, TWO))
    simulation.want(content(THREE, TWO))
    seen = set()
    while simulation.status.text != "Trang 3\n\nTrang 2":
        simulation.run(0.02)
        seen.add(tuple(simulation.sign.face(simulation.now).dots))
    simulation.run(10)
    dark = (bytes(96),) * 16
    assert seen <= {ONE.dots, TWO.dots, THREE.dots, dark}
    assert kinds(simulation.messages())[:4] == ["WriteDots", "WriteText A", "ReadText A", "ReadDots"]
    assert face(simulation) in (TWO.dots, THREE.dots)


def test_a_ticker_is_a_strip_of_pictures_called_from_one_text() -> None:
    simulation = connected(content(TICKER))
    begun = simulation.sign._face_since
    for number in range(2):
        shown = simulation.sign.face(begun + (number + 1) * 96 / 50).dots
        assert shown == tuple(row[number * 96 : (number + 1) * 96] for row in TICKER.dots)


def test_what_finds_no_room_is_not_said_to_be_shown() -> None:
    pages = drawn(BOARD, *range(30))
    simulation = connected(content(*pages))
    simulation.run(40)
    assert (simulation.status.state, simulation.status.reason) == (SHOWN, "room")
    assert simulation.status.text.endswith("Trang 19")


def test_an_emergency_breaks_off_a_long_picture_and_its_end_restores_what_was_there() -> None:
    simulation = connected(content(ONE))
    simulation.want(content(ONE, TICKER))
    simulation.run(0.6)  # in the middle of a picture of 1.6 s
    simulation.forget()
    begun = simulation.now
    simulation.want(content(ONE, TICKER, alarm=(ALARM,)))
    simulation.until(SHOWN, "Trang 4")
    assert face(simulation) == ALARM.dots
    messages = simulation.messages()
    at = next(n for n, m in enumerate(messages) if isinstance(m, WriteText) and m.label == PRIORITY)
    assert kinds(messages[: at + 1]) == ["WriteDots", f"WriteText {PRIORITY}"]
    own_s = sum(len(encode(m)) for m in messages[: at + 1]) * BYTE_S
    assert last_byte_at(simulation) - begun - own_s < 0.2 + 0.1  # the picture's own silence, and another 0.1 s
    simulation.want(content(ONE, TICKER))
    simulation.until(SHOWN, "Trang 5")
    assert simulation.messages().count(ReleasePriority()) == 1
    assert not simulation.sign.texts.get("0")


def last_byte_at(simulation: Simulation) -> float:
    """When the priority file was on the sign."""
    return simulation.raised_at


def test_another_emergency_under_a_live_one_is_released_written_and_raised_again() -> None:
    simulation = connected(content(ONE, alarm=(ALARM,)))
    simulation.want(content(ONE, alarm=(TWO,)))
    simulation.until(SHOWN, "Trang 2")
    assert face(simulation) == TWO.dots
    assert kinds(simulation.messages())[:4] == ["WriteText A", "ReleasePriority", "WriteDots", "WriteText 0"]


def test_an_emergency_on_a_sign_without_a_memory_is_plain_words_at_once() -> None:
    simulation = Simulation(board=BOARD)
    simulation.want(content(ONE, alarm=(ALARM,)))
    simulation.run(0.3)
    assert simulation.sign.face(simulation.now + 0.1).text == " Trang 4"
    simulation.until(SHOWN, "Trang 4")
    assert face(simulation) == ALARM.dots
    simulation.want(content(ONE))
    simulation.until(SHOWN, "Trang 1")
    assert face(simulation) == ONE.dots


def test_places_that_a_long_emergency_took_are_written_again_out_of_sight() -> None:
    simulation = connected(content(*drawn(BOARD, *range(20))))
    simulation.want(content(*drawn(BOARD, *range(20)), alarm=(LONG_ALARM,)))
    simulation.until(SHOWN, "Trang 600")
    simulation.forget()
    simulation.want(content(*drawn(BOARD, *range(20))))
    simulation.until(SHOWN, "Trang 19")
    assert kinds(simulation.messages())[:3] == ["WriteText A", "ReleasePriority", "ReadText 0"]
    simulation.run(5)
    assert face(simulation) in [page.dots for page in drawn(BOARD, *range(20))]


def test_a_restart_looks_at_what_is_there_and_writes_nothing() -> None:
    simulation = connected(content(ONE, TICKER))
    simulation.is_plugged = False
    simulation.until(DOWN, "Trang 1")
    simulation.is_plugged = True
    simulation.forget()
    simulation.until(SHOWN, "Trang 1", 90)
    assert not {ClearMemory, SetMemory, WriteDots, WriteText} & set(map(type, simulation.messages()))


def test_a_sign_that_lost_its_power_is_found_out_and_filled_again() -> None:
    simulation = connected(content(ONE, TWO))
    simulation.cut_power()
    assert simulation.until(DOWN, "Trang 1") < 12
    assert simulation.status.reason == "lost"
    simulation.until(SHOWN, "Trang 2")
    assert face(simulation) in (ONE.dots, TWO.dots)


def test_a_picture_changed_by_somebody_else_is_put_right() -> None:
    simulation = connected(content(ONE))
    label = next(iter(simulation.sign.pictures))
    files = simulation.sign._files
    files.pictures[label.encode()] = tuple(bytes(len(row)) for row in files.pictures[label.encode()])
    simulation.run(80)
    assert (simulation.status.state, face(simulation)) == (SHOWN, ONE.dots)


def test_a_sign_that_never_answers_is_sent_and_gets_everything_again_by_timetable() -> None:
    simulation = connected(content(ONE), answers=False, timing=Timing(again_s=60, afresh_s=200))
    assert face(simulation) == ONE.dots
    simulation.run(70)
    assert kinds(simulation.messages()).count("WriteDots") == 1
    assert ClearMemory() not in simulation.messages()
    simulation.cut_power()
    simulation.run(220)
    assert face(simulation) == ONE.dots
    assert {state for state, _, _ in simulation.states} == {SENT}


def test_a_mute_sign_that_was_cut_short_by_an_emergency_gets_it_twice() -> None:
    simulation = connected(content(ONE), answers=False)
    simulation.want(content(TWO))
    simulation.run(0.5)
    simulation.want(content(TWO, alarm=(ALARM,)))
    simulation.run(12)
    messages = heard_in_noise(b"".join(data for _, data in simulation.sent))  # a picture was broken off
    assert len([m for m in messages if isinstance(m, WriteText) and m.label == PRIORITY]) == 2
    assert face(simulation) == ALARM.dots


def test_a_sign_that_reads_no_pictures_back_is_sent() -> None:
    simulation = Simulation(board=BOARD)
    read = simulation.sign._read
    simulation.sign._read = lambda command, label: 0x60 if command == b"J" else read(command, label)  # type: ignore[method-assign]  # an older sign
    simulation.want(content(ONE))
    simulation.until(SENT, "Trang 1")
    simulation.run(5)  # it is asked twice
    assert simulation.status.reason == "unread"
    assert face(simulation) == ONE.dots


def test_a_board_of_three_colours() -> None:
    pages = drawn(WIDE, 1, 2)
    simulation = connected(content(*pages), WIDE)
    simulation.run(3)
    assert face(simulation) in [page.dots for page in pages]
    assert ReadSpecial not in map(type, simulation.messages())


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["plug", "unplug", "wire", "unwire", "power", "one", "two", "digit", "coming", "wide", "alarm", "long"]
            ),
            st.floats(0.02, 0.5) | st.floats(0.5, 12),
        ),
        max_size=10,
    ),
    st.booleans(),
)
def test_whatever_happens_the_newest_dots_are_shown_in_the_end_and_nothing_false_is_claimed(
    events: list[tuple[str, float]], answers: bool
) -> None:
    simulation = Simulation(Physics(answers=answers), Timing(again_s=60, afresh_s=150), BOARD)
    wanted = {
        "one": content(ONE),
        "two": content(TWO, TICKER),
        "digit": content(with_digit(ONE, 50)),
        "coming": replace(content(ONE), coming=(TWO, TICKER)),
        "wide": content(THREE, WIDE_TICKER),
        "alarm": content(ONE, alarm=(ALARM,)),
        "long": content(TWO, TICKER, alarm=(LONG_ALARM, ALARM)),
    }
    last = wanted["one"]
    simulation.want(last)
    for event, seconds in events:
        match event:
            case "plug" | "unplug":
                simulation.is_plugged = event == "plug"
            case "wire" | "unwire":
                simulation.is_wired = event == "wire"
            case "power":
                simulation.cut_power()
            case _:
                last = wanted[event]
                simulation.want(last)
        simulation.run(seconds)
    simulation.is_plugged = simulation.is_wired = True
    simulation.run(110 if answers else 240)
    assert simulation.status.state is (SHOWN if answers else SENT)
    assert simulation.status.text == last.live.text
    still = [page.dots for page in last.live.pages if not page.scrolls]
    for _ in range(60):  # a page of a ticker, or a mute sign while it gets everything again
        if face(simulation) in still:
            break
        simulation.run(0.5)
    assert face(simulation) in still
