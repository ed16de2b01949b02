"""What sound servers and the kernel say, read: answers of pactl 16.1 as recorded, files as the kernel writes them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from audio.listening.cards import CardEye, Status, parse_rate, parse_status
from audio.listening.proof import Sight
from audio.listening.sinks import (
    Hangs,
    Place,
    Refused,
    Server,
    ServerEye,
    Sink,
    Stream,
    View,
    parse_sinks,
    parse_sources,
    parse_streams,
    place,
)  # fmt: skip

FULL = {"value": 65536, "value_percent": "100%", "db": "0.00 dB"}


def sink_json(**changes: object) -> str:
    """A null sink of PulseAudio, as recorded."""
    recorded: dict[str, object] = {
        "index": 0, "state": "RUNNING", "name": "loa", "description": "Null Output", "driver": "module-null-sink.c",
        "sample_specification": "s16le 1ch 48000Hz", "channel_map": "mono", "owner_module": 0, "mute": False,
        "volume": {"mono": FULL}, "balance": 0.00, "base_volume": FULL, "monitor_source": "loa.monitor",
        "latency": {"actual": 0.00, "configured": 2667.00}, "flags": ["DECIBEL_VOLUME", "LATENCY", "SET_FORMATS"],
        "properties": {"device.description": "Null Output", "device.class": "abstract"}, "ports": [],
        "active_port": None, "formats": ["pcm"],
    }  # fmt: skip
    return json.dumps([{**recorded, **changes}])


def stream_json(**changes: object) -> str:
    """A stream of SDL, as recorded; its name is not ASCII, which pactl cannot write."""
    recorded: dict[str, object] = {
        "index": 7, "driver": "protocol-native.c", "owner_module": "2", "client": "1", "sink": 0,
        "sample_specification": "s16le 1ch 48000Hz", "channel_map": "mono", "corked": False, "mute": False,
        "volume": {"mono": FULL}, "balance": 0.00, "buffer_latency_usec": 8000.00, "sink_latency_usec": 2412.00,
        "properties": {"media.name": "(null)", "application.name": "(null)", "application.process.id": "29750"},
    }  # fmt: skip
    return json.dumps([{**recorded, **changes}])


LOA = Sink(0, "loa", "Null Output", False, False, 100, 0.0, "loa.monitor")
HALL = replace(LOA, index=1, name="hall", monitor="hall.monitor")
OURS = Stream(7, 0, 29750, False, 100)


def test_a_null_sink_and_our_stream_on_it() -> None:
    assert parse_sinks(sink_json()) == (LOA,)
    assert parse_streams(stream_json()) == (OURS,)
    assert parse_sinks("[]") == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "SUSPENDED"}, replace(LOA, suspended=True)),
        ({"state": "IDLE", "mute": True}, replace(LOA, muted=True)),
        ({"description": "(null)"}, replace(LOA, words="loa")),
        (
            {"volume": {"mono": {"value": 3277, "value_percent": "5%", "db": "-78.06 dB"}}},
            replace(LOA, percent=5, volume_db=-78.06),
        ),
        ({"volume": {"mono": {"value": 0, "db": "-inf dB"}}}, replace(LOA, percent=0, volume_db=-99.0)),
        # a card whose 0 dB lies below its full volume: at that it is not faint
        (
            {
                "volume": {
                    "front-left": {"value": 45221, "value_percent": "69%", "db": "-9.67 dB"},
                    "front-right": {"value": 56210, "value_percent": "86%", "db": "-4.00 dB"},
                },
                "base_volume": {"value": 56210, "value_percent": "86%", "db": "-4.00 dB"},
            },
            replace(LOA, percent=85, volume_db=0.0),
        ),
        ({"volume": {"mono": {"value": 78643, "value_percent": "120%", "db": "4.75 dB"}}}, replace(LOA, percent=119)),
    ],
)  # fmt: skip
def test_states_and_volumes_of_a_sink(changes: dict[str, object], expected: Sink) -> None:
    assert parse_sinks(sink_json(**changes)) == (expected,)


def test_a_sink_of_pipewire_differs_in_nothing_that_counts() -> None:
    text = sink_json(
        index=53, name="alsa_output.platform-bcm2835.stereo", description="Built-in Audio Stereo",
        driver="PipeWire", owner_module=4294967295, monitor_source="alsa_output.platform-bcm2835.stereo.monitor",
        flags=["HARDWARE", "DECIBEL_VOLUME", "LATENCY"], properties={"api.alsa.card": "0", "node.id": "53"},
    )  # fmt: skip
    (found,) = parse_sinks(text)
    assert (found.index, found.words, found.volume_db) == (53, "Built-in Audio Stereo", 0.0)
    assert found.monitor.endswith(".monitor")


def test_a_stream_without_a_process_is_nobodys() -> None:
    assert parse_streams(stream_json(properties={})) == (replace(OURS, pid=0),)


@pytest.mark.parametrize(
    "text", ["", "Sink #0\n\tState: RUNNING", '{"sinks": []}', '[{"balance": 0,00}]', "[7]", '[{"name": "loa"}]']
)
def test_what_is_no_such_answer_says_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="not what pactl says"):
        parse_sinks(text)


def test_monitors_and_microphones() -> None:
    monitor = {
        "name": "loa.monitor", "description": "Monitor of Null Output", "mute": False, "volume": {"mono": FULL},
        "monitor_source": "loa",
    }  # fmt: skip
    muted = {**monitor, "name": "hall.monitor", "mute": True, "monitor_source": "hall"}
    turned_down = {**monitor, "volume": {"mono": {"value": 6553, "db": "-60.00 dB"}}}
    microphone = {**monitor, "name": "usb_mic", "description": "USB Microphone", "monitor_source": ""}
    assert parse_sources(json.dumps([monitor, muted, turned_down, microphone])) == (
        ("loa.monitor", True),
        ("hall.monitor", False),
        ("loa.monitor", False),
        ("usb_mic", True),
    )


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View((LOA, HALL), (OURS,)), Place()),
        (View((HALL,), (replace(OURS, sink=1),)), Place(gone="the sink is not there any more")),
        (View((LOA,), ()), Place(gone="the server has no stream of ours any more")),
        (View((LOA,), (replace(OURS, pid=1),)), Place(gone="the server has no stream of ours any more")),
        (View((LOA, HALL), (replace(OURS, sink=1),)), Place(elsewhere="hall")),
        (View((LOA,), (replace(OURS, index=6, sink=9), OURS)), Place()),  # the newest counts
        (View((replace(LOA, muted=True),), (OURS,)), Place(muted="the sink is muted")),
        (View((LOA,), (replace(OURS, muted=True),)), Place(muted="our stream is muted")),
        (View((LOA,), (replace(OURS, percent=9),)), Place(muted="the volume of our stream is 9 %")),
        (
            View((replace(LOA, percent=5, volume_db=-78.0),), (OURS,)),
            Place(muted="the volume of the sink is 5 %", volume_db=-78.0),
        ),
        (View((replace(LOA, percent=10, volume_db=-60.0),), (OURS,)), Place(volume_db=-60.0)),
        (View((replace(LOA, suspended=True),), (OURS,)), Place(suspended=True)),
    ],
)
def test_where_our_stream_is(view: View, expected: Place) -> None:
    assert place(view, "loa", 29750) == expected


class Recorded(Server):
    """Says what it is told to say."""

    def __init__(self, *answers: View | Exception) -> None:
        self.answers = list(answers)

    def view(self) -> View:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    "answer",
    [FileNotFoundError("pactl"), ValueError("not JSON"), Refused("refused"), Hangs("hangs"), View((LOA,), ())],
)
def test_a_server_that_never_showed_our_stream_is_no_fault(answer: View | Exception) -> None:
    eye = ServerEye("", 29750, Recorded(answer, answer))
    eye.find(100.0)
    assert eye.look(104.0, False) == Sight()


def test_the_configured_sink_is_home_by_name_or_by_words() -> None:
    hall = replace(HALL, words="Village hall")
    for device in ("hall", "Village hall"):
        view = View((LOA, hall), (OURS,))
        eye = ServerEye(device, 29750, Recorded(view, view))
        eye.find(100.0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", "")  # no parec: the server alone is asked
            sight = eye.look(101.0, False)
        assert (sight.sink, sight.elsewhere, sight.lost) == ("hall", "loa", True)


def test_a_muted_monitor_is_not_believed_until_it_says_otherwise() -> None:
    class Muted(Recorded):
        open = False
        asked = 0

        def believable(self, source: str) -> bool:
            assert source == "loa.monitor"
            self.asked += 1
            return self.open

    server = Muted(*[View((LOA,), (OURS,))] * 9)
    eye = ServerEye("", 29750, server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")  # no parec: only the asking is looked at here
        eye.find(100.0)
        eye.look(100.1, False)
        assert server.asked == 0
        eye.look(100.2, True)
        eye.look(100.4, True)
        assert server.asked == 1
        eye.look(101.0, False)
        assert server.asked == 1
        server.open = True
        eye.look(103.3, False)
        eye.look(109.0, False)
        assert server.asked == 2


# --- cards -----------------------------------------------------------------------------------------------------------

CARDS = """ 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0
                      vc4-hdmi-0
 2 [Device         ]: USB-Audio - USB Audio Device
                      C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.2, full speed
