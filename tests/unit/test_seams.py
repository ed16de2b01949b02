"""The measure itself: where sounds begin, are silent and step, in recordings that are known."""

from __future__ import annotations

import numpy as np

from tests.support.seams import LASTING, Samples, begins, largest_step, longest_silence, without_tone
from tests.support.tones import RATE, tone_pcm

LOW = np.frombuffer(tone_pcm(0.5, 200.0), "<i2")
HIGH = np.frombuffer(tone_pcm(0.2, 960.0), "<i2")
SILENCE: Samples = np.zeros(4800, "<i2")


def test_a_click_is_no_beginning() -> None:
    click = SILENCE.copy()
    click[1000] = 20_000
    heard = np.concatenate((click, HIGH, SILENCE))
    found = begins(heard, 300)
    assert found is not None and 0 <= found - len(click) < RATE // 1000
    assert begins(np.concatenate((click, SILENCE)), 300) is None


def test_what_cuts_a_tone_is_found_beneath_which_the_tone_falls() -> None:
    fall = np.concatenate((np.ones(12_000), np.linspace(1, 0, LASTING), np.zeros(len(LOW) - 12_000 - LASTING)))
    mixed = np.round(LOW * fall).astype("<i2")
    mixed[12_000 : 12_000 + len(HIGH)] += HIGH
    found = begins(without_tone(mixed, 200.0), 40)
    assert found is not None and 12_000 <= found < 12_000 + RATE // 500
    assert begins(without_tone(LOW, 200.0), 40) is None, "not the tone itself"


def test_a_silence_lies_between_sounds() -> None:
    assert longest_silence(np.concatenate((SILENCE, HIGH[240:-240], SILENCE[:500], HIGH[240:-240], SILENCE)), 0) >= 500
    assert longest_silence(SILENCE, 0) == 0


def test_a_step_counts_either_way() -> None:
    assert largest_step(np.array([0, 30_000, -30_000, 0], "<i2")) == 60_000
