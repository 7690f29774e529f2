"""Guesses how an unknown file is to be read: format, packing, encoding, separator, sheet, headings, first records."""

import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.guards import check_kind, check_xml
from kgservice.intake.interface import DeliveredFile, Table
from kgservice.intake.outline import json_leaves, longest_list, repeated_element, xml_leaves
from kgservice.intake.packing import opened, parts
from kgservice.intake.readers import csv, decoding, ods, rdf, sqlite, xlsx
from kgservice.intake.readers.bands import Area, band
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Text
from kgservice.rml import iterate

_HEAD = 1 << 20
_LOOKED = 60
_SHOWN = 10
_TITLES = 20  # rows among which the headings are looked for
_DEEP = 4  # rows that headings may reach down
_YEAR = re.compile(r"(?:19|20)\d\d")
_SUFFIXES = {
    ".tsv": "tsv", ".tab": "tsv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods", ".json": "json", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
    **{suffix: "rdf" for suffix in rdf.SYNTAXES if suffix not in (".json", ".xml")}, ".xml": "xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """How a file is best read; `lines` has what `[[table]]` of source.toml should say."""

    format: str
    packing: str = ""
    """`gz`, `zip` or empty."""
    members: tuple[str, ...] = ()
    """What a zip holds."""
    member: str = ""
    """The one that was looked at."""
    encoding: str = ""
    separator: str = ""
    quote: str = ""
    sheets: tuple[str, ...] = ()
    """Sheets of a workbook, tables and views of a database."""
    sheet: str = ""
    header_row: int = 1
    """0 = there are no headings; `columns` are then made up."""
    columns: tuple[str, ...] = ()
    """Headings; paths of values for JSON and XML."""
    iterator: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    """The first ten records, a text per column, "" = empty."""
    titles: tuple[str, ...] = ()
    """What stands above the headings, alone in its row."""
    merged: int = 0
    """Cells below the headings that are merged down over several rows; 0 too where others are merged across."""
    fill: bool = False
    """True where every row of those has their value."""
    notes: tuple[Text, ...] = ()
    """What was guessed, for a person to confirm."""

    def lines(self) -> dict[str, object]:
        """Return the keys of a `[[table]]` that say how to read, without those that are as a reader takes them."""
        found: dict[str, object] = {"format": self.format}
        if self.encoding not in ("", "utf-8"):
            found["encoding"] = self.encoding
        if self.separator and self.format == "csv":
            found["separator"] = self.separator
        if self.sheet:
            found["sheet"] = self.sheet
        if self.header_row != 1:
            found["header_row"] = self.header_row
        if not self.header_row:
            found["columns"] = list(self.columns)
        if self.fill:
            found["merged"] = "fill"
        if self.iterator:
            found["iterator"] = self.iterator
        if self.member and len(self.members) > 1:
            found["member"] = self.member
        return found


def guess(
    path: Path,
    *,
    format: str = "",  # noqa: A002 - the key of source.toml
    encoding: str = "auto",
    separator: str = "auto",
    sheet: str = "",
    header_row: int = -1,
    member: str = "",
) -> Guess:
    """Return how a file is best read; what is given is taken, the rest is guessed (`header_row` -1 = guess).

    Raises:
        SourceUnreadable: when it is no file that can be read at all.
    """
    if not path.is_file():
        raise SourceUnreadable("{file} does not exist.", file=str(path))
    with path.open("rb") as stream:
        head = stream.read(512)
    check_kind(head, path.name)
    held = parts(DeliveredFile(path.name, path, "", path.stat().st_size))
    members = tuple(part.member for part in held if part.member)
    chosen = member or (max(held, key=lambda part: _suits(part.leaf)).member if members else "")
    packing = "zip" if members else "gz" if head.startswith(b"\x1f\x8b") else ""
    table = Table("guess", "*", format or "csv", encoding, separator, sheet, max(header_row, 0) or 1)
    with opened(path, chosen, path.name) as plain:
        form = format or _format(plain)
        made = _READ[form](plain, replace(table, format=form), header_row)
    return replace(made, packing=packing, members=members, member=chosen)


def _suits(name: str) -> tuple[bool, bool]:
    suffix = Path(name).suffix.lower()
    return suffix in (".csv", ".txt", *_SUFFIXES), suffix == ".csv"


def _format(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(_HEAD)
    if data.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if data.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            return "ods" if "content.xml" in archive.namelist() else "xlsx"
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    suffix = _SUFFIXES.get(path.suffix.lower(), "")
    if text.startswith(b"<"):
        return "rdf" if b"22-rdf-syntax-ns#" in text[:2000] or (suffix == "rdf" and path.suffix != ".xml") else "xml"
    if text.startswith((b"{", b"[")):
        return _json_form(text, suffix)
    if text.startswith((b"@prefix", b"@base", b"PREFIX", b"BASE", b"<http")) or suffix == "rdf":
        return "rdf"
    return "tsv" if suffix == "tsv" else "csv"


def _json_form(text: bytes, suffix: str) -> str:
    if b'"@context"' in text[:5000] or suffix == "rdf":
        return "rdf"
    first, _, second = text.partition(b"\n")
    try:
        json.loads(first)
    except ValueError:
        return "json"
    return "jsonl" if second.lstrip().startswith(b"{") else "json"


def _delimited(path: Path, table: Table, header_row: int) -> Guess:
    with path.open("rb") as stream:
        data = stream.read(_HEAD)
    encoding = table.encoding if table.encoding != "auto" else decoding.ladder(data)
    text = decoding.prefix(data, encoding)
    tabs = table.format == "tsv"
    separator = table.separator if table.separator != "auto" else "\t" if tabs else csv.separator_of(text, table)
    rows = [row for _, _, row in csv.records_of(text, csv.Form(separator), _LOOKED)]
    made = _tabular(rows, header_row)
    notes = [
        Text("It was read as {encoding}.", {"encoding": encoding}),
        Text("“{separator}” stands between the cells.", {"separator": separator.replace("\t", "TAB")}),
    ]
    return replace(
        made, format="tsv" if tabs else "csv", encoding=encoding, separator=separator, quote='"',
        notes=(*notes, *made.notes),
    )  # fmt: skip


def _tabular(rows: Sequence[Sequence[str]], header_row: int, merged: Sequence[Area] = ()) -> Guess:
    """Return headings and first rows of a grid of texts."""
    width = max((len(row) for row in rows), default=0)
    at = header_row if header_row >= 0 else _banded(rows, merged) or _heading(rows, width)
    names = [" ".join(name.split()) for name in band(rows[:at], merged)] if 0 < at <= len(rows) else []
    names += [""] * (width - len(names))
    if not at:
        names = [f"c{number}" for number in range(1, width + 1)]
    shown = [row for row in rows[at:] if any(cell.strip() for cell in row)][:_SHOWN]
    cells = tuple(tuple(row[i] if i < len(row) else "" for i in range(len(names))) for row in shown)
    note = Text("The headings stand in row {row}.", {"row": at}) if at else Text("The file has no headings.")
    above = [[cell.strip() for cell in row if cell.strip()] for row in rows[: max(at - 1, 0)]]
    titles = tuple(row[0] for row in above if len(row) == 1)
    inside = [area for area in merged if at and area[0][0] >= at and area[0][1] < len(names)]
    down = 0 if any(left < right for (_, left), (_, right) in inside) else len(inside)
    return Guess("csv", header_row=at, columns=tuple(names), rows=cells, titles=titles, merged=down, notes=(note,))


def _banded(rows: Sequence[Sequence[str]], merged: Sequence[Area]) -> int:
    """Return the last row (from 1) of headings over several rows: some are merged down, others part a group; or 0."""
    for at, row in enumerate(rows[:_TITLES]):
        begun = [area for area in merged if area[0][0] == at]
        last = max((bottom for _, (bottom, _) in begun), default=at)
        if not at < last <= at + _DEEP or not any(cell.strip() for cell in row):
            continue
        parted = {column for (_, left), (_, right) in begun if right > left for column in range(left, right + 1)}
        below = [{i for i, cell in enumerate(other) if cell.strip()} for other in rows[at + 1 : last + 1]]
        if parted and any(below) and all(filled <= parted for filled in below):
            return last + 1
    return 0


def _heading(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return the row (from 1) that looks like headings: wide, words, each once and not among the values below; or 0."""
    width = sum(any(i < len(row) and row[i].strip() for row in rows) for i in range(width))
    for number, row in enumerate(rows[:_TITLES], 1):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) < max(1, min(width, 2)) or len(filled) * 10 < width * 6:
            continue
        below = [{other[i].strip() for other in rows[number:] if i < len(other)} for i in range(len(row))]
        repeated = any(cell.strip() and cell.strip() in below[i] for i, cell in enumerate(row))
        figures = sum(cell.replace(".", "").replace(",", "").replace("-", "").isdigit() for cell in filled)
        years = [int(cell) for cell in filled if _YEAR.fullmatch(cell)]
        if len(years) > 1 and years == [*range(years[0], years[0] + len(years))] and len(years) < len(filled):
            figures -= len(years)  # a column per year
        if not repeated and len(set(filled)) == len(filled) and figures * 2 <= len(filled):
            return number
        return 0
    return 0


