"""`loalang say | spoken | render`: what is spoken, and how."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.commands.station import GivenPath, Station, accepted, new_file, print_json, station_command, typed_as
from controller.core.errors import StationError
from controller.core.levels import Level
from controller.core.utterances import FINAL, Utterance, UtteranceState
from controller.runtime.catalogues import load_words
from controller.runtime.doorbell import at_home
from controller.runtime.places import Places
from controller.store import utterances
from controller.store.connection import Store

if TYPE_CHECKING:
    from audio.normaliser.live import LiveNormaliser

WAIT_POLL_S = 0.1
ALONE_S = 10.0  # an audio process that died is back long before


def join(group: click.Group) -> None:
    @station_command(group)
    @click.argument("text")
    @click.option("--zone", "zones", multiple=True, metavar="Z", help="a zone; all of them if none is named")
    @click.option("--title", default="", help="shown on page, boards and kiosk; the text's beginning if left out")
    @click.option("--priority", type=click.Choice([level.value for level in Level]), default="normal")
    @click.option("--wait", is_flag=True, help="return when it has been spoken; 1 if it was not")
    def say(station: Station, text: str, zones: tuple[str, ...], title: str, priority: str, wait: bool) -> int:
        """Speak TEXT as soon as it is prepared."""
        store = station.store()
        made = _said(station, store, text, zones, title, Level(priority))
        if not wait:
            return 0
        states = _ends(store, station.places, made)
        for state in sorted(states):
            click.echo(state.value)
        return 0 if states == {UtteranceState.PLAYED} else 1

    @station_command(group)
    @click.argument("text")
    def spoken(station: Station, text: str) -> int:
        """Print the words as they will be spoken."""
        result = _normaliser(station).spoken(accepted("TEXT", text))
        click.echo(result.words)
        for letters in result.spelt:
            click.echo(f"spelt letter by letter: {letters}", err=True)
        return 0

    @station_command(group)
    @click.argument("text")
    @click.option("--out", required=True, type=GivenPath(dir_okay=False), metavar="FILE.wav")
    @click.option("--json", "as_json", is_flag=True)
    def render(station: Station, text: str, out: str, as_json: bool) -> int:
        """Prepare TEXT as it would be played, and put the file at --out."""
        from audio.preparing.prepare import Preparer, Unspeakable
        from controller.core.parts import TextPart

        said, target = accepted("TEXT", text), new_file("--out", out)
        with tempfile.TemporaryDirectory() as folder:
            places = Places(Path(folder))
            places.make()
            preparer = Preparer(station.config_or_example.speech, places, _normaliser(station))
            try:
                prepared = preparer.prepare((TextPart(said),))
            except Unspeakable as error:
                reason = load_words("en")(f"unspeakable.{error.reason}")
                raise StationError("; ".join([f"cannot be spoken: {reason}", *error.tried])) from error
            try:
                shutil.copyfile(places.rendition(prepared.sha256), target)
            except OSError as error:
                raise StationError(f"{out}: {error.strerror or error}") from error
        facts = dataclasses.asdict(prepared)
        if as_json:
            print_json({key: facts[key] for key in ("sha256", "duration_s", "lufs", "true_peak_dbtp", "engine")})
        else:
            click.echo(f"{out}: {prepared.duration_s:.1f} s, {prepared.lufs:.1f} LUFS, {prepared.engine}")
        return 0


def _said(
    station: Station, store: Store, text: str, zones: tuple[str, ...], title: str, level: Level
) -> list[Utterance]:
    """Put it in line at once; what was made of it, one for each output. InputError for what cannot be said."""
    from controller.announcing import Announcing
    from controller.core.announcements import Draft, clean
    from controller.runtime.clocks import SystemClock
    from controller.runtime.identifiers import NewIds

    clock = SystemClock()
    announcing = Announcing(store, station.bell(), clock, NewIds(clock), station.config)
    said = accepted("TEXT", text)
    draft = Draft(clean(title) or _beginning(said), said, zones or tuple(z.id for z in station.config.zones), level)
    with typed_as({"title": "--title", "zones": "--zone"}):
        _, made = announcing.say(draft, by="loalang say")
    return made


def _normaliser(station: Station) -> LiveNormaliser:
    """With the officials' own dictionary, where there is a station."""
    from audio.normaliser.live import LiveNormaliser

    return LiveNormaliser(Store(station.places.station_db, read_only=True))


def _ends(store: Store, places: Places, made: list[Utterance]) -> set[UtteranceState]:
    """How utterances ended, once all have; StationError if there is nobody to speak one of them."""
    left, alone_since = list(made), time.monotonic()
    ended: set[UtteranceState] = set()
    while left:
        time.sleep(WAIT_POLL_S)
        with store.read() as tx:
            rows = [utterances.get(tx, utterance.id) for utterance in left]
        ended |= {row.state for row in rows if row.state in FINAL}
        left = [row for row in rows if row.state not in FINAL]
        absent = [row.output for row in left if not at_home(places, f"audio-{row.output}")]
        if not absent:
            alone_since = time.monotonic()
        elif time.monotonic() - alone_since > ALONE_S:
            raise StationError(f"nobody is there to speak it: the audio process of output {absent[0]} does not run")
    return ended


def _beginning(text: str) -> str:
    """The first line in which there is something to say."""
    line = next(line for line in text.splitlines() if any(c.isalnum() for c in line))
    return line if len(line) <= 60 else line[:59].rstrip() + "…"
