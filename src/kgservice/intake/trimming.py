"""Cuts a small file of its like out of a large one that is no plain text: workbooks, databases, JSON and XML."""

import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from kgservice.intake.guess import Guess
from kgservice.intake.readers import ods, xlsx

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = f"{_PACKAGE}/content-types"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def trimmed(path: Path, found: Guess, target: Path, rows: int) -> None:
    """Write the first records of a file as a file of the same format; the cells of workbooks become texts."""
    _CUT[found.format](path, found, target, rows)


def _headed(grid: list[list[str]], found: Guess) -> list[list[str]]:
    """Return the rows with their headings in one: what several rows of them say, which are merged no more."""
    if found.header_row and found.columns:
        grid[found.header_row - 1] = list(found.columns)
    return grid


def _workbook(path: Path, found: Guess, target: Path, rows: int) -> None:
    grid = _headed(xlsx.top(path, found.sheet, found.header_row + rows)[0], found)
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{_safe(text)}</t></is></c>' for text in row)
        + "</row>"
        for row in grid
    )  # fmt: skip
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    _packed(target, {
        "[Content_Types].xml": f'<Types xmlns="{_PARTS}"><Default Extension="rels" ContentType="application/vnd.'
        f'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.'
        f'main+xml"/><Override PartName="/xl/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets><sheet '
        f'name={quoteattr(found.sheet)} sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    })  # fmt: skip


def _open_document(path: Path, found: Guess, target: Path, rows: int) -> None:
    cells = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{_safe(text)}</text:p></table:table-cell>'
            if text else "<table:table-cell/>" for text in row
        ) + "</table:table-row>"
        for row in _headed(ods.top(path, found.sheet, found.header_row + rows)[0], found)
    )  # fmt: skip
    spaces = " ".join(f'xmlns:{name}="{_OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    _packed(target, {
        "mimetype": _ODS,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OPEN}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{_ODS}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>',
        "content.xml": f'<office:document-content {spaces} office:version="1.3"><office:body><office:spreadsheet>'
        f"<table:table table:name={quoteattr(found.sheet)}>{cells}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>",
    })  # fmt: skip


def _database(path: Path, found: Guess, target: Path, rows: int) -> None:
    name = found.sheet.replace('"', '""')
    base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    small = sqlite3.connect(target)
    try:
        cursor = base.execute(f'SELECT * FROM "{name}" LIMIT ?', (rows,))  # noqa: S608 - a name of the file's own
        columns = ", ".join('"' + column[0].replace('"', '""') + '"' for column in cursor.description)
        small.execute(f'CREATE TABLE "{name}" ({columns})')
        holes = ", ".join("?" for _ in cursor.description)
        small.executemany(f'INSERT INTO "{name}" VALUES ({holes})', cursor)  # noqa: S608 - as above
        small.commit()
    finally:
        base.close()
        small.close()


def _json(path: Path, found: Guess, target: Path, rows: int) -> None:
    body = json.loads(path.read_bytes().decode(found.encoding or "utf-8-sig").removeprefix("\ufeff"))
    target.write_text(json.dumps(_shorter(body, rows), ensure_ascii=False, indent=1), found.encoding or "utf8")


def _shorter(value: Any, rows: int) -> Any:
    if isinstance(value, list):
        return [_shorter(item, rows) for item in value[:rows]]
    return {key: _shorter(item, rows) for key, item in value.items()} if isinstance(value, dict) else value


def _xml(path: Path, found: Guess, target: Path, rows: int) -> None:
    tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    records = tree.xpath(found.iterator)
    for element in records[rows:] if isinstance(records, list) else ():
        if isinstance(element, etree._Element) and element.getparent() is not None:
            element.getparent().remove(element)  # type: ignore[union-attr]  # it has one
    tree.write(target, encoding="utf-8", xml_declaration=True)


def _safe(text: str) -> str:
    return escape("".join(letter for letter in text if letter >= " " or letter in "\t\n"))


def _packed(target: Path, parts: Mapping[str, str]) -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            plain = name == "mimetype"  # stands first and unpacked (ODF 1.3 part 2, 3.3)
            archive.writestr(name, text if plain else head + text, zipfile.ZIP_STORED if plain else None)


_CUT: Mapping[str, Callable[[Path, Guess, Path, int], None]] = {
    "xlsx": _workbook, "ods": _open_document, "sqlite": _database, "json": _json, "xml": _xml,
}  # fmt: skip
