"""The command `loalang`.

Exit codes: 0 done; 2 what was entered is wrong, with one line that says what and where; 1 a fault
of the station. `--json` prints one JSON document on standard output and nothing else. Rooms are
imported by the command that needs them, so that each process loads only its own. What is printed is
UTF-8, whatever the terminal's locale is: Vietnamese fits into no other.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from controller.commands import boards, clock, guides, people, processes, records, speech, times


class OneLine(click.Group):
    """A wrong call is answered with one line, like every other error."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **more: Any) -> Any:
        _have_streams()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="replace")
        try:
            sys.exit(super().main(args, prog_name, **{**more, "standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(2)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "loalang"
            click.echo(f"{path}: {error.format_message()} (see {path} --help)", err=True)
            sys.exit(2)
        except click.ClickException as error:
            click.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(1)
        except OSError as error:  # what --help prints finds no room, either
            click.echo(f"{error.filename or 'loalang'}: {error.strerror or error}", err=True)
            sys.exit(1)


def _have_streams() -> None:
    """Whoever has closed a standard stream gives and gets nothing: the others, and files opened later, are unharmed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as we live


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loalang")
def main() -> None:
    """Loa Làng, the village loudspeaker."""


for room in (processes, speech, times, clock, boards, guides, records, people):
    room.join(main)

if __name__ == "__main__":
    main()
