"""Huidu: frames both ways, documents from outside, the controller's strictness, and the link in simulated time."""

from __future__ import annotations

import contextlib
import struct
from io import BytesIO
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from controller.boards.huidu import documents as huidu_xml
from controller.boards.huidu import frames as huidu
from controller.boards.huidu.documents import Answer, HuiduError, Shot, answer_of
from controller.boards.huidu.frames import Code, Decoder, FileBegun, FileEnded, Heartbeat, Message, Refused, Version
from controller.boards.huidu.link import KEPT_FILES, HuiduLink
from controller.boards.huidu.pages import frames_of, png_of_rgb, programme_of
from controller.boards.huidu.sign import HuiduSign
from controller.boards.lettering.stills import dark, rgb_of
from controller.boards.link import Timing
from controller.boards.pages import Content, Page, Rotation
from controller.core.levels import Level
from controller.core.notices import BoardState
from controller.runtime.config_tables import Board
from tests.support.boards_wire import Wire, plain

SHOWN, SENT, DOWN, OFF = BoardState.SHOWN, BoardState.SENT, BoardState.DOWN, BoardState.OFF
BOARD = Board.model_validate({"id": "cho", "name": "Chợ", "driver": "huidu"})


def patch(phase: int) -> tuple[bytes, ...]:
    """A picture of three colours unlike those of other phases."""
    return tuple(bytes((x // 3 + y + phase) % 4 for x in range(BOARD.columns)) for y in range(BOARD.rows))


def pages(*phases: int, dwell_s: float = 4.0) -> Rotation:
    return Rotation(tuple(Page(patch(phase), dwell_s, (f"trang {phase}",)) for phase in phases))


def sign(keeps: bool = True, noted: list[dict[str, str]] | None = None) -> HuiduSign:
    said = noted if noted is not None else []
    return HuiduSign(BOARD.columns, BOARD.rows, BOARD.colours, said.append, keeps)


def wire(controller: HuiduSign | None = None) -> Wire:
    return Wire(HuiduLink(BOARD, Timing(), 1000.0, lambda: 1_790_000_000.0), controller or sign(), 0)


def decoded(data: bytes) -> list[Message]:
    decoder = Decoder()
    return [message for byte in data if (message := decoder.feed(byte)) is not None]


def said(controller: HuiduSign, data: bytes) -> list[Message]:
    for byte in data:
        controller.hear(byte, 0.0)
    return decoded(controller.take_replies())


# --- frames ---


def test_frames_as_they_are_described() -> None:
    assert huidu.version_asked().hex(" ") == "08 00 01 20 07 00 00 01"
    assert huidu.heartbeat().hex(" ") == "04 00 5f 00"
    assert huidu.file_ended().hex(" ") == "04 00 05 80"
    begun = huidu.file_begun("a.png", b"xyz")
    assert begun == struct.pack("<HH33sqh6s", 53, 0x8001, b"d16fb36f0911f878998c136191af705e", 3, 0, b"a.png")
    content = huidu.file_content(bytes(8001))
    assert (content[:4].hex(), content[8004:8008].hex(), len(content)) == ("441f0380", "05000380", 8009)


def test_documents_travel_in_pieces() -> None:
    document = bytes(range(65, 91)) * 400
    frames = huidu.commanded(document)
    first, rest = frames[:8012], frames[8012:]
    assert first[:12] == struct.pack("<HHII", 8012, 0x2003, 10400, 0)
    assert rest[:12] == struct.pack("<HHII", 2412, 0x2003, 10400, 8000)
    assert first[12:] + rest[12:] == document


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ("0a00 0220 07000001 0000", [Version(0x1000007)]),
        ("0400 6000", [Heartbeat()]),
        ("0600 0020 0700", [Refused(7)]),
        ("0e00 0280 0000 0300000000000000", [FileBegun(0, 3)]),
        ("0600 0680 0100", [FileEnded(1)]),
        ("0500 0730 00 0400 6000", [Heartbeat()]),  # of newer firmware, unknown
        ("0600 0480 0000", []),
    ],
)
def test_answers(data: str, messages: list[Message]) -> None:
    assert decoded(bytes.fromhex(data)) == messages


@pytest.mark.parametrize(
    "data",
    ["0300 0220", "ffff 0220", "0600 0220 0000", "0d00 0420 02000000 01000000 41", "0d00 0420 ffffffff 00000000 41"],
)
def test_what_is_no_answer_is_an_error(data: str) -> None:
    with pytest.raises(HuiduError):
        decoded(bytes.fromhex(data))


def test_an_answer_in_pieces() -> None:
    document = b'<sdk guid="g"><out method="GetIFVersion" result="kSuccess"><version value="1"/></out></sdk>'
    parts = (document[:30], document[30:])
    frames = b"".join(
        struct.pack("<HHII", 12 + len(part), Code.COMMAND_ANSWER, len(document), at) + part
        for at, part in ((0, parts[0]), (30, parts[1]))
    )
    assert decoded(frames) == [Answer("GetIFVersion", "kSuccess", "g", {}, {})]


# --- documents from outside ---


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE sdk [<!ENTITY a "aaaa">]><sdk><out>&a;</out></sdk>',
        b'<!DOCTYPE sdk SYSTEM "file:///etc/passwd"><sdk><out/></sdk>',
        b"<sdk>" * 100 + b"</sdk>" * 100,
        b"<sdk><out>" + b"<a/>" * 30_000 + b"</out></sdk>",
        b"<sdk><out>&a;</out></sdk>",
        b'<?xml version="1.0" encoding="gb2312"?><sdk><out/></sdk>',
        b"<sdk><in/></sdk>",
        b"",
        b"\xff\xfe",
    ],
)
def test_documents_that_are_refused(document: bytes) -> None:
    with pytest.raises(HuiduError):
        answer_of(document)


