"""Keeps everything the station knows in one file, and puts it back.

The file is a gzipped tar: `manifest.json` first, with the length and SHA-256 of every other member;
then the databases (residents' files stay sealed, and without drafts), the page's key, the configuration, and the sound
files and pictures in use. Putting back believes nothing: names, lengths and hashes are checked before anything is
changed, and the state before is kept. What was deleted of residents' files since stays deleted; what was locked under
the page's key of then is locked under the station's own, which stays.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import stat
import tarfile
import tempfile
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from controller import walling
from controller.core.errors import ConfigError, InputError, Problem, StationError
from controller.runtime.config_text import load_config
from controller.runtime.doorbell import at_home
from controller.runtime.files import adopt_file, sync_folder
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
from controller.runtime.sealing import KEY_BYTES
from controller.store import copies, filing_records, filings
from controller.store.connection import Store, StoreBusyError

FORMAT = 1
MANIFEST, DATABASE, CONFIGURATION = "manifest.json", "station.db", "station.toml"
FILINGS, PAGE_KEY = "filings/filings.db", "page/page.key"
MANIFEST_LIMIT = 8_000_000  # bytes; some fifty thousand files
_KEPT = re.compile(r"(?:renditions/([0-9a-f]{64})\.wav|sounds/([0-9a-f]{64})|notice-pictures/([0-9a-f]{64})\.png)")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    length: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    made_at: str  # ISO 8601, UTC
    files: dict[str, Member]


def backup(places: Places, file: Path, config_file: Path | None = None) -> None:
    """Write a backup to `file`, whole or not at all, while the station goes on working. PageKeyError for whoever may
    not read the page's key: without it no official could sign in to what is put back."""
    if not places.station_db.is_file():
        raise InputError(Problem.of("--state", "no_station", path=places.state))
    at = datetime.now(UTC)
    config = config_file or places.config
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
            copy = Path(folder, DATABASE)
            parts = {DATABASE: copy}
            prepared, recorded, pictured = _copy(places, copy, at)
            if places.filings_db.is_file():  # after the station's: its journal must not be ahead of this one's outbox
                parts[FILINGS] = _copy_filings(places, Path(folder, "filings.db"), at)
            parts |= {f"renditions/{sha256}.wav": places.rendition(sha256) for sha256 in prepared}
            parts |= {f"sounds/{sha256}": places.sound(sha256) for sha256 in recorded}
            parts |= {f"notice-pictures/{sha256}.png": places.notice_picture(sha256) for sha256 in pictured}
            if PageKey(places.page_key).content() is not None:
                parts[PAGE_KEY] = places.page_key
            if config.is_file():
                parts[CONFIGURATION] = config
            made = Path(folder, "backup")
            _pack(made, parts, at)
            adopt_file(made, file, mode=0o600)
    except OSError as error:
        raise StationError(f"cannot write {file}: {error.strerror or error}") from error


def restore(places: Places, file: Path, config_file: Path | None = None) -> Path | None:
    """Put back what `file` has, and say where the state before is kept (None if there was none).

    InputError, with nothing changed, if the file is damaged or any process of the station runs. Cut
    short between two steps it can simply be done again: the database's change of place is the last.
    """
    places.make(processes=())
    _refuse_while_running(places)
    try:
        with tempfile.TemporaryDirectory(dir=places.state, prefix=".restore-") as folder:
            return _change_over(places, file, config_file or places.config, Path(folder))
    except OSError as error:
        raise StationError(f"cannot restore into {places.state}: {error}") from error


# --- writing


def _copy(places: Places, copy: Path, at: datetime) -> tuple[list[str], list[str], list[str]]:
    """A consistent copy of the database, fit to be kept; the prepared files, recordings and pictures it needs that
    are there."""
    store = Store(places.station_db, read_only=True)  # waits for nobody
    store.copy_to(copy)
    store.close()
    kept_copy = Store(copy)
    with kept_copy.write() as tx:
        prepared, recorded = copies.sounds_in_use(tx, at)
        prepared = [sha256 for sha256 in prepared if places.rendition(sha256).is_file()]
        recorded = [sha256 for sha256 in recorded if places.sound(sha256).is_file()]
        pictured = [known for known in copies.pictures_in_use(tx, at) if places.notice_picture(known).is_file()]
        copies.make_fit_to_keep(tx, at, prepared, recorded, pictured)
    kept_copy.close()
    copies.close_for_good(copy)
    return prepared, recorded, pictured


def _copy_filings(places: Places, copy: Path, at: datetime) -> Path:
    store = Store(places.filings_db, read_only=True)
    store.copy_to(copy)
    store.close()
    kept_copy = filings.opened(copy)
    with kept_copy.write() as tx:
        copies.leave_drafts_out(tx)
    kept_copy.close()
    copies.close_for_good(copy)
    return copy


