"""The real processes of a screen and of panels: a real store, a real X server, a real SIGKILL."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from controller.boards.preview import png_of_page
from controller.core.errors import ConfigError
from controller.core.levels import Level
from controller.core.palette import LACQUER
from controller.display_daemon import board_for
from controller.runtime.clocks import SystemClock
from controller.store import notices
from tests.support.processes import Process, loalang, until
from tests.support.screens import CONFIG, HEIGHT, WIDTH, Hall, Monitor, x_server
from tests.support.stalls import within

ONE_PAGE = "Mời bà con đến nhà văn hóa thôn."
LISTENS = "0A"  # the state of a socket in /proc/net/tcp


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    found = Hall(tmp_path)
    yield found
    found.store.close()
    found.bell.close()


class Watchdog:
    """Hears what the process tells systemd."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def fed_within(self, seconds: float) -> int:
        """How often the watchdog was fed in that time."""
        fed, end = 0, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                fed += b"WATCHDOG=1" in self._socket.recv(4096)
            except TimeoutError:
                break
        return fed

    def close(self) -> None:
        self._socket.close()


def listening(pid: int) -> list[str]:
    """The addresses at which a process can be reached over the network."""
    own = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            _, address, _, state, *more = line.split()
            if f"socket:[{more[5]}]" in own and (state == LISTENS or table.startswith("udp")):
                found.append(address)
    return found


def shows_the_preview(hall: Hall, monitor: Monitor) -> bool:
    """Asked again and again: between two looks the minute may turn."""
    return monitor.pixels() == hall.preview("sanh")


@pytest.mark.alone
def test_what_is_on_the_screen_is_the_preview_to_the_pixel(hall: Hall, tmp_path: Path) -> None:
    with x_server(tmp_path) as monitor, hall.screen(DISPLAY=monitor.display) as process:
        until(lambda: shows_the_preview(hall, monitor), what="the clock")
        hall.notice(ONE_PAGE)
        until(lambda: shows_the_preview(hall, monitor), what="the notice")
        until(lambda: hall.known("sanh")[1].split() == ONE_PAGE.split(), what="that it is told")
        assert hall.known("sanh")[::2] == ("sent", "")

        with within(2.0, "0.2 s on an idle machine"):
            alarm = hall.notice("Lũ quét! Rời ngay lên điểm cao.", Level.EMERGENCY)
            until(lambda: monitor.corner() == LACQUER, every_s=0.005, what="the emergency")
        until(lambda: shows_the_preview(hall, monitor), what="all of it")
        hall.withdraw(alarm)
        until(lambda: shows_the_preview(hall, monitor), what="what was there")

        process.kill()
        process.start()
        until(lambda: process.said().count("screen: x11") == 2, what="another screen")
        until(lambda: shows_the_preview(hall, monitor), what="the same again")
        assert process.end() == 0
    assert hall.faults("sanh") == []
    assert "Traceback" not in process.said()


