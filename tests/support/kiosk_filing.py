"""A small guide with every kind of question, and ways to go through a filing by touches alone; for several tests."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from controller.core.words import LANGUAGES
from controller.guides.documents import guide_of
from controller.guides.forms import Page
from controller.guides.model import (
    DATE,
    DECIMAL,
    FITTING,
    INTEGER,
    NOTE,
    REPEAT,
    SELECT_MULTIPLE,
    SELECT_ONE,
    TEXT,
    Choice,
    Fact,
    Group,
    Guide,
    Labels,
    Paper,
    Question,
    Source,
    Step,
)  # fmt: skip
from controller.runtime.catalogues import AT_KIOSK, load_words
from kiosk.acts import Act
from kiosk.filing import flow, way
from kiosk.filing.acts import Agree, Back, Choose, Forward, Have, Key, OpenKeys, PickPlace, Turn
from kiosk.filing.kit import Kit
from kiosk.filing.scenes import scene
from kiosk.filing.state import At, Filing
from kiosk.happenings import Filed, Happening, PhotoTaken, Wish
from kiosk.keyboard.layout import TONES
from kiosk.keyboard.state import DELETE, MORE
from kiosk.look import Frame
from kiosk.moments import Passed
from kiosk.setting import Setting
from kiosk.widgets import Scene, Target
from tests.support import kiosk_cases as cases

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
ALWAYS = ("=", ("number", 1.0), ("number", 1.0))
NOW = datetime(2026, 11, 27, 16, 5, tzinfo=TZ)
SEED = "5eed" * 10
PLACES = ("Xã Hương Sơn, tỉnh Hà Giang", "Xã Hương Sơn, tỉnh Nghệ An", "Phường Hương Sơn, tỉnh Thái Nguyên")
CARD = "012058678901|123456789|NGUYỄN VĂN MẪU|03021958|Nam|Thôn Mẫu Một, xã Mẫu, tỉnh Mẫu|01012022"


def label(vi: str, en: str = "") -> Labels:
    return {"vi": vi, "en": en} if en else {"vi": vi}


def choice(name: str, vi: str) -> Choice:
    return Choice(name, label(vi))


YES_NO = (choice("yes", "Có"), choice("no", "Không"))
YES = ("text", "yes")


def _question(name: str, kind: str, vi: str, **more: object) -> Question:
    return Question(name, kind, label(vi), **{"required": ALWAYS, **more})  # type: ignore[arg-type]


QUESTIONS: tuple[Question | Group, ...] = (
    Group(FITTING, label("Việc này có hợp không"), (
        _question("o_xa", SELECT_ONE, "Ông bà có đang sống ở xã này không?", choices=YES_NO,
                  constraint=("=", ("self",), YES),
                  constraint_message=label("Việc này làm ở xã nơi đang sống. Ông bà sang xã đó làm giúp.")),
    )),
    Group("nguoi_yeu_cau", label("Người yêu cầu"), (
        _question("ten", TEXT, "Họ, chữ đệm và tên của ông bà", look="name", source="card.name",
                  hints=label("Viết đúng như trên thẻ căn cước.")),
        _question("ngay_sinh", DATE, "Ông bà sinh ngày nào?", source="card.birth"),
        _question("gioi_tinh", SELECT_ONE, "Ông bà là nam hay nữ?", source="card.sex",
                  choices=(choice("nam", "Nam"), choice("nu", "Nữ"))),
        _question("so", TEXT, "Số định danh (12 số trên thẻ căn cước)", look="id_number", source="card.id",
                  against=("ngay_sinh", "gioi_tinh")),
        _question("noi_o", TEXT, "Nơi ông bà đang ở", source="card.address", required=None),
        _question("dien_thoai", TEXT, "Số điện thoại để cán bộ gọi lại", look="phone", required=None),
    )),
    _question("luu_y", NOTE, "Giờ máy hỏi về người được trợ cấp. Ông bà trả lời thay cũng được.", required=None),
    _question("que", TEXT, "Quê ở xã nào?", look="place"),
    _question("con", INTEGER, "Ông bà có mấy người con?"),
    _question("thu_nhap", DECIMAL, "Mỗi tháng thu nhập khoảng mấy triệu đồng?", required=None),
    _question("hoan_canh", SELECT_MULTIPLE, "Gia đình thuộc diện nào?", required=None, choices=(
        choice("ngheo", "Hộ nghèo"), choice("can_ngheo", "Hộ cận nghèo"), choice("co_cong", "Người có công"),
        choice("khuyet_tat", "Có người khuyết tật"), choice("khac", "Diện khác"))),
    _question("dien_khac", TEXT, "Diện khác là diện nào?",
              relevant=("call", "selected", ("ref", "hoan_canh"), ("text", "khac"))),
    _question("ke", TEXT, "Ông bà kể thêm điều gì cần cho cán bộ biết", look="multiline", required=None),
    Group("nguoi_than", label("Người thân cùng ở"), (
        _question("ten_than", TEXT, "Tên người thân", look="name"),
    ), another=_question("them", REPEAT, "Còn người thân nào nữa không?", choices=YES_NO)),
)  # fmt: skip
PAPERS = (
    Paper("don", label("Tờ khai đề nghị trợ cấp, mẫu số 01"), original=True),
    Paper("the", label("Thẻ căn cước"), hand_in=False, original=True),
    Paper("ngheo", label("Giấy chứng nhận hộ nghèo"), group="dien", one_of=True,
          when=("call", "selected", ("ref", "hoan_canh"), ("text", "ngheo"))),
    Paper("can_ngheo", label("Giấy chứng nhận hộ cận nghèo"), group="dien", one_of=True, copies=2,
          when=("call", "selected", ("ref", "hoan_canh"), ("text", "can_ngheo"))),
)  # fmt: skip


def guide(ident: str = "tro_cap", title: str = "Trợ cấp hưu trí xã hội", **changes: object) -> Guide:
    made = Guide(
        id=ident, code="1.014027", title=label(title, "Social pension"), events=("nguoi_cao_tuoi",),
        authority=label("Ủy ban nhân dân xã"), times=(Fact("truc_tiep", label("10 ngày làm việc")),),
        fees=(Fact("truc_tiep", label("không mất tiền")),),
        exemptions=(label("Người thuộc hộ nghèo, người cao tuổi, người khuyết tật được miễn lệ phí."),), deadline={},
        legal_source=(Source(label("Nghị định 176/2025/NĐ-CP")),), notes=(), verified_by="", verified_on=None,
        review_by=None, questions=QUESTIONS, papers=PAPERS,
        handover=(
            Step(label("Mở ứng dụng VNeID trên điện thoại của ông bà."), address="https://dichvucong.gov.vn"),
            Step(label("Chọn thủ tục, chép câu trả lời trên phiếu vào, rồi bấm nộp.")),
        ),
        languages=("vi",), version="v1",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


GUIDES = (
    guide(),
    guide("khai_sinh", "Đăng ký khai sinh", events=("sinh_con",), code="1.001193"),
    guide("khai_tu", "Đăng ký khai tử", events=("qua_doi",), code="1.000656"),
    guide("ket_hon", "Đăng ký kết hôn", events=("ket_hon",), code="1.000894"),
    guide("ban_sao", "Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan có thẩm quyền của Việt Nam cấp",
          events=("giay_to",), code="2.000815"),
    guide("tam_tru", "Đăng ký tạm trú", events=("cu_tru",), code="1.004194"),
)  # fmt: skip


@cache
def kit() -> Kit:
    words = {language: load_words(language, AT_KIOSK) for language in LANGUAGES}
    return Kit(words, lambda text: PLACES if "huong" in text.lower() else ())


SCREENS = {
    "7in": Frame.of(1024, 600, 150.0),
    "10in": cases.SMALL,
    "15in": cases.LARGE,
    "tall": Frame.of(1080, 1920, 268.0),
}


def setting(filing: Filing, frame: Frame = cases.SMALL, pressed: Act | None = None) -> Setting:
    return Setting(frame, cases.fonts().width, kit().words[filing.language], "Xã Mẫu", {}, TZ, pressed)


def composed(filing: Filing, frame: Frame = cases.SMALL) -> Scene:
    return scene(filing, setting(filing, frame))


def begun(guides: tuple[Guide, ...] = GUIDES) -> Filing:
    return flow.begun("vi", NOW, guides, SEED)


@dataclass
class Resident:
    """Somebody in front of the kiosk. `touches` only what the screen offers; `wishes` are all there were."""

    filing: Filing | None
    frame: Frame = cases.SMALL
    wishes: tuple[Wish, ...] = ()

    @property
    def here(self) -> Filing:
        assert self.filing is not None
        return self.filing

    def offered(self) -> list[Act]:
        return [widget.act for widget in composed(self.here, self.frame) if isinstance(widget, Target)]

    def happens(self, event: Act | Happening | Passed) -> tuple[Wish, ...]:
        self.filing, wishes = flow.step(self.here, event, kit())
        self.wishes += wishes
        return wishes

    def touches(self, *acts: Act) -> tuple[Wish, ...]:
        """Each after the other; it has to be on the screen, if need be on a later part of the page."""
        wishes: tuple[Wish, ...] = ()
        for act in acts:
            self._turn_to(act)
            wishes = self.happens(act)
        return wishes

    def _turn_to(self, act: Act) -> None:
        for page in range(40):
            if act in self.offered():
                return
            if not any(isinstance(each, Turn) for each in self.offered()):
                break
            self.happens(Turn(page))
        raise AssertionError(f"{act} is not offered on {self.here.where}: {self.offered()}")

    def types(self, text: str) -> None:
        for each in text:
            self.touches(Key(each))

    def writes(self, text: str) -> None:
        """With the keys of marks and tones, capitals as they come."""
        for letter in text.lower():
            apart = unicodedata.normalize("NFD", letter)
            tone = next((part for part in apart[1:] if part in TONES), "")
            self._key(unicodedata.normalize("NFC", apart.replace(tone, "")) if tone else letter)
            if tone:
                self._key(tone)

    def _key(self, key: str) -> None:
        if Key(key) not in self.offered():
            self.touches(Key(MORE))
        self.touches(Key(key))

    def answers(self) -> None:
        """The question that is shown, whatever it is, so that the way goes on."""
        page, asked = self.here.asked, self.here.where
        assert page is not None
        for attempt in _attempts(page):
            attempt(self)
            if self.here.where == asked:
                self.touches(Forward())
            if self.here.where == asked and self.here.trouble and self.here.trouble.warning:
                self.touches(Forward())
            if self.here.where.at is At.UNFIT:
                self.touches(Back())
            if self.here.where != asked:
                return
            self._wipes()
        raise AssertionError(f"no answer would do for {page.path}: {self.here.trouble}")

    def _wipes(self) -> None:
        if self.here.keyboard and not self.here.typing:
            self.touches(OpenKeys(True))
        while self.here.keyboard and self.here.keyboard.text:
            self._key(DELETE)

    def goes_on(self) -> None:
        """From whatever page is shown to one nearer to the receipt."""
        match self.here.where.at:
            case At.ASK:
                self.answers()
            case At.PAPERS:
                for wanted in way.papers_of(self.here):
                    self.touches(Have(wanted.paper.id, "yes"))
                self.touches(Forward())
            case At.PHOTO:
                self.touches(Forward())
                self.happens(PhotoTaken(b"\xff\xd8 a paper", True))
                self.touches(Forward())
            case At.CONSENT:
                self.touches(Agree(True), Forward())
            case At.SENDING:
                self.happens(Filed("K7M4-XP2Q", "LL" + "A" * 32))
            case _:
                self.touches(Forward())


Attempt = Callable[[Resident], None]


def _attempts(page: Page) -> list[Attempt]:
    question = page.question
    if question.kind == NOTE:
        return [lambda _: None]
    if question.kind in {SELECT_ONE, SELECT_MULTIPLE, REPEAT}:
        names = sorted((choice.name for choice in question.choices), key=lambda name: name == "yes")
        return [lambda resident, name=name: resident.touches(Choose(name)) and None for name in names]  # type: ignore[misc]
    if question.look == "place":
        return [_picks_a_place]
    texts = {
        DATE: ["03021990", "26112026", "03021960"],
        INTEGER: ["2", "2000", "24"],
        DECIMAL: ["2"],
        "id_number": ["001090000001", "001190000002"],
        "phone": ["0912345678"],
        "numbers": ["123456789"],
    }
    keys = texts.get(question.look) or texts.get(question.kind)
    if keys:
        return [lambda resident, keys=keys: resident.types(keys) for keys in keys]  # type: ignore[misc]
    return [lambda resident: resident.writes("Nguyễn Văn Mẫu"), lambda resident: resident.types("123")]


def _picks_a_place(resident: Resident) -> None:
    resident.types("huong")
    resident.touches(OpenKeys(False), PickPlace(PLACES[0]))


@cache
def shipped() -> tuple[Guide, ...]:
    """The eight guides that come with the station."""
    folder = resources.files("controller.guides") / "shipped"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return tuple(guide_of(json.loads(file.read_text(encoding="utf-8"))) for file in files)
