"""Who says the kiosk's texts, in each of its languages: many short ones, which nobody waits for and everybody hears.

Their files have half the rate of what the loudspeakers are sent; the voices have nothing above it.
"""

from __future__ import annotations

import unicodedata

from audio.preparing.prepare import Normalises, Preparer
from controller.core.clips import RATE
from controller.core.spoken import Spoken
from controller.runtime.config_tables import Policy, Speech
from controller.runtime.places import Places

_QUICK = ("piper", "espeak-ng", "pyttsx3")  # the last two are one voice, and one of them loads a Python for each text


def speakers(speech: Speech, places: Places, normaliser: Normalises, policy: Policy) -> dict[str, Preparer]:
    """The station's own tongue first. English has one voice, whatever is configured for Vietnamese."""
    quick = speech.model_copy(update={"engines": tuple(each for each in _QUICK if each in speech.engines)})
    english = speech.model_copy(update={"engines": ("espeak-ng",), "voice": "en"})
    return {
        "vi": Preparer(quick, places, normaliser, policy, RATE, in_a_row=True),
        "en": Preparer(english, places, AsWritten(), policy, RATE, in_a_row=True),
    }


class AsWritten:
    """English texts: the voice reads numbers itself. Vietnamese names lose their marks, which it would spell out."""

    def spoken(self, text: str) -> Spoken:
        plain = text.replace(" đ ", " dong ").replace(" đ.", " dong.").replace("đ", "d").replace("Đ", "D")
        return Spoken("".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c)))