def test_a_locked_and_then_a_broken_database_leave_what_is_shown(hall: Hall, tmp_path: Path) -> None:
    hall.notice(ONE_PAGE)
    with x_server(tmp_path) as monitor, hall.screen(DISPLAY=monitor.display) as process:
        until(lambda: shows_the_preview(hall, monitor), what="the notice")
        before = monitor.pixels()
        body = 3 * WIDTH * (HEIGHT - 60)  # without the foot, which has the time
        lock = sqlite3.connect(hall.places.station_db, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        hall.ring()
        time.sleep(1.0)
        assert monitor.pixels()[:body] == before[:body]
        lock.execute("ROLLBACK")
        lock.close()
        hall.notice("Sơ tán ngay!", Level.EMERGENCY)
        until(lambda: monitor.corner() == LACQUER, what="the emergency after the lock")
        hall.store.close()
        for file in hall.places.state.glob("station.db*"):
            file.write_bytes(b"no database " * 2000)
        hall.ring()
        until(lambda: "cannot be read" in process.said(), what="that it says so")
        assert monitor.corner() == LACQUER and process.alive()
    assert "Traceback" not in process.said()


@pytest.mark.alone
def test_the_watchdog_is_fed_with_frames_and_starves_where_the_screen_takes_none(hall: Hall, tmp_path: Path) -> None:
    watchdog = Watchdog(tmp_path / "notify")
    with x_server(tmp_path) as monitor, hall.screen(DISPLAY=monitor.display, NOTIFY_SOCKET=str(watchdog.path)):
        until(lambda: shows_the_preview(hall, monitor), what="the clock")
        until(lambda: watchdog.fed_within(0.5), what="that it is fed")
        with monitor.frozen():
            watchdog.fed_within(6.5)  # the limit, and the second after which the crew looks
            assert watchdog.fed_within(2.0) == 0, "its threads live, but no frame is seen"
        until(lambda: watchdog.fed_within(0.5), what="that it is fed again")
    watchdog.close()


def test_a_page_is_fitted_into_a_screen_of_another_size(hall: Hall, tmp_path: Path) -> None:
    hall.notice("Sơ tán ngay!", Level.EMERGENCY)
    with x_server(tmp_path, 800, 600) as monitor, hall.screen(DISPLAY=monitor.display):
        until(lambda: LACQUER in [tuple(monitor.pixels()[3 * (800 * 100 + 5) :][:3])], what="it")
        pixels = monitor.pixels()
        assert pixels[:3] == bytes(3), "nothing above a page of 800 x 450"
        assert pixels[3 * (800 * 590 + 400) :][:3] == bytes(3)


def test_without_a_screen_it_is_down_says_why_and_keeps_a_picture(hall: Hall) -> None:
    hall.notice(ONE_PAGE)
    with hall.screen(DISPLAY="", WAYLAND_DISPLAY="") as process:
        until(lambda: hall.known("sanh") == ("down", "", "no_screen"), what="that it is down")
        until(hall.places.picture("board-sanh").exists, what="its picture")
        with Image.open(hall.places.picture("board-sanh")) as file:
            assert file.size == (WIDTH, HEIGHT)
        assert process.said().count("drawing off-screen") == 1
        assert process.end() == 0
    assert hall.faults("sanh") == ["fault"]


def test_what_it_says_of_itself_the_controller_writes_down(hall: Hall) -> None:
    def rows() -> list[tuple[str, str]]:
        with hall.store.read() as tx:
            return [(board.state.value, board.detail) for board in notices.boards(tx) if board.board == "sanh"]

    with hall.screen(SDL_VIDEODRIVER="dummy") as screen:
        until(hall.places.report("screen-sanh").exists, what="what it says")
        assert rows() == [], "it writes nothing itself"
        with Process("daemon", state=hall.places.state):
            until(lambda: rows() == [("sent", "")], what="the row")
        assert screen.end() == 0


def test_drawing_into_memory_on_purpose_is_no_fault(hall: Hall) -> None:
    with hall.screen(SDL_VIDEODRIVER="dummy"):
        until(lambda: hall.known("sanh")[0] == "sent", what="that it is sent")


def test_a_screen_that_is_off_by_its_hours_is_off_and_black(tmp_path: Path) -> None:
    here = SystemClock().now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    soon, later = here + timedelta(hours=2), here + timedelta(hours=3)
    hours = f'on_hours = ["{soon:%H:%M}-{later:%H:%M}"]'
    hall = Hall(tmp_path, CONFIG.replace("rows = 360", f"rows = 360\n{hours}"))
    with x_server(tmp_path) as monitor, hall.screen(DISPLAY=monitor.display, WAYLAND_DISPLAY=""):
        until(lambda: hall.known("sanh")[:1] == ("off",), what=f"that it is off, not {hall.known('sanh')}")
        assert not any(monitor.pixels())
        assert hall.faults("sanh") == []
        hall.notice("Sơ tán ngay!", Level.EMERGENCY)
        until(lambda: monitor.corner() == LACQUER, what="an emergency all the same")
        until(lambda: hall.known("sanh")[0] == "sent", what="that it is sent")
    hall.store.close()
    hall.bell.close()


def test_panels_show_their_preview_and_open_no_port(hall: Hall) -> None:
    hall.notice(ONE_PAGE)
    board = hall.config.board("cong")
    with Process("panel", "cong", state=hall.places.state) as process:
        until(lambda: hall.known("cong")[0] == "sent", what="that it is sent")
        until(hall.places.picture("board-cong").exists, what="its picture")
        pages = hall.pages("cong")
        pictures = [png_of_page(board, page) for page in pages if not page.scrolls]
        until(lambda: hall.places.picture("board-cong").read_bytes() in pictures, what="a picture of one of its pages")
        assert listening(process.pid) == []
        assert process.end() == 0
    assert board.columns == 128 and "Traceback" not in process.said()
    assert not Path("emulator_config.json").exists()


def test_a_board_of_another_kind_is_refused_with_one_line(hall: Hall) -> None:
    done = loalang("screen", "cong", state=hall.places.state)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "boards: 'cong' is a board of kind 'hub75', which `screen` does not show\n"
    assert board_for(hall.config, "panel", "cong").id == "cong"
    for command, board, said in (("panel", "sanh", "'screen'"), ("screen", "no", "no board 'no'")):
        with pytest.raises(ConfigError, match=said):
            board_for(hall.config, command, board)
