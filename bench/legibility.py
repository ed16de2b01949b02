"""Photographs of papers whose words are known, judged as the kiosk does: how often one that cannot be read is taken,
and one that can be read is not; and what a judgement takes. `python -m bench.legibility SEED ...` makes others."""

from __future__ import annotations

import collections
import resource
import sys
import time

from bench.table import percentile, table
from kiosk.devices.legibility import complaint
from tests.support.photographs import cases, photograph

SEEDS = (1,)
SAID = ("", "dark", "bright", "blank", "blurred", "cut")


def main(seeds: tuple[int, ...] = SEEDS) -> None:
    found: dict[str, collections.Counter[tuple[str, str]]] = {}
    took: list[float] = []
    for seed in seeds:
        for shot in cases(seed):
            seen = photograph(shot)
            began = time.perf_counter()
            said = complaint(seen.grey)
            took.append(time.perf_counter() - began)
            found.setdefault(shot.kind, collections.Counter())[seen.truth, said] += 1
    found["all"] = sum(found.values(), collections.Counter())
    table(
        f"{len(took)} photographs",
        ("kind", "legible", "refused", "doubtful", "refused", "illegible", "taken", "taken", *SAID[1:]),
        [
            (
                kind, _of(counts, "legible"), _of(counts, "legible") - counts["legible", ""],
                _of(counts, "doubtful"), _of(counts, "doubtful") - counts["doubtful", ""],
                _of(counts, "illegible"), counts["illegible", ""],
                *(sum(counts[truth, said] for truth in ("legible", "doubtful", "illegible")) for said in SAID),
            )
            for kind, counts in found.items()
        ],
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\na judgement: {percentile(took, 0.5):.3f} s, at most {max(took):.3f} s; this process at most {peak:.0f} MB"
    )


def _of(counts: collections.Counter[tuple[str, str]], truth: str) -> int:
    return sum(count for (each, _), count in counts.items() if each == truth)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SEEDS)
