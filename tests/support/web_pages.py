"""The officials' page in a test: a station in a folder, a browser without a screen's worth of trouble."""

from __future__ import annotations

import re
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server
from werkzeug.test import TestResponse

from audio.normaliser import Normaliser
from audio.preparing.intake import Intake
from controller.core.showing import Item
from controller.core.spoken import Spoken
from controller.core.words import LANGUAGES
from controller.desk import Desk
from controller.dictionary import Dictionary
from controller.filing.desk import FilingDesk
from controller.filing.keys import DeskKeys
from controller.filing.office_days import office_of
from controller.filing.sittings import Sittings
from controller.noticing import Noticing
from controller.pictures.bringing import Picturing
from controller.runtime.catalogues import load_words
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import FakeClock, SystemClock
from controller.runtime.page_key import PageKey
from controller.runtime.sealing import Cost
from controller.sounding import Sounding
from controller.store import filings, users
from controller.training import Training
from controller.walling import password_behind
from controller.web import Unshown, WebParts, create_app
from controller.web.passwords import Passwords
from controller.web_daemon import Boards
from tests.support.clocks import Furnished
from tests.support.stations import CONFIG, Station, station_in

NAME, PASSWORD, FULL_NAME = "van-thu", "bốn từ rất khó đoán", "Cán bộ Văn thư"
BOARD = """
[[boards]]
id = "cong"
name = "Bảng cổng"
"""
ONE_ZONE = """
[[zones]]
id = "trung-tam"
name = "Trung tâm xã"
[[outputs]]
name = "main"
zones = ["trung-tam"]
device = "wav"
[policy]
quiet_hours = []
approval = "off"
[clock]
trust = "off"
"""
HOST = "localhost"
QUICK = Cost(1, 64)  # what a guess costs; not here


def spelt_out(text: str) -> Spoken:
    """A small normaliser: small letters, and what stands in capitals is spelt."""
    return Spoken(text.lower(), tuple(re.findall(r"\b[A-ZĐ]{2,}\b", text)))


def one_pixel(board: str, item: Item) -> bytes:
    """A PNG whose one pixel depends on the board and on what it is to show."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    grey = zlib.crc32(f"{board}/{item}".encode()) & 0xFF
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes((0, grey))))
        + chunk(b"IEND", b"")
    )


def cut_short(board: str, item: Item) -> Unshown:
    """A board of capitals without diacritics and of forty characters, which has no room for pictures and codes."""
    text = item.whole
    return Unshown(
        stripped="" if text.isascii() else "KHONG DAU", replaced=tuple(c for c in text if c in "☂★"),
        left_out=text[40:], without=tuple(name for name in ("picture", "qr") if getattr(item, name)),
        pages=1 + len(text) // 20, round_s=4.0 * (1 + len(text) // 20),
    )  # fmt: skip


ABBREVIATIONS = {"UBND": "ủy ban nhân dân", "CCCD": "căn cước công dân", "HTX": "hợp tác xã"}


def dictionary_of(station: Station) -> Dictionary:
    return Dictionary(
        station.store, station.bell, station.clock, station.ids, station.config, ABBREVIATIONS, Normaliser({}).spoken
    )


@dataclass
class Pages:
    station: Station
    app: Flask
    signs: ClockSigns
    cost: Cost

    def client(self) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_HOST"] = HOST
        return client

    def clock(self) -> FakeClock:
        assert isinstance(self.station.clock, FakeClock)
        return self.station.clock

    def add_user(self) -> None:
        with self.station.store.write() as tx:
            key = PageKey(self.station.places.page_key)
            stored = password_behind(key, NAME, Passwords(self.cost).encoded(PASSWORD))
            users.add(tx, self.station.clock.now(), NAME, FULL_NAME, stored, users.Role.ADMIN, "test")

    def signed_in(self) -> FlaskClient:
        """A client with a session; the user is added if there is none."""
        with self.station.store.read() as tx:
            known = users.exist(tx)
        if not known:
            self.add_user()
        client = self.client()
        answer = sign_in(client)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client


def pages_in(
    folder: Path,
    config: str = CONFIG + BOARD,
    clock: FakeClock | SystemClock | None = None,
    real_boards: bool = False,
    cost: Cost = QUICK,
) -> Pages:
    """`real_boards`: drafts are drawn by the boards' own typesetting. `cost`: of a guess at a password."""
    station = station_in(folder, config, clock)
    signs = Furnished(folder / "root").signs(station.clock)
    boards = Boards(station.config, station.store, station.clock)
    made, page_key = (station.store, station.bell, station.clock), PageKey(station.places.page_key)
    files, office = filings.opened(station.places.filings_db), partial(office_of, station.store, station.config.site.tz)
    return Pages(
        station,
        create_app(
            WebParts(
                config=station.config, store=station.store, clock=station.clock, bell=station.bell, ids=station.ids,
                announcing=station.announcing, spoken=spelt_out,
                board_preview=boards.preview if real_boards else one_pixel,
                board_unshown=boards.unshown if real_boards else cut_short,
                board_now=boards.now, board_page=boards.page,
                noticing=Noticing(*made, station.ids, station.config), desk=Desk(*made, station.config),
                picturing=Picturing(station.store, station.places, station.clock, station.config.policy),
                training=Training(*made, station.ids, station.config),
                filing_desk=FilingDesk(files, *made[1:], station.ids, office), sittings=Sittings(),
                desk_keys=DeskKeys(files, *made[1:], station.ids, page_key, QUICK), passwords=Passwords(cost),
                page_key=page_key,
                words={name: load_words(name) for name in LANGUAGES}, places=station.places,
                clock_signs=signs, sounding=Sounding(station.store, station.bell, station.clock, station.config),
                dictionary=dictionary_of(station), built_in_signal=lambda name: b"RIFF" + name.encode(),
                intake=Intake(station.places, station.config.policy, station.config.speech),
            )
        ),
        signs, cost,
    )  # fmt: skip


def token_of(answer: TestResponse) -> str:
    found = re.search(r'data-token="([0-9a-f]{64})"', answer.get_data(as_text=True))
    assert found, answer.get_data(as_text=True)
    return found[1]


def token(client: FlaskClient, path: str = "/") -> str:
    """The form token that a page hands out."""
    return token_of(client.get(path, follow_redirects=True))


def sign_in(client: FlaskClient, name: str = NAME, password: str = PASSWORD, **more: str) -> TestResponse:
    entry = {"token": token(client, "/sign-in"), "name": name, "password": password}
    return client.post("/sign-in", data={**entry, **more})


def announcement(client: FlaskClient, **more: object) -> dict[str, object]:
    """A form that is in order."""
    return {
        "token": token(client), "title": "Tiêm chủng", "text": "Mời bà con.", "zones": ["trung-tam"], "when": "now",
        "level": "normal", "here": "/announcements/new", "act": "save", **more,
    }  # fmt: skip


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The page behind waitress on a free port of this machine; gives its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    over = threading.Event()

    def turn() -> None:
        while not over.is_set():
            server.asyncore.loop(timeout=0.2, map=server._map, use_poll=True, count=1)

    thread = threading.Thread(target=turn, name="served", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        over.set()
        server.pull_trigger()
        thread.join(5)
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)
