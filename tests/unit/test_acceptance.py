"""What is refused because of quiet hours, with the times offered instead; and days with too much speech."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.core.announcements import Draft
from controller.core.errors import InputError, Problem
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.words import LANGUAGES
from controller.refusals import problem_words
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.config import StationConfig
from controller.runtime.config_text import parse_config
from controller.store import announcements, journal, renditions, utterances
from controller.timing.acceptance import Overfull, minutes_over, quiet_now_problems, quiet_problems
from schedules.documents import document_of
from schedules.rules import Between, Change, Clocks, Daily, Once, Repeating, Rule
from tests.support.stations import Station, station_in

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
# the first two hear the same output; the third has hours of its own, the fourth none
CONFIG = """
[[zones]]
id = "trung-tam"
name = "Trung tâm xã"
quiet_hours = ["22:00-05:00"]
[[zones]]
id = "na-khau"
name = "Cụm Nà Khau"
[[zones]]
id = "khuoi-lay"
name = "Khuổi Lầy"
quiet_hours = ["19:00-06:00"]
max_minutes_a_day = 10
[[zones]]
id = "cho"
name = "Chợ"
quiet_hours = []
max_minutes_a_day = 0
[[outputs]]
name = "main"
zones = ["trung-tam", "na-khau"]
device = "wav"
[[outputs]]
name = "hill"
zones = ["khuoi-lay"]
device = "wav"
[[outputs]]
name = "market"
zones = ["cho"]
device = "wav"
[policy]
max_minutes_a_day = 30
approval = "off"
[clock]
trust = "off"
"""
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 10:00, a Saturday


def config() -> StationConfig:
    return parse_config(CONFIG, "test")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def daily(*clocks: str) -> Rule:
    return Rule(Repeating(Daily(), Clocks(tuple(map(time.fromisoformat, clocks)))))


def refused(
    rule: Rule, zones: Sequence[str] = ("na-khau",), length_s: float = 60.0, level: Level = Level.NORMAL
) -> list[str]:
    """What an official reads."""
    words = load_words("vi")
    return [problem_words(p, words) for p in quiet_problems(config(), zones, level, [rule], length_s, NOW)]


def test_what_runs_into_quiet_hours_is_refused_once_for_each_clock_time() -> None:
    found = quiet_problems(config(), ["na-khau"], Level.NORMAL, [daily("19:55", "20:30", "21:10")], 4050.0, NOW)
    assert found == [
        Problem.of(
            "time", "into_quiet_hours", begin="2026-11-21T19:55", end="2026-11-21T21:03", zone="Cụm Nà Khau",
            chosen="yes", quiet="21:00-05:30", before="2026-11-21T19:52", after="2026-11-22T05:30",
        ),
        Problem.of(
            "time", "into_quiet_hours", begin="2026-11-21T20:30", end="2026-11-21T21:38", zone="Cụm Nà Khau",
            chosen="yes", quiet="21:00-05:30", before="2026-11-21T19:52", after="2026-11-22T05:30",
        ),
        Problem.of(
            "time", "quiet_hours", begin="2026-11-21T21:10", end="2026-11-21T22:18", zone="Cụm Nà Khau",
            chosen="yes", quiet="21:00-05:30", before="2026-11-21T19:52", after="2026-11-22T05:30",
        ),
    ]  # fmt: skip


def test_it_is_said_as_a_neighbour_would() -> None:
    assert refused(daily("20:30"), length_s=2000) == [
        "Phát lúc 20 giờ 30 thì kéo dài đến 21 giờ 04, chạm giờ yên tĩnh (21 giờ đến 5 giờ 30) của Cụm Nà Khau."
        " Giờ gần nhất phát được: 20 giờ 26 hoặc 5 giờ 30 hôm sau."
    ]
    assert refused(daily("03:15")) == [
        "3 giờ 15 nằm trong giờ yên tĩnh (21 giờ đến 5 giờ 30) của Cụm Nà Khau."
        " Giờ gần nhất phát được: 20 giờ 58 hôm trước hoặc 5 giờ 30."
    ]
    assert refused(daily("12:00")) == [
        "12 giờ nằm trong giờ yên tĩnh (11 giờ 30 đến 13 giờ 30) của Cụm Nà Khau."
        " Giờ gần nhất phát được: 11 giờ 28 hoặc 13 giờ 30."
    ]
    assert refused(daily("12:00"), length_s=8 * 3600)[0].endswith(
        "Không lúc nào trống đủ lâu cho bài dài như vậy; xin viết gọn lại."
    )
    for language in LANGUAGES:  # all codes, in every language
        words = load_words(language)
        now = local("2026-11-21T20:59:50")
        for problem in (
            *quiet_now_problems(config(), ["na-khau"], Level.NORMAL, 60, now),
            *quiet_now_problems(config(), ["na-khau"], Level.NORMAL, 60, now + timedelta(minutes=1)),
            *quiet_problems(config(), ["na-khau"], Level.NORMAL, [daily("20:59:30", "21:00")], 60, NOW),
        ):
            assert "{" not in problem_words(problem, words)


def test_it_fits_to_the_second_with_five_to_spare() -> None:
    assert refused(daily("20:58"), length_s=115.0) == []
    assert len(refused(daily("20:58"), length_s=115.5)) == 1
    assert refused(daily("05:30", "13:30"), length_s=60) == []


def test_an_emergency_is_taken_at_any_time() -> None:
    assert refused(daily("03:15"), level=Level.EMERGENCY) == []
    assert len(refused(daily("03:15"), level=Level.PRIORITY)) == 1
    assert quiet_now_problems(config(), ["na-khau"], Level.EMERGENCY, 60, local("2026-11-21T23:00")) == []


def test_every_zone_that_hears_it_counts() -> None:
    assert refused(daily("11:40"), zones=["trung-tam"]) == [
        "11 giờ 40 nằm trong giờ yên tĩnh (11 giờ 30 đến 13 giờ 30) của Cụm Nà Khau (chung loa với nơi đã chọn)."
        " Giờ gần nhất phát được: 11 giờ 28 hoặc 13 giờ 30."
    ]
    assert refused(daily("11:40", "03:00"), zones=["cho"]) == []
    assert "Khuổi Lầy" in refused(daily("18:59:30"), zones=["cho", "khuoi-lay"])[0]
    # what is offered is free in all of them
    assert refused(daily("05:10"), zones=["na-khau", "khuoi-lay"])[0].endswith("18 giờ 58 hôm trước hoặc 6 giờ.")


def test_only_what_will_happen_counts() -> None:
    assert refused(Rule(Once(local("2026-11-20T22:00")))) == [], "it is over"
    assert len(refused(Rule(Once(local("2027-12-20T22:00"))))) == 1
    moved = Rule(daily("20:00").pattern, changes=(Change(wall("2026-12-01T20:00"), wall("2026-12-01T23:00")),))
    assert [p[:6] for p in refused(moved)] == ["23 giờ"]
    every_ten = Rule(Repeating(Daily(), Between(time(20, 30), time(21, 10), 10)))
    assert [text[:10] for text in refused(every_ten)] == ["21 giờ nằm", "21 giờ 10 "]


def test_no_more_is_said_at_once_than_can_be_read() -> None:
    all_night = Rule(Repeating(Daily(), Between(time(21), time(23, 30), 10)))
    assert [text.partition(" nằm")[0] for text in refused(all_night)] == [
        "21 giờ", "21 giờ 10", "21 giờ 20", "21 giờ 30", "21 giờ 40"
    ]  # fmt: skip


def test_a_change_of_the_clocks_on_the_way_is_found() -> None:
    berlin = parse_config(
        '[site]\ntimezone = "Europe/Berlin"\n[[zones]]\nid = "a"\nname = "A"\n[[outputs]]\nname = "main"\nzones = ["a"]'
        '\n[policy]\nquiet_hours = ["03:30-05:00"]\n',
        "t",
    )
    rule = daily("01:00")  # two hours are free, but in the night of 28 March 01:00 + 2 h is 04:00 on the clock
    (found,) = quiet_problems(berlin, ["a"], Level.NORMAL, [rule], 7200, NOW)
    assert (dict(found.facts)["begin"], dict(found.facts)["end"]) == ("2027-03-28T01:00", "2027-03-28T04:01")


def test_now_the_soonest_time_is_offered() -> None:
    words = load_words("vi")
    (inside,) = quiet_now_problems(config(), ["na-khau"], Level.NORMAL, 60, local("2026-11-21T21:10"))
    assert problem_words(inside, words) == (
        "Đang là giờ yên tĩnh (21 giờ đến 5 giờ 30) của Cụm Nà Khau, chỉ thông báo khẩn cấp được phát."
        " Phát được sớm nhất lúc 5 giờ 30 ngày mai."
    )
    (into,) = quiet_now_problems(config(), ["na-khau"], Level.NORMAL, 60, local("2026-11-21T11:29:30"))
    assert problem_words(into, words) == (
        "Phát bây giờ thì kéo dài đến 11 giờ 31, chạm giờ yên tĩnh (11 giờ 30 đến 13 giờ 30) của Cụm Nà Khau."
        " Phát được sớm nhất lúc 13 giờ 30."
    )


def test_too_much_speech_on_a_day_is_counted_where_it_is_heard() -> None:
    entries = [
        (local("2026-11-21T06:00"), 900.0, ("na-khau",)),
        (local("2026-11-21T23:59"), 901.0, ("trung-tam",)),  # the same loudspeakers; over midnight
        (local("2026-11-22T06:00"), 600.5, ("khuoi-lay", "cho")),
        (local("2026-11-23T06:00"), 600.0, ("khuoi-lay", "cho")),
    ]
    assert minutes_over(entries, config()) == [
        Overfull(date(2026, 11, 21), "trung-tam", 31, 30),
        Overfull(date(2026, 11, 21), "na-khau", 31, 30),
        Overfull(date(2026, 11, 22), "khuoi-lay", 11, 10),
    ]
    assert minutes_over([], config()) == []


# --- where officials meet it


def station(folder: Path, now: datetime = NOW) -> Station:
    return station_in(folder, CONFIG, FakeClock(now))


def draft(text: str = "Mời bà con.", zones: tuple[str, ...] = ("na-khau",), level: Level = Level.NORMAL) -> Draft:
    return Draft("Họp thôn", text, zones, level)


def codes(error: pytest.ExceptionInfo[InputError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_saving_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    home = station(tmp_path)
    with pytest.raises(InputError) as error:
        home.announcing.save(draft(), [document_of(daily("03:15"))], "lan")
    assert codes(error) == [("time", "quiet_hours")]
    with home.store.read() as tx:
        assert (announcements.current(tx), journal.entries(tx)) == ([], [])
    assert home.announcing.save(draft(level=Level.EMERGENCY), [document_of(daily("03:15"))], "lan").level == "emergency"
    saved = home.announcing.save(draft(), [document_of(daily("20:58"))], "lan")
    with pytest.raises(InputError) as error:  # a longer text
        home.announcing.save(draft("Mời bà con. " * 200), [document_of(daily("20:58"))], "lan", saved.id)
    assert codes(error) == [("time", "into_quiet_hours")]
    assert [p.code for p in home.announcing.quiet_problems_of(draft(), [daily("20:59:58")])] == ["into_quiet_hours"]


def test_the_prepared_length_counts_as_long_as_the_text_is_the_same(tmp_path: Path) -> None:
    home = station(tmp_path)
    saved = home.announcing.save(draft(), [], "lan")
    with home.store.write() as tx:
        (wanted,) = renditions.wanted(tx)
        renditions.ready(tx, NOW, wanted.id, Prepared("ab" * 32, 600.0, -16.0, -1.0, "espeak-ng", ()))
    with pytest.raises(InputError) as error:
        home.announcing.save(draft(), [document_of(daily("20:52"))], "lan", saved.id)
    assert dict(error.value.problems[0].facts)["end"] == "2026-11-21T21:03"
    home.announcing.save(draft("Mời bà con họp."), [document_of(daily("20:52"))], "lan", saved.id)


def test_speaking_at_once_is_refused_in_quiet_hours(tmp_path: Path) -> None:
    home = station(tmp_path, local("2026-11-21T20:00"))
    saved = home.announcing.save(draft(), [], "lan")
    assert len(home.announcing.speak_now(saved.id, "lan")) == 1
    assert isinstance(home.clock, FakeClock)
    home.clock.tick(3600 - 3)
    for act in (
        lambda: home.announcing.speak_now(saved.id, "lan"),
        lambda: home.announcing.say(draft("Mất nước."), "lan"),
    ):
        with pytest.raises(InputError) as error:
            act()
        assert codes(error) == [("time", "into_quiet_hours_now")]
    with home.store.read() as tx:
        assert len(announcements.current(tx)) == 1
        assert len(utterances.of_announcement(tx, saved.id)) == 1
    _, spoken = home.announcing.say(draft("Lũ về.", level=Level.EMERGENCY), "lan")
    assert len(spoken) == 1
    _, spoken = home.announcing.say(draft("Chợ sáng.", zones=("cho",)), "lan")
    assert len(spoken) == 1


def test_one_occurrence_is_not_moved_into_quiet_hours(tmp_path: Path) -> None:
    home = station(tmp_path)
    saved = home.announcing.save(draft(), [document_of(daily("17:00"))], "lan")
    with home.store.read() as tx:
        (rule,) = announcements.rules(tx, saved.id)
    due = local("2026-11-22T17:00")
    with pytest.raises(InputError) as error:
        home.announcing.move_occurrence(rule.id, due, local("2026-11-22T21:30"), "lan")
    assert codes(error) == [("to", "quiet_hours")]
    with home.store.read() as tx:
        assert announcements.rules(tx, saved.id) == [rule]
    home.announcing.move_occurrence(rule.id, due, local("2026-11-22T20:30"), "lan")
    home.announcing.move_occurrence(rule.id, local("2026-11-22T20:30"), None, "lan")
