"""Items, facts and boards for the pages of large screens."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from controller.boards.facts import Facts, Session
from controller.core.levels import Level
from controller.core.notices import Special
from controller.core.showing import Item
from controller.runtime.config_tables import Board

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 27, 9, 41, tzinfo=TZ)
NIGHT = NOW.replace(hour=20)
LUNAR = "19 tháng Mười âm lịch"
PHOTO = "a" * 64
TEXT = (
    "Thời gian: từ 7 giờ 30 đến 11 giờ, thứ Tư 9/12/2026, tại trạm y tế xã. Riêng các thôn Khuổi Lầy và Nà Khau, do "
    "đường xa, tiêm tại nhà văn hóa thôn từ 13 giờ 30 đến 16 giờ cùng ngày.\nĐối tượng: trẻ từ 2 tháng đến 24 tháng "
    "tuổi và phụ nữ có thai chưa tiêm đủ mũi uốn ván. Bà con mang theo sổ tiêm chủng, mã định danh của cháu và thẻ bảo "
    "hiểm y tế. Cháu nào đang sốt từ 38 độ trở lên hoặc mới ốm dậy thì báo trước để cán bộ y tế hẹn ngày khác.\n"
    "Sau khi tiêm, xin cho cháu ngồi lại 30 phút để theo dõi; về nhà nếu cháu sốt cao, co giật hoặc khó thở thì gọi "
    "ngay 115."
)


def screen(columns: int = 1280, rows: int = 720, **more: object) -> Board:
    return Board.model_validate(
        {"id": "sanh", "name": "Sảnh", "driver": "screen", "columns": columns, "rows": rows, **more}
    )


def item(
    text: str = "", title: str = "", level: Level = Level.NORMAL, on_air: bool = False, picture: str = "",
    qr: str = "", special: Special = Special.NONE,
) -> Item:  # fmt: skip
    return Item(title, text, level, 0, NOW, None, on_air, "one", picture, qr, special)


def facts(pictures: Path = Path(), now: datetime = NOW, **more: object) -> Facts:
    known: dict[str, object] = {
        "place": "Xã Hương Sơn", "now": now, "next_title": "Lịch tiêm chủng mở rộng tháng Mười hai",
        "next_at": now.replace(hour=19, minute=30), "called": 27, "given": 41, "pictures": pictures, "lunar": LUNAR,
        "sessions": (
            Session("Cài đặt và dùng VNeID", "Nhà văn hóa thôn Đông", now.replace(hour=14, minute=0)),
            Session("Nộp hồ sơ trực tuyến", "Nhà văn hóa xã", now.replace(hour=8, minute=30) + timedelta(days=3)),
        ),
    }  # fmt: skip
    return Facts(**{**known, **more})  # type: ignore[arg-type]  # as the callers give them


def keep_photo(folder: Path, width: int = 1200, height: int = 800) -> None:
    """A kept picture under the name PHOTO."""
    ramp = Image.linear_gradient("L").resize((width, height))
    Image.merge("RGB", (ramp, ramp.rotate(180), Image.new("L", (width, height), 90))).save(folder / f"{PHOTO}.png")


CASES: dict[str, tuple[Item | None, dict[str, object]]] = {
    "short": (item("Cắt nước 13 giờ – 17 giờ hôm nay"), {}),
    "titled": (item("Mời bà con mang căn cước đến nhà văn hoá thôn.", "Làm VNeID", on_air=True), {}),
    "stacked": (item("Ủy ban Ẩm thực Ỷ Lan. Trường Ớ, Ợ, Ỡ, Ộ, Ẵ: nghỉ lễ. Ghế gỗ cũ kỹ, ngõ rẽ.", "LỄ KỶ NIỆM"), {}),
    "long": (item(TEXT, "Lịch tiêm chủng mở rộng tháng 12"), {}),
    "emergency": (
        item("Nước suối Nà Khau lên rất nhanh. Bà con ở ven suối rời ngay lên điểm cao.", "Lũ quét", Level.EMERGENCY),
        {},
    ),
    "priority-night": (item("Từ 7 giờ sáng mai, thôn Đông.", "Cắt điện", Level.PRIORITY), {"now": NIGHT}),
    "photo-code": (item("Họp thôn 19 giờ thứ Bảy.", "Mời họp", picture=PHOTO, qr="https://xa.example/hop"), {}),
    "clock": (item(special=Special.CLOCK), {}),
    "waiting-night": (None, {"now": NIGHT}),
    "waiting-doubtful": (None, {"lunar": "", "doubtful": True, "next_at": None}),
    "next": (item(special=Special.NEXT), {}),
    "queue": (item(special=Special.QUEUE), {}),
    "training": (item(special=Special.TRAINING), {}),
}  # fmt: skip
