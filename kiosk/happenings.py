"""What can happen to a resident's visit besides touches, and what a visit can ask for. Values only; the flow (pure)
takes the first and gives the second, the screen's shell carries them out.

Nothing here may be logged: nearly all of it may hold a resident's data, and shows nothing of it where it is printed
(`repr=False`). What does show itself has reasons and switches only.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.filings import Submission


@dataclass(frozen=True, slots=True, repr=False)
class CardRead:
    """The text of an ID card's QR code, or of a receipt's, whole, from a scanner or the camera. letters_lost: those
    that are not ASCII did not come through, if there were any; no card is without."""

    text: str
    letters_lost: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class PhotoTaken:
    """A picture of a paper: JPEG of at most 2 MB, and whether it can be read; `complaint` says why not: "dark",
    "bright", "blank", "blurred" or "cut"."""

    jpeg: bytes
    legible: bool
    complaint: str = ""
    small: CameraSees | None = None  # so that people see what was taken


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """kind: "camera", "printer", "scanner", "voice". reason: a key below `kiosk.device` in the catalogues."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Filed:
    """It lies sealed on the disk; `number` as people say it, `token` for the receipt's QR code."""

    number: str
    token: str


@dataclass(frozen=True, slots=True)
class NotFiled:
    """Nothing was kept; the draft still is in memory. reason: "disk", "database", "no_key", "large" (beyond the
    limits), "changed" (an attempt before was kept, and an official has opened it)."""

    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class CameraSees:
    """A small picture of what the camera sees, while it is watched: `width` x `height` pixels, three bytes each."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True, repr=False)
class DraftSaved:
    """The visit so far lies sealed on the disk for seven days; `code` opens it, as people read and type it."""

    code: str


@dataclass(frozen=True, slots=True)
class DraftNotSaved:
    """reason: as of NotFiled."""

    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class DraftFound:
    """What was kept under a resume code, and what it was kept as."""

    ident: str
    content: bytes
    photos: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class DraftNotFound:
    """reason: "slip" (a letter is wrong), "unknown" (or older than seven days), "database"."""

    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class HelperKnown:
    """Somebody of the community team has shown their code. `helper`: who, for the file; `name`: as they are called."""

    helper: str
    name: str


@dataclass(frozen=True, slots=True)
class HelperUnknown:
    """reason: as of DraftNotFound; "often": too many wrong ones, not now."""

    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Say:
    """Effect: say this text, in a language, instead of what is being said. "" is silence."""

    text: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class TakePhoto:
    """Effect: one picture, answered by PhotoTaken or DeviceFailed."""


@dataclass(frozen=True, slots=True)
class WatchCamera:
    """Effect: show what the camera sees, and look for QR codes in it, while `on`."""

    on: bool


@dataclass(frozen=True, slots=True, repr=False)
class Submit(Submission):
    """Effect: seal it and keep it (`Filing.submit` takes it as it is); answered by Filed or NotFiled. `ident` makes a
    second attempt the same file.

    content: the JSON document of docs/filing.md (`FileDocument.as_json`). photos: by the paper's id.
    """


@dataclass(frozen=True, slots=True, repr=False)
class PrintReceipt:
    """Effect: on paper, if there is a printer; answered only if it fails."""

    number: str
    token: str
    title: str
    lines: tuple[str, ...]  # what happens next, how to hand over, and addresses (https://…), each after its step


@dataclass(frozen=True, slots=True, repr=False)
class SaveDraft:
    """Effect: keep the visit so far under a resume code; answered by DraftSaved or DraftNotSaved."""

    ident: str
    content: bytes
    photos: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, repr=False)
class ResumeDraft:
    """Effect: open what was kept under a code as somebody typed it; answered by DraftFound or DraftNotFound."""

    code: str


@dataclass(frozen=True, slots=True, repr=False)
class AskHelper:
    """Effect: whose code this is; answered by HelperKnown or HelperUnknown."""

    code: str


@dataclass(frozen=True, slots=True, repr=False)
class PrintSlip:
    """Effect: a resume code on paper, if there is a printer; answered only if it fails."""

    code: str
    title: str
    lines: tuple[str, ...]


Happening = (
    CardRead | PhotoTaken | CameraSees | DeviceFailed | Filed | NotFiled
    | DraftSaved | DraftNotSaved | DraftFound | DraftNotFound | HelperKnown | HelperUnknown
)  # fmt: skip
Wish = Say | TakePhoto | WatchCamera | Submit | PrintReceipt | SaveDraft | ResumeDraft | AskHelper | PrintSlip
