"""Passes for times of day, days of the week, dates and months."""

from __future__ import annotations

import re

from audio.normaliser.calls import YEAR, in_years
from audio.normaliser.numerals import cardinal, month, ordinal
from audio.normaliser.rewriting import Pass, rule

_DAY, _MONTH = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_DATE = f"{_DAY}(?:/{_MONTH}(?:/{YEAR})?)?"
_TIME = "[0-9]{1,2}(?: ?(?:h|giờ)(?: ?[0-5][0-9](?![0-9]))?|[:g][0-5][0-9])"
_ALONE = r"(?<![\w/.,:])"  # no figure begins in the middle of another
_OVER = r"(?![\w/%]|[.,][0-9])"  # nor ends there
_AFTER_A_TIME = r"(?= ?(?:$|[^\w ]|(?:phút|sáng|trưa|chiều|tối|đêm|đến|ngày|thứ|hôm|tại|và|hàng|hằng)\b))"
# what a share is of; "2/3 số hộ" is no date
_SHARED = "số|diện|tổng|dân|quãng|lượng|giá|mức|chiều|hộ|người|ha|lít|kg|sào|giờ|tháng|chỉ tiêu|thời gian"


def _clock(match: re.Match[str]) -> str:
    minutes = f"{cardinal(match['minutes'])} phút " if int(match["minutes"]) else ""
    return f" {cardinal(match['hours'])} giờ {minutes}"


def _weekdays(match: re.Match[str]) -> str:
    days = [ordinal(day) for day in re.findall("[1-9]", match[1])]
    return f" thứ {(' đến thứ ' if '-' in match[1] else ', ').join(days)} "


def _from_day(match: re.Match[str]) -> str:
    return f" {match[1] or 'ngày '}{match[2]} đến ngày "


def _date(match: re.Match[str]) -> str:
    day, in_month, year = match[2], match[3], match[4]
    said = f" {match[1] or 'ngày '}{cardinal(day)} tháng {month(in_month)} "
    return said + (f"{in_years(year)} " if year else "")


def _month(match: re.Match[str]) -> str:
    upto = f"đến tháng {month(match[2])} " if match[2] else ""
    return f" tháng {month(match[1])} {upto}" + (f"{in_years(match[3])} " if match[3] else "")


TIMES: tuple[Pass, ...] = (
    rule(r"\b24 ?h?/ ?24 ?h?\b", lambda m: " hai mươi tư trên hai mươi tư giờ "),
    rule(r"\b24/7\b", lambda m: " hai mươi tư trên bảy "),
    rule(r"\b(t[ỷỉ] lệ) ([0-9]{1,4}) ?: ?([0-9]{1,6})", lambda m: f"{m[1]} {cardinal(m[2])} trên {cardinal(m[3])} "),
    rule(rf"{_ALONE}({_TIME}|[0-9]{{1,2}}) ?- ?(?={_TIME}(?!\w))", lambda m: f"{m[1]} đến "),
    rule(
        rf"{_ALONE}(?P<hours>[01]?[0-9]|2[0-4])(?:h|[:g]|giờ)(?P<minutes>[0-5][0-9])(?: ?(?:phút|ph|p|'))?(?![\w:/])",
        _clock,
    ),
    rule(
        rf"{_ALONE}(?P<hours>[01]?[0-9]|2[0-4]) ?(?:h|giờ) (?P<minutes>[0-5][0-9])(?: ?phút\b|'|{_AFTER_A_TIME})",
        _clock,
    ),
)

DAYS: tuple[Pass, ...] = (
    rule(r"\b((?:thứ |(?-i:T))[2-7]) ?- ?(?=(?:thứ |(?-i:T))[2-7]\b|chủ nhật|(?-i:CN)\b)", lambda m: f"{m[1]} đến "),
    rule(rf"\b(?:thứ |(?-i:T))([2-7](?:(?: ?- ?|, ?)[2-7])*){_OVER}", _weekdays),
    rule(rf"\bthứ ([1-9]){_OVER}", _weekdays),
)

DATES: tuple[Pass, ...] = (
    rule(
        rf"(?<!ngày ){_ALONE}([1-9])/([2-9]|10)(?= (?:{_SHARED})\b)",
        lambda m: f" {cardinal(m[1])} phần {month(m[2])} ",
    ),
    rule(rf"(?<![\w/.,-])({YEAR})-([01][0-9])-([0-3][0-9])(?![\w/-])", lambda m: f"{m[3]}/{m[2]}/{m[1]}"),
    rule(rf"{_ALONE}({_DAY})([.-])({_MONTH})\2({YEAR})(?![\w/])", lambda m: f"{m[1]}/{m[3]}/{m[4]}"),
    rule(
        rf"((?:ngày|mùng|mồng|hôm) )?{_ALONE}({_DATE}) ?- ?(?:ngày )?(?={_DAY}/{_MONTH}(?![0-9]))",
        _from_day,
    ),
    rule(
        rf"((?:ngày|mùng|mồng|hôm) )?{_ALONE}({_DAY}) ?/ ?({_MONTH})(?: ?/ ?({YEAR}|[2-9][0-9]))?{_OVER}",
        _date,
    ),
    rule(rf"\btháng ({_MONTH})(?: ?- ?({_MONTH}))?(?: ?/ ?({YEAR}))?{_OVER}", _month),
    rule(rf"(?:\b(?-i:T)|{_ALONE})({_MONTH})()/({YEAR}){_OVER}", _month),
    rule(
        rf"\b(năm học|niên khóa|niên khoá|vụ) ({YEAR}) ?[-/] ?({YEAR})\b",
        lambda m: f"{m[1]} {cardinal(m[2])}, {cardinal(m[3])} ",
    ),
    rule(rf" ?/ ?({YEAR})\b", lambda m: f" {in_years(m[1])} "),  # "quý một/2026"
)
