"""The first page: what is on air, what comes, what was, how the station is; and what changes on it."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.timing.clock_trust import say_right
from controller.web import alarms, state
from controller.web.context import done, house, parts, visitor
from controller.web.doors import Who, door

SEEN_MIN = 2  # minutes that may pass between seeing a time and saying that it is right
SEEN_DIGITS = 12
views = Blueprint("home", __name__)


@views.get("/")
@door(Who.USER)
def home() -> ResponseReturnValue:
    with parts().store.read() as tx:
        lives = parts().at_home("controller")
        shown = state.home(tx, parts().config, parts().clock.now(), parts().clock_signs, house().upcoming, lives)
        open_alarms = alarms.shown(tx)
    return render_template("home.html", home=shown, alarms=open_alarms)


@views.post("/clock/right")
@door(Who.USER)
def clock_is_right() -> ResponseReturnValue:
    """An official has looked at the clock. The word is about the time that they saw (`minute`): from a page
    that has stood for a while it is not taken, and the page shows the time anew."""
    seen = request.form.get("minute", "")
    shown = int(parts().clock.now().timestamp()) // 60
    if seen.isdecimal() and len(seen) < SEEN_DIGITS and abs(shown - int(seen)) <= SEEN_MIN:
        say_right(parts().store, parts().bell, parts().clock_signs, visitor().by)
    return done(url_for("home.home"))
