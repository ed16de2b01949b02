"""What a thief or the next resident does: looks for somebody's data, in every shape, in files and in memory."""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

PIECE = 64 << 20


Wanted = Mapping[str, frozenset[bytes]]  # what is looked for, by what it is called


def remembered(secrets: Iterable[str | bytes]) -> Wanted:
    """As programs hold it in memory: Python, C, X11. Few shapes, for there is much to look through."""
    return {_called(each): frozenset([each] if isinstance(each, bytes) else _encoded({each})) for each in secrets}


def written(secrets: Iterable[str | bytes]) -> Wanted:
    """In every shape in which it might lie in a file, at any place of a longer text."""
    return {_called(each): frozenset([each]) if isinstance(each, bytes) else _shapes(each) for each in secrets}


def _called(secret: str | bytes) -> str:
    return secret if isinstance(secret, str) else secret[:12].hex()


def _ways(text: str) -> set[str]:
    ways = {text, text.lower(), text.upper(), text.replace("-", "")}
    return ways | {unicodedata.normalize("NFD", each) for each in ways}


def _encoded(ways: set[str]) -> set[bytes]:
    return {way.encode(coding) for way in ways for coding in ("utf-8", "utf-16-le", "utf-32-le")}


def _shapes(text: str) -> frozenset[bytes]:
    plain, packed = _encoded(_ways(text)) | {way.encode("utf-16-be") for way in _ways(text)}, set[bytes]()
    for way in _ways(text):
        plain |= {ascii(way)[1:-1].encode(), json.dumps(way)[1:-1].encode(), repr(way.encode())[2:-1].encode()}
        plain |= {quote(way).encode(), quote_plus(way).encode(), quote(way).lower().encode()}
    for each in plain:
        packed |= {each.hex().encode(), each.hex().upper().encode()}
        for before in range(3):  # wherever it begins among the three bytes that make four letters
            whole = base64.b64encode(bytes(before) + each)
            packed.add(whole[4 if before else 0 : len(whole) - 4])  # what its neighbours do not change
    return frozenset(each for each in plain | packed if len(each) >= min(6, len(text)))


def seen_in(content: bytes, secrets: Wanted) -> set[str]:
    return {name for name, needles in secrets.items() if any(needle in content for needle in needles)}


def in_files(folders: Iterable[Path], secrets: Wanted) -> dict[str, set[str]]:
    """Which files below the folders (or files) have some of it, in their content or their name."""
    found = {}
    for path in (each for folder in folders for each in (_below(folder) if folder.is_dir() else [folder])):
        try:
            content = b"" if path.is_symlink() or not path.is_file() else path.read_bytes()
        except FileNotFoundError:  # gone meanwhile
            continue
        if hit := seen_in(content + b"\0" + str(path).encode(), secrets):
            found[str(path)] = hit
    return found


def _below(folder: Path) -> Iterator[Path]:
    """All files and folders; those that go meanwhile are passed over."""
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in (*folders, *files))


def in_memory(pid: int, secrets: Wanted) -> set[str]:
    """Which of it lies in the memory of a process, its command line, its environment or its open memory files."""
    found = set[str]()
    for piece in _memory(pid):
        found |= seen_in(piece, secrets)
    for name in ("cmdline", "environ", "comm"):
        found |= seen_in(Path(f"/proc/{pid}/{name}").read_bytes(), secrets)
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if "memfd:" in str(handle.readlink()):
                found |= seen_in(handle.read_bytes(), secrets)
        except OSError:  # closed meanwhile
            continue
    return found


def children_of_all(pid: int) -> list[int]:
    """The children of every thread of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _memory(pid: int) -> Iterator[bytes]:
    """All that it may write to, in pieces that overlap."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            area, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            begin, end = (int(part, 16) for part in area.split("-"))
            for at in range(begin, end, PIECE):
                try:
                    memory.seek(at)
                    yield memory.read(min(end, at + PIECE + 4096) - at)
                except (OSError, ValueError):  # a device's, or gone
                    break
