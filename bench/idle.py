"""What the station takes when nothing happens: memory and processor time of each process, started as they are on the
Pi, with the emulated sign beside them (not counted)."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from math import nan
from pathlib import Path

from bench.memory import compiled, family, mb, shares_mb
from bench.table import table
from controller.run import write_example
from controller.runtime.places import Places
from tests.support.processes import Process, free_port, until

WATCH_S = 60.0
SETTLE_S = 8.0
START_LIMIT_S = 60.0  # the first start compiles
PROCESSES = (("audio", "main"), ("daemon",), ("web",), ("kiosk",))
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = Places(Path(folder))
        places.make()
        write_example(places.config)
        places.config.write_text(
            places.config.read_text(encoding="utf-8").replace("8080", str(free_port())), encoding="utf-8"
        )
        variables = {
            **compiled(places.state / "compiled"), "SDL_VIDEODRIVER": "dummy", "PULSE_SERVER": "unix:/nowhere",
        }  # fmt: skip
        stack.enter_context(Process("board", "emulate", "cong-uy-ban", state=places.state))
        with _started(places, variables):
            time.sleep(SETTLE_S)  # compiled, and known to the disk's cache
        began = time.monotonic()
        running = stack.enter_context(_started(places, variables))
        ready_s = time.monotonic() - began
        time.sleep(SETTLE_S)
        before = {name: sum(map(_cpu_s, family(process.pid))) for name, process in running.items()}
        time.sleep(WATCH_S)
        families = {name: family(process.pid) for name, process in running.items()}
        held = shares_mb(families)
        rows = []
        for name, pids in families.items():
            busy = 100 * (sum(map(_cpu_s, pids)) - before[name]) / WATCH_S
            rows.append((name, held.get(name, nan), sum(map(mb, pids)), busy))
    shown = [[name, f"{own:.1f}", f"{pss:.1f}", f"{busy:.2f}"] for name, own, pss, busy in rows]
    own, pss, busy = (sum(column) for column in list(zip(*rows, strict=True))[1:])
    shown.append(["all four", f"{own:.1f}", f"{pss:.1f}", f"{busy:.2f}"])
    shown.append(["target", "200", "", "2.00"])
    table(
        f"idle for {WATCH_S:.0f} s; ready to play after {ready_s:.2f} s with all four starting (target 2)",
        ["process", "shared only among these (root), MB", "PSS, MB", "% of one core"],
        shown,
    )


@contextmanager
def _started(places: Places, variables: Mapping[str, str]) -> Iterator[dict[str, Process]]:
    """All four; the audio process is ready to play."""
    (places.state / "log-audio-main.txt").unlink(missing_ok=True)  # of the start before
    with ExitStack() as stack:
        running = {
            words[0]: stack.enter_context(Process(*words, state=places.state, variables=variables))
            for words in PROCESSES
        }
        until(lambda: "sound goes to" in running["audio"].said(), START_LIMIT_S, what="the audio process")
        yield running


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
