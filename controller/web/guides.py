"""The guides that residents follow at the kiosk: what each says, and an official who answers for it.

A guide itself is written as a spreadsheet and brought with `loalang guide import` (docs/guides.md).
"""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import Problem
from controller.guides.model import Group, Guide, Question, said
from controller.store import guides
from controller.web.announcement_forms import said as in_words
from controller.web.context import done, parts, visitor
from controller.web.doors import Who, door

views = Blueprint("guides", __name__)
REVIEW_AFTER = timedelta(days=180)  # offered: half a year
LONGEST = timedelta(days=2 * 365)


@views.get("/guides")
@door(Who.USER)
def every() -> ResponseReturnValue:
    with parts().store.read() as tx:
        found = guides.in_force(tx)
    return render_template("guides.html", guides=found, said=_said, today=_today())


@views.get("/guides/<ident>")
@door(Who.USER)
def one(ident: str) -> ResponseReturnValue:
    return _page(ident, {}, 200)


@views.post("/guides/<ident>/confirm")
@door(Who.USER)
def confirm(ident: str) -> ResponseReturnValue:
    """`version`: what the official has read; if another one is in force by now, that is shown instead."""
    today, problems = _today(), {}
    with parts().store.read() as tx:
        guide = guides.get(tx, ident)
    try:
        review_by = date.fromisoformat(request.form.get("review_by", ""))
    except ValueError:
        review_by = today
    if guide.version != request.form.get("version", ""):
        problems = in_words((Problem.of("form", "guide_changed"),))
    elif request.form.get("read") != "yes":
        problems = in_words((Problem.of("read", "guide_read"),))
    elif not today < review_by <= today + LONGEST:
        problems = in_words((Problem.of("review_by", "guide_review"),))
    if problems:
        return _page(ident, problems, 422)
    with parts().store.write() as tx:
        guides.confirm(tx, parts().clock.now(), ident, guide.version, visitor().by, today, review_by)
    parts().bell.ring("kiosk")
    return done(url_for("guides.every"))


def _page(ident: str, problems: dict[str, list[str]], status: int) -> ResponseReturnValue:
    with parts().store.read() as tx:
        guide = guides.get(tx, ident)
    page = render_template(
        "guide.html", guide=guide, said=_said, problems=problems, asked=_asked(guide), today=_today(),
        review_by=_today() + REVIEW_AFTER,
    )  # fmt: skip
    return make_response(page, status)


def _said(labels: dict[str, str]) -> str:
    return said(labels, visitor().words.language)


def _today() -> date:
    return parts().clock.now().astimezone(parts().config.site.tz).date()


def _asked(guide: Guide) -> list[tuple[str, list[Question]]]:
    """What residents are asked, by group, without what is only calculated."""
    found: list[tuple[str, list[Question]]] = []

    def walk(children: tuple[Question | Group, ...], heading: str) -> None:
        for child in children:
            if isinstance(child, Group):
                walk(child.children, _said(dict(child.labels)) or heading)
            elif child.kind != "calculate":
                if not found or found[-1][0] != heading:
                    found.append((heading, []))
                found[-1][1].append(child)

    walk(guide.questions, "")
    return found
