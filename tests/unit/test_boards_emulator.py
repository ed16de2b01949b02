"""The emulated sign holds senders to the protocol as a real one does. Frames are written out by hand."""

from __future__ import annotations

from typing import Literal

import pytest

from controller.boards.alpha.sign import AlphaSign, Physics

PREFIX = bytes.fromhex("0000000000 01 5A 30 30")
TABLE = b"AAU0040FF00"  # one TEXT file A of 64 bytes
HELLO = b"AA\x1b0bHELLO"
BYTE_S = 10 / 9600


def packet(data: bytes) -> bytes:
    body = b"\x02" + data + b"\x03"
    return body + b"%04X" % (sum(body) % 65536)


def frame(data: bytes) -> bytes:
    return PREFIX + packet(data) + b"\x04"


class Line:
    """Feeds a sign at 9600 baud in made-up time."""

    def __init__(self, physics: Physics | None = None) -> None:
        self.sign = AlphaSign(96, 16, physics)
        self.now = 50.0

    def say(self, data: bytes) -> bytes:
        for byte in data:
            self.now += BYTE_S
            self.sign.hear(byte, self.now)
        return self.sign.take_replies()

    def status(self) -> bytes:
        return self.say(frame(b"F*"))[27:28]

    def shown(self) -> tuple[str, str]:
        face = self.sign.face(self.now)
        return face.file, face.text


def ready(physics: Physics | None = None) -> Line:
    line = Line(physics or Physics(clear_s=0, configure_s=0, blank_s=0))
    line.say(frame(b"E$") + frame(b"E$" + TABLE))
    return line


def test_a_text_is_shown_and_read_back_as_it_was_written() -> None:
    line = ready()
    assert line.say(frame(HELLO)) == b""  # nothing is ever acknowledged
    assert line.shown() == ("A", "HELLO")
    assert line.say(frame(b"BA")) == bytes(20) + b"\x01000" + packet(HELLO) + b"\x04"
    assert line.status() == b"\x40"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (PREFIX + b"\x02" + HELLO + b"\x030000\x04", b"\x50"),  # wrong sum
        (PREFIX[1:] + packet(HELLO) + b"\x04", b"\x40"),  # four NULs: not even noticed
        (PREFIX + packet(HELLO)[:-4] + b"abcd\x04", b"\x60"),  # small letters
        (PREFIX + b"\x02" + HELLO + b"\x02" + HELLO + b"\x04", b"\x60"),  # nested without ETX
        (frame(b"AB\x1b0bHELLO"), b"\x60"),  # no such file
        (frame(b"AA\x1b0b" + b"x" * 62), b"\x48"),  # longer than its file
        (frame(b"A0\x1b0b" + b"x" * 123), b"\x48"),
        (frame(b"AA\x1b0bHE\x07LLO"), b"\x60"),  # no such code
        (frame(b"AA\x1b5bHELLO"), b"\x60"),  # no such position
        (frame(b"AA\x1b0dHELLO"), b"\x60"),  # no such mode
        (frame(b"QA"), b"\x60"),
        (frame(b"E 2500"), b"\x60"),
        (frame(b"E$AAU0040FF0"), b"\x60"),
        (frame(b"E$" + TABLE + TABLE), b"\x60"),  # one label twice
        (frame(b"E$0AU0040FF00"), b"\x60"),
        (frame(b"E$AAU1600FF00"), b"\x48"),  # more than the pool
        (PREFIX[:-2] + b"05" + packet(HELLO) + b"\x04", b"\x40"),  # for another sign
        (PREFIX + b"\x02AA\x1b0bHE\xccLO\x04", b"\x60"),
    ],
)
def test_what_is_not_right_changes_nothing_but_the_status(data: bytes, status: bytes) -> None:
    line = ready()
    line.say(frame(b"AA\x1b0bBEFORE"))
    line.say(data)
    assert (line.status(), line.shown()) == (status, ("A", "BEFORE"))