def test_what_is_missing_in_an_answer_is_nothing() -> None:
    area = b"<area><resources><image/></resources></area>"
    told = b'<sdk><out><screen><program guid="p">' + area + b"</program></screen></out></sdk>"
    assert answer_of(told + b"\0") == Answer("", "", "", {}, {"p": (Shot("", 0),)})


@given(st.binary(max_size=400))
def test_random_bytes_are_a_message_or_one_error(data: bytes) -> None:
    for feed in (
        lambda: decoded(data),
        lambda: answer_of(data),
        lambda: decoded(huidu.frame(Code.COMMAND_ANSWER, data)),
    ):
        with contextlib.suppress(HuiduError):
            feed()


# --- pictures ---


@pytest.mark.parametrize(("colours", "size"), [("one", 1), ("three", 1), ("full", 3)])
def test_the_panel_lights_what_the_page_has(colours: str, size: int) -> None:
    board = Board.model_validate({**BOARD.model_dump(), "colours": colours})
    most = {"one": 2, "three": 4, "full": 256}[colours]
    dots = tuple(bytes((x * 7 + y) % most for x in range(board.columns * size)) for y in range(board.rows))
    png = png_of_rgb(rgb_of(board, dots))
    with Image.open(BytesIO(png)) as image:
        assert (image.size, image.mode) == ((96, 16), "RGB")
    controller = HuiduSign(board.columns, board.rows, colours)
    assert plain(controller._lamps(png) or ()) == dots


def test_equal_pages_are_one_file_and_another_time_is_another_programme() -> None:
    once, longer = programme_of(BOARD, pages(0, 1, 0)), programme_of(BOARD, pages(0, 1, 0, dwell_s=4.1))
    assert (len(once.files), len(once.shots), once.shots[0].tenths) == (2, 3, 40)
    assert once.shots[0] == once.shots[2]
    assert once.ident != longer.ident
    assert once.ident == programme_of(BOARD, pages(0, 1, 0)).ident


# --- the controller ---


def met(controller: HuiduSign) -> str:
    greeting = huidu.version_asked() + huidu.commanded(huidu_xml.interface_asked())
    version, answer = said(controller, greeting)
    assert version == Version(huidu.VERSION)
    assert isinstance(answer, Answer)
    return answer.guid


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (huidu.commanded(huidu_xml.interface_asked()), 2),  # no greeting
        (b"\x03\0", 7),
        (huidu.version_asked() + huidu.file_content(b"x"), 2),
        (huidu.version_asked() + struct.pack("<HHIIB", 13, 0x2003, 9, 4, 65), 21),
        (huidu.version_asked() + struct.pack("<HHIIB", 13, 0x2003, 1 << 21, 0, 65), 20),
        (huidu.version_asked() + huidu.frame(Code.FILE_BEGIN, b"short"), 2),
    ],
)
def test_the_controller_says_what_is_wrong_and_hangs_up(data: bytes, status: int) -> None:
    controller = sign()
    assert said(controller, data)[-1] == Refused(status)
    assert controller.has_hung_up
    assert said(controller, huidu.version_asked()) == []


