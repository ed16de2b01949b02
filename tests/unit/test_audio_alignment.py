"""Heard or not: a small selection of the bench's generated villages, the edges of the judgement, and the self-test's
tone through noise and hum."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from audio.listening.alignment import Verdict, judge, together
from audio.listening.spectra import RATE, Samples, decimated, whitened
from audio.listening.tone import tone
from audio.listening.tone_line import judge_tone
from tests.support.heard_cases import ABSENT, LEAD_S, PARTLY, Case, Village, speech


def verdict(case: Case) -> Verdict:
    return judge(decimated(case.recording, 2), decimated(case.reference, 2), case.offset_s)


def words(seconds: float = 6.0, number: int = 0) -> Samples:
    return decimated(speech(number)[: int(seconds * 2 * RATE)], 2)


def recorded(sound: Samples, delay_s: float = 0.2, gain: float = 0.1, tail_s: float = 1.5) -> Samples:
    """At an offset of 0, with the faint noise of a sound card."""
    chance = np.random.default_rng(1)
    late = np.concatenate((np.zeros(round(delay_s * RATE), np.float32), sound, np.zeros(2 * RATE, np.float32)))
    late = late[: len(sound) + round(tail_s * RATE)] * np.float32(gain)
    return late + chance.normal(size=len(late)).astype(np.float32) * np.float32(1e-4)


@pytest.mark.parametrize("snr_db", [None, 20.0, 6.0, 0.0])
def test_words_through_any_chain_are_heard(snr_db: float | None) -> None:
    village = Village(7, most_s=15)
    cases = [village.heard(snr_db) for _ in range(7)]
    found = [verdict(case) for case in cases]
    assert [(each.verdict, each.share > 0.98) for each in found] == [("heard", True)] * len(cases)
    off_ms = [abs((each.delay_ms or 0) - 1000 * case.delay_s) for each, case in zip(found, cases, strict=True)]
    assert max(off_ms) < 5


@pytest.mark.parametrize("kind", ABSENT)
def test_nothing_else_is_taken_for_the_words(kind: str) -> None:
    village = Village(8, most_s=15)
    assert [verdict(village.absent(kind)).verdict for _ in range(2)] == ["not_heard"] * 2


@pytest.mark.parametrize("kind", PARTLY)
def test_a_part_is_not_the_whole(kind: str) -> None:
    village = Village(9, most_s=15)
    found = [verdict(village.absent(kind)) for _ in range(2)]
    assert [each.verdict for each in found] == ["unsure"] * 2
    assert {each.reason for each in found} == {"too_late" if kind == "much too late" else "partly"}


def test_the_figures_of_a_plain_chain() -> None:
    said = words(10)
    noise = np.random.default_rng(2).normal(size=len(said) + 2 * RATE).astype(np.float32)
    heard = recorded(said, 0.345, 0.05)
    noise *= np.std(heard[: len(said)]) / np.std(noise) / 10
    found = judge(heard + noise[: len(heard)], said, 0.0)
    assert (found.verdict, found.reason) == ("heard", "")
    assert found.share == pytest.approx(1.0)
    assert found.delay_ms == pytest.approx(345, abs=1.0)
    assert found.gain_db == pytest.approx(20 * np.log10(0.05), abs=1.0)
    assert found.snr_db == pytest.approx(20, abs=3)


def test_the_share_is_the_share() -> None:
    said = words(20)
    half = np.where(np.arange(len(said)) < len(said) // 2, said, 0).astype(np.float32)
    found = judge(recorded(half), said, 0.0)
    assert (found.verdict, found.reason) == ("unsure", "partly")
    assert found.share == pytest.approx(0.5, abs=0.06)


def test_a_drifting_clock_over_four_minutes() -> None:
    village = Village(3)
    reference = np.concatenate([speech(number) for number in range(6)])[: 240 * 2 * RATE]
    case = village.heard(12.0, reference, delay_s=0.5)
    found = verdict(case)
    assert abs(case.drift_ppm) > 20
    assert (found.verdict, round(found.share, 2)) == ("heard", 1.0)


def test_too_short() -> None:
    assert judge(recorded(words(2.9)), words(2.9), 0.0) == Verdict("unsure", reason="too_short")
    assert judge(recorded(words(4)), np.zeros(4 * RATE, np.float32), 0.0) == Verdict("unsure", reason="too_short")


@pytest.mark.parametrize("offset_s", [0.0, 5.0])
def test_what_was_not_recorded_cannot_be_judged(offset_s: float) -> None:
    said = words(10)
    assert judge(recorded(said)[: 5 * RATE], said, offset_s) == Verdict("unsure", reason="no_recording")
    assert judge(np.zeros(0, np.float32), said, offset_s) == Verdict("unsure", reason="no_recording")


def test_an_ear_that_opens_a_little_late_has_heard_enough() -> None:
    said = words(10)
    found = judge(recorded(said)[round(0.7 * RATE) :], said, 0.7)
    assert found.verdict == "heard"
    assert found.delay_ms == pytest.approx(200, abs=1)


@pytest.mark.parametrize("late_s", [1.6, 2.0, 2.4])
def test_an_ear_that_slept_through_the_first_words_says_what_it_knows_of_the_others(late_s: float) -> None:
    """Absence is sure; that the village heard it all is not: a sink may have slept as long."""
    said, other = words(8), words(8, number=3)
    slept = round(late_s * RATE)
    found = judge(recorded(said)[slept:], said, late_s)
    assert (found.verdict, found.reason, round(found.from_s, 3)) == ("unsure", "slept", late_s)
    assert found.share == pytest.approx(1 - late_s / 8, abs=0.01)
    assert found.delay_ms == pytest.approx(200, abs=1)
    found = judge(recorded(other)[slept:], said, late_s)
    assert (found.verdict, found.reason, round(found.from_s, 3)) == ("not_heard", "other_sound", late_s)


@pytest.mark.parametrize(("seconds", "late_s"), [(8.0, 3.5), (5.0, 2.2)])
def test_an_ear_that_slept_too_long_or_left_too_little_cannot_judge(seconds: float, late_s: float) -> None:
    said = words(seconds)
    found = judge(recorded(said)[round(late_s * RATE) :], said, late_s)
    assert (found.verdict, found.reason, found.from_s) == ("unsure", "no_recording", 0.0)


def test_sound_that_is_earlier_than_the_clocks_say() -> None:
    """By less than the ear's reckoning may be wrong; what was before the recording cannot be held against it."""
    said = words(6)
    found = judge(recorded(said, 0.0)[round(0.03 * RATE) :], said, 0.0)
    assert (found.verdict, found.share) == ("heard", 1.0)
    assert found.delay_ms == pytest.approx(-30, abs=1)


