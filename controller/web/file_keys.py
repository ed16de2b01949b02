"""The lock before residents' files: the desk's key is made, an official unlocks it for a sitting, lets others in, and
gives the community's team their codes. What lies behind it: files.py.

An official unlocks with the password that they sign in with, as it was when they got keys of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.errors import InputError, Problem
from controller.filing.care import BY as ITSELF
from controller.filing.keys import ForeignKeyError, NoAccessError, WrongPasswordError
from controller.filing.sittings import LockedError, Sitting
from controller.guides.model import said as in_language
from controller.store import guides, users
from controller.web import context
from controller.web.announcement_forms import said
from controller.web.context import done, house, parts, path_here, visitor
from controller.web.doors import Who, door
from controller.web.people import RefusedError

views = Blueprint("file_keys", __name__)
ALONG = "unlock_with"  # the field of a password that comes along with another form


def name() -> str:
    user = visitor().user
    return user.name if user else ""


def sitting_or_none(used: bool = True) -> Sitting | None:
    return parts().sittings.of(visitor().secret, used)


def sitting() -> Sitting:
    """LockedError, which the app answers with the lock (`interrupted`)."""
    found = sitting_or_none() or _unlocked_along()
    if found is None:
        raise LockedError("the desk is locked")
    return found


def interrupted() -> ResponseReturnValue:
    """The lock in place of what somebody wanted. A form that came too late waits behind it and goes on where it was,
    with the password: what was typed is in the page and nowhere else, since a note may speak of a resident."""
    problems, status = g.get("unlock_refused", ({}, 200))
    return locked(problems, status, carried=_carried())


def _carried() -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    return [(key, value) for key, value in request.form.items(multi=True) if key not in {"token", "password", ALONG}]


def _unlocked_along() -> Sitting | None:
    """The sitting that begins because the password came along with a form; None if none did, or a wrong one."""
    if ALONG not in request.form:
        return None
    try:
        opened = parts().desk_keys.unlock(name(), request.form[ALONG])
    except NoAccessError:
        return None
    except WrongPasswordError as error:
        g.unlock_refused = _wrong_password(error.wait_s, "file_password_old")
        return None
    except ForeignKeyError:
        g.unlock_refused = _wrong_password(0, "file_key_foreign")
        return None
    parts().sittings.put(visitor().secret, opened)
    return opened


def locked(
    problems: dict[str, list[str]] | None = None, status: int = 200, carried: Sequence[tuple[str, str]] = ()
) -> ResponseReturnValue:
    """What an official has to do before they see any file: `how` is "make", "enrol", "wait" or "unlock"."""
    keys = parts().desk_keys
    mine = {each.official: each.granted for each in keys.access()}
    how = "make" if not keys.exist() else "enrol" if name() not in mine else "unlock" if mine[name()] else "wait"
    to = path_here(request.values.get("to", "") or (request.full_path if request.method == "GET" else ""), "/files")
    page = render_template(
        "file_lock.html", how=how, counts=parts().filing_desk.counts(), to=to, problems=problems or {},
        carried=carried if how == "unlock" else (), along=ALONG,
    )  # fmt: skip
    return page, status


def _with_password(act: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    """`act` with the official's own password, which is asked for once more."""
    password = request.form.get("password", "")
    try:
        house().people.confirm(name(), password, context.address())
        return act(password)
    except RefusedError as error:
        return _refused(error.wait_s)
    except WrongPasswordError as error:
        return _refused(error.wait_s, "file_password_old")
    except InputError as error:
        return locked(said(error.problems), 422)


def _refused(wait_s: float, code: str = "file_password") -> ResponseReturnValue:
    return locked(*_wrong_password(wait_s, code))


def _wrong_password(wait_s: float, code: str) -> tuple[dict[str, list[str]], int]:
    problem = Problem.of("password", "file_wait", seconds=math.ceil(wait_s)) if wait_s else Problem.of("password", code)
    return said((problem,)), 429 if wait_s else 403


@views.post("/files/make")
@door(Who.USER)
def make() -> ResponseReturnValue:
    def act(password: str) -> ResponseReturnValue:
        opened, code = parts().desk_keys.make(name(), password)
        parts().sittings.put(visitor().secret, opened)
        return render_template("file_code.html", code=code)

    return _with_password(act)


@views.post("/files/enrol")
@door(Who.USER)
def enrol() -> ResponseReturnValue:
    def act(password: str) -> ResponseReturnValue:
        parts().desk_keys.enrol(name(), password)
        return done(url_for("files.every"))

    return _with_password(act)


@views.post("/files/unlock")
@door(Who.USER)
def unlock() -> ResponseReturnValue:
    """Their own key may still be locked with a password of before: so it is tried as it was typed."""
    try:
        opened = parts().desk_keys.unlock(name(), request.form.get("password", ""))
    except NoAccessError:
        return locked()
    except WrongPasswordError as error:
        return _refused(error.wait_s, "file_password_old")
    except ForeignKeyError:
        return _refused(0, "file_key_foreign")
    parts().sittings.put(visitor().secret, opened)
    return redirect(path_here(request.form.get("to", ""), url_for("files.every")), 303)


