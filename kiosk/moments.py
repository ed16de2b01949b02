"""The passing of time, as the flow is told of it several times a second. A value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passed:
    now: datetime  # local
    at: float  # monotonic seconds
