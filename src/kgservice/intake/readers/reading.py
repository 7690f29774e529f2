"""A sheet as its reader hands it on: headings, cells as text by column, and the row and line of each record."""

import bisect
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl
from polars.selectors import by_name

from kgservice import rml
from kgservice.errors import SourceInvalid, SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.report import Cell, Text
from kgservice.report.unseen import visible
from kgservice.rml import Record

ROW = "__row"
TYPE = "__type:"
"""Before the name of a column: its natural datatypes, where the format has some."""
OURS = "__"
"""How columns begin that are no columns of the file."""
_AT_ONCE = 1_000_000
"""Cells that are looked at together."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records of one file or sheet; `frame` has a text column per heading (null = empty) and `__row` (UInt32)."""

    file: str
    sheet: str
    frame: pl.DataFrame
    lines: "tuple[array[int], array[int]] | None" = None
    """Rows and the line each begins at, ascending, where a text file's lines differ from its rows."""
    records: Sequence[Record] = ()
    """JSON and XML: the records; `frame` then holds only the key and the required paths."""
    there: Sequence[str] = ()
    """JSON and XML where the iterator finds nothing: the names that stand where it leads astray."""
    formulation: str = "CSV"
    """`CSV`, `SQL`, `JSONPath` or `XPath` (RML reference formulations), or `RDF`."""

    @property
    def columns(self) -> list[str]:
        """Return the headings."""
        return [column for column in self.frame.columns if not column.startswith(OURS)]

    def cell(self, row: int, column: str = "", value: str = "") -> Cell:
        """Return a place of this sheet."""
        return Cell(self.file, self.sheet, row, column, value, self._line(row))

    def _line(self, row: int) -> int:
        if not self.lines:
            return 0
        rows, lines = self.lines
        at = bisect.bisect_left(rows, row)
        return lines[at] if at < len(rows) and rows[at] == row and lines[at] != row else 0


def of_records(table: Table, file: str, formulation: str, records: Iterable[Record]) -> Sheet:
    """Return records of JSON or XML with a frame of their key and required paths.

    Raises:
        SourceInvalid: when the iterator, key or a required path is no path.
    """
    names = list(dict.fromkeys([*table.key, *table.required]))
    try:
        found = list(records)
        columns = {
            name: pl.Series(["; ".join(rml.texts(record, formulation, name)) for record in found], dtype=pl.String)
            for name in names
        }
    except ValueError as error:
        raise SourceInvalid(
            "source.toml, table {table}: iterator, key and required must be {formulation}: {reason}.",
            table=table.name,
            formulation=formulation,
            reason=str(error),
        ) from None
    frame = pl.DataFrame({**columns, ROW: pl.Series([record.row for record in found], dtype=pl.UInt32)})
    return Sheet(file, "", _emptied(frame, table), records=found, formulation=formulation)


def headings(found: Sequence[str], file: str, sheet: str, row: int) -> list[str]:
    """Return the headings without outer space and without the empty ones at the end.

    Raises:
        SourceUnreadable: when there is none, or two are the same.
    """
    names = [" ".join(heading.split()).strip("\ufeff") for heading in found]
    while names and not names[-1]:
        names.pop()
    where = f"{file} [{sheet}]" if sheet else file
    if not names:
        raise SourceUnreadable(
            "{file} has no headings in row {row}; say the row of the headings as header_row in source.toml.",
            file=where,
            row=row,
        )
    for name, count in Counter(names).items():
        if name and count > 1:
            raise SourceUnreadable(
                "{file} has two columns named {column} in row {row}: {letters}; rename one of them.",
                file=where,
                column=visible(name),
                row=row,
                letters=", ".join(letter(index) for index, one in enumerate(names) if one == name),
            )
        if name.startswith(OURS):
            raise SourceUnreadable(
                "{file} has a column {column}; a heading may not begin with __.",
                file=where,
                column=visible(name),
            )
    return names


def cleaned(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with null for cells of nothing but space or a null word, and without rows of nulls."""
    texts = [column for column in frame.columns if column != ROW and not column.startswith(TYPE)]
    frame = _emptied(frame, table)
    filled = frame.select(pl.any_horizontal(by_name(texts).is_not_null())).to_series()
    return frame if filled.all() else frame.filter(filled)


def _emptied(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    nothing = pl.Series(["", *table.nulls]).implode()
    names = [column for column in frame.columns if column != ROW and not column.startswith(TYPE)]
    if not names or not frame.height:
        return frame
    found = frame.select(by_name(names).str.strip_chars().is_in(nothing).any()).row(0)
    odd = [name for name, some in zip(names, found, strict=True) if some]
    # few at a time: a copy of a long table is what memory lacks
    step = max(_AT_ONCE // frame.height, 1)
    for start in range(0, len(odd), step):
        some = by_name(odd[start : start + step])
        frame = frame.with_columns(
            pl.when(some.str.strip_chars().is_in(nothing)).then(None).otherwise(some).name.keep()
        )
    return frame


def without_unnamed(sheet: Sheet, collector: Collector) -> Sheet:
    """Return the sheet without columns that have no heading; those with values are findings."""
    unnamed = [column for column in sheet.frame.columns if column.startswith(UNNAMED)]
    nothing = sheet.frame.select(by_name(unnamed)).null_count().row(0) if unnamed else ()  # of up to 16,384 at once
    for column, empty in zip(unnamed, nothing, strict=True):
        if count := sheet.frame.height - empty:
            at = sheet.frame[column].is_not_null().arg_max() or 0
            row, value = int(sheet.frame[ROW][at]), str(sheet.frame[column][at])
            collector.violation(
                "read/heading-empty",
                Text(
                    "Column {letter} has no heading but holds values (filled cells: {count}).",
                    {"letter": letter(int(column.removeprefix(UNNAMED))), "count": count},
                ),
                Text("Write a heading over the column, or empty it."),
                sheet.cell(row, letter(int(column.removeprefix(UNNAMED))), value),
            )
    return replace(sheet, frame=sheet.frame.drop(by_name(unnamed)))


UNNAMED = "__column"


def column_names(names: Sequence[str]) -> list[str]:
    """Return names for a frame: the headings, and `__column<n>` (from 0) where there is none."""
    return [name or f"{UNNAMED}{index}" for index, name in enumerate(names)]


def letter(index: int) -> str:
    """Return the letters of a column (from 0) as a spreadsheet shows them."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