def _book(path: Path, table: Table, header_row: int) -> Guess:
    sheets = ods.names(path) if table.format == "ods" else xlsx.names(path)
    sheet = table.sheet or (sheets[0] if sheets else "")
    grid, merged = (ods.top if table.format == "ods" else xlsx.top)(path, sheet, _LOOKED)
    made = _tabular(grid, header_row, merged)
    note = Text("The sheet {sheet} was read.", {"sheet": sheet})
    return replace(made, format=table.format, sheets=sheets, sheet=sheet, notes=(note, *made.notes))


def _database(path: Path, table: Table, header_row: int) -> Guess:
    sheets = sqlite.names(path)
    sheet = table.sheet or (sheets[0] if sheets else "")
    found = sqlite.read(replace(table, format="sqlite", sheet=sheet), path, path.name, Collector("", 0))
    return _from_sheet(found, Guess("sqlite", sheets=sheets, sheet=sheet))


def _from_sheet(found: Sheet, made: Guess) -> Guess:
    rows = found.frame.select(found.columns).head(_SHOWN).fill_null("").rows()
    return replace(made, columns=tuple(found.columns), rows=tuple(rows))


def _json(path: Path, table: Table, header_row: int) -> Guess:
    data = path.read_bytes()
    encoding = decoding.ladder(data) if table.encoding == "auto" else table.encoding
    text = data.decode(encoding).removeprefix("\ufeff")
    try:
        if table.format == "jsonl":
            records: list[Any] = [json.loads(line) for line in text.splitlines()[:_SHOWN] if line.strip()]
            iterator = ""
        else:
            document = json.loads(text)
            iterator = longest_list(document)[1]
            records = [record.value for record in iterate(document, "JSONPath", iterator)][:_SHOWN]
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable("{file} cannot be read as JSON: {reason}.", file=path.name, reason=str(error)) from None
    return _nested(records, json_leaves, Guess(table.format, encoding=encoding, iterator=iterator))


