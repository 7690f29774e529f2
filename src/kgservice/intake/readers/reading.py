"""A sheet as its reader hands it on: headings, cells as text by column, and the row and line of each record."""

import bisect
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.report import Cell, Text

ROW = "__row"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records of one file or sheet; `frame` has a text column per heading (null = empty) and `__row` (UInt32)."""

    file: str
    sheet: str
    frame: pl.DataFrame
    lines: "tuple[array[int], array[int]] | None" = None
    """Rows and the line each begins at, ascending, where a text file's lines differ from its rows."""

    @property
    def columns(self) -> list[str]:
        """Return the headings."""
        return [column for column in self.frame.columns if column != ROW]

    def cell(self, row: int, column: str = "", value: str = "") -> Cell:
        """Return a place of this sheet."""
        return Cell(self.file, self.sheet, row, column, value, self._line(row))

    def _line(self, row: int) -> int:
        if not self.lines:
            return 0
        rows, lines = self.lines
        at = bisect.bisect_left(rows, row)
        return lines[at] if at < len(rows) and rows[at] == row and lines[at] != row else 0


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
    for name in names:
        if name and names.count(name) > 1:
            raise SourceUnreadable(
                "{file} has two columns named {column}; rename one of them.", file=where, column=name
            )
    return names


def cleaned(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with null for cells of nothing but space or a null word, and without rows of nulls."""
    empty = pl.Series(["", *table.nulls])
    texts = [column for column in frame.columns if column != ROW]
    kept = frame.with_columns(
        pl.when(pl.col(column).str.strip_chars().is_in(empty.implode()))
        .then(None)
        .otherwise(pl.col(column))
        .alias(column)
        for column in texts
    )
    return kept.filter(pl.any_horizontal(pl.col(texts).is_not_null()))


def without_unnamed(sheet: Sheet, collector: Collector) -> Sheet:
    """Return the sheet without columns that have no heading; those with values are findings."""
    unnamed = [column for column in sheet.frame.columns if column.startswith(UNNAMED)]
    for column in unnamed:
        filled = sheet.frame.filter(pl.col(column).is_not_null())
        if filled.height:
            row, value = filled.row(0, named=True)[ROW], filled.row(0, named=True)[column]
            collector.violation(
                "read/heading-empty",
                Text(
                    "Column {letter} has {count} values but no heading.",
                    {"letter": letter(int(column.removeprefix(UNNAMED))), "count": filled.height},
                ),
                Text("Write a heading over the column, or empty it."),
                sheet.cell(row, letter(int(column.removeprefix(UNNAMED))), value),
            )
    return Sheet(sheet.file, sheet.sheet, sheet.frame.drop(unnamed), sheet.lines)


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
