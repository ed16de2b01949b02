"""For all tests: a sound server of their own, and how hypothesis goes about it: it judges what comes out, never how
long it took; a busy machine is slow.

Its cases are the same in every run, so that what passes once passes again. `LOALANG_SEARCH=1` looks for new ones;
what it finds is mended, or becomes an example of the test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.listening import Listener
from tests.support.pulse import NullSink, null_sink

_SLOW = [HealthCheck.too_slow]
settings.register_profile("station", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("search", deadline=None, derandomize=False, suppress_health_check=_SLOW, print_blob=True)
settings.load_profile("search" if os.environ.get("LOALANG_SEARCH") else "station")


@pytest.fixture(scope="module")
def sink() -> Iterator[NullSink]:
    with null_sink() as running:
        yield running


@pytest.fixture
def listener(sink: NullSink) -> Iterator[Listener]:
    with Listener(sink) as listening:
        yield listening
