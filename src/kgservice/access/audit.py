"""The audit trail: who did what, when, and how it ended; rows are only ever added, each bound to the one before."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kgservice.access.schema import SCHEMA
from kgservice.desk import Desk, now, written

_START = "0" * 64
_LONGEST = 4000  # characters of what was done


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    id: int
    time: str
    """UTC, ISO 8601, to the second."""
    actor: str
    """`os:LOGIN`, `user:NAME` or `token:NAME`."""
    what: str
    outcome: str
    """`begun`, `done`, or the slug of the error that ended it."""
    detail: str
    before: str
    """Hash of the entry before."""
    hash: str


class Audit:
    """The trail of one state folder."""

    def __init__(self, state: Path) -> None:
        self._desk = Desk(state, SCHEMA)

    def write(self, actor: str, what: str, outcome: str = "done", detail: str = "") -> None:
        """Add an entry.

        Raises:
            StateBroken: the state folder cannot be written.
        """
        with self._desk.open(writing=True) as desk:
            note(desk, actor, what, outcome, detail)

    def count(self, actor: str = "", word: str = "") -> int:
        """Return how many entries there are of an actor, holding a word."""
        if not self._desk.there:
            return 0
        where, values = _filter(actor, word)
        with self._desk.open() as desk:
            return int(desk.execute(f"SELECT COUNT(*) FROM audit{where}", values).fetchone()[0])  # noqa: S608

    def newest(self, start: int, count: int, actor: str = "", word: str = "") -> list[Entry]:
        """Return a window of the entries, newest first, of an actor, holding a word."""
        if not self._desk.there:
            return []
        where, values = _filter(actor, word)
        query = f"SELECT * FROM audit{where} ORDER BY id DESC LIMIT ? OFFSET ?"  # noqa: S608
        with self._desk.open() as desk:
            return [Entry(**dict(row)) for row in desk.execute(query, (*values, count, start))]

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, oldest first."""
        last, block = 0, 1000
        while self._desk.there:
            query = "SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?"
            with self._desk.open() as desk:
                rows = [Entry(**dict(row)) for row in desk.execute(query, (last, block))]
            yield from rows
            if len(rows) < block:
                return
            last = rows[-1].id

    def broken(self) -> int | None:
        """Return the id of the first entry that does not fit the ones before it, or None when all do."""
        before = _START
        for number, entry in enumerate(self.entries(), 1):
            if entry.id != number or entry.before != before or entry.hash != _hash(entry):
                return entry.id
            before = entry.hash
        return None


def note(desk: sqlite3.Connection, actor: str, what: str, outcome: str = "done", detail: str = "") -> None:
    """Add an entry inside a transaction that writes."""
    last = desk.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    number, before = (last["id"] + 1, last["hash"]) if last else (1, _START)
    texts = (actor or "?", what[:_LONGEST], outcome, detail[:_LONGEST])
    entry = Entry(number, written(now()), *texts, before, "")
    desk.execute(
        "INSERT INTO audit (id, time, actor, what, outcome, detail, before, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*list(asdict(entry).values())[:-1], _hash(entry)),
    )


def _hash(entry: Entry) -> str:
    body = [entry.id, entry.time, entry.actor, entry.what, entry.outcome, entry.detail, entry.before]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode("utf8", "surrogatepass")).hexdigest()


def _filter(actor: str, word: str) -> tuple[str, list[str]]:
    parts = ([("actor = ?", actor)] if actor else []) + ([("instr(what || ' ' || detail, ?)", word)] if word else [])
    return (" WHERE " + " AND ".join(part for part, _ in parts) if parts else ""), [value for _, value in parts]
