"""Pictures for notices: judged by a real child, made small and bare, given up when nothing needs them."""

from __future__ import annotations

import hashlib
import io
import os
import random
import resource
import shutil
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from controller.backup import backup, restore
from controller.core.errors import InputError
from controller.core.notice_drafts import NoticeDraft
from controller.noticing import Noticing
from controller.pictures import child as picture_child
from controller.pictures.bringing import Picturing
from controller.pictures.headers import held_bytes, kind_of, size_of
from controller.runtime.clocks import FakeClock
from controller.runtime.places import Places
from controller.store import pictures
from controller.store.connection import Store
from tests.support.stations import START, Station, station_in

RED, BLUE = (200, 30, 20), (20, 40, 200)
KINDS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP"}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = station_in(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def picturing(station: Station) -> Picturing:
    return Picturing(station.store, station.places, station.clock, station.config.policy)


def halves(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """The left half red, the right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def taken(station: Station, picturing: Picturing, content: bytes, name: str = "hinh.jpg") -> pictures.Picture:
    file = station.places.uploads / "brought"
    file.write_bytes(content)
    try:
        return picturing.take(file, name, "lan")
    finally:
        assert list(station.places.uploads.iterdir()) == []


def refused(station: Station, picturing: Picturing, content: bytes) -> tuple[str, dict[str, str]]:
    with pytest.raises(InputError) as error:
        taken(station, picturing, content)
    (problem,) = error.value.problems
    assert problem.field == "picture"
    assert list(station.places.notice_pictures.iterdir()) == []
    return problem.code, dict(problem.facts)


def kept(station: Station, picture: pictures.Picture) -> Image.Image:
    content = station.places.notice_picture(picture.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == picture.sha256
    image = Image.open(io.BytesIO(content))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (picture.width, picture.height))
    assert (image.info, len(content)) == ({}, picture.bytes)
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 24 for a, b in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_by_its_bytes_and_not_its_name(station: Station, picturing: Picturing, kind: str) -> None:
    content = saved(halves(), KINDS[kind])
    assert (kind_of(io.BytesIO(content)), size_of(io.BytesIO(content), kind)) == (kind, (60, 40))
    picture = taken(station, picturing, content, "bài hát.mp3")
    assert (picture.name, picture.width, picture.height, picture.added_by) == ("bài hát.mp3", 60, 40, "lan")
    image = kept(station, picture)
    assert near(image, (5, 20), RED)
    assert near(image, (55, 20), BLUE)
    with station.store.read() as tx:
        assert pictures.every(tx) == [picture]


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 60}, {"lossless": True, "exif": b"Exif\0\0"}])
def test_every_kind_of_webp_says_its_size(options: dict[str, object]) -> None:
    content = saved(halves((301, 77)), "WEBP", **options)
    assert size_of(io.BytesIO(content), "webp") == (301, 77)


def test_the_very_same_twice_is_one(station: Station, picturing: Picturing) -> None:
    first = taken(station, picturing, saved(halves()), "a.png")
    again = taken(station, picturing, saved(halves(), "BMP"), "b.bmp")  # the same pixels
    assert again.sha256 == first.sha256
    with station.store.read() as tx:
        assert [(each.sha256, each.name) for each in pictures.every(tx)] == [(first.sha256, "b.bmp")]


@pytest.mark.parametrize(
    ("kind", "orientation"), [*(("JPEG", number) for number in range(1, 9)), ("PNG", 6), ("WEBP", 5)]
)
def test_it_stands_upright_and_nobody_learns_where_it_was_made(
    station: Station, picturing: Picturing, kind: str, orientation: int
) -> None:
    upright = Image.new("RGB", (64, 32), (255, 255, 255))
    upright.paste(RED, (0, 0, 16, 16))  # top left
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = upright
    for turn in turns.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "thửa số 7"
    exif.get_ifd(0x8825)[2] = (21.0, 1.0, 0.0)  # the place
    image = kept(station, taken(station, picturing, saved(stored, kind, exif=exif.tobytes())))
    assert image.size == (64, 32)
    assert near(image, (4, 4), RED)
    assert all(near(image, at, (255, 255, 255)) for at in ((60, 4), (4, 28), (60, 28)))
    assert not image.getexif()


def test_words_and_profiles_are_gone(station: Station, picturing: Picturing) -> None:
    words = PngInfo()
    words.add_text("Comment", "thửa số 7")
    content = saved(halves(), "PNG", pnginfo=words, icc_profile=b"\0" * 128, dpi=(300, 300))
    assert b"th\xe1" in content or b"iTXt" in content
    kept(station, taken(station, picturing, content))


@pytest.mark.parametrize(
    ("size", "made"), [((4000, 1000), (1920, 480)), ((300, 3000), (108, 1080)), ((3000, 1), (1920, 1))]
)
def test_it_is_no_larger_than_a_large_screen(
    station: Station, picturing: Picturing, size: tuple[int, int], made: tuple[int, int]
) -> None:
    assert kept(station, taken(station, picturing, saved(halves(size)))).size == made


def test_what_is_transparent_stands_on_white(station: Station, picturing: Picturing) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 20, 40))
    numbered = clear.convert("RGB").quantize(4)
    dark = numbered.getpixel((30, 10))
    for content in (saved(clear), saved(clear, "WEBP", lossless=True), saved(numbered, "PNG", transparency=dark)):
        image = kept(station, taken(station, picturing, content))
        assert near(image, (5, 5), RED)
        assert near(image, (30, 10), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_manner_of_dots(station: Station, picturing: Picturing, mode: str) -> None:
    grey = Image.new("L", (2400, 20), 0)
    grey.paste(255, (1200, 0, 2400, 20))
    if mode == "I;16":
        image = Image.frombytes(
            "I;16", (2400, 20), b"".join(struct.pack("<H", 257 * value) for value in grey.tobytes())
        )
    else:
        image = grey.convert(mode)
    found = kept(station, taken(station, picturing, saved(image, "JPEG" if mode == "CMYK" else "PNG")))
    assert found.size == (1920, 16)
    assert near(found, (100, 8), (0, 0, 0))
    assert near(found, (1800, 8), (255, 255, 255))


def test_of_several_frames_the_first(station: Station, picturing: Picturing) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in (RED, BLUE)]
    for kind in ("GIF", "WEBP"):
        content = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        assert near(kept(station, taken(station, picturing, content)), (15, 15), RED)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_short(station: Station, picturing: Picturing, kind: str) -> None:
    noise = Image.effect_noise((200, 150), 60).convert("RGB")
    content = saved(noise, KINDS[kind])
    for share in (0.95, 0.1):
        code, _ = refused(station, picturing, content[: int(len(content) * share)])
        assert code in {"picture_cut", "picture_broken"}, (share, code)
    assert refused(station, picturing, content[: len(content) * 2 // 3])[0] == "picture_cut"


def test_what_is_no_picture(station: Station, picturing: Picturing) -> None:
    for content in (b"", b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7\n", b"ID3\x03" + bytes(500)):
        assert refused(station, picturing, content)[0] == "picture_none"
    assert refused(station, picturing, saved(halves(), "TIFF"))[0] == "picture_none"
    assert refused(station, picturing, saved(halves())[:20])[0] == "picture_cut"


def test_a_damaged_one_is_refused_whatever_is_damaged(station: Station, picturing: Picturing) -> None:
    chance = random.Random(4)  # noqa: S311 - damage, no secret
    for kind in KINDS.values():
        content = bytearray(saved(Image.effect_noise((64, 48), 60).convert("RGB"), kind))
        for at in chance.sample(range(12, len(content)), 20):
            content[at] ^= 0xFF
        try:
            kept(station, taken(station, picturing, bytes(content)))  # some damage is only a few wrong dots
        except InputError as error:
            assert error.problems[0].code.startswith("picture_")


def huge(kind: str) -> bytes:
    """A picture of fifty megapixels: its header, and enough behind it to be believed."""
    width, height = 10_000, 5_000
    if kind == "png":
        body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        head = b"IHDR" + body
        row = zlib.compress(bytes(3 * width + 1) * 200)
        chunks = [head, b"IDAT" + row, b"IEND"]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
        )
    content = bytearray(saved(halves(), KINDS[kind]))
    if kind == "gif":
        content[6:10] = struct.pack("<HH", width, height)
    elif kind == "bmp":
        content[18:26] = struct.pack("<ii", width, -height)
    elif kind == "jpeg":
        at = content.index(b"\xff\xc0")
        content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    else:
        content[26:30] = struct.pack("<HH", width, height)
    return bytes(content)


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_megapixels_are_refused_by_the_header(station: Station, picturing: Picturing, kind: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    limit = {"webp": "8", "png": "32", "bmp": "32"}.get(kind, "40")
    assert refused(station, picturing, huge(kind)) == ("picture_pixels", {"megapixels": "50", "limit": limit})
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 1.0


HELD = [
    ("PNG", "RGB", {}, 4), ("PNG", "RGBA", {}, 4), ("PNG", "LA", {}, 4), ("PNG", "L", {}, 1), ("PNG", "P", {}, 1),
    ("PNG", "1", {}, 1), ("PNG", "I;16", {}, 2), ("BMP", "RGB", {}, 4), ("BMP", "P", {}, 1), ("GIF", "P", {}, 1),
    ("WEBP", "RGB", {}, 16), ("JPEG", "RGB", {}, 0), ("JPEG", "CMYK", {}, 0),
    ("JPEG", "RGB", {"progressive": True, "subsampling": 0}, 6), ("JPEG", "RGB", {"progressive": True}, 3),
    ("JPEG", "L", {"progressive": True}, 2), ("JPEG", "CMYK", {"progressive": True, "subsampling": 0}, 8),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode", "options", "bytes_a_pixel"), HELD)
def test_what_a_decoder_will_hold_of_each_pixel(
    kind: str, mode: str, options: dict[str, object], bytes_a_pixel: int
) -> None:
    content = io.BytesIO(saved(Image.new(mode, (40, 30)), kind, **options))
    assert held_bytes(content, kind.lower()) == bytes_a_pixel
    assert content.tell() == 0
    whole = content.getvalue()
    for end in range(0, min(len(whole), 700), 7):
        assert held_bytes(io.BytesIO(whole[:end]), kind.lower()) >= 0


def test_a_screenshot_of_thirty_megapixels_takes_no_more_than_it_may(station: Station, picturing: Picturing) -> None:
    image = Image.new("RGBA", (7800, 4000), (*RED, 128))
    picture = taken(station, picturing, saved(image, compress_level=1))
    assert near(kept(station, picture), (960, 400), (228, 143, 138))


def test_strips_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.merge("RGB", (Image.radial_gradient("L"), Image.linear_gradient("L"), Image.radial_gradient("L")))
    image = image.resize((611, 407))
    found = []
    for pixels in (1 << 20, 611 * 9, 1):
        monkeypatch.setattr(picture_child, "STRIP", pixels)
        found.append([picture_child._reduced(image, size).tobytes() for size in ((611, 407), (200, 133), (87, 58))])
    assert found[0] == found[1] == found[2]
    assert picture_child._reduced(image, (87, 58)).size == (88, 59), "the last dots at the edges count"


def test_a_panorama_is_made_small_on_the_way(station: Station, picturing: Picturing) -> None:
    picture = taken(station, picturing, saved(halves((20_000, 2_000)), "JPEG"))
    assert (picture.width, picture.height) == (1920, 192)


def test_what_is_too_heavy_is_refused_unseen(station: Station, picturing: Picturing) -> None:
    content = saved(halves()) + bytes(15 << 20)
    assert refused(station, picturing, content) == ("picture_heavy", {"megabytes": "16", "limit": "15"})


def test_a_decoder_that_eats_memory_ends_alone(
    station: Station, picturing: Picturing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.pictures.bringing._CHILD", _command("print('x'); x = bytearray(1 << 40)"))
    assert refused(station, picturing, saved(halves()))[0] == "picture_memory"


def test_a_decoder_that_hangs_is_ended(station: Station, picturing: Picturing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.pictures.bringing._CHILD", _command("import time; time.sleep(60)"))
    monkeypatch.setattr("controller.pictures.bringing._LIMIT_S", 0.3)
    assert refused(station, picturing, saved(halves()))[0] == "picture_slow"


def _command(code: str) -> tuple[str, ...]:
    python = shutil.which("python3")
    assert python
    return (python, "-c", code)


def test_one_at_a_time(station: Station, picturing: Picturing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.pictures.bringing._CHILD", _command("import time; time.sleep(60)"))
    monkeypatch.setattr("controller.pictures.bringing._LIMIT_S", 3.0)
    monkeypatch.setattr("controller.pictures.bringing._BUSY_S", 0.1)
    for name in "ab":
        (station.places.uploads / name).write_bytes(saved(halves()))
    found: list[str] = []

    def take(name: str) -> None:
        with pytest.raises(InputError) as error:
            picturing.take(station.places.uploads / name, name, "lan")
        found.append(error.value.problems[0].code)
        station.store.close()

    threads = [threading.Thread(target=take, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join(10)
    assert found == ["picture_busy", "picture_slow"]


def test_a_full_card_takes_nothing(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = station.config.policy.model_copy(update={"disk_reserve_mb": 10_000_000})
    picturing = Picturing(station.store, station.places, station.clock, policy)
    assert refused(station, picturing, saved(halves()))[0] == "no_room"


# --- what is not needed any more


class Days:
    def __init__(self, station: Station, picturing: Picturing) -> None:
        assert isinstance(station.clock, FakeClock)
        self.station, self.picturing, self.clock = station, picturing, station.clock
        self.noticing = Noticing(station.store, station.bell, station.clock, station.ids, station.config)

    def pass_by(self, days: float) -> int:
        self.clock.tick(86_400 * days)
        return self.picturing.collect()

    def there(self, picture: pictures.Picture) -> bool:
        with self.station.store.read() as tx:
            known = pictures.find(tx, picture.sha256) is not None
        assert self.station.places.notice_picture(picture.sha256).is_file() is known
        return known


@pytest.mark.parametrize("leaves", ["withdrawn", "over", "another picture"])
def test_unused_for_long_it_is_given_up(station: Station, picturing: Picturing, leaves: str) -> None:
    days = Days(station, picturing)
    picture, other = (taken(station, picturing, saved(halves((size, 10)))) for size in (20, 30))
    until = START + timedelta(days=10) if leaves == "over" else None
    notice = days.noticing.put_up(NoticeDraft(picture=picture.sha256, shown_until=until), "lan")
    assert days.pass_by(10) == 1  # the other, which no notice ever had
    assert (days.there(picture), days.there(other)) == (True, False)
    if leaves == "withdrawn":
        days.noticing.withdraw(notice.id, "lan")
        assert (days.pass_by(29.9), days.there(picture)) == (0, True)
        days.noticing.restore(notice.id, "lan")
        assert (days.pass_by(100), days.there(picture)) == (0, True)
        days.noticing.withdraw(notice.id, "lan")
    if leaves == "another picture":
        changed = days.noticing.change(notice.id, NoticeDraft(text="Không hình"), "lan")
        assert (days.pass_by(29.9), days.there(picture)) == (0, True)
        assert changed.updated_at
        assert days.noticing.undo(notice.id, changed.updated_at, "lan").picture == picture.sha256
        assert (days.pass_by(100), days.there(picture)) == (0, True)
        days.noticing.change(notice.id, NoticeDraft(text="Không hình"), "lan")
    assert (days.pass_by(29.9), days.there(picture)) == (0, True)
    assert (days.pass_by(0.2), days.there(picture)) == (1, False)


def test_a_new_one_waits_for_its_notice(station: Station, picturing: Picturing) -> None:
    days = Days(station, picturing)
    picture = taken(station, picturing, saved(halves()))
    assert (days.pass_by(0.9), days.there(picture)) == (0, True)
    assert (days.pass_by(0.2), days.there(picture)) == (1, False)


def test_what_a_power_cut_left_behind_goes(station: Station, picturing: Picturing) -> None:
    days = Days(station, picturing)
    picture = taken(station, picturing, saved(halves()))
    days.noticing.put_up(NoticeDraft(picture=picture.sha256), "lan")
    unknown, folder = station.places.notice_picture("0" * 64), station.places.uploads / ".picture-x"
    unknown.write_bytes(b"")
    folder.mkdir()
    (folder / "made.png").write_bytes(b"")
    for young in (True, False):
        at = START.timestamp() - (0 if young else 86_401)
        os.utime(unknown, (at, at))
        os.utime(folder, (at, at))
        assert (picturing.collect(), unknown.exists(), folder.exists()) == (0, young, young)
    assert days.there(picture)


def test_it_comes_back_from_a_backup_if_a_notice_has_it(station: Station, picturing: Picturing, tmp_path: Path) -> None:
    days = Days(station, picturing)
    picture, other = (taken(station, picturing, saved(halves((size, 10)))) for size in (20, 30))
    days.noticing.put_up(NoticeDraft(picture=picture.sha256), "lan")
    station.store.close()
    backup(station.places, tmp_path / "all.backup")
    places = Places(tmp_path / "elsewhere")
    restore(places, tmp_path / "all.backup")
    content = station.places.notice_picture(picture.sha256).read_bytes()
    assert places.notice_picture(picture.sha256).read_bytes() == content
    assert not places.notice_picture(other.sha256).exists()
    store = Store(places.station_db)
    with store.read() as tx:
        assert [each.sha256 for each in pictures.every(tx)] == [picture.sha256]
    store.close()
