"""Finding the sink of a sound server that our sound goes to, and asking it.

PulseAudio and PipeWire are both asked by `pactl` (its JSON, since version 15) and heard by a `parec`
child on the sink's monitor. What cannot be asked is not known, which is never a fault. Knows nothing
of what is played. Cards without a server: audio/listening/cards.py.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from audio.listening.proof import MONITOR_RATE, Sight

ANSWER_S = 1.0  # a server that takes longer hangs, or the machine is busy: in itself no fault
LOOK_S = 3.0  # how often the server is asked while all is well
ODD_LOOK_S = 0.5  # ... and while it is not
START_S = 2.0  # the monitor may take so long to begin: a sink that slept has so much silence queued
AGAIN_S = 1.0  # how soon it is started again, and our stream looked for that was not there
LATE_S = 0.5  # it gives something every 50 ms
FAINT_PERCENT = 10  # a volume below this is as good as mute
TURNED_DOWN_PERCENT = 90  # a monitor whose own volume is lower says nothing about the sink's
SILENT_DB = -99.0  # for a volume of nothing ("-inf dB")
NOWHERE = "auto_null"  # what servers put in the place of the last real sink when that goes: it leads to no loudspeaker
PLAIN = {"LC_ALL": "C.UTF-8"}  # the JSON of a Vietnamese `pactl` has commas in its numbers
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sink:
    index: int
    name: str
    words: str
    suspended: bool
    muted: bool
    percent: int
    volume_db: float  # beside that at which the card adds nothing; never above 0
    monitor: str


@dataclass(frozen=True, slots=True)
class Stream:
    index: int
    sink: int
    pid: int
    muted: bool
    percent: int


@dataclass(frozen=True, slots=True)
class View:
    """What the server said at one instant."""

    sinks: tuple[Sink, ...]
    streams: tuple[Stream, ...]

    def of(self, pid: int) -> Stream | None:
        """The newest stream of a process."""
        return max((stream for stream in self.streams if stream.pid == pid), key=lambda s: s.index, default=None)

    def sink(self, index: int) -> Sink | None:
        return next((sink for sink in self.sinks if sink.index == index), None)

    def named(self, name: str) -> Sink | None:
        """By its name, or by the description that SDL calls it by."""
        return next((sink for sink in self.sinks if name in (sink.name, sink.words)), None)


def parse_sinks(text: str) -> tuple[Sink, ...]:
    """`pactl -f json list sinks`. ValueError if it is something else."""
    return _each(text, _sink)


def parse_streams(text: str) -> tuple[Stream, ...]:
    """`pactl -f json list sink-inputs`. ValueError if it is something else."""
    return _each(text, _stream)


def parse_sources(text: str) -> tuple[tuple[str, bool], ...]:
    """`pactl -f json list sources`: the name of each, and whether it can be believed (not muted, its volume not turned
    down). ValueError if it is something else."""
    return _each(text, _source)


def _each(text: str, make: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
    try:
        found = json.loads(text)
        if not isinstance(found, list):
            raise TypeError("not a list")
        return tuple(make(one) for one in found)
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not what pactl says: {error}") from error


def _sink(one: Mapping[str, Any]) -> Sink:
    percent, volume_db = _volume(one["volume"])
    return Sink(
        index=int(one["index"]),
        name=str(one["name"]),
        words=_words(one),
        suspended=one["state"] == "SUSPENDED",
        muted=bool(one["mute"]),
        percent=percent,
        volume_db=min(0.0, volume_db - _decibels(one.get("base_volume", {}))),
        monitor=str(one["monitor_source"]),
    )


def _stream(one: Mapping[str, Any]) -> Stream:
    pid = int(one.get("properties", {}).get("application.process.id", 0))
    return Stream(int(one["index"]), int(one["sink"]), pid, bool(one["mute"]), _volume(one["volume"])[0])


def _source(one: Mapping[str, Any]) -> tuple[str, bool]:
    return str(one["name"]), not one["mute"] and _volume(one["volume"])[0] >= TURNED_DOWN_PERCENT


def _words(one: Mapping[str, Any]) -> str:
    """Its description; its name where pactl has none or cannot write it ("(null)" for what is not ASCII, in 16.1)."""
    words = str(one.get("description") or "")
    return words if words not in ("", "(null)") else str(one["name"])


def _volume(channels: Mapping[str, Mapping[str, Any]]) -> tuple[int, float]:
    """(percent, dB) of the loudest channel."""
    loudest = max(channels.values(), key=lambda channel: int(channel["value"]), default={"value": 65536})
    return int(loudest["value"]) * 100 // 65536, _decibels(loudest)


def _decibels(volume: Mapping[str, Any]) -> float:
    said = str(volume.get("db", "0 dB")).removesuffix("dB").strip()
    return SILENT_DB if said == "-inf" else float(said)


class Hangs(Exception):  # noqa: N818 - an answer like others: the server is there and says nothing
    """The server does not answer in time."""


class Refused(Exception):  # noqa: N818 - an answer like others: nobody is there
    """There is no server to answer."""


class Server:
    """The sound server, asked by `pactl`. Raises OSError where there is no pactl, ValueError where it says nothing that
    can be read (before version 15), Refused where the server is gone, Hangs where it does not answer."""

    def view(self) -> View:
        return View(self.sinks(), parse_streams(self._ask("sink-inputs")))

    def sinks(self) -> tuple[Sink, ...]:
        return parse_sinks(self._ask("sinks"))

    def believable(self, source: str) -> bool:
        """Whether this monitor passes on what it hears: it can be muted too, which silences nothing else."""
        return (source, True) in parse_sources(self._ask("sources"))

    def _ask(self, what: str) -> str:
        try:
            done = subprocess.run(
                ["pactl", "-f", "json", "list", what],
                capture_output=True, text=True, errors="replace", timeout=ANSWER_S, env={**os.environ, **PLAIN},
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Hangs("the sound server does not answer") from error
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            raise Refused(lines[0].strip() if lines else f"pactl: exit code {done.returncode}")
        return done.stdout


class Monitor:
    """A `parec` child on a sink's monitor. The kernel ends it with the thread that started it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._process = subprocess.Popen(
            [
                "setpriv", "--pdeathsig", "KILL",
                "parec", f"--rate={MONITOR_RATE}", "--channels=1", "--format=s16le", "--raw", "--latency-msec=50",
                f"--device={source}",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **PLAIN},
        )  # fmt: skip
        assert self._process.stdout  # noqa: S101 - asked for just above
        self._pipe = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self.ended = False

    def read(self) -> bytes:
        """What has come; never waits. Sets `ended` when there will be no more."""
        pieces = []
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._pipe, 65_536):
                pieces.append(piece)
            self.ended = True
        return b"".join(pieces)

    def asleep(self) -> bool:
        """Whether it waits for the server, and not for its turn on this machine (proc(5), the third field of stat)."""
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "S"

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@dataclass(frozen=True, slots=True)
class Place:
    """Where our stream is, and what is wrong with that."""

    gone: str = ""
    elsewhere: str = ""
    muted: str = ""
    volume_db: float = 0.0
    suspended: bool = False


