"""A process for each resident: one shows the screen, the next stands ready behind it, and this one, which never sees
anything of a resident, lets them follow each other.

Python does not clear what it frees, so a visit ends with the end of the process that served it; the kernel clears its
memory. The processes are forked from this one, which has everything imported and read but no thread, no screen and no
database. Order at the end of a visit: the old one draws the waiting screen over the visit and says `over`; the ready
one opens its screen above it and says `ready`; the old one is told to leave. Where only one process can hold the
screen (SDL's kmsdrm), the old one leaves first.

The one that is shown gives a sign of life every second. One that gives none any more still shows what somebody was at,
and nothing in it would end that visit: it is killed, and the next owns up to it. So is it when all of us were killed: a
mark below /run, gone with the power, says that somebody was there.
"""

from __future__ import annotations

import ctypes
import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.runtime.doorbell import Doorway
from controller.runtime.lean import settle
from controller.runtime.notify import notify
from controller.runtime.workers import FAILED, PR_SET_PDEATHSIG, stop_on_signals
from kiosk import link
from kiosk.link import Link

ALONE = frozenset({"kmsdrm"})  # drivers with which only one process can have the screen
LEAVE_S = 4.0  # longer than a crew takes to end
AGAIN_S = 0.5  # between a process that died without having been visited and the next
CALM_S = 10.0
SILENT_S = 10.0  # without a sign of life; the unit's watchdog would end us all five seconds later
PATIENCE = 5  # so many die in a row, calm not once: it is not the resident's doing
LOOK_S = 1.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Server:
    """A process that serves one resident, or will."""

    pid: int
    link: Link
    since: float
    alive_at: float  # its last sign of life, or when it was called
    shown: bool = False
    driver: str = ""  # "" until its first picture is on the screen
    visited: bool = False
    leaves_at: float | None = None


