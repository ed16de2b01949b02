"""A desk for residents' files in a folder, and made-up residents; argon2id costs next to nothing here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.core.file_documents import Answer, Applicant, Consent, FileDocument, Paper, Said
from controller.core.filings import Submission
from controller.core.office_days import Office as OfficeDays
from controller.core.ports import Clock, Ids
from controller.filing.desk import FilingDesk
from controller.filing.keys import DeskKeys
from controller.filing.receiving import Filing
from controller.filing.sittings import Sitting
from controller.runtime.clocks import FakeClock
from controller.runtime.identifiers import NewIds
from controller.runtime.page_key import PageKey
from controller.runtime.places import Places
from controller.runtime.sealing import Cost
from controller.store import filings
from controller.store.connection import Store
from tests.support.stations import START, CountedIds, SilentBell

CHEAP = Cost(1, 8)
OFFICE = OfficeDays(ZoneInfo("Asia/Ho_Chi_Minh"))
PASSWORD = "sông nước quê mình xanh"
NAME, BIRTH, ID_NUMBER, PHONE = "Nông Thị Bưởi Thử", "1948-02-03", "008148999999", "0000000000"


def document(name: str = NAME, birth_date: str = BIRTH, title: str = "Đăng ký khai sinh") -> FileDocument:
    return FileDocument(
        guide="khai-sinh", guide_version="v1", title=title, code="1.001193", language="vi",
        applicant=Applicant(name, birth_date, ID_NUMBER, PHONE),
        answers=(Answer(("me", "ho_ten"), name), Answer(("con", 0, "ten"), "Bé Thử"), Answer(("so_ban",), 3)),
        review=(Said("Họ tên", name), Said("Số định danh", ID_NUMBER)),
        papers=(Paper("giay_chung_sinh", "Giấy chứng sinh", "yes"),),
        consent=Consent("Tôi đồng ý.", "2026-11-21T06:00:00Z"),
    )  # fmt: skip


def submission(
    number: int = 1, photos: tuple[bytes, ...] = (b"\xff\xd8first", b"\xff\xd8second"), **more: str
) -> Submission:
    """`number` makes the visit's secret."""
    ident = hashlib.sha256(f"visit {number}".encode()).hexdigest()
    return Submission(
        ident, "khai-sinh", document(**more).as_json(), tuple(("giay_chung_sinh", photo) for photo in photos)
    )


def cheap(store: Store) -> None:
    """Numbers and codes cost next to nothing to try."""
    with store.write() as tx:
        tx.execute("UPDATE house SET passes = 1, memory_kib = 8")


@dataclass
class Office:
    places: Places
    store: Store
    clock: Clock
    bell: SilentBell
    filing: Filing
    desk: FilingDesk
    keys: DeskKeys

    def opened(self) -> Sitting:
        """The desk's key made, by its first official."""
        return self.keys.make("lan", PASSWORD)[0]


def office_in(folder: Path, clock: Clock | None = None, believed: bool = True) -> Office:
    places = Places(folder)
    places.make()
    store = filings.opened(places.filings_db)
    cheap(store)
    ids: Ids = CountedIds() if clock is None or isinstance(clock, FakeClock) else NewIds(clock)
    clock, bell = clock or FakeClock(START), SilentBell()
    return Office(
        places, store, clock, bell, Filing(store, bell, clock, ids, lambda: believed),
        FilingDesk(store, bell, clock, ids, lambda: OFFICE),
        DeskKeys(store, bell, clock, ids, PageKey(places.page_key), CHEAP),
    )  # fmt: skip
