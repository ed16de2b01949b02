"""What the file says against what the sink says: is the sound really taken, and is it as loud as it should be?

Pure: no threads, no clock, no processes. Levels are plain RMS in dB of full scale (a full sine: -3 dB),
in blocks of 100 ms. What lies between queueing and the sink is not known, so every comparison tries
several lags, and nothing is decided on less than two seconds.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import mul

from audio.source import Source
from controller.core.errors import StationError

RATE = 48_000
MONITOR_RATE = 8000  # enough for the level of speech, and a sixth of the work
BLOCK_S = 0.1
DECIMATED = 6  # of the file's samples every sixth is taken: within 0.5 dB for speech
WINDOW = 20  # blocks: two seconds of evidence
LOUD_DB = -45.0  # what the file must say for silence to be a fault
LOUD_BLOCKS = 10
SOFT_DB = -20.0  # heard softer than the file by more than this is silent
STILL_S = 2.0
LAGS = 6  # so many are tried: 0, 1 ... 5 blocks from the player's call to the monitor
FLOOR_DB = -90.0
KNOWN_S = 10.0  # what ended longer ago is asked for no more
ANCHOR_S = 3.0  # how long a chunk that came promptly vouches for the time of the others
GAP_S = 1.0  # no bytes for so long: whatever follows is not timed by what went before
SLACK_S = 2.5  # of a programme's length that may be unseen: the monitor begins late


def level_db(pcm: bytes, every: int = 1) -> float:
    """The level of mono s16le samples, of every n-th of them."""
    samples = array("h", pcm)[::every]
    energy = sum(map(mul, samples, samples)) / max(1, len(samples))
    return max(FLOOR_DB, 10 * math.log10(energy / 2**30)) if energy else FLOOR_DB


def _energy(level: float) -> float:
    return math.pow(10, level / 10) if level > FLOOR_DB else 0.0


def _db(energy: float) -> float:
    return max(FLOOR_DB, 10 * math.log10(energy)) if energy > 0 else FLOOR_DB


@dataclass(slots=True)
class _Segment:
    source: Source
    from_s: float
    gain_db: float
    at: float
    until: float
    levels: dict[int, float] = field(default_factory=dict)  # by block since `at`

    def ends(self) -> float:
        """When it falls silent: cut, or at the end of its sound."""
        return min(self.until, self.at + self.source.length / RATE - self.from_s)


class Expected:
    """What the file says, at every instant: level profiles of what was begun, read when they are asked for."""

    def __init__(self) -> None:
        self._segments: deque[_Segment] = deque(maxlen=16)

    def began(self, source: Source, from_s: float, gain_db: float, at: float) -> None:
        """`source` sounds from `at` on, in place of what did."""
        self.fell_silent(at)
        while self._segments and self._segments[0].ends() < at - KNOWN_S:
            self._segments.popleft()  # it holds its sound
        self._segments.append(_Segment(source, from_s, gain_db, at, math.inf))

    def fell_silent(self, at: float) -> None:
        if self._segments:
            last = self._segments[-1]
            last.until = min(last.until, at)

    def playing(self, at: float) -> Source | None:
        """What sounds at that instant."""
        segment = self._segment(at)
        return segment.source if segment else None

    def level(self, at: float) -> float:
        """dBFS of the block about `at`, with its gain; FLOOR_DB in silence and where the file cannot be read."""
        segment = self._segment(at)
        if segment is None:
            return FLOOR_DB
        number = int((at - segment.at) / BLOCK_S)
        if number not in segment.levels:
            for old in [known for known in segment.levels if known < number - 4 * WINDOW]:
                del segment.levels[old]
            start = int((segment.from_s + number * BLOCK_S) * RATE)
            try:
                pcm = segment.source.read(start, int(BLOCK_S * RATE))
            except StationError:
                pcm = b""
            segment.levels[number] = max(FLOOR_DB, level_db(pcm, DECIMATED) + segment.gain_db)
        return segment.levels[number]

    def _segment(self, at: float) -> _Segment | None:
        for segment in reversed(self._segments):
            if segment.at <= at:
                return segment if at < segment.ends() else None
        return None


class Hearing:
    """The blocks that came from the sink's monitor (8 kHz mono s16le), and when.

    A chunk may come late but never early: of several the promptest tells what the others' time was.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What was heard is no evidence any more: there was a gap of unknown length."""
        self.levels: deque[float] = deque(maxlen=4 * WINDOW)
        self.blocks = 0  # whole ones since the last gap
        self._rest = b""
        self._samples = 0
        self._last = -math.inf
        self._offsets: deque[tuple[float, float]] = deque()

    def hear(self, pcm: bytes, at: float) -> None:
        """`pcm` was read at that instant."""
        if self._samples and at - self._last > GAP_S:
            self.forget()
        self._last = at
        data = self._rest + pcm
        size = 2 * int(BLOCK_S * MONITOR_RATE)
        whole = len(data) // size * size
        for place in range(0, whole, size):
            self.levels.append(level_db(data[place : place + size]))
            self.blocks += 1
        self._rest = data[whole:]
        self._samples += len(pcm) // 2
        self._offsets.append((at, at - self._samples / MONITOR_RATE))
        while self._offsets[0][0] < at - ANCHOR_S:
            self._offsets.popleft()

    def end(self) -> float:
        """When the last whole block was over."""
        return min(offset for _, offset in self._offsets) + self.blocks * BLOCK_S


