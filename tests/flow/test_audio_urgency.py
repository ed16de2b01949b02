"""The real audio process on a null sink: who makes way for whom, where it goes on, what is repeated, how loud it is,
and where it goes when no sound comes out."""

from __future__ import annotations

import hashlib
import time
from datetime import time as clock_time
from itertools import pairwise
from pathlib import Path

import pytest

from audio.programme import ALARM_PAUSE_S
from controller.core.announcements import AfterCut
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import Utterance
from controller.runtime.clocks import SystemClock
from controller.store import facts, journal, renditions, signals, volumes
from controller.store.signals import Signal
from tests.support.listening import Listener
from tests.support.processes import until
from tests.support.pulse import SINK, NullSink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stations import Station, station_in
from tests.support.tones import queue_at, tone_announcement, tone_pcm, wav
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

ROOMY = PLAIN.replace(
    'device = "auto"', 'device = "auto"\nbuffer = 4096'
)  # content is judged here: a busy machine must not tear it
ALERT_S = 4.5  # the signal and the pause behind it


def details(station: Station, utterance: Utterance, kind: str) -> list[dict[str, object]]:
    with station.store.read() as tx:
        lines = journal.entries(tx, subject=f"utterance/{utterance.id}")
    return [line.detail for line in lines if line.kind == kind]


def test_priority_cuts_in_and_the_other_goes_on_where_it_was(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, ROOMY.replace("[policy]", "[policy]\nfinish_s = 1.0"), SystemClock())
    normal = tone_announcement(station, 6.0, 400.0, after_cut=AfterCut.RESUME, rising=50.0)
    urgent = tone_announcement(station, 1.5, 2000.0, level=Level.PRIORITY)
    with audio(station, sink):
        (first,) = queue_at(station, normal, station.clock.now())
        wait_for(station, first, "playing")
        until(listener.bursts, what="the first one")
        time.sleep(1.0)
        (second,) = queue_at(station, urgent, station.clock.now())
        wait_for(station, first, "played")
        listener.settles()
    assert kinds(station, first) == ["queued", "playing", "cut", "playing", "played"]
    assert kinds(station, second) == ["queued", "playing", "played"]
    (cut,), (_, again) = details(station, first, "cut"), details(station, first, "playing")
    reached_s = float(str(cut["reached_s"]))
    assert (cut["reason"], again["resumed_s"]) == ("priority", reached_s)
    (heard,) = sounds_of(listener)
    assert heard.lasts_s == pytest.approx(6.0 + 1.5, abs=0.04 + heard.lost_s), "nothing is lost, and nothing said twice"
    (between,) = heard.parts(2000.0)
    assert between.lasts_s == pytest.approx(1.5, abs=0.04 + heard.lost_s)
    assert between.began_s == pytest.approx(reached_s, abs=0.04 + heard.lost_s)
    for seam_s in (between.began_s, between.began_s + between.lasts_s):
        assert heard.gap_s(seam_s) < 0.03, heard.holes


def test_an_emergency_is_repeated_with_its_signal_until_its_mandatory_end(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, ROOMY, SystemClock())
    round_s = 1.0 + ALARM_PAUSE_S + ALERT_S
    alarm = tone_announcement(station, 1.0, 2000.0, level=Level.EMERGENCY, lasts_s=round(2 * round_s + 2))
    with audio(station, sink):
        (utterance,) = station.announcing.speak_now(alarm.id, "lan")
        wait_for(station, utterance, "played", limit_s=30)
        listener.settles()
    heard = sounds_of(listener)
    words = [(sound, part) for sound in heard for part in sound.parts(2000.0)]
    lost_s = sum(sound.lost_s for sound in heard)
    assert [part.lasts_s for _, part in words] == pytest.approx([1.0, 1.0], abs=0.04 + lost_s)
    torn_s = sum(sound.torn_s for sound in heard)
    first, second = (sound.began + part.began_s for sound, part in words)
    assert -0.05 < second - first - round_s < 0.05 + torn_s
    assert len(listener.bursts(gap_s=2.5)) == 1, "never silent for long"


def test_words_are_said_as_often_as_they_should_be(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, ROOMY, SystemClock())
    thrice = tone_announcement(station, 0.5, times=3, pause_s=1.0)
    with audio(station, sink):
        (utterance,) = queue_at(station, thrice, station.clock.now())
        wait_for(station, utterance, "played")
        listener.settles()  # the last of it is on its way
    heard = sounds_of(listener)
    lost_s = max(sound.lost_s for sound in heard)
    assert [sound.lasts_s for sound in heard] == pytest.approx([0.5] * 3, abs=0.01 + lost_s)
    torn_s = sum(sound.torn_s for sound in heard)
    for one, other in pairwise(heard):
        assert -0.01 < other.began - one.ended - 1.0 < 0.05 + torn_s


