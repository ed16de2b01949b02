"""What the command prints is UTF-8 under every locale."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_vietnamese_is_printed_on_any_terminal(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", "lunar", "2026-11-22"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "14 tháng Mười âm lịch, 2026\n", b"")
