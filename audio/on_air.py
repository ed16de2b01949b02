"""What sounds just now: begun, looked at, made softer, ended, lost; what is written down of it, and who proves it.

The player's hands at the output, in the player's thread: it decides nothing, the engine does. Owns the loudspeaker, the
opened files and the progress file. What happened is noted by the keeper after the sound has been started, never before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from audio.keeper import Keeper
from audio.loudspeaker import Loudspeaker, Signals, segment_of
from audio.notes import Noted, Reached, Tested
from audio.programme import SOUNDING, Item, Move, Phase
from audio.progress import LEFT, SEGMENTS, Progress, ProgressFile, Segment
from audio.proving import Proving
from audio.self_testing import MARK
from audio.source import Source
from audio.well_being import WellBeing
from controller.core.errors import DeviceError
from controller.core.ports import Clock
from controller.core.utterances import UtteranceEvent

FOLLOWS_S = 0.08  # so long a chime may still have the last of the words before it (NEARLY of stream.py)
RUN_OUT_S = 1.0  # at most, in the slowest buffers that can be configured
REACHED_S = 10.0  # how often it is written down how far the words have come; so much a power cut has said again


class OnAir:
    def __init__(
        self,
        name: str,
        speaker: Loudspeaker,
        proving: Proving,
        progress: ProgressFile,
        clock: Clock,
        keeper: Keeper,
        well_being: WellBeing,
        hears: bool,
    ) -> None:
        """`name` of the output. `hears`: a monitor input says what came of a self-test."""
        self._name, self._speaker, self._proving, self._progress = name, speaker, proving, progress
        self._clock, self._keeper, self._well_being, self._hears = clock, keeper, well_being, hears
        self._sources: dict[str, Source] = {}  # by utterance id
        self._known: Progress | None = None  # what the progress file says of what began last
        self._gain_db = 0.0  # of what began last
        self._reached_at = 0.0

    # --- the files

    def hold(self, ident: str, source: Source) -> None:
        """Keep the sound of an utterance ready; one that is held already stays."""
        self._sources.setdefault(ident, source)

    def holds(self, ident: str) -> bool:
        return ident in self._sources

    def renew(self, opened: Mapping[str, Source], wanted: Collection[str], sounding: str) -> None:
        """Keep what is wanted and take what was newly opened; what sounds stays with the file that was begun."""
        self._sources = {ident: source for ident, source in self._sources.items() if ident in wanted}
        self._sources |= {ident: source for ident, source in opened.items() if ident != sounding}

    # --- the sound

    def play(self, item: Item, segment: Phase, from_s: float, gain_db: float, signals: Signals) -> None:
        """DeviceError if the output is gone, StationError if the file cannot be read."""
        at = self._clock.monotonic()
        self._gain_db = gain_db
        # as if it had begun at its beginning: what is left is what has not been reached
        self._record(Progress(item.id, item.attempt, SEGMENTS[segment], at - from_s, at))
        source = segment_of(item, segment, self._sources[item.id], signals)
        self._speaker.play(source, from_s, gain_db)
        self._proving.began(item, segment, source, from_s, gain_db, at)

    def goes_on(self) -> bool:
        """Hand over what comes next; whether there is more to take. As `play`; the output's errors in silence too."""
        return self._speaker.goes_on()

    def turn(self, gain_db: float) -> None:
        """What is long becomes softer in the evening, too, and when an official says so. Errors as of `play`."""
        if self._speaker.turn(gain_db):
            self._proving.turned(self._speaker.at_s() or 0.0, gain_db, self._clock.monotonic())

    def cut(self) -> None:
        self._speaker.cut()

    def at_s(self) -> float | None:
        """How far what began last has been taken."""
        return self._speaker.at_s()

    # --- what is written down of it

    def seen(self, item: Item | None) -> None:
        """It sounds still: noted in the progress file, and now and then in the row of what would go on where it was.
        The progress file does not survive a power cut; the row does, and is written at the keeper's leisure."""
        if self._known is None:
            return
        known = replace(self._known, seen=self._known.began + (self._speaker.at_s() or 0.0))
        self._record(known)
        now = self._clock.monotonic()
        if item and item.resumes and known.segment is Segment.SPEAKING and now >= self._reached_at:
            self._reached_at = now + REACHED_S
            self._keeper.note(Reached(item.id, item.attempt, round(known.seen - known.began, 3)))

    def moved(self, move: Move, current: Item | None, at: float) -> None:
        """What the engine says has happened to an utterance, at monotonic `at`."""
        detail = dict(move.detail)
        known, left = self._known, LEFT.get(move.event)
        if left and known and known.utterance_id == move.id and known.segment is not Segment.OVER:
            spoken_s = known.seen - known.began if known.segment is Segment.SPEAKING else 0.0
            # so that a kill from here on changes nothing
            seen = known.began + float(str(detail["reached_s"])) if "reached_s" in detail else known.seen
            self._record(replace(known, segment=left, seen=seen))
            self._proving.ended(move.id, at, spoken_s)
        if move.event is UtteranceEvent.BEGIN and current:
            detail |= {"sha256": current.sha256} | ({"gain_db": self._gain_db} if self._gain_db else {})
        if move.event is UtteranceEvent.FINISH and known and known.utterance_id == move.id:
            proof = self._proving.of_words()
            detail |= {"proven": proof.proven, "taken_s": round(proof.taken_s, 1)}
        if move.id.startswith(MARK):
            self._tested(move, at)
        else:
            self._keeper.note(Noted(self._clock.now(), move.id, move.event, detail))

    def _tested(self, move: Move, at: float) -> None:
        """What came of a self-test, where no monitor input says so."""
        if move.event is UtteranceEvent.FINISH and not self._hears:
            proof = self._proving.of_words()
            result = "proven" if proof.proven else "unproven"
            self._keeper.note(Tested(self._clock.now(), self._name, result, {"taken_s": round(proof.taken_s, 1)}))
        elif move.event in {UtteranceEvent.MISS, UtteranceEvent.ABANDON, UtteranceEvent.STOP}:
            self._proving.tests_no_more(move.id)
            reason = dict(move.detail).get("reason", "")
            self._keeper.note(Tested(self._clock.now(), self._name, "not_done", {"reason": reason}))

    def _record(self, progress: Progress) -> None:
        self._known = progress
        self._progress.write(progress)

    # --- the output

    @property
    def there(self) -> bool:
        return self._speaker.there

    def find(self, at_rest: bool) -> bool:
        """Open the output where it is lost, or a better one while nothing is to sound; whether one was opened."""
        try:
            opened = self._speaker.look(at_rest)
        except DeviceError as error:
            if self._well_being.is_news("output", "no_output"):
                facts = {"reason": str(error), "choices": ", ".join(self._speaker.choices())}
                self._well_being.report("output", "no_output", facts)
            return False
        if opened:
            fault = "on_fallback" if self._speaker.on_fallback else ""
            self._well_being.report("output", fault, {"reason": self._speaker.name})
        return opened

    def lose(self, reason: str, at: float, proven_silent: bool, sink: str) -> None:
        """Let go of the output, which was found lost or silent at monotonic `at`."""
        self._proving.fell_silent(at)
        self._speaker.lost(proven_silent, sink)
        self._well_being.report("output", "output_lost", {"reason": reason})

    def proven(self, fault: str, facts: Mapping[str, str]) -> None:
        """What the watch at the sink found."""
        self._well_being.report("proof", fault, facts)
        if not fault:
            self._speaker.proven()

    def tests(self, ident: str, level_dbfs: float, hertz: float, length_s: float, at: float) -> None:
        """The self-test's tone will sound at monotonic `at`."""
        self._proving.tests(ident, level_dbfs, hertz, length_s, at)

    def fell_silent(self, at: float) -> None:
        self._proving.fell_silent(at)

    def leave(self, phase: Phase, all_but_said: bool) -> None:
        """Fall silent and let go of the output. What counts as played by then is heard to its end: the last of the
        words is still on its way to the card when they have been handed over, or are all but said."""
        if phase is Phase.CLOSING:
            self._speaker.run_out(FOLLOWS_S)
        if phase in SOUNDING and not all_but_said:
            self._speaker.cut()
        self._speaker.run_out(RUN_OUT_S)
        if all_but_said:
            self.seen(None)
        self.close()

    def close(self) -> None:
        self._speaker.close()
        self._progress.close()
