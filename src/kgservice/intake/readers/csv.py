"""Reads delimited text: a strict pass of Python's csv finds every broken row, polars reads what it agrees with."""

import csv
import io
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.decoding import plain
from kgservice.intake.readers.reading import ROW, Sheet, cleaned, column_names, headings, without_unnamed
from kgservice.report import Cell, Text

if TYPE_CHECKING:
    import _csv

_SEPARATORS = ",;\t|"
_PROBED = 50
_PROBE = 1_000_000
_CHUNK = 50_000
_BROKEN = 100
_LINE = 1000
_SAID = re.compile(r'"?sep=(.)"?\r?\n?$', re.I)
_LONGEST = 1 << 24  # characters of a cell
_Record = tuple[int, int, list[str]]
_Lines = Callable[[int], Iterator[str]]
"""Opens a text anew and passes over so many lines."""
_Teller = Callable[[int, int, str], None]


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of a delimited file; broken, short and long rows are findings and are left out.

    Raises:
        SourceUnreadable: when nothing can be read: wrong encoding, no headings, two the same.
    """
    with plain(path, table, name, collector) as text:
        table = _declared(text, table)
        separator = table.separator if table.separator != "auto" else _separator(text, table, name, collector)
        form = Form(separator, table.quote)
        lines = partial(_lines_after, text)
        stream = _records(lines, form, lambda *where: _broken(collector, name, *where))
        names = _header(stream, table, name)
        survey = _surveyed(stream, names, name, collector)
        frame = _quickly(text, form, names, survey)
        if frame is None:
            frame = _slowly(lines, form, table.header_row, names)
    return without_unnamed(Sheet(name, "", cleaned(frame, table), survey.shifted()), collector)


def _declared(path: Path, table: Table) -> Table:
    """Return the table as the first line says, where that is `sep=;`: the sign for Excel, above the headings."""
    with path.open(encoding="utf-8", newline="") as stream:
        said = _SAID.match(stream.readline(_LINE))
    if not said or table.header_row > 1:
        return table
    separator = said[1] if table.separator == "auto" else table.separator
    return replace(table, separator=separator, header_row=2) if table.header_row else table


def read_tabs(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of a file with tabs between cells (TSV), as `read` does."""
    return read(replace(table, separator="\t") if table.separator == "auto" else table, path, name, collector)


@dataclass(frozen=True, slots=True)
class Form:
    """How delimited text is written: the sign between cells, and the sign around them (empty = none)."""

    separator: str
    quote: str = '"'

    def rows(self, lines: Iterable[str]) -> "_csv.Reader":
        """Return a strict reader of rows."""
        csv.field_size_limit(_LONGEST)
        if not self.quote:
            return csv.reader(lines, delimiter=self.separator, quoting=csv.QUOTE_NONE, strict=True)
        return csv.reader(lines, delimiter=self.separator, quotechar=self.quote, strict=True)


@dataclass(slots=True)
class _Survey:
    """The good rows as the strict pass saw them: numbers, first lines, lengths; `plain` = nothing was left out."""

    rows: "array[int]" = field(default_factory=lambda: array("L"))
    lines: "array[int]" = field(default_factory=lambda: array("L"))
    lengths: "array[int]" = field(default_factory=lambda: array("L"))
    plain: bool = True
    header_end: int = 0

    def shifted(self) -> "tuple[array[int], array[int]] | None":
        """Return rows and lines where they differ."""
        return (self.rows, self.lines) if self.rows != self.lines else None


