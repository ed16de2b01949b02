"""The journal of a day, in words."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from controller.store import journal
from controller.web.context import parts, say, visitor
from controller.web.doors import Who, door
from controller.web.forms import day_of, midnight
from controller.web.journal_saying import line_of

views = Blueprint("journal", __name__)
LINES_LIMIT = 500


@views.get("/journal")
@door(Who.USER)
def day() -> ResponseReturnValue:
    tz = parts().config.site.tz
    today = parts().clock.now().astimezone(tz).date()
    shown = day_of(request.args.get("day", ""), today)
    begin = midnight(shown, tz)
    with parts().store.read() as tx:
        entries = journal.entries(tx, since=begin, until=midnight(shown + timedelta(days=1), tz), limit=LINES_LIMIT)
    lines = [line_of(entry, say(), visitor().words) for entry in reversed(entries)]
    return render_template(
        "journal.html", lines=lines, day=shown, begin=begin, today=today, before=shown - timedelta(days=1),
        after=shown + timedelta(days=1), full=len(lines) == LINES_LIMIT,
    )  # fmt: skip
