"""A sign always shows something that can be read: what is new within two seconds, whatever its pictures take; what was
foreseen at its instant; and what the sign is said to show it was asked for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from controller.boards.alpha.sign import Physics
from controller.boards.alpha.words import (
    ClearMemory,
    ReadDots,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    SetMemory,
    Special,
    WriteDots,
    WriteText,
)
from controller.boards.link import Timing
from controller.boards.pages import Content, Page, Rotation
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board
from tests.support.boards_line import BYTE_S, STEP_S, Simulation, drawn

BOARD = Board(id="b", name="B", columns=96, rows=16)
SHOWN, SENT, DOWN = BoardState.SHOWN, BoardState.SENT, BoardState.DOWN
BLINK_S = 0.1 + 6 / 50 + 2 * STEP_S  # dark after a write, and until the first dots of words come in
READABLE_S = 2.0
ASK_REGISTER = ReadSpecial(Special.ERRORS)


def content(*pages: Page, alarm: tuple[Page, ...] = (), coming: tuple[Page, ...] = ()) -> Content:
    return Content(Rotation(pages), Rotation(alarm) if alarm else None, coming=coming)


ONE, TWO, THREE, ALARM, FLOOD = drawn(BOARD, 1, 2, 3, 4, 5)
(TICKER,) = drawn(BOARD, 100, width=96 * 8)
(OTHER,) = drawn(BOARD, 101, width=96 * 7)
(LONGER,) = drawn(BOARD, 102, width=96 * 15)
(LONG_FLOOD,) = drawn(BOARD, 103, width=96 * 4)


def connected(wanted: Content, timing: Timing | None = None) -> Simulation:
    simulation = Simulation(timing=timing, board=BOARD)
    simulation.want(wanted)
    simulation.until(SHOWN, wanted.live.pages[0].lines[0], 120)
    simulation.run(30)  # everything has been read back
    simulation.forget()
    return simulation


class Watch:
    """What is seen of a sign, step by step."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.begun = simulation, simulation.now
        self.dark_s = 0.0  # the longest that nothing was lit
        self.faces: list[tuple[float, Sequence[bytes], str]] = []  # (seconds, dots, what can be read as letters)
        self._lit_at = simulation.now

    def run(self, seconds: float) -> None:
        simulation = self.simulation
        end = simulation.now + seconds
        while simulation.now < end:
            simulation.run(STEP_S)
            face = simulation.sign.face(simulation.now)
            if any(map(any, face.dots)):
                self._lit_at = simulation.now
            self.dark_s = max(self.dark_s, simulation.now - self._lit_at)
            self.faces.append((simulation.now - self.begun, face.dots, face.text))

    def until_shown(self, text: str, limit_s: float = 60.0) -> float:
        while not (self.simulation.status.state is SHOWN and text == self.simulation.status.text.split("\n")[0]):
            assert self.simulation.now - self.begun < limit_s, self.simulation.status
            self.run(STEP_S)
        return self.simulation.now - self.begun

    def read_at(self, text: str) -> float:
        return next(at for at, dots, said in self.faces if text in said and any(map(any, dots)))


def windows(page: Page) -> set[tuple[bytes, ...]]:
    """What is seen of a ticker while it passes."""
    rows = [bytes(96) + row + bytes(96) for row in page.dots]
    return {tuple(row[left : left + 96] for row in rows) for left in range(len(rows[0]) - 95)}


def pieces_of(page: Page) -> list[tuple[bytes, ...]]:
    return [tuple(row[left : left + 96] for row in page.dots) for left in range(0, len(page.dots[0]), 96)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (content(ONE), content(TWO)),
        (content(ONE), content(TICKER)),
        (content(ONE), content(TICKER, ONE)),
        (content(TICKER), content(OTHER)),
        (content(TICKER), content(ONE)),
        (content(OTHER, TICKER), content(LONGER)),  # without room beside what is shown
        (content(LONGER), content(TICKER, OTHER)),
        (content(*drawn(BOARD, *range(20, 40))), content(*drawn(BOARD, *range(40, 60)))),
    ],
)
def test_the_sign_is_never_dark_between_two_contents_and_the_new_one_is_soon_read(
    before: Content, after: Content
) -> None:
    simulation = connected(before)
    watch = Watch(simulation)
    simulation.want(after)
    watch.until_shown(after.live.pages[0].lines[0])
    assert watch.dark_s <= BLINK_S
    name = after.live.pages[0].lines[0]
    dots = [after.live.pages[0].dots] if not after.live.pages[0].scrolls else windows(after.live.pages[0])
    shown = (at for at, seen, said in watch.faces if any(map(any, seen)) and (name in said or seen in dots))
    assert next(shown) <= READABLE_S + STEP_S


