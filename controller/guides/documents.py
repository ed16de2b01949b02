"""A compiled guide as a JSON document, and back. What has its usual value is left out of the document.

A document comes from our own compiler; one that cannot be read is a fault of the station, not of whoever wrote a guide.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from controller.core.errors import StationError
from controller.guides.model import (
    NO_LABELS,
    Choice,
    Fact,
    Group,
    Guide,
    Labels,
    Paper,
    Question,
    Source,
    Step,
    Texts,
    Tree,
    version_of,
)

Document: TypeAlias = Mapping[str, Any]


def document_of(guide: Guide) -> dict[str, Any]:
    """Plain JSON values; the version is not part of it."""
    document = _plain(guide)
    document.pop("version", None)
    return document


def text_of(guide: Guide) -> str:
    """The document as it is kept: one line, keys in their order, Vietnamese as it is."""
    return json.dumps(document_of(guide), ensure_ascii=False, separators=(",", ":"))


def guide_of(document: Document | str) -> Guide:
    """The guide of a document, or of its text; StationError if it is none."""
    try:
        found = json.loads(document) if isinstance(document, str) else document
        return _guide(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StationError(f"this is no compiled guide: {type(error).__name__}: {error}") from error


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in dataclasses.fields(value):
        part = getattr(value, each.name)
        if each.default is dataclasses.MISSING or part != each.default:
            found[each.name] = _plain_part(part)
    return found


def _plain_part(part: Any) -> Any:
    if dataclasses.is_dataclass(part):
        return _plain(part)
    if isinstance(part, tuple):
        return [_plain_part(each) for each in part]
    if isinstance(part, Mapping):
        return dict(part)
    return part.isoformat() if isinstance(part, date) else part


def _guide(document: Document) -> Guide:
    return Guide(
        id=document["id"],
        code=document["code"],
        title=_labels(document["title"]),
        events=tuple(document["events"]),
        authority=_labels(document["authority"]),
        times=tuple(_fact(each) for each in document["times"]),
        fees=tuple(_fact(each) for each in document["fees"]),
        exemptions=tuple(_labels(each) for each in document["exemptions"]),
        deadline=_labels(document["deadline"]),
        legal_source=tuple(Source(_labels(each["labels"]), _day(each.get("of"))) for each in document["legal_source"]),
        notes=tuple(_labels(each) for each in document["notes"]),
        verified_by=document["verified_by"],
        verified_on=_day(document["verified_on"]),
        review_by=_day(document["review_by"]),
        questions=_nodes(document["questions"]),
        papers=tuple(_paper(each) for each in document["papers"]),
        handover=tuple(Step(**_with_labels(each)) for each in document["handover"]),
        languages=tuple(document["languages"]),
        version=version_of(document),
    )


def _nodes(nodes: list[Document]) -> tuple[Question | Group, ...]:
    return tuple(_group(each) if "children" in each else _question(each) for each in nodes)


def _group(node: Document) -> Group:
    return Group(
        name=node["name"],
        labels=_labels(node["labels"]),
        children=_nodes(node["children"]),
        relevant=_tree(node.get("relevant")),
        another=_question(node["another"]) if "another" in node else None,
        count=_tree(node.get("count")),
    )


def _question(node: Document) -> Question:
    parts = _with_labels(node)
    for name in ("relevant", "required", "constraint", "calculation", "default", "choice_filter"):
        if name in parts:
            parts[name] = _tree(parts[name])
    if "choices" in parts:
        parts["choices"] = tuple(Choice(**_with_labels(each)) for each in parts["choices"])
    if "against" in parts:
        parts["against"] = tuple(parts["against"])
    return Question(**parts)


def _paper(node: Document) -> Paper:
    parts = _with_labels(node)
    if "when" in parts:
        parts["when"] = _tree(parts["when"])
    return Paper(**parts)


def _fact(node: Document) -> Fact:
    return Fact(node["channel"], _labels(node["labels"]))


def _with_labels(node: Document) -> dict[str, Any]:
    return {name: _labels(part) if isinstance(part, Mapping) else part for name, part in node.items()}


def _labels(texts: Mapping[str, str]) -> Labels:
    return Texts(texts) if texts else NO_LABELS


def _tree(tree: list[Any] | None) -> Tree | None:
    return None if tree is None else tuple(_tree(each) if isinstance(each, list) else each for each in tree)  # type: ignore[misc]  # no branch is None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
