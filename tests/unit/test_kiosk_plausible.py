"""A card that a scanner may have read wrongly is read again, and what comes the same twice is looked at."""

from __future__ import annotations

import pytest

from bench.cards import found, noticed
from controller.guides.id_numbers import card_of
from kiosk.devices.plausible import doubts
from kiosk.devices.wedge import Wedge
from kiosk.filing.acts import Forward, PickEvent, PickGuide
from kiosk.filing.state import At, Filing, Trouble
from kiosk.happenings import CardRead
from kiosk.sdl import pygame
from tests.support import kiosk_filing as support
from tests.support.id_cards import TODAY, cards
from tests.support.kiosk_filing import CARD, Resident

AGAIN = Trouble("kiosk.filing.card.doubtful")
LOOK = Trouble("kiosk.filing.card.look", warning=True)
NUMBERS = {"id", "birth", "sex"}
TEXT = "008155000001|071234567|Nông Thị Thử|02091955|Nữ|Thôn 1, Nà Hang, Tuyên Quang|15072021"


def typed(text: str) -> list[pygame.event.Event]:
    events = [pygame.event.Event(pygame.TEXTINPUT, text=char) for char in text]
    return [*events, pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN)]


def test_two_thousand_cards_arrive_intact() -> None:
    wedge, at = Wedge(), 1.0
    wanted, came = list(cards(2000, 7)), []
    for text in wanted:
        for event in typed(text):
            at += 0.004
            came += wedge.scans([event], at)
        at += 1
    assert came == [CardRead(text) for text in wanted]
    doubted = [text for text in wanted if noticed(text)]
    assert all(text.split("|")[2].isascii() for text in doubted), "names that have no mark at all are looked at"
    assert len(doubted) < 40


def test_one_character_left_out_or_changed_is_noticed_where_the_card_can_tell() -> None:
    seen = found(50, 3)
    share = {key: 1 - counts[""] / counts.total() for key, counts in seen.items()}
    always = {key for key, part in share.items() if part == 1}
    assert always == {
        ("number", "left out"), ("old number", "left out"), ("birth date", "left out"), ("sex", "left out"),
        ("sex", "changed"), ("day of issue", "left out"),
    }  # fmt: skip
    assert share["number", "changed"] >= 0.38, "six digits of twelve mean nothing, and a province may become another"
    assert share["birth date", "changed"] > 0.7
    assert share["name", "changed"] > 0.7 and share["name", "left out"] > 0.5


@pytest.mark.parametrize(
    ("was", "read", "fields"),
    [
        ("008155000001", "008055000001", NUMBERS), ("008155000001", "008154000001", NUMBERS),
        ("008155000001", "003155000001", NUMBERS), ("008155000001", "108155000001", NUMBERS), ("|Nữ|", "|N|", NUMBERS),
        ("02091955", "02091855", NUMBERS), ("02091955", "02092055", NUMBERS | {"issued"}),
        ("|071234567|", "|71234567|", {"old_id"}), ("|15072021", "|1507202", {"issued"}),
        ("|15072021", "|15072031", {"issued"}), ("|15072021", "|15071955", {"issued"}),
        ("Nông Thị Thử", "Nng Thị Thử", {"name"}), ("Nông Thị Thử", "ông Thị Thử", {"name"}),
        ("Nông Thị Thử", "Nong Thi Thu", {"name"}), ("Nông Thị Thử", "Nông Thj Thử", {"name"}),
        ("Thôn 1, Nà Hang, Tuyên Quang", "Thon 1, Na Hang, Tuyen Quang", {"address"}),
        ("Nà Hang", "N? Hang", {"address"}), ("Nà Hang", "N\ufffd Hang", {"address"}),
        ("|071234567|", "||", set()), ("|15072021", "", set()), ("Nông Thị Thử", "SÙNG SEO LỬ", set()),
    ],
)  # fmt: skip
def test_what_is_doubted(was: str, read: str, fields: set[str]) -> None:
    assert was in TEXT
    text = TEXT.replace(was, read)
    card = card_of(text)
    assert card is not None
    assert doubts(card, text, TODAY) == fields


def at_the_card() -> Resident:
    resident = Resident(support.begun())
    resident.touches(PickEvent("nguoi_cao_tuoi"), PickGuide("tro_cap"), Forward())
    while resident.here.where.at is not At.CARD:
        resident.goes_on()
    return resident


def answered(filing: Filing) -> dict[str, object]:
    return {str(path[-1]): value for path, value in filing.answers.items() if path[0] == "nguoi_yeu_cau"}


WRONG = CARD.replace("012058678901", "012059678901")


def test_a_card_in_doubt_is_laid_down_again_and_read_right() -> None:
    resident = at_the_card()
    resident.happens(CardRead(WRONG))
    assert (resident.here.where.at, resident.here.trouble, answered(resident.here)) == (At.CARD, AGAIN, {})
    resident.happens(CardRead(CARD))
    assert resident.here.trouble is None
    assert answered(resident.here)["so"] == "012058678901"
    assert resident.here.where.path == ("nguoi_yeu_cau", "dien_thoai"), "nothing is asked twice"


def test_a_card_that_says_the_same_twice_is_taken_and_looked_at() -> None:
    """There are cards that do not agree with themselves: nobody is turned away for it."""
    resident = at_the_card()
    resident.happens(CardRead(WRONG))
    resident.happens(CardRead(WRONG))
    assert resident.here.where.path == ("nguoi_yeu_cau", "ngay_sinh")
    assert resident.here.trouble == LOOK
    assert answered(resident.here)["ten"] == "NGUYỄN VĂN MẪU"
    asked, warned = [resident.here.where.path[-1]], list[object]()
    while asked[-1] != "dien_thoai":
        resident.happens(Forward())
        if resident.here.where.path[-1] == asked[-1]:
            warned.append(resident.here.trouble)
        else:
            asked.append(resident.here.where.path[-1])
    assert asked == ["ngay_sinh", "gioi_tinh", "so", "dien_thoai"]
    assert [each.problem.code for each in warned if isinstance(each, Trouble) and each.problem] == ["number_year"]


def test_two_different_doubts_are_two_readings() -> None:
    resident = at_the_card()
    for number in ("012059678901", "012068678901", "012059678901"):
        resident.happens(CardRead(CARD.replace("012058678901", number)))
        assert (resident.here.trouble, answered(resident.here)) == (AGAIN, {})
