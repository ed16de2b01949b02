"""Databases as older programs have left them, with officials' passwords before the wall, and their bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.runtime.places import Places
from controller.store import users
from controller.web.passwords import Passwords
from tests.support.web_pages import FULL_NAME, NAME, PASSWORD, QUICK, Pages

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


def stored_by_an_older_program(pages: Pages, count: int = 1) -> list[str]:
    """Officials whose passwords lie there as older programs have stored them; what these are."""
    encoded = [Passwords(QUICK).encoded(PASSWORD) for _ in range(count)]
    with pages.station.store.write() as tx:
        for number, each in enumerate(encoded):
            users.add(tx, NOW, NAME if not number else f"{NAME}-{number}", FULL_NAME, each, users.Role.ADMIN, "test")
    return encoded


def on_the_disk(places: Places) -> bytes:
    """All bytes of both databases and their logs."""
    return b"".join(
        path.read_bytes() for folder in (places.state, places.filings) for path in sorted(folder.glob("*.db*"))
    )
