"""One error tree, sorted by who must act.

Library errors are translated into one of these at the shell (`raise ... from`), so that whoever
catches knows whom to call: the official who typed, whoever can touch the device, or us.
"""

from __future__ import annotations

from dataclasses import dataclass


class LoalangError(Exception):
    """Root of every error that this project raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what somebody entered.

    `field` names the form field or configuration key; `code` is a key of the word catalogues
    (section `problem`), and `facts` fills its braces.
    """

    field: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, field: str, code: str, **facts: object) -> Problem:
        return cls(field, code, tuple((name, str(value)) for name, value in sorted(facts.items())))


class InputError(LoalangError):
    """What an official or operator entered is wrong; they mend it. Carries every problem at once."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("an InputError names at least one problem")
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.code}" for p in problems))


class NotFoundError(InputError):
    """The thing named does not exist (any more)."""

    def __init__(self, field: str, ident: str) -> None:
        super().__init__(Problem.of(field, "not_found", id=ident))


class ChangedError(InputError):
    """Somebody else has changed the thing since it was looked at; nothing was stored."""

    def __init__(self, ident: str) -> None:
        self.ident = ident
        super().__init__(Problem.of("form", "changed"))


class ConfigError(LoalangError):
    """The configuration cannot be used. `lines` says all mistakes at once, ready to print."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


class DeviceError(LoalangError):
    """A device (sound output, sign, relay, screen, voice) does not answer as it should."""


class StationError(LoalangError):
    """The station itself is at fault: disk, database, a broken promise between two parts."""


class IllegalEventError(StationError):
    """A state machine was given an event that its table does not know in that state."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        self.machine, self.state, self.event = machine, state, event
        super().__init__(f"{machine}: event {event!r} is not allowed in state {state!r}")
