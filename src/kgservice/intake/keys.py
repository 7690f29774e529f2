"""Checks what no shape can see once rows have become nodes: keys that are empty or repeated, and required cells."""

import bisect
from array import array
from collections.abc import Callable, Sequence

import polars as pl
from polars.selectors import by_name

from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.report import Cell, Text

_SHEET = "__sheet"
_NAMED = 20


def check(table: Table, sheets: Sequence[Sheet], collector: Collector) -> None:
    """Add a finding for every empty required cell, every empty key, and every key that stands in more than one row."""
    for sheet in sheets:
        for column in table.required:
            if column not in table.key or len(table.key) > 1:
                _required(sheet, column, collector)
    if table.key:
        rows = pl.concat(
            sheet.frame.select(by_name(table.key), ROW, pl.lit(number, dtype=pl.UInt32).alias(_SHEET))
            for number, sheet in enumerate(sheets)
        )
        filled = pl.any_horizontal(by_name(table.key).is_not_null())
        _empty(table, sheets, rows.filter(~filled), collector)
        _repeated(table, sheets, rows.filter(filled), collector)


def torn(table: Table, sheet: Sheet) -> pl.Series:
    """Return the rows that have a part of their key and lack another: a rule that needs both makes nothing of them."""
    if len(table.key) < 2:
        return pl.Series(dtype=pl.UInt32)
    parts = by_name(table.key)
    return sheet.frame.filter(pl.any_horizontal(parts.is_null()) & pl.any_horizontal(parts.is_not_null()))[ROW]


def lost(table: Table, sheet: Sheet, rows: pl.Series, collector: Collector) -> None:
    """Add a finding for each of these rows, which became nothing, at the part of the key that is empty."""
    if len(rows):
        for row, *parts in (
            sheet.frame.filter(pl.col(ROW).is_in(rows.implode())).select(ROW, by_name(table.key)).iter_rows()
        ):
            empty = [column for column, part in zip(table.key, parts, strict=True) if part is None]
            _keyless(sheet.cell(row, empty[0]), empty, collector)


def of_rows(table: Table, sheet: Sheet) -> Callable[[int], str]:
    """Return a function that tells the key of a row, "" where the table has none or the row is not there."""
    columns = [sheet.frame[column] for column in table.key if column in sheet.frame.columns]
    numbers: array[int] = array("L")

    def tell(row: int) -> str:
        if not columns:
            return ""
        if not numbers:
            numbers.extend(sheet.frame[ROW].to_list())
        at = bisect.bisect_left(numbers, row)
        there = at < len(numbers) and numbers[at] == row
        return "|".join(column[at] or "" for column in columns) if there else ""

    return tell


def _required(sheet: Sheet, column: str, collector: Collector) -> None:
    rule = "table/required-empty"
    for row in sheet.frame.filter(by_name(column).is_null())[ROW].to_list():
        if not collector.wants(rule):
            collector.omit(rule)
            continue
        collector.violation(
            rule,
            Text("{column} is empty in row {row}.", {"column": column, "row": row}),
            Text("Fill the cell: source.toml requires a value in this column."),
            sheet.cell(row, column),
        )


def _empty(table: Table, sheets: Sequence[Sheet], rows: pl.DataFrame, collector: Collector) -> None:
    for row, number in rows.select(ROW, _SHEET).iter_rows():
        _keyless(sheets[number].cell(row, table.key[0]), table.key, collector)


def _keyless(cell: Cell, columns: Sequence[str], collector: Collector) -> None:
    rule = "table/key-empty"
    if not collector.wants(rule):
        collector.omit(rule)
        return
    collector.violation(
        rule,
        Text("Row {row} has no key ({column}).", {"row": cell.row, "column": ", ".join(columns)}),
        Text("Give the row a key that no other row has; without one it becomes nothing."),
        cell,
    )


def _repeated(table: Table, sheets: Sequence[Sheet], rows: pl.DataFrame, collector: Collector) -> None:
    rule = "table/key-repeated"
    keys = pl.concat_list(by_name(table.key).str.strip_chars().fill_null("")).alias("__key")
    groups = (
        rows.select(keys, ROW, _SHEET)
        .filter(pl.len().over("__key") > 1)
        .group_by("__key", maintain_order=True)
        .agg(ROW, _SHEET)
    )
    for key, numbers, places in groups.iter_rows():
        if not collector.wants(rule):
            collector.omit(rule)
            continue
        value = ", ".join(key)
        columns = ", ".join(table.key)
        cells = [sheets[place].cell(row, columns, value) for row, place in zip(numbers, places, strict=True)]
        collector.violation(
            rule,
            Text(
                "The key {value} ({column}) stands in several rows: {rows}.",
                {"value": value, "column": columns, "rows": _listed(cells)},
            ),
            Text("Give each thing its own key, or leave one row for it; as it stands, the rows become one thing."),
            *cells,
        )


def _listed(cells: Sequence[Cell]) -> str:
    files = {cell.file for cell in cells}
    names = [f"{cell.file}:{cell.row}" if len(files) > 1 else str(cell.row) for cell in cells[:_NAMED]]
    return ", ".join(names) + (", …" if len(cells) > _NAMED else "")
