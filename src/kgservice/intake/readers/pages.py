"""A sheet of a workbook while it is read, XLSX and ODS alike: its grid becomes a frame, its oddities findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.bands import Area, band
from kgservice.intake.readers.marks import Marks, column_index
from kgservice.intake.readers.reading import ROW, column_names, headings, letter
from kgservice.report import Cell, Text

DIGITS = 10**15
"""Numbers from here on have lost digits in a spreadsheet."""


@dataclass(slots=True)
class Page:
    """A sheet while it is read: its cells as calamine gives them, rows and columns from 0."""

    file: str
    sheet: str
    table: Table
    collector: Collector
    grid: list[list[Any]]
    """Cells as the format has them: texts, numbers, dates, truth values; "" = empty."""
    text: Callable[[Any], str]
    """Makes the text of a cell."""
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


def page_of(
    table: Table, file: str, sheet: str, collector: Collector, grid: list[list[Any]], text: Callable[[Any], str],
    merged: Sequence[Area] = (),
) -> Page:  # fmt: skip
    """Return a page with its headings: those of `header_row`, or those of source.toml where there are none.

    Raises:
        SourceUnreadable: when the row of the headings is missing, empty, or has one twice.
    """
    if not table.header_row:
        return Page(file, sheet, table, collector, grid, text, list(table.columns))
    if len(grid) < table.header_row:
        raise SourceUnreadable(
            "{file} has no row {row}, where source.toml says the headings are.",
            file=f"{file} [{sheet}]" if sheet else file,
            row=table.header_row,
        )
    above = [[text(value) for value in row] for row in grid[: table.header_row]]
    named = headings(band(above, merged), file, sheet, table.header_row)
    return Page(file, sheet, table, collector, grid, text, named)


def framed(page: Page) -> pl.DataFrame:
    """Return the cells below the headings as texts, rows numbered as a spreadsheet shows them."""
    first = page.table.header_row
    body = page.grid[first:]
    width = max((len(row) for row in body), default=0)
    named = [*page.names, *[""] * (width - len(page.names))]
    columns = []
    for index, column in enumerate(column_names(named)):
        values = [row[index] for row in body] if index < width else [""] * len(body)
        texts = [value if value.__class__ is str else page.text(value) for value in values]
        for at, value in enumerate(values):
            if value.__class__ is float and abs(value) >= DIGITS:
                texts[at] = ""
                _imprecise(page, first + at, index, value)
        columns.append(pl.Series(column, texts, dtype=pl.String))
    return pl.DataFrame(columns).with_columns(pl.int_range(first + 1, first + 1 + pl.len(), dtype=pl.UInt32).alias(ROW))


def _imprecise(page: Page, row: int, column: int, value: float) -> None:
    page.collector.violation(
        "read/number-imprecise",
        Text("This number has more than 15 digits; the spreadsheet has lost the last ones."),
        Text("Format the column as text and type the number again."),
        page.cell(row, column, repr(value)),
    )


def merge(page: Page, merged: Sequence[Area]) -> None:
    """Repeat the value of merged cells where source.toml says so; else they are findings."""
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
            page.cell(top, left, page.text(value)),
        )


def lost(page: Page, seen: Marks) -> None:
    """Add a finding for every formula without a result and every error of a formula."""
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


def early(page: Page, seen: Marks) -> None:
    """Add a finding for every date that is read as a time of day: one before 1900, or a date cell that holds 0."""
    for row, letters, value in seen.negatives:
        column = column_index(letters)
        inside = row <= len(page.grid) and column < len(page.grid[row - 1])
        if inside and isinstance(page.grid[row - 1][column], time):
            page.grid[row - 1][column] = ""
            day = date(1899, 12, 30) + timedelta(days=int(float(value)))
            page.collector.violation(
                "read/date-before-1900",
                Text(
                    "The cell {cell} holds a date before 1900 (probably {day}), which no two spreadsheets read alike.",
                    {"cell": f"{letters}{row}", "day": day.isoformat()},
                ),
                Text("Format the column as text and type the date again, such as 05.03.1897."),
                page.cell(row - 1, column, value),
            )
    _dayless(page)


def _dayless(page: Page) -> None:
    """Add a finding for every time of day in a column of dates: a date cell that holds 0 is read as one."""
    body = page.grid[page.table.header_row :]
    for column in range(max((len(row) for row in body), default=0)):
        kinds = {row[column].__class__ for row in body if column < len(row)}
        if time not in kinds or not kinds & {date, datetime}:
            continue
        for at, row in enumerate(body, page.table.header_row):
            if column < len(row) and row[column].__class__ is time and page.matters(at, column, column):
                value, row[column] = row[column].isoformat(), ""
                page.collector.violation(
                    "read/date-without-day",
                    Text(
                        "The cell {cell} is a date without a day ({value}): it holds 0 or a part of a day.",
                        {"cell": f"{letter(column)}{at + 1}", "value": value},
                    ),
                    Text("Type the date, or empty the cell."),
                    page.cell(at, column, value),
                )


def chosen(sheets: Sequence[str], table: Table, name: str, collector: Collector) -> str:
    """Return the name of the sheet to read; other sheets are told where none was asked for.

    Raises:
        SourceUnreadable: when it is not there.
    """
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
