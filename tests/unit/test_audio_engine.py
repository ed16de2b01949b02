"""The player's decisions, driven without sound, store or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from audio import engine
from audio.programme import (
    SOUNDING,
    Alert,
    Cut,
    Event,
    Item,
    Lost,
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
    Switch,
    Tick,
    Timing,
    Unreadable,
)
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.utterances import TRANSITIONS, UtteranceState
from controller.core.utterances import UtteranceEvent as E

TIMING = Timing(warm_up_s=1.5, hold_s=3.0, opening_s=1.0, closing_s=0.5, alert_s=4.0)
NO_AMPLIFIER = replace(TIMING, warm_up_s=0.0)


def item(ident: str, due: float, level: Level = Level.NORMAL, order: int = 0, **more: Any) -> Item:
    values: dict[str, Any] = {"late_until": due + 60, "words_s": 5.0, "loaded": True, **more}
    return Item(
        id=ident,
        precedence=(level.rank, order, datetime.fromtimestamp(due, UTC), ident),
        level=level,
        due=due,
        **values,
    )


class Bench:
    """Steps the engine through time and keeps what it did."""

    def __init__(self, timing: Timing = TIMING) -> None:
        self.timing, self.state, self.time = timing, State(), 1000.0
        self.log: list[tuple[float, object]] = []

    def tell(self, event: Event, at: float | None = None) -> list[object]:
        self.time = self.time if at is None else at
        self.state, actions = engine.step(self.state, event, Now(self.time, self.time), self.timing)
        self.log += [(self.time, action) for action in actions]
        return list(actions)

    def moves(self) -> list[tuple[str, E]]:
        return [(action.id, action.event) for _, action in self.log if isinstance(action, Move)]


def test_one_announcement_from_relay_to_relay() -> None:
    bench = Bench()
    first = item("a", due=1010.0)
    assert bench.tell(Rows((first,))) == []
    assert engine.wake_at(bench.state, Now(1000.0, 1000.0), TIMING) == 1008.5
    assert bench.tell(Tick(False), 1008.5) == [Relay(True)]
    assert bench.tell(Tick(False), 1009.9) == []
    begun = replace(first, attempt=1)
    assert bench.tell(Tick(False), 1010.0) == [
        Play(begun, Phase.OPENING),
        Move("a", E.BEGIN, (("attempt", 1),)),
    ]
    assert bench.tell(Tick(True), 1010.9) == []
    assert bench.tell(Tick(False), 1011.0) == [Play(begun, Phase.SPEAKING)]
    assert bench.tell(Tick(False), 1016.0) == [Play(begun, Phase.CLOSING), Move("a", E.FINISH)]
    assert bench.tell(Tick(False), 1016.5) == []
    assert bench.tell(Rows(()), 1017.0) == []
    assert bench.tell(Tick(False), 1019.4) == []
    assert bench.tell(Tick(False), 1019.5) == [Relay(False)]
    assert (bench.state.phase, bench.state.queue, bench.state.done) == (Phase.IDLE, (), frozenset())


def test_speak_now_waits_for_the_amplifier_only() -> None:
    bench = Bench()
    assert bench.tell(Rows((item("a", due=1000.0),))) == [Relay(True)]
    assert engine.wake_at(bench.state, Now(1000.0, 1000.0), TIMING) == 1001.5
    assert [type(action) for action in bench.tell(Tick(False), 1001.5)] == [Play, Move]


def test_without_an_amplifier_it_begins_at_once() -> None:
    bench = Bench(NO_AMPLIFIER)
    assert [type(action) for action in bench.tell(Rows((item("a", due=1000.0),)))] == [Relay, Play, Move]


def test_what_is_not_loaded_neither_warms_nor_blocks() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", due=1000.0, loaded=False), item("b", due=1001.0))))
    assert bench.log == []
    bench.tell(Tick(False), 1001.0)
    assert bench.moves() == [("b", E.BEGIN)]


def test_the_line_is_in_total_order() -> None:
    bench = Bench(NO_AMPLIFIER)
    rows = (
        item("d", due=999.0), item("c", due=998.0), item("b", due=999.0, order=-1),
        item("a", due=1000.0, level=Level.PRIORITY),
    )  # fmt: skip
    bench.tell(Rows(rows))
    for second in range(1, 60):
        bench.tell(Tick(False), 1000.0 + second)
    begun = [ident for ident, event in bench.moves() if event is E.BEGIN]
    assert begun == ["a", "b", "c", "d"]


def test_an_emergency_cuts_and_what_was_cut_begins_again() -> None:
    bench = Bench(NO_AMPLIFIER)
    normal, alert = item("n", due=1000.0), item("e", due=1003.0, level=Level.EMERGENCY)
    bench.tell(Rows((normal,)))
    bench.tell(Tick(False), 1001.0)
    not_yet = replace(alert, loaded=False)
    assert bench.tell(Rows((normal, not_yet)), 1003.0) == []  # it is not known to be playable
    actions = bench.tell(Rows((normal, alert)), 1003.1)
    begun = replace(alert, attempt=1, over_at=1003.0)
    assert actions == [
        Play(begun, Phase.OPENING),
        Move("e", E.BEGIN, (("attempt", 1),)),
        Move("n", E.INTERRUPT, (("reason", "emergency"), ("again", True))),
    ]
    bench.tell(Tick(False), 1007.1)
    bench.tell(Tick(False), 1012.1)
    assert bench.moves() == [("n", E.BEGIN), ("e", E.BEGIN), ("n", E.INTERRUPT), ("e", E.FINISH), ("n", E.BEGIN)]


def test_an_emergency_does_not_cut_another() -> None:
    bench = Bench(NO_AMPLIFIER)
    one, two = item("a", 1000.0, Level.EMERGENCY), item("b", 1000.5, Level.EMERGENCY)
    bench.tell(Rows((one,)))
    assert bench.tell(Rows((one, two)), 1001.0) == []


def test_an_alert_needs_no_rows_and_is_not_taken_twice() -> None:
    bench = Bench(NO_AMPLIFIER)
    alert = item("e", due=1000.0, level=Level.EMERGENCY)
    assert [type(a) for a in bench.tell(Alert(alert))] == [Relay, Play, Move]
    assert bench.tell(Alert(alert)) == []
    assert bench.tell(Rows((alert,))) == []
    bench.tell(Tick(False), 1004.0)
    bench.tell(Tick(False), 1009.0)
    assert bench.tell(Rows((alert,)), 1009.1) == []  # the rows lag behind
    assert bench.moves() == [("e", E.BEGIN), ("e", E.FINISH)]


def test_stop_while_it_plays_and_while_it_waits() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", 1000.0), item("b", 1001.0))))
    assert bench.tell(Stop("b", "lan"), 1000.5) == [Move("b", E.STOP, (("by", "lan"),))]
    assert bench.tell(Stop("a", "lan"), 1001.5) == [Cut(), Move("a", E.STOP, (("by", "lan"),))]
    assert bench.tell(Stop("a", "lan"), 1001.6) == []
    assert bench.tell(Tick(False), 1004.5) == [Relay(False)]


def test_a_row_that_is_to_be_stopped_never_begins() -> None:
    bench = Bench(NO_AMPLIFIER)
    assert bench.tell(Rows((item("a", 1000.0, stop_by="lan"),))) == [Move("a", E.STOP, (("by", "lan"),))]
    bench.tell(Rows((item("b", 1000.0),)))
    stopped = bench.tell(Rows((item("b", 1000.0, stop_by="lan"),)), 1000.5)
    assert stopped == [Cut(), Move("b", E.STOP, (("by", "lan"),))]
    assert bench.tell(Rows((item("b", 1000.0, stop_by="lan"),)), 1000.6) == []  # the rows lag behind


def test_stop_during_the_closing_chime_leaves_it_played() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", 1000.0),)))
    bench.tell(Tick(False), 1001.0)
    bench.tell(Tick(False), 1006.0)
    assert bench.tell(Stop("a", "lan"), 1006.1) == [Cut()]
    assert bench.moves() == [("a", E.BEGIN), ("a", E.FINISH)]


def test_too_late_is_missed_with_its_reason() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", 900.0), item("b", 950.0, loaded=False, obstacle="unspeakable"))), 1011.0)
    assert [action for _, action in bench.log if isinstance(action, Move)] == [
        Move("a", E.MISS, (("reason", "late"),)),
        Move("b", E.MISS, (("reason", "unspeakable"),)),
    ]


def test_no_late_window_still_leaves_a_moment() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", 1000.0, late_until=1000.0),)), 1001.0)
    assert bench.moves() == [("a", E.BEGIN)]


def test_a_stalled_output_is_lost_and_taken_up_again() -> None:
    bench = Bench(NO_AMPLIFIER)
    rows = Rows((item("a", 1000.0),))
    bench.tell(rows)
    bench.tell(Tick(False), 1001.0)
    actions = bench.tell(Tick(True), 1008.1)
    assert actions == [
        Lost("stalled"),
        Move("a", E.INTERRUPT, (("reason", "stalled"), ("again", True))),
        Relay(False),
    ]
    assert bench.tell(rows, 1009.0) == []
    assert [type(a) for a in bench.tell(OutputBack(), 1010.0)] == [Relay, Play, Move]


def test_what_may_not_begin_again_ends() -> None:
    bench = Bench(NO_AMPLIFIER)
    bench.tell(Rows((item("a", 1000.0, after_cut=AfterCut.END),)))
    bench.tell(OutputLost("gone"), 1002.0)
    bench.tell(OutputBack(), 1003.0)
    assert bench.moves() == [("a", E.BEGIN), ("a", E.ABANDON)]


def test_a_clock_set_back_lets_the_amplifier_go() -> None:
    bench = Bench()
    bench.tell(Rows((item("a", 1001.0),)))
    assert bench.state.phase is Phase.WARMING
    state, _ = engine.step(bench.state, Tick(False), Now(wall=-3000.0, mono=1000.5), TIMING)
    assert state.phase is Phase.HOLDING
    _, actions = engine.step(state, Tick(False), Now(wall=-2996.0, mono=1004.5), TIMING)
    assert actions == (Relay(False),)


IDS = "abcde"
random_item = st.builds(
    item,
    st.sampled_from(IDS),
    st.integers(995, 1060).map(float),
    level=st.sampled_from(list(Level)),
    loaded=st.booleans(),
    times=st.integers(1, 3),
    lasts_s=st.sampled_from([0.0, 30.0]),
    after_cut=st.sampled_from(AfterCut),
    late_until=st.integers(1000, 1100).map(float),
)
random_events = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), st.lists(random_item, max_size=4, unique_by=lambda i: i.id)),
        st.tuples(st.just("tick"), st.booleans()),
        st.tuples(st.just("stop"), st.sampled_from(IDS)),
        st.tuples(st.just("alert"), st.sampled_from(IDS)),
        st.tuples(st.just("lost"), st.none()),
        st.tuples(st.just("switch"), st.booleans()),
        st.tuples(st.just("unreadable"), st.none()),
        st.tuples(st.just("back"), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(random_events, st.lists(st.floats(0.0, 8.0), min_size=40, max_size=40))
def test_whatever_comes_the_rules_hold(events: list[tuple[str, Any]], waits: list[float]) -> None:
    bench = Bench()
    life: dict[str, UtteranceState] = {}
    ended: set[str] = set()
    relay_on = False
    for (kind, value), wait in zip(events, waits, strict=False):
        at = bench.time + wait
        event: Event
        match kind:
            case "rows":
                # a store never offers again what was written down as ended
                event = Rows(tuple(i for i in value if i.id not in ended))
            case "tick":
                event = Tick(value)
            case "stop":
                event = Stop(value, "x")
            case "alert":
                if value in ended:
                    continue
                event = Alert(item(value, at, Level.EMERGENCY, local=True))
            case "lost":
                event = OutputLost("x", unheard_s=2.5)
            case "switch":
                event = Switch(off=value)
            case "unreadable":
                event = Unreadable()
            case _:
                event = OutputBack()
        emergency_waits = not bench.state.switched_off and any(
            i.level is Level.EMERGENCY and i.loaded and i.due <= at for i in bench.state.queue
        )
        actions = bench.tell(event, at)
        for action in actions:
            if isinstance(action, Relay):
                relay_on = action.on
            elif isinstance(action, Play):
                assert not (bench.state.switched_off and bench.timing.switch_stops_emergency), "the switch is off"
                assert relay_on or bench.timing.warm_up_s == 0, "sound only with the amplifier on"
            elif isinstance(action, Move):
                before = life.get(action.id, UtteranceState.QUEUED)
                assert (before, action.event) in TRANSITIONS, "only what core's table knows"
                life[action.id] = TRANSITIONS[before, action.event]
                if life[action.id] not in {UtteranceState.QUEUED, UtteranceState.PLAYING}:
                    ended.add(action.id)
        assert (bench.state.current is not None) == (bench.state.phase in SOUNDING), "one programme or none"
        assert bench.state.phase is not Phase.FAULTED or not relay_on
        if bench.state.current and emergency_waits and bench.state.phase in SOUNDING and kind == "tick":
            assert bench.state.current.level is Level.EMERGENCY, "an alert is on top"
        assert bench.state.amplifier_on == relay_on
    # no state without exit: with nothing left to do, it comes to rest with the amplifier off
    if bench.state.phase is Phase.FAULTED:
        bench.tell(OutputBack())
    bench.tell(Switch(off=False))
    bench.tell(Rows(()))
    for _ in range(80):
        bench.tell(Tick(False), bench.time + 30.0)
    assert (bench.state.phase, bench.state.amplifier_on, bench.state.current) == (Phase.IDLE, False, None)
