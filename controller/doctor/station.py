"""Looks at everything the station stands on and says, for each, how it is and what to do.

Every check reads the world through `World` only, so that a test can give it another one. Changes
nothing but a file of its own that it writes and removes to see whether it can.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from controller.core.alarms import UntoldError
from controller.core.errors import StationError
from controller.core.trust import PROGRAM, Trust
from controller.doctor.boards import boards, strays
from controller.doctor.devices import devices
from controller.doctor.examining import LIMIT_S, Finding, Saying, World
from controller.doctor.kiosk import voice as kiosk_voice
from controller.doctor.rights import line, may, rooms
from controller.doctor.wall import wall
from controller.runtime import last_known
from controller.runtime.catalogues import load_words
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.config import StationConfig
from controller.runtime.config_tables import Contact, Email, Output, Relay, Speech
from controller.runtime.places import Places
from controller.store import desk_keys
from controller.store.connection import Store
from controller.timing.clock_trust import finding, trust_words

MEGABYTE = 1_000_000
TYPEFACES = ("BeVietnamPro-Regular.ttf", "DejaVuSans.ttf")
HELD_S = 7 * 86_400.0  # without a synchronisation for longer, a crystal may be off by half a minute
OUR_COOKIE = "loalang_"  # how the names of the page's cookies begin


def doctor(config: StationConfig, places: Places, world: World | None = None) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    world = world or World()
    say = Saying(load_words(config.site.language))
    return [
        say.ok("configuration", "configuration.fine", zones=len(config.zones), outputs=len(config.outputs),
               boards=len(config.boards)),
        *_state(say, config, places),
        _database(say, places),
        _filings(say, places),
        *wall(say, places),
        *rooms(say, places, world),
        _clock(say, config, places, world),
        *_voices(say, config.speech, world),
        _fonts(say, world),
        *(_output(say, output, world) for output in config.outputs),
        *_wiring(say, config, world),
        *boards(say, config, world),
        *strays(say, config, places, world),
        _screen(say, world),
        *kiosk_voice(say, config, places),
        *devices(say, config, world),
        _port(say, config),
        *_mail(say, config.notify.email, world),
    ]  # fmt: skip


def _state(say: Saying, config: StationConfig, places: Places) -> Iterator[Finding]:
    if not places.state.is_dir():
        yield say.fault("state", "state.absent", path=places.state)
        return
    try:
        with tempfile.TemporaryFile(dir=places.state) as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield say.fault("state", "state.closed", path=places.state, reason=error.strerror)
    else:
        yield say.ok("state", "state.fine", path=places.state)
    free_mb = shutil.disk_usage(places.state).free // MEGABYTE
    reserve_mb = config.policy.disk_reserve_mb
    if free_mb < reserve_mb:
        yield say.fault("disk", "disk.low", free=free_mb, reserve=reserve_mb)
    elif free_mb < 2 * reserve_mb:
        yield say.warning("disk", "disk.low", free=free_mb, reserve=reserve_mb)
    else:
        yield say.ok("disk", "disk.fine", free=free_mb)


def _database(say: Saying, places: Places) -> Finding:
    if not places.station_db.is_file():
        return say.warning("database", "database.absent")
    try:
        store = Store(places.station_db, read_only=True)
        complaint = store.complaint()
        store.close()
    except StationError as error:
        complaint = str(error)
    return say.fault("database", "database.broken", reason=complaint) if complaint else say.ok(
        "database", "database.fine"
    )  # fmt: skip


def _filings(say: Saying, places: Places) -> Finding:
    """Whether residents' files can be kept: the database is whole, and there is a desk that they are sealed to."""
    if not places.filings_db.is_file():
        return say.warning("filings", "filings.no_key")
    try:
        store = Store(places.filings_db, read_only=True)
        complaint = store.complaint()
        with store.read() as tx:
            key, granted = desk_keys.in_force(tx), desk_keys.with_access(tx)
        store.close()
    except StationError as error:
        complaint = str(error)
    if complaint:
        return say.fault("filings", "filings.broken", reason=complaint)
    if key is None:
        return say.warning("filings", "filings.no_key")
    return say.ok("filings", "filings.fine", count=len(granted - {desk_keys.RECOVERY}))