def test_a_silence_inside_a_packet_ends_it_without_a_word() -> None:
    line = ready()
    whole = frame(HELLO)
    line.say(whole[:20])
    line.now += 1.01
    line.say(whole[20:])
    assert line.shown() == ("", "")
    line.say(whole[:20])
    line.now += 0.9
    line.say(whole[20:])
    assert line.shown() == ("A", "HELLO")


def test_the_priority_file_hides_all_until_the_bare_release() -> None:
    line = ready()
    line.say(frame(HELLO) + frame(b"A0\x1b0bSTORM"))
    assert line.shown() == ("0", "STORM")
    line.say(frame(b"AA\x1b0bNEWER"))
    assert line.shown() == ("0", "STORM")
    line.say(frame(b"A0\x1b0b"))  # formatted and empty: a blank sign, as in the field
    assert line.shown() == ("0", "")
    assert not any(map(any, line.sign.face(line.now).dots))
    line.say(PREFIX + b"\x02A0\x04")
    assert line.shown() == ("A", "NEWER")


def test_a_bare_memory_command_erases_everything_but_not_the_priority_file() -> None:
    line = ready()
    line.say(frame(HELLO) + frame(b"E$"))
    assert line.shown() == ("", "")
    assert line.say(frame(b"BA")) == b""
    assert line.say(frame(b"F$")) == bytes(20) + b"\x01000" + packet(b"E$") + b"\x04"


def test_it_is_deaf_while_it_rearranges_its_memory() -> None:
    line = ready()
    line.sign = AlphaSign(96, 16, Physics(blank_s=0))
    line.say(frame(b"E$"))
    line.now += 1.9
    line.say(frame(b"E$" + TABLE))
    assert b"AAU" not in line.say(frame(b"F$"))
    line.now += 0.2
    line.say(frame(b"E$" + TABLE))
    line.now += 9.8
    line.say(frame(HELLO))
    assert line.shown() == ("", "")
    line.now += 0.2
    line.say(frame(HELLO))
    assert line.shown() == ("A", "HELLO")


def test_without_power_it_forgets_and_comes_back_dark() -> None:
    line = ready()
    line.say(frame(HELLO) + frame(b"A0\x1b0bSTORM") + frame(b"E 1930"))
    line.sign.lose_power(line.now)
    assert (line.shown(), line.sign.texts) == (("", ""), {})
    assert line.say(frame(b"F$"))[24:-6] == b"\x02E$"


def test_a_one_way_sign_shows_and_never_answers() -> None:
    line = ready(Physics(clear_s=0, configure_s=0, blank_s=0, answers=False))
    assert line.say(frame(HELLO) + frame(b"BA") + frame(b'F"') + frame(b"F$")) == b""
    assert line.shown() == ("A", "HELLO")


def test_it_answers_what_it_is_asked() -> None:
    line = ready()
    line.say(frame(b"E'M") + frame(b"E 1930"))
    line.now += 60
    answers = [line.say(frame(question))[25:-6] for question in (b"F#", b"F$", b"F ", b"F.", b"F*")]
    assert answers == [b"E#156A,151D", b"E$" + TABLE, b"E 1931", b"E.TUA", b"E*\x40"]
    assert line.say(frame(b'F"'))[25:-6].startswith(b'E"')


def test_its_clock_runs_and_stands_in_the_text() -> None:
    line = ready()
    line.say(frame(b"AA\x1b0b\x13") + frame(b"E'M") + frame(b"E 2359"))
    before = line.sign.face(line.now)
    line.now += 60
    after = line.sign.face(line.now)
    line.say(frame(b"AA\x1b0b00:00"))
    assert before.dots != after.dots == line.sign.face(line.now).dots
    assert (before.text, before.lasts_s) == ("[time]", 1.0)


