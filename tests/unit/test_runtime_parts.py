"""What every process stands on: doorbell, files, workers, watchdog, clocks, identifiers, catalogues, logs."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import string
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import StationError
from controller.core.ids import uuid7
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock, SystemClock
from controller.runtime.doorbell import MESSAGE_LIMIT, MOST_AT_ONCE, Doorbell, Doorway, at_home
from controller.runtime.files import adopt_file, replace_file
from controller.runtime.identifiers import NewIds
from controller.runtime.logs import Lasting
from controller.runtime.notify import notify
from controller.runtime.places import Places

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path)
    made.make()
    return made


# --- doorbell


@pytest.fixture
def bell(places: Places) -> Iterator[Doorbell]:
    made = Doorbell(places)
    yield made
    made.close()


def test_rings_arrive_in_order_with_their_messages(places: Places, bell: Doorbell) -> None:
    door = Doorway(places, "audio-main")
    assert door.wait(0) == []
    bell.ring("audio-main")
    bell.ring("audio-main", {"stop": "u", "by": "Ánh"})
    assert door.wait(1) == [{}, {"stop": "u", "by": "Ánh"}]
    door.close()
    assert not places.bell("audio-main").exists()


def test_a_ring_to_nobody_is_lost_without_a_word(places: Places, bell: Doorbell) -> None:
    bell.ring("audio-main")
    places.bell("kiosk").touch()
    bell.ring("kiosk")


def test_a_full_doorway_never_blocks_the_ringer(places: Places, bell: Doorbell) -> None:
    door = Doorway(places, "kiosk")
    for number in range(2000):
        bell.ring("kiosk", {"n": number})
    heard = door.wait(0)
    assert heard[0] == {"n": 0}
    assert len(heard) < 2000
    bell.ring("kiosk", {"n": "after"})
    assert door.wait(1) == [{"n": "after"}]
    door.close()


def test_who_rings_without_end_keeps_nobody_at_the_door(places: Places, bell: Doorbell) -> None:
    class Pestered(Doorway):
        """Whenever it takes a ring, somebody rings again."""

        taken = 0

        def _may_tell(self, said: list[tuple[int, int, bytes]], data: bytes) -> bool:
            self.taken += 1
            if self.taken < 20 * MOST_AT_ONCE:
                bell.ring("kiosk")
            return super()._may_tell(said, data)

    door = Pestered(places, "kiosk")
    bell.ring("kiosk")
    assert [door.wait(1), door.wait(1)] == [[{}] * MOST_AT_ONCE] * 2
    door.close()


def test_what_is_no_message_is_dropped_and_the_next_is_heard(places: Places, bell: Doorbell) -> None:
    door = Doorway(places, "kiosk")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        for data in (b"", b"{", b"\xff\xfe", b"[1]", b"3"):
            stranger.sendto(data, str(places.bell("kiosk")))
    bell.ring("kiosk", {"stop": "u"})
    assert door.wait(1) == [{}, {}, {"stop": "u"}]
    door.close()


def test_a_message_too_long_is_our_fault(bell: Doorbell) -> None:
    with pytest.raises(StationError):
        bell.ring("kiosk", {"text": "x" * MESSAGE_LIMIT})


def test_who_is_at_home(places: Places) -> None:
    assert not at_home(places, "kiosk")
    door = Doorway(places, "kiosk")
    assert at_home(places, "kiosk")
    assert door.wait(0) == []
    again = Doorway(places, "kiosk")  # a process started again takes the name over
    assert at_home(places, "kiosk")
    again.close()
    assert not at_home(places, "kiosk")
    door.close()


# --- files


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    replace_file(path, b"old")
    replace_file(path, "mới".encode(), mode=0o600)
    assert path.read_bytes() == "mới".encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["station.toml"]


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="cannot write"):
        replace_file(tmp_path / "nowhere" / "x", b"")
    folder = tmp_path / "taken"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(StationError, match="cannot write"):
        replace_file(folder, b"a file over a folder")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


SYNCED = """
import sys
from pathlib import Path
from controller.runtime.files import adopt_file, replace_file
folder = Path(sys.argv[1])
replace_file(folder / "a", b"new")
(folder / "t").write_bytes(b"new")
adopt_file(folder / "t", folder / "b")
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_file_and_folder_are_synced_in_the_right_order(tmp_path: Path) -> None:
    """By strace: data, rename, folder; without the last the old file was seen to come back."""
    trace = tmp_path / "trace"
    (tmp_path / "f").mkdir()
    subprocess.run(
        ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", str(trace),
         sys.executable, "-c", SYNCED, str(tmp_path / "f")],
        check=True, timeout=60,
    )  # fmt: skip
    calls = [
        ("folder" if f"{tmp_path}/f>" in line else "file") if "sync(" in line else "rename"
        for line in trace.read_text().splitlines()
        if str(tmp_path / "f") in line
    ]
    assert calls == ["file", "rename", "folder"] * 2


