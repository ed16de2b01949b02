"""What is said aloud of a page, line by line: each line is one text of the catalogues or of the guide, since those lie
ready as sound. What a resident has typed is never said. Pure."""

from __future__ import annotations

from controller.core.words import Words
from controller.guides.forms import Page
from controller.guides.model import NOTE, REPEAT, SELECT_MULTIPLE, SELECT_ONE, Guide, Labels, Question, said
from controller.guides.saying import as_written, heard
from kiosk.acts import Act
from kiosk.filing import finding
from kiosk.filing.acts import Choose, Have
from kiosk.filing.document import CONSENT_PARTS
from kiosk.filing.state import At, Filing, Trouble
from kiosk.filing.way import papers_of

HAVE_WORDS = {"yes": "yes", "no": "no", "depends": "unsure"}
_CHOICES_SAID = 8  # more nobody keeps in mind


def spoken(filing: Filing, words: Words) -> str:
    """What is to be heard on coming to this page; what went wrong comes first, and alone."""
    if filing.trouble is not None:
        return trouble_words(filing.trouble, words)
    if (key := _under_way(filing)) is not None:
        return words(key)
    page = filing.asked
    if page is not None:
        return "\n".join(_asked(filing, page, words))
    keys = _SAID.get(filing.where.at, ())
    if filing.helping:
        keys = tuple("helper.hand_back" if key == "stop_here.helper" else key for key in keys)
    lines = [*_title_lines(filing, words), *(words(f"kiosk.filing.{key}") for key in keys), *_more(filing, words)]
    return "\n".join(line for line in lines if line)


def _under_way(filing: Filing) -> str | None:
    """What is said of a page while it does something, or has done it."""
    match filing.where.at:
        case At.PHOTO if filing.waiting:
            return "kiosk.filing.photo.wait"
        case At.PHOTO if filing.taken is not None:
            return "kiosk.filing.photo.clear"
        case At.STOP | At.NOT_SENT if filing.waiting:
            return "kiosk.filing.stop_here.keeping"
        case _:
            return None


def _title_lines(filing: Filing, words: Words) -> list[str]:
    """The title, as texts that lie ready."""
    where = filing.where
    if where.at is At.CARD and where.name not in {"", "card"}:
        return [words("kiosk.filing.card.other"), card_of_whom(filing, words)]
    return [title_of(filing, words)]


def answered(filing: Filing, act: Act, words: Words) -> str:
    """What is heard of a touch that chooses: the choice, so that whoever does not read knows it; of a paper which one,
    and where there is none, how one comes by it."""
    if isinstance(act, Have):
        return "\n".join(_had(filing, act, words))
    page = filing.asked
    if not isinstance(act, Choose) or page is None:
        return ""
    return next((said(each.labels, words.language) for each in page.question.choices if each.name == act.name), "")


def _had(filing: Filing, act: Have, words: Words) -> list[str]:
    paper = next((wanted.paper for wanted in papers_of(filing) if wanted.paper.id == act.paper), None)
    if paper is None or act.have not in HAVE_WORDS:
        return []
    lines = [said(paper.labels, words.language), words(f"kiosk.filing.papers.{HAVE_WORDS[act.have]}")]
    if act.have != "yes":
        lines.append(said(paper.hints, words.language))
    if act.have == "no":
        lines.append(words("kiosk.filing.papers.missing"))
    return [line for line in lines if line]


def title_of(filing: Filing, words: Words) -> str:
    """The head of a page that asks no question."""
    where, guide = filing.where, filing.guide
    match where.at:
        case At.ABOUT:
            return said(guide.title, words.language) if guide else ""
        case At.PHOTO:
            return paper_name(filing, words) or words("kiosk.filing.photo.title")
        case At.HANDOVER:
            of = len(guide.handover) if guide else 0
            return words("kiosk.filing.handover.title", number=int(where.name) + 1, of=of)
        case At.CARD if where.name not in {"", "card"}:
            return words("kiosk.filing.card.title_other", who=card_of_whom(filing, words))
        case At.STOP:
            return words("kiosk.filing.stop_here.title")
        case _:
            return words(f"kiosk.filing.{where.at}.title")


def label_of(page: Page, words: Words) -> str:
    return said(page.question.labels, words.language)


def trouble_words(trouble: Trouble, words: Words) -> str:
    """In the resident's words."""
    if trouble.problem is not None:
        return trouble.problem.said(words)
    return words(trouble.key) if words.has(trouble.key) else words("kiosk.fault.device")


def paper_name(filing: Filing, words: Words) -> str:
    """Of the paper that is photographed."""
    papers = (wanted.paper for wanted in papers_of(filing))
    return next((said(each.labels, words.language) for each in papers if each.id == filing.where.name), "")


def card_of_whom(filing: Filing, words: Words) -> str:
    """Whose card is asked for: the group of the questions that it answers."""
    if filing.form is None:
        return ""
    lines = {line.path: line.section for line in filing.form.review(filing.answers, words.language)}
    pages = filing.form.pages(filing.answers)
    return next((lines.get(p.path, "") for p in pages if p.question.who == filing.where.name), "") or filing.where.name


