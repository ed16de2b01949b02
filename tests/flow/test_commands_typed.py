"""What is wrong is said of what was typed, by its own name; and no stream, closed or full, gives a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from controller.cli import main
from controller.runtime.places import Places
from controller.store.connection import Store
from tests.support.scheduling import CONFIG

BOARD = """
[[boards]]
id = "cong"
name = "Bảng cổng"
"""
PLAN = ("plan", "--from", "2026-11-22", "--to", "2026-11-23")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A station that has been started before."""
    places = Places(tmp_path / "state")
    places.make()
    (places.state / "station.toml").write_text(CONFIG + BOARD, encoding="utf-8")
    Store(places.station_db).close()
    return places.state


def call(state: Path, *words: str) -> Result:
    """A command in this process; whatever it raises, it must have said."""
    result = CliRunner().invoke(main, [*words], env={"LOALANG_STATE": str(state)})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


WRONG = [
    (("say", "..."), "TEXT: There is no letter or number to speak yet."),
    (("say", "a\x07"), "TEXT: It has characters that cannot be read (U+0007). Please type that part again."),
    (("say", "Chào", "--title", "b\x07"),
     "--title: It has characters that cannot be read (U+0007). Please type that part again."),
    (("say", "Chào", "--zone", "xa"), "--zone: There is no zone “xa”."),
    (("lunar", "1700-01-01"), "DAY: The lunar calendar is known for the years 1800 to 2199 only, such as 2030."),
    (("plan", "--from", "0001-01-01", "--to", "2026-11-22"),
     "--from: The year 1 is outside the schedule. Please choose one from 1900 to 9998."),
    (("plan", "--from", "2026-11-22", "--to", "9999-12-31T23:59-10:00"),
     "--to: The year 9999 is outside the schedule. Please choose one from 1900 to 9998."),
    (("journal", "--since", "0001-01-01"),
     "--since: The year 1 is outside the schedule. Please choose one from 1900 to 9998."),
    (("journal", "--since", ""), "--since: “” is not an instant; write it like 2026-11-21T06:00"),
    (("board", "bytes", "cong", "--text", "..."), "--text: There is no letter or digit in it yet."),
    (("board", "bytes", "cong", "--text", "עברית"),
     "--text: The boards cannot show writing from right to left (ב י ע ר ת)."),
    (("board", "bytes", "cong", "--text", "a", "--title", "b\nc"), "--title: The title is a single line."),
    (("board", "bytes", "cong", "--text", "a", "--qr", "javascript:x"),
     "--qr: A QR code needs a web address (https://...) or one short line of text."),
    (("restore", "nowhere.tar.gz"), "FILE: There is no file “nowhere.tar.gz”."),
    (("audio", ""), "outputs: there is no output ''; there are: main, far"),
    ((*PLAN, "--ics", ""), "loalang plan: Invalid value for '--ics': is empty (see loalang plan --help)"),
    ((*PLAN, "--state", ""), "loalang plan: Invalid value for '--state': is empty (see loalang plan --help)"),
    ((*PLAN, "--config", ""), "loalang plan: Invalid value for '--config': is empty (see loalang plan --help)"),
    (("render", "a", "--out", ""), "loalang render: Invalid value for '--out': is empty (see loalang render --help)"),
    (("backup", ""), "loalang backup: Invalid value for 'FILE': is empty (see loalang backup --help)"),
    (("restore", ""), "loalang restore: Invalid value for 'FILE': is empty (see loalang restore --help)"),
    (("guide", "check", ""),
     "loalang guide check: Invalid value for 'FILE': is empty (see loalang guide check --help)"),
    (("guide", "check", "nowhere.xlsx"),
     "Không có tệp này. Hãy xem lại tên tệp và thư mục.\nnowhere.xlsx: có 1 chỗ cần sửa."),
    (("guide", "sheet", "khai_tu", "nowhere/x.xlsx"), "Không có thư mục “nowhere”."),
    (("guide", "sheet", "khai_tu", "README.md"),
     "Đã có tệp README.md. Hãy đặt tên khác; tệp cũ vẫn giữ nguyên."),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_it_is_said_of_what_was_typed(state: Path, words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(main, [*words], prog_name="loalang", env={"LOALANG_STATE": str(state)})
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{told}\n")


def test_a_title_that_nobody_gave_is_the_first_line_that_says_something(state: Path) -> None:
    assert call(state, "say", "***\nMời bà con họp.\nTám giờ.").exit_code == 0
    assert "title=Mời bà con họp." in call(state, "journal").stdout


def test_a_board_is_asked_for_what_a_notice_would_show(state: Path) -> None:
    """What nobody sees is left out of a notice, here as on the page."""
    seen = call(state, "board", "bytes", "cong", "--text", "Họp thôn")
    unseen = call(state, "board", "bytes", "cong", "--text", "Họp\u200b\u00a0thôn\ufeff")
    assert (unseen.exit_code, unseen.stdout_bytes) == (0, seen.stdout_bytes)


def shell(line: str, *words: str, state: Path) -> subprocess.CompletedProcess[str]:
    """A command whose standard streams a shell sees to, as `line` says."""
    program = [sys.executable, "-m", "controller.cli", *words, "--state", str(state)]
    return subprocess.run(["sh", "-c", f'exec "$0" "$@" {line}', *program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "words", [("board", "bytes", "cong", "--text", "a"), ("lunar", "2026-11-22"), ("guide", "list")], ids=" ".join
)
def test_a_closed_stream_gives_and_takes_nothing(state: Path, stream: str, words: tuple[str, ...]) -> None:
    done = shell(stream, *words, state=state)
    assert (done.returncode, done.stderr) == (0, "")


def test_nobody_at_a_closed_stream_types_a_password(state: Path) -> None:
    done = shell("<&-", "user", "add", "van-thu", "--full-name", "Văn thư", state=state)
    assert (done.returncode, done.stderr) == (2, "password: This is empty. Please fill it in.\n")


@pytest.mark.parametrize("words", [("lunar", "2026-11-22"), ("--help",)], ids=" ".join)
def test_what_finds_no_room_is_a_fault_in_one_line(words: tuple[str, ...]) -> None:
    program = [sys.executable, "-m", "controller.cli", *words]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "loalang: No space left on device\n")
