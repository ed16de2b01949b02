"""What every command shares: where the station is, its configuration, and errors as exit codes."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.core.errors import ConfigError, InputError, LoalangError
from controller.runtime.catalogues import load_words
from controller.runtime.config import StationConfig, load_config
from controller.runtime.places import Places

if TYPE_CHECKING:
    from controller.store.connection import Store

INSTALLED_STATE = Path("/var/lib/loalang")
INSTALLED_CONFIG = Path("/etc/loalang/station.toml")


class Station:
    """Where the state and the configuration of this call are."""

    def __init__(self, state: str | None, config: str | None) -> None:
        self.places = Places(Path(state) if state else INSTALLED_STATE if INSTALLED_STATE.is_dir() else Path("state"))
        self.config_file = Path(config) if config else self._usual_config()

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
        from controller.runtime.config import parse_config

        example = resources.files("controller").joinpath("station.example.toml")
        return parse_config(example.read_text(encoding="utf-8"), "example")

    def store(self) -> Store:
        """The database of a station that has been started before."""
        from controller.store.connection import Store

        if not self.places.station_db.is_file():
            raise ConfigError((f"{self.places.state}: no station here yet; `loalang run` makes one, or give --state",))
        return Store(self.places.station_db)


def station_command(
    group: click.Group, name: str | None = None, **settings: Any
) -> Callable[[Callable[..., int | None]], click.Command]:
    """A command that takes --state and --config, and turns our errors into exit codes."""

    def decorate(act: Callable[..., int | None]) -> click.Command:
        @functools.wraps(act)
        def call(state: str | None, config: str | None, **options: Any) -> None:
            try:
                code = act(Station(state, config), **options)
            except ConfigError as error:
                _complain("\n".join(error.lines), 2)
            except InputError as error:
                words = load_words("en")
                _complain(
                    "; ".join(f"{p.field}: {words('problem.' + p.code, **dict(p.facts))}" for p in error.problems), 2
                )
            except LoalangError as error:
                _complain(str(error), 1)
            sys.exit(code or 0)

        call = click.option("--config", envvar="LOALANG_CONFIG", metavar="FILE", help="the configuration")(call)
        call = click.option("--state", envvar="LOALANG_STATE", metavar="DIR", help="the state directory")(call)
        return group.command(name, **settings)(call)

    return decorate


def _complain(text: str, code: int) -> None:
    click.echo(text, err=True)
    sys.exit(code)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
