"""The real audio process, ended in good order at the end of the words: what counts as played was heard to its end."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from audio.progress import Progress, ProgressFile, Segment
from controller.core.utterances import Utterance
from controller.runtime.clocks import SystemClock
from controller.runtime.places import Places
from tests.support.processes import Process, until
from tests.support.sounding import kinds, wait_for
from tests.support.stations import CONFIG, station_in
from tests.support.tones import queue_at, tone_announcement, tone_pcm

WORDS_S = 1.0
LAST_S = 0.2  # of them; so near to their end a kill counts them as said


def samples_of(file: Path) -> bytes:
    with wave.open(str(file)) as sound:
        return bytes(sound.readframes(sound.getnframes()))


def reached(places: Places, utterance: Utterance, segment: Segment, s: float) -> bool:
    known = ProgressFile(places.progress("main")).read().get(utterance.id)
    return isinstance(known, Progress) and known.segment is segment and known.seen - known.began >= s


@pytest.mark.parametrize(
    ("chime", "segment", "reached_s"),
    [
        pytest.param(False, Segment.SPEAKING, WORDS_S - LAST_S, id="in the last syllable"),
        pytest.param(True, Segment.OVER, 0.0, id="with the closing chime handed over behind them"),
    ],
)
def test_words_that_count_as_played_are_heard_to_their_end(
    tmp_path: Path, chime: bool, segment: Segment, reached_s: float
) -> None:
    config = CONFIG + f"[speech]\nchime = {str(chime).lower()}\n"
    station = station_in(tmp_path, config, SystemClock())
    announcement = tone_announcement(station, WORDS_S)
    with Process("audio", "main", state=tmp_path) as process:
        (utterance,) = queue_at(station, announcement, station.clock.now())
        until(
            lambda: reached(station.places, utterance, segment, reached_s), every_s=0.001, what="the end of the words"
        )
        process.end()
        recorded = samples_of(station.places.recording("main"))
        process.start()
        wait_for(station, utterance, "played")
    assert recorded.find(tone_pcm(WORDS_S)) >= 0, "every sample of the words"
    assert kinds(station, utterance) == ["queued", "playing", "played"], "and are not said again"
