"""`loalang board preview | bytes | emulate`: what a sign will show, and a sign for those who have none."""

from __future__ import annotations

import sys
import threading

import click

from controller.boards.facts import Facts
from controller.commands.station import Station, accepted, new_file, station_command


def join(group: click.Group) -> None:
    @group.group()
    def board() -> None:
        """The notice boards."""

    @station_command(board)
    @click.argument("board_id", metavar="BOARD")
    @click.option("--text", required=True)
    @click.option("--out", required=True, type=click.Path(dir_okay=False), metavar="FILE.png")
    def preview(station: Station, board_id: str, text: str, out: str) -> int:
        """Draw the very pixels that BOARD would show."""
        from controller.boards.preview import draft, png_of_rotation
        from controller.boards.typesetting import typeset
        from controller.runtime.files import replace_file

        found = station.config.board(board_id)
        picture = png_of_rotation(found, typeset(found, draft(accepted("--text", text)), _facts(station)))
        replace_file(new_file("--out", out), picture, durable=False)
        return 0

    @station_command(board, "bytes")
    @click.argument("board_id", metavar="BOARD")
    @click.option("--text", required=True)
    @click.option("--hex", "as_hex", is_flag=True)
    def bytes_(station: Station, board_id: str, text: str, as_hex: bool) -> int:
        """Print the bytes that would go to BOARD."""
        from controller.boards.preview import draft, frames_for

        found = station.config.board(board_id)
        frames = frames_for(found, draft(accepted("--text", text)), _facts(station))
        if as_hex:
            click.echo(frames.hex(" ").upper())
        else:
            sys.stdout.buffer.write(frames)
        return 0

    @station_command(board)
    @click.argument("board_id", metavar="BOARD")
    def emulate(station: Station, board_id: str) -> int:
        """Be the sign BOARD on a pty, with its pace and its picture."""
        from controller.boards.emulator_process import main
        from controller.runtime.alone import alone
        from controller.runtime.logs import set_up_logs
        from controller.runtime.workers import end_with_parent, stop_on_signals

        end_with_parent()
        set_up_logs()
        station.places.make()
        stopping = threading.Event()
        stop_on_signals(stopping)
        with alone(station.places, f"sign-{board_id}"):
            return main(station.config.board(board_id), station.places, stopping)


def _facts(station: Station) -> Facts:
    from controller.runtime.clocks import SystemClock

    now = SystemClock().now().astimezone(station.config.site.tz)
    return Facts(station.config.site.name, now.replace(second=0, microsecond=0))
