"""A filing as a text that is sealed and kept, and back. Pure. A draft stays with the version of its guide."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from controller.guides.forms import Form, Path
from kiosk.filing.state import At, Filing, Photo, Where
from kiosk.happenings import DraftFound

_PLACES = frozenset({At.ABOUT, At.ASK, At.PAPERS, At.CARD, At.PHOTO, At.REVIEW})


def content_of(filing: Filing) -> bytes:
    """The answers so far and where the resident stood, without photographs. JSON, UTF-8."""
    guide = filing.guide
    trail = [where for where in filing.trail if where.at in _PLACES]
    document = {
        "guide": guide.id if guide else "",
        "version": guide.version if guide else "",
        "answers": [[list(path), value] for path, value in filing.answers.items()],
        "trail": [[where.at, where.name, list(where.path)] for where in trail],
        "offered": sorted(filing.offered),
        "from_card": [list(path) for path in filing.from_card],
        "have": dict(filing.have),
        "skipped": dict(filing.skipped),
        "helper": filing.helper,
        "reviewed": [list(path) for path in filing.reviewed],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def resumed(filing: Filing, found: DraftFound) -> Filing | None:
    """The filing that was kept; None where its guide is no longer there, or nothing can be made of it."""
    try:
        kept = json.loads(found.content)
        guide = next(g for g in filing.guides if (g.id, g.version) == (kept["guide"], kept["version"]))
        form = Form(guide, filing.now.date())
        return replace(
            filing,
            form=form,
            answers={_path(path): value for path, value in kept["answers"]},
            trail=(Where(At.EVENTS), *_trail(kept["trail"])),
            offered=frozenset(kept["offered"]),
            from_card=frozenset(_path(path) for path in kept["from_card"]),
            have=dict(kept["have"]),
            skipped=dict(kept["skipped"]),
            helper=filing.helper if filing.helping else str(kept.get("helper", "")),
            reviewed=frozenset(_path(path) for path in kept.get("reviewed", ())),
            photos=tuple(Photo(paper, jpeg) for paper, jpeg in found.photos),
            ident=found.ident,
        )
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


def _trail(places: list[Any]) -> list[Where]:
    found = [Where(At(at), str(name), _path(path)) for at, name, path in places]
    return found or [Where(At.ABOUT)]


def _path(parts: list[Any]) -> Path:
    return tuple(part if isinstance(part, int) else str(part) for part in parts)
