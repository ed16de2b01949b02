"""`loalang guide import` with recordings beside the spreadsheet: what is sound is kept, all else is said."""

from __future__ import annotations

import hashlib
from pathlib import Path

from controller.core.clips import key_of
from controller.runtime.places import Places
from controller.store import clips
from controller.store.connection import Store
from tests.support.brought import sound_file, speechlike
from tests.support.guide_books import book
from tests.support.processes import loalang
from tests.support.scheduling import CONFIG

AUDIO = "media::audio::Tiếng Việt (vi)"


def test_recordings_come_with_their_guide(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.make()
    places.config.write_text(CONFIG, encoding="utf-8")
    Store(places.station_db).close()
    folder = tmp_path / "tờ khai"
    folder.mkdir()
    rows = (
        {"type": "text", "name": "ten", "label": "Tên?", AUDIO: "ten.mp3"},
        {"type": "text", "name": "o", "label": "Ở đâu?", AUDIO: "o_dau.wav"},
        {"type": "text", "name": "con", "label": "Mấy con?", AUDIO: "may_con.ogg"},
    )
    book(folder / "thu.xlsx", rows)
    sound_file(folder / "ten.mp3", "mp3", speechlike(2.0))
    (folder / "o_dau.wav").write_bytes(b"no sound at all")
    checked = loalang("guide", "check", str(folder / "thu.xlsx"), state=places.state)
    assert (checked.returncode, checked.stdout.splitlines()[1]) == (
        0, "Không thấy bên cạnh bảng tính: may_con.ogg. Các câu ấy máy tự đọc.",
    )  # fmt: skip
    brought = loalang("guide", "import", str(folder / "thu.xlsx"), state=places.state)
    assert (brought.returncode, brought.stderr) == (0, "")
    assert brought.stdout.splitlines()[1:] == [
        "Đã nhận bản ghi âm: ten.mp3. Màn hình sẽ phát thay cho giọng máy.",
        "Không thấy bên cạnh bảng tính: may_con.ogg. Các câu ấy máy tự đọc.",
        "o_dau.wav: Đây không phải là tệp âm thanh. Xin chọn tệp mp3, ogg, wav, m4a hoặc flac.",
        "Hướng dẫn chưa được cán bộ xác nhận; ki-ốt sẽ ghi rõ điều đó.",
        "Hướng dẫn không hỏi ngày sinh của người nộp (card.birth): ai lạc mã trên tờ phiếu sẽ không tra được hồ sơ"
        " bằng số.",
    ]
    sha256 = hashlib.sha256((folder / "ten.mp3").read_bytes()).hexdigest()
    store = Store(places.station_db)
    with store.read() as tx:
        assert clips.recorded(tx) == {key_of("Tên?", "vi"): sha256}
    store.close()
    assert places.sound(sha256).is_file()
