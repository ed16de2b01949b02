"""The sound's own page: outputs and whether they are heard, volumes, signals, the emergency button.

Everything that is changed here can be taken back with the button that the page then shows.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from controller.core.alarms import TRIAL
from controller.core.announcements import Announcement
from controller.core.errors import InputError, Problem
from controller.core.journal import Entry, Kind
from controller.core.levels import Level
from controller.core.recordings import NAME_LIMIT, SIGNAL_LENGTHS, SignalName
from controller.core.utterances import Verdict
from controller.core.volumes import LEVELS, Setting, Span, percent_of, settings_for, spans_of
from controller.sounding import CONTACT, WANTED
from controller.store import announcements, facts, heard, journal, messages, renditions, signals, volumes
from controller.store.columns import as_instant
from controller.store.connection import Tx
from controller.store.heard import Heard
from controller.store.messages import Outcome
from controller.store.signals import Signal
from controller.web import state
from controller.web.announcement_forms import said
from controller.web.context import done, parts, say, visitor
from controller.web.doors import FORM_BODY, Who, door

views = Blueprint("sound", __name__)
LOOKED_BACK = timedelta(days=7)
TESTING = timedelta(minutes=2)  # so long a test that was asked for may take
SHOWN = timedelta(days=1)  # what became of a letter that was sent to try it
SIGNAL_MB = 20
BUILT_IN = "built-in"
ALL_ZONES = "*"
MOST_UNDONE = 200  # settings
_TONES = {"heard": "fine", "proven": "fine", "not_heard": "fault", "silent": "fault", "unsure": "waiting"}


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    part: state.Part
    result: str  # of its last test; "": none was made
    tested_at: datetime | None
    testing: bool
    switched_off: bool
    heard: Heard

    @property
    def choices(self) -> str:
        """The names of the sound devices that are there, where the configured one is not."""
        return dict(self.part.facts).get("choices", "") if self.part.fault.endswith("no_output") else ""

    @property
    def tone(self) -> str:
        return _TONES.get(self.result, "waiting")

    @property
    def missed(self) -> int:
        return self.heard.of(Verdict.NOT_HEARD)

    @property
    def unsure(self) -> int:
        return self.heard.of(Verdict.UNSURE)

    @property
    def good(self) -> int:
        return self.heard.of(Verdict.HEARD)


@dataclass(frozen=True, slots=True)
class Loudness:
    """One zone's row. `shared`: the zones that hear the same sound, whose softest decides."""

    zone: str
    name: str
    spans: tuple[Span, ...]
    now: int  # percent
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chime:
    name: SignalName
    own: Signal | None


