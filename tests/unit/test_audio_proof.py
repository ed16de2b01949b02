"""The sink beside the file, without either: levels, lags, and the table of states."""

from __future__ import annotations

import gc
import math
import random
import struct
import weakref
from dataclasses import replace

import pytest

from audio.listening.proof import (
    BLOCK_S,
    FLOOR_DB,
    LAGS,
    MONITOR_RATE,
    RATE,
    WINDOW,
    Expected,
    Hearing,
    Match,
    Proof,
    Sight,
    State,
    Tally,
    best_lag,
    compare,
    level_db,
    said_in,
    signs,
    step,
)  # fmt: skip
from audio.source import Memory
from controller.core.errors import StationError
from tests.support.watched import speech

WELL = Sight(sink="loa", pcm=b"x", proves=True, hears=True)
LIKE = Match(0.0, -20.0, -20.0, sure=True)
SOFT = Match(-25.0, -45.0, -20.0, sure=True)


def tone(seconds: float, rate: int = RATE, level: float = 0.5) -> bytes:
    count = int(seconds * rate)
    return struct.pack(f"<{count}h", *(int(32767 * level * math.sin(math.tau * 440 * n / rate)) for n in range(count)))


def at_monitor(pcm: bytes, lag_s: float) -> bytes:
    """As the sink's monitor gives it: 8 kHz, so much later."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    means = [sum(samples[n : n + 6]) // 6 for n in range(0, len(samples) - 5, 6)]
    return bytes(2 * int(lag_s * MONITOR_RATE)) + struct.pack(f"<{len(means)}h", *means)


def test_levels_are_those_of_the_samples() -> None:
    assert level_db(tone(0.1, level=1.0)) == pytest.approx(-3.01, abs=0.02)
    assert level_db(tone(0.1, level=0.1)) == pytest.approx(-23.01, abs=0.02)
    assert level_db(bytes(9600)) == level_db(b"") == FLOOR_DB


def test_every_sixth_sample_tells_the_level_of_speech_within_half_a_decibel() -> None:
    pcm = speech(20)
    blocks = [pcm[n : n + 9600] for n in range(0, len(pcm), 9600)]
    off = [level_db(block, 6) - level_db(block) for block in blocks if level_db(block) > -45]
    assert len(off) > 100 and max(map(abs, off)) < 0.5


def test_the_file_says_a_level_at_every_instant() -> None:
    expected = Expected()
    expected.began(Memory(tone(1.0) + bytes(RATE) + tone(1.0)), 0.5, -6.0, at=100.0)
    expected.began(Memory(tone(1.0, level=0.05)), 0.0, 0.0, at=101.5)
    expected.fell_silent(102.0)
    loud, soft = level_db(tone(0.1)) - 6.0, level_db(tone(0.1, level=0.05))
    said = [round(expected.level(at)) for at in (99.9, 100.05, 100.45, 100.55, 100.95, 101.05, 101.45, 101.55, 102.05)]
    floor = round(FLOOR_DB)
    assert said == [floor, *[round(loud)] * 2, *[floor] * 2, *[round(loud)] * 2, round(soft), floor]


def test_a_file_that_is_gone_says_nothing() -> None:
    class Gone:
        length = RATE

        def read(self, start: int, count: int) -> bytes:
            raise StationError("gone")

    expected = Expected()
    expected.began(Gone(), 0.0, 0.0, at=0.0)
    assert expected.level(0.5) == FLOOR_DB


def test_what_comes_late_is_timed_by_what_came_promptly() -> None:
    hearing = Hearing()
    second = tone(1.0, MONITOR_RATE)
    hearing.hear(second, 11.0)
    hearing.hear(second[:8000], 11.9)  # 0.4 s late
    hearing.hear(second[8000:], 12.02)
    assert hearing.blocks == 20
    assert hearing.end() == pytest.approx(12.0)
    hearing.hear(second, 20.0)  # after a gap: what was before has no time any more
    assert hearing.blocks == 10
    assert hearing.end() == pytest.approx(20.0)


@pytest.mark.parametrize("lag_s", [0.0, 0.04, 0.13, 0.25, 0.38, 0.5])
def test_a_sink_that_plays_the_file_is_in_order_at_every_lag(lag_s: float) -> None:
    pcm = speech(12)
    expected, hearing = Expected(), Hearing()
    expected.began(Memory(pcm), 0.0, 0.0, at=50.0)
    heard = at_monitor(pcm, lag_s)
    found: list[float] = []
    lags: list[int] = []
    for look in range(1, 48):
        hearing.hear(heard[(look - 1) * 4000 : look * 4000], 50.0 + look * 0.25)
        if len(hearing.levels) < WINDOW:
            continue
        last = list(hearing.levels)[-WINDOW:]
        said = said_in(expected, hearing.end())
        match = compare(last, said)
        if match:
            found.append(match.off_db)
        lags.append(best_lag(last, said))
    assert len(found) > 30 and min(found) > -1.5 and max(found) < 4.0
    assert abs(sorted(lags)[len(lags) // 2] * BLOCK_S - lag_s) <= 0.07


def levels(loud: str) -> list[float]:
    """A letter a block: `x` is sound, `.` is none."""
    return [-20.0 if letter == "x" else FLOOR_DB for letter in loud]


FILE = levels("x" * (WINDOW + LAGS - 1))


@pytest.mark.parametrize(
    ("heard", "said", "off_db", "sure"),
    [
        (levels("." * WINDOW), FILE, -70.0, True),
        (levels("." * (WINDOW - 1) + "x"), FILE, -13.0, True),  # it has just come back
        ([-45.0] * WINDOW, FILE, -25.0, True),
        # the programme has begun less than two seconds ago: the longer lags have too little to decide by
        (levels("." * WINDOW), levels("." * 10 + "x" * 15), -70.0, True),
        (levels("." * WINDOW), levels("." * 12 + "x" * 13), -70.0, False),
    ],
)
def test_how_much_softer_the_sink_is(heard: list[float], said: list[float], off_db: float, sure: bool) -> None:
    match = compare(heard, said)
    assert match and (round(match.off_db), match.sure) == (off_db, sure)


def test_a_pause_decides_nothing() -> None:
    assert compare(levels("." * WINDOW), levels("x" * 9 + "." * 16)) is None


@pytest.mark.parametrize(
    ("sight", "match", "loud", "expected"),
    [
        (WELL, LIKE, True, {"in_order"}),
        (WELL, None, True, set()),  # nothing to go by
        (WELL, SOFT, True, {"silent"}),
        (WELL, replace(SOFT, sure=False), True, set()),
        (replace(WELL, lost=True), LIKE, True, set()),
        (replace(WELL, muted="m"), SOFT, True, {"muted", "silent"}),
        (replace(WELL, muted="m"), LIKE, True, {"muted"}),  # a card's own switch is not in its monitor
        (replace(WELL, muted="m"), None, False, set()),  # muted while there is nothing to hear
        (replace(WELL, volume_db=-30.0), LIKE, True, {"faint"}),
        (replace(WELL, still_s=1.9), None, True, set()),
        (replace(WELL, still_s=2.0), None, True, {"stalled"}),
        (replace(WELL, gone="g"), None, False, {"sink_gone"}),
        (replace(WELL, elsewhere="hall"), SOFT, True, {"elsewhere", "silent"}),
        (Sight(sink="card0", proves=True), None, True, {"in_order"}),  # a counter that goes on
        (Sight(sink="card0", proves=True, still_s=0.6), None, True, set()),
        (Sight(), None, True, set()),  # nothing can be asked
    ],
)
def test_what_speaks_for_what(sight: Sight, match: Match | None, loud: bool, expected: set[str]) -> None:
    assert signs(sight, match, loud) == expected


def told(*seen: tuple[str, int]) -> list[tuple[float, str | None]]:
    """The states, and when each began, of signs (several with a blank between) seen for so many looks of 0.25 s."""
    state, at = State(), 0.0
    found: list[tuple[float, str | None]] = []
    for names, looks in seen:
        for _ in range(looks):
            before, state = state.fault, step(state, frozenset(names.split()), at)
            if state.fault != before:
                found.append((at, state.fault))
            at += 0.25
    return found


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([("", 40)], []),  # unproven is no fault, however long
        ([("in_order", 8)], [(1.0, "")]),
        ([("in_order", 8), ("silent", 1), ("in_order", 8)], [(1.0, "")]),  # one look is none
        ([("in_order", 8), ("silent", 3)], [(1.0, ""), (2.25, "silent")]),
        ([("silent", 4), ("silent muted", 4)], [(0.25, "silent"), (1.0, "muted")]),  # the cause becomes known
        ([("muted silent", 1), ("silent", 8)], [(0.0, "muted")]),  # and stays
        ([("muted", 12)], [(2.0, "muted")]),
        ([("faint", 12)], [(2.0, "silent")]),
        ([("stalled", 3), ("", 20), ("in_order", 4), ("in_order", 4)], [(0.25, "stalled"), (6.75, "")]),
        ([("sink_gone", 3), ("", 1), ("sink_gone", 8)], [(2.0, "sink_gone")]),
        ([("elsewhere", 8), ("sink_gone elsewhere", 8)], [(1.0, "elsewhere"), (3.0, "sink_gone")]),
    ],
)
def test_the_table_of_states(seen: list[tuple[str, int]], expected: list[tuple[float, str | None]]) -> None:
    assert told(*seen) == expected


def test_an_hour_of_speech_with_pauses_at_any_lag_raises_no_alarm() -> None:
    """On levels alone: the rhythm of speech in steps of 20 ms, heard at a lag that is no whole number of blocks."""
    chance = random.Random(7)  # noqa: S311 - a rhythm, not a secret
    for _ in range(60):
        steps: list[float] = []
        while len(steps) < 3000:  # a minute
            for _ in range(chance.randint(1, 12)):
                steps += [10 ** (chance.uniform(-40, -12) / 10)] * chance.randint(4, 15)
            steps += [0.0] * chance.choice([2, 10, 30, 60, 150])
        lag = chance.randint(0, 25)  # of 20 ms
        phase = chance.randint(0, 4)
        state = State()
        for end in range(150, 3000, 12):
            said = [block(steps, end - 5 * n) for n in range(WINDOW + LAGS - 2, -1, -1)]
            heard = [block(steps, end - lag + phase - 5 * n) for n in range(WINDOW - 1, -1, -1)]
            state = step(state, signs(WELL, compare(heard, said), True), end * 0.02)
            assert not state.fault, (end, lag, phase)


def block(steps: list[float], end: int) -> float:
    energy = sum(steps[max(0, end - 5) : max(0, end)]) / 5
    return 10 * math.log10(energy) if energy > 1e-9 else FLOOR_DB


def test_what_a_programme_was_seen_to_be() -> None:
    tally = Tally()
    assert tally.proof(0.0) == Proof(0.0, None, proven=False)
    tally.sounded(5.0, hears=True)
    for _ in range(45):
        tally.block(-26.0, -20.0)
    assert tally.proof(0.0) == Proof(4.5, -6.0, proven=True)
    assert tally.proof(-30.0) == Proof(4.5, -30.0, proven=False)  # turned down where the monitor does not hear it
    whole = Tally(sounded_s=60.0)
    whole.add(tally)
    assert whole.proof(0.0) == Proof(4.5, -6.0, proven=False)  # most of it was never seen
    tally.faulted = True
    assert tally.proof(0.0) == Proof(4.5, -6.0, proven=False)
    assert Tally(sounded_s=9.0, taken_s=8.8).proof(0.0) == Proof(8.8, None, proven=True)  # a counter, without a level
    assert Tally(sounded_s=9.0, taken_s=8.8, hears=True).proof(0.0) == Proof(8.8, None, proven=False)


def test_what_ended_long_ago_is_not_kept() -> None:
    """A morning of announcements would otherwise lie in memory."""
    expected, kept = Expected(), []
    for number in range(12):
        source = Memory(tone(1.0))
        kept.append(weakref.ref(source))
        expected.began(source, 0.0, 0.0, at=20.0 * number)
        del source
    gc.collect()
    assert sum(known() is not None for known in kept) <= 2
