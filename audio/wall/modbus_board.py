"""Relay boards that speak Modbus RTU: coils, counted from 0 on the wire and from 1 on the board.

The one owner of pymodbus, and of its messages and frames only: they go through our own serial line, which
keeps to its time limits and can be pulled out (importing pymodbus's client as well costs 1 MB more).
A board that several relays hang on is told them in one frame where that touches no relay of anybody else's.
Sources: Modbus Application Protocol V1.1b3, 6.1, 6.5, 6.11; Modbus over Serial Line V1.02, 2.5.1.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import pairwise

from pymodbus.exceptions import ModbusException
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, WriteMultipleCoilsRequest, WriteSingleCoilRequest

from audio.wall.relay_line import Reopened, passing_s
from controller.core.errors import DeviceError
from controller.runtime.config_tables import Relay
from controller.runtime.serial_port import SerialPort

ANSWER_S = 0.1  # a relay board answers within some 20 ms; beyond the time that the bytes take
TRIES = 2
PAUSE_BYTES, SHORTEST_PAUSE_S = 4, 0.00175  # silence between frames: 3.5 characters, but fixed beyond 19200 baud
FRAME_BYTES = 10  # of a frame for up to eight relays
LONGEST_ANSWER = 256  # bytes, of any frame
REFUSALS = {1: "it does not know this function", 2: "it has no such relay", 3: "it does not take this value"}


class ModbusBoard:
    """All the units on one line (RS-485). Called from one thread."""

    def __init__(self, port: str, baud: int) -> None:
        self._line, self._baud = Reopened(port, baud), baud
        self._framer = FramerRTU(DecodePDU(False))
        self._known: dict[Relay, bool] = {}  # as last told and confirmed, or read
        self._deaf: set[int] = set()  # units that did not answer last time: they are asked only once
        self._free_at = 0.0  # when the pause between two frames is over

    def switch(self, changes: Mapping[Relay, bool], limit_s: float) -> None:
        until = time.monotonic() + limit_s
        for request, relays in self._requests(changes):
            self._ask(request, until)
            self._known.update({relay: changes[relay] for relay in relays})

    def read(self, relays: Iterable[Relay], limit_s: float) -> dict[Relay, bool]:
        until = time.monotonic() + limit_s
        found: dict[Relay, bool] = {}
        for unit, of_unit in _by_unit(relays).items():
            first, last = of_unit[0].channel, of_unit[-1].channel
            request = ReadCoilsRequest(address=first - 1, count=last - first + 1, dev_id=unit)
            bits = self._ask(request, until).bits
            found |= {relay: bits[relay.channel - first] for relay in of_unit}
        self._known |= found
        return found

    def close(self) -> None:
        self._line.close()

    def _requests(self, changes: Mapping[Relay, bool]) -> list[tuple[ModbusPDU, list[Relay]]]:
        """What is to be asked for some changes, and what each of them switches."""
        asked: list[tuple[ModbusPDU, list[Relay]]] = []
        for unit, relays in _by_unit(changes).items():
            states = {relay.channel: on for relay, on in self._known.items() if relay.unit == unit}
            states |= {relay.channel: changes[relay] for relay in relays}
            span = range(relays[0].channel, relays[-1].channel + 1)
            if len(span) > 1 and all(channel in states for channel in span):
                bits = [states[channel] for channel in span]
                asked.append((WriteMultipleCoilsRequest(address=span[0] - 1, bits=bits, dev_id=unit), relays))
            else:
                asked += [
                    (WriteSingleCoilRequest(address=relay.channel - 1, bits=[changes[relay]], dev_id=unit), [relay])
                    for relay in relays
                ]
        return asked

    def _ask(self, request: ModbusPDU, until: float) -> ModbusPDU:
        """The answer to a request, which is sent once more if none comes; DeviceError at `until` at the latest."""
        reason = f"unit {request.dev_id} does not answer"
        for _ in range(1 if request.dev_id in self._deaf else TRIES):
            pause_s = min(self._free_at, until) - time.monotonic()
            if pause_s > 0:
                time.sleep(pause_s)
            if time.monotonic() >= until:
                break
            line = self._line.write(self._framer.buildFrame(request))
            try:
                answer = self._answer(line, request, min(until, time.monotonic() + self._patience_s(request)))
            except DeviceError as error:  # pulled out just now, perhaps put in again
                self._line.close()
                reason = str(error)
                continue
            self._free_at = time.monotonic() + max(SHORTEST_PAUSE_S, passing_s(PAUSE_BYTES, self._baud))
            if answer is None:
                continue
            self._deaf.discard(request.dev_id)
            if isinstance(answer, ExceptionResponse):
                code = answer.exception_code
                raise DeviceError(f"unit {request.dev_id} refuses: {REFUSALS.get(code, f'exception {code}')}")
            return answer
        self._deaf.add(request.dev_id)
        raise DeviceError(reason)

    def _patience_s(self, request: ModbusPDU) -> float:
        """How long an answer may take: its bytes and the request's, and the board's own time."""
        return ANSWER_S + passing_s(2 * (FRAME_BYTES + request.count // 8), self._baud)

    def _answer(self, line: SerialPort, request: ModbusPDU, until: float) -> ModbusPDU | None:
        heard = b""
        while time.monotonic() < until:
            heard = (heard + line.read(LONGEST_ANSWER))[-LONGEST_ANSWER:]
            for start, (unit, function) in enumerate(pairwise(heard)):  # there may be noise before it
                if unit == request.dev_id and function & 0x7F == request.function_code:
                    answer = self._decoded(heard[start:])
                    if answer is not None and _answers(answer, request):
                        return answer
        return None

    def _decoded(self, data: bytes) -> ModbusPDU | None:
        try:
            return self._framer.handleFrame(data, 0, 0)[1]
        except (ModbusException, ValueError, IndexError, ArithmeticError):  # pymodbus on frames that are none
            return None


def _by_unit(relays: Iterable[Relay]) -> dict[int, list[Relay]]:
    found: dict[int, list[Relay]] = {}
    for relay in sorted(relays, key=lambda relay: (relay.unit, relay.channel)):
        found.setdefault(relay.unit, []).append(relay)
    return found


def _answers(answer: ModbusPDU, request: ModbusPDU) -> bool:
    """Whether it is the answer to this very request, and not a late one to another."""
    if answer.dev_id != request.dev_id or answer.function_code & 0x7F != request.function_code:
        return False
    if isinstance(answer, ExceptionResponse):
        return True
    if isinstance(request, ReadCoilsRequest):
        return len(answer.bits) == (request.count + 7) // 8 * 8
    if isinstance(request, WriteMultipleCoilsRequest):
        return (answer.address, answer.count) == (request.address, request.count)
    return (answer.address, answer.bits[:1]) == (request.address, request.bits[:1])
