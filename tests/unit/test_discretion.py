"""What processes that hold residents' data say of errors, and what they leave behind."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import get_args

import pytest

from controller.core.errors import StationError
from controller.runtime.discretion import Discreet, told
from kiosk import happenings

NAME = "NÔNG THỊ BƯỞI THỬ"
SHOWN = {"reason", "kind", "on"}  # fields that say nothing of anybody


def raised() -> BaseException:
    """An error in an error in an error, each with a name in its text."""
    known: dict[str, str] = {}
    try:
        try:
            try:
                int(NAME)
            except ValueError:
                known[NAME].strip()
        except KeyError as error:
            raise RuntimeError(NAME) from error
    except RuntimeError as error:
        error.add_note(NAME)
        return error
    raise AssertionError


def test_what_errors_say_is_kept_back_and_where_they_were_is_not() -> None:
    said = told(raised())
    assert NAME not in said and ascii(NAME)[1:-1] not in said
    assert said.count("Traceback (most recent call last):") == 3
    kinds = [line for line in said.splitlines() if line.isidentifier()]
    assert kinds == ["ValueError", "KeyError", "RuntimeError"]
    assert __file__ in said and "in raised" in said


def test_what_the_station_says_of_itself_is_told() -> None:
    assert told(StationError("the disk is full")) == "StationError: the disk is full\n"
    assert told(FileNotFoundError(2, "No such file", f"/{NAME}")) == "FileNotFoundError: No such file or directory\n"
    assert told(ValueError(NAME)) == "ValueError\n"


def test_an_error_that_comes_of_itself_is_told_once() -> None:
    error = ValueError(NAME)
    error.__cause__ = error
    assert told(error) == "ValueError\n"


def test_a_log_line_with_an_error() -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(Discreet("%(levelname)s %(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    log.error("it died", exc_info=raised())
    assert said.getvalue().startswith("ERROR it died\nTraceback")
    assert said.getvalue().endswith("RuntimeError\n") and NAME not in said.getvalue()


LIFE = """
import ctypes, resource, sys, threading
from controller.runtime.discretion import be_discreet, shut_memory
from controller.runtime.logs import set_up_logs
if {log}:
    set_up_logs()
be_discreet()
shut_memory()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)  # PR_GET_DUMPABLE
name = "N\\u00d4NG TH\\u1eca"
def fail():
    raise ValueError(name)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
class Leaves:
    def __del__(self):
        raise KeyError(name)
Leaves()
raise RuntimeError(name)
"""


@pytest.mark.parametrize("log", [True, False])
def test_a_process_keeps_to_itself(log: bool) -> None:
    done = subprocess.run([sys.executable, "-c", LIFE.format(log=log)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "(0, 0) 0\n"
    assert [kind for kind in ("ValueError", "KeyError", "RuntimeError") if f"\n{kind}\n" in done.stderr] == [
        "ValueError", "KeyError", "RuntimeError",
    ]  # fmt: skip
    assert "NÔNG" not in done.stderr


CRASH = """
import os, resource, signal, sys
from controller.runtime.discretion import be_discreet
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
if sys.argv[1] == "discreet":
    be_discreet()
os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_nothing_goes_to_swap() -> None:
    life = (
        "from pathlib import Path; from controller.runtime.discretion import stay_in_memory; done = stay_in_memory();"
        "mine = bytearray(b'x' * 5_000_000); told = Path('/proc/self/status').read_text();"
        "print(done, [line.split()[1] for line in told.splitlines() if line.startswith('VmLck')][0])"
    )
    done = subprocess.run([sys.executable, "-c", life], capture_output=True, text=True, check=True).stdout.split()
    if done[0] == "False":
        pytest.skip("this user may lock no memory")
    assert int(done[1]) > 5_000


def test_a_crash_leaves_no_core_dump(tmp_path: Path) -> None:
    def left(how: str) -> list[Path]:
        folder = tmp_path / how
        folder.mkdir()
        environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
        done = subprocess.run([sys.executable, "-c", CRASH, how], cwd=folder, env=environment, check=False)
        assert done.returncode == -signal.SIGSEGV
        return list(folder.iterdir())

    if not left("talkative"):
        pytest.skip("this machine keeps no core dumps where they fall")
    assert left("discreet") == []


def test_what_happens_at_the_kiosk_shows_nothing_where_it_is_printed() -> None:
    kinds: list[type] = [*_of(happenings.Happening), *_of(happenings.Wish)]
    assert len(kinds) == 21
    for kind in kinds:
        made = kind(**{field.name: f"{NAME} {field.name}" for field in fields(kind)})
        shows = {field.name for field in fields(kind) if f"{NAME} {field.name}" in repr(made)}
        assert shows <= SHOWN, kind.__name__


def _of(union: UnionType) -> tuple[type, ...]:
    found: tuple[type, ...] = get_args(union)
    return found