"""
RUNNING = """state: RUNNING
owner_pid   : {owner}
trigger_time: 5035.918361925
tstamp      : 5050.361207148
delay       : 2048
avail       : 14336
avail_max   : 15360
-----
hw_ptr      : {pointer}
appl_ptr    : 695296
"""
PARAMS = """access: MMAP_INTERLEAVED
format: S16_LE
subformat: STD
channels: 2
rate: 44100 (44100/1)
period_size: 1024
buffer_size: 16384
"""


class Kernel:
    """A /proc with one card; process 40 has the threads 40 and 41."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "asound" / "card2" / "pcm0p" / "sub0"
        self.folder.mkdir(parents=True)
        for thread in ("40", "41"):
            (root / "40" / "task" / thread).mkdir(parents=True)
        (root / "asound" / "cards").write_text(CARDS)
        (self.folder / "hw_params").write_text(PARAMS)

    def says(self, pointer: int, owner: int = 41, state: str = "RUNNING") -> None:
        text = RUNNING.format(owner=owner, pointer=pointer).replace("RUNNING", state)
        (self.folder / "status").write_text(text)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_a_card_that_takes_our_samples_and_then_none(kernel: Kernel) -> None:
    kernel.says(0)
    eye = CardEye(40, kernel.root)
    eye.find(10.0)
    kernel.says(100_000)
    eye.begin(100.0)
    kernel.says(100_000 + 22_050)
    well = Sight(sink="card2/pcm0p/sub0", still="card2/pcm0p/sub0: RUNNING", proves=True)
    assert eye.look(100.5, False) == replace(well, moved_s=0.5)
    kernel.says(122_050, state="XRUN")
    assert eye.look(102.5, False) == replace(well, still_s=2.0, still="card2/pcm0p/sub0: XRUN")
    kernel.says(500)  # it was prepared anew
    assert eye.look(102.75, False) == well


