"""The page's catalogues: the same in both languages, and every key that the page asks for is there."""

from __future__ import annotations

import re
from importlib import resources
from string import Formatter

import pytest

from controller.core.journal import Entry, Kind
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.config_text import parse_config
from controller.web.journal_saying import line_of
from controller.web.saying import Saying
from tests.support.stations import CONFIG, START

ROOM = ("controller.web",)
WHOLE = re.compile(r"""\bt\("(web\.[a-z_.]+[a-z])"|words\("(web\.[a-z_.]+[a-z])"|t\('(web\.[a-z_.]+[a-z])'""")


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_braces() -> None:
    vi, en = (load_words(language, ROOM) for language in LANGUAGES)
    assert vi.keys() == en.keys()
    for key in sorted(vi.keys()):
        assert braces(vi._texts[key]) == braces(en._texts[key]), key


def test_every_text_that_the_page_asks_for_exists() -> None:
    known = load_words("vi").keys()
    asked: set[str] = set()
    folders = [resources.files("controller.web") / name for name in (".", "templates", "templates/parts")]
    for file in (file for folder in folders for file in folder.iterdir() if file.name.endswith((".py", ".html"))):
        for found in WHOLE.findall(file.read_text(encoding="utf-8")):
            asked |= {key for key in found if key}
    assert len(asked) > 80
    assert asked - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_journal_line_is_a_sentence_whatever_it_lacks(language: str, kind: Kind) -> None:
    words = load_words(language)
    say = Saying(words, parse_config(CONFIG, "test"), START)
    details: list[dict[str, object]] = [
        {}, {"by": "A", "title": "T", "text": "X", "due": "2026-11-21T12:30:00.000Z", "what": "password",
         "to": "2026-11-21T13:00:00.000Z"},
        {"fault": "unheard_of", "reason": "unheard_of", "withdrawn": True, "restored": True, "again": True},
    ]  # fmt: skip
    for detail in details:
        for about_one in (False, True):
            line = line_of(Entry(1, START, kind, "process/audio-main", detail), say, words, about_one)
            assert line.text and "{" not in line.text and "web." not in line.text, line
            assert not line.text.startswith(kind + " "), f"{kind} has no words"


def test_parts_by_their_names() -> None:
    one = Saying(load_words("vi"), parse_config(CONFIG, "test"), START)
    assert [one.part(c) for c in ("output/main", "process/audio-main", "speech", "process/controller", "x/y")] == [
        "Loa", "Loa", "Giọng đọc", "Bộ hẹn giờ", "x",
    ]  # fmt: skip
    assert [one.lasting(s) for s in (0.2, 12.3, 65)] == ["1 giây", "12 giây", "1 phút 05 giây"]


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "said"),
    [
        (Kind.VOLUME, "zone/na-khau", {"clock": "22:00", "gain_db": -6.0, "by": "Lan"},
         "Lan đặt âm lượng Cụm Nà Khau từ 22:00: 50 %."),
        (Kind.VOLUME, "zone/na-khau", {"clock": "22:00", "gain_db": None, "before_db": -6.0, "by": "Lan"},
         "Lan bỏ mức âm lượng Cụm Nà Khau bắt đầu từ 22:00."),
        (Kind.PLAYING, "utterance/u", {"title": "Họp", "resumed_s": 12.5}, "“Họp” nói tiếp từ chỗ dừng."),
        (Kind.CUT, "utterance/u", {"title": "Họp", "again": True, "reached_s": 12.5, "reason": "emergency"},
         "“Họp” tạm nhường, sẽ nói tiếp (nhường cho thông báo khẩn cấp)."),
        (Kind.CUT, "utterance/u", {"title": "Họp", "again": True, "reason": "interrupted"},
         "“Họp” bị ngắt, sẽ phát lại (máy bị tắt hoặc khởi động lại giữa chừng)."),
        (Kind.TOLD, "utterance/u", {"what": "known", "title": "Họp", "by": "Lan"}, "Lan đã đọc tin báo về “Họp”."),
        (Kind.TOLD, "output/main", {"what": "known", "title": "", "by": "Lan"}, "Lan đã đọc tin báo về Loa."),
        (Kind.TOLD, "utterance/u", {"what": "known", "by": "Lan"}, "Lan đã biết việc này."),
        (Kind.UNSURE, "utterance/u", {"title": "Họp", "reason": "too_noisy"},
         "Chưa chắc “Họp” có ra loa hay không (xung quanh quá ồn)."),
    ],
)  # fmt: skip
def test_what_a_line_says(kind: Kind, subject: str, detail: dict[str, object], said: str) -> None:
    words = load_words("vi")
    say = Saying(words, parse_config(CONFIG, "test"), START)
    assert line_of(Entry(1, START, kind, subject, detail), say, words).text == said
