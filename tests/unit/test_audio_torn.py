"""Heard, though the sound or its recording was torn, or two clocks ran apart; and that such a search takes nothing else
for the words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audio.listening.alignment import Verdict, judge
from audio.listening.following import LATEST_S, TEAR, path
from audio.listening.spectra import RATE, Samples, decimated
from tests.support.heard_cases import Case, Village, speech
from tests.support.torn_cases import COUNTS, HEARD, TORN, WRONG, changed, torn, wrong


def verdict(case: Case, later: bool = False) -> Verdict:
    return judge(decimated(case.recording, 2), decimated(case.reference, 2), case.offset_s, later)


def words(seconds: float, number: int = 0) -> Samples:
    return decimated(speech(number)[: int(seconds * 2 * RATE)], 2)


def late(sound: Samples, delay_s: float) -> Samples:
    return np.concatenate((np.zeros(round(delay_s * RATE), np.float32), sound, np.zeros(2 * RATE, np.float32)))


@pytest.mark.parametrize("how", TORN)
@pytest.mark.parametrize("count", COUNTS)
def test_torn_words_are_heard_if_nearly_all_of_them_came(how: str, count: int) -> None:
    case = torn(Village(21, most_s=30), how, count, 6.0, (0.01, 0.15))
    found = verdict(case)
    assert (case.truth in {"heard", "either"}, found.verdict, found.reason) == (True, "heard", "")


@pytest.mark.parametrize("kind", HEARD)
def test_clocks_microphones_and_ears_that_are_not_quite_right(kind: str) -> None:
    assert verdict(changed(Village(22, most_s=20), kind, 6.0)).verdict == "heard"


@pytest.mark.parametrize("kind", WRONG)
def test_freedom_takes_nothing_else_for_the_words(kind: str) -> None:
    case = wrong(Village(23, most_s=30), kind, None)
    assert verdict(case).verdict == case.truth


@pytest.mark.parametrize("tear_s", [0.05, -0.05, 0.3, -0.3, 0.5])
def test_the_figures_are_those_of_the_words_though_they_were_torn(tear_s: float) -> None:
    """0.6 s of them, of 20, are lost where 0.3 s are lost twice."""
    said = words(20)
    first, second = 7 * RATE, 13 * RATE
    cut = max(0, -round(tear_s * RATE))
    hole = np.zeros(max(0, round(tear_s * RATE)), np.float32)
    sound = np.concatenate((said[:first], hole, said[first + cut : second], hole, said[second + cut :]))
    found = judge(late(sound, 0.2) * np.float32(0.1), said, 0.0)
    assert (found.verdict, found.reason) == ("heard", "")
    assert found.share == pytest.approx(1 - 2 * max(0.0, -tear_s) / 20, abs=0.003)
    assert found.gain_db == pytest.approx(-20, abs=1.0)
    assert found.delay_ms == pytest.approx(200 + 1000 * tear_s, abs=2), "in the middle"


def test_what_is_lost_at_tears_is_not_heard() -> None:
    """Each second agrees with one side or the other; what lies between is missing all the same."""
    said = words(12)
    kept = np.ones(len(said), bool)
    for second in (2, 5, 8):
        kept[second * RATE : round((second + 0.45) * RATE)] = False
    found = judge(late(said[kept], 0.2), said, 0.0)
    assert (found.verdict, found.reason) == ("unsure", "partly")
    assert found.share == pytest.approx(1 - 3 * 0.45 / 12, abs=0.02)


def test_a_word_that_is_another_is_not_a_tear() -> None:
    """A programme that differs in one second, which in the other lasts a little longer."""
    said, other = words(14), words(14, number=4)
    sound = np.concatenate((said[: 6 * RATE], other[6 * RATE : round(7.3 * RATE)], said[7 * RATE :]))
    found = judge(late(sound, 0.2), said, 0.0)
    assert (found.verdict, found.reason) == ("unsure", "partly")


def test_programmes_that_begin_alike_are_told_apart() -> None:
    """Both begin with who announces what, in which month: a window between two such phrases agrees with neither, though
    with both a little."""
    said, other = words(5, number=0), words(7, number=1)
    chance = np.random.default_rng(1)
    heard = late(other, 0.3) + chance.normal(size=round(9.3 * RATE)).astype(np.float32) * np.float32(1e-4)
    found = judge(heard, said, 0.0)
    assert found.verdict != "heard"
    assert found.share < 0.75


def test_an_hour_of_drift_does_not_hide_the_last_minute() -> None:
    """A card 200 ppm quick is 0.7 s ahead by then; and what was torn on the way adds up."""
    village = Village(24)
    for delay_s in (-0.7, 2.0):
        case = village.heard(12.0, speech(1)[: 30 * 2 * RATE], delay_s=delay_s, drift_ppm=200.0)
        before = np.zeros(2 * 2 * RATE, np.float32)
        last = replace(case, recording=np.concatenate((before, case.recording)), offset_s=case.offset_s - 2)
        assert (verdict(last, later=True).verdict, verdict(last).verdict) == ("heard", "unsure")


def test_words_that_begin_too_late_are_not_reached_by_a_tear() -> None:
    said = words(14)
    found = judge(late(said, LATEST_S + 0.4), said, 0.0)
    assert (found.verdict, found.reason) == ("unsure", "too_late")


def test_a_tear_has_its_price() -> None:
    """The path leaves where it is only for what pays, and not further than the longest tear."""
    strength = np.zeros((8, 2000), np.float32)
    strength[:4, 500] = 0.2
    strength[4:, 900] = np.float32(TEAR / 4 + 0.01)
    assert path(strength, slice(0, 2000)).tolist() == [500] * 4 + [900] * 4
    strength[4:, 900] = np.float32(TEAR / 4 - 0.01)
    assert path(strength, slice(0, 2000)).tolist() == [500] * 8
    strength[4:, 1200] = 0.5
    assert path(strength, slice(0, 1000)).tolist()[:4] != [500] * 4, "what is so far away is another sound"
