"""A Huidu controller in software: what it does with each byte of a conversation, and what its panel shows.

Written from the facts of the protocol, not from our frames. Strict: who does not greet first, miscounts, sends a
picture that is none or names one that is not there is told so by number, or by name in a document. What it was sent
lies in its flash and outlasts the power; `keeps` False: a card that was swapped, or has lost its flash.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from hashlib import md5
from io import BytesIO
from xml.etree import ElementTree as ET

from PIL import Image, UnidentifiedImageError

from controller.boards.emulated.board import Face
from controller.boards.huidu.documents import HuiduError, parse
from controller.boards.pages import Dots

OUT_OF_TURN, BAD_LENGTH, BAD_VALUE, NO_ROOM, UNFINISHED, TOO_LONG, BAD_INDEX = 2, 7, 8, 9, 19, 20, 21
LONGEST_FRAME, LONGEST_DOCUMENT, FLASH_BYTES = 9216, 1 << 20, 64 << 20
GUID = "6d1f0c0e-2b8b-4c41-9a7e-{:012x}"


class HuiduSign:
    """One controller with its panel. `noted` is called for every document that it obeyed."""

    def __init__(
        self,
        columns: int,
        rows: int,
        colours: str,
        noted: Callable[[dict[str, str]], None] = lambda note: None,
        keeps: bool = True,
    ) -> None:
        self.columns, self.rows, self._colours, self._noted, self._keeps = columns, rows, colours, noted, keeps
        self._files: dict[str, bytes] = {}
        self._screen: ET.Element | None = None
        self._shots: list[tuple[tuple[bytes, ...], float]] = []
        self._since, self._is_lit = 0.0, True
        self._conversations = 0
        self.accept(0.0)

    def accept(self, now: float) -> None:
        """Somebody has called."""
        self._conversations += 1
        self._guid = GUID.format(self._conversations)
        self._frame, self._document = bytearray(), bytearray()
        self._file: tuple[str, str, int, bytearray] | None = None  # name, MD5, size, what has come
        self._has_greeted = self._has_met = False
        self._replies = b""
        self.has_hung_up = False

    def lose_power(self, now: float) -> None:
        """Off and on again; whoever was in conversation hears no more."""
        self.accept(now)
        self.has_hung_up = True
        self._since, self._is_lit = now, True
        if not self._keeps:
            self._files, self._screen, self._shots = {}, None, []

    def hear(self, byte: int, now: float) -> None:
        if self.has_hung_up:
            return
        self._frame.append(byte)
        size = int.from_bytes(self._frame[:2], "little")
        if len(self._frame) == 2 and not 4 <= size <= LONGEST_FRAME:
            self._refuse(BAD_LENGTH)
        elif len(self._frame) >= 4 and len(self._frame) == size:
            code, data = int.from_bytes(self._frame[2:4], "little"), bytes(self._frame[4:])
            self._frame.clear()
            self._obey(code, data, now)

    def take_replies(self) -> bytes:
        replies, self._replies = self._replies, b""
        return replies

    def face(self, now: float) -> Face:
        dark = (bytes(self.columns * (3 if self._colours == "full" else 1)),) * self.rows
        round_s = sum(lasts_s for _, lasts_s in self._shots)
        if not self._is_lit or round_s <= 0:
            return Face("" if self._is_lit else "dark", "", dark)
        into_s, number = (now - self._since) % round_s, 0
        while into_s >= self._shots[number][1] and number < len(self._shots) - 1:
            into_s -= self._shots[number][1]
            number += 1
        dots, lasts_s = self._shots[number]
        return Face(f"{number + 1}/{len(self._shots)}", "", dots, lasts_s - into_s if len(self._shots) > 1 else None)

    # --- frames ---

    def _reply(self, code: int, data: bytes) -> None:
        self._replies += struct.pack("<HH", 4 + len(data), code) + data

    def _refuse(self, status: int) -> None:
        """Say why, and hang up."""
        self._reply(0x2000, struct.pack("<H", status))
        self.has_hung_up = True

    def _obey(self, code: int, data: bytes, now: float) -> None:
        if code == 0x005F and not data:
            self._reply(0x0060, b"")
        elif code == 0x2001 and len(data) == 4:
            self._has_greeted = True
            self._reply(0x2002, data + b"\0\0")
        elif not self._has_greeted:
            self._refuse(OUT_OF_TURN)
        elif code == 0x2003 and len(data) > 8:
            self._piece(int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little"), data[8:], now)
        elif code == 0x8001 and len(data) > 44 and data[32] == 0 and data[-1] == 0 and b"\0" not in data[43:-1]:
            self._begin(data[:32], data[43:-1], *struct.unpack("<qh", data[33:43]))
        elif code == 0x8003 and self._file is not None:
            self._file[3].extend(data)
            if len(self._file[3]) > self._file[2]:
                self._refuse(BAD_LENGTH)
        elif code == 0x8005 and not data and self._file is not None:
            self._end(*self._file)
        else:
            self._refuse(OUT_OF_TURN)

    def _begin(self, digits: bytes, name: bytes, size: int, kind: int) -> None:
        held = sum(map(len, self._files.values()))
        if not self._has_met or kind != 0 or size <= 0 or not name.isascii() or b"/" in name or not digits.isalnum():
            return self._reply(0x8002, struct.pack("<Hq", BAD_VALUE, 0))
        if held + size > FLASH_BYTES:
            return self._reply(0x8002, struct.pack("<Hq", NO_ROOM, 0))
        there = self._files.get(name.decode(), b"")
        if md5(there, usedforsecurity=False).hexdigest() != digits.decode():
            there = b""
        self._file = name.decode(), digits.decode(), size, bytearray(there)
        return self._reply(0x8002, struct.pack("<Hq", 0, len(there)))

    def _end(self, name: str, digits: str, size: int, content: bytearray) -> None:
        self._file = None
        is_whole = len(content) == size and md5(content, usedforsecurity=False).hexdigest() == digits
        if is_whole:
            self._files[name] = bytes(content)
        self._reply(0x8006, struct.pack("<H", 0 if is_whole else UNFINISHED))

    def _piece(self, size: int, at: int, data: bytes, now: float) -> None:
        if at == 0:
            self._document.clear()
        if size > LONGEST_DOCUMENT:
            return self._refuse(TOO_LONG)
        if at != len(self._document) or at + len(data) > size:
            return self._refuse(BAD_INDEX)
        self._document += data
        if len(self._document) == size:
            self._read(bytes(self._document), now)
        return None

    # --- documents ---

    def _read(self, document: bytes, now: float) -> None:
        try:
            root = parse(document)
        except HuiduError:
            return self._answer("", "kParseXmlFailed")
        asked = root.find("in")
        method = "" if asked is None else asked.get("method", "")
        if root.tag != "sdk" or asked is None:
            return self._answer("", "kParseXmlFailed")
        if not self._has_met and method != "GetIFVersion":
            return self._answer(method, "kProcessError")
        if self._has_met and root.get("guid") != self._guid:
            return self._answer(method, "kInvalidGUID")
        within: list[ET.Element] = []
        match method:
            case "GetIFVersion":
                self._has_met = True
                within = [ET.Element("version", value="1000000")]
            case "GetFiles":
                within = [self._listed()]
            case "GetProgram":
                within = [] if self._screen is None else [self._screen]
            case "AddProgram":
                if problem := self._take(asked, now):
                    return self._answer(method, problem)
            case "DeleteFiles":
                for file in asked.iterfind("files/file"):
                    self._files.pop(file.get("name", ""), None)
            case "OpenScreen" | "CloseScreen":
                self._is_lit = method == "OpenScreen"
            case _:
                return self._answer(method, "kInvalidMethod")
        self._noted({"command": method})
        return self._answer(method, "kSuccess", *within)

    def _answer(self, method: str, result: str, *within: ET.Element) -> None:
        root = ET.Element("sdk", guid=self._guid)
        out = ET.SubElement(root, "out", method=method, result=result)
        out.extend(within)
        document = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="utf-8")
        for at in range(0, len(document), LONGEST_FRAME - 12):
            self._reply(0x2004, struct.pack("<II", len(document), at) + document[at : at + LONGEST_FRAME - 12])

    def _listed(self) -> ET.Element:
        files = ET.Element("files")
        for name, content in self._files.items():
            digits = md5(content, usedforsecurity=False).hexdigest()
            size = str(len(content))
            ET.SubElement(files, "file", name=name, type="image", md5=digits, size=size, existSize=size)
        return files

    def _take(self, asked: ET.Element, now: float) -> str:
        """Show what a programme says; what is wrong with it, or ""."""
        screen, images = asked.find("screen"), asked.findall("screen/program/area/resources/image")
        areas = asked.findall("screen/program/area")
        if screen is None or len(areas) != 1 or not images:
            return "kTagNotFound"
        box = areas[0].find("rectangle")
        if box is None or [box.get(name) for name in ("x", "y", "width", "height")] != [
            "0", "0", str(self.columns), str(self.rows)
        ]:  # fmt: skip
            return "kInvalidParam"
        shots = list[tuple[tuple[bytes, ...], float]]()
        for image in images:
            file, effect = image.find("file"), image.find("effect")
            if file is None or effect is None:
                return "kTagNotFound"
            tenths = effect.get("duration", "")
            if effect.get("in") != "0" or not tenths.isdecimal() or not 0 < int(tenths[:9]) < 1_000_000:
                return "kInvalidParam"
            content = self._files.get(file.get("name", ""))
            if content is None or md5(content, usedforsecurity=False).hexdigest() != file.get("md5"):
                return "kDownloadingFile"
            dots = self._lamps(content)
            if dots is None:
                return "kFileContentError"
            shots.append((tuple(dots), int(tenths[:9]) / 10))
        self._screen, self._shots, self._since = screen, shots, now
        return ""

    def _lamps(self, content: bytes) -> Dots | None:
        """What a picture file lights, or None if it is none of this size."""
        try:
            with Image.open(BytesIO(content), formats=("PNG",)) as image:
                if image.size != (self.columns, self.rows) or image.mode != "RGB":
                    return None
                pixels = image.tobytes()
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
            return None
        rows = [pixels[at : at + 3 * self.columns] for at in range(0, len(pixels), 3 * self.columns)]
        if self._colours == "full":
            return rows
        if self._colours == "one":  # a lamp burns from half its brightness on
            return [bytes(max(row[x : x + 3]) >= 128 for x in range(0, len(row), 3)) for row in rows]
        return [bytes((row[x] >> 7) | (row[x + 1] >> 7) << 1 for x in range(0, len(row), 3)) for row in rows]
