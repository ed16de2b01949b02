from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.devices.bursts import GAP_S, MOST, Bursts, Run, Scan, Typed

CARD = "001099000123|012345678|Nguyễn Văn Aa Ww|01011999|Nam|Thôn Nà Khau|01012022"


def runs(*keys: tuple[str, float]) -> list[Run]:
    """Of (characters, seconds since those before)."""
    found: list[Run] = []
    bursts, at = Bursts(), 100.0
    for text, after in keys:
        at += after
        bursts, some = bursts.took(text, at)
        found += some
    return [*found, *bursts.passed(at + 1)[1]]


def test_a_scan_is_whole_and_a_finger_is_a_finger() -> None:
    scan = [(char, 0.004) for char in CARD + "\r"]
    assert runs(*scan) == [Scan(CARD)]
    assert runs(("a", 0.2), ("a", 0.15), ("n", 0.3)) == [Typed("a"), Typed("a"), Typed("n")]
    assert runs(("t", 0.2), ("", 0.2), *scan, ("x", 0.2)) == [Typed("t"), Scan(CARD), Typed("x")]


def test_without_an_end_the_pause_ends_it() -> None:
    assert runs(*((char, 0.01) for char in CARD)) == [Scan(CARD)]


def test_two_scans_in_a_row() -> None:
    assert runs((CARD + "\n", 0.1), (CARD + "\n", 0.01)) == [Scan(CARD), Scan(CARD)]


def test_a_key_that_is_stuck_scans_nothing_and_the_next_card_is_whole() -> None:
    stuck = [("a", 0.03)] * (2 * MOST)
    assert runs(*stuck, (CARD + "\r", 0.2)) == [Typed("a" * MOST), Typed("a" * MOST), Scan(CARD)]


@given(st.text("0123456789|aăâbcdđeês fwxjr", min_size=8, max_size=300), st.floats(0.0, GAP_S * 0.9))
def test_every_card_string_arrives_intact(text: str, gap_s: float) -> None:
    assert runs(*((char, gap_s) for char in text), ("\r", gap_s)) == [Scan(text)]


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0, 1))))
def test_nothing_is_lost(keys: list[tuple[str, float]]) -> None:
    kept = "".join(run.text for run in runs(*keys))
    assert [c for c in kept if c not in "\r\n\t"] == [c for text, _ in keys for c in text if c not in "\r\n\t"]
