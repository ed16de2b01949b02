"""Bytes to Alpha messages: what stands in one packet, and what the data of replies say.

Strict: anything that the protocol does not know is an AlphaError. Pure.
"""

from __future__ import annotations

import re

from controller.boards.alpha.words import (
    DOTS_ROWS,
    EOT,
    ESC,
    PRIORITY,
    WITH_ARGUMENT,
    AlphaError,
    ClearMemory,
    Code,
    Command,
    DotsReply,
    Errors,
    FileSpec,
    Inline,
    Message,
    Mode,
    Page,
    Pool,
    Position,
    ReadDots,
    ReadSpecial,
    ReadString,
    ReadText,
    ReleasePriority,
    RunSequence,
    SetMemory,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    SoftReset,
    SoundTone,
    Special,
    SpecialReply,
    StringReply,
    TextReply,
    Tone,
    WriteDots,
    WriteString,
    WriteText,
)

_CODES = bytes((digit - 0x30) & 0xFF for digit in range(256))  # of a dot, from its digit


def parse(data: bytes, is_reply: bool) -> Message:
    """The message in a packet's data (between STX and ETX or EOT), or AlphaError."""
    if len(data) < 2 or any(byte <= EOT or byte > 0x7E for byte in data):
        raise AlphaError(f"not a packet: {data[:40]!r}")
    command, rest = chr(data[0]), data[1:]
    if is_reply:
        if command == "A":
            return TextReply(_one_label(rest[:1]), rest[1:])
        if command == "G":
            return StringReply(_one_label(rest[:1]), rest[1:])
        if command == "I":
            return DotsReply(_one_label(rest[:1]), dots_of(rest[1:]))
        if command == "E":
            return SpecialReply(_special(rest[:1]), rest[1:])
    elif command == "A":
        label = _one_label(rest[:1])
        return ReleasePriority() if rest == PRIORITY.encode() else WriteText(label, text_pages(rest[1:]))
    elif command == "B":
        return ReadText(_one_label(rest))
    elif command == "G":
        return WriteString(_one_label(rest[:1]), string_body(rest[1:]))
    elif command == "H":
        return ReadString(_one_label(rest))
    elif command == "I":
        return WriteDots(_one_label(rest[:1]), dots_of(rest[1:]))
    elif command == "J":
        return ReadDots(_one_label(rest))
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


def string_body(data: bytes) -> tuple[str | Inline, ...]:
    """The pieces of a STRING file; it has no pages."""
    found = text_pages(data)
    if len(found) > 1 or any(page.style for page in found):
        raise AlphaError("a STRING file has no pages of its own")
    return found[0].body if found else ()


def dots_of(data: bytes) -> tuple[bytes, ...]:
    """A picture's rows, from its height and width on."""
    try:
        rows, columns = int(data[:2].decode("ascii"), 16), int(data[2:4].decode("ascii"), 16)
    except ValueError:
        raise AlphaError(f"no size of a picture: {data[:4]!r}") from None
    body = data[4:]
    if f"{rows:02X}{columns:02X}".encode() != data[:4] or not 0 < rows <= DOTS_ROWS or not columns:
        raise AlphaError(f"no size of a picture: {data[:4]!r}")
    lines = tuple(body[at : at + columns] for at in range(0, len(body), columns + 1))
    ends = body[columns :: columns + 1]
    if len(body) != rows * (columns + 1) or ends != b"\r" * rows or any(line.strip(b"012345678") for line in lines):
        raise AlphaError(f"not {rows} rows of {columns} dots")
    return tuple(line.translate(_CODES) for line in lines)


def pool_of(data: bytes) -> Pool:
    """The sign's memory, from a reply to `Special.POOL` or from the end of one to `Special.INFORMATION`."""
    found = re.search(rb"([0-9A-F]{4}),([0-9A-F]{4})\Z", data)
    if not found:
        raise AlphaError(f"no size of a memory: {data[:40]!r}")
    return Pool(int(found[1], 16), int(found[2], 16))


def errors_of(data: bytes) -> Errors:
    """What the sign's status register says, from a reply to `Special.ERRORS`."""
    if len(data) != 1 or data[0] & 0xC0 != 0x40:
        raise AlphaError(f"no status: {data[:20]!r}")
    return Errors(data[0] & 0x3F)


def sequence_of(data: bytes) -> RunSequence:
    """The order in which the sign runs its TEXT files, from a reply to `Special.SEQUENCE`."""
    found = re.fullmatch(rb"([TSD])([UL])([ -~]+)", data)
    if not found:
        raise AlphaError(f"no run sequence: {data[:40]!r}")
    return RunSequence(found[3].decode(), found[1].decode(), found[2] == b"L")


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
    if function == "(" and text in tuple(Tone):
        return SoundTone(Tone(text))
    if function == "," and not text:
        return SoftReset()
    if function == "$":
        return SetMemory(file_specs(data)) if text else ClearMemory()
    if function == "." and len(text) > 2 and text[0] in "TSD" and text[1] in "UL" and text.isprintable():
        return RunSequence(text[2:], text[0], text[1] == "L")
    raise AlphaError(f"unknown special function {function!r} with {data[:20]!r}")
