"""A full disk: what sounds goes on sounding, what happened is written down later, nothing dies of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from audio.source import Memory
from audio.stream import Stream
from audio.tape import Tape
from controller.runtime.clocks import FakeClock
from tests.support.full_disk import small_disk
from tests.support.stations import START
from tests.support.tones import tone_pcm

KEEP_PROGRESS = """
import sys
from pathlib import Path
from audio.progress import Progress, ProgressFile, Segment
file = ProgressFile(Path(sys.argv[1]))
file.write(Progress("u", 1, Segment.SPEAKING, 1.0, 2.0))
assert file.read() == {"u": Progress("u", 1, Segment.SPEAKING, 1.0, 2.0)}
"""


def test_progress_that_has_no_room_kills_nobody(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        disk.fill()
        path = str(disk.folder / "p")
        done = subprocess.run([sys.executable, "-c", KEEP_PROGRESS, path], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr.count("progress is not kept")) == (0, 1)


def test_a_recorder_begins_on_a_full_disk(tmp_path: Path) -> None:
    clock = FakeClock(START)
    with small_disk(tmp_path / "disk", "64k") as disk:
        disk.fill()
        recorder = Stream(Tape(disk.folder / "out.wav", clock.monotonic), clock.monotonic)
        recorder.play(Memory(tone_pcm(0.1)))
        assert recorder.sounding()
        recorder.close()
