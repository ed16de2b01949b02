"""What becomes of answers, papers, cards and photographs. Pure; called by flow.py."""

from __future__ import annotations

from dataclasses import replace

from controller.core.filings import PHOTO_LIMIT, PHOTOS_LIMIT
from controller.guides.answering import Problem
from controller.guides.id_numbers import card_of
from controller.guides.model import REPEAT, SELECT_MULTIPLE, SELECT_ONE, Texts
from kiosk.devices.plausible import doubts
from kiosk.filing import way
from kiosk.filing.acts import Choose, DoNotKnow, Have, Key, MorePages, OpenKeys, PickPlace, Shoot, SkipPhoto
from kiosk.filing.kit import Kit, Stepped
from kiosk.filing.state import WATCHING, At, Filing, Photo, Trouble, Where, watches
from kiosk.happenings import AskHelper, CameraSees, CardRead, DeviceFailed, PhotoTaken, ResumeDraft, TakePhoto
from kiosk.keyboard.state import LETTERS, is_full, pressed


def open_keys(filing: Filing, act: OpenKeys, _: Kit) -> Stepped:
    if filing.keyboard is None:
        return filing, ()
    return replace(filing, keys_open=act.on, trouble=None if act.on else filing.trouble, shown_page=0), ()


def key(filing: Filing, act: Key, kit: Kit) -> Stepped:
    if filing.keyboard is None or filing.waiting:
        return filing, ()
    keyboard = pressed(filing.keyboard, act.key)
    page = filing.asked
    found = filing.found
    if page is not None and page.question.look == "place" and keyboard.text != filing.keyboard.text:
        found = kit.places(keyboard.text)
    method = keyboard.method if keyboard.kind == LETTERS else filing.method
    full = Problem("too_long", facts=Texts({"limit": str(keyboard.limit)}))
    trouble = Trouble(problem=full, warning=True) if is_full(filing.keyboard, act.key) else None
    return replace(filing, keyboard=keyboard, method=method, found=found, trouble=trouble, shown_page=0), ()


def choose(filing: Filing, act: Choose, _: Kit) -> Stepped:
    page, form = filing.asked, filing.form
    if page is None or form is None or page.question.kind not in {SELECT_ONE, SELECT_MULTIPLE, REPEAT}:
        return filing, ()
    if act.name not in {choice.name for choice in form.choices(page, filing.answers)}:
        return filing, ()
    value: str | list[str] = act.name
    if page.question.kind == SELECT_MULTIPLE:
        chosen = filing.answers.get(page.path)
        names = list(chosen) if isinstance(chosen, list) else []
        value = [name for name in names if name != act.name] if act.name in names else [*names, act.name]
    return replace(filing, answers=form.with_answer(filing.answers, page.path, value), trouble=None), ()


def pick_place(filing: Filing, act: PickPlace, _: Kit) -> Stepped:
    page, form = filing.asked, filing.form
    if page is None or form is None or act.name not in filing.found:
        return filing, ()
    filing = replace(filing, answers=form.with_answer(filing.answers, page.path, act.name))
    return way.gone_on(filing), ()


def do_not_know(filing: Filing, _: DoNotKnow, kit: Kit) -> Stepped:
    page, form = filing.asked, filing.form
    if page is None or form is None:
        return filing, ()
    problem = form.problem(page, None, filing.answers)
    if problem is not None:
        return replace(filing, trouble=Trouble(problem=problem), shown_page=0), ()
    return way.gone_on(replace(filing, answers=form.with_answer(filing.answers, page.path, None), keyboard=None)), ()


def ask_forward(filing: Filing, _: Kit) -> Stepped:
    page, form = filing.asked, filing.form
    if page is None or form is None:
        return filing, ()
    value = filing.keyboard.text if filing.keyboard else filing.answers.get(page.path)
    problem = form.problem(page, value, filing.answers)
    if problem is not None:
        return replace(filing, trouble=Trouble(problem=problem), shown_page=0), ()
    warning = form.warning(page, value, filing.answers)
    known = filing.trouble.problem if filing.trouble else None
    if warning is not None and warning != known:
        return replace(filing, trouble=Trouble(problem=warning, warning=True), shown_page=0), ()
    answers = form.with_answer(filing.answers, page.path, value)
    filing = replace(filing, answers=answers, from_card=filing.from_card - {page.path})
    if form.fits(answers) is not None:
        return way.went(filing, Where(At.UNFIT)), ()
    return way.gone_on(filing), ()


def remembered(filing: Filing) -> Filing:
    """With what was typed on this page, if it can stand."""
    page, form, keyboard = filing.asked, filing.form, filing.keyboard
    if page is None or form is None or keyboard is None or form.problem(page, keyboard.text, filing.answers):
        return filing
    return replace(filing, answers=form.with_answer(filing.answers, page.path, keyboard.text))


def have(filing: Filing, act: Have, _: Kit) -> Stepped:
    papers = {wanted.paper.id for wanted in way.papers_of(filing)}
    if act.paper not in papers or act.have not in {"yes", "no", "depends"} or filing.where.at is not At.PAPERS:
        return filing, ()
    return replace(filing, have={**filing.have, act.paper: act.have}), ()


