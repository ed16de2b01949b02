"""`loalang plan | lunar`: time as the commune lives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.commands.station import GivenPath, Station, instant, new_file, print_json, station_command, typed_as
from controller.core.errors import InputError, Problem
from controller.runtime.config import StationConfig

if TYPE_CHECKING:
    from controller.core.days import SaidDay
    from controller.timing.outlook import Outlook


def join(group: click.Group) -> None:
    @station_command(group)
    @click.option("--from", "first", required=True, metavar="T", help="ISO 8601, e.g. 2026-11-21T06:00")
    @click.option("--to", "last", required=True, metavar="T")
    @click.option(
        "--ics", "file", type=GivenPath(), metavar="FILE", help="plan this calendar instead; write one if there is none"
    )
    @click.option("--json", "as_json", is_flag=True)
    def plan(station: Station, first: str, last: str, file: str | None, as_json: bool) -> int:
        """What would be played between two instants, in order."""
        given = file is not None and Path(file).exists()
        config = station.config_or_example if given else station.config
        begin, end = instant("--from", first, config.site.tz), instant("--to", last, config.site.tz)
        if end <= begin:
            raise InputError(Problem.of("--to", "ends_before"))
        if file and given:
            found = _plan_of_file(Path(file), config, begin, end)
        else:
            found = _plan_of_station(station, config, begin, end)
            if file:
                _write_plan(new_file("--ics", file), found, config, begin, end)
                click.echo(file, err=as_json)
                if not as_json:
                    return 0
        if as_json:
            print_json([entry.as_json() for entry in found])
            return 0
        for line in _in_words(found, config, {} if given else _days(station)):
            click.echo(line)
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


def _plan_of_station(station: Station, config: StationConfig, begin: datetime, end: datetime) -> list[Outlook]:
    from controller.runtime.catalogues import load_words
    from controller.timing.outlook import outlook

    with station.store().read() as tx:
        return outlook(tx, config, begin, end, load_words(config.site.language))


def _days(station: Station) -> dict[date, SaidDay]:
    from controller.store import days

    with station.store().read() as tx:
        return days.said(tx)


def _in_words(found: list[Outlook], config: StationConfig, days: dict[date, SaidDay]) -> Iterator[str]:
    from controller.commands.plan_text import plan_lines
    from controller.runtime.clocks import SystemClock

    return plan_lines(found, config, SystemClock().now(), days)


def _plan_of_file(file: Path, config: StationConfig, begin: datetime, end: datetime) -> list[Outlook]:
    """What a calendar file would have the station play; what of it is not understood goes to standard error."""
    from controller.calendar_file import plan_of, refused
    from controller.runtime.catalogues import load_words
    from schedules.ics_in import read

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(Problem.of("--ics", "cannot_be_read", path=file, reason=error.strerror)) from error
    try:
        imported = read(content, config.site.tz, all_day_at=time())
    except InputError as error:
        raise InputError(*(Problem(str(file), p.code, p.facts) for p in error.problems)) from error
    wrong = refused(imported, str(file))
    if wrong:
        raise InputError(*wrong)
    words = load_words("en")
    for entry in imported.left_out:
        why = words(f"problem.{entry.why}", **dict(entry.problem.facts))
        click.echo(f"{file} line {entry.line}: {entry.what}: {why}", err=True)
    return plan_of(imported, config, begin, end, load_words(config.site.language))


def _write_plan(file: Path, plan: list[Outlook], config: StationConfig, begin: datetime, end: datetime) -> None:
    from controller.calendar_file import plan_file

    file.write_bytes(plan_file(plan, config, begin, end))


def _tell_lunar(day: str, as_json: bool) -> None:
    from controller.runtime.catalogues import load_words
    from schedules.lunar import lunar_of
    from schedules.wording import lunar_words

    try:
        given = date.fromisoformat(day)
    except ValueError as error:
        raise InputError(Problem.of("DAY", "not_a_day", text=day)) from error
    with typed_as({"date": "DAY"}):
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
