"""Delimited text: every cell is read, every broken row is named."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import csv as reader
from kgservice.intake.readers.reading import ROW, Sheet
from kgservice.report import Finding, Severity

TABLE = Table("people", "*.csv", "csv")


def read(path: Path, data: bytes | str, table: Table = TABLE) -> tuple[Sheet, tuple[Finding, ...]]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    collector = Collector("people", 1000)
    sheet = reader.read(table, path, path.name, collector)
    return sheet, collector.report().findings


def rows(sheet: Sheet) -> list[tuple[object, ...]]:
    return sheet.frame.rows()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(path: Path) -> None:
    sheet, findings = read(path, "id,name\n1,Anna\n\n2,Boris\n,\n3,Vera\n")

    assert rows(sheet) == [("1", "Anna", 2), ("2", "Boris", 4), ("3", "Vera", 6)]
    assert findings == ()


def test_line_is_told_where_it_differs_from_the_row(path: Path) -> None:
    sheet, _ = read(path, 'id,name\n1,"two\nlines"\n2,Boris\n')

    assert rows(sheet)[0] == ("1", "two\nlines", 2)
    assert (sheet.cell(2).line, sheet.cell(3).line) == (0, 4)


def test_short_and_long_rows_are_findings_and_the_others_are_read(path: Path) -> None:
    sheet, findings = read(path, "id,name\n1\n2,Boris,more\n3,Vera\n4,Gleb,,\n")

    assert rows(sheet) == [("3", "Vera", 4), ("4", "Gleb", 5)]
    assert [(f.rule, f.severity, f.cells[0].row) for f in findings] == [
        ("read/row-short", Severity.VIOLATION, 2),
        ("read/row-long", Severity.VIOLATION, 3),
    ]
    assert findings[1].cells[0].value == "2 | Boris | more"


def test_broken_quote_is_a_finding_with_its_line_and_reading_goes_on(path: Path) -> None:
    sheet, findings = read(path, 'id,name\n1,"x\ny"\n2,"open\n3,Vera\n4,"a"b\n5,Gleb\n')

    assert rows(sheet) == [("1", "x\ny", 2), ("3", "Vera", 4), ("5", "Gleb", 6)]
    assert [(f.rule, f.cells[0].row, f.text.params["line"]) for f in findings] == [
        ("read/quote-broken", 3, 4),
        ("read/quote-broken", 5, 6),
    ]


def test_header_with_a_broken_quote_does_not_stop_the_reader(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="has no row 9"):
        read(path, 'id,"name\n1,2\n', Table("people", "*.csv", "csv", header_row=9))


def test_separator_is_the_one_with_the_most_constant_count(path: Path) -> None:
    sheet, findings = read(path, 'code;name\n01;"Plants, trees, and more"\n02;Sheep, goats\n03;Fish\n')

    assert sheet.columns == ["code", "name"]
    assert [f.rule for f in findings] == ["read/separator-guessed"]
    assert findings[0].severity is Severity.INFO


def test_declared_separator_wins(path: Path) -> None:
    sheet, findings = read(path, "a|b;c\n1|2;3\n", Table("people", "*.csv", "csv", separator="|"))

    assert sheet.columns == ["a", "b;c"]
    assert findings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251"])
def test_encodings_of_the_ladder_read_the_same(path: Path, encoding: str) -> None:
    sheet, findings = read(path, "ключ,имя\n1,Ёлка\n".encode(encoding))

    assert sheet.columns == ["ключ", "имя"]
    assert rows(sheet) == [("1", "Ёлка", 2)]
    assert [f.rule for f in findings] == (["read/encoding-guessed"] if encoding == "cp1251" else [])


def test_declared_encoding_is_used(path: Path) -> None:
    sheet, findings = read(path, "имя\nЁлка\n".encode("koi8-r"), Table("people", "*.csv", "csv", encoding="koi8-r"))

    assert rows(sheet) == [("Ёлка", 2)]
    assert findings == ()


@pytest.mark.parametrize(("declared", "actual"), [("utf-8", "cp1251"), ("cp1251", "utf-8")])
def test_wrong_declared_encoding_is_refused(path: Path, declared: str, actual: str) -> None:
    with pytest.raises(SourceUnreadable, match=r"people\.csv is .*source\.toml"):
        read(path, "имя\nЁлка\n".encode(actual), Table("people", "*.csv", "csv", encoding=declared))


def test_binary_file_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="not a text file"):
        read(path, b"MZ\x90\x00\x03\x00\x00\xff,\n")


def test_two_headings_of_one_name_are_refused(path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="two columns named name"):
        read(path, "id,name, name\n1,2,3\n")


def test_headings_stand_below_titles(path: Path) -> None:
    sheet, findings = read(path, "List of people\n\nid,name\n1,Anna\n", Table("people", "*.csv", "csv", header_row=3))

    assert rows(sheet) == [("1", "Anna", 4)]
    assert findings == ()


def test_values_without_a_heading_are_a_finding(path: Path) -> None:
    sheet, findings = read(path, "id,,name\n1,lost,Anna\n")

    assert sheet.columns == ["id", "name"]
    assert [(f.rule, f.cells[0].column, f.cells[0].value) for f in findings] == [("read/heading-empty", "B", "lost")]


def test_null_words_are_empty_only_where_the_source_says_so(path: Path) -> None:
    data = "id,name\n1,NA\n2,—\n3, \n"

    assert [row[1] for row in rows(read(path, data)[0])] == ["NA", "—", None]
    sheet, _ = read(path, data, Table("people", "*.csv", "csv", nulls=("NA", "—")))
    assert [row[1] for row in rows(sheet)] == [None, None, None]


def test_old_mac_line_ends_are_read(path: Path) -> None:
    sheet, _ = read(path, "id,name\r1,Anna\r2,Boris\r")

    assert rows(sheet) == [("1", "Anna", 2), ("2", "Boris", 3)]


cells = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\ufeff"), max_size=8
) | st.sampled_from(['"', '""', ",", "a,b", "\n", "\r\n", "\r", "a\nb", " ", '"x"', 'x"y', "NA", "=1+1"])


def blank(cell: str) -> bool:
    return not pl.Series([cell]).str.strip_chars()[0]


@settings(deadline=None)
@given(table=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12), quoting=st.sampled_from([0, 1]))
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, ...]], quoting: int
) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(("a", "b", "c"))
    writer.writerows(table)
    path = tmp_path_factory.mktemp("csv") / "people.csv"

    sheet, findings = read(path, target.getvalue(), Table("people", "*.csv", "csv", separator=",", encoding="utf-8"))

    expected = [
        (*(None if blank(cell) else cell for cell in row), number)
        for number, row in enumerate(table, 2)
        if not all(blank(cell) for cell in row)
    ]
    assert sheet.frame.select("a", "b", "c", ROW).rows() == expected
    assert findings == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_and_said(path: Path, encoding: str) -> None:
    sheet, findings = read(path, "код;имя\r\n1;Анна\r\n2;Борис\r\n".encode(encoding))

    assert rows(sheet) == [("1", "Анна", 2), ("2", "Борис", 3)]
    assert findings[0].text.params["encoding"] == encoding


def test_first_line_for_excel_says_the_separator_and_is_no_heading(path: Path) -> None:
    sheet, findings = read(path, "sep=|\r\nid|name\r\n1|a;b\r\n")

    assert (rows(sheet), findings) == ([("1", "a;b", 3)], ())


def test_a_cell_that_is_too_long_is_called_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LONGEST", 1000)
    sheet, findings = read(path, f"id,name\n1,{'я' * 1001}\n2,{'я' * 999}\n")

    assert [row[2] for row in rows(sheet)] == [3]
    assert [(one.rule, one.cells[0].row) for one in findings] == [("read/cell-long", 2)]
