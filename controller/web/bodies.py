"""What comes in with a request: files of forms in memory or on the disk, and how large a body may be before
anybody has looked at it.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from flask import Request
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

PREFIX = "brought-"


class Uploads(Request):
    """A request whose files stay in memory where they are small, else in `files_to`, until its end."""

    files_to: Path | None = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.brought: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.files_to is None:
            return BytesIO()
        return self.new_file(self.files_to)

    def new_file(self, folder: Path) -> IO[bytes]:
        """An empty file in a folder; whoever takes it moves it away before the request ends."""
        file = tempfile.NamedTemporaryFile("w+b", dir=folder, prefix=PREFIX, delete=False)  # noqa: SIM115 - see `forget`
        self.brought.append(cast(IO[bytes], file))
        return cast(IO[bytes], file)

    def forget(self) -> None:
        """Remove what nobody has taken."""
        for file in self.brought:
            file.close()
            Path(file.name).unlink(missing_ok=True)


Allowed = Callable[[str, str, int], bool]  # (path, value of the cookie, bytes) -> whether a large body may come


def channel_for(allowed: Allowed, small: int, cookie: str) -> type[HTTPChannel]:
    """A channel of waitress that takes a body of more than `small` bytes only where `allowed` says so.

    The server keeps a body on the disk before the application sees anything of it: a stranger must not fill that.
    """

    class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress comes without types
        adj: Any

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if self.content_length > small or self.chunked:
                length = 0 if self.chunked else self.content_length
                if self.chunked or not allowed(self.path, _cookie(self.headers.get("COOKIE", ""), cookie), length):
                    self.adj = copy.copy(self.adj)
                    self.adj.max_request_body_size = small

    class Channel(HTTPChannel):  # type: ignore[misc]  # waitress comes without types
        parser_class = Parser

    return Channel


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""
