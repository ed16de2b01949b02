"""Passes for amounts: money, measures, shares, ranges, and every figure that is left.

After these no digit remains in the text.
"""

from __future__ import annotations

import re

from audio.normaliser.calls import grouped
from audio.normaliser.numerals import cardinal, decimal, digit_by_digit
from audio.normaliser.rewriting import Pass, any_of, rule

UNITS = {
    "km/h": "ki lô mét trên giờ", "km/giờ": "ki lô mét trên giờ", "m/s": "mét trên giây",
    "đ": "đồng", "đồng": "đồng", "VNĐ": "đồng", "VND": "đồng", "vnđ": "đồng", "₫": "đồng",
    "USD": "đô la Mỹ", "$": "đô la Mỹ", "tr": "triệu", "trđ": "triệu đồng", "%": "phần trăm", "‰": "phần nghìn",
    "km²": "ki lô mét vuông", "km2": "ki lô mét vuông", "m²": "mét vuông", "m2": "mét vuông",
    "M²": "mét vuông", "M2": "mét vuông",
    "m³": "mét khối", "m3": "mét khối", "cm²": "xăng ti mét vuông", "cm2": "xăng ti mét vuông",
    "cm³": "xăng ti mét khối", "cm3": "xăng ti mét khối",
    "km": "ki lô mét", "m": "mét", "dm": "đề xi mét", "cm": "xăng ti mét", "mm": "mi li mét", "ha": "héc ta",
    "HA": "héc ta",
    "kg": "ki lô gam", "g": "gam", "gr": "gam", "mg": "mi li gam", "lít": "lít", "ml": "mi li lít", "cc": "xê xê",
    "h": "giờ", "ph": "phút", "'": "phút", "kV": "ki lô vôn", "kW": "ki lô oát", "KW": "ki lô oát",
    "kWh": "ki lô oát giờ", "MW": "mê ga oát", "°C": "độ xê", "oC": "độ xê", "độ C": "độ xê", "°": "độ",
    "MB": "mê ga bai", "GB": "gi ga bai",
}  # fmt: skip
# one letter can as well be a name ("lớp 5 A"), so these count only right after the figure
STUCK_UNITS = {"k": "nghìn", "K": "nghìn", "l": "lít", "L": "lít", "p": "phút", "s": "giây", "V": "vôn", "W": "oát"}
_SAID = UNITS | STUCK_UNITS
_AREAS = {"2": "vuông", "²": "vuông", "3": "khối", "³": "khối"}
# no words for want of a vowel, so units wherever they stand: "mỗi kg"
_VOWELLESS = {unit.lower(): UNITS[unit] for unit in ("km", "kg", "cm", "mm", "dm", "ml", "mg", "kV", "kW")}
# "2 viên/lần", "3 triệu đồng/ha": after a figure or one of these a stroke means "in one"; not so in "anh/chị"
_COUNTED = "đồng|nghìn|triệu|tỷ|lít|tấn|tạ|người|hộ|suất|lượt|lần|ngày|tháng"
_PERSONS = "anh|chị|ông|bà|cô|chú"
_BOUNDS = {">": "trên", "<": "dưới", "≥": "từ", "≤": "không quá", "~": "khoảng"}
_COPPER = "(?! (?:thời|bào|chí|loạt|lòng|ý|hành|bộ|hồ))"  # "đồng" that begins another word

_GROUPS = r"[0-9]{1,3}(?:\.[0-9]{3}){1,5}(?![0-9])(?:,[0-9]{1,9})?"  # 1.250.000 and 1.250.000,5
_ENGLISH = r"[0-9]{1,3}(?:,[0-9]{3}){2,5}(?![0-9])"  # 1,250,000
_NUMBER = rf"(?:{_GROUPS}|{_ENGLISH}|[0-9]{{1,40}}(?:[.,][0-9]{{1,9}})?)"
_WORD = r"[^\W\d_]{1,12}"
_LONG = 7  # digits without a unit: a code, not an amount


def amount(number: str) -> str:
    """ "1.250.000", "1,250,000", "2,5", "2.5", "007" -> words."""
    if re.fullmatch(_GROUPS, number):
        number = number.replace(".", "")
    elif re.fullmatch(_ENGLISH, number):
        number = number.replace(",", "")
    whole, _, fraction = number.replace(".", ",").partition(",")
    if fraction:
        return decimal(whole, fraction)
    return digit_by_digit(whole) if whole.startswith("0") and len(whole) > 2 else cardinal(whole)


def _quantity(match: re.Match[str]) -> str:
    """A figure with all that belongs to it: "-5°C", "35-37°C", "8.000 đ/bản", "10-15 hộ", "1.005"."""
    number, upto, unit, per = match["number"], match["upto"], match["unit"] or match["stuck"], match["per"]
    if number.isdecimal() and len(number) >= _LONG and not (upto or unit or per):
        return f" {grouped(number)} "
    said = [amount(number)]
    if match["sign"] and unit in {"°C", "oC", "độ C", "°"}:
        said.insert(0, "âm")
    if upto:
        said += ["đến", amount(upto)]
    if unit:
        said.append(_SAID[unit])
    if per:
        said += ["một", _SAID.get(per, per)]
    if match["over"]:
        said.append("trên")
    return f" {' '.join(said)} "


def _area(match: re.Match[str]) -> str:
    return f" {UNITS[match[1].lower() + 'm'] if match[1] else 'mét'} {_AREAS[match[2]]} "


QUANTITIES: tuple[Pass, ...] = (
    rule(r"(?<![\w/.,])([0-9]{1,6}) ?/ ?([0-9]{1,6})(?![\w/])", lambda m: f" {cardinal(m[1])} trên {cardinal(m[2])} "),
    rule(r"(?<=[0-9m]) ?[x×*] ?(?=[0-9])", lambda m: " nhân "),
    rule(r"(?<=[0-9]) ?([+=]) ?(?=[0-9])", lambda m: " cộng " if m[1] == "+" else " bằng "),
    rule("([<>≥≤~])=? ?(?=[0-9])", lambda m: f" {_BOUNDS[m[1]]} "),
    rule(
        rf"(?<=[0-9] )(?!(?:{any_of(UNITS)}|{_PERSONS})\b)({_WORD}) ?/ ?({_WORD})(?!\w)", lambda m: f"{m[1]} một {m[2]}"
    ),
    rule(rf"(?<=[0-9])( ?(?:đ|₫|VNĐ|VND)) đồng\b{_COPPER}", lambda m: m[1]),
    rule(r"(?<![0-9] )(?<!\w)([kcd]?)m([23²³])(?!\w)", _area),
    (
        re.compile(
            rf"(?P<sign>(?<![\w)])-)?(?P<number>{_NUMBER})(?: ?- ?(?P<upto>{_NUMBER}))?"
            rf"(?:(?: ?(?P<unit>{any_of(UNITS)})|(?P<stuck>{any_of(STUCK_UNITS)}))(?!\w))?"
            rf"(?: ?/ ?(?P<per>{any_of(UNITS)}|{_WORD})(?!\w)|(?P<over> ?/ ?(?=[0-9])))?"
        ),
        _quantity,
    ),
    rule(rf"\b({_COUNTED}) ?/ ?({_WORD})(?!\w)", lambda m: f"{m[1]} một {_SAID.get(m[2], m[2])} "),
    rule(rf"(?<!\w)({'|'.join(_VOWELLESS)})(?!\w)", lambda m: f" {_VOWELLESS[m[1].lower()]} "),
    rule("[²³]", lambda m: " "),
)
