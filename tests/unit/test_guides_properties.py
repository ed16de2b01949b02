"""Of every guide and all answers: the engine ends, says the same twice, and keeps only what counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.guides.answering import Answers, Path, Value
from controller.guides.documents import guide_of, text_of
from controller.guides.forms import Form
from controller.guides.id_numbers import Card
from controller.guides.model import Choice, Group, Guide, Paper, Question, Tree
from controller.guides.parsing import parsed

TODAY = date(2026, 11, 22)
CHOICES = (Choice("a", {"vi": "A"}), Choice("b", {"vi": "B"}, facts={"loai": "x"}))
KINDS = ("text", "integer", "decimal", "date", "select_one", "select_multiple", "note", "calculate")
VALUES = st.one_of(
    st.text(max_size=8), st.integers(-10, 30), st.floats(allow_nan=True), st.sampled_from(["a", "b", "yes", "no"]),
    st.dates().map(date.isoformat), st.lists(st.sampled_from(["a", "b", "zzz"]), max_size=3),
)  # fmt: skip


def _tree(draw: st.DrawFn, names: list[str], own: bool = False) -> Tree:
    """An expression over questions that stand before."""
    leaves = [f"${{{name}}}" for name in names[-4:]] + ["'a'", "3", "today()"] + ["."] * own
    leaf = st.sampled_from(leaves)
    one, other, third = draw(leaf), draw(leaf), draw(leaf)
    form = draw(
        st.sampled_from(
            [
                "{0} = {1}", "not({0} > {1})", "selected({0}, 'a') or {1} != ''", "if({0}, {1}, {2})",
                "{0} - {1} < {2}", "concat({0}, {1})", "count-selected({0}) mod 2 = 1", "regex({0}, '[a-z]+')",
                "round({0} div {1})",
            ]
        )
    )  # fmt: skip
    return parsed(form.format(one, other, third))


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    names: list[str] = []

    def sometimes() -> bool:
        return draw(st.booleans())

    def question(seen: list[str]) -> Question:
        name, kind = f"q{len(names)}", draw(st.sampled_from(KINDS))
        names.append(name)
        made = Question(
            name, kind, {"vi": f"{name} ${{{seen[-1]}}}" if seen and sometimes() else name},
            relevant=_tree(draw, seen) if seen and sometimes() else None,
            required=_tree(draw, seen) if sometimes() else None,
            constraint=_tree(draw, seen, own=True) if sometimes() else None,
            calculation=_tree(draw, seen) if kind == "calculate" else None,
            default=_tree(draw, seen) if sometimes() else None,
            choices=CHOICES if kind.startswith("select") else (),
            choice_filter=parsed(f"loai = 'x' or ${{{seen[0]}}} = 3") if kind.startswith("select") and seen else None,
            source="card.name" if kind == "text" and sometimes() else "",
        )  # fmt: skip
        seen.append(name)
        return made

    outside: list[str] = []
    nodes: list[Question | Group] = []
    for number in range(draw(st.integers(1, 5))):
        what = draw(st.sampled_from(["question", "group", "repeat", "counted"]))
        if what == "question":
            nodes.append(question(outside))
            continue
        inside = outside if what == "group" else list(outside)  # nobody outside sees into a repeat
        relevant = _tree(draw, outside) if outside and sometimes() else None
        count = _tree(draw, outside) if what == "counted" else None
        children = tuple(question(inside) for _ in range(draw(st.integers(1, 3))))
        again = Question(f"g{number}", "repeat", {"vi": "?"}, choices=(Choice("yes", {}), Choice("no", {})))
        another = None if what == "group" else again
        nodes.append(Group(f"g{number}", {"vi": "G"}, children, relevant, another, count))
    papers = (Paper("p", {"vi": "P"}, when=_tree(draw, outside)),) if outside else ()
    return Guide(
        id="g", code="1.000001", title={"vi": "G"}, events=(), authority={}, times=(), fees=(), exemptions=(),
        deadline={}, legal_source=(), notes=(), verified_by="", verified_on=None, review_by=None,
        questions=tuple(nodes), papers=papers, handover=(), languages=("vi",),
    )  # fmt: skip


@st.composite
def answered(draw: st.DrawFn) -> tuple[Form, Answers]:
    """A form, and answers of any shape to what it asks, and to some of what it does not."""
    form = Form(guide_of(text_of(draw(guides()))), TODAY)
    answers: Answers = form.begun()
    for _ in range(draw(st.integers(0, 8))):
        pages = form.pages(answers)
        if pages:
            answers = form.with_answer(answers, draw(st.sampled_from(pages)).path, draw(VALUES))
    strays = draw(st.lists(st.tuples(st.sampled_from(["q0", "q1", "g0", "nowhere"]), VALUES.filter(bool)), max_size=2))
    return form, {**answers, **{(name,): value for name, value in strays}}


@settings(max_examples=150, deadline=None)
@given(answered())
def test_whatever_is_answered_everything_can_be_asked(case: tuple[Form, Answers]) -> None:
    form, answers = case
    for page in form.pages(answers):
        value = answers.get(page.path)
        form.problem(page, value, answers)
        form.warning(page, value, answers)
        form.choices(page, answers)
    form.papers(answers)
    form.review(answers, "en")
    form.unfinished(answers)
    form.fits(answers)
    form.prefilled(answers, Card("008155000001", "Thử", "1955-09-02", "nu", "Thôn 1"))


@settings(max_examples=150, deadline=None)
@given(answered())
def test_pages_depend_on_nothing_but_the_answers(case: tuple[Form, Answers]) -> None:
    form, answers = case
    backwards = dict(reversed(list(answers.items())))
    again = Form(guide_of(text_of(form.guide)), TODAY)
    assert form.pages(answers) == form.pages(answers) == form.pages(backwards) == again.pages(answers)
    assert len({page.path for page in form.pages(answers)}) == len(form.pages(answers))


@settings(max_examples=150, deadline=None)
@given(answered())
def test_what_is_cleared_was_irrelevant_and_stays_so(case: tuple[Form, Answers]) -> None:
    form, answers = case
    cleared = form.cleared(answers)
    asked = {page.path for page in form.pages(cleared)}
    calculated = {path for path in cleared if path not in asked}
    assert form.cleared(cleared) == cleared
    assert {path: cleared[path] for path in cleared if path in asked}.items() <= dict(answers).items()
    assert all(str(path[-1]) in form._calculated_names for path in calculated)
    if not any(problem.code == "choice" for _, problem in form.unfinished(answers)):
        assert form.pages(cleared) == form.pages(answers)
        kept = {path for path in answers if path in {page.path for page in form.pages(answers)}}
        assert kept <= set(cleared)


@settings(max_examples=60, deadline=None)
@given(guides())
def test_a_guide_survives_its_document(guide: Guide) -> None:
    read = guide_of(text_of(guide))
    assert (read, read.version) == (guide, guide_of(text_of(read)).version)
    assert hash(read) == hash(guide_of(text_of(read)))


@settings(max_examples=150, deadline=None)
@given(answered(), st.data())
def test_what_is_not_asked_counts_for_nothing_and_leaks_nowhere(
    case: tuple[Form, Answers], data: st.DataObject
) -> None:
    """Whatever lies behind questions that have fallen away: nobody who reads a page, the review or the file sees it."""
    form, answers = case
    asked = {page.path for page in form.pages(answers)}
    every = {path for path in _paths(form.guide.questions, ()) if path not in asked}
    leaks: list[Value] = ["LEAK", 7, ["a"], "2026-11-24"]
    kept = {path: value for path, value in answers.items() if path in asked}
    full: Answers = {**kept, **{path: data.draw(st.sampled_from(leaks)) for path in sorted(every, key=str)}}
    assert form.pages(full) == form.pages(kept)
    assert form.papers(full) == form.papers(kept)
    assert form.unfinished(full) == form.unfinished(kept)
    cleared = form.cleared(full)
    assert cleared == form.cleared(kept)
    assert form.review(full, "vi") == form.review(kept, "vi")
    if "LEAK" not in str(kept):
        assert "LEAK" not in str(cleared) + str(form.review(cleared, "en")) + str(form.pages(full))


@settings(max_examples=150, deadline=None)
@given(answered())
def test_the_review_shows_what_is_asked_and_nothing_else(case: tuple[Form, Answers]) -> None:
    form, answers = case
    cleared = form.cleared(answers)
    shown = [page.path for page in form.pages(cleared) if page.question.kind not in ("note", "repeat")]
    lines = form.review(cleared, "vi")
    assert [line.path for line in lines] == shown
    assert {line.path for line in lines if line.value} <= {path for path, value in cleared.items() if value != ""}


def _paths(nodes: tuple[Question | Group, ...], above: Path) -> Iterator[Path]:
    """Of questions and pages "another one?", three rounds deep."""
    for node in nodes:
        path = (*above, node.name)
        if isinstance(node, Question):
            yield path
        elif node.another is None:
            yield from _paths(node.children, path)
        else:
            for each in range(3):
                yield (*path, each)
                yield from _paths(node.children, (*path, each))
