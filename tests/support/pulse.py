"""A PulseAudio server of our own with one null sink, and a recording of what arrives there."""

from __future__ import annotations

import array
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest

RATE = 48_000
SINK = "loa"


class NullSink:
    """`server` is for PULSE_SERVER. `stop` ends the server at once, `start` starts it again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._socket = folder, folder / "native"
        self.server = f"unix:{self._socket}"
        self.start()

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        folder = str(self._folder)
        self._process = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
                "-L", f"module-null-sink sink_name={SINK} rate={RATE} channels=1 format=s16le",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
            ],
            env={**os.environ, "XDG_RUNTIME_DIR": folder, "HOME": folder, "PULSE_RUNTIME_PATH": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                self.control("info")
                break
            except subprocess.CalledProcessError:
                assert self._process.poll() is None and time.monotonic() < deadline, "pulseaudio does not start"
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Inside this block the server is there and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def signal(self, which: int) -> None:
        """SIGSTOP: the server hangs."""
        self._process.send_signal(which)

    @property
    def variables(self) -> dict[str, str]:
        return {"PULSE_SERVER": self.server, "SDL_AUDIODRIVER": "pulseaudio"}

    @contextmanager
    def environment(self) -> Iterator[None]:
        """This process's SDL plays to the sink."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.variables.items():
                patch.setenv(name, value)
            yield

    def control(self, *words: str) -> str:
        done = subprocess.run(
            ["pactl", *words],
            env={**os.environ, "PULSE_SERVER": self.server},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


@contextmanager
def null_sink() -> Iterator[NullSink]:
    """Start a server; its socket lies in a short path, for the kernel's limit of 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="loa-pulse-") as folder:
        sink = NullSink(Path(folder))
        try:
            yield sink
        finally:
            sink.stop()


class Capture:
    """Records the sink's monitor while the block runs. `parec` stamps nothing: `began` is when its first bytes came."""

    def __init__(self, sink: NullSink) -> None:
        self._sink = sink
        self.path = Path(tempfile.mkstemp(prefix="loa-heard-", suffix=".raw")[1])

    def __enter__(self) -> Capture:
        with self.path.open("wb") as target:
            self._process = subprocess.Popen(
                [
                    "parec", f"--device={SINK}.monitor", "--format=s16le", f"--rate={RATE}", "--channels=1",
                    "--latency-msec=5", "--raw",
                ],
                env={**os.environ, "PULSE_SERVER": self._sink.server},
                stdout=target,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while self.path.stat().st_size == 0:
            assert time.monotonic() < deadline, "the monitor gives nothing"
            time.sleep(0.01)
        return self

    def samples(self) -> list[int]:
        return list(self.array())

    def array(self) -> array.array[int]:
        content = self.path.read_bytes()
        samples = array.array("h")
        samples.frombytes(content[: len(content) // 2 * 2])
        return samples

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)
        self.path.unlink(missing_ok=True)
