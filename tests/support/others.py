"""Another user of the station's machine, as systemd/sysusers.conf makes them: in the station's group, and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PAGE, KIOSK, STATION, FILINGS = 64_001, 64_002, 64_010, 64_011  # users, and groups; nobody here has these numbers
# Python may lie where only root reads it: what is needed is imported before the process becomes somebody else.
BECOME = """
import argon2, importlib.readers, json, os, sqlite3, sys, nacl.pwhash, nacl.secret
from pathlib import Path
from controller.backup import backup
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
os.umask(0o007); os.setgroups([{groups}]); os.setgid({group}); os.setuid({user})
"""


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that other users can go through; pytest closes its own to them, whenever another pytest starts."""
    with tempfile.TemporaryDirectory(prefix="loalang-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def as_on_the_pi(state: Path) -> None:
    """Owners and rights as with systemd/tmpfiles.conf, all files the page's; skips where only root may do that."""
    if os.geteuid() != 0:
        pytest.skip("only root may work under other users' names")
    for path in (state, *state.rglob("*")):
        os.chown(path, PAGE, STATION, follow_symlinks=False)
    os.chown(state, 0, STATION)
    state.chmod(0o2770)
    for path in state.rglob("*"):
        if path.parent.name != "page" and path.name != "page" and not path.is_symlink():
            path.chmod(0o2770 if path.is_dir() else 0o660)


def as_another(program: str, *words: object, user: int = KIOSK, group: int = STATION) -> Any:
    """What a program prints as JSON that becomes the kiosk's user, or another one in the station's group, first."""
    whole = BECOME.format(user=user, group=group, groups=f"{STATION}, {FILINGS}") + program
    done = subprocess.run(
        [sys.executable, "-c", whole, *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
