"""Guided filing as flow and scenes see it: one value that holds all of a resident's filing, and what may happen to it.

The flow keeps the value in `State.visit` and never looks into it. It is handed every act that the flow does not
know, changes of language, every happening, and the passing of time; what it wishes is carried out by the shell.
Whatever ends a visit, ends the process that held it (`kiosk/daemon.py`).
"""

from __future__ import annotations

from typing import Protocol

from kiosk.acts import Act
from kiosk.happenings import Happening, Wish
from kiosk.moments import Passed
from kiosk.setting import Setting
from kiosk.widgets import Scene


class Visiting(Protocol):
    """Pure, apart from what it was given when the process began (guides, a source of identifiers)."""

    def begun(self, language: str, moment: Passed) -> object:
        """A filing at its first page."""

    def step(self, visit: object, event: Act | Happening | Passed) -> tuple[object | None, tuple[Wish, ...]]:
        """What becomes of it; None: back to the doors."""

    def page(self, visit: object) -> object:
        """What tells its pages apart: after a change of it a moment passes before a touch counts again."""

    def spoken(self, visit: object) -> str:
        """What is said of the page that is shown; the flow has it said when a visit begins, or comes back to it."""

    def scene(self, visit: object, setting: Setting) -> Scene:
        """What is seen of it. `setting.pressed` is the act under the finger, `setting.words` speak the language."""
