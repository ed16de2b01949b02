"""What every command shares: where the station is, its configuration, and errors as exit codes."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.core.announcements import TEXT_LIMIT, clean, text_problems
from controller.core.errors import ConfigError, InputError, LoalangError, Problem
from controller.runtime.catalogues import load_words
from controller.runtime.config import StationConfig
from controller.runtime.config_text import load_config
from controller.runtime.places import Places

if TYPE_CHECKING:
    from controller.runtime.doorbell import Doorbell
    from controller.store.connection import Store

INSTALLED_STATE = Path("/var/lib/loalang")
INSTALLED_CONFIG = Path("/etc/loalang/station.toml")
FIRST_YEAR, LAST_YEAR = 1900, 9998  # of an instant: a calendar's first and last day cannot be told in another zone


class GivenPath(click.Path):
    """A path that was really given: an empty one (a script's variable that is not set) names nothing."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value:
            self.fail("is empty", param, ctx)
        return super().convert(value, param, ctx)


class Station:
    """Where the state and the configuration of this call are."""

    def __init__(self, state: str | None, config: str | None) -> None:
        self.places = Places(Path(state) if state else INSTALLED_STATE if INSTALLED_STATE.is_dir() else Path("state"))
        self.config_file = Path(config) if config else self._usual_config()
        self._opened = contextlib.ExitStack()

    def _usual_config(self) -> Path:
        own = self.places.config
        return own if own.is_file() or not INSTALLED_CONFIG.is_file() else INSTALLED_CONFIG

    @functools.cached_property
    def config(self) -> StationConfig:
        if not self.config_file.is_file():
            raise ConfigError(
                (f"{self.config_file}: there is no configuration; `loalang run` writes one, or give --config",)
            )
        return load_config(self.config_file)

    @property
    def config_or_example(self) -> StationConfig:
        """The configuration, or the shipped example where there is none: for what needs no station."""
        if self.config_file.is_file():
            return self.config
        from controller.runtime.config_text import parse_config

        example = resources.files("controller").joinpath("station.example.toml")
        return parse_config(example.read_text(encoding="utf-8"), "example")

    def store(self) -> Store:
        """The database of a station that has been started before."""
        from controller.store.connection import Store

        if not self.places.station_db.is_file():
            raise ConfigError((f"{self.places.state}: no station here yet; `loalang run` makes one, or give --state",))
        store = Store(self.places.station_db)
        self._opened.callback(store.close)
        return store

    def bell(self) -> Doorbell:
        from controller.runtime.doorbell import Doorbell

        bell = Doorbell(self.places)
        self._opened.callback(bell.close)
        return bell

    def close(self) -> None:
        self._opened.close()


def station_command(
    group: click.Group, name: str | None = None, **settings: Any
) -> Callable[[Callable[..., int | None]], click.Command]:
    """A command that takes --state and --config, and turns our errors into exit codes."""

    def decorate(act: Callable[..., int | None]) -> click.Command:
        @functools.wraps(act)
        def call(state: str | None, config: str | None, **options: Any) -> None:
            station = Station(state, config)
            try:
                code = act(station, **options)
            except ConfigError as error:
                _complain("\n".join(error.lines), 2)
            except InputError as error:
                from controller.refusals import problem_words

                words = load_words("en")
                _complain("; ".join(f"{p.field}: {problem_words(p, words)}" for p in error.problems), 2)
            except LoalangError as error:
                _complain(str(error), 1)
            except BrokenPipeError:
                raise  # whoever read has seen enough; click knows what to do
            except OSError as error:
                _complain(f"{error.filename or 'loalang'}: {error.strerror or error}", 1)
            finally:
                station.close()
            sys.exit(code or 0)

        for option, metavar, told in (("config", "FILE", "configuration"), ("state", "DIR", "state directory")):
            variable, kind = f"LOALANG_{option.upper()}", GivenPath()
            call = click.option(f"--{option}", type=kind, envvar=variable, metavar=metavar, help=f"the {told}")(call)
        return group.command(name, **settings)(call)

    return decorate


def _complain(text: str, code: int) -> None:
    click.echo(text, err=True)
    sys.exit(code)


def accepted(field: str, text: str) -> str:
    """A text as the page would take it, cleaned; InputError where the page would refuse it."""
    cleaned = clean(text)
    problems = text_problems(field, cleaned, TEXT_LIMIT)
    if problems:
        raise InputError(*problems)
    return cleaned


@contextlib.contextmanager
def typed_as(names: Mapping[str, str]) -> Iterator[None]:
    """Problems of a room's fields become problems of what was typed: `names` maps fields to arguments and options."""
    try:
        yield
    except InputError as error:
        raise InputError(*(Problem(names.get(p.field, p.field), p.code, p.facts) for p in error.problems)) from error


def instant(field: str, text: str, tz: tzinfo) -> datetime:
    """An instant as it was typed, ISO 8601, of the station's zone if it names none; else InputError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(Problem.of(field, "not_an_instant", text=text)) from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InputError(Problem.of(field, "far_year", year=at.year, first=FIRST_YEAR, last=LAST_YEAR))
    return at if at.tzinfo else at.replace(tzinfo=tz)


def new_file(field: str, path: str) -> Path:
    """Where a file shall be put; InputError if there is no such folder."""
    found = Path(path)
    if not found.parent.is_dir():
        raise InputError(Problem.of(field, "no_folder", path=found.parent))
    return found


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
