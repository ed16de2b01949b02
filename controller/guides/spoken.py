"""All that a kiosk may say aloud of a guide, text by text, so that it lies ready as sound. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from controller.guides.model import FIRST, Group, Guide, Labels, Question, said


def texts_of(guide: Guide, language: str = FIRST) -> tuple[str, ...]:
    """Each once. What refers to an answer is not among them: it holds what a resident has typed."""
    texts = (said(labels, language) for labels in _labels(guide))
    return tuple(dict.fromkeys(text for text in texts if text and "${" not in text))


def _labels(guide: Guide) -> Iterator[Labels]:
    yield guide.title
    yield from _sections(guide.questions)
    for question in _questions(guide.questions):
        yield from (question.labels, question.hints, question.required_message, question.constraint_message)
        yield from (choice.labels for choice in question.choices)
    for paper in guide.papers:
        yield paper.labels
    for step in guide.handover:
        yield step.labels


def _questions(nodes: tuple[Question | Group, ...]) -> Iterator[Question]:
    """With the pages "another one?"."""
    for node in nodes:
        if isinstance(node, Question):
            yield node
            continue
        yield from _questions(node.children)
        if node.another is not None:
            yield node.another


def _sections(nodes: tuple[Question | Group, ...]) -> Iterator[Labels]:
    for node in nodes:
        if isinstance(node, Group):
            yield node.labels
            yield from _sections(node.children)