@dataclass(frozen=True, slots=True)
class Letters:
    """Who is told by e-mail. `last`: when anybody was; `fault`: why nobody can be now, in words, or ""; `trial`: what
    became of the letter that was sent to try it, its tone and in words."""

    to: tuple[str, ...]
    last: datetime | None
    fault: str
    trial: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just changed: in words, and what takes it back."""

    text: str
    action: str
    fields: tuple[tuple[str, str], ...]


@views.get("/sound")
@door(Who.USER)
def every() -> ResponseReturnValue:
    return _page({})


def _page(problems: dict[str, list[str]], status: int = 200) -> ResponseReturnValue:
    config, now = parts().config, parts().clock.now()
    with parts().store.read() as tx:
        own, chosen = signals.every(tx), facts.fact(tx, CONTACT)
        known = {
            "outputs": outputs(tx, now), "loudness": _loudness(tx, now), "emergencies": _emergencies(tx),
            "chosen": chosen, "silent": bool(chosen) and renditions.spoken(tx, chosen) is None,
            "undo": _undo_volume() or _undo_signal(tx), "letters": _letters(tx, now),
        }  # fmt: skip
    page = render_template(
        "sound.html", **known, chimes=[Chime(name, own.get(name)) for name in SignalName], lengths=SIGNAL_LENGTHS,
        has_contact=any(output.emergency_contact.contact != "none" for output in config.outputs),
        told=request.args.get("told", ""), levels=LEVELS, percent_of=percent_of, problems=problems,
        typed=request.form,
    )  # fmt: skip
    return make_response(page, status)


def outputs(tx: Tx, now: datetime) -> list[Output]:
    """How each is: its last test, what was heard of it, its switch."""
    health = {part.component: part for part in state.health(tx, parts().config, parts().clock_signs)}
    listened = heard.by_output(tx, now - LOOKED_BACK)
    return [
        _output(tx, output.name, health[f"output/{output.name}"], listened.get(output.name, Heard({})), now)
        for output in parts().config.outputs
    ]


def _output(tx: Tx, name: str, part: state.Part, listened: Heard, now: datetime) -> Output:
    at, _, result = facts.fact(tx, f"self_test/{name}").partition(" ")
    wanted = facts.fact(tx, WANTED + name)
    tested_at = as_instant(at) if at else None
    asked_at = as_instant(wanted) if wanted else None
    pending = asked_at is not None and (tested_at is None or tested_at < asked_at) and now - asked_at < TESTING
    return Output(name, part, result, tested_at, pending, facts.fact(tx, f"switch/{name}") == "on", listened)


def _loudness(tx: Tx, now: datetime) -> list[Loudness]:
    config, found = parts().config, volumes.of_zones(tx)
    clock = now.astimezone(config.site.tz).time()
    return [
        Loudness(
            zone.id, zone.name, spans_of(found.of(zone.id)),
            percent_of(found.gain_for(config.reached((zone.id,)), clock)),
            tuple(other for other in config.reached((zone.id,)) if other != zone.id),
        )
        for zone in config.zones
    ]  # fmt: skip


def fragments(tx: Tx, now: datetime) -> dict[str, str]:
    """What changes on the page by itself."""
    return {
        "outputs": render_template("parts/outputs.html", outputs=outputs(tx, now)),
        "letters": render_template("parts/letters.html", letters=_letters(tx, now)),
    }


def _letters(tx: Tx, now: datetime) -> Letters:
    email = parts().config.notify.email
    told = next((health for health in facts.health(tx) if health.component == "email"), None)
    fault = say().fault(told.fault, ()) if told and told.fault else ""
    to = email.to if email.host and email.sender else ()
    return Letters(to, messages.newest_sent(tx), fault, _trial(messages.newest_about(tx, TRIAL), now))


def _trial(found: Sequence[Outcome], now: datetime) -> tuple[str, str] | None:
    """Of the letters that were sent to try it, what needs eyes most; nothing after a day."""
    if not found or now - found[0].made_at > SHOWN:
        return None
    words = visitor().words
    for one in found:
        if one.state == "given_up":
            known = words.has(f"fault.{one.reason}")
            why = say().fault(one.reason, ()) if known else words("web.sound.trial_refused")
            return "fault", words("web.sound.trial_failed", to=one.recipient, why=why)
    if any(one.state == "waiting" for one in found):
        late = now - found[0].made_at > TESTING
        return ("fault", words("web.sound.trial_late")) if late else ("waiting", words("web.sound.trial_waits"))
    return "fine", words("web.sound.trial_sent", when=say().when(found[0].done_at or now))


def _emergencies(tx: Tx) -> list[Announcement]:
    return [each for each in announcements.current(tx) if each.level is Level.EMERGENCY]


@views.post("/sound/volume")
@door(Who.USER)
def volume() -> ResponseReturnValue:
    """How loud a zone (or all, `*`) is from `clock` to `end`; or `undo`, other settings: "zone~18:00~50" each,
    without the last for nothing that begins there any more.
    """
    try:
        settings = [_setting(text) for text in request.form.getlist("undo")] or _typed_settings()
        was = parts().sounding.set_volumes(settings, visitor().by)
    except InputError as error:
        return _page(said(error.problems), 422)
    back = [f"{s.zone}~{s.clock:%H:%M}~{'' if s.gain_db is None else percent_of(s.gain_db)}" for s in was]
    return done(url_for("sound.every", told="" if was else "same", was=back) + "#h-volume")


def _typed_settings() -> list[Setting]:
    zone, begin, end, percent = (request.form.get(name, "") for name in ("zone", "clock", "end", "percent"))
    span = Span(_clock("clock", begin), _clock("end", end), _gain_db(percent))
    with parts().store.read() as tx:
        found = volumes.of_zones(tx)
    zones = [known.id for known in parts().config.zones] if zone == ALL_ZONES else [zone]
    return [setting for one in zones for setting in settings_for(found, one, span)]


def _setting(text: str) -> Setting:
    zone, _, rest = text.partition("~")
    clock, _, percent = rest.partition("~")
    return Setting(zone, _clock("clock", clock), _gain_db(percent) if percent else None)


def _clock(field: str, text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise InputError(Problem.of(field, "no_clock")) from None


def _gain_db(percent: str) -> float:
    if not percent.isdecimal() or int(percent) not in LEVELS:
        raise InputError(Problem.of("percent", "no_level"))
    return LEVELS[int(percent)]


def _undo_volume() -> Undo | None:
    names = {zone.id: zone.name for zone in parts().config.zones}
    found = []
    for text in request.args.getlist("was")[:MOST_UNDONE]:
        try:
            setting = _setting(text)
        except InputError:
            continue
        if setting.zone in names:
            found.append((names[setting.zone], text))
    if not found:
        return None
    zones = ", ".join(dict.fromkeys(name for name, _ in found))
    text = visitor().words("web.sound.volume_told", zones=zones)
    return Undo(text, url_for("sound.volume"), tuple(("undo", text) for _, text in found))


@views.post("/signals/<name>")
@door(Who.USER, body_limit=SIGNAL_MB * 1024 * 1024 + FORM_BODY, files=True)
def signal(name: str) -> ResponseReturnValue:
    """Have the file of the form in place of a built-in signal."""
    known, was = _signal(name), _now_used(name)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise InputError(Problem.of("file", "no_sound_file"))
        file.stream.flush()
        title = " ".join(file.filename.split())[:NAME_LIMIT]
        title = "".join(c for c in title if c.isprintable()) or name
        path = Path(str(file.stream.name))
        sha256, length_s = parts().intake.take_signal(path, title, known)
        parts().sounding.use_signal(known, sha256, title, length_s, visitor().by)
    except InputError as error:
        return _page({name: [sentence for told in said(error.problems).values() for sentence in told]}, 422)
    return done(url_for("sound.every", signal=name, used=was) + "#h-signals")


@views.post("/signals/<name>/use")
@door(Who.USER)
def use(name: str) -> ResponseReturnValue:
    """Back to the built-in signal, or (`sha256`) to one that was in use before."""
    known, was, wanted = _signal(name), _now_used(name), request.form.get("sha256", BUILT_IN)
    if wanted == BUILT_IN:
        parts().sounding.use_built_in(known, visitor().by)
    else:
        with parts().store.read() as tx:
            line = _once_used(tx, name, wanted)
        length_s = _length_s(parts().places.rendition(wanted)) if line else 0.0
        if line is None or not length_s:
            return done(url_for("sound.every", told="signal_gone") + "#h-signals")
        parts().sounding.use_signal(known, wanted, str(line.detail.get("name", "")), length_s, visitor().by)
    return done(url_for("sound.every", signal=name, used=was) + "#h-signals")


def _signal(name: str) -> SignalName:
    if name not in set(SignalName):
        abort(404)
    return SignalName(name)


def _now_used(name: str) -> str:
    with parts().store.read() as tx:
        return _used_in(tx, name)


def _once_used(tx: Tx, name: str, sha256: str) -> Entry | None:
    """The newest line that says that this file was this signal."""
    lines = journal.entries(tx, subject=f"signal/{name}")
    used = [line for line in lines if line.kind is Kind.SIGNAL and line.detail.get("sha256") == sha256]
    return used[-1] if used else None


def _length_s(path: Path) -> float:
    """0.0 for a file that is not there any more."""
    try:
        with wave.open(str(path)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0.0


def _undo_signal(tx: Tx) -> Undo | None:
    name, used = request.args.get("signal", ""), request.args.get("used", "")
    if name not in set(SignalName) or used == _used_in(tx, name):
        return None
    if used != BUILT_IN and _once_used(tx, name, used) is None:
        return None
    text = visitor().words("web.sound.signal_told", signal=visitor().words(f"web.signal.{name}"))
    return Undo(text, url_for("sound.use", name=name), (("sha256", used),))


def _used_in(tx: Tx, name: str) -> str:
    own = signals.every(tx).get(name)
    return own.sha256 if own else BUILT_IN


@views.get("/signals/<name>.wav")
@door(Who.USER)
def built_in(name: str) -> ResponseReturnValue:
    """A signal that comes with the station."""
    response = make_response(parts().built_in_signal(_signal(name)))
    response.content_type = "audio/wav"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@views.post("/sound/test/<output>")
@door(Who.USER)
def test(output: str) -> ResponseReturnValue:
    """Have an output play its test tone now."""
    if output not in {known.name for known in parts().config.outputs}:
        abort(404)
    parts().sounding.test(output, visitor().by)
    return done(url_for("sound.every") + "#h-outputs")


@views.post("/sound/letter")
@door(Who.USER)
def letter() -> ResponseReturnValue:
    """Write to everybody who is told by e-mail, to see whether it arrives."""
    words = visitor().words
    subject, body = words("web.sound.trial_subject"), words("web.sound.trial_body", by=visitor().by)
    parts().sounding.try_letters(subject, body)
    return done(url_for("sound.every") + "#h-letters")


@views.post("/sound/contact")
@door(Who.USER)
def contact() -> ResponseReturnValue:
    """What the emergency button plays (`announcement`)."""
    try:
        parts().sounding.choose_for_contact(request.form.get("announcement", ""), visitor().by)
    except InputError as error:
        return _page(said(error.problems), 422)
    return done(url_for("sound.every", told="contact") + "#h-contact")
