"""Every command keeps its promises: exit codes, one line on errors, one JSON document; and docs/commands.md is true."""

from __future__ import annotations

import json
import re
import shlex
import wave
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from controller.cli import main
from controller.runtime.places import Places
from controller.store.connection import Store
from tests.support.processes import loalang
from tests.support.scheduling import CONFIG

PAGE = Path("docs/commands.md")
EVERYWHERE = {"--state", "--config", "--help"}
BOARD = """
[[boards]]
id = "cong"
name = "Bảng cổng"
"""
PASSWORD = "bốn từ rất khó đoán"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A station that has been started before."""
    places = Places(tmp_path / "state")
    places.make()
    (places.state / "station.toml").write_text(CONFIG + BOARD, encoding="utf-8")
    store = Store(places.station_db)
    store.close()
    return places.state


def call(state: Path, *words: str, entered: str = "") -> Result:
    """A command without `--state` of its own; whatever it raises, it must have said."""
    result = CliRunner().invoke(main, [*words, "--state", str(state)], input=entered)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def commands(group: click.Group = main, path: str = "loalang") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def documented() -> dict[str, tuple[str, list[str]]]:
    """Of each command: the rest of its heading, and its examples."""
    found = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading = section.splitlines()[0].strip("`")
        words = re.match(r"loalang(?: (?:board|guide|user))? [a-z]+", heading)
        assert words, heading
        found[words[0]] = (heading[words.end() :], re.findall(r"^    (loalang .*)$", section, re.MULTILINE))
    return found


def test_the_page_knows_every_command_and_option() -> None:
    known = {
        path: {name for p in command.params for name in p.opts if isinstance(p, click.Option)} - EVERYWHERE
        for path, command in commands()
    }
    assert {path: set(re.findall(r"--[a-z-]+", heading)) for path, (heading, _) in documented().items()} == known


def test_the_page_names_what_each_command_takes() -> None:
    known = {
        path: [p.make_metavar(click.Context(command)).strip("[]") for p in command.params
               if isinstance(p, click.Argument)]
        for path, command in commands()
    }  # fmt: skip
    bare = {path: re.sub(r"\[?--[a-z-]+( [A-Za-z.|]+)?\]?", "", heading) for path, (heading, _) in documented().items()}
    assert {path: [word.strip("[]") for word in heading.split()] for path, heading in bare.items()} == known


def test_every_example_is_a_call_that_is_understood() -> None:
    known = dict(commands())
    for path, (_, examples) in documented().items():
        assert examples, path
        for example in examples:
            assert example.startswith(path)
            known[path].make_context(path, shlex.split(example[len(path) :]))


WRONG = [
    ("bogus",), ("lunar",), ("lunar", "2026-11-21", "--bogus"), ("lunar", "2026-02-30"), ("lunar", "0001-01-01"),
    ("lunar", "2026-11-21", "--from-lunar", "15/1/2030"), ("lunar", "2026-11-21", "--leap"),
    ("lunar", "--from-lunar", ""), ("lunar", "--from-lunar", "32/1/2030"), ("lunar", "--from-lunar", "15/1/1500"),
    ("plan", "--from", "x", "--to", "2026-11-22"), ("plan", "--from", "2026-11-22", "--to", "2026-11-21"),
    ("journal", "--since", "yesterday"), ("say", ""), ("say", "Chào", "--zone", "nowhere"), ("say", "a\x07b"),
    ("say", "Chào", "--priority", "urgent"), ("spoken", " "), ("spoken", "a" * 5001),
    ("render", "", "--out", "x.wav"), ("render", "Chào", "--out", "/nowhere/x.wav"),
    ("board", "preview", "nowhere", "--text", "a", "--out", "x.png"), ("board", "bytes", "cong", "--text", ""),
    ("board", "preview", "cong", "--text", "a", "--out", "/nowhere/x.png"), ("board", "emulate", "nowhere"),
    ("audio", "nowhere"), ("backup", "/nowhere/x.tar.gz"), ("restore", "/nowhere/x.tar.gz"),
    ("user", "add", "Văn Thư", "--full-name", ""), ("user", "add", "a", "--full-name", "A", "--role", "king"),
    ("user", "password", "nobody"), ("daemon", "--config", "/nowhere.toml"),
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_wrong_is_said_in_one_line(state: Path, words: tuple[str, ...]) -> None:
    result = call(state, *words)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1), result.output


@pytest.mark.parametrize("words", [("doctor", "--json"), ("journal", "--json"), ("user", "list", "--json")])
def test_a_station_that_is_not_there(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = call(tmp_path / "none", *words)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


def test_a_fault_of_the_station_is_one_line_and_another_code(state: Path) -> None:
    (state / "station.db").write_bytes(b"nonsense " * 1000)
    for path in state.glob("station.db-*"):
        path.unlink()
    result = call(state, "journal", "--json")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    found = call(state, "doctor", "--json")
    assert found.exit_code == 1
    assert [f["state"] for f in json.loads(found.stdout) if f["name"] == "database"] == ["fault"]


def test_every_json_is_one_document_and_nothing_else(state: Path, tmp_path: Path) -> None:
    assert call(state, "say", "Mời bà con.", "--title", "Họp").exit_code == 0
    sound = tmp_path / "x.wav"
    answers = {
        words[0]: (call(state, *words, "--json"))
        for words in (
            ("doctor",), ("journal",), ("plan", "--from", "2000-01-01", "--to", "2100-01-01"), ("lunar", "2026-11-21"),
            ("render", "Mời bà con.", "--out", str(sound)), ("user", "list"),
        )
    }  # fmt: skip
    told = {name: json.loads(answer.stdout) for name, answer in answers.items()}
    assert {name: answer.stderr for name, answer in answers.items()} == dict.fromkeys(answers, "")
    assert {name: answer.exit_code for name, answer in answers.items() if name != "doctor"} == dict.fromkeys(
        set(answers) - {"doctor"}, 0
    )
    assert [line["kind"] for line in told["journal"]] == ["created", "queued", "queued"], "two outputs"
    assert [entry["title"] for entry in told["plan"]] == ["Họp"]
    assert told["lunar"] == {"day": 13, "month": 10, "year": 2026, "leap": False}
    assert list(told["render"]) == ["sha256", "duration_s", "lufs", "true_peak_dbtp", "engine"]
    assert told["user"] == []
    assert json.loads(call(state, "lunar", "--from-lunar", "15/1/2030", "--json").stdout) == {"date": "2030-02-16"}
    assert json.loads(call(state, "lunar", "--from-lunar", "1/6/2025", "--leap", "--json").stdout) == {
        "date": "2025-07-25"
    }
    assert (
        call(state, "lunar", "--from-lunar", "15/1/2030").stdout
        == "2030-02-16: thứ Bảy 16/2 (rằm tháng Giêng âm lịch)\n"
    )
    with wave.open(str(sound)) as file:
        assert abs(file.getnframes() / file.getframerate() - told["render"]["duration_s"]) < 0.01


def test_what_cannot_be_spoken_is_told_in_words(state: Path, tmp_path: Path) -> None:
    config = state / "station.toml"
    config.write_text(config.read_text(encoding="utf-8") + '[speech]\nengines = ["piper"]\n', encoding="utf-8")
    result = call(state, "render", "Chào", "--out", str(tmp_path / "x.wav"), "--json")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    assert re.match(r"cannot be spoken: [A-Z].*", result.stderr), "a sentence of the catalogue, not its key"


def test_waiting_where_nobody_speaks_has_an_end(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.commands.speech.ALONE_S", 0.2)
    result = call(state, "say", "Mời bà con.", "--wait")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "nobody is there to speak it: the audio process of output main does not run\n"


def test_people_and_copies(state: Path, tmp_path: Path) -> None:
    assert call(state, "user", "add", "van-thu", "--full-name", "Cán bộ", entered=PASSWORD + "\n").exit_code == 0
    assert call(state, "user", "password", "van-thu", entered=PASSWORD + " nữa\n").exit_code == 0
    listed = json.loads(call(state, "user", "list", "--json").stdout)
    assert listed == [{"name": "van-thu", "full_name": "Cán bộ", "role": "editor", "disabled": False}]
    kept = tmp_path / "kept.tar.gz"
    made = call(state, "backup", str(kept))
    assert (made.exit_code, made.stdout) == (0, f"{kept}\n")
    assert call(state, "restore", str(kept)).exit_code == 0
    assert json.loads(call(state, "user", "list", "--json").stdout) == listed


def test_boards_speak_for_themselves(state: Path, tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    assert call(state, "board", "preview", "cong", "--text", "Chào", "--out", str(picture)).exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    as_hex = call(state, "board", "bytes", "cong", "--text", "Chào", "--hex")
    plain = call(state, "board", "bytes", "cong", "--text", "Chào")
    assert bytes.fromhex(as_hex.stdout) == plain.stdout_bytes and b"\x02AA" in plain.stdout_bytes
    words = ("--text", "Chào 😀", "--title", "Tin", "--level", "priority", "--qr", "https://vneid.gov.vn")
    told = call(state, "board", "preview", "cong", *words, "--out", str(picture))
    assert (told.exit_code, told.stderr.count("\n"), "😀" in told.stderr) == (0, 2, True)


def test_vietnamese_survives_a_terminal_that_knows_only_ascii(state: Path) -> None:
    done = loalang("spoken", "Tiêm chủng đợt II", state=state, LANG="C", LC_ALL="C")
    assert (done.returncode, done.stdout.splitlines()[0][:9]) == (0, "tiêm chủn")
