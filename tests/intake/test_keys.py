"""Keys: what two rows would silently become together is found before they are mapped."""

from array import array

import polars as pl

from kgservice.intake import keys
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import ROW, Sheet


def sheet(rows: list[tuple[str | None, ...]], columns: tuple[str, ...] = ("a", "b")) -> Sheet:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    numbered = frame.with_columns(pl.int_range(2, 2 + pl.len(), dtype=pl.UInt32).alias(ROW))
    return Sheet("x.csv", "", numbered, (array("L", [2, 3, 4]), array("L", [2, 5, 6])))


def found(table: Table, *sheets: Sheet) -> list[tuple[str, list[int]]]:
    collector = Collector("people", 1000)
    keys.check(table, sheets, collector)
    return [(one.rule, [cell.row for cell in one.cells]) for one in collector.report().findings]


def test_key_of_several_columns_is_compared_as_a_whole() -> None:
    table = Table("t", "*", "csv", key=("a", "b"))

    assert found(table, sheet([("1", "x"), ("1", "y"), ("1", "x ")])) == [("table/key-repeated", [2, 4])]
    assert found(table, sheet([("1", None), (None, "1"), ("1", "1")])) == []
    assert found(table, sheet([("1", None), ("1", None), (None, None)])) == [
        ("table/key-empty", [4]),
        ("table/key-repeated", [2, 3]),
    ]


def test_part_of_a_key_may_be_required() -> None:
    table = Table("t", "*", "csv", key=("a", "b"), required=("b",))

    assert found(table, sheet([("1", None)])) == [("table/required-empty", [2])]


def test_empty_single_key_that_is_also_required_is_told_once() -> None:
    assert found(Table("t", "*", "csv", key=("a",), required=("a",)), sheet([(None, "x")])) == [
        ("table/key-empty", [2])
    ]


def test_cells_know_their_line() -> None:
    collector = Collector("people", 10)

    keys.check(Table("t", "*", "csv", key=("a",)), [sheet([("1", "x"), ("1", "y")])], collector)

    assert [(cell.row, cell.line) for cell in collector.report().findings[0].cells] == [(2, 0), (3, 5)]


def test_table_without_a_key_is_not_checked() -> None:
    assert found(Table("t", "*", "csv"), sheet([("1", "x"), ("1", "x")])) == []
