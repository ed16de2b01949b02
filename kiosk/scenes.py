"""The scenes by name: pure functions from a state to widgets, and to what is said when one comes up.

A new scene is a module with `scene` and `said`, and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from controller.core.words import Words
from kiosk import (
    scene_alert,
    scene_care,
    scene_doors,
    scene_help,
    scene_learn,
    scene_programme,
    scene_status,
    scene_training,
    scene_waiting,
)
from kiosk.look import TEXT_SIZES, Frame, strong
from kiosk.setting import Setting
from kiosk.sheet import Measure
from kiosk.state import (
    ALERT,
    DOORS,
    FILING,
    HELP,
    LANGUAGE,
    LEARN,
    LESSON,
    PROGRAMME,
    READING,
    SESSION,
    SORRY,
    STATUS,
    STILL_THERE,
    TRAINING,
    WAITING,
    State,
    scene_of,
)
from kiosk.visiting import Visiting
from kiosk.widgets import Label, Panel, Scene, Sign, Widget


def _silent(_state: State, _setting: Setting) -> str:
    return ""


SCENES: dict[str, tuple[Callable[[State, Setting], Scene], Callable[[State, Setting], str]]] = {
    WAITING: (scene_waiting.scene, _silent),
    ALERT: (scene_alert.scene, _silent),  # the loudspeakers say it
    LANGUAGE: (scene_doors.languages, scene_doors.languages_said),
    DOORS: (scene_doors.scene, scene_doors.said),
    PROGRAMME: (scene_programme.scene, scene_programme.said),
    READING: (scene_programme.reading, scene_programme.reading_said),
    LEARN: (scene_learn.scene, scene_learn.said),
    LESSON: (scene_learn.lesson, scene_learn.lesson_said),
    TRAINING: (scene_training.scene, scene_training.said),
    SESSION: (scene_training.session, scene_training.session_said),
    HELP: (scene_help.scene, scene_help.said),
    STATUS: (scene_status.scene, scene_status.said),
    STILL_THERE: (scene_care.still_there, scene_care.still_there_said),
    SORRY: (scene_care.sorry, scene_care.sorry_said),
}
UNADJUSTED = frozenset({WAITING, ALERT})  # they are seen from the yard, and have their own sizes


@dataclass(frozen=True, slots=True)
class Stage:
    """What stays the same from scene to scene; `compose` is all that the daemon needs."""

    frame: Frame
    measure: Measure
    words: Mapping[str, Words]  # by language
    site_name: str
    zone_names: Mapping[str, str]  # in the station's order
    tz: tzinfo
    visiting: Visiting

    def compose(self, state: State) -> Scene:
        name, setting = scene_of(state), self.setting(state)
        if name == FILING and state.visit is not None:
            scene = self.visiting.scene(state.visit, setting)
        else:
            scene = SCENES[name][0](state, setting)
        return tuple(map(_strong, scene)) if setting.contrast else scene

    def said(self, state: State) -> str | None:
        """What is to be heard when this comes up; "" for silence, None where the filing says what it wants itself."""
        name = scene_of(state)
        return None if name == FILING else SCENES[name][1](state, self.setting(state))

    def covered(self, state: State) -> Scene:
        return scene_care.covered(self.setting(state))

    def setting(self, state: State) -> Setting:
        plain = scene_of(state) in UNADJUSTED
        frame = self.frame if plain else replace(self.frame, text=TEXT_SIZES[state.text_size])
        return Setting(
            frame, self.measure, self.words[state.language], self.site_name, self.zone_names, self.tz, state.pressed,
            contrast=state.contrast and not plain,
        )  # fmt: skip


def _strong(widget: Widget) -> Widget:
    """The same widget in high contrast."""
    return replace(widget, colour=strong(widget.colour)) if isinstance(widget, Panel | Label | Sign) else widget