def _pack(made: Path, parts: dict[str, Path], at: datetime) -> None:
    files = {name: Member(path.stat().st_size, _sha256(path)) for name, path in parts.items()}
    head = json.dumps(asdict(Manifest(FORMAT, at.isoformat(), files)), indent=1).encode()
    with tarfile.open(made, "w:gz", compresslevel=1) as archive:  # sound hardly shrinks; a Pi is slow
        archive.addfile(_entry(MANIFEST, len(head), at), io.BytesIO(head))
        for name, path in parts.items():
            with path.open("rb") as source:
                archive.addfile(_entry(name, files[name].length, at), source)


def _entry(name: str, length: int, at: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = length, 0o600, int(at.timestamp())
    return entry


# --- reading


def _broken(file: Path, reason: str) -> InputError:
    return InputError(Problem.of("file", "backup_broken", file=file, reason=reason))


def _unpack(file: Path, staged: Path) -> Manifest:
    """Lay out every member under `staged`, checked; InputError at the first thing that is not right."""
    try:
        with gzip.open(file) as whole, tarfile.open(fileobj=whole, mode="r|") as archive:
            manifest: Manifest | None = None
            seen = set()
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise _broken(file, f"{entry.name!r} is not a plain file")
                if manifest is None:
                    manifest = _manifest(file, entry, content)
                    _refuse_too_large(manifest, staged)
                    continue
                if entry.name not in manifest.files or entry.name in seen:
                    raise _broken(file, f"{entry.name!r} is not in its list, or comes twice")
                seen.add(entry.name)
                _lay_out(file, staged / entry.name, content, manifest.files[entry.name])
            while whole.read(_CHUNK):  # to its end, where gzip has its own sum
                pass
    except FileNotFoundError as error:
        raise InputError(Problem.of("file", "backup_absent", file=file)) from error
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise _broken(file, str(error)) from error
    if manifest is None:
        raise _broken(file, "it is empty")
    if missing := sorted(manifest.files.keys() - seen):
        raise _broken(file, f"{missing[0]!r} is missing")
    return manifest


def _manifest(file: Path, entry: tarfile.TarInfo, content: IO[bytes]) -> Manifest:
    """The list of members. Names are the seven kinds that we write and nothing else: no path can lead away."""
    if entry.name != MANIFEST or entry.size > MANIFEST_LIMIT:
        raise _broken(file, "it is not a backup of this program")
    try:
        table = json.loads(content.read(MANIFEST_LIMIT))
        files = {str(name): Member(int(m["length"]), str(m["sha256"])) for name, m in table["files"].items()}
        manifest = Manifest(int(table["format"]), str(table["made_at"]), files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(file, "its list cannot be read") from error
    if manifest.format != FORMAT:
        raise _broken(file, f"its format is {manifest.format}; this program knows {FORMAT}")
    for name, member in files.items():
        kept = _KEPT.fullmatch(name)
        if not kept and name not in {DATABASE, FILINGS, PAGE_KEY, CONFIGURATION}:
            raise _broken(file, f"{name!r} does not belong into a backup")
        if kept and member.sha256 not in kept.groups():
            raise _broken(file, f"{name!r} is not what it is named after")
    if PAGE_KEY in files and files[PAGE_KEY].length != KEY_BYTES:
        raise _broken(file, "its key of the page is damaged")
    if DATABASE not in files:
        raise _broken(file, "it has no database")
    return manifest


def _refuse_too_large(manifest: Manifest, staged: Path) -> None:
    needed = sum(member.length for member in manifest.files.values())
    free = shutil.disk_usage(staged).free
    if needed > free:
        raise StationError(f"the backup needs {needed // 1_000_000} MB, {free // 1_000_000} MB are free")


def _lay_out(file: Path, target: Path, content: IO[bytes], member: Member) -> None:
    target.parent.mkdir(exist_ok=True)
    digest, length = hashlib.sha256(), 0
    with target.open("wb") as out:
        while chunk := content.read(_CHUNK):
            length += len(chunk)
            if length > member.length:
                break
            digest.update(chunk)
            out.write(chunk)
    if length != member.length or digest.hexdigest() != member.sha256:
        raise _broken(file, f"{target.name!r} is damaged")


def _prove(file: Path, staged: Path) -> None:
    """The database opens, is whole and of a version we know; the configuration is one we accept."""
    try:
        store = Store(staged / DATABASE)
        complaint = store.complaint()
        store.close()
        if not complaint and (staged / FILINGS).exists():
            store = filings.opened(staged / FILINGS)
            complaint = store.complaint()
            store.close()
        if (staged / CONFIGURATION).exists():
            load_config(staged / CONFIGURATION)
    except (StationError, ConfigError) as error:
        raise _broken(file, str(error)) from error
    if complaint:
        raise _broken(file, complaint)


# --- changing over


def _refuse_while_running(places: Places) -> None:
    if running := [name for name in places.bells() if at_home(places, name)]:
        raise InputError(Problem.of("--state", "station_runs", who=", ".join(running)))


def _close_present(database: Path) -> None:
    """Bring a present database into one file; InputError if a process without a doorbell has it open."""
    if not database.exists():
        return
    try:
        copies.close_for_good(database)
    except StoreBusyError as error:
        raise InputError(Problem.of("--state", "station_runs", who=database.name)) from error
    except StationError:
        pass  # damaged: to be replaced, and kept as it is


def _stay_deleted(present: Path, staged: Path) -> None:
    """Whatever was deleted of residents' files since the backup stays deleted, with its record."""
    if not (present.exists() and staged.exists()):
        return
    try:
        store = filings.opened(present)
        with store.read() as tx:
            deleted = filing_records.deletions(tx, limit=-1)
        store.close()
    except StationError:
        return  # damaged: nobody knows any more
    store = filings.opened(staged)
    with store.write() as tx:
        filings.stay_deleted(tx, deleted)
    store.close()
    copies.close_for_good(staged)


def _change_over(places: Places, file: Path, config: Path, staged: Path) -> Path | None:
    at = datetime.now(UTC)
    manifest = _unpack(file, staged)
    _prove(file, staged)
    _go_on(staged / DATABASE, at)
    _close_present(places.station_db)
    _stay_deleted(places.filings_db, staged / FILINGS)
    _close_present(places.filings_db)
    _wall_in(places, staged)
    for name in sorted(manifest.files):
        if _KEPT.fullmatch(name) and not (places.state / name).exists():
            _adopt(staged / name, places.state / name, places)
    replaced = [places.filings_db] if FILINGS in manifest.files else []
    kept = _keep(places, [places.station_db, *replaced], config, at)
    if CONFIGURATION in manifest.files:
        _adopt(_beside(config, staged / CONFIGURATION), config, places)
    if FILINGS in manifest.files:
        _adopt(staged / FILINGS, places.filings_db, places)
    _adopt(staged / DATABASE, places.station_db, places)
    return kept


def _adopt(staged: Path, target: Path, places: Places) -> None:
    """Into place, with the owner and mode of the file it replaces, else with its folder's within the state."""
    folder = places.filings if target == places.filings_db else places.state
    model = (target if target.exists() else folder).stat()
    mode = stat.S_IMODE(model.st_mode) & 0o666
    if os.geteuid() == 0:  # as root on the Pi: the station's own user must be able to go on with it
        os.chown(staged, model.st_uid, model.st_gid)
    adopt_file(staged, target, mode)


def _go_on(database: Path, at: datetime) -> None:
    store = Store(database)
    with store.write() as tx:
        copies.go_on_from(tx, at)
    store.close()
    copies.close_for_good(database)


def _wall_in(places: Places, staged: Path) -> None:
    """What is put back lies behind the station's own key: also what was in clear, in a backup of an older program."""
    before = PageKey(staged / PAGE_KEY) if (staged / PAGE_KEY).exists() else None
    walling.close_off(staged / DATABASE, staged / FILINGS, PageKey(places.page_key), before)
    for database in (staged / DATABASE, staged / FILINGS):
        if database.exists():
            copies.close_for_good(database)


def _keep(places: Places, replaced: list[Path], config: Path, at: datetime) -> Path | None:
    """Keep the databases that are to be replaced, and the configuration, in a folder beside them."""
    databases = [Path(f"{each}{end}") for each in replaced for end in ("", "-wal", "-shm")]
    present = [path for path in (*databases, config) if path.exists()]
    if not present:
        return None
    kept = places.state / f"before-restore-{at:%Y%m%dT%H%M%SZ}"
    kept.mkdir(mode=0o700)
    for path in present:
        if path in databases:
            try:
                os.link(path, kept / path.name)  # the file itself, at no cost; its old name is about to be replaced
                continue
            except OSError:  # a file system without links
                pass
        shutil.copy2(path, kept / path.name)
    sync_folder(kept)
    for log in present:
        if log in databases and log.name.endswith(("-wal", "-shm")):
            log.unlink()  # the old database's, which the new one must not find
    return kept


def _beside(target: Path, staged: Path) -> Path:
    """The staged file on the target's own file system, so that it can be renamed into place."""
    near = target.with_name(f".{target.name}.restored")
    with contextlib.suppress(FileNotFoundError):
        near.unlink()
    shutil.copyfile(staged, near)
    return near


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
