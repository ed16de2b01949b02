"""Named threads whose death ends the process, and the one flag that asks them all to end.

A dead thread in a living process is the worst fault of this field: the log has a line, the village
has silence. Here an unexpected exception is logged and the process leaves; systemd (or
`loalang run`) starts it again.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from controller.runtime.lean import settle, tidy
from controller.runtime.notify import notify

log = logging.getLogger(__name__)
FAILED = 70  # EX_SOFTWARE of sysexits.h
PARENT = "LOALANG_PARENT"  # the process number of `loalang run`, in its children's environment
PR_SET_PDEATHSIG = 1
STOP_LIMIT_S = 3.0
TIDY_S = 10.0


class Crew:
    """The threads of one process. `stopping` is set by SIGTERM, SIGINT or a worker's death."""

    def __init__(self, tell: Callable[[str], object] = notify) -> None:
        """`tell` hears what systemd is to know."""
        self.stopping = threading.Event()
        self._tell = tell
        self._workers: list[tuple[threading.Thread, Callable[[], None]]] = []
        self._failed = False
        self._progress: dict[str, tuple[float, float]] = {}  # name -> (seen at, limit), monotonic

    def start(self, name: str, work: Callable[[], None], wake: Callable[[], None] = lambda: None) -> None:
        """Run `work()` in a thread until it returns. `wake` is called to hurry it when stopping."""

        def body() -> None:
            try:
                work()
            except Exception:
                log.exception("worker %s died", name)
                self._failed = True
                self.stopping.set()
            else:
                if not self.stopping.is_set():
                    log.error("worker %s ended though nobody asked it to", name)
                    self._failed = True
                    self.stopping.set()

        thread = threading.Thread(target=body, name=name, daemon=True)
        self._workers.append((thread, wake))
        thread.start()

    def progress(self, name: str, limit_s: float = 8.0) -> None:
        """Say that real work was just done; the watchdog is fed only while all are in time."""
        self._progress[name] = (time.monotonic(), limit_s)

    def run(self) -> int:
        """Wait on the main thread until stopped; feed the watchdog; end the workers; exit code."""

        stop_on_signals(self.stopping)
        settle()
        self._tell("READY=1")
        late_said = False
        tidied = time.monotonic()
        while not self.stopping.wait(1.0):
            now = time.monotonic()
            if now - tidied > TIDY_S:
                tidy()
                tidied = now
            late = sorted(name for name, (seen, limit) in self._progress.items() if now - seen > limit)
            if not late:
                self._tell("WATCHDOG=1")
            elif not late_said:
                log.error("no progress from %s: the watchdog is left unfed", ", ".join(late))
            late_said = bool(late)
        self._tell("STOPPING=1")
        deadline = time.monotonic() + STOP_LIMIT_S
        for _, wake in self._workers:  # all of them, before the first that is stuck takes all the time
            wake()
        for thread, _ in self._workers:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                log.error("worker %s did not end in time", thread.name)
                logging.shutdown()
                os._exit(FAILED)  # a stuck device must not keep the process alive
        return FAILED if self._failed else 0


def stop_on_signals(stopping: threading.Event) -> None:
    """Let SIGTERM and SIGINT set the flag. Main thread only."""

    def on_signal(_signum: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def end_with_parent() -> None:
    """Under `loalang run`: be told to end should it die without a word (prctl(2), PR_SET_PDEATHSIG)."""
    parent = os.environ.get(PARENT)
    if not parent:
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before we asked
        raise SystemExit(FAILED)
