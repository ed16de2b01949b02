"""How values lie in columns: instants as sortable UTC text, tuples as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """ "2026-11-21T20:55:00.123Z"; text order is time order."""
    if at.tzinfo is None:
        raise ValueError("an instant is aware")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def as_instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def as_instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else as_instant(text)


def texts(values: tuple[str, ...]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def as_texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