def test_pages_follow_each_other_by_their_speed() -> None:
    line = ready()
    line.say(frame(b"AA\x1b0b\x15ONE\x1b0b\x19TWO"))  # five seconds, then one
    begun = line.now
    faces = [line.sign.face(begun + age).dots for age in (0.0, 4.9, 5.1, 5.9, 6.1)]
    assert faces[0] == faces[1] == faces[4] != faces[2] == faces[3]
    assert line.sign.face(begun + 2.0).lasts_s == pytest.approx(3.0)


def test_a_ticker_comes_from_the_right_at_fifty_dots_a_second() -> None:
    line = ready()
    line.say(frame(b"AA\x1b a|"))  # one bar: column 2 of the letter
    bars = [
        [row.index(1) if any(row) else None for row in line.sign.face(line.now + age).dots[4:5]]
        for age in (0.0, 0.1, 1.0, 1.9)
    ]
    assert bars == [[None], [93], [48], [3]]


PICTURES = b"DDU02034000EDU02032000FDU02031000"  # three of 3 x 2 dots: eight colours, three, one
DOTS = (b"0203", b"148\r205\r")
QUICK = Physics(clear_s=0, configure_s=0, blank_s=0)


class Drawn(Line):
    """A sign of 16 x 7 with pictures and a string, whose files D, E and F are drawn."""

    def __init__(self, colours: Literal["one", "three"] = "one", physics: Physics = QUICK) -> None:
        super().__init__(physics)
        self.sign = AlphaSign(16, 7, physics, colours=colours)
        self.say(frame(b"E$" + TABLE + PICTURES + b"SBU00100000"))
        for label in (b"D", b"E", b"F"):
            self.draw(label)

    def draw(self, label: bytes, size: bytes = DOTS[0], rows: bytes = DOTS[1], pause_s: float = 0.1) -> None:
        whole = frame(b"I" + label + size + rows)
        self.say(whole[:16])
        self.now += pause_s
        self.say(whole[16:])

    def lit(self) -> list[bytes]:
        """The rows that are not dark, without what is dark on both sides of all of them."""
        return [row.strip(b"\0") for row in self.sign.face(self.now).dots if any(row)]


@pytest.mark.parametrize(
    ("label", "one", "three"),
    [
        (b"D", [b"\1\1\1", b"\1\0\1"], [b"\1\1\3", b"\2\0\2"]),
        (b"E", [b"\1", b"\1\0\1"], [b"\1", b"\2\0\1"]),  # modulo four
        (b"F", [b"\1\1\1", b"\1\0\1"], [b"\3\3\3", b"\3\0\3"]),
    ],
)
def test_a_picture_is_shown_dot_for_dot_in_the_colours_of_its_file(
    label: bytes, one: list[bytes], three: list[bytes]
) -> None:
    for colours, expected in (("one", one), ("three", three)):
        line = Drawn(colours)  # type: ignore[arg-type]  # one of the two
        line.say(frame(b"AA\x1b0b\x14" + label))
        assert line.lit() == expected
        assert line.say(frame(b"J" + label))[25:-6] == b"I" + label + b"".join(DOTS)


def test_a_picture_stands_beside_text_and_lines_of_pictures_touch() -> None:
    line = Drawn()
    line.say(frame(b"AA\x1b0b\x14F\x14F\x0d\x14F"))
    assert line.lit() == [b"\1" * 6, b"\1\0\1" * 2, b"\1" * 3, b"\1\0\1"]
    line.say(frame(b"AA\x1b0b|\x14F"))  # nine dots wide, the bar in the third column
    assert [row.index(1) for row in line.sign.face(line.now).dots if any(row)] == [5] * 7


def test_a_picture_that_was_never_allocated_shows_its_letter_and_one_never_written_is_dark() -> None:
    line = Drawn()
    line.say(frame(b"AA\x1b0bX"))
    letter = line.lit()
    line.say(frame(b"AA\x1b0b\x14X"))
    assert line.lit() == letter
    line.say(frame(b"E$" + TABLE + PICTURES) + frame(b"AA\x1b0b\x14D"))
    assert line.lit() == []
    assert line.say(frame(b"JD"))[25:-6] == b"ID0203000\r000\r"


