"""What the station takes when nothing happens: memory (PSS, shared pages counted in part) and processor time
of each process, started as they are on the Pi, with the emulated sign beside them (not counted)."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.table import table
from controller.run import write_example
from controller.runtime.places import Places
from tests.support.processes import Process, free_port, until

WATCH_S = 60.0
SETTLE_S = 8.0
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
        variables = {"SDL_VIDEODRIVER": "dummy", "PULSE_SERVER": "unix:/nowhere"}
        stack.enter_context(Process("board", "emulate", "cong-uy-ban", state=places.state))
        began = time.monotonic()
        running = {
            words[0]: stack.enter_context(Process(*words, state=places.state, variables=variables))
            for words in PROCESSES
        }
        until(lambda: "sound goes to" in running["audio"].said(), 20, what="the audio process")
        ready_s = time.monotonic() - began
        time.sleep(SETTLE_S)
        before = {name: sum(map(_cpu_s, family(process.pid))) for name, process in running.items()}
        time.sleep(WATCH_S)
        rows = []
        for name, process in running.items():
            pids = family(process.pid)
            busy = 100 * (sum(map(_cpu_s, pids)) - before[name]) / WATCH_S
            rows.append((name, sum(map(_pss_mb, pids)), busy))
    shown = [[name, f"{pss:.1f}", f"{busy:.2f}"] for name, pss, busy in rows]
    shown.append(["all four", f"{sum(row[1] for row in rows):.1f}", f"{sum(row[2] for row in rows):.2f}"])
    shown.append(["target", "200", "2.00"])
    table(
        f"idle for {WATCH_S:.0f} s; ready to play after {ready_s:.2f} s with all four starting (target 2)",
        ["process", "PSS, MB", "% of one core"],
        shown,
    )


def family(pid: int) -> list[int]:
    """A process and its children: the kiosk is one that watches, one that is shown and one that waits."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(each for child in children for each in family(int(child)))]


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no Pss of process {pid}")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
