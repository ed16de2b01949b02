"""The thin shells: the picture file, the typeface, the wait for touches."""

import gc
import io
import queue
import socket
import threading
import weakref
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from PIL import Image

from controller.core.filing_codes import token_of
from controller.core.words import LANGUAGES
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.runtime.typefaces import find_typeface
from kiosk.acts import FileService, GoTo, Leave, SpeakTo
from kiosk.asking import FileAnswer, Found
from kiosk.display import feels_touches
from kiosk.ears import Ears
from kiosk.flow import SETTLE_S
from kiosk.happenings import CardRead, Say
from kiosk.link import OVER, READY
from kiosk.picture import PictureKeeper, Shot, png
from kiosk.screen import Screen
from kiosk.sdl import pygame
from kiosk.setting import Setting
from kiosk.state import LANGUAGE, STATUS, Down, NewsCame, Up
from kiosk.widgets import Scene
from tests.support import kiosk_cases as cases
from tests.support.kiosk_station import Station, until


def shot(level: int = 0) -> Shot:
    return Shot(5, 3, bytes((level + n) % 256 for n in range(5 * 3 * 3)))


def test_a_picture_file_has_the_screens_pixels() -> None:
    with Image.open(io.BytesIO(png(shot(7)))) as picture:
        assert (picture.size, picture.mode, picture.tobytes()) == ((5, 3), "RGB", shot(7).rgb)


def test_the_newest_screen_is_written_and_a_full_hand_is_told(tmp_path: Path) -> None:
    kept = tmp_path / "kiosk.png"
    keeper = PictureKeeper(kept)
    assert keeper.offer(shot(1))
    assert not keeper.offer(shot(2))
    stopping = threading.Event()
    worker = threading.Thread(target=keeper.run, args=(stopping,), daemon=True)
    worker.start()
    until(lambda: keeper.offer(shot(3)), "the hand is free again")
    until(lambda: kept.is_file() and kept.read_bytes() == png(shot(3)), "the newest screen is written")
    stopping.set()
    keeper.wake()
    worker.join(10)
    assert not worker.is_alive()
    assert [file.name for file in tmp_path.iterdir()] == [kept.name]


def test_a_screen_that_was_written_is_not_kept_in_memory(tmp_path: Path) -> None:
    class Traced(Shot):
        """That a weak reference may lead to."""

    keeper, one = PictureKeeper(tmp_path / "kiosk.png"), Traced(5, 3, shot(1).rgb)
    there, stopping = weakref.ref(one), threading.Event()
    worker = threading.Thread(target=keeper.run, args=(stopping,), daemon=True)
    worker.start()
    assert keeper.offer(one)
    del one
    until(lambda: (tmp_path / "kiosk.png").exists() and there() is None, "the end of six megabytes")
    stopping.set()
    keeper.wake()
    worker.join(10)


@pytest.mark.parametrize(
    ("driver", "devices", "readable", "feels"),
    [
        ("KMSDRM", ["event0", "event1"], {"event1"}, True),
        ("KMSDRM", ["event0", "mouse0"], {"mouse0"}, False),
        ("KMSDRM", [], set(), False),
        ("x11", [], set(), True),
        ("wayland", ["event0"], set(), True),
    ],
)
def test_a_screen_that_cannot_be_touched_is_noticed(
    tmp_path: Path, driver: str, devices: list[str], readable: set[str], feels: bool
) -> None:
    for name in devices:
        (tmp_path / name).touch()
    assert feels_touches(driver, tmp_path, lambda path: path.name in readable) is feels


def test_the_wait_ends_at_a_wake_or_a_touch_and_not_before(tmp_path: Path) -> None:
    gc.collect()  # with the displays that tests before had open
    ears = Ears()
    folder = tmp_path / ".X11-unix"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "X9"))
        server.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / "X9"))
            shown, _ = server.accept()
            with shown:
                ears.find()
                assert ears.wait(0.0, touchable=True) is False
                ears.wake()
                ears.wake()
                assert ears.wait(60.0, touchable=True) is False  # woken, by news
                assert ears.wait(0.0, touchable=True) is False  # and not once more
                shown.send(b"x")
                assert ears.wait(60.0, touchable=True) is True
    assert ears.wait(0.0, touchable=True) is False  # the socket is gone: that is found out, and does not hurt


def test_both_languages_say_the_same_things() -> None:
    vi, en = load_words("vi", ("kiosk",)), load_words("en", ("kiosk",))
    assert vi.keys() == en.keys()
    facts = {"weekday": "x", "day": 1, "month": 2, "count": 3, "page": 1, "pages": 2, "time": "t"}
    facts |= {"number": 1, "of": 2, "seconds": 3, "place": "x", "standing": "x", "code": "x"}
    assert all(vi(key, **facts) and en(key, **facts) for key in sorted(vi.keys()))


def test_a_process_that_was_ready_for_hours_begins_with_the_right_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    station, clock = Station.make(tmp_path), FakeClock(cases.NOW.astimezone(UTC))
    first: list[bytes] = []
    stopping = threading.Event()

    def hear(word: str) -> None:
        if word.startswith(READY):  # the first picture is on the screen
            first.append(pygame.image.tobytes(pygame.display.get_surface(), "RGB"))
            stopping.set()

    words, keeper = {name: load_words(name) for name in LANGUAGES}, PictureKeeper(tmp_path / "none")
    screen = Screen(
        station.config, clock, find_typeface(), words, keeper, lambda effect: None, cases.NoFiling(), hear,
    )  # fmt: skip
    screen.warm_up()
    clock.tick(7500)
    screen.tell(NewsCame(cases.ORDINARY))
    screen.run(stopping, lambda: None)
    pygame.font.init()  # `run` has ended it, and others in this process go on
    cases.fonts.cache_clear()
    cases.stage.cache_clear()
    later = cases.state(cases.ORDINARY, now=cases.NOW + timedelta(seconds=7500))
    assert first == [cases.drawn(cases.Case(later)).tobytes()]


