"""`loalang run`: the whole station in one terminal, for development and for a first look.

Makes what a first start needs (state directory, configuration, a welcome to be spoken, a one-time
first sign-in), starts every process, marks its lines with its name, starts it again when it dies
(as systemd does on the Pi), and ends them all within five seconds.
"""

from __future__ import annotations

import fcntl
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import resources
from pathlib import Path
from types import FrameType

from controller.announcing import Announcing
from controller.core.announcements import Draft
from controller.core.errors import ConfigError, InputError
from controller.core.words import Words
from controller.runtime.alone import alone
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig, on_trial
from controller.runtime.doorbell import Doorbell
from controller.runtime.files import replace_file
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.workers import FAILED, PARENT
from controller.store import facts, users
from controller.store.connection import Store

AGAIN_AFTER_S = 0.5
END_LIMIT_S = 4.0
LEFTOVER_S = 5.0
SETUP_CODE_S = 1800.0
SIOCGIFADDR = 0x8915  # netdevice(7)


def write_example(path: Path) -> None:
    """Put the example configuration where there is none."""
    if not path.exists():
        replace_file(path, resources.files("controller").joinpath("station.example.toml").read_bytes())


def run(config: StationConfig, places: Places, config_file: Path, words: Words) -> int:
    """Until told to end; the exit code. Refuses (StationError) where the station runs already."""
    names = [("audio-" + output.name, ["audio", output.name]) for output in config.outputs]
    names += [("sign-" + b.id, ["board", "emulate", b.id]) for b in config.boards if b.port == "emulator"]
    names += [(name, [name.partition("-")[0], board.id]) for name, board in config.displays.items()]
    names += [("controller", ["daemon"]), ("web", ["web"]), ("kiosk", ["kiosk"])]
    with alone(places, "run"):
        for name, _ in names:
            with alone(places, name, LEFTOVER_S):  # those of a run that was killed are still ending
                pass
        _refuse_taken_port(config)
        return _run(config, places, config_file, words, names)


def _run(
    config: StationConfig, places: Places, config_file: Path, words: Words, names: list[tuple[str, list[str]]]
) -> int:
    store, clock = Store(places.station_db), SystemClock()
    _welcome(store, clock, Announcing(store, Doorbell(places), clock, NewIds(clock), config), config, words)
    terminal = _Terminal(max(len(name) for name, _ in names))
    for line in _greeting(store, clock, config, words):
        terminal.say("loalang", line)
    store.close()
    arguments = ["--state", str(places.state), "--config", str(config_file)]
    children = [_Child(name, [*command, *arguments], terminal) for name, command in names]
    return _watch(children, terminal, words)


@dataclass
class _Terminal:
    """One line at a time, each marked with the process it comes from."""

    width: int
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, name: str, line: str) -> None:
        with self._lock:
            sys.stdout.write(f"{name:<{self.width}} | {line}\n")
            sys.stdout.flush()


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    terminal: _Terminal
    process: subprocess.Popen[str] | None = None
    again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "controller.cli", *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            process_group=0,  # Ctrl-C is ours; they are told in order
            env={**os.environ, PARENT: str(os.getpid())},
        )
        self.terminal.say(self.name, f"started, process {self.process.pid}")
        threading.Thread(target=self._read, args=(self.process,), name=self.name, daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self.terminal.say(self.name, line.rstrip("\n"))


def _watch(children: Sequence[_Child], terminal: _Terminal, words: Words) -> int:
    ending: queue.SimpleQueue[int] = queue.SimpleQueue()

    def on_signal(signum: int, _frame: FrameType | None) -> None:
        ending.put(signum)

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    for child in children:
        child.start()
    while ending.empty():
        try:
            ending.put(ending.get(timeout=0.2))
        except queue.Empty:
            _start_again(children, terminal)
    terminal.say("loalang", words("run.ending"))
    code = _end(children, terminal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C while Python itself ends would spoil the exit code
    return code


def _start_again(children: Sequence[_Child], terminal: _Terminal) -> None:
    for child in children:
        if child.process and child.process.poll() is None:
            continue
        if child.process and not child.again_at:
            code = child.process.returncode
            terminal.say(child.name, f"ended with {code}")
            child.again_at = time.monotonic() + AGAIN_AFTER_S
        elif time.monotonic() >= child.again_at:
            child.again_at = 0.0
            child.start()


def _end(children: Sequence[_Child], terminal: _Terminal) -> int:
    """SIGTERM in reverse order of starting, SIGKILL to who does not listen."""
    running = [child.process for child in reversed(children) if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + END_LIMIT_S
    clean = True
    for process in running:
        try:
            process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            terminal.say("loalang", f"process {process.pid} did not end in time")
            process.kill()
            process.wait()
            clean = False
    return 0 if clean else FAILED


def _welcome(store: Store, clock: SystemClock, announcing: Announcing, config: StationConfig, words: Words) -> None:
    """Have a welcome spoken once in the life of a state directory; in quiet hours the next start does."""
    with store.write() as tx:
        if facts.fact(tx, "welcomed"):
            return
        facts.set_fact(tx, "welcomed", clock.now().isoformat())
    zones = tuple(zone.id for zone in config.zones)
    try:
        announcing.say(Draft(words("welcome.title"), words("welcome.text", site=config.site.name), zones), "loalang")
    except InputError:
        with store.write() as tx:
            facts.set_fact(tx, "welcomed", "")


def _greeting(store: Store, clock: SystemClock, config: StationConfig, words: Words) -> list[str]:
    lines = [words("run.page", address=address) for address in page_addresses(config)]
    if trial := on_trial(config):
        without = ", ".join(words(f"trial.{key}") for key in trial)
        lines.append(f"{words('trial.said', without=without)} {words('trial.do', keys=', '.join(trial))}")
    with store.write() as tx:
        if not users.exist(tx):
            code = users.new_setup_code(tx, clock.now(), SETUP_CODE_S)
            until = (clock.now() + timedelta(seconds=SETUP_CODE_S)).astimezone(config.site.tz)
            address = page_addresses(config)[0]
            first = words("run.first", address=f"{address}/first")
            lines += ["", first, words("run.code", code=code, until=f"{until:%H:%M}"), ""]
    return lines


def page_addresses(config: StationConfig) -> list[str]:
    """Where the page is found, this machine's network addresses first."""
    host, port = config.web.host, config.web.port
    hosts = [host] if host not in {"0.0.0.0", "::"} else [*_own_addresses(), "localhost"]  # noqa: S104 - compared
    return [f"http://{host}:{port}" for host in hosts]


def _own_addresses() -> list[str]:
    """IPv4 addresses of the interfaces that are up, without loopback."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(query, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # no address
                continue
            address = socket.inet_ntoa(answer[20:24])
            if not address.startswith("127."):
                found.append(address)
    return found


def _refuse_taken_port(config: StationConfig) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as error:
            raise ConfigError(
                (f"web.port: {config.web.port} on {config.web.host} cannot be used: {error.strerror}; choose another",)
            ) from error
