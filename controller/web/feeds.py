"""The schedule for a phone's calendar: whoever has the secret address reads it, nobody else learns anything.

Without sign-in and cookies. A phone that has the newest one already gets 304 without any of it being made.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from datetime import UTC, datetime, time
from hashlib import sha256

from flask import Blueprint, Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import is_resource_modified

from controller.core.errors import StationError
from controller.store import feeds
from controller.web.calendars import site_words
from controller.web.context import address, parts
from controller.web.doors import Who, door

views = Blueprint("feeds", __name__)
KEY = "loalang.feeds"
AT_ONCE, EVERY_S = 20, 6.0  # questions of one address of the network: so many, then one in so many seconds
MOST_KNOWN = 1000  # addresses that are remembered


class Shelf:
    """The newest calendar, ready to be handed out, and who has asked how often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark, self._calendar = "", b""
        self._asked: OrderedDict[str, float] = OrderedDict()  # address: when what it has asked is forgotten

    def patient_s(self, who: str, now_s: float) -> float:
        """0.0 if somebody may ask now, else how many seconds to wait."""
        with self._lock:
            until_s = max(now_s, self._asked.pop(who, 0.0)) + EVERY_S
            wait_s = until_s - now_s - AT_ONCE * EVERY_S
            self._asked[who] = until_s if wait_s <= 0 else until_s - EVERY_S
            while len(self._asked) > MOST_KNOWN:
                self._asked.popitem(last=False)
        return max(0.0, wait_s)

    def find(self, mark: str) -> bytes:
        with self._lock:
            return self._calendar if mark == self._mark else b""

    def put(self, mark: str, calendar: bytes) -> None:
        with self._lock:
            self._mark, self._calendar = mark, calendar


@views.get("/calendar/<secret>.ics")
@door(Who.ANYONE, by_itself=True)
def feed(secret: str) -> ResponseReturnValue:
    g.pop("new_visit", None)  # a calendar keeps no cookie
    shelf: Shelf = current_app.extensions[KEY]
    wait_s = shelf.patient_s(address(), parts().clock.monotonic())
    if wait_s > 0:
        return _later(wait_s)
    now, tz = parts().clock.now(), parts().config.site.tz
    today = datetime.combine(now.astimezone(tz).date(), time(), tz)
    with parts().store.read() as tx:
        found = feeds.by_secret(tx, secret)
        if found is None:
            return make_response("", 404)  # to the byte what any other wrong address gets
        change, changed_at = feeds.newest_change(tx)
        # what a calendar says changes with the store, with the day, and with the configuration
        mark = sha256(f"{change}/{today}/{parts().config!r}".encode()).hexdigest()[:32]
        newest = max(today.astimezone(UTC), changed_at or today).replace(microsecond=0)
        if is_resource_modified(request.environ, etag=mark, last_modified=newest):
            from controller.calendar_file import schedule_file  # takes 3 MB: only once a phone reads it

            calendar = shelf.find(mark) or schedule_file(tx, parts().config, now, site_words())
            shelf.put(mark, calendar)
            response = make_response(calendar)
            response.content_type = "text/calendar; charset=utf-8"
        else:
            response = make_response("", 304)
    response.set_etag(mark)
    response.last_modified = newest
    response.headers["Cache-Control"] = "private, no-cache"
    if feeds.to_be_marked(found, now):
        # a database that cannot be written just now is no reason to leave a phone without its calendar
        with contextlib.suppress(StationError), parts().store.write() as tx:
            feeds.read(tx, now, found.id)
    return response


def _later(wait_s: float) -> Response:
    response = make_response("", 429)
    response.headers["Retry-After"] = str(int(wait_s) + 1)
    return response
