"""From an official's text to the words that a voice can say. `reading` is the way through; the other
files each know one thing: letters, figures, dates and times, sums, calls and ranks, pauses."""

from audio.normaliser.reading import Normaliser, load_abbreviations

__all__ = ["Normaliser", "load_abbreviations"]
