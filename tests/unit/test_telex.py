"""The input engine against published keystrokes (tests/data/telex.tsv: 6,000 pairs of the Go Nhanh project, BSD
3-Clause, Copyright (c) 2025 Go Nhanh Contributors) and against what people do at a keyboard."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk import telex
from kiosk.telex import DELETE, METHODS, Typing, deleted, pressed, typed, undone, written

PUBLISHED = Path(__file__).parent.parent / "data" / "telex.tsv"


def pairs() -> list[tuple[str, str]]:
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines()
    return [(keys, word) for keys, word in (line.split("\t") for line in lines if not line.startswith("#"))]


def field(keys: str, method: str = "telex") -> Typing:
    typing = Typing(method)
    for key in keys:
        typing = pressed(typing, key)
    return typing


def test_published() -> None:
    assert len(pairs()) == 6000
    assert [(keys, typed(keys)) for keys, _ in pairs()] == pairs()


def test_published_in_capitals_and_in_a_sentence() -> None:
    assert [typed(keys.upper()) for keys, _ in pairs()[::7]] == [word.upper() for _, word in pairs()[::7]]
    sentence = pairs()[::60]
    assert typed(" ".join(keys for keys, _ in sentence)) == " ".join(word for _, word in sentence)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("tieengs tieesng tiengse", "tiếng tiếng tiếng"),
        ("w tw duwong dduwongf thuowr quow", "ư tư dương đường thuở quơ"),
        ("NGUYEENX Thij DDaof", "NGUYỄN Thị Đào"),
        ("GIAF gif gias", "GIÀ gì giá"),
        ("tieengsz az", "tiêng az"),
        ("tieengsf", "tiềng"),
    ],
)
def test_marks_come_early_or_late(keys: str, shown: str) -> None:
    assert typed(keys) == shown


@pytest.mark.parametrize(
    ("keys", "shown"),
    [("ass", "as"), ("aaa", "aa"), ("eee", "ee"), ("aww", "aw"), ("uoww", "uow"), ("ww", "w"), ("ddd", "dd"),
     ("tesst", "test"), ("booong", "boong"), ("booongs", "boóng"), ("asss", "ass"), ("dadd", "dad"), ("gauaa", "gaua")],
)  # fmt: skip
def test_the_same_mark_again_undoes_it(keys: str, shown: str) -> None:
    assert typed(keys) == shown


@pytest.mark.parametrize(
    "name", ["Ksor", "google", "facebook", "wifi", "email", "Washington", "Peter", "banana", "12a"]
)
def test_foreign_words_stay_as_typed(name: str) -> None:
    assert typed(name) == name


@pytest.mark.parametrize("word", ["user", "used", "sales", "users", "duet", "USER", "book", "Rmah", "VNeID"])
def test_a_tone_is_never_shown_on_what_is_no_syllable(word: str) -> None:
    assert typed(word) == word
    assert typed(f"{word} ").strip() == typed(f"({word})")[1:-1] == word


def test_a_tone_that_came_before_its_mark_is_shown_with_it() -> None:
    seen, typing = [], Typing()
    for key in "tiengse":
        typing = pressed(typing, key)
        seen.append(typing.text)
    assert seen == ["t", "ti", "tie", "tien", "tieng", "tiengs", "tiếng"]
    assert deleted(field("tiengs")).text == "tieng"


def test_an_address_is_as_typed_up_to_the_next_blank() -> None:
    assert typed("hoangs@lans.vn vieetj") == "hoangs@lans.vn việt"
    assert typed("so61@a1.vn a1", "vni") == "so61@a1.vn á"
    assert typed("user@" + DELETE + " as") == "user á"
    assert typed("as@b" + DELETE * 2 + " as") == "as á"
    kept = written("ai@lan")
    assert pressed(kept, "s").text == "ai@lans"
    assert pressed(pressed(pressed(kept, " "), "a"), "s").text == "ai@lan á"


def test_abbreviations_have_their_stroke() -> None:
    assert typed("HDDND QDD DDKKD dd/c DC DCD TDDDC") == "HĐND QĐ ĐKKD đ/c DC DCD TDDC"
    assert typed("HD9ND Q9D d9/c", "vni") == "HĐND Q9D đ/c"


def test_what_no_syllable_can_be_comes_by_undoing() -> None:
    seen, typing = [], field("Bhnoong")
    for _ in range(3):
        seen.append(typing.text)
        typing = undone(typing)
    assert seen == ["Bhnoong", "Bhnông", "Bhnoong"]


def test_a_word_that_was_put_right_stays_so_while_it_is_typed_on() -> None:
    typing = undone(undone(field("Seof")))
    assert typing.text == "Seò"
    typing = pressed(pressed(typing, "n"), "g")
    assert typing.text == "Seòng"
    assert deleted(typing).text == "Seòn"
    assert pressed(deleted(deleted(typing)), " ").text == "Seò "


def test_names_of_the_highlands() -> None:
    keys = "DDawks Lawks DDaksw Kroong Hmoong H'Moong Kpaw Niee Mloo Xtieeng Braau Krong"
    assert typed(keys) == "Đắk Lắk Đắk Krông Hmông H'Mông Kpă Niê Mlô Xtiêng Brâu Krong"
    assert typed("Y Blook Mnoong Buks Chuw Pawh Chuw Puwh Kpaw") == "Y Blôk Mnông Búk Chư Păh Chư Pưh Kpă"
    assert typed("D9a81k Lak81 Y Blo6k H'Mo6ng Ksor", "vni") == "Đắk Lắk Y Blôk H'Mông Ksor"


def test_the_place_of_the_tone_is_a_choice() -> None:
    keys = "hoaf thuys khoer hoanf ngoaif quys tuyr muaf"
    assert typed(keys) == "hòa thúy khỏe hoàn ngoài quý tủy mùa"
    assert typed(keys, old_place=False) == "hoà thuý khoẻ hoàn ngoài quý tuỷ mùa"


def test_vni() -> None:
    assert typed("tie6ng1 tieng61 d9u7o7ng2 duong972 la8m1 Ha2 No6i5", "vni") == "tiếng tiếng đường đường lắm Hà Nội"
    assert typed("a11 a66 tieng610 12 3a", "vni") == "a1 a6 tiêng 12 3a"


def test_keys_of_their_own_for_marks_and_tones() -> None:
    assert (
        typed("tiêng\u0301 hoa\u0300 duong\u0335\u031b\u0300 Krong\u0302 Lăk\u0301", "keys")
        == "tiếng hòa đường Krông Lắk"
    )
    assert typed("hoa\u0300\u0300 \u0301 bc\u0301 dan\u0306\u0306", "keys") == "hoa  bc dan"
    assert typed("ass dd ww", "keys") == "ass dd ww"  # letters are letters


def test_a_word_is_shown_as_typed_then_with_its_tone_elsewhere_then_by_the_rules_again() -> None:
    typing = field("Giangf Seof")
    seen = []
    for _ in range(4):
        seen.append(typing.text)
        typing = undone(typing)
    assert seen == ["Giàng Sèo", "Giàng Seof", "Giàng Seò", "Giàng Sèo"]


def test_the_word_before_is_undone_after_a_space_too() -> None:
    typing = undone(field("tees "))
    assert typing.text == "tees "
    assert pressed(typing, "a").text == "tees a"
    assert undone(Typing()).text == ""
    assert undone(field("abc")).text == "abc"


def test_delete_takes_the_last_letter_that_is_shown() -> None:
    typing = field("tieengs ")
    seen = []
    for _ in range(7):
        typing = deleted(typing)
        seen.append(typing.text)
    assert seen == ["tiếng", "tiến", "tiế", "tí", "t", "", ""]


def test_after_a_delete_the_word_goes_on() -> None:
    assert typed("tieengs" + DELETE + DELETE + "t") == "tiết"
    assert typed("tieengs " + DELETE + "z") == "tiêng"
    assert typed("Ksor" + DELETE * 3 + "as") == "Ká"
    assert typed("nguyeenxv" + DELETE) == "nguyễn"


def test_a_kept_text_can_be_typed_on() -> None:
    assert written("Hoàng Văn").text == "Hoàng Văn"
    assert pressed(written("Hoàng Van"), "w").text == "Hoàng Văn"
    for text in ("Seò", "hoà", "Ksor", "", "  ", "Thôn 3"):
        assert written(text).text == text
    assert deleted(written("hoà")).text == "ho"


TELEX_KEYS = "aeowdsfrxjzniucghtmpylkvbqAEOWDSF ' "
ALL_KEYS = TELEX_KEYS + DELETE + "0123456789\u0301\u0300\u0309\u0303\u0323\u0302\u0306\u031b\u0335ếĐ"


@given(st.text(alphabet=ALL_KEYS, max_size=40), st.sampled_from(METHODS), st.booleans())
def test_any_keys_give_composed_text_and_delete_ends_it(keys: str, method: str, old_place: bool) -> None:
    typing = Typing(method, old_place)
    for key in keys:
        typing = pressed(typing, key)
        assert unicodedata.is_normalized("NFC", typing.text)
    while typing.text:
        before, typing = typing, deleted(typing)
        assert len(typing.text) < len(before.text)


@given(st.text(alphabet=[key for key in TELEX_KEYS if key.isalpha()], min_size=1, max_size=10), st.booleans())
def test_a_word_is_never_further_from_its_keys_than_a_few_touches(word: str, old_place: bool) -> None:
    """Undoing shows the raw keys at the first touch, or has them shown already, and comes round again."""
    for method in ("telex", "vni"):
        typing = Typing(method, old_place)
        for key in word:
            typing = pressed(typing, key)
        seen = [typing.text]
        while (typing := undone(typing)).text != seen[0]:
            seen.append(typing.text)
            assert len(seen) <= 4 + len(word)
        assert word in seen[:2]
        assert len(set(seen)) == len(seen)


@given(st.text(alphabet=ALL_KEYS, max_size=30), st.sampled_from(METHODS))
def test_what_is_kept_and_opened_again_is_the_same(keys: str, method: str) -> None:
    text = typed(keys, method)
    assert written(text, method).text == text


@given(st.text(max_size=12), st.sampled_from(METHODS))
@example("a\u0f4d", "telex")  # a letter that is two in NFC
def test_any_characters_at_all(keys: str, method: str) -> None:
    assert unicodedata.is_normalized("NFC", typed(keys, method))
    assert unicodedata.is_normalized("NFC", undone(field(keys, method)).text)


def test_ten_thousand_letters() -> None:
    keys = "tieengs Vieetj " * 700
    assert typed(keys) == "tiếng Việt " * 700


def test_the_engine_keeps_nothing_of_what_was_typed() -> None:
    """What it remembers between words is its own tables: keys of a method, letters with a tone."""
    typed("Nguyeenx Thij Bis Maatj")
    kept = [name for name in vars(telex) if hasattr(getattr(telex, name), "cache_info")]
    assert sorted(kept) == ["_effects", "_with_tone_mark"]
