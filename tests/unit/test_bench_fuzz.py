"""The loop that throws bytes at decoders finds what it looks for, and finds nothing in ours."""

from __future__ import annotations

import pytest

from bench import fuzz_targets
from bench.fuzz import fuzz
from bench.fuzz_targets import Target, targets
from tests.support import fragile


def test_a_crash_behind_several_conditions_and_a_hang_are_found() -> None:
    crashing = Target("fragile", fragile.crash, [b"abcd"], (fragile,), (KeyError,))
    found = fuzz(crashing, 3.0)
    assert {what for what, _ in found.crashes} == {"IndexError: deep inside"}
    assert all(data[:3] == b"\x04\xff\x1b" for _, data in found.crashes)
    assert found.lines == 7
    hanging = fuzz(Target("endless", fragile.hang, [b"", b"\x01"], (fragile,)), 0.1, limit_s=0.2)
    assert b"\x01" in hanging.hangs
    assert not hanging.crashes


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_every_decoder_stands_a_moment_of_it(target: Target) -> None:
    found = fuzz(target, 0.15)
    assert (found.crashes, found.hangs) == ([], [])
    assert found.inputs > len(target.seeds)
    assert found.lines > 0


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_seeds_are_valid(target: Target) -> None:
    for seed in target.seeds:
        target.feed(seed)


def test_seeds_of_the_controller_reach_its_pictures() -> None:
    sign = fuzz_targets._ready(targets()[-2].seeds[1])
    assert sign.face(0.0).file == "1/1"
