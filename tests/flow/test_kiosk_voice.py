"""The kiosk's own voice on a real sound server, and how its words come to be spoken."""

from __future__ import annotations

import array
import io
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest

from controller.clips import Clips, said_of
from controller.core.clips import RATE, Clip, key_of
from controller.core.words import Words
from controller.guiding import Guiding, shipped
from controller.runtime.clocks import SystemClock
from controller.store import clips
from tests.support.kiosk_station import until
from tests.support.listening import Burst, Listener
from tests.support.making import making
from tests.support.pulse import NullSink
from tests.support.sounding import PLAIN
from tests.support.stalls import Stalls
from tests.support.stations import Station, station_in
from tests.support.tones import tone_pcm

pytestmark = pytest.mark.alone
HELLO, AGAIN = "Bà con chạm vào màn hình để bắt đầu.", "Bà con chọn một ô."
MOST_MS = 70.0  # from the touch to the first sound: a virtual button's comes within 20 to 70 ms
SAYS = """
import sys, time
from pathlib import Path
from controller.runtime.places import Places
from kiosk.devices.voice import Voice
voice = Voice(Places(Path(sys.argv[1])))
voice.open()
print("open", flush=True)
for line in sys.stdin:
    asked = time.monotonic()
    took = voice.say(line.strip().replace("/", "\\n"), "vi")
    print(asked, took, flush=True)
"""


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path, PLAIN, SystemClock())


def tone(seconds: float, hertz: float) -> bytes:
    """A file as the kiosk's are."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array.array("h", tone_pcm(seconds, hertz))[::2].tobytes())
    return content.getvalue()


def test_what_is_known_is_said_within_a_moment(station: Station, sink: NullSink) -> None:
    for text, hertz in ((HELLO, 400.0), (AGAIN, 1500.0)):
        station.places.voice(key_of(text, "vi")).write_bytes(tone(1.0, hertz))
    with (
        sink.environment(),
        Listener(sink) as listener,
        subprocess.Popen(
            [sys.executable, "-c", SAYS, str(station.places.state)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process,
    ):  # fmt: skip
        assert process.stdin and process.stdout
        try:
            assert process.stdout.readline() == "open\n"
            time.sleep(1.0)

            def say(line: str) -> tuple[float, float]:
                assert process.stdin and process.stdout
                process.stdin.write(line + "\n")
                process.stdin.flush()
                asked, took = process.stdout.readline().split()
                return float(asked), float(took)

            late_ms = []
            for _ in range(5):
                asked, took = say(HELLO)
                assert took == 1.0
                burst = next_after(listener, asked)
                listener.settles(0.4)
                late_ms.append(1000 * (burst.began - asked - listener.taken_s(asked, burst.began)))
            assert max(late_ms) < MOST_MS, late_ms
            next_after(listener, say(HELLO)[0])
            asked, _ = say(AGAIN)  # another touch: what was being said is cut off
            until(lambda: bool(listener.tones(1500.0)), "the other words")
            listener.settles(0.4)
            (begun, *_), between = listener.tones(1500.0), say("Chưa ai đọc câu này.")[1]
            stall_ms = 1000 * listener.taken_s(asked, begun.began)  # what the machine has taken
            assert (begun.began - asked) * 1000 < MOST_MS + 20 + stall_ms  # a window of its analysis
            assert between == 0.0, "what is not ready is silent"
            assert say(f"{HELLO}/{AGAIN}")[1] == pytest.approx(2.25)
        finally:
            process.kill()


def next_after(listener: Listener, asked: float) -> Burst:
    """The first sound that begins later."""
    until(lambda: any(burst.began > asked for burst in listener.bursts()), "a sound")
    return next(burst for burst in listener.bursts() if burst.began > asked)


ANSWERS = """
import sys, threading, time
from pathlib import Path
from controller.runtime.places import Places
from kiosk.devices.voice import Voice
ticks = []
def others():
    while True:
        ticks.append(time.monotonic())
        time.sleep(0.02)
threading.Thread(target=others, daemon=True).start()
voice = Voice(Places(Path(sys.argv[1])))
print("begins", flush=True)
voice.open()
worst = max(after - before for before, after in zip(ticks, ticks[1:]))
print(worst, voice.say(sys.argv[2], "vi"), flush=True)
time.sleep(1.5)
"""


def test_a_server_that_does_not_answer_holds_up_the_voice_alone(station: Station, sink: NullSink) -> None:
    station.places.voice(key_of(HELLO, "vi")).write_bytes(tone(1.0, 400.0))
    command = [sys.executable, "-c", ANSWERS, str(station.places.state), HELLO]
    with sink.environment(), Listener(sink) as listener, Stalls() as machine:
        began = time.monotonic()
        with sink.asleep(), subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "begins\n"
            time.sleep(1.5)
            sink.signal(signal.SIGCONT)
            worst_s, took = map(float, process.stdout.readline().split())
            until(lambda: bool(listener.tones(400.0)), "that it is heard")
            process.wait(30)
        assert worst_s < 0.5 + machine.longest_s(began, time.monotonic()), "the others went on"
        assert took == 1.0


def test_the_texts_become_files_and_go_with_their_wish(station: Station) -> None:
    studio = making(station)
    words = Words("vi", {"kiosk.hello": HELLO, "kiosk.count": "{n} trên {of}", "web.other": "Trang của cán bộ"})
    wishes = Clips(station.store, station.places, station.clock, words)
    assert wishes.want([f"{AGAIN}\n...", "Giấy chứng sinh"])
    studio.turn()
    assert counts(station) == {"ready": 3}
    keys = {key_of(text, "vi") for text in (HELLO, AGAIN, "Giấy chứng sinh")}
    assert {file.stem for file in station.places.voices.iterdir()} == keys
    station.places.voice(key_of(HELLO, "vi")).unlink()
    assert wishes.want([AGAIN]), "a file that is gone is spoken again"
    assert {file.stem for file in station.places.voices.iterdir()} == {key_of(AGAIN, "vi")}
    assert counts(station) == {"wanted": 1, "ready": 1}


def test_what_the_guides_say_is_wanted_once(station: Station) -> None:
    rung: list[bool] = []
    words = Words("vi", {"kiosk.hello": HELLO})
    wishes = Clips(station.store, station.places, station.clock, words, lambda: rung.append(True))
    Guiding(station.store, station.clock, station.bell).put_shipped()
    wishes.look()
    texts = {clip.text for clip in wanted(station)}
    for guide in shipped():
        assert {line for text in said_of(guide) for line in text.splitlines() if len(line) > 20} < texts, guide.id
    wishes.look()
    assert rung == [True]


def wanted(station: Station) -> list[Clip]:
    with station.store.read() as tx:
        rows = tx.execute("SELECT language, words FROM clips WHERE state = 'wanted'").fetchall()
    return [Clip(row["language"], row["words"]) for row in rows]


def counts(station: Station) -> dict[str, int]:
    with station.store.read() as tx:
        return clips.counts(tx)
