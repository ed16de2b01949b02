"""New identifiers from a clock and the system's randomness."""

from __future__ import annotations

import os

from controller.core.ids import RANDOM_BYTES, uuid7
from controller.core.ports import Clock


class NewIds:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> str:
        return uuid7(self._clock.now(), os.urandom(RANDOM_BYTES))
