"""The numbers at the desk, as whoever sits there calls them: the next one, the same once more, one step back, a new
one for somebody."""

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
    """Give out a number, call the next one or the same again, go one back (`seen`: the number that stood there when
    the button was pressed, so that pressed twice is once), begin at 1 again, or undo that (`given`, `called`)."""
    desk, by, seen = parts().desk, visitor().by, _number("seen")
    was: Numbers | None = None
    try:
        match act:
            case "give":
                desk.give(by)
            case "next":
                desk.call_next(by, seen)
            case "again":
                desk.call_again(by)
            case "back":
                desk.step_back(by, seen)
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
    given, called = _number("given"), _number("called")
    return Numbers(given, called) if given and called is not None else None


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= DIGITS else None
