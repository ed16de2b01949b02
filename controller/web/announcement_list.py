"""Which of a station's announcements an official has before them: in groups, a page at a time, or those looked for.
Pure. A station that has spoken for years has thousands, of which a phone shows thirty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.store.announcements import Head
from controller.web.file_queue import folded

PAGE = 30  # announcements
UNREADABLE, UNAPPROVED, COMING, RESTING, PAST = "unreadable", "unapproved", "coming", "resting", "past"
GROUPS = (UNREADABLE, UNAPPROVED, COMING, RESTING, PAST)  # in the order in which they are shown
FIRST = 3  # of these are shown though many are left out
_NEVER = datetime.max.replace(tzinfo=UTC)
FOUND = "found"  # those that were looked for, of whatever group


@dataclass(frozen=True, slots=True)
class Group:
    """`all`: how many belong to it; `shown`: the ids of those on this page."""

    name: str
    all: int
    shown: tuple[str, ...]


def grouped(
    heads: Sequence[Head],
    unreadable: AbstractSet[str],
    unapproved: AbstractSet[str],
    next_due: Mapping[str, datetime],
) -> dict[str, list[str]]:
    """What has a rule that cannot be read; what somebody must listen to; what is still to come, the nearest first;
    what sounds only when it is wanted, and what is over, the newest first. `heads` newest first; ids, by the group's
    name."""
    found: dict[str, list[str]] = {name: [] for name in GROUPS}
    for head in heads:
        if head.id in unreadable:
            name = UNREADABLE
        elif head.id in unapproved:
            name = UNAPPROVED
        elif head.id in next_due:
            name = COMING
        else:
            name = PAST if head.has_rules else RESTING
        found[name].append(head.id)
    for name in GROUPS[:FIRST]:
        found[name].sort(key=lambda ident: next_due.get(ident, _NEVER))
    return found


def looked_for(heads: Iterable[Head], wanted: str) -> list[str]:
    """Those in whose title or text every word of `wanted` begins a word, however it is accented."""
    words = folded(wanted).split()

    def fits(head: Head) -> bool:
        text = " " + " ".join(folded(f"{head.title} {head.text}").split())
        return all(f" {word}" in text for word in words)

    return [head.id for head in heads if fits(head)]


def page_of(groups: Mapping[str, Sequence[str]], name: str, page: int) -> list[Group]:
    """One group's page, counted from 1. Without a name the first page of what is to be mended, to be listened to and
    to come; of all where all of them are few."""
    if name in groups:
        whole = groups[name]
        found = [Group(name, len(whole), tuple(whole[(page - 1) * PAGE : page * PAGE]))]
    else:
        few = sum(map(len, groups.values())) <= PAGE
        found = [
            Group(each, len(groups[each]), tuple(groups[each][:PAGE])) for each in (GROUPS if few else GROUPS[:FIRST])
        ]
    return [group for group in found if group.shown]
