"""A relay board that comes out of its socket while something is said, and goes in again: the village hears the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from controller.runtime.clocks import SystemClock
from controller.store import journal
from tests.support.processes import Process, until
from tests.support.relay_boards import board_of, served
from tests.support.sounding import row, wait_for
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import queue_at, tone_announcement

RELAYS = """device = "wav"
[outputs.amplifier]
relay = "{kind}"
port = "{port}"
baud = 115200
channel = 1
warm_up_s = 0.2
[outputs.zone_relays.na-khau]
relay = "{kind}"
port = "{port}"
baud = 115200
channel = 2
"""
OFTEN = "import audio.player\naudio.player.ON_AIR_REFRESH_S = audio.player.RETRY_S = 0.1\n"
ON, OFF = [True, True], [False, False]


@pytest.mark.parametrize("kind", ["lcus1", "modbus"])
@pytest.mark.parametrize("when", ["while it sounds", "before it begins"])
def test_what_is_said_goes_on_at_once_when_the_board_is_back(
    tmp_path: Path, kind: Literal["lcus1", "modbus"], when: str
) -> None:
    often = tmp_path / "often"
    often.mkdir()
    (often / "sitecustomize.py").write_text(OFTEN, encoding="utf-8")
    config = CONFIG.replace('device = "wav"\n', RELAYS.format(kind=kind, port=tmp_path / "relays"))
    station = station_in(tmp_path / "state", config + "[speech]\nchime = false\n", SystemClock())
    announcement = tone_announcement(station, 1.0, times=9, pause_s=10.0)
    with served(board_of(kind, tmp_path)) as board, Process(
        "audio", "main", state=station.places.state, variables={"PYTHONPATH": str(often)}
    ) as process:  # fmt: skip
        until(lambda: "sound goes to" in process.said(), what="the audio process")
        if when == "before it begins":
            board.unplug()
        (utterance,) = queue_at(station, announcement, station.clock.now())
        if when == "while it sounds":
            until(lambda: board.board.states[:2] == ON, what="the amplifier and its zone")
            board.unplug()
            board.cut_power()
        wait_for(station, utterance, "playing")
        until(lambda: "fault" in relay_lines(station), what="somebody to say so")
        assert board.board.states[:2] == OFF
        board.plug()
        until(lambda: board.board.states[:2] == ON, what="the relays again")
        until(lambda: relay_lines(station)[-1:] == ["recovered"], what="somebody to say so")
        assert row(station, utterance).state == "playing", "all that while"


def relay_lines(station: Station) -> list[str]:
    with station.store.read() as tx:
        return [entry.kind.value for entry in journal.entries(tx) if entry.subject == "relay/main"]
