"""`loalang user add | password | disable | enable | list`: who may sign in to the page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from controller.commands.station import Station, print_json, station_command
from controller.core.errors import InputError, Problem

if TYPE_CHECKING:
    from controller.web.people import People

BY = "loalang user"


def join(group: click.Group) -> None:
    @group.group()
    def user() -> None:
        """Who may sign in to the page."""

    @station_command(user)
    @click.argument("name")
    @click.option("--full-name", required=True)
    @click.option("--role", type=click.Choice(["admin", "editor"]), default="editor", show_default=True)
    def add(station: Station, name: str, full_name: str, role: str) -> int:
        """Let NAME sign in; the password is asked for, or read from standard input."""
        from controller.store.users import Role

        _people(station).add(name, full_name, _password(), Role(role), by=BY)
        return 0

    @station_command(user)
    @click.argument("name")
    def password(station: Station, name: str) -> int:
        """Give NAME a new password; whoever is signed in with the old one is signed out."""
        _require(station, name)
        _people(station).set_password(name, _password(), by=BY)
        return 0

    @station_command(user)
    @click.argument("name")
    def disable(station: Station, name: str) -> int:
        """Let NAME sign in no more; whoever is signed in under it is signed out. Access to residents' files is taken
        away on the page."""
        from controller.store import users

        _require(station, name)
        with station.store().write() as tx:
            users.disable(tx, datetime.now(UTC), name, by=BY)
        return 0

    @station_command(user)
    @click.argument("name")
    def enable(station: Station, name: str) -> int:
        """Let NAME sign in again, with the password as it was."""
        from controller.store import users

        _require(station, name)
        with station.store().write() as tx:
            users.enable(tx, datetime.now(UTC), name, by=BY)
        return 0

    @station_command(user, "list")
    @click.option("--json", "as_json", is_flag=True)
    def list_(station: Station, as_json: bool) -> int:
        """Who may sign in."""
        from controller.store import users

        with station.store().read() as tx:
            found = users.everyone(tx)
        if as_json:
            print_json(
                [
                    {"name": u.name, "full_name": u.full_name, "role": u.role, "disabled": u.disabled_at is not None}
                    for u in found
                ]
            )
        for known in found if not as_json else ():
            click.echo(
                f"{known.name:<20} {known.role:<7} {known.full_name}{' (disabled)' if known.disabled_at else ''}"
            )
        return 0


def _require(station: Station, name: str) -> None:
    from controller.store import users

    with station.store().read() as tx:
        if name not in {known.name for known in users.everyone(tx)}:
            raise InputError(Problem.of("NAME", "user_unknown", name=name))


def _people(station: Station) -> People:
    from controller.runtime.clocks import SystemClock
    from controller.runtime.page_key import PageKey
    from controller.web.passwords import Passwords
    from controller.web.people import People

    page_key = PageKey(station.places.page_key)
    return People(station.store(), SystemClock(), Passwords(), page_key, station.config)


def _password() -> str:
    """Asked for twice at a terminal; else the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