def place(view: View, home: str, pid: int) -> Place:
    """`home`: the name of the sink that our stream began on, or is to play to."""
    sink, stream = view.named(home), view.of(pid)
    if sink is None:
        return Place(gone="the sink is not there any more")
    if sink.name == NOWHERE:
        return Place(gone="the server has no sink that leads anywhere")
    if stream is None:
        return Place(gone="the server has no stream of ours any more")
    if stream.sink != sink.index:
        other = view.sink(stream.sink)
        return Place(elsewhere=other.name if other else "?")
    muted = ""
    for what, part in (("the sink", sink), ("our stream", stream)):
        if part.muted:
            muted = f"{what} is muted"
        elif part.percent < FAINT_PERCENT:
            muted = muted or f"the volume of {what} is {part.percent} %"
    return Place(muted=muted, volume_db=sink.volume_db, suspended=sink.suspended)


def takes_sound(server: Server, home: str) -> bool:
    """Whether the sink of that name (or any other, where ours led nowhere) is there and not muted. What cannot be asked
    is taken to be so."""
    try:
        sinks = server.sinks()
    except (OSError, ValueError):
        return True
    except (Hangs, Refused):
        return False
    ours = [sink for sink in sinks if sink.name != NOWHERE and home in (sink.name, NOWHERE)]
    return any(not sink.muted and sink.percent >= FAINT_PERCENT for sink in ours)


