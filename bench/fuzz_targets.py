"""The decoders of the boards, and the expressions of guides, and what they are fed with first: one of each kind."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any

from controller.boards.alpha import encoding, parsing, sign, sign_face, sign_files, stream
from controller.boards.alpha.words import AlphaError
from controller.boards.hanover import frames as hanover
from controller.boards.hanover import sign as hanover_sign
from controller.boards.huidu import documents as huidu_xml
from controller.boards.huidu import frames as huidu
from controller.boards.huidu import pages as huidu_pages
from controller.boards.huidu import sign as huidu_sign
from controller.boards.huidu.documents import HuiduError
from controller.boards.pages import Page, Rotation
from controller.guides import expressions, patterns
from controller.guides import parsing as guide_parsing
from controller.guides.expressions import REGEX_SUBJECT_LIMIT
from controller.guides.parsing import ExpressionError, parsed
from controller.runtime.config_tables import Board


@dataclass(frozen=True)
class Target:
    """`feed` takes one input; `errors` it may raise. Coverage is counted in `modules`."""

    name: str
    feed: Callable[[bytes], object]
    seeds: Sequence[bytes]
    modules: Sequence[ModuleType]
    errors: tuple[type[Exception], ...] = ()


def targets() -> list[Target]:
    alpha = (stream, encoding, parsing)
    controller = (huidu_sign, huidu_xml)
    documents = _documents()
    conversation = huidu.version_asked() + huidu.commanded(huidu_xml.interface_asked())
    board = Board.model_validate({"id": "b", "name": "B", "driver": "huidu", "columns": 16, "rows": 8})
    shown = Rotation((Page((bytes((1, 2, 3, 0) * 4),) * 8, 3.0, ("x",)),))
    programme = huidu_pages.programme_of(board, shown)
    pictures = b"".join(
        huidu.file_begun(name, png) + huidu.file_content(png) + huidu.file_ended()
        for name, png in programme.files.items()
    )
    screen = huidu_xml.screen(16, 8, programme.shots, 1, programme.files)
    document = huidu_xml.command(huidu_sign.GUID.format(1), "AddProgram", screen)
    return [
        Target("guide expressions", _reckoned, EXPRESSIONS, (guide_parsing, patterns, expressions), (ExpressionError,)),
        Target("alpha, stream", _alpha, [_packed(data) for data in ALPHA], alpha),
        Target("alpha, sums mended", lambda data: _alpha(_packed(data)), ALPHA, alpha),
        Target(
            "alpha sign, sums mended", lambda data: _heard(sign.AlphaSign(32, 16), _packed(data)), ALPHA,
            (sign, sign_face, sign_files),
        ),
        Target(
            "hanover sign", lambda data: _heard(hanover_sign.HanoverSign(8, 8), data),
            [hanover.picture_frame(1, (b"\1\0" * 4,) * 8), hanover.frame(hanover.TEST_ON, 0)], (hanover_sign,),
        ),
        Target(
            "hanover sign, sums mended", lambda data: _heard(hanover_sign.HanoverSign(8, 8), _summed(data)),
            [b"1108" + b"5A" * 8, b"30", b"C0"], (hanover_sign,),
        ),
        Target(
            "huidu answers", _answers, [_answer(document) for document in documents], (huidu, huidu_xml), (HuiduError,)
        ),
        Target(
            "huidu answers, lengths mended", lambda data: _answers(_measured(data)),
            [b"\x04\x20" + struct.pack("<II", len(each), 0) + each for each in documents] + [b"\x02\x80" + bytes(10)],
            (huidu, huidu_xml), (HuiduError,),
        ),
        Target("huidu documents", huidu_xml.answer_of, documents, (huidu_xml,), (HuiduError,)),
        Target(
            "huidu controller", lambda data: _heard(huidu_sign.HuiduSign(16, 8, "three"), data),
            [conversation, conversation + pictures + huidu.commanded(document)], controller,
        ),
        Target(
            "huidu controller, documents", lambda data: _heard(_ready(conversation, pictures), huidu.commanded(data)),
            [document], controller,
        ),
    ]  # fmt: skip


EXPRESSIONS = tuple(
    each.encode()
    for each in (
        "selected(${a}, 'b') and not(. != 3) or count-selected(${a}) mod 2 = 1", "if(${a} > today(), 1, -2.5) div 0",
        "regex(., 'a*[ab]+(a|aa)b?')", "format-date(date(today() + 9), '%d/%m/%Y')",
        "round(max(1, ${a}), 2) * int('3')",
        "coalesce(${a}, concat('a', string-length(.)))", "jr:choice-name(${a}, '${a}')", "count(${a}) >= min(${a}, 2)",
    )
)  # fmt: skip


class _Answered:
    """Whatever is asked has been answered with what makes a search turn back most."""

    today = date(2026, 11, 22)

    def ref(self, name: str) -> str:
        return "a" * REGEX_SUBJECT_LIMIT

    def own(self) -> str:
        return "a" * (REGEX_SUBJECT_LIMIT - 1) + "!"

    def column(self, name: str) -> str:
        return name

    def count(self, name: str) -> float:
        return 3.0

    def chosen(self, name: str, choice: str) -> str:
        return choice


def _reckoned(data: bytes) -> None:
    expressions.text(expressions.evaluate(parsed(data.decode("utf-8", "replace")), _Answered()))


ALPHA = (
    b"AA\x1b&b\x1c2GREEN OK", b"A0", b"A0\x1b b", b"BA", b"E 1930", b"E'M", b"E$AAU0100FF00BDU07072000", b"E$", b'F"',
    b"F$", b"F*", b"IB0402\r00\r12\r30\r", b"JB", b"GCabc", b"HC", b"E.TUAB", b"E(0", b"E,", b"AA\x1b ah\x14B\x10C\x13",
)  # fmt: skip


def _packed(data: bytes) -> bytes:
    """An Alpha frame around a packet's data, and the same as a reply."""
    packet = b"\x02" + data + b"\x03"
    rest = packet + f"{sum(packet) % 65536:04X}".encode() + b"\x04"
    return bytes(5) + b"\x01Z00" + rest + bytes(5) + b"\x01000" + rest


