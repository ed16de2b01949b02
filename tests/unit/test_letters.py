"""What goes out together, when, and what is tried how often: a timetable of days in no time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from controller.core.alarms import TRIAL, Message
from controller.runtime.catalogues import load_words
from controller.telling.letters import GIVE_UP_AFTER, Batch, batches, letter, next_try
from tests.support.stations import START

TO = "truc-ban@xa.example"


def message(number: int = 1, after_s: float = 0.0, wait_s: float = 20.0, to: str = TO, tries: int = 0) -> Message:
    made = START + timedelta(seconds=after_s)
    return Message(
        f"m{number}", "email", to, f"việc {number}", f"Việc thứ {number}.", f"a{number}", tries, made,
        made + timedelta(seconds=wait_s),
    )  # fmt: skip


def going(waiting: list[Message], at_s: float, *sent_s: float) -> list[tuple[str, tuple[str, ...]]]:
    sent = {("email", TO): [START + timedelta(seconds=s) for s in sent_s]}
    return [(b.recipient, b.ids) for b in batches(waiting, sent, START + timedelta(seconds=at_s))]


def test_what_comes_within_twenty_seconds_goes_together_and_no_later_than_that() -> None:
    waiting = [message(1), message(2, 10), message(3, 19.5)]
    assert going(waiting, 19.9) == []
    assert going(waiting, 20) == [(TO, ("m1", "m2", "m3"))]
    clock = message(4, 0, 180)
    assert going([*waiting, clock], 20) == [(TO, ("m1", "m2", "m3"))], "what may still pass by itself waits"
    assert going([clock], 180) == [(TO, ("m4",))]


def test_a_few_an_hour_go_at_once_and_after_them_one_every_five_minutes() -> None:
    waiting = [message(2, 30), message(3, 200)]
    few = [-600.0, -500.0, -400.0, -300.0, 20.0]
    assert going(waiting, 50, *few) == [(TO, ("m2",))], "told within half a minute"
    enough = [-700.0, *few]
    assert [going(waiting, s, *enough) for s in (50, 319.9)] == [[], []]
    assert going(waiting, 320, *enough) == [(TO, ("m2", "m3"))]
    assert going(waiting, 50, -3700.0, *few) == [(TO, ("m2",))], "an hour ago counts no more"
    other = message(4, 30, to="pho-ban@xa.example")
    assert going([*waiting, other], 50, *enough) == [("pho-ban@xa.example", ("m4",))]
    tomorrow = [400 * 86_400.0 + n for n in range(6)]
    assert going(waiting, 50, *tomorrow), "a letter of tomorrow was sent by a clock that ran ahead"


def test_what_was_tried_in_vain_goes_with_the_next() -> None:
    tried = message(1, 0, 900, tries=5)
    assert going([tried], 100) == []
    assert going([tried, message(2, 90)], 110) == [(TO, ("m1", "m2"))]


def test_a_trial_goes_at_once_by_itself_and_once() -> None:
    trial = replace(message(9), about=TRIAL, next_try_at=START)
    enough = [-700.0, -600.0, -500.0, -400.0, -300.0, -20.0]
    assert going([message(1), trial], 0, *enough) == [(TO, ("m9",))], "others wait their time"
    assert going([message(1), trial], 20) == [(TO, ("m9",)), (TO, ("m1",))]
    assert next_try(trial, START) is None
    told = letter(Batch("email", TO, (trial,)), load_words("vi"), "Xã Thử")
    assert (told.subject, told.body) == ("[Xã Thử] việc 9", "Trạm loa Xã Thử báo:\n\n- Việc thứ 9.\n")


def test_one_that_waits_longer_than_it_ever_does_is_due() -> None:
    assert going([message(1, 0, 3601)], 0) == [(TO, ("m1",))]


def test_the_tries_come_ever_less_often_for_a_day() -> None:
    waits, now, one = [], START + timedelta(seconds=20), message()
    while (at := next_try(one, now)) is not None:
        waits.append((at - now).total_seconds())
        now, one = at, replace(one, tries=one.tries + 1)
    assert waits[:8] == [30, 60, 120, 300, 900, 1800, 3600, 3600]
    assert set(waits[6:]) == {3600}
    assert GIVE_UP_AFTER < now - one.made_at <= GIVE_UP_AFTER + timedelta(hours=1)


def test_a_clock_that_was_set_is_no_day_gone_by() -> None:
    old = replace(message(), made_at=START - timedelta(days=20_000))
    assert next_try(old, START) == START + timedelta(seconds=30)
    assert next_try(replace(old, tries=9), START) is None


def test_what_the_letter_says() -> None:
    words = load_words("vi")
    one = letter(Batch("email", TO, (message(1),)), words, "Xã Thử")
    assert (one.recipient, one.subject) == (TO, "[Xã Thử] việc 1")
    assert one.body.splitlines()[:3] == ["Trạm loa Xã Thử báo:", "", "- Việc thứ 1."]
    many = letter(Batch("email", TO, (message(1), message(2))), words, "Xã Thử")
    assert many.subject == "[Xã Thử] 2 việc cần xem: việc 1"
    assert many.body.splitlines()[2:4] == ["- Việc thứ 1.", "- Việc thứ 2."]
    wild = replace(message(), subject="một\r\nBcc: ai@do.example " + "dài " * 100)
    found = letter(Batch("email", TO, (wild,)), words, "Xã Thử").subject
    assert "\n" not in found and "\r" not in found and len(found) <= 150
