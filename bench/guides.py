"""How fast a guide opens and follows its answers, a commune is found as one types, and a spreadsheet is compiled."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import resources
from pathlib import Path

from bench.table import percentile, table
from controller.guides.documents import guide_of, text_of
from controller.guides.forms import Form
from controller.guides.model import Group, Guide, Question, every_question
from controller.guides.parsing import parsed
from controller.guides.places import gazetteer
from controller.guiding import shipped
from controller.judging import judged

TODAY = date(2026, 11, 22)
QUESTIONS = 60
TYPED = ("tuyen quang", "hoà bình", "na hang", "thành phố", "đồng văn")


def main() -> None:
    text = text_of(_long())
    form = Form(guide_of(text), TODAY)
    answers = form.begun()
    last = form.pages(answers)[-1]
    born = next(page for page in form.pages(answers) if page.question.name == "tre_ngay_sinh")
    rows = [
        _measured(f"open {QUESTIONS} questions, to the first page", lambda: _opened(text), 100),
        _measured("the pages after an answer", lambda: form.pages(form.with_answer(answers, last.path, "a")), 33),
        _measured("what is wrong with an answer", lambda: form.problem(born, "02/09/2026", answers), 33),
        _measured("review", lambda: form.review(form.cleared(answers), "vi"), 100),
        _measured("papers", lambda: form.papers(answers), 33),
    ]
    table("Guides (milliseconds)", ("what", "median", "99 %", "bound"), rows)
    tracemalloc.start()
    places = gazetteer()
    held = tracemalloc.get_traced_memory()[0] / (1 << 20)
    tracemalloc.stop()
    strokes = sorted({word[:length] for word in TYPED for length in range(1, len(word) + 1)})
    table(
        f"Places ({held:.1f} MB; milliseconds a keystroke, all beginnings of {len(TYPED)} names)",
        ("what", "median", "99 %", "bound"),
        [_spread("find a commune", [_once(partial(places.find, typed, "08")) for typed in strokes * 5], 5)],
    )
    file = Path(str(resources.files("controller.guides") / "shipped" / "khai_sinh.xlsx"))
    table(
        "Spreadsheets (milliseconds)",
        ("what", "median", "99 %", "bound"),
        [_measured("check a guide, in its child", lambda: judged(file), 0, times=5)],
    )


def _opened(text: str) -> object:
    form = Form(guide_of(text), TODAY)
    answers = form.begun()
    return form.pages(answers)[0], form.fits(answers), form.papers(answers)


def _long() -> Guide:
    """The shipped guide for births, lengthened to sixty questions that hang on each other."""
    guide = next(each for each in shipped() if each.id == "khai_sinh")
    count = sum(1 for _ in every_question(guide.questions))
    more = tuple(
        Question(
            f"them_{number}", "text", {"vi": "Câu hỏi thêm về ${yc_ho_ten}?"},
            relevant=parsed(f"${{yc_ho_ten}} = '' or string-length(${{them_{number - 1}}}) < 9") if number else None,
        )
        for number in range(QUESTIONS - count)
    )  # fmt: skip
    return replace(guide, questions=(*guide.questions, Group("them", {"vi": "Thêm"}, more)))


def _measured(what: str, act: Callable[[], object], bound_ms: float, times: int = 100) -> tuple[str, ...]:
    act()
    return _spread(what, [_once(act) for _ in range(times)], bound_ms)


def _once(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)


def _spread(what: str, found: list[float], bound_ms: float) -> tuple[str, ...]:
    return what, f"{percentile(found, 0.5):.2f}", f"{percentile(found, 0.99):.2f}", f"{bound_ms:g}" if bound_ms else "-"


if __name__ == "__main__":
    main()
