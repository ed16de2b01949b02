"""What a keystroke takes of a core in the input engine, over the published words and at the end of a long field.
`python -m bench.telex`"""

from __future__ import annotations

import time
from pathlib import Path

from bench.table import percentile, table
from kiosk.telex import Typing, pressed

WORDS = Path(__file__).parent.parent / "tests" / "data" / "telex.tsv"
ROUNDS = 3


def main() -> None:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = [line.split("\t")[0] for line in lines if not line.startswith("#")]
    rows = []
    for what, before in (("a word alone", ""), ("after 10,000 letters", "tieengs Vieetj " * 700)):
        begun = Typing()
        for key in before:
            begun = pressed(begun, key)
        times = [us for _ in range(ROUNDS) for word in words for us in _times_us(begun, word)]
        rows.append([what, *(f"{percentile(times, share):.1f}" for share in (0.5, 0.99, 0.999, 1.0))])
    table(
        "a keystroke and the field's text after it, us on the core", ["field", "p50", "p99", "p99.9", "most"],
        [*rows, ["target", "", "50", "", ""]],
    )  # fmt: skip


def _times_us(typing: Typing, keys: str) -> list[float]:
    found = []
    for key in keys:
        begin = time.thread_time()
        typing = pressed(typing, key)
        _ = typing.text
        found.append((time.thread_time() - begin) * 1e6)
    return found


if __name__ == "__main__":
    main()
