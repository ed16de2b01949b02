import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.typeset import wrap


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("", 10, 3, []),
        ("   \n ", 10, 3, []),
        ("một hai ba", 10, 3, ["một hai ba"]),
        ("một hai ba", 9, 3, ["một hai", "ba"]),
        ("một hai ba", 7, 1, ["một…"]),
        ("một hai ba", 8, 1, ["một hai…"]),
        ("một\nhai", 10, 3, ["một", "hai"]),
        ("một\nhai", 10, 1, ["một…"]),
        ("dài-không-có-chỗ-ngắt", 8, 5, ["dài-khôn", "g-có-chỗ", "-ngắt"]),
        ("dài-không-có-chỗ-ngắt", 8, 1, ["dài-khô…"]),
        ("Hết câu. Rồi nữa", 9, 1, ["Hết câu…"]),
        ("ha\u0309i", 3, 1, ["hải"]),
        ("một", 10, 0, []),
    ],
)
def test_wrap(text: str, width: int, most: int, lines: list[str]) -> None:
    assert wrap(text, width, len, most) == lines


@given(st.text(st.sampled_from("ab Ợ\n"), max_size=80), st.integers(2, 12), st.integers(1, 6))
def test_nothing_is_wider_or_longer_than_allowed_and_no_word_is_lost(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, len, most)
    assert len(lines) <= most
    assert all(0 < len(line) <= width for line in lines)
    whole = wrap(text, width, len, 1000)
    assert "".join("".join(whole).split()) == "".join(text.split())
    assert lines == whole or (len(whole) > most and lines[-1].endswith("…") and lines[:-1] == whole[: most - 1])