def card_read(filing: Filing, event: CardRead, _: Kit) -> Stepped:
    page, at = filing.asked, filing.where.at
    if filing.waiting:
        return filing, ()
    if at is At.HELPER:
        return replace(filing, waiting=True, trouble=None), (AskHelper(event.text),)
    if at is At.RESUME:
        return replace(filing, waiting=True, trouble=None), (ResumeDraft(event.text),)
    who = filing.where.name if at is At.CARD else page.question.who if page and page.question.source else ""
    if not who or filing.form is None:
        return filing, ()
    card = card_of(event.text)
    if card is None:
        return replace(filing, trouble=Trouble("kiosk.filing.card.unreadable"), shown_page=0), ()
    doubted = doubts(card, event.text, filing.now.date())
    if event.letters_lost:  # a name that is wrong must never be taken for read: it is asked
        card, doubted = replace(card, name="", address=""), doubted - {"name", "address"}
    if doubted and event.text != filing.doubted:
        return replace(filing, doubted=event.text, trouble=Trouble("kiosk.filing.card.doubtful"), shown_page=0), ()
    answers = filing.form.prefilled(filing.answers, card, who)
    there = replace(filing, answers=answers)
    filled = {
        page.path for page in way.pages_of(there)
        if page.question.who == who and answers.get(page.path) not in {None, ""} and page.question.source
        and page.question.card_field not in doubted
        and answers.get(page.path) == card.value(page.question.card_field)
        and filing.form.problem(page, answers[page.path], answers) is None  # else it is shown now, not at the review
    }  # fmt: skip
    there = replace(there, doubted="", offered=filing.offered | {who}, from_card=filing.from_card | filled)
    there = way.arrived(there) if page is not None and page.path not in filled else way.gone_on(there)
    said = "letters_lost" if event.letters_lost else "look" if doubted else ""
    return replace(there, trouble=Trouble(f"kiosk.filing.card.{said}", warning=True) if said else there.trouble), ()


def shoot(filing: Filing, _: Shoot | None, kit: Kit) -> Stepped:
    if filing.where.at is not At.PHOTO or filing.waiting:
        return filing, ()
    kept = filing.photos if filing.adding else tuple(p for p in filing.photos if p.paper != filing.where.name)
    if len(kept) >= PHOTOS_LIMIT:
        return replace(filing, trouble=Trouble("kiosk.filing.photo.enough", warning=True)), ()
    return replace(filing, photos=kept, taken=None, waiting=True, waiting_since=0.0, trouble=None), (TakePhoto(),)


def more_pages(filing: Filing, _: MorePages, kit: Kit) -> Stepped:
    if filing.where.at is not At.PHOTO or filing.taken is None:
        return filing, ()
    if len(filing.photos) + 1 >= PHOTOS_LIMIT:
        return replace(filing, trouble=Trouble("kiosk.filing.photo.enough", warning=True)), ()
    filing = _with_photo(filing)
    return replace(filing, taken=None, adding=True, camera=None), ()


def photo_forward(filing: Filing, kit: Kit) -> Stepped:
    if filing.taken is not None:
        return way.gone_on(_with_photo(filing)), ()
    if filing.adding or not filing.photos_of(filing.where.name):
        return shoot(filing, None, kit)
    return way.gone_on(filing), ()


def _with_photo(filing: Filing) -> Filing:
    if filing.taken is None:
        return filing
    paper = filing.where.name
    skipped = {name: why for name, why in filing.skipped.items() if name != paper}
    return replace(filing, photos=(*filing.photos, Photo(paper, filing.taken.jpeg)), skipped=skipped)


def skip_photo(filing: Filing, act: SkipPhoto, _: Kit) -> Stepped:
    if filing.where.at is not At.PHOTO or act.reason not in {"at_desk", "later"}:
        return filing, ()
    paper = filing.where.name
    kept = tuple(photo for photo in filing.photos if photo.paper != paper)
    return way.gone_on(replace(filing, photos=kept, skipped={**filing.skipped, paper: act.reason})), ()


def photo_taken(filing: Filing, event: PhotoTaken, _: Kit) -> Stepped:
    if filing.where.at is not At.PHOTO or not filing.waiting:
        return filing, ()
    filing = replace(filing, waiting=False, camera=None)
    if len(event.jpeg) > PHOTO_LIMIT:
        return replace(filing, trouble=Trouble("kiosk.filing.photo.too_large")), ()
    trouble = None if event.legible else Trouble(f"kiosk.filing.photo.{event.complaint or 'unclear'}", warning=True)
    return replace(filing, taken=event, trouble=trouble), ()


def camera_sees(filing: Filing, event: CameraSees, _: Kit) -> Stepped:
    return (replace(filing, camera=event), ()) if watches(filing) else (filing, ())


def device_failed(filing: Filing, event: DeviceFailed, _: Kit) -> Stepped:
    """A scanner that is not there says so again and again: only to those who wait for it, not over other troubles."""
    at = filing.where.at
    waits = at in WATCHING and not filing.typing and filing.trouble is None
    concerned = {"camera": at is At.PHOTO, "scanner": waits,
                 "printer": at in {At.RECEIPT, At.KEPT, At.HANDOVER}}.get(event.kind, False)  # fmt: skip
    if not concerned:
        return filing, ()
    if at is At.HANDOVER:  # back to the number, which is to be written down now
        filing = way.arrived(replace(filing, trail=(Where(At.RECEIPT),)))
    waiting = filing.waiting and at is not At.PHOTO
    trouble = Trouble(f"kiosk.device.{event.reason}", warning=event.kind == "printer")  # it stands on the screen too
    return replace(filing, waiting=waiting, trouble=trouble), ()
