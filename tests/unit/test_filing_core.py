"""Residents' files, pure: the table of the ten states, time that stands still, numbers and codes, the document."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core import filing_codes as codes
from controller.core.errors import IllegalEventError, InputError, StationError
from controller.core.file_documents import Said, document_of
from controller.core.filings import (
    FINAL,
    REASON_REQUIRED,
    FileState,
    Keep,
    Moved,
    Step,
    Timing,
    after,
    kept_for,
    may_follow,
    problems_of,
    timing_of,
)
from tests.support.filed import document

S = FileState
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
DAY = timedelta(days=1)


def test_every_state_answers_every_step_by_the_table() -> None:
    table = {
        (1, False): [2, 3, 5, 6, 7], (2, True): [4, 5, 6, 7, 8, 9], (4, True): [5, 6, 7, 8, 9],
        (5, False): [2, 3, 5, 6, 7], (5, True): [4, 5, 6, 7, 8], (6, False): [2, 3, 5, 7], (6, True): [4, 5, 7, 8, 9],
        (9, True): [10],
    }  # fmt: skip
    answers: dict[tuple[int, bool], list[int]] = {}
    for state, accepted, to in itertools.product(S, (False, True), S):
        try:
            assert after(state, accepted, to) is to
            answers.setdefault((int(state), accepted), []).append(int(to))
        except IllegalEventError as error:
            assert (error.machine, error.state, error.event) == ("file", state.key, to.key)
    assert answers == table
    assert {
        (int(s), a): [int(to) for to in may_follow(s, a)] for s in S for a in (False, True) if may_follow(s, a)
    } == table


def test_what_was_accepted_can_be_stopped_but_not_refused_and_every_file_can_end() -> None:
    assert all(S.REFUSED not in may_follow(state, True) for state in S)
    assert all(S.STOPPED not in may_follow(state, False) for state in S)
    for start, accepted in ((S.REGISTERED, False), (S.ACCEPTED, True)):
        reached, edge = {(start, accepted)}, [(start, accepted)]
        while edge:
            state, known = edge.pop()
            for to in may_follow(state, known):
                step = (to, known or to is S.ACCEPTED)
                if step not in reached:
                    reached.add(step)
                    edge.append(step)
        assert {state for state, _ in reached} >= FINAL - ({S.REFUSED} if accepted else set())
        assert all(may_follow(state, known) or state in FINAL for state, known in reached)


def test_reasons_where_the_law_asks_for_them_and_papers_where_they_are_asked_for() -> None:
    def codes_of(to: FileState, state: FileState = S.REGISTERED, accepted: bool = False, **more: object) -> list[str]:
        step = Step(to=to, **more)  # type: ignore[arg-type]  # a test gives what the field takes
        return [problem.code for problem in problems_of(step, state, accepted, AT)]

    assert {to for to in S if {"file_reason", "file_payment"} & {*codes_of(to)}} == REASON_REQUIRED
    assert {int(to) for to in REASON_REQUIRED} == {3, 5, 6, 7, 8}
    assert codes_of(S.PAYMENT_ASKED, reason=" ") == ["file_payment"], "a resident who is to pay reads how much"
    assert codes_of(S.ACCEPTED) == []
    assert codes_of(S.REFUSED, reason=" \n") == ["file_reason"]
    assert codes_of(S.PAPERS_ASKED, reason="thiếu") == ["file_asked"]
    assert codes_of(S.PAPERS_ASKED, reason="thiếu", asked=("Giấy chứng sinh",)) == []
    assert codes_of(S.PAPERS_ASKED, reason="thiếu", asked=("x",) * 31) == ["file_asked_long"]
    assert codes_of(S.REFUSED, reason="x" * 1001) == ["file_long"]
    assert codes_of(S.ACCEPTED, due=AT) == ["past"]
    assert codes_of(S.STOPPED) == ["file_move", "file_reason"]
    assert codes_of(S.STOPPED, S.IN_PROCESS, True, reason="không đủ điều kiện") == []


def test_time_stands_still_while_something_is_asked_for() -> None:
    moves = [Moved(AT, S.ACCEPTED), Moved(AT + DAY, S.PAPERS_ASKED), Moved(AT + 3 * DAY, S.IN_PROCESS)]
    due = AT + 2 * DAY
    assert timing_of(moves, due, AT, AT + 3 * DAY) == Timing(due + 2 * DAY, 2 * DAY, False, False)
    assert timing_of(moves, due, AT, AT + 5 * DAY) == Timing(due + 2 * DAY, 2 * DAY, False, True)
    assert timing_of(moves[:2], due, AT, AT + 9 * DAY) == Timing(None, 8 * DAY, False, False), "still asked"
    paid = [*moves, Moved(AT + 3 * DAY, S.PAYMENT_ASKED), Moved(AT + 4 * DAY, S.DONE)]
    assert timing_of(paid, due, AT, AT + 99 * DAY) == Timing(due + 3 * DAY, 3 * DAY, False, False), "done in time"


def test_what_stood_still_before_the_promise_does_not_move_it() -> None:
    moves = [Moved(AT, S.PAPERS_ASKED), Moved(AT + DAY, S.ACCEPTED)]
    due = AT + 3 * DAY
    assert timing_of(moves, due, AT + DAY, AT + 2 * DAY) == Timing(due, timedelta(), False, False)


def test_asking_for_papers_twice_counts_as_late() -> None:
    moves = [Moved(AT, S.PAPERS_ASKED), Moved(AT + DAY, S.PAPERS_ASKED)]
    assert timing_of(moves, None, None, AT + DAY) == Timing(None, DAY, True, True)
    assert timing_of(moves[:1], None, None, AT + DAY) == Timing(None, DAY, False, False)


def test_how_long_each_state_is_kept() -> None:
    keep = Keep(returned=30, done=180, closed=90)
    days = {state: kept.days for state in S if (kept := kept_for(state, keep)) is not None}
    assert days == {S.RETURNED: 30, S.DONE: 180, S.REFUSED: 90, S.WITHDRAWN: 90, S.STOPPED: 90}


# --- numbers and codes


def test_numbers_are_read_as_people_type_them() -> None:
    number = codes.number_of(bytes(range(32)))
    assert len(number) == 9 and number[4] == "-"
    assert codes.read_number(f" {number.lower().replace('-', ' ')} ") == number.replace("-", "")
    assert [codes.read_number(text) for text in ("", "K7M4-XP2", "K7M4-XP2QQ", "K7M4-XP20", "K7M4-XPIQ")] == [None] * 5
    assert not set(codes.LETTERS) & set("01OIL")


def test_a_check_letter_finds_every_wrong_letter_and_every_change_of_places() -> None:
    chance = random.Random(7)  # noqa: S311 - texts, no secret
    for length in (codes.RESUME_LENGTH, codes.HELPER_LENGTH, codes.RECOVERY_LENGTH):
        for _ in range(20):
            code = codes.bare(codes.code_of(chance.randbytes(40), length))
            assert codes.read_code(code.lower(), length) == code
            for place in range(length):
                for letter in set(codes.LETTERS) - {code[place]}:
                    assert slip(code[:place] + letter + code[place + 1 :], length) == "code_slip"
            for one, other in itertools.combinations(range(length), 2):
                if code[one] != code[other]:
                    swapped = list(code)
                    swapped[one], swapped[other] = swapped[other], swapped[one]
                    assert slip("".join(swapped), length) == "code_slip"


def slip(code: str, length: int) -> str:
    with pytest.raises(InputError) as caught:
        codes.read_code(code, length)
    return caught.value.problems[0].code


def test_what_is_no_code_is_said() -> None:
    assert slip("", 10) == slip("ABCDEFGHJ", 10) == "code_length"
    with pytest.raises(InputError) as caught:
        codes.read_code("AB0D-1FGH-JK", 10)
    assert caught.value.problems[0].facts == (("letters", "0 1"),)


def test_groups_are_easy_to_read_aloud() -> None:
    assert [codes.grouped("A" * length) for length in (8, 10)] == ["AAAA-AAAA", "AAAAA-AAAAA"]


def test_letters_are_all_used_alike() -> None:
    chance = random.Random(3)  # noqa: S311 - texts, no secret
    made = "".join(codes.letters_of(chance.randbytes(32), 8) for _ in range(20_000))
    counts = [made.count(letter) for letter in codes.LETTERS]
    assert min(counts) > 4800 and max(counts) < 5530, "160,000 of 31: 5161, and five deviations of 71"


def test_tokens() -> None:
    token = codes.token_of(bytes(range(32)))
    assert len(token) == 34 and token.isalnum() and token.isupper()
    assert codes.is_token(token) and codes.is_token(f" {token}\n")
    assert not any(
        codes.is_token(text) for text in ("", token[:-1], token + "A", "001148999999|x|y|03021948", token.lower())
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1948-02-03", "19480203"), ("3/2/1948", "19480203"), (" 03-02-1948 ", "19480203"), ("03.02.1948", "19480203"),
        ("1948", "1948"), ("", None), ("31/2/1948", None), ("1948-13-01", None), ("tháng hai", None), ("3/2/48", None),
    ],
)  # fmt: skip
def test_birth_dates_are_compared_as_one(text: str, key: str | None) -> None:
    assert codes.birth_key(text) == key


@given(st.text(st.characters(codec=None), max_size=40) | st.text("0123456789/-. \u0661\u0967", max_size=12))
def test_whatever_is_typed_or_scanned_is_answered(text: str) -> None:
    number, birth = codes.read_number(text), codes.birth_key(text)
    assert number is None or (len(number) == 8 and set(number) <= set(codes.LETTERS))
    assert birth is None or (len(birth) in {4, 8} and birth.isascii() and birth.isdigit())
    assert not codes.is_token(text)
    try:
        assert set(codes.read_code(text, 10)) <= set(codes.LETTERS)
    except InputError as error:
        (problem,) = error.problems
        assert problem.code in {"code_length", "code_letter", "code_slip"} and len(str(problem.facts)) < 200


# --- the document


def test_a_document_comes_back_as_it_was() -> None:
    made = document()
    assert document_of(made.as_json()) == made
    assert "Nông Thị Bưởi Thử" in made.as_json().decode(), "letters as letters"


def test_whose_answers_they_are_stands_in_the_document_and_may_be_missing_in_an_old_one() -> None:
    lines = (Said("Tên?", "A"), Said("Tên?", "B", "Người cùng đăng ký 1"), Said("Tên?", "C", "Người cùng đăng ký 2"),
             Said("Sinh năm nào?", "1990", "Người cùng đăng ký 2"))  # fmt: skip
    made = replace(document(), review=lines)
    assert document_of(made.as_json()).sections == made.sections == (
        ("", lines[:1]), ("Người cùng đăng ký 1", lines[1:2]), ("Người cùng đăng ký 2", lines[2:]),
    )  # fmt: skip
    old = json.loads(document().as_json())
    old["review"] = [{"label": line["label"], "value": line["value"]} for line in old["review"]]
    assert document_of(json.dumps(old).encode()) == document()


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), st.just(b"[" * 100_000)))
def test_what_is_no_document_is_one_error_that_tells_nothing_of_it(content: bytes) -> None:
    with pytest.raises(StationError) as caught:
        document_of(content)
    assert caught.value.__cause__ is None and str(caught.value) == "a file's document cannot be read"


def test_a_document_that_lacks_something_is_refused() -> None:
    for missing in ("guide", "applicant", "answers", "review", "papers", "consent", "helped_by", "format"):
        content = document().as_json().replace(f'"{missing}":'.encode(), b'"x":')
        with pytest.raises(StationError):
            document_of(content)
    with pytest.raises(StationError, match="another format"):
        document_of(document().as_json().replace(b'"format":1', b'"format":2'))
