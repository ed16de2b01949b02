"""Phone numbers, Vietnamese ones first; the one owner of phonenumbers. Loaded with the first number: it is large."""

from __future__ import annotations

_HERE = "VN"


def is_number(text: str) -> bool:
    """Whether somebody can be called there: "0912 345 678", "+84...", another country's with its prefix."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, _HERE))
    except phonenumbers.NumberParseException:
        return False


def plain(text: str) -> str:
    """Without blanks, dots and dashes; a national number as people here dial it. What is no number stays as it is."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, _HERE)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    if phonenumbers.region_code_for_number(number) == _HERE:
        return "0" + phonenumbers.national_significant_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
