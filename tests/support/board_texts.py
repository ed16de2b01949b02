"""Ten announcements as villages have them, and texts without end: what every kind of board is tried with."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

SAMPLES = (
    "Tiêm chủng mở rộng: 8 giờ thứ Sáu tại trạm y tế.",
    "Nộp thuế đất trước 30/11.",
    "Mời bà con mang căn cước đến nhà văn hoá thôn để cài đặt VNeID, từ 7 giờ 30 đến 11 giờ, cán bộ xã hướng dẫn.",
    "BÃO SỐ 9: bà con ở nhà, chằng chống nhà cửa!",
    "Cắt nước 13 giờ – 17 giờ hôm nay",
    "Thu phí chợ quý IV",
    "Khám tuyển nghĩa vụ quân sự: 7 giờ ngày 5/12 tại uỷ ban xã, nhớ mang giấy gọi và căn cước công dân.",
    "Tuần diệt lăng quăng: lật úp vật chứa nước",
    "Tuyển sinh lớp Một: nộp hồ sơ đến hết 15/7",
    "Ai thấy con bò vàng lạc, xin báo nhà văn hoá “Na Khau” 😀",
)

_BARE = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = "".join(
    case(unicodedata.normalize("NFC", letter + tone))
    for case in (str.lower, str.upper)
    for letter in _BARE
    for tone in _TONES
    if tone or not letter.isascii()
) + "đĐ"  # fmt: skip
"""The 134 letters of Vietnamese that are not ASCII: each vowel with each tone in both cases, and đ."""


def texts(max_size: int = 300) -> st.SearchStrategy[str]:
    """Texts of at least one character: Vietnamese words mostly, and anything that Unicode has."""
    letters = st.text(VIETNAMESE + "abcdeghiklmnopqrstuvxyABCDEGHIKLMNOPQRSTUVXY", min_size=1, max_size=8)
    odd = st.sampled_from(
        ["7", "30/11", "13:30", "–", "“loa”", "1.500.000₫", "VNeID", "😀", "\u200b", "\u202eab", "\n"]
    )
    worded = st.lists(st.one_of(letters, letters, letters, odd), min_size=1, max_size=max_size // 5)
    return st.one_of(
        st.sampled_from(SAMPLES),
        worded.map(lambda words: " ".join(words)[:max_size]),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=max_size),
    )
