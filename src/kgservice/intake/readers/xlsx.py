"""Reads a sheet of a workbook: every cell as text at its own address, merged cells and lost formulas as findings."""

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_zip
from kgservice.intake.interface import Table
from kgservice.intake.readers.marks import Marks, column_index, marks
from kgservice.intake.readers.reading import ROW, Sheet, cleaned, column_names, headings, letter, without_unnamed
from kgservice.report import Cell, Text

_INFLATED = 1 << 30
_PROMISED = re.compile(rb"""\buniqueCount\s*=\s*["']\s*(\d+)""")
_CELLS = 40_000_000
_DIGITS = 10**15
_Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class _Page:
    """A sheet while it is read: its cells as calamine gives them, rows and columns from 0."""

    file: str
    sheet: str
    table: Table
    collector: Collector
    grid: list[list[Any]]
    names: list[str]

    def cell(self, row: int, column: int, value: str = "") -> Cell:
        """Return the place of a cell; row and column from 0."""
        return Cell(self.file, self.sheet, row + 1, self.heading(column), value)

    def heading(self, column: int) -> str:
        """Return the heading of a column, or its letters."""
        return (self.names[column] if column < len(self.names) else "") or letter(column)

    def matters(self, row: int, first: int, last: int) -> bool:
        """Tell whether one of these columns, below the headings, is not left out knowingly."""
        columns = range(first, min(last, len(self.names)) + 1)
        return row >= self.table.header_row and not {self.heading(column) for column in columns} <= set(
            self.table.unused
        )


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of one sheet, rows numbered as a spreadsheet shows them.

    Raises:
        SourceUnreadable: for a file that is no workbook or a zip bomb, a missing sheet, no headings or two the same.
    """
    check_zip(path, name, _INFLATED)
    _check_strings(path, name)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = _chosen(workbook.sheet_names, table, name, collector)
        seen = marks(path, sheet)
        _check_span(seen, name, sheet)
        content = workbook.get_sheet_by_name(sheet)
        merged = list(content.merged_cell_ranges or [])
        grid: list[list[Any]] = content.to_python(skip_empty_area=False)
    except (CalamineError, OSError, zipfile.BadZipFile, LookupError, ValueError, ParseError) as error:
        raise SourceUnreadable(
            "{file} cannot be read as a workbook ({reason}). Save it as .xlsx again.", file=name, reason=str(error)
        ) from None
    if len(grid) < table.header_row:
        raise SourceUnreadable(
            "{file} has no row {row}, where source.toml says the headings are.", file=name, row=table.header_row
        )
    names = headings([_text(value) for value in grid[table.header_row - 1]], name, sheet, table.header_row)
    page = _Page(name, sheet, table, collector, grid, names)
    _merge(page, merged)
    _lost(page, seen)
    return without_unnamed(Sheet(name, sheet, cleaned(_frame(page), table)), collector)


def _check_strings(path: Path, name: str) -> None:
    """Refuse a workbook that promises more texts than it has bytes: calamine takes memory for what is promised."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.namelist() if part.lower().endswith("sharedstrings.xml")]
            texts = [archive.read(part) for part in parts]
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, zlib.error):
        return  # told when the workbook is opened
    for data in texts:
        if any(int(match[1]) > len(data) for match in _PROMISED.finditer(data)):
            raise SourceUnreadable(
                "{file} cannot be read as a workbook ({reason}). Save it as .xlsx again.",
                file=name,
                reason="sharedStrings.xml: uniqueCount",
            )


def _check_span(seen: Marks, name: str, sheet: str) -> None:
    if seen.last_row * (seen.last_column + 1) > _CELLS:
        raise SourceUnreadable(
            "{file} [{sheet}] spans {rows} rows and {columns} columns, more than can be read; delete what is empty.",
            file=name,
            sheet=sheet,
            rows=seen.last_row,
            columns=seen.last_column + 1,
        )


def _chosen(sheets: Sequence[str], table: Table, name: str, collector: Collector) -> str:
    if table.sheet:
        if table.sheet not in sheets:
            raise SourceUnreadable(
                "{file} has no sheet {sheet}; it has {sheets}.", file=name, sheet=table.sheet, sheets=", ".join(sheets)
            )
        return table.sheet
    if not sheets:
        raise SourceUnreadable("{file} has no sheets.", file=name)
    if len(sheets) > 1:
        collector.info(
            "read/sheets-unread",
            Text(
                "Only the first sheet of {file} was read, not {sheets}.",
                {"file": name, "sheets": ", ".join(sheets[1:])},
            ),
            Text("Name the sheet in source.toml if it should be another."),
            Cell(name, sheets[0]),
        )
    return sheets[0]


def _frame(page: _Page) -> pl.DataFrame:
    first = page.table.header_row
    body = page.grid[first:]
    width = max((len(row) for row in body), default=0)
    named = [*page.names, *[""] * (width - len(page.names))]
    columns = []
    for index, column in enumerate(column_names(named)):
        values = [row[index] for row in body] if index < width else [""] * len(body)
        texts = [value if value.__class__ is str else _text(value) for value in values]
        for at, value in enumerate(values):
            if value.__class__ is float and abs(value) >= _DIGITS:
                texts[at] = ""
                _imprecise(page, first + at, index, value)
        columns.append(pl.Series(column, texts, dtype=pl.String))
    return pl.DataFrame(columns).with_columns(pl.int_range(first + 1, first + 1 + pl.len(), dtype=pl.UInt32).alias(ROW))


def _imprecise(page: _Page, row: int, column: int, value: float) -> None:
    page.collector.violation(
        "read/number-imprecise",
        Text("This number has more than 15 digits; the spreadsheet has lost the last ones."),
        Text("Format the column as text and type the number again."),
        page.cell(row, column, repr(value)),
    )


def _merge(page: _Page, merged: Sequence[_Area]) -> None:
    for (top, left), (bottom, right) in merged:
        if not page.matters(bottom, left, right):
            continue
        value = page.grid[top][left] if top < len(page.grid) and left < len(page.grid[top]) else ""
        if page.table.merged == "fill":
            for row in page.grid[max(top, page.table.header_row) : bottom + 1]:
                row[left : right + 1] = [value] * (right + 1 - left)
            continue
        area = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
        page.collector.violation(
            "read/merged",
            Text("The cells {area} are merged: only the first holds the value, the others are empty.", {"area": area}),
            Text('Split them and repeat the value where it holds, or write merged = "fill" in source.toml.'),
            page.cell(top, left, _text(value)),
        )


def _lost(page: _Page, seen: Marks) -> None:
    for row, letters in seen.formulas:
        column = column_index(letters)
        if page.matters(row - 1, column, column):
            page.collector.violation(
                "read/formula-empty",
                Text("The formula in {cell} has no stored result.", {"cell": f"{letters}{row}"}),
                Text("Open the file in a spreadsheet program, let it calculate and save it; or paste the values."),
                page.cell(row - 1, column),
            )
    for row, letters, value in seen.errors:
        column = column_index(letters)
        if page.matters(row - 1, column, column):
            page.collector.violation(
                "read/formula-error",
                Text("The cell {cell} holds the error {value}.", {"cell": f"{letters}{row}", "value": value}),
                Text("Mend the formula, or empty the cell."),
                page.cell(row - 1, column, value),
            )


def _text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates and times in ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _DIGITS else repr(value)
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
