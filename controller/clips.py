"""Which texts the kiosk may have to say aloud: all of its own words, and all of the guides in force. What a resident
has typed is never among them. Said in Vietnamese, by the station's own voice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from controller.core.clips import clips_of
from controller.core.errors import StationError
from controller.core.ports import Clock
from controller.core.words import Words
from controller.runtime.places import Places
from controller.store import clips
from controller.store.connection import Store

SPOKEN = "vi"
SAID = ("kiosk.", "guide.problem.")  # whose words are said: keys that begin so


class Clips:
    def __init__(self, store: Store, places: Places, clock: Clock, words: Words) -> None:
        self._store, self._places, self._clock, self._words = store, places, clock, words

    def want(self, texts: Iterable[str]) -> bool:
        """`texts` of the guides, and our own; whether anything is to be spoken anew. Ring the sound then."""
        wanted = clips_of((*self._own(), *texts), SPOKEN)
        with self._store.write() as tx:
            gone = clips.want(tx, self._clock.now(), wanted)
            missing = [key for key in clips.ready_keys(tx) if not self._places.voice(key).is_file()]
            clips.ask_again(tx, missing)
            left = clips.next_wanted(tx)
        for key in gone:
            self._places.voice(key).unlink(missing_ok=True)
        return left is not None

    def _own(self) -> Iterator[str]:
        """Those without blanks to be filled in; what has some is not said."""
        for key in sorted(self._words.keys()):
            if key.startswith(SAID):
                with contextlib.suppress(StationError):
                    yield self._words(key)
