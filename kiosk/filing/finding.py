"""Guides by what has happened in life, and by their names as people type them: without marks, in any order. Pure."""

from __future__ import annotations

import unicodedata

from controller.guides.model import Guide, said


def plain(text: str) -> str:
    """Small letters without marks and tones."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def events_of(guides: tuple[Guide, ...]) -> tuple[str, ...]:
    """What has happened in life, each once, in the order of the guides."""
    return tuple(dict.fromkeys(event for guide in guides for event in guide.events))


def found(guides: tuple[Guide, ...], event: str, query: str, language: str) -> tuple[Guide, ...]:
    """The guides for an event ("" is any) in whose title or code every word of the query begins a word, by title."""
    wanted = plain(query).split()
    here = [guide for guide in guides if not event or event in guide.events]
    matching = [guide for guide in here if _matches(guide, wanted, language)]
    return tuple(sorted(matching, key=lambda guide: plain(said(guide.title, language))))


def _matches(guide: Guide, wanted: list[str], language: str) -> bool:
    words = plain(f"{said(guide.title, language)} {said(guide.title, 'vi')} {guide.code}").split()
    return all(any(word.startswith(each) for word in words) for each in wanted)
