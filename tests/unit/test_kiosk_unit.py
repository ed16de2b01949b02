"""Who is served first by the processor: what sounds, then what is touched, then everybody else."""

from pathlib import Path

UNITS = Path(__file__).parents[2] / "systemd"


def niceness(unit: str) -> int:
    lines = (UNITS / unit).read_text(encoding="utf-8").splitlines()
    return next((int(line.removeprefix("Nice=")) for line in lines if line.startswith("Nice=")), 0)


def test_a_touch_waits_for_sound_and_for_nothing_else() -> None:
    others = sorted(
        {file.name for file in UNITS.glob("*.service")} - {"loalang-audio@.service", "loalang-kiosk.service"}
    )
    assert niceness("loalang-audio@.service") < niceness("loalang-kiosk.service") < 0
    assert [unit for unit in others if niceness(unit) < 0] == []
