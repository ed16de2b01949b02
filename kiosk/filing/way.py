"""Which page comes after which. Pure: the table at the top, the code below.

| page                     | what follows                                                                      |
|--------------------------|-----------------------------------------------------------------------------------|
| about                    | the questions whether it fits                                                     |
| the last of those        | the papers (or: it does not fit)                                                  |
| papers                   | the next question; before the first that a card answers, that card                |
| a question               | the next that no card has answered; after a change, what it brought up, then the review |
| the last question        | a photograph of each paper that is there, then the review                         |
| review, consent, sending | one after the other; sending ends in the receipt, or in not sent                  |
"""

from __future__ import annotations

from dataclasses import replace

from controller.guides.answering import limit_of
from controller.guides.forms import Page, WantedPaper
from controller.guides.model import DATE, DECIMAL, FITTING, INTEGER, TEXT, Question
from kiosk.filing.state import At, Filing, Photo, Where
from kiosk.keyboard import state as keys
from kiosk.keyboard.state import Keyboard, opened

_TYPED = frozenset({TEXT, INTEGER, DECIMAL, DATE})
_ID_DIGITS, _PHONE_DIGITS, _DIGITS, _NUMBERS, _CODE_LETTERS = 12, 16, 15, 30, 40


def went(filing: Filing, where: Where) -> Filing:
    """On the way to a page."""
    return arrived(replace(filing, trail=(*filing.trail, where)))


def went_back(filing: Filing) -> Filing | None:
    """To the page before that still is one; None from the first."""
    trail = filing.trail[:-1]
    while trail:
        there = replace(filing, trail=trail)
        if trail[-1].at is not At.ASK or there.asked is not None:
            return arrived(there)
        trail = trail[:-1]
    return None


def arrived(filing: Filing) -> Filing:
    """A page as it is when somebody comes to it; the review, after a change, where it was left."""
    part, left = (filing.review_part, 0) if filing.where.at is At.REVIEW else (0, filing.review_part)
    fresh = replace(
        filing, shown_page=part, review_part=left, keyboard=None, keys_open=False, found=(), taken=None, camera=None,
        adding=False, waiting=False, waiting_since=0.0, trouble=None, agreed=False,
    )  # fmt: skip
    keyboard = _keyboard(fresh)
    return replace(fresh, keyboard=keyboard, keys_open=keyboard is not None and _opens_at_once(fresh))


def following(filing: Filing) -> Where:
    """The page after this one, when all is well with it."""
    where = filing.where
    match where.at:
        case At.ASK if _place(filing, At.REVIEW) is not None:
            return _brought_up(filing)
        case At.ABOUT | At.ASK | At.PAPERS | At.CARD:
            return _after_question(filing)
        case At.PHOTO:
            return _after_photo(filing, where.name)
        case At.REVIEW:
            return Where(At.CONSENT)
        case At.CONSENT | At.NOT_SENT:
            return Where(At.SENDING)
        case _:
            return where


def gone_on(filing: Filing) -> Filing:
    """On the page that follows. After a change the way goes back to the review."""
    where = following(filing)
    review = _place(filing, At.REVIEW)
    if review is not None and filing.where.at is At.ASK:
        asked = filing.reviewed | {filing.where.path}
        filing = replace(filing, trail=filing.trail[: review + 1], reviewed=asked)
        if where.at is At.REVIEW:
            return reviewed(arrived(filing))
    there = went(filing, where)
    return reviewed(there) if where.at is At.REVIEW else there


def reviewed(filing: Filing) -> Filing:
    """Before the review, what has become irrelevant goes; all the rest has been asked."""
    if filing.form is None:
        return filing
    there = replace(filing, answers=filing.form.cleared(filing.answers))
    return replace(there, reviewed=frozenset(page.path for page in pages_of(there)))


def pages_of(filing: Filing) -> tuple[Page, ...]:
    return filing.form.pages(filing.answers) if filing.form else ()


def papers_of(filing: Filing) -> tuple[WantedPaper, ...]:
    return filing.form.papers(filing.answers) if filing.form else ()