def _clock(say: Saying, config: StationConfig, places: Places, world: World) -> Finding:
    """As the controller has found it in this boot; where it does not run, by the signs."""
    now = world.now()
    local = f"{now.astimezone(config.site.tz):%H:%M %d/%m/%Y}"
    if now < PROGRAM:
        return say.fault("clock", "clock.past", now=local)
    signs = ClockSigns(lambda: now, config.clock.chip, world.root, world.synchronised)
    store = Store(places.station_db, read_only=True) if places.station_db.is_file() else None
    try:
        found = finding(config, store, signs, last_known.read(places.last_known))
    except StationError:  # said where the database is
        found = finding(config, None, signs, last_known.read(places.last_known))
    finally:
        if store:
            store.close()
    age_s = found.age_s(signs.uptime())
    facts = {"now": local, "zone": config.site.timezone, "trust": trust_words(found.trust, age_s, found.by, say.words)}
    if found.trust is Trust.DOUBTFUL:
        return say.fault("clock", "clock.doubtful", **facts)
    if found.trust is Trust.OFF:
        return say.warning("clock", "clock.off", **facts)
    if found.trust is Trust.HELD and (age_s or 0.0) > HELD_S:
        return say.warning("clock", "clock.held", **facts)
    return say.ok("clock", "clock.fine", **facts)


def _voices(say: Saying, speech: Speech, world: World) -> Iterator[Finding]:
    """One finding for each engine of the list; nothing but faults if none can speak."""
    engines = [engine for engine in speech.engines if engine != "piper" or speech.piper_voice]
    lacks = {engine: _lack(engine, speech, world) for engine in engines}
    speaks = any(lack is None for lack in lacks.values())
    for engine, lack in lacks.items():
        if lack is None:
            yield say.ok(f"voice/{engine}", "voice.fine", engine=engine, voice=speech.voice)
        else:
            tell = say.warning if speaks else say.fault
            yield tell(f"voice/{engine}", f"voice.{lack}", engine=engine, voice=speech.voice, path=speech.piper_voice)
    if not engines:
        yield say.fault("voice", "voice.none")