def test_a_picture_written_under_a_live_priority_message_is_lost() -> None:
    line = Drawn()
    line.say(frame(b"A0\x1b0bSTORM"))
    line.draw(b"D", rows=b"111\r111\r")
    assert (line.status(), line.sign.pictures["D"]) == (b"\x40", (b"\1\4\x08", b"\2\0\5"))
    line.say(PREFIX + b"\x02A0\x04")
    line.draw(b"D", rows=b"111\r111\r")
    assert line.sign.pictures["D"] == (b"\1\1\1",) * 2


def test_a_string_is_called_and_read_back_and_does_not_blank() -> None:
    line = Drawn(physics=Physics(clear_s=0, configure_s=0))
    line.say(frame(b"AA\x1b0b\x10S"))
    assert not line.lit()  # dark for a moment after a text
    line.now += 0.1
    line.say(frame(b"GSA"))
    assert line.lit()
    assert line.say(frame(b"HS"))[25:-6] == b"GSA"
    line.draw(b"D")
    assert not line.lit()  # and after a picture


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"IX0203111\r111\r", b"\x60"),  # no such file
        (b"IA0203111\r111\r", b"\x60"),  # not a picture
        (b"ID0202111\r111\r", b"\x60"),  # another size than its file's
        (b"ID0203111\r11\r", b"\x60"),
        (b"ID0203111\r111", b"\x60"),
        (b"ID0203111\r119\r", b"\x60"),
        (b"GS0123456789abcdefg", b"\x48"),  # longer than its file
        (b"GD1", b"\x60"),
        (b"HD", b"\x60"),
        (b"JS", b"\x60"),
        (b"E$DDU20034000", b"\x60"),  # 32 rows
        (b"E$DDU02003000", b"\x60"),  # no width, no such colours
        (b"E$SBU0010FF00", b"\x60"),
        (b"E$DDU1FFF4000EDU1FFF4000", b"\x48"),  # 2 x (3,968 + 13) bytes of 5,482
    ],
)
def test_what_is_not_right_about_a_picture_or_a_string_changes_nothing(data: bytes, status: bytes) -> None:
    line = Drawn()
    before = line.sign.pictures
    for byte in frame(data):
        line.sign.hear(byte, line.now)
    assert (line.status(), line.sign.pictures) == (status, before)


def test_a_picture_without_the_silence_after_its_width_is_refused() -> None:
    line = Drawn()
    line.draw(b"D", rows=b"111\r111\r", pause_s=0.05)
    assert (line.status(), line.sign.pictures["D"][0]) == (b"\x60", b"\1\4\x08")


def test_packets_in_one_frame_need_a_silence_after_each_stx() -> None:
    line = ready()
    line.say(PREFIX + packet(HELLO) + packet(b"E'M") + b"\x04")
    assert (line.status(), line.shown()) == (b"\x60", ("", ""))
    first, second = PREFIX + packet(HELLO) + b"\x02", packet(b"E'M")[1:] + b"\x04"
    line.say(first)
    line.now += 0.1
    line.say(second)
    assert (line.status(), line.shown()) == (b"\x40", ("A", "HELLO"))


def test_after_a_tone_it_hears_nothing_for_three_seconds() -> None:
    line = ready()
    line.say(frame(b"E(0"))
    line.now += 2.8
    line.say(frame(HELLO))
    assert line.shown() == ("", "")
    line.now += 0.2
    line.say(frame(HELLO))
    assert line.shown() == ("A", "HELLO")


def test_the_pool_counts_thirteen_bytes_a_file_and_pictures_by_their_colours() -> None:
    line = Drawn()
    free = 5482 - (64 + 13) - (2 * 2 + 13) - (2 * 1 + 13) - (2 * 1 + 13) - (16 + 13)
    assert line.say(frame(b"F#"))[25:-6] == b"E#156A,%04X" % free