def test_words_stand_in_for_pictures_and_that_is_said() -> None:
    simulation = connected(content(ONE))
    watch = Watch(simulation)
    simulation.want(content(TICKER, ONE))
    watch.until_shown("Trang 100")
    both = "Trang 100\n\nTrang 1"
    assert simulation.states == [(SHOWN, "Trang 1", ""), (SENT, both, "words"), (SENT, both, ""), (SHOWN, both, "")]
    assert watch.read_at("Trang 100") < 0.4
    messages = simulation.messages()
    expected = [WriteText, *[WriteDots, ReadSpecial] * 7, WriteDots, WriteText, ReadText, ReadDots]
    assert list(map(type, messages[: len(expected)])) == expected
    assert set(messages) & {ClearMemory()} == set()


def test_what_is_taken_down_leaves_at_once() -> None:
    simulation = connected(content(ONE))
    watch = Watch(simulation)
    simulation.want(content(TICKER))
    watch.run(12)
    assert max(at for at, dots, _ in watch.faces if dots == ONE.dots) < 0.4


def test_a_page_that_says_something_else_now_is_shown_on_until_the_new_one_is_there() -> None:
    simulation = connected(content(TICKER))
    watch = Watch(simulation)
    changed = replace(TICKER, dots=OTHER.dots)
    simulation.want(content(changed))
    watch.run(30)
    assert watch.dark_s <= BLINK_S
    assert {tuple(dots) for _, dots, _ in watch.faces} <= windows(TICKER) | windows(changed)
    assert SENT not in {state for state, _, _ in simulation.states}


def test_where_there_is_no_room_beside_it_a_page_is_never_seen_half_old_and_half_new() -> None:
    simulation = connected(content(LONGER))
    watch = Watch(simulation)
    changed = replace(LONGER, dots=drawn(BOARD, 104, width=96 * 15)[0].dots)
    simulation.want(content(changed))
    watch.run(60)
    pictures = {tuple(dots) for _, dots, said in watch.faces if "Trang" not in said}
    assert pictures <= windows(LONGER) | windows(changed)
    assert watch.dark_s <= BLINK_S
    assert simulation.status.state is SHOWN


def test_what_comes_is_made_ready_and_at_its_instant_only_the_text_is_sent() -> None:
    simulation = connected(content(ONE), Timing(poll_s=100))
    watch = Watch(simulation)
    simulation.want(content(ONE, coming=(TICKER,)))
    watch.run(30)
    assert {tuple(dots) for _, dots, _ in watch.faces} <= {ONE.dots, (bytes(96),) * 16}
    assert watch.dark_s <= BLINK_S
    assert [m for m in simulation.messages() if isinstance(m, WriteText)] == []
    assert simulation.states == [(SHOWN, "Trang 1", "")]
    simulation.forget()
    watch = Watch(simulation)
    simulation.want(content(TICKER, ONE))
    assert watch.until_shown("Trang 100") < 0.5
    assert list(map(type, simulation.messages())) == [WriteText, ReadText]
    assert min(at for at, dots, _ in watch.faces if dots in windows(TICKER) - {(bytes(96),) * 16}) < 0.5


def test_what_comes_does_not_keep_an_emergency_waiting() -> None:
    simulation = connected(content(ONE))
    simulation.want(content(ONE, coming=(TICKER,)))
    simulation.run(1.0)  # in the middle of a picture
    begun = simulation.now
    simulation.want(content(ONE, alarm=(ALARM,), coming=(TICKER,)))
    simulation.run(5)
    own_s = (22 + 16 * 97 + 40) * BYTE_S + 0.1
    assert simulation.raised_at - begun < own_s + 0.2 + 0.1  # and the sign's time for its picture
    simulation.want(content(ONE, coming=(TICKER,)))
    simulation.run(25)
    simulation.want(content(TICKER))
    assert simulation.until(SHOWN, "Trang 100") < 2.5  # an answer of 1.6 s may be under way


