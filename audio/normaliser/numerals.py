"""Numbers in spoken Vietnamese, one reading: northern, with "nghìn", "linh", "mốt", "lăm" and "tư".

Pure: digits in, words out. What a number stands for (a date, a price, a phone) is not known here.
"""

from __future__ import annotations

from itertools import pairwise

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")
_BILLION = 10**9
LONGEST = 15  # digits; a longer number is read digit by digit, for nobody follows it otherwise
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


def cardinal(digits: str) -> str:
    """ "1250" -> "một nghìn hai trăm năm mươi". Leading zeros are not spoken."""
    number = digits.lstrip("0") or "0"
    return digit_by_digit(digits) if len(number) > LONGEST else _words(int(number))


def digit_by_digit(digits: str) -> str:
    """ "115" -> "một một năm"."""
    return " ".join(DIGITS[int(d)] for d in digits)


def decimal(whole: str, fraction: str) -> str:
    """ "2", "5" -> "hai phẩy năm". One or two digits are read as a number, others one by one."""
    one_by_one = len(fraction) > 2 or fraction.startswith("0")
    return f"{cardinal(whole)} phẩy {digit_by_digit(fraction) if one_by_one else cardinal(fraction)}"


def month(digits: str) -> str:
    """The month's name without "tháng": the fourth is "tư"."""
    return "tư" if int(digits) == 4 else cardinal(digits)


def ordinal(digits: str) -> str:
    """What follows "thứ": thứ nhất, thứ hai (also Monday), thứ tư."""
    return {1: "nhất", 4: "tư"}.get(int(digits)) or cardinal(digits)


def roman(letters: str) -> int | None:
    """The value of a Roman numeral below ninety, None where the letters are not one."""
    values = [_ROMAN.get(letter, 0) for letter in letters]
    total = sum(-value if value < after else value for value, after in pairwise([*values, 0]))
    return total if letters and _as_roman(total) == letters else None


def _as_roman(number: int) -> str:
    steps = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, letters in steps:
        while number >= value:
            text, number = text + letters, number - value
    return text


def _words(number: int) -> str:
    if number < 1000:
        return " ".join(_hundreds(number, full=False))
    billions, rest = divmod(number, _BILLION)
    parts = [_words(billions), "tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            parts += [*_hundreds(group, full=bool(parts)), _SCALES[power]]
    return " ".join(part for part in parts if part)


def _hundreds(number: int, full: bool) -> list[str]:
    """A group of three; `full` says its empty hundreds aloud: "(hai nghìn) không trăm hai mươi sáu"."""
    hundreds, rest = divmod(number, 100)
    words = [DIGITS[hundreds], "trăm"] if hundreds or full else []
    tens, ones = divmod(rest, 10)
    if not rest:
        return words or [DIGITS[0]]
    if not tens:
        return [*words, "linh", DIGITS[ones]] if words else [DIGITS[ones]]
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones:
        special = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
        words.append(special.get(ones, DIGITS[ones]))
    return words
