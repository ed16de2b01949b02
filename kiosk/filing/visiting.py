"""Guided filing as the stage holds it (`kiosk.visiting.Visiting`): flow, scenes and voice behind one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from controller.core.words import Words
from controller.guides.model import Guide
from kiosk.acts import Act
from kiosk.filing import flow
from kiosk.filing.acts import DoNotKnow, Forward
from kiosk.filing.kit import Kit
from kiosk.filing.saying import answered, spoken
from kiosk.filing.scenes import scene
from kiosk.filing.state import At, Filing
from kiosk.happenings import Happening, Say, Wish
from kiosk.moments import Passed
from kiosk.setting import Setting
from kiosk.widgets import Scene


class GuidedFiling:
    """guides: those in force, asked for when a filing begins. places: those that a text finds, as they are written.
    seed: a new secret of at least 128 random bits in hexadecimal, for each filing."""

    def __init__(
        self,
        guides: Callable[[], tuple[Guide, ...]],
        words: Mapping[str, Words],
        places: Callable[[str], tuple[str, ...]],
        seed: Callable[[], str],
        old_tone_place: bool = True,
    ) -> None:
        self._guides, self._seed, self._old_tone_place = guides, seed, old_tone_place
        self._kit = Kit(words, places)

    def begun(self, language: str, moment: Passed) -> object:
        return flow.begun(language, moment.now, self._guides(), self._seed(), self._old_tone_place)

    def step(self, visit: object, event: Act | Happening | Passed) -> tuple[object | None, tuple[Wish, ...]]:
        before = cast(Filing, visit)
        after, wishes = flow.step(before, event, self._kit)
        if after is None:
            return None, (*wishes, Say("", before.language))
        words = self._kit.words[after.language]
        again = after.trouble is not None and isinstance(event, Forward | DoNotKnow)  # the same mistake, once more
        if again or _heard(after) != _heard(before):
            wishes = (*wishes, Say(spoken(after, words), after.language))
        elif after != before and isinstance(event, Act) and (text := answered(after, event, words)):
            wishes = (*wishes, Say(text, after.language))
        return after, wishes

    def page(self, visit: object) -> object:
        filing = cast(Filing, visit)
        return filing.trail, filing.shown_page, filing.keys_open, filing.taken is None

    def scene(self, visit: object, setting: Setting) -> Scene:
        return scene(cast(Filing, visit), setting)

    def spoken(self, visit: object) -> str:
        """What is said of the page that is shown."""
        filing = cast(Filing, visit)
        return spoken(filing, self._kit.words[filing.language])


def _heard(filing: Filing) -> object:
    """A page is said when it comes, and again when something on it goes wrong, or is under way."""
    begins = filing.waiting and filing.where.at in {At.PHOTO, At.STOP, At.NOT_SENT}
    return filing.trail, filing.trouble, filing.language, filing.taken is None, begins