@views.get("/files/recover")
@door(Who.USER)
def recovery() -> ResponseReturnValue:
    return render_template("file_recover.html", problems={})


@views.post("/files/recover")
@door(Who.USER)
def recover() -> ResponseReturnValue:
    try:
        password = request.form.get("password", "")
        house().people.confirm(name(), password, context.address())
        opened = parts().desk_keys.recover(request.form.get("code", ""), name(), password)
        parts().sittings.put(visitor().secret, opened)
        return render_template("file_code.html", code=parts().desk_keys.new_recovery(opened))
    except RefusedError as error:
        problem = Problem.of("password", "file_wait" if error.wait_s else "file_password",
                             seconds=math.ceil(error.wait_s))  # fmt: skip
    except (WrongPasswordError, NoAccessError):
        problem = Problem.of("code", "file_code_wrong")
    except ForeignKeyError:
        problem = Problem.of("code", "file_key_foreign")
    except InputError as error:
        return render_template("file_recover.html", problems=said(error.problems)), 422
    return render_template("file_recover.html", problems=said((problem,))), 403


@views.post("/files/lock")
@door(Who.USER)
def lock() -> ResponseReturnValue:
    parts().sittings.end(visitor().secret)
    return done(url_for("files.every"))


@views.get("/files/closed")
@door(Who.USER, by_itself=True)
def closed() -> ResponseReturnValue:
    """Where a page without a script goes by itself when its sitting should be over. Nobody has asked for it, so it
    prolongs nothing: if the desk is still open in another window, one tap leads back."""
    if sitting_or_none(used=False) is None:
        return locked()
    return render_template("file_closed.html", to=path_here(request.args.get("to", ""), url_for("files.every")))


def leaves_in() -> int:
    """After how many seconds the sitting is over if nobody does anything."""
    found = sitting_or_none(used=False)
    return math.ceil(found.left_s if found else 0) + 1


@views.get("/files/people")
@door(Who.USER)
def people() -> ResponseReturnValue:
    sitting()
    return _people()


def _people(helper: tuple[str, str] = ("", ""), problems: dict[str, list[str]] | None = None, status: int = 200
            ) -> ResponseReturnValue:  # fmt: skip
    desk = parts().filing_desk
    page = render_template(
        "file_people.html", access=parts().desk_keys.access(), full_names=full_names(), me=name(),
        helpers=desk.helpers(), helper=helper, deletions=desk.deletions()[:50],
        problems=problems or {}, titles=guide_titles(), ITSELF=ITSELF,
    )  # fmt: skip
    return page, status


def guide_titles() -> dict[str, str]:
    """What guides are called, by id."""
    with parts().store.read() as tx:
        return {ident: in_language(title, visitor().words.language) for ident, title in guides.titles(tx).items()}


def full_names() -> dict[str, str]:
    """What officials are called, by the names they sign in with."""
    with parts().store.read() as tx:
        return {user.name: user.full_name for user in users.everyone(tx)}


@views.post("/files/people/<official>/grant")
@door(Who.USER)
def grant(official: str) -> ResponseReturnValue:
    parts().desk_keys.grant(sitting(), official)
    return done(url_for("file_keys.people"))


@views.post("/files/people/<official>/remove")
@door(Who.USER)
def remove(official: str) -> ResponseReturnValue:
    try:
        parts().desk_keys.remove(sitting(), official)
    except InputError as error:
        return _people(problems=said(error.problems), status=422)
    return done(url_for("file_keys.people"))


@views.post("/files/password")
@door(Who.USER)
def password() -> ResponseReturnValue:
    """Who signs in with another password now, and has unlocked with the one before, unlocks with the new one next."""
    opened, typed = sitting(), request.form.get("password", "")
    try:
        house().people.confirm(name(), typed, context.address())
    except RefusedError as error:
        code = "file_wait" if error.wait_s else "file_password"
        problem = Problem.of("password", code, seconds=math.ceil(error.wait_s))
        return _people(problems=said((problem,)), status=429 if error.wait_s else 403)
    parts().desk_keys.renew(opened, typed)
    return done(url_for("file_keys.people"))


@views.post("/files/recovery-code")
@door(Who.USER)
def recovery_code() -> ResponseReturnValue:
    return render_template("file_code.html", code=parts().desk_keys.new_recovery(sitting()))


@views.post("/files/helpers")
@door(Who.USER)
def add_helper() -> ResponseReturnValue:
    """A code is shown this once: the answer is the page itself."""
    sitting()
    try:
        helper, code = parts().filing_desk.issue_helper(request.form.get("name", ""), visitor().by)
    except InputError as error:
        return _people(problems=said(error.problems), status=422)
    return _people(helper=(helper.name, code))


@views.post("/files/helpers/<ident>/revoke")
@door(Who.USER)
def revoke_helper(ident: str) -> ResponseReturnValue:
    sitting()
    parts().filing_desk.revoke_helper(ident, visitor().by)
    return done(url_for("file_keys.people"))
