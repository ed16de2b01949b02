"""The table of trust, line by line, and what is certain of the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.trust import (
    CHIP_S,
    FRESH_S,
    PROGRAM,
    SET_S,
    Doubt,
    Mark,
    Signs,
    Since,
    Stand,
    Trust,
    Verdict,
    Word,
    chip_off_s,
    is_earlier,
    judge,
    known_after,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = 86_400.0
T, D = Trust, Doubt
FRESH, OLD, OLDER = Since(60.0), Since(DAY), Since(2 * DAY)
FRESH_BUT_SET, OLD_BUT_SET = Since(60.0, 3600.0), Since(DAY, -3600.0)


@pytest.mark.parametrize(
    ("signs", "verdict"),
    [
        (Signs(), Verdict(T.DOUBTFUL, None, D.START)),
        (Signs(asked=False, earlier=True), Verdict(T.OFF)),
        # synchronised, and by whom
        (Signs(synchronised=FRESH), Verdict(T.SYNCHRONISED, 60.0)),
        (Signs(synchronised=Since(FRESH_S)), Verdict(T.SYNCHRONISED, FRESH_S)),
        (Signs(kernel=True), Verdict(T.SYNCHRONISED, 0.0)),
        (Signs(kernel=True, synchronised=OLD_BUT_SET), Verdict(T.SYNCHRONISED, 0.0)),
        # held
        (Signs(synchronised=Since(FRESH_S + 1)), Verdict(T.HELD, FRESH_S + 1)),
        (Signs(synchronised=Since(OLD.age_s, SET_S)), Verdict(T.HELD, DAY)),
        (Signs(synchronised=Since(OLD.age_s, -SET_S - 0.01)), Verdict(T.DOUBTFUL, None, D.SET)),
        (Signs(synchronised=FRESH_BUT_SET), Verdict(T.DOUBTFUL, None, D.SET)),
        (Signs(synchronised=OLD, chip_off_s=3600.0), Verdict(T.HELD, DAY)),
        (Signs(synchronised=OLD, word=OLDER), Verdict(T.HELD, DAY)),
        (Signs(synchronised=OLDER, word=OLD), Verdict(T.CONFIRMED, DAY)),
        (Signs(synchronised=OLDER, word=OLD_BUT_SET), Verdict(T.HELD, 2 * DAY)),
        # the chip
        (Signs(chip_off_s=0.0), Verdict(T.CHIP)),
        (Signs(chip_off_s=-CHIP_S), Verdict(T.CHIP)),
        (Signs(chip_off_s=CHIP_S + 1), Verdict(T.DOUBTFUL, None, D.START)),
        (Signs(chip_off_s=1.0, synchronised=OLD_BUT_SET), Verdict(T.CHIP)),
        (Signs(chip_off_s=3600.0, synchronised=OLD_BUT_SET), Verdict(T.DOUBTFUL, None, D.SET)),
        (Signs(chip_off_s=1.0, word=OLD_BUT_SET), Verdict(T.CHIP)),
        # an official's word
        (Signs(word=OLD), Verdict(T.CONFIRMED, DAY)),
        (Signs(word=OLD, chip_off_s=3600.0), Verdict(T.CONFIRMED, DAY)),
        (Signs(word=FRESH_BUT_SET), Verdict(T.DOUBTFUL, None, D.SET)),
        (Signs(word=FRESH, synchronised=OLD_BUT_SET), Verdict(T.CONFIRMED, 60.0)),
        # earlier than the last known time: only a synchronisation cures it
        (Signs(earlier=True), Verdict(T.DOUBTFUL, None, D.EARLIER)),
        (Signs(earlier=True, chip_off_s=0.0), Verdict(T.DOUBTFUL, None, D.EARLIER)),
        (Signs(earlier=True, word=FRESH), Verdict(T.DOUBTFUL, None, D.EARLIER)),
        (Signs(earlier=True, synchronised=OLD), Verdict(T.DOUBTFUL, None, D.EARLIER)),
        (Signs(earlier=True, synchronised=FRESH), Verdict(T.SYNCHRONISED, 60.0)),
        (Signs(earlier=True, kernel=True), Verdict(T.SYNCHRONISED, 0.0)),
    ],
)
def test_the_table(signs: Signs, verdict: Verdict) -> None:
    assert judge(signs) == verdict
    assert judge(signs).believed is (verdict.trust is not T.DOUBTFUL)


SINCES = st.none() | st.builds(Since, st.floats(0, 1e7), st.sampled_from([0.0, 0.9, -1.1, 3600.0, -1e9]))


@given(st.builds(Signs, st.just(True), st.booleans(), SINCES, st.none() | st.floats(-1e9, 1e9), SINCES, st.booleans()))
def test_it_is_never_believed_without_a_reason_that_still_holds(signs: Signs) -> None:
    verdict = judge(signs)
    holding = [since for since in (signs.synchronised, signs.word) if since and since.holds]
    reasons = [signs.kernel, *(True for _ in holding), signs.chip_off_s is not None and abs(signs.chip_off_s) <= CHIP_S]
    if verdict.believed:
        assert any(reasons)
        assert not signs.earlier or verdict.trust is T.SYNCHRONISED
        assert verdict.doubt is D.NONE
    else:
        assert signs.earlier or not any(reasons)
        assert verdict.doubt is not D.NONE


def test_a_chip_that_is_plainly_wrong_is_none() -> None:
    known = NOW - timedelta(days=1)
    assert chip_off_s(NOW, NOW - timedelta(seconds=3), known) == 3.0
    assert chip_off_s(NOW, None, known) is None
    assert chip_off_s(NOW, datetime(2000, 1, 1, tzinfo=UTC), None) is None
    assert chip_off_s(known - timedelta(hours=1), known - timedelta(hours=1), known) is None


def test_earlier_than_what_has_been() -> None:
    assert not is_earlier(NOW, None)
    assert not is_earlier(NOW - timedelta(seconds=2), NOW)
    assert is_earlier(NOW - timedelta(seconds=2.1), NOW)
    assert is_earlier(PROGRAM - timedelta(seconds=1), None)


def test_the_last_known_time_goes_forward_only_unless_synchronised() -> None:
    hour = timedelta(hours=1)
    assert known_after(NOW, NOW - hour, T.SYNCHRONISED) == NOW - hour
    for trust in (T.HELD, T.CHIP, T.CONFIRMED, T.OFF):
        assert (known_after(NOW, NOW - hour, trust), known_after(NOW, NOW + hour, trust)) == (NOW, NOW + hour)
        assert known_after(None, NOW, trust) == NOW
    assert (known_after(NOW, NOW + hour, T.DOUBTFUL), known_after(None, NOW, T.DOUBTFUL)) == (NOW, None)


def test_what_is_kept_comes_back_and_what_is_not_ours_does_not() -> None:
    mark = Mark(12.5, 1.7e9)
    for stand in (
        Stand("b", T.HELD, since=3.5, synchronised=mark, touched=1.7e9),
        Stand("b", T.DOUBTFUL, D.SET),
        Stand("b", T.CONFIRMED, by="Cán bộ Văn thư", since=0.0),
    ):
        assert Stand.of(stand.as_text()) == stand
    word = Word("b", "Cán bộ Văn thư", mark)
    assert Word.of(word.as_text()) == word
    for text in ("", "null", "[]", "{}", '{"boot": "b"}', '{"boot":"b","trust":"sure","doubt":"","by":""}', "7"):
        assert (Stand.of(text), Word.of(text)) == (None, None)
    assert (Stand("b", T.HELD, since=3.5).age_s(10.0), Stand("b", T.CHIP).age_s(10.0)) == (6.5, None)
