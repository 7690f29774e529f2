"""A new workbook with the faulty rows of a delivery, their cells coloured and commented, after a summary."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from kgservice.locale import say, translate
from kgservice.report import Finding
from kgservice.report.reading import Reader
from kgservice.reports import summary
from kgservice.reports.package import COLUMNS, ROWS, Slot, Workbook, unused
from kgservice.reports.summary import About

_PIECE = 400
_COMMENTED = 20_000  # comments of a workbook: a spreadsheet opens slowly with more; the words stand beside the row too
_WORDS = 600
_WIDTH = 70  # of the column that says what is wrong
_LINES = 6  # that a row shows of it
_SEVERE = ("violation", "warning", "info")

Rows = Callable[[Sequence[int]], Iterator[tuple[int, list[str]]]]
"""Yields the rows of these numbers, ascending."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the delivery: where it stands, its headings, and what gives its rows."""

    source: str
    file: str
    sheet: str
    columns: tuple[str, ...]
    rows: Rows


def write(output: IO[bytes], reader: Reader, about: About, tables: Sequence[Source], sources: Sequence[str]) -> int:
    """Write the workbook and return how many rows it holds; memory does not grow with them."""
    names: list[str] = [summary.name(about.language)]
    for table in tables:
        names.append(unused(table.sheet or table.file.rpartition("/")[2].partition(".")[0], names))
    first = {
        cause.ident: f"'{names[at + 1].replace(chr(39), chr(39) * 2)}'!A1"
        for cause in reader.causes(sources)
        for at, table in enumerate(tables)
        if table.source == cause.source and cause.rows
    }
    total = 0
    with Workbook(output) as book:
        with book.sheet(names[0], summary.WIDTHS) as sheet:
            for line in summary.lines(reader, about, sources, first):
                sheet.write(line, summary.height(line))
        for name, table in zip(names[1:], tables, strict=True):
            total += _Rows(book, reader, about, table).write(name)
    return total


class _Rows:
    """The faulty rows of one table."""

    def __init__(self, book: Workbook, reader: Reader, about: About, table: Source) -> None:
        self._book, self._reader, self._about, self._table = book, reader, about, table
        self._columns = table.columns[: COLUMNS - 2]
        self._at = {column: at for at, column in enumerate(self._columns)}
        self._comments = 0

    def write(self, name: str) -> int:
        written = last = 0
        while True:
            with self._book.sheet(name, [8, *[18] * len(self._columns), _WIDTH], frozen=1) as sheet:
                tongue = self._about.language
                head = [translate("row", tongue), *self._columns, translate("what is wrong", tongue)]
                sheet.write([Slot(text, "head") for text in head])
                while sheet.row + _PIECE < ROWS:
                    numbers = self._reader.rows_at_fault(self._table.file, self._table.sheet, 0, _PIECE, last)
                    if not numbers:
                        return written
                    last = numbers[-1]
                    for slots in self._slots(numbers):
                        sheet.write(slots, _tall(slots[-1]))
                        written += 1

    def _slots(self, numbers: Sequence[int]) -> Iterator[list[Slot | str | int]]:
        marks: dict[int, list[Finding]] = {}
        for found in self._reader.of_row(self._table.file, self._table.sheet, numbers):
            for row in {cell.row for cell in found.finding.cells if self._here(cell.file, cell.sheet)}:
                marks.setdefault(row, []).append(found.finding)
        there = dict(self._table.rows(numbers))
        for row in numbers:
            yield self._line(row, there.get(row, []), marks.get(row, []))

    def _line(self, row: int, cells: Sequence[str], findings: Sequence[Finding]) -> list[Slot | str | int]:
        coloured: dict[int, list[Finding]] = {}
        for finding in findings:
            places = [cell for cell in finding.cells if cell.row == row and self._here(cell.file, cell.sheet)]
            for cell in places:
                named = columns_of(cell.column, self._at)
                for at in named or [-1]:
                    coloured.setdefault(at, []).append(finding)
        tongue = self._about.language
        line: list[Slot | str | int] = [Slot(row, _colour(coloured[-1]) if -1 in coloured else "number")]
        for at in range(len(self._columns)):
            text = cells[at] if at < len(cells) else ""
            if at not in coloured:
                line.append(Slot(text))
                continue
            self._comments += 1
            comment = words(coloured[at], tongue) if self._comments <= _COMMENTED else ""
            line.append(Slot(text, _colour(coloured[at]), comment))
        said = "; ".join(dict.fromkeys(say(summary.owned(finding.text), tongue) for finding in findings))
        line.append(Slot(said[:_WORDS], "wrapped"))
        return line

    def _here(self, file: str, sheet: str) -> bool:
        return file == self._table.file and sheet == self._table.sheet


def columns_of(said: str, at: dict[str, int]) -> list[int]:
    """Return the positions of the columns that a cell names: one, or several by comma."""
    if said in at:
        return [at[said]]
    return [at[name] for name in said.split(", ") if name in at]


def words(findings: Sequence[Finding], language: str) -> str:
    """Return the comment at a cell: what is wrong, and how to mend it."""
    lines: list[str] = []
    for finding in findings:
        waived = f" ({translate('waived', language)})" if finding.waived else ""
        lines.append(f"• {say(summary.owned(finding.text), language)}{waived}")
        if finding.expected:
            lines.append(f"  {translate('expected', language)}: {say(finding.expected, language)}")
        if remedy := summary.mending(finding.remedy):
            lines.append(f"  → {say(remedy, language)}")
    return "\n".join(dict.fromkeys(lines))


def _tall(last: Slot | str | int) -> float:
    """Return how tall a row must be to show its last cell, in points: not every program finds that itself."""
    text = str(last.value) if isinstance(last, Slot) else ""
    needed = -(-len(text) // (_WIDTH - 6))
    return min(needed, _LINES) * 15.5 if needed > 1 else 0


def _colour(findings: Sequence[Finding]) -> str:
    left = [finding.severity.value for finding in findings if not finding.waived]
    return min(left, key=_SEVERE.index) if left else "waived"
