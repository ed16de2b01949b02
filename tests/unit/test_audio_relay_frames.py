"""Frames of relay boards: the examples of the protocols, through our encoders and the emulators' own decoders."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.wall.modbus_board import ModbusBoard
from audio.wall.relay_emulator import LcusRelays, ModbusRelays, RelayEmulator, crc16
from audio.wall.relays import lcus1_frame
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Relay
from tests.support.relay_boards import served

# Requests and answers of Modbus Application Protocol V1.1b3 (6.1, 6.5, 6.11), as RTU frames of unit 17
READ = bytes.fromhex("11 01 00 13 00 25 0E 84")
READ_ANSWER = bytes.fromhex("11 01 05 CD 6B B2 0E 1B 45 E6")
WRITE_ONE = bytes.fromhex("11 05 00 AC FF 00 4E 8B")
WRITE_MANY = bytes.fromhex("11 0F 00 13 00 0A 02 CD 01 BF 0B")
WRITE_MANY_ANSWER = bytes.fromhex("11 0F 00 13 00 0A 26 99")
COILS_FROM_20 = [bool(int(bit)) for byte in (0xCD, 0x6B, 0xB2, 0x0E, 0x1B) for bit in f"{byte:08b}"[::-1]][:37]


def said_to(board: ModbusRelays | LcusRelays, frame: bytes) -> bytes:
    for byte in frame:
        board.hear(byte)
    return board.silence()


def board_17(channels: int = 200) -> ModbusRelays:
    board = ModbusRelays(channels, unit=17)
    board.states[19:56] = COILS_FROM_20
    return board


def test_the_check_is_the_one_of_the_specification() -> None:
    assert crc16(b"\x02\x07") == 0x1241  # Serial Line V1.02, 6.2.2
    assert [crc16(frame) for frame in (READ, READ_ANSWER, WRITE_ONE, WRITE_MANY, WRITE_MANY_ANSWER)] == [0] * 5


def test_the_emulator_answers_as_in_the_specification() -> None:
    assert said_to(board_17(), READ) == READ_ANSWER
    board = board_17()
    assert (said_to(board, WRITE_ONE), board.states[0xAC]) == (WRITE_ONE, True)
    assert said_to(board, WRITE_MANY) == WRITE_MANY_ANSWER
    assert board.states[19:29] == [True, False, True, True, False, False, True, True, True, False]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audio.wall.modbus_board.ANSWER_S", 0.4)  # a busy machine


def test_our_frames_are_those_of_the_specification(tmp_path: Path) -> None:
    with served(RelayEmulator(board_17(64), tmp_path / "relays", 115200, delay_s=0.0)) as emulator:
        ours = ModbusBoard(str(emulator.link), 115200)
        relays = [Relay(relay="modbus", unit=17, channel=channel) for channel in range(20, 57)]
        read = ours.read([relays[0], relays[-1]], 20.0)
        assert [read[relay] for relay in (relays[0], relays[-1])] == [COILS_FROM_20[0], COILS_FROM_20[-1]]
        bits = [True, False, True, True, False, False, True, True, True, False]
        ours.switch(dict(zip(relays[:10], bits, strict=True)), 20.0)
        ours.switch({Relay(relay="modbus", unit=17, channel=1): True}, 20.0)
        assert bytes(emulator.heard) == READ + WRITE_MANY + bytes.fromhex("11 05 00 00 FF 00 8E AA")
        ours.close()


@pytest.mark.parametrize(
    ("request_pdu", "answer_pdu"),
    [
        ("03 00 00 00 01", "83 01"),  # a function that it does not have
        ("05 00 C8 FF 00", "85 02"),  # a coil that it does not have
        ("05 00 00 12 34", "85 03"),
        ("01 00 00 00 00", "81 03"),
        ("01 00 C7 00 02", "81 02"),
        ("0F 00 00 00 08 02 FF 00", "8F 03"),
    ],
)
def test_the_emulator_refuses(request_pdu: str, answer_pdu: str) -> None:
    frame, answer = b"\x11" + bytes.fromhex(request_pdu), b"\x11" + bytes.fromhex(answer_pdu)
    board = ModbusRelays(200, unit=17)
    expected = answer + crc16(answer).to_bytes(2, "little")
    assert said_to(board, frame + crc16(frame).to_bytes(2, "little")) == expected
    assert board.states == [False] * 200


def test_to_another_unit_broken_or_to_all() -> None:
    board = board_17()
    assert said_to(board, bytes.fromhex("01 05 00 00 FF 00 8C 3A")) == b""
    assert said_to(board, WRITE_ONE[:-1] + b"\x00") == b""
    assert not board.states[0] and not board.states[0xAC]
    to_all = bytes.fromhex("00 05 00 00 FF 00")
    assert said_to(board, to_all + crc16(to_all).to_bytes(2, "little")) == b""
    assert board.states[0]


def test_lcus_frames() -> None:
    assert [lcus1_frame(1, True), lcus1_frame(1, False), lcus1_frame(2, True)] == [
        bytes.fromhex("A0 01 01 A2"), bytes.fromhex("A0 01 00 A1"), bytes.fromhex("A0 02 01 A3"),
    ]  # fmt: skip
    board = LcusRelays(2)
    for frame, states in (
        (lcus1_frame(2, True), [False, True]),
        (bytes.fromhex("A0 01 01 A3"), [False, True]),  # a wrong sum
        (lcus1_frame(3, True), [False, True]),  # no such channel
        (b"\x00\xff" + lcus1_frame(1, True), [True, True]),
        (lcus1_frame(2, False), [True, False]),
    ):
        assert said_to(board, frame) == b""
        assert board.states == states


@given(st.binary(max_size=60))
def test_random_bytes_move_nothing_and_raise_nothing(data: bytes) -> None:
    for board in (LcusRelays(4), ModbusRelays(4)):
        said_to(board, data)
        if b"\xa0" not in data and crc16(data) != 0:
            assert board.states == [False] * 4


def test_a_board_of_pymodbus_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    with served(RelayEmulator(ModbusRelays(4), tmp_path / "relays", 115200, delay_s=1.0)) as emulator:
        ours = ModbusBoard(str(emulator.link), 115200)
        with pytest.raises(DeviceError, match="unit 1 does not answer"):
            ours.switch({Relay(relay="modbus"): True}, 0.15)
        ours.close()


def test_a_relay_between_two_of_ours_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    board = ModbusRelays(4)
    board.states[1] = True
    with served(RelayEmulator(board, tmp_path / "relays", 115200)) as emulator:
        ours = ModbusBoard(str(emulator.link), 115200)
        first, third = (Relay(relay="modbus", channel=channel) for channel in (1, 3))
        ours.switch({third: True, first: True}, 20.0)
        assert board.states == [True, True, True, False]
        assert bytes(emulator.heard) == bytes.fromhex("01 05 00 00 FF 00 8C 3A 01 05 00 02 FF 00 2D FA")
        ours.close()


def test_who_does_not_answer_is_asked_twice_and_from_then_on_once(tmp_path: Path) -> None:
    relay = Relay(relay="modbus")
    asked = []
    with served(RelayEmulator(ModbusRelays(4), tmp_path / "relays", 115200)) as emulator:
        ours = ModbusBoard(str(emulator.link), 115200)
        for has_power in (False, False, True, False):
            emulator.cut_power(back=has_power)
            emulator.heard.clear()
            with contextlib.nullcontext() if has_power else pytest.raises(DeviceError, match="does not answer"):
                ours.switch({relay: True}, 20.0)
            emulator.wait_until_idle()
            asked.append(len(emulator.heard) // 8)
        ours.close()
    assert asked == [2, 1, 1, 2]
