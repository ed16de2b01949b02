"""`loalang doctor` on the kiosk's voice: how much of what it may have to say lies ready."""

from __future__ import annotations

import math
from collections.abc import Iterator

from controller.core.clips import EACH_S
from controller.core.errors import StationError
from controller.doctor.examining import Finding, Saying
from controller.runtime.config import StationConfig
from controller.runtime.places import Places
from controller.store import clips
from controller.store.connection import Store

NAME = "kiosk_voice"


def voice(say: Saying, config: StationConfig, places: Places) -> Iterator[Finding]:
    """Nothing where the kiosk is to be silent, or the station has never run."""
    if config.kiosk.voice == "off" or not places.station_db.is_file():
        return
    try:
        store = Store(places.station_db, read_only=True)
        with store.read() as tx:
            found = clips.counts(tx)
        store.close()
    except StationError:  # said of the database
        return
    ready, wanted, failed = (found.get(state, 0) for state in ("ready", "wanted", "failed"))
    if wanted or not found:
        minutes = math.ceil(wanted * EACH_S / 60) or 1
        yield say.warning(NAME, "kiosk_voice.speaking", ready=ready, all=sum(found.values()), minutes=minutes)
    elif failed:
        yield say.warning(NAME, "kiosk_voice.failed", failed=failed, all=sum(found.values()))
    else:
        yield say.ok(NAME, "kiosk_voice.fine", ready=ready)
