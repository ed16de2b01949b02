"""The real audio process and the hours: quiet hours hold whatever the database says; what is late joins."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from audio.progress import WORDS_OVER_S, ProgressFile
from controller.core.announcements import Late
from controller.core.levels import Level
from controller.core.utterances import Utterance
from controller.runtime.clocks import SystemClock
from controller.store import journal, utterances
from tests.support.listening import Listener
from tests.support.processes import loalang, until
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN, audio, kinds, wait_for
from tests.support.stations import Station, station_in, utterance
from tests.support.tones import tone_announcement
from tests.support.torn import sounds_of

pytestmark = pytest.mark.alone

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
STEADY = PLAIN.replace('device = "auto"', 'device = "auto"\nbuffer = 4096')  # what is heard matters here, not how soon


def quiet_from(begin: datetime, hours: int = 2) -> str:
    """A configuration that is quiet from an instant on, in one of the two zones of its output."""
    local = begin.astimezone(HOME)
    hours_said = f'["{local:%H:%M}-{local + timedelta(hours=hours):%H:%M}"]'
    return STEADY.replace('name = "Cụm Nà Khau"', f'name = "Cụm Nà Khau"\nquiet_hours = {hours_said}')


def in_line(
    station: Station,
    in_s: float,
    seconds: float,
    hertz: float,
    level: Level = Level.NORMAL,
    late: Late = Late.PLAY,
) -> Utterance:
    """A row straight in the database, due so many seconds from now, for the zone without quiet hours: nobody has asked
    whether it may be."""
    announcement = tone_announcement(station, seconds, hertz, level)
    due = station.clock.now() + timedelta(seconds=in_s)
    made = utterance(
        station.ids(), announcement_id=announcement.id, rule_id=f"rule/{station.ids()}", due=due, title=f"{hertz:.0f}",
        level=level, late_until=due + timedelta(seconds=60), late=late,
    )  # fmt: skip
    with station.store.write() as tx:
        utterances.queue(tx, station.clock.now(), made)
    return made


def said_s(listener: Listener, hertz: float) -> list[float]:
    """How long a tone was heard each time, without what the machine tore into it."""
    return [part.lasts_s for sound in sounds_of(listener) for part in sound.parts(hertz)]


def reasons(station: Station, made: Utterance) -> list[object]:
    with station.store.read() as tx:
        return [entry.detail.get("reason") for entry in journal.entries(tx, subject=f"utterance/{made.id}")]


def test_in_quiet_hours_a_row_in_line_is_refused_and_an_emergency_is_played(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    now = SystemClock().now()
    station = station_in(tmp_path, quiet_from(now - timedelta(minutes=30)), SystemClock())
    with audio(station, sink):
        usual = in_line(station, 0.0, 0.5, 440.0)
        soon = in_line(station, 1.0, 0.5, 660.0, Level.PRIORITY)
        alert = in_line(station, 0.0, 0.7, 880.0, Level.EMERGENCY)
        wait_for(station, alert, "played")
        wait_for(station, usual, "missed")
        wait_for(station, soon, "missed")
        listener.settles()
    assert [len(said_s(listener, hertz)) for hertz in (440.0, 660.0, 880.0)] == [0, 0, 1]
    assert (kinds(station, usual), reasons(station, usual)) == (["queued", "missed"], [None, "quiet_hours"])
    assert (kinds(station, soon), reasons(station, soon)) == (["queued", "missed"], [None, "quiet_hours"])
    assert kinds(station, alert) == ["queued", "playing", "played"]


def test_the_command_says_why_it_may_not_speak_now(tmp_path: Path) -> None:
    station = station_in(tmp_path, quiet_from(SystemClock().now() - timedelta(minutes=30)), SystemClock())
    with station.store.read() as tx:
        assert journal.entries(tx) == []
    refused = loalang("say", "Mời bà con họp thôn.", "--zone", "trung-tam", state=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    (line,) = refused.stderr.splitlines()
    assert re.fullmatch(
        r"time: These are the quiet hours \(.+ to .+\) of Cụm Nà Khau \(which hears the same loudspeakers\):"
        r" only an emergency may be played\. It can be played at .+ at the earliest\.",
        line,
    )
    alert = loalang("say", "Lũ về, bà con lên đồi.", "--priority", "emergency", state=tmp_path)
    assert (alert.returncode, alert.stdout, alert.stderr) == (0, "", "")


def test_what_would_run_into_quiet_hours_is_refused_and_what_fits_is_played(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    # the hours begin with a full minute: between 60 and 120 s from now
    begin = (SystemClock().now() + timedelta(seconds=120)).replace(second=0, microsecond=0)
    station = station_in(tmp_path, quiet_from(begin), SystemClock())
    with audio(station, sink):
        short = in_line(station, 1.0, 0.5, 440.0)
        wait_for(station, short, "played")
        long = in_line(station, 0.0, 121.0, 660.0)
        wait_for(station, long, "missed")
        listener.settles()
    assert [len(said_s(listener, hertz)) for hertz in (440.0, 660.0)] == [1, 0]
    assert reasons(station, long) == [None, "quiet_hours"]


def test_what_is_late_joins_or_is_skipped(tmp_path: Path, sink: NullSink, listener: Listener) -> None:
    station = station_in(tmp_path, STEADY, SystemClock())
    offset = time.monotonic() - time.time()
    with audio(station, sink):
        skipped = in_line(station, -3.0, 1.0, 660.0, late=Late.SKIP)
        joined = in_line(station, -3.0, 9.0, 440.0, late=Late.JOIN)
        wait_for(station, joined, "played")
        wait_for(station, skipped, "missed")
        over = in_line(station, -6.0, 5.0, 880.0, late=Late.JOIN)
        wait_for(station, over, "missed")
        listener.settles()
    (sound,) = sounds_of(listener)
    (part,) = sound.parts(440.0)
    end = joined.due.timestamp() + 9.0 + offset
    assert -0.25 < sound.ended - end < 0.25 + listener.taken_s(sound.began, sound.ended), "where it would have been"
    assert 0.0 < part.lasts_s < 6.1
    assert [len(said_s(listener, hertz)) for hertz in (660.0, 880.0)] == [0, 0]
    assert (reasons(station, skipped)[-1], reasons(station, over)[-1]) == ("late", "late")
    with station.store.read() as tx:
        began = journal.entries(tx, subject=f"utterance/{joined.id}")[1]
    assert float(str(began.detail["joined_s"])) == pytest.approx(9.0 - sound.lasts_s, abs=0.05)


def test_killed_at_the_end_of_what_it_joined_it_counts_as_spoken(
    tmp_path: Path, sink: NullSink, listener: Listener
) -> None:
    station = station_in(tmp_path, STEADY, SystemClock())
    with audio(station, sink) as process:
        over = in_line(station, -3.0, 9.0, 440.0, late=Late.JOIN)
        wait_for(station, over, "playing")
        progress = ProgressFile(station.places.progress("main"))

        def left_s() -> float:
            known = progress.read().get(over.id)
            return 9.0 - (known.seen - known.began) if known else 9.0

        until(lambda: left_s() < WORDS_OVER_S, every_s=0.005, what="its last words")
        process.kill()
        process.start()
        wait_for(station, over, "played")
        cut = in_line(station, -3.0, 12.0, 880.0, late=Late.JOIN)
        until(lambda: said_s(listener, 880.0), what="the other one")
        process.kill()
        killed = time.monotonic()
        process.start()
        wait_for(station, cut, "played", limit_s=60)
        listener.settles()
    assert len(said_s(listener, 440.0)) == 1
    *first, whole = sounds_of(listener)[1:]
    assert [sound.ended < killed + 0.5 for sound in first] == [True]
    assert whole.lasts_s == pytest.approx(12.0, abs=0.05 + whole.lost_s), "cut, it is said whole"
    assert kinds(station, cut) == ["queued", "playing", "cut", "playing", "played"]
