"""Is "heard" true? Recordings of announcements through generated chains, whole and torn, and of everything else, judged
as the station does; and what a long programme costs the child that judges. The quantiles are those that the limits in
alignment.py come from. `python -m bench.heard SEED ...` makes others."""

from __future__ import annotations

import collections
import json
import os
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.listening.alignment import AGREES, Verdict, compared, judge
from audio.listening.hearing import AFTER_S, BEFORE_S, spans
from audio.listening.spectra import decimated
from bench.table import table
from tests.support.heard_cases import ABSENT, PARTLY, RATE, Case, Samples, Village, speech
from tests.support.torn_cases import COUNTS, HEARD, TORN, WRONG, changed, torn, wrong

SEEDS = (1, 2)
SNRS = (None, 20.0, 12.0, 6.0, 3.0, 0.0, -5.0, -10.0)
TORN_SNRS = (None, 20.0, 12.0, 6.0, 3.0, 0.0)
PER_SNR, PER_KIND = 16, 6
VERDICTS = ("heard", "unsure", "not_heard")
_TRUTHS = ("heard", "either", "unsure", "not_heard")


@dataclass(frozen=True)
class Judged:
    row: str
    case: Case
    verdict: Verdict
    scores: list[float]  # of the windows of words


def cases(seeds: tuple[int, ...] = SEEDS) -> Iterator[tuple[str, Case]]:
    """With the row of the tables that each belongs to."""
    for seed in seeds:
        village = Village(seed)
        for snr_db in SNRS:
            for _ in range(PER_SNR):
                yield "words, no noise" if snr_db is None else f"words, {snr_db:+.0f} dB SNR", village.heard(snr_db)
        for kind in (*ABSENT, *PARTLY):
            for _ in range(PER_KIND):
                yield kind, village.absent(kind)
        yield from _torn(Village(1000 + seed))


def _torn(village: Village) -> Iterator[tuple[str, Case]]:
    for snr_db in TORN_SNRS:
        loud = "6 dB SNR and more" if snr_db is None or snr_db >= 6 else "3 and 0 dB SNR"
        for how in TORN:
            for count in COUNTS:
                case = torn(village, how, count, snr_db)
                much = {"heard": loud, "either": "4 to 12 % lost", "unsure": "more lost"}[case.truth]
                yield f"{count} x {how}, {much}", case
        for kind in HEARD:
            yield f"{kind}, {loud}", changed(village, kind, snr_db)
        for kind in WRONG:
            yield kind, wrong(village, kind, snr_db)


def judged(row: str, case: Case) -> Judged:
    recording, reference = decimated(case.recording, 2), decimated(case.reference, 2)
    verdict = judge(recording, reference, case.offset_s)
    found = compared(recording, reference, case.offset_s)
    return Judged(row, case, verdict, list(found.score[found.weight > 0]))


def main() -> None:
    run()


def run(seeds: tuple[int, ...] = SEEDS) -> None:
    everything = [judged(row, case) for row, case in cases(seeds)]
    rows: dict[str, list[Judged]] = collections.defaultdict(list)
    for each in everything:
        rows[each.row].append(each)
    rows = dict(sorted(rows.items(), key=lambda row: _TRUTHS.index(row[1][0].case.truth)))
    _verdicts(rows, len(everything))
    _wrong(everything)
    _quantiles(rows)
    _figures(rows)
    _long()


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
    above = [each for each in everything if each.case.truth in ("heard", "not_heard") and _above(each.case, 6.0)]
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
        case, found = each.case, each.verdict
        if case.truth not in ("either", found.verdict):
            print(f"  {each.row} ({case.kind}, {case.snr_db} dB, {len(case.reference) / RATE:.0f} s): {found}")


def _above(case: Case, snr_db: float) -> bool:
    return case.snr_db is None or case.snr_db >= snr_db


def _count(everything: list[Judged], verdict: str, truths: tuple[str, ...]) -> int:
    return sum(each.verdict.verdict == verdict and each.case.truth in truths for each in everything)


def _quantiles(rows: dict[str, list[Judged]]) -> None:
    """Of single windows, and of whole cases: the median window, and what nine tenths of the windows reach."""
    lines: list[list[object]] = []
    for name, found in rows.items():
        if found[0].case.truth in ("unsure", "either"):
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
    """What the child takes that judges: for the longest programme that is judged as a whole, and for an hour, whose
    last minute a card 200 ppm slow brings 0.7 s late."""
    village = Village(99)
    lines: list[list[object]] = []
    for length_s in (30.0, 300.0, 3600.0):
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            size = round(length_s * 48_000) * 2
            head = (b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16, b"data", size)
            file.write(struct.pack("<4sI4s4sIHHIIHH4sI", *head))
            pieces, files = [], []
            for number, span in enumerate(spans(length_s)):
                words = _words(span.to_s - span.from_s, number)
                file.seek(44 + round(span.from_s * 96_000))  # the rest is a hole, which takes no room
                file.write(np.repeat(_pcm(words), 3).tobytes())
                delay_s = 0.3 + 200e-6 * span.from_s
                sound = village.chain(
                    words, delay_s, -200.0, len(words) + round((BEFORE_S + AFTER_S) * RATE), -BEFORE_S
                )
                noise = village.noise("pink", len(sound)) * np.float32(0.02)
                pcm = _pcm(village.recorded(sound * np.float32(0.3) + noise)).tobytes()
                files.append(os.memfd_create("recording"))
                os.write(files[-1], pcm)
                piece = {"fd": files[-1], "bytes": len(pcm), "offset_s": -BEFORE_S}
                pieces.append({**piece, "from_s": span.from_s, "to_s": span.to_s})
            file.truncate(44 + size)
            job = json.dumps({"rate": RATE, "pieces": pieces, "reference": file.name}) + "\n"
            lines.append([f"{length_s:.0f} s", len(pieces), *_child(job, files)])
            for each in files:
                os.close(each)
    table(
        "heard: the child that judges", ["programme", "pieces", "verdict", "share", "s", "CPU s", "MB at most"], lines
    )


def _words(length_s: float, number: int) -> Samples:
    said = np.concatenate([speech((number + each) % 10) for each in range(10)])
    return np.resize(said, round(length_s * RATE))


def _pcm(sound: Samples) -> NDArray[np.int16]:
    return np.round(sound * np.float32(32767)).astype(np.int16)


def _child(job: str, files: list[int]) -> list[object]:
    """Its verdict, share, seconds, seconds of a processor, and the most memory at a time."""
    began = time.monotonic()
    command = [sys.executable, "-P", "-m", "audio.listening.hearing_child"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=files, text=True, env=environment
    ) as child:
        assert child.stdin and child.stdout
        child.stdin.write(job)
        child.stdin.close()
        most_kb = 0
        while not select.select([child.stdout], [], [], 0.01)[0]:
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
            most_kb = max(most_kb, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")))
        took, found = time.monotonic() - began, json.loads(child.stdout.readline())
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    cpu_s = used.ru_utime + used.ru_stime
    return [found["verdict"], f"{found['share']:.2f}", f"{took:.1f}", f"{cpu_s:.1f}", f"{most_kb / 1024:.0f}"]


if __name__ == "__main__":
    run(tuple(int(seed) for seed in sys.argv[1:]) or SEEDS)
