"""Files that survive a power cut: temporary file, fsync, rename, fsync of the directory.

Without the last step the old file was seen to come back after a cut.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from controller.core.errors import StationError


def replace_file(
    path: Path, content: bytes, mode: int = 0o640, durable: bool = True, owner: tuple[int, int] | None = None
) -> None:
    """Put `content` at `path`, whole or not at all. `durable=False` skips the fsyncs (pictures). `owner`: user and
    group, where root writes for somebody else."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                os.fchmod(file.fileno(), mode)
                if owner:
                    os.fchown(file.fileno(), *owner)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise StationError(f"cannot write {path}: {error.strerror or error}") from error


def adopt_file(temporary: Path, path: Path, mode: int = 0o640) -> None:
    """Move a finished file (same file system) to its name for good."""
    try:
        with temporary.open("rb") as file:
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StationError(f"cannot write {path}: {error.strerror or error}") from error


def read_of_others(path: Path, limit: int) -> bytes:
    """What a file holds that was left by somebody whom we need not trust. OSError unless it is a plain file of at most
    `limit` bytes: no link is followed, and no pipe is waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no plain file", str(path))
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, "too large", str(path))
    return content


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
