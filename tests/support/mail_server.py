"""A small strict SMTP server (RFC 5321, 4954, 3207) for tests: it refuses what a strict one would.

Lines end with CR LF, commands come in order, sign-in only where it is offered. What it took lies in
`taken`, in order. `manner` makes it a bad one.
"""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType

LIMIT_S = 10.0


@dataclass
class Taken:
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        found = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n")


@dataclass
class Manner:
    """`hangs`: takes the call and says nothing; `drips`: says it a letter a tick; `refuses`: recipients that it does
    not know; `busy`: answers 451 to every letter."""

    hangs: bool = False
    drips_s: float = 0.0
    refuses: tuple[str, ...] = ()
    busy: bool = False


@dataclass
class MailServer:
    security: str = "none"  # "none", "starttls", "tls"
    user: str = ""
    password: str = ""
    manner: Manner = field(default_factory=Manner)
    certificate: Path | None = None  # with its key, in one PEM file

    def __post_init__(self) -> None:
        self.taken: list[Taken] = []
        self.calls = 0
        self.complaints: list[str] = []
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> MailServer:
        self._start(self._serve)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(LIMIT_S)
            assert not thread.is_alive()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]  # a method of ours
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                call, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            self._start(self._answer, call)

    def _answer(self, call: socket.socket) -> None:
        with call:
            call.settimeout(LIMIT_S)
            if self.manner.hangs:
                self._over.wait()
                return
            try:
                if self.security == "tls":
                    call = self._encrypted(call)
                talk = _Talk(self, call)
                try:
                    talk.run()
                finally:
                    talk.call.close()
            except OSError:
                pass  # they have hung up

    def _encrypted(self, call: socket.socket) -> socket.socket:
        assert self.certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(call, server_side=True)


class _Talk:
    def __init__(self, server: MailServer, call: socket.socket) -> None:
        self._server, self.call = server, call
        self._encrypted, self._user, self._greeted = server.security == "tls", "", False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._rest = b""

    def run(self) -> None:
        self._say("220 strict.example ESMTP")
        while (line := self._line()) is not None:
            word, _, rest = line.partition(" ")
            match word.upper():
                case "EHLO":
                    self._greeted = True
                    self._say(*(f"250-{name}" for name in ("strict.example", *self._offers())), "250 8BITMIME")
                case "STARTTLS" if self._server.security == "starttls" and not self._encrypted:
                    self._say("220 go ahead")
                    self.call = self._server._encrypted(self.call)
                    self._encrypted, self._greeted, self._rest = True, False, b""
                case "AUTH" if self._may_sign_in() and self._greeted:
                    self._sign_in(rest)
                case "MAIL" if self._greeted and (self._user or not self._server.user):
                    self._sender, self._recipients = _address(rest), []
                    self._say("250 ok")
                case "MAIL":
                    self._say("530 sign in first")
                case "RCPT" if self._sender is not None:
                    address = _address(rest)
                    if address in self._server.manner.refuses:
                        self._say("550 no such recipient")
                    else:
                        self._recipients.append(address)
                        self._say("250 ok")
                case "DATA" if self._recipients:
                    self._say("354 go on")
                    self._data()
                case "NOOP" | "RSET":
                    self._say("250 ok")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._server.complaints.append(line)
                    self._say("503 not now")

    def _offers(self) -> tuple[str, ...]:
        if self._server.security == "starttls" and not self._encrypted:
            return ("STARTTLS",)
        return ("AUTH PLAIN LOGIN",) if self._may_sign_in() else ()

    def _may_sign_in(self) -> bool:
        return bool(self._server.user) and (self._encrypted or self._server.security == "none")

    def _sign_in(self, rest: str) -> None:
        kind, _, sent = rest.partition(" ")
        if kind.upper() == "PLAIN":
            _, name, password = base64.b64decode(sent).decode().split("\0")
        else:
            self._say("334 " + base64.b64encode(b"Username:").decode()) if not sent else None
            name = base64.b64decode(sent or self._line() or "").decode()
            self._say("334 " + base64.b64encode(b"Password:").decode())
            password = base64.b64decode(self._line() or "").decode()
        if (name, password) == (self._server.user, self._server.password):
            self._user = name
            self._say("235 welcome")
        else:
            self._say("535 5.7.8 wrong name or password")

    def _data(self) -> None:
        while b"\r\n.\r\n" not in self._rest:
            self._more()
        data, _, self._rest = self._rest.partition(b"\r\n.\r\n")
        if any(len(line) > 998 for line in data.split(b"\r\n")) or b"\n" in data.replace(b"\r\n", b""):
            self._server.complaints.append("a line too long, or not ended by CR LF")
            self._say("554 not as it should be")
        elif self._server.manner.busy:
            self._say("451 try again later")
        else:
            taken = Taken(self._sender or "", tuple(self._recipients), data, self._encrypted, self._user)
            self._server.taken.append(taken)
            self._say("250 taken")
        self._sender = None

    def _line(self) -> str | None:
        while b"\r\n" not in self._rest:
            if not self._more():
                return None
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode("ascii")

    def _more(self) -> bool:
        got = self.call.recv(65536)
        self._rest += got
        return bool(got)

    def _say(self, *lines: str) -> None:
        whole = "".join(f"{line}\r\n" for line in lines).encode()
        if not self._server.manner.drips_s:
            self.call.sendall(whole)
            return
        for letter in whole:
            self.call.sendall(bytes((letter,)))
            if self._server._over.wait(self._server.manner.drips_s):
                return


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def certificate_in(folder: Path, name: str = "localhost") -> Path:
    """A certificate of our own with its key, as one PEM file; whoever trusts the file trusts the server."""
    key, file = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out",
            str(file),
        ],
        check=True, capture_output=True, timeout=LIMIT_S,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file
