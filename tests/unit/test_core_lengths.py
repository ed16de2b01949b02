"""The lengths that everybody reckons with are those of the sound itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.setting import SettingReader
from controller.core.lengths import ALERT_S, PAUSE_S, Around, around, estimated_s
from controller.runtime.places import Places
from schedules.samples import samples

# seconds of the ten sample announcements as espeak-ng speaks them at 140 words a minute, in order
PREPARED_S = (59.0, 63.4, 59.8, 64.8, 54.0, 65.0, 66.0, 68.6, 70.4, 51.2)
OTHERS_S = {
    "UBND xã, HĐND xã, UBMTTQVN, BHYT, CCCD, VNeID.": 10.5,
    "Hạn cuối 31/10/2027, 1.250.000đ.": 6.5,
    "15/3 7h30 9/12/2026 2,5 km2 1.250.000đ": 9.9,
    "0912345678 0987654321 1234567890": 8.8,
    "Mời bà con.": 1.0,
    "a": 0.4,
}


def test_the_chimes_are_as_long_as_they_are_played(tmp_path: Path) -> None:
    signals = SettingReader(Places(tmp_path), chime=True).built_in().signals
    built_in = around()
    assert signals.length_s("opening") == pytest.approx(built_in.opening_s, abs=0.001)
    assert signals.length_s("closing") == pytest.approx(built_in.closing_s, abs=0.001)
    assert signals.length_s("alert") == pytest.approx(ALERT_S + PAUSE_S, abs=0.001)
    assert built_in.programme_s(10.0) == pytest.approx(14.3)
    assert Around().programme_s(10.0) == 10.0


def test_a_guess_is_never_too_short_and_not_far_too_long() -> None:
    texts = [sample.text for sample in samples()]
    known = [*zip(texts, PREPARED_S, strict=True), *OTHERS_S.items()]
    ratios = [estimated_s(text, 140) / length_s for text, length_s in known]
    assert min(ratios) >= 1.1
    assert max(ratios[:10]) <= 1.5
    assert max(ratios) <= 2.0


def test_a_guess_follows_the_pace() -> None:
    assert estimated_s("Mời bà con họp bản. " * 50, 280) == pytest.approx(
        estimated_s("Mời bà con họp bản. " * 50, 140) / 2, abs=0.5
    )
