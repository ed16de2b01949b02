"""What an official waits for: "speak now" and "stop" on the page to their effect on the sound, a save to "ready",
and what the first load weighs. Real processes on a PulseAudio null sink; a browser's requests, with a session."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import re
import tempfile
import time
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from bench.prepare import TEN_SECONDS
from bench.table import percentile, table
from controller.runtime.clocks import SystemClock
from controller.runtime.page_key import PageKey
from controller.store.users import Role
from controller.web.passwords import Passwords
from controller.web.people import People
from tests.support.listening import Listener
from tests.support.processes import Process, free_port, until
from tests.support.pulse import null_sink
from tests.support.stations import CONFIG, Station, station_in
from tests.support.tones import tone_announcement

COUNT, SAVES = 50, 15
NAME, PASSWORD = "bench", "bốn từ rất khó đoán"
GAP_S = 0.25  # of silence that parts two sounds


class Browser:
    """As much of a browser as the page needs: one kept connection, the session's cookie, the form's token."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, path: str) -> tuple[dict[str, str], bytes]:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str | list[str]) -> dict[str, str]:
        body = urlencode({"token": self._token, **fields}, doseq=True)
        return self._ask("POST", path, body)[0]

    def sign_in(self) -> None:
        self._token_of("/sign-in")
        self.post("/sign-in", name=NAME, password=PASSWORD)
        self._token_of("/")

    def _token_of(self, path: str) -> None:
        found = re.search(rb'data-token="(\w+)"', gunzipped(*self.get(path)))
        assert found, "no form token"
        self._token = found[1].decode()

    def _ask(self, method: str, path: str, body: str | None) -> tuple[dict[str, str], bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status}"
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return {name.lower(): value for name, value in answer.headers.items()}, content


def gunzipped(headers: dict[str, str], content: bytes) -> bytes:
    return gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sink = stack.enter_context(null_sink())
        listener = stack.enter_context(Listener(sink))
        port = free_port()
        config = CONFIG.replace('device = "wav"', 'device = "auto"')
        config += f'[speech]\nchime = false\n[web]\nhost = "127.0.0.1"\nport = {port}\n'
        station = station_in(Path(folder), config, SystemClock())
        People(station.store, station.clock, Passwords(), PageKey(station.places.page_key), station.config).add(
            NAME, "Bench", PASSWORD, Role.ADMIN, by="bench"
        )
        running = {
            words[0]: stack.enter_context(Process(*words, state=station.places.state, variables=sink.variables))
            for words in (("audio", "main"), ("daemon",), ("web",))
        }
        until(lambda: "sound goes to" in running["audio"].said(), 20, what="the audio process")
        until(lambda: "is served" in running["web"].said(), 20, what="the page")
        browser = Browser(port)
        browser.sign_in()
        speaks, stops = _speak_and_stop(browser, station, listener)
        saves = [_save(browser) for _ in range(SAVES)]
        weight = _weight(browser)
    table(
        "page: what an official does, until it is done, ms",
        ["what", "n", "p50", "p99", "max", "target p99"],
        [
            _row("speak now to first sample", speaks, "150"),
            _row("stop to last sample", stops, "150"),
            _row("save of ten seconds of speech to ready", saves, "1000"),
        ],
    )
    table(
        "page: first load, nothing kept",
        ["what", "bytes on the wire"],
        [*weight, ["all", sum(size for _, size in weight)], ["target", 60_000]],
    )


def _speak_and_stop(browser: Browser, station: Station, listener: Listener) -> tuple[list[float], list[float]]:
    """What was heard is looked at when all is over: looking takes time of its own."""
    announcement = tone_announcement(station, seconds=8.0)
    state = f"/api/state?announcement={announcement.id}"

    def told() -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = json.loads(gunzipped(*browser.get(state)))
        return found

    asked: list[tuple[float, float]] = []
    for _ in range(COUNT):
        time.sleep(2 * GAP_S + random.uniform(0, 0.3))  # noqa: S311 - only to come at any moment
        begun = time.monotonic()
        browser.post(f"/announcements/{announcement.id}/speak")
        playing = until(lambda: told()["on_air"], what="the sound")
        time.sleep(random.uniform(0.3, 0.6))  # noqa: S311 - the same
        ended = time.monotonic()
        browser.post(f"/utterances/{playing[0]['utterance']}/stop")
        asked.append((begun, ended))
        until(lambda: not told()["on_air"], what="the stop")
    time.sleep(2 * GAP_S)
    heard = list(zip(asked, listener.bursts(GAP_S), strict=True))
    speaks = [1000 * (burst.began - begun) for (begun, _), burst in heard]
    return speaks, [1000 * (burst.ended - ended) for (_, ended), burst in heard]


def _save(browser: Browser) -> float:
    """Through the editor, with a text of its own; ms until the page says that it is ready."""
    editor = gunzipped(*browser.get("/announcements/new")).decode()
    fields = dict(re.findall(r'type="hidden" name="(new_ident|here)" value="([^"]*)"', editor))
    begun = time.monotonic()
    answer = browser.post(
        "/announcements", title="Tiêm chủng", text=f"{TEN_SECONDS} {random.randrange(10, 100)}.",  # noqa: S311 - a text
        zones=["trung-tam"], level="normal", when="now", act="save", **{k: unescape(v) for k, v in fields.items()},
    )  # fmt: skip
    ident = answer["location"].split("/")[2].partition("?")[0]

    def ready() -> bool:
        told = json.loads(gunzipped(*browser.get(f"/api/state?announcement={ident}")))
        return str(told["rendition"]) == "ready"

    until(ready, 30, what="the rendition")
    return 1000 * (time.monotonic() - begun)


def _weight(browser: Browser) -> list[tuple[str, int]]:
    """Everything that a phone fetches for the home page the first time, as it goes over the air."""
    headers, content = browser.get("/")
    found = [("/", len(content))]
    page = gunzipped(headers, content).decode()
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        found.append((path.partition("?")[0], len(browser.get(path)[1])))
    found.append(("/api/state?page=home", len(browser.get("/api/state?page=home")[1])))
    return found


def _row(name: str, values: list[float], target: str) -> list[object]:
    figures = [f"{percentile(values, share):.0f}" for share in (0.5, 0.99, 1.0)]
    return [name, len(values), *figures, target]


if __name__ == "__main__":
    main()