# --- one emergency after the other ---


@pytest.mark.parametrize("flood", [FLOOD, LONG_FLOOD])
def test_a_second_emergency_is_read_at_once_and_nothing_else_is_seen_in_between(flood: Page) -> None:
    simulation = connected(content(ONE))
    simulation.want(content(ONE, alarm=(ALARM,)))
    simulation.until(SHOWN, "Trang 4")
    watch = Watch(simulation)
    simulation.want(content(ONE, alarm=(flood,)))
    watch.until_shown(flood.lines[0])
    assert watch.dark_s <= BLINK_S
    assert ONE.dots not in [dots for _, dots, _ in watch.faces]
    assert watch.read_at(flood.lines[0]) < 0.6
    watch = Watch(simulation)
    simulation.want(content(ONE))
    watch.run(6)
    assert watch.dark_s <= BLINK_S
    assert {tuple(dots) for at, dots, _ in watch.faces if at > 0.5} <= {ONE.dots, (bytes(96),) * 16}
    assert simulation.status.state is SHOWN


def test_a_long_emergency_is_words_until_its_pictures_are_there() -> None:
    simulation = connected(content(ONE))
    watch = Watch(simulation)
    simulation.want(content(ONE, alarm=(LONG_FLOOD,)))
    watch.until_shown("Trang 103")
    assert watch.read_at("Trang 103") < 0.4
    assert watch.dark_s <= BLINK_S
    assert simulation.messages().count(ReleasePriority()) == 0
    assert (SENT, "Trang 103", "words") in simulation.states


def test_a_third_emergency_does_not_leave_the_words_of_the_second() -> None:
    simulation = connected(content(ONE, alarm=(ALARM,)))
    simulation.want(content(ONE, alarm=(FLOOD,)))
    simulation.run(1.0)
    watch = Watch(simulation)
    simulation.want(content(ONE, alarm=(THREE,)))
    watch.until_shown("Trang 3")
    assert max(at for at, _, said in watch.faces if "Trang 5" in said) < READABLE_S  # its picture was under way
    assert watch.dark_s <= BLINK_S


# --- what is known ---


def test_it_is_shown_soon_after_it_was_sent_and_read_back_whole_when_the_line_is_idle() -> None:
    simulation = connected(content(ONE))
    simulation.want(content(TICKER))
    simulation.until(SHOWN, "Trang 100")
    messages = simulation.messages()
    sent_at = max(at for at, data in simulation.sent if b"A" + b"A" in data)
    assert simulation.now - sent_at < 2.5
    pictures = [m.label for m in messages if isinstance(m, WriteDots)]
    assert [m.label for m in messages if isinstance(m, ReadDots)] == pictures[-1:]
    simulation.run(20)
    assert [m.label for m in simulation.messages() if isinstance(m, ReadDots)][:8] == [pictures[-1], *pictures[:-1]]


