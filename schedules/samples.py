"""Ten announcements as a commune writes them, for a first look, for tests and for the documentation.

They lie in `schedules/data/`, one numbered TOML each: title, text, level and a suggested rule. Places are made
up; telephone numbers are public services' (111, 112, 113, 115, 18001096) or plainly nobody's.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from controller.core.announcements import Draft, clean
from controller.core.levels import Level
from schedules.documents import rule_from
from schedules.rules import Rule


@dataclass(frozen=True, slots=True)
class Sample:
    name: str  # of its file, "05-cat-nuoc"
    title: str
    text: str
    level: Level
    rule: Rule

    def draft(self, zones: tuple[str, ...]) -> Draft:
        return Draft(self.title, self.text, zones, self.level)


def samples() -> list[Sample]:
    """All of them, in the order of their names."""
    folder = resources.files("schedules") / "data"
    files = sorted((file for file in folder.iterdir() if file.name[0].isdigit()), key=lambda file: file.name)
    return [_sample(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files]


def _sample(name: str, text: str) -> Sample:
    table = tomllib.loads(text)
    return Sample(name, clean(table["title"]), clean(table["text"]), Level(table["level"]), rule_from(table["rule"]))
