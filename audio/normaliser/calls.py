"""Passes for figures that are names, not amounts: telephones, cards, documents, Roman numerals.

They come first: the worst mistake of a village loudspeaker is a telephone number read as millions.
"""

from __future__ import annotations

import re

from audio.normaliser.numerals import cardinal, digit_by_digit, ordinal, roman
from audio.normaliser.rewriting import Pass, rule

YEAR = "[12][0-9]{3}"
_BEFORE_A_NAME = (
    "điện thoại|đt|sđt|số máy|tổng đài|hotline|đường dây nóng|zalo|fax|alo|di động|liên hệ|nhắn tin|số tài khoản|stk"
    "|mã số|mã hồ sơ|số thẻ|biển số|cccd|cmnd|căn cước"
)
_BEFORE_AN_EMERGENCY_CALL = (
    "gọi(?: điện| ngay| đến| tới| cho){0,2}(?: số)?|cấp cứu|cứu hỏa|cứu hoả|chữa cháy|cảnh sát|công an|khẩn cấp"
)
BEFORE_A_ROMAN = (
    "thôn|xóm|khu|tổ|bản|ấp|khối|quý|khóa|khoá|kỳ|kì|chương|phần|mục|điều|cấp|loại|hạng|thế kỷ|nhóm|vòng|đợt|thứ"
    "|quân khu|vùng|tập|lần|hội|bậc"
)
_ROMAN = "(?:[IVX]|[IVXL]{2,7})"
_TELEPHONE = "[ .-]?[0-9]{2,4}"


def grouped(number: str) -> str:
    """Digit by digit, with a pause between groups: as typed, else four-three-three for a telephone."""
    groups = re.findall("[0-9]+", number)
    if len(groups) == 1 and groups[0].startswith("0") and len(groups[0]) in (10, 11):
        whole = groups[0]
        groups = [whole[:4], whole[4:7], whole[7:]]
    return ", ".join(digit_by_digit(group) for group in groups)


def in_years(digits: str) -> str:
    return f"năm {cardinal(digits if len(digits) == 4 else '20' + digits)}"


def _name(match: re.Match[str]) -> str:
    return f"{match[1]} {grouped(match[2])} "


def _telephone(match: re.Match[str]) -> str:
    return f" {grouped(match[0])} "


def _after_word(match: re.Match[str]) -> str:
    values = [roman(part) for part in re.findall("[IVXL]+", match[2])]
    say = ordinal if match[1].lower() == "thứ" else cardinal
    known = [say(str(value)) for value in values if value is not None]
    return f"{match[1]} {' đến '.join(known)} " if len(known) == len(values) else match[0]


def _alone(match: re.Match[str]) -> str:
    value = roman(match[0])
    return match[0] if value is None else f" {cardinal(str(value))} "


def _plate(match: re.Match[str]) -> str:
    return f" {digit_by_digit(match[1])} {match[2]} {grouped(match[3])}, {grouped(match[4] + match[5])} "


def _document(match: re.Match[str]) -> str:
    return f" {cardinal(match[1])} " + (f"{in_years(match[2])} " if match[2] else "")


CALLS: tuple[Pass, ...] = (
    rule(r"(?<![\w+])\+?84[ .-]?([1-9](?:[ .-]?[0-9]){8})(?![0-9])", lambda m: f" cộng tám tư, {grouped(m[1])} "),
    rule(
        rf"\b((?:{_BEFORE_A_NAME})(?: số| theo| qua| tới| đến| nhắn)?[: ]{{1,3}})([0-9](?:[ .-]?[0-9]){{2,14}})"
        r"(?![ .,-]?[0-9]|[/:h%]| ?(?:đ|đồng|nghìn|triệu|tr|k|người|hộ)\b)",
        _name,
    ),
    rule(
        rf"\b((?:{_BEFORE_AN_EMERGENCY_CALL})[: ]{{1,3}})(11[0-9](?:(?:, ?| hoặc | và |-)11[0-9]){{0,5}})"
        r"(?![0-9/]|[.,][0-9])",
        _name,
    ),
    rule(r"\b([0-9]{2})(?-i:([A-Z]{1,2}))([0-9]?)[ -]([0-9]{3})\.?([0-9]{2})\b", _plate),
    rule(rf"(?<![\w.,])\(?0[0-9]{{2,3}}\)?(?:{_TELEPHONE}){{2,3}}(?![0-9/]|[.,-][0-9])", _telephone),
    rule(r"(?<![\w.,])1[89]00(?:[ .]?[0-9]{2,4}){1,2}(?![0-9/-]|[.,][0-9])", _telephone),
)

NAMES: tuple[Pass, ...] = (
    rule(rf"\b({BEFORE_A_ROMAN}) ((?-i:{_ROMAN}(?: ?- ?{_ROMAN})?))\b", _after_word),
    rule(r"\b(?-i:(?!(?:VI|XI)\b)[IVX]{2,7})\b", _alone),  # VI and XI are also syllables
    # 12/TB-UBND, 49/2024/NĐ-CP, số 15/2026
    rule(rf"(?<![\w/.,])([0-9]{{1,6}})/(?:({YEAR})/)?(?=(?-i:[A-ZĐ]))", _document),
    rule(rf"(?<=số )([0-9]{{1,6}})/({YEAR})\b", _document),
    rule(
        r"\b(số nhà|số|ngõ|ngách|hẻm|thửa|lô) ([0-9]{1,4})/([0-9]{1,3})(?![\w/]|[.,][0-9])",
        lambda m: f"{m[1]} {cardinal(m[2])} trên {cardinal(m[3])} ",
    ),
)
