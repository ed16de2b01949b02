"""What is handed over: the file's document (docs/filing.md), and the lines that are printed. Pure."""

from __future__ import annotations

from controller.core.file_documents import Answer, Applicant, Consent, FileDocument, Paper, Said
from controller.core.words import Words
from controller.guides.model import Guide, said
from kiosk.filing.state import Filing
from kiosk.filing.way import pages_of, papers_of, photos_to_file, to_photograph
from kiosk.happenings import Submit

CONSENT_PARTS = ("purpose", "what", "how", "long", "who", "rights", "portal")


def submission(filing: Filing, words: Words) -> Submit:
    """What is sealed and kept. Only of a filing with a form."""
    form = filing.form
    if form is None:
        raise ValueError("nothing was begun")
    guide, answers, photographed = form.guide, form.cleared(filing.answers), to_photograph(filing)
    document = FileDocument(
        guide=guide.id,
        guide_version=guide.version,
        title=said(guide.title, words.language),
        code=guide.code,
        language=words.language,
        applicant=_applicant(filing),
        answers=tuple(Answer(path, tuple(v) if isinstance(v, list) else v) for path, v in answers.items()),
        review=tuple(Said(line.label, line.value, line.section) for line in form.review(answers, words.language)),
        papers=tuple(
            Paper(
                w.paper.id,
                said(w.paper.labels, words.language),
                filing.have.get(w.paper.id, "depends"),
                filing.skipped.get(w.paper.id, "") if w.paper.id in photographed else "",
            )
            for w in papers_of(filing)
        ),
        consent=Consent("\n".join(consent_words(words)), filing.now.isoformat()),
        helped_by=filing.helper,
    )
    photos = tuple((photo.paper, photo.jpeg) for photo in photos_to_file(filing))
    return Submit(filing.ident, guide.id, document.as_json(), photos)


def consent_words(words: Words) -> tuple[str, ...]:
    """What the resident agrees to, part by part."""
    return tuple(words(f"kiosk.filing.consent.{part}") for part in CONSENT_PARTS)


def printed_lines(guide: Guide, words: Words) -> tuple[str, tuple[str, ...]]:
    """The title of the receipt, and below it what happens next and how to hand over; a step's address after it."""
    lines = [words("kiosk.filing.receipt.next")]
    for number, step in enumerate(guide.handover, 1):
        lines.append(f"{number}. {said(step.labels, words.language)}")
        lines += [step.address] if step.address else []
    return said(guide.title, words.language), tuple(lines)


def slip_lines(guide: Guide, words: Words) -> tuple[str, tuple[str, ...]]:
    """The title of a slip with a resume code, and what it is for."""
    return said(guide.title, words.language), (words("kiosk.filing.kept.days"), words("kiosk.filing.kept.how"))


def _applicant(filing: Filing) -> Applicant:
    """Whose card it was, by what the answers came from; the first phone number that was asked for."""
    found: dict[str, str] = {}
    for page in pages_of(filing):
        value = filing.answers.get(page.path)
        if not isinstance(value, str):
            continue
        if page.question.who == "card":
            found.setdefault(page.question.card_field, value)
        if page.question.look == "phone":
            found.setdefault("phone", value)
    return Applicant(found.get("name", ""), found.get("birth", ""), found.get("id", ""), found.get("phone", ""))