def test_adopting_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StationError):
        adopt_file(tmp_path / "none", tmp_path / "x")


# --- workers


CREW = """
import os, sys, threading, time
from controller.runtime.logs import set_up_logs
from controller.runtime.workers import Crew
set_up_logs()
crew = Crew()
wake = threading.Event()
def good():
    wake.wait()
def dies():
    raise RuntimeError("on purpose")
def leaves():
    pass
def stuck():
    time.sleep(3600)
crew.start("good", good, wake.set)
for name in sys.argv[1:]:
    crew.start(name, globals()[name])
print("up", flush=True)
sys.exit(crew.run())
"""


def crew(*names: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CREW, *names], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_crew_ends_when_told(signum: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        child = crew()
        assert systemd.recv(100) == b"READY=1"
        child.send_signal(signum)
        assert child.communicate(timeout=20)[1] == ""
    assert child.returncode == 0


@pytest.mark.parametrize(("name", "said"), [("dies", "on purpose"), ("leaves", "though nobody asked it to")])
def test_a_worker_that_ends_ends_the_process(name: str, said: str) -> None:
    child = crew(name)
    _, log = child.communicate(timeout=20)
    assert child.returncode == 70
    assert said in log


def test_a_stuck_worker_does_not_keep_the_process() -> None:
    child = crew("stuck", "dies")
    _, log = child.communicate(timeout=20)
    assert child.returncode == 70
    assert "worker stuck did not end in time" in log


WATCHED = """
import sys, threading
from controller.runtime.workers import Crew
crew = Crew()
crew.progress("quick", 60)
if len(sys.argv) > 1:
    crew.progress("slow", -1)
crew.start("quick", crew.stopping.wait)
threading.Timer(2.6, crew.stopping.set).start()
sys.exit(crew.run())
"""


@pytest.mark.parametrize(("late", "fed"), [((), True), (("late",), False)])
def test_the_watchdog_is_fed_only_by_progress(tmp_path: Path, late: tuple[str, ...], fed: bool) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        subprocess.run(
            [sys.executable, "-c", WATCHED, *late], env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
            check=True, timeout=30,
        )  # fmt: skip
        heard: list[bytes] = []
        while not heard or heard[-1] != b"STOPPING=1":
            heard.append(systemd.recv(100))
    assert heard[0] == b"READY=1"
    assert (b"WATCHDOG=1" in heard) is fed


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    assert not notify("READY=1")


# --- clocks and identifiers


def test_the_fake_clock_moves_as_it_is_told() -> None:
    clock = FakeClock(NOON)
    mono = clock.monotonic()
    clock.tick(5)
    clock.step(-3600)
    assert clock.now() == NOON + timedelta(seconds=5 - 3600)
    assert clock.monotonic() == mono + 5
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 1))  # noqa: DTZ001 - refused
    assert SystemClock().now().tzinfo is UTC


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.binary(min_size=10, max_size=10),
)
def test_identifiers_are_uuid7_and_sort_by_time(at: datetime, random: bytes) -> None:
    made = uuid.UUID(uuid7(at, random))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(at.timestamp() * 1000)
    assert uuid7(at, random) < uuid7(at + timedelta(milliseconds=2), random)


def test_identifiers_do_not_repeat() -> None:
    ids = NewIds(FakeClock(NOON))
    assert len({ids() for _ in range(1000)}) == 1000
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(NOON, b"short")


# --- words and logs


def test_all_catalogues_agree() -> None:
    vi, en = load_words("vi"), load_words("en")
    assert vi.keys() == en.keys()

    def braces(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    differing = [key for key in sorted(vi.keys()) if braces(vi._texts[key]) != braces(en._texts[key])]
    assert differing == []


def test_a_missing_word_or_fact_is_our_fault() -> None:
    words = load_words("vi", ("controller",))
    assert words("problem.no_zone").startswith("Xin chọn")
    with pytest.raises(StationError, match=r"no\.such\.key"):
        words("no.such.key")
    with pytest.raises(StationError, match="zone"):
        words("problem.unknown_zone")
    with pytest.raises(StationError):
        load_words("fr")


def test_a_lasting_fault_is_said_once_when_it_begins_and_once_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fault = Lasting(logging.getLogger("x"), "sign")
    assert [fault.ends(), fault.begins("gone"), fault.begins("gone"), fault.ends(), fault.ends()] == [
        False, True, False, True, False,
    ]  # fmt: skip
    assert [record.message for record in caplog.records] == ["sign: gone", "sign: over"]


def test_threads_may_share_a_doorbell(places: Places, bell: Doorbell) -> None:
    door = Doorway(places, "controller")
    threads = [threading.Thread(target=bell.ring, args=("controller", {"n": n})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard: list[dict[str, object]] = []
    while len(heard) < 8 and (more := door.wait(1)):
        heard += more
    assert sorted(str(m["n"]) for m in heard) == [str(n) for n in range(8)]
    door.close()
