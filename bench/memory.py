"""What processes hold of the machine's memory, started as they are when installed.

PSS divides a page among all who have it, strangers too: beside a busy machine a station looks smaller than alone on its
Pi. So pages are counted among our own processes only, by their numbers (pagemap, proc(5)), which the kernel shows root.
"""

from __future__ import annotations

import os
import re
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

PAGE = os.sysconf("SC_PAGESIZE")
PRESENT, FRAME = 1 << 63, (1 << 55) - 1
_MAPPING = re.compile("([0-9a-f]+)-([0-9a-f]+) ")


def compiled(folder: Path) -> dict[str, str]:
    """Variables with which the second start finds everything compiled, as after an installation: who has to compile
    keeps the gaps that it leaves, some megabytes in each process."""
    return {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": ""}


def family(pid: int) -> list[int]:
    """A process and its children: the kiosk is one that watches, one that is shown and one that waits."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(each for child in children for each in family(int(child)))]


def mb(pid: int, what: str = "Pss") -> float:
    """A line of smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))


def shares_mb(named: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """What each of these holds, a page divided among those of them that have it. Empty if we may not see that."""
    pages = {pid: _frames(pid) for pids in named.values() for pid in pids}
    holders = Counter(frame for frames in pages.values() for frame in frames)
    if holders.keys() <= {0}:
        return {}
    return {
        name: sum(PAGE / holders[frame] for pid in pids for frame in pages[pid]) / (1 << 20)
        for name, pids in named.items()
    }


def _frames(pid: int) -> set[int]:
    """The numbers of its pages; all 0 if we are not root."""
    found = set()
    with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pagemap:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
            mapping = _MAPPING.match(line)
            if mapping is None or "[v" in line:  # the kernel's own
                continue
            begin, end = (int(each, 16) // PAGE for each in mapping.groups())
            pagemap.seek(8 * begin)
            for (entry,) in struct.iter_unpack("=Q", pagemap.read(8 * (end - begin))):
                if entry & PRESENT:
                    found.add(entry & FRAME)
    return found