class Succession:
    """`serve(link)` is the life of a child; it returns the exit code. Threads may be started only in it."""

    def __init__(self, doorway: Doorway, serve: Callable[[Link], int], mark: Path) -> None:
        """`mark`: a file that lies there while somebody is served."""
        self._doorway, self._serve, self._mark = doorway, serve, mark
        self._servers: list[Server] = []
        self._sorry = mark.exists()
        self._driver = ""
        self._deaths = 0
        self._not_before = self._spare_not_before = 0.0
        self._looked_at = time.monotonic()
        self._ready_said = False

    def run(self, stopping: Stopping) -> int:
        """Until stopped; the exit code."""
        settle()
        try:
            while not stopping.is_set() and self._deaths < PATIENCE:
                self._keep_two()
                self._hear(stopping)
                self._part()
                self._look_for_life()
        finally:
            self._end_all()
        if self._deaths >= PATIENCE:
            log.error("the screen's process dies again and again")
            return FAILED
        return 0

    def _keep_two(self) -> None:
        """One that is shown, and one that is ready, as soon as the first does not need the processor for itself."""
        now = time.monotonic()
        shown = next((s for s in self._servers if s.shown and s.leaves_at is None), None)
        ready = next((s for s in self._servers if not s.shown), None)
        may = now >= (self._not_before if shown is None else self._spare_not_before)
        if ready is None and may and (shown is None or shown.driver):
            ready = self._fork(now)
        leaving = any(s.leaves_at is not None for s in self._servers)
        if shown is None and ready is not None and not (leaving and self._driver.lower() in ALONE):
            ready.shown = ready.link.say(link.SHOW_SORRY if self._sorry else link.SHOW)
            ready.alive_at, ready.visited, self._sorry = now, self._sorry, False

    def _fork(self, now: float) -> Server:
        ours, theirs = link.pair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = FAILED
            try:
                ours.close()
                code = self._be_child(theirs, parent)
            except BaseException:
                log.exception("the screen's process died")
            finally:
                logging.shutdown()
                os._exit(code)  # nothing of what the parent would do at its end is ours to do
        theirs.close()
        server = Server(pid, ours, now, now)
        self._servers.append(server)
        return server

    def _be_child(self, theirs: Link, parent: int) -> int:
        # whatever happens to the parent: no process stays behind with a resident's data
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return FAILED
        signal.set_wakeup_fd(-1)
        os.environ.pop("NOTIFY_SOCKET", None)  # systemd hears of us through the parent
        for server in self._servers:
            server.link.close()
        os.close(self._doorway.fileno())
        return self._serve(theirs)

    def _hear(self, stopping: Stopping) -> None:
        by_file = {server.link.fileno(): server for server in self._servers}
        doorway = self._doorway.fileno()
        ready, _, _ = select.select([doorway, stopping.fileno(), *by_file], [], [], LOOK_S)
        if doorway in ready:
            self._doorway.wait(0)
            for server in self._servers:
                if server.shown:
                    server.link.say(link.RING)
        for number in by_file.keys() & set(ready):
            for word in by_file[number].link.heard(0):
                self._heard(by_file[number], word)

    def _heard(self, server: Server, word: str) -> None:
        what, _, more = word.partition(" ")
        server.alive_at = time.monotonic()
        if what == link.READY:
            server.driver = self._driver = more
            if not self._ready_said:
                self._ready_said = notify("READY=1") or True
            for other in self._servers:
                if other.leaves_at is not None:
                    other.link.say(link.LEAVE)
        elif what == link.VISIT:
            server.visited = True
            self._note(True)
        elif what == link.OVER:
            server.leaves_at = time.monotonic()
            self._note(False)
            if self._driver.lower() in ALONE:
                server.link.say(link.LEAVE)
        elif word == link.GONE:
            self._gone(server)
        elif word.startswith(("WATCHDOG=", "STATUS=")):
            notify(word)

    def _gone(self, server: Server) -> None:
        """Its end of the link is closed: it has ended, or is about to."""
        code = _reaped(server.pid)
        server.link.close()
        self._servers.remove(server)
        if server.leaves_at is not None:
            self._deaths = 0
            return
        now = time.monotonic()
        log.error("the screen's process ended (%s)%s", code, ", during a visit" if server.visited else "")
        if any(other.shown and other.leaves_at is None for other in self._servers):
            self._spare_not_before = now + CALM_S  # the one that is shown goes on, whatever becomes of the next
            return
        self._sorry = self._sorry or server.visited
        self._deaths = 1 if now - server.since > CALM_S else self._deaths + 1
        if not server.visited or self._deaths > 1:
            self._not_before = now + AGAIN_S

    def _note(self, visited: bool) -> None:
        try:
            if visited:
                self._mark.touch()
            else:
                self._mark.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s: %s", self._mark, error.strerror or error)

    def _part(self) -> None:
        """One that does not leave when told, is made to."""
        now = time.monotonic()
        for server in self._servers:
            if server.leaves_at is not None and now - server.leaves_at > LEAVE_S:
                log.error("the process of the last visit does not end: killed")
                os.kill(server.pid, signal.SIGKILL)
                server.leaves_at = now

    def _look_for_life(self) -> None:
        now = time.monotonic()
        slept = now - self._looked_at > SILENT_S / 2  # we ourselves: who was still has not been heard yet
        self._looked_at = now
        for server in self._servers:
            if slept:
                server.alive_at = now
            if server.shown and server.leaves_at is None and now - server.alive_at > SILENT_S:
                log.error("the screen's process gives no sign of life: killed")
                os.kill(server.pid, signal.SIGKILL)
                server.alive_at = now

    def _end_all(self) -> None:
        notify("STOPPING=1")
        for server in self._servers:
            server.link.say(link.LEAVE)
        deadline = time.monotonic() + LEAVE_S
        for server in self._servers:
            _reaped(server.pid, deadline - time.monotonic())
            server.link.close()
        self._servers = []


def _reaped(pid: int, patience_s: float = LEAVE_S) -> str:
    """How a child has ended, after a wait; it is killed if it has not."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return _how(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    return _how(os.waitpid(pid, 0)[1])


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class Stopping:
    """Set by SIGTERM and SIGINT; its file becomes readable then. Main thread only."""

    def __init__(self) -> None:
        self._event = threading.Event()
        stop_on_signals(self._event)
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)

    def is_set(self) -> bool:
        return self._event.is_set()

    def fileno(self) -> int:
        return self._read
