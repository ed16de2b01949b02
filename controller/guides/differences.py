"""What a new version of a guide changes, in words: for the official who puts it into force, and whoever confirms it.

Pure. Questions, groups and choices are known by their names, papers by theirs; facts and steps by what they say. Who
has confirmed a guide, and when, is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from controller.core.words import Words
from controller.guides.model import FIRST, NO_LABELS, Choice, Fact, Group, Guide, Labels, Paper, Question, Source, said
from controller.guides.parsing import spelled
from controller.guides.reading import GAP

_LONGEST = 160  # characters of a text that is quoted
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_EXPRESSIONS = ("relevant", "constraint", "calculation", "default", "choice_filter", "count", "when")
# Of these it is only said that they are others now.
_OF_QUESTIONS = ("required", "kind", "look", "source", "against")
_OF_GROUPS = ("another",)
_OF_PAPERS = ("group", "one_of", "original", "hand_in", "copies", "photo")
_TEXTS = ("labels", "hints", "required_message", "constraint_message", "audio")


@dataclass(frozen=True, slots=True)
class Difference:
    """kind: "changed", "new", "gone", "other" (old and new are not said) or "order". part, of: keys below
    `guides.part`; `of` and `name` say whose part it is, both empty of the guide's own. aside: a language, or a channel.
    """

    kind: str
    part: str
    old: str = ""
    new: str = ""
    aside: str = ""
    of: str = ""
    name: Labels = NO_LABELS

    def said(self, words: Words) -> str:
        part = words(f"guides.part.{self.part}")
        if self.aside:
            channel = f"guide.channel.{self.aside}"
            part = f"{part} ({words(channel) if words.has(channel) else self.aside})"
        old, new = self._quoted(self.old, words), self._quoted(self.new, words)
        what = words(f"guides.difference.{self.kind}", part=part, old=old, new=new)
        if not self.of:
            return _capital(words("guides.difference.own", what=what))
        name = _short(said(self.name, words.language))
        return _capital(words("guides.difference.whose", of=words(f"guides.part.{self.of}"), name=name, what=what))

    def _quoted(self, text: str, words: Words) -> str:
        if self.part in _EXPRESSIONS:
            return text
        return words(f"guide.event.{text}") if text and self.part == "event" else _short(text)


def differences(old: Guide, new: Guide) -> tuple[Difference, ...]:
    """In the order of a guide. Empty only if both are one version."""
    found = (*_of_facts(old, new), *_of_questions(old, new), *_of_papers(old, new), *_of_steps(old, new))
    return found if found or old.version == new.version else (Difference("other", "rest"),)


def _of_facts(old: Guide, new: Guide) -> Iterator[Difference]:
    yield from _texts("title", old.title, new.title)
    yield from _listed("code", [("", {FIRST: old.code})], [("", {FIRST: new.code})])
    yield from _listed("event", [("", {FIRST: each}) for each in old.events], [("", {FIRST: e}) for e in new.events])
    yield from _texts("authority", old.authority, new.authority)
    yield from _texts("deadline", old.deadline, new.deadline)
    yield from _listed("time", _by_channel(old.times), _by_channel(new.times))
    yield from _listed("fee", _by_channel(old.fees), _by_channel(new.fees))
    yield from _listed("exemption", [("", each) for each in old.exemptions], [("", each) for each in new.exemptions])
    yield from _listed("legal_source", _dated(old.legal_source), _dated(new.legal_source))
    yield from _listed("note", [("", each) for each in old.notes], [("", each) for each in new.notes])
    yield from _listed("language", [("", {FIRST: e}) for e in old.languages], [("", {FIRST: e}) for e in new.languages])


def _of_questions(old: Guide, new: Guide) -> Iterator[Difference]:
    before, after = dict(_nodes(old.questions)), dict(_nodes(new.questions))
    for name, (node, _) in before.items():
        if name not in after:
            yield Difference("gone", _sort(node), old=said(_name(node), FIRST))
    for name, (node, around) in after.items():
        if name not in before:
            yield Difference("new", _sort(node), new=said(_name(node), FIRST))
        else:
            yield from _of_node(before[name][0], node)
            if before[name][1] != around:
                yield Difference("other", "place", of=_sort(node), name=_name(node))
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Difference("order", "question")


def _of_node(old: Question | Group, new: Question | Group) -> Iterator[Difference]:
    sort, name = _sort(new), _name(new)
    for part in _TEXTS:
        yield from _texts(part, getattr(old, part, NO_LABELS), getattr(new, part, NO_LABELS), sort, name)
    yield from _expressions(old, new, sort, name)
    for part in _OF_QUESTIONS if isinstance(new, Question) else _OF_GROUPS:
        if getattr(old, part, None) != getattr(new, part, None):
            yield Difference("other", part, of=sort, name=name)
    if isinstance(old, Question) and isinstance(new, Question):
        yield from _of_choices(old.choices, new.choices, name)


def _of_choices(old: Sequence[Choice], new: Sequence[Choice], question: Labels) -> Iterator[Difference]:
    before, after = {each.name: each for each in old}, {each.name: each for each in new}
    for name, choice in before.items():
        if name not in after:
            yield Difference("gone", "choice", old=said(choice.labels, FIRST), of="question", name=question)
    for name, choice in after.items():
        if name not in before:
            yield Difference("new", "choice", new=said(choice.labels, FIRST), of="question", name=question)
        else:
            yield from _texts("choice", before[name].labels, choice.labels, "question", question)
            if (before[name].facts, before[name].audio) != (choice.facts, choice.audio):
                yield Difference("other", "choice", of="question", name=question)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Difference("order", "choice", of="question", name=question)


def _of_papers(old: Guide, new: Guide) -> Iterator[Difference]:
    before, after = {each.id: each for each in old.papers}, {each.id: each for each in new.papers}
    for ident, paper in before.items():
        if ident not in after:
            yield Difference("gone", "paper", old=said(paper.labels, FIRST))
    for ident, paper in after.items():
        if ident not in before:
            yield Difference("new", "paper", new=said(paper.labels, FIRST))
        else:
            yield from _of_paper(before[ident], paper)
    if [ident for ident in before if ident in after] != [ident for ident in after if ident in before]:
        yield Difference("order", "paper")


def _of_paper(old: Paper, new: Paper) -> Iterator[Difference]:
    for part in ("labels", "hints", "audio"):
        yield from _texts(part, getattr(old, part), getattr(new, part), "paper", new.labels)
    yield from _expressions(old, new, "paper", new.labels)
    for part in _OF_PAPERS:
        if getattr(old, part) != getattr(new, part):
            yield Difference("other", part, of="paper", name=new.labels)


def _of_steps(old: Guide, new: Guide) -> Iterator[Difference]:
    before, after = ([("", _and(step.labels, step.address)) for step in guide.handover] for guide in (old, new))
    yield from _listed("step", before, after)


def _expressions(old: object, new: object, of: str, name: Labels) -> Iterator[Difference]:
    """As somebody would write them."""
    for part in _EXPRESSIONS:
        before, after = getattr(old, part, None), getattr(new, part, None)
        yield from _texts(
            part, {FIRST: spelled(before)} if before else {}, {FIRST: spelled(after)} if after else {}, of, name
        )


def _texts(part: str, old: Labels, new: Labels, of: str = "", name: Labels = NO_LABELS) -> Iterator[Difference]:
    """One difference for each language in which a text is another one."""
    for language in dict.fromkeys((*old, *new)):
        before, after = old.get(language, ""), new.get(language, "")
        if before != after:
            kind = "changed" if before and after else "new" if after else "gone"
            yield Difference(kind, part, before, after, "" if language == FIRST else language, of, name)


def _listed(part: str, old: Sequence[tuple[str, Labels]], new: Sequence[tuple[str, Labels]]) -> Iterator[Difference]:
    """Of texts without names, each with what stands aside: those of one aside that were there before and no more, and
    those that are new, are taken for each other in their order."""
    gone, come = _without(old, new), _without(new, old)
    if not gone and not come and list(old) != list(new):
        yield Difference("order", part)
    for aside in dict.fromkeys(aside for aside, _ in (*gone, *come)):
        pairs = ([labels for at, labels in some if at == aside] for some in (gone, come))
        for before, after in zip_longest(*pairs, fillvalue=NO_LABELS):
            is_one = bool(before) and bool(after)
            first = said(before, FIRST), said(after, FIRST)
            if is_one and first[0] == first[1]:
                yield from _texts(part, before, after)
            else:
                yield Difference("changed" if is_one else "new" if after else "gone", part, *first, aside)


def _without(some: Sequence[tuple[str, Labels]], others: Sequence[tuple[str, Labels]]) -> list[tuple[str, Labels]]:
    left, found = list(others), []
    for each in some:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found


def _nodes(
    nodes: Iterable[Question | Group], around: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[Question | Group, tuple[str, ...]]]]:
    for node in nodes:
        yield node.name, (node, around)
        if isinstance(node, Group):
            yield from _nodes(node.children, (*around, node.name))


def _sort(node: Question | Group) -> str:
    return "part" if isinstance(node, Group) else "question"


def _name(node: Question | Group) -> Labels:
    return node.labels or {FIRST: node.name}


def _by_channel(facts: Iterable[Fact]) -> list[tuple[str, Labels]]:
    return [(fact.channel, fact.labels) for fact in facts]


def _dated(sources: Iterable[Source]) -> list[tuple[str, Labels]]:
    return [("", _and(source.labels, f"({source.of:%d/%m/%Y})" if source.of else "")) for source in sources]


def _and(labels: Labels, more: str) -> Labels:
    return {language: f"{text} {more}".rstrip() for language, text in labels.items()}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    plain = _REFERENCE.sub(GAP, text)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rstrip()}{GAP}"
