"""`loalang guide check | import | list | sheet`: guides that officials have written as spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.commands.station import GivenPath, Station, print_json, station_command
from controller.core.words import LANGUAGES, Words
from controller.runtime.catalogues import load_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from controller.guides.model import Guide
    from controller.store.connection import Store

BY = "loalang guide"
_WRONG = 2


def join(group: click.Group) -> None:
    @group.group()
    def guide() -> None:
        """What residents are asked for each procedure."""

    @station_command(guide)
    @click.argument("file", type=GivenPath())
    @click.option("--json", "as_json", is_flag=True, help="the compiled guide, or the list of mistakes")
    def check(station: Station, file: str, as_json: bool) -> int:
        """Look at FILE.xlsx and say every mistake, each with sheet, row and column. Changes nothing."""
        found = _brought(file, as_json)
        if found is None:
            return _WRONG
        if as_json:
            from controller.guides.documents import document_of

            print_json({"version": found.version, **document_of(found)})
        else:
            words = load_words(LANGUAGES[0])
            click.echo(_summary(file, found, words))
            if missing := _not_beside(found, Path(file).parent):
                click.echo(words("guides.command.not_recorded", files=", ".join(missing)))
            _advise(found, words)
        return 0

    @station_command(guide, "import")
    @click.argument("file", type=GivenPath())
    def import_(station: Station, file: str) -> int:
        """Put FILE.xlsx into force. Residents who have begun finish with the version before."""
        return _put_into_force(station, file)

    @station_command(guide)
    @click.argument("ident", metavar="GUIDE")
    @click.argument("file", type=GivenPath())
    def sheet(station: Station, ident: str, file: str) -> int:
        """Write the spreadsheet of a GUIDE that comes with the station (khai_sinh, ...) to FILE.xlsx, to be changed."""
        return _write_sheet(ident, Path(file))

    @station_command(guide, "list")
    @click.option("--json", "as_json", is_flag=True)
    def list_(station: Station, as_json: bool) -> int:
        """The guides in force, and who has confirmed them."""
        from controller.guides.model import FIRST, said
        from controller.store import guides

        with station.store().read() as tx:
            found = guides.in_force(tx)
        rows = [
            {
                "id": each.id, "code": each.code, "title": said(each.title, FIRST), "version": each.version,
                "verified_by": each.verified_by, "verified_on": each.verified_on and each.verified_on.isoformat(),
                "review_by": each.review_by and each.review_by.isoformat(),
            }
            for each in found
        ]  # fmt: skip
        if as_json:
            print_json(rows)
        for row in rows if not as_json else ():
            click.echo(
                f"{row['code']}  {row['id']:<20} {row['version']}  {row['verified_by'] or '-':<20} {row['title']}"
            )
        return 0


def _put_into_force(station: Station, file: str) -> int:
    from controller.guides.differences import differences
    from controller.guides.model import FIRST, said
    from controller.guiding import Guiding
    from controller.runtime.clocks import SystemClock
    from controller.store import guides

    store = station.store()  # before the file is read: a station that is not there needs none
    found = _brought(file, as_json=False)
    if found is None:
        return _WRONG
    with store.read() as tx:
        before = guides.find(tx, found.id)
    is_new = Guiding(store, SystemClock(), station.bell()).put(found, BY)
    words = load_words(LANGUAGES[0])
    facts = {"title": said(found.title, FIRST), "code": found.code, "version": found.version}
    click.echo(words(f"guides.command.{'imported' if is_new else 'same'}", **facts))
    changes = differences(before, found) if before else ()
    if changes:
        click.echo(words("guides.command.changes"))
    for each in changes:
        click.echo(f"- {each.said(words)}")
    for line in _recordings(station, store, found, Path(file).parent, words):
        click.echo(line)
    _advise(found, words)
    return 0


def _write_sheet(ident: str, file: Path) -> int:
    from controller.guiding import sheet_of, shipped

    words, content = load_words(LANGUAGES[0]), sheet_of(ident)
    if content is None:
        known = ", ".join(each.id for each in shipped())
        click.echo(words("guides.command.no_sheet", guide=ident, known=known), err=True)
        return _WRONG
    try:
        with file.open("xb") as made:  # what an official has written is not written over
            made.write(content)
    except OSError as error:
        click.echo(_why_not(error, file, words), err=True)
        return _WRONG
    click.echo(words("guides.command.sheet", file=file))
    return 0


def _why_not(error: OSError, file: Path, words: Words) -> str:
    """Why a file was not written."""
    if isinstance(error, FileExistsError):
        return words("guides.command.is_there", file=file)
    if isinstance(error, FileNotFoundError):
        return words("problem.no_folder", path=file.parent)
    return words("guides.command.not_written", file=file, why=error.strerror or error)


def _brought(file: str, as_json: bool) -> Guide | None:
    """The guide in a file; None, with every mistake said, if it has any."""
    from controller.guides.mistakes import told
    from controller.judging import judged

    words, found = load_words(LANGUAGES[0]), judged(Path(file))
    if not isinstance(found, tuple):
        return found
    if as_json:
        print_json(
            [
                {
                    "sheet": each.sheet,
                    "row": each.row,
                    "column": each.column,
                    "code": each.code,
                    "said": each.said(words),
                }
                for each in found
            ]
        )
        return None
    for line in told(found, words):
        click.echo(line, err=True)
    click.echo(words("guides.command.wrong", file=file, count=len(found)), err=True)
    return None


def _recordings(station: Station, store: Store, guide: Guide, folder: Path, words: Words) -> Iterator[str]:
    """Takes in the recordings that the guide names and its folder has; says what came of each."""
    from audio.preparing.intake import Intake
    from controller.guide_recordings import GuideRecordings, named_in
    from controller.refusals import problem_words
    from controller.runtime.clocks import SystemClock

    if not named_in(guide):
        return
    config = station.config_or_example
    intake = Intake(station.places, config.policy, config.speech)
    recordings = GuideRecordings(store, station.places, SystemClock(), station.bell(), intake)
    taken = recordings.take_beside(guide, folder, BY)
    if taken.kept:
        yield words("guides.command.recorded", files=", ".join(taken.kept))
    if taken.missing:
        yield words("guides.command.not_recorded", files=", ".join(taken.missing))
    for file, problems in taken.refused:
        yield f"{file}: {' '.join(problem_words(each, words) for each in problems)}"


def _not_beside(guide: Guide, folder: Path) -> tuple[str, ...]:
    """The recordings that a guide names and its folder has not."""
    from controller.guide_recordings import named_in

    files = dict.fromkeys(each.file for each in named_in(guide))
    return tuple(file for file in files if not (folder / file).is_file())


def _advise(guide: Guide, words: Words) -> None:
    """What is no mistake, and still worth knowing."""
    from controller.guides.model import every_question

    if not guide.is_verified:
        click.echo(words("guides.command.unverified"))
    if not any(question.source == "card.birth" for _, question in every_question(guide.questions)):
        click.echo(words("guides.command.no_birth"))


def _summary(file: str, guide: Guide, words: Words) -> str:
    from controller.guides.model import CALCULATE, FIRST, every_question, said

    questions = sum(question.kind != CALCULATE for _, question in every_question(guide.questions))
    return words(
        "guides.command.good", file=file, title=said(guide.title, FIRST), code=guide.code, questions=questions,
        papers=len(guide.papers), steps=len(guide.handover), version=guide.version,
    )  # fmt: skip
