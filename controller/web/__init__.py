"""The officials' page and its JSON API: what is entered here is checked, stored and rung for.

Never touches sound, boards' lines or SQL. Flask is loaded only where a page is served: every
process reads this room's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.web.parts import BoardNow, BoardPage, Unshown, WebParts

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["BoardNow", "BoardPage", "Unshown", "WebParts", "create_app"]


def create_app(parts: WebParts) -> Flask:
    """The page as a WSGI application; waitress serves it, tests call it."""
    from controller.web.app import build

    return build(parts)
