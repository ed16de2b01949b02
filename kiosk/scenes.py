"""The scenes by name: pure functions from a state to widgets. A new scene is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from controller.core.words import Words
from kiosk import scene_alert, scene_programme, scene_waiting
from kiosk.flow import ALERT, PROGRAMME, WAITING, State, scene_of
from kiosk.look import Frame
from kiosk.setting import Setting
from kiosk.sheet import Measure
from kiosk.widgets import Scene

SCENES: dict[str, Callable[[State, Setting], Scene]] = {
    WAITING: scene_waiting.scene,
    PROGRAMME: scene_programme.scene,
    ALERT: scene_alert.scene,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What stays the same from scene to scene; `compose` is all that the daemon needs."""

    frame: Frame
    measure: Measure
    words: Mapping[str, Words]  # by language
    site_name: str
    zone_names: Mapping[str, str]  # in the station's order
    tz: tzinfo

    def compose(self, state: State) -> Scene:
        words = self.words[state.language]
        setting = Setting(self.frame, self.measure, words, self.site_name, self.zone_names, self.tz)
        return SCENES[scene_of(state)](state, setting)