@dataclass(frozen=True, slots=True)
class Match:
    """Two seconds of the sink beside two seconds of the file. `off_db`: how much louder than the file it was."""

    off_db: float
    heard_db: float
    expected_db: float
    sure: bool  # whatever the lag, there was sound enough to decide by


def said_in(expected: Expected, end: float) -> list[float]:
    """What the file says for the last WINDOW blocks before `end`, and for as many before those as there are lags."""
    count = WINDOW + LAGS - 1
    return [expected.level(end - (count - n - 0.5) * BLOCK_S) for n in range(count)]


def compare(heard: Sequence[float], said: Sequence[float]) -> Match | None:
    """`heard` are the last WINDOW blocks; `said`, see `said_in`. None if the file says too little in that time.

    The lag at which the sink is loudest counts: nobody is accused for a delay.
    """
    heard_energy, said_energy = [_energy(level) for level in heard], [_energy(level) for level in said]
    found: Match | None = None
    sure = True
    for lag in range(LAGS):
        first = LAGS - 1 - lag
        loud = [n for n in range(WINDOW) if said[first + n] > LOUD_DB]
        if len(loud) < LOUD_BLOCKS:
            sure = False
            continue
        heard_db = _db(sum(heard_energy[n] for n in loud) / len(loud))
        said_db = _db(sum(said_energy[first + n] for n in loud) / len(loud))
        if found is None or heard_db - said_db > found.off_db:
            found = Match(heard_db - said_db, heard_db, said_db, True)
    return replace(found, sure=sure) if found else None


