"""The Alpha codec: one table in both directions, the frames known from a real sign, and noise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boards.alpha.encoding import encode, encode_nested, text_data
from controller.boards.alpha.parsing import errors_of, file_specs, parse, pool_of, sequence_of, text_pages
from controller.boards.alpha.words import (
    WIDTH_BYTES,
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
)  # fmt: skip
from tests.support.boards_line import heard, heard_in_noise

PREFIX = bytes.fromhex("0000000000 01 5A 30 30 02")
REPLY_PREFIX = bytes.fromhex("0000000000 01 30 30 30 02")
BOTTOM_HOLD = (Position.BOTTOM, Mode.HOLD)
FOUR_FILES = SetMemory(
    (
        FileSpec("A", "A", 0x0100),
        FileSpec("B", "A", 0x00AB),
        FileSpec("C", "A", 0x00AB),
        FileSpec("D", "D", 0x0707, "2000"),
    )
)
KNOWN: list[tuple[Message, bytes]] = [  # checked on a real sign
    (
        WriteText("A", (Page((Inline(Code.COLOUR, "2"), "GREEN OK"), BOTTOM_HOLD),)),
        PREFIX + b"\x41\x41\x1b\x26\x62\x1c\x32GREEN OK\x0303A3\x04",
    ),
    (
        WriteText("A", (Page((Inline(Code.COLOUR, "C"), "TEST"), BOTTOM_HOLD),)),
        PREFIX + b"\x41\x41\x1b\x26\x62\x1c\x43TEST\x0302C9\x04",
    ),
    (ReleasePriority(), PREFIX + b"\x41\x30\x04"),
    (FOUR_FILES, PREFIX + b"E$AAU0100FF00BAU00ABFF00CAU00ABFF00DDU07072000\x030AAE\x04"),
]
TABLE: list[tuple[Message, bytes]] = [
    *KNOWN,
    (
        WriteText(
            "0",
            (
                Page(("Bao ", Inline(Code.TIME)), (Position.FILL, Mode.HOLD)),
                Page(("x", Inline(Code.NEW_LINE), "y"), (Position.TOP, Mode.SNOW)),
            ),
        ),
        PREFIX + b'A0\x1b0bBao \x13\x1b"n2x\ry\x030443\x04',
    ),
    (WriteText("A", (Page(("plain",)),)), PREFIX + b"AAplain\x03029B\x04"),
    (WriteText("A", ()), PREFIX + b"AA\x030087\x04"),
    (ReadText("A"), PREFIX + b"BA\x030088\x04"),
    (SetTime(19, 30), PREFIX + b"E 1930\x030137\x04"),
    (SetTimeFormat(military=True), PREFIX + b"E'M\x0300BE\x04"),
    (SetTimeFormat(military=False), PREFIX + b"E'S\x0300C4\x04"),
    (SetWeekday(1), PREFIX + b"E&1\x0300A1\x04"),
    (ClearMemory(), PREFIX + b"E$\x03006E\x04"),
    (SoftReset(), PREFIX + b"E,\x030076\x04"),
    (RunSequence("AB"), PREFIX + b"E.TUAB\x0301A4\x04"),
    (RunSequence("B", "S", locked=True), PREFIX + b"E.SLB\x030159\x04"),
    (ReadSpecial(Special.INFORMATION), PREFIX + b'F"\x03006D\x04'),
    (ReadSpecial(Special.POOL), PREFIX + b"F#\x03006E\x04"),
    (ReadSpecial(Special.MEMORY), PREFIX + b"F$\x03006F\x04"),
    (ReadSpecial(Special.ERRORS), PREFIX + b"F*\x030075\x04"),
    (ReadSpecial(Special.SEQUENCE), PREFIX + b"F.\x030079\x04"),
    (ReadSpecial(Special.TIME), PREFIX + b"F \x03006B\x04"),
    (TextReply("A", b"\x1b&b\x1cCTEST"), REPLY_PREFIX + b"\x41\x41\x1b\x26\x62\x1c\x43TEST\x0302C9\x04"),
    (WriteString("B", ("Na Khau ", Inline(Code.TIME))), PREFIX + b"GBNa Khau \x13\x030319\x04"),
    (WriteString("B", ()), PREFIX + b"GB\x03008E\x04"),
    (ReadString("B"), PREFIX + b"HB\x03008F\x04"),
    (WriteDots("D", (bytes((0, 1, 2)), bytes((8, 0, 3)))), PREFIX + b"ID0203012\r803\r\x03029F\x04"),
    (ReadDots("D"), PREFIX + b"JD\x030093\x04"),
    (SoundTone(Tone.LONG), PREFIX + b"E(0\x0300A2\x04"),
    (StringReply("B", b"Na Khau"), REPLY_PREFIX + b"GBNa Khau\x0302E6\x04"),
    (DotsReply("D", (bytes((0, 1)),)), REPLY_PREFIX + b"ID010201\r\x0301C3\x04"),
    (SpecialReply(Special.ERRORS, b"@"), REPLY_PREFIX + b"E*@\x0300B4\x04"),
]


@pytest.mark.parametrize(("message", "frame"), TABLE)
def test_a_message_and_its_bytes_are_the_same_thing(message: Message, frame: bytes) -> None:
    assert encode(message) == frame
    assert heard(frame) == [message]


def test_a_stream_of_all_frames_gives_all_messages_in_order() -> None:
    noise = b"\xff\x02\x04A0\x04\x01Z00"
    stream = b"".join(noise + frame for _, frame in TABLE)
    assert heard(stream) == [message for message, _ in TABLE]


def test_more_nuls_wildcard_addresses_other_types_and_a_missing_checksum_are_understood() -> None:
    assert heard(bytes(20) + b"\x01^?0\x02BA\x03\x04") == [ReadText("A")]
    assert heard(bytes(20) + b"\x01Z0?\x02BA\x04") == [ReadText("A")]
    assert heard(b"\0\x01000\x02AAhi\x04") == [TextReply("A", b"hi")]  # a reply may open with fewer


def test_nested_packets_are_taken_one_by_one() -> None:
    frame = PREFIX + b"E&1\x0300A1\x02BA\x03\x02F$\x03006F\x04"
    assert heard(frame) == [SetWeekday(1), ReadText("A"), ReadSpecial(Special.MEMORY)]


def test_several_packets_in_one_frame_say_where_the_sign_needs_its_silence() -> None:
    commands: list[Command] = [SetWeekday(1), ReadText("A")]
    frame, pauses = encode_nested(commands)
    assert frame == PREFIX + b"E&1\x0300A1\x02BA\x030088\x04"
    assert [frame[at - 1 : at + 1] for at in pauses] == [b"\x02E", b"\x02B"]
    assert heard(frame) == commands
    with pytest.raises(AlphaError):
        encode_nested([ReleasePriority()])


def test_what_the_data_of_replies_say() -> None:
    assert pool_of(b"156A,0C00") == pool_of(b"BETABRITE 1.0S156A,0C00") == Pool(5482, 3072)
    assert errors_of(b"@") == Errors.NONE
    assert errors_of(b"\x74") == Errors.BAD | Errors.CHECKSUM | Errors.TIMEOUT
    assert sequence_of(b"SLBA") == RunSequence("BA", "S", locked=True)
    for wrong in (b"", b"\x00", b"156A;0C00", b"QUA"):
        for read in (pool_of, errors_of, sequence_of):
            with pytest.raises(AlphaError):
                read(wrong)


def test_the_silence_after_a_picture_s_width_is_where_the_constants_say() -> None:
    assert encode(WriteDots("D", (bytes(3),)))[:WIDTH_BYTES].endswith(b"ID0103")


@pytest.mark.parametrize(
    "broken",
    [
        bytes(4) + b"\x01Z00\x02BA\x04",  # too few NULs
        PREFIX + b"BA\x030089\x04",  # wrong sum
        PREFIX + b"BA\x03008x\x04",
        PREFIX + b"BA\x030088\x05",  # neither STX nor EOT
        PREFIX + b"B\x04",  # no label
        PREFIX + b"BAA\x04",
        PREFIX + b"B\x1f\x04",
        PREFIX + b"\x04",  # nothing
        PREFIX + b"X1\x04",  # no such command
        PREFIX + b"F!\x04",
        PREFIX + b"ID0203012\r803\x04",  # a row without its end
        PREFIX + b"ID0203012\r80\r\x04",
        PREFIX + b"ID0103019\r\x04",
        PREFIX + b"ID01\x04",
        PREFIX + b"ID0000\x04",
        PREFIX + b"ID2001" + b"1\r" * 32 + b"\x04",  # 32 rows
        PREFIX + b"GB\x1b0bno pages\x04",
        PREFIX + b"E(7\x04",
        PREFIX + b"E 2460\x04",
        PREFIX + b"E$AAU01\x04",  # half a line of the table
        PREFIX + b"E$AXU0100FF00\x04",
        PREFIX + b"AA\x1b9b\x04",  # no such position
        PREFIX + b"AA\x1b0d\x04",  # no such mode
        PREFIX + b"AA\x1c\x04",  # colour without its character
        PREFIX + b"AA\x1fx\x04",  # no such code
        PREFIX + b"AA\xc3\xa9\x04",  # not ASCII
        PREFIX + b"AA\x02\x04",  # STX inside
        bytes(5) + b"\x01Z0g\x02BA\x04",
        bytes(5) + b"\x01Z00BA\x04",
        bytes(5) + b"\x01\x07",
    ],
)
def test_a_broken_frame_is_the_one_named_error_and_the_next_frame_is_heard(broken: bytes) -> None:
    found = heard_in_noise(broken + encode(ReadText("A")))
    assert [type(item) for item in found] == [AlphaError, ReadText]


def test_a_cut_frame_does_not_swallow_the_one_after_it() -> None:
    frame = encode(KNOWN[0][0])
    for length in range(len(frame)):
        found = heard_in_noise(frame[:length] + frame)
        assert found[-1] == KNOWN[0][0]
        assert [item for item in found if not isinstance(item, AlphaError)] == [KNOWN[0][0]]


def test_a_packet_without_end_is_given_up() -> None:
    assert [type(item) for item in heard_in_noise(PREFIX + b"AA" + b"x" * 10_000)] == [AlphaError]


@pytest.mark.parametrize(
    "message",
    [
        WriteText("AB", ()),
        WriteText("", ()),
        WriteText("\x1b", ()),
        WriteText("0", ()),  # would blank the sign: ReleasePriority is meant
        WriteText("A", (Page(("a\x04b",)),)),
        WriteText("A", (Page(("é",)),)),
        WriteText("A", (Page(("a\nb",)),)),
        WriteText("A", (Page(("",)),)),
        WriteText("A", (Page(()),)),
        WriteText("A", (Page(("a",)), Page(("b",)))),
        WriteText("A", (Page((Inline(Code.COLOUR),)),)),
        WriteText("A", (Page((Inline(Code.COLOUR, "\x04"),)),)),
        WriteText("A", (Page((Inline(Code.TIME, "x"),)),)),
        SetTime(24, 0),
        SetWeekday(0),
        SetMemory(()),
        SetMemory((FileSpec("A", "Z", 1),)),
        SetMemory((FileSpec("A", "A", 65536),)),
        SetMemory((FileSpec("A", "A", 1, "\x04\x04\x04\x04"),)),
        RunSequence(""),
        WriteString("B", ("a\x04",)),
        WriteDots("D", ()),
        WriteDots("D", (b"",)),
        WriteDots("D", (bytes(256),)),
        WriteDots("D", (bytes(1),) * 32),
        WriteDots("D", (bytes(2), bytes(3))),
        WriteDots("D", (b"\x09",)),
        StringReply("B", b"\x04"),
        RunSequence("A\x04"),
        RunSequence("A", "Q"),
        TextReply("A", b"\x03"),
    ],
)
def test_what_no_frame_can_carry_is_refused(message: Message) -> None:
    with pytest.raises(AlphaError):
        encode(message)


printable = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
inlines = st.sampled_from(sorted(Code)).flatmap(
    lambda code: st.builds(Inline, st.just(code), printable if code in WITH_ARGUMENT else st.just(""))
)
styles = st.tuples(st.sampled_from(Position), st.sampled_from(Mode))


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str | Inline, ...]:
    """No two texts side by side: they would be one."""
    pieces = draw(st.lists(inlines | st.text(printable, min_size=1, max_size=12), max_size=6))
    return tuple(p for n, p in enumerate(pieces) if not (n and isinstance(p, str) and isinstance(pieces[n - 1], str)))


pages = st.lists(st.builds(Page, bodies(), styles), max_size=4).map(tuple)


@given(printable, pages)
def test_every_text_comes_back_from_its_bytes(label: str, content: tuple[Page, ...]) -> None:
    assert text_pages(text_data(content)) == content
    if label != "0" or content:
        assert heard(encode(WriteText(label, content))) == [WriteText(label, content)]


pictures = st.tuples(st.integers(1, 31), st.integers(1, 255)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 8), min_size=size[1], max_size=size[1]).map(bytes), min_size=size[0], max_size=size[0]
    ).map(tuple)
)


@settings(max_examples=30)
@given(printable, pictures)
def test_every_picture_comes_back_from_its_bytes(label: str, dots: tuple[bytes, ...]) -> None:
    for message in (WriteDots(label, dots), DotsReply(label, dots)):
        assert heard(encode(message)) == [message]


@given(printable, bodies())
def test_every_string_comes_back_from_its_bytes(label: str, body: tuple[str | Inline, ...]) -> None:
    assert heard(encode(WriteString(label, body))) == [WriteString(label, body)]


@given(st.sampled_from("ABEFGHIJ"), st.binary(max_size=60), st.booleans())
def test_any_packet_is_a_message_or_the_one_named_error(command: str, rest: bytes, is_reply: bool) -> None:
    try:
        message = parse(command.encode() + rest, is_reply)
    except AlphaError:
        return
    assert encode(message)


@given(st.binary(max_size=300))
def test_noise_gives_messages_or_the_one_named_error(noise: bytes) -> None:
    for item in heard_in_noise(PREFIX + noise):
        assert isinstance(item, AlphaError) or encode(item)
    assert heard_in_noise(noise + encode(ReadText("A")))[-1] == ReadText("A")


@given(
    st.lists(st.sampled_from([*(bytes((b,)) for b in range(0x20)), b"A", b"E", b"F", b"0", b"$", b"\x7f"])).map(
        b"".join
    )
)
def test_noise_of_control_bytes_gives_messages_or_the_one_named_error(noise: bytes) -> None:
    for item in heard_in_noise(bytes(5) + b"\x01Z00\x02" + noise):
        assert isinstance(item, AlphaError) or encode(item)


@given(st.binary(max_size=60))
def test_a_memory_table_is_read_or_refused(data: bytes) -> None:
    try:
        files = file_specs(data)
    except AlphaError:
        return
    assert not data or encode(SetMemory(files))[12:-6] == data
