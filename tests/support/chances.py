"""What happens at random in a test: the same in every run, unless somebody looks for what has not been seen yet."""

from __future__ import annotations

import os
import random
import secrets


def chances(seed: int) -> random.Random:
    """With `LOALANG_SEARCH=1` of another seed each time. pytest shows it when the test fails."""
    if os.environ.get("LOALANG_SEARCH"):
        seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201 - see above
    return random.Random(seed)  # noqa: S311 - instants, no secret
