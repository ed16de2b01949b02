"""What it takes to seal a file, to find it again, and to open the desk; argon2id costs what it costs at a station."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.table import percentile, table
from controller.core.filings import Draft
from controller.filing.desk import FilingDesk
from controller.filing.keys import DeskKeys
from controller.filing.papers import pdf_of
from controller.filing.receiving import Filing
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import SystemClock
from controller.runtime.identifiers import NewIds
from controller.runtime.page_key import PageKey
from controller.store import filings
from tests.support.filed import BIRTH, OFFICE, PASSWORD, cheap, submission
from tests.support.stations import SilentBell

TIMES, FILES = 10, 500
PHOTO = 900_000  # bytes; a page of A4, legible


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DISK")) as folder:
        table("Residents' files", ("", "median ms", "longest ms"), _measured(Path(folder)))
    print(f"most memory at once: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB\n")


def _measured(folder: Path) -> list[tuple[str, str, str]]:
    store, clock, bell = filings.opened(folder / "filings.db"), SystemClock(), SilentBell()
    ids = NewIds(clock)
    filing, desk = Filing(store, bell, clock, ids), FilingDesk(store, bell, clock, ids, lambda: OFFICE)
    keys = DeskKeys(store, bell, clock, ids, PageKey(folder / "page" / "page.key"))
    sitting, _ = keys.make("lan", PASSWORD)
    photos, numbers = (os.urandom(PHOTO),) * 3, iter(range(10**6))
    receipt = filing.submit(submission(next(numbers), photos=photos))
    first, code = desk.outlines()[0].id, filing.new_resume_code()
    draft = Draft("ab" * 32, b"x" * 20_000, tuple(("p", photo) for photo in photos))
    rows = [
        _timed("filed, three photos", lambda: filing.submit(submission(next(numbers), photos=photos))),
        _timed("found by number and birth date", lambda: filing.state_of_number(receipt.number, BIRTH)),
        _timed("found by token", lambda: filing.state_of_token(receipt.token)),
        _timed("a draft kept", lambda: filing.keep_draft(code, draft)),
        _timed("a draft resumed", lambda: filing.resume(code)),
        _timed("the desk unlocked", lambda: keys.unlock("lan", PASSWORD)),
    ]
    cheap(store)
    for _ in range(FILES):
        filing.submit(submission(next(numbers), photos=()))
    rows.append(_timed(f"thirty of the queue, {FILES} files", lambda: desk.lines(sitting, desk.outlines()[:30])))
    rows.append(_timed(f"all names looked through, {FILES} files", lambda: desk.queue(sitting)))
    rows.append(_timed("a file opened", lambda: desk.open(sitting, first)))
    opened, words, place = desk.open(sitting, first), load_words("vi"), ZoneInfo("Asia/Ho_Chi_Minh")
    pictures = tuple((each.paper, desk.photo(sitting, first, each.place)) for each in opened.photos)
    rows.append(_timed("a file as PDF", lambda: pdf_of(opened, pictures, words, place)))
    rows.append(_timed("a file as JSON", lambda: desk.exported(sitting, first)))
    keys.enrol("minh", PASSWORD)
    keys.grant(sitting, "minh")
    rows.append(_timed(f"an official removed, {FILES} files", lambda: keys.remove(sitting, "minh"), 1))
    store.close()
    return rows


def _timed(what: str, act: Callable[[], object], times: int = TIMES) -> tuple[str, str, str]:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - begun))
    return what, f"{percentile(took, 0.5):.0f}", f"{max(took):.0f}"
