"""The process that watches over the others: it does not start what dies at once for ever."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller.runtime.workers import FAILED

_DYING = """
import pathlib, sys
from controller.runtime.doorbell import Doorway
from controller.runtime.logs import set_up_logs
from controller.runtime.places import Places
from kiosk.succession import Stopping, Succession
set_up_logs()
places = Places(pathlib.Path(sys.argv[1]))
places.make()
def serve(link):
    link.heard(10)
    raise RuntimeError("no screen")
sys.exit(Succession(Doorway(places, "kiosk"), serve, places.room("kiosk") / "visit").run(Stopping()))
"""


def test_what_dies_again_and_again_is_left_to_systemd(tmp_path: Path) -> None:
    begun = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", _DYING, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert ended.returncode == FAILED
    assert ended.stderr.count("the screen's process ended (exit code") == 5
    assert "dies again and again" in ended.stderr
    assert time.monotonic() - begun > 4 * 0.5


_HANGING = """
import pathlib, sys, time
from controller.runtime.doorbell import Doorway
from controller.runtime.logs import set_up_logs
from controller.runtime.places import Places
from kiosk import succession
from kiosk.succession import Stopping, Succession
set_up_logs()
succession.SILENT_S, succession.LOOK_S = 1.0, 0.2
places = Places(pathlib.Path(sys.argv[1]))
places.make()
def serve(link):
    called = link.heard(20)
    try:
        (places.state / "first").mkdir()
    except FileExistsError:
        link.say("ready dummy")
        print(*called, flush=True)
        while "leave" not in link.heard(0.2):
            link.say("WATCHDOG=1")
        return 0
    if sys.argv[2] == "later":
        link.say("ready dummy")
        link.say("visit")
    time.sleep(100)
sys.exit(Succession(Doorway(places, "kiosk"), serve, places.room("kiosk") / "visit").run(Stopping()))
"""


@pytest.mark.parametrize(("when", "called"), [("at once", "show"), ("later", "show sorry")])
def test_what_gives_no_sign_of_life_is_replaced(tmp_path: Path, when: str, called: str) -> None:
    command = [sys.executable, "-c", _HANGING, str(tmp_path), when]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == f"{called}\n"
        time.sleep(2.5)  # the second gives signs, and stays
        process.terminate()
        said = process.stderr.read()
        assert process.wait(10) == 0
    assert said.count("no sign of life") == 1
