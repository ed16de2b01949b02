"""`loalang journal | doctor | backup | restore`: what was, how it is, and keeping it."""

from __future__ import annotations

from pathlib import Path

import click

from controller.commands.station import GivenPath, Station, instant, new_file, print_json, station_command, typed_as

MARKS = {"ok": "✓", "warning": "…", "fault": "!"}


def join(group: click.Group) -> None:
    @station_command(group)
    @click.option("--since", metavar="T", help="ISO 8601; of the station's time zone if it names none")
    @click.option("--json", "as_json", is_flag=True)
    def journal(station: Station, since: str | None, as_json: bool) -> int:
        """What happened, in order."""
        from controller.store import journal as lines

        tz = station.config.site.tz
        begin = None if since is None else instant("--since", since, tz)
        with station.store().read() as tx:
            found = lines.entries(tx, begin, limit=100_000)
        if as_json:
            print_json(
                [
                    {"at": e.at.astimezone(tz).isoformat(), "kind": e.kind, "subject": e.subject, "detail": e.detail}
                    for e in found
                ]
            )
        for entry in found if not as_json else ():
            facts = ", ".join(f"{key}={value}" for key, value in entry.detail.items())
            click.echo(f"{entry.at.astimezone(tz):%Y-%m-%d %H:%M:%S}  {entry.kind:<11} {entry.subject}  {facts}")
        return 0

    @station_command(group)
    @click.option("--json", "as_json", is_flag=True)
    def doctor(station: Station, as_json: bool) -> int:
        """Look at configuration, devices, voices, fonts, disk and clock; say what to do."""
        from controller.doctor.station import doctor as examine

        findings = examine(station.config, station.places)
        if as_json:
            print_json([finding.as_json() for finding in findings])
        for finding in findings if not as_json else ():
            click.echo(f"{MARKS[finding.state]} {finding.name}: {finding.what}")
            if finding.what_to_do:
                click.echo(f"    {finding.what_to_do}")
        return 1 if any(finding.state == "fault" for finding in findings) else 0

    @station_command(group)
    @click.argument("file", type=GivenPath(dir_okay=False))
    def backup(station: Station, file: str) -> int:
        """Put a copy of everything the station knows into FILE, while it goes on working."""
        from controller.backup import backup as make

        make(station.places, new_file("FILE", file), station.config_file)
        click.echo(file)
        return 0

    @station_command(group)
    @click.argument("file", type=GivenPath(dir_okay=False))
    def restore(station: Station, file: str) -> int:
        """Put the station back to what FILE has; the present state is kept beside it."""
        from controller.backup import restore as put_back

        with typed_as({"file": "FILE"}):
            kept = put_back(station.places, Path(file), station.config_file)
        if kept:
            click.echo(f"the state before is kept in {kept}")
        return 0