def _lack(engine: str, speech: Speech, world: World) -> str | None:
    """What keeps an engine from speaking, as a key; None if nothing does."""
    if engine == "piper":
        voice = Path(speech.piper_voice)
        if not voice.is_file() or not voice.with_name(voice.name + ".json").is_file():
            return "no_piper_voice"
        return None if find_spec("piper") or world.find_program("piper") else "no_piper"
    if engine == "pyttsx3":
        if find_spec("pyttsx3") is None:
            return "no_pyttsx3"
        return None if world.find_library("espeak-ng") or world.find_library("espeak") else "no_library"
    program = world.find_program("espeak-ng")
    if program is None:
        return "no_espeak"
    try:
        heard = subprocess.run(
            [program, "-v", speech.voice, "-q", "xin chào"], capture_output=True, timeout=LIMIT_S, check=False,
            env={**os.environ, "HOME": "/nonexistent"},  # where it would leave a folder, closed to the others
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "silent_espeak"
    return None if heard.returncode == 0 else "silent_espeak"


def _fonts(say: Saying, world: World) -> Finding:
    folders = (world.path("/usr/local/share/fonts"), world.path("/usr/share/fonts"))
    for name in TYPEFACES:
        for folder in folders:
            if next(folder.rglob(name), None):
                return say.ok("fonts", "fonts.fine", name=name.removesuffix(".ttf"))
    return say.fault("fonts", "fonts.absent")


def _output(say: Saying, output: Output, world: World) -> Finding:
    name = f"output/{output.name}"
    if output.device == "wav":
        return say.ok(name, "output.recording", output=output.name)
    cards = world.path("/proc/asound/cards")
    card = cards.is_file() and "no soundcards" not in cards.read_text(encoding="utf-8", errors="replace")
    runtime = world.variables.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    server = "PULSE_SERVER" in world.variables or any(
        world.path(f"{runtime}/{socket_of}").exists() for socket_of in ("pulse/native", "pipewire-0")
    )
    if card or server:
        named = [device for device in (output.device, output.fallback) if device not in ("", "auto", "wav")]
        known = world.sound_devices() if named else []
        unknown = [device for device in named if known and device not in known]
        if unknown:
            names = ", ".join(f'"{device}"' for device in known)
            tell = say.fault if output.device in unknown else say.warning
            return tell(name, "output.unknown", output=output.name, device=unknown[0], names=names)
        return say.ok(name, "output.card" if card else "output.server", output=output.name)
    tell = say.warning if output.device == "auto" else say.fault
    return tell(name, "output.absent", output=output.name)


def _wiring(say: Saying, config: StationConfig, world: World) -> Iterator[Finding]:
    """Relays and contacts: whether they can be reached, and whether two want the same."""
    takers: dict[tuple[object, ...], str] = {}  # pins, channels and control lines: who has them
    holders: dict[str, tuple[object, ...]] = {}  # ports: what holds them, which nothing else can at the same time
    for output in config.outputs:
        apart = {f"relay/{output.name}/{zone}": relay for zone, relay in output.zone_relays.items()}
        contacts = {f"switch/{output.name}": output.stop_switch, f"contact/{output.name}": output.emergency_contact}
        for name, wired in ({f"relay/{output.name}": output.amplifier} | apart | contacts).items():
            kind = wired.relay if isinstance(wired, Relay) else wired.contact
            if kind in {"none", "log"}:
                continue
            spot: tuple[object, ...] = (wired.pin,)
            holder: tuple[object, ...] = ()
            if kind != "gpio" and isinstance(wired, Relay):
                spot = (wired.port, wired.unit if kind == "modbus" else 0, wired.channel)
                holder = (output.name, kind, wired.baud if kind == "modbus" else 0)
            elif kind == "serial" and isinstance(wired, Contact):
                spot, holder = (wired.port, wired.line), ("contact",)
            if takers.setdefault(spot, name) != name:
                yield say.fault(name, "wiring.twice", other=takers[spot])
            elif holder and holders.setdefault(wired.port, holder) != holder:
                yield say.fault(name, "wiring.shared", port=wired.port)
            else:
                yield line(say, name, wired.port, "audio", world) if holder else _pin(say, name, wired.pin, world)


def _pin(say: Saying, name: str, pin: int, world: World) -> Finding:
    chips = list(world.path("/dev").glob("gpiochip*"))
    if not chips:
        return say.fault(name, "pin.absent", pin=pin)
    if not any(may(world, "audio", chip) for chip in chips):
        return say.fault(name, "pin.closed", pin=pin)
    if world.find_module("lgpio") is None:
        return say.fault(name, "pin.no_library", pin=pin)
    return say.ok(name, "pin.fine", pin=pin)


def _screen(say: Saying, world: World) -> Finding:
    if world.variables.get("WAYLAND_DISPLAY") or world.variables.get("DISPLAY"):
        return say.ok("screen", "screen.desktop")
    statuses = world.path("/sys/class/drm").glob("card*-*/status")
    connected = [s.parent.name.partition("-")[2] for s in statuses if s.read_text().strip() == "connected"]
    if connected:
        return say.ok("screen", "screen.fine", name=", ".join(sorted(connected)))
    return say.warning("screen", "screen.absent")


def _port(say: Saying, config: StationConfig) -> Finding:
    """Free, or already served by the station itself."""
    host, port = config.web.host, config.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if _ours(host, port):
                return say.ok("web", "web.ours", port=port)
            return say.fault("web", "web.taken", host=host, port=port, reason=error.strerror)
    return say.ok("web", "web.free", port=port)


def _mail(say: Saying, email: Email, world: World) -> Iterator[Finding]:
    """Nothing where nobody is told by e-mail."""
    if not email.host:
        return
    if not email.to or not email.sender:
        yield say.fault("mail", "mail.nobody", host=email.host)
        return
    try:
        world.knock(email)
    except UntoldError as error:
        todo = say.words(f"fault.{error.code}")
        yield say.fault("mail", "mail.broken", host=email.host, detail=error.detail, todo=todo)
    else:
        yield say.ok("mail", "mail.fine", host=email.host)


def _ours(host: str, port: int) -> bool:
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(here, port, timeout=LIMIT_S)
    try:
        connection.request("GET", "/sign-in")
        cookies = connection.getresponse().headers.get_all("Set-Cookie", [])
        return any(cookie.startswith(OUR_COOKIE) for cookie in cookies)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
