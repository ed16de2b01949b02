"""The station's pure words: the utterance's table, texts and drafts, levels, what every face shows."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.announcements import AfterCut, Draft, clean, problems_of
from controller.core.errors import IllegalEventError, InputError, NotFoundError, Problem
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.core.showing import Sounding, showing
from controller.core.utterances import FINAL, Utterance, UtteranceEvent, UtteranceState, after

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
S, E = UtteranceState, UtteranceEvent

# --- the life of an utterance


def test_every_state_answers_every_event_by_the_table() -> None:
    table = {
        (S.QUEUED, E.BEGIN): S.PLAYING,
        (S.QUEUED, E.MISS): S.MISSED,
        (S.QUEUED, E.STOP): S.STOPPED,
        (S.QUEUED, E.FINISH): S.PLAYED,
        (S.QUEUED, E.ABANDON): S.CUT,
        (S.PLAYING, E.FINISH): S.PLAYED,
        (S.PLAYING, E.INTERRUPT): S.QUEUED,
        (S.PLAYING, E.ABANDON): S.CUT,
        (S.PLAYING, E.STOP): S.STOPPED,
    }
    answers = {}
    for state, event in itertools.product(S, E):
        try:
            answers[state, event] = after(state, event)
        except IllegalEventError as error:
            assert (error.machine, error.state, error.event) == ("utterance", state, event)
    assert answers == table


def test_nothing_leaves_a_final_state_and_every_other_can_end() -> None:
    assert {S.PLAYED, S.CUT, S.MISSED, S.STOPPED} == FINAL
    for state in S:
        ways = [event for event in E if not _refuses(state, event)]
        assert bool(ways) is (state not in FINAL)


def _refuses(state: UtteranceState, event: UtteranceEvent) -> bool:
    try:
        after(state, event)
    except IllegalEventError:
        return True
    return False


def utterance(ident: str = "u", **changes: object) -> Utterance:
    made = Utterance(
        id=ident, announcement_id="a", revision=1, rule_id="r", due=NOON, output="main", zones=("tren",), title="Họp",
        level=Level.NORMAL, order_no=0, after_cut=AfterCut.RESTART, late_until=NOON, state=S.PLAYING, attempt=1,
        sha256="", duration_s=0.0, started_at=NOON, ended_at=None, stop_wanted_by="",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]  # the tests name real fields


def test_the_total_order_is_level_then_order_then_due_then_rule() -> None:
    ordered = [
        utterance("z", level=Level.EMERGENCY, order_no=9, due=NOON + timedelta(hours=1)),
        utterance("z", level=Level.PRIORITY, order_no=9),
        utterance("z", order_no=-1, due=NOON + timedelta(hours=1)),
        utterance("z", due=NOON - timedelta(seconds=1)),
        utterance("z", rule_id="rule-1"),
        utterance("a", rule_id="rule-2"),  # an utterance's own id is by chance
    ]
    for shuffled in itertools.permutations(ordered):
        assert sorted(shuffled, key=lambda u: u.precedence) == ordered


# --- drafts

GOOD = Draft("Họp bản", "Mời bà con.", ("tren",))


def problems(**changes: object) -> list[tuple[str, str]]:
    draft = replace(GOOD, **changes)  # type: ignore[arg-type]  # the tests name real fields
    return [(p.field, p.code) for p in problems_of(draft, frozenset({"tren"}))]


def test_drafts() -> None:
    assert problems() == []
    assert problems(title="", text="", zones=()) == [("title", "empty"), ("text", "empty"), ("zones", "no_zone")]
    assert problems(text="x" * 5001) == [("text", "too_long")]
    assert problems(text="x" * 5000) == []
    assert problems(title="x" * 121) == [("title", "too_long")]
    assert problems(title="a\nb") == [("title", "one_line")]
    assert problems(text="…!?\n—") == [("text", "nothing_to_say")]
    assert problems(text="7") == []
    assert problems(zones=("tren", "trên")) == [("zones", "unknown_zone")]
    for bad in ("a\x00b", "a\x07b", "a\tb", "a\u200bb", "a\ud800b", "a\ue000b", "a\u202eb"):
        assert problems(text=bad) == [("text", "control")], repr(bad)


def test_control_characters_are_named() -> None:
    found = problems_of(replace(GOOD, text="a\x07\u202e\x07"), frozenset({"tren"}))
    assert found == [Problem.of("text", "control", characters="U+0007 U+202E")]


@given(st.text(max_size=80))
def test_cleaning_is_done_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\r" not in once
    assert once == once.strip()


def test_cleaning() -> None:
    assert clean("  Ho\u0323p ba\u0309n \r\n\r\n  7h30\r") == "Họp bản\n\n7h30"


def test_errors_carry_every_problem() -> None:
    error = InputError(Problem.of("title", "empty"), Problem.of("text", "too_long", limit=5, length=9))
    assert str(error) == "title: empty; text: too_long"
    assert dict(error.problems[1].facts) == {"length": "9", "limit": "5"}
    assert NotFoundError("announcement", "x").problems == (Problem.of("announcement", "not_found", id="x"),)
    with pytest.raises(ValueError, match="at least one"):
        InputError()


# --- what every face shows


def notice(ident: str, level: Level = Level.NORMAL, order_no: int = 0, **changes: object) -> Notice:
    made = Notice(
        id=ident, text=f"text {ident}", level=level, order_no=order_no, shown_from=NOON - timedelta(hours=1),
        shown_until=NOON + timedelta(hours=1), created_at=NOON,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]  # the tests name real fields


def shown(*things: Notice | Sounding, now: datetime = NOON, board: str = "", zones: str = "") -> list[tuple[str, bool]]:
    items = showing(
        [t for t in things if isinstance(t, Notice)],
        [t for t in things if isinstance(t, Sounding)],
        now, UTC, 600, board, frozenset(zones.split()),
    )  # fmt: skip
    return [(item.ident, item.on_air) for item in items]


def sounding(ident: str, **changes: object) -> Sounding:
    return Sounding(utterance(f"u-{ident}", announcement_id=ident, **changes), "text")


def test_notices_in_their_time_and_on_their_boards() -> None:
    n = notice("n", boards=("gate",))
    assert shown(n) == shown(n, board="gate") == [("n", False)]
    assert shown(n, board="market") == []
    assert shown(n, now=NOON - timedelta(hours=1)) == [("n", False)]
    assert shown(n, now=NOON + timedelta(hours=1)) == []
    assert shown(notice("n", withdrawn_at=NOON)) == []


def test_an_announcement_shows_while_it_sounds_and_for_a_while_after() -> None:
    assert shown(sounding("a")) == [("a", True)]
    played = sounding("a", state=S.PLAYED, ended_at=NOON)
    assert shown(played, now=NOON + timedelta(seconds=599)) == [("a", False)]
    assert shown(played, now=NOON + timedelta(seconds=600)) == []
    assert shown(sounding("a", state=S.CUT, ended_at=NOON)) == [("a", False)]
    assert shown(sounding("a", state=S.STOPPED, ended_at=NOON)) == []
    assert shown(sounding("a", state=S.MISSED, ended_at=NOON)) == []
    assert shown(sounding("a", state=S.QUEUED)) == []


def test_each_announcement_shows_once_however_many_outputs_speak_it() -> None:
    over = sounding("a", id="u1", state=S.PLAYED, ended_at=NOON)
    longer = sounding("a", id="u2", state=S.PLAYED, ended_at=NOON + timedelta(seconds=9))
    still = sounding("a", id="u3")
    for order in itertools.permutations([over, longer, still]):
        assert shown(*order) == [("a", True)]
    (item,) = showing([], [longer, over], NOON, UTC, 600)
    assert item.until == NOON + timedelta(seconds=609)


def test_zones_narrow_it_down() -> None:
    assert shown(sounding("a"), zones="duoi") == []
    assert shown(sounding("a"), zones="duoi tren") == [("a", True)]


def test_what_was_announced_last_comes_before_what_was_announced_earlier_and_before_notices() -> None:
    early, late = (
        sounding(name, state=S.PLAYED, started_at=NOON - timedelta(minutes=ago), ended_at=NOON, order_no=ago)
        for name, ago in (("early", 5), ("late", 2))
    )
    things: list[Notice | Sounding] = [early, late, notice("n")]
    for order in itertools.permutations(things):
        assert shown(*order) == [("late", False), ("early", False), ("n", False)]


def test_urgent_first_then_on_air_then_the_order_given() -> None:
    things: tuple[Notice | Sounding, ...] = (
        notice("late", order_no=1),
        notice("second"),
        notice("first", shown_from=NOON - timedelta(hours=2)),
        sounding("air", order_no=5),
        notice("priority", Level.PRIORITY, 9),
    )
    expected = [("priority", False), ("air", True), ("first", False), ("second", False), ("late", False)]
    for order in itertools.permutations(things):
        assert shown(*order) == expected


def test_an_emergency_hides_everything_else() -> None:
    assert shown(notice("n"), sounding("a"), sounding("e", level=Level.EMERGENCY)) == [("e", True)]
    assert shown(notice("n"), notice("e", Level.EMERGENCY)) == [("e", False)]


@pytest.mark.parametrize(
    ("title", "whole"),
    [("", "text"), ("Họp bản", "Họp bản: text"), ("Họp bản!", "Họp bản! text"), ("Năm 2026", "Năm 2026: text")],
)
def test_title_and_text_as_one(title: str, whole: str) -> None:
    (item,) = showing([], [Sounding(utterance(title=title), "text")], NOON, UTC, 600)
    assert item.whole == whole
