"""The doctor in made-up worlds: every state of every check, in both languages."""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.core.alarms import UntoldError
from controller.core.clips import Clip
from controller.core.trust import Stand, Trust
from controller.doctor.examining import Finding, World
from controller.doctor.station import doctor
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Email, Relay
from controller.runtime.config_text import parse_config
from controller.runtime.places import Places
from controller.store import clips, filings
from controller.store import clock as clocks
from controller.store.connection import Store
from tests.support.filed import office_in

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = '[[zones]]\nid = "a"\nname = "A"\n[[outputs]]\nname = "main"\nzones = ["a"]\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def config_of(text: str = "", output: str = "", port: int | None = None) -> StationConfig:
    web = f'\n[web]\nhost = "127.0.0.1"\nport = {port or free_port()}\n'
    return parse_config(ZONES + output + text + web, "test")


class Bed:
    """A root to be furnished, and a state directory."""

    def __init__(self, folder: Path) -> None:
        self.sound_devices: list[str] = []
        self.root = folder / "root"
        self.places = Places(folder / "state")
        self.places.make()
        store = Store(self.places.station_db)
        with store.write() as tx:
            clips.want(tx, NOW, [Clip("vi", "Mời ông bà.")])
            clips.ready(tx, Clip("vi", "Mời ông bà.").key)
        store.close()
        office = office_in(folder / "state")
        office.opened()
        office.store.close()
        self.programs: dict[str, str] = {"espeak-ng": self.program("espeak-ng", "exit 0")}
        self.libraries = {"espeak-ng": "libespeak-ng.so.1"}
        self.modules = {"lgpio"}
        self.put("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
        self.put("/proc/asound/cards", " 0 [Headphones]: bcm2835 - bcm2835 Headphones\n")
        self.put("/sys/class/drm/card1-HDMI-A-1/status", "connected\n")
        self.put("/sys/class/drm/card1-HDMI-A-2/status", "disconnected\n")
        os.utime(self.put("/run/systemd/timesync/synchronized"), (NOW.timestamp(), NOW.timestamp()))
        self.variables: dict[str, str] = {}
        self.kernel = False
        self.now = NOW
        self.reached: set[tuple[str, int]] = set()
        for font in ("X11/misc/9x15.pcf.gz", "opentype/unifont/unifont.otf"):
            self.put(f"/usr/share/fonts/{font}")
        self.mail = ""  # what is wrong with the mail server

    def put(self, path: str, text: str = "") -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def program(self, name: str, body: str) -> str:
        file = self.put(f"/usr/bin/{name}", f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return str(file)

    def knock(self, _email: Email) -> None:
        if self.mail:
            raise UntoldError(self.mail, "535 no")

    def findings(self, config: StationConfig | None = None) -> dict[str, Finding]:
        world = World(
            self.root, self.variables, self.programs.get, self.libraries.get,
            synchronised=lambda: self.kernel, now=lambda: self.now, knock=self.knock,
            find_module=lambda name: name if name in self.modules else None, sound_devices=lambda: self.sound_devices,
            reach=lambda host, port: (host, port) in self.reached,
        )  # fmt: skip
        return {finding.name: finding for finding in doctor(config or config_of(), self.places, world)}


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


def test_a_station_in_order(bed: Bed) -> None:
    bed.sound_devices = ["Loa", "Tai nghe"]
    (bed.root / "sys/class/drm/card1-HDMI-A-1/edid").write_bytes(bytes(21) + b"\x16\x0e" + bytes(105))
    text = '[[boards]]\nid = "gate"\nname = "Gate"\n[kiosk]\nvoice = "Tai nghe"\n'
    found = bed.findings(config_of(text, 'device = "Loa"\n'))
    assert {name: finding.state for name, finding in found.items()} == {
        "configuration": "ok", "state": "ok", "disk": "ok", "database": "ok", "filings": "ok", "clock": "ok",
        "voice/pyttsx3": "ok", "voice/espeak-ng": "ok", "fonts": "ok", "output/main": "ok", "fonts/boards": "ok",
        "board/gate": "ok", "screen": "ok", "kiosk_voice": "ok", "kiosk/screen": "ok", "kiosk/sound": "ok", "web": "ok",
    }  # fmt: skip
    assert all(finding.what and not finding.what_to_do for finding in found.values())
    assert found["screen"].what == "màn hình nối ở HDMI-A-1"
    assert found["web"].as_json().keys() == {"name", "state", "what", "what_to_do"}


def test_the_desk_for_residents_files(bed: Bed) -> None:
    found = bed.findings()["filings"]
    assert (found.state, found.what) == ("ok", "nhận được hồ sơ; 1 cán bộ mở được")
    bed.places.filings_db.write_bytes(b"no database at all" * 400)
    assert bed.findings()["filings"].state == "fault"
    for path in bed.places.filings.iterdir():
        path.unlink()
    absent = bed.findings()["filings"]
    filings.opened(bed.places.filings_db).close()
    assert bed.findings()["filings"] == absent
    assert (absent.state, "tạo khóa" in absent.what_to_do) == ("warning", True)


def test_how_much_the_kiosk_can_say(bed: Bed) -> None:
    assert bed.findings()["kiosk_voice"].what == "màn hình nói được cả 1 câu"
    store = Store(bed.places.station_db)
    with store.write() as tx:
        clips.want(tx, NOW, [Clip("vi", "Mời ông bà."), *(Clip("vi", f"Câu {number}") for number in range(50))])
    found = bed.findings()["kiosk_voice"]
    assert (found.state, found.what) == ("warning", "màn hình mới nói được 1 trên 51 câu")
    assert "khoảng 2 phút" in found.what_to_do
    with store.write() as tx:
        tx.execute("UPDATE clips SET state = 'failed' WHERE state = 'wanted'")
    found = bed.findings()["kiosk_voice"]
    assert (found.state, found.what) == ("warning", "50 trên 51 câu của màn hình không đọc thành tiếng được")
    assert "kiosk_voice" not in bed.findings(config_of("[kiosk]\nvoice = 'off'\n"))
    with store.write() as tx:
        clips.want(tx, NOW, [])
    store.close()
    assert bed.findings()["kiosk_voice"].what == "màn hình mới nói được 0 trên 0 câu", "it has only just started"


def test_the_state_directory(bed: Bed, tmp_path: Path) -> None:
    bed.places = Places(tmp_path / "nowhere")
    found = bed.findings()
    assert (found["state"].state, found["database"].state) == ("fault", "warning")
    assert "disk" not in found


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_state_directory_that_cannot_be_written(bed: Bed) -> None:
    bed.places.state.chmod(0o500)
    try:
        assert bed.findings()["state"].state == "fault"
    finally:
        bed.places.state.chmod(0o750)


def test_little_room(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"mb": 0}

    class Usage:
        def __init__(self, _path: object) -> None:
            self.free = free["mb"] * 1_000_000

    monkeypatch.setattr("controller.doctor.station.shutil.disk_usage", Usage)
    states = []
    for free["mb"] in (199, 200, 399, 400):
        states.append(bed.findings()["disk"].state)
    assert states == ["fault", "warning", "warning", "ok"]


def test_a_damaged_database(bed: Bed) -> None:
    store = Store(bed.places.station_db)
    with store.write() as tx:
        tx.executemany("INSERT INTO facts VALUES (?, ?)", [(f"fact {n}", "x" * 500) for n in range(200)])
    store.close()
    with bed.places.station_db.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xff" * 4096 * 3)
    found = bed.findings()["database"]
    assert (found.state, found.what.startswith("cơ sở dữ liệu hỏng: ")) == ("fault", True)
    bed.places.station_db.write_bytes(b"no database at all" * 100)
    assert bed.findings()["database"].state == "fault"
    bed.places.station_db.unlink()
    assert bed.findings()["database"].state == "warning"


def test_the_clock(bed: Bed) -> None:
    synchronised = bed.root / "run/systemd/timesync/synchronized"
    assert bed.findings()["clock"].what == "19:00 21/11/2026 (Asia/Ho_Chi_Minh): đã chỉnh theo mạng"
    held = (NOW - timedelta(days=7, minutes=-1)).timestamp()
    os.utime(synchronised, (held, held))
    assert bed.findings()["clock"] == Finding(
        "clock", "ok", "19:00 21/11/2026 (Asia/Ho_Chi_Minh): giữ giờ từ lần chỉnh 6 ngày trước", ""
    )
    bed.now += timedelta(minutes=2)
    assert bed.findings()["clock"].state == "warning"
    synchronised.unlink()
    found = bed.findings()["clock"]
    assert (found.state, "lịch phát đang tạm dừng" in found.what, "RTC" in found.what_to_do) == ("fault", True, True)
    bed.kernel = True
    assert bed.findings()["clock"].state == "ok"
    bed.kernel = False
    bed.put("/sys/class/rtc/rtc0/since_epoch", f"{bed.now.timestamp():.0f}\n")
    assert bed.findings()["clock"].state == "fault", "no chip is configured"
    assert bed.findings(config_of('[clock]\nchip = "/dev/rtc0"\n'))["clock"].what.endswith("theo đồng hồ pin")
    assert bed.findings(config_of('[clock]\ntrust = "off"\n'))["clock"].state == "warning"
    bed.now = datetime(2019, 2, 14, tzinfo=UTC)
    assert bed.findings()["clock"].state == "fault"


def test_the_clock_as_the_controller_has_found_it(bed: Bed) -> None:
    bed.put("/proc/sys/kernel/random/boot_id", "boot-1\n")
    store = Store(bed.places.station_db)
    with store.write() as tx:
        clocks.keep(tx, Stand("boot-1", Trust.CONFIRMED, by="Cán bộ Văn thư", since=0.0))
    (bed.root / "run/systemd/timesync/synchronized").unlink()
    found = bed.findings()["clock"]
    assert (found.state, "Cán bộ Văn thư xác nhận" in found.what) == ("ok", True)
    with store.write() as tx:
        clocks.keep(tx, Stand("boot-0", Trust.CONFIRMED, by="Cán bộ Văn thư", since=0.0))
    store.close()
    assert bed.findings()["clock"].state == "fault"


def test_voices(bed: Bed, tmp_path: Path) -> None:
    bed.libraries.clear()
    found = bed.findings()
    assert (found["voice/pyttsx3"].state, found["voice/espeak-ng"].state) == ("warning", "ok")
    bed.program("espeak-ng", '[ "$HOME" = /nonexistent ]')  # it would leave a folder at home
    assert bed.findings()["voice/espeak-ng"].state == "ok"
    bed.program("espeak-ng", "exit 1")
    found = bed.findings()
    assert (found["voice/pyttsx3"].state, found["voice/espeak-ng"].state) == ("fault", "fault")
    bed.programs.clear()
    assert bed.findings()["voice/espeak-ng"].what_to_do == "sudo apt-get install espeak-ng"

    voice = tmp_path / "vi.onnx"
    config = config_of(f'[speech]\nengines = ["piper"]\npiper_voice = "{voice}"\n')
    assert bed.findings(config)["voice/piper"].what_to_do.startswith("Chép cả hai tệp")
    voice.touch()
    assert bed.findings(config)["voice/piper"].state == "fault"
    (tmp_path / "vi.onnx.json").touch()
    bed.programs["piper"] = "/usr/bin/piper"
    assert bed.findings(config)["voice/piper"].state == "ok"
    assert bed.findings(config_of('[speech]\nengines = ["piper"]\n'))["voice"].state == "fault"


def test_fonts(bed: Bed) -> None:
    (bed.root / "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").unlink()
    assert bed.findings()["fonts"].state == "fault"
    bed.put("/usr/local/share/fonts/be/BeVietnamPro-Regular.ttf")
    assert bed.findings()["fonts"].what == "phông chữ BeVietnamPro-Regular"


def test_outputs(bed: Bed) -> None:
    bed.put("/proc/asound/cards", "--- no soundcards ---\n")
    assert bed.findings()["output/main"].state == "warning"
    assert bed.findings(config_of(output='device = "USB"\n'))["output/main"].state == "fault"
    assert bed.findings(config_of(output='device = "wav"\n'))["output/main"].state == "ok"
    bed.variables["XDG_RUNTIME_DIR"] = "/run/user/1"
    bed.put("/run/user/1/pulse/native")
    assert bed.findings()["output/main"].state == "ok"


def test_an_output_that_is_not_there_by_its_name_says_which_are(bed: Bed) -> None:
    bed.put("/proc/asound/cards", " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n")
    bed.sound_devices = ["bcm2835 Headphones", "USB Audio"]
    assert bed.findings(config_of(output='device = "USB Audio"\n'))["output/main"].state == "ok"
    found = bed.findings(config_of(output='device = "USB"\n'))["output/main"]
    assert (found.state, found.what) == ("fault", "“main” không có bộ phát tên “USB”")
    assert found.what_to_do == 'Ghi vào cấu hình một trong các tên này: "bcm2835 Headphones", "USB Audio".'
    found = bed.findings(config_of(output='device = "auto"\nfallback = "USB"\n'))["output/main"]
    assert (found.state, "“USB”" in found.what) == ("warning", True)
    bed.sound_devices = []  # whoever asks may not know
    assert bed.findings(config_of(output='device = "USB"\n'))["output/main"].state == "ok"


def test_lines(bed: Bed) -> None:
    port = "/dev/ttyUSB0"
    config = config_of(
        f'[[boards]]\nid = "gate"\nname = "Gate"\nport = "{port}"\n',
        f'[outputs.amplifier]\nrelay = "lcus1"\nport = "{port}"\n',
    )
    found = bed.findings(config)
    assert (found["board/gate"].state, found["relay/main"].state) == ("fault", "fault")
    bed.put(port)
    found = bed.findings(config)
    assert (found["board/gate"].state, found["relay/main"].state) == ("ok", "ok")


def test_pins(bed: Bed) -> None:
    config = config_of(
        '[outputs.amplifier]\nrelay = "gpio"\npin = 17\n[outputs.stop_switch]\ncontact = "gpio"\npin = 27\n'
    )
    found = bed.findings(config)
    assert (found["relay/main"].state, found["switch/main"].state) == ("fault", "fault")
    assert found["relay/main"].what == "chân 17: máy này không có chân GPIO"
    bed.put("/dev/gpiochip0")
    assert {bed.findings(config)[name].state for name in ("relay/main", "switch/main")} == {"ok"}
    bed.modules.remove("lgpio")
    assert bed.findings(config)["relay/main"].what == "chân 17: chưa cài lgpio"
    bed.modules.add("lgpio")
    (bed.root / "dev/gpiochip0").chmod(0)
    if os.getuid() != 0:
        assert bed.findings(config)["relay/main"].what == "không có quyền dùng chân 17"


def test_two_that_want_the_same(bed: Bed) -> None:
    board, adapter = "/dev/ttyUSB0", "/dev/ttyUSB1"
    bed.put(board)
    bed.put(adapter)
    config = config_of(
        f"""
[outputs.amplifier]
relay = "lcus1"
port = "{board}"
[outputs.zone_relays.a]
relay = "lcus1"
port = "{board}"
channel = 1
[outputs.stop_switch]
contact = "serial"
port = "{adapter}"
line = "cts"
[outputs.emergency_contact]
contact = "serial"
port = "{adapter}"
line = "dsr"
"""
    )
    found = bed.findings(config)
    assert [found[name].state for name in ("relay/main", "switch/main", "contact/main")] == ["ok"] * 3
    assert found["relay/main/a"].what == "nối vào cùng một chỗ với relay/main"
    main = config.outputs[0]
    modbus = Relay(relay="modbus", port=str(board), channel=2)
    mixed = config.model_copy(update={"outputs": (main.model_copy(update={"zone_relays": {"a": modbus}}),)})
    assert bed.findings(mixed)["relay/main/a"].what == f"cổng {board} đã có bộ phận khác của đài giữ"


def test_the_screen(bed: Bed) -> None:
    bed.put("/sys/class/drm/card1-HDMI-A-1/status", "disconnected\n")
    assert bed.findings()["screen"].state == "warning"
    bed.variables["DISPLAY"] = ":0"
    assert bed.findings()["screen"].state == "ok"


@pytest.fixture
def stranger() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_port_that_a_stranger_holds(bed: Bed, stranger: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.doctor.station.LIMIT_S", 0.2)
    found = bed.findings(config_of(port=stranger))["web"]
    assert (found.state, str(stranger) in found.what) == ("fault", True)


def test_the_mail_server(bed: Bed) -> None:
    assert "mail" not in bed.findings()
    server = '[notify.email]\nhost = "mail.example"\n'
    assert bed.findings(config_of(server))["mail"].what.endswith("chưa có người nhận hoặc người gửi")
    told = server + 'sender = "loa@xa.example"\nto = ["truc-ban@xa.example"]\n'
    assert bed.findings(config_of(told))["mail"] == Finding("mail", "ok", "gửi thư được qua mail.example", "")
    for bed.mail in ("mail_unreachable", "mail_password", "mail_password_file", "mail_security", "mail_certificate"):
        found = bed.findings(config_of(told))["mail"]
        assert (found.state, "535 no" in found.what, "Xin" in found.what_to_do) == ("fault", True, True), bed.mail


def test_both_languages_say_every_key() -> None:
    folder = Path(__file__).parents[2] / "controller" / "words"
    said = [tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))["doctor"] for language in ("vi", "en")]
    assert {section: list(keys) for section, keys in said[0].items()} == {
        section: list(keys) for section, keys in said[1].items()
    }


def test_it_leaves_nothing_behind(bed: Bed) -> None:
    def names() -> list[str]:
        """SQLite's own files beside a database come and go with whoever reads it."""
        found = bed.places.state.rglob("*")
        return sorted(path.name for path in found if not path.name.endswith((".db-wal", ".db-shm")))

    before = names()
    bed.findings()
    assert names() == before and {"station.db", "filings.db"} <= set(before)


BOARD = '[[boards]]\nid = "b"\nname = "B"\n'


def test_fonts_of_boards_are_missed_where_a_board_needs_them(bed: Bed) -> None:
    (bed.root / "usr/share/fonts/X11/misc/9x15.pcf.gz").unlink()
    absent = bed.findings(config_of(BOARD))["fonts/boards"]
    assert (absent.state, absent.what_to_do) == ("fault", "sudo apt-get install xfonts-base")
    assert "fonts/boards" not in bed.findings(config_of())
    for other in ('driver = "screen"\n', 'driver = "alpha"\nrows = 7\n'):
        assert "fonts/boards" not in bed.findings(config_of(BOARD + other))


def test_a_board_at_an_address(bed: Bed) -> None:
    for port, asked in (("192.0.2.9", 10001), ("192.0.2.9:7000", 7000)):
        config = config_of(BOARD + f'driver = "huidu"\nport = "{port}"\n')
        bed.reached = set()
        assert bed.findings(config)["board/b"].state == "warning"
        bed.reached = {("192.0.2.9", asked)}
        assert bed.findings(config)["board/b"].state == "ok"


def test_panels_without_their_library(bed: Bed) -> None:
    config = config_of(BOARD + 'driver = "hub75"\n')
    assert bed.findings(config)["board/b"].state == "warning"
    bed.modules.add("rgbmatrix")
    assert bed.findings(config)["board/b"].what == "tấm HUB75, 64 x 32 điểm"


def test_a_screen_that_is_a_board(bed: Bed) -> None:
    config = config_of(BOARD + 'driver = "screen"\n')
    assert bed.findings(config)["board/b"].state == "ok"
    dark = config_of(BOARD + 'driver = "screen"\non_hours = ["05:00-22:00"]\n')
    assert bed.findings(dark)["board/b"].state == "warning", "it cannot be switched off"
    bed.programs["wlopm"] = bed.program("wlopm", "exit 0")
    assert bed.findings(dark)["board/b"].state == "ok"
    bed.put("/sys/class/drm/card1-HDMI-A-1/status", "disconnected\n")
    assert bed.findings(config)["board/b"].state == "fault"
    two = config_of(BOARD + 'driver = "screen"\n' + BOARD.replace('"b"', '"c"') + 'driver = "screen"\n')
    assert bed.findings(two)["screens"].state == "warning"
