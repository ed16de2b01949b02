"""Boards and bad luck, in real processes: killed at random instants, the database held by somebody else, the disk full,
the power of a sign or the screen gone. Whatever happened, each board shows what the rows say, dot by dot."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.boards.emulated.board import Face
from controller.boards.emulated.leavings import Portrait
from controller.core.errors import StationError
from controller.core.levels import Level
from controller.core.palette import LACQUER
from controller.runtime.config_tables import Board
from controller.runtime.places import Places
from tests.support.boards_town import Town, configured, town
from tests.support.chances import chances
from tests.support.full_disk import small_disk
from tests.support.processes import until
from tests.support.screens import Hall, x_server
from tests.support.stalls import Stalls, within

pytestmark = pytest.mark.alone

ACTS = 40
QUICK = ("hanover", "huidu", "screen", "panel")  # an Alpha sign needs half a minute for its memory alone


def act(found: Town, chance: random.Random, notices: list[str], alarms: list[str]) -> None:
    """One thing that somebody does, or that happens."""
    match chance.randrange(8):
        case 0 | 1:
            notices.append(found.post(f"Tin {chance.randrange(1000)}: mời bà con họp thôn"))
        case 2 if notices:
            found.withdraw(notices.pop(chance.randrange(len(notices))))
        case 3 if alarms:
            found.withdraw(alarms.pop())
        case 3 | 4:
            alarms.append(found.post("Lũ quét! Rời ngay.", Level.EMERGENCY))
        case 5 | 6:
            victim = found.processes[chance.choice(sorted(found.processes))]
            victim.kill()
            victim.start()
        case 7:
            emulator = found.emulators[chance.choice(sorted(found.emulators))]
            chance.choice((emulator.cut_power, emulator.unplug))()
            emulator.plug()


@pytest.mark.timeout(150)
def test_whatever_is_killed_cut_or_pulled_out_the_boards_show_what_the_rows_say(tmp_path: Path) -> None:
    chance = chances(5)
    notices, alarms = list[str](), list[str]()
    with town(tmp_path, configured(*QUICK)) as found:
        for _ in range(ACTS):
            act(found, chance, notices, alarms)
            time.sleep(chance.expovariate(6.0))
        while len(notices) > 2:
            found.withdraw(notices.pop())
        found.settles(30)
        while alarms:
            found.withdraw(alarms.pop())
        found.settles(30)
        said = {name: process.said() for name, process in found.processes.items()}
    assert not any("Traceback" in text for text in said.values()), said


def test_while_somebody_else_writes_for_long_an_emergency_begins_and_ends_in_time(tmp_path: Path) -> None:
    with ExitStack() as stack:
        found = stack.enter_context(town(tmp_path, configured("hanover", "screen")))
        found.settles(20)
        machine = stack.enter_context(Stalls())
        due, lasts_s = time.monotonic() + 2.0, 6.0
        found.post("Lũ quét!", Level.EMERGENCY, from_s=2.0, lasts_s=lasts_s)
        found.post("Họp thôn")  # soon there is something to report of every board
        lock = sqlite3.connect(found.places.station_db, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            until(lambda: all(found.wanted(board).urgent for board in ("hanover", "screen")), 10, what="its time")
            for latest in (due + 3.0, due + lasts_s + 3.0):
                found.settles(20)
                now = time.monotonic()
                assert now < latest + machine.taken_s(due, now)
                until(lambda: not found.wanted("hanover").urgent, 10, what="its end")
        finally:
            lock.execute("ROLLBACK")
            lock.close()


def test_with_a_full_disk_boards_go_on_and_begin_anew(tmp_path: Path) -> None:
    kinds = ("hanover", "huidu", "screen")
    with small_disk(tmp_path / "small", "12M") as disk, town(disk.folder, configured(*kinds), tmp_path) as found:
        found.post("Họp thôn")
        found.settles(30)
        found.post("Lũ quét!", Level.EMERGENCY, lasts_s=12.0)
        disk.fill()
        for process in found.processes.values():
            process.kill()
            process.start()
        found.emulators["hanover"].cut_power()
        found.settles(20)
        assert all(found.wanted(board).urgent for board in kinds)
        until(lambda: not found.wanted("hanover").urgent, 20, what="its end")
        found.settles(10)
        with pytest.raises(StationError):
            found.post("nobody can write this down")
        disk.clear()
        found.post("Cắt nước")
        found.settles(20)
        until(lambda: "nước" in found.known("hanover")[1], what="that it is told")


def test_the_screen_goes_and_is_back_with_the_emergency_that_began_meanwhile(tmp_path: Path) -> None:
    hall = Hall(tmp_path)
    with ExitStack() as stack:
        with x_server(tmp_path) as monitor:
            display = monitor.display
            process = stack.enter_context(hall.screen(DISPLAY=display, WAYLAND_DISPLAY=""))
            until(lambda: hall.known("sanh")[0] == "sent", what="that it is sent")
        until(lambda: not process.alive(), what="its end")
        assert process.end() != 0, "so that it is started again"
        process.start()
        until(lambda: hall.known("sanh")[::2] == ("down", "no_screen"), what="that it is down")
        hall.notice("Lũ quét!", Level.EMERGENCY)
        back = stack.enter_context(x_server(tmp_path))
        assert back.display == display
        with within(5.0, "it is looked for every two seconds"):
            until(lambda: back.corner() == LACQUER, what="the emergency")
        until(lambda: hall.known("sanh")[0] == "sent", what="that it is sent")
    hall.store.close()
    hall.bell.close()


def test_a_sign_in_software_shows_on_when_its_picture_cannot_be_kept(tmp_path: Path) -> None:
    places = Places(tmp_path)
    portrait = Portrait(Board(id="b", name="B", columns=16, rows=8), places)
    face = Face("", "x", (bytes(16),) * 8)
    portrait.draw(face)  # there is no such folder
    assert not places.picture("board-b").exists()
    places.make()
    portrait.draw(face)
    assert places.picture("board-b").exists()
