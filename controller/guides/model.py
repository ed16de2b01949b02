"""A compiled guide: frozen values. documents.py writes and reads them, forms.py asks them.

Everything people read is `Labels`, by language code ("vi" first; others may be missing: `said` falls back). The
version is the hash of the content: a draft begun with one version is finished with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

Labels: TypeAlias = Mapping[str, str]  # by language code: {"vi": "Họ và tên", "en": "Full name"}
# An expression, parsed: ("text", "a"), ("number", 3.0), ("ref", "name"), ("self",), ("column", "name"),
# ("call", "if", a, b, c), ("=", a, b)
Tree: TypeAlias = "tuple[str | float | Tree, ...]"
FIRST = "vi"

TEXT, INTEGER, DECIMAL, DATE = "text", "integer", "decimal", "date"
SELECT_ONE, SELECT_MULTIPLE = "select_one", "select_multiple"
NOTE, CALCULATE, REPEAT = "note", "calculate", "repeat"  # REPEAT: "another one?", answered "yes" or "no"
KINDS = (TEXT, INTEGER, DECIMAL, DATE, SELECT_ONE, SELECT_MULTIPLE, NOTE, CALCULATE, REPEAT)
LOOKS = ("name", "id_number", "phone", "place", "multiline", "numbers")  # of a text question: how it is entered
CARD_FIELDS = ("name", "birth", "sex", "id", "address")
FITTING = "phu_hop"  # the group of questions that decide whether the guide fits
YES, NO = "yes", "no"


class Texts(Mapping[str, str]):
    """A mapping that never changes, so that whatever holds one can be a key."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return repr(self._texts)


NO_LABELS: Labels = Texts({})


def said(labels: Labels, language: str) -> str:
    """The text in a language; in Vietnamese where it was not translated; "" where there is none."""
    for each in (language, FIRST):
        text = labels.get(each, "")
        if text and text != "-":
            return text
    return ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose. facts: further columns of the sheet, for filters ("tinh" -> "08")."""

    name: str
    labels: Labels
    audio: Labels = NO_LABELS
    facts: Mapping[str, str] = NO_LABELS


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked, said or calculated.

    look: one of LOOKS or "", how a text is entered. source: "card.name", where the answer comes from: whose card
    ("card" is that of the resident at the kiosk, anything else the card of another person), and a field of CARD_FIELDS.
    against: names of the questions for birth date and sex that an ID number is compared with.
    """

    name: str
    kind: str
    labels: Labels
    hints: Labels = NO_LABELS
    audio: Labels = NO_LABELS
    look: str = ""
    relevant: Tree | None = None
    required: Tree | None = None
    required_message: Labels = NO_LABELS
    constraint: Tree | None = None
    constraint_message: Labels = NO_LABELS
    calculation: Tree | None = None
    default: Tree | None = None
    choices: tuple[Choice, ...] = ()
    choice_filter: Tree | None = None
    source: str = ""
    against: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """Whose card the answer stands on; "" if it stands on none."""
        return self.source.partition(".")[0]

    @property
    def card_field(self) -> str:
        return self.source.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together. `another` makes it a repeat: the page asked after each of its rounds; with
    `count` the number of rounds is known, and nothing is asked."""

    name: str
    labels: Labels
    children: tuple[Question | Group, ...]
    relevant: Tree | None = None
    another: Question | None = None
    count: Tree | None = None

    @property
    def repeats(self) -> bool:
        return self.another is not None


@dataclass(frozen=True, slots=True)
class Fact:
    """A time or a fee. channel: "truc_tiep" (at the desk), "truc_tuyen" (on the portal), "buu_chinh" (by post), ""."""

    channel: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Source:
    """A legal document; `of` is its date, None where nobody has found it."""

    labels: Labels
    of: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the file. ONE_OF: papers of one `group` of which one is enough; else each of the group is wanted.

    photo: whether the kiosk photographs it. when: whether this file needs it, None: always.
    """

    id: str
    labels: Labels
    hints: Labels = NO_LABELS
    audio: Labels = NO_LABELS
    group: str = ""
    one_of: bool = False
    original: bool = False  # else a copy
    hand_in: bool = True  # else it is only shown
    copies: int = 1
    photo: bool = True
    when: Tree | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the hand-over. address: of the portal, for a QR code; "" where there is none."""

    labels: Labels
    audio: Labels = NO_LABELS
    address: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """One procedure. events: keys below `guide.event` in the catalogues. deadline: until when one has to file, if the
    law says so. exemptions: word for word. notes: what officials should know of it, never shown to residents."""

    id: str
    code: str
    title: Labels
    events: tuple[str, ...]
    authority: Labels
    times: tuple[Fact, ...]
    fees: tuple[Fact, ...]
    exemptions: tuple[Labels, ...]
    deadline: Labels
    legal_source: tuple[Source, ...]
    notes: tuple[Labels, ...]
    verified_by: str
    verified_on: date | None
    review_by: date | None
    questions: tuple[Question | Group, ...]
    papers: tuple[Paper, ...]
    handover: tuple[Step, ...]
    languages: tuple[str, ...]
    version: str = field(default="", compare=False)  # hash of all the rest; filled in by `guide_of`

    @property
    def is_verified(self) -> bool:
        return bool(self.verified_by and self.verified_on)

    def is_overdue(self, today: date) -> bool:
        """It was confirmed, but is to be looked at again since then."""
        return self.is_verified and self.review_by is not None and self.review_by < today

    @property
    def cards(self) -> tuple[str, ...]:
        """Whose cards fill in answers, in the order of the questions."""
        return tuple(dict.fromkeys(question.who for _, question in every_question(self.questions) if question.source))


def every_question(
    nodes: tuple[Question | Group, ...], above: tuple[Group, ...] = ()
) -> Iterator[tuple[tuple[Group, ...], Question]]:
    """All questions in their order, each with the groups it stands in, outermost first."""
    for node in nodes:
        if isinstance(node, Group):
            yield from every_question(node.children, (*above, node))
        else:
            yield above, node


def version_of(document: Mapping[str, object]) -> str:
    """Named by content: 16 hex digits of the SHA-256 of its JSON. Who confirmed it, and when, is not content."""
    content = {key: value for key, value in document.items() if key not in ("version", *_CONFIRMATION)}
    said_once = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said_once.encode()).hexdigest()[:16]


_CONFIRMATION = ("verified_by", "verified_on", "review_by")
