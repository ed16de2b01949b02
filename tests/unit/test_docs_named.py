"""Every page of the documentation is true in what it names: files, links and their headings, commands, what is made."""

from __future__ import annotations

import re
import shlex
import unicodedata
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from controller.cli import main

PAGES = [Path("README.md"), Path("README.vi.md"), Path("CHANGELOG.md"), *sorted(Path("docs").rglob("*.md"))]
TREE = [f"/{path}" for room in ("audio", "bench", "controller", "kiosk", "schedules", "scripts", "systemd", "tests")
        for path in Path(room).rglob("*") if path.is_file()]  # fmt: skip
IMAGINED = {"xyz/frames.py", "xyz/sign.py"}
WORD = re.compile(r"[A-Z]+(\.[a-z]+)?|\.\.\.")  # what a reader puts something else for


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def headings(page: Path) -> set[str]:
    """What a link may name after its #, as forges make it of a heading."""
    found = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", line).lower()).replace(" ", "-") for line in found}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if link.startswith("http"):
            continue
        name, _, heading = link.partition("#")
        leads_to = page.parent / name if name else page
        if not leads_to.exists() or (heading and heading not in headings(leads_to)):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_module_that_is_named_is_there(page: Path) -> None:
    named = {name for span in re.findall(r"`([^`\n]+)`", text(page)) for name in re.findall(r"[\w/-]+\.py\b", span)}
    assert sorted(n for n in named - IMAGINED if not any(p.endswith(f"/{n}") for p in TREE)) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_unit_that_is_named_is_there(page: Path) -> None:
    units = {path.name.partition("@")[0].partition(".")[0] for path in Path("systemd").glob("loalang*")}
    named = set(re.findall(r"(?<![\w/-])(loalang-[a-z]+)\b", text(page)))
    users = set(re.findall(r"loalang-[a-z]+", text(Path("systemd/sysusers.conf"))))
    assert sorted(named - units - users) == []


def calls(page: Path) -> list[str]:
    """What follows `loalang` in every line of a block and every piece of code that begins with it, or ends a path."""
    found = re.findall(r"^\s*(?:.*/|.* )?(?<!-g )loalang ((?:\w|-).*)$", "\n".join(blocks(page)), re.MULTILINE)
    return found + [span for span in re.findall(r"`(?:[^`\n]*/)?loalang ([^`\n]+)`", text(page)) if "|" not in span]


def blocks(page: Path) -> list[str]:
    fenced = re.findall(r"^```(?:sh|bash)?\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL)
    return [*fenced, *re.findall(r"^    .+$", text(page), re.MULTILINE)]


def wrong_with(line: str) -> str:
    """Why a call is not understood; "" if it is. A call in running text may leave its arguments out."""
    command: click.Command = main
    words = [word for word in shlex.split(line, comments=True) if not re.fullmatch(r"\[.*|.*\]", word)]
    while isinstance(command, click.Group):
        if not words or words[0] not in command.commands:
            return line
        command = command.commands[words.pop(0)]
    known = {name for each in command.params if isinstance(each, click.Option) for name in each.opts}
    unknown = [word for word in words if word.startswith("-") and word not in known | {"--help"}]
    if unknown or all(WORD.fullmatch(word) or word.startswith("-") for word in words):
        return line if unknown else ""
    try:
        command.make_context("loalang", words, resilient_parsing=line.count("...") > 0)
    except click.UsageError as error:
        return f"{line}: {error.format_message()}"
    return ""


@pytest.mark.parametrize("page", [page for page in PAGES if calls(page)], ids=str)
def test_every_call_is_understood(page: Path) -> None:
    assert [wrong for line in calls(page) if (wrong := wrong_with(line))] == []


def test_calls_are_found() -> None:
    assert [len(calls(Path("docs", name))) > least for name, least in (("commands.md", 50), ("install-pi.md", 7))] == [
        True, True,
    ]  # fmt: skip
    assert wrong_with("board preview x --txt a") == "board preview x --txt a"
    assert wrong_with("guide bring FILE") == "guide bring FILE"
    assert "--out" in wrong_with('render "Chào"')


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_what_is_made_can_be_made(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(Path("Makefile")), re.MULTILINE))
    code = [*blocks(page), *re.findall(r"`([^`\n]+)`", text(page))]
    made = {name for each in code for name in re.findall(r"^make ([a-z]+)$", each, re.MULTILINE)}
    run = {name for each in code for name in re.findall(r"python -m ((?:\w+\.)*\w+)", each)}
    assert (sorted(made - targets), [name for name in run if not find_spec(name)]) == ([], [])
