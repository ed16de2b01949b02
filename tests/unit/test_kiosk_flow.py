"""The flow, as a table of what happens and what becomes of it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from controller.core.filing_codes import token_of
from kiosk.acts import (
    Act,
    CallHelp,
    Confirm,
    Earlier,
    FileService,
    GoTo,
    Leave,
    Listen,
    NextTextSize,
    Press,
    SayAgain,
    SignUp,
    SpeakTo,
    Stay,
    SwitchContrast,
)
from kiosk.asking import HELP as HELP_CALL
from kiosk.asking import SEAT, Ask, Asked, FileAnswer, FindFile, Found, NotAsked
from kiosk.devices.receipt import CODE
from kiosk.enquiry import Enquiry, confirmed
from kiosk.flow import ALERT_PATIENCE_S, NOTED_S, SETTLE_S, WARN_S, step
from kiosk.happenings import CardRead, DeviceFailed, Filed, Happening, Say, Wish
from kiosk.moments import Passed
from kiosk.setting import Setting
from kiosk.state import (
    ALERT,
    DOORS,
    FILING,
    HELP,
    LANGUAGE,
    PATIENCE_S,
    PROGRAMME,
    SESSION,
    STATUS,
    STILL_THERE,
    WAITING,
    Down,
    Effect,
    Input,
    NewsCame,
    NewsLost,
    ReadNews,
    Repeat,
    Request,
    State,
    Stirred,
    Up,
    VisitBegan,
    scene_of,
)
from kiosk.widgets import Scene
from tests.support.kiosk_cases import EMERGENCY, NOW, ON_AIR, ORDINARY, state

OPEN, BACK, ENGLISH = GoTo(PROGRAMME), GoTo(DOORS), SpeakTo("en")
LATER = 100.0


@dataclass(frozen=True)
class Filled:
    """A filing that remembers what it was told."""

    told: tuple[object, ...] = ()
    turned: int = 0


@dataclass(frozen=True)
class Turn(Act):
    """An act of the filing's own."""


@dataclass(frozen=True)
class Key(Act):
    """Another, that stays on the page."""


@dataclass(frozen=True)
class Quit(Act):
    """The last one."""


class Remembering:
    """A filing that does nothing but remember."""

    def begun(self, language: str, moment: Passed) -> object:
        return Filled((language,))

    def step(self, visit: object, event: Act | Happening | Passed) -> tuple[object | None, tuple[Wish, ...]]:
        assert isinstance(visit, Filled)
        if isinstance(event, Quit):
            return None, (Say("done"),)
        if isinstance(event, Passed):
            return visit, ()
        return replace(visit, told=(*visit.told, event), turned=visit.turned + isinstance(event, Turn | Filed)), (
            Say("more"),
        )

    def page(self, visit: object) -> object:
        assert isinstance(visit, Filled)
        return visit.turned

    def spoken(self, visit: object) -> str:
        return "begun"

    def scene(self, visit: object, setting: Setting) -> Scene:
        return ()


VISITING = Remembering()


def told(begin: State, *inputs: Input) -> tuple[State, list[Effect]]:
    done: list[Effect] = []
    for event in inputs:
        begin, effects = step(begin, event, VISITING)
        done += effects
    return begin, done


def after(begin: State, *inputs: Input) -> State:
    return told(begin, *inputs)[0]


def tap(act: Act, at: float = LATER) -> tuple[Input, Input]:
    return Down(act, at), Up(act, at + 0.1)


