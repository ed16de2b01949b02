"""ID cards, ID numbers, phone numbers and places, as residents type and scan them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.guides import phones
from controller.guides.id_numbers import Card, card_of, is_number, number_warning, plain
from controller.guides.places import Gazetteer, gazetteer

TEXT = "008155000001|071234567|Nông Thị Thử|02091955|Nữ|Thôn 1, Nà Hang, Tuyên Quang|15072021"
CARD = Card(
    id="008155000001", name="Nông Thị Thử", birth="1955-09-02", sex="nu", address="Thôn 1, Nà Hang, Tuyên Quang",
    issued="2021-07-15", old_id="071234567",
)  # fmt: skip


def test_a_card_whole_with_more_and_with_less() -> None:
    assert card_of(TEXT) == CARD
    assert card_of(f"{TEXT}|more|and more||") == CARD
    assert card_of(TEXT + "\r\n") == CARD
    assert card_of(TEXT.rpartition("|")[0]) == Card(**{**_fields(CARD), "issued": ""})  # some readers deliver six
    assert card_of("008155000001||Nông Thị Thử|02091955|Nữ") == Card(
        "008155000001", "Nông Thị Thử", "1955-09-02", "nu", ""
    )
    assert card_of("008055000001||A Páo|02091955|Nam|Xa Dung||") is not None


def _fields(card: Card) -> dict[str, str]:
    return {name: getattr(card, name) for name in Card.__slots__}


@pytest.mark.parametrize(
    "text",
    [
        "", "|", "https://dichvucong.gov.vn", "K7M4-XP2Q", TEXT[:20], TEXT[:35], TEXT[1:],
        TEXT.replace("02091955", "31021955"), TEXT.replace("02091955", "020955"), TEXT.replace("Nông Thị Thử", ""),
        TEXT.replace("Nông Thị Thử", "123"), TEXT + "x" * 600, "||||||",
    ],
)  # fmt: skip
def test_what_is_no_card(text: str) -> None:
    assert card_of(text) is None


def test_a_name_is_read_in_one_spelling() -> None:
    assert card_of(TEXT.replace("Thử", "Thu\u031b\u0309")) == CARD
    assert card_of(TEXT.replace("|Nữ|", "|NỮ|").replace("Nông Thị", "Nông  Thị")) == CARD


@given(st.text(alphabet="0123456789|aNữ \u0303\x00", max_size=80))
def test_any_scan_is_a_card_or_none(text: str) -> None:
    card = card_of(text)
    assert card is None or (is_number(card.id) and card.name)


@given(st.integers(0, len(TEXT)))
def test_cut_short_it_is_never_wrong(length: int) -> None:
    """What is there is right: only the last field may be shorter than it was."""
    card = card_of(TEXT[:length])
    assert card is None or (card.id, card.name, card.birth) == (CARD.id, CARD.name, CARD.birth)


@pytest.mark.parametrize(
    ("number", "birth", "sex", "warning"),
    [
        ("008055000001", "1955-01-01", "nam", ""), ("008155000001", "1955-01-01", "nu", ""),
        ("008255000001", "2055-01-01", "nam", ""), ("008355000001", "2055-01-01", "nu", ""),
        ("008155000001", "1955-01-01", "nam", "number_sex"), ("008155000001", "1954-01-01", "nu", "number_year"),
        ("008255000001", "1955-01-01", "nam", "number_year"), ("008155000001", "", "", ""),
        ("071234567", "1955-01-01", "nu", "number_old"), ("12", "1955-01-01", "nu", ""),
        ("٠٠٨١٥٥٠٠٠٠٠١", "1955-01-01", "nu", ""),
    ],
)  # fmt: skip
def test_numbers_are_compared(number: str, birth: str, sex: str, warning: str) -> None:
    assert number_warning(number, birth, sex) == warning


def test_numbers() -> None:
    assert plain("008 155-000.001") == "008155000001"
    known = ("008155000001", "071234567", "0081", "", "00815500000a", "٠٠٨١٥٥٠٠٠٠٠١")
    assert [is_number(each) for each in known] == [True, True, False, False, False, False]


def test_phones() -> None:
    """Vietnam keeps no numbers for use in fiction: the package's own example stands for one."""
    example = phonenumbers.example_number("VN")
    assert example is not None
    number = "0" + phonenumbers.national_significant_number(example)
    abroad = "+84" + number[1:]
    typed = (number, f" {number[:4]} {number[4:7]}.{number[7:]}", abroad, f"{abroad[:5]}-{abroad[5:]}")
    assert [phones.plain(each) for each in typed] == [number] * 4
    assert phones.plain("+1 202 555 0123") == "+12025550123"
    assert all(phones.is_number(each) for each in (*typed, "+1 202 555 0123"))
    for none in ("123", "không có", "", "0" * 400, number[:-2]):
        assert (phones.plain(none), phones.is_number(none)) == (none, False)


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return gazetteer()


