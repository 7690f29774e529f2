"""Reads a sheet of an OpenDocument workbook (ODF 1.3, part 3, 9) from its own XML: precise numbers, ISO dates."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

import defusedxml
from defusedxml.ElementTree import iterparse

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_zip
from kgservice.intake.interface import Table
from kgservice.intake.readers.bands import Area
from kgservice.intake.readers.marks import Marks
from kgservice.intake.readers.pages import DIGITS, chosen, framed, lost, merge, page_of
from kgservice.intake.readers.reading import Sheet, cleaned, letter, without_unnamed

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_INFLATED = 1 << 30
_CELLS = 40_000_000
_WIDTH = 16_384
_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)|Err:\d{3}")
Value = str | float


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of one sheet, rows numbered as a spreadsheet shows them.

    Raises:
        SourceUnreadable: for a file that is no workbook, locked or a bomb, a missing sheet, no or repeated headings.
    """
    check_zip(path, name, _INFLATED)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_open(archive, name)
            with archive.open("content.xml") as stream:
                sheets = _names(stream)
            sheet = chosen(sheets, table, name, collector)
            with archive.open("content.xml") as stream:
                found = _grid(stream, sheet, name)
    except defusedxml.DefusedXmlException:
        raise SourceUnreadable("{file} has a DOCTYPE, which no workbook has.", file=name) from None
    except (KeyError, ParseError, OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceUnreadable(
            "{file} cannot be read as a workbook ({reason}). Save it as .ods again.", file=name, reason=str(error)
        ) from None
    page = page_of(table, name, sheet, collector, _padded(found.rows, name, sheet), _text, found.merged)
    merge(page, found.merged)
    lost(page, Marks(tuple(found.formulas), tuple(found.errors), len(found.rows), 0))
    return without_unnamed(Sheet(name, sheet, cleaned(framed(page), table)), collector)


def names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        return tuple(_names(stream))


def top(path: Path, sheet: str, most: int) -> tuple[list[list[str]], list[Area]]:
    """Return the first rows of a sheet as texts, and its merged areas."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        found = _grid(stream, sheet, path.name)
    return [[_text(value) for value in row] for row in found.rows[:most]], found.merged


@dataclass(slots=True)
class _Grid:
    """A sheet as it was found: cells, merged areas, and the places of formulas without a result and of errors."""

    rows: list[list[Value]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    formulas: list[tuple[int, str]] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)


def _check_open(archive: zipfile.ZipFile, name: str) -> None:
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise SourceUnreadable("{file} is locked with a password; save it without one.", file=name)


def _names(stream: IO[bytes]) -> list[str]:
    found, depth = [], 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if element.tag == _TABLE + "table":
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                found.append(element.get(_TABLE + "name", ""))
        elif event == "end" and element.tag == _TABLE + "table-row":
            element.clear()
    return found


def _grid(stream: IO[bytes], sheet: str, name: str) -> _Grid:
    grid, inside, blank, cells = _Grid(), False, 0, 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if element.tag == _TABLE + "table" and element.get(_TABLE + "name") == sheet:
            inside = event == "start"
        elif event == "end" and element.tag == _TABLE + "table-row":
            if inside:
                repeated = _count(element, "number-rows-repeated")
                row = _row(element, grid, len(grid.rows) + blank, name)
                if row:
                    cells += len(row) * repeated + blank
                    if cells > _CELLS:
                        raise _too_large(name, sheet, len(grid.rows) + blank + repeated, len(row))
                    grid.rows.extend([] for _ in range(blank))
                    grid.rows.extend(list(row) for _ in range(repeated))
                    blank = 0
                else:
                    blank += repeated
            element.clear()
    return grid


def _padded(rows: list[list[Value]], name: str, sheet: str) -> list[list[Value]]:
    """Return rows of one width."""
    width = max(map(len, rows), default=0)
    if width * len(rows) > _CELLS:
        raise _too_large(name, sheet, len(rows), width)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows


def _too_large(name: str, sheet: str, rows: int, columns: int) -> SourceUnreadable:
    return SourceUnreadable(
        "{file} [{sheet}] spans {rows} rows and {columns} columns, more than can be read; delete what is empty.",
        file=name,
        sheet=sheet,
        rows=rows,
        columns=columns,
    )


def _row(element: Element, grid: _Grid, number: int, name: str) -> list[Value]:
    row: list[Value] = []
    gap = 0
    for cell in element:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        repeated = _count(cell, "number-columns-repeated")
        value = "" if cell.tag.endswith("covered-table-cell") else _value(cell)
        at = len(row) + gap
        value = _noted(cell, value, grid, number, at)
        if value == "":
            gap += repeated
            continue
        if at + repeated > _WIDTH:
            raise SourceUnreadable("{file} has more than {limit} columns.", file=name, limit=_WIDTH)
        row.extend([""] * gap + [value] * repeated)
        gap = 0
    return row


def _noted(cell: Element, value: Value, grid: _Grid, row: int, column: int) -> Value:
    """Return the value of a cell, nothing where it is an error; keep what is odd about it."""
    across, down = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
    if across * down > 1:
        grid.merged.append(((row, column), (row + down - 1, column + across - 1)))
    formula = cell.get(_TABLE + "formula")
    failed = cell.get(_CALC + "value-type") == "error" or (formula and _ERROR.fullmatch(str(value)))
    if failed:
        grid.errors.append((row + 1, letter(column), str(value)))
    elif formula and value == "" and cell.get(_OFFICE + "value-type") is None:
        grid.formulas.append((row + 1, letter(column)))
    return "" if failed else value


def _value(cell: Element) -> Value:
    kind = cell.get(_OFFICE + "value-type", "")
    if kind in ("float", "percentage", "currency") and cell.get(_CALC + "value-type") != "error":
        return float(cell.get(_OFFICE + "value", "nan"))
    if kind == "date":
        return cell.get(_OFFICE + "date-value", "").removesuffix("T00:00:00")
    if kind == "boolean":
        return cell.get(_OFFICE + "boolean-value", "")
    if kind == "time":
        return cell.get(_OFFICE + "time-value", "")
    if cell.get(_OFFICE + "string-value") is not None:
        return cell.get(_OFFICE + "string-value", "")
    return "\n".join("".join(_words(line)) for line in cell if line.tag == _TEXT + "p")


def _words(element: Element) -> Iterator[str]:
    """Yield the text of a paragraph; spaces, tabs and line breaks are elements (ODF 1.3, part 3, 6.1)."""
    yield element.text or ""
    for child in element:
        if child.tag == _TEXT + "s":
            yield " " * int(child.get(_TEXT + "c", "1"))
        elif child.tag == _TEXT + "tab":
            yield "\t"
        elif child.tag == _TEXT + "line-break":
            yield "\n"
        elif child.tag not in (_TEXT + "note", _OFFICE + "annotation"):
            yield from _words(child)
        yield child.tail or ""


def _count(element: Element, name: str) -> int:
    return max(int(element.get(_TABLE + name, "1")), 1)


def _text(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < DIGITS else repr(value)
    return value
