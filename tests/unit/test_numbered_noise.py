"""The measure itself: what follows the numbered noise finds every kind of tear, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.numbered import CHUNK, RATE, Follower, Samples, Tear, numbered

LENGTH = 10 * RATE
WHOLE = numbered(0, LENGTH)
PLACE = 3 * RATE + 17
SILENCE = np.zeros(RATE, "<i2")


def followed(*pieces: Samples, at_once: int = 1999) -> Follower:
    follower = Follower(LENGTH)
    pcm = np.concatenate(pieces).tobytes()
    for start in range(0, len(pcm), 2 * at_once):
        follower.feed(pcm[start : start + 2 * at_once])
    follower.end()
    return follower


@pytest.mark.parametrize("at_once", [480, 1999, 3 * CHUNK])
def test_what_is_whole_is_whole(at_once: int) -> None:
    follower = followed(SILENCE, WHOLE, SILENCE, at_once=at_once)
    assert (follower.tears, follower.over) == ([], True)


@pytest.mark.parametrize(
    ("torn", "tear"),
    [
        ((WHOLE[:PLACE], SILENCE[:100], WHOLE[PLACE:]), Tear(PLACE / RATE, 100 / RATE, 0.0, 0.0)),
        ((WHOLE[:PLACE], WHOLE[PLACE + 1 :]), Tear(PLACE / RATE, 0.0, 0.0, 1 / RATE)),
        ((WHOLE[:PLACE], SILENCE[:100], WHOLE[PLACE + 50 :]), Tear(PLACE / RATE, 100 / RATE, 0.0, 50 / RATE)),
        ((WHOLE[:PLACE], WHOLE[PLACE - 480 :]), Tear(PLACE / RATE, 0.0, 0.0, -480 / RATE)),
        ((WHOLE[:PLACE], WHOLE[PLACE : PLACE + 32] + 1, WHOLE[PLACE + 32 :]),
         Tear(PLACE / RATE, 0.0, 32 / RATE, 32 / RATE)),
        ((WHOLE[:PLACE], SILENCE), Tear(PLACE / RATE, 1.0, 0.0, (LENGTH - PLACE) / RATE)),
    ],
    ids=["silence", "one sample missing", "silence in place of some", "twice", "other sound", "the end missing"],
)  # fmt: skip
def test_every_tear_is_found(torn: tuple[Samples, ...], tear: Tear) -> None:
    assert followed(SILENCE, *torn).tears == [tear]


def test_every_tear_of_several() -> None:
    follower = followed(WHOLE[:PLACE], SILENCE[:9], WHOLE[PLACE : 2 * PLACE], WHOLE[2 * PLACE + 5 :])
    assert [(tear.at, tear.silent_s, tear.missing_s) for tear in follower.tears] == [
        (PLACE / RATE, 9 / RATE, 0.0),
        (2 * PLACE / RATE, 0.0, 5 / RATE),
    ]


def test_no_sample_is_near_zero() -> None:
    sizes = np.abs(WHOLE.astype(int))
    assert (sizes.min(), sizes.max()) == (1000, 7000)
