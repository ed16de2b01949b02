"""Does what a visit wishes and what takes time: keeps and finds files, asks the station. One thread, one wish after
another; speech has a thread of its own, so that it is never late, and paper, so that nobody waits for it.

A wish that fails is answered in the resident's words; nothing of theirs is logged.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from controller.core.errors import ChangedError, DeviceError, InputError, LoalangError, StationError
from controller.core.filing_codes import bare, grouped
from controller.core.filings import FINAL, Draft, FileState
from controller.core.ports import Bell, Clock, Ids
from controller.filing.receiving import Filing, TooManyTriesError, reason_of
from controller.runtime.files import replace_file
from controller.runtime.places import Places
from kiosk.asking import Ask, Asked, FileAnswer, FindFile, Found, NotAsked
from kiosk.happenings import (
    AskHelper,
    DeviceFailed,
    DraftFound,
    DraftNotFound,
    DraftNotSaved,
    DraftSaved,
    Filed,
    HelperKnown,
    HelperUnknown,
    NotFiled,
    PrintReceipt,
    PrintSlip,
    ResumeDraft,
    SaveDraft,
    Say,
    Submit,
)
from kiosk.state import Effect, Input

WAIT_S = 5.0
ENDED = FINAL | {FileState.DONE}  # nothing is promised any more
log = logging.getLogger(__name__)


class Voice(Protocol):
    """Of one thread. `open` raises DeviceError where there is no output."""

    def open(self) -> None: ...

    def say(self, text: str, language: str) -> float:
        """Instead of what is being said; lines one after the other."""

    def close(self) -> None: ...


Slip = PrintReceipt | PrintSlip
Printing = Callable[[Slip], None]  # DeviceError (a reason below `kiosk.device`) if it does not come


class Mouth:
    """Says the newest text that it was given, in a thread of its own."""

    def __init__(self, voice: Voice, tell: Callable[[Input], None]) -> None:
        self._voice, self._tell = voice, tell
        self._texts: queue.SimpleQueue[Say | None] = queue.SimpleQueue()

    def say(self, wish: Say) -> None:
        self._texts.put(wish)

    def wake(self) -> None:
        self._texts.put(None)

    def run(self, stopping: threading.Event) -> None:
        mute = opened = False
        while not stopping.is_set():
            wish = self._texts.get()
            while not self._texts.empty():  # only the newest is worth saying
                wish = self._texts.get_nowait()
            if wish is None or mute or (not opened and not wish.text):
                continue
            try:
                if not opened:
                    self._voice.open()
                    opened = True
                self._voice.say(wish.text, wish.language)
            except DeviceError as error:
                mute = True
                self._tell(DeviceFailed("voice", str(error)))
        self._voice.close()


class Paper:
    """Prints one slip after the other, in a thread of its own."""

    def __init__(self, printing: Printing, tell: Callable[[Input], None]) -> None:
        self._printing, self._tell = printing, tell
        self._slips: queue.SimpleQueue[Slip | None] = queue.SimpleQueue()

    def print(self, slip: Slip) -> None:
        self._slips.put(slip)

    def wake(self) -> None:
        self._slips.put(None)

    def run(self, stopping: threading.Event) -> None:
        """`printing` has a time limit of its own."""
        while not stopping.is_set():
            slip = self._slips.get()
            if slip is None:
                continue
            try:
                self._printing(slip)
            except DeviceError as error:
                self._tell(DeviceFailed("printer", str(error)))
            slip = None  # nothing of a resident's stays in a name that outlives it


class Hands:
    """`filing` opens the residents' files when the first wish needs them."""

    def __init__(
        self,
        places: Places,
        clock: Clock,
        ids: Ids,
        bell: Bell,
        filing: Callable[[], Filing],
        tell: Callable[[Input], None],
    ) -> None:
        self._places, self._clock, self._ids, self._bell, self._tell = places, clock, ids, bell, tell
        self._filing_of = filing
        self._filing: Filing | None = None
        self._resumed = ""  # the code of a draft that this visit goes on with
        self._wishes: queue.SimpleQueue[Effect | None] = queue.SimpleQueue()

    def do(self, wish: Effect) -> None:
        """Some time soon; from any thread."""
        self._wishes.put(wish)

    def wake(self) -> None:
        self._wishes.put(None)

    def run(self, stopping: threading.Event, progress: Callable[[], None]) -> None:
        while not stopping.is_set():
            progress()
            try:
                wish = self._wishes.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            if wish is not None:
                self._do(wish)
                wish = None  # nothing of a resident's stays in a name that outlives it

    def _do(self, wish: Effect) -> None:
        match wish:
            case Ask():
                self._tell(self._ask(wish))
            case FindFile():
                self._tell(self._find(wish))
            case Submit():
                self._tell(self._submit(wish))
            case SaveDraft():
                self._tell(self._save(wish))
            case ResumeDraft():
                self._tell(self._resume(wish))
            case AskHelper():
                self._tell(self._helper(wish))
            case _:
                log.error("nobody carries out %s", type(wish).__name__)

    def _ask(self, wish: Ask) -> Asked | NotAsked:
        """As a small file that the controller takes over: the kiosk may write nothing else of the station's."""
        ident = self._ids()
        request = {"kind": wish.kind, "about": wish.about, "at": self._clock.now().isoformat()}
        try:
            replace_file(self._places.kiosk_request(ident), json.dumps(request).encode(), mode=0o660)
        except StationError as error:
            log.error("a request could not be kept: %s", error)
            return NotAsked(wish.kind)
        self._bell.ring("controller")
        return Asked(wish.kind, ident)

    def _find(self, wish: FindFile) -> FileAnswer:
        try:
            filing = self._opened()
            by_token = filing.state_of_token
            standing = by_token(wish.token) if wish.token else filing.state_of_number(wish.number, wish.born)
        except TooManyTriesError:
            return FileAnswer(Found.OFTEN)
        except LoalangError as error:
            log.error("files cannot be looked up: %s", type(error).__name__)
            return FileAnswer(Found.UNREADABLE)
        if standing is None:
            return FileAnswer(Found.UNKNOWN)
        reason = standing.told[-1].reason if standing.told else ""
        lines = (*(line for line in (reason,) if line), *standing.asked)
        due = standing.timing.due if standing.state not in ENDED else None
        return FileAnswer(Found.FOUND, standing.state.key, wish.number, lines, due, standing.portal_code)

    def _submit(self, wish: Submit) -> Filed | NotFiled:
        try:
            receipt = self._opened().submit(wish)
        except LoalangError as error:
            log.error("nothing was filed: %s", type(error).__name__)
            return NotFiled(_reason(error))
        if self._resumed:
            self._drop_draft()
        return Filed(receipt.number, receipt.token)

    def _save(self, wish: SaveDraft) -> DraftSaved | DraftNotSaved:
        try:
            filing = self._opened()
            self._resumed = self._resumed or filing.new_resume_code()
            filing.keep_draft(self._resumed, Draft(wish.ident, wish.content, wish.photos))
        except LoalangError as error:
            log.error("a draft was not kept: %s", type(error).__name__)
            return DraftNotSaved(_reason(error))
        return DraftSaved(self._resumed)

    def _resume(self, wish: ResumeDraft) -> DraftFound | DraftNotFound:
        try:
            draft = self._opened().resume(wish.code)
        except InputError:
            return DraftNotFound("slip")
        except LoalangError as error:
            return DraftNotFound(_unknown(error))
        if draft is None:
            return DraftNotFound("unknown")
        self._resumed = grouped(bare(wish.code))
        return DraftFound(draft.ident, draft.content, draft.photos)

    def _helper(self, wish: AskHelper) -> HelperKnown | HelperUnknown:
        try:
            found = self._opened().helper(wish.code)
        except InputError:
            return HelperUnknown("slip")
        except LoalangError as error:
            return HelperUnknown(_unknown(error))
        return HelperKnown(found, "") if found else HelperUnknown("unknown")

    def _drop_draft(self) -> None:
        """What was filed is not to be filed again from its draft; else it goes after its seven days."""
        try:
            self._opened().drop_draft(self._resumed)
            self._resumed = ""
        except LoalangError as error:
            log.error("a draft was not dropped: %s", type(error).__name__)

    def _opened(self) -> Filing:
        if self._filing is None:
            self._filing = self._filing_of()
        return self._filing


def _reason(error: LoalangError) -> str:
    """As of NotFiled and DraftNotSaved."""
    match error:
        case StationError():
            return reason_of(error)
        case ChangedError():
            return "changed"
        case InputError():  # the one thing that can be wrong with what the flow hands over
            return "large"
        case _:
            return "database"


def _unknown(error: LoalangError) -> str:
    return "often" if isinstance(error, TooManyTriesError) else "database"
