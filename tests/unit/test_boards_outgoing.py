"""Frames in slices: how much may lie in a line's buffer, where a pause goes, and what breaking off leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.boards.outgoing import ADAPTER_BYTES, AHEAD_S, SLICE_S, Frame, Outgoing

BYTE_S = 10 / 9600


def all_of(outgoing: Outgoing, now: float) -> list[tuple[float, int]]:
    """Every slice from `now` on, as (when, how many bytes), each taken at the instant it is due."""
    slices = []
    while outgoing.is_waiting:
        now = max(now, outgoing.until)
        slices.append((round(now, 3), len(outgoing.take(now))))
    return slices


def test_a_long_frame_goes_out_in_slices_without_a_gap_and_a_short_one_at_once() -> None:
    outgoing = Outgoing(BYTE_S, 0.0)
    outgoing.put(Frame(bytes(150), pause_s=0.1))
    outgoing.put(Frame(bytes(10)))
    assert all_of(outgoing, 0.0) == [(0.0, 48), (0.0, 48), (0.05, 48), (0.1, 6), (0.256, 10)]
    assert round(outgoing.until, 6) == round(160 * BYTE_S + 0.1, 6)


def test_a_pause_inside_a_frame_begins_when_the_bytes_before_it_have_left() -> None:
    outgoing = Outgoing(BYTE_S, 0.0)
    outgoing.put(Frame(bytes(60), pauses=((20, 0.1),)))
    assert all_of(outgoing, 1.0) == [(1.0, 20), (1.121, 40)]


def test_where_nothing_paces_the_line_a_frame_goes_out_whole() -> None:
    outgoing = Outgoing(0.0, 0.0)
    outgoing.put(Frame(bytes(100_000), pause_s=0.5))
    outgoing.put(Frame(bytes(3)))
    assert all_of(outgoing, 0.0) == [(0.0, 100_000), (0.5, 3)]


def test_what_is_broken_off_is_gone_and_what_is_urgent_stays() -> None:
    outgoing = Outgoing(BYTE_S, 0.0)
    for frame in (Frame(b"a" * 150), Frame(b"b"), Frame(b"C", urgent=True)):
        outgoing.put(frame)
    outgoing.take(0.0)
    assert outgoing.break_off(0.01)
    assert (outgoing.take(0.01), outgoing.is_waiting) == (b"C", False)
    assert not outgoing.break_off(0.01)


def test_a_silence_begins_behind_what_the_adapter_could_not_give_back() -> None:
    outgoing = Outgoing(BYTE_S, 0.0)
    outgoing.put(Frame(bytes(150)))
    outgoing.take(0.0)
    assert outgoing.break_off(0.01)
    outgoing.put(Frame(bytes(20), pauses=((16, 0.1),), urgent=True))
    passed_at = 0.01 + (ADAPTER_BYTES + 16) * BYTE_S
    assert len(outgoing.take(0.01)) == 16, "it is handed over at once all the same"
    assert outgoing.until == pytest.approx(passed_at + 0.1)


def test_a_frame_that_has_left_whole_keeps_its_pause() -> None:
    outgoing = Outgoing(BYTE_S, 0.0)
    outgoing.put(Frame(bytes(10), pause_s=2.0))
    outgoing.take(0.0)
    assert not outgoing.break_off(1.0)
    outgoing.put(Frame(b"C", urgent=True))
    assert (outgoing.take(1.9), outgoing.take(2.1)) == (b"", b"C")


frames = st.builds(
    lambda size, pause_s, after: Frame(bytes(size), pause_s, ((after, 0.1),) if 0 < after < size else ()),
    st.integers(1, 400), st.sampled_from([0.0, 0.3]), st.integers(0, 400),
)  # fmt: skip


@given(st.lists(frames, min_size=1, max_size=5), st.lists(st.floats(0.001, 0.3), min_size=1, max_size=20))
def test_whenever_it_is_asked_no_more_than_a_moment_lies_in_the_buffer_and_no_byte_is_lost(
    wanted: list[Frame], waits: list[float]
) -> None:
    outgoing, now, passed_at, sent = Outgoing(BYTE_S, 0.0), 0.0, 0.0, 0
    for frame in wanted:
        outgoing.put(frame)
    for turn in range(10_000):
        data = outgoing.take(now)
        passed_at = max(passed_at, now) + len(data) * BYTE_S
        sent += len(data)
        assert passed_at - now <= SLICE_S + AHEAD_S + 1e-9
        if not outgoing.is_waiting:
            break
        now += waits[turn % len(waits)]
    assert sent == sum(len(frame.data) for frame in wanted)
