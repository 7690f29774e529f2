"""The tables of people, tokens, sessions and the audit trail; tables of earlier versions are kept as they are."""

import sqlite3
from collections.abc import Iterable

SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL, expires TEXT);
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL,
    created TEXT NOT NULL, last TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS limits (holder TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (holder, source));
CREATE TABLE IF NOT EXISTS sessions (hash TEXT PRIMARY KEY, user TEXT NOT NULL, created TEXT NOT NULL,
    seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempts (name TEXT NOT NULL, address TEXT NOT NULL, time REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (time);
CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, actor TEXT NOT NULL,
    what TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, before TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is not shortened'); END;
"""


def limit(desk: sqlite3.Connection, holder: str, sources: Iterable[str]) -> None:
    """Limit a holder (`user:NAME` or `token:NAME`) to these sources; none = to nothing narrower than all."""
    desk.execute("DELETE FROM limits WHERE holder = ?", (holder,))
    desk.executemany("INSERT INTO limits (holder, source) VALUES (?, ?)", [(holder, name) for name in set(sources)])


def limits(desk: sqlite3.Connection, holder: str) -> tuple[str, ...]:
    """Return the sources that a holder is limited to, by name; empty = all."""
    found = desk.execute("SELECT source FROM limits WHERE holder = ? ORDER BY source", (holder,))
    return tuple(row["source"] for row in found)
