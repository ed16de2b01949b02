"""What the engine refuses in quiet hours, and how it begins late: driven without sound, store or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import engine
from audio.daemon import quiet_where_heard
from audio.programme import (
    ClockSet,
    Cut,
    Event,
    Item,
    Move,
    Now,
    OutputBack,
    OutputLost,
    Phase,
    Play,
    Relay,
    Rows,
    State,
    Stop,
    Tick,
    Timing,
    never_quiet,
)
from controller.core.announcements import AfterCut, Late
from controller.core.levels import Level
from controller.core.utterances import UtteranceEvent as E
from controller.runtime.config_text import parse_config

QUIET_FROM, QUIET_TO = 2000.0, 3000.0


def quiet(begin: float, end: float, _zones: frozenset[str] = frozenset()) -> bool:
    return begin < QUIET_TO and max(end, begin + 1e-6) > QUIET_FROM


# a programme of five seconds of words lasts 6.5 s
TIMING = Timing(warm_up_s=0.0, hold_s=3.0, opening_s=1.0, closing_s=0.5, alert_s=4.0, quiet=quiet)
COLD = replace(TIMING, warm_up_s=1.5)


def item(ident: str, due: float, level: Level = Level.NORMAL, **more: Any) -> Item:
    values: dict[str, Any] = {"late_until": due + 600, "words_s": 5.0, "loaded": True, **more}
    return Item(
        id=ident, precedence=(level.rank, 0, datetime.fromtimestamp(due, UTC), ident), level=level, due=due, **values
    )


class Bench:
    """Steps the engine through time, every tenth of a second, as an output of the given timing would answer."""

    def __init__(self, timing: Timing, wall: float) -> None:
        self.timing, self.state, self.wall, self.mono = timing, State(), wall, 50.0
        self.sounds_until = 0.0
        self.log: list[tuple[float, object]] = []

    def tell(self, event: Event) -> None:
        self.state, actions = engine.step(self.state, event, Now(self.wall, self.mono), self.timing)
        for action in actions:
            self.log.append((round(self.wall, 3), action))
            if isinstance(action, Play):
                self.sounds_until = self.mono + self._length_s(action) - action.from_s
            elif isinstance(action, Cut):
                self.sounds_until = self.mono

    def _length_s(self, play: Play) -> float:
        if play.segment is Phase.OPENING:
            return self.timing.opening_of(play.item)
        return play.item.words_s if play.segment is Phase.SPEAKING else self.timing.closing_of(play.item)

    def run(self, until: float) -> None:
        while self.wall < until:
            self.wall, self.mono = self.wall + 0.1, self.mono + 0.1
            self.tell(Tick(self.mono < self.sounds_until - 1e-6))

    def moves(self) -> list[tuple[str, E, object]]:
        """(id, event, reason) of every move."""
        return [(a.id, a.event, dict(a.detail).get("reason")) for _, a in self.log if isinstance(a, Move)]

    def plays(self) -> list[tuple[float, Phase, float]]:
        return [(at, a.segment, round(a.from_s, 3)) for at, a in self.log if isinstance(a, Play)]


# --- quiet hours


def test_what_would_run_into_quiet_hours_does_not_begin() -> None:
    bench = Bench(TIMING, 1990.0)
    bench.tell(Rows((item("fits", due=1992.0), item("runs-in", due=1999.0))))
    bench.run(until=2010.0)
    assert bench.moves() == [("fits", E.BEGIN, None), ("fits", E.FINISH, None), ("runs-in", E.MISS, "quiet_hours")]


def test_it_fits_to_the_second() -> None:
    for due, ends in ((1993.5, E.FINISH), (1993.6, E.MISS)):
        bench = Bench(TIMING, due)
        bench.tell(Rows((item("a", due=due),)))
        bench.run(until=2010.0)
        assert bench.moves()[-1][:2] == ("a", ends)


def test_in_quiet_hours_only_an_emergency_sounds() -> None:
    bench = Bench(TIMING, 2400.0)
    bench.tell(Rows((item("n", 2400.0), item("p", 2401.0, Level.PRIORITY), item("e", 2402.0, Level.EMERGENCY))))
    bench.run(until=2500.0)
    assert bench.moves() == [
        ("n", E.MISS, "quiet_hours"), ("p", E.MISS, "quiet_hours"), ("e", E.BEGIN, None), ("e", E.FINISH, None)
    ]  # fmt: skip


def test_what_was_cut_does_not_begin_again_in_quiet_hours() -> None:
    bench = Bench(TIMING, 1990.0)
    bench.tell(Rows((item("n", due=1990.0),)))
    bench.run(until=1992.0)
    bench.tell(Rows((item("n", due=1990.0, attempt=1), item("e", 1991.0, Level.EMERGENCY))))
    bench.run(until=2020.0)
    assert bench.moves() == [
        ("n", E.BEGIN, None), ("e", E.BEGIN, None), ("n", E.INTERRUPT, "emergency"), ("e", E.FINISH, None),
        ("n", E.ABANDON, "quiet_hours"),
    ]  # fmt: skip


def test_what_is_still_ahead_is_judged_at_its_instant_and_warms_nothing() -> None:
    bench = Bench(COLD, 2990.0)
    bench.tell(Rows((item("morning", due=3000.0), item("night", due=2995.0))))
    bench.run(until=2994.9)
    assert bench.log == [], "no click of a relay for what will be refused"
    bench.run(until=3010.0)
    assert bench.moves() == [("night", E.MISS, "quiet_hours"), ("morning", E.BEGIN, None), ("morning", E.FINISH, None)]
    assert bench.log[1][1] == Relay(True)
    assert bench.log[1][0] == pytest.approx(2998.5, abs=0.11)


def test_a_wrong_clock_set_right_into_quiet_hours_refuses() -> None:
    bench = Bench(TIMING, 1000.0)
    bench.tell(Rows((item("a", due=1500.0), item("b", due=2999.0))))
    bench.wall = 2500.0
    bench.run(until=2501.0)
    assert bench.moves() == [("a", E.MISS, "late")]
    bench.wall = 3005.0
    bench.run(until=3020.0)
    assert bench.moves()[1:] == [("b", E.BEGIN, None), ("b", E.FINISH, None)]


def test_the_quietest_zone_of_an_output_counts_and_the_clock_of_the_place() -> None:
    config = parse_config(
        """