def test_what_leaks_from_a_wire_is_no_proof() -> None:
    said = words(8)
    quiet = recorded(said, gain=10 ** (-62 / 20), tail_s=1.5)
    exact = judge(quiet - recorded(said, gain=0, tail_s=1.5), said, 0.0)  # without a noise of its own
    assert (exact.verdict, exact.reason) == ("unsure", "silent")


@pytest.mark.parametrize("sound", [0.0, 0.3])
def test_an_input_that_stands_still_is_silent(sound: float) -> None:
    said = words(6)
    found = judge(np.full(len(said) + 2 * RATE, sound, np.float32), said, 0.0)
    assert (found.verdict, found.reason, found.share) == ("not_heard", "silent", 0.0)


def test_words_that_come_much_too_late_are_not_said_to_be_absent() -> None:
    said = words(12)
    found = judge(recorded(said, delay_s=3.0), said, 0.0)
    assert (found.verdict, found.reason) == ("unsure", "too_late")
    assert found.delay_ms == pytest.approx(3000, abs=10)


def test_pieces_of_a_long_programme() -> None:
    heard = Verdict("heard", 1.0, 100.0, -10.0, 20.0, "", 50.0)
    absent = Verdict("not_heard", 0.0, None, None, None, "silent", 50.0)
    unsure = Verdict("unsure", 0.0, None, None, None, "too_noisy", 0.0)
    assert together([]) == Verdict("unsure", reason="no_recording")
    assert together([heard]) == heard
    assert together([heard, heard]) == Verdict("heard", 1.0, 100.0, -10.0, 20.0, "", 100.0)
    assert together([absent, absent]) == Verdict("not_heard", 0.0, None, None, None, "silent", 100.0)
    assert together([heard, absent]) == Verdict("unsure", 0.5, 100.0, -10.0, 20.0, "partly", 100.0)
    assert together([unsure, unsure]) == Verdict("unsure", 0.0, None, None, None, "too_noisy", 0.0)


def test_decimation_keeps_what_is_below_and_takes_away_what_is_above() -> None:
    at = np.arange(48_000 * 5) / 48_000
    low = decimated(np.sin(2 * np.pi * 1000 * at).astype(np.float32), 6)
    assert low.size == 5 * RATE
    assert np.abs(low - np.sin(2 * np.pi * 1000 * np.arange(5 * RATE) / RATE))[200:-200].max() < 1e-3
    high = decimated(np.sin(2 * np.pi * 5000 * at).astype(np.float32), 6)
    assert np.abs(high[200:-200]).max() < 1e-3


def test_whitening_does_not_move_the_sound() -> None:
    click = np.zeros(RATE, np.float32)
    click[3000] = 1.0
    assert int(np.argmax(np.abs(whitened(click)))) == 3000


# --- the self-test's tone


