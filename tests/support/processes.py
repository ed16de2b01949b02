"""Starts the station's real processes, one at a time, as systemd would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
PROGRAM = [sys.executable, "-m", "controller.cli"]


class Process:
    """`loalang ...` as a child; its output goes to a file, so that no pipe can fill up and block it."""

    def __init__(self, *words: str, state: Path, variables: Mapping[str, str] | None = None) -> None:
        self.words, self.state = words, state
        self._variables = {**os.environ, "PYTHONFAULTHANDLER": "1", **(variables or {})}
        self.log = state / f"log-{'-'.join(words)}.txt"
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*PROGRAM, *self.words, "--state", str(self.state)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._variables,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """SIGKILL: as a power cut to this process alone."""
        self._process.kill()
        self._process.wait()

    def end(self, limit_s: float = 6.0) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(limit_s)

    def interrupt(self, limit_s: float = 8.0) -> int:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(limit_s)

    def alive(self) -> bool:
        return self._process.poll() is None

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive():
            self._process.terminate()
            try:
                self._process.wait(6)
            except subprocess.TimeoutExpired:
                self.kill()
        if error is not None:
            sys.stderr.write(f"--- {' '.join(self.words)} said:\n{self.said()[-4000:]}\n")


def loalang(*words: str, state: Path, limit_s: float = 100, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*PROGRAM, *words, "--state", str(state)], capture_output=True, text=True, timeout=limit_s,
        env={**os.environ, **variables}, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def until(look: Callable[[], T], limit_s: float = 30.0, every_s: float = 0.02, what: str = "") -> T:
    """Look again and again until the answer is true; AssertionError after the limit."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {limit_s} s in vain: {what or look}"
        time.sleep(every_s)
    return found


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
