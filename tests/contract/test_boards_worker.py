"""A board from the store to the sign and back, over a real pseudo-terminal, whatever befalls the line."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.boards.alpha.sign import Physics
from controller.boards.emulated.leavings import RECORD_LIMIT, Record
from controller.boards.emulators import main
from controller.boards.link import Timing
from controller.core.journal import Kind
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.places import Places
from controller.runtime.serial_port import SerialPort
from tests.support.boards_station import BRISK_SIGN, LIMIT_S, BoardStation, wait_for
from tests.support.stalls import within

SHOWN, SENT, DOWN = BoardState.SHOWN, BoardState.SENT, BoardState.DOWN


@pytest.fixture
def station(tmp_path: Path) -> Iterator[BoardStation]:
    station = BoardStation(tmp_path)
    yield station
    station.close()


def test_a_notice_is_shown_and_proven_and_stands_in_picture_and_journal(station: BoardStation) -> None:
    sign = station.start_sign()
    station.start_worker()
    station.until(SHOWN, "Na Khau\n\n--:--")
    station.notice("chỉ cho bảng khác", boards=("bang-khac",))
    station.notice("Tiêm chủng 8 giờ", boards=("cong-lang",))
    known = station.until(SHOWN, "Tiem chung")
    assert (known.text, known.detail) == ("Tiem chung 8 gio", "")
    assert known.proven_at is not None
    assert list(sign.texts) == ["A"]
    told = station.places.pictures / "board-cong-lang.txt"
    wait_for(lambda: told.read_text("utf-8") == "file: A\n\nTiem chung 8 gio\n")
    assert station.places.picture("board-cong-lang").read_bytes().startswith(b"\x89PNG")
    assert [(entry.kind, entry.detail["text"]) for entry in station.journal()] == [
        (Kind.SHOWN, "Na Khau\n\n--:--"),
        (Kind.SHOWN, "Tiem chung 8 gio"),
    ]


def test_time_passing_over_an_unchanged_store_changes_the_board(station: BoardStation) -> None:
    station.start_sign()
    station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    station.until(SHOWN, "Tiem chung")
    station.clock.ahead = timedelta(hours=2)
    station.until(SHOWN, "Na Khau")


def test_unplugged_is_down_and_plugged_in_it_is_back_with_the_newest(station: BoardStation) -> None:
    sign = station.start_sign()
    station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    station.until(SHOWN, "Tiem chung")
    assert station.emulator is not None
    for text, plain in (("Cắt nước", "Cat nuoc"), ("Thu phí chợ", "Thu phi cho")):
        station.emulator.unplug()
        assert station.until(DOWN).detail == "gone"
        station.notice(text, Level.PRIORITY)
        station.emulator.plug()
        station.until(SHOWN, plain)
    assert b"Thu phi cho" in sign.texts["A"]
    kinds = [entry.kind for entry in station.journal() if entry.kind is not Kind.SHOWN]
    assert kinds == [Kind.FAULT, Kind.RECOVERED] * 2


@pytest.mark.alone
def test_with_its_usual_waits_an_unplugged_sign_is_down_within_ten_seconds(station: BoardStation) -> None:
    station.start_sign()
    station.start_worker(replace(Timing(), clear_s=0.05, configure_s=0.1))
    station.until(SHOWN, "Na Khau")
    assert station.emulator is not None
    with within(10.0):
        station.emulator.unplug()
        station.until(DOWN)


def test_an_emergency_takes_the_priority_file_and_the_ordinary_text_comes_back(station: BoardStation) -> None:
    sign = station.start_sign()
    station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    station.until(SHOWN, "Tiem chung")
    storm = station.notice("Bão số 9: ở trong nhà", Level.EMERGENCY)
    assert station.until(SHOWN, "Bao so 9").text == "Bao so 9: o\n\ntrong nha"
    assert sorted(sign.texts) == ["0", "A"]
    station.notice("Cắt nước", Level.PRIORITY)  # waits underneath
    station.withdraw(storm)
    station.until(SHOWN, "Cat nuoc")
    assert list(sign.texts) == ["A"]
    record = (station.places.pictures / "board-cong-lang.frames.jsonl").read_text("utf-8")
    texts = [note["command"][:2] for note in map(json.loads, record.splitlines()) if note["command"][0] == "A"]
    assert texts[-4:] == ["AA", "A0", "A0", "AA"]


def test_a_sign_that_never_answers_is_sent(station: BoardStation) -> None:
    sign = station.start_sign(replace(BRISK_SIGN, answers=False))
    station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    known = station.until(SENT, "Tiem chung")
    assert (known.proven_at, known.detail) == (None, "mute")
    wait_for(lambda: b"Tiem chung" in sign.texts.get("A", b""))
    assert station.emulator is not None
    station.emulator.unplug()
    station.until(DOWN)
    station.emulator.plug()
    station.until(SENT, "Tiem chung")


def test_a_sign_that_lost_its_power_is_filled_again(station: BoardStation) -> None:
    sign = station.start_sign()
    station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    station.until(SHOWN, "Tiem chung")
    assert station.emulator is not None
    station.emulator.cut_power()
    station.until(DOWN)
    station.until(SHOWN, "Tiem chung")
    assert b"Tiem chung" in sign.texts["A"]


def test_a_controller_that_starts_again_does_not_blank_a_sign_that_is_right(station: BoardStation) -> None:
    station.start_sign()
    stop = station.start_worker()
    station.notice("Tiêm chủng 8 giờ")
    first = station.until(SHOWN, "Tiem chung").proven_at
    stop()
    record = station.places.pictures / "board-cong-lang.frames.jsonl"
    before = record.read_text("utf-8").count('"AA')
    station.start_worker()
    wait_for(lambda: (known := station.known()) is not None and known.proven_at != first)
    station.until(SHOWN, "Tiem chung")
    assert record.read_text("utf-8").count('"AA') == before


def test_the_emulator_killed_and_started_again(station: BoardStation) -> None:
    code = (
        "import sys, threading, pathlib\n"
        "from controller.boards.alpha.sign import AlphaSign, Physics\n"
        "from controller.boards.emulated.line import LineEmulator\n"
        "from controller.runtime.config_tables import Board\n"
        "from controller.runtime.places import Places\n"
        "board, places = Board.model_validate_json(sys.argv[1]), Places(pathlib.Path(sys.argv[2]))\n"
        "sign = AlphaSign(board.columns, board.rows, Physics(clear_s=0.03, configure_s=0.06))\n"
        "LineEmulator(board, places, sign).serve(threading.Event())\n"
    )
    command = [sys.executable, "-c", code, station.board.model_dump_json(), str(station.places.state)]
    station.start_worker()
    for text, plain in (("Tiêm chủng", "Tiem chung"), ("Cắt nước", "Cat nuoc")):
        station.notice(text, Level.PRIORITY)
        with subprocess.Popen(command) as process:
            try:
                station.until(SHOWN, plain)
            finally:
                process.kill()
        station.until(DOWN)


def test_the_process_serves_until_it_is_stopped_and_takes_its_link_away(station: BoardStation) -> None:
    stopping, link = threading.Event(), station.places.emulated_sign("cong-lang")
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(main(station.board, station.places, stopping)))
    thread.start()
    wait_for(link.exists)
    with SerialPort(str(link), station.board.baud) as port:
        port.write(bytes(5) + b"\x01Z00\x02F#\x04")
        assert port.read().startswith(bytes(20)[:1])
    stopping.set()
    thread.join(LIMIT_S)
    assert (ended, link.is_symlink()) == ([0], False)


def test_a_sign_that_babbles_is_survived(station: BoardStation) -> None:
    with far_end(station) as master:
        stopping = threading.Event()

        def babble() -> None:
            noise = random.Random(9)  # noqa: S311 - noise, not a secret
            while not stopping.wait(0.005):
                os.write(master, noise.randbytes(64))
                if select.select([master], [], [], 0.1)[0]:
                    os.read(master, 4096)

        os.set_blocking(master, True)
        thread = threading.Thread(target=lambda: _until_error(babble), daemon=True)
        thread.start()
        station.start_worker()
        station.notice("Tiêm chủng 8 giờ")
        station.until(SENT, "Tiem chung")
        stopping.set()
        thread.join(LIMIT_S)  # before its line is closed, and the number another file's
        assert not thread.is_alive()


@pytest.mark.alone
def test_a_line_that_takes_no_more_bytes_holds_nobody_for_long(station: BoardStation) -> None:
    with far_end(station):
        full = os.open(station.places.emulated_sign("cong-lang"), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        for size in (4096, *[64] * 10, *[1] * 10):  # the kernel makes a little more room for a while
            with contextlib.suppress(BlockingIOError):
                while os.write(full, bytes(size)):
                    pass
            time.sleep(0.005)
        station.start_worker()
        station.notice("Tiêm chủng 8 giờ")
        station.until(DOWN)
        wait_for(lambda: len(station.turns) > 20)  # it goes on trying
        os.close(full)
        gaps = [later - earlier for earlier, later in zip(station.turns, station.turns[1:], strict=False)]
        assert max(gaps) < 5


def test_the_line_carries_no_more_than_its_speed_in_either_direction(tmp_path: Path) -> None:
    station = BoardStation(tmp_path, baud=9600)
    try:
        station.start_sign(Physics(clear_s=0, configure_s=0))
        with SerialPort(str(station.places.emulated_sign("cong-lang")), 9600) as port:
            text = b"\x02AA\x1b0b" + b"x" * 400
            begun = time.monotonic()
            for data in (b"\x02E$AAU0400FF00", text, b"\x02BA"):
                port.write(bytes(5) + b"\x01Z00" + data + b"\x04")
            answer = b""
            while not answer.endswith(b"\x04") and time.monotonic() - begun < LIMIT_S:
                answer += port.read()
            elapsed = time.monotonic() - begun
        assert answer[24:].startswith(text)
        assert elapsed > (3 * 10 + 14 + len(text) + 3 + len(answer)) * 10 / 9600
    finally:
        station.close()


def test_a_real_device_is_opened_by_its_name(tmp_path: Path) -> None:
    """With 7E1, which a pseudo-terminal ignores the first time."""
    station = BoardStation(tmp_path, port=str(tmp_path / "run" / "sign" / "cong-lang.tty"))
    try:
        station.start_sign()
        station.start_worker()
        station.until(SHOWN, "Na Khau")
    finally:
        station.close()


def test_the_record_of_frames_is_bounded(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    record = Record("b", places)
    path = places.pictures / "board-b.frames.jsonl"
    path.write_bytes(b"x" * (RECORD_LIMIT - 10))
    record({"command": "AA"})
    record({"command": "A0"})
    assert [json.loads(line)["command"] for line in path.read_text("utf-8").splitlines()] == ["AA", "A0"]
    assert path.with_suffix(".jsonl.1").stat().st_size == RECORD_LIMIT - 10


class far_end:  # noqa: N801 - reads as a function
    """The sign's end of a line with no sign at it."""

    def __init__(self, station: BoardStation) -> None:
        self._link = station.places.emulated_sign(station.board.id)

    def __enter__(self) -> int:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._link.symlink_to(os.ttyname(self._slave))
        return self._master

    def __exit__(self, *_: object) -> None:
        self._link.unlink()
        os.close(self._slave)
        os.close(self._master)


def _until_error(work: object) -> None:
    assert callable(work)
    try:
        work()
    except OSError:
        return


def test_a_board_of_sixteen_rows_shows_vietnamese_in_pictures(tmp_path: Path) -> None:
    station = BoardStation(tmp_path, rows=16)
    try:
        sign = station.start_sign(replace(BRISK_SIGN, gap_s=0.06))
        station.start_worker()
        station.notice("Cắt nước")
        station.until(SHOWN, "Cắt nước")
        dark = (bytes(96),) * 16
        wait_for(lambda: sign.face(time.monotonic()).dots != dark)
        assert sign.pictures
        storm = station.notice("BÃO SỐ 9", Level.EMERGENCY)
        station.until(SHOWN, "BÃO SỐ 9")
        wait_for(lambda: sign.face(time.monotonic()).file == "0")
        station.withdraw(storm)
        station.until(SHOWN, "Cắt nước")
        wait_for(lambda: sign.face(time.monotonic()).file == "A")  # a release is a text, and blanks for a moment
    finally:
        station.close()
