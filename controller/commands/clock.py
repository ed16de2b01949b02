"""`loalang clock`: what the clock says, why it is believed, and an official's word on it."""

from __future__ import annotations

import os
import pwd
import time
from datetime import UTC, datetime

import click

from controller.commands.station import Station, print_json, station_command

TAKEN_S = 3.0  # the controller looks every second


def join(group: click.Group) -> None:
    @station_command(group)
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--right", is_flag=True, help="the clock is right as it stands: an official's word, for this boot")
    @click.option("--restore", is_flag=True, help="set the clock forward to the last known time, if it is earlier")
    def clock(station: Station, as_json: bool, right: bool, restore: bool) -> int:
        """What the clock says, and whether the schedule goes by it."""
        from controller.runtime import last_known

        if right and restore:
            raise click.UsageError("--right and --restore do not go together")
        if restore:  # at boot, before anything else: needs no configuration
            known = last_known.restore(station.places.last_known, datetime.now(UTC))
            if known:
                click.echo(f"the clock was set forward to {known.isoformat()}, the last known time")
            return 0
        if right:
            _say_right(station)
        _show(station, as_json)
        return 0


def _say_right(station: Station) -> None:
    from controller.runtime.clock_signs import ClockSigns
    from controller.runtime.doorbell import at_home
    from controller.store import clock as clocks
    from controller.timing.clock_trust import say_right

    store = station.store()
    signs = ClockSigns(lambda: datetime.now(UTC), station.config.clock.chip)
    say_right(store, station.bell(), signs, _user())
    deadline = time.monotonic() + TAKEN_S
    while at_home(station.places, "controller") and time.monotonic() < deadline:
        with store.read() as tx:
            if clocks.believed(tx, signs.boot_id):
                return
        time.sleep(0.05)


def _show(station: Station, as_json: bool) -> None:
    from controller.runtime import last_known
    from controller.runtime.catalogues import load_words
    from controller.runtime.clock_signs import ClockSigns
    from controller.timing.clock_trust import finding, trust_words

    config = station.config
    signs = ClockSigns(lambda: datetime.now(UTC), config.clock.chip)
    known = last_known.read(station.places.last_known)
    store = station.store() if station.places.station_db.is_file() else None
    found = finding(config, store, signs, known)
    age_s = found.age_s(signs.uptime())
    now = signs.now().astimezone(config.site.tz)
    if as_json:
        print_json(
            {
                "now": now.isoformat(timespec="milliseconds"), "trust": found.trust.value,
                "age_s": None if age_s is None else round(age_s),
                "last_known": known.astimezone(config.site.tz).isoformat(timespec="milliseconds") if known else None,
            }
        )  # fmt: skip
    else:
        words = load_words(config.site.language)
        said = trust_words(found.trust, age_s, found.by, words)
        click.echo(f"{now:%H:%M:%S %d/%m/%Y} ({config.site.timezone}): {said}")


def _user() -> str:
    """Who runs the command, by the system's name; not the account of the station that sudo(8) lends them."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
