"""What boards and the kiosk's waiting screen show: notices in their time, and announcements while
they sound and for a while after. Pure; the same decision for every face.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from controller.core.announcements import LASTS_LIMIT_S
from controller.core.levels import Level
from controller.core.notices import Notice, Special
from controller.core.utterances import Utterance, UtteranceState

CALLED = timedelta(seconds=20)  # so long a number that was just called is shown before everything else
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sounding:
    """An utterance together with the announcement's text, and how far the wall clock was set since it began."""

    utterance: Utterance
    text: str
    clock_set_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to show. `on_air` while its words sound."""

    title: str  # "" for a notice
    text: str
    level: Level
    order_no: int
    since: datetime
    until: datetime | None  # None while it sounds: nobody knows yet
    on_air: bool
    ident: str  # of the notice or the announcement
    picture: str = ""  # SHA-256 of a kept one
    qr: str = ""  # an address
    special: Special = Special.NONE
    announced: bool = False  # it is an announcement, no notice

    @property
    def whole(self) -> str:
        """Title and text as one sentence, as a sign shows them."""
        if not self.title or not self.text:  # few notices have a title, what is only a recording has no text
            return self.text or self.title
        return f"{self.title}: {self.text}" if self.title[-1].isalnum() else f"{self.title} {self.text}"


def showing(
    notices: Iterable[Notice],
    soundings: Iterable[Sounding],
    now: datetime,
    tz: tzinfo,
    after_s: float,
    board: str = "",
    zones: frozenset[str] = frozenset(),
) -> tuple[Item, ...]:
    """The items for one face, most urgent first: of one level what is on air, then what was announced, the newest
    first (a sign of little memory drops what comes last), then notices in the officials' order.

    `board` ("" for a face that shows every notice) and `zones` (empty for all) narrow it down; an
    emergency is for every face. A stopped announcement leaves at once; a finished one stays for
    `after_s`. Each announcement shows once, however many outputs speak it. An emergency alone hides
    everything else; it is shown between its turns as well, and never longer than it lasts, should nobody
    write down that it has ended.
    """
    items: dict[str, Item] = {}
    for notice in notices:
        if notice.is_due(now, tz) and (not board or notice.is_for(board, zones)):
            items[notice.id] = Item(
                notice.title, notice.text, notice.level, notice.order_no, notice.shown_from, notice.shown_until, False,
                notice.id, notice.picture, notice.qr, notice.special,
            )  # fmt: skip
    for sounding in soundings:
        utterance = sounding.utterance
        if utterance.level is not Level.EMERGENCY and zones and not zones & set(utterance.zones):
            continue
        on_air = utterance.state is UtteranceState.PLAYING
        until = _leaves_at(utterance, timedelta(seconds=after_s), timedelta(seconds=sounding.clock_set_s))
        if until is None or now >= until:
            continue
        if on_air:
            until = None
        old = items.get(utterance.announcement_id)
        if old is None or (on_air, until or now) > (old.on_air, old.until or now):
            items[utterance.announcement_id] = Item(
                utterance.title, sounding.text, utterance.level, utterance.order_no,
                utterance.started_at or utterance.due, until, on_air, utterance.announcement_id, announced=True,
            )  # fmt: skip
    ordered = sorted(items.values(), key=_precedence)
    alerts = tuple(item for item in ordered if item.level is Level.EMERGENCY)
    return alerts or tuple(ordered)


def called_alone(items: tuple[Item, ...], called_at: datetime | None, now: datetime) -> tuple[Item, ...]:
    """Of what a face shows, the queue alone for a while after a number was called: whoever waits does not see it only
    when its turn comes. Emergencies and what sounds are not hidden by it."""
    if called_at is None or not timedelta() <= now - called_at < CALLED:
        return items
    queue = tuple(item for item in items if item.special is Special.QUEUE)
    if not queue or any(item.on_air or item.level is Level.EMERGENCY for item in items):
        return items
    return queue


def _precedence(item: Item) -> tuple[int, bool, bool, int, float, str]:
    since = item.since.timestamp()
    if item.announced:
        return item.level.rank, not item.on_air, False, 0, -since, item.ident
    return item.level.rank, not item.on_air, True, item.order_no, since, item.ident


def _leaves_at(utterance: Utterance, after: timedelta, clock_set: timedelta) -> datetime | None:
    """When it leaves every face at the latest; None for what is not to be seen at all. The beginning of an emergency
    was told by a clock that was set by `clock_set` since."""
    if utterance.state in {UtteranceState.PLAYED, UtteranceState.CUT} and utterance.ended_at is not None:
        return utterance.ended_at + after
    if utterance.level is not Level.EMERGENCY:
        return _NEVER if utterance.state is UtteranceState.PLAYING else None
    if utterance.state is UtteranceState.PLAYING or (utterance.state is UtteranceState.QUEUED and utterance.attempt):
        begun = max(utterance.due, utterance.started_at or utterance.due)
        return begun + clock_set + timedelta(seconds=utterance.whole_s or LASTS_LIMIT_S) + after
    return None
