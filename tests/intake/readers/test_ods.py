"""ODS: cells at their addresses, precise numbers, ISO dates, merged cells, errors; what harms is refused."""

from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers import ods
from kgservice.intake.readers.reading import ROW, Sheet
from odsbooks import book, cell, date, row

HEADS = row("id", "name")


def table(**keys: object) -> Table:
    return Table("people", "*", "ods", **keys)  # type: ignore[arg-type]


def read(tmp_path: Path, data: bytes, described: Table | None = None) -> tuple[Sheet, Collector]:
    path = tmp_path / "people.ods"
    path.write_bytes(data)
    collector = Collector("people", 100)
    return ods.read(described or table(), path, "people.ods", collector), collector


def rules(collector: Collector) -> list[tuple[str, int, str]]:
    return [(f.rule, f.cells[0].row, f.cells[0].column) for f in collector.report().findings]


def test_cells_are_texts_at_their_own_addresses(tmp_path: Path) -> None:
    rows = [
        row("Список"), row(repeated=2), row("", "id", "born", "share", "yes"),
        row("", 7, date("1899-03-05"), 0.125, True), row(repeated=3),
        row("", 12345678901234, date("2024-01-02T00:00:00"), "1 250,5", False),
        row(repeated=1_000_000),
    ]  # fmt: skip
    sheet, collector = read(tmp_path, book({"Лист1": rows}), table(header_row=4))

    assert sheet.columns == ["id", "born", "share", "yes"]
    assert sheet.frame.rows() == [
        ("7", "1899-03-05", "0.125", "true", 5),
        ("12345678901234", "2024-01-02", "1 250,5", "false", 9),
    ]
    assert rules(collector) == []


def test_spaces_tabs_and_breaks_inside_a_cell_are_kept_and_notes_are_not(tmp_path: Path) -> None:
    inner = '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p><text:p>e</text:p>'
    note = "<office:annotation><text:p>no</text:p></office:annotation>"
    noted = f'<table:table-cell office:value-type="string">{note}{inner}</table:table-cell>'
    sheet, _ = read(tmp_path, book({"s": [HEADS, row("1", noted)]}))

    assert sheet.frame["name"].to_list() == ["a   b\tc\nd\ne"]


def test_oddities_are_findings_at_their_cells(tmp_path: Path) -> None:
    merged = cell("x", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    rows = [
        HEADS,
        row(1, cell("#N/A", 'table:formula="of:=NA()"')),
        row(2, cell("", 'table:formula="of:=A1"')),
        row(3, merged),
        row(4, "<table:covered-table-cell/>"),
        row(1e17, "digits"),
    ]
    _, collector = read(tmp_path, book({"s": rows}))

    assert sorted(rules(collector)) == [
        ("read/formula-empty", 3, "name"),
        ("read/formula-error", 2, "name"),
        ("read/merged", 4, "name"),
        ("read/number-imprecise", 6, "id"),
    ]


def test_merged_cells_are_filled_where_the_source_says_so(tmp_path: Path) -> None:
    merged = cell("x", 'table:number-rows-spanned="2"')
    sheet, collector = read(
        tmp_path, book({"s": [HEADS, row(1, merged), row(2, "<table:covered-table-cell/>")]}), table(merged="fill")
    )

    assert sheet.frame.select("name", ROW).rows() == [("x", 2), ("x", 3)]
    assert rules(collector) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (book({"s": [HEADS]}, before="<!DOCTYPE x [<!ENTITY a 'b'>]>"), "DOCTYPE"),
        (book({"s": [HEADS]}, manifest="<encryption-data/>"), "locked with a password"),
        (book({"s": [HEADS, row(1, cell("x", 'table:number-columns-repeated="20000"'))]}), "more than 16384 columns"),
        (book({"s": [HEADS, row(1, "x", repeated=30_000_000)]}), "more than can be read"),
        (book({"s": []}), "no row 1"),
        (b"PK\x03\x04 no zip", "not a whole spreadsheet or zip file"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        read(tmp_path, data)


def test_a_named_sheet_is_read_and_a_missing_one_named(tmp_path: Path) -> None:
    data = book({"a": [HEADS, row(1, "x")], "b": [HEADS, row(2, "y")]})

    assert read(tmp_path, data, table(sheet="b"))[0].frame["id"].to_list() == ["2"]
    assert rules(read(tmp_path, data)[1]) == [("read/sheets-unread", 0, "")]
    with pytest.raises(SourceUnreadable, match="no sheet c; it has a, b"):
        read(tmp_path, data, table(sheet="c"))
