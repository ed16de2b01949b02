"""Whether what only the page may open is closed to the kiosk, the sound and the screens, and still opens."""

from __future__ import annotations

from collections.abc import Iterator
from stat import S_IMODE

from controller import walling
from controller.core.errors import StationError
from controller.doctor.examining import Finding, Saying
from controller.runtime.page_key import PageKey, owner_in
from controller.runtime.places import Places
from controller.store import users
from controller.store.connection import Store
from controller.store.users import User

OTHERS = 0o077  # whoever is not the owner
CHECK = "page_key"


def wall(say: Saying, places: Places) -> Iterator[Finding]:
    """One finding; none before there is an official. Whoever may not enter the folder sees no more than that."""
    known = _officials(places)
    if not known:
        return
    file, in_clear = places.page_key, [each.name for each in known if not each.password.startswith(users.LOCKED)]
    if in_clear:
        yield say.warning(CHECK, "page_key.clear", count=len(in_clear))
        return
    try:
        owner = owner_in(places.state)[0] or file.parent.stat().st_uid  # root's state says nothing of who the page is
        for path in (file.parent, file):
            there = path.stat()
            if S_IMODE(there.st_mode) & OTHERS:
                yield say.fault(CHECK, "page_key.open", path=path)
                return
            if there.st_uid != owner:
                yield say.fault(CHECK, "page_key.owner", path=path, owner=owner)
                return
    except PermissionError:
        yield say.ok(CHECK, "page_key.closed")
        return
    except OSError:
        pass  # gone: then nothing opens
    yield _opens(say, places)


def _opens(say: Saying, places: Places) -> Finding:
    store = Store(places.station_db, read_only=True)
    try:
        with store.read() as tx:
            lost = walling.lost(PageKey(places.page_key), tx)
    except StationError as error:
        return say.fault(CHECK, "page_key.broken", reason=error)
    finally:
        store.close()
    return say.fault(CHECK, "page_key.lost", names=", ".join(lost)) if lost else say.ok(CHECK, "page_key.fine")


def _officials(places: Places) -> list[User]:
    if not places.station_db.is_file():
        return []
    store = Store(places.station_db, read_only=True)
    try:
        with store.read() as tx:
            return users.everyone(tx)
    except StationError:  # said where the database is
        return []
    finally:
        store.close()
