"""The real kiosk process: off-screen and under a real X server, with a real store and real clicks."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from controller.core.levels import Level
from controller.core.palette import LACQUER, LEAF, NIGHT, Rgb
from controller.runtime.clocks import SystemClock
from kiosk.acts import Act, GoTo, Leave, NextTextSize, SpeakTo
from kiosk.bulletin import Bulletin
from kiosk.state import DOORS, LANGUAGE, PROGRAMME, READING
from tests.support.kiosk_cases import BUSY, LONG_TEXT, SMALL, Case, drawn, item, state
from tests.support.kiosk_station import Station, add_announcement, add_notice, add_rule, put_on_air, until
from tests.support.kiosk_touching import Finger, x_server
from tests.support.stalls import within

pytestmark = pytest.mark.alone  # touched in a person's pace
SIZE = (SMALL.width, SMALL.height)
CORNER, CARD = (3, 3), (1230, 60)  # the ground; the card of what is on air


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station.make(tmp_path)


def picture(station: Station) -> Image.Image:
    with Image.open(station.places.picture("kiosk")) as file:
        return file.convert("RGB")


def shows(station: Station, at: tuple[int, int], colour: Rgb) -> bool:
    return station.places.picture("kiosk").exists() and picture(station).getpixel(at) == colour


def test_without_a_screen_it_keeps_a_picture_of_what_it_would_show(station: Station) -> None:
    with station.kiosk() as process:
        until(lambda: shows(station, CORNER, NIGHT), "the waiting screen, before there is a database")
        assert picture(station).size == SIZE

        store = station.store()
        announcement = add_announcement(store, "Lịch tiêm chủng", "Sáng mai tiêm sởi tại trạm y tế.")
        add_rule(
            store,
            announcement,
            {"kind": "daily", "at": "19:30", "first": "2026-01-01", "last": None},
            SystemClock().now(),
        )
        put_on_air(store, announcement)
        until(lambda: shows(station, CARD, LEAF), "what is on air, though nobody rang")

        flood = add_announcement(store, "Lũ quét", "Bà con rời khỏi ven suối ngay.", Level.EMERGENCY)
        put_on_air(store, flood)
        with within(5.0):
            station.ring()
            until(lambda: shows(station, CORNER, LACQUER), "the emergency")
        store.close()
        assert process.poll() is None
    assert process.returncode == 0
    assert "Traceback" not in station.log
    assert "off-screen" in station.log


def test_a_database_that_dies_leaves_the_last_news_and_says_so(station: Station) -> None:
    store = station.store()
    add_notice(store, "Cắt nước sáng mai.")
    with station.kiosk(SDL_VIDEODRIVER="dummy") as process:
        until(lambda: shows(station, CORNER, NIGHT), "the waiting screen")
        until(lambda: _noticed(station), "the notice")
        before = picture(station)
        store.close()
        for file in station.places.state.glob("station.db*"):
            file.write_bytes(b"no database " * 2000)
        strip = (40, 560, 1240, 630)
        same = before.crop(strip).tobytes()
        until(lambda: picture(station).crop(strip).tobytes() != same, "that the news is old")
        name = (40, 40, 560, 110)  # the rest stands where it stood
        assert picture(station).crop(name).tobytes() == before.crop(name).tobytes()
        assert process.poll() is None
    assert process.returncode == 0
    assert "Traceback" not in station.log


def _noticed(station: Station) -> bool:
    """The notice's bar stands at the left edge."""
    column = picture(station).crop((44, 400, 46, 620))
    colours = {colour for _, colour in column.getcolors(10_000) or []}
    return (0xFF, 0xC8, 0x3D) in colours


@pytest.mark.parametrize("full_screen", [True, False])
def test_clicks_lead_through_a_visit_and_out_of_it(tmp_path: Path, full_screen: bool) -> None:
    station = Station.make(tmp_path, full_screen=full_screen)
    store = station.store()
    add_notice(store, LONG_TEXT)  # more than a page of the programme
    store.close()
    one = Bulletin(items=(item(LONG_TEXT),))
    ident = one.items[0].ident
    waiting, language, doors = Case(state(BUSY)), Case(state(one, scene=LANGUAGE)), Case(state(one, scene=DOORS))
    programme = Case(state(one, scene=PROGRAMME))
    reading, second = (Case(state(one, scene=READING, about=ident, page=page)) for page in (0, 1))
    larger, largest = (Case(replace(reading.state, text_size=size)) for size in (1, 2))
    with x_server() as display, station.kiosk(DISPLAY=display, SDL_AUDIODRIVER="dummy"):
        finger = Finger(display)

        def leads(of: Case, act: Act, to: Case, said: str) -> None:
            """A page is waited for as it is drawn: a button under the finger is a changed picture too."""
            expected = drawn(to)
            finger.touch(of, act)
            until(lambda: picture(station) == expected, said)

        until(lambda: shows(station, CORNER, NIGHT), "the waiting screen")
        until(lambda: _noticed(station), "the notice on it")
        leads(waiting, GoTo(LANGUAGE), language, "the choice of a language")
        leads(language, SpeakTo("vi"), doors, "the doors")
        leads(doors, GoTo(PROGRAMME), programme, "the programme")
        leads(programme, GoTo(READING, about=ident), reading, "the notice")
        leads(reading, GoTo(READING, 1, ident), second, "its second page")
        leads(second, GoTo(READING, 0, ident), reading, "its first page again")
        leads(reading, NextTextSize(), larger, "larger text")
        leads(larger, NextTextSize(), largest, "the largest text")
        leads(largest, NextTextSize(), reading, "ordinary text again")
        leads(reading, GoTo(PROGRAMME), programme, "the programme again")
        leads(programme, GoTo(DOORS), doors, "the doors again")
        finger.touch(doors, Leave())
        until(lambda: shows(station, CORNER, NIGHT), "the waiting screen again")
    assert "x11" in station.log
    assert "Traceback" not in station.log
