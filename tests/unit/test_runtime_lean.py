"""What the station's processes do so that memory that was used once does not stay theirs."""

from __future__ import annotations

import subprocess
import sys

THREADS, PICTURE_MB = 4, 3

CHILD = f"""
import threading
{{before}}

def anonymous_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024

together = threading.Barrier({THREADS} + 1)

def work():
    for _ in range(3):  # one that was freed teaches glibc to keep the next
        bytearray({PICTURE_MB} << 20)
        together.wait()
    together.wait()

threads = [threading.Thread(target=work) for _ in range({THREADS})]
begin = anonymous_mb()
for thread in threads:
    thread.start()
for _ in range(3):
    together.wait()
print(anonymous_mb() - begin)
together.wait()
"""


def kept_mb(before: str) -> float:
    """What stays with a process whose threads have each had a picture three times."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(before=before)], capture_output=True, text=True, timeout=30, check=True
    )
    return float(done.stdout)


def test_what_threads_have_freed_goes_back_to_the_system() -> None:
    assert kept_mb("from controller.runtime.lean import give_memory_back; give_memory_back()") < 1
