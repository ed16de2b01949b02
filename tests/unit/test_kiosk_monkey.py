"""Somebody, or something, touches everything at once: no page fails, whatever comes, and in whatever order.

Inputs that no scene offered come as well: a finger that slid, a device that babbles, an answer that nobody waits for.
"""

import random
from collections import Counter
from itertools import count

import pytest

from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from kiosk.acts import Act, Leave, Press, SignUp
from kiosk.asking import Asked, FileAnswer, Found, NotAsked
from kiosk.filing.acts import Back, Discard
from kiosk.filing.visiting import GuidedFiling
from kiosk.flow import step
from kiosk.happenings import (
    CameraSees,
    CardRead,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftSaved,
    Filed,
    HelperKnown,
    NotFiled,
    PhotoTaken,
)
from kiosk.look import Frame
from kiosk.moments import Passed
from kiosk.scenes import Stage
from kiosk.state import FILING, Down, Effect, Input, NewsCame, NewsLost, State, Up
from kiosk.widgets import Box, Target
from tests.support import kiosk_cases as cases
from tests.support.kiosk_cases import BUSY, EMERGENCY, HOUSE, NOW, SEVEN, SMALL, UPRIGHT, state
from tests.support.kiosk_filing import shipped

STEPS = 800
_SEEDS = count(1)
NEVER_OFFERED: tuple[Act, ...] = (SignUp("no such session"), Press("no such key"), Press(""))
BABBLE: tuple[Input, ...] = (
    CardRead(""), CardRead("|||||||"), CardRead("001048000000||NGUYỄN VĂN A|03021948|Nam|thôn 1|01012021"),
    CardRead("x" * 10_000), CardRead("LL" + "A" * 32), PhotoTaken(b"", False), PhotoTaken(b"\xff\xd8", True),
    DeviceFailed("camera", "camera_gone"), DeviceFailed("printer", "printer_paper"),
    DeviceFailed("voice", "voice_none"),
    Filed("K7M4-XP2Q", "LL" + "A" * 32), NotFiled("disk"), DraftSaved("K7M4X-P2QRT"), DraftNotFound("slip"),
    DraftFound("0" * 64, b"no json", ()), HelperKnown("helper-1", ""), CameraSees(2, 2, bytes(12)),
    Asked("help", "open"), Asked("seat", "ticket"), NotAsked("seat"), FileAnswer(Found.UNKNOWN),
    FileAnswer(Found.FOUND, "papers_asked", "K7M4-XP2Q", ("Giấy chứng sinh",) * 30), NewsLost(), NewsCame(BUSY),
    NewsCame(HOUSE), NewsCame(EMERGENCY), NewsCame(HOUSE), NewsCame(HOUSE),
)  # fmt: skip


def stage_of(frame: Frame) -> Stage:
    words = {language: load_words(language) for language in LANGUAGES}

    def places(text: str) -> tuple[str, ...]:
        return (f"Xã {text}",) if text else ()

    filing = GuidedFiling(shipped, words, places, lambda: f"{next(_SEEDS):064x}")
    return Stage(frame, cases.fonts().width, words, "Xã Hương Sơn", cases.ZONES, cases.TZ, filing)


@pytest.mark.parametrize("frame", [SEVEN, SMALL, UPRIGHT], ids=["7", "10.1", "22 upright"])
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_that_comes_breaks_a_page(frame: Frame, seed: int) -> None:
    chance, stage = random.Random(seed), stage_of(frame)  # noqa: S311 - only to touch at random
    whole = Box(0, 0, frame.width, frame.height)
    seen: Counter[str] = Counter()
    now: State = state(HOUSE)
    at = 0.0
    for _ in range(STEPS):
        scene = stage.compose(now)
        stage.said(now)
        assert [w for w in scene if not w.box.within(whole)] == []
        offered = [w.act for w in scene if isinstance(w, Target)]
        if chance.random() < 0.9:  # most go on
            offered = [act for act in offered if not isinstance(act, Leave | Discard | Back)] or offered
        at += chance.choice((0.01, 0.1, 0.4, 0.4, 0.4, 1.0))
        inputs: list[Input] = [Passed(NOW, at)]
        if chance.random() < 0.12:
            inputs.append(chance.choice(BABBLE))
        act = chance.choice(offered) if offered and chance.random() < 0.95 else chance.choice(NEVER_OFFERED)
        inputs += [Down(act, at), Up(act if chance.random() < 0.95 else None, at + 0.05)]
        if chance.random() < 0.01:
            at += 200.0
            inputs.append(Passed(NOW, at))
        for event in inputs:
            now, effects = step(now, event, stage.visiting)
            assert all(isinstance(effect, Effect) for effect in effects)
        seen[now.scene] += 1
        if now.over:
            now = state(HOUSE, touched_at=at)
    assert seen[FILING] > STEPS // 10
    assert len(seen) >= 6
