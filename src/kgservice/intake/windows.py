"""Keeps the tables of a delivery in packed blocks, so that a page shows any window of them without reading the file."""

import bisect
import csv
import io
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgservice.intake.interface import Table

if TYPE_CHECKING:
    from kgservice.intake.readers.reading import Sheet

_FILE = "tables.sqlite"
_BLOCK = 500
_PACK = 1
_LONGEST = 1 << 30  # of a cell; the csv room refuses longer ones than 131,072 characters otherwise


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of a delivery as it is kept."""

    number: int
    table: str
    file: str
    sheet: str
    columns: tuple[str, ...]
    rows: int
    header_row: int
    """0 where the file has no headings, or is none of rows."""
    format: str


def keep(folder: Path, sheets: Iterable[tuple[Table, "Sheet"]], paths: Mapping[str, Sequence[str]]) -> None:
    """Write the tables of a conversion into its lineage; `paths` are what the mapping reads, by table."""
    (folder / _FILE).unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / _FILE, isolation_level=None)) as into:
        into.execute("PRAGMA journal_mode = OFF")
        into.execute("PRAGMA synchronous = OFF")
        into.execute(
            "CREATE TABLE tables (number INTEGER PRIMARY KEY, name TEXT, file TEXT, sheet TEXT, columns TEXT,"
            " rows INTEGER, header INTEGER, format TEXT)"
        )
        into.execute("CREATE TABLE blocks (number INTEGER, at INTEGER, first INTEGER, last INTEGER, packed BLOB)")
        into.execute("BEGIN")
        for number, (table, sheet) in enumerate(sheets):
            columns, rows = _frame(sheet, paths.get(table.name, ()))
            header = table.header_row if sheet.formulation in ("CSV", "SQL") else 0
            into.execute(
                "INSERT INTO tables VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(number, table.name, sheet.file, sheet.sheet, json.dumps(columns, ensure_ascii=False)),
                    *(sheet.frame.height, header, table.format),
                ),
            )
            into.executemany("INSERT INTO blocks VALUES (?, ?, ?, ?, ?)", ((number, *block) for block in rows))
        into.execute("COMMIT")
        into.execute("CREATE INDEX blocks_by_place ON blocks (number, at)")
        into.execute("CREATE INDEX blocks_by_row ON blocks (number, last)")


class Windows:
    """The kept tables of a conversion, read a block at a time; close it, or use it in a `with` block."""

    def __init__(self, folder: Path) -> None:
        path = folder / _FILE
        self._file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def __enter__(self) -> "Windows":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def tables(self) -> list[Kept]:
        """Return the tables, in the order that they were read."""
        found = self._file.execute("SELECT number, name, file, sheet, columns, rows, header, format FROM tables")
        return [Kept(n, name, file, sheet, tuple(json.loads(c)), *rest) for n, name, file, sheet, c, *rest in found]

    def rows(self, table: Kept, start: int = 0, count: int = 50) -> list[tuple[int, list[str]]]:
        """Return `count` rows from the position `start` on: number as a spreadsheet shows it, and cells."""
        found = self._file.execute(
            "SELECT at, packed FROM blocks WHERE number = ? AND at > ? AND at < ? ORDER BY at",
            (table.number, start - _BLOCK, start + count),
        )
        rows = [(at + n, row) for at, packed in found for n, row in enumerate(_unpacked(packed))]
        return [row for at, row in rows if start <= at < start + count]

    def numbered(self, table: Kept, numbers: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of these numbers, ascending; those that are not there are left out."""
        wanted = sorted(set(numbers))
        at = 0
        while at < len(wanted):
            found = self._file.execute(
                "SELECT first, last, packed FROM blocks WHERE number = ? AND last >= ? ORDER BY last LIMIT 1",
                (table.number, wanted[at]),
            ).fetchone()
            if found is None:
                return
            first, last, packed = found
            end = bisect.bisect_right(wanted, last)
            if wanted[end - 1] >= first:
                some = set(wanted[at:end])
                yield from (row for row in _unpacked(packed) if row[0] in some)
            at = end


def has(folder: Path) -> bool:
    """Tell whether a conversion kept its tables."""
    return (folder / _FILE).is_file()


def _unpacked(packed: bytes) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST)
    text = io.StringIO(zlib.decompress(packed).decode("utf8"), newline="")
    for number, *cells in csv.reader(text):
        yield int(number), cells


def _frame(sheet: "Sheet", paths: Sequence[str]) -> tuple[list[str], Iterator[tuple[int, int, int, bytes]]]:
    """Return columns and packed blocks of a sheet; of JSON and XML, what the mapping and the key read."""
    import polars as pl  # pages load this room and never write
    from polars.selectors import by_name

    from kgservice import rml
    from kgservice.intake.readers.reading import ROW

    frame = sheet.frame
    columns = list(sheet.columns)
    if sheet.records and sheet.formulation in ("JSONPath", "XPath"):
        more = [path for path in dict.fromkeys(paths) if path not in columns]
        for path in more:
            texts = ["; ".join(rml.texts(record, sheet.formulation, path)) for record in sheet.records]
            if len(texts) == frame.height:
                frame = frame.with_columns(pl.Series(path, texts, dtype=pl.String))
                columns.append(path)

    def blocks() -> Iterator[tuple[int, int, int, bytes]]:
        plain = frame.select(ROW, by_name(columns))
        for at in range(0, frame.height, _BLOCK):
            some = plain.slice(at, _BLOCK)
            target = io.BytesIO()
            some.write_csv(target, include_header=False)
            yield at, some[ROW][0], some[ROW][-1], zlib.compress(target.getbuffer(), _PACK)

    return columns, blocks()