def to_photograph(filing: Filing) -> tuple[str, ...]:
    """The papers, by id, that are there and are photographed."""
    return tuple(
        wanted.paper.id
        for wanted in papers_of(filing)
        if wanted.paper.photo and filing.have.get(wanted.paper.id) == "yes"
    )


def photos_to_file(filing: Filing) -> tuple[Photo, ...]:
    """Without those of papers that are no longer wanted, or were said not to be there after all."""
    papers = to_photograph(filing)
    return tuple(photo for photo in filing.photos if photo.paper in papers)


def _place(filing: Filing, at: At) -> int | None:
    return next((number for number, where in enumerate(filing.trail) if where.at is at), None)


def _after_question(filing: Filing) -> Where:
    """The next question after the last one on the trail, or what stands before it."""
    last = next((where.path for where in reversed(filing.trail) if where.at is At.ASK), None)
    pages = pages_of(filing)
    begin = next((number for number, page in enumerate(pages, 1) if page.path == last), 0)
    for page in pages[begin:]:
        if page.path in filing.from_card and page.path in filing.answers:
            continue
        if page.path[0] != FITTING and _place(filing, At.PAPERS) is None and papers_of(filing):
            return Where(At.PAPERS)
        question = page.question
        if question.source and question.who not in filing.offered and page.path not in filing.answers:
            return Where(At.CARD, question.who)
        return Where(At.ASK, path=page.path)
    if _place(filing, At.PAPERS) is None and papers_of(filing):
        return Where(At.PAPERS)
    return _after_photo(filing, "")


def _after_photo(filing: Filing, paper: str) -> Where:
    papers = to_photograph(filing)
    at = papers.index(paper) + 1 if paper in papers else 0
    return Where(At.PHOTO, papers[at]) if at < len(papers) else Where(At.REVIEW)


def _brought_up(filing: Filing) -> Where:
    """What a change from the review has made relevant and nobody has been asked yet: all of it, a further round of
    what is told of several times too."""
    known = filing.reviewed | filing.from_card | {filing.where.path}
    new = next((page.path for page in pages_of(filing) if page.path not in known), None)
    return Where(At.ASK, path=new) if new is not None else Where(At.REVIEW)


def is_typed(question: Question) -> bool:
    return question.kind in _TYPED


def _opens_at_once(filing: Filing) -> bool:
    if filing.where.at is At.GUIDES:
        return False
    page = filing.asked
    return page is None or page.question.look != "place" or page.path not in filing.answers


def _keyboard(filing: Filing) -> Keyboard | None:
    """For what is typed on this page, with what was typed before."""
    at, page, old = filing.where.at, filing.asked, filing.old_tone_place
    if at is At.GUIDES and not filing.where.name:
        return opened("", method=filing.method, old_place=old)
    if at in {At.HELPER, At.RESUME}:
        return opened("", keys.CODE, limit=_CODE_LETTERS)
    if page is None or not is_typed(page.question):
        return None
    question, text = page.question, written(page.question, filing.answers.get(page.path))
    if question.kind == DATE:
        return opened(text, keys.DATE)
    if question.kind == DECIMAL:
        return opened(text, keys.DECIMAL, limit=_DIGITS)
    if question.look == "id_number":
        return opened(text, keys.NUMBER, limit=_ID_DIGITS)
    if question.look == "phone":
        return opened(text, keys.PHONE, limit=_PHONE_DIGITS)
    if question.look == "numbers":
        return opened(text, keys.NUMBER, limit=_NUMBERS)
    if question.kind == INTEGER:
        return opened(text, keys.NUMBER, limit=_DIGITS)
    names = question.look in {"name", "place"}
    return opened(text, names=names, method=filing.method, old_place=old, limit=limit_of(question))


def written(question: Question, value: object) -> str:
    """An answer as it is typed: a date as 24/11/2026, a comma before decimals."""
    if value is None:
        return ""
    text = str(value)
    if question.kind == DATE and len(text) == len("2026-11-24"):
        return "/".join(reversed(text.split("-")))
    return text.replace(".", ",") if question.kind == DECIMAL else text
