"""What the page promises is what sounds: the clashes of a day, and the engine itself playing that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from audio import admission, engine
from audio.programme import SOUNDING, Event, Item, Move, Now, Phase, Play, Rows, State, Tick, Timing
from controller.core.announcements import AfterCut, Late
from controller.core.levels import Level
from controller.core.utterances import UtteranceEvent
from schedules import clashes
from schedules.clashes import Programme, Wait, overlaps

START = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
T0 = START.timestamp()
QUIET = (600.0, 780.0)  # seconds after START, on output "far"


def is_quiet(place: str, begin: float, end: float) -> bool:
    return place == "far" and begin < T0 + QUIET[1] and T0 + QUIET[0] < end


def quiet(place: str, begin: datetime, end: datetime) -> bool:
    return is_quiet(place, begin.timestamp(), end.timestamp())


def after_cut(wait: Wait) -> AfterCut:
    if not wait.again:
        return AfterCut.END
    return AfterCut.RESUME if wait.resumes else AfterCut.RESTART


def sounded(programmes: Sequence[Programme], place: str, finish_s: float) -> dict[str, float | None]:
    """When each began that was spoken to its end, seconds after START, as the engine plays them in one place."""
    items = tuple(
        Item(
            p.id, (p.level.rank, p.order_no, p.due, p.id), p.level, p.due.timestamp(),
            p.due.timestamp() + min(p.wait.window_s, 1e6), p.length_s,
            after_cut=after_cut(p.wait), loaded=True, late=p.wait.late,
        )
        for p in programmes
        if place in p.places
    )  # fmt: skip
    timing = Timing(0.0, 0.0, 0.0, 0.0, 0.0, lambda begin, end, _: is_quiet(place, begin, end), finish_s)
    state, wall = State(), T0
    begins: dict[str, float] = {}
    spoken: dict[str, float | None] = {item.id: None for item in items}
    dues = sorted({item.due for item in items})
    event: Event = Rows(items)
    while True:
        state, actions = engine.step(state, event, Now(wall, wall), timing)
        for action in actions:
            match action:
                case Play(item, Phase.SPEAKING):
                    begins[item.id] = wall - T0
                case Move(ident, UtteranceEvent.FINISH):
                    spoken[ident] = begins[ident]
        sounding = state.phase in SOUNDING
        if sounding and state.ends <= wall:
            event = Tick(sounding=False)
            continue
        instants = [state.ends] if sounding else [engine.wake_at(state, Now(wall, wall), timing)]
        later = [at for at in [*instants, *dues] if at is not None and at > wall]
        if not later:
            return spoken
        wall = min(later)
        event = Tick(sounding and wall < state.ends)


def promised(programmes: Sequence[Programme], place: str, finish_s: float) -> dict[str, float | None]:
    """The same by the clashes: when it is due, or what they say."""
    here = [replace(p, places=frozenset({place})) for p in programmes if place in p.places]
    found: dict[str, float | None] = {p.id: (p.due - START).total_seconds() for p in here}
    for p in here:
        end = p.due + timedelta(seconds=p.length_s)
        if p.level is not Level.EMERGENCY and quiet(place, p.due, end):  # refused by itself, whatever it meets
            found[p.id] = None
    for clash in overlaps(here, quiet, finish_s):
        begin = (clash.starts_at - START).total_seconds()
        found[clash.second.id] = begin if clash.spoken else None
    return found


def programme(
    number: int, second: int, length_s: int, place: str, level: Level, order_no: int, wait: Wait
) -> Programme:
    places = frozenset({"main", "far"} if place == "both" else {place})
    return Programme(f"{number:02d}", START + timedelta(seconds=second), length_s, places, level, order_no, wait)


WAITS = st.builds(
    Wait,
    late=st.sampled_from(list(Late)),
    window_s=st.sampled_from([0, 1, 2, 3, 60, 120, 600, 3600]).map(float),
    again=st.booleans(),
    resumes=st.booleans(),
)
DRAWN = st.lists(
    st.tuples(
        # dense, so that they meet; some to the second, most to the minute
        st.one_of(st.integers(0, 20).map(lambda minute: 60 * minute), st.integers(0, 400)),
        st.sampled_from([1, 3, 30, 60, 60, 120, 180, 420]),
        st.sampled_from(["main", "far", "both"]),
        st.sampled_from([Level.NORMAL, Level.NORMAL, Level.PRIORITY, Level.EMERGENCY]),
        st.integers(-1, 1),
        WAITS,
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(DRAWN, st.sampled_from([0.0, 10.0]))
# an emergency sounds in quiet hours, and what it outlasts them by is waited for
@example([(660, 180, "far", Level.EMERGENCY, 0, Wait()), (800, 60, "far", Level.NORMAL, 0, Wait())], 0.0)
# what joined late and was then cut has no more left than it had
@example(
    [
        (0, 3, "far", Level.NORMAL, -1, Wait()), (0, 180, "far", Level.NORMAL, 0, Wait(Late.JOIN, 3.0, resumes=True)),
        (60, 60, "far", Level.PRIORITY, 0, Wait()), (238, 1, "far", Level.NORMAL, 0, Wait(window_s=0.0)),
    ],
    0.0,
)  # fmt: skip
def test_what_is_promised_is_what_sounds(drawn: list[tuple[int, int, str, Level, int, Wait]], finish_s: float) -> None:
    programmes = [programme(number, *values) for number, values in enumerate(drawn)]
    for place in ("main", "far"):
        assert promised(programmes, place, finish_s) == sounded(programmes, place, finish_s)


def test_the_graces_are_those_of_the_engine() -> None:
    assert (clashes.GRACE_S, clashes.AGAIN_S, clashes.LEAST_S) == (
        admission.GRACE_S,
        admission.AGAIN_S,
        admission.LEAST_S,
    )
