"""The log: for developers, on standard error, one line an event. Residents' data is never in it."""

from __future__ import annotations

import logging
import sys


def set_up_logs(verbose: bool = False) -> None:
    """Plain lines: systemd and `loalang run` add the time and the process."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(levelname)s %(threadName)s %(name)s: %(message)s",
        force=True,
    )
    for noisy in ("apscheduler", "PIL", "waitress.queue", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Lasting:
    """Logs a lasting fault once when it begins and once when it ends."""

    def __init__(self, logger: logging.Logger, what: str) -> None:
        self._log, self._what, self._since = logger, what, ""

    def begins(self, reason: str) -> bool:
        """True the first time."""
        if self._since:
            return False
        self._since = reason or "?"
        self._log.warning("%s: %s", self._what, reason)
        return True

    def ends(self) -> bool:
        """True if it had begun."""
        if not self._since:
            return False
        self._log.info("%s: over", self._what)
        self._since = ""
        return True
