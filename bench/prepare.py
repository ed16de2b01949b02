"""How long preparing takes, from call to return, and how much memory: tables of voices, recordings and refusals."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from audio.normaliser import Normaliser, load_abbreviations
from audio.preparing.intake import Intake
from audio.preparing.prepare import Preparer, Unspeakable
from bench.table import percentile, table
from controller.core.errors import InputError
from controller.core.parts import Parts, PausePart, RecordingPart, TextPart
from controller.runtime.config_tables import Policy, Speech, SpeechEngine
from controller.runtime.places import Places
from tests.support.brought import (
    cut,
    flac_bomb,
    many_channels,
    many_frames,
    sound_file,
    speechlike,
    wav_header_bomb,
)

TEN_SECONDS = (
    "UBND xã thông báo: 7h30 sáng thứ 7, ngày 28/11, tiêm vắc-xin cho trẻ dưới 5 tuổi tại nhà văn hóa thôn II."
)
TEXTS = {"10 s": TEN_SECONDS, "1 min": " ".join([TEN_SECONDS] * 6)}
ENGINES: tuple[tuple[SpeechEngine, ...], ...] = (("pyttsx3",), ("espeak-ng",))
TIMES = 20
BARE = {"write_xing": "0", "id3v2_version": "0"}  # an MP3 file without a header of its own
LIMIT_S = 5.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder, "state"))
        places.make()
        _voices(places)
        _recordings(places, Path(folder))
        _refusals(places, Path(folder))


def _voices(places: Places) -> None:
    rows: list[list[object]] = []
    for engines in ENGINES:
        preparer = Preparer(Speech(engines=engines), places, Normaliser(load_abbreviations()))
        rows += [[engines[0], name, *_figures(preparer, (TextPart(text),))] for name, text in TEXTS.items()]
    rows.append(["target", "10 s", "", "1000", "", ""])
    table(f"preparing, {TIMES} times each, ms", ["voice", "text", "sound, s", "p50", "p95", "most"], rows)


def _figures(preparer: Preparer, parts: Parts) -> list[str]:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        try:
            prepared = preparer.prepare(parts)
        except Unspeakable as error:
            return [error.reason, "", "", ""]
        took.append((time.perf_counter() - begun) * 1000)
    return [f"{prepared.duration_s:.1f}", *(f"{percentile(took, share):.0f}" for share in (0.5, 0.95, 1.0))]


def _recordings(places: Places, folder: Path) -> None:
    intake = Intake(places, Policy())
    preparer = Preparer(Speech(engines=("espeak-ng",)), places, Normaliser(load_abbreviations()))
    second = sound_file(folder / "one", "mp3", speechlike(1.0, 44_100, 0.1), options=BARE)
    rows: list[list[object]] = []
    for seconds in (10, 60, 580, 830):
        upload = many_frames(places.uploads / "upload", second, seconds)
        size_mb = upload.stat().st_size / 1e6
        begun = time.perf_counter()
        brought = intake.take(upload, "mp3")
        taken_s, begun = time.perf_counter() - begun, time.perf_counter()
        recording = RecordingPart(brought.sha256, "mp3", "tyz", brought.length_s)
        prepared = preparer.prepare((TextPart(TEN_SECONDS), PausePart(1.0), recording))
        made_s = time.perf_counter() - begun
        most_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(
            [f"{size_mb:.1f}", f"{prepared.duration_s:.0f}", f"{taken_s:.2f}", f"{made_s:.2f}", f"{prepared.lufs:.2f}",
             f"{prepared.true_peak_dbtp:.2f}", f"{most_mb:.0f}", f"{own_mb:.0f}"]
        )  # fmt: skip
    heads = ["mp3, MB", "sound, s", "taken in, s", "prepared, s", "LUFS", "dBTP", "child, MB at most", "this, MB"]
    table("a text, a pause and a recording", heads, rows)


def _refusals(places: Places, folder: Path) -> None:
    intake = Intake(places, Policy())
    second = sound_file(folder / "bare", "mp3", speechlike(1.0, 44_100), options=BARE)
    text = folder / "text"
    bad: dict[str, Callable[[], Path]] = {
        "truncated mp3": lambda: cut(sound_file(folder / "cut", "mp3", speechlike(60.0, 44_100))),
        "truncated flac": lambda: cut(sound_file(folder / "cut", "flac", speechlike(60.0))),
        "a text named .mp3": lambda: (text.write_text("mp3\n" * 1000), text)[1],
        "empty": lambda: (text.write_bytes(b""), text)[1],
        "3 hours, no header": lambda: many_frames(folder / "long", second, 10_800),
        "3 hours by header": lambda: wav_header_bomb(folder / "wav", 10_800),
        "8 channels at 192 kHz": lambda: many_channels(folder / "channels", 8, 192_000),
        "silent, 10 min": lambda: sound_file(folder / "silent", "flac", speechlike(600.0, level=0.001)),
        "bomb of 30 hours": lambda: flac_bomb(folder / "bomb", 30.0, folder),
    }
    rows: list[list[object]] = []
    for name, make in bad.items():
        upload = make().rename(places.uploads / "upload")
        begun = time.perf_counter()
        try:
            code = str(intake.take(upload, name))
        except InputError as error:
            code = error.problems[0].code
        rows.append([name, code, f"{time.perf_counter() - begun:.2f}"])
    rows.append(["target", "", f"{LIMIT_S:g}"])
    table("bad files, s until they are refused", ["file", "reason", "s"], rows)


if __name__ == "__main__":
    main()
