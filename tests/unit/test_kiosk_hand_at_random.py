"""A hand that taps at random through whole visits, with cards, bursts of a scanner, a helper, other languages and sizes
in between: every page can be composed and left, all that is said lies ready, and nothing of a visit is in the next."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import count

import pytest

from controller.clips import SAID, said_of
from controller.core.clips import clips_of
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from kiosk.acts import Act, FileService, GoTo, Leave, NextTextSize, SayAgain, SpeakTo, SwitchContrast
from kiosk.asking import Ask, Asked, FileAnswer, FindFile, Found
from kiosk.filing.acts import Agree, Back, Change, Choose, Discard, Forward, Have, Key, OpenKeys, Stop, Turn
from kiosk.filing.state import At, Filing
from kiosk.filing.visiting import GuidedFiling
from kiosk.flow import step
from kiosk.happenings import (
    AskHelper,
    CameraSees,
    CardRead,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    Filed,
    Happening,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PhotoTaken,
    PrintReceipt,
    PrintSlip,
    ResumeDraft,
    SaveDraft,
    Say,
    Submit,
    TakePhoto,
)
from kiosk.look import Frame
from kiosk.moments import Passed
from kiosk.scenes import Stage
from kiosk.state import FILING, HELP, Down, Effect, Input, Up
from kiosk.widgets import Box, Scene, Target
from tests.support import kiosk_cases as cases
from tests.support.kiosk_cases import HOUSE, NOW, SEVEN, SMALL, UPRIGHT, state
from tests.support.kiosk_filing import shipped

STEPS = 1500
_SEEDS = count(1)
TOOLS = (SayAgain, NextTextSize, SwitchContrast, SpeakTo, OpenKeys, Turn, Key)  # these lead nowhere
OUT = GoTo(HELP)
WEIGHTS: dict[type[Act], float] = {
    Discard: 0.02, NextTextSize: 0.05, SwitchContrast: 0.05, GoTo: 0.1, Stop: 0.1, Back: 0.15, Leave: 0.1, Key: 0.1,
    Forward: 4.0, Turn: 2.0, Agree: 3.0, FileService: 3.0, Change: 0.05, Choose: 2.0, Have: 1.0, OpenKeys: 0.3,
}  # fmt: skip
TYPED = {"date": "03021958", "id_number": "001058000001", "phone": "0912345678", "integer": "2", "numbers": "123456"}


@cache
def ready() -> frozenset[str]:
    """What lies ready as sound, in both languages."""
    texts: set[str] = set()
    for language in LANGUAGES:
        words, own = load_words(language), list[str]()
        for key in words.keys():  # noqa: SIM118 - Words is no mapping
            if key.startswith(SAID):
                try:
                    own.append(words(key))
                except Exception:  # noqa: S112 - has blanks to fill in
                    continue
        for guide in shipped():
            own += said_of(guide, language, words("guide.shown_number"))
            steps = len(guide.handover)
            own += [words("kiosk.filing.handover.title", number=step + 1, of=steps) for step in range(steps)]
        texts |= {clip.text for clip in clips_of(own, language)}
    return frozenset(texts)


def strings(value: object) -> Iterator[str]:
    """Every text in a value, hidden or not; not in guides, which are nobody's."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from strings(getattr(value, each.name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from strings(pair)
    elif isinstance(value, list | tuple | frozenset | set):
        for one in value:
            yield from strings(one)