def test_nothing_is_done_before_the_controller_has_given_its_own_name() -> None:
    controller = sign()
    asked = [huidu.commanded(huidu_xml.command(guid, "GetFiles")) for guid in (huidu_xml.NO_GUID, "another")]
    (_, early), guid = said(controller, huidu.version_asked() + asked[0]), met(controller)
    (foreign,) = said(controller, asked[1])
    (fine,) = said(controller, huidu.commanded(huidu_xml.command(guid, "GetFiles")))
    answers = [answer.result for answer in (early, foreign, fine) if isinstance(answer, Answer)]
    assert answers == ["kProcessError", "kInvalidGUID", "kSuccess"]


@pytest.mark.parametrize(
    ("method", "within", "result"),
    [
        ("Reboot", (), "kInvalidMethod"),
        ("AddProgram", (), "kTagNotFound"),
        ("AddProgram", (96, 16, "missing.png"), "kDownloadingFile"),
        ("AddProgram", (64, 16, "there.png"), "kInvalidParam"),
        ("AddProgram", (96, 16, "no-picture.png"), "kFileContentError"),
        ("AddProgram", (96, 16, "there.png"), "kSuccess"),
    ],
)
def test_the_controller_takes_only_what_it_can_show(method: str, within: tuple[object, ...], result: str) -> None:
    controller = sign()
    guid = met(controller)
    png = programme_of(BOARD, pages(0)).files.popitem()[1]  # type: ignore[attr-defined]  # a dict
    files = {"there.png": png, "no-picture.png": b"\x89PNG no", "missing.png": b"?"}
    for name in ("there.png", "no-picture.png"):
        sent = huidu.file_begun(name, files[name]) + huidu.file_content(files[name]) + huidu.file_ended()
        assert said(controller, sent) == [FileBegun(0, 0), FileEnded(0)]
    shown = [huidu_xml.screen(within[0], within[1], (Shot(within[2], 30),), 1, files)] if within else []  # type: ignore[arg-type]  # as above
    (answer,) = said(controller, huidu.commanded(huidu_xml.command(guid, method, *shown)))
    assert isinstance(answer, Answer)
    assert (answer.method, answer.result) == (method, result)


def test_a_file_goes_on_where_it_was_and_is_whole_or_nothing() -> None:
    controller = sign()
    met(controller)
    assert said(controller, huidu.file_begun("a.png", b"abcd") + huidu.file_content(b"ab") + huidu.file_ended()) == [
        FileBegun(0, 0),
        FileEnded(19),
    ]
    whole = huidu.file_begun("a.png", b"abcd") + huidu.file_content(b"abcd") + huidu.file_ended()
    assert said(controller, whole) == [FileBegun(0, 0), FileEnded(0)]
    assert said(controller, huidu.file_begun("a.png", b"abcd") + huidu.file_ended()) == [FileBegun(0, 4), FileEnded(0)]


# --- the link ---


def test_pages_are_brought_shown_in_turn_and_proven() -> None:
    noted: list[dict[str, str]] = []
    line = wire(sign(noted=noted))
    line.show(Content(pages(0, 1)))
    line.until(lambda: line.status is not None)
    assert line.states == [(SHOWN, "trang 0\n\ntrang 1", "")]
    assert [note["command"] for note in noted] == [
        "GetIFVersion", "GetFiles", "GetProgram", "AddProgram", "OpenScreen", "GetProgram",
    ]  # fmt: skip
    seen: list[tuple[bytes, ...]] = []
    line.run(16.0, lambda dots: seen.append(dots) if dots not in seen[-1:] else None)
    assert seen[:4] in ([patch(0), patch(1)] * 2, [patch(1), patch(0)] * 2)


def test_a_picture_is_brought_once() -> None:
    line = wire()
    line.show(Content(pages(0, 1)))
    line.run(2.0)
    before = line.written
    line.show(Content(pages(1, 0)))
    line.run(1.0)
    assert line.dots == patch(1)
    assert line.written - before < 2500  # documents only


def test_what_is_there_after_a_reconnection_is_not_brought_again() -> None:
    noted: list[dict[str, str]] = []
    line = wire(sign(noted=noted))
    line.show(Content(pages(0)))
    line.run(2.0)
    line.unplug()
    line.run(30.0)
    assert line.states[-1] == (DOWN, "trang 0", "gone")
    noted.clear()
    line.sign.accept(line.now)  # type: ignore[attr-defined]
    line.plug()
    line.until(lambda: line.states[-1][0] is SHOWN)
    assert "AddProgram" not in [note["command"] for note in noted]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_power_cut_of_the_controller(keeps: bool) -> None:
    line = wire(sign(keeps))
    line.show(Content(pages(0)))
    line.run(2.0)
    line.cut_power()
    assert (line.dots == patch(0)) is keeps
    line.run(12.0)
    assert (line.dots, line.states[-1]) == (patch(0), (SHOWN, "trang 0", ""))
    assert line.states[-2] == (DOWN, "trang 0", "gone")


