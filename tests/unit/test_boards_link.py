"""The conversation with a sign, in simulated time: whole sequences of what is sent and believed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boards.alpha.pages import FILE_BYTES
from controller.boards.alpha.parsing import text_pages
from controller.boards.alpha.sign import Physics
from controller.boards.alpha.words import (
    ClearMemory,
    FileSpec,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    SetMemory,
    SetTime,
    SetTimeFormat,
    Special,
    WriteText,
)  # fmt: skip
from controller.boards.link import TRANSITIONS, Event, Line, State, Timing, after
from controller.boards.outgoing import Frame
from controller.core.errors import IllegalEventError
from controller.core.notices import BoardState
from tests.support.boards_line import Simulation, content, files_of, written

QUIET = content()
FIRST, SECOND = content("Tiêm chủng 8 giờ"), content("Cắt nước chiều nay")
STORM = content("Tiêm chủng 8 giờ", alerts=("Bão số 9",))
ASK_MEMORY, ASK_TEXT, ASK_PRIORITY = ReadSpecial(Special.MEMORY), ReadText("A"), ReadText("0")
OURS = SetMemory((FileSpec("A", "A", FILE_BYTES),))
TIME = [SetTimeFormat(military=True), SetTime(19, 30)]
SHOWN, SENT, DOWN = BoardState.SHOWN, BoardState.SENT, BoardState.DOWN


def write(wanted: object, label: str = "A") -> WriteText:
    assert isinstance(wanted, type(QUIET))
    files = files_of(wanted)
    filed = files.ordinary if label == "A" else files.live
    return WriteText(label, text_pages(filed.data))


def connected(wanted: object = FIRST, **physics: float | bool) -> Simulation:
    """A simulation in which the sign already shows `wanted`."""
    assert isinstance(wanted, type(QUIET))
    simulation = Simulation(Physics(**physics))  # type: ignore[arg-type]  # floats and one bool, by name
    simulation.link.want(wanted, 0.0)
    state = SHOWN if simulation.sign._physics.answers else SENT
    simulation.until(state, files_of(wanted).live.text)
    simulation.forget()
    return simulation


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_event_in_every_state(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalEventError):
            after(state, event)


def test_an_illegal_event_changes_nothing() -> None:
    line = Line(9600, Timing(), 0.0)
    with pytest.raises(IllegalEventError):
        line.send(Frame(b"x"))
    assert (line.state, line.until) == (State.DOWN, 0.0)


def test_reopening_backs_off_from_half_a_second_to_five() -> None:
    line, at, waits = Line(9600, Timing(), 0.0), 0.0, []
    for _ in range(6):
        line.failed(at)
        waits.append(line.until - at)
        at = line.until
    line.opened(at)
    line.send(Frame(b"x"))
    line.turn(Event.PASSED)
    line.failed(at)
    assert [*waits, line.until - at] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 0.5]


def test_a_new_sign_is_configured_once_written_and_read_back() -> None:
    simulation = Simulation()
    simulation.link.want(FIRST, 0.0)
    assert 12.0 < simulation.until(SHOWN, "Tiem chung") < 15.0
    expected = [
        ReleasePriority(), *TIME, ASK_MEMORY, ASK_PRIORITY,
        ClearMemory(), OURS, *TIME, ASK_MEMORY, ASK_TEXT, write(FIRST), ASK_TEXT,
    ]  # fmt: skip
    assert simulation.messages() == expected
    assert simulation.states == [(SHOWN, FIRST.live.text, "")]


def test_a_change_sends_one_frame_and_one_question() -> None:
    simulation = connected()
    simulation.link.want(SECOND, 0.0)
    assert simulation.until(SHOWN, "Cat nuoc") < 0.7
    assert simulation.messages() == [write(SECOND), ASK_TEXT]
    assert simulation.states[-1] == (SHOWN, SECOND.live.text, "")


def test_nothing_but_read_backs_while_nothing_changes() -> None:
    simulation = connected()
    simulation.run(20)
    assert simulation.messages() == [ASK_TEXT] * 5
    assert simulation.states == [(SHOWN, FIRST.live.text, "")]
    assert simulation.status.proven_at is not None
    assert simulation.now - simulation.status.proven_at < 4.5


def test_an_emergency_goes_to_the_priority_file_and_ends_with_the_bare_release() -> None:
    simulation = connected()
    simulation.link.want(STORM, 0.0)
    assert simulation.until(SHOWN, "Bao so 9") < 0.7
    assert simulation.sign.face(simulation.now).file == "0"
    simulation.link.want(FIRST, 0.0)
    assert simulation.until(SHOWN, "Tiem chung") < 0.7  # read back at once, not at the next poll
    assert simulation.sign.face(simulation.now).file == "A"
    assert simulation.messages() == [write(STORM, "0"), ASK_PRIORITY, ReleasePriority(), ASK_PRIORITY, ASK_TEXT]
    assert [data for _, data in simulation.sent if b"A0" in data][-1] == bytes(5) + b"\x01Z00\x02A0\x04"


def test_what_changed_under_an_emergency_is_current_when_it_ends() -> None:
    simulation = connected()
    simulation.link.want(STORM, 0.0)
    simulation.until(SHOWN, "Bao")
    simulation.link.want(content("Cắt nước chiều nay", alerts=("Bão số 9",)), 0.0)
    simulation.run(6)
    simulation.link.want(SECOND, 0.0)
    simulation.until(SHOWN, "Cat nuoc")
    assert written(simulation.messages()) == [("0", files_of(STORM).live.data), ("A", files_of(SECOND).live.data)]
    assert simulation.sign.face(simulation.now).text == SECOND.live.text


def test_an_emergency_is_first_on_a_new_line() -> None:
    simulation = Simulation()
    simulation.link.want(STORM, 0.0)
    simulation.until(SHOWN, "Bao")
    simulation.run(8)
    assert simulation.messages()[0] == write(STORM, "0")
    assert ClearMemory() not in simulation.messages()  # not while an emergency is shown
    simulation.link.want(FIRST, 0.0)
    simulation.until(SHOWN, "Tiem chung")
    assert OURS in simulation.messages()


def test_an_adapter_pulled_out_is_known_within_ten_seconds_and_back_by_itself_with_the_newest() -> None:
    for later in range(20):  # at any moment of the poll
        simulation = connected()
        simulation.run(later * 0.25)
        simulation.is_plugged = False
        assert simulation.until(DOWN, "Tiem chung") < 10
        assert simulation.status.reason == "gone"
        simulation.link.want(SECOND, 0.0)
        simulation.run(30)
        simulation.is_plugged = True
        simulation.forget()
        assert simulation.until(SHOWN, "Cat nuoc") < 8
        assert written(simulation.messages()) == [("A", files_of(SECOND).live.data)]
        assert ClearMemory() not in simulation.messages()


def test_a_cable_pulled_out_behind_the_adapter_is_known_within_ten_seconds() -> None:
    for later in range(20):
        simulation = connected()
        simulation.run(later * 0.25)
        simulation.is_wired = False
        assert simulation.until(DOWN, "Tiem chung") < 10
        assert simulation.status.reason == "silent"
        simulation.link.want(SECOND, 0.0)
        simulation.run(30)
        simulation.is_wired = True
        assert simulation.until(SHOWN, "Cat nuoc") < 8


def test_an_emergency_that_ended_while_nobody_heard_is_released_later() -> None:
    simulation = connected(STORM)
    simulation.is_wired = False
    simulation.link.want(FIRST, 0.0)
    simulation.until(DOWN, "Bao")
    simulation.is_wired = True
    simulation.until(SHOWN, "Tiem chung")
    assert simulation.sign.face(simulation.now).file == "A"


def test_a_release_that_was_lost_on_the_line_is_sent_again() -> None:
    simulation = connected(STORM)
    simulation.is_wired = False
    simulation.link.want(FIRST, 0.0)
    simulation.run(0.1)
    simulation.is_wired = True
    simulation.until(SHOWN, "Tiem chung")
    assert simulation.sign.face(simulation.now).file == "A"
    assert [m for m in simulation.messages() if isinstance(m, ReleasePriority)] == [ReleasePriority()] * 2


@pytest.mark.parametrize("answers", [True, False])
def test_where_the_priority_file_cannot_be_read_back_the_release_is_sent_three_times(answers: bool) -> None:
    simulation = connected(STORM, answers=answers)
    read = simulation.sign._read
    simulation.sign._read = lambda command, label: 0x60 if label == b"0" else read(command, label)  # type: ignore[method-assign]  # a sign that keeps it to itself
    simulation.link.want(FIRST, 0.0)
    simulation.until(SHOWN if answers else SENT, "Tiem chung")
    assert [m for m in simulation.messages() if isinstance(m, ReleasePriority)] == [ReleasePriority()] * 3
    assert simulation.sign.face(simulation.now).file == "A"


def test_a_short_interruption_does_not_blank_a_sign_that_still_shows_the_text() -> None:
    simulation = connected()
    simulation.is_plugged = False
    simulation.until(DOWN, "Tiem chung")
    simulation.is_plugged = True
    simulation.forget()
    simulation.until(SHOWN, "Tiem chung")
    assert simulation.messages() == [ReleasePriority(), *TIME, ASK_MEMORY, ASK_PRIORITY, ASK_TEXT]


def test_a_sign_that_lost_its_power_is_found_out_and_filled_again() -> None:
    simulation = connected()
    simulation.cut_power()
    assert simulation.until(DOWN, "Tiem chung") < 10
    assert simulation.status.reason == "lost"
    assert simulation.until(SHOWN, "Tiem chung") < 20
    expected = [ASK_TEXT, ASK_MEMORY, ClearMemory(), OURS, *TIME, ASK_MEMORY, ASK_TEXT, write(FIRST), ASK_TEXT]
    assert simulation.messages() == expected
    assert [state for state, _, _ in simulation.states] == [SHOWN, DOWN, SHOWN]


def test_a_sign_that_lost_its_power_in_an_emergency_shows_the_emergency_again_first() -> None:
    simulation = connected(STORM)
    simulation.cut_power()
    simulation.until(DOWN, "Bao")
    assert simulation.until(SHOWN, "Bao") < 2
    assert simulation.sign.face(simulation.now).text == STORM.live.text


def test_a_text_changed_by_somebody_else_is_put_right() -> None:
    simulation = connected()
    simulation.sign._files.texts[b"A"] = b"\x1b0bHACKED"
    simulation.until(DOWN, "Tiem chung")
    simulation.until(SHOWN, "Tiem chung")
    assert simulation.messages() == [ASK_TEXT, *TIME, ASK_MEMORY, write(FIRST), ASK_TEXT]


def test_a_sign_wired_one_way_is_sent_and_never_called_shown() -> None:
    simulation = Simulation(Physics(answers=False))
    simulation.link.want(FIRST, 0.0)
    simulation.until(SENT, "Tiem chung")
    assert simulation.sign.face(simulation.now).text == FIRST.live.text
    simulation.run(30)
    simulation.link.want(SECOND, 0.0)
    assert simulation.until(SENT, "Cat nuoc") < 0.5  # it is not waited for
    simulation.run(30)
    assert simulation.states == [(SENT, FIRST.live.text, "mute"), (SENT, SECOND.live.text, "mute")]
    assert [m for m in simulation.messages() if isinstance(m, ClearMemory)] == [ClearMemory()]
    simulation.link.want(STORM, 0.0)
    simulation.until(SENT, "Bao")
    assert simulation.sign.face(simulation.now).file == "0"


def test_a_sign_wired_one_way_is_down_when_its_adapter_is_pulled_out() -> None:
    simulation = connected(answers=False)
    simulation.is_plugged = False
    assert simulation.until(DOWN, "Tiem chung") < 10


def test_a_babbler_is_survived_and_not_believed() -> None:
    simulation = Simulation(Physics(answers=False))
    simulation.babble = b"\x00\x00\x00\x00\x00\x01000\x02AAx\x03\x00\xff\x04E"
    simulation.link.want(FIRST, 0.0)
    simulation.until(SENT, "Tiem chung")
    simulation.run(20)
    simulation.link.want(SECOND, 0.0)
    simulation.until(SENT, "Cat nuoc")
    assert {state for state, _, _ in simulation.states} == {SENT}


def test_a_sign_that_shows_something_else_whatever_it_is_told_is_sent_and_left_alone() -> None:
    simulation = connected()
    real = simulation.sign._read

    def another(command: bytes, label: bytes) -> int:
        simulation.sign._reply(b"A" + label + b"something else")
        return real(command, b"\x7f")

    simulation.sign._read = another  # type: ignore[method-assign]  # a sign with a fault
    simulation.until(SENT, "Tiem chung")
    assert simulation.status.reason == "differs"
    simulation.forget()
    simulation.run(14)  # later it is tried once more: the line may have been at fault
    assert set(simulation.messages()) == {ASK_MEMORY}
    simulation.link.want(SECOND, 0.0)
    assert simulation.until(SENT, "Cat nuoc") < 1


def test_a_sign_that_answers_but_reads_no_text_back_is_sent() -> None:
    simulation = Simulation()
    simulation.sign._read = lambda command, label: 0x60  # type: ignore[method-assign]  # an older sign
    simulation.link.want(FIRST, 0.0)
    simulation.until(SENT, "Tiem chung")
    assert simulation.status.reason == "unread"
    simulation.forget()
    simulation.run(20)
    assert (set(map(type, simulation.messages())), simulation.states) == (
        {ReadSpecial},
        [(SENT, FIRST.live.text, "unread")],
    )
    simulation.cut_power()  # its table tells
    simulation.until(DOWN, "Tiem chung")
    simulation.until(SENT, "Tiem chung")
    assert simulation.sign.face(simulation.now).text == FIRST.live.text


def test_a_sign_with_another_kind_of_table_is_never_erased() -> None:
    simulation = connected()
    simulation.is_plugged = False
    simulation.until(DOWN, "Tiem chung")

    def unknown(function: bytes, now: float) -> int:
        simulation.sign._reply(b"E$what?")
        return 0x40

    simulation.sign._read_special = unknown  # type: ignore[method-assign]  # another model
    simulation.is_plugged = True
    simulation.forget()
    simulation.until(SHOWN, "Tiem chung")
    simulation.run(20)
    assert not {ClearMemory, SetMemory} & set(map(type, simulation.messages()))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["plug", "unplug", "wire", "unwire", "power", "first", "second", "storm", "quiet"]),
            st.floats(0.02, 0.5) | st.floats(0.5, 12),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_whatever_happens_the_newest_text_is_shown_in_the_end_and_nothing_false_is_claimed(
    events: list[tuple[str, float]], answers: bool
) -> None:
    simulation = Simulation(Physics(answers=answers))
    wanted = QUIET
    simulation.link.want(wanted, 0.0)
    for event, seconds in events:
        match event:
            case "plug" | "unplug":
                simulation.is_plugged = event == "plug"
            case "wire" | "unwire":
                simulation.is_wired = event == "wire"
            case "power":
                simulation.cut_power()
            case _:
                wanted = {"first": FIRST, "second": SECOND, "storm": STORM, "quiet": QUIET}[event]
                simulation.link.want(wanted, 0.0)
        simulation.run(seconds)
    simulation.is_plugged = simulation.is_wired = True
    simulation.run(60)
    status = simulation.status
    if answers:
        assert (status.state, status.text) == (SHOWN, files_of(wanted).live.text)
        assert simulation.sign.texts["0" if wanted.urgent else "A"] == files_of(wanted).live.data
        assert simulation.sign.face(simulation.now).file == ("0" if wanted.urgent else "A")
    else:
        assert (status.state, status.text) == (SENT, files_of(wanted).live.text)