def test_a_picture_that_did_not_come_whole_is_sent_again_at_once() -> None:
    simulation = connected(content(ONE))
    simulation.want(content(TICKER))
    simulation.run(3.0)
    lost = simulation._on_wire.pop(len(simulation._on_wire) // 2)  # a byte in the middle of a picture
    assert lost
    simulation.until(SHOWN, "Trang 100")
    pictures = [m.label for m in written(simulation) if isinstance(m, WriteDots)]
    assert (len(pictures), len(set(pictures))) == (9, 8)
    assert [pictures[at] for at in (1, 2)] == [pictures[1]] * 2


def written(simulation: Simulation) -> list[object]:
    return list(simulation.messages())


def test_a_picture_that_was_spoilt_after_the_register_had_vouched_for_it_is_found() -> None:
    simulation = connected(content(ONE))
    simulation.want(content(TICKER))
    simulation.until(SHOWN, "Trang 100")
    files = simulation.sign._files
    spoilt = [m.label for m in simulation.messages() if isinstance(m, WriteDots)][3].encode()
    good, files.pictures[spoilt] = files.pictures[spoilt], (bytes(96),) * 16
    simulation.until(DOWN, "Trang 100", 20)
    assert simulation.status.reason == "lost"
    simulation.until(SHOWN, "Trang 100")
    assert files.pictures[spoilt] == good


@pytest.mark.parametrize("register", [None, b"\x50", b"nonsense"])
def test_a_sign_without_a_register_is_shown_when_all_of_it_was_read_back(register: bytes | None) -> None:
    simulation = Simulation(board=BOARD)
    read = simulation.sign._read_special

    def other(function: bytes, now: float) -> int:
        if function != b"*":
            return read(function, now)
        if register is not None:
            simulation.sign._reply(b"E*" + register)
        return 0x60

    simulation.sign._read_special = other  # type: ignore[method-assign]  # another model
    simulation.want(content(TICKER))
    simulation.until(SHOWN, "Trang 100", 120)
    labels = set(simulation.sign.pictures)
    assert {m.label for m in simulation.messages() if isinstance(m, ReadDots)} == labels
    assert len(labels) == 8
    assert len([m for m in simulation.messages() if isinstance(m, SetMemory)]) == 1


# --- a sign that holds nothing ---


@pytest.mark.parametrize("answers", [True, False])
def test_a_new_sign_is_read_at_once_while_its_memory_is_set_up(answers: bool) -> None:
    simulation = Simulation(Physics(answers=answers), board=BOARD)
    watch = Watch(simulation)
    simulation.want(content(TICKER, ONE))
    watch.run(60)
    assert watch.read_at("Trang 100") < (1.0 if answers else 6.0)  # nobody answers: that is waited for first
    lit = [at for at, dots, _ in watch.faces if any(map(any, dots))]
    releases_s = 0.0 if answers else 2 * 0.12  # three in a row, each of which blanks such a sign
    assert max(later - at for at, later in itertools.pairwise(lit)) <= BLINK_S + releases_s
    assert simulation.status.state is (SHOWN if answers else SENT)
    assert simulation.sign.texts.keys() == {"A"}
    assert {dots for at, dots, _ in watch.faces if at > 45} <= windows(TICKER) | {ONE.dots}


def test_a_sign_that_lost_its_power_is_read_again_before_its_memory_is_set_up() -> None:
    simulation = connected(content(TICKER))
    simulation.cut_power()
    watch = Watch(simulation)
    watch.run(40)
    assert watch.read_at("Trang 100") < 4.0 + 2 * 1.7 + 1.0  # it is asked every 4 s, perhaps for a picture
    assert simulation.status.state is SHOWN


def test_an_emergency_while_the_memory_is_set_up_is_over_when_it_is_over() -> None:
    simulation = Simulation(board=BOARD)
    simulation.want(content(TICKER))
    simulation.run(3.0)
    assert simulation.sign.face(simulation.now).text == " Trang 100"
    simulation.want(content(TICKER, alarm=(ALARM,)))
    simulation.run(12.0)
    assert "Trang 4" in simulation.sign.face(simulation.now).text
    simulation.want(content(TICKER))
    watch = Watch(simulation)
    watch.run(40)
    assert max(at for at, _, said in watch.faces if "Trang 4" in said) < 14.0
    assert simulation.status.state is SHOWN


def test_a_release_that_a_mute_sign_did_not_hear_is_sent_again_by_timetable() -> None:
    simulation = Simulation(Physics(answers=False), Timing(again_s=60), BOARD)
    simulation.want(content(ONE))
    simulation.until(SENT, "Trang 1")
    simulation.want(content(ONE, alarm=(ALARM,)))
    simulation.until(SENT, "Trang 4")
    simulation.is_wired = False
    simulation.want(content(ONE))
    simulation.run(5)
    simulation.is_wired = True
    assert simulation.sign.face(simulation.now).dots == ALARM.dots
    simulation.run(62)
    assert simulation.sign.face(simulation.now).dots == ONE.dots


def test_a_memory_that_was_not_set_up_the_first_time_is_set_up_again() -> None:
    simulation = Simulation(board=BOARD)
    special, heard = simulation.sign._special, list[bytes]()

    def hard_of_hearing(function: bytes, data: bytes, now: float) -> int:
        if function != b"$" or not data:
            return special(function, data, now)
        heard.append(data)
        return 0x60 if len(heard) == 1 else special(function, data, now)

    simulation.sign._special = hard_of_hearing  # type: ignore[method-assign]  # it heard only the end of the table
    simulation.want(content(TICKER))
    assert simulation.until(SHOWN, "Trang 100") < 50
    assert len(heard) == 2
    assert set(simulation.sign.pictures.values()) == set(pieces_of(TICKER))