class ServerEye:
    """Looks at our stream on PulseAudio or PipeWire. Nothing is known until the stream was found once."""

    def __init__(self, device: str, pid: int, server: Server) -> None:
        self._device, self._pid, self._server = device, pid, server
        self._home: Sink | None = None
        self._place = Place()
        self._hangs = ""
        self._believed = True
        self._monitor: Monitor | None = None
        self._asked = self._checked = self._restarted = -math.inf
        self._since = 0.0  # when the monitor gave something last

    def find(self, now: float) -> None:
        """The output has just been opened: see where it plays to."""
        self._ask(now)

    def begin(self, now: float) -> None:
        """A programme begins: listen at once."""
        self._since = max(self._since, now)
        self._asked = -math.inf
        if self._home and self._monitor is None:
            self._listen(now, self._home.monitor)

    def look(self, now: float, doubtful: bool) -> Sight:
        """What the sink shows now; `doubtful`: something is odd, ask the server at once."""
        if self._home is None:
            if now - self._asked >= AGAIN_S:
                self._ask(now)
            return Sight()
        pcm, away = self._listen(now, self._home.monitor)
        late = now - self._since > LATE_S
        odd = (doubtful or away or late) and not self._hangs
        if now - self._asked >= (ODD_LOOK_S if odd else LOOK_S):
            self._ask(now)
        if (doubtful or not self._believed) and now - self._checked >= (ODD_LOOK_S if doubtful else LOOK_S):
            self._checked, self._believed = now, self._monitor_believed(self._home.monitor)
        starved = late and not (self._monitor and self._monitor.asleep())
        at = self._place
        return Sight(
            sink=self._home.name, gone=at.gone, elsewhere=at.elsewhere, muted=at.muted, volume_db=at.volume_db,
            still_s=0.0 if away or starved else max(0.0, now - self._since),
            still=self._hangs or ("the sink is suspended" if at.suspended else ""),
            pcm=pcm, lost=away or starved or not self._believed, proves=True, hears=True,
        )  # fmt: skip

    def stop(self) -> None:
        """Nothing plays any more: have no child, ask nothing."""
        if self._monitor:
            self._monitor.close()
        self._monitor = None

    def _listen(self, now: float, source: str) -> tuple[bytes, bool]:
        """What the monitor gave, and whether it was away."""
        if self._monitor:
            pcm = self._monitor.read()
            if pcm:
                self._since = now
            if not self._monitor.ended:
                return pcm, False
            self.stop()
        if now - self._restarted >= AGAIN_S:
            self._restarted, self._since = now, now + START_S
            with contextlib.suppress(OSError):  # no parec: it tells no level
                self._monitor = Monitor(source)
        return b"", True

    def _ask(self, now: float) -> None:
        self._asked = now
        try:
            view = self._server.view()
        except (OSError, ValueError):  # no pactl, or one that cannot say it: nothing is known
            return
        except Hangs as error:
            self._hangs = str(error)
            return
        except Refused as error:
            self._place = Place(gone=str(error))  # of no weight while no stream was ever found
            return
        self._hangs = ""
        if self._home is None:
            stream = view.of(self._pid)
            began_on = view.sink(stream.sink) if stream else None
            self._home = (view.named(self._device) if self._device and stream else None) or began_on
        if self._home:
            self._place = place(view, self._home.name, self._pid)

    def _monitor_believed(self, source: str) -> bool:
        try:
            return self._server.believable(source)
        except (OSError, ValueError, Hangs, Refused):
            return True
