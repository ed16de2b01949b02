"""How fast texts become pages of dots, and pages pictures. Glyphs are cached, as they are in a station that runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bench.table import percentile, table
from controller.boards.facts import Facts
from controller.boards.preview import draft, png_of_rotation
from controller.boards.typesetting import typeset
from controller.core.notices import Special
from controller.runtime.config_tables import Board

FACTS = Facts("Na Khau", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
SHORT = "Nộp thuế đất trước 30/11."
LONG = "Mời bà con mang căn cước đến nhà văn hoá thôn để cài đặt VNeID, từ 7 giờ 30 đến 11 giờ, cán bộ xã hướng dẫn."
ENDLESS = (LONG + " ") * 90  # 10,000 characters
RARE = "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))  # every one of them another letter, none seen before


def main() -> None:
    boards = {
        "96x16": Board(id="a", name="A"),
        "192x32": Board(id="b", name="B", columns=192, rows=32),
        "128x64 full colour": Board(id="c", name="C", driver="huidu", columns=128, rows=64, colours="full"),
        "80x7": Board(id="d", name="D", columns=80, rows=7),
    }
    rows = []
    for name, board in boards.items():
        for what, item in (
            ("short text", draft(SHORT)), ("long text", draft(LONG, title="VNeID")),
            ("10,000 characters", draft(ENDLESS)), ("10,000 rare letters", draft(RARE)),
            ("clock", replace(draft(""), special=Special.CLOCK)),
            ("code", draft("Tải VNeID", qr="https://vneid.gov.vn")),
        ):  # fmt: skip
            rows.append(_measured(f"{name}: {what}", lambda board=board, item=item: typeset(board, item, FACTS)))  # type: ignore[misc]  # bound now
        rotation = typeset(board, draft(SHORT), FACTS)
        rows.append(_measured(f"{name}: picture", lambda board=board, it=rotation: png_of_rotation(board, it), 50))  # type: ignore[misc]  # bound now
    table("Boards: from text to dots (time on the core)", ("what", "first ms", "p50 ms", "p99 ms"), rows)


def _measured(what: str, work: Callable[[], object], times: int = 300) -> tuple[str, str, str, str]:
    spent = []
    for _ in range(times + 1):
        begun = time.thread_time()
        work()
        spent.append((time.thread_time() - begun) * 1000)
    first, *later = spent
    return what, f"{first:.2f}", f"{percentile(later, 0.5):.2f}", f"{percentile(later, 0.99):.2f}"


if __name__ == "__main__":
    main()
