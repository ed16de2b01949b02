"""How a filing ends: sent, or kept, or taken over, or gone. Pure; called by flow.py."""

from __future__ import annotations

from dataclasses import replace

from kiosk.filing import drafts, way
from kiosk.filing.acts import Agree, CallHelper, Discard, HandBack, Keep, Resume, Stop
from kiosk.filing.answers import remembered
from kiosk.filing.document import printed_lines, slip_lines, submission
from kiosk.filing.kit import Kit, Stepped
from kiosk.filing.state import At, Filing, Trouble, Where
from kiosk.happenings import (
    AskHelper,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    Filed,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PrintReceipt,
    PrintSlip,
    ResumeDraft,
    SaveDraft,
    Wish,
)  # fmt: skip

_REASONS = frozenset({"disk", "database", "no_key", "large", "changed"})


def review_forward(filing: Filing, _: Kit) -> Stepped:
    unfinished = filing.form.unfinished(filing.answers) if filing.form else ()
    if unfinished:
        page, problem = unfinished[0]
        there = way.went(filing, Where(At.ASK, path=page.path))
        return replace(there, trouble=Trouble(problem=problem)), ()
    return way.gone_on(filing), ()


def agree(filing: Filing, act: Agree, _: Kit) -> Stepped:
    """Not by somebody who helps: they hand back first."""
    if filing.where.at is not At.CONSENT or filing.helping:
        return filing, ()
    return replace(filing, agreed=act.yes), ()


def send(filing: Filing, kit: Kit) -> Stepped:
    """Once: the page that follows has nothing to send."""
    if filing.where.at is At.CONSENT and not filing.agreed:
        return filing, ()
    sending = way.went(without(filing, At.NOT_SENT), Where(At.SENDING))
    return replace(sending, waiting=True), (submission(filing, kit.words[filing.language]),)


def filed(filing: Filing, event: Filed, kit: Kit) -> Stepped:
    if filing.where.at not in {At.SENDING, At.NOT_SENT} or filing.guide is None:
        return filing, ()
    receipt = replace(
        filing, trail=(Where(At.RECEIPT),), filed=event, count=filing.count + 1, answers={}, photos=(), skipped={},
        have={}, from_card=frozenset(), helping=False,
    )  # fmt: skip
    words = kit.words[filing.language]
    title, lines = printed_lines(filing.guide, words)
    return way.arrived(receipt), (PrintReceipt(event.number, event.token, title, lines),)


def not_filed(filing: Filing, event: NotFiled, _: Kit) -> Stepped:
    if filing.where.at is not At.SENDING:
        return filing, ()
    reason = event.reason if event.reason in _REASONS else "database"
    return way.went(without(filing, At.SENDING), Where(At.NOT_SENT, reason)), ()


def without(filing: Filing, at: At) -> Filing:
    return replace(filing, trail=tuple(where for where in filing.trail if where.at is not at))


def receipt_forward(filing: Filing, _: Kit) -> Stepped:
    if filing.guide is None or not filing.guide.handover:
        return None, ()
    return way.went(filing, Where(At.HANDOVER, "0")), ()


def handover_forward(filing: Filing, _: Kit) -> Stepped:
    number = int(filing.where.name) + 1
    if filing.guide is None or number >= len(filing.guide.handover):
        return None, ()
    return way.went(filing, Where(At.HANDOVER, str(number))), ()


def stop(filing: Filing, _: Stop, kit: Kit) -> Stepped:
    if filing.where.at in {At.STOP, At.SENDING, At.RECEIPT, At.HANDOVER, At.KEPT, At.HELPER}:
        return filing, ()
    return way.went(remembered(filing), Where(At.STOP)), ()


def call_helper(filing: Filing, _: CallHelper, kit: Kit) -> Stepped:
    offered = filing.where.at is At.STOP and not filing.helping
    return (way.went(filing, Where(At.HELPER)), ()) if offered else (filing, ())


def hand_back(filing: Filing, _: HandBack, kit: Kit) -> Stepped:
    """On the same page, with what was typed on it; what is reviewed and agreed to begins anew, for the resident. Who
    helped stays with the file."""
    if not filing.helping:
        return filing, ()
    there = filing
    if filing.where.at is At.STOP and len(filing.trail) > 1 and not filing.waiting:
        there = way.went_back(filing) or filing
    known = Trouble("kiosk.filing.helper.handed_back", warning=True)
    return replace(there, helping=False, trouble=known, shown_page=0, review_part=0, read_to=0), ()


