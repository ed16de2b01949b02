"""`loalang plan | lunar`: time as the commune lives it."""

from __future__ import annotations

from datetime import date, datetime

import click

from controller.commands.station import Station, print_json, station_command
from controller.core.errors import InputError, Problem


def join(group: click.Group) -> None:
    @station_command(group)
    @click.option("--from", "first", required=True, metavar="T", help="ISO 8601, e.g. 2026-11-21T06:00")
    @click.option("--to", "last", required=True, metavar="T")
    @click.option("--json", "as_json", is_flag=True)
    def plan(station: Station, first: str, last: str, as_json: bool) -> int:
        """What would be played between two instants, in order."""
        from controller.outlook import outlook
        from controller.runtime.catalogues import load_words

        config = station.config
        begin, end = _instant("--from", first, station), _instant("--to", last, station)
        if end <= begin:
            raise InputError(Problem.of("--to", "ends_before"))
        with station.store().read() as tx:
            found = outlook(tx, config, begin, end, load_words(config.site.language))
        if as_json:
            print_json([entry.as_json() for entry in found])
        for entry in found if not as_json else ():
            click.echo(f"{entry.due:%Y-%m-%d %H:%M}  {entry.level:<9}  {entry.title}  ({entry.rule_words})")
        return 0

    @station_command(group)
    @click.argument("day")
    @click.option("--json", "as_json", is_flag=True)
    def lunar(station: Station, day: str, as_json: bool) -> int:
        """The Vietnamese lunar date of DAY (YYYY-MM-DD)."""
        from controller.runtime.catalogues import load_words
        from schedules.lunar import lunar_of
        from schedules.wording import lunar_words

        try:
            given = date.fromisoformat(day)
            found = lunar_of(given)
        except ValueError as error:
            raise InputError(Problem.of("DAY", "not_a_day", text=day)) from error
        if as_json:
            print_json({"day": found.day, "month": found.month, "year": found.year, "leap": found.leap})
        else:
            click.echo(f"{lunar_words(found, load_words('vi', ('schedules',)))}, {found.year}")
        return 0


def _instant(field: str, text: str, station: Station) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(Problem.of(field, "not_an_instant", text=text)) from error
    return at if at.tzinfo else at.replace(tzinfo=station.config.site.tz)
