"""Letters by e-mail, to a strict server and to bad ones."""

from __future__ import annotations

import shutil
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.alarms import Letter, UntoldError
from controller.core.errors import InputError
from controller.runtime.clocks import FakeClock
from controller.runtime.config_tables import Email
from controller.telling.mail import Mail
from tests.support.mail_server import MailServer, Manner, certificate_in
from tests.support.processes import free_port
from tests.support.stations import START

LETTER = Letter("truc-ban@xa.example", "[Xã Thử] 06:00 không phát: Lịch tiêm chủng", "Trạm báo:\n.\n- Ủ Ợ.\n")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")


def mail(server: MailServer, folder: Path, password: str = "", trust: Path | None = None, **more: object) -> Mail:
    file = folder / "password"
    file.write_text(password + "\n", encoding="utf-8")
    config = Email(
        host="localhost", port=server.port, security=server.security,  # type: ignore[arg-type]  # one of the three
        user=server.user, password_file=str(file), sender="loa@xa.example", to=("truc-ban@xa.example",),
    )  # fmt: skip
    context = ssl.create_default_context(cafile=trust) if trust else None
    return Mail(config, FakeClock(START), context, **more)  # type: ignore[arg-type]  # limits


def code_of(act: Callable[[], None]) -> str:
    with pytest.raises(UntoldError) as caught:
        act()
    return caught.value.code


def test_a_letter_arrives_as_it_was_written(tmp_path: Path) -> None:
    with MailServer() as server:
        mail(server, tmp_path).send(LETTER)
    (taken,) = server.taken
    assert (taken.sender, taken.recipients, server.complaints) == ("loa@xa.example", ("truc-ban@xa.example",), [])
    assert (taken.mail["Subject"], taken.text) == (LETTER.subject, LETTER.body)
    assert (taken.mail["From"], taken.mail["To"]) == ("loa@xa.example", "truc-ban@xa.example")
    assert taken.mail["Auto-Submitted"] == "auto-generated"
    assert taken.mail["Message-ID"].endswith("@xa.example>")
    assert taken.mail["Date"].datetime == START
    assert taken.mail.get_content_type() == "text/plain"


@needs_openssl
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_signed_in_under_encryption(tmp_path: Path, security: str) -> None:
    certificate = certificate_in(tmp_path)
    server = MailServer(security, "loa", "a long password", certificate=certificate)
    with server:
        mail(server, tmp_path, "a long password", certificate).send(LETTER)
        assert code_of(lambda: mail(server, tmp_path, "sai", certificate).send(LETTER)) == "mail_password"
        assert code_of(mail(server, tmp_path, "sai", certificate).knock) == "mail_password"
        assert code_of(mail(server, tmp_path, "mật khẩu", certificate).knock) == "mail_password"
        mail(server, tmp_path, "a long password", certificate).knock()
    assert [(t.encrypted, t.user) for t in server.taken] == [(True, "loa")]


@needs_openssl
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(tmp_path: Path, security: str) -> None:
    server = MailServer(security, "loa", "mật khẩu", certificate=certificate_in(tmp_path))
    with server:
        assert code_of(lambda: mail(server, tmp_path, "mật khẩu").send(LETTER)) == "mail_certificate"
    assert server.taken == []


def test_a_server_without_starttls_gets_no_password(tmp_path: Path) -> None:
    with MailServer("none", "loa", "mật khẩu") as server:
        server.security = "starttls"
        asks = mail(server, tmp_path, "mật khẩu")
        server.security = "none"
        assert code_of(asks.knock) == "mail_security"


def test_nobody_there(tmp_path: Path) -> None:
    config = Email(host="localhost", port=free_port(), security="none", sender="a@b.example")
    assert code_of(Mail(config, FakeClock(START)).knock) == "mail_unreachable"


def test_a_host_name_that_cannot_be_one_is_not_the_password_s_fault(tmp_path: Path) -> None:
    config = Email(host="thư..example", port=25, security="none", sender="a@b.example")
    assert code_of(Mail(config, FakeClock(START)).knock) == "mail_unreachable"


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    config = Email(host="localhost", port=1, user="loa", password_file=str(tmp_path / "none"), sender="a@b.example")
    assert code_of(Mail(config, FakeClock(START)).knock) == "mail_password_file"


def test_one_that_hangs_costs_its_time_limit(tmp_path: Path) -> None:
    with MailServer(manner=Manner(hangs=True)) as server:
        begun = time.monotonic()
        assert code_of(mail(server, tmp_path, word_limit_s=0.3).knock) == "mail_unreachable"
        assert time.monotonic() - begun < 5


def test_one_that_speaks_letter_by_letter_too(tmp_path: Path) -> None:
    with MailServer(manner=Manner(drips_s=0.1)) as server:
        begun = time.monotonic()
        assert code_of(lambda: mail(server, tmp_path, whole_limit_s=0.5).send(LETTER)) == "mail_unreachable"
        assert time.monotonic() - begun < 5
    assert server.taken == []


def test_a_busy_server_is_asked_again_and_an_unknown_recipient_is_not(tmp_path: Path) -> None:
    with MailServer(manner=Manner(busy=True)) as server:
        assert code_of(lambda: mail(server, tmp_path).send(LETTER)) == "mail_refused"
        server.manner = Manner(refuses=("truc-ban@xa.example",))
        with pytest.raises(InputError) as caught:
            mail(server, tmp_path).send(LETTER)
        assert [p.code for p in caught.value.problems] == ["no_recipient"]


def test_nobody_writes_headers_of_their_own(tmp_path: Path) -> None:
    with MailServer() as server:
        for letter in (
            Letter("a@b.example\r\nBcc: c@d.example", "x", "y"), Letter("truc-ban@xa.example", "x\r\nBcc: c@d.e", "y"),
        ):  # fmt: skip
            with pytest.raises(InputError):
                mail(server, tmp_path).send(letter)
    assert server.taken == []