def _xml(path: Path, table: Table, header_row: int) -> Guess:
    data = path.read_bytes()
    check_xml(data, path.name)
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    plain = repeated_element(root)
    records = root.xpath(plain)
    found = [record for record in records if isinstance(record, etree._Element)] if isinstance(records, list) else []
    return _nested(found[:_SHOWN], xml_leaves, Guess("xml", iterator=plain))


def _nested(records: Sequence[Any], leaves: Callable[[Any], Mapping[str, str]], made: Guess) -> Guess:
    found = [leaves(record) for record in records]
    columns = tuple(dict.fromkeys(name for record in found for name in record))
    rows = tuple(tuple(record.get(name, "") for name in columns) for record in found)
    note = Text("The records are at {iterator}.", {"iterator": made.iterator or "-"})
    return replace(made, columns=columns, rows=rows, notes=(note,))


def _statements(path: Path, table: Table, header_row: int) -> Guess:
    found = rdf.read(replace(table, format="rdf"), path, path.name, Collector("guess", 0))
    rows = found.frame.select("subject", "predicate", "object").head(_SHOWN).rows()
    return Guess("rdf", columns=("subject", "predicate", "object"), rows=tuple(rows))


_READ: Mapping[str, Callable[[Path, Table, int], Guess]] = {
    "csv": _delimited, "tsv": _delimited, "xlsx": _book, "ods": _book, "json": _json, "jsonl": _json, "xml": _xml,
    "sqlite": _database, "rdf": _statements,
}  # fmt: skip
