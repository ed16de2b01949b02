"""Alpha messages to bytes and back: one message a frame.

Nothing can be put into a frame that would end it: labels and text are printable ASCII, and control
bytes exist only as the typed `Inline` codes. Pure; every error is an AlphaError.
"""

from __future__ import annotations

from controller.boards.alpha import (
    ALL_SIGNS,
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
    Code,
    Command,
    FileSpec,
    Inline,
    Message,
    Mode,
    Page,
    Position,
    ReadSpecial,
    ReadText,
    ReleasePriority,
    RunSequence,
    SetMemory,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    SoftReset,
    Special,
    SpecialReply,
    TextReply,
    WriteText,
)


def encode(message: Message) -> bytes:
    """The frame of one message, checksummed. AlphaError where it holds what no frame can carry."""
    kind = REPLY if isinstance(message, TextReply | SpecialReply) else ALL_SIGNS
    head = bytes(LEAD) + bytes((SOH, kind)) + b"00"
    packet = bytes((STX,)) + _data_of(message)
    if isinstance(message, ReleasePriority):
        return head + packet + bytes((EOT,))
    packet += bytes((ETX,))
    return head + packet + checksum(packet) + bytes((EOT,))


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
        for piece in page.body:
            data += _text(piece) if isinstance(piece, str) else _inline(piece)
    return data


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


def _file_spec(file: FileSpec) -> bytes:
    hexadecimal = len(file.extra) == 4 and all(c in "0123456789ABCDEF" for c in file.extra)
    if file.kind not in ("A", "B", "D") or not 0 <= file.size <= 0xFFFF or not hexadecimal:
        raise AlphaError(f"no line of a memory table: {file!r}")
    return _label(file.label) + f"{file.kind}{'L' if file.locked else 'U'}{file.size:04X}{file.extra}".encode()


def _reply_data(data: bytes) -> bytes:
    if any(byte <= EOT or byte > 0x7E for byte in data):
        raise AlphaError("a reply's data has a byte that would break the frame")
    return data


def parse(data: bytes, is_reply: bool) -> Message:
    """The message in a packet's data (between STX and ETX or EOT), or AlphaError."""
    if len(data) < 2 or any(byte <= EOT or byte > 0x7E for byte in data):
        raise AlphaError(f"not a packet: {data[:40]!r}")
    command, rest = chr(data[0]), data[1:]
    if is_reply:
        if command == "A":
            return TextReply(_one_label(rest[:1]), rest[1:])
        if command == "E":
            return SpecialReply(_special(rest[:1]), rest[1:])
    elif command == "A":
        label = _one_label(rest[:1])
        return ReleasePriority() if rest == PRIORITY.encode() else WriteText(label, text_pages(rest[1:]))
    elif command == "B":
        return ReadText(_one_label(rest))
    elif command == "E":
        return _special_write(chr(rest[0]), rest[1:])
    elif command == "F":
        return ReadSpecial(_special(rest))
    raise AlphaError(f"unknown command {command!r}")


def text_pages(data: bytes) -> tuple[Page, ...]:
    """The pages of a TEXT file, the inverse of `text_data`."""
    pages: list[Page] = []
    style: tuple[Position, Mode] | None = None
    body: list[str | Inline] = []
    rest = data
    while rest:
        byte, rest = rest[0], rest[1:]
        if byte == ESC:
            if style is not None or body:
                pages.append(Page(tuple(body), style))
            style, rest = _style(rest)
            body = []
        elif 0x20 <= byte <= 0x7E:
            if body and isinstance(body[-1], str):
                body[-1] += chr(byte)
            else:
                body.append(chr(byte))
        else:
            try:
                code = Code(byte)
            except ValueError:
                raise AlphaError(f"unknown control code {byte:02X} in a text") from None
            argument, rest = (_one_label(rest[:1]), rest[1:]) if code in WITH_ARGUMENT else ("", rest)
            body.append(Inline(code, argument))
    if style is not None or body:
        pages.append(Page(tuple(body), style))
    return tuple(pages)


def file_specs(data: bytes) -> tuple[FileSpec, ...]:
    """A memory table, as SetMemory writes it and F$ reads it back."""
    if len(data) % 11:
        raise AlphaError(f"a memory table has 11 bytes a line, not {len(data)} in all")
    found = []
    for line in (data[at : at + 11].decode("latin-1") for at in range(0, len(data), 11)):
        if line[1] not in "ABD" or line[2] not in "UL" or not all(c in "0123456789ABCDEF" for c in line[3:]):
            raise AlphaError(f"no line of a memory table: {line!r}")
        found.append(
            FileSpec(_one_label(line[:1].encode("latin-1")), line[1], int(line[3:7], 16), line[7:], line[2] == "L")
        )
    return tuple(found)


def _style(rest: bytes) -> tuple[tuple[Position, Mode], bytes]:
    size = 3 if rest[1:2] == b"n" else 2
    try:
        return (Position(rest[:1].decode("ascii")), Mode(rest[1:size].decode("ascii"))), rest[size:]
    except ValueError:
        raise AlphaError(f"unknown position or mode: {rest[:size]!r}") from None


def _one_label(data: bytes) -> str:
    if len(data) != 1 or not 0x20 <= data[0] <= 0x7E:
        raise AlphaError(f"no file label: {data[:20]!r}")
    return chr(data[0])


def _special(data: bytes) -> Special:
    try:
        return Special(data.decode("ascii"))
    except ValueError:
        raise AlphaError(f"unknown special function {data[:20]!r}") from None


def _special_write(function: str, data: bytes) -> Command:
    text = data.decode("ascii")
    if function == " " and len(text) == 4 and text.isdecimal() and text[:2] < "24" and text[2:] < "60":
        return SetTime(int(text[:2]), int(text[2:]))
    if function == "'" and text in ("M", "S"):
        return SetTimeFormat(text == "M")
    if function == "&" and len(text) == 1 and text in "1234567":
        return SetWeekday(int(text))
    if function == "," and not text:
        return SoftReset()
    if function == "$":
        return SetMemory(file_specs(data)) if text else ClearMemory()
    if function == "." and len(text) > 2 and text[0] in "TSD" and text[1] in "UL" and text.isprintable():
        return RunSequence(text[2:], text[0], text[1] == "L")
    raise AlphaError(f"unknown special function {function!r} with {data[:20]!r}")