def test_a_programme_that_is_gone_is_seen_at_the_next_read_back() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(2.0)
    assert isinstance(line.sign, HuiduSign)
    line.sign._screen, line.sign._shots, line.sign._files = None, [], {}  # somebody was there with a memory stick
    line.until(lambda: line.states[-1][0] is not SHOWN, 5.0)
    assert line.states[-1] == (DOWN, "trang 0", "lost")
    line.run(2.0)
    assert (line.dots, line.states[-1]) == (patch(0), (SHOWN, "trang 0", ""))


def test_silence_is_down() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(2.0)
    line.drops = lambda number: True
    line.until(lambda: line.states[-1] == (DOWN, "trang 0", "silent"), 12.0)
    line.drops = None
    line.sign.accept(line.now)  # type: ignore[attr-defined]
    line.until(lambda: line.states[-1][0] is SHOWN, 12.0)


def test_nonsense_is_down() -> None:
    line = wire()
    line.show(Content(pages(0)))
    line.run(2.0)
    line.babbles = lambda: bytes(4)
    line.until(lambda: line.states[-1] == (DOWN, "trang 0", "garbled"), 5.0)
    line.link.failed(line.now, "gone")  # it hangs up then
    assert line.status is not None
    assert line.status.reason == "garbled"


def test_a_controller_that_does_not_tell_is_only_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = sign()
    answer = controller._answer
    refused = {"GetProgram", "OpenScreen", "CloseScreen"}

    def less(method: str, result: str, *within: Element) -> None:
        answer(method, "kUnsupportMethod") if method in refused else answer(method, result, *within)

    monkeypatch.setattr(controller, "_answer", less)
    line = wire(controller)
    line.show(Content(pages(0)))
    line.run(2.0)
    assert (line.dots, line.states) == (patch(0), [(SENT, "trang 0", "unread")])
    line.show(Content(pages(0), is_lit=False))  # it cannot be switched off: a dark picture
    line.run(2.0)
    assert line.states[-1] == (OFF, "", "off_hours")


def test_dark_on_purpose_and_an_emergency_in_the_dark() -> None:
    line = wire()
    line.show(Content(pages(0), is_lit=False))
    line.run(2.0)
    assert (line.dots, line.states) == (plain(dark(BOARD)), [(OFF, "", "off_hours")])
    line.show(Content(pages(0), pages(7)))
    line.run(0.2)
    assert (line.dots, line.states[-1]) == (patch(7), (SHOWN, "trang 7", ""))
    line.show(Content(pages(0), is_lit=False))
    line.run(300.0)
    assert (line.dots, line.states[-1]) == (plain(dark(BOARD)), (OFF, "", "off_hours"))
    line.show(Content(pages(0)))
    line.run(1.0)
    assert (line.dots, line.states[-1]) == (patch(0), (SHOWN, "trang 0", ""))


def test_content_that_changes_at_any_moment_of_the_conversation() -> None:
    for steps in range(12):
        line = wire()
        line.show(Content(pages(0, 1)))
        for _ in range(steps):
            line.run(0.005)
        line.show(Content(pages(2)))
        line.run(1.0)
        assert (line.dots, line.states[-1]) == (patch(2), (SHOWN, "trang 2", "")), steps
        assert all(state is SHOWN for state, _, _ in line.states)


def test_old_pictures_are_taken_away() -> None:
    line = wire()
    for number in range(KEPT_FILES + 6):
        digits = bytes((number % 4, number // 4 % 4, number // 16 % 4, number // 64))
        dots = (digits + patch(0)[0][len(digits) :], *patch(0)[1:])
        line.show(Content(Rotation((Page(dots, 4.0, ("trang",)),))))
        line.run(0.5)
    assert isinstance(line.sign, HuiduSign)
    assert len(line.sign._files) <= KEPT_FILES + 1
    assert line.states[-1][0] is SHOWN


def test_a_sign_of_life_when_nothing_else_is_said() -> None:
    line = wire()
    line.link = HuiduLink(BOARD, Timing(poll_s=600.0), 1000.0)
    line.show(Content(pages(0)))
    line.run(2.0)
    before = line.written
    line.run(60.0)
    assert line.written - before == 4 * len(huidu.heartbeat())


def test_frames_of_a_rotation() -> None:
    data = frames_of(BOARD, pages(0, 1), Level.NORMAL)
    assert data.count(b"\x89PNG\r\n\x1a\n") == 2
    assert b'method="AddProgram"' in data
