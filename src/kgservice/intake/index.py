"""Keeps what leads from a node back to its rows: the source as it was, places of rows, an index of subjects."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kgservice.errors import StateBroken
from kgservice.intake.interface import Delivery, Source
from kgservice.intake.sources import SPOKEN

_INDEX = "rows.sqlite"
_FACTS = "lineage.json"
FINDINGS = "findings.sqlite"
"""File of all findings of a conversion, in its folder."""
_MANY = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A file or sheet that a conversion read for a table."""

    table: str
    file: str
    sha256: str
    sheet: str = ""
    member: str = ""
    """Name inside a packed file."""

    @property
    def name(self) -> str:
        """Return the name that findings say."""
        return f"{self.file}/{self.member}" if self.member else self.file


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known to map a row again: base of IRIs, places, and the folder of deliveries as it was."""

    base: str
    source: str
    delivery: str
    kept: str
    places: tuple[Place, ...]
    reading: Mapping[str, str] = field(default_factory=dict)
    """What was said of this delivery against source.toml."""


def record(
    folder: Path,
    source: Source,
    delivery: Delivery,
    base: str,
    places: Sequence[Place],
    subjects: Iterable[tuple[str, int, int]],
) -> None:
    """Write the lineage of a conversion: facts, the source's files as they are, and an index from subject to row.

    `subjects` are (subject in N-Triples, number of its place, row), sorted.
    """
    content = folder / source.name
    content.mkdir(parents=True)
    for path in (source.folder / "source.toml", source.mapping):
        if path.is_file():  # RDF needs no mapping
            shutil.copyfile(path, content / path.name)
    for tables, name in ((source.lookups, source.lookups.name), (source.spoken, SPOKEN)):
        if tables.is_dir():
            shutil.copytree(tables, content / name)
    kept = str(delivery.files[0].path.parent.parent) if delivery.files else ""
    facts = Facts(base, source.name, delivery.sha256, kept, tuple(places), dict(delivery.reading))
    (folder / _FACTS).write_text(json.dumps(asdict(facts), ensure_ascii=False, indent=1) + "\n", "utf-8")
    with closing(sqlite3.connect(folder / _INDEX, isolation_level=None)) as index:
        index.execute("PRAGMA journal_mode = OFF")
        index.execute("PRAGMA synchronous = OFF")
        index.execute(
            "CREATE TABLE rows (subject TEXT, place INTEGER, row INTEGER, PRIMARY KEY (subject, place, row))"
            " WITHOUT ROWID"
        )
        index.execute("BEGIN")
        index.executemany("INSERT INTO rows VALUES (?, ?, ?)", subjects)
        index.execute("COMMIT")


def facts(folder: Path) -> Facts:
    """Return the facts of a conversion.

    Raises:
        StateBroken: when the folder holds no lineage.
    """
    try:
        body = json.loads((folder / _FACTS).read_text("utf-8"))
        places = tuple(Place(**entry) for entry in body.pop("places"))
        return Facts(**body, places=places)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StateBroken("{path} holds no lineage: {reason}.", path=str(folder), reason=str(error)) from None


def rows_by_place(folder: Path, focuses: Iterable[str]) -> dict[int, dict[int, list[str]]]:
    """Return, by place and row, which of these nodes (IRIs) were made of the row."""
    wanted = sorted({f"<{focus}>" for focus in focuses})
    found: dict[int, dict[int, list[str]]] = {}
    with closing(sqlite3.connect(f"{(folder / _INDEX).absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as index:
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            marks = ",".join("?" * len(some))
            query = f"SELECT subject, place, row FROM rows WHERE subject IN ({marks}) ORDER BY place, row"  # noqa: S608
            for subject, place, row in index.execute(query, some):
                found.setdefault(place, {}).setdefault(row, []).append(subject[1:-1])
    return found
