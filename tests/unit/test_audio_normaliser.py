"""The words that the voice will say: the agreed table, a commune's prose, and any text at all."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.normaliser import Normaliser, load_abbreviations
from audio.normaliser.numerals import cardinal, roman
from audio.normaliser.pauses import BREATH_LIMIT
from audio.normaliser.spelling import ALPHABET, is_syllable

NORMALISER = Normaliser(load_abbreviations())

TABLE = [
    ("7h30", "bảy giờ ba mươi phút"),
    ("19:00", "mười chín giờ"),
    ("từ 8h-11h30", "từ tám giờ đến mười một giờ ba mươi phút"),
    ("ngày 02/9/2026", "ngày hai tháng chín năm hai nghìn không trăm hai mươi sáu"),
    ("15/3", "ngày mười lăm tháng ba"),
    ("từ ngày 7-9/12", "từ ngày bảy đến ngày chín tháng mười hai"),
    ("tháng 4/2026", "tháng tư năm hai nghìn không trăm hai mươi sáu"),
    ("thứ 2", "thứ hai"),
    ("thứ 4", "thứ tư"),
    ("1.250.000đ", "một triệu hai trăm năm mươi nghìn đồng"),
    ("500.000 đồng/tháng", "năm trăm nghìn đồng một tháng"),
    ("8.000 đ/bản", "tám nghìn đồng một bản"),
    ("15", "mười lăm"),
    ("21", "hai mươi mốt"),
    ("24", "hai mươi tư"),
    ("105", "một trăm linh năm"),
    ("1.005", "một nghìn không trăm linh năm"),
    ("2,5 ha", "hai phẩy năm héc ta"),
    ("30 m²", "ba mươi mét vuông"),
    ("40km/h", "bốn mươi ki lô mét trên giờ"),
    ("35°C", "ba mươi lăm độ xê"),
    ("90%", "chín mươi phần trăm"),
    ("10-15 hộ", "mười đến mười lăm hộ"),
    ("UBND xã", "ủy ban nhân dân xã"),
    ("HĐND", "hội đồng nhân dân"),
    ("BHYT, BHXH", "bảo hiểm y tế, bảo hiểm xã hội"),
    ("CCCD", "căn cước công dân"),
    ("HTX", "hợp tác xã"),
    ("TTHC", "thủ tục hành chính"),
    ("TP. Tuyên Quang", "thành phố tuyên quang"),
    ("QĐ-UBND", "quyết định ủy ban nhân dân"),
    ("NĐ-CP", "nghị định chính phủ"),
    ("thôn II", "thôn hai"),
    ("quý IV", "quý bốn"),
    ("khóa XV", "khóa mười lăm"),
    ("gọi 115", "gọi một một năm"),
    ("tổng đài 18001096", "tổng đài một tám không không một không chín sáu"),
    ("Số 12/TB-UBND", "số mười hai thông báo ủy ban nhân dân"),
]

PROSE = [
    # times and days
    ("từ 14 giờ - 16 giờ 30", "từ mười bốn giờ đến mười sáu giờ ba mươi phút"),
    ("7 giờ 30 phút sáng", "bảy giờ ba mươi phút sáng"),
    ("7 giờ 30 sáng", "bảy giờ ba mươi phút sáng"),
    ("17g30 - 18g", "mười bảy giờ ba mươi phút, mười tám gam"),  # "g" alone is a gram
    ("6h45' có mặt", "sáu giờ bốn mươi lăm phút có mặt"),
    ("8-11h", "tám đến mười một giờ"),
    ("trực 24/24h", "trực hai mươi tư trên hai mươi tư giờ"),
    ("thứ 2, 4, 6", "thứ hai, tư, sáu"),
    ("T2-T6, T7 và CN", "thứ hai đến thứ sáu, thứ bảy và chủ nhật"),
    ("sáng T7 (28/11)", "sáng thứ bảy, ngày hai mươi tám tháng mười một"),
    # dates
    ("từ 28/11-02/12", "từ ngày hai mươi tám tháng mười một đến ngày hai tháng mười hai"),
    ("ngày 7, 8/12", "ngày bảy, ngày tám tháng mười hai"),
    ("mùng 1/1 âm lịch", "mùng một tháng một âm lịch"),
    ("02-10-2026", "ngày hai tháng mười năm hai nghìn không trăm hai mươi sáu"),
    ("2026-11-21", "ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu"),
    ("tháng 4 - 6", "tháng tư đến tháng sáu"),
    ("quý I/2027", "quý một năm hai nghìn không trăm hai mươi bảy"),
    ("quý I-II", "quý một đến hai"),
    ("Đại hội lần thứ IV", "đại hội lần thứ tư"),
    # what only looks like a date
    ("2/3 số hộ", "hai phần ba số hộ"),
    ("số nhà 12/5", "số nhà mười hai trên năm"),
    ("15/20 hộ", "mười lăm trên hai mươi hộ"),
    # money and measures
    ("50.000-250.000đ/hộ", "năm mươi nghìn đến hai trăm năm mươi nghìn đồng một hộ"),
    ("1.250.000đ đồng thời", "một triệu hai trăm năm mươi nghìn đồng đồng thời"),
    ("500.000 VNĐ đồng", "năm trăm nghìn đồng"),
    ("1,5 tỷ đồng; 500k", "một phẩy năm tỷ đồng, năm trăm nghìn"),
    ("3 triệu đồng/ha", "ba triệu đồng một héc ta"),
    ("200.000đ/người/ngày", "hai trăm nghìn đồng một người một ngày"),
    ("2 viên/lần", "hai viên một lần"),
    ("2,5 m3/hộ", "hai phẩy năm mét khối một hộ"),
    ("mưa 150-250mm/24h", "mưa một trăm năm mươi đến hai trăm năm mươi mi li mét trên hai mươi tư giờ"),
    ("rét -5°C", "rét âm năm độ xê"),
    ("mỗi kg, giá/m2", "mỗi ki lô gam, giá mét vuông"),
    ("0,05%", "không phẩy không năm phần trăm"),
    ("01 con bò, ~200kg", "một con bò, khoảng hai trăm ki lô gam"),
    ("lớp 5 A, lớp 1B", "lớp năm a, lớp một bê"),
    # telephones and other names made of figures
    ("ĐT 0912345678", "điện thoại không chín một hai, ba bốn năm, sáu bảy tám"),
    ("ĐT: 0207.000.0123", "điện thoại, không hai không bảy, không không không, không một hai ba"),
    ("+84 912 345 678", "cộng tám tư, chín một hai, ba bốn năm, sáu bảy tám"),
    ("gọi 113, 114 hoặc 115!", "gọi một một ba, một một bốn, một một năm."),
    ("gọi 3 lần, liên hệ 3 hộ", "gọi ba lần, liên hệ ba hộ"),
    ("CCCD số 001099012345", "căn cước công dân số không không một không chín chín không một hai ba bốn năm"),
    ("mã số 1234567", "mã số một hai ba bốn năm sáu bảy"),
    ("xe 22A-123.45", "xe hai hai a, một hai ba bốn năm"),
    # documents
    ("NĐ số 49/2024/NĐ-CP", "nghị định số bốn mươi chín năm hai nghìn không trăm hai mươi tư nghị định chính phủ"),
    ("KH số 45/KH-UBND", "kế hoạch số bốn mươi lăm kế hoạch ủy ban nhân dân"),
    # capitals
    ("LỊCH HỌP THỨ TƯ CỦA XÃ", "lịch họp thứ tư của xã"),
    ("Ban TƯ và CA xã", "ban trung ương và công an xã"),
    ("THÔN VI, HÀNH VI VI PHẠM", "thôn sáu, hành vi vi phạm"),
    ("ubnd xã", "ủy ban nhân dân xã"),
    ("viêm gan B, H5N1, COVID-19", "viêm gan bê, hát năm en nờ một, cô vít mười chín"),
    # lists, brackets, shorthand, characters
    ("- một;\n+ hai\n• ba", "một. hai. ba"),
    ("các đ/c (nếu có) v.v.", "các đồng chí, nếu có, vân vân"),
    ("ông/bà – anh/chị", "ông bà, anh chị"),
    ("tại dichvucong.gov.vn", "tại cổng dịch vụ công quốc gia"),
    ("u\u031by\u0309 ban 😀 “xã”", "ưỷ ban xã"),  # decomposed
    ("", ""),
]


@pytest.mark.parametrize(("text", "words"), TABLE)
def test_the_agreed_table(text: str, words: str) -> None:
    assert NORMALISER.spoken(text).words.lower() == words
    assert NORMALISER.spoken(text).spelt == ()


@pytest.mark.parametrize(("text", "words"), PROSE)
def test_a_communes_prose(text: str, words: str) -> None:
    assert NORMALISER.spoken(text).words == words


def test_a_whole_announcement() -> None:
    text = (
        "KHẨN: Bão số 9 cấp 11-12, giật cấp 14.\nUBND xã yêu cầu bà con thôn II, thôn III sơ tán trước 17h ngày 21/11;"
        " cần cứu hộ gọi 114."
    )
    assert NORMALISER.spoken(text).words == (
        "khẩn, bão số chín cấp mười một đến mười hai, giật cấp mười bốn. ủy ban nhân dân xã yêu cầu bà con thôn hai,"
        " thôn ba sơ tán trước mười bảy giờ ngày hai mươi mốt tháng mười một, cần cứu hộ gọi một một bốn."
    )


def test_the_unknown_is_spelt_and_reported_once_in_order() -> None:
    spoken = NORMALISER.spoken("Tổ QTV và KLM, lại QTV, xem abc.example.com, chữ 中文.")
    assert spoken.words == ("tổ quy tê vê và ca e lờ em mờ, lại quy tê vê, xem abc chấm example chấm com, chữ.")
    assert spoken.spelt == ("abc.example.com", "QTV", "KLM", "中文")


def test_an_officials_entries_win_and_are_said_as_words() -> None:
    mine = Normaliser({**load_abbreviations(), "QTV": "quản trị viên số 2", "UBND": "ủy ban", "T/T": "tuyên truyền"})
    assert mine.spoken("QTV của UBND T/T").words == "quản trị viên số hai của ủy ban tuyên truyền"


def test_numbers() -> None:
    assert [cardinal(n) for n in ("0", "04", "11", "115", "1010", "1000005", "1250000000", "1000000000000")] == [
        "không", "bốn", "mười một", "một trăm mười lăm", "một nghìn không trăm mười", "một triệu không trăm linh năm",
        "một tỷ hai trăm năm mươi triệu", "một nghìn tỷ",
    ]  # fmt: skip
    assert [roman(r) for r in ("I", "IV", "XV", "XLIX", "IIII", "VX", "", "ABC")] == [
        1,
        4,
        15,
        49,
        None,
        None,
        None,
        None,
    ]


def test_what_is_a_syllable() -> None:
    yes, no = "nghiêng khuỷu quyết giếng toàn hoà thuỷ gì ơ yêu", "tand zalo xyz ubnd abc oaoo kha3"
    assert [is_syllable(word) for word in yes.split()] == [True] * 10
    assert [is_syllable(word) for word in no.split()] == [False] * 7


def test_every_entry_of_the_dictionary_is_used() -> None:
    entries = load_abbreviations()
    for key, value in entries.items():
        text = f"{key}UBND" if key.endswith("-") else f"{key} nhé"
        rest = " ủy ban nhân dân" if key.endswith("-") else " nhé"
        assert NORMALISER.spoken(text).words == value.lower() + rest, key


def well_formed(words: str) -> bool:
    """Words and two pauses; no pause at the start, none doubled, a space after each."""
    letters = "".join(sorted(ALPHABET))
    return re.fullmatch(rf"(?:[{letters}]+(?:[.,]? [{letters}]+)*\.?)?", words) is not None


COMMUNE = st.text(
    st.sampled_from("0123456789 .,:-/hgđ%°²'()+xTIVXANBUDĐ\nthứngày tháng giờ gọi số") | st.characters(), max_size=60
)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | COMMUNE | st.lists(st.sampled_from([t for t, _ in TABLE + PROSE])).map("".join))
def test_any_text_gives_words_only_and_stays_as_it_is(text: str) -> None:
    spoken = NORMALISER.spoken(text)
    assert well_formed(spoken.words), spoken.words
    assert all(len(breath.strip()) < BREATH_LIMIT for breath in re.split("[.,]", spoken.words))
    assert NORMALISER.spoken(spoken.words) == type(spoken)(spoken.words)


@pytest.mark.parametrize(
    "piece", ["1", "a", "B", "7h30-", "1.000", "- ", "a.b.", "điện thoại 1-", "http://a.", "ngày 1/1 ", "Ở Đ "]
)
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begun = time.process_time()
        NORMALISER.spoken(text)
        return time.process_time() - begun

    short = min(seconds(2500) for _ in range(3))
    long = min(seconds(20_000) for _ in range(2))
    assert long < 32 * short  # a linear pass takes 8 times as long, a quadratic one 64 times
