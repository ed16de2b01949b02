"""A card from a scanner that has no keys for Vietnamese letters: what was read is kept, and its name is asked."""

from __future__ import annotations

from dataclasses import replace

from kiosk.filing.acts import Forward, PickEvent, PickGuide
from kiosk.filing.saying import spoken
from kiosk.filing.state import At, Filing, Trouble
from kiosk.happenings import CardRead
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import CARD, Resident

LOST = CardRead("".join(char for char in CARD if char.isascii()), letters_lost=True)
TOLD = Trouble("kiosk.filing.card.letters_lost", warning=True)


def at_the_card() -> Resident:
    resident = Resident(support.begun())
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Forward())
    while resident.here.where.at is not At.CARD:
        resident.goes_on()
    return resident


def answered(filing: Filing) -> dict[str, object]:
    return {str(path[-1]): value for path, value in filing.answers.items() if path[0] == "nguoi_yeu_cau"}


def test_the_name_is_asked_and_it_is_said_why() -> None:
    resident = at_the_card()
    resident.happens(LOST)
    assert answered(resident.here) == {"ngay_sinh": "1958-02-03", "gioi_tinh": "nam", "so": "012058678901"}
    assert resident.here.where.path == ("nguoi_yeu_cau", "ten")
    assert resident.here.trouble == TOLD
    assert spoken(resident.here, support.kit().words["vi"]) == support.kit().words["vi"](TOLD.key)
    assert resident.here.keyboard is not None and resident.here.keyboard.text == ""
    resident.writes("Nguyễn Văn Mẫu")
    resident.touches(Forward())
    assert resident.here.where.path == ("nguoi_yeu_cau", "noi_o"), "birth date, sex and number are not asked"


def test_the_camera_reads_it_whole_afterwards() -> None:
    resident = at_the_card()
    resident.happens(LOST)
    resident.happens(CardRead(CARD))
    assert answered(resident.here)["ten"] == "NGUYỄN VĂN MẪU"
    assert resident.here.trouble is None
    before = resident.here
    resident.filing = replace(before)
    resident.happens(LOST)
    assert answered(resident.here)["ten"] == "NGUYỄN VĂN MẪU", "what was read well stays"


def test_a_card_with_its_letters_says_nothing_of_it() -> None:
    resident = at_the_card()
    resident.happens(CardRead(CARD))
    assert resident.here.trouble is None