class Hand:
    """One who taps, and the station that answers; `visit` counts who is there."""

    def __init__(self, frame: Frame, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - only to touch at random
        words = {language: load_words(language) for language in LANGUAGES}
        filing = GuidedFiling(shipped, words, self._places, lambda: f"{next(_SEEDS):064x}")
        self.stage = Stage(frame, cases.fonts().width, words, "Xã Hương Sơn", cases.ZONES, cases.TZ, filing)
        self.whole = Box(0, 0, frame.width, frame.height)
        self.now, self.at, self.visit = state(HOUSE), 0.0, 1
        self.wall = NOW
        self.kept: dict[str, SaveDraft] = {}
        self.seen: Counter[str] = Counter()
        self.unready: set[str] = set()

    def _places(self, text: str) -> tuple[str, ...]:
        return (f"Xã {text.strip() or 'Mẫu'}",)

    @property
    def secret(self) -> str:
        return f"BÍ MẬT {self.visit}X"

    def card(self) -> CardRead:
        born = self.chance.choice(("03021958", "31122025", "29021960"))
        whole = f"{self.chance.randrange(10**12):012}|123456789|{self.secret}|{born}|Nam|Thôn {self.secret}|01012022"
        return CardRead(whole[: self.chance.choice((len(whole), len(whole), 40))], self.chance.random() < 0.1)

    def happens(self, event: Input) -> None:
        self.now, effects = step(self.now, event, self.stage.visiting)
        for effect in effects:
            self._answer(effect)

    def _answer(self, effect: Effect) -> None:
        """As the station does: mostly well, at times not, at times never."""
        if isinstance(effect, Say):
            self.unready |= {line for line in effect.text.splitlines() if line and line not in ready()}
        luck, well = self.chance.random(), None
        found: list[Happening | Asked | FileAnswer | None]
        match effect:
            case Submit():
                found = [Filed("K7M4-XP2Q", "LL" + "A" * 32), NotFiled(self.chance.choice(("disk", "no_key", "large")))]
            case SaveDraft():
                self.kept["K7M4X-P2QRT"] = effect
                found = [DraftSaved("K7M4X-P2QRT"), DraftNotSaved("database")]
            case ResumeDraft() if kept := self.kept.get("K7M4X-P2QRT"):
                found = [DraftFound(kept.ident, kept.content, kept.photos), DraftNotFound("unknown")]
            case ResumeDraft():
                found = [DraftNotFound(self.chance.choice(("slip", "unknown", "often")))]
            case AskHelper():
                found = [HelperKnown("helper-1", ""), HelperUnknown(self.chance.choice(("slip", "unknown", "often")))]
            case TakePhoto():
                found = [PhotoTaken(b"\xff\xd8" + self.secret.encode(), luck < 0.6, "dark"),
                         DeviceFailed("camera", "camera_gone")]  # fmt: skip
            case PrintReceipt() | PrintSlip():
                found = [well, DeviceFailed("printer", "printer_paper")]
            case Ask(kind):
                found = [Asked(kind, "open")]
            case FindFile():
                found = [FileAnswer(Found.UNKNOWN), FileAnswer(Found.FOUND, "papers_asked", "K7M4-XP2Q", ("Giấy",))]
            case _:
                return
        answer = found[0] if luck < 0.7 else found[-1] if luck < 0.95 else None
        if answer is not None:
            self.happens(answer)

    def looks(self) -> list[Act]:
        scene: Scene = self.stage.compose(self.now)
        said = self.stage.said(self.now)
        assert said is None or isinstance(said, str)
        assert [w for w in scene if not w.box.within(self.whole)] == []
        return list(dict.fromkeys(w.act for w in scene if isinstance(w, Target)))

    def taps(self) -> None:
        offered = self.looks()
        assert self._leads_on(offered), (self.now.scene, self.now.visit)
        self.at += self.chance.choice((0.01, 0.4, 0.4, 0.4, 0.4, 1.0))
        luck = self.chance.random()
        if luck < 0.04:
            self.happens(self.card())
        elif luck < 0.05:
            self.happens(CameraSees(2, 2, bytes(12)))
        elif luck < 0.06:
            self.wall += timedelta(seconds=self.chance.choice((-90000, 86400, 30, -30)))
        elif luck < 0.063:
            self.at += 200.0
        self.happens(Passed(self.wall, self.at))
        if self.now.over:
            return
        act = self._one_of(offered)
        self.happens(Down(act, self.at))
        self.happens(Up(act, self.at + 0.05))

    def _one_of(self, offered: list[Act]) -> Act:
        """Any, though more often what a resident touches: else nobody would come to a receipt."""
        key = self._sensible_key()
        if key in offered and self.chance.random() < 0.7:
            return key
        return self.chance.choices(offered, [WEIGHTS.get(type(act), 1.0) for act in offered])[0]

    def _sensible_key(self) -> Act:
        visit = self.now.visit
        if not isinstance(visit, Filing) or visit.keyboard is None:
            return Forward()
        page, typed = visit.asked, visit.keyboard.text
        question = page.question if page else None
        text = "ab" if question is None else TYPED.get(question.look, TYPED.get(question.kind, "ly"))
        at = sum(letter.isalnum() for letter in typed)
        return Key(text[at]) if at < len(text) else Forward()

    def _leads_on(self, offered: list[Act]) -> bool:
        visit = self.now.visit
        if isinstance(visit, Filing) and self.now.scene == FILING and not self.now.left_s:
            self.seen[f"filing {visit.where.at}{' helped' if visit.helping else ''}"] += 1
            if visit.where.at is At.SENDING:  # it ends by itself
                return True
        self.seen[self.now.scene] += 1
        return any(not isinstance(act, TOOLS) and act != OUT for act in offered)

    def next_one(self) -> None:
        """Of what the process goes on with, and of who comes next, nothing is of who was there."""
        for there in (self.now, state(HOUSE)):
            assert [text for text in strings(there) if self.secret in text] == []
        assert (self.now.visit, self.now.text_size, self.now.contrast) == (None, 0, False)
        self.visit += 1
        self.kept = {}
        self.now = replace(state(HOUSE), now=self.now.now, touched_at=self.at)


def tapped(frame: Frame, seed: int, steps: int) -> Hand:
    hand = Hand(frame, seed)
    for _ in range(steps):
        hand.taps()
        if hand.now.over:
            hand.next_one()
    return hand


@pytest.mark.parametrize("frame", [SEVEN, SMALL, UPRIGHT], ids=["7", "10.1", "22 upright"])
def test_a_hand_that_taps_at_random(frame: Frame) -> None:
    hand = tapped(frame, 1, STEPS)
    assert hand.unready == set()
    assert hand.seen[FILING] > STEPS // 3 and len(hand.seen) > 10, hand.seen
