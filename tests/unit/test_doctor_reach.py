"""The doctor's own look at an address: somebody is there or not, over a real socket."""

from __future__ import annotations

import socket

from controller.doctor.examining import reach


def test_somebody_who_answers_is_reached_and_nobody_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        assert reach("127.0.0.1", port)
    assert not reach("127.0.0.1", port)
