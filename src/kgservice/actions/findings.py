"""Findings of drafts and releases by windows, and the delivered tables with their marks, for pages and programs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.actions.gather import OF_RELEASE
from kgservice.errors import ParameterInvalid, ReleaseNotFound, SourceNotFound
from kgservice.intake import windows
from kgservice.releases import Draft, Drafts, Release, Shelf
from kgservice.report import Finding
from kgservice.report.reading import Cause, Found, Reader


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found, summed up."""

    causes: tuple[Cause, ...]
    tally: dict[str, int]
    """By severity, and `waived`, `old`, `new`, `fixed`."""
    compared: dict[str, str]
    """Sources whose findings were compared with an earlier delivery; the rest have only new ones."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a delivery that can be looked at."""

    source: str
    file: str
    sheet: str
    columns: tuple[str, ...]
    rows: int
    at_fault: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows of a delivered table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Number as a spreadsheet shows it, and cells."""
    marks: dict[int, dict[str, tuple[Finding, ...]]]
    """By row and column; "" = the row as a whole."""
    total: int
    """Rows of the table."""


class Findings:
    """Reads what was found; nothing here maps, checks or loads an engine."""

    def __init__(self, shelf: Shelf, drafts: Drafts) -> None:
        self._shelf = shelf
        self._drafts = drafts

    @contextmanager
    def of(self, name: str) -> Iterator[tuple[Reader, list[str] | None]]:
        """Give the file of a draft (`d3`) or release (`7`), and the sources that it is about (None: all).

        Raises:
            DraftNotFound, ReleaseNotFound: there is none.
            ParameterInvalid: it was not checked yet, or by a version that kept no file.
        """
        path, sources = self.file(name)
        if not path.is_file():
            raise ParameterInvalid(
                "{name} has no findings to show: it was not checked yet, or by an earlier version.", name=name
            )
        with Reader(path) as reader:
            yield reader, sources

    def file(self, name: str) -> tuple[Path, list[str] | None]:
        """Return the file of findings of a draft or release, be it there or not, and the sources it is about."""
        held = self.held(name)
        if isinstance(held, Draft):
            return held.findings, None
        return held.path / OF_RELEASE, None

    def held(self, name: str) -> Draft | Release:
        """Return a draft by its id, or a release by its number.

        Raises:
            DraftNotFound, ReleaseNotFound: there is none.
        """
        if name.startswith("d"):
            return self._drafts.draft(name)
        if not name.isdecimal():
            raise ReleaseNotFound(
                "There is no release {id}; /releases lists them (`kgservice releases` in a terminal).", id=name
            )
        return self._shelf.release(int(name))

    def causes(self, name: str, sources: Sequence[str] | None = None) -> Summary:
        """Return causes and counts, of all sources or some."""
        with self.of(name) as (reader, own):
            wanted = own if sources is None else sources
            return Summary(tuple(reader.causes(wanted)), reader.tally(wanted), reader.compared)

    def window(
        self,
        name: str,
        start: int = 0,
        count: int = 50,
        *,
        cause: str = "",
        mark: str = "",
        sources: Sequence[str] | None = None,
        waived: bool | None = None,
    ) -> list[Found]:
        """Return `count` findings from `start` on: of a cause, a mark (`new`, `old`, `fixed`), waived ones or not."""
        with self.of(name) as (reader, own):
            wanted = own if sources is None else sources
            return reader.window(start, count, cause=cause, mark=mark, sources=wanted, waived=waived)

    def sheets(self, name: str) -> list[Sheet]:
        """Return the delivered tables behind a draft or release that were kept to be looked at."""
        found = []
        with self.of(name) as (reader, _):
            for source, folder in self.lineages(name):
                with windows.Windows(folder) as kept:
                    for table in kept.tables():
                        at_fault = bool(reader.rows_at_fault(table.file, table.sheet, 0, 1))
                        found.append(Sheet(source, table.file, table.sheet, table.columns, table.rows, at_fault))
        return found

    def table(
        self, name: str, source: str, file: str, sheet: str = "", start: int = 0, count: int = 50, marked: bool = False
    ) -> Window:
        """Return rows of a delivered table from the position `start` on (`marked`: of rows at fault) with their marks.

        Raises:
            SourceNotFound: no such table was delivered.
        """
        with self.of(name) as (reader, _):
            for of, folder in self.lineages(name):
                with windows.Windows(folder) as kept:
                    for table in kept.tables() if of == source else ():
                        if (table.file, table.sheet) == (file, sheet):
                            return _window(reader, kept, table, start, count, marked)
        raise SourceNotFound("{name} holds no table {file} of {source}.", name=name, file=file, source=source)

    def behind(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """Return by source the deliveries that were checked: of a draft, those too that the current release has."""
        held = self.held(name)
        if not isinstance(held, Draft):
            return dict(held.manifest.imports)
        current = self._shelf.release(held.release) if held.release is not None else self._shelf.current()
        return {**(current.manifest.imports if current else {}), **held.imports}

    def lineages(self, name: str) -> list[tuple[str, Path]]:
        """Return source and folder of the conversions behind a draft or release whose tables were kept."""
        held = self.held(name)
        imports = held.imports if isinstance(held, Draft) else held.manifest.imports
        folder = held.path / "lineage"
        if isinstance(held, Draft) and held.release is not None:
            folder = self._shelf.release(held.release).lineage
        found = [(source, folder / str(record["lineage"])) for source, records in imports.items() for record in records]
        return [(source, path) for source, path in found if windows.has(path)]


def _window(reader: Reader, kept: windows.Windows, table: windows.Kept, start: int, count: int, marked: bool) -> Window:
    if marked:
        numbers = reader.rows_at_fault(table.file, table.sheet, start, count)
        rows = list(kept.numbered(table, numbers))
    else:
        rows = kept.rows(table, start, count)
    marks: dict[int, dict[str, tuple[Finding, ...]]] = {}
    shown = {row for row, _ in rows}
    for found in reader.of_row(table.file, table.sheet, sorted(shown)) if rows else ():
        for cell in found.finding.cells:
            if (cell.file, cell.sheet) == (table.file, table.sheet) and cell.row in shown:
                columns = [cell.column] if cell.column in table.columns else cell.column.split(", ")
                for column in columns:
                    at = marks.setdefault(cell.row, {})
                    column = column if column in table.columns else ""
                    at[column] = (*at.get(column, ()), found.finding)
    return Window(table.columns, tuple((row, tuple(cells)) for row, cells in rows), marks, table.rows)