def here(scene: str = DOORS, **changes: object) -> State:
    """Somebody is at the kiosk."""
    return replace(state(ORDINARY), scene=scene, touched_at=LATER, **changes)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("begin", "event", "changes", "effects"),
    [
        pytest.param(state(ORDINARY), Passed(NOW.replace(second=59), LATER), {}, (), id="within the minute"),
        pytest.param(
            state(ORDINARY), Passed(NOW + timedelta(seconds=61), LATER),
            {"now": NOW + timedelta(minutes=1)}, (ReadNews(),), id="the next minute",
        ),
        pytest.param(
            state(None, lost_since=NOW), NewsCame(ON_AIR), {"bulletin": ON_AIR, "lost_since": None}, (), id="news",
        ),
        pytest.param(state(ORDINARY), NewsLost(), {"lost_since": NOW}, (), id="news lost: the last stays"),
        pytest.param(
            state(ORDINARY, lost_since=NOW - timedelta(hours=1)), NewsLost(), {}, (), id="still lost, since then",
        ),
        pytest.param(here(), Down(OPEN, LATER), {"pressed": OPEN, "touched_at": LATER}, (), id="pressed"),
        pytest.param(here(), Down(None, LATER + 1), {"touched_at": LATER + 1}, (), id="touched beside"),
        pytest.param(
            here(pressed=OPEN), Up(OPEN, LATER),
            {"scene": PROGRAMME, "touched_at": LATER, "entered_at": LATER, "pressed": None}, (), id="opened",
        ),
        pytest.param(
            state(ORDINARY, pressed=GoTo(LANGUAGE)), Up(GoTo(LANGUAGE), LATER),
            {"scene": LANGUAGE, "touched_at": LATER, "entered_at": LATER, "pressed": None}, (VisitBegan(),),
            id="begun",
        ),
        pytest.param(here(pressed=OPEN), Up(None, LATER), {"touched_at": LATER, "pressed": None}, (), id="slid off"),
        pytest.param(
            here(pressed=OPEN), Up(ENGLISH, LATER), {"touched_at": LATER, "pressed": None}, (),
            id="slid onto another",
        ),
        pytest.param(here(), Up(OPEN, LATER), {"touched_at": LATER}, (), id="slid on from outside"),
        pytest.param(
            here(LANGUAGE, pressed=ENGLISH), Up(ENGLISH, LATER),
            {"language": "en", "scene": DOORS, "entered_at": LATER, "pressed": None}, (), id="English",
        ),
        pytest.param(
            here(pressed=NextTextSize(), text_size=2), Up(NextTextSize(), LATER),
            {"text_size": 0, "entered_at": LATER, "pressed": None}, (), id="larger than the largest",
        ),
        pytest.param(
            here(pressed=SwitchContrast()), Up(SwitchContrast(), LATER),
            {"contrast": True, "entered_at": LATER, "pressed": None}, (), id="contrast",
        ),
        pytest.param(here(pressed=SayAgain()), Up(SayAgain(), LATER), {"pressed": None}, (Repeat(),), id="again"),
        pytest.param(
            here(pressed=Listen("Cắt nước.")), Up(Listen("Cắt nước."), LATER), {"pressed": None},
            (Say("Cắt nước.", "vi"),), id="listen",
        ),
        pytest.param(
            here(SESSION, about="7", pressed=SignUp("7")), Up(SignUp("7"), LATER),
            {"request": Request(SEAT, "7", LATER), "entered_at": LATER, "pressed": None}, (Ask(SEAT, "7"),),
            id="a seat",
        ),
        pytest.param(
            here(HELP, pressed=CallHelp(), request=Request(HELP_CALL, "", 1.0)), Up(CallHelp(), LATER),
            {"pressed": None}, (), id="help is under way already",
        ),
        pytest.param(
            here(HELP, pressed=CallHelp(), request=Request(HELP_CALL, "", 1.0, failed=True)), Up(CallHelp(), LATER),
            {"pressed": None, "request": Request(HELP_CALL, "", LATER), "entered_at": LATER}, (Ask(HELP_CALL),),
            id="help, once more",
        ),
        pytest.param(
            here(HELP, request=Request(HELP_CALL, "", 1.0)), Asked(HELP_CALL, "x"),
            {"request": Request(HELP_CALL, "", 1.0, "x")}, (), id="asked",
        ),
        pytest.param(
            here(HELP, request=Request(HELP_CALL, "", 1.0)), NotAsked(HELP_CALL),
            {"request": Request(HELP_CALL, "", 1.0, failed=True)}, (), id="not asked",
        ),
        pytest.param(
            here(HELP, request=Request(HELP_CALL, "", LATER)), Passed(NOW, LATER + NOTED_S),
            {"request": Request(HELP_CALL, "", LATER, late=True)}, (), id="nobody answers",
        ),
        pytest.param(here(), Passed(NOW, LATER + PATIENCE_S - WARN_S - 0.1), {}, (), id="still here"),
        pytest.param(here(), Passed(NOW, LATER + PATIENCE_S - WARN_S), {"left_s": 20}, (), id="warned"),
        pytest.param(here(left_s=20), Stirred(200.0), {"left_s": 0, "touched_at": 200.0}, (), id="a card came"),
        pytest.param(state(ORDINARY), Stirred(200.0), {}, (), id="a card, and nobody is there"),
        pytest.param(here(left_s=20), Passed(NOW, LATER + PATIENCE_S - 0.5), {"left_s": 1}, (), id="nearly over"),
        pytest.param(
            replace(here(), bulletin=EMERGENCY), Passed(NOW, LATER + PATIENCE_S), {}, (),
            id="nobody is sent away by an alert",
        ),
    ],
)  # fmt: skip
def test_step(begin: State, event: Input, changes: dict[str, object], effects: tuple[object, ...]) -> None:
    assert step(begin, event, VISITING) == (replace(begin, **changes), effects)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("begin", "last"),
    [
        pytest.param(here(), Passed(NOW, LATER + PATIENCE_S), id="gone away"),
        pytest.param(replace(here(), bulletin=EMERGENCY), Passed(NOW, LATER + ALERT_PATIENCE_S), id="run away"),
        pytest.param(here(pressed=Leave()), Up(Leave(), LATER), id="left"),
    ],
)
def test_nothing_is_left_of_a_visit_that_is_over(begin: State, last: Input) -> None:
    begin = replace(
        begin, language="en", text_size=2, contrast=True, visit=Filled(("secret",)), about="secret",
        enquiry=Enquiry(number="SECRET"), request=Request("seat", "secret", 0.0),
    )  # fmt: skip
    ended = after(begin, last)
    assert ended == replace(state(begin.bulletin), over=True)
    assert after(ended, *tap(OPEN), NewsCame(ON_AIR), Filed("K7M4-XP2Q", "secret")) == ended


