"""Every page of filing, as a resident comes to it; for pictures, and for tests of what holds for all of them."""

from __future__ import annotations

from functools import cache

from kiosk.acts import Act
from kiosk.filing.acts import (
    Agree,
    Back,
    CallHelper,
    Choose,
    DoNotKnow,
    Forward,
    HandBack,
    Have,
    Keep,
    Key,
    OpenKeys,
    PickEvent,
    PickGuide,
    PickPlace,
    Resume,
    Shoot,
    Stop,
    Turn,
)  # fmt: skip
from kiosk.filing.state import Filing
from kiosk.happenings import (
    CameraSees,
    CardRead,
    DeviceFailed,
    DraftNotFound,
    DraftSaved,
    Filed,
    Happening,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PhotoTaken,
)  # fmt: skip
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import PLACES, Resident

TOKEN = "LL" + "ABCDEFGH" * 4
_PICTURE = CameraSees(8, 6, bytes((230, 228, 220)) * 24 + bytes((250, 250, 245)) * 24)


@cache
def pages() -> dict[str, Filing]:
    """By name, in the order of a visit."""
    found: dict[str, Filing] = {}
    resident = Resident(support.begun())

    def then(name: str, *events: Act | Happening) -> None:
        for event in events:
            resident.happens(event)
        found[name] = resident.here

    taken_over = (Stop(), CallHelper(), CardRead("x"), HelperKnown("helper-7", ""))

    def typed(text: str) -> list[Act]:
        return [Key(letter) for letter in text]

    found["events"] = resident.here
    then("guides", PickEvent(""))
    then("search", OpenKeys(True), Key("t"), Key("r"))
    then("guides_of_event", Back(), PickEvent("nguoi_cao_tuoi"))
    then("about", PickGuide("tro_cap"))
    then("choice", Forward())
    then("unfit", Choose("no"), Forward())
    then("papers", Back(), Choose("yes"), Forward(), Have("don", "yes"), Have("the", "no"))
    then("card", Forward())
    then("card_bad", CardRead("x"))
    then("card_camera", _PICTURE)
    then("name", Forward())
    then("name_typed", *typed("nguyên\u0303 văn"))
    then("name_page", OpenKeys(False))
    then("date", Forward())
    then("date_bad", *typed("3113"), Forward())
    then("sex", *typed("\b\b\b\b03021958"), Forward(), Choose("nam"))
    then("number", Forward(), *typed("001158000001"))
    then("number_strange", Forward())
    then("address", Forward())
    then("phone", DoNotKnow())
    then("note", Forward())
    then("place", Forward(), *typed("huong"))
    then("places", OpenKeys(False))
    then("required", PickPlace(PLACES[0]), Forward())
    then("several", Key("2"), Forward(), Forward(), Choose("ngheo"), Choose("khac"))
    then("another", Forward(), *typed("abc"), Forward(), Forward(), *typed("lý"), Forward())
    then("photo", Choose("no"), Forward())
    then("photo_wait", Forward())
    then("photo_unclear", PhotoTaken(b"x", False))
    then("photo_clear", Shoot(), PhotoTaken(b"x", True))
    then("photo_gone", Shoot(), DeviceFailed("camera", "camera_gone"))
    then("review", Forward(), PhotoTaken(b"x", True), Forward())
    then("review_more", Turn(1))
    then("consent", Forward())
    then("agreed", Turn(9), Agree(True))
    then("sending", Forward())
    then("not_sent", NotFiled("no_key"))
    then("receipt", Forward(), Filed("K7M4-XP2Q", TOKEN))
    then("receipt_unprinted", DeviceFailed("printer", "printer_paper"))
    then("handover", Forward())
    then("handover_last", Forward())
    resident = Resident(found["name_typed"])
    then("stop", Stop())
    then("keeping", Keep())
    then("kept", DraftSaved("ABCDE-FGHJK"))
    resident = Resident(found["stop"])
    then("helper", CallHelper())
    then("helper_unknown", Key("A"), Forward(), HelperUnknown("unknown"))
    then("helped", Forward(), HelperKnown("helper-7", ""))
    then("helped_typing", OpenKeys(True))
    then("handed_back", HandBack())
    resident = Resident(found["choice"])
    then("stop_helped", *taken_over, Choose("yes"), *[Back()] * 3, Resume())
    resident = Resident(found["consent"])
    then("consent_helped", *taken_over, Turn(9))
    resident = Resident(found["review"])
    then("review_helped", *taken_over)
    resident = Resident(support.begun())
    then("resume", Resume())
    then("resume_bad", Key("A"), Forward(), DraftNotFound("slip"))
    then("resume_page", OpenKeys(False))
    found["no_guides"] = support.begun(())
    return found
