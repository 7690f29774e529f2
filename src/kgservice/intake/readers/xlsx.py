"""Reads a sheet of a workbook: every cell as text at its own address, merged cells and lost formulas as findings."""

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_zip
from kgservice.intake.interface import Table
from kgservice.intake.readers.bands import Area
from kgservice.intake.readers.marks import Marks, marks
from kgservice.intake.readers.pages import DIGITS, chosen, early, framed, lost, merge, page_of
from kgservice.intake.readers.reading import Sheet, cleaned, without_unnamed

_INFLATED = 1 << 30
_PROMISED = re.compile(rb"""\buniqueCount\s*=\s*["']\s*(\d+)""")
_CELLS = 40_000_000


def read(table: Table, path: Path, name: str, collector: Collector) -> Sheet:
    """Return the records of one sheet, rows numbered as a spreadsheet shows them.

    Raises:
        SourceUnreadable: for a file that is no workbook or a zip bomb, a missing sheet, no headings or two the same.
    """
    check_zip(path, name, _INFLATED)
    _check_strings(path, name)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = chosen(_readable(workbook), table, name, collector)
        seen = marks(path, sheet)
        _check_span(seen, name, sheet)
        content = workbook.get_sheet_by_name(sheet)
        merged = list(content.merged_cell_ranges or [])
        grid: list[list[Any]] = content.to_python(skip_empty_area=False)
    except (CalamineError, OSError, zipfile.BadZipFile, LookupError, ValueError, ParseError) as error:
        raise SourceUnreadable(
            "{file} cannot be read as a workbook ({reason}). Save it as .xlsx again.", file=name, reason=str(error)
        ) from None
    page = page_of(table, name, sheet, collector, grid, _text, merged)
    merge(page, merged)
    lost(page, seen)
    early(page, seen)
    return without_unnamed(Sheet(name, sheet, cleaned(framed(page), table)), collector)


def names(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets."""
    check_zip(path, path.name, _INFLATED)
    _check_strings(path, path.name)
    return tuple(_readable(_opened(path)))


def top(path: Path, sheet: str, most: int) -> tuple[list[list[str]], list[Area]]:
    """Return the first rows of a sheet as texts, and its merged areas."""
    content = _opened(path).get_sheet_by_name(sheet)
    grid = content.to_python(skip_empty_area=False, nrows=most)
    return [[_text(value) for value in row] for row in grid], list(content.merged_cell_ranges or [])


def _opened(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise SourceUnreadable(
            "{file} cannot be read as a workbook ({reason}). Save it as .xlsx again.", file=path.name, reason=str(error)
        ) from None


def _readable(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that hold cells, those that people see before the hidden ones."""
    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    return [one.name for one in sorted(sheets, key=lambda one: one.visible != SheetVisibleEnum.Visible)]


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


def _text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates and times in ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < DIGITS else repr(value)
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration(value)
    return str(value)


def duration(value: timedelta) -> str:
    """Return a length of time as xsd:dayTimeDuration writes it, in hours, minutes and seconds: PT26H30M."""
    seconds = value.total_seconds()
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, rest = int(seconds // 3600), int(seconds % 3600 // 60), seconds % 60
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{rest:g}S" if rest else ""]
    return f"{sign}PT{''.join(parts) or '0S'}"
