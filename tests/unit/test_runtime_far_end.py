"""What emulated devices are served with: orders from other threads, and a serial line that is not there."""

import os
import select
import threading
from pathlib import Path

from controller.runtime.far_end import Orders, PseudoLine


def test_orders_are_carried_out_in_their_order_by_the_thread_that_serves() -> None:
    orders, done = Orders(), list[tuple[int, str]]()
    given = [orders.give(lambda n=n: done.append((n, threading.current_thread().name))) for n in range(3)]  # type: ignore[misc]  # bound now
    assert select.select([orders], [], [], 0)[0] == [orders] and not any(each.is_set() for each in given)
    serving = threading.Thread(target=orders.carry_out, name="serving")
    serving.start()
    serving.join(5)
    assert done == [(0, "serving"), (1, "serving"), (2, "serving")] and all(each.is_set() for each in given)
    assert select.select([orders], [], [], 0)[0] == []
    orders.close()


def test_an_order_after_the_end_touches_nobody_elses_file() -> None:
    orders = Orders()
    orders.close()
    others = os.pipe()  # most likely the very same numbers
    assert not orders.give(lambda: None).is_set()
    assert select.select([others[0]], [], [], 0)[0] == []
    for end in others:
        os.close(end)


def test_a_line_has_a_name_as_long_as_it_is_plugged_in(tmp_path: Path) -> None:
    line = PseudoLine(tmp_path / "line")
    assert (line.is_plugged, line.fileno(), line.waiting()) == (False, -1, 0)
    line.plug()
    line.plug()
    with (tmp_path / "line").open("r+b", buffering=0) as near:
        near.write(b"\x00\x03\x11\r\n\xff")  # raw: no byte means anything
        select.select([line], [], [], 5)
        assert line.waiting() == 6 and line.read(4) == b"\x00\x03\x11\r" and line.read(32) == b"\n\xff"
        assert line.read(32) == b""
        line.write(b"\x04")
        assert near.read(32) == b"\x04"
        near.write(b"\x00one")
        near.write(b"two\n")
        assert line.caught_up() == b"\x00onetwo\n" and line.caught_up() == b""
    line.unplug()
    line.unplug()
    assert not (tmp_path / "line").exists() and not line.is_plugged
    assert line.caught_up() == b""
    line.write(b"nobody")
