"""A rotation as a Huidu controller takes it: picture files, and a programme that shows them in turn. Pure.

The controller turns the pages by itself, so its pages do not turn with those of other boards.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from controller.boards.huidu.documents import NO_GUID, Shot, command, program_id, screen
from controller.boards.huidu.frames import commanded, file_begun, file_content, file_ended
from controller.boards.lettering.stills import dark, rgb_of, stills
from controller.boards.pages import Dots, Page, Rotation
from controller.core.levels import Level
from controller.runtime.config_tables import Board

OURS = "loalang-"  # every file of ours begins so
PAGES_LIMIT = 500  # of one programme: a document that a controller surely takes, and half an hour that nobody waits out


@dataclass(frozen=True, slots=True)
class Programme:
    """`ident` is the same for the same pictures in the same order for the same times. `text` can be read on them;
    not `is_whole`: the last pages are left out."""

    ident: str
    shots: tuple[Shot, ...]
    files: Mapping[str, bytes]
    text: str
    is_whole: bool


def programme_of(board: Board, rotation: Rotation) -> Programme:
    shots, files = list[Shot](), dict[str, bytes]()
    shown = replace(rotation, pages=rotation.pages[:PAGES_LIMIT])
    for page in stills(board, shown).pages:
        png = png_of_rgb(rgb_of(board, page.dots))
        name = f"{OURS}{sha256(png).hexdigest()[:16]}.png"
        files[name] = png
        shots.append(Shot(name, max(1, round(page.dwell_s * 10))))
    ident = program_id(board.columns, board.rows, tuple(shots))
    return Programme(ident, tuple(shots), files, shown.text, shown.pages == rotation.pages)


def dark_programme(board: Board) -> Programme:
    return programme_of(board, Rotation((Page(dark(board), 60.0, ()),)))


def frames_of(board: Board, rotation: Rotation, level: Level) -> bytes:
    """What goes over the line for a rotation, where the controller has none of its pictures yet."""
    programme = programme_of(board, rotation)
    sent = [file_begun(name, png) + file_content(png) + file_ended() for name, png in programme.files.items()]
    document = command(NO_GUID, "AddProgram", screen(board.columns, board.rows, programme.shots, 0, programme.files))
    return b"".join(sent) + commanded(document)


def png_of_rgb(rows: Dots) -> bytes:
    """A PNG of three bytes a pixel (W3C PNG specification, colour type 2), no filter."""
    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
