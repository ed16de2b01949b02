"""The officials' dictionary: what is taken, what is said then, in every process at once, and the way back."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from audio.normaliser import Normaliser, load_abbreviations
from audio.normaliser.live import LiveNormaliser
from controller.core.errors import InputError, NotFoundError
from controller.core.renditions import RenditionState
from controller.core.words import LANGUAGES
from controller.dictionary import Dictionary, Entry
from controller.runtime.catalogues import load_words
from controller.runtime.clocks import FakeClock
from controller.store import dictionary as stored
from controller.store import journal, samples
from controller.store.connection import Store
from tests.support.stations import START, Station, station_in


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return station_in(tmp_path)


@pytest.fixture
def dictionary(station: Station) -> Dictionary:
    return Dictionary(
        station.store, station.bell, station.clock, station.ids, station.config, load_abbreviations(),
        Normaliser({}).spoken,
    )  # fmt: skip


def codes(dictionary: Dictionary, short: str, words: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        dictionary.put(short, words, "lan")
    for problem in caught.value.problems:
        for language in LANGUAGES:
            assert load_words(language)(f"problem.{problem.code}", **dict(problem.facts))
    return [(problem.field, problem.code) for problem in caught.value.problems]


def of(dictionary: Dictionary, short: str) -> list[Entry]:
    return [entry for entry in dictionary.entries() if entry.short == short]


def test_an_entry_is_put_over_the_built_in_one_and_taken_back(station: Station, dictionary: Dictionary) -> None:
    assert of(dictionary, "UBND") == [Entry("UBND", "ủy ban nhân dân", "ủy ban nhân dân")]
    dictionary.put(" UBND ", "ủy  ban", "lan")
    dictionary.put("BTXM", "bê tông xi măng", "lan")
    assert of(dictionary, "UBND") == [Entry("UBND", "ủy ban", "ủy ban nhân dân", "lan", START)]
    assert of(dictionary, "BTXM") == [Entry("BTXM", "bê tông xi măng", "", "lan", START)]
    dictionary.take_back("UBND", "hoa")
    dictionary.take_back("BTXM", "hoa")
    rung = len(station.bell.rung)
    dictionary.take_back("BTXM", "hoa")
    assert len(station.bell.rung) == rung
    assert of(dictionary, "UBND") == [Entry("UBND", "ủy ban nhân dân", "ủy ban nhân dân")]
    assert of(dictionary, "BTXM") == []
    with station.store.read() as tx:
        lines = [(line.kind, line.subject, line.detail) for line in journal.entries(tx)]
    assert lines == [
        ("dictionary", "dictionary/UBND", {"words": "ủy ban", "by": "lan"}),
        ("dictionary", "dictionary/BTXM", {"words": "bê tông xi măng", "by": "lan"}),
        ("dictionary", "dictionary/UBND", {"back": True, "by": "hoa"}),
        ("dictionary", "dictionary/BTXM", {"back": True, "by": "hoa"}),
    ]
    assert [whom for whom, _ in station.bell.rung] == ["audio-main", "controller", "kiosk"] * 4


def test_an_entry_saved_again_as_it_is_changes_nothing(station: Station, dictionary: Dictionary) -> None:
    entry = dictionary.put("BTXM", "bê tông xi măng", "lan")
    rung = len(station.bell.rung)
    assert dictionary.put("BTXM", " bê tông  xi măng", "hoa") == entry
    assert dictionary.put("UBND", "ủy ban nhân dân", "hoa") == Entry("UBND", "ủy ban nhân dân", "ủy ban nhân dân")
    assert len(station.bell.rung) == rung
    with station.store.read() as tx:
        assert [line.subject for line in journal.entries(tx)] == ["dictionary/BTXM"]
        assert stored.version(tx) == 1
    dictionary.put("BTXM", "bê tông", "hoa")
    assert of(dictionary, "BTXM")[0].words == "bê tông"


def test_entries_are_in_alphabetical_order(dictionary: Dictionary) -> None:
    dictionary.put("aBC", "a bê xê", "lan")
    shorts = [entry.short for entry in dictionary.entries()]
    assert shorts[0] == "5K" and shorts[1] == "aBC"
    assert len(shorts) == len(set(shorts)) == len(load_abbreviations()) + 1


@pytest.mark.parametrize(
    "short", ["BTXM", "TTg", "Tp", "sđt", "KT-XH", "v/v", "TS.", "4G", "TH&THCS", "Q", "vn", "đ/c"]
)
def test_what_is_an_abbreviation(short: str, dictionary: Dictionary) -> None:
    dictionary.put(short, "lời đọc", "lan")
    assert Normaliser({short: "lời đọc"}).spoken(f"xin {short} nhé").words == "xin lời đọc nhé"


@pytest.mark.parametrize(
    ("short", "code"),
    [
        ("", "empty"), ("A" * 21, "short_too_long"), ("hai chữ", "short_letters"), ("-A", "short_letters"),
        ("A_B", "short_letters"), ("A+B", "short_letters"), ("họp", "short_is_a_word"), ("Nam", "short_is_a_word"),
        ("ubnd", "short_is_a_word"),
    ],
)  # fmt: skip
def test_what_is_none(short: str, code: str, dictionary: Dictionary) -> None:
    assert codes(dictionary, short, "lời đọc") == [("short", code)]


@pytest.mark.parametrize("words", ["ủy ban, nhân dân", "Ủy ban nhân dân", "oai phai", "a bê xê", "ủy ban.", "hoà bình"])
def test_words_that_can_be_said(words: str, dictionary: Dictionary) -> None:
    assert dictionary.problems_of("BTXM", words) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "empty"), ("a" * 201, "too_long"), ("phòng 2", "words_only"), ("kinh tế & xã hội", "words_only"),
        ("50%", "words_only"), ("UBND", "words_only"), ("!!!", "words_only"), ("bcd", "words_only"),
    ],
)  # fmt: skip
def test_words_that_cannot(words: str, code: str, dictionary: Dictionary) -> None:
    assert codes(dictionary, "BTXM", words) == [("words", code)]


def test_everything_wrong_is_said_at_once(dictionary: Dictionary) -> None:
    assert codes(dictionary, "họp", "2") == [("short", "short_is_a_word"), ("words", "words_only")]


def test_another_process_says_it_at_once(station: Station, dictionary: Dictionary) -> None:
    other = LiveNormaliser(Store(station.places.station_db))
    before = other.version()
    assert other.spoken("BTXM của UBND").words == "bê tê ích xì em mờ của ủy ban nhân dân"
    dictionary.put("BTXM", "bê tông xi măng", "lan")
    dictionary.put("UBND", "ủy ban", "lan")
    assert other.spoken("BTXM của UBND").words == "bê tông xi măng của ủy ban"
    assert other.version() == before + 2
    dictionary.take_back("UBND", "lan")
    assert other.spoken("BTXM của UBND") == Normaliser(
        {**load_abbreviations(), "BTXM": "bê tông xi măng"}
    ).spoken("BTXM của UBND")  # fmt: skip


def test_the_command_says_it_too(station: Station, dictionary: Dictionary) -> None:
    dictionary.put("BTXM", "bê tông xi măng", "lan")
    command = [sys.executable, "-m", "controller.cli", "spoken", "BTXM", "--state", str(station.places.state)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout, done.returncode) == ("bê tông xi măng\n", 0), done.stderr


def test_without_the_store_it_goes_on_with_what_it_knows(station: Station, dictionary: Dictionary) -> None:
    dictionary.put("BTXM", "bê tông xi măng", "lan")
    store = Store(station.places.station_db)
    live = LiveNormaliser(store)
    assert live.spoken("BTXM").words == "bê tông xi măng"
    store.close()
    station.store.close()
    station.places.station_db.write_bytes(b"no database" * 1000)
    assert live.spoken("BTXM").words == "bê tông xi măng"
    assert LiveNormaliser(Store(station.places.station_db, at_once=False)).spoken("UBND").words == "ủy ban nhân dân"


def test_a_sample_is_asked_for_and_waited_for(station: Station, dictionary: Dictionary) -> None:
    first = dictionary.listen("ủy ban nhân dân")
    assert dictionary.sample(first).state is RenditionState.WANTED
    assert isinstance(station.clock, FakeClock)
    station.clock.tick(timedelta(seconds=1).total_seconds())
    last = dictionary.listen(" mặt trận ")
    with station.store.write() as tx:
        assert [sample.words for sample in samples.wanted(tx)] == ["mặt trận", "ủy ban nhân dân"]
        samples.ready(tx, first, "0" * 64)
        samples.failed(tx, last, "no_engine")
    assert (dictionary.sample(first).state, dictionary.sample(first).sha256) == (RenditionState.READY, "0" * 64)
    assert (dictionary.sample(last).state, dictionary.sample(last).reason) == (RenditionState.FAILED, "no_engine")
    with pytest.raises(InputError):
        dictionary.listen("  ")
    with station.store.write() as tx:
        samples.forget(tx, station.clock.now())
    with pytest.raises(NotFoundError):
        dictionary.sample(first)
    assert dictionary.sample(last).words == "mặt trận"


def test_a_crowd_of_samples_is_bounded(station: Station, dictionary: Dictionary) -> None:
    assert isinstance(station.clock, FakeClock)
    for number in range(samples.WAITING_LIMIT + 5):
        station.clock.tick(1.0)
        dictionary.listen(f"lời {number}")
    with station.store.read() as tx:
        waiting = [sample.words for sample in samples.wanted(tx)]
    assert (len(waiting), waiting[0]) == (samples.WAITING_LIMIT, f"lời {samples.WAITING_LIMIT + 4}")