def keep(filing: Filing, _: Keep, kit: Kit) -> Stepped:
    if filing.form is None or filing.waiting or filing.where.at not in {At.STOP, At.NOT_SENT}:
        return filing, ()
    photos = tuple((photo.paper, photo.jpeg) for photo in filing.photos)
    return replace(filing, waiting=True, waiting_since=0.0, trouble=None), (
        SaveDraft(filing.ident, drafts.content_of(filing), photos),
    )


def draft_saved(filing: Filing, event: DraftSaved, kit: Kit) -> Stepped:
    if not filing.waiting or filing.guide is None or filing.where.at not in {At.STOP, At.NOT_SENT}:
        return filing, ()
    title, lines = slip_lines(filing.guide, kit.words[filing.language])
    kept = way.went(replace(filing, code=event.code, helping=False), Where(At.KEPT))
    return kept, (PrintSlip(event.code, title, lines),)


def draft_not_saved(filing: Filing, event: DraftNotSaved, _: Kit) -> Stepped:
    if not filing.waiting or filing.where.at not in {At.STOP, At.NOT_SENT}:
        return filing, ()
    return replace(filing, waiting=False, trouble=Trouble(f"kiosk.filing.not_kept.{event.reason}")), ()


def resume(filing: Filing, _: Resume, kit: Kit) -> Stepped:
    if filing.where.at is At.EVENTS and filing.unfinished:
        return asked_first(filing), ()
    return (way.went(filing, Where(At.RESUME)), ()) if filing.where.at is At.EVENTS else (filing, ())


def code_forward(filing: Filing, _: Kit) -> Stepped:
    text = filing.keyboard.text.strip() if filing.keyboard else ""
    if not text:
        return replace(filing, trouble=Trouble("kiosk.filing.code.empty")), ()
    wish: Wish = AskHelper(text) if filing.where.at is At.HELPER else ResumeDraft(text)
    return replace(filing, waiting=True, waiting_since=0.0, trouble=None), (wish,)


def draft_found(filing: Filing, event: DraftFound, _: Kit) -> Stepped:
    if filing.where.at is not At.RESUME or not filing.waiting:
        return filing, ()
    found = drafts.resumed(filing, event)
    if found is None:
        return replace(filing, waiting=False, trouble=Trouble("kiosk.filing.code.other_guide")), ()
    return way.arrived(found), ()


def helper_known(filing: Filing, event: HelperKnown, _: Kit) -> Stepped:
    if filing.where.at is not At.HELPER or not filing.waiting:
        return filing, ()
    trail = tuple(where for where in filing.trail if where.at not in {At.HELPER, At.STOP})
    there = way.arrived(replace(filing, trail=trail, helper=event.helper, helping=True))
    return replace(there, trouble=Trouble("kiosk.filing.helper.known", warning=True)), ()


def code_wrong(filing: Filing, event: DraftNotFound | HelperUnknown, _: Kit) -> Stepped:
    if filing.where.at not in {At.HELPER, At.RESUME} or not filing.waiting:
        return filing, ()
    asked = "helper" if filing.where.at is At.HELPER and event.reason in {"slip", "unknown"} else "code"
    return replace(filing, waiting=False, trouble=Trouble(f"kiosk.filing.{asked}.{event.reason}")), ()


def discard(filing: Filing, _: Discard, kit: Kit) -> Stepped:
    return (None, ()) if filing.where.at is At.STOP else (filing, ())


def asked_first(filing: Filing) -> Filing | None:
    """Out to the doors; what was begun does not go without a question."""
    return way.went(filing, Where(At.STOP)) if filing.unfinished else None


def leave_unfit(filing: Filing, _: Kit) -> Stepped:
    """Back to the doors; if more than that was answered already, it does not go without being asked about."""
    if any(where.at is At.PAPERS for where in filing.trail):
        return way.went(filing, Where(At.STOP)), ()
    return None, ()


def done(_filing: Filing, _: Kit) -> Stepped:
    return None, ()
