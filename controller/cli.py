"""The command `loalang`.

Exit codes: 0 done; 2 what was entered is wrong, with one line that says what and where; 1 a fault
of the station. `--json` prints one JSON document on standard output and nothing else. Rooms are
imported by the command that needs them, so that each process loads only its own. What is printed is
UTF-8, whatever the terminal's locale is: Vietnamese fits into no other.
"""

from __future__ import annotations

import io
import sys

import click

from controller.commands import boards, people, processes, records, speech, times


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loalang")
def main() -> None:
    """Loa Làng, the village loudspeaker."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


for room in (processes, speech, times, boards, records, people):
    room.join(main)

if __name__ == "__main__":
    main()