def test_a_card_that_was_closed_or_pulled_out_is_gone(kernel: Kernel) -> None:
    kernel.says(0)
    eye = CardEye(40, kernel.root)
    eye.find(10.0)
    for text in ("closed\n", RUNNING.format(owner=41, pointer=0).replace("RUNNING", "DISCONNECTED")):
        (kernel.folder / "status").write_text(text)
        assert "card2/pcm0p/sub0: " in eye.look(11.0, False).gone
    (kernel.folder / "status").unlink()
    assert eye.look(12.0, False).gone == "card2/pcm0p/sub0: not there any more"


def test_status_and_parameters_of_a_card() -> None:
    assert parse_status("closed\n") == Status("closed", 0, 0)
    assert parse_status(RUNNING.format(owner=812, pointer=693248)) == Status("RUNNING", 812, 693248)
    assert parse_status("state: XRUN\nowner_pid   : 812\n-----\nhw_ptr      : 5\n") == Status("XRUN", 812, 5)
    assert (parse_rate(PARAMS), parse_rate("closed\n")) == (44_100, 48_000)


def test_somebody_elses_card_proves_nothing(kernel: Kernel) -> None:
    kernel.says(0, owner=77)
    eye = CardEye(40, kernel.root)
    eye.find(10.0)
    assert eye.look(15.0, False) == Sight()
    kernel.says(0, owner=40)
    assert eye.look(20.0, False).proves
