"""For all tests: hypothesis judges what comes out, never how long it took; a busy machine is slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("station", deadline=None)
settings.load_profile("station")
