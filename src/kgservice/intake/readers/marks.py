"""Finds in the XML of a sheet what its reader drops: formulas without a result, errors; and how far it spans."""

import posixpath
import re
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = rb"<(?:\w+:)?c\b([^>]*)>\s*"
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_NO_RESULT = re.compile(_CELL + _FORMULA + rb"\s*(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</")
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=\"e\"[^>]*)>\s*(?:" + _FORMULA + rb")?\s*<(?:\w+:)?v>([^<]*)<")
_NEGATIVE = re.compile(_CELL + rb"(?:" + _FORMULA + rb"\s*)?<(?:\w+:)?v>(-[0-9.]+)<")
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_WIDE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{2,3})\d')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Marks:
    """Addresses (row, column letters) in a sheet; `errors` with the error's name; last column counts from 0."""

    formulas: tuple[tuple[int, str], ...] = ()
    errors: tuple[tuple[int, str, str], ...] = ()
    last_row: int = 0
    last_column: int = 0
    negatives: tuple[tuple[int, str, str], ...] = ()
    """Numbers below zero: where the cell is shown as a date, it is one before 1900."""


def marks(path: Path, sheet: str) -> Marks:
    """Return the marks of a sheet; none where the workbook is of another format than XLSX.

    At most 10,000 of each are returned.
    """
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet)
        if not part:
            return Marks()
        data = archive.read(part)
    formulas = _formulas(data) if re.search(rb"<(?:\w+:)?f\b", data) else ()
    errors = _errors(data) if b't="e"' in data else ()
    negatives = _negatives(data) if b">-" in data else ()
    wide = {match[1] for match in _WIDE.finditer(data)}
    last_column = max((column_index(letters.decode()) for letters in wide), default=25)
    last_row = max((int(match[1]) for match in _ROW.finditer(data)), default=data.count(b"<row"))
    return Marks(formulas, errors, last_row, last_column, negatives)


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    workbook = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for entry in _sheets(workbook):
        if entry.get("name") == sheet:
            target = targets.get(entry.get(_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            return part if part in names else ""
    return ""


def _sheets(workbook: Element) -> list[Element]:
    return [element for element in workbook.iter() if element.tag.rpartition("}")[2] == "sheet"]


def _formulas(data: bytes) -> tuple[tuple[int, str], ...]:
    found = []
    for match in _NO_RESULT.finditer(data):
        # a text result may be the empty text, which is a result
        if match[2] and b't="str"' in match[1]:
            continue
        found.append(_address(match[1]))
        if len(found) == _MOST:
            break
    return tuple(found)


def _errors(data: bytes) -> tuple[tuple[int, str, str], ...]:
    found = []
    for match in _ERROR.finditer(data):
        found.append((*_address(match[1]), match[2].decode("utf-8", "replace")))
        if len(found) == _MOST:
            break
    return tuple(found)


def _negatives(data: bytes) -> tuple[tuple[int, str, str], ...]:
    found = (match for match in _NEGATIVE.finditer(data))
    return tuple((*_address(match[1]), match[2].decode()) for match in islice(found, _MOST))


def _address(attributes: bytes) -> tuple[int, str]:
    match = _ADDRESS.search(attributes)
    return (int(match[2]), match[1].decode()) if match else (0, "")


def column_index(letters: str) -> int:
    """Return the index (from 0) of a column from its letters."""
    index = 0
    for sign in letters:
        index = index * 26 + ord(sign) - 64
    return index - 1
