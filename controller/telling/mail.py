"""Letters by e-mail: the only place that knows SMTP and how a mail is written.

Every word with the server has a time limit, and all of them together another: a server that takes the
call and says nothing, or says it letter by letter, costs a minute, no more. No certificate is taken that
cannot be checked.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any

from controller.core.alarms import Letter, UntoldError
from controller.core.errors import InputError, Problem
from controller.core.ports import Clock
from controller.runtime.config_tables import Email

WORD_LIMIT_S = 10.0  # for the connection, and for each answer
WHOLE_LIMIT_S = 60.0
_REFUSED_FOR_GOOD = range(500, 600)  # RFC 5321, 4.2.1


class _Call(smtplib.SMTP):
    """A connection that is cut after a time limit, in whatever word it is."""

    def __init__(self, limit_s: float, *arguments: Any, **settings: Any) -> None:
        self._cut = threading.Timer(limit_s, self._hang_up)
        self._cut.daemon = True
        super().__init__(*arguments, **settings)  # connects, and waits for the greeting

    def connect(self, *arguments: Any, **settings: Any) -> tuple[int, bytes]:
        self._cut.start()
        return super().connect(*arguments, **settings)

    def close(self) -> None:
        self._cut.cancel()
        super().close()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            if self.sock:
                self.sock.shutdown(socket.SHUT_RDWR)


class _TlsCall(_Call, smtplib.SMTP_SSL):
    """The same, encrypted from the first word."""


class Mail:
    """`trust`: which certificates are believed; the machine's own authorities unless a test has others."""

    channel = "email"

    def __init__(
        self,
        config: Email,
        clock: Clock,
        trust: ssl.SSLContext | None = None,
        word_limit_s: float = WORD_LIMIT_S,
        whole_limit_s: float = WHOLE_LIMIT_S,
    ) -> None:
        self._config, self._clock, self._trust = config, clock, trust
        self._word_limit_s, self._whole_limit_s = word_limit_s, whole_limit_s

    def send(self, letter: Letter) -> None:
        message = self._written(letter)
        with self._session() as smtp:
            try:
                smtp.send_message(message, self._config.sender, [letter.recipient])
            except smtplib.SMTPRecipientsRefused as error:
                code, said = error.recipients[letter.recipient]
                if code in _REFUSED_FOR_GOOD:
                    raise InputError(Problem.of("to", "no_recipient", address=letter.recipient)) from error
                raise UntoldError("mail_refused", f"{code} {_text(said)}") from error

    def knock(self) -> None:
        """Connect and sign in, and nothing else; UntoldError saying what is in the way."""
        with self._session() as smtp:
            smtp.noop()

    def _written(self, letter: Letter) -> EmailMessage:
        now = self._clock.now()
        message = EmailMessage(policy=SMTP_LINES)
        try:
            message["From"], message["To"] = self._config.sender, letter.recipient
            message["Subject"] = letter.subject
        except ValueError as error:  # a line break or worse in an address
            raise InputError(Problem.of("to", "no_recipient", address=letter.recipient)) from error
        message["Date"] = format_datetime(now)
        # the sender's domain, not this machine's name
        message["Message-ID"] = make_msgid(domain=parseaddr(self._config.sender)[1].rpartition("@")[2] or "localhost")
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "I am on leave" in answer
        message.set_content(letter.body, cte="base64")
        return message

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is signed in. Whatever goes wrong in it is an UntoldError, or the view's own InputError."""
        config = self._config
        password = _password(config)
        smtp: _Call | None = None
        try:
            smtp = self._connected()
            if config.security == "starttls":
                smtp.starttls(context=self._certificates())
            if config.user:
                smtp.login(config.user, password)
            yield smtp
            smtp.quit()
        except smtplib.SMTPAuthenticationError as error:
            raise UntoldError("mail_password", f"{error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise UntoldError("mail_security", str(error)) from error
        except smtplib.SMTPResponseException as error:
            raise UntoldError("mail_refused", f"{error.smtp_code} {_text(error.smtp_error)}") from error
        except ssl.SSLError as error:
            raise UntoldError("mail_certificate", str(error)) from error
        except UnicodeError as error:  # RFC 4616 would allow it, the library does not
            raise UntoldError("mail_password", "a name or password with letters beyond ASCII") from error
        except (smtplib.SMTPException, OSError) as error:
            raise UntoldError("mail_unreachable", str(error) or type(error).__name__) from error
        finally:
            if smtp is not None:
                smtp.close()

    def _connected(self) -> _Call:
        config = self._config
        name = socket.gethostname().partition(".")[0] or "localhost"
        words = {"timeout": self._word_limit_s}
        try:
            if config.security == "tls":
                trust = self._certificates()
                return _TlsCall(self._whole_limit_s, config.host, config.port, name, context=trust, **words)
            return _Call(self._whole_limit_s, config.host, config.port, name, **words)
        except UnicodeError as error:  # a host name that cannot be one, e.g. with two dots in a row
            raise UntoldError("mail_unreachable", f"{config.host}: {error}") from error

    def _certificates(self) -> ssl.SSLContext:
        return self._trust or ssl.create_default_context()


def _password(config: Email) -> str:
    """Read anew each time: it may have been mended meanwhile."""
    if not config.user:
        return ""
    try:
        return Path(config.password_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UntoldError("mail_password_file", f"{config.password_file}: {error}") from error


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
