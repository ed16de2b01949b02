"""Which passwords are accepted, and how they are hashed."""

from __future__ import annotations

import threading
import unicodedata

import pytest

from controller.runtime.sealing import Cost
from controller.web import passwords
from controller.web.passwords import BusyError, Passwords, password_problems

COMMUNE = ("na-khau", "Xã Nà Khau", "Trung tâm xã", "Nguyễn Văn Mẫu", "van-thu")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "empty"),
        ("ngắn quá thôi!", "password_short"),
        ("a" * 201, "password_long"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_common"),
        ("hoahoahoahoahoahoa", "password_common"),
        ("123456789012345", "password_common"),
        ("12345678901234567890", "password_common"),
        ("passwordpassword1", "password_common"),
        ("MatKhau123456789", "password_common"),
        ("qwertyuiopasdfghjkl", "password_common"),
        ("XaNaKhau2026nakhau", "password_common"),
        ("Xã Nà Khau 123456", "password_common"),
        ("nguyenvanmau123456", "password_common"),
        ("quạ bay 1 Xã Nà Khau", "password_common"),  # seven characters of its own, and eight
        ("quạ bay 12 Xã Nà Khau", None),
        ("bốn từ rất khó đoán", None),
        ("trâu nón mưa ghế", None),
        ("correct horse battery", None),
        ("x7!kQ2#vP9$mZ4&", None),
        ("con trâu của Xã Nà Khau uống nước", None),
    ],
)
def test_what_is_accepted(password: str, code: str | None) -> None:
    found = password_problems("password", password, COMMUNE)
    assert [(p.field, p.code) for p in found] == ([("password", code)] if code else [])


def test_right_wrong_and_nobody() -> None:
    checks = Passwords()
    encoded = checks.encoded("bốn từ rất khó đoán")
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert encoded != checks.encoded("bốn từ rất khó đoán")
    assert checks.right(encoded, "bốn từ rất khó đoán")
    assert checks.right(encoded, unicodedata.normalize("NFD", "bốn từ rất khó đoán"))
    assert not checks.right(encoded, "bốn từ rất khó đoan")
    assert not checks.right(None, "nobody signs in with this")
    assert not checks.right("not a hash", "x")


def test_a_guess_costs_as_much_as_at_residents_files() -> None:
    """The same password opens both."""
    cheaper = Passwords(Cost(2, 19 * 1024)).encoded("bốn từ rất khó đoán")
    checks = Passwords(Cost())
    assert checks.is_cheaper(cheaper) and checks.right(cheaper, "bốn từ rất khó đoán")
    assert not checks.is_cheaper(checks.encoded("bốn từ rất khó đoán"))


def test_at_most_two_at_once_and_the_third_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "TURN_LIMIT_S", 0.05)
    checks = Passwords()
    held = threading.Event()
    inside = threading.Barrier(3)

    class Slow:
        def hash(self, _: str) -> str:
            inside.wait(30)
            held.wait(30)
            return "encoded"

    monkeypatch.setattr(checks, "_hasher", Slow())
    threads = [threading.Thread(target=checks.encoded, args=("x",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(30)
    with pytest.raises(BusyError):
        checks.encoded("y")
    held.set()
    for thread in threads:
        thread.join(30)