def consent_lines(filing: Filing, words: Words) -> list[str]:
    """What is agreed to, how one agrees, and that nobody does it for another: whoever helps hands back first."""
    lines = [words(f"kiosk.filing.consent.{part}") for part in CONSENT_PARTS]
    if filing.helping:
        return [*lines, words("kiosk.filing.helper.hand_first")]
    hints = ("helped", "then") if filing.helper else ("then",)
    return [*lines, *(words(f"kiosk.filing.consent.{hint}") for hint in hints)]


def unsure_of(filing: Filing, words: Words) -> str:
    """What is said first of a guide that nobody has confirmed, or not for long enough; "" of all others."""
    if filing.guide is None or (filing.guide.is_verified and not filing.guide.is_overdue(filing.now.date())):
        return ""
    return words("kiosk.filing.outdated" if filing.guide.is_verified else "kiosk.filing.unconfirmed")


def begun_before(filing: Filing, words: Words) -> str:
    """The service that would be lost, where somebody who is asked whether to stop has just chosen something else."""
    before = filing.trail[-2].at if len(filing.trail) > 1 else None
    return said(filing.guide.title, words.language) if filing.guide and before in {At.EVENTS, At.GUIDES} else ""


def _asked(filing: Filing, page: Page, words: Words) -> list[str]:
    question = page.question
    lines = [_heard(filing, labels, words) for labels in _labels(filing, question)]
    if question.kind in {SELECT_ONE, SELECT_MULTIPLE, REPEAT} and filing.form is not None:
        choices = filing.form.choices(page, filing.answers)
        lines.append(
            words("kiosk.filing.ask.choose_many" if question.kind == SELECT_MULTIPLE else "kiosk.filing.ask.choose")
        )
        if len(choices) <= _CHOICES_SAID:
            lines += [said(choice.labels, words.language) for choice in choices]
    elif question.look == "place":
        lines.append(words("kiosk.filing.ask.place"))
    elif question.kind == NOTE:
        pass
    return [line for line in lines if line]


def guides_of(filing: Filing, words: Words) -> tuple[Guide, ...]:
    """Those of an event, or what a search has found."""
    query = filing.keyboard.text if filing.keyboard else ""
    return finding.found(filing.guides, filing.where.name, query, words.language)


def event_name(event: str, words: Words) -> str:
    key = f"guide.event.{event}"
    return words(key) if words.has(key) else event


def _events(filing: Filing, words: Words) -> list[str]:
    if not filing.guides:
        return [words("kiosk.filing.none")]
    events = [event_name(event, words) for event in finding.events_of(filing.guides)]
    return [*events, words("kiosk.filing.events.by_name"), words("kiosk.filing.events.resume")]


def _labels(filing: Filing, question: Question) -> tuple[Labels, Labels]:
    written = as_written(filing.guide, question) if filing.guide else question
    return written.labels, written.hints


def _heard(filing: Filing, labels: Labels, words: Words) -> str:
    """A text of the guide in the words that lie ready: without what was answered."""
    text = said(labels, words.language)
    return heard(filing.guide, text, words("guide.shown_number")) if filing.guide else text


def _more(filing: Filing, words: Words) -> list[str]:
    guide, where = filing.guide, filing.where
    match where.at:
        case At.ABOUT if guide is not None:
            said_of_it = [
                unsure_of(filing, words),
                words("kiosk.filing.about.how"),
                words("kiosk.filing.about.purpose"),
            ]
            return [line for line in said_of_it if line]
        case At.EVENTS:
            return _events(filing, words)
        case At.GUIDES:
            titles = [said(each.title, words.language) for each in guides_of(filing, words)]
            return titles if len(titles) <= _CHOICES_SAID else []
        case At.UNFIT if filing.form is not None:
            problem = filing.form.fits(filing.answers)
            return [problem.said(words), words("kiosk.filing.unfit.what")] if problem else []
        case At.STOP if title := begun_before(filing, words):
            return [words("kiosk.filing.stop_here.unfinished"), title]
        case At.CONSENT:
            return consent_lines(filing, words)
        case At.NOT_SENT:
            return [words(f"kiosk.filing.not_sent.{where.name}")]
        case At.HANDOVER if guide is not None:
            return [said(guide.handover[int(where.name)].labels, words.language)]
        case At.PAPERS:
            papers = papers_of(filing)
            names = [said(wanted.paper.labels, words.language) for wanted in papers]
            return names if names else [words("kiosk.filing.papers.none")]
        case _:
            return []


_SAID: dict[At, tuple[str, ...]] = {
    At.ABOUT: (),
    At.CARD: ("card.how", "card.without"),
    At.PHOTO: ("photo.how",),
    At.REVIEW: ("review.how",),
    At.SENDING: ("sending.wait",),
    At.RECEIPT: ("receipt.keep", "receipt.next"),
    At.STOP: ("stop_here.call", "stop_here.helper", "stop_here.keep", "stop_here.discard"),
    At.HELPER: ("helper.how",),
    At.RESUME: ("resume.how",),
    At.KEPT: ("kept.days", "kept.how"),
}
