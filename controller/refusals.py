"""Problems in words. Most are a text of the catalogues and its facts; clock times are said as people say them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from controller.core.errors import Problem
from controller.core.words import Words
from schedules.wording import time_words

_DAYS = {-1: "quiet.day_before", 1: "quiet.day_after"}


def problem_words(problem: Problem, words: Words) -> str:
    """Why an entry is refused, as a sentence. A StationError if the catalogues do not know it."""
    facts = dict(problem.facts)
    if "quiet" in facts:
        facts = _quiet_facts(facts, words, at_once=problem.code.endswith("_now"))
    return words(f"problem.{problem.code}", **facts)


def _quiet_facts(facts: dict[str, str], words: Words, at_once: bool) -> dict[str, str]:
    """The facts of `controller.timing.acceptance`, ready for the four texts about quiet hours."""
    begin = datetime.fromisoformat(facts["begin"])
    first, last = (time_words(time.fromisoformat(clock), words) for clock in facts["quiet"].split("-"))
    sides = [datetime.fromisoformat(facts[side]) for side in ("before", "after") if facts[side]]
    times = [_near(at, begin, words, at_once) for at in sides]
    if times:
        offered = words("quiet.or", before=times[0], after=times[1]) if len(times) > 1 else times[0]
        nearest = words("quiet.soonest" if at_once else "quiet.nearest", times=offered)
    else:
        nearest = words("quiet.none")
    return {
        "begin": time_words(begin.time(), words),
        "end": time_words(datetime.fromisoformat(facts["end"]).time(), words),
        "zone": facts["zone"] if facts["chosen"] else words("quiet.hears_along", zone=facts["zone"]),
        "span": words("quiet.span", begin=first, end=last),
        "nearest": nearest,
    }


def _near(at: datetime, begin: datetime, words: Words, at_once: bool) -> str:
    """ "20 giờ 45", "5 giờ 30 hôm sau" (of now: "ngày mai"), "5 giờ 30 ngày 24/11"."""
    clock, days = time_words(at.time(), words), (at.date() - begin.date()) // timedelta(days=1)
    if days == 0:
        return clock
    if at_once and days == 1:
        return words("schedules.when_nearby", time=clock, day=words("schedules.tomorrow"))
    if days in _DAYS:
        return words(_DAYS[days], time=clock)
    return words("quiet.on_day", time=clock, day=at.day, month=at.month)
