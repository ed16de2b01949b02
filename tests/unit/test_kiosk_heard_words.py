"""Every page of every guide in every language is heard in words that lie ready, also where it reckons with answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.clips import NUMBER, _filled, own_of, said_of
from controller.core.clips import clips_in
from controller.core.words import LANGUAGES
from controller.guides.model import Guide
from controller.guides.saying import heard
from kiosk.filing import flow
from kiosk.filing.acts import Forward, PickEvent, PickGuide
from kiosk.filing.saying import spoken, trouble_words
from kiosk.filing.state import At
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident


def ready(language: str, guide: Guide) -> set[str]:
    """What lies ready for somebody who has chosen a language: what is not there in it is said in Vietnamese."""
    found: set[str] = set()
    for each in {language, LANGUAGES[0]}:
        words = support.kit().words[each]
        texts = (*own_of(words), *said_of(guide, each, words(NUMBER)), *_filled(words, [guide]))
        found |= {clip.text for clip in clips_in(texts, each)}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("guide", support.shipped(), ids=lambda guide: guide.id)
def test_nothing_is_silent(guide: Guide, language: str) -> None:
    words, known = support.kit().words[language], ready(language, guide)
    resident, heard_lines = Resident(replace(support.begun((guide,)), language=language)), 0

    def listens() -> None:
        nonlocal heard_lines
        lines = [clip.text for clip in clips_in([spoken(resident.here, words)], language)]
        after, _ = flow.step(resident.here, Forward(), support.kit())
        if after is not None and after.trouble is not None:  # what is said when one goes on without an answer
            lines += [clip.text for clip in clips_in([trouble_words(after.trouble, words)], language)]
        assert [line for line in lines if line not in known] == [], resident.here.where
        heard_lines += len(lines)

    resident.touches(PickEvent(guide.events[0]), PickGuide(guide.id))
    while resident.here.filed is None:
        listens()
        resident.goes_on()
    for _ in guide.handover:
        resident.touches(Forward())
        assert resident.here.where.at is At.HANDOVER
        listens()
    assert heard_lines > 40


def test_a_text_that_refers_to_answers() -> None:
    guide = next(guide for guide in support.shipped() if guide.id == "chung_thuc_ban_sao")
    assert heard(guide, "Tạm tính: ${phi} đồng.", "số trên màn hình") == "Tạm tính: số trên màn hình đồng."
    assert heard(guide, "${yc_ho_ten} sinh ngày nào?", "số") == "sinh ngày nào?"
    assert heard(guide, "Cháu ${yc_ho_ten} sinh ngày nào?", "số") == "Cháu sinh ngày nào?"
    assert heard(guide, "Không có gì", "số") == "Không có gì"
