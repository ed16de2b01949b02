"""A Huidu controller that does not take what it is told, or never stops talking: it is left alone for a while, but not
with an emergency."""

from __future__ import annotations

from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest

from controller.boards.huidu import frames
from controller.boards.huidu.link import REFUSED_S
from controller.boards.huidu.sign import HuiduSign
from controller.core.notices import BoardState
from tests.support.boards_drivers import CASES
from tests.support.boards_wire import Wire

HUIDU = CASES["huidu"]
DOWN, SHOWN = BoardState.DOWN, BoardState.SHOWN


def picky(monkeypatch: pytest.MonkeyPatch) -> tuple[Wire, list[float]]:
    """A controller that takes no programme of more than one page, and when it has refused one."""
    line = HUIDU.wire()
    controller, refused = line.sign, list[float]()
    assert isinstance(controller, HuiduSign)
    take = controller._take

    def take_one(asked: Element, now: float) -> str:
        if len(asked.findall("screen/program/area/resources/image")) > 1:
            refused.append(now)
            return "kInvalidParam"
        return take(asked, now)

    monkeypatch.setattr(controller, "_take", take_one)
    return line, refused


def test_what_it_refuses_is_told_again_twice_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    line, refused = picky(monkeypatch)
    line.show(HUIDU.content("Tin một", "Tin hai"))
    line.run(3 * REFUSED_S)
    assert line.states[-1][::2] == (DOWN, "refused")
    assert len(refused) == 3
    assert all(later - earlier >= REFUSED_S for earlier, later in pairwise(refused))


def test_an_emergency_waits_for_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    line, refused = picky(monkeypatch)
    line.show(HUIDU.content("Tin một", "Tin hai"))
    line.until(lambda: bool(refused) and line.status is not None and line.status.state is DOWN)
    line.run(2.0)
    line.show(HUIDU.content("Tin một", "Tin hai", alerts=("Lũ",)))
    took_s = line.until(lambda: line.states[-1][0] is SHOWN)
    assert took_s < 1.0
    assert line.states[-1] == (SHOWN, "Lũ", "")


def test_one_that_never_stops_talking_is_hung_up_on() -> None:
    line = HUIDU.wire()
    line.show(HUIDU.content("Tin"))
    line.until(lambda: line.states[-1:] == [(SHOWN, "Tin", "")])
    signs_of_life = frames.frame(frames.Code.HEARTBEAT_ANSWER)
    line.babbles = lambda: signs_of_life
    line.run(1.0)
    line.babbles = lambda: signs_of_life * 100
    line.until(lambda: line.states[-1] == (DOWN, "Tin", "garbled"), 2.0)
