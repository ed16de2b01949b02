"""Opens the database and hands out transactions; one connection a thread.

WAL with synchronous=FULL: of the four usual settings the only one that lost no acknowledged commit
in real power cuts. `sqlite3` errors leave this room as errors of our own tree.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from controller.core.errors import StationError

BUSY_TIMEOUT_S = 5.0
Tx = sqlite3.Connection  # an open transaction


class StoreBusyError(StationError):
    """Another process held the database longer than we may wait."""


class DiskFullError(StationError):
    """No room left to write."""


class BrokenStoreError(StationError):
    """What is in the file is not, or no longer, the station's database."""


class Store:
    """`station.db`, or another with migrations of its own. Open it once a process; every thread gets its own
    connection on first use."""

    def __init__(
        self,
        path: Path,
        read_only: bool = False,
        at_once: bool = True,
        migrations: str = "migrations",
        overwrites: bool = False,
    ) -> None:
        """`at_once=False` leaves it to the first use to find out what is wrong with the database. `migrations`: the
        folder beside this module. `overwrites`: what is deleted is overwritten in the file (PRAGMA secure_delete)."""
        self._path, self._read_only, self._migrations, self._overwrites = path, read_only, migrations, overwrites
        self._threads = threading.local()
        if at_once and not read_only:
            with self.write():
                pass  # migrates, so that a broken database is known at start

    @property
    def path(self) -> Path:
        return self._path

    @contextmanager
    def write(self, patient: bool = True) -> Iterator[Tx]:
        """One transaction that holds the write lock from its start; commits unless an error passes.

        Not `patient`: StoreBusyError at once if another process writes; for what does not matter enough to wait.
        """
        with translated(self._path):
            self._connection().execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_TIMEOUT_S) if patient else 0}")
        with self._transaction("BEGIN IMMEDIATE") as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent snapshot."""
        with self._transaction("BEGIN") as tx:
            yield tx

    def version(self) -> int:
        """A number that changes whenever another connection has committed (PRAGMA data_version)."""
        with translated(self._path):
            row = self._connection().execute("PRAGMA data_version").fetchone()
            return int(row[0])

    def complaint(self) -> str:
        """What SQLite's own check finds wrong with the file (PRAGMA quick_check); "" if it is whole."""
        with translated(self._path):
            rows = self._connection().execute("PRAGMA quick_check(5)").fetchall()
        found = [str(row[0]) for row in rows]
        return "" if found == ["ok"] else "; ".join(found)

    def shorten_log(self) -> bool:
        """Bring all of the write-ahead log into the file and empty it; False, at once, if somebody is in the way."""
        with translated(self._path):
            self._connection().execute("PRAGMA busy_timeout = 0")
            busy, _, _ = self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def copy_to(self, target: Path) -> None:
        """A consistent copy, while others go on writing (SQLite's online backup)."""
        with translated(target):
            copy = sqlite3.connect(target)
            try:
                self._connection().backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._threads, "connection", None)
        if connection is not None:
            connection.close()
            self._threads.connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Tx]:
        with translated(self._path):
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                try:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                except sqlite3.Error:
                    self.close()  # a connection that is stuck in its transaction would never write again
                raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = _open(self._path, self._read_only, self._migrations, self._overwrites)
            self._threads.connection = connection
        return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """`sqlite3` errors inside the block become errors of our own tree."""
    try:
        yield
    except sqlite3.Error as error:
        precisely = getattr(error, "sqlite_errorcode", 0)
        code = precisely & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreBusyError(f"{path}: busy: {error}") from error
        if code == sqlite3.SQLITE_FULL or precisely == sqlite3.SQLITE_IOERR_SHMSIZE:  # whoever opens it needs room, too
            raise DiskFullError(f"{path}: the disk is full") from error
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise _broken(path, str(error)) from error
        raise StationError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:  # of a message of SQLite's own, which quotes what is damaged
        raise _broken(path, "its schema cannot be read") from error


def _broken(path: Path, reason: str) -> BrokenStoreError:
    return BrokenStoreError(
        f"{path}: the database is damaged ({reason}). Put the last backup back with `loalang restore FILE`"
    )


def _open(path: Path, read_only: bool, migrations: str, overwrites: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    if not read_only:
        _create(path)
    connection = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")  # else REPLACE would get round the journal's
        connection.execute("PRAGMA cache_size = -1024")  # KiB; the station has four processes and 1 GB
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if overwrites:
                connection.execute("PRAGMA secure_delete = ON")
            _migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    """An empty file for a new database, open to the station's group as the umask allows (SQLite would
    leave the group out, and WAL and shared memory take their mode from it).

    Never opens a file that is there: closing it again would drop the locks that other connections of
    this process hold on it (POSIX), and a stranger's close would then take the WAL from under them.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o660))
    except FileExistsError:
        return
    except OSError as error:
        raise StationError(f"{path}: {error.strerror or error}") from error


def _migrate(connection: sqlite3.Connection, folder: str) -> None:
    """Bring the schema up to date, each step whole or not at all. Released steps are never edited."""
    steps = sorted(
        (int(file.name[:4]), file)
        for file in (resources.files(__package__ or "controller.store") / folder).iterdir()
        if file.name.endswith(".sql")
    )
    newest = steps[-1][0]
    if int(connection.execute("PRAGMA user_version").fetchone()[0]) == newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        have = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if have > newest:
            raise StationError(f"the database is of a newer version ({have}) than this program ({newest})")
        for number, file in steps:
            if number > have:
                for statement in _statements(file.read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """Single statements of a script (`executescript` would commit on its own)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
