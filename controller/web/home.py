"""The first page: what is on air, what comes, what was, how the station is; and what changes on it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from controller.web import state
from controller.web.context import parts
from controller.web.doors import Who, door

views = Blueprint("home", __name__)


@views.get("/")
@door(Who.USER)
def home() -> ResponseReturnValue:
    with parts().store.read() as tx:
        shown = state.home(tx, parts().config, parts().clock.now())
    return render_template("home.html", home=shown)
