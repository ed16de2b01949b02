"""The words of the Alpha sign protocol (Adaptive, BetaBrite; the manufacturer's form 9708-8061).

Messages only: `encoding` turns them into frames and back, `stream` finds frames in what
comes off a line. None of the three knows lines, timing or boards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

from controller.core.errors import DeviceError

NUL, SOH, STX, ETX, EOT, ESC = 0x00, 0x01, 0x02, 0x03, 0x04, 0x1B
LEAD = 5  # NULs that open a frame; the sign finds the line's speed from them
ALL_SIGNS, REPLY = ord("Z"), ord("0")  # types of sign
PRIORITY = "0"  # label of the priority TEXT file
DOTS_ROWS, DOTS_COLUMNS = 31, 255  # of one picture at most
WIDTH_BYTES, WIDTH_PAUSE_S = 16, 0.1  # the frame of a picture up to its width, and the silence that follows
NESTED_PAUSE_S = 0.1  # after every STX of a frame with several packets


class AlphaError(DeviceError):
    """Bytes that are no frame of this protocol, or a message that cannot be written in it."""


class Position(StrEnum):
    MIDDLE = " "
    TOP = '"'
    BOTTOM = "&"
    FILL = "0"


class Mode(StrEnum):
    ROTATE = "a"  # from right to left, as a ticker
    HOLD = "b"
    FLASH = "c"
    ROLL_UP = "e"
    ROLL_DOWN = "f"
    ROLL_LEFT = "g"
    ROLL_RIGHT = "h"
    WIPE_UP = "i"
    WIPE_DOWN = "j"
    WIPE_LEFT = "k"
    WIPE_RIGHT = "l"
    SCROLL = "m"
    AUTOMATIC = "o"
    ROLL_IN = "p"
    ROLL_OUT = "q"
    WIPE_IN = "r"
    WIPE_OUT = "s"
    COMPRESSED_ROTATE = "t"
    TWINKLE = "n0"
    SPARKLE = "n1"
    SNOW = "n2"
    INTERLOCK = "n3"
    SWITCH = "n4"
    SLIDE = "n5"
    SPRAY = "n6"
    STARBURST = "n7"


class Code(IntEnum):
    """Control codes inside a text. FONT, COLOUR, STRING and DOTS take one character."""

    NO_HOLD = 0x09
    NEW_PAGE = 0x0C
    NEW_LINE = 0x0D
    STRING = 0x10
    TIME = 0x13
    DOTS = 0x14
    SPEED_1 = 0x15  # slowest
    SPEED_2 = 0x16
    SPEED_3 = 0x17
    SPEED_4 = 0x18
    SPEED_5 = 0x19
    FONT = 0x1A
    COLOUR = 0x1C


WITH_ARGUMENT = frozenset({Code.FONT, Code.COLOUR, Code.STRING, Code.DOTS})


@dataclass(frozen=True, slots=True)
class Inline:
    code: Code
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a TEXT file with one way of showing it; `style` None (first page only) is the sign's own."""

    body: tuple[str | Inline, ...]
    style: tuple[Position, Mode] | None = None


@dataclass(frozen=True, slots=True)
class WriteText:
    label: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class ReleasePriority:
    """Ends an emergency: the bare `A0`, without ETX; an empty formatted write would leave a blank sign."""


@dataclass(frozen=True, slots=True)
class ReadText:
    label: str


@dataclass(frozen=True, slots=True)
class WriteString:
    """A STRING file: text that others call; writing it does not blank the sign."""

    label: str
    body: tuple[str | Inline, ...]


@dataclass(frozen=True, slots=True)
class ReadString:
    label: str


@dataclass(frozen=True, slots=True)
class WriteDots:
    """A picture: rows of codes 0 to 8, a byte each, all of one width; at most 31 rows of 255. The sign needs a
    silence of `WIDTH_PAUSE_S` after the first `WIDTH_BYTES` bytes of the frame."""

    label: str
    dots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReadDots:
    label: str


class Tone(StrEnum):
    LONG = "0"  # two seconds
    THREE_SHORT = "1"


@dataclass(frozen=True, slots=True)
class SoundTone:
    """The sign beeps, and hears nothing for three seconds."""

    tone: Tone


@dataclass(frozen=True, slots=True)
class SetTime:
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class SetTimeFormat:
    military: bool  # 19:30 rather than 7:30 PM


@dataclass(frozen=True, slots=True)
class SetWeekday:
    day: int  # 1 Sunday .. 7 Saturday


@dataclass(frozen=True, slots=True)
class ClearMemory:
    """The bare `E$`: every file is lost. Never part of an ordinary update."""


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One line of the memory table. `kind` is A (TEXT), B (STRING) or D (DOTS)."""

    label: str
    kind: str
    size: int  # bytes; for D: rows * 256 + columns
    extra: str = "FF00"  # TEXT: run times (FF = always); STRING: 0000; DOTS: 1000, 2000 or 4000 colours
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SetMemory:
    files: tuple[FileSpec, ...]


@dataclass(frozen=True, slots=True)
class RunSequence:
    labels: str
    order: str = "T"  # T by run times, S in this order, D each once, then deleted
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SoftReset:
    """Restarts the sign; its memory stays."""


class Special(StrEnum):
    """What can be asked with F; the reply's data is the sign's own text."""

    TIME = " "
    INFORMATION = '"'
    POOL = "#"
    MEMORY = "$"
    ERRORS = "*"
    SEQUENCE = "."


@dataclass(frozen=True, slots=True)
class ReadSpecial:
    what: Special


@dataclass(frozen=True, slots=True)
class TextReply:
    """A TEXT file read back; `data` is byte for byte what `text_data` makes of its pages."""

    label: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StringReply:
    label: str
    data: bytes


@dataclass(frozen=True, slots=True)
class DotsReply:
    label: str
    dots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SpecialReply:
    what: Special
    data: bytes


class Errors(IntFlag):
    """What the sign has to say of the last frame (the reply to `Special.ERRORS`)."""

    NONE = 0
    PARITY = 0x01
    FRAMING = 0x02
    TIMEOUT = 0x04
    OVERFLOW = 0x08
    CHECKSUM = 0x10
    BAD = 0x20  # command or label


@dataclass(frozen=True, slots=True)
class Pool:
    size_bytes: int
    free_bytes: int


Command = (
    WriteText | ReleasePriority | ReadText | WriteString | ReadString | WriteDots | ReadDots | SetTime | SetTimeFormat
    | SetWeekday | ClearMemory | SetMemory | RunSequence | SoftReset | SoundTone | ReadSpecial
)  # fmt: skip
Reply = TextReply | StringReply | DotsReply | SpecialReply
Message = Command | Reply