def test_a_card_left_on_the_reader_does_not_keep_a_visit_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    station, clock = Station.make(tmp_path), FakeClock(cases.NOW.astimezone(UTC))
    stopping, over = threading.Event(), threading.Event()
    words, keeper = {name: load_words(name) for name in LANGUAGES}, PictureKeeper(tmp_path / "none")
    screen = Screen(
        station.config, clock, find_typeface(), words, keeper, lambda effect: None, cases.NoFiling(),
        lambda word: over.set() if word == OVER else None,
    )  # fmt: skip
    screen.warm_up()
    turns: list[int] = []
    worker = threading.Thread(target=screen.run, args=(stopping, lambda: turns.append(1)), daemon=True)
    worker.start()
    clock.tick(1)
    screen.tell(Down(GoTo(STATUS), clock.monotonic()))
    screen.tell(Up(GoTo(STATUS), clock.monotonic()))
    passed_s = 0
    while not over.is_set() and passed_s < 1200:  # the reader says the same again and again
        clock.tick(2)
        passed_s += 2
        seen = len(turns)
        screen.tell(CardRead("LOALANG:XYZ"))
        until(lambda seen=seen: len(turns) > seen + 1, "its turn, however slow it is")  # type: ignore[misc] # this one's
    stopping.set()
    screen.wake()
    worker.join(10)
    pygame.font.init()
    cases.fonts.cache_clear()
    cases.stage.cache_clear()
    assert over.is_set() and passed_s < 2 * station.config.kiosk.patience_s


def test_what_came_by_itself_is_touched_as_soon_as_any_other_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rest is counted from when it came, not from the next tick."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    station, clock = Station.make(tmp_path), FakeClock(cases.NOW.astimezone(UTC))
    stopping, over, spoken = threading.Event(), threading.Event(), list[str]()
    words, keeper = {name: load_words(name) for name in LANGUAGES}, PictureKeeper(tmp_path / "none")
    screen = Screen(
        station.config, clock, find_typeface(), words, keeper,
        lambda effect: spoken.append(effect.text) if isinstance(effect, Say) else None, cases.NoFiling(),
        lambda word: over.set() if word == OVER else None,
    )  # fmt: skip
    screen.warm_up()
    worker = threading.Thread(target=screen.run, args=(stopping, lambda: None), daemon=True)
    worker.start()
    for wait_s, events in (
        (1.0, (Down(GoTo(STATUS), clock.monotonic() + 1), Up(GoTo(STATUS), clock.monotonic() + 1))),
        (1.0, (CardRead(token_of(bytes(range(32)))),)),
        (0.0, (FileAnswer(Found.FOUND, "done", "K7M4-XP2Q"),)),  # right behind a tick
    ):
        clock.tick(wait_s)
        said = len(spoken)
        for event in events:
            screen.tell(event)
        until(lambda said=said: len(spoken) > said, "the page")  # type: ignore[misc] # the loop's own
    clock.tick(SETTLE_S + 0.01)
    screen.tell(Down(Leave(), clock.monotonic()))
    screen.tell(Up(Leave(), clock.monotonic()))
    taken = over.wait(30)
    stopping.set()
    screen.wake()
    worker.join(10)
    pygame.font.init()
    cases.fonts.cache_clear()
    cases.stage.cache_clear()
    assert taken


def test_every_warning_is_heard_not_only_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a visit whose own page says nothing by itself in between."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    station, clock = Station.make(tmp_path), FakeClock(cases.NOW.astimezone(UTC))
    stopping, ready, said = threading.Event(), threading.Event(), queue.SimpleQueue[str]()

    class Filing(cases.NoFiling):
        def scene(self, visit: object, setting: Setting) -> Scene:
            said.put("the filing is shown")
            return super().scene(visit, setting)

    words, keeper = {name: load_words(name) for name in LANGUAGES}, PictureKeeper(tmp_path / "none")
    screen = Screen(
        station.config, clock, find_typeface(), words, keeper,
        lambda effect: said.put(effect.text) if isinstance(effect, Say) else None, Filing(),
        lambda word: ready.set() if word.startswith(READY) else None,
    )  # fmt: skip
    screen.warm_up()
    screen.tell(NewsCame(cases.ORDINARY))
    worker = threading.Thread(target=screen.run, args=(stopping, lambda: None), daemon=True)
    worker.start()
    assert ready.wait(60)
    warning = words["vi"]("kiosk.still_there.said")
    heard: list[str] = []

    def hear(text: str) -> None:
        while not heard or heard[-1] != text:
            heard.append(said.get(timeout=60))

    clock.tick(1)
    for act in (GoTo(LANGUAGE), SpeakTo("vi"), FileService()):
        clock.tick(1)
        screen.tell(Down(act, clock.monotonic()))
        screen.tell(Up(act, clock.monotonic()))
    for _ in range(3):
        hear("the filing is shown")
        clock.tick(station.config.kiosk.patience_s - 10)
        screen.wake()
        hear(warning)
        screen.tell(Down(None, clock.monotonic()))
    stopping.set()
    screen.wake()
    worker.join(10)
    pygame.font.init()
    cases.fonts.cache_clear()
    cases.stage.cache_clear()
