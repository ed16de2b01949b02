"""A TCP conversation ends in time on every call, and says when the other is gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from controller.core.errors import DeviceError
from controller.runtime.tcp_port import TcpPort


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


def called(server: socket.socket, **timeouts: float) -> tuple[TcpPort, socket.socket]:
    port = TcpPort("127.0.0.1", server.getsockname()[1], **timeouts)
    return port, server.accept()[0]


def test_bytes_both_ways_and_silence(server: socket.socket) -> None:
    port, other = called(server, read_timeout_s=0.05)
    with port, other:
        port.write(b"hello")
        assert other.recv(10) == b"hello"
        other.sendall(b"answer")
        assert port.read(3) + port.read() == b"answer"
        begun = time.monotonic()
        assert port.read() == b""
        assert 0.04 < time.monotonic() - begun < 2
        assert port.fileno() >= 0
        port.discard_output()


def test_who_hangs_up_is_gone(server: socket.socket) -> None:
    port, other = called(server)
    other.close()
    with pytest.raises(DeviceError, match="hung up"):
        port.read()
    for again in (port.read, port.fileno, lambda: port.write(b"x")):
        with pytest.raises(DeviceError):
            again()
    port.close()


def test_who_does_not_read_holds_nobody_for_ever(server: socket.socket) -> None:
    port, other = called(server, write_timeout_s=0.2)
    with other, pytest.raises(DeviceError):
        for _ in range(1000):
            port.write(bytes(1 << 20))


def test_a_close_from_another_thread_ends_the_reading(server: socket.socket) -> None:
    port, other = called(server, read_timeout_s=0.1)
    with other:
        threading.Timer(0.05, port.close).start()
        with pytest.raises(DeviceError):
            for _ in range(100):
                port.read()


@pytest.mark.parametrize(
    ("host", "number"),
    [("127.0.0.1", 1), ("127.0.0.1", 70_000), ("no.such.host.invalid", 10), ("a" * 70, 1), ("é..a", 1)],
)
def test_who_cannot_be_reached(host: str, number: int) -> None:
    with pytest.raises(DeviceError, match="cannot be reached"):
        TcpPort(host, number, connect_timeout_s=2.0)