def test_the_warning_goes_with_a_touch_anywhere_as_often_as_it_comes() -> None:
    now, at = here(), LATER
    for _ in range(12):
        at += PATIENCE_S - 1
        now = after(now, Passed(NOW, at))
        assert scene_of(now) == STILL_THERE
        now = after(now, Down(None, at), Up(None, at))
        assert (scene_of(now), now.over) == (DOORS, False)
    assert after(replace(now, left_s=3), *tap(Stay(), at + 1)).left_s == 0


def test_a_double_tap_does_not_press_what_comes_under_the_finger() -> None:
    opened = after(here(), Down(OPEN, LATER), Up(OPEN, LATER + 0.1))
    forward = GoTo(PROGRAMME, 1)
    quick, calm = LATER + 0.1 + SETTLE_S / 2, LATER + 0.11 + SETTLE_S
    assert after(opened, Down(forward, quick), Up(forward, quick + 0.1)).page == 0
    assert after(opened, Down(forward, calm), Up(forward, calm + 0.1)).page == 1


def test_the_same_touch_told_twice_is_carried_out_once() -> None:
    ended = after(
        here(),
        Down(OPEN, LATER),
        Down(OPEN, LATER),
        Up(OPEN, LATER + 0.1),
        Up(GoTo(PROGRAMME, 1), LATER + 0.1),
    )
    assert (ended.scene, ended.page) == (PROGRAMME, 0)


def test_an_alert_covers_the_scene_without_ending_it() -> None:
    reading = here(PROGRAMME, page=1)
    alarmed = after(reading, NewsCame(EMERGENCY))
    assert scene_of(alarmed) == ALERT
    calm = after(alarmed, NewsCame(ORDINARY))
    assert (scene_of(calm), calm.page) == (PROGRAMME, 1)


def test_equal_news_is_no_change() -> None:
    begin = state(ORDINARY)
    assert after(begin, NewsCame(replace(ORDINARY))) == begin


def test_the_filing_is_told_what_it_must_know_and_nothing_else() -> None:
    begun, wishes = told(here(language="en"), *tap(FileService()))
    assert (begun.scene, begun.visit, wishes) == (FILING, Filled(("en",)), [Say("begun", "en")])
    failed, vi = DeviceFailed("camera", "camera_gone"), SpeakTo("vi")
    steps = (*tap(Key(), 200.0), failed, *tap(vi, 201.0), *tap(NextTextSize(), 202.0), *tap(GoTo(HELP), 203.0))
    helped, wishes = told(begun, *steps)
    assert helped.visit == Filled(("en", Key(), failed, vi))
    assert wishes == [Say("more")] * 3
    assert (helped.scene, helped.text_size) == (HELP, 1)
    back, _ = told(helped, *tap(FileService(), 204.0))
    assert (back.scene, back.visit) == (FILING, helped.visit)
    over, wishes = told(back, *tap(Quit(), 205.0))
    assert (over.scene, over.visit, wishes) == (DOORS, None, [Say("done")])


