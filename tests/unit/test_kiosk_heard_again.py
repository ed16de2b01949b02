"""What was announced can be heard again at the kiosk: its words are asked for beforehand, while they matter."""

from datetime import timedelta
from pathlib import Path

from controller.clips import HEARD_AGAIN, Clips, shown_of
from controller.core.announcements import Draft
from controller.core.levels import Level
from controller.core.notices import Notice
from controller.core.utterances import UtteranceEvent
from controller.core.words import Words
from controller.store import announcements, notices, utterances
from tests.support.stations import Station, station_in, utterance


def put_up(station: Station, ident: str, text: str, hours: int) -> None:
    now = station.clock.now()
    notice = Notice(
        id=ident, text=text, level=Level.NORMAL, shown_from=now - timedelta(minutes=1),
        shown_until=now + timedelta(hours=hours), created_at=now,
    )  # fmt: skip
    with station.store.write() as tx:
        notices.add(tx, now, notice, "test")


def test_notices_and_what_sounded_in_the_last_day_are_asked_for(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    now = station.clock.now()
    put_up(station, "notice", "Cắt nước sáng mai.", 1)
    with station.store.write() as tx:
        for ident, ago in (("late", timedelta(hours=1)), ("old", HEARD_AGAIN + timedelta(hours=1))):
            announcements.add(tx, now, ident, Draft(f"Tin {ident}", f"Chữ {ident}", ("trung-tam",)), "test")
            utterances.queue(tx, now, utterance(ident, announcement_id=ident, rule_id=ident, title=f"Tin {ident}"))
            for event in (UtteranceEvent.BEGIN, UtteranceEvent.FINISH):
                utterances.move(tx, now - ago, ident, event)
    with station.store.read() as tx:
        assert sorted(shown_of(tx, now)) == ["Chữ late", "Cắt nước sáng mai.", "Tin late"]


def test_a_new_notice_is_spoken_beforehand_without_being_waited_for(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    rung: list[bool] = []
    clips = Clips(station.store, station.places, station.clock, Words("vi", {}), lambda: rung.append(True))
    clips.look()
    assert rung == []
    put_up(station, "notice", "Cắt nước sáng mai.", 1)
    clips.look()
    clips.look()
    assert rung == [True]
