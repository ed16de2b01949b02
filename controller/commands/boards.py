"""`loalang board preview | bytes | emulate`: what a sign will show, and a sign for those who have none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from controller.boards.facts import Facts
from controller.commands.station import GivenPath, Station, new_file, station_command, typed_as
from controller.core.errors import InputError
from controller.core.levels import Level
from controller.runtime.catalogues import load_words

if TYPE_CHECKING:
    from controller.boards.pages import Rotation
    from controller.core.showing import Item

Command = TypeVar("Command", bound=Callable[..., int])


def join(group: click.Group) -> None:
    @group.group()
    def board() -> None:
        """The notice boards."""

    @station_command(board)
    @_written
    @click.option("--out", required=True, type=GivenPath(dir_okay=False), metavar="FILE.png")
    def preview(station: Station, board_id: str, out: str, **written: str) -> int:
        """Draw the very pixels that BOARD would show, and say what it cannot."""
        from controller.boards.preview import png_of_rotation
        from controller.boards.typesetting import typeset
        from controller.runtime.files import replace_file

        found = station.config.board(board_id)
        rotation = typeset(found, _draft(**written), _facts(station))
        replace_file(new_file("--out", out), png_of_rotation(found, rotation), durable=False)
        for line in _unshown(rotation):
            click.echo(line, err=True)
        return 0

    @station_command(board, "bytes")
    @_written
    @click.option("--hex", "as_hex", is_flag=True)
    def bytes_(station: Station, board_id: str, as_hex: bool, **written: str) -> int:
        """Print the bytes that would go to BOARD."""
        from controller.boards.preview import frames_for

        found = station.config.board(board_id)
        with typed_as({"board": "BOARD"}):
            frames = frames_for(found, _draft(**written), _facts(station))
        if as_hex:
            click.echo(frames.hex(" ").upper())
        else:
            sys.stdout.buffer.write(frames)
        return 0

    @station_command(board)
    @click.argument("board_id", metavar="BOARD")
    def emulate(station: Station, board_id: str) -> int:
        """Be the sign BOARD on a pty, with its pace and its picture."""
        from controller.boards.emulators import main
        from controller.runtime.alone import alone
        from controller.runtime.logs import set_up_logs
        from controller.runtime.workers import end_with_parent, stop_on_signals

        end_with_parent()
        set_up_logs()
        station.places.make([f"sign-{board_id}"])
        stopping = threading.Event()
        stop_on_signals(stopping)
        with alone(station.places, f"sign-{board_id}"):
            return main(station.config.board(board_id), station.places, stopping)


def _written(command: Command) -> Command:
    """What a command takes that says what would be shown, and where."""
    levels = click.Choice([level.value for level in Level])
    command = click.option("--qr", default="", metavar="ADDRESS", help="shown as a code where there is room")(command)
    command = click.option("--level", type=levels, default=Level.NORMAL.value)(command)
    command = click.option("--title", default="")(command)
    command = click.option("--text", required=True)(command)
    return click.argument("board_id", metavar="BOARD")(command)


def _draft(text: str, title: str, level: str, qr: str) -> Item:
    """What would be shown of a notice with these words; InputError where the page would refuse it."""
    from controller.boards.preview import draft
    from controller.core.notice_drafts import NoticeDraft, cleaned, problems_of_words

    notice = cleaned(NoticeDraft(text=text, title=title, qr=qr, level=Level(level)))
    problems = problems_of_words(notice)
    if problems:
        with typed_as({"text": "--text", "title": "--title", "qr": "--qr"}):
            raise InputError(*problems)
    return draft(notice.text, notice.level, notice.title, notice.qr)


def _unshown(rotation: Rotation) -> list[str]:
    words = load_words("en")
    said = [words("board.preview.stripped")] if rotation.is_stripped else []
    if rotation.undrawable:
        said.append(words("board.preview.replaced", characters=" ".join(rotation.undrawable)))
    if rotation.alike:
        said.append(words("board.preview.alike", groups=" ".join(rotation.alike)))
    if rotation.left_out:
        said.append(words("board.preview.left_out", text=rotation.left_out))
    return said + [words(f"board.preview.without_{each}") for each in rotation.without]


def _facts(station: Station) -> Facts:
    from controller.runtime.clocks import SystemClock

    now = SystemClock().now().astimezone(station.config.site.tz)
    return Facts(station.config.site.name, now.replace(second=0, microsecond=0))
