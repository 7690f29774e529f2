"""What shapes read, kept with what a check found: to know it, every query of theirs is parsed, which takes a second."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from kgservice.shacl import Read

Reads = Mapping[str, Iterable[Read]]
"""As `shacl.closure` returns it."""


def keep(path: Path, reads: Reads, under: str) -> None:
    """Write into a file of trails what the shapes read; `under` is that of `trails.save`."""
    if any(root.startswith("_:") for root in reads):
        return  # the label of a blank node is another one whenever the shapes are read
    rows = [
        (root, None if read.way is None else json.dumps(read.way), read.predicate, read.inverse)
        for root, of_root in reads.items()
        for read in of_root
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE read (root TEXT, way TEXT, predicate TEXT, inverse INTEGER)")
        connection.execute("CREATE TABLE read_under (made_by TEXT)")
        connection.executemany("INSERT INTO read VALUES (?, ?, ?, ?)", sorted(rows, key=str))
        connection.execute("INSERT INTO read_under VALUES (?)", (under,))


def kept(path: Path, under: str) -> Reads | None:
    """Return what the shapes read by a file of trails; None where it was not written, or by others than `under`."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'read_under'").fetchall()
        if not tables or connection.execute("SELECT made_by FROM read_under").fetchone() != (under,):
            return None
        found: dict[str, list[Read]] = {}
        for root, way, predicate, inverse in connection.execute("SELECT root, way, predicate, inverse FROM read"):
            steps = None if way is None else tuple(json.loads(way))
            found.setdefault(root, []).append(Read(steps, predicate, bool(inverse)))
    return found
