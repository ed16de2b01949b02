"""systemd's notification protocol (sd_notify(3)): READY, WATCHDOG, STOPPING, STATUS.

Says nothing where NOTIFY_SOCKET is not set, so that `loalang run` needs no systemd.
"""

from __future__ import annotations

import os
import socket


def notify(*assignments: str) -> bool:
    """Send e.g. "READY=1"; False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto("\n".join(assignments).encode(), address)
        except OSError:
            return False
    return True
