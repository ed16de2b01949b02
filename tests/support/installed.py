"""A station's folders and users as the shipped files make them, below a folder: systemd-sysusers and systemd-tmpfiles
do it themselves, with numbers that nobody here has; and processes of these users."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from controller.runtime.places import Places

UNITS = Path(__file__).parents[2] / "systemd"
FIRST = 64_101
USERS = {
    f"loalang-{kind}": FIRST + n for n, kind in enumerate(("audio", "controller", "web", "kiosk", "screen", "panel"))
}
STATION = FIRST + 20
OTHERS = ("loalang-filings", "loalang-ringers", "gpio", "dialout")
GROUPS = {"loalang": STATION} | {name: STATION + 1 + number for number, name in enumerate(OTHERS)}
# Python may lie where only root reads it: what is needed is imported before the process becomes somebody else.
BECOME = """
import errno, fcntl, importlib.readers, json, os, pwd, socket, sqlite3, sys, types
from pathlib import Path
from audio.progress import ProgressFile
from controller.runtime.alone import alone
from controller.runtime.doorbell import Doorbell, Doorway, at_home
from controller.runtime.places import Places
{more}
numbers = {users}
pwd.getpwnam = lambda name: types.SimpleNamespace(pw_uid=numbers[name])  # as where the station is installed
os.umask(0o007); os.setgroups({groups}); os.setgid({group}); os.setuid({user})
places = Places(Path({state!r}))
"""


@dataclass(frozen=True)
class Installed:
    root: Path
    places: Places
    more: str = ""  # imports

    def as_user(self, name: str, program: str) -> subprocess.Popen[str]:
        """`program` as the user of that name, with everything of BECOME at hand; it talks through its pipes."""
        whole = BECOME.format(
            groups=self._groups(name),
            group=STATION,
            user=USERS[name],
            users=USERS,
            state=str(self.places.state),
            more=self.more,
        )
        return subprocess.Popen(
            [sys.executable, "-c", whole + program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def done_by(self, name: str, program: str) -> str:
        """What it has printed; it must end well."""
        with self.as_user(name, program) as process:
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return said.strip()

    def _groups(self, name: str) -> list[int]:
        lines = (line.split(":") for line in (self.root / "etc/group").read_text(encoding="utf-8").splitlines())
        return [int(number) for _, _, number, members in lines if name in members.split(",")]


def install(root: Path, more: str = "") -> Installed:
    """As docs/install-pi.md says it, below `root`; skips where only root may do that. `more`: what processes import."""
    if os.geteuid() != 0 or shutil.which("systemd-tmpfiles") is None:
        pytest.skip("only root may work under other users' names")
    etc = root / "etc"
    etc.mkdir(parents=True, exist_ok=True)
    users = [f"{user}:x:{number}:{number}::/:/bin/sh\n" for user, number in USERS.items()]
    groups = [f"{group}:x:{number}:\n" for group, number in (USERS | GROUPS).items()]
    (etc / "passwd").write_text("root:x:0:0::/:/bin/sh\n" + "".join(users), encoding="utf-8")
    (etc / "group").write_text("root:x:0:\n" + "".join(groups), encoding="utf-8")
    _told(root, "systemd-sysusers", "sysusers.conf")
    _told(root, "systemd-tmpfiles", "tmpfiles.conf", "--create")
    places = Places(root / "var/lib/loalang")
    for link, target in ((places.run, "run/loalang"), (places.pictures, "run/loalang/pictures")):
        link.unlink()  # it names the machine's own
        link.symlink_to(root / target)
    return Installed(root, places, more)


@contextmanager
def living(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Whatever happens, it ends."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def _told(root: Path, program: str, file: str, *words: str) -> None:
    subprocess.run([program, f"--root={root}", *words, str(UNITS / file)], check=True, capture_output=True)
