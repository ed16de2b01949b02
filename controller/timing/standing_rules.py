"""The rules of an announcement as they stand in the store: understood, compared, replaced.

A rule that stays the same keeps its id: what it has spoken is known by it and never comes twice. All within the
caller's transaction; whether a rule may be, quiet hours for one, is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from controller.core.errors import InputError
from controller.core.ports import Ids
from controller.store import announcements
from controller.store.connection import Tx
from schedules.documents import document_of, rule_from
from schedules.rules import Rule

Document = Mapping[str, object]


def understood(tx: Tx, ident: str, documents: Sequence[Document]) -> list[Rule]:
    """The rules of documents; InputError for one that cannot be read, unless announcement `ident` has it stored so."""
    stored = [rule.document for rule in announcements.rules(tx, ident)] if ident else []
    found = []
    for document in documents:
        try:
            found.append(rule_from(document))
        except InputError:
            if document not in stored:
                raise
    return found


def are(tx: Tx, ident: str, documents: Sequence[Document]) -> bool:
    """Whether the rules of an announcement are just these, in this order."""
    stored = [_lasting(rule.document) for rule in announcements.rules(tx, ident)]
    return stored == [_lasting(document) for document in documents]


def set_to(tx: Tx, at: datetime, ids: Ids, ident: str, documents: Sequence[Document]) -> frozenset[str]:
    """Make `documents` the rules of an announcement; the ids of the ones that ended.

    One that stays the same keeps the changes of its single occurrences too.
    """
    wanted = [dict(document) for document in documents]
    lasting = [_lasting(document) for document in wanted]
    ended = set()
    for old in announcements.rules(tx, ident):
        if _lasting(old.document) in lasting:
            index = lasting.index(_lasting(old.document))
            del wanted[index], lasting[index]
        else:
            announcements.end_rule(tx, at, old.id)
            ended.add(old.id)
    for document in wanted:
        announcements.add_rule(tx, at, ids(), ident, document_of(rule_from(document)))
    return frozenset(ended)


def of_utterance(tx: Tx, rule_id: str) -> Rule | None:
    """The rule that made an utterance; None where somebody asked for it."""
    found = announcements.rules(tx, rule_id=rule_id)
    return rule_from(found[0].document, stored=True) if found else None


def _lasting(document: Document) -> dict[str, object]:
    """What a rule says of all its occurrences, in the present way of writing it."""
    try:
        return document_of(replace(rule_from(document), changes=()))
    except InputError:  # one that this program cannot read is like nothing else
        return dict(document)
