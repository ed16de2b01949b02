"""Alpha messages to bytes: one message a frame, or several packets in one; `parsing` is the way back.

Nothing can be put into a frame that would end it: labels and text are printable ASCII, and control
bytes exist only as the typed `Inline` codes. Pure; every error is an AlphaError.
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.boards.alpha.words import (
    ALL_SIGNS,
    DOTS_COLUMNS,
    DOTS_ROWS,
    EOT,
    ESC,
    ETX,
    LEAD,
    PRIORITY,
    REPLY,
    SOH,
    STX,
    WITH_ARGUMENT,
    AlphaError,
    ClearMemory,
    Command,
    DotsReply,
    FileSpec,
    Inline,
    Message,
    Page,
    ReadDots,
    ReadSpecial,
    ReadString,
    ReadText,
    ReleasePriority,
    Reply,
    RunSequence,
    SetMemory,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    SoftReset,
    SoundTone,
    SpecialReply,
    StringReply,
    TextReply,
    WriteDots,
    WriteString,
    WriteText,
)

_DIGITS = bytes((code + 0x30) & 0xFF for code in range(256))  # of a dot's code


def encode(message: Message) -> bytes:
    """The frame of one message, checksummed. AlphaError where it holds what no frame can carry."""
    kind = REPLY if isinstance(message, Reply) else ALL_SIGNS
    head = bytes(LEAD) + bytes((SOH, kind)) + b"00"
    if isinstance(message, ReleasePriority):
        return head + bytes((STX,)) + _data_of(message) + bytes((EOT,))
    return head + _packet(message) + bytes((EOT,))


def encode_nested(commands: Sequence[Command]) -> tuple[bytes, tuple[int, ...]]:
    """One frame of several packets, and after how many of its bytes the sign needs `NESTED_PAUSE_S` of silence."""
    if not commands or any(isinstance(command, ReleasePriority) for command in commands):
        raise AlphaError("a frame of nothing, or a release, which stands alone")
    frame, pauses = bytes(LEAD) + bytes((SOH, ALL_SIGNS)) + b"00", []
    for command in commands:
        pauses.append(len(frame) + 1)
        frame += _packet(command)
    return frame + bytes((EOT,)), tuple(pauses)


def _packet(message: Message) -> bytes:
    packet = bytes((STX,)) + _data_of(message) + bytes((ETX,))
    return packet + checksum(packet)


def checksum(packet: bytes) -> bytes:
    """Of the bytes from STX to ETX, both counted: the sum as four upper-case hexadecimal digits."""
    return f"{sum(packet) & 0xFFFF:04X}".encode()


def text_data(pages: tuple[Page, ...]) -> bytes:
    """What stands in a TEXT file."""
    data = b""
    for number, page in enumerate(pages):
        if page.style is not None:
            position, mode = page.style
            data += bytes((ESC,)) + position.encode() + mode.encode()
        elif number or not page.body:
            raise AlphaError("only the first page may go without a style, and not if it is empty")
        data += _body(page.body)
    return data


def _body(body: tuple[str | Inline, ...]) -> bytes:
    return b"".join(_text(piece) if isinstance(piece, str) else _inline(piece) for piece in body)


def _data_of(message: Message) -> bytes:
    match message:
        case WriteText(label, pages):
            if label == PRIORITY and not pages:
                raise AlphaError("an empty priority file blanks the sign; release it instead")
            return b"A" + _label(label) + text_data(pages)
        case ReleasePriority():
            return b"A" + PRIORITY.encode()
        case ReadText(label):
            return b"B" + _label(label)
        case WriteString(label, body):
            return b"G" + _label(label) + _body(body)
        case ReadString(label):
            return b"H" + _label(label)
        case WriteDots(label, dots) | DotsReply(label, dots):
            return b"I" + _label(label) + _dots(dots)
        case ReadDots(label):
            return b"J" + _label(label)
        case SoundTone(tone):
            return b"E(" + tone.encode()
        case SetTime(hour, minute):
            if not (0 <= hour < 24 and 0 <= minute < 60):
                raise AlphaError(f"no time of day: {hour}:{minute}")
            return f"E {hour:02d}{minute:02d}".encode()
        case SetTimeFormat(military):
            return b"E'M" if military else b"E'S"
        case SetWeekday(day):
            if not 1 <= day <= 7:
                raise AlphaError(f"no weekday: {day}")
            return f"E&{day}".encode()
        case ClearMemory():
            return b"E$"
        case SetMemory(files):
            if not files:
                raise AlphaError("a memory table without files is a ClearMemory")
            return b"E$" + b"".join(_file_spec(file) for file in files)
        case RunSequence(labels, order, locked):
            if order not in ("T", "S", "D") or not labels:
                raise AlphaError(f"no run sequence: {order!r} {labels!r}")
            return f"E.{order}{'L' if locked else 'U'}".encode() + b"".join(_label(label) for label in labels)
        case SoftReset():
            return b"E,"
        case ReadSpecial(what):
            return b"F" + what.encode()
        case TextReply(label, data):
            return b"A" + _label(label) + _reply_data(data)
        case StringReply(label, data):
            return b"G" + _label(label) + _reply_data(data)
        case SpecialReply(what, data):
            return b"E" + what.encode() + _reply_data(data)


def _label(label: str) -> bytes:
    if len(label) != 1 or not " " <= label <= "~":
        raise AlphaError(f"a file label is one printable ASCII character, not {label!r}")
    return label.encode()


def _text(piece: str) -> bytes:
    if not piece or not all(" " <= c <= "~" for c in piece):
        raise AlphaError(f"only printable ASCII goes into a text, not {piece!r}")
    return piece.encode()


def _inline(piece: Inline) -> bytes:
    if piece.code not in WITH_ARGUMENT:
        if piece.argument:
            raise AlphaError(f"{piece.code.name} takes no argument")
        return bytes((piece.code,))
    return bytes((piece.code,)) + _label(piece.argument)


def _dots(dots: tuple[bytes, ...]) -> bytes:
    columns = len(dots[0]) if dots else 0
    if not (0 < len(dots) <= DOTS_ROWS and 0 < columns <= DOTS_COLUMNS):
        raise AlphaError(
            f"a picture has up to {DOTS_ROWS} rows of up to {DOTS_COLUMNS} dots: not {len(dots)}x{columns}"
        )
    if any(len(row) != columns or max(row) > 8 for row in dots):
        raise AlphaError("the rows of a picture have one width and codes from 0 to 8")
    rows = b"".join(row.translate(_DIGITS) + b"\r" for row in dots)
    return f"{len(dots):02X}{columns:02X}".encode() + rows


def _file_spec(file: FileSpec) -> bytes:
    hexadecimal = len(file.extra) == 4 and all(c in "0123456789ABCDEF" for c in file.extra)
    if file.kind not in ("A", "B", "D") or not 0 <= file.size <= 0xFFFF or not hexadecimal:
        raise AlphaError(f"no line of a memory table: {file!r}")
    return _label(file.label) + f"{file.kind}{'L' if file.locked else 'U'}{file.size:04X}{file.extra}".encode()


def _reply_data(data: bytes) -> bytes:
    if any(byte <= EOT or byte > 0x7E for byte in data):
        raise AlphaError("a reply's data has a byte that would break the frame")
    return data
