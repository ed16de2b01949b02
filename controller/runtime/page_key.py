"""The page's key: under it is locked what lies in databases that others may read, and is of the page's alone.

A file of 32 random bytes in a folder that only the page's user and root may enter (kiosk, sound and screens may not).
Made at first need, once, whole or not at all. It is read anew each time, for `loalang user`, run by root, may have made
it meanwhile. What is locked is locked for one purpose and name: it cannot be put in another's place.
"""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
from pathlib import Path

from controller.core.errors import StationError
from controller.runtime import sealing
from controller.runtime.files import replace_file
from controller.runtime.sealing import KEY_BYTES, SealError

GROUP, USER = "loalang", "loalang-web"  # on the Pi (systemd/sysusers.conf)


class PageKeyError(StationError):
    """The key cannot be read or made here, or is damaged; what is locked under it may be in order."""


class PageKeyLostError(StationError):
    """What is there was locked under a key that is gone."""


class PageKey:
    def __init__(self, file: Path) -> None:
        self._file = file

    def locked(self, whose: str, content: bytes) -> bytes:
        """40 bytes longer. `whose`: what it is and of whom ("password/lan"), which has to be said again to open it."""
        return sealing.locked(self._own(whose), content)

    def unlocked(self, whose: str, box: bytes) -> bytes:
        """SealError: locked for something else, changed, or under a key that is gone."""
        key = self.content()
        if key is None:
            raise SealError("the page's key is gone")
        return sealing.unlocked(_for(key, whose), box)

    def mark(self, text: str) -> str:
        """What stands for a text; without the key nobody can tell whether a guess is right."""
        return self._own(f"mark/{text}").hex()

    def content(self) -> bytes | None:
        """The key itself; None before there is one. PageKeyError."""
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise PageKeyError(
                f"{self._file} cannot be read: only root and the page's user may (`sudo loalang ...`); `sudo loalang"
                " doctor` says whether its rights are in order"
            ) from error
        except OSError as error:
            raise PageKeyError(f"{self._file} cannot be read: {error.strerror or error}") from error
        if len(content) != KEY_BYTES:
            raise PageKeyError(
                f"{self._file} is damaged: delete it, and give officials new passwords with `sudo loalang user password"
                " NAME`, or put a backup back"
            )
        return content

    def _own(self, whose: str) -> bytes:
        key = self.content()
        return _for(self._made() if key is None else key, whose)

    def _made(self) -> bytes:
        folder = self._file.parent
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0 and folder.stat().st_uid == 0:
                os.chown(folder, *owner_in(folder.parent))
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)  # whoever comes second finds the first one's
                made = self.content()
                if made is None:
                    made, there = sealing.new_key(), folder.stat()
                    owner = (there.st_uid, there.st_gid) if os.geteuid() == 0 else None
                    replace_file(self._file, made, mode=0o600, owner=owner)
            finally:
                os.close(handle)
        except OSError as error:
            raise PageKeyError(f"{self._file} cannot be made: {error.strerror or error}") from error
        return made


def _for(key: bytes, whose: str) -> bytes:
    return sealing.digest(whose.encode("utf-8", "surrogatepass"), key)


def owner_in(state: Path) -> tuple[int, int]:
    """Whose (user, group) the key's folder is to be in a state directory: the page's user's where each process has one
    of its own, else whose the state is."""
    there = state.stat()
    try:
        if there.st_uid == 0 and grp.getgrgid(there.st_gid).gr_name == GROUP:
            return pwd.getpwnam(USER).pw_uid, there.st_gid
    except KeyError:
        pass
    return there.st_uid, there.st_gid
