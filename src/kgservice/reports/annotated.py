"""The owner's own workbook, copied, with the cells in question coloured and commented and a summary in front."""

import gc
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import openpyxl
from openpyxl.cell.cell import Cell as Slot
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from kgservice.errors import SourceUnreadable
from kgservice.report import Cell, Finding
from kgservice.report.reading import Reader
from kgservice.reports import summary
from kgservice.reports.faulty import words
from kgservice.reports.losses import losses
from kgservice.reports.package import unused
from kgservice.reports.summary import About

CELLS = 200_000
"""Cells of a workbook that is copied; a larger one comes back as the rows in question."""
_COLOURS = {"violation": "FFC7CE", "warning": "FFEB9C", "info": "DDEBF7", "waived": "E7E6E6", "head": "D9E1EC"}
_SEVERE = ("violation", "warning", "info")
_LONGEST = 2000
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of the workbook that a table was read from."""

    sheet: str
    columns: tuple[str, ...]
    header_row: int
    """0: the sheet has no headings, and `columns` name its columns in order."""


def write(
    output: IO[bytes], workbook: Path, file: str, reader: Reader, about: About, pages: Sequence[Page],
    sources: Sequence[str],
) -> int:  # fmt: skip
    """Write the marked copy of a workbook, which findings call `file`; return how many cells are marked.

    Raises:
        SourceUnreadable: openpyxl cannot open it.
    """
    with _uncollected():
        return _written(output, workbook, file, reader, about, pages, sources)


def _written(
    output: IO[bytes], workbook: Path, file: str, reader: Reader, about: About, pages: Sequence[Page],
    sources: Sequence[str],
) -> int:  # fmt: skip
    book = _opened(workbook, file)
    marks: dict[tuple[str, int, int], list[Finding]] = defaultdict(list)
    first: dict[str, str] = {}
    known = {page.sheet: _Columns(book[page.sheet], page) for page in pages if page.sheet in book.sheetnames}
    for found in reader.findings(sources):
        for cell in found.finding.cells:
            if cell.file == file and cell.row and cell.sheet in known:
                for at in known[cell.sheet].of(cell):
                    marks[cell.sheet, cell.row, at].append(found.finding)
                    first.setdefault(found.cause, f"'{_quoted(cell.sheet)}'!{get_column_letter(at)}{cell.row}")
    for slot, findings in _joined(marks, known):
        _mark(slot, findings, about.language)
    _summarise(book, reader, replace(about, copied=True, lost=losses(workbook)), sources, first)
    book.save(output)
    return len(marks)


def _joined(
    marks: Mapping[tuple[str, int, int], list[Finding]], known: Mapping[str, "_Columns"]
) -> Iterable[tuple[Slot, list[Finding]]]:
    """Return each cell that shows findings with all of them: those of a merged area stand at its first cell."""
    tops: dict[tuple[str, str], tuple[Slot, list[Finding]]] = {}
    for (sheet, row, at), findings in marks.items():
        slot = known[sheet].top(row, at)
        tops.setdefault((sheet, slot.coordinate), (slot, []))[1].extend(findings)
    return tops.values()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector out: a hundred thousand cells that all stay make its rounds a fourth of the work."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _opened(workbook: Path, file: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the copy loses; `losses` tells it
            return openpyxl.load_workbook(workbook, rich_text=True)
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError, AttributeError) as error:
        raise SourceUnreadable("{file} cannot be copied ({reason}).", file=file, reason=str(error)) from None


def _said(value: object) -> str:
    return "" if value is None else " ".join(str(value).split()).strip("\ufeff")


class _Columns:
    """Where the columns of a sheet stand."""

    def __init__(self, sheet: Any, page: Page) -> None:
        self._sheet = sheet
        self._at: dict[str, int] = {name: at for at, name in enumerate(page.columns, 1)}
        if page.header_row:
            self._at = {}
            areas = [area for area in sheet.merged_cells.ranges if area.min_row < page.header_row <= area.max_row]
            for slot in sheet[page.header_row]:
                rows = range(min((area.min_row for area in areas), default=page.header_row), page.header_row + 1)
                texts = [_said(self.top(row, slot.column).value) for row in rows]
                name = ": ".join(text for at, text in enumerate(texts) if text and text not in texts[:at][-1:])
                if name:
                    self._at.setdefault(name, slot.column)

    def of(self, cell: Cell) -> list[int]:
        """Return the columns that a cell names; the first filled one of its row where it names none that is here."""
        if cell.column in self._at:
            return [self._at[cell.column]]
        named = [self._at[name] for name in cell.column.split(", ") if name in self._at]
        if not named and re.fullmatch("[A-Z]{1,3}", cell.column):
            named = [column_index_from_string(cell.column)]
        return named or [self._filled(cell.row)]

    def top(self, row: int, column: int) -> Slot:
        """Return the cell, or the one that a merged area shows."""
        found = self._sheet.cell(row, column)
        if isinstance(found, MergedCell):
            area = next(area for area in self._sheet.merged_cells.ranges if found.coordinate in area)
            found = self._sheet.cell(area.min_row, area.min_col)
        slot: Slot = found
        return slot

    def _filled(self, row: int) -> int:
        for column in range(1, min(self._sheet.max_column, 100) + 1):
            if self._sheet.cell(row, column).value is not None:
                return column
        return 1


def _mark(slot: Slot, findings: Sequence[Finding], language: str) -> None:
    left = [finding.severity.value for finding in findings if not finding.waived]
    colour = _COLOURS[min(left, key=_SEVERE.index) if left else "waived"]
    slot.fill = PatternFill("solid", fgColor=colour)
    text = words(findings, language)
    if slot.comment is not None and slot.comment.text:
        text = f"{slot.comment.text}\n———\n{text}"
    text = _speakable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    height = sum(1 + len(line) // 45 for line in text.split("\n"))
    slot.comment = Comment(text, "kgservice", width=340, height=min(height, 30) * 18 + 20)


def _summarise(book: Any, reader: Reader, about: About, sources: Sequence[str], first: Mapping[str, str]) -> None:
    sheet = book.create_sheet(unused(summary.name(about.language), book.sheetnames), 0)
    for at, width in enumerate(summary.WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    for row, line in enumerate(summary.lines(reader, about, sources, first), 1):
        if tall := summary.height(line):
            sheet.row_dimensions[row].height = tall
        for column, said in enumerate(line, 1):
            if said.value == "" and said.style in ("plain", "number"):
                continue
            slot = sheet.cell(row, column)
            slot.value = _speakable(said.value) if isinstance(said.value, str) else said.value
            if isinstance(said.value, str):
                slot.data_type = "s"  # also where it begins with =
                slot.number_format = "@"
                slot.quotePrefix = True
            _look(slot, said.style)
            if said.link:
                slot.hyperlink = Hyperlink(ref=slot.coordinate, location=said.link)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0


def _look(slot: Any, style: str) -> None:
    if style in _COLOURS:
        slot.fill = PatternFill("solid", fgColor=_COLOURS[style])
    fonts = {
        "head": Font(bold=True), "title": Font(bold=True, size=15), "faint": Font(color="595959"),
        "link": Font(color="0B57A4", underline="single"),
    }  # fmt: skip
    if style in fonts:
        slot.font = fonts[style]
    # a number at the right end would seem to stand under the next heading
    aside = "left" if style == "number" else None
    slot.alignment = Alignment(horizontal=aside, vertical="top", wrap_text=style in ("wrapped", "head"))


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)


def _quoted(sheet: str) -> str:
    return sheet.replace("'", "''")