def test_it_is_as_loud_as_the_softest_zone_wants_but_an_emergency_is_loud(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, ROOMY, SystemClock())
    with station.store.write() as tx:
        volumes.put(tx, station.clock.now(), "na-khau", clock_time(0, 0), -12.0, "lan")
    soft, loud = tone_announcement(station, 1.0), tone_announcement(station, 1.0, 2000.0, level=Level.EMERGENCY)
    with audio(station, sink):
        (one,) = queue_at(station, soft, station.clock.now())
        wait_for(station, one, "played")
        (two,) = station.announcing.speak_now(loud.id, "lan")
        wait_for(station, two, "played")
        listener.settles()
    levels = {
        hertz: [sound.level_db(part) for sound in sounds_of(listener) for part in sound.parts(hertz)]
        for hertz in (440.0, 2000.0)
    }
    full_db = -6.0 - 3.0  # a sine of half the range
    assert levels[440.0] == pytest.approx([full_db - 12.0], abs=0.1)
    assert levels[2000.0] == pytest.approx([full_db], abs=0.1)
    assert [line.get("gain_db") for line in details(station, one, "playing")] == [-12.0]


def test_the_commune_s_own_chime_is_played_as_soon_as_it_is_set(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, ROOMY.replace("chime = false", "chime = true"), SystemClock())
    content = wav(tone_pcm(0.7, 1500.0))
    sha256 = hashlib.sha256(content).hexdigest()
    station.places.rendition(sha256).write_bytes(content)
    now = station.clock.now()
    with audio(station, sink):
        with station.store.write() as tx:
            signals.put(tx, now, Signal("opening", sha256, "Tiếng cồng", 0.7, "lan", now))
        (utterance,) = queue_at(station, tone_announcement(station, 0.5), station.clock.now())
        wait_for(station, utterance, "played")
        listener.settles()  # the last of the words is on its way
    chime, words, *_ = sounds_of(listener)
    ((_, chime_s),), ((_, words_s),) = (
        [(part.began_s, part.lasts_s) for part in sound.parts(hertz)]
        for sound, hertz in ((chime, 1500.0), (words, 440.0))
    )
    assert (chime_s, words_s) == pytest.approx((0.7, 0.5), abs=0.04)
    pause_s = words.began - chime.ended
    assert -0.01 < pause_s - 0.5 < 0.05 + chime.torn_s + words.torn_s, "in which a chime echoes"


def test_what_is_approved_while_it_sounds_is_for_the_next_time(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, ROOMY.replace("chime = false", "chime = true"), SystemClock())
    old = tone_announcement(station, 1.0)
    later = wav(tone_pcm(2.0, 880.0))
    sha256 = hashlib.sha256(later).hexdigest()
    station.places.rendition(sha256).write_bytes(later)
    with audio(station, sink):
        (utterance,) = queue_at(station, old, station.clock.now())
        time.sleep(0.1)
        with station.store.write() as tx:  # that it has begun can only be written after this
            until(listener.bursts, what="the chime")
            renditions.want(tx, station.clock.now(), old.id, old.revision, "", anew=True)
            prepared = Prepared(sha256, 2.0, -16.0, -6.0, "tone")
            renditions.ready(tx, station.clock.now(), f"{old.id}/{old.revision}/2", prepared)
        played = wait_for(station, utterance, "played")
        listener.settles()
    (begun,) = details(station, utterance, "playing")
    heard = [part for sound in sounds_of(listener) for part in sound.parts(440.0)]
    assert [part.lasts_s for part in heard] == pytest.approx([1.0], abs=0.04)
    assert listener.tones(880.0) == []
    assert (begun["sha256"], played.duration_s) == (played.sha256, 1.0)


def test_a_long_programme_is_streamed(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, ROOMY, SystemClock())
    long = tone_announcement(station, 130.0, 300.0, rising=10.0)  # 12.5 MB, more than is held in memory
    with audio(station, sink) as process:
        (utterance,) = queue_at(station, long, station.clock.now())
        until(lambda: said_s(listener) > 4.0, what="its beginning")
        file = station.places.rendition(hashlib.sha256(wav(tone_pcm(130.0, 300.0, rising=10.0))).hexdigest())
        file.unlink()  # it is open, and goes on
        until(lambda: said_s(listener) > 6.0, what="how it goes on")
        station.announcing.stop(utterance.id, "lan")
        wait_for(station, utterance, "stopped")
        assert process.alive()
    assert len(sounds_of(listener)) == 1, "without a stop"


def said_s(listener: Listener) -> float:
    return sum(sound.lasts_s for sound in sounds_of(listener))


def test_where_no_sound_comes_out_the_other_output_goes_on(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    spare = ("sink_name=du-phong", "sink_properties=device.description=DuPhong", "rate=48000", "channels=1")
    sink.control("load-module", "module-null-sink", *spare)
    config = ROOMY.replace('device = "auto"', 'device = "auto"\nfallback = "DuPhong"')
    station = station_in(tmp_path, config, SystemClock())
    words = tone_announcement(station, 8.0, after_cut=AfterCut.RESUME)
    sink.control("set-sink-mute", SINK, "1")
    try:
        with audio(station, sink):
            asked = time.monotonic()
            (utterance,) = queue_at(station, words, station.clock.now())
            until(lambda: "fallback" in _output_fault(station), 12, what="the other output")
            assert time.monotonic() - asked < 8.0
            wait_for(station, utterance, "played", limit_s=20)
            assert "cut" in kinds(station, utterance)
    finally:
        sink.control("set-sink-mute", SINK, "0")
    assert listener.bursts() == []


def _output_fault(station: Station) -> str:
    with station.store.read() as tx:
        return next((part.fault for part in facts.health(tx) if part.component == "output/main"), "")
