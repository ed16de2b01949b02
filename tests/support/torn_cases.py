"""Recordings whose time is not whole: sound or recording torn, clocks that run apart, microphones that are driven too
hard or turn themselves up; and programmes that only a search with freedom might take for the words. Seeded, as
tests/support/heard_cases.py."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tests.support.heard_cases import RATE, TAIL_S, TEXTS, Case, Samples, Village, speech

TEARS_S = (0.01, 0.5)
COUNTS = (1, 3, 10)
APART_S, SECONDS_A_TEAR = 0.3, 2.0  # two tears, at least; and on average
NEARLY, PARTLY = 0.96, 0.88  # of the words: from the one on they were heard, up to the other they were not
TORN = ("silence put in", "lost at the sink", "lost by the ear")
HEARD = ("clocks apart", "microphone clipped", "gain turned up and down", "ear a little late", "ear ends early")
WRONG = (
    "other words in the middle", "a sentence left out", "much too late, torn",
    "other programme, torn", "babble, torn", "other programme, slow",
)  # fmt: skip


def torn(
    village: Village, how: str, count: int, snr_db: float | None, sizes_s: tuple[float, float] = TEARS_S
) -> Case:  # fmt: skip
    """Words of two seconds a tear or more, with so many tears of sizes between both, each as likely half as twice as
    long. `truth` is "either" where so much was lost that nobody need be sure."""
    words = village.words()[1]
    while len(words) / RATE < SECONDS_A_TEAR * count:
        words = village.words()[1]
    at_s, long_s = _tears(village, len(words) / RATE, count, sizes_s)
    kind = f"{how}, {count}"
    delay_s = village.chance.uniform(0, 0.5)
    if how == "silence put in":
        case = village.heard(snr_db, words, _with_silence(words, at_s, long_s), kind, delay_s=delay_s)
        lost_s = max(0.0, long_s.sum() + delay_s - TAIL_S)  # behind the end of the recording
    elif how == "lost at the sink":
        kept = _kept(len(words), at_s, long_s)
        case = village.heard(snr_db, words, words[kept], kind, delay_s=delay_s)
        lost_s = (~kept).sum() / RATE
    else:
        case = village.heard(snr_db, words, kind=kind, delay_s=delay_s)
        kept = _kept(len(case.recording), at_s + delay_s - case.offset_s, long_s)
        case = replace(case, recording=case.recording[kept])
        lost_s = (~kept).sum() / RATE
    share = 1 - lost_s * RATE / len(words)
    return replace(case, truth="heard" if share >= NEARLY else "either" if share > PARTLY else "unsure")


def changed(village: Village, kind: str, snr_db: float | None) -> Case:
    """All of the words, in whole, through something else that is wrong with their time or loudness."""
    if kind == "clocks apart":
        ppm = village.chance.choice((-1, 1)) * village.chance.uniform(50, 200)
        return replace(village.heard(snr_db, drift_ppm=ppm), kind=kind)
    case = village.heard(snr_db, kind=kind, delay_s=village.chance.uniform(0, 0.5))
    sound = case.recording
    if kind == "microphone clipped":
        sound = (sound / np.abs(sound).max() * 10 ** (village.chance.uniform(6, 20) / 20)).clip(-1, 1)
    if kind == "gain turned up and down":
        sound = _levelled(sound, village.chance.uniform(0.2, 2.0)).astype(np.float32)
    if kind == "ear a little late":
        first = int((village.chance.uniform(0.2, 0.9) - case.offset_s) * RATE)
        return replace(case, recording=sound[first:], offset_s=case.offset_s + first / RATE)
    if kind == "ear ends early":
        sound = sound[: len(case.reference) + int((0.7 - case.offset_s) * RATE)]
    return replace(case, recording=sound.astype(np.float32))


def wrong(village: Village, kind: str, snr_db: float | None) -> Case:
    """Nobody may say of these that they were heard."""
    number, words = village.words()
    other = speech((number + int(village.chance.integers(1, len(TEXTS)))) % len(TEXTS))
    if kind in ("other words in the middle", "a sentence left out"):
        length = len(words) * village.chance.uniform(0.13, 0.3)
        first = int(village.chance.uniform(0.15, 0.85) * (len(words) - length))
        longer = village.chance.uniform(-0.5, 0.5) * RATE if kind == "other words in the middle" else -length
        middle = other[RATE:][: max(0, int(length + longer))]
        sound = np.concatenate((words[:first], middle, words[first + int(length) :]))
        return village.heard(snr_db, words, sound, kind, "unsure", village.chance.uniform(0, 1))
    if kind == "much too late, torn":
        at_s, long_s = _tears(village, len(words) / RATE, 3, TEARS_S)
        late_s = village.chance.uniform(1.6, 2.6)
        return village.heard(snr_db, words, _with_silence(words, at_s, long_s), kind, "unsure", late_s)
    sound = other[: len(words)]
    if kind == "babble, torn":
        sound = village.noise("babble", len(words)) * np.float32(0.1)
    at_s, long_s = _tears(village, len(sound) / RATE, max(1, len(sound) // (2 * RATE)), TEARS_S)
    if kind == "other programme, slow":
        return village.heard(snr_db, words, sound, kind, "not_heard", drift_ppm=village.chance.choice((-200, 200)))
    return village.heard(snr_db, words, _with_silence(sound, at_s, long_s)[: len(words)], kind, "not_heard")


def _tears(
    village: Village, length_s: float, count: int, sizes_s: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where they are, from the beginning, and how long (s)."""
    while True:
        at_s = np.sort(village.chance.uniform(APART_S, length_s - APART_S, count))
        if all(b - a >= APART_S for a, b in pairwise(at_s)):
            return at_s, sizes_s[0] * (sizes_s[1] / sizes_s[0]) ** village.chance.uniform(0, 1, count)


def _with_silence(sound: Samples, at_s: NDArray[np.float64], long_s: NDArray[np.float64]) -> Samples:
    pieces = np.split(sound, (at_s * RATE).astype(int))
    holes = [np.zeros(int(each * RATE), np.float32) for each in (*long_s, 0.0)]
    return np.concatenate([part for both in zip(pieces, holes, strict=True) for part in both])


def _kept(length: int, at_s: NDArray[np.float64], long_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    kept = np.ones(length, bool)
    for at, long in zip(at_s, long_s, strict=True):
        kept[int(at * RATE) : int((at + long) * RATE)] = False
    return kept


def _levelled(sound: Samples, slow_s: float) -> NDArray[np.float64]:
    """As a microphone's own electronics do: down at once, up again within some seconds, to one loudness."""
    step = RATE // 100
    blocks = np.resize(sound, (-(-len(sound) // step), step))
    gains, gain = [], 1.0
    for block in blocks:
        wanted = 0.2 / (float(np.sqrt(np.mean(np.square(block)))) + 1e-4)
        gain = wanted if wanted < gain else gain + (min(wanted, 300.0) - gain) * 0.01 / slow_s
        gains.append(gain)
    turned: NDArray[np.float64] = sound * np.interp(np.arange(len(sound)), np.arange(len(gains)) * step, gains)
    return turned.clip(-1, 1)
