"""Announcements whose prepared file is a tone: known to the sample, and quick to make."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
from dataclasses import replace
from datetime import datetime

from controller.core.announcements import AfterCut, Announcement, Draft, Late
from controller.core.levels import Level
from controller.core.renditions import Prepared
from controller.core.utterances import ON_REQUEST, Utterance
from controller.store import renditions, utterances
from controller.timing.lineup import Lateness, occurrence
from tests.support.stations import Station

RATE = 48_000


def tone_pcm(seconds: float, hertz: float = 440.0, level: float = 0.5, rising: float = 0.0) -> bytes:
    """Mono s16le with 5 ms ramps, so that it neither begins nor ends with a click; `rising` by so many hertz a second,
    so that the pitch says where in it one is."""
    count, ramp = int(seconds * RATE), 240
    values = []
    for n in range(count):
        gain = min(1.0, n / ramp, (count - n) / ramp)
        at = n / RATE
        values.append(int(32767 * level * gain * math.sin(2 * math.pi * (hertz + rising / 2 * at) * at)))
    return struct.pack(f"<{count}h", *values)


def wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return buffer.getvalue()


def tone_announcement(
    station: Station,
    seconds: float = 1.0,
    hertz: float = 440.0,
    level: Level = Level.NORMAL,
    after_cut: AfterCut = AfterCut.RESTART,
    title: str = "Thử loa",
    rising: float = 0.0,
    lasts_s: int = 1,
    zones: tuple[str, ...] = (),
    times: int = 1,
    pause_s: float = 0.0,
) -> Announcement:
    """An announcement that is ready: its words are a tone. An emergency is said once, unless it lasts longer."""
    content = wav(tone_pcm(seconds, hertz, rising=rising))
    sha256 = hashlib.sha256(content).hexdigest()
    station.places.rendition(sha256).write_bytes(content)
    zones = zones or tuple(zone.id for zone in station.config.zones)
    draft = Draft(
        title, f"{title} {hertz:.0f}", zones, level, after_cut=after_cut, lasts_s=lasts_s, times=times, pause_s=pause_s
    )
    saved = station.announcing.save(draft, (), "test")
    with station.store.write() as tx:
        prepared = Prepared(sha256, seconds, -16.0, -6.0, "tone")
        renditions.ready(tx, station.clock.now(), f"{saved.id}/{saved.revision}", prepared)
    return saved


def queue_at(station: Station, announcement: Announcement, due: datetime, late_s: float = 60.0) -> list[Utterance]:
    """Put one occurrence of it in line."""
    made = occurrence(
        station.ids, station.config, announcement, f"rule/{due.isoformat()}", due, Lateness(Late.PLAY, late_s)
    )
    with station.store.write() as tx:
        for utterance in made:
            utterances.queue(tx, station.clock.now(), utterance)
    return made


def raised(station: Station, announcement: Announcement, **more: object) -> Utterance:
    """An emergency that is about to be rung for and has no row yet."""
    (made,) = occurrence(
        station.ids, station.config, announcement, f"{ON_REQUEST}{station.ids()}", station.clock.now(),
        Lateness(Late.PLAY, 600.0),
    )  # fmt: skip
    with station.store.read() as tx:
        spoken = renditions.spoken(tx, announcement.id)
    assert spoken and spoken.prepared
    sound = {"sha256": spoken.prepared.sha256, "duration_s": spoken.prepared.duration_s}
    return replace(made, **{**sound, **more})  # type: ignore[arg-type]  # a test gives what the field takes
