"""The station as a commune meets it: started by one command, driven by a phone's browser, heard at the sink,
read on the sign and on the kiosk. The tests run in this order, on one station."""

from __future__ import annotations

import hashlib
import os
import signal
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect, sync_playwright

from schedules.samples import samples
from tests.support.browsing import leads, started, window
from tests.support.processes import until
from tests.support.pulse import RATE
from tests.support.stalls import queued_s
from tests.support.torn import holes_in
from tests.support.whole import Whole, whole_station

pytestmark = pytest.mark.alone

WELCOME = "Loa làng xin chào"
NAME, PASSWORD = "lan.pt", "mùa lúa chín trên nương xa"
LOST_COW = next(sample for sample in samples() if sample.name == "10-lac-bo")
TAX = next(sample for sample in samples() if sample.name == "02-thue-dat")


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole_station(tmp_path_factory.mktemp("station")) as running:
        yield running


@pytest.fixture(scope="module")
def page(station: Whole) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = started(playwright)
        yield window(browser, station.address, timezone=station.config.site.timezone).new_page()
        browser.close()


# when the page begins to show that it sounds: whoever asks it now and then learns that a second later
SEEN = """() => {
  window.sameWindow = {};
  new MutationObserver(() => {
    const shown = document.querySelector("[data-live=occurrences] .state")?.textContent ?? "";
    if (shown.includes("đang phát")) sameWindow.playing ??= Date.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
# at the click itself: the browser's driver first sees to it that the button stands still
CLICKED = """() => document.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".strip .stop")) sessionStorage.clicked = Date.now();
}, true)"""


def first_sentence(text: str) -> str:
    """The beginning of a real announcement, so that the test need not hear it to its end."""
    return text[: text.index(". ") + 1]


@pytest.mark.timeout(240)
def test_a_welcome_is_heard_and_seen_within_a_minute(station: Whole) -> None:
    began = time.monotonic()
    until(lambda: "playing" in station.kinds(WELCOME), 45, every_s=0.2, what="the welcome to begin")
    until(lambda: WELCOME in station.kiosk_reads(), 30, every_s=0.5, what="the kiosk")
    until(lambda: "played" in station.kinds(WELCOME), 45, every_s=0.2, what="the welcome to end")
    until(lambda: WELCOME in station.sign_shows(), 50, every_s=0.2, what="the sign")
    ended = time.monotonic()
    assert ended - began < 75 + station.listener.taken_s(began, ended), (
        "an empty sign is set up first; a ticker's picture takes 20 s of its line"
    )
    assert station.kinds(WELCOME) == ["created", "queued", "playing", "played"]
    heard_s = sum(burst.ended - burst.began for burst in station.listener.bursts())
    assert heard_s > 6


def test_every_line_says_whose_it_is_and_only_the_page_listens(station: Whole) -> None:
    for name in ("audio-main", "controller", "web", "kiosk", "sign-cong-uy-ban"):
        assert len(station.pids(name)) == 1
    assert all(" | " in line for line in station.process.said().splitlines())
    assert station.listening() == {("tcp", station.config.web.port)}


def test_first_sign_in(station: Whole, page: Page) -> None:
    page.goto("/first")
    page.fill("#code", station.code())
    page.fill("#full_name", "Phạm Thị Lan")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    with leads(page):
        page.click("button.primary")
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    expect(page.locator("main")).to_contain_text(WELCOME)


@pytest.mark.timeout(420)
def test_an_announcement_from_the_page_to_the_loudspeaker_the_sign_and_the_kiosk(station: Whole, page: Page) -> None:
    text = first_sentence(TAX.text)
    due = write(station, page, TAX.title, text)
    expect(page.locator("[data-live=rendition]")).to_contain_text("✓", timeout=40_000)

    source = page.locator("audio").get_attribute("src") or ""
    sha256 = source.rsplit("/", 1)[1].removesuffix(".wav")
    content = bytes(page.evaluate("async (at) => [...new Uint8Array(await (await fetch(at)).arrayBuffer())]", source))
    assert hashlib.sha256(content).hexdigest() == sha256
    assert content == station.places.rendition(sha256).read_bytes(), "that very file"
    player = page.locator("audio")
    player.evaluate("(sound) => { sound.muted = true; sound.play() }")
    until(lambda: player.evaluate("(sound) => sound.duration > 3 && sound.currentTime > 0.3"), what="the player")

    page.evaluate(SEEN)
    state = page.locator("[data-live=occurrences] .state").first
    expect(state).to_contain_text("đang chờ", timeout=120_000)
    expect(state).to_contain_text("đang phát", timeout=70_000)
    late_s = float(page.evaluate("sameWindow.playing")) / 1000 - due.timestamp()
    at = due.timestamp() - time.time() + time.monotonic()
    assert -1 < late_s < 4 + station.listener.taken_s(at, at + late_s)
    until(lambda: {"Đang", "thuế", "nghiệp"} <= set(station.kiosk_reads().split()), 20, 0.5, "the kiosk")
    until(lambda: "phi nông nghiệp" in station.sign_shows(), 75, every_s=0.2, what="the sign")
    expect(state).to_contain_text("đã phát", timeout=60_000)
    assert page.evaluate("Boolean(window.sameWindow)"), "without reloading"
    assert station.kinds(TAX.title)[-3:] == ["queued", "playing", "played"]
    assert likeness(station, sha256) > 0.95, "what was heard is that very file"


def test_speak_now_and_stop_while_it_plays(station: Whole, page: Page) -> None:
    write(station, page, LOST_COW.title, LOST_COW.text, now=True)
    expect(page.locator("[data-live=rendition]")).to_contain_text("✓", timeout=40_000)
    before = len(station.listener.bursts())
    page.locator("summary.primary").click()
    page.get_by_role("button", name="Đúng, phát ngay").click()
    state = page.locator("[data-live=occurrences] .state").first
    expect(state).to_contain_text("đang phát")
    until(lambda: len(station.listener.bursts()) > before, what="its sound")
    time.sleep(3)
    stop = page.locator(".strip .stop")
    page.evaluate(CLICKED)
    ahead = time.time() - time.monotonic()
    involved = [station.pids(name)[-1] for name in ("web", "audio-main")]
    queue_s = -sum(map(queued_s, involved))
    stop.click()
    until(lambda: station.kinds(LOST_COW.title)[-1] == "stopped", every_s=0.1, what="its end")
    queue_s += sum(map(queued_s, involved))
    expect(state).to_contain_text("đã dừng")
    station.listener.settles(0.5)
    asked, silent = float(page.evaluate("sessionStorage.clicked")) / 1000 - ahead, station.listener.bursts()[-1].ended
    taken_s = max(queue_s, station.listener.taken_s(asked, silent))
    assert silent - asked < 0.6 + taken_s, "a click, and the station's answer"
    assert station.kinds(LOST_COW.title)[-1] == "stopped"
    assert station.journal(LOST_COW.title)[-1].detail["by"] == "Phạm Thị Lan"


def test_what_cannot_be_accepted_is_said_beside_its_field(station: Whole, page: Page) -> None:
    page.goto("/announcements/new")
    page.fill("#title", "Dài quá")
    page.evaluate("document.querySelector('#text').removeAttribute('maxlength')")
    page.fill("#text", "a" * 5001)
    page.check("[name=zones][value=trung-tam]")
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.locator("#text-problem")).to_contain_text("5001")
    expect(page.locator("#text")).to_have_value("a" * 5001)


@pytest.mark.timeout(240)
def test_audio_killed_while_it_plays_is_back_and_begins_again(station: Whole, page: Page) -> None:
    title = "Thử ngắt giữa chừng"
    write(station, page, title, first_sentence(TAX.text), now=True)
    expect(page.locator("[data-live=rendition]")).to_contain_text("✓", timeout=40_000)
    page.locator("summary.primary").click()
    page.get_by_role("button", name="Đúng, phát ngay").click()
    until(lambda: "playing" in station.kinds(title), what="it to play")
    time.sleep(2)
    os.kill(station.pids("audio-main")[-1], signal.SIGKILL)
    killed, since = datetime.now(UTC), time.monotonic()
    until(lambda: station.kinds(title)[-2:] == ["cut", "playing"], every_s=0.1, what="it to begin again")
    queue_s, now = queued_s(station.pids("audio-main")[-1]), time.monotonic()
    taken_s = max(queue_s, station.listener.taken_s(since, now))
    assert (station.journal(title)[-1].at - killed).total_seconds() < 3 + taken_s
    until(lambda: station.kinds(title)[-1] == "played", 60, what="its end")


@pytest.mark.timeout(240)
def test_ctrl_c_ends_it_and_a_second_start_goes_on(station: Whole, page: Page) -> None:
    family = [pid for name in ("audio-main", "controller", "web", "kiosk") for pid in station.pids(name)]
    began = time.monotonic()
    assert station.process.interrupt(30) == 0
    ended = time.monotonic()
    assert ended - began < 5 + station.listener.taken_s(began, ended)
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    said = len(station.process.said())
    station.process.start()
    until(lambda: "the page is served" in station.process.said()[said:], 40, what="the page")
    page.goto("/")
    expect(page.locator("main")).to_contain_text(LOST_COW.title)
    assert station.kinds(WELCOME).count("created") == 1, "welcomed once"
    assert "/first" not in station.process.said()[said:]


def write(station: Whole, page: Page, title: str, text: str, now: bool = False) -> datetime:
    """Fill in the form as an official does; returns when it is due: on the minute, in 50 s at the earliest, so that a
    busy machine too has saved and prepared it before the clock comes near."""
    local = datetime.now(station.config.site.tz)
    due = (local + timedelta(seconds=110)).replace(second=0, microsecond=0)
    page.goto("/announcements/new")
    page.fill("#title", title)
    page.fill("#text", text)
    page.check("[name=zones][value=trung-tam]")
    expect(page.locator("#spoken")).not_to_be_empty()
    until(lambda: page.locator("[data-board] img").first.evaluate("(img) => img.naturalWidth") > 0, what="the preview")
    if not now:
        page.check("[name=when][value=dates]")
        page.locator("[name=dates]").first.fill(due.strftime("%Y-%m-%d"))
        page.locator("[name=times]").first.fill(due.strftime("%H:%M"))
        expect(page.locator("#rule")).to_contain_text(f"{due.hour} giờ")
    with leads(page):
        page.get_by_role("button", name="Lưu thông báo").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return due


def likeness(station: Whole, sha256: str) -> float:
    """How much of the prepared file was heard at the sink (0..1): the share of its windows of 0.1 s that are
    found there, in order, with a normalised correlation of at least 0.9. Silence counts for nothing in either: a
    machine that was held up tears the sound by it."""
    with wave.open(str(station.places.rendition(sha256))) as file:
        wanted = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
    heard = np.frombuffer(station.listener.samples().tobytes(), dtype="<i2").astype(np.float64)[-90 * RATE :]
    wanted, heard = sounding(wanted), sounding(heard)
    size = near = RATE // 10
    starts = [at for at in range(0, len(wanted) - size + 1, size) if _rms(wanted[at : at + size]) > 500]
    # where it begins; a tear moves what follows by a moment
    guesses = [int(np.argmax(_scores(wanted[at : at + size], heard))) - at for at in starts[:: len(starts) // 9]]
    where = round(float(np.median(guesses)))
    found = 0
    for at in starts:
        around = heard[max(0, where + at - near) : where + at + size + near]
        found += len(around) > size and bool(_scores(wanted[at : at + size], around).max() >= 0.9)
    return found / len(starts)


def _rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def _scores(window: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """The normalised correlation with each place in what was heard."""
    length = 1 << (len(heard) + len(window)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(window, length)), length)
    energy = _moving_energy(heard, len(window))
    found: NDArray[np.float64] = product[: len(energy)] / (
        np.sqrt(np.maximum(energy, 1.0)) * max(float(np.linalg.norm(window)), 1.0)
    )
    return found


def sounding(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without its silences."""
    keep = np.ones(len(samples), dtype=bool)
    for first, after in holes_in(samples):
        keep[first:after] = False
    return samples[keep]


def _moving_energy(samples: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    total = np.concatenate(([0.0], np.cumsum(samples**2)))
    return total[size:] - total[:-size]
