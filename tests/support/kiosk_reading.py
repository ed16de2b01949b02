"""What can be read of a page of filing, all of its parts turned, and what a resident has to be able to read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from controller.core.words import LANGUAGES
from controller.guides.documents import document_of
from controller.guides.forms import Page
from controller.guides.model import NOTE, said
from kiosk.filing.acts import OpenKeys, Turn
from kiosk.filing.saying import label_of, spoken
from kiosk.filing.state import At, Filing
from kiosk.filing.way import papers_of
from kiosk.look import Frame
from kiosk.typeset import ELLIPSIS
from kiosk.widgets import Label, Scene, Target
from tests.support import kiosk_filing as support


def parts(filing: Filing, frame: Frame) -> Iterator[Scene]:
    """The page from its first part on, and what lies behind its keyboard."""
    yield from _parts(replace(filing, shown_page=0), frame)


def _parts(filing: Filing, frame: Frame) -> Iterator[Scene]:
    scene = support.composed(filing, frame)
    yield scene
    acts = {widget.act for widget in scene if isinstance(widget, Target)}
    if OpenKeys(False) in acts and filing.keys_open:
        yield from _parts(replace(filing, keys_open=False), frame)
    if Turn(filing.shown_page + 1) in acts:
        yield from _parts(replace(filing, shown_page=filing.shown_page + 1), frame)


def unreadable(filing: Filing, frame: Frame) -> list[str]:
    """What is cut short on this page, or is not on it at all."""
    seen = list(parts(filing, frame))
    pages = [[widget.text for widget in scene if isinstance(widget, Label)] for scene in seen]
    typed = filing.keyboard.text if filing.keyboard else ""
    # above the keys stands what there is room for: a touch of it shows all of it
    below = pages[1:] if filing.typing and len(pages) > 1 else pages
    names = [said(wanted.paper.labels, filing.language) for wanted in papers_of(filing)]  # stand before, in full
    cut = [
        text for page in below for text in page
        if text.endswith(ELLIPSIS) and not any(text[:-1] in name for name in names)
    ]  # fmt: skip
    words = [word for page in pages for text in page for word in text.split()]
    known = vocabulary().union(
        *(re.findall(r"\w+", str(value).lower()) for value in (typed, *filing.found, *filing.answers.values()))
    )
    broken = [word for word in words if word.isalpha() and len(word) > 1 and word.lower() not in known]
    return [*cut, *broken, *(text for text in _owed(filing) if not _in_order(text.split(), words))]


@cache
def vocabulary() -> frozenset[str]:
    """Every word of the catalogues and of the guides: what is none of them is a part of one."""
    words = [support.kit().words[language] for language in LANGUAGES]
    texts = [text for each in words for text in each._texts.values()]
    texts += [text for guide in (*support.GUIDES, *support.shipped()) for text in _texts_of(document_of(guide))]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text.lower()))


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts_of(each)


def _owed(filing: Filing) -> Iterator[str]:
    words, page = support.kit().words[filing.language], filing.asked
    if page is not None:
        yield from _asked(filing, page)
    elif filing.trouble is None:
        yield from (text for text in spoken(filing, words).splitlines() if filing.where.at is not At.CARD)
    if filing.trouble is not None:
        yield spoken(filing, words)
    if filing.where.at is At.PAPERS:
        for wanted in papers_of(filing):
            yield said(wanted.paper.labels, filing.language)
            yield said(wanted.paper.hints, filing.language)


def _asked(filing: Filing, page: Page) -> Iterator[str]:
    assert filing.form is not None
    yield label_of(page, support.kit().words[filing.language])
    yield said(page.question.hints, filing.language)
    if page.question.kind != NOTE:
        yield from (said(choice.labels, filing.language) for choice in filing.form.choices(page, filing.answers))


def _in_order(wanted: list[str], words: list[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in wanted)
