"""Reads a table, a view or a SELECT of a SQLite database: read only, untouched, with limits of time and size."""

import sqlite3
import time
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import ROW, TYPE, Sheet, cleaned, headings
from kgservice.report import Cell, Text
from kgservice.terms import PREFIXES

SQL = "SQL"
_MAGIC = b"SQLite format 3\0"
_SECONDS = 120.0
_STEPS = 20_000
_BYTES = 1 << 30
_ROWS = 20_000
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_TYPES: dict[type, str] = {
    int: PREFIXES["xsd"] + "integer",
    float: PREFIXES["xsd"] + "double",
    bytes: PREFIXES["xsd"] + "hexBinary",
}
"""Natural datatypes of what SQLite stores (R2RML 10.2); a text has none."""


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the rows of `sheet` (a table or view; the only one unless said) or of the SELECT in `iterator`.

    Raises:
        SourceUnreadable: for a file that is no whole database, a table that it lacks, a statement that is no SELECT,
            one that takes longer than 120 s or gives more than 1 GiB of text.
    """
    _check_head(path, name, collector)
    try:
        with closing(_connected(path)) as base:
            _check_whole(base, name)
            query = _query(base, table, name)
            cursor = base.execute(query)
            names = headings([column[0] for column in cursor.description], name, table.sheet, 1)
            frame = pl.concat([_empty(names), *_frames(cursor, names, name)], how="diagonal")
    except sqlite3.Error as error:
        if str(error) == "interrupted":
            raise SourceUnreadable(
                "{file}: {sheet} gives no end of rows within {seconds} s; deliver a table instead of a view or SELECT.",
                file=name, sheet=table.sheet or table.iterator or "SELECT", seconds=round(_SECONDS),
            ) from None  # fmt: skip
        raise SourceUnreadable(
            "{file} cannot be read as a SQLite database ({reason}).", file=name, reason=str(error)
        ) from None
    return Sheet(name, table.sheet, cleaned(frame, table), formulation=SQL)


def names(path: Path) -> tuple[str, ...]:
    """Return the names of the tables and views of a database, sorted."""
    with closing(_connected(path)) as base:
        return _tables(base)


def _check_head(path: Path, name: str, collector: Collector) -> None:
    with path.open("rb") as stream:
        head = stream.read(100)
    if not head.startswith(_MAGIC):
        raise SourceUnreadable("{file} is not a SQLite database; is its format right?", file=name)
    if 2 in head[18:20]:
        collector.warning(
            "read/database-open",
            Text("{file} is in WAL mode: what was written last may still lie in another file.", {"file": name}),
            Text("Close the program that writes it, run PRAGMA journal_mode = DELETE, and deliver the file again."),
            Cell(name),
        )


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    base.text_factory = lambda data: data.decode("utf-8", "replace")
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA cell_size_check = ON")
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 26)
    base.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
    base.set_authorizer(_authorized)
    deadline = time.monotonic() + _SECONDS
    base.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    return base


def _check_whole(base: sqlite3.Connection, name: str) -> None:
    """Refuse a database whose pages do not fit together: rows of it would be missing without a word."""
    base.set_authorizer(None)
    found = base.execute("PRAGMA quick_check(1)").fetchone()[0]
    base.set_authorizer(_authorized)
    if found != "ok":
        reason = " ".join(found.removeprefix("*** in database main ***").split())
        raise SourceUnreadable("{file} cannot be read as a SQLite database ({reason}).", file=name, reason=reason)


def _authorized(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _tables(base: sqlite3.Connection) -> tuple[str, ...]:
    found = base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    return tuple(sorted(name for (name,) in found))


def _query(base: sqlite3.Connection, table: Table, name: str) -> str:
    """Return the SELECT that a table stands for; the authorizer refuses every other statement."""
    asked = table.sheet or table.iterator
    known = _tables(base)
    if not asked and len(known) == 1:
        asked = known[0]
    if asked in known:
        quoted = asked.replace('"', '""')
        return f'SELECT * FROM "{quoted}"'  # noqa: S608 - the name is one that the database has
    if asked.lstrip().upper().startswith(("SELECT", "WITH", "VALUES")):
        return asked
    if not known:
        raise SourceUnreadable("{file} holds no table; nothing was delivered.", file=name)
    raise SourceUnreadable(
        "{file} has no table {sheet}; it has {sheets}. Name one as sheet in source.toml.",
        file=name,
        sheet=asked or "-",
        sheets=", ".join(known) or "-",
    )


def _frames(cursor: sqlite3.Cursor, names: list[str], file: str) -> Iterator[pl.DataFrame]:
    number, size = 0, 0
    while rows := cursor.fetchmany(_ROWS):
        columns: dict[str, Any] = {}
        for index, column in enumerate(names):
            values = [row[index] for row in rows]
            texts = [value if value.__class__ is str else _text(value) for value in values]
            size += sum(len(text) for text in texts if text)
            columns[column] = pl.Series(texts, dtype=pl.String)
            types = [_TYPES.get(type(value)) for value in values]
            if any(types):
                columns[TYPE + column] = pl.Series(types, dtype=pl.String)
        if size > _BYTES:
            raise SourceUnreadable("{file} gives more than {limit} bytes of text.", file=file, limit=_BYTES)
        columns[ROW] = pl.Series(array("L", range(number + 1, number + 1 + len(rows))), dtype=pl.UInt32)
        number += len(rows)
        yield pl.DataFrame(columns)


def _empty(names: list[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), ROW: pl.UInt32})


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return None if value is None else str(value)
