"""The one owner of a TCP conversation with a device: every call ends in time and says when the other is gone."""

from __future__ import annotations

import contextlib
import socket
from types import TracebackType
from typing import NoReturn

from controller.core.errors import DeviceError


class TcpPort:
    """An open connection. A device that hangs up is a device that is gone: `read` raises then, too."""

    def __init__(
        self,
        host: str,
        port: int,
        connect_timeout_s: float = 3.0,
        read_timeout_s: float = 0.2,
        write_timeout_s: float = 5.0,
    ) -> None:
        self.device = f"{host}:{port}"
        self._read_timeout_s, self._write_timeout_s = read_timeout_s, write_timeout_s
        try:
            self._socket = socket.create_connection((host, port), connect_timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except (OSError, ValueError, OverflowError) as error:  # ValueError: no name of a host, OverflowError: no port
            raise DeviceError(f"{self.device}: cannot be reached: {error}") from error

    def fileno(self) -> int:
        number = self._socket.fileno()
        if number < 0:
            raise DeviceError(f"{self.device}: closed")
        return number

    def write(self, data: bytes) -> None:
        """Hand over all bytes, or raise DeviceError within the write timeout."""
        try:
            self._socket.settimeout(self._write_timeout_s)
            self._socket.sendall(data)
        except OSError as error:
            self._lost(error)

    def read(self, limit: int = 4096) -> bytes:
        """What has come, waiting at most the read timeout for the first byte; b"" if nothing."""
        try:
            self._socket.settimeout(self._read_timeout_s)
            data = self._socket.recv(limit)
        except TimeoutError:
            return b""
        except OSError as error:
            self._lost(error)
        if not data:
            self._lost(ConnectionResetError("the other side has hung up"))
        return data

    def discard_output(self) -> None:
        """What was written is on its way: a stream cannot be broken off."""

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _lost(self, error: OSError) -> NoReturn:
        self.close()
        raise DeviceError(f"{self.device}: {error}") from error

    def __enter__(self) -> TcpPort:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
