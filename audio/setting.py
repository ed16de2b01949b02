"""What belongs to a station rather than to an announcement: the signals around the words, and how loud zones are.

Read by the keeper when it changes, used by the player. Built-in signals stand in for what the commune
has not set, or whose file is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from audio import chimes, shelf
from audio.loudspeaker import Signals
from audio.source import Chain, Memory, Pause, Source
from controller.core.errors import StationError
from controller.core.lengths import PAUSE_S
from controller.core.volumes import Volumes
from controller.runtime.places import Places
from controller.store import signals, volumes
from controller.store.connection import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting:
    signals: Signals
    volumes: Volumes = field(default_factory=lambda: Volumes({}))


class SettingReader:
    """`chime`: whether announcements have an opening and a closing one."""

    def __init__(self, places: Places, chime: bool) -> None:
        self._places = places
        self._built_in: dict[str, Source] = {"alert": Memory(chimes.alert())}
        if chime:
            self._built_in |= {"opening": Memory(chimes.opening()), "closing": Memory(chimes.closing())}
        self._own: Mapping[str, str] = {}

    def built_in(self) -> Setting:
        """What holds while the store has not been read."""
        return Setting(_framed(self._built_in))

    def read(self, tx: Tx, last: Setting) -> Setting:
        """What holds now; `last` itself if nothing has changed."""
        own = {name: signal.sha256 for name, signal in signals.every(tx).items()}
        loudness = volumes.of_zones(tx)
        if own == self._own and loudness == last.volumes:
            return last
        sounds = _framed(self._sources(own)) if own != self._own else last.signals
        self._own = own
        return Setting(sounds, loudness)

    def _sources(self, own: Mapping[str, str]) -> dict[str, Source]:
        sources = dict(self._built_in)
        for name in sources:
            if name in own:
                try:
                    sources[name] = Memory(shelf.load(self._places.rendition(own[name]), own[name]))
                except StationError as error:
                    log.error("the commune's own %s signal cannot be played: %s", name, error)
        return sources


def _framed(sounds: Mapping[str, Source]) -> Signals:
    pause = Pause(PAUSE_S)
    framed: dict[str, Source] = {"alert": Chain(sounds["alert"], pause)}
    if "opening" in sounds:
        framed |= {"opening": Chain(sounds["opening"], pause), "closing": Chain(pause, sounds["closing"], pause)}
    return Signals(framed)
