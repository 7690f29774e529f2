"""The guess how an unknown file is read says format, encoding, separator, sheet, headings and records."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.errors import SourceUnreadable
from kgservice.intake.guess import guess
from odsbooks import book, row

ODS = book({"x": [row("Список"), row("id", "name"), row(1, "a"), row(2, "b")]})
TEXT = "Код;Имя;Год\n1;Анна;1990\n2;Борис, мл.;1991\n"


@pytest.mark.parametrize(
    ("name", "data", "lines", "columns"),
    [
        (
            "a.csv",
            TEXT.encode("cp1251"),
            {"format": "csv", "encoding": "cp1251", "separator": ";"},
            ("Код", "Имя", "Год"),
        ),
        (
            "a.csv",
            TEXT.encode("utf-16"),
            {"format": "csv", "encoding": "utf-16", "separator": ";"},
            ("Код", "Имя", "Год"),
        ),
        ("a.txt", TEXT.replace(";", "\t").encode(), {"format": "csv", "separator": "\t"}, ("Код", "Имя", "Год")),
        ("a.tsv", TEXT.replace(";", "\t").encode(), {"format": "tsv"}, ("Код", "Имя", "Год")),
        (
            "a.csv",
            b'"A";" ";"x, y"\n"A";"01";"z"\n"A";"02";"w"\n',
            {"format": "csv", "separator": ";", "header_row": 0, "columns": ["c1", "c2", "c3"]},
            ("c1", "c2", "c3"),
        ),
        (
            "a.csv",
            "Список людей;;\n;;\n".encode() + TEXT.encode(),
            {"format": "csv", "separator": ";", "header_row": 3},
            ("Код", "Имя", "Год"),
        ),
        (
            "a.json",
            b'{"meta": 1, "list": [{"a": 1, "b": {"c": [1, 2]}}, {"a": 2}]}',
            {"format": "json", "iterator": "$.list[*]"},
            ("a", "b.c[*]"),
        ),
        ("a.json", b'{"a": 1}\n{"a": 2}\n', {"format": "jsonl"}, ("a",)),
        (
            "a.xml",
            b'<l><h>x</h><p id="1"><n>y</n></p><p id="2"/></l>',
            {"format": "xml", "iterator": "/l/p"},
            ("@id", "n"),
        ),
        ("a.ttl", b"<http://e/s> <http://e/p> 1 .", {"format": "rdf"}, ("subject", "predicate", "object")),
        ("a.csv.gz", gzip.compress(TEXT.encode()), {"format": "csv", "separator": ";"}, ("Код", "Имя", "Год")),
        ("a.ods", ODS, {"format": "ods", "sheet": "x", "header_row": 2}, ("id", "name")),
    ],
)
def test_a_file_is_seen_as_it_is(
    tmp_path: Path, name: str, data: bytes, lines: dict[str, object], columns: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = guess(path)

    assert {key: value for key, value in found.lines().items() if (key, value) != ("separator", ",")} == lines
    assert found.columns == columns
    assert found.rows


def test_workbooks_and_databases_name_their_sheets(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        for name in ("one", "two"):
            made.add_worksheet(name).write_column(1, 1, [name, 7])
    with closing(sqlite3.connect(tmp_path / "a.db")) as base:
        base.executescript("CREATE TABLE t (n); INSERT INTO t VALUES (5);")

    assert guess(tmp_path / "a.xlsx", sheet="two").columns == ("", "two")
    assert guess(tmp_path / "a.xlsx").sheets == ("one", "two")
    assert guess(tmp_path / "a.db").rows == (("5",),)


@pytest.mark.parametrize("data", [b"MZ\x90\x00", b"\x89PNG", b""])
def test_what_is_no_table_is_refused_or_empty(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)

    if data:
        with pytest.raises(SourceUnreadable):
            guess(tmp_path / "a.csv")
    else:
        assert guess(tmp_path / "a.csv").rows == ()


def test_a_column_per_year_has_headings_and_rows_of_figures_have_none(tmp_path):
    path = tmp_path / "forecast.csv"
    path.write_text("Прогноз;;;;\nКод;2026;2027;2028;2029\n01.1;5;7;9;4\n01.2;6;6;1;3\n", "utf8")
    bare = tmp_path / "bare.csv"
    bare.write_text("a;2026;2031;17;9\nb;2027;4;1;3\n", "utf8")

    assert (guess(path).header_row, guess(bare).header_row) == (2, 0)
