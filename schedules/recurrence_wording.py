"""Recurrences of RFC 5545 in plain words. Pure."""

from __future__ import annotations

from datetime import tzinfo

from controller.core.words import Words
from schedules.clock_wording import moment_words
from schedules.rules import Recurrence


def recurrence_words(recurrence: Recurrence, tz: tzinfo, words: Words) -> list[str]:
    return [recurrence.rrule or moment_words(recurrence.start, words)]
