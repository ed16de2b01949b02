"""A studio with a voice that needs no time: what is spoken is kept, the file is a few bytes of its own."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import cast

from audio.normaliser.live import LiveNormaliser
from audio.preparing.collecting import Collector
from audio.preparing.prepare import Preparer, Unspeakable
from audio.preparing.renewal import Renewal
from audio.preparing.studio import Studio
from controller.core.parts import Parts
from controller.core.renditions import Prepared
from tests.support.stations import Station


@dataclass
class QuickVoice:
    """Does as a Preparer does, with the real recipes."""

    station: Station
    normaliser: LiveNormaliser
    spoken: list[str] = field(default_factory=list)
    fails: str = ""  # the reason for which nothing can be made now
    room: bool = True

    def recipe(self, parts: Parts) -> str:
        real = Preparer(self.station.config.speech, self.station.places, self.normaliser, self.station.config.policy)
        return real.recipe(parts)

    def prepare(self, parts: Parts) -> Prepared:
        recipe = self.recipe(parts)
        if self.fails:
            raise Unspeakable(self.fails)
        self.spoken.append(recipe)
        content = recipe.encode() * 100
        sha256 = hashlib.sha256(content).hexdigest()
        self.station.places.rendition(sha256).write_bytes(content)
        return Prepared(sha256, 2.0, -16.0, -1.0, "quick")

    def has_room(self) -> bool:
        return self.room

    def give_up(self) -> None:
        pass

    def rest(self) -> None:
        pass


@dataclass
class Making:
    """`turn` does what the studio's thread does when it is woken."""

    station: Station
    voice: QuickVoice
    collector: Collector
    studio: Studio
    seen: int = -1

    def turn(self) -> list[str]:
        """The recipes of what was made in this turn."""
        before = len(self.voice.spoken)
        self.seen = self.studio._turn(self.seen, threading.Event())
        return self.voice.spoken[before:]


def making(station: Station) -> Making:
    voice = QuickVoice(station, LiveNormaliser(station.store))
    preparer, policy = cast(Preparer, voice), station.config.policy
    renewal = Renewal(station.store, station.places, preparer, station.clock, policy, voice.normaliser.version)
    collector = Collector(station.store, station.places, station.clock, policy)
    studio = Studio(station.store, station.places, preparer, renewal, collector, station.clock, 900.0, lambda: None,
                    {"vi": preparer})  # fmt: skip
    return Making(station, voice, collector, studio)
