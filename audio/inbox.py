"""What other threads tell the player; it wakes the player's wait, which listens to the doorbell too."""

from __future__ import annotations

import os
import queue
import select
from typing import Generic, TypeVar

from controller.runtime.doorbell import Doorway

Message = TypeVar("Message")


class Inbox(Generic[Message]):
    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def put(self, message: Message) -> None:
        """Never blocks."""
        self._queue.put(message)
        self.wake()

    def wake(self) -> None:
        os.eventfd_write(self._event, 1)

    def take(self, doorway: Doorway, timeout_s: float) -> tuple[list[Message], list[dict[str, object]]]:
        """The messages and the rings that have come, waiting for the first at most `timeout_s`."""
        ears: list[Doorway | int] = [doorway, self._event]
        ready, _, _ = select.select(ears, [], [], max(0.0, timeout_s))
        if self._event in ready:
            os.eventfd_read(self._event)
        messages = []
        while not self._queue.empty():
            messages.append(self._queue.get_nowait())
        return messages, doorway.wait(0) if doorway in ready else []
