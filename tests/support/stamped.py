"""The real audio process, with the instants written down at which it hears a ring, decides to sound something, and has
handed it to the output. `python -m tests.support.stamped audio main --state DIR` in place of `loalang`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.support.processes import Process

MARK = "STAMP"


class Stamped(Process):
    """`loalang audio ...` with stamps in its log."""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.stamped", *self.words, "--state", str(self.state)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._variables,
            )  # fmt: skip

    def stamps(self, what: str) -> list[float]:
        """Monotonic, in order."""
        split = (line.split() for line in self.said().splitlines() if line.startswith(f"{MARK} {what} "))
        return [float(words[2]) for words in split]


def stamp(what: str, at: float) -> None:
    os.write(2, f"{MARK} {what} {at:.6f}\n".encode())


def main() -> None:
    from audio import engine
    from audio.programme import Play, Step
    from audio.stream import Stream
    from controller.cli import main as loalang
    from controller.runtime.doorbell import Doorway

    real_wait, real_step, real_play = Doorway.wait, engine.step, Stream.play

    def wait(self: Doorway, timeout_s: float) -> list[dict[str, object]]:
        rings = real_wait(self, timeout_s)
        if rings:
            stamp("ring", time.monotonic())
        return rings

    def step(*given: Any) -> Step:
        began = time.monotonic()
        state, actions = real_step(*given)
        if any(isinstance(action, Play) for action in actions):
            stamp("step", began)
        return state, actions

    def play(self: Stream, *given: Any, **more: Any) -> None:
        real_play(self, *given, **more)
        stamp("play", time.monotonic())

    _put(Doorway, "wait", wait)
    _put(engine, "step", step)
    _put(Stream, "play", play)
    loalang()


def _put(where: object, name: str, what: Callable[..., object]) -> None:
    setattr(where, name, what)


if __name__ == "__main__":
    main()
