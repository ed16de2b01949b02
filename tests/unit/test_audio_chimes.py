"""The three signals: length, level, softness; and that making them needs no numpy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from audio import chimes
from audio.preparing.loudness import RATE, Sound, integrated_lufs, true_peak_dbtp

SIGNALS: dict[Callable[[], bytes], float] = {chimes.opening: 1.6, chimes.closing: 1.2, chimes.alert: 4.0}


def heard(signal: Callable[[], bytes]) -> Sound:
    return np.frombuffer(signal(), "<i2") / 32768


@pytest.mark.parametrize("signal", SIGNALS)
def test_length_level_and_peak(signal: Callable[[], bytes]) -> None:
    sound = heard(signal)
    assert sound.size == round(SIGNALS[signal] * RATE)
    assert integrated_lufs(sound) == pytest.approx(-16.0, abs=0.5)
    assert true_peak_dbtp(sound) < -3.0


@pytest.mark.parametrize("signal", SIGNALS)
def test_no_clicks(signal: Callable[[], bytes]) -> None:
    sound = heard(signal)
    assert np.abs(sound[:3]).max() < 0.002
    assert np.abs(sound[-3:]).max() < 0.001
    # a click is energy above all partials; 8 kHz is above the highest of them
    windows = np.lib.stride_tricks.sliding_window_view(sound, 512)[::128] * np.hanning(512)
    spectrum = np.abs(np.fft.rfft(windows, axis=1)) / 128
    assert 20 * np.log10(spectrum[:, 512 * 8000 // RATE :].max()) < -60


def test_they_differ_and_come_out_the_same_each_time() -> None:
    made = [signal() for signal in SIGNALS]
    assert len(set(made)) == 3
    assert made == [signal() for signal in SIGNALS]


def test_without_numpy() -> None:
    script = "import sys; from audio import chimes; chimes.opening(); sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
