"""For processes in whose memory residents' data lies (kiosk, page, and their children): nothing of it goes to the log,
into a core dump, to the disk by way of swap, or to another process of the same user.

The text of an error may quote what it was about (`invalid literal for int(): '008148...'`), so the log has its kind and
where it happened, and a text only of errors that quote nobody: those of our own tree, and the system's.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType

from controller.core.errors import DeviceError, StationError

PR_SET_DUMPABLE = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4  # mlockall(2)
HEAD = "Traceback (most recent call last):\n"
log = logging.getLogger(__name__)


def be_discreet() -> None:
    """From now on this process logs no error's text and leaves no core dump; once the log is set up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for handler in logging.getLogger().handlers:
        made = handler.formatter
        handler.setFormatter(Discreet(made._fmt if made else None))
    sys.excepthook = _on_error
    sys.unraisablehook = lambda seen: _on_error(seen.exc_type, seen.exc_value, seen.exc_traceback)
    threading.excepthook = lambda seen: _on_error(seen.exc_type, seen.exc_value, seen.exc_traceback)


def shut_memory() -> None:
    """No other process of the same user may read or trace this one, and no handler gets a core of it (prctl(2),
    PR_SET_DUMPABLE). Not for what is started as a program of its own."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0)


def stay_in_memory() -> bool:
    """Nothing of this process goes to swap (mlockall(2)); what it has not touched takes no memory for that. False where
    that is not allowed: on the Pi the units allow it. A fork does not inherit it."""
    locked: int = ctypes.CDLL(None, use_errno=True).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)
    return locked == 0


class Discreet(logging.Formatter):
    """Log lines as others have them, but for what is said of errors."""

    def formatException(  # noqa: N802 - logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return told(ei[1]).rstrip("\n") if ei[1] else ""


def told(error: BaseException) -> str:
    """An error and those it came from, without what they say: kinds, files, lines and functions."""
    return "\nand then\n".join("".join(_told(each)) for each in reversed(list(_chain(error))))


def _told(error: BaseException) -> Iterator[str]:
    if error.__traceback__:
        yield HEAD
        yield from traceback.format_tb(error.__traceback__)
    yield type(error).__qualname__
    if isinstance(error, StationError | DeviceError):
        yield f": {error}"
    elif isinstance(error, OSError) and error.errno:
        yield f": {os.strerror(error.errno)}"  # without the file's name
    yield "\n"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen = set[int]()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _on_error(_: type[BaseException], error: BaseException | None, __: TracebackType | None = None) -> None:
    if error is None or isinstance(error, SystemExit):
        return
    if logging.getLogger().handlers:
        log.critical("an error that nobody caught", exc_info=error)
    else:
        sys.stderr.write(told(error))
