"""The real audio process on a null sink, and what the store says of its utterances."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from controller.core.utterances import Utterance
from controller.store import journal, utterances
from tests.support.listening import Burst
from tests.support.processes import Process, until
from tests.support.pulse import NullSink
from tests.support.stations import CONFIG, Station

PLAIN = CONFIG.replace('device = "wav"', 'device = "auto"') + "[speech]\nchime = false\n"


@contextmanager
def audio(station: Station, sink: NullSink, **variables: str) -> Iterator[Process]:
    with Process("audio", "main", state=station.places.state, variables={**sink.variables, **variables}) as process:
        until(lambda: "sound goes to pulseaudio" in process.said(), what="the audio process")
        yield process


def row(station: Station, utterance: Utterance) -> Utterance:
    with station.store.read() as tx:
        return utterances.get(tx, utterance.id)


def kinds(station: Station, utterance: Utterance) -> list[str]:
    with station.store.read() as tx:
        return [entry.kind.value for entry in journal.entries(tx, subject=f"utterance/{utterance.id}")]


def wait_for(station: Station, utterance: Utterance, state: str, limit_s: float = 30) -> Utterance:
    until(lambda: row(station, utterance).state == state, limit_s, what=f"{state}; {kinds(station, utterance)}")
    return row(station, utterance)


def lengths(bursts: list[Burst]) -> list[float]:
    return [round(burst.ended - burst.began, 1) for burst in bursts]