def _summed(data: bytes) -> bytes:
    return b"\x02" + data + b"\x03" + f"{-(sum(data) + 3) % 256:02X}".encode()


def _measured(data: bytes) -> bytes:
    return struct.pack("<H", len(data) + 2) + data


def _answer(document: bytes) -> bytes:
    return struct.pack("<HHII", 12 + len(document), 0x2004, len(document), 0) + document


def _documents() -> list[bytes]:
    image = b'<image><effect duration="30"/><file name="a.png"/></image>'
    inside = (
        b'<files><file name="a.png" size="3" md5="AB"/></files>',
        b'<screen><program guid="p"><area><resources>' + image + b"</resources></area></program></screen>",
        b'<version value="1"/>',
    )
    return [b'<sdk guid="g"><out method="M" result="kSuccess">' + each + b"</out></sdk>" for each in inside]


def _alpha(data: bytes) -> None:
    decoder = stream.Decoder()
    for byte in data:
        try:
            decoder.feed(byte)
        except AlphaError:
            continue


def _answers(data: bytes) -> None:
    decoder = huidu.Decoder()
    for byte in data:
        decoder.feed(byte)


def _ready(*heard: bytes) -> huidu_sign.HuiduSign:
    sign = huidu_sign.HuiduSign(16, 8, "three")
    _heard(sign, b"".join(heard))
    return sign


def _heard(sign: Any, data: bytes) -> None:
    for number, byte in enumerate(data):
        sign.hear(byte, number / 1000)
    sign.take_replies()
    face = sign.face(len(data) / 1000 + 20.0)
    if len(face.dots) != sign.rows:
        raise AssertionError("a face of another size")
