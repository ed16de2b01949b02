"""Is "heard" true? Recordings of announcements through generated chains, and of everything else, judged as the station
does; and what a long programme costs. The quantiles are those that the limits in alignment.py come from.
`python -m bench.heard SEED ...` makes others."""

from __future__ import annotations

import collections
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audio.listening.alignment import AGREES, Verdict, compared, judge
from audio.listening.spectra import decimated
from bench.table import table
from tests.support.heard_cases import ABSENT, PARTLY, RATE, Case, Village, speech

SEEDS = (1, 2)
SNRS = (None, 20.0, 12.0, 6.0, 3.0, 0.0, -5.0, -10.0)
PER_SNR, PER_KIND = 16, 6
VERDICTS = ("heard", "unsure", "not_heard")


@dataclass(frozen=True)
class Judged:
    case: Case
    verdict: Verdict
    scores: list[float]  # of the windows of words
    cpu_s: float


def cases(seeds: tuple[int, ...] = SEEDS) -> Iterator[Case]:
    for seed in seeds:
        village = Village(seed)
        for snr_db in SNRS:
            for _ in range(PER_SNR):
                yield village.heard(snr_db)
        for kind in (*ABSENT, *PARTLY):
            for _ in range(PER_KIND):
                yield village.absent(kind)


def judged(case: Case) -> Judged:
    recording, reference = decimated(case.recording, 2), decimated(case.reference, 2)
    began = time.process_time()
    verdict = judge(recording, reference, case.offset_s)
    cpu_s = time.process_time() - began
    found = compared(recording, reference, case.offset_s)
    return Judged(case, verdict, list(found.score[found.weight > 0]), cpu_s)


def main() -> None:
    run()


def run(seeds: tuple[int, ...] = SEEDS) -> None:
    everything = [judged(case) for case in cases(seeds)]
    rows: dict[str, list[Judged]] = collections.defaultdict(list)
    for each in everything:
        rows[_row(each.case)].append(each)
    _verdicts(rows, len(everything))
    _wrong(everything)
    _quantiles(rows)
    _figures(rows)
    _long()


def _row(case: Case) -> str:
    if case.truth != "heard":
        return case.kind
    return "words, no noise" if case.snr_db is None else f"words, {case.snr_db:+.0f} dB SNR"


def _verdicts(rows: dict[str, list[Judged]], count: int) -> None:
    lines: list[list[object]] = []
    for name, found in rows.items():
        said = collections.Counter(each.verdict.verdict for each in found)
        shares = [each.verdict.share for each in found]
        lines.append(
            [name, found[0].case.truth, len(found), *(said[verdict] for verdict in VERDICTS),
             f"{min(shares):.2f}", f"{np.median(shares):.2f}", f"{max(shares):.2f}"]
        )  # fmt: skip
    head = ["what there was", "truth", "cases", *VERDICTS, "share min", "median", "max"]
    table(f"heard: the verdicts on {count} recordings", head, lines)


def _wrong(everything: list[Judged]) -> None:
    above = [each for each in everything if each.case.truth != "unsure" and _above(each.case, 6.0)]
    lines: list[list[object]] = [
        ["wrong heard", _count(everything, "heard", ("not_heard", "unsure")), "0"],
        ["wrong not_heard at 0 dB SNR and more",
         sum(e.verdict.verdict == "not_heard" and e.case.truth == "heard" and _above(e.case, 0.0) for e in everything),
         "0"],
        ["unsure at 6 dB SNR and more, of the whole words or none of them",
         f"{100 * sum(e.verdict.verdict == 'unsure' for e in above) / len(above):.1f} % of {len(above)}", "2 %"],
    ]  # fmt: skip
    table("heard: what must not be", ["what", "seen", "at most"], lines)
    for each in everything:
        if each.verdict.verdict != each.case.truth:
            case, found = each.case, each.verdict
            print(f"  {_row(case)} ({case.kind}, {len(case.reference) / RATE:.0f} s): {found}")


def _above(case: Case, snr_db: float) -> bool:
    return case.snr_db is None or case.snr_db >= snr_db


def _count(everything: list[Judged], verdict: str, truths: tuple[str, ...]) -> int:
    return sum(each.verdict.verdict == verdict and each.case.truth in truths for each in everything)


def _quantiles(rows: dict[str, list[Judged]]) -> None:
    """Of single windows, and of whole cases: the median window, and what nine tenths of the windows reach."""
    lines: list[list[object]] = []
    for name, found in rows.items():
        if found[0].case.truth == "unsure":
            continue
        windows = np.concatenate([each.scores for each in found])
        middle = [np.median(each.scores) for each in found]
        reached = [np.quantile(each.scores, 0.1) for each in found]
        values = [*np.quantile(windows, (0.001, 0.01, 0.5, 0.99)), min(middle), max(middle), min(reached), max(reached)]
        lines.append([name, len(windows), *(f"{value:.3f}" for value in values)])
    head = ["windows of", "n", "q.001", "q.01", "q.5", "q.99", "case median", "to", "case q.1", "to"]
    table(f"heard: how well they agree ({AGREES} counts)", head, lines)


def _figures(rows: dict[str, list[Judged]]) -> None:
    lines: list[list[object]] = []
    for name, found in rows.items():
        sure = [each for each in found if each.verdict.verdict == each.case.truth == "heard"]
        if not sure:
            continue
        late = [abs((each.verdict.delay_ms or 0.0) - 1000 * each.case.delay_s) for each in sure]
        gain = [abs((each.verdict.gain_db or 0.0) - each.case.gain_db) for each in sure]
        noise = [each.verdict.snr_db or 0.0 for each in sure]
        lines.append([name, f"{np.median(late):.1f}", f"{max(late):.1f}", f"{np.median(gain):.1f}", f"{max(gain):.1f}",
                      f"{min(noise):.1f}", f"{np.median(noise):.1f}", f"{max(noise):.1f}"])  # fmt: skip
    head = ["figures of", "delay off ms", "max", "gain off dB", "max", "snr min", "median", "max"]
    table("heard: the figures (echo and horn count in the gain, late echo as noise)", head, lines)


def _long() -> None:
    """Five minutes, the longest that is judged as a whole, with a clock that drifts."""
    village = Village(99)
    words = np.concatenate([speech(number) for number in range(7)])[: 300 * RATE]
    found = judged(village.heard(0.0, words))
    what = f"{len(words) / RATE:.0f} s at 0 dB SNR, {found.case.drift_ppm:+.0f} ppm"
    print(f"\n  {what}: {found.verdict}, {found.cpu_s:.2f} s of CPU")


if __name__ == "__main__":
    run(tuple(int(seed) for seed in sys.argv[1:]) or SEEDS)