def best_lag(heard: Sequence[float], said: Sequence[float]) -> int:
    """The lag, in blocks, at which the two are most alike; the shortest where nothing speaks for another."""

    def unlike(lag: int) -> float:
        place = LAGS - 1 - lag
        return sum(abs(max(heard[n], -60.0) - max(said[place + n], -60.0)) for n in range(WINDOW))

    return min(range(LAGS), key=unlike)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the sink showed at one look. Reasons are "" where all is well or nothing is known."""

    sink: str = ""
    gone: str = ""
    elsewhere: str = ""  # the sink to which our stream plays instead
    muted: str = ""
    volume_db: float = 0.0  # of the sink, as its server says it; never above 0
    still_s: float = 0.0  # for how long it has taken nothing
    still: str = ""  # why, where that is known
    moved_s: float = 0.0  # what its counter says it has taken since the last look
    pcm: bytes = b""  # what its monitor gave since the last look
    lost: bool = False  # the monitor was away, or late, or cannot be believed: what it gave is no evidence
    proves: bool = False  # there is a sink that can be asked at all
    hears: bool = False  # ... and it tells the level too


IN_ORDER = "in_order"


def signs(sight: Sight, match: Match | None, file_is_loud: bool) -> frozenset[str]:
    """What speaks for a fault, or for order, at one instant."""
    found = set()
    if sight.gone:
        found.add("sink_gone")
    if sight.elsewhere:
        found.add("elsewhere")
    if sight.muted and file_is_loud:
        found.add("muted")
    if sight.still_s >= STILL_S:
        found.add("stalled")
    if sight.volume_db < SOFT_DB and file_is_loud:
        found.add("faint")
    if match and match.sure and match.off_db < SOFT_DB:
        found.add("silent")
    moves = sight.proves and not sight.lost and sight.still_s < 0.5
    well = not sight.muted and sight.volume_db >= SOFT_DB
    if not found and moves and well and ((match is not None and match.off_db >= SOFT_DB) or not sight.hears):
        found.add(IN_ORDER)
    return frozenset(found)


# The first row whose signs have all held for so long (seconds) names the state; "" is: proven in order.
# A fault gives way only to one further up, which knows more of its cause, and to order.
TABLE: tuple[tuple[str, frozenset[str], float], ...] = (
    ("sink_gone", frozenset({"sink_gone", "silent"}), 0.0),
    ("sink_gone", frozenset({"sink_gone"}), 1.0),
    ("elsewhere", frozenset({"elsewhere", "silent"}), 0.0),
    ("elsewhere", frozenset({"elsewhere"}), 1.0),
    ("muted", frozenset({"muted", "silent"}), 0.0),
    ("muted", frozenset({"muted"}), STILL_S),
    ("stalled", frozenset({"stalled"}), 0.2),  # two seconds by its own measure; one look more, to ask the server
    ("silent", frozenset({"silent"}), 0.2),
    ("silent", frozenset({"faint"}), STILL_S),  # a card's own volume is not in its monitor, nor PipeWire's
    ("", frozenset({IN_ORDER}), 1.0),
)
_ORDER = tuple(dict.fromkeys(fault for fault, _, _ in TABLE))


@dataclass(frozen=True, slots=True)
class State:
    """`fault`: None while nothing is proven, "" in order, else the key of the fault."""

    fault: str | None = None
    since: Mapping[str, float] = field(default_factory=dict)  # sign -> when it began


def step(state: State, now_seen: frozenset[str], at: float) -> State:
    since = {sign: state.since.get(sign, at) for sign in now_seen}
    for fault, needed, hold_s in TABLE:
        if needed <= now_seen and at - max(since[sign] for sign in needed) >= hold_s:
            if fault and state.fault and _ORDER.index(fault) >= _ORDER.index(state.fault):
                break
            return State(fault, since)
    return State(state.fault, since)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the sink was seen to take of a programme (seconds), and how much louder than the file it was."""

    taken_s: float
    level_db_off: float | None  # None: the sink does not tell, or nothing loud was played
    proven: bool


@dataclass(slots=True)
class Tally:
    """What is known of one programme, or of one sound in it."""

    sounded_s: float = 0.0
    taken_s: float = 0.0
    heard: float = 0.0  # energies of all blocks: what comes a little late is not lost
    expected: float = 0.0
    loud: bool = False
    faulted: bool = False
    hears: bool = False

    def sounded(self, seconds: float, hears: bool) -> None:
        self.sounded_s += seconds
        self.hears = self.hears or hears

    def add(self, other: Tally) -> None:
        self.sounded_s += other.sounded_s
        self.taken_s += other.taken_s
        self.heard += other.heard
        self.expected += other.expected
        self.loud = self.loud or other.loud
        self.faulted = self.faulted or other.faulted
        self.hears = self.hears or other.hears

    def block(self, heard_db: float, expected_db: float) -> None:
        self.taken_s += BLOCK_S
        self.loud = self.loud or expected_db > LOUD_DB
        self.heard += _energy(heard_db)
        self.expected += _energy(expected_db)

    def proof(self, volume_db: float) -> Proof:
        off = min(_db(self.heard) - _db(self.expected), volume_db) if self.loud else None
        level = off > SOFT_DB if off is not None else not self.hears
        least_s = max(0.5 * self.sounded_s, 0.95 * self.sounded_s - SLACK_S)
        taken = self.taken_s > 0 and self.taken_s >= least_s
        return Proof(
            round(self.taken_s, 1), None if off is None else round(off, 1), taken and level and not self.faulted
        )
