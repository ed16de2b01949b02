"""The frames of Hanover's flip-dot signs: bytes for a sign that hears and never answers. No I/O.

As public implementations agree: STX, a digit of the command, a digit of the address, the data as hexadecimal
digits, ETX, two digits of a checksum. Of a picture: first how many bytes it has (mod 256), then its columns from
left to right, each in bytes from the top, the uppermost dot in the lowest bit.
"""

from __future__ import annotations

from controller.boards.pages import Dots

STX, ETX = 0x02, 0x03
PICTURE, TEST_ON, TEST_OFF = 0x1, 0x3, 0xC  # commands; the test is for every sign, at address 0


def frame(command: int, address: int, data: bytes = b"") -> bytes:
    """A whole frame; `command` and `address` are 0 to 15."""
    body = f"{command:X}{address:X}{data.hex().upper()}".encode() + bytes((ETX,))
    return bytes((STX,)) + body + f"{-sum(body) % 256:02X}".encode()


def picture_frame(address: int, dots: Dots) -> bytes:
    """The frame of a whole picture; whatever is not dark is lit."""
    columns = columns_of(dots)
    return frame(PICTURE, address, bytes((len(columns) % 256,)) + columns)


def columns_of(dots: Dots) -> bytes:
    """A picture as the sign takes it: ceil(rows / 8) bytes a column."""
    found = bytearray()
    for x in range(len(dots[0])):
        for top in range(0, len(dots), 8):
            found.append(sum(1 << y for y, row in enumerate(dots[top : top + 8]) if row[x]))
    return bytes(found)
