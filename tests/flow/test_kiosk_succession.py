"""The process that watches over the others: it does not start what dies at once for ever."""

import subprocess
import sys
import time
from pathlib import Path

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
sys.exit(Succession(Doorway(places, "kiosk"), serve, places.run / "visit").run(Stopping()))
"""


def test_what_dies_again_and_again_is_left_to_systemd(tmp_path: Path) -> None:
    begun = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", _DYING, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert ended.returncode == FAILED
    assert ended.stderr.count("the screen's process ended (exit code") == 5
    assert "dies again and again" in ended.stderr
    assert time.monotonic() - begun > 4 * 0.5
