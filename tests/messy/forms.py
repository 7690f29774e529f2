"""Writes one table into every format that is read, and says at which row of it each record stands."""

import csv
import datetime
import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from odsbooks import book, cell, date, row

Row = dict[str, str]
COLUMNS = ("id", "name", "born", "size", "share", "kind", "site", "evidence", "note")
_NUMBERS = ("size", "share")


@dataclass(frozen=True)
class Form:
    """A format: how a table is written in it, and what source.toml says of it."""

    name: str
    file: str
    format: str
    write: Callable[[Sequence[Row]], bytes]
    first: int = 2
    """Row of the first record."""
    keys: str = ""
    """More lines of `[[table]]`."""
    formulation: str = "CSV"


def text(rows: Sequence[Row], separator: str = ",", columns: Sequence[str] = COLUMNS) -> str:
    target = io.StringIO()
    writer = csv.DictWriter(target, columns, delimiter=separator, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def number(value: str) -> float | None:
    try:
        return float(value) if value.isascii() and "e" not in value else None
    except ValueError:
        return None


def day(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if len(value) == 10 and value >= "1900-03-01" else None
    except ValueError:
        return None


def workbook(rows: Sequence[Row], spoil: Callable[[Any, Any], None] | None = None, top: int = 0) -> bytes:
    """Return an XLSX; `spoil` gets sheet and book before they are closed; `top` = title rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Люди")
        form = made.add_format({"num_format": "dd.mm.yyyy"})
        for at in range(top):
            sheet.write_string(at, 0, f"Список № {at}")
        sheet.write_row(top, 0, COLUMNS)
        for at, one in enumerate(rows, top + 1):
            for place, column in enumerate(COLUMNS):
                value = one.get(column, "")
                if column == "born" and day(value):
                    sheet.write_datetime(at, place, datetime.datetime.fromisoformat(value), form)
                elif column in _NUMBERS and number(value) is not None:
                    sheet.write_number(at, place, float(value))
                elif value:
                    sheet.write_string(at, place, value)
        if spoil:
            spoil(sheet, made)
    return target.getvalue()


def opendocument(rows: Sequence[Row]) -> bytes:
    def one(column: str, value: str) -> str:
        if column == "born" and day(value):
            return date(value)
        return cell(number(value) if column in _NUMBERS and number(value) is not None else value)

    lines = [row(*(one(column, each.get(column, "")) for column in COLUMNS)) for each in rows]
    return book({"Люди": [row(*COLUMNS), *lines]})


def valued(one: Row) -> dict[str, Any]:
    return {
        column: number(value) if column in _NUMBERS and number(value) is not None else value or None
        for column, value in one.items()
    }


def document(rows: Sequence[Row]) -> bytes:
    return json.dumps({"people": [valued(one) for one in rows]}, ensure_ascii=False).encode()


def json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(valued(one), ensure_ascii=False) + "\n" for one in rows).encode()


def markup(rows: Sequence[Row]) -> bytes:
    lines = ("".join(f"<{c}>{escape(v)}</{c}>" for c, v in one.items() if v) for one in rows)
    people = "\n".join(f"<person>{line}</person>" for line in lines)
    return f'<?xml version="1.0" encoding="windows-1251"?>\n<people>\n{people}\n</people>'.encode(
        "windows-1251", "xmlcharrefreplace"
    )


def database(rows: Sequence[Row]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        with closing(sqlite3.connect(path)) as base:
            base.execute(f"CREATE TABLE people ({', '.join(COLUMNS)})")
            marks = ", ".join("?" * len(COLUMNS))
            base.executemany(
                f"INSERT INTO people VALUES ({marks})", [[valued(one)[c] for c in COLUMNS] for one in rows]
            )
            base.commit()
        return path.read_bytes()


def zipped(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return target.getvalue()


FORMS = (
    Form("csv", "people.csv", "csv", lambda rows: text(rows).encode("utf-8-sig")),
    Form("csv cp1251 ;", "people.csv", "csv", lambda rows: text(rows, ";").encode("cp1251", "replace")),
    Form("csv utf-16 |", "people.csv", "csv", lambda rows: text(rows, "|").encode("utf-16")),
    Form("tsv gz", "people.tsv.gz", "tsv", lambda rows: gzip.compress(text(rows, "\t").encode())),
    Form("csv zip", "people.zip", "csv", lambda rows: zipped("people.csv", text(rows).encode())),
    Form("xlsx", "people.xlsx", "xlsx", workbook),
    Form("xlsx titles", "people.xlsx", "xlsx", lambda rows: workbook(rows, top=3), 5, "header_row = 4"),
    Form("ods", "people.ods", "ods", opendocument),
    Form("json", "people.json", "json", document, 1, 'iterator = "$.people[*]"', "JSONPath"),
    Form("jsonl gz", "people.jsonl.gz", "jsonl", lambda rows: gzip.compress(json_lines(rows)), 1, "", "JSONPath"),
    Form("xml cp1251", "people.xml", "xml", markup, 1, 'iterator = "/people/person"', "XPath"),
    Form("sqlite", "people.sqlite", "sqlite", database, 1, "", "SQL2008Table"),
)
