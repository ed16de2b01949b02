"""How long preparing takes, from call to return: a table of each voice on this machine."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from audio.normaliser import Normaliser, load_abbreviations
from audio.prepare import Preparer, Unspeakable
from bench.table import percentile, table
from controller.core.parts import TextPart
from controller.runtime.config_tables import Speech, SpeechEngine
from controller.runtime.places import Places

TEN_SECONDS = (
    "UBND xã thông báo: 7h30 sáng thứ 7, ngày 28/11, tiêm vắc-xin cho trẻ dưới 5 tuổi tại nhà văn hóa thôn II."
)
TEXTS = {"10 s": TEN_SECONDS, "1 min": " ".join([TEN_SECONDS] * 6)}
ENGINES: tuple[tuple[SpeechEngine, ...], ...] = (("pyttsx3",), ("espeak-ng",))
TIMES = 20


def main() -> None:
    normaliser = Normaliser(load_abbreviations())
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        places.make()
        for engines in ENGINES:
            preparer = Preparer(Speech(engines=engines), places, normaliser)
            rows += [[engines[0], name, *_figures(preparer, text)] for name, text in TEXTS.items()]
    rows.append(["target", "10 s", "", "1000", "", ""])
    table(f"preparing, {TIMES} times each, ms", ["voice", "text", "sound, s", "p50", "p95", "most"], rows)


def _figures(preparer: Preparer, text: str) -> list[str]:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        try:
            prepared = preparer.prepare((TextPart(text),))
        except Unspeakable as error:
            return [error.reason, "", "", ""]
        took.append((time.perf_counter() - begun) * 1000)
    return [f"{prepared.duration_s:.1f}", *(f"{percentile(took, share):.0f}" for share in (0.5, 0.95, 1.0))]


if __name__ == "__main__":
    main()
