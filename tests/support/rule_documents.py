"""Documents of rules that are accepted, drawn by hypothesis: every kind, every key."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

DAYS = st.dates(date(2026, 11, 1), date(2027, 3, 31)).map(date.isoformat)
CLOCKS = st.integers(0, 287).map(lambda n: f"{n // 12:02d}:{n % 12 * 5:02d}")
WALLS = st.builds(lambda day, clock: f"{day}T{clock}", DAYS, CLOCKS)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_TYPES = ("working", "weekend", "holiday", "mourning", "tet")
Document = dict[str, object]


def _some(values: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[list[object]]:
    return st.lists(values, min_size=1, max_size=most, unique=True)


def _or_last(highest: int) -> st.SearchStrategy[int]:
    return st.integers(1, highest) | st.just(-1)


def _between() -> st.SearchStrategy[Document]:
    return st.builds(
        lambda begin, length, every: {"from": f"{begin:02d}:00", "to": f"{begin + length:02d}:30", "every_min": every},
        st.integers(0, 17), st.integers(0, 6), st.sampled_from((10, 25, 30, 60, 90, 120)),
    )  # fmt: skip


def keys_of(kind: str) -> dict[str, st.SearchStrategy[object]]:
    """What a document of a kind must have, and how to draw it."""
    if kind == "once":
        return {"at": st.builds(lambda wall, zone: f"{wall}:00{zone}", WALLS, st.sampled_from(("+07:00", "+00:00")))}
    if kind == "rrule":
        return {"start": WALLS, "rrule": rrules()}
    leap, day_30 = st.sampled_from(("first", "leap", "both")), st.sampled_from(("last", "skip"))
    days: dict[str, dict[str, st.SearchStrategy[object]]] = {
        "dates": {"dates": _some(DAYS)},
        "daily": {"every": st.integers(1, 4), "first": DAYS},
        "weekly": {"weekdays": _some(st.integers(1, 7), 7), "every": st.integers(1, 4), "first": DAYS},
        "monthly": {"days": _some(_or_last(31))},
        "monthly_weekday": {"weekday": st.integers(1, 7), "which": _or_last(5)},
        "yearly": {"month": st.integers(1, 12), "day": _or_last(29)},
        "lunar_monthly": {"days": _some(_or_last(30)), "leap": leap, "day_30": day_30},
        "lunar_yearly": {"month": st.integers(1, 12), "day": _or_last(30), "leap": leap, "day_30": day_30},
    }
    return {**days[kind], "times": _some(CLOCKS)}


KINDS = ("once", "dates", "daily", "weekly", "monthly", "monthly_weekday", "yearly", "lunar_monthly", "lunar_yearly",
         "rrule")  # fmt: skip
EXTRA: dict[str, st.SearchStrategy[object]] = {
    "first": DAYS,
    "last": st.dates(date(2027, 4, 1), date(2027, 12, 31)).map(date.isoformat),
    "day_types": _some(st.sampled_from(DAY_TYPES), 5),
    "skip": _some(DAYS),
    "changes": st.lists(
        st.builds(lambda due, to: {"due": due, "to": to}, WALLS, st.none() | WALLS),
        min_size=1, max_size=3, unique_by=lambda change: change["due"],
    ),
    "late": st.sampled_from(("play", "join", "skip")),
    "late_window_s": st.integers(0, 7200),
}  # fmt: skip
OF_REPEATING: dict[str, st.SearchStrategy[object]] = {"offset_days": st.integers(-20, 20), "between": _between()}
OF_RRULE: dict[str, st.SearchStrategy[object]] = {
    "zone": st.sampled_from(("", "Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York")),
    "rdates": _some(WALLS),
    "exdates": _some(WALLS),
}


def kind_of(name: str) -> str:
    return name.removesuffix("_weekday")


@st.composite
def kinds_and_documents(draw: st.DrawFn) -> tuple[str, Document]:
    """Its name in KINDS and a document that has all it needs and some of what it may have."""
    name = draw(st.sampled_from(KINDS))
    document: Document = {"kind": kind_of(name)}
    document |= {key: draw(values) for key, values in keys_of(name).items()}
    for key in draw(st.sets(st.sampled_from(sorted(may_have(name))), max_size=4)):
        document[key] = draw(may_have(name)[key])
    return name, document


def may_have(name: str) -> dict[str, st.SearchStrategy[object]]:
    return EXTRA | (OF_RRULE if name == "rrule" else {} if name == "once" else OF_REPEATING)


@st.composite
def rrules(draw: st.DrawFn) -> str:
    """RRULEs, most of them accepted; the caller leaves out what is refused."""
    frequency = draw(
        st.sampled_from(("YEARLY", "MONTHLY", "MONTHLY", "WEEKLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"))
    )
    parts = {"FREQ": frequency}
    if draw(st.booleans()) or frequency == "MINUTELY":
        steps = (5, 7, 20, 30, 45, 360) if frequency == "MINUTELY" else (1, 2, 3, 6, 12)
        parts["INTERVAL"] = str(draw(st.sampled_from(steps)))
    ordinals = frequency in {"MONTHLY", "YEARLY"}
    plain = st.sampled_from(WEEKDAYS)
    nth = st.builds(lambda which, day: f"{which}{day}", st.sampled_from((1, 2, 3, 5, -1, -2)), plain)
    numbers: dict[str, st.SearchStrategy[list[object]]] = {
        "BYDAY": _some(st.one_of(plain, nth) if ordinals and draw(st.booleans()) else plain),
        "BYMONTHDAY": _some(st.sampled_from((1, 2, 15, 28, 31, -1, -3))),
        "BYMONTH": _some(st.integers(1, 12), 2),
        "BYHOUR": _some(st.integers(0, 23), 6),
        "BYMINUTE": _some(st.sampled_from((0, 15, 30, 45)), 4),
        "BYSETPOS": _some(st.sampled_from((1, 2, 5, -1, -2)), 2),
        "WKST": st.sampled_from((["SU"], ["MO"], ["WE"])),
    }
    if frequency == "YEARLY":
        numbers |= {"BYYEARDAY": _some(st.sampled_from((1, 100, -1, 300))), "BYWEEKNO": _some(st.integers(1, 52))}
    chosen = draw(st.sets(st.sampled_from(sorted(numbers)), max_size=2))
    parts |= {
        name: ",".join(str(value) for value in draw(values)) for name, values in numbers.items() if name in chosen
    }
    match draw(st.integers(0, 5)):
        case 0:
            parts["COUNT"] = str(draw(st.integers(1, 40)))
        case 1:
            parts["UNTIL"] = draw(st.sampled_from(("20270615", "20280101T060000", "20271231T235959Z")))
    return ";".join(f"{name}={value}" for name, value in parts.items())
