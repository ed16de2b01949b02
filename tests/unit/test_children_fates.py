"""A child that judges what somebody has brought ends badly: whoever waits is told whether their file is too large, too
slow, or whether the fault may be ours; and the log has nothing of the file. With real children."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audio.preparing import intake
from audio.preparing.intake import Intake
from controller import judging
from controller.core.errors import InputError
from controller.core.words import LANGUAGES
from controller.guides.mistakes import Mistake
from controller.pictures import bringing
from controller.pictures.bringing import Picturing
from controller.runtime.catalogues import load_words
from controller.runtime.children import Limits
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Policy
from controller.runtime.fates import Fate, fate_of, told
from controller.runtime.places import Places
from controller.store.connection import Store
from tests.support.scheduling import START

CONTENT = "NGUYEN THI MAU 001099000123"  # of a file, as an error quotes it
DISCREET = "from controller.runtime.discretion import be_discreet; be_discreet()\n"
ENDS = {
    "a fault": (f"{DISCREET}{{}}[{CONTENT!r}]", Fate.FAULT),
    "a library that is not there": (f"{DISCREET}import no_such_library", Fate.FAULT),
    "a crash": (f"{DISCREET}import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Fate.FAULT),
    "nothing said": ("raise SystemExit(0)", Fate.FAULT),
    "too much memory": (f"{DISCREET}held = bytearray(1 << 40)", Fate.MEMORY),
    "the kernel wanted the memory": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Fate.MEMORY),
    "too much to do": ("while True: pass", Fate.TIME),
}
LIMITS = Limits(256 << 20, 1 << 20, cpu_s=1)
LOGS = (judging.__name__, bringing.__name__, intake.__name__)
Judge = Callable[[str, pytest.MonkeyPatch, Path], str]


def guide(code: str, patch: pytest.MonkeyPatch, folder: Path) -> str:
    patch.setattr(judging, "_CHILD", (sys.executable, "-c", code))
    found = judging.judged(folder / "a.xlsx", replace(LIMITS, memory_bytes=384 << 20), 20.0)
    assert isinstance(found, tuple)
    (mistake,) = found
    assert mistake == Mistake(mistake.code)
    for language in LANGUAGES:
        assert load_words(language, ("controller.guides",))(f"guides.mistake.{mistake.code}")
    return mistake.code


def picture(code: str, patch: pytest.MonkeyPatch, folder: Path) -> str:
    places, store = _station(folder)
    patch.setattr(bringing, "_CHILD", LIMITS.before((sys.executable, "-c", code)))
    file = places.uploads / "upload-1"
    file.write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        Picturing(store, places, FakeClock(START), Policy(disk_reserve_mb=20)).take(file, "a.png", "lan")
    store.close()
    return _said(caught.value, "controller")


def sound(code: str, patch: pytest.MonkeyPatch, folder: Path) -> str:
    places, store = _station(folder)
    store.close()
    patch.setattr(intake, "_CHILD", (sys.executable, "-c", code))
    patch.setattr(intake, "LOOK_LIMIT_S", 2.5)
    file = places.uploads / "upload-1"
    file.write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        Intake(places, Policy(disk_reserve_mb=20)).take(file, "a.mp3")
    return _said(caught.value, "audio")


def _station(folder: Path) -> tuple[Places, Store]:
    places = Places(folder / "state")
    places.make()
    return places, Store(places.station_db)


def _said(error: InputError, room: str) -> str:
    (problem,) = error.problems
    for language in LANGUAGES:
        assert load_words(language, (room,))(f"problem.{problem.code}", **dict(problem.facts))
    return problem.code


JUDGES: dict[Judge, dict[Fate, str]] = {
    guide: {Fate.MEMORY: "file_heavy", Fate.TIME: "file_slow", Fate.FAULT: "file_fault"},
    picture: {Fate.MEMORY: "picture_memory", Fate.TIME: "picture_slow", Fate.FAULT: "picture_fault"},
    sound: {Fate.MEMORY: "sound_memory", Fate.TIME: "sound_slow", Fate.FAULT: "sound_fault"},
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("judge", JUDGES)
def test_how_a_child_ended_is_said_as_it_was(
    judge: Judge, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    code, fate = ENDS[end]
    caplog.set_level("INFO")
    assert judge(code, monkeypatch, tmp_path) == JUDGES[judge][fate]
    logged = [(record.levelname, record.getMessage()) for record in caplog.records if record.name in LOGS]
    assert CONTENT not in str(logged)
    if fate is Fate.FAULT:
        assert [level for level, _ in logged] == ["ERROR"]


@pytest.mark.parametrize(
    "module", ["controller.judging_child", "controller.pictures.child", "audio.preparing.intake_child"]
)
def test_the_real_children_say_nothing_of_a_file(module: str, tmp_path: Path) -> None:
    """What they are told is wrong: the error would quote it."""
    command = [sys.executable, "-P", "-m", module]
    job = f'{{"{CONTENT}": 1}}\n'.encode()
    done = subprocess.run(command, input=job, capture_output=True, timeout=30, check=False)
    said = done.stderr.decode()
    assert (done.returncode, fate_of(done.returncode, said)) == (1, Fate.FAULT)
    assert "KeyError" in said and "Traceback" in said
    assert CONTENT not in said


@pytest.mark.parametrize(
    ("code", "said", "fate"),
    [
        (1, "python3: error while loading libm.so.6: failed to map segment from shared object", Fate.MEMORY),
        (127, "sh: error while loading shared libraries: cannot allocate memory", Fate.MEMORY),
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'", Fate.MEMORY),
        (1, "numpy._core._exceptions._ArrayMemoryError", Fate.MEMORY),
        (1, "MemoryError\n" + "then something else\n" * 5, Fate.FAULT),
        (-11, "", Fate.FAULT), (0, "", Fate.FAULT), (-24, "", Fate.TIME), (None, "", Fate.TIME),
    ],
)  # fmt: skip
def test_signs(code: int | None, said: str, fate: Fate) -> None:
    assert fate_of(code, said) is fate


def test_the_log_has_one_short_line() -> None:
    assert told(-11, "a\n" * 9 + "b\n  c\n") == "SIGSEGV: a | b | c"
    assert told(None, "") == "too slow: "
    assert len(told(1, "x" * 10_000)) < 400
