"""Which messages go out together, when, and what the letter says. Pure.

Several that come within a moment are one letter. A recipient gets a few an hour at once, and when there is more
to say, one every five minutes. What cannot be handed over is tried again, ever less often, for a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from controller.core.alarms import TRIAL, Letter, Message
from controller.core.words import Words
from controller.telling.alarms import GATHER

AT_ONCE, SPELL = 6, timedelta(hours=1)  # so many letters in so long go out as soon as they are due
APART = timedelta(minutes=5)  # between two letters to one recipient who has had so many
RETRIES = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 900, 1800, 3600))  # the last one again and again
GIVE_UP_AFTER = timedelta(days=1)
FEWEST_TRIES = 10  # before it is given up: a clock that was set is no day gone by
SUBJECT_LIMIT = 150  # characters

Recipient = tuple[str, str]  # channel, address


@dataclass(frozen=True, slots=True)
class Batch:
    """What one recipient is told in one letter."""

    channel: str
    recipient: str
    messages: tuple[Message, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(message.id for message in self.messages)


def batches(waiting: Sequence[Message], sent: Mapping[Recipient, Sequence[datetime]], now: datetime) -> list[Batch]:
    """What is to go out now; `sent`: when each recipient was written to."""
    found = []
    for (channel, recipient), every in _by_recipient(waiting):
        trials = tuple(message for message in every if message.about == TRIAL)
        if trials:  # somebody waits for it
            found.append(Batch(channel, recipient, trials))
        group = [message for message in every if message.about != TRIAL]
        if _had_enough(sent.get((channel, recipient), ()), now):
            continue
        if any(_due(message, now) for message in group):
            # with it goes what has waited for long, and what would come in a moment
            going = tuple(m for m in group if m.tries or _due(m, now) or m.next_try_at <= now + GATHER)
            found.append(Batch(channel, recipient, going))
    return found


def _had_enough(sent: Sequence[datetime], now: datetime) -> bool:
    # a letter of tomorrow was sent by a clock that ran ahead
    ages = [now - at for at in sent if timedelta() <= now - at < SPELL]
    return len(ages) >= AT_ONCE and min(ages) < APART


def _by_recipient(waiting: Sequence[Message]) -> list[tuple[Recipient, list[Message]]]:
    def key(message: Message) -> Recipient:
        return message.channel, message.recipient

    ordered = sorted(waiting, key=lambda m: (key(m), m.made_at, m.id))
    return [(recipient, list(group)) for recipient, group in groupby(ordered, key)]


def _due(message: Message, now: datetime) -> bool:
    # one that waits longer than it ever does was made by a clock that ran ahead
    return message.next_try_at <= now or message.next_try_at > now + RETRIES[-1]


def next_try(message: Message, now: datetime) -> datetime | None:
    """After one more try in vain; None: it is given up, as a trial is at once: somebody waits to know."""
    if message.about == TRIAL:
        return None
    tries = message.tries + 1
    if tries >= FEWEST_TRIES and now - message.made_at > GIVE_UP_AFTER:
        return None
    return now + RETRIES[min(tries, len(RETRIES)) - 1]


def letter(batch: Batch, words: Words, site_name: str) -> Letter:
    """Plain text, the oldest first."""
    first = batch.messages[0].subject
    if len(batch.messages) == 1:
        subject = words("alarm.letter.subject", site=site_name, what=first)
    else:
        subject = words("alarm.letter.subject_many", site=site_name, what=first, count=len(batch.messages))
    body = [words("alarm.letter.lead", site=site_name), "", *(f"- {message.body}" for message in batch.messages)]
    if batch.messages[0].about != TRIAL:  # of a trial there is nothing to acknowledge
        body += ["", words("alarm.letter.foot")]
    return Letter(batch.recipient, " ".join(subject.split())[:SUBJECT_LIMIT], "\n".join(body) + "\n")
