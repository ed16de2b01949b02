"""The three levels of Circular 39/2020/TT-BTTTT: thông thường, ưu tiên, khẩn cấp."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for the most urgent, so that a sort puts alerts first."""
        return _RANK[self]


_RANK = {Level.EMERGENCY: 0, Level.PRIORITY: 1, Level.NORMAL: 2}
