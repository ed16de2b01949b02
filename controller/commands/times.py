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
    @click.argument("day", required=False)
    @click.option("--from-lunar", metavar="D", help="day/month/year of the lunar date, e.g. 15/1/2030 or 1/6n/2025")
    @click.option("--leap", is_flag=True, help="the lunar month is the leap month")
    @click.option("--json", "as_json", is_flag=True)
    def lunar(station: Station, day: str | None, from_lunar: str | None, leap: bool, as_json: bool) -> int:
        """The Vietnamese lunar date of DAY (YYYY-MM-DD), or the day of a lunar date."""
        if (day is None) == (from_lunar is None) or (leap and from_lunar is None):
            raise InputError(Problem.of("DAY", "lunar_one_of"))
        if from_lunar is not None:
            _tell_solar(from_lunar, leap, as_json)
        elif day is not None:
            _tell_lunar(day, as_json)
        return 0


def _tell_lunar(day: str, as_json: bool) -> None:
    from controller.runtime.catalogues import load_words
    from schedules.lunar import lunar_of
    from schedules.wording import lunar_words

    try:
        given = date.fromisoformat(day)
    except ValueError as error:
        raise InputError(Problem.of("DAY", "not_a_day", text=day)) from error
    found = lunar_of(given)
    if as_json:
        print_json({"day": found.day, "month": found.month, "year": found.year, "leap": found.leap})
    else:
        click.echo(f"{lunar_words(found, load_words('vi', ('schedules',)))}, {found.year}")


def _tell_solar(written: str, leap: bool, as_json: bool) -> None:
    from controller.runtime.catalogues import load_words
    from schedules.lunar_text import day_from_lunar
    from schedules.wording import day_words

    found = day_from_lunar(written, leap, field="--from-lunar")
    if as_json:
        print_json({"date": found.isoformat()})
    else:
        click.echo(f"{found}: {day_words(found, load_words('vi', ('schedules',)))}")


def _instant(field: str, text: str, station: Station) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(Problem.of(field, "not_an_instant", text=text)) from error
    return at if at.tzinfo else at.replace(tzinfo=station.config.site.tz)
