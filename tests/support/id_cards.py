"""ID cards of people who do not exist, as the codes on them say; and what a scanner may make of one character."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import date, timedelta

TODAY = date(2026, 11, 27)
_FAMILIES = (
    "Nguyễn",
    "Nông",
    "Hoàng",
    "Ma",
    "Bàn",
    "Lý",
    "Sùng",
    "Đặng",
    "Quan",
    "Triệu",
    "Vàng",
    "Phượng",
    "La",
    "Giàng",
)
_MIDDLES = ("Văn", "Thị", "A", "Đức", "Seo", "Thanh", "Xuân", "Mùi", "Quốc", "Hữu")
_GIVEN = ("Mẫu", "Thử", "Ví Dụ", "Bưởi", "Páo", "Dở", "Chẩu", "Ươm", "Khuê", "Nghĩa", "Quýt", "Xoan", "Mỷ", "Ổi")
_PLACES = (
    "Thôn Nà Khau, Xã Mẫu, Tuyên Quang",
    "Tổ 3, Phường Thử, Hà Giang",
    "Bản Khuổi Quế, Xã Ví Dụ, Cao Bằng",
    "Xóm Đồng Ổi, Đắk Lắk",
)
_PROVINCES = ("002", "004", "006", "008", "019", "020", "027", "036", "066", "096")
FIELDS = ("number", "old number", "name", "birth date", "sex", "address", "day of issue")
SWAPS = {"digit": string.digits, "letter": "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệ"}


def cards(count: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311 - people who do not exist, not a secret
    for _ in range(count):
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(68 * 365))
        woman = chance.random() < 0.5
        sign = 2 * (born.year // 100 - 19) + woman
        number = f"{chance.choice(_PROVINCES)}{sign}{born.year % 100:02}{chance.randrange(10**6):06}"
        old = f"{chance.randrange(10**9):09}" if chance.random() < 0.6 else ""
        issued = date(2021, 3, 1) + timedelta(days=chance.randrange(2000))
        name = " ".join(map(chance.choice, (_FAMILIES, _MIDDLES, _GIVEN)))
        yield "|".join(
            (number, old, name, f"{born:%d%m%Y}", "Nữ" if woman else "Nam", chance.choice(_PLACES), f"{issued:%d%m%Y}")
        )


def misread(card: str, seed: int) -> Iterator[tuple[str, str, str]]:
    """(field, what was done, text): every character left out, and every one as another of its kind; "|" left out."""
    chance, field = random.Random(seed), 0  # noqa: S311 - as above
    for at, char in enumerate(card):
        if char == "|":
            field += 1
            yield "a |", "left out", card[:at] + card[at + 1 :]
            continue
        yield FIELDS[field], "left out", card[:at] + card[at + 1 :]
        others = [other for other in SWAPS["digit" if char.isdigit() else "letter"] if other != char.lower()]
        other = chance.choice(others)
        yield FIELDS[field], "changed", card[:at] + (other.upper() if char.isupper() else other) + card[at + 1 :]
