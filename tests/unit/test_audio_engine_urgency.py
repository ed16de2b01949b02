"""Who makes way for whom, where it goes on, how emergencies are repeated, and the local switch: the engine alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from audio import engine
from audio.programme import (
    ALARM_PAUSE_S,
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
    Route,
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
from controller.core.utterances import UtteranceEvent as E

TIMING = Timing(warm_up_s=0.0, hold_s=3.0, opening_s=1.0, closing_s=0.5, alert_s=4.0, finish_s=10.0)
PRIORITY, EMERGENCY = Level.PRIORITY, Level.EMERGENCY


def item(ident: str, due: float, level: Level = Level.NORMAL, words_s: float = 60.0, **more: Any) -> Item:
    return Item(
        id=ident, precedence=(level.rank, 0, datetime.fromtimestamp(due, UTC), ident), level=level, due=due,
        words_s=words_s, **{"late_until": due + 600, "loaded": True, **more},
    )  # fmt: skip


class Bench:
    """Steps the engine every tenth of a second, as an output would answer that plays what it is told."""

    def __init__(self, timing: Timing = TIMING, at: float = 1000.0) -> None:
        self.timing, self.state, self.time = timing, State(), at
        self.ends = self.began = 0.0
        self.log: list[tuple[float, object]] = []

    def tell(self, event: Event) -> list[object]:
        at_s = self.time - self.began if self.state.phase in SOUNDING else None
        now = Now(self.time, self.time, at_s)
        self.state, actions = engine.step(self.state, event, now, self.timing)
        for action in actions:
            self.log.append((round(self.time, 3), action))
            if isinstance(action, Play):
                self.began = self.time - action.from_s
                self.ends = self.began + self.length_s(action)
            elif isinstance(action, Cut):
                self.ends = self.time
        return list(actions)

    def length_s(self, play: Play) -> float:
        if play.segment is Phase.OPENING:
            return self.timing.opening_of(play.item)
        return self.timing.words_of(play.item) if play.segment is Phase.SPEAKING else self.timing.closing_of(play.item)

    def run(self, until: float) -> None:
        while self.time < until - 1e-6:
            self.time = round(self.time + 0.1, 3)
            self.tell(Tick(self.time < self.ends - 1e-6))

    def plays(self) -> list[tuple[float, str, Phase, float]]:
        return [(at, a.item.id, a.segment, round(a.from_s, 3)) for at, a in self.log if isinstance(a, Play)]

    def moves(self, ident: str) -> list[tuple[E, dict[str, object]]]:
        return [(a.event, dict(a.detail)) for _, a in self.log if isinstance(a, Move) and a.id == ident]


def test_priority_cuts_at_once_and_what_it_cut_goes_on_where_it_was() -> None:
    bench = Bench()
    normal, urgent = item("n", 1000.0, after_cut=AfterCut.RESUME), item("p", 1021.0, PRIORITY, words_s=5.0)
    bench.tell(Rows((normal, urgent)))
    bench.run(until=1100.0)
    assert bench.plays() == [
        (1000.0, "n", Phase.OPENING, 0.0), (1001.0, "n", Phase.SPEAKING, 0.0),
        (1021.0, "p", Phase.OPENING, 0.0), (1022.0, "p", Phase.SPEAKING, 0.0), (1027.0, "p", Phase.CLOSING, 0.0),
        (1027.5, "n", Phase.SPEAKING, 20.0), (1067.5, "n", Phase.CLOSING, 0.0),
    ]  # fmt: skip
    assert not any(isinstance(action, Cut) for _, action in bench.log), "one sound takes the place of the other"
    assert bench.moves("n") == [
        (E.BEGIN, {"attempt": 1}),
        (E.INTERRUPT, {"reason": "priority", "again": True, "reached_s": 20.0}),
        (E.BEGIN, {"attempt": 2, "resumed_s": 20.0}),
        (E.FINISH, {}),
    ]


@pytest.mark.parametrize(
    ("rule", "then"),
    [
        (AfterCut.RESUME, [(1027.5, "n", Phase.SPEAKING, 20.0)]),
        (AfterCut.RESTART, [(1027.5, "n", Phase.OPENING, 0.0), (1028.5, "n", Phase.SPEAKING, 0.0)]),
        (AfterCut.END, []),
    ],
)
def test_what_was_cut_follows_its_own_rule(rule: AfterCut, then: list[object]) -> None:
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0, after_cut=rule), item("p", 1021.0, PRIORITY, words_s=5.0))))
    bench.run(until=1040.0)
    assert [play for play in bench.plays() if play[0] > 1027.0 and play[1] == "n"] == then


@pytest.mark.parametrize(("due", "begins"), [(1050.9, 1050.9), (1051.0, 1061.5)])
def test_priority_lets_what_is_nearly_over_finish(due: float, begins: float) -> None:
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0), item("p", due, PRIORITY, words_s=5.0))))
    bench.run(until=1070.0)
    assert next(play[0] for play in bench.plays() if play[1] == "p") == begins


def test_priority_waits_for_priority_and_for_its_own_file() -> None:
    bench = Bench()
    bench.tell(Rows((item("a", 1000.0, PRIORITY), item("b", 1010.0, PRIORITY))))
    bench.run(until=1030.0)
    assert {play[1] for play in bench.plays()} == {"a"}
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0), item("p", 1010.0, PRIORITY, loaded=False))))
    bench.run(until=1030.0)
    assert {play[1] for play in bench.plays()} == {"n"}, "nothing is cut for what is not known to be playable"


def test_priority_does_not_come_in_where_it_may_not_sound() -> None:
    quiet = replace(TIMING, quiet=lambda begin, end, _zones: begin < 1040.0 < end)
    bench = Bench(quiet)
    bench.tell(Rows((item("n", 1000.0, words_s=30.0), item("p", 1010.0, PRIORITY, words_s=60.0))))
    bench.run(until=1045.0)
    assert {play[1] for play in bench.plays()} == {"n"}
    assert bench.moves("p") == [(E.MISS, {"reason": "quiet_hours"})]


def test_words_are_said_as_often_as_they_should_be_and_go_on_in_the_right_round() -> None:
    bench = Bench()
    thrice = item("n", 1000.0, words_s=10.0, times=3, pause_s=2.0, after_cut=AfterCut.RESUME)
    bench.tell(Rows((thrice, item("e", 1018.0, EMERGENCY, words_s=3.0, lasts_s=1.0))))
    bench.run(until=1100.0)
    assert [(at, ident, from_s) for at, ident, segment, from_s in bench.plays() if segment is Phase.SPEAKING] == [
        (1001.0, "n", 0.0), (1022.0, "e", 0.0), (1025.0, "n", 17.0),
    ]  # fmt: skip
    assert bench.log[-1] == (1045.5, Relay(False)), "10 + 2 + 10 + 2 + 10 - 17 s, closing, hold"


def test_an_emergency_is_repeated_until_its_mandatory_end() -> None:
    bench = Bench()
    round_s = 6.0 + ALARM_PAUSE_S + 4.0
    bench.tell(Alert(item("e", 1000.0, EMERGENCY, words_s=6.0, lasts_s=60.0)))
    (play,) = [a for _, a in bench.log if isinstance(a, Play)]
    assert play.item.times == 5
    assert 4.0 + bench.timing.words_of(play.item) == pytest.approx(4 * round_s + 10.0)
    assert 4 * round_s + 10.0 <= 60.0 < 5 * round_s + 10.0
    bench.run(until=1100.0)
    assert bench.moves("e") == [(E.BEGIN, {"attempt": 1}), (E.FINISH, {})]
    assert bench.log[-1] == (1000.0 + 56.0 + 3.0, Relay(False))


def test_an_emergency_is_said_at_least_once_however_late() -> None:
    late = item("e", 1000.0, EMERGENCY, words_s=30.0, lasts_s=20.0)
    bench = Bench(at=1015.0)
    bench.tell(Rows((late,)))
    assert bench.state.current is not None
    assert bench.state.current.times == 1


@pytest.mark.parametrize(("words_s", "alert_s"), [(2.0, 4.5), (8.0, 10.5), (0.5, 10.5)])
def test_emergencies_of_few_words_say_them_before_the_next_has_its_turn(words_s: float, alert_s: float) -> None:
    """What the output says of the signal that is just over says nothing of the words that begin."""
    bench = Bench(replace(TIMING, alert_s=alert_s))
    bench.tell(Rows(tuple(item(name, 1000.0, EMERGENCY, words_s=words_s, lasts_s=120.0) for name in "ab")))
    bench.run(until=1060.0)
    said = [(at, ident, segment) for at, ident, segment, _ in bench.plays()]
    round_s = alert_s + words_s
    for number, (at, ident, segment) in enumerate(said):
        turn, words = divmod(number, 2)
        expected = 1000.0 + turn * round_s + (alert_s if words else 0.0)
        assert at == pytest.approx(expected, abs=0.15 * (number + 1))
        assert (ident, segment) == ("ab"[turn % 2], Phase.SPEAKING if words else Phase.OPENING)


def test_an_emergency_that_waits_for_its_turn_does_not_begin_after_its_mandatory_end() -> None:
    bench = Bench()
    short = item("a", 1000.0, EMERGENCY, words_s=10.0, lasts_s=40.0)
    bench.tell(Rows((short, item("b", 1000.0, EMERGENCY, words_s=30.0, lasts_s=100.0))))
    bench.run(until=1120.0)
    begun = [(at, name) for at, name, segment, _ in bench.plays() if segment is Phase.OPENING]
    assert begun == [(1000.0, "a"), (1014.0, "b")], "the end of the first is at 1040, its turn would be at 1048"
    assert [event for event, _ in bench.moves("a")] == [E.BEGIN, E.INTERRUPT, E.FINISH]
    assert bench.moves("a")[-1] == (E.FINISH, {}), "its words were said, and nobody need be told"


@pytest.mark.parametrize(
    ("at_s", "ends"), [(8.0, [E.BEGIN, E.INTERRUPT, E.BEGIN, E.FINISH]), (20.0, [E.BEGIN, E.INTERRUPT, E.FINISH])]
)
def test_an_emergency_cut_by_a_fault_is_said_once_whole_but_not_again_after_its_end(at_s: float, ends: list[E]) -> None:
    bench = Bench()
    bench.tell(Rows((item("a", 1000.0, EMERGENCY, words_s=10.0, lasts_s=30.0),)))
    bench.run(until=1000.0 + at_s)
    bench.tell(OutputLost("output_lost"))
    bench.run(until=1040.0)
    bench.tell(OutputBack())
    bench.run(until=1100.0)
    assert [event for event, _ in bench.moves("a")] == ends


@pytest.mark.parametrize("lasts_s", [5.0, 60.0, 4 * 3600.0])
@pytest.mark.parametrize(("after_s", "ends"), [(599.0, [E.BEGIN, E.FINISH]), (601.0, [E.ABANDON])])
def test_one_that_a_kill_cut_is_said_once_whole_soon_after_its_end_and_not_long_after(
    lasts_s: float, after_s: float, ends: list[E]
) -> None:
    """The same ten minutes as for one that a fault cut while its process lived."""
    bench = Bench(at=1000.0 + lasts_s + after_s)
    bench.tell(Rows((item("a", 1000.0, EMERGENCY, words_s=10.0, lasts_s=lasts_s, attempt=1),)))
    bench.run(until=bench.time + 60.0)
    assert [event for event, _ in bench.moves("a")] == ends
    assert sum(segment is Phase.SPEAKING for _, _, segment, _ in bench.plays()) == ends.count(E.BEGIN)


def test_several_emergencies_take_turns_between_their_words() -> None:
    bench = Bench()
    bench.tell(Alert(item("a", 1000.0, EMERGENCY, words_s=6.0, lasts_s=120.0, local=True)))
    bench.run(until=1005.0)
    for number, other in enumerate("bc"):
        bench.tell(Alert(item(other, 1005.0 + number, EMERGENCY, words_s=6.0, lasts_s=120.0, local=True)))
    bench.run(until=1060.0)
    order = [play[1] for play in bench.plays() if play[2] is Phase.OPENING]
    assert order == list("abcabca"), "each has its turn, and none is cut in its words"
    for at, action in bench.log:
        if isinstance(action, Move) and action.event is E.INTERRUPT:
            (begun,) = [t for t, _, segment, _ in bench.plays() if segment is Phase.SPEAKING and t < at][-1:]
            assert at - begun >= 6.0 - 1e-6
            assert dict(action.detail)["reason"] == "turn"


def test_an_emergency_cuts_the_closing_chime_and_it_stays_played() -> None:
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0, words_s=5.0),)))
    bench.run(until=1006.2)
    assert bench.state.phase is Phase.CLOSING
    bench.tell(Alert(item("e", 1006.2, EMERGENCY, lasts_s=10.0)))
    assert [event for event, _ in bench.moves("n")] == [E.BEGIN, E.FINISH]
    assert bench.plays()[-1] == (1006.2, "e", Phase.OPENING, 0.0)


@pytest.mark.parametrize("what", [Alert(item("e", 1006.2, EMERGENCY, lasts_s=10.0)), Stop("n", "lan"), Unreadable()])
def test_what_ends_the_closing_chime_changes_nothing_though_the_row_is_closed(what: Event) -> None:
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0, words_s=5.0),)))
    bench.run(until=1006.2)
    bench.tell(Rows(()))  # the keeper was quicker than the chime
    assert bench.state.phase is Phase.CLOSING
    bench.tell(what)
    assert [event for event, _ in bench.moves("n")] == [E.BEGIN, E.FINISH]
    assert all(waiting.id != "n" for waiting in bench.state.queue)


def test_words_that_were_all_but_over_count_as_said() -> None:
    bench = Bench()
    bench.tell(Rows((item("n", 1000.0, words_s=5.0, after_cut=AfterCut.END),)))
    bench.run(until=1005.8)
    bench.tell(Alert(item("e", 1005.8, EMERGENCY, lasts_s=10.0)))
    assert [event for event, _ in bench.moves("n")] == [E.BEGIN, E.FINISH]


def test_what_the_sink_has_surely_not_given_out_is_said_again() -> None:
    bench = Bench()
    rows = Rows((item("n", 1000.0, after_cut=AfterCut.RESUME),))
    bench.tell(rows)
    bench.run(until=1021.0)
    bench.tell(OutputLost("silent", unheard_s=2.5))
    bench.tell(OutputBack())
    assert bench.plays()[-1] == (1021.0, "n", Phase.SPEAKING, 17.5)


def test_a_row_that_lags_behind_does_not_forget_the_place() -> None:
    bench = Bench()
    stale = Rows((item("n", 1000.0, after_cut=AfterCut.RESUME, attempt=0),))
    bench.tell(stale)
    bench.run(until=1021.0)
    bench.tell(OutputLost("gone"))
    bench.tell(stale)
    bench.tell(OutputBack())
    assert bench.plays()[-1] == (1021.0, "n", Phase.SPEAKING, 20.0)


# --- the local switch


def test_the_switch_silences_at_once_and_nothing_begins_while_it_is_off() -> None:
    bench = Bench()
    rows = (item("n", 1000.0), item("later", 1010.0, words_s=5.0))
    bench.tell(Rows(rows))
    bench.run(until=1005.0)
    assert bench.tell(Switch(off=True)) == [Cut(), Move("n", E.STOP, (("by", engine.SWITCH),))]
    bench.run(until=1020.0)
    assert (bench.state.phase, bench.state.amplifier_on) == (Phase.STOPPED, False)
    assert {play[1] for play in bench.plays()} == {"n"}
    bench.tell(Switch(off=False))
    bench.run(until=1021.0)
    assert bench.plays()[-1][1] == "later", "it waited for the switch as long as it may"


def test_what_waits_too_long_for_the_switch_is_missed_because_of_it() -> None:
    bench = Bench()
    bench.tell(Switch(off=True))
    bench.tell(Rows((item("n", 1000.0, late_until=1002.0),)))
    bench.run(until=1005.0)
    assert bench.moves("n") == [(E.MISS, {"reason": "switched_off"})]
    assert bench.log[0][1] != Relay(True), "not even the amplifier"


@pytest.mark.parametrize("stops", [True, False])
def test_the_configuration_says_whether_the_switch_stops_an_emergency(stops: bool) -> None:
    bench = Bench(replace(TIMING, switch_stops_emergency=stops))
    bench.tell(Switch(off=True))
    bench.tell(Alert(item("e", 1000.0, EMERGENCY, words_s=5.0, lasts_s=1.0)))
    assert bool(bench.plays()) is not stops
    bench.run(until=1015.0)
    assert bench.state.phase is Phase.STOPPED
    bench = Bench(replace(TIMING, switch_stops_emergency=stops))
    bench.tell(Alert(item("e", 1000.0, EMERGENCY, words_s=5.0, lasts_s=1.0)))
    bench.tell(Switch(off=True))
    assert bool(bench.state.current) is not stops


# --- zones, files, what is raised here


def test_zones_are_switched_through_before_the_sound_and_only_when_they_change() -> None:
    bench = Bench()
    up, down = frozenset({"tren"}), frozenset({"duoi"})
    bench.tell(
        Rows(
            (
                item("a", 1000.0, words_s=2.0, zones=up),
                item("b", 1001.0, words_s=2.0, zones=up),
                item("c", 1002.0, words_s=2.0, zones=down),
            )
        )
    )
    bench.run(until=1030.0)
    routes = [(at, action.zones) for at, action in bench.log if isinstance(action, Route)]
    assert routes == [(1000.0, up), (1007.0, down)]
    index = [type(action) for _, action in bench.log].index(Route)
    assert isinstance(bench.log[index + 1][1], Play)


def test_a_file_that_cannot_be_read_any_further_ends_and_the_next_one_goes_on() -> None:
    bench = Bench()
    bench.tell(Rows((item("a", 1000.0), item("b", 1001.0))))
    bench.run(until=1005.0)
    actions = bench.tell(Unreadable())
    assert actions[:2] == [Cut(), Move("a", E.ABANDON, (("reason", "file_missing"),))]
    assert bench.plays()[-1] == (1005.0, "b", Phase.OPENING, 0.0)


def test_what_was_raised_here_is_not_lost_because_the_rows_do_not_know_it() -> None:
    bench = Bench(replace(TIMING, warm_up_s=1.5))
    bench.tell(Alert(item("e", 1000.0, EMERGENCY, words_s=5.0, lasts_s=1.0, local=True)))
    bench.tell(Rows(()))
    bench.run(until=1003.0)
    assert bench.plays() == [(1001.5, "e", Phase.OPENING, 0.0)]
    bench.tell(Rows(()))
    bench.run(until=1012.0)
    bench.tell(Stop("e", "lan"))
    assert [event for event, _ in bench.moves("e")] == [E.BEGIN, E.FINISH]


def test_something_bare_has_no_chime() -> None:
    bench = Bench()
    bench.tell(Alert(item("t", 1002.0, words_s=2.0, bare=True, local=True)))
    bench.run(until=1010.0)
    assert bench.plays() == [(1002.0, "t", Phase.SPEAKING, 0.0)]


class Apart(Bench):
    """A bench with a wall clock that may be set, and an output with a pace of its own."""

    ahead_s, pace = 0.0, 1.0

    def tell(self, event: Event) -> list[object]:
        at_s = min(self.time - self.began, self.stands_at) * self.pace if self.state.phase in SOUNDING else None
        now = Now(self.time + self.ahead_s, self.time, at_s)
        self.state, actions = engine.step(self.state, event, now, self.timing)
        for action in actions:
            self.log.append((round(self.time, 3), action))
            if isinstance(action, Play):
                self.began = self.time - action.from_s
                self.ends = self.began + self.length_s(action) / self.pace
        return list(actions)

    stands_at = float("inf")


def test_an_output_whose_clock_is_slower_has_not_stalled() -> None:
    bench = Apart()
    bench.pace = 0.999  # over an hour it falls behind by 3.6 s
    bench.tell(Rows((item("n", 1000.0, words_s=3600.0),)))
    bench.run(until=4700.0)
    assert bench.moves("n") == [(E.BEGIN, {"attempt": 1}), (E.FINISH, {})]


def test_an_output_that_stood_still_has_not_stalled_while_it_goes_on() -> None:
    bench = Apart()
    bench.tell(Rows((item("n", 1000.0, words_s=20.0),)))
    bench.run(until=1010.0)
    bench.began, bench.ends = bench.began + 5.0, bench.ends + 5.0  # nobody looked, and nobody fed it
    bench.time += 5.0
    bench.run(until=1040.0)
    assert bench.moves("n") == [(E.BEGIN, {"attempt": 1}), (E.FINISH, {})]


def test_an_output_that_takes_no_more_has_stalled() -> None:
    bench = Apart()
    bench.tell(Rows((item("n", 1000.0, words_s=20.0),)))
    bench.run(until=1010.0)
    bench.stands_at, bench.ends = 9.0, 9999.0
    bench.run(until=1030.0)
    assert [at for at, action in bench.log if isinstance(action, Lost)] == [1023.1]


@pytest.mark.parametrize("set_s", [7200.0, -7200.0])
def test_emergencies_that_take_turns_end_when_they_should_wherever_the_clock_goes(set_s: float) -> None:
    bench, straight = Apart(), Apart()
    for each in (bench, straight):
        rows = Rows(tuple(item(name, 1000.0, EMERGENCY, words_s=5.0, lasts_s=60.0) for name in "ab"))
        each.tell(rows)
        each.run(until=1020.0)
        if each is bench:
            each.ahead_s = set_s
        each.tell(rows)
        each.run(until=1200.0)
    assert bench.log == straight.log
    assert bench.log[-1][0] < 1090.0
    assert [bench.moves(name)[-1] for name in "ab"] == [(E.FINISH, {}), (E.FINISH, {})]


def test_after_a_clock_was_set_back_what_had_begun_is_still_due_and_an_emergency_lasts_no_longer_than_it_may() -> None:
    bench = Apart()
    bench.ahead_s = -7200.0
    bench.tell(Rows((item("e", 1000.0, EMERGENCY, words_s=5.0, lasts_s=60.0, attempt=1), item("n", 1000.0, attempt=1))))
    bench.run(until=1200.0)
    assert [bench.moves(name)[-1] for name in "en"] == [(E.FINISH, {}), (E.FINISH, {})]
    assert next(at for at, a in bench.log if isinstance(a, Move) and a.event is E.FINISH) <= 1060.0


def test_a_long_line_behind_what_sounds_is_not_judged_at_every_look() -> None:
    asked: list[float] = []

    def quiet(begin: float, _end: float, _zones: frozenset[str]) -> bool:
        asked.append(begin)
        return False

    bench = Bench(replace(TIMING, quiet=quiet))
    bench.tell(Rows(tuple(item(f"n{number:03}", 1000.0) for number in range(300))))
    asked.clear()
    bench.run(until=1001.0)
    assert asked == []
    bench.tell(Rows((item("p", 1001.0, PRIORITY), *bench.state.queue)))
    assert (bench.state.current and bench.state.current.id, len(asked)) == ("p", 1)
