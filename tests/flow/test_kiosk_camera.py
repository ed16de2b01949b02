"""The camera's child watches a picture's file as it would a device: codes, photographs, and what goes wrong."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from controller.runtime.places import Places
from controller.runtime.typefaces import find_typeface
from kiosk.devices.camera import Camera, Seen
from kiosk.happenings import CameraSees, CardRead, DeviceFailed, PhotoTaken
from tests.support.processes import until

CARD = "001099000123|012345678|Nguyễn Văn A|01011999|Nam|Thôn Nà Khau, Xã Nà Khau|01012022"


def show(file: Path, picture: Image.Image) -> None:
    """Hold it before the camera."""
    made = file.with_suffix(".new.png")
    picture.save(made, "PNG")
    made.replace(file)


def desk() -> Image.Image:
    return Image.new("RGB", (1920, 1080), (120, 110, 100))


def card() -> Image.Image:
    whole = desk()
    code = qrcode.make(CARD, box_size=5).get_image().convert("RGB").rotate(11, expand=True, fillcolor=(240, 240, 240))
    whole.paste(code, (800, 300))
    return whole


def page() -> Image.Image:
    whole = Image.new("RGB", (1920, 1080), (225, 222, 214))
    font = ImageFont.truetype(str(find_typeface().regular), 30)
    for row in range(20):
        words = "GIẤY CHỨNG SINH Họ và tên mẹ, sinh ngày, nơi thường trú"
        ImageDraw.Draw(whole).text((200, 60 + 48 * row), words, (30, 30, 40), font=font)
    return whole


@contextmanager
def camera(device: str, folder: Path) -> Iterator[tuple[Camera, list[Seen]]]:
    places = Places(folder / "state")
    places.make()
    told: list[Seen] = []
    one, stop = Camera(device, places, told.append), threading.Event()
    thread = threading.Thread(target=one.run, args=(stop, lambda: None))
    thread.start()
    try:
        yield one, told
    finally:
        stop.set()
        one.wake()
        thread.join(10)
        assert not thread.is_alive()
        assert list(places.room("kiosk").iterdir()) == []


def of(told: list[Seen], kind: type[Seen]) -> list[Seen]:
    return [seen for seen in told if isinstance(seen, kind)]


def test_a_card_is_read_and_a_paper_photographed(tmp_path: Path) -> None:
    sight = tmp_path / "sight.png"
    show(sight, desk())
    with camera(str(sight), tmp_path) as (one, told):
        one.watch(True)
        until(lambda: of(told, CameraSees), 20, what="a picture")
        assert of(told, CardRead) == []
        show(sight, card())
        until(lambda: of(told, CardRead), 10, what="the code")
        show(sight, page())
        until(lambda: isinstance(told[-1], CameraSees), what="the page")
        for number, (picture, legible) in enumerate(
            [(page(), True), (page().filter(ImageFilter.GaussianBlur(9)), False)]
        ):
            show(sight, picture)
            seen = len(of(told, CameraSees)) + 3
            until(lambda: len(of(told, CameraSees)) > seen, what="it comes into sight")  # noqa: B023 - at once
            one.take_photo()
            until(lambda: len(of(told, PhotoTaken)) > number, 10, what="the photograph")  # noqa: B023 - at once
            taken = of(told, PhotoTaken)[number]
            assert isinstance(taken, PhotoTaken)
            assert taken.legible is legible
            with Image.open(io.BytesIO(taken.jpeg)) as image:
                assert (image.format, image.size) == ("JPEG", (1920, 1080))
            small = taken.small
            assert small is not None and (small.width, small.height, len(small.rgb)) == (480, 270, 480 * 270 * 3)
        one.watch(False)
    assert of(told, CardRead) == [CardRead(CARD)]
    view = of(told, CameraSees)[0]
    assert isinstance(view, CameraSees) and len(view.rgb) == view.width * view.height * 3


def test_unplugged_while_it_is_watched(tmp_path: Path) -> None:
    sight = tmp_path / "sight.png"
    show(sight, desk())
    with camera(str(sight), tmp_path) as (one, told):
        one.watch(True)
        until(lambda: of(told, CameraSees), 20, what="a picture")
        sight.unlink()
        until(lambda: of(told, DeviceFailed), 10, what="that it is gone")
        show(sight, desk())
        told.clear()
        one.watch(True)
        until(lambda: of(told, CameraSees), 20, what="it is back")


def test_none(tmp_path: Path) -> None:
    with camera("", tmp_path) as (one, told):
        one.take_photo()
        until(lambda: told, what="that there is none")
        assert told == [DeviceFailed("camera", "camera_none")]
        told.clear()
    with camera("/dev/video77", tmp_path) as (one, told):
        one.watch(True)
        until(lambda: told, 20, what="that it is not there")
        assert told == [DeviceFailed("camera", "camera_gone")]


def test_a_large_photograph_is_made_small_enough() -> None:
    import numpy as np

    from kiosk.devices.camera_child import PHOTO_BYTES, small_enough  # the child's libraries

    noise = np.random.default_rng(1).integers(0, 255, (3000, 4000, 3), np.uint8)
    jpeg = small_enough(noise)
    assert len(jpeg) <= PHOTO_BYTES
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.width >= 1000