def tone_recording(
    level_dbfs: float = -40.0, noise_db: float = -75.0, hum_db: float | None = None, begins_s: float = 0.3,
    length_s: float = 2.0, gain_db: float = -6.0,
) -> Samples:  # fmt: skip
    """From 1 s before the tone until 4.4 s after its beginning."""
    village = Village(4)
    count = round(5.4 * RATE)
    pcm = np.frombuffer(tone(level_dbfs, length_s=length_s), "<i2").astype(np.float32) / np.float32(32768)
    sound = np.zeros(count, np.float32)
    played = decimated(pcm, 6) * np.float32(10 ** (gain_db / 20))
    first = round((1 + begins_s) * RATE)
    sound[first : first + len(played)] = played[: count - first]
    sound += village.noise("white", count) * np.float32(10 ** (noise_db / 20))
    if hum_db is not None:
        at = np.arange(count) / RATE
        hum = np.sum([np.sin(2 * np.pi * 50 * n * at + n) / n for n in range(1, 40)], axis=0)
        sound += (hum * 10 ** (hum_db / 20)).astype(np.float32)
    return sound


def heard_tone(sound: Samples, offset_s: float = -1.0, level_dbfs: float = -40.0) -> Verdict:
    return judge_tone(sound, offset_s, 1000.0, 2.0, level_dbfs)


@pytest.mark.parametrize("begins_s", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("noise_db", "hum_db"), [(-90.0, None), (-45.0, None), (-75.0, -35.0)])
def test_the_tone_is_heard_through_noise_and_hum(begins_s: float, noise_db: float, hum_db: float | None) -> None:
    found = heard_tone(tone_recording(noise_db=noise_db, hum_db=hum_db, begins_s=begins_s))
    assert found.verdict == "heard"
    assert found.share == pytest.approx(1.0, abs=0.1)
    assert found.delay_ms == pytest.approx(1000 * begins_s, abs=60)
    assert found.gain_db == pytest.approx(-6.0, abs=1.0)


def test_no_tone() -> None:
    absent = {"gain_db": -200.0}
    quiet = heard_tone(tone_recording(**absent))
    assert (quiet.verdict, quiet.reason) == ("not_heard", "silent")
    noise = heard_tone(tone_recording(noise_db=-50.0, **absent))
    assert (noise.verdict, noise.reason) == ("not_heard", "other_sound")
    hum = heard_tone(tone_recording(hum_db=-45.0, **absent))
    assert (hum.verdict, hum.reason) == ("not_heard", "other_sound")
    digital = heard_tone(np.zeros(round(5.4 * RATE), np.float32))
    assert (digital.verdict, digital.reason) == ("not_heard", "silent")


def test_a_tone_that_could_be_hidden_is_not_said_to_be_absent() -> None:
    loud = heard_tone(tone_recording(noise_db=-10.0))
    assert (loud.verdict, loud.reason) == ("unsure", "too_noisy")


def test_a_whistle_before_and_after_is_not_the_tone() -> None:
    at = np.arange(round(5.4 * RATE)) / RATE
    whistle = (0.05 * np.sin(2 * np.pi * 1000 * at)).astype(np.float32)
    assert heard_tone(whistle).verdict == "unsure"
    assert heard_tone(whistle + tone_recording()).verdict == "unsure"


def test_half_a_tone_and_another_tone() -> None:
    assert heard_tone(tone_recording(length_s=1.0)).verdict == "unsure"
    other = np.frombuffer(tone(-40, hertz=1200), "<i2").astype(np.float32) / np.float32(32768)
    sound = tone_recording(gain_db=-200)
    sound[RATE : RATE + 2 * RATE] += decimated(other, 6)
    assert heard_tone(sound).verdict == "not_heard"


def test_a_tone_needs_what_was_before_and_after() -> None:
    assert heard_tone(tone_recording()[RATE:], 0.0).reason == "no_recording"
    assert heard_tone(tone_recording()[: 2 * RATE]).reason == "no_recording"


def test_the_tone_itself() -> None:
    pcm = np.frombuffer(tone(-40.0), "<i2").astype(np.float64) / 32768
    assert pcm.size == 2 * 48_000
    assert 20 * np.log10(np.abs(pcm).max()) == pytest.approx(-40, abs=0.1)
    assert np.abs(pcm[[0, 1, -1]]).max() < 1e-4
    with pytest.raises(ValueError, match="louder"):
        tone(1.0)


@pytest.mark.parametrize("module", ["audio.listening.tone", "audio.listening.hearing"])
def test_without_numpy(module: str) -> None:
    script = f"import sys; import {module}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_cases_are_what_they_say() -> None:
    case = Village(5).heard(None, delay_s=0.5)
    assert case.truth == "heard"
    assert LEAD_S - 0.05 <= -case.offset_s <= LEAD_S + 0.05
    assert np.array_equal(case.recording, Village(5).heard(None, delay_s=0.5).recording)