def test_keys_may_be_typed_fast_but_a_new_page_is_not_pressed_by_the_same_tap() -> None:
    begun = after(here(), *tap(FileService()))
    typed = after(begun, *tap(Key(), 200.0), *tap(Key(), 200.15), *tap(Key(), 200.3))
    assert typed.visit == Filled(("vi", Key(), Key(), Key()))
    turned = after(begun, *tap(Turn(), 200.0), *tap(Turn(), 200.15), *tap(Turn(), 200.5))
    assert turned.visit == Filled(("vi", Turn(), Turn()), 2)


def test_a_page_that_came_by_itself_is_not_pressed_by_a_tap_that_was_meant_for_the_one_before() -> None:
    """The receipt, while somebody taps "send" again and again."""
    filed = Filed("K7M4-XP2Q", "LL")
    begun = after(here(), *tap(FileService()))
    came = after(begun, *tap(Key(), 200.0), filed, *tap(Turn(), 200.1), *tap(Turn(), 200.3))
    assert came.visit == Filled(("vi", Key(), filed), 1)
    settled = after(came, Passed(NOW, 200.5), *tap(Turn(), 200.6), *tap(Turn(), 200.9))
    assert settled.visit == Filled(("vi", Key(), filed, Turn()), 2)


def test_a_file_is_looked_up_by_its_number_and_the_birth_date() -> None:
    keys = [Press(key) for key in "K7M4XP2Q"]
    at = iter(range(200, 300))
    typed = after(here(STATUS), *(event for key in keys for event in tap(key, next(at))))
    assert typed.enquiry == Enquiry(number="K7M4XP2Q")
    asked = after(typed, *tap(Confirm(), next(at)))
    pressed = [event for key in "31021948" for event in tap(Press(key), next(at))]
    wrong, effects = told(asked, *pressed, *tap(Confirm(), next(at)))
    assert (wrong.enquiry.problem, effects) == ("born", [])
    mended = [event for key in ("back",) * 8 + tuple("03021948") for event in tap(Press(key), next(at))]
    sought, effects = told(wrong, *mended, *tap(Confirm(), next(at)))
    assert effects == [FindFile(number="K7M4-XP2Q", born="1948-02-03")]
    answer = FileAnswer(Found.FOUND, "done", "K7M4-XP2Q")
    found = after(sought, answer, Passed(NOW, next(at)))
    assert found.enquiry == Enquiry(at="answer", answer=answer)
    again = after(found, *tap(Earlier(), next(at)))
    assert (again.scene, again.enquiry) == (STATUS, Enquiry())
    assert after(again, *tap(Earlier(), next(at))).scene == DOORS
    assert after(again, answer).enquiry == Enquiry()  # one that nobody waits for any more


def test_a_receipt_before_the_reader_is_looked_up_at_once() -> None:
    token = token_of(bytes(range(32)))
    for text in (token, f" {token}\r", CODE + token):
        sought, effects = told(here(STATUS), CardRead(text))
        assert (sought.enquiry, effects) == (Enquiry(at="asking"), [FindFile(token=token)])
        assert told(sought, CardRead(token))[1] == []
    card, effects = told(here(STATUS), CardRead("001048000000||NGUYỄN VĂN A|03021948|Nam|thôn 1|01012021"))
    assert (card.enquiry.problem, effects) == ("code", [])
    assert told(here(DOORS), CardRead(token)) == (here(DOORS), [])


@pytest.mark.parametrize(
    ("digits", "born"),
    [
        ("1948", "1948"),
        ("03021948", "1948-02-03"),
        ("29022023", ""),
        ("1899", ""),
        ("2027", ""),
        ("0302", ""),
        ("", ""),
    ],
)
def test_a_birth_date_may_be_a_year_alone(digits: str, born: str) -> None:
    enquiry, wish = confirmed(Enquiry(at="born", number="K7M4XP2Q", born=digits), date(2026, 11, 27))
    assert wish == (FindFile(number="K7M4-XP2Q", born=born) if born else None)
    assert enquiry.problem == ("" if born else "born")


def test_nothing_of_a_resident_is_seen_in_what_a_log_would_say() -> None:
    begin = here(visit=Filled(("SECRET",)), enquiry=Enquiry(number="SECRET", born="SECRET"))
    assert "SECRET" not in repr(begin)
    assert "SECRET" not in repr(FindFile("SECRET", "SECRET", "SECRET"))
    assert state(ORDINARY).scene == WAITING
