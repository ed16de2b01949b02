"""The recordings that a guide names (XLSForm's media::audio): whose words each says, and how it is taken in.

A recording stands for words, not for a place in a guide: wherever the kiosk would say them with the station's voice,
the recording is heard, and when an official changes the words, the voice says the new ones.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from controller.core.clips import Clip, Named
from controller.core.errors import InputError, NotFoundError, Problem, StationError
from controller.core.ports import Bell, Clock
from controller.core.recordings import NAME_LIMIT, Recording, TakesSound
from controller.guides.model import Group, Guide, Labels, Question, said
from controller.runtime.places import Places
from controller.store import clips
from controller.store.connection import Store

WHO_CARES = ("controller", "kiosk")
LIMIT_MB = 50  # of one file: two hours of speech


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of the files beside a spreadsheet, each by its name: kept, not there, no sound (and why)."""

    kept: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refused: tuple[tuple[str, tuple[Problem, ...]], ...] = ()


class GuideRecordings:
    def __init__(self, store: Store, places: Places, clock: Clock, bell: Bell, intake: TakesSound) -> None:
        self._store, self._places, self._clock, self._bell, self._intake = store, places, clock, bell, intake

    def take_beside(self, guide: Guide, folder: Path, by: str) -> Taken:
        """Keep what the guide names and a folder has. The files there stay as they are. Blocks: each is judged."""
        kept, missing, refused = [], [], []
        for file in dict.fromkeys(named.file for named in named_in(guide)):
            if not (folder / file).is_file():
                missing.append(file)
                continue
            try:
                self.keep(guide, file, self._copied(folder / file), by)
                kept.append(file)
            except InputError as error:
                refused.append((file, tuple(error.problems)))
        return Taken(tuple(kept), tuple(missing), tuple(refused))

    def keep(self, guide: Guide, file: str, brought: Path, by: str) -> Recording:
        """Have what lies at `brought` (in `places.uploads`; gone afterwards) be what the guide calls `file`.

        InputError (field "file") saying what is wrong with it; NotFoundError if the guide names no such file.
        """
        spoken = _spoken(guide, file)
        if not spoken:
            brought.unlink(missing_ok=True)
            raise NotFoundError("recording", file)
        taken, at = self._intake.take(brought, file), self._clock.now()
        with self._store.write() as tx:
            for clip in spoken:
                recording = clips.record(tx, at, clip, taken, file[:NAME_LIMIT], by)
        self._ring()
        return recording

    def drop(self, guide: Guide, file: str) -> None:
        """Have the station's voice say again what the guide calls `file`. NotFoundError as with `keep`."""
        spoken = _spoken(guide, file)
        if not spoken:
            raise NotFoundError("recording", file)
        with self._store.write() as tx:
            for clip in spoken:
                clips.unrecord(tx, clip.key)
        self._ring()

    def _ring(self) -> None:
        for whom in WHO_CARES:
            self._bell.ring(whom)

    def _copied(self, file: Path) -> Path:
        try:
            if file.stat().st_size > LIMIT_MB << 20:
                raise InputError(Problem.of("file", "sound_large", limit=LIMIT_MB))
            with (
                tempfile.NamedTemporaryFile(dir=self._places.uploads, delete=False) as copy,
                file.open("rb") as content,
            ):
                shutil.copyfileobj(content, copy)
            return Path(copy.name)
        except OSError as error:
            raise StationError(f"cannot copy {file}: {error.strerror or error}") from error


def named_in(guide: Guide) -> tuple[Named, ...]:
    """Every recording that a guide names, in its order; one file may say several texts, and a text stand twice."""
    return tuple(dict.fromkeys(_named(guide)))


def _spoken(guide: Guide, file: str) -> list[Clip]:
    return [named.clip for named in named_in(guide) if named.file == file]


def _named(guide: Guide) -> Iterator[Named]:
    yield from _of_questions(guide.questions)
    for paper in guide.papers:
        yield from _of(paper.labels, paper.audio)
    for step in guide.handover:
        yield from _of(step.labels, step.audio)


def _of_questions(children: tuple[Question | Group, ...]) -> Iterator[Named]:
    for child in children:
        if isinstance(child, Group):
            yield from _of_questions(child.children)
            if child.another is not None:
                yield from _of_questions((child.another,))
        else:
            yield from _of(child.labels, child.audio)
            for choice in child.choices:
                yield from _of(choice.labels, choice.audio)


def _of(labels: Labels, audio: Labels) -> Iterator[Named]:
    """A language that is recorded and not written has the text that is shown to its people: the Vietnamese one."""
    for language, file in audio.items():
        if file and (text := said(labels, language).strip()):
            yield Named(Clip(language, text), file)
