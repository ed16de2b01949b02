"""Who says the kiosk's texts: files of half the rate, one finishing child for many, English where it is wanted."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from audio.normaliser.reading import Normaliser, load_abbreviations
from audio.preparing.prepare import Unspeakable
from audio.preparing.sound import _halved
from audio.preparing.speakers import AsWritten, speakers
from controller.core.clips import RATE
from controller.core.parts import RecordingPart, TextPart
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.places import Places
from tests.support.kiosk_touching import children

POLICY = Policy(disk_reserve_mb=20)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


def finishing() -> set[int]:
    """The finishing children of this process."""
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(os.getpid())}
    return {pid for pid, line in lines.items() if b"prepare_child" in line}


def test_they_speak_in_a_row_with_one_child_that_ends(places: Places) -> None:
    found = speakers(Speech(), places, Normaliser(load_abbreviations()), POLICY)
    seen = set()
    for text in ("Mời ông bà chọn một ô.", "Ông bà sinh ngày nào?", "Chưa đọc được thẻ."):
        made = found["vi"].prepare((TextPart(text),))
        seen |= finishing()
        with wave.open(str(places.rendition(made.sha256))) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
            assert file.getnframes() == pytest.approx(made.duration_s * RATE, abs=2)
            samples = np.frombuffer(file.readframes(1 << 20), "<i2")
        assert 6000 < np.abs(samples).max() < 32767
        assert made.engine == "espeak-ng", "the quicker way to the same voice"
    assert len(seen) == 1
    found["vi"].rest()
    assert finishing() == set()
    assert [path.suffix for path in places.renditions.iterdir()] == [".wav"] * 3


def test_what_goes_wrong_with_one_does_not_spoil_the_next(places: Places) -> None:
    speaker = speakers(Speech(), places, Normaliser(load_abbreviations()), POLICY)["vi"]
    places.sound("b" * 64).write_bytes(b"no sound at all")
    try:
        with pytest.raises(Unspeakable):
            speaker.prepare((RecordingPart("b" * 64, "broken"),))
        assert speaker.prepare((TextPart("Mời ông bà."),)).duration_s > 0.5
        (child,) = speaker._children
        child.kill()
        assert speaker.prepare((TextPart("Nó vừa chết."),)).duration_s > 0.5, "with the next voice, and another child"
    finally:
        speaker.rest()
    assert finishing() == set()


def test_english_is_spoken_as_it_is_written(places: Places) -> None:
    found = speakers(Speech(engines=("pyttsx3",)), places, Normaliser(load_abbreviations()), POLICY)
    english = found["en"].prepare((TextPart("The fee is 8,000 đ a copy."),))
    found["en"].rest()
    assert english.duration_s > 1.5
    assert (
        AsWritten().spoken("About 8,000 đ in Tuyên Quang, Đắk Lắk.").words
        == "About 8,000 dong in Tuyen Quang, Dak Lak."
    )


def test_half_the_rate_loses_nothing_that_is_heard_and_folds_nothing_back() -> None:
    at = np.arange(48_000 * 11) / 48_000
    for hertz, passes in ((300.0, True), (8_000.0, True), (10_000.0, True), (14_000.0, False), (20_000.0, False)):
        tone = (0.5 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)
        half = np.concatenate(list(_halved(tone)))
        assert half.size == tone.size // 2
        if passes:
            wanted = 0.5 * np.sin(2 * np.pi * hertz * at[::2])
            assert np.abs(half - wanted)[200:-200].max() < 0.01, "also where one piece meets the next"
        else:
            assert np.abs(half[200:-200]).max() < 0.5e-3, hertz
