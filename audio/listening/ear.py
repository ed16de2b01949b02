"""Records for a while into memory: `parec` at a PulseAudio source or a sink's monitor, `arecord` at "alsa:DEVICE".

People may be talking near the microphone. So a recording lives in a memory file without a name, which no other process
can open and which is gone when it is closed. It is sealed at the length that was asked for: the kernel lets nobody
write more. The program that writes it dies with this process.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from controller.core.errors import DeviceError
from controller.runtime.children import Limits

RATE = 16_000  # hertz, of every recording: mono s16le
DEFAULT_MONITOR = "@DEFAULT_MONITOR@"  # of whichever sink PulseAudio plays to by default
_A_SECOND = RATE * 2  # bytes
_LIMITS = Limits(512 << 20, 1 << 30, nice=0)  # as prompt as the player, or it would lose samples
_ASK_LIMIT_S = 2.0
_END_LIMIT_S = 1.0


def command(source: str, process: int) -> list[str]:
    """The program that writes raw samples to its standard output. `process` plays to the sink that "sink" means."""
    if source.startswith("alsa:"):
        device = source.removeprefix("alsa:")
        # a bare card knows few rates; ALSA's plug converts
        plugged = f"plug{device}" if device.startswith("hw:") else device
        form = ["-f", "S16_LE", "-r", str(RATE), "-c", "1", "-t", "raw"]
        return ["arecord", "-q", "-D", plugged, *form, "--buffer-time=500000", "--period-time=50000"]
    device = monitor_of(process) if source == "sink" else source
    form = ["--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=50", "--raw"]
    return ["parec", f"--device={device}", "--client-name=loalang-ear", *form]


def monitor_of(process: int) -> str:
    """The monitor of the sink that the process plays to; of the default sink if that cannot be told."""
    ours = [each for each in _listed("sink-inputs") if _process_of(each) == str(process)]
    sinks = {each.get("index"): each.get("monitor_source") for each in (_listed("sinks") if ours else [])}
    found = [name for each in ours if (name := sinks.get(each.get("sink")))]
    return str(found[-1]) if found else DEFAULT_MONITOR


def _process_of(sink_input: dict[str, Any]) -> str:
    return str(sink_input.get("properties", {}).get("application.process.id", ""))


def _listed(what: str) -> list[dict[str, Any]]:
    asked = ["pactl", "-f", "json", "list", what]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=_ASK_LIMIT_S, check=True)
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []


@dataclass(frozen=True, slots=True)
class Span:
    """Of the words, in seconds from their beginning."""

    from_s: float
    to_s: float


class Ear:
    """One recording. It begins with the object; `close` ends it and lets go of what was recorded."""

    def __init__(self, program: list[str], most_s: float, monotonic: Callable[[], float]) -> None:
        """At most `most_s` seconds; `monotonic` is the clock that `began` is told by.
        DeviceError if the program cannot be started."""
        self.file = os.memfd_create("recording", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.file, round(most_s * RATE) * 2)
        fcntl.fcntl(self.file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
        self._said = os.memfd_create("said", os.MFD_CLOEXEC)
        self._monotonic = monotonic
        self._began: float | None = None
        try:
            self._process = subprocess.Popen(
                _LIMITS.before(program),
                stdin=subprocess.DEVNULL,
                stdout=self.file,
                stderr=self._said,
                start_new_session=True,
            )
        except OSError as error:
            os.close(self.file)
            os.close(self._said)
            raise DeviceError(f"cannot record: {error}") from error

    def written(self) -> int:
        """Bytes. The program writes through our own open file, so where it stands is where we stand."""
        return os.lseek(self.file, 0, os.SEEK_CUR)

    def began(self) -> float | None:
        """When the first sample was taken (monotonic), as far as can be told by now; None before there is one.

        The kernel stamps the file whenever more is written. What lay in buffers meanwhile makes a stamp late, never
        early, so the earliest reckoning of several is the best: ask again and again while it begins.
        """
        if written := self.written():
            stamped = os.fstat(self.file).st_mtime - (time.time() - self._monotonic())
            begun = stamped - written / _A_SECOND
            self._began = begun if self._began is None else min(self._began, begun)
        return self._began

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """No more is recorded; what was stays."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # a busy machine: it ends by itself, and nobody waits
            self._process.wait(_END_LIMIT_S)

    def last_words(self) -> str:
        """The last line of what the program complained of."""
        lines = os.pread(self._said, 4096, 0).decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""

    def close(self) -> None:
        self.stop()
        os.close(self.file)
        os.close(self._said)
