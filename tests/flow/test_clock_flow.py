"""A machine after a power cut, as real processes: what waits for the clock, what does not, and what sets it going."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.core.announcements import Draft
from controller.core.trust import Stand, Trust
from controller.core.utterances import Utterance
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.store import clock as clocks
from controller.store import facts, journal, utterances
from tests.support.clocks import Furnished
from tests.support.processes import Process, loalang, until
from tests.support.scheduling import once
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import queue_at, tone_announcement

REQUIRED = CONFIG.replace('trust = "off"', 'trust = "required"') + "[speech]\nchime = false\n"
START = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from controller.daemon import main
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.config_text import load_config
from controller.runtime.logs import set_up_logs
from controller.runtime.places import Places
set_up_logs()
places, root = Places(Path(sys.argv[1])), Path(sys.argv[2])
signs = ClockSigns(lambda: datetime.now(UTC), root=root, kernel=lambda: False)
sys.exit(main(load_config(places.config), places, signs))
"""
SECOND = 2 * 48_000


class Controller(Process):
    """`loalang daemon` on a machine whose signs of the clock are furnished."""

    def __init__(self, state: Path, root: Path) -> None:
        self._root = root
        super().__init__("daemon", state=state)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, str(self.state), str(self._root)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=os.environ,
            )  # fmt: skip


def state_of(station: Station, utterance: Utterance) -> str:
    with station.store.read() as tx:
        return utterances.get(tx, utterance.id).state.value


def said_of_the_clock(station: Station) -> list[object]:
    with station.store.read() as tx:
        return [e.detail.get("trust") or e.detail.get("fault") for e in journal.entries(tx, subject="clock")]


def seconds_heard(station: Station) -> float:
    """What the recording holds of sound."""
    path = station.places.recording("main")
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
    return sum(1 for at in range(0, len(frames), 960) if any(frames[at : at + 960])) / 100


def test_after_a_power_cut_the_schedule_waits_for_somebody_who_knows_the_time(tmp_path: Path) -> None:
    station = station_in(tmp_path / "state", REQUIRED, SystemClock())
    boot = ClockSigns(station.clock.now).boot_id
    machine = Furnished(tmp_path / "root", boot)
    tone = tone_announcement(station, 1.0, title="Hẹn giờ")
    (left,) = queue_at(station, tone, station.clock.now() + timedelta(seconds=1), late_s=600)
    station.announcing.save(
        Draft("Lịch", "Mời bà con.", ("trung-tam",)), [once(station.clock.now() + timedelta(seconds=25))], "test"
    )
    with station.store.write() as tx:
        clocks.keep(tx, Stand("the boot before the cut", Trust.SYNCHRONISED))
    with Process("audio", state=tmp_path / "state"), Controller(tmp_path / "state", machine.root):
        until(lambda: said_of_the_clock(station) == ["doubtful", "clock_doubtful"], 60)
        (asked_for,) = station.announcing.speak_now(tone.id, "Cán bộ Văn thư")
        until(lambda: state_of(station, asked_for) == "played", 60)
        alert = tone_announcement(station, 1.0, 880.0, title="Thử chuông")
        (asked_again,) = station.announcing.speak_now(alert.id, "Cán bộ Văn thư")
        until(lambda: state_of(station, asked_again) == "played", 60)
        assert state_of(station, left) == "queued", "long due, but by a clock that may be slow"
        now = datetime.now(UTC)
        with station.store.read() as tx:
            due = utterances.between(tx, now - timedelta(hours=1), now + timedelta(hours=1))
            assert [u.title for u in due if u.rule_id != left.rule_id and not u.on_request] == [], "not even planned"
        done = loalang("clock", "--right", state=tmp_path / "state")
        assert (done.returncode, "xác nhận 1 phút trước" in done.stdout) == (0, True), done.stdout + done.stderr
        until(lambda: state_of(station, left) == "played", 60)
        with station.store.read() as tx:
            assert [part.fault for part in facts.health(tx) if part.component == "clock"] == [""]
            due = utterances.between(tx, now - timedelta(hours=1), now + timedelta(hours=1))
        assert [u.title for u in due if u.rule_id != left.rule_id and not u.on_request] == ["Lịch"]
    assert said_of_the_clock(station) == ["doubtful", "clock_doubtful", None, "confirmed", "clock_doubtful"]
    assert abs(seconds_heard(station) - 3.0) < 0.3, "three tones of a second, each once"
    assert station.places.last_known.is_file()
    station.store.close()


def test_a_synchronised_start_plans_at_once_and_a_synchronisation_later_cures(tmp_path: Path) -> None:
    station = station_in(tmp_path / "state", REQUIRED, SystemClock())
    machine = Furnished(tmp_path / "root", "a boot")
    station.announcing.save(
        Draft("Lịch", "Mời bà con.", ("trung-tam",)), [once(station.clock.now() + timedelta(seconds=20))], "test"
    )

    def planned() -> list[str]:
        now = datetime.now(UTC)
        with station.store.read() as tx:
            return [u.state.value for u in utterances.between(tx, now - timedelta(hours=1), now + timedelta(hours=1))]

    with Controller(tmp_path / "state", machine.root) as controller:
        until(lambda: "doubtful" in said_of_the_clock(station), 60)
        assert planned() == []
        machine.synchronise(datetime.now(UTC))
        until(lambda: planned() == ["queued"], 60)
        assert controller.end() == 0
        controller.start()
        until(lambda: journal_of(station, "started") == 2, 60)
    assert said_of_the_clock(station) == ["doubtful", "clock_doubtful", "synchronised", "clock_doubtful"]
    station.store.close()


def journal_of(station: Station, kind: str) -> int:
    with station.store.read() as tx:
        return sum(entry.kind == kind for entry in journal.entries(tx))