def separator_of(text: str, table: Table) -> str:
    """Return the sign that gives the same number of cells, more than one, in the most of the first 50 records."""
    best, best_score = ",", (0.0, 0)
    for candidate in _SEPARATORS:
        counts: Counter[int] = Counter()
        for number, _, row in _records(_told(text[:_PROBE]), Form(candidate, table.quote), _quiet):
            if number >= table.header_row and row:
                counts[len(row)] += 1
            if number >= table.header_row + _PROBED:
                break
        fields, agreeing = max(counts.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        score = (agreeing / max(sum(counts.values()), 1), fields) if fields > 1 else (0.0, 0)
        if score > best_score:
            best, best_score = candidate, score
    return best


def records_of(text: str, form: Form, most: int) -> list[tuple[int, int, list[str]]]:
    """Return the first records: row, first line, cells; those with broken quotes are left out."""
    return list(islice(_records(_told(text), form, _quiet), most))


def _separator(path: Path, table: Table, name: str, collector: Collector) -> str:
    with path.open(encoding="utf-8", newline="") as stream:
        best = separator_of(stream.read(_PROBE), table)
    if best != ",":
        collector.info(
            "read/separator-guessed",
            Text(
                "{file} was read with “{separator}” between cells.",
                {"file": name, "separator": best.replace("\t", "TAB")},
            ),
            Text("If columns look wrong, name the separator in source.toml; else nothing is to be done."),
            Cell(name),
        )
    return best


def _records(
    lines: _Lines, form: Form, broken: Callable[[int, int, str], None]
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (row, first line, cells); a broken quote is told to `broken`, and reading goes on at the next line."""
    number, start, failures = 0, 0, 0
    while True:
        reader = form.rows(lines(start))
        begun = start + 1
        try:
            for row in reader:
                number += 1
                yield number, begun, row
                begun = start + reader.line_num + 1
            return
        except csv.Error as error:
            number += 1
            failures += 1
            broken(number, begun, str(error))
            if failures >= _BROKEN:
                broken(number, begun, "")
                return
            start = begun


def _lines_after(path: Path, skipped: int) -> Iterator[str]:
    """Yield the lines of a file after the first ones."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from islice(stream, skipped, None)


def _told(text: str) -> _Lines:
    return lambda skipped: islice(io.StringIO(text, newline=""), skipped, None)


def _quiet(number: int, line: int, reason: str) -> None:
    """Ignore a broken quote: another pass tells it; an empty reason = there are too many to go on."""


def _broken(collector: Collector, name: str, number: int, line: int, reason: str) -> None:
    if not reason:
        raise SourceUnreadable(
            "{file} has {count} rows whose quotes do not match, up to line {line}; is it written with other quotes "
            "or separators?",
            file=name,
            count=_BROKEN,
            line=line,
        )
    if reason.startswith("field larger"):
        collector.violation(
            "read/cell-long",
            Text("The row that begins in line {line} has a cell of more than {most} characters.",
                 {"line": line, "most": _LONGEST}),
            Text("Shorten the cell, or close its quote where one is left open. The row was left out."),
            Cell(name, row=number, line=line if line != number else 0),
        )  # fmt: skip
        return
    collector.violation(
        "read/quote-broken",
        Text("The quotes of the row that begins in line {line} do not match.", {"line": line}),
        Text('Close the quote; a quote inside a quoted cell is written twice (""). The row was left out.'),
        Cell(name, row=number, line=line if line != number else 0),
    )


def _header(stream: Iterator[_Record], table: Table, name: str) -> list[str]:
    if not table.header_row:
        return list(table.columns)
    for number, _, row in stream:
        if number >= table.header_row:
            return headings(row, name, "", table.header_row)
    raise SourceUnreadable(
        "{file} has no row {row}, where source.toml says the headings are.", file=name, row=table.header_row
    )


def _surveyed(stream: Iterator[_Record], names: list[str], name: str, collector: Collector) -> _Survey:
    survey = _Survey()
    width = len(names)
    rows, lines, lengths = survey.rows, survey.lines, survey.lengths
    expected = 0
    for number, line, row in stream:
        if len(row) != width:
            survey.plain = False
            if not any(row):
                continue
            if len(row) < width or any(row[width:]):
                _misfit(collector, name, number, line, row, width)
                continue
        elif expected and number != expected:
            survey.plain = False  # a broken row lies between
        expected = number + 1
        rows.append(number)
        lines.append(line)
        lengths.append(len("".join(row)))
    return survey


def _misfit(collector: Collector, name: str, number: int, line: int, row: list[str], width: int) -> None:
    rule = "read/row-short" if len(row) < width else "read/row-long"
    if not collector.wants(rule):
        collector.omit(rule)
        return
    cell = Cell(name, row=number, line=line if line != number else 0, value=" | ".join(row)[:200])
    given = {"row": number, "cells": len(row), "width": width}
    if len(row) < width:
        text = Text("Row {row} has too few cells: {cells} of {width}.", given)
    else:
        text = Text("Row {row} has too many cells: {cells} where the headings are {width}.", given)
    remedy = Text("Give the row a cell for every heading; put a cell that holds the separator in quotes.")
    collector.violation(rule, text, remedy, cell)


def _quickly(path: Path, form: Form, names: list[str], survey: _Survey) -> pl.DataFrame | None:
    """Return what polars reads where the strict pass saw the same rows with cells of the same length, else None."""
    height = len(survey.rows)
    if not height or not survey.plain or survey.rows[-1] - survey.rows[0] + 1 != height:
        return None
    columns = column_names(names)
    try:
        frame = pl.read_csv(
            path,
            skip_lines=survey.lines[0] - 1,
            separator=form.separator,
            quote_char=form.quote or None,
            has_header=False,
            new_columns=columns,
            schema_overrides=[pl.String] * len(columns),
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(columns) or frame.height != height:
        return None
    read = frame.select(pl.sum_horizontal(pl.all().str.len_chars())).to_series()
    if not (read == pl.Series(survey.lengths)).all():
        return None
    return frame.with_columns(pl.Series(ROW, survey.rows, dtype=pl.UInt32))


def _slowly(lines: _Lines, form: Form, header_row: int, names: list[str]) -> pl.DataFrame:
    columns = column_names(names)
    width = len(columns)
    schema = {**dict.fromkeys(columns, pl.String), ROW: pl.UInt32}
    frames, rows = [pl.DataFrame(schema=schema)], []
    for number, _, row in _records(lines, form, _quiet):
        if number <= header_row or not any(row) or len(row) < width or any(row[width:]):
            continue
        rows.append((*row[:width], number))
        if len(rows) == _CHUNK:
            frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
            rows = []
    frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(frames)
