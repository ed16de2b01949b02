"""`loalang run` and the processes that it, or systemd, starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from controller.commands.station import Station, station_command
from controller.runtime.alone import alone
from controller.runtime.catalogues import load_words
from controller.runtime.discretion import be_discreet, shut_memory, stay_in_memory
from controller.runtime.lean import give_memory_back
from controller.runtime.logs import set_up_logs
from controller.runtime.workers import end_with_parent


def join(group: click.Group) -> None:
    @station_command(group)
    def run(station: Station) -> int:
        """The whole station in one terminal."""
        from controller.run import run as run_all
        from controller.run import write_example

        station.places.make()
        write_example(station.config_file)
        config = station.config
        return run_all(config, station.places, station.config_file, load_words(config.site.language, ("controller",)))

    @station_command(group)
    def daemon(station: Station) -> int:
        """The controller: the clock, the boards, health."""
        from controller.daemon import main

        with _begun(station, "controller"):
            return main(station.config, station.places)

    @station_command(group)
    @click.argument("output", required=False)
    def audio(station: Station, output: str | None) -> int:
        """The player of one sound OUTPUT (the first one if none is named)."""
        from audio.daemon import main

        name = station.config.outputs[0].name if output is None else station.config.output(output).name
        with _begun(station, f"audio-{name}"):
            return main(station.config, station.places, name)

    @station_command(group)
    def web(station: Station) -> int:
        """The officials' page."""
        from controller.web_daemon import main

        with _begun(station, "web", discreet=True):
            return main(station.config, station.places)

    @station_command(group)
    def kiosk(station: Station) -> int:
        """The touch screen at the cultural house."""
        from kiosk.daemon import main

        with _begun(station, "kiosk", discreet=True):
            return main(station.config, station.places)

    @station_command(group)
    @click.argument("board")
    def screen(station: Station, board: str) -> int:
        """The notice board BOARD on an HDMI screen."""
        return _display(station, "screen", board)

    @station_command(group)
    @click.argument("board")
    def panel(station: Station, board: str) -> int:
        """The notice board BOARD on HUB75 panels."""
        return _display(station, "panel", board)


def _display(station: Station, command: str, ident: str) -> int:
    from controller.display_daemon import board_for, main

    board_for(station.config, command, ident)
    with _begun(station, f"{command}-{ident}"):
        return main(station.config, station.places, command, ident)


@contextmanager
def _begun(station: Station, name: str, discreet: bool = False) -> Iterator[None]:
    """Around the life of a process of the station. `discreet`: residents' data lies in its memory."""
    end_with_parent()
    give_memory_back()
    set_up_logs()
    if discreet:
        be_discreet()
        shut_memory()
        stay_in_memory()
    station.places.make([name])
    with alone(station.places, name):
        yield
