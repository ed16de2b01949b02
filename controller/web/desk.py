"""The numbers at the desk, as whoever sits there calls them: the next one, one step back, a new one for somebody."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import InputError
from controller.store.desk import Numbers
from controller.web.announcement_forms import said
from controller.web.context import done, parts, visitor, wants_json
from controller.web.doors import Who, door

views = Blueprint("desk", __name__)
DIGITS = 3


@views.get("/desk")
@door(Who.USER)
def today() -> ResponseReturnValue:
    return _page({})


def _page(problems: dict[str, list[str]]) -> str:
    was = _was()
    undo = was if was and not parts().desk.today().given else None
    return render_template("desk.html", numbers=parts().desk.today(), problems=problems, undo=undo)


def fragment() -> str:
    return render_template("parts/desk.html", numbers=parts().desk.today())


@views.get("/api/desk")
@door(Who.USER, by_itself=True)
def told() -> ResponseReturnValue:
    numbers = parts().desk.today()
    return {"given": numbers.given, "called": numbers.called, "waiting": numbers.waiting}


@views.post("/desk/<act>")
@door(Who.USER)
def change(act: str) -> ResponseReturnValue:
    """Give out a number, call the next one, call one back, begin at 1 again, or undo that (`given`, `called`)."""
    desk, by = parts().desk, visitor().by
    was: Numbers | None = None
    try:
        match act:
            case "give":
                desk.give(by)
            case "next":
                desk.call_next(by)
            case "back":
                desk.call_back(by)
            case "reset":
                was = desk.reset(by)
            case "restore":
                desk.restore(_was() or Numbers(), by)
            case _:
                abort(404)
    except InputError as error:
        problems = said(error.problems)
        return ({"problems": problems}, 422) if wants_json() else make_response(_page(problems), 422)
    return done(url_for("desk.today", given=was.given, called=was.called) if was else url_for("desk.today"))


def _was() -> Numbers | None:
    """The numbers that an address or a form brings back."""
    texts = [request.values.get(name, "") for name in ("given", "called")]
    if not all(text.isdecimal() and len(text) <= DIGITS for text in texts):
        return None
    given, called = map(int, texts)
    return Numbers(given, called) if given else None
