"""The progress file, and what is made of it after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.progress import Progress, ProgressFile, Segment, recovered
from controller.core.announcements import AfterCut
from controller.core.utterances import Utterance, after
from controller.core.utterances import UtteranceEvent as E
from controller.core.utterances import UtteranceState as S
from tests.support.stations import START, utterance


def test_it_is_there_for_the_next_process(tmp_path: Path) -> None:
    first = ProgressFile(tmp_path / "p")
    assert first.read() == {}
    for seen in (1.0, 1.5, 2.0):
        first.write(Progress("u" * 36, 1, Segment.SPEAKING, 1.0, seen))
    second = ProgressFile(tmp_path / "p")
    assert second.read() == {"u" * 36: Progress("u" * 36, 1, Segment.SPEAKING, 1.0, 2.0)}
    second.write(Progress("u2", 1, Segment.OVER, 3.0, 3.0))
    assert ProgressFile(tmp_path / "p").read() == {
        "u" * 36: Progress("u" * 36, 1, Segment.SPEAKING, 1.0, 2.0),
        "u2": Progress("u2", 1, Segment.OVER, 3.0, 3.0),
    }


def test_it_remembers_the_last_attempt_of_the_last_utterances(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "p")
    for number in range(100):
        file.write(Progress(f"u{number}", 1, Segment.OPENING, 1.0, 1.0))
        file.write(Progress(f"u{number}", 1, Segment.OVER, 1.0, 2.0))
    file.write(Progress("u99", 2, Segment.CUT, 3.0, 4.0))
    assert list(file.read().items()) == [
        *((f"u{number}", Progress(f"u{number}", 1, Segment.OVER, 1.0, 2.0)) for number in range(69, 99)),
        ("u99", Progress("u99", 2, Segment.CUT, 3.0, 4.0)),
    ]


def test_a_torn_write_leaves_the_one_before(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "p")
    file.write(Progress("u1", 1, Segment.OPENING, 1.0, 1.0))
    file.write(Progress("u1", 1, Segment.SPEAKING, 2.0, 2.0))
    file.close()
    content = bytearray((tmp_path / "p").read_bytes())
    content[content.index(b"speaking")] ^= 0xFF
    (tmp_path / "p").write_bytes(content)
    assert ProgressFile(tmp_path / "p").read() == {"u1": Progress("u1", 1, Segment.OPENING, 1.0, 1.0)}


def test_rubbish_is_no_progress(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"\xff" * 9000)
    assert ProgressFile(tmp_path / "p").read() == {}


PLAYING = utterance(state=S.PLAYING, attempt=1)
QUEUED = utterance()
AGAIN = utterance(attempt=1)  # cut and written down: in line once more


def at(segment: Segment, seconds: float = 0.0, attempt: int = 1) -> Progress:
    return Progress("u1", attempt, segment, 100.0, 100.0 + seconds)


@pytest.mark.parametrize(
    ("progress", "reached_s"),
    [
        (at(Segment.OPENING, 2.0), 1.0),
        (at(Segment.SPEAKING, 2.0), 2.0),
        (at(Segment.CUT, 2.0), 2.0),
        (at(Segment.CUT, 0.5), 1.0),
        (at(Segment.CUT, 2.0, attempt=2), 2.0),
    ],
)
def test_what_goes_on_does_so_where_it_was(progress: Progress, reached_s: float) -> None:
    row = utterance(state=S.PLAYING, attempt=1, after_cut=AfterCut.RESUME, reached_s=1.0)
    (_, event, detail) = recovered([row], {"u1": progress}, START)[-1]
    assert (event, detail["reached_s"]) == (E.INTERRUPT, reached_s)


@pytest.mark.parametrize("known", [None, at(Segment.SPEAKING, 9.0), at(Segment.SPEAKING, 4.0, attempt=2)])
def test_after_a_power_cut_it_goes_on_at_least_where_its_row_knew_it_to_be(known: Progress | None) -> None:
    """The file is gone, or says what was on the card of it."""
    row = utterance(state=S.PLAYING, attempt=2, after_cut=AfterCut.RESUME, reached_s=10.0, duration_s=60.0)
    ((_, event, detail),) = recovered([row], {"u1": known} if known else {}, START)
    assert (event, detail["reached_s"]) == (E.INTERRUPT, 10.0)


@pytest.mark.parametrize(
    ("row", "progress", "events"),
    [
        (QUEUED, None, []),
        (QUEUED, at(Segment.OPENING), [E.BEGIN, E.INTERRUPT]),
        (QUEUED, at(Segment.SPEAKING, 2.0), [E.BEGIN, E.INTERRUPT]),
        (QUEUED, at(Segment.OVER), [E.BEGIN, E.FINISH]),
        (QUEUED, at(Segment.CUT, 2.0), [E.BEGIN, E.INTERRUPT]),
        (QUEUED, at(Segment.OVER, 5.0, 2), [E.BEGIN, E.INTERRUPT, E.BEGIN, E.FINISH]),
        (AGAIN, at(Segment.CUT, 2.0), []),
        (AGAIN, at(Segment.SPEAKING, 2.0), []),
        (AGAIN, at(Segment.SPEAKING, 2.0, 2), [E.BEGIN, E.INTERRUPT]),
        (PLAYING, None, [E.INTERRUPT]),
        (PLAYING, at(Segment.OPENING), [E.INTERRUPT]),
        (PLAYING, at(Segment.SPEAKING, 4.7), [E.INTERRUPT]),
        (PLAYING, at(Segment.SPEAKING, 4.8), [E.FINISH]),
        (PLAYING, at(Segment.OVER), [E.FINISH]),
        (PLAYING, at(Segment.CUT, 2.0), [E.INTERRUPT]),
        (PLAYING, at(Segment.STOPPED, 2.0), [E.STOP]),
        (PLAYING, at(Segment.SPEAKING, 1.0, 2), [E.INTERRUPT, E.BEGIN, E.INTERRUPT]),
        (utterance(state=S.PLAYING, attempt=2), at(Segment.SPEAKING, 5.0), [E.INTERRUPT]),
        (utterance(state=S.PLAYING, attempt=1, after_cut=AfterCut.END), at(Segment.SPEAKING, 2.0), [E.ABANDON]),
        (utterance(state=S.PLAYING, attempt=1, stop_wanted_by="lan"), at(Segment.CUT, 2.0), [E.STOP]),
        (utterance("u2", state=S.PLAYING, attempt=1), at(Segment.OVER), [E.INTERRUPT]),
    ],
)
def test_what_became_of_what_was_on_air(row: Utterance, progress: Progress | None, events: list[E]) -> None:
    known = {progress.utterance_id: progress} if progress else {}
    found = recovered([row], known, START)
    assert [event for _, event, _ in found] == events
    state = row.state
    for event in events:
        state = after(state, event)
