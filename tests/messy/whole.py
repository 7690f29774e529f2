"""Files that must be refused as a whole, each with the words that say why; and odd files that are right."""

import gzip
from collections.abc import Callable

from messy.forms import Row, zipped

Make = Callable[[bytes], bytes]


def _replaced(old: bytes, new: bytes) -> Make:
    return lambda data: data.replace(old, new, 1)


WHOLE: tuple[tuple[str, str, str, Make], ...] = (
    ("a program named .xlsx", "xlsx", "is a program", lambda data: b"MZ\x90\x00\x03" + data),
    ("a program named .csv", "csv", "is a program", lambda data: b"\x7fELF\x02\x01\x01" + data),
    (
        "an old workbook",
        "xlsx",
        "old .xls or a workbook locked",
        lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data,
    ),
    ("half a workbook", "xlsx", "not a whole spreadsheet", lambda data: data[: len(data) // 2]),
    ("half an archive", "tsv gz", "not a whole .gz file", lambda data: data[:-30]),
    ("an archive in an archive", "csv zip", "archive inside an archive", lambda data: zipped("people.csv", data)),
    ("a bomb", "csv zip", "as zip bombs do", lambda data: zipped("people.csv", b"0" * 20_000_000)),
    ("a bomb in .gz", "tsv gz", "as zip bombs do", lambda data: gzip.compress(b"0" * 20_000_000)),
    ("a path out of the zip", "csv zip", "leads out of it", lambda data: zipped("../people.csv", b"id\n1\n")),
    (
        "a DOCTYPE",
        "xml cp1251",
        "DOCTYPE",
        _replaced(b"?>\n", b"?>\n<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>\n"),
    ),
    ("an element not closed", "xml cp1251", "not whole XML: reading stops at line", _replaced(b"</person>", b"")),
    ("JSON cut off", "json", "not whole JSON: reading stops at line", lambda data: data[:-40]),
    ("NaN in JSON", "json", "is no number of JSON", _replaced(b'"size": ', b'"size": NaN, "x": ')),
    (
        "a cell without a quote in JSON lines",
        "jsonl gz",
        "not whole JSON: reading stops at line 1",
        lambda data: gzip.compress(b'{"id": 1,}\n'),
    ),
    ("a byte of no encoding", "csv", "holds the byte 0x98", lambda data: data.replace("№".encode(), b"\x98", 1)),
    ("zero bytes", "csv", "zero bytes (20), the first in line", lambda data: data[:200] + b"\0" * 20 + data[200:]),
    ("no headings", "csv", "two columns named", lambda data: b"id,id,name\n1,2,3\n"),
    ("a column missing", "csv", "has no column", _replaced(b"evidence", b"evidense")),
    ("another separator than it seems", "csv", "reads as one single cell", lambda data: data.replace(b",", b"#")),
    ("headings only", "csv", "has headings but no rows", lambda data: data.split(b"\r\n", 1)[0] + b"\r\n"),
    ("nothing", "csv", "is empty", lambda data: b""),
    ("a web page", "csv", "is HTML", lambda data: b"<!DOCTYPE html><html></html>"),
    ("a PDF", "xlsx", "is PDF", lambda data: b"%PDF-1.4"),
    ("no database", "sqlite", "not a SQLite database", lambda data: b"id,name\n1,2\n"),
    ("a torn database", "sqlite", "cannot be read as a SQLite database", lambda data: data[:4096] + b"\xff" * 4096),
)


def _changed(column: str, *values: str) -> Callable[[list[Row]], list[Row]]:
    def change(rows: list[Row]) -> list[Row]:
        for number, one in enumerate(rows):
            one[column] = values[number % len(values)]
        return rows

    return change


RIGHT: tuple[tuple[str, str, Callable[[list[Row]], list[Row]]], ...] = (
    (
        "Russian commas and thin spaces",
        "csv utf-16 |",
        _changed("share", "1 250,5", "1\u2009250\u2009000,75", "1\u202f250", "−0,5", "12,00"),
    ),
    ("grouped whole numbers", "xlsx", _changed("size", "1 250", "1\u00a0250\u00a0000", "+7", "007")),
    ("dates before 1900 as text", "xlsx", _changed("born", "05.03.1897", "1861-02-19", "1.1.1900")),
    ("dates before 1900 as text", "ods", _changed("born", "05.03.1897", "1861-02-19", "1.1.1900")),
    ("letters from right to left", "json", _changed("name", "كلية الهندسة", "מכללה", "College ‑ колледж")),
    ("a cell of 32,767 characters", "xlsx", _changed("note", "я" * 32_767, "x")),
    ("lines inside cells", "csv", _changed("note", "одна\nдве", "три\r\nчетыре", '"кавычки"')),
    ("a sign of the euro in cp1251", "csv cp1251 ;", _changed("note", "€ 5 – «тире»", "; точка; с; запятой;")),
    ("formulas of text", "csv", _changed("note", "=1+1", "+7 900", "-", "@x")),
)
