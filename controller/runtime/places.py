"""Where everything lies under the state directory (`--state`, LOALANG_STATE). Paths only, no I/O
but `make`.

Sockets and other things that must not outlive a boot lie in `run/`; on the Pi that is a link to
/run/loalang (tmpfiles.d). Each kind of process has a room there, which only its own user may write to: so
nobody else can take the place of its doorbell, its lock or its progress, whether it runs or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from controller.core.errors import StationError

KINDS = ("audio", "controller", "web", "kiosk", "screen", "panel", "sign", "run")  # how names of processes begin


@dataclass(frozen=True, slots=True)
class Places:
    state: Path

    @property
    def config(self) -> Path:
        return self.state / "station.toml"

    @property
    def station_db(self) -> Path:
        return self.state / "station.db"

    @property
    def filings(self) -> Path:
        """A folder of its own for what residents file: few may enter it."""
        return self.state / "filings"

    @property
    def filings_db(self) -> Path:
        """Residents' files, sealed to the desk's key."""
        return self.filings / "filings.db"

    @property
    def page_key(self) -> Path:
        """What the page alone may open is locked under it; in a folder that only the page enters, and makes itself."""
        return self.state / "page" / "page.key"

    @property
    def last_known(self) -> Path:
        """The last known time; the clock never starts before it."""
        return self.state / "last-known-time"

    @property
    def renditions(self) -> Path:
        """Prepared sound files, `<sha256>.wav`."""
        return self.state / "renditions"

    @property
    def sounds(self) -> Path:
        """Sound files that somebody has brought or spoken, `<sha256>`."""
        return self.state / "sounds"

    @property
    def voices(self) -> Path:
        """What the kiosk says aloud, `<key>.wav`: nothing of any resident's."""
        return self.state / "voices"

    @property
    def notice_pictures(self) -> Path:
        """Pictures that somebody has brought for notices, `<sha256>.png`."""
        return self.state / "notice-pictures"

    @property
    def uploads(self) -> Path:
        """Where a brought file lies until it has been judged."""
        return self.state / "uploads"

    @property
    def recordings(self) -> Path:
        """What a station without a sound card would have played, `<output>.wav`."""
        return self.state / "recordings"

    @property
    def pictures(self) -> Path:
        """What each face shows now: `kiosk.png`, `board-<id>.png`, `board-<id>.txt`."""
        return self.state / "pictures"

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def kiosk_requests(self) -> Path:
        """What residents ask for at the kiosk, `<id>.json`, until the controller has taken it over."""
        return self.state / "kiosk-requests"

    def rendition(self, sha256: str) -> Path:
        return self.renditions / f"{sha256}.wav"

    def voice(self, key: str) -> Path:
        return self.voices / f"{key}.wav"

    def sound(self, sha256: str) -> Path:
        return self.sounds / sha256

    def notice_picture(self, sha256: str) -> Path:
        return self.notice_pictures / f"{sha256}.png"

    def prepared_alarm(self, output: str) -> Path:
        """What the emergency contact of an output plays."""
        return self.state / f"alarm-{output}.json"

    def raised(self, name: str) -> Path:
        """An emergency that sounds and could not be written down yet; `name` "*": all of them."""
        return self.state / f"raised-{name}.json"

    def recording(self, output: str) -> Path:
        return self.recordings / f"{output}.wav"

    def kiosk_request(self, ident: str) -> Path:
        return self.kiosk_requests / f"{ident}.json"

    def picture(self, face: str) -> Path:
        return self.pictures / f"{face}.png"

    def room(self, process: str) -> Path:
        """Where a process of this name keeps what is its own while it runs; "audio-main" is of the kind "audio"."""
        return self.run / process.partition("-")[0]

    def _own(self, process: str, what: str) -> Path:
        name = process.partition("-")[2]
        return self.room(process) / (f"{name}.{what}" if name else what)

    def bell(self, process: str) -> Path:
        return self._own(process, "bell")

    def bells(self) -> list[str]:
        """The names of the processes that have hung up a doorbell, living or not."""
        found = [(path.parent.name, path.name.rpartition(".")[0]) for path in self.run.glob("*/*bell")]
        return sorted("-".join(filter(None, parts)) for parts in found)

    def lock(self, process: str) -> Path:
        """Held by the one process of that name."""
        return self._own(process, "lock")

    def progress(self, output: str) -> Path:
        """How far the output has come with what it plays; on the Pi in memory: survives the process, not the boot."""
        return self._own(f"audio-{output}", "progress")

    def report(self, process: str) -> Path:
        """What the process of a screen or of panels knows of its board, until the controller has taken it over."""
        return self._own(process, "state")

    def emulated_sign(self, board: str) -> Path:
        """A link to the emulator's pty."""
        return self._own(f"sign-{board}", "tty")

    def emulated_port(self, board: str) -> Path:
        """Says on which TCP port of this machine an emulated board listens."""
        return self._own(f"sign-{board}", "port")

    def make(self, processes: Iterable[str] = KINDS) -> None:
        """Make the folders that are not there yet, and rooms for these processes; StationError where that is not
        allowed. On the Pi each process makes room for itself alone: what it makes for another would be its own."""
        kept = (
            self.renditions,
            self.sounds,
            self.notice_pictures,
            self.uploads,
            self.recordings,
            self.filings,
            self.kiosk_requests,
            self.voices,
        )
        for folder in (self.state, *kept, self.pictures, self.run, *map(self.room, processes)):
            try:
                folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            except OSError as error:
                raise StationError(f"cannot make the state directory {folder}: {error.strerror or error}") from error
