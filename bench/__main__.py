"""`python -m bench [NAME ...]`: measures the station and prints tables; all but those that take long, one after
the other, if none is named. Never a test: what is too slow is for people to see and judge."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "sound",
    "page",
    "prepare",
    "idle",
    "kiosk",
    "boards",
    "boards_seen",
    "glyphs",
    "screens",
    "schedule",
    "heard",
    "emergency",
    "preempt",
    "peers",
    "guides",
    "telex",
    "filing",
    "cards",
)
LONG = ("endurance", "fuzz", "legibility")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in NAMES + LONG]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(NAMES + LONG)}", file=sys.stderr)
        return 2
    for name in wanted or NAMES:
        import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
