"""How much of the kiosk's voice is ready, as officials read it: of all, of each guide, in each language."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from controller.clips import Clips, lines_of
from controller.core.words import LANGUAGES
from controller.guiding import Guiding
from controller.runtime.catalogues import load_words
from controller.store import clips, guides
from controller.store.connection import Tx
from tests.support.stations import CONFIG
from tests.support.web_pages import BOARD, Pages, pages_in

GUIDE = "tam_tru"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return furnished(tmp_path, CONFIG + BOARD)


def furnished(folder: Path, config: str) -> Pages:
    found = pages_in(folder, config)
    Guiding(found.station.store, found.station.clock, found.station.bell).put_shipped()
    return found


def wished(pages: Pages) -> None:
    """As the controller does it."""
    vi, en = (load_words(language) for language in LANGUAGES)
    station = pages.station
    Clips(station.store, station.places, station.clock, vi, others=[en]).look()


def spoken(tx: Tx, *sqls: str) -> None:
    for sql in sqls:
        tx.execute(sql)


def said(client: FlaskClient, path: str = "/guides") -> list[str]:
    """The lines on the voice: above the list, and those of one guide."""
    page = client.get(path).get_data(as_text=True)
    above = re.search(r'<div class="voices">(.*?)</div>', page, re.S)
    row = re.search(rf'href="/guides/{GUIDE}">(.*?)</a>', page, re.S)
    found = re.findall(r"<p.*?</p>", above[1], re.S) if above else []
    found += re.findall(r'<span class="heard">.*?</span>', row[1] if row else page, re.S)
    return [" ".join(html.unescape(re.sub(r"<b.*?</b>|<.*?>", " ", each)).split()) for each in found]


def counted(pages: Pages, language: str) -> int:
    with pages.station.store.read() as tx:
        return len(lines_of(guides.get(tx, GUIDE), load_words(language)))


def test_it_is_told_from_the_first_minute_to_the_last_line(pages: Pages) -> None:
    client = pages.signed_in()
    vi, en = counted(pages, "vi"), counted(pages, "en")
    nothing = [f"Tiếng Việt: nghe được 0/{vi} câu", f"Tiếng Anh: nghe được 0/{en} câu"]
    assert said(client) == [
        "Trạm chưa bắt đầu làm tiếng cho ki-ốt; máy chạy chừng một phút là bắt đầu.", *nothing]  # fmt: skip

    wished(pages)
    with pages.station.store.write() as tx:
        words = load_words("vi")
        for line in lines_of(guides.get(tx, GUIDE), words)[:7]:
            clips.ready(tx, line.key)
        count = clips.counts(tx)
        everything = sum(count.values())
    first = (
        f"Ki-ốt mới đọc thành tiếng được 7/{everything} câu. Trạm đang làm tiếp, còn khoảng "
        f"{-(-(everything - 7) * 3 // 120)} phút; câu nào chưa xong thì ki-ốt chỉ hiện chữ."
    )
    assert said(client) == [first, f"Tiếng Việt: nghe được 7/{vi} câu", nothing[1]]
    assert said(client, f"/guides/{GUIDE}") == [f"Tiếng Việt: nghe được 7/{vi} câu", nothing[1]]

    with pages.station.store.write() as tx:
        spoken(tx, "UPDATE clips SET state = 'ready'")
    assert said(client) == [
        f"Ki-ốt đọc thành tiếng được cả {everything} câu.",
        f"Tiếng Việt: nghe được {vi}/{vi} câu", f"Tiếng Anh: nghe được {en}/{en} câu"]  # fmt: skip


def test_what_cannot_be_spoken_is_said_in_words(pages: Pages) -> None:
    client = pages.signed_in()
    wished(pages)
    with pages.station.store.write() as tx:
        spoken(tx, "UPDATE clips SET state = 'ready' WHERE language = 'vi'",
               "UPDATE clips SET state = 'failed' WHERE language = 'en'",
               "UPDATE clips SET state = 'failed' WHERE key IN"
               " (SELECT key FROM clips WHERE language = 'vi' ORDER BY key LIMIT 2)")  # fmt: skip
    then = "Vài giờ nữa trạm thử lại. Nếu vẫn vậy, xin nhờ người trông máy chạy lệnh “loalang doctor”."
    assert said(client)[:2] == [
        f"Có 2 câu tiếng Việt máy chưa đọc thành tiếng được. {then}",
        f"Trạm chưa có giọng đọc tiếng Anh, nên ai chọn tiếng Anh thì chỉ đọc chữ. {then}",
    ]
    assert said(client)[-1] == f"Tiếng Anh: nghe được 0/{counted(pages, 'en')} câu"


def test_a_kiosk_that_is_to_be_silent_has_nothing_to_be_ready(tmp_path: Path) -> None:
    pages = furnished(tmp_path, CONFIG + BOARD + '[kiosk]\nvoice = "off"\n')
    assert said(pages.signed_in()) == ["Ki-ốt đang tắt tiếng, chỉ hiện chữ."]
