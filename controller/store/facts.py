"""Single values of the station ("welcomed", "last_seen"), and the health of its parts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from controller.core.journal import Kind
from controller.store import journal
from controller.store.columns import as_instant, instant
from controller.store.connection import Tx


def fact(tx: Tx, name: str) -> str:
    """The value, or "" where it was never set."""
    row = tx.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else ""


def is_set(tx: Tx, name: str) -> bool:
    """Whether it was ever set, be it to ""."""
    return tx.execute("SELECT 1 FROM facts WHERE name = ?", (name,)).fetchone() is not None


def set_fact(tx: Tx, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


@dataclass(frozen=True, slots=True)
class Health:
    """`fault` is "" while the component is in order, else a key of the catalogues (`fault.*`)."""

    component: str
    fault: str
    facts: dict[str, str]
    since: datetime


def report(tx: Tx, at: datetime, component: str, fault: str = "", **facts: str) -> bool:
    """Record how a component is; journals and returns True only when it changed."""
    row = tx.execute("SELECT fault FROM health WHERE component = ?", (component,)).fetchone()
    before = row["fault"] if row else ""
    if row is not None and before == fault:
        return False
    tx.execute(
        "INSERT INTO health (component, fault, facts, since) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (component) DO UPDATE SET fault = excluded.fault, facts = excluded.facts, since = excluded.since",
        (component, fault, json.dumps(facts, ensure_ascii=False), instant(at)),
    )
    if fault:
        journal.write(tx, at, Kind.FAULT, component, fault=fault, **facts)
    elif before:
        journal.write(tx, at, Kind.RECOVERED, component, fault=before)
    return True


def health(tx: Tx) -> list[Health]:
    return [
        Health(row["component"], row["fault"], json.loads(row["facts"]), as_instant(row["since"]))
        for row in tx.execute("SELECT * FROM health ORDER BY component")
    ]
