"""An official who has left: they sign in no more, and nothing that they were signed in with goes on."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from controller.cli import main
from controller.runtime.catalogues import load_words
from controller.store import journal
from tests.support.web_pages import NAME, pages_in, sign_in


def test_who_is_disabled_is_out_at_once_and_may_come_back(tmp_path: Path) -> None:
    pages = pages_in(tmp_path)
    client, state = pages.signed_in(), ["--state", str(pages.station.places.state)]
    assert client.get("/files").status_code == 200

    def user(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["user", *words, *state], standalone_mode=True)
        return done.exit_code, done.stdout

    assert user("disable", NAME) == (0, "")
    assert client.get("/files").status_code == 303 and client.get("/files").location.startswith("/sign-in")
    assert sign_in(pages.client()).status_code == 403
    assert [each["disabled"] for each in json.loads(user("list", "--json")[1])] == [True]
    assert user("enable", NAME) == (0, "")
    assert client.get("/files").status_code == 303, "the session is over for good"
    assert sign_in(pages.client()).status_code == 303
    assert user("disable", "nobody")[0] == user("enable", "nobody")[0] == 2
    with pages.station.store.read() as tx:
        told = [entry.detail["what"] for entry in journal.entries(tx) if entry.kind == "user"]
    assert told == ["added", "disabled", "enabled"]
    for language in ("vi", "en"):
        assert load_words(language).has("web.journal.user_enabled")
