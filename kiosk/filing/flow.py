"""What becomes of a filing: `step(filing, event, kit) -> (filing, wishes)`. Pure; which page follows says way.py.

| event                       | what becomes of it                                                              |
|-----------------------------|---------------------------------------------------------------------------------|
| acts                        | see acts.py; what a page does not offer changes nothing                         |
| SpeakTo                     | the language                                                                    |
| Passed                      | the minute; what was sent and is not answered for long was not sent             |
| CardRead                    | a card fills in what it answers; a slip's or a helper's code where one is asked |
| PhotoTaken, CameraSees, DeviceFailed | on the page that photographs, or prints                                |
| Filed, NotFiled             | the receipt; or the page that says so, with everything still there              |
| DraftSaved ... HelperUnknown | answers to what was wished on those pages                                      |

None instead of a filing: back to the doors; out of one that is begun only by way of the page that asks whether to stop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from controller.guides.forms import Form
from controller.guides.model import Guide
from kiosk.acts import Act, SpeakTo
from kiosk.filing import answers, ends, way
from kiosk.filing.acts import (
    Agree,
    Back,
    CallHelper,
    Change,
    Choose,
    Discard,
    DoNotKnow,
    Forward,
    HandBack,
    Have,
    Keep,
    Key,
    MorePages,
    OpenKeys,
    PickEvent,
    PickGuide,
    PickPlace,
    Resume,
    Shoot,
    SkipPhoto,
    Stop,
    Turn,
)  # fmt: skip
from kiosk.filing.kit import Kit, Stepped
from kiosk.filing.state import At, Filing, Trouble, Where, watches
from kiosk.happenings import (
    CameraSees,
    CardRead,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    Filed,
    Happening,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PhotoTaken,
    WatchCamera,
)  # fmt: skip
from kiosk.moments import Passed

ANSWER_LIMIT_S = 30.0  # of whatever is wished from the disk or a device


def begun(language: str, now: datetime, guides: tuple[Guide, ...], seed: str, old_tone_place: bool = True) -> Filing:
    """A filing at its first page. seed: at least 128 random bits in hexadecimal, of this visit alone."""
    return Filing(language, now, guides, seed, old_tone_place)


def step(filing: Filing, event: Act | Happening | Passed, kit: Kit) -> Stepped:
    carry_out = _STEPS.get(type(event))
    if carry_out is None:
        return filing, ()
    after, wishes = carry_out(filing, event, kit)
    watched = after is not None and watches(after)
    if watched != watches(filing):
        wishes = (*wishes, WatchCamera(watched))
    return after, wishes


# Moving about


def _forward(filing: Filing, _: Forward, kit: Kit) -> Stepped:
    at = filing.where.at
    if filing.waiting:
        return filing, ()
    if at in _FORWARD:
        return _FORWARD[at](filing, kit)
    if at in {At.ABOUT, At.PAPERS, At.CARD}:
        offered = filing.offered | {filing.where.name} if at is At.CARD else filing.offered
        return way.gone_on(replace(filing, offered=offered)), ()
    return filing, ()


def _back(filing: Filing, _: Back, kit: Kit) -> Stepped:
    if filing.where.at is At.SENDING:
        return filing, ()
    if filing.where.at is At.RECEIPT:
        return None, ()
    filing = answers.remembered(filing)
    before = way.went_back(filing)
    return (ends.asked_first(filing) if before is None else before), ()


def _turn(filing: Filing, act: Turn, _: Kit) -> Stepped:
    part = max(0, act.page)
    read_to = max(filing.read_to, part) if filing.where.at is At.REVIEW else filing.read_to
    return replace(filing, shown_page=part, read_to=read_to), ()


def _pick_event(filing: Filing, act: PickEvent, _: Kit) -> Stepped:
    return (way.went(filing, Where(At.GUIDES, act.event)), ()) if filing.where.at is At.EVENTS else (filing, ())


def _pick_guide(filing: Filing, act: PickGuide, _: Kit) -> Stepped:
    guide = next((guide for guide in filing.guides if guide.id == act.guide), None)
    if guide is None or filing.where.at is not At.GUIDES:
        return filing, ()
    if filing.guide is None or (filing.guide.id, filing.guide.version) != (guide.id, guide.version):
        if filing.unfinished:
            return ends.asked_first(filing), ()
        filing = _anew(filing, guide)
    return way.went(filing, Where(At.ABOUT)), ()


def _anew(filing: Filing, guide: Guide) -> Filing:
    form = Form(guide, filing.now.date())
    ident = hashlib.sha256(f"{filing.seed}:{filing.count}:{guide.id}".encode()).hexdigest()
    return replace(
        filing, form=form, answers=form.begun(), offered=frozenset(), from_card=frozenset(), have={}, photos=(),
        skipped={}, reviewed=frozenset(), review_part=0, read_to=0, filed=None, ident=ident, code="",
        helper=filing.helper if filing.helping else "",
    )  # fmt: skip


def _change(filing: Filing, act: Change, _: Kit) -> Stepped:
    if filing.where.at is not At.REVIEW or filing.form is None or filing.form.page(act.path, filing.answers) is None:
        return filing, ()
    return way.went(replace(filing, review_part=filing.shown_page), Where(At.ASK, path=act.path)), ()


# The rest


def _speak_to(filing: Filing, act: SpeakTo, _: Kit) -> Stepped:
    return replace(filing, language=act.language), ()


def _passed(filing: Filing, event: Passed, _: Kit) -> Stepped:
    minute = event.now.replace(second=0, microsecond=0)
    if minute != filing.now:
        filing = replace(filing, now=minute)
    if filing.form is not None and filing.form.today != minute.date():
        filing = _on_another_day(filing, filing.form.guide)
    if not filing.waiting:
        return filing, ()
    if not filing.waiting_since:
        return replace(filing, waiting_since=event.at), ()
    if event.at - filing.waiting_since < ANSWER_LIMIT_S:
        return filing, ()
    if filing.where.at is At.SENDING:
        return way.went(ends.without(filing, At.SENDING), Where(At.NOT_SENT, "slow")), ()
    return replace(filing, waiting=False, waiting_since=0.0, trouble=Trouble("kiosk.filing.slow")), ()


def _on_another_day(filing: Filing, guide: Guide) -> Filing:
    """Midnight has passed, or a clock that was wrong was set: what may be answered goes by the new day. A question that
    this would take away is still answered first."""
    there = replace(filing, form=Form(guide, filing.now.date()))
    return filing if filing.asked is not None and there.asked is None else there


_FORWARD: dict[At, Callable[[Filing, Kit], Stepped]] = {
    At.ASK: answers.ask_forward,
    At.PHOTO: answers.photo_forward,
    At.REVIEW: ends.review_forward,
    At.CONSENT: ends.send,
    At.NOT_SENT: ends.send,
    At.RECEIPT: ends.receipt_forward,
    At.HANDOVER: ends.handover_forward,
    At.HELPER: ends.code_forward,
    At.RESUME: ends.code_forward,
    At.KEPT: ends.done,
    At.UNFIT: ends.leave_unfit,
}
_STEPS: dict[type[Act] | type[Happening] | type[Passed], Callable[[Filing, Any, Kit], Stepped]] = {
    Forward: _forward,
    Back: _back,
    Turn: _turn,
    PickEvent: _pick_event,
    PickGuide: _pick_guide,
    Change: _change,
    OpenKeys: answers.open_keys,
    Key: answers.key,
    Choose: answers.choose,
    PickPlace: answers.pick_place,
    DoNotKnow: answers.do_not_know,
    Have: answers.have,
    Shoot: answers.shoot,
    MorePages: answers.more_pages,
    SkipPhoto: answers.skip_photo,
    Agree: ends.agree,
    Stop: ends.stop,
    CallHelper: ends.call_helper,
    HandBack: ends.hand_back,
    Keep: ends.keep,
    Resume: ends.resume,
    Discard: ends.discard,
    SpeakTo: _speak_to,
    Passed: _passed,
    CardRead: answers.card_read,
    PhotoTaken: answers.photo_taken,
    CameraSees: answers.camera_sees,
    DeviceFailed: answers.device_failed,
    Filed: ends.filed,
    NotFiled: ends.not_filed,
    DraftSaved: ends.draft_saved,
    DraftNotSaved: ends.draft_not_saved,
    DraftFound: ends.draft_found,
    DraftNotFound: ends.code_wrong,
    HelperKnown: ends.helper_known,
    HelperUnknown: ends.code_wrong,
}
