"""How long preparing takes, from call to return: a table of each voice on this machine.

Run: python bench/prepare.py [TIMES]. The goal for an announcement of about ten seconds: at most 1 s.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from audio.normaliser import Normaliser, load_abbreviations
from audio.prepare import Preparer, Unspeakable
from controller.runtime.config import Speech, SpeechEngine
from controller.runtime.places import Places

TEN_SECONDS = (
    "UBND xã thông báo: 7h30 sáng thứ 7, ngày 28/11, tiêm vắc-xin cho trẻ dưới 5 tuổi tại nhà văn hóa thôn II."
)
TEXTS = {"10 s": TEN_SECONDS, "1 min": " ".join([TEN_SECONDS] * 6)}
ENGINES: tuple[tuple[SpeechEngine, ...], ...] = (("pyttsx3",), ("espeak-ng",))


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    normaliser = Normaliser(load_abbreviations())
    print(f"{'voice':<12}{'text':<8}{'sound':>8}{'p50':>10}{'p95':>10}{'worst':>10}")
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        places.make()
        for engines in ENGINES:
            preparer = Preparer(Speech(engines=engines), places, normaliser)
            for name, text in TEXTS.items():
                took = []
                for _ in range(times):
                    begun = time.perf_counter()
                    try:
                        prepared = preparer.prepare(text)
                    except Unspeakable as error:
                        print(f"{engines[0]:<12}{name:<8}{error}")
                        break
                    took.append((time.perf_counter() - begun) * 1000)
                else:
                    p95 = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
                    figures = f"{statistics.median(took):>7.0f} ms{p95:>7.0f} ms{max(took):>7.0f} ms"
                    print(f"{engines[0]:<12}{name:<8}{prepared.duration_s:>6.1f} s{figures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