[site]
timezone = "Europe/Berlin"
[[zones]]
id = "a"
name = "A"
quiet_hours = []
[[zones]]
id = "b"
name = "B"
quiet_hours = ["02:10-02:50"]
[[zones]]
id = "c"
name = "C"
quiet_hours = ["00:00-00:00"]
[[outputs]]
name = "main"
zones = ["a", "b"]
[[outputs]]
name = "hill"
zones = ["c"]
""",
        "test",
    )
    main, hill = (quiet_where_heard(config, output) for output in config.outputs)
    spring = datetime(2026, 3, 29, 1, 0, tzinfo=UTC).timestamp()  # 01:59:59 is followed by 03:00
    autumn = datetime(2026, 10, 25, 1, 0, tzinfo=UTC).timestamp()  # 02:59:59 is followed by 02:00
    asked = [
        (spring - 60, spring + 7200),
        (autumn - 3000, autumn - 2999),
        (autumn + 600, autumn + 600),
        (autumn, autumn),
    ]
    assert [main(*stretch, frozenset()) for stretch in asked] == [False, True, True, False]
    assert [hill(*stretch, frozenset()) for stretch in asked] == [True] * 4


items = st.lists(
    st.builds(
        lambda n, due, level, again, late, words, loaded: item(
            f"i{n}",
            due,
            level,
            after_cut=AfterCut.RESTART if again else AfterCut.END,
            late=late,
            words_s=words,
            loaded=loaded,
        ),
        st.integers(0, 5),
        st.one_of(st.floats(1880, 2020), st.floats(2980, 3020)),
        st.sampled_from(Level),
        st.sampled_from(AfterCut),
        st.sampled_from(Late),
        st.floats(0.5, 80),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
).map(tuple)
happenings = st.lists(
    st.one_of(
        items.map(Rows),
        st.sampled_from((OutputLost("gone"), OutputBack(), Stop("i1", "x"), Tick(True), Tick(False))),
        st.floats(0.01, 60),  # time passes
        st.sampled_from((-1000.0, -60.0, 60.0, 1000.0)).map(lambda step: ("clock", step)),
    ),
    max_size=40,
)


@given(happenings, st.floats(1880, 2020), st.sampled_from((0.0, 1.5)))
@settings(max_examples=400, deadline=None)
def test_nothing_but_an_emergency_ever_begins_that_touches_quiet_hours(
    happenings: list[Any], wall: float, warm_up_s: float
) -> None:
    bench = Bench(replace(TIMING, warm_up_s=warm_up_s), wall)
    for happening in happenings:
        if isinstance(happening, float):
            bench.wall, bench.mono = bench.wall + happening, bench.mono + happening
            happening = Tick(bench.mono < bench.sounds_until)
        elif isinstance(happening, tuple):
            bench.wall += happening[1]
            happening = Tick(bench.mono < bench.sounds_until)
        bench.tell(happening)
    begun = ""
    for at, action in bench.log:
        if not isinstance(action, Play) or action.item.level is Level.EMERGENCY:
            continue
        attempt = f"{action.item.id}/{action.item.attempt}"
        if action.segment is Phase.OPENING or attempt != begun:
            begun = attempt
            opening_s = TIMING.opening_s if action.segment is Phase.OPENING else 0.0
            rest_s = opening_s + action.item.words_s - action.from_s + TIMING.closing_s
            assert not quiet(at, at + rest_s - 0.002)


# --- late


@pytest.mark.parametrize(
    ("late", "late_s", "played"),
    [
        (Late.PLAY, 3.0, [(Phase.OPENING, 0.0), (Phase.SPEAKING, 0.0), (Phase.CLOSING, 0.0)]),
        (Late.SKIP, 2.0, [(Phase.OPENING, 0.0), (Phase.SPEAKING, 0.0), (Phase.CLOSING, 0.0)]),
        (Late.SKIP, 2.1, []),
        (Late.JOIN, 2.0, [(Phase.OPENING, 0.0), (Phase.SPEAKING, 0.0), (Phase.CLOSING, 0.0)]),
        (Late.JOIN, 3.0, [(Phase.SPEAKING, 2.0), (Phase.CLOSING, 0.0)]),
        (Late.JOIN, 4.9, [(Phase.SPEAKING, 3.9), (Phase.CLOSING, 0.0)]),
        (Late.JOIN, 5.1, []),
    ],
)
def test_how_it_begins_late(late: Late, late_s: float, played: list[tuple[Phase, float]]) -> None:
    bench = Bench(TIMING, 1000.0 + late_s)
    bench.tell(Rows((item("a", due=1000.0, late=late),)))
    bench.run(until=1020.0)
    assert [(segment, from_s) for _, segment, from_s in bench.plays()] == played
    ended = ("a", E.FINISH, None) if played else ("a", E.MISS, "late")
    assert bench.moves()[-1] == ended
    if played and late is Late.JOIN and late_s > 2:
        assert bench.plays()[-1][0] == pytest.approx(1006.0, abs=0.11), "its words end when they would have"


def test_joining_within_a_long_chime_goes_on_with_the_chime() -> None:
    bench = Bench(replace(TIMING, opening_s=4.0), 1003.0)
    bench.tell(Rows((item("a", due=1000.0, late=Late.JOIN),)))
    assert bench.plays() == [(1003.0, Phase.OPENING, 3.0)]
    assert bench.state.ends == pytest.approx(51.0)


def test_the_offset_counts_from_when_the_amplifier_is_warm() -> None:
    bench = Bench(COLD, 1002.5)
    bench.tell(Rows((item("a", due=1000.0, late=Late.JOIN),)))
    bench.run(until=1005.0)
    ((at, segment, from_s),) = bench.plays()
    assert segment is Phase.SPEAKING
    assert from_s == pytest.approx(at - 1001.0, abs=0.001)
    assert dict(next(a for _, a in bench.log if isinstance(a, Move)).detail)["joined_s"] == pytest.approx(4.0, abs=0.11)


def test_what_was_cut_and_an_emergency_are_said_whole() -> None:
    for one in (
        item("a", due=1000.0, late=Late.JOIN, attempt=1),
        item("a", due=1000.0, level=Level.EMERGENCY, late=Late.JOIN),
    ):
        bench = Bench(TIMING, 1003.0)
        bench.tell(Rows((one,)))
        assert [(segment, from_s) for _, segment, from_s in bench.plays()] == [(Phase.OPENING, 0.0)]


def test_joining_asks_only_for_what_is_left_to_be_free_of_quiet_hours() -> None:
    bench = Bench(TIMING, 1995.0)
    bench.tell(Rows((item("a", due=1991.0, late=Late.JOIN), item("b", due=1994.0))))
    bench.run(until=2010.0)
    assert bench.moves() == [
        ("b", E.MISS, "quiet_hours"), ("a", E.BEGIN, None), ("a", E.FINISH, None)
    ]  # fmt: skip


def test_the_late_window_still_counts_for_what_would_join() -> None:
    bench = Bench(TIMING, 1003.0)
    bench.tell(Rows((item("a", due=1000.0, late=Late.JOIN, late_until=1000.0),)))
    assert bench.moves() == [("a", E.MISS, "late")]


def test_after_the_clock_was_set_nothing_begins_by_it_until_somebody_has_looked() -> None:
    timing = replace(TIMING, quiet=never_quiet)
    bench = Bench(timing, 1000.0)
    scheduled = item("by the clock", 1060.0, by_clock=True)
    over = item("over", 1001.0, by_clock=True, late_until=1002.0)
    bench.tell(Rows((scheduled, over)))
    bench.wall += 70.0  # set, over both
    bench.tell(ClockSet(1.5))
    bench.tell(Tick(False))
    assert bench.log == [], "neither begun nor given up"
    now = Now(bench.wall, bench.mono)
    assert engine.wake_at(bench.state, now, timing) == pytest.approx(bench.mono + 1.5)
    asked = item("asked for", bench.wall)
    bench.tell(Rows((scheduled, over, asked)))
    assert [action.item.id for _, action in bench.log if isinstance(action, Play)] == ["asked for"], (
        "that waits for no clock"
    )
    bench.mono += 10.0
    bench.wall += 10.0
    bench.tell(Tick(False))
    missed = [action for _, action in bench.log if isinstance(action, Move) and action.event is E.MISS]
    assert [move.id for move in missed] == ["over"]
    assert scheduled.id in {waiting.id for waiting in bench.state.queue}, "its turn comes after what sounds"


@pytest.mark.parametrize("level", [Level.NORMAL, Level.EMERGENCY])
def test_what_somebody_asked_for_does_not_wait_for_a_clock_that_came_back_before_it(level: Level) -> None:
    """A power cut, and no clock with a battery."""
    bench = Bench(TIMING, wall=1000.0)
    bench.tell(Rows((item("u1", 1300.0, level, asked=True, lasts_s=20.0 if level is Level.EMERGENCY else 0.0),)))
    assert bench.state.phase is Phase.OPENING
    bench.tell(Tick(True))
    later = Bench(TIMING, wall=1000.0)
    later.tell(Rows((item("u1", 1300.0, level),)))
    assert later.state.phase is Phase.IDLE


def test_a_clock_that_was_set_back_takes_out_of_the_line_what_is_not_due_any_more() -> None:
    bench = Bench(replace(TIMING, quiet=never_quiet), 1000.0)
    waits = item("by the clock", 1000.5, by_clock=True)
    bench.tell(Rows((waits,)))
    bench.wall += 1.0
    bench.tell(ClockSet(1.5))  # set ahead by a wrong hand; due by it
    bench.tell(Rows(()))  # and the rows say that the clock is doubtful
    bench.mono += 2.0
    bench.tell(Tick(False))
    assert bench.log == []