def test_all_places_are_there(places: Gazetteer) -> None:
    counts = len(places.provinces), len(places.communes), len({each.code for each in places.communes})
    assert counts == (34, 3321, 3321)
    assert {each.province_code for each in places.communes} == {each.province_code for each in places.provinces}
    (tuyen_quang,) = (each for each in places.provinces if each.province_code == "08")
    assert (tuyen_quang.full, sum(each.province_code == "08" for each in places.communes)) == ("Tỉnh Tuyên Quang", 124)
    found = places.find("nà hang")[0]
    assert (found.full, places.commune(found.code), places.commune("nowhere")) == (
        "Xã Nà Hang, Tỉnh Tuyên Quang",
        found,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("na hang", "Xã Nà Hang, Tỉnh Tuyên Quang"), ("NÀ HANG", "Xã Nà Hang, Tỉnh Tuyên Quang"),
        ("xã nà hang", "Xã Nà Hang, Tỉnh Tuyên Quang"), ("nahang", None),
        ("nà hang tuyên", "Xã Nà Hang, Tỉnh Tuyên Quang"),
        ("na hang, tuyen quang", "Xã Nà Hang, Tỉnh Tuyên Quang"),
        ("van mieu quoc tu", "Phường Văn Miếu - Quốc Tử Giám, Thành phố Hà Nội"),
        ("tan tien", "Xã Tân Tiến, Tỉnh Tuyên Quang"), ("xa dung dien", "Xã Xa Dung, Tỉnh Điện Biên"),
        ("d'ran", "Xã D'Ran, Tỉnh Lâm Đồng"), ("ha giang 2", "Phường Hà Giang 2, Tỉnh Tuyên Quang"),
        ("zzz", None), ("", None), ("   ", None),
        ("|", None), ("\n", None), ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_communes_are_found(places: Gazetteer, typed: str, first: str | None) -> None:
    found = places.find(typed, near="08")
    assert (found[0].full if found else None) == first


def test_wherever_the_tone_stands(places: Gazetteer) -> None:
    assert places.find("hoà bình") == places.find("hòa bình")
    assert {each.commune.split()[-2:][0] for each in places.find("hoá bình", limit=5)} == {"Hòa", "Hoà"}
    assert [each.commune for each in places.find("thành", limit=2)] == ["Xã Thành Bình Thọ", "Xã Thành Công"]


def test_what_begins_like_it_comes_first(places: Gazetteer) -> None:
    names = [each.commune for each in places.find("tuyen", limit=6)]
    assert names == ["Xã Tuyên Bình", "Xã Tuyên Bình", "Xã Tuyên Hóa", "Xã Tuyên Lâm", "Xã Tuyên Phú", "Xã Tuyên Quang"]


@given(typed=st.text(max_size=20))
def test_anything_may_be_typed(places: Gazetteer, typed: str) -> None:
    assert len(places.find(typed)) <= 8
