"""The XML documents that a Huidu controller takes and gives: commands, answers, programmes of pictures. No I/O.

What comes from the line is read without entities and within limits; what is asked for in it may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from uuid import NAMESPACE_OID, uuid5
from xml.etree import ElementTree as ET

from controller.core.errors import DeviceError

FINE, NO_FILE = "kSuccess", "kDownloadingFile"  # results; the second: a picture of the programme is not there
NO_GUID = "##GUID"  # stands for the conversation's own, before there is one
SOFTWARE = "1000000"  # of the language, as every public implementation asks for it
DEPTH_LIMIT, ELEMENT_LIMIT = 32, 20_000
AT_ONCE = "0"  # the effect that shows a picture without any motion


class HuiduError(DeviceError):
    """Bytes that are not what a Huidu controller says."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a programme: the file's name and for how many tenths of a second it stands."""

    file: str
    tenths: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`files`: the MD5 by name. `programs`: the pictures by the programme's own id, as far as told."""

    method: str
    result: str
    guid: str
    files: Mapping[str, str]
    programs: Mapping[str, tuple[Shot, ...]]


def checksum(content: bytes) -> str:
    """The MD5 by which the controller knows a file: 32 small hexadecimal digits."""
    return md5(content, usedforsecurity=False).hexdigest()


def command(guid: str, method: str, *within: ET.Element) -> bytes:
    """A document that asks for something; `guid` is the conversation's."""
    sdk = ET.Element("sdk", guid=guid)
    asked = ET.SubElement(sdk, "in", method=method)
    asked.extend(within)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ET.tostring(sdk, encoding="utf-8"))


def interface_asked() -> bytes:
    return command(NO_GUID, "GetIFVersion", ET.Element("version", value=SOFTWARE))


def program_id(columns: int, rows: int, shots: tuple[Shot, ...]) -> str:
    """The same for the same programme."""
    return str(uuid5(NAMESPACE_OID, f"{columns} {rows} {shots!r}"))


def screen(columns: int, rows: int, shots: tuple[Shot, ...], stamp: int, files: Mapping[str, bytes]) -> ET.Element:
    """All that is to be shown: one programme of one area with its pictures in turn. `stamp`: newer ones are greater;
    `files`: the pictures by name."""
    ident = program_id(columns, rows, shots)
    root = ET.Element("screen", timeStamps=str(stamp))
    program = ET.SubElement(root, "program", guid=ident, id="0", name="loalang", type="normal")
    ET.SubElement(program, "playControl", count="1", disabled="false")
    area = ET.SubElement(program, "area", guid=f"{ident}-area", alpha="255")
    ET.SubElement(area, "rectangle", x="0", y="0", width=str(columns), height=str(rows))
    resources = ET.SubElement(area, "resources")
    for number, shot in enumerate(shots):
        image = ET.SubElement(resources, "image", guid=f"{ident}-{number}", fit="fill")
        times = {"in": AT_ONCE, "inSpeed": "0", "out": AT_ONCE, "outSpeed": "0", "duration": str(shot.tenths)}
        ET.SubElement(image, "effect", times)
        ET.SubElement(image, "file", name=shot.file, md5=checksum(files[shot.file]))
    return root


def answer_of(document: bytes) -> Answer:
    """HuiduError where it is none."""
    root = parse(document)
    out = root.find("out")
    if root.tag != "sdk" or out is None:
        raise HuiduError(f"a document {root.tag!r} that is no answer")
    return Answer(
        out.get("method", ""),
        out.get("result", ""),
        root.get("guid", ""),
        {file.get("name", ""): file.get("md5", "").lower() for file in out.iterfind("files/file")},
        {program.get("guid", ""): _shots(program) for program in out.iterfind("screen/program")},
    )


def parse(document: bytes) -> ET.Element:
    """The root of a document from outside; HuiduError where it is none, has a document type or is too large."""
    parser = ET.XMLParser(target=_Tree())  # noqa: S314 - `_Tree` refuses whatever could expand
    try:
        parser.feed(document.rstrip(b"\0"))
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise HuiduError(f"no XML: {error}") from error
    return root


def _shots(program: ET.Element) -> tuple[Shot, ...]:
    return tuple(
        Shot(_attribute(image, "file", "name"), int(tenths) if (tenths := _tenths(image)).isdecimal() else 0)
        for image in program.iterfind("area/resources/image")
    )


def _tenths(image: ET.Element) -> str:
    return _attribute(image, "effect", "duration")[:9]


def _attribute(parent: ET.Element, child: str, name: str) -> str:
    found = parent.find(child)
    return "" if found is None else found.get(name, "")


class _Tree(ET.TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise HuiduError("a document with a document type")

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > DEPTH_LIMIT or self._count > ELEMENT_LIMIT:
            raise HuiduError("a document without end")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        self._depth -= 1
        return super().end(tag)
