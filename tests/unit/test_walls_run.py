"""Whoever has taken over the kiosk's user stands before the other processes' doorbells, locks and progress: real
processes of the users that systemd/sysusers.conf makes, in the folders that systemd/tmpfiles.conf makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.runtime.places import KINDS, Places
from tests.support.installed import USERS, Installed, install, living
from tests.support.others import reachable_folder

# What the sound's process does with its folder, told through pipes; it says what it hears.
SOUND = """
with alone(places, "audio-main"):
    doorway, progress = Doorway(places, "audio-main"), ProgressFile(places.progress("main"))
    print("hears", flush=True)
    for line in sys.stdin:
        print(json.dumps(doorway.wait(float(line))), flush=True)
    doorway.close()
"""
# Everything that somebody else could do to it; what of it was possible.
TAKER = """
done = []
def tried(what, act):
    try:
        act()
        done.append(what)
    except OSError as error:
        refused = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EADDRINUSE)
        assert error.errno in refused, (what, error)
def bound(path):
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(str(path))
def held(path):
    fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
bell, lock, progress = places.bell("audio-main"), places.lock("audio-main"), places.progress("main")
for path in (bell, lock, progress):
    tried(f"unlink {path.name}", path.unlink)
    tried(f"move {path.name}", lambda: path.rename(path.with_suffix(".away")))
    tried(f"take the place of {path.name}", lambda: places.bell("kiosk").rename(path))
tried("bind", lambda: bound(bell))
tried("make the lock", lambda: os.open(lock, os.O_CREAT | os.O_RDWR))
tried("hold the lock", lambda: held(lock))
tried("write progress", lambda: os.open(progress, os.O_CREAT | os.O_RDWR))
tried("move the folder", lambda: bell.parent.rename(bell.parent.with_name("away")))
tried("open the folder", lambda: bell.parent.chmod(0o777))
tried("make a folder", (places.run / "another").mkdir)
print(json.dumps(done))
"""


@pytest.fixture
def station() -> Iterator[Installed]:
    with reachable_folder() as folder:
        yield install(folder / "pi")


def taken(station: Installed, user: str = "loalang-kiosk") -> list[str]:
    return list(json.loads(station.done_by(user, TAKER)))


def hears(sound: subprocess.Popen[str]) -> bool:
    assert sound.stdout
    return sound.stdout.readline() == "hears\n"


def heard(sound: subprocess.Popen[str], within_s: float) -> object:
    assert sound.stdin and sound.stdout
    sound.stdin.write(f"{within_s}\n")
    sound.stdin.flush()
    return json.loads(sound.stdout.readline())


def rung(station: Installed, user: str = "loalang-web") -> None:
    station.done_by(user, 'Doorbell(places).ring("audio-main", {"emergency": "tone"})')


@pytest.mark.parametrize("user", sorted(set(USERS) - {"loalang-audio"}))
def test_before_the_sound_ever_ran_nobody_else_takes_its_place(station: Installed, user: str) -> None:
    assert taken(station, user) == []
    with living(station.as_user("loalang-audio", SOUND)) as sound:
        assert hears(sound)
        rung(station)
        assert heard(sound, 20) == [{"emergency": "tone"}]


def test_while_it_runs_after_its_end_and_after_its_death_nobody_takes_it_either(station: Installed) -> None:
    for end in ("close", "kill"):
        with living(station.as_user("loalang-audio", SOUND)) as sound:
            assert hears(sound)
            assert taken(station) == [], "while it runs"
            rung(station)
            assert heard(sound, 20) == [{"emergency": "tone"}]
            if end == "close":
                assert sound.stdin
                sound.stdin.close()
                assert sound.wait(20) == 0
            else:
                sound.send_signal(signal.SIGKILL)
                sound.wait(20)
        assert taken(station) == [], f"after its {end}"
        assert station.done_by("loalang-controller", 'print(at_home(places, "audio-main"))') == "False"


def test_who_stands_in_a_public_room_reaches_the_controller_and_nobody_else(station: Installed) -> None:
    """A doorbell holds few rings: whoever rang without end would crowd out an emergency's."""
    names = ["audio-main", "kiosk", "screen-sanh", "panel-cong", "controller"]
    for name in names:  # their doorbells stay, as with processes that were killed
        station.done_by("loalang-" + name.partition("-")[0], f"Doorway(places, {name!r}); os._exit(0)")
    program = f"""
for name in {names}:
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect(str(places.bell(name)))
    except ConnectionRefusedError:  # reached, and nobody at home
        print(name)
    except PermissionError:
        pass
"""
    reached = {user: station.done_by(user, program).split() for user in USERS}
    assert reached == {
        "loalang-audio": names, "loalang-controller": names, "loalang-web": names,
        "loalang-kiosk": ["kiosk", "controller"], "loalang-screen": ["screen-sanh", "controller"],
        "loalang-panel": ["panel-cong", "controller"],
    }  # fmt: skip


def test_every_process_of_the_station_has_a_place_of_its_own(station: Installed) -> None:
    program = """
for name in {names}:
    places.make([name])
    with alone(places, name):
        Doorway(places, name).close()
print("lived")
"""
    names = {
        "audio": ["audio-main", "audio-cho"], "controller": ["controller", "sign-cong-lang"], "web": ["web"],
        "kiosk": ["kiosk"], "screen": ["screen-hoi-truong"], "panel": ["panel-cong"],
    }  # fmt: skip
    for kind, those in names.items():
        assert station.done_by(f"loalang-{kind}", program.format(names=those)) == "lived"


def test_a_process_makes_room_for_itself_alone(tmp_path: Path) -> None:
    """Where the folders of the Pi are not there yet: what it made for another, that one could not write to."""
    places = Places(tmp_path)
    places.make(["audio-main"])
    assert [path.name for path in places.run.iterdir()] == ["audio"]
    places.make()
    assert sorted(path.name for path in places.run.iterdir()) == sorted(KINDS)


def test_who_has_a_doorbell_is_known_by_name(tmp_path: Path) -> None:
    places, names = Places(tmp_path), ["audio-main", "controller", "kiosk", "screen-hoi-truong"]
    places.make()
    for name in names:
        places.bell(name).touch()
    assert places.bells() == names


def test_what_an_older_version_left_open_is_closed_whoever_sat_down_in_it(station: Installed) -> None:
    run, room = station.places.run.resolve(), station.places.room("audio")
    run.chmod(0o3770)
    os.chown(room, USERS["loalang-kiosk"], -1)
    install(station.root)
    assert taken(station) == []
    with living(station.as_user("loalang-audio", SOUND)) as sound:
        assert hears(sound)
