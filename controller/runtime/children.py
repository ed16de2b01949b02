"""Programs that may hang, leak or lie, each in its own process group with limits, killed as a whole.

Limits come from nice(1), prlimit(1) and setpriv(1) in front of the program, not from code between fork
and exec, which is unsafe in a process with threads. The kernel kills the child when the thread that
started it dies, unless it may outlive it for so many seconds. Nothing here waits without a time limit.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_SAID_LIMIT = 160  # characters of a program's last words that are worth keeping


@dataclass(frozen=True, slots=True)
class Limits:
    memory_bytes: int
    file_bytes: int  # of any one file it writes; the program is killed when it writes more
    nice: int = 20  # steps behind the player, which stands at -10 where it may
    cpu_s: int = 0  # of processor time, then SIGXCPU, which says why; 0: no limit
    outlives_s: int = 0  # how long it has in all; then it may go on when whoever started it has ended. 0: it may not

    def before(self, command: Sequence[str]) -> list[str]:
        time = [f"--cpu={self.cpu_s}:{self.cpu_s + 1}"] if self.cpu_s else []
        outlives = ["timeout", "--signal=KILL", str(self.outlives_s)]
        return [
            "nice", "-n", str(self.nice),
            "prlimit", f"--as={self.memory_bytes}", f"--fsize={self.file_bytes}", *time, "--core=0",
            *(outlives if self.outlives_s else ["setpriv", "--pdeathsig", "KILL"]),
            *command,
        ]  # fmt: skip


class Child:
    """A running program. Leaving the `with` block kills it and everything in its group.

    `stdin` is a file whose content it reads, or None for a pipe (then `ask` speaks with it, one line
    there and one back). Its standard error goes to `log`. Of our open files it gets `files`, by their numbers.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits,
        log: Path,
        stdin: Path | None,
        extra: Mapping[str, str],
        files: Sequence[int] = (),
    ) -> None:
        self._reaping = threading.Lock()  # so that its number is never used once it may belong to another
        with contextlib.ExitStack() as opened:
            self._log = log
            self._process = subprocess.Popen(
                limits.before(command),
                stdin=opened.enter_context(stdin.open("rb")) if stdin else subprocess.PIPE,
                stdout=subprocess.DEVNULL if stdin else subprocess.PIPE,
                stderr=opened.enter_context(log.open("wb")),
                start_new_session=True,
                env={**os.environ, **extra},
                pass_fds=files,
            )
        self._answer, self._let_go = b"", False

    def ended(self, limit_s: float) -> int | None:
        """Wait for its end; the exit code (negative: the signal), None if it still runs after the limit."""
        watch = os.pidfd_open(self._process.pid)
        try:
            ready = select.select([watch], [], [], limit_s)[0]
        finally:
            os.close(watch)
        code = self._reap()
        return code if ready else None

    def ask(self, line: bytes, limit_s: float) -> bytes | None:
        """Send one line, wait for one; None if it died, and TimeoutError if it is too slow."""
        self.tell(line)
        return self.answer(limit_s)

    def tell(self, line: bytes) -> None:
        pipe = self._process.stdin
        assert pipe  # noqa: S101 - only children with pipes are asked
        with contextlib.suppress(BrokenPipeError):
            pipe.write(line + b"\n")
            pipe.flush()

    def answer(self, limit_s: float) -> bytes | None:
        """As `ask`, of a line sent before; after a TimeoutError it may be asked for again."""
        pipe = self._process.stdout
        assert pipe  # noqa: S101 - only children with pipes are asked
        deadline = time.monotonic() + limit_s
        while b"\n" not in self._answer:
            if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            piece = os.read(pipe.fileno(), 65_536)
            if not piece:
                return None
            self._answer += piece
        line, _, self._answer = self._answer.partition(b"\n")
        return line

    def last_words(self) -> str:
        """The last line of what it wrote to standard error, for whoever looks after the station."""
        lines = self.said().strip().splitlines()
        return lines[-1].strip()[:_SAID_LIMIT] if lines else ""

    def said(self) -> str:
        """What it wrote to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def let_go(self) -> None:
        """Leaving the `with` block does not end it any more; the time that it has (`outlives_s`) does."""
        self._let_go = True

    def kill(self) -> None:
        """End it with everything in its group, from any thread; whoever waits for it is told at once."""
        with self._reaping:
            self._kill_group()

    def _reap(self) -> int:
        with self._reaping:
            self._kill_group()
            return self._process.wait()

    def _kill_group(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._let_go:
            self._reap()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
