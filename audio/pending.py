"""Emergencies that sound and have no row yet: one small file each, beside the store, until the keeper has written it.

So that whoever kills the process while the database is locked takes neither the emergency nor its journal line with
it. The player puts a file down after the sound has begun, without waiting for the card; the keeper has it on the
card before it turns to the store. Knows neither engine nor store.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from datetime import datetime
from pathlib import Path

from audio.notes import Raised
from controller.core.errors import StationError
from controller.core.utterances import raised_document, raised_from
from controller.runtime.files import replace_file, sync_folder
from controller.runtime.places import Places

log = logging.getLogger(__name__)


class Pending:
    """Of one output. `left`: what the process before this one could not write down, in the order in which it came."""

    def __init__(self, places: Places, output: str) -> None:
        self._places = places
        self._lock = threading.Lock()  # never held while the card is waited for
        self._unsafe: set[Path] = set()  # put down, and not yet surely on the card
        self._written: set[str] = set()  # the keeper was quicker than the player
        self.left = sorted(self._found(output), key=lambda raised: raised.at)

    def keep(self, raised: Raised) -> None:
        """Survive the process from here on. Where there is no room even for this, the sound matters more."""
        document = {**raised_document(raised.utterance), "at": raised.at.isoformat()}
        path = self._path(raised.utterance.id)
        with self._lock:
            if raised.utterance.id in self._written:
                self._written.discard(raised.utterance.id)
                return
            try:
                replace_file(path, json.dumps(document, ensure_ascii=False).encode(), durable=False)
            except StationError as error:
                log.error("a kill would lose emergency %s: %s", raised.utterance.id, error)
            else:
                self._unsafe.add(path)

    def secure(self) -> None:
        """Survive a power cut too."""
        with self._lock:
            unsafe, self._unsafe = self._unsafe, set()
        for path in unsafe:
            try:
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
                sync_folder(path.parent)
            except OSError as error:
                log.error("a power cut would lose %s: %s", path.name, error)

    def forget(self, ident: str) -> None:
        """Its row is written. A power cut must not bring the file back: what was stopped since would sound again."""
        path = self._path(ident)
        try:
            with self._lock:
                if not path.exists():
                    self._written.add(ident)
                    return
                path.unlink()
                self._unsafe.discard(path)
            sync_folder(path.parent)
        except OSError as error:
            log.error("%s cannot be removed: %s", path.name, error)

    def _path(self, ident: str) -> Path:
        return self._places.raised(hashlib.sha256(ident.encode()).hexdigest()[:32])

    def _found(self, output: str) -> list[Raised]:
        found = []
        for path in self._places.state.glob(self._places.raised("*").name):
            try:
                document = json.loads(path.read_text(encoding="utf-8"))
                raised = Raised(datetime.fromisoformat(document["at"]), raised_from(document))
            except FileNotFoundError:  # another output's, written just now
                continue
            except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
                log.error("%s is no emergency: %s", path.name, error)
                continue
            if raised.utterance.output == output:
                found.append(raised)
        return found
