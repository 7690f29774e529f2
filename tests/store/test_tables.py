"""Answers as XLSX, Excel CSV and Parquet: numbers and dates as such, nothing that could become a formula."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import polars
import pytest

from kgservice.errors import NotAcceptable
from stores import EX, body, release

XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
TYPED = XSD + (
    'SELECT ("ключ" AS ?text) (7 AS ?whole) (1.50 AS ?exact) (1.5e3 AS ?rough) (true AS ?truth) '
    '("2020-03-01"^^xsd:date AS ?day) ("2020-03-01T12:00:00Z"^^xsd:dateTime AS ?time) ("2022"^^xsd:gYear AS ?year) {}'
)
SNEAKY = 'SELECT ?v { VALUES ?v { "=1+1" "+7 384" "-x" "@SUM(A1)" "\\t=1" "\\r=1" "a=1" -5 } }'
ROW = ("ключ", 7, Decimal("1.50"), 1500.0, True, date(2020, 3, 1))


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    text = f'<{EX}a> {label} "alpha"@en .\n<{EX}a> {label} "альфа"@ru .\n<{EX}b> {label} "beta" .\n'
    folder = tmp_path_factory.mktemp("labelled")
    path = release(folder, text + f"<{EX}a> <{EX}p> <{EX}b> .\n<{EX}c> <{EX}p> <{EX}a> .\n")
    (folder / "manifest.json").write_text('{"id": 7, "created": "2026-11-20T09:30:00Z"}')
    return path


def sheets(data: bytes) -> list[list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def test_cells_of_a_workbook_have_their_types(pool):
    rows, _ = sheets(body(pool(), TYPED, "xlsx"))

    assert rows[0] == ("text", "whole", "exact", "rough", "truth", "day", "time", "year")
    assert rows[1] == ("ключ", 7, 1.5, 1500, True, datetime(2020, 3, 1), datetime(2020, 3, 1, 12), 2022)


def test_labels_stand_beside_iris_in_the_language_of_the_asker(pool, labelled):
    asked = f"SELECT ?s ?o {{ ?s <{EX}p> ?o }} ORDER BY ?s"
    english, _ = sheets(body(pool(labelled), asked, "xlsx", language="en"))
    russian, _ = sheets(body(pool(labelled), asked, "xlsx", language="ru"))

    assert english == [
        ("s", "s (label)", "o", "o (label)"),
        (EX + "a", "alpha", EX + "b", "beta"),
        (EX + "c", None, EX + "a", "alpha"),
    ]
    assert russian[:2] == [("s", "s (название)", "o", "o (название)"), (EX + "a", "альфа", EX + "b", "beta")]


def test_the_second_sheet_names_query_release_date_and_rows(pool, labelled):
    _, facts = sheets(body(pool(labelled), "SELECT *\nWHERE { ?s ?p ?o }", "xlsx"))

    assert facts[:5] == [
        ("Release", "7"),
        ("Published", "2026-11-20T09:30:00Z"),
        ("Rows", "5"),
        ("Query", "SELECT *"),
        ("", "WHERE { ?s ?p ?o }"),
    ]


def test_the_same_answer_has_the_same_bytes(pool):
    assert body(pool(), TYPED, "xlsx") == body(pool(), TYPED, "xlsx")


def test_no_text_of_a_workbook_is_a_formula(pool):
    book = openpyxl.load_workbook(io.BytesIO(body(pool(), SNEAKY, "xlsx")))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]

    assert [cell.data_type for cell in cells] == ["s"] * 6 + ["s", "n"]
    assert [cell.value for cell in cells][:4] == ["=1+1", "+7 384", "-x", "@SUM(A1)"]
    assert all(cell.quotePrefix for cell in cells[:4])


def test_numbers_and_dates_that_excel_would_bend_stay_texts(pool):
    query = XSD + (
        'SELECT (12345678901234567890 AS ?long) ("0.12345678901234567"^^xsd:decimal AS ?fine) '
        '("NaN"^^xsd:double AS ?nan) ("1812-09-07"^^xsd:date AS ?old) ("x"^^xsd:integer AS ?wrong) '
        '("2020-03-01T12:00:00+07:00"^^xsd:dateTime AS ?local) {}'
    )

    rows, _ = sheets(body(pool(), query, "xlsx"))

    assert rows[1] == (
        "12345678901234567890", "0.12345678901234567", "nan", "1812-09-07", "x", "2020-03-01T12:00:00+07:00",
    )  # fmt: skip


def test_a_character_that_xml_cannot_carry_is_escaped_as_excel_does(pool):
    data = body(pool(), 'SELECT ("a\\u0007b _x0041_ <&>" AS ?t) {}', "xlsx")

    assert sheets(data)[0][1] == ("a_x0007_b _x005F_x0041_ <&>",)


def test_a_text_too_long_for_a_cell_is_refused_in_a_workbook_only(pool):
    query = 'SELECT ?t { BIND("%s" AS ?t) }' % ("x" * 32_768)

    with pytest.raises(NotAcceptable, match="32767"):
        body(pool(), query, "xlsx")
    assert body(pool(), query, "excel")


def test_a_workbook_of_many_rows_is_whole(pool):
    rows, facts = sheets(body(pool(), "SELECT * { ?s ?p ?o }", "xlsx"))

    assert len(rows) == 4001
    assert ("Rows", "4000") in facts


def test_excel_csv_has_its_mark_its_semicolons_and_decimal_commas(pool):
    data = body(pool(), TYPED, "excel")

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines() == [
        "text;whole;exact;rough;truth;day;time;year",
        "ключ;7;1,5;1500,0;true;2020-03-01;2020-03-01T12:00:00Z;2022",
    ]


def test_excel_csv_holds_no_formulas(pool):
    data = body(pool(), SNEAKY, "excel").decode("utf-8-sig")

    assert data.split("\r\n")[1:5] == ["'=1+1", "'+7 384", "'-x", "'@SUM(A1)"]
    assert data.endswith("a=1\r\n-5\r\n")


def test_parquet_has_the_types_of_its_columns(pool):
    frame = polars.read_parquet(body(pool(), TYPED, "parquet"))

    assert frame.row(0)[:6] == ROW
    assert frame.schema["time"] == polars.Datetime("us", "UTC")
    assert frame.schema["exact"] == polars.Decimal(38, 1)


def test_a_parquet_column_of_many_kinds_holds_texts(pool):
    frame = polars.read_parquet(body(pool(), f'SELECT ?v {{ VALUES ?v {{ 1 "a" <{EX}a> UNDEF 1.5 }} }}', "parquet"))

    assert frame["v"].to_list() == ["1", "a", EX + "a", None, "1.5"]


@pytest.mark.parametrize("name", ["xlsx", "excel", "parquet"])
def test_an_empty_answer_has_its_columns(pool, name):
    data = body(pool(), "SELECT ?a ?b { FILTER(false) }", name)

    columns = {
        "xlsx": lambda: list(sheets(data)[0][0]),
        "excel": lambda: data.decode("utf-8-sig").strip().split(";"),
        "parquet": lambda: polars.read_parquet(data).columns,
    }[name]()
    assert columns == ["a", "b"]
