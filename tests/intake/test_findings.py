"""Collector: causes are never hidden by another cause's mass."""

from dataclasses import replace

from kgservice.intake.failures import Once
from kgservice.intake.findings import Collector
from kgservice.report import Cell, Severity, Text
from kgservice.rml import Failure

NOTHING = Text("")


def test_first_of_every_rule_are_kept_and_the_rest_counted() -> None:
    collector = Collector("people", 100)
    for row in range(1000):
        collector.violation("map/date", Text("x"), NOTHING, Cell("a.csv", row=row))
    for row in range(60):
        collector.warning("map/other", Text("x"), NOTHING, Cell("a.csv", row=row))

    report = collector.report()

    assert report.tally() == {"violation": 100, "warning": 50, "info": 0}
    assert report.counts == {"omitted:map/date": 900, "omitted:map/other": 10, "omitted": 910}
    assert report.findings[0].source == "people"


def test_cells_of_one_finding_are_bounded() -> None:
    collector = Collector("people", 10)

    collector.add("r", Severity.INFO, Text("x"), NOTHING, (Cell("a.csv", row=row) for row in range(10_000)))

    assert len(collector.report().findings[0].cells) == 200


def test_finding_that_is_not_wanted_need_not_be_built() -> None:
    collector = Collector("people", 0)
    for _ in range(50):
        assert collector.wants("r")
        collector.info("r", Text("x"), NOTHING)
    assert not collector.wants("r")
    collector.omit("r")

    assert collector.report().counts == {"omitted:r": 1, "omitted": 1}
    assert collector.found("r")
    assert not collector.found("other")


def test_a_cell_that_several_code_tables_lack_is_one_finding_with_all_their_names() -> None:
    kinds, classes = (Failure(3, ("kind",), "x", "map/lookup", "lookup", "", table) for table in ("kinds", "classes"))
    date = Failure(3, ("day",), "x", "map/date", "date")

    once, told = Once(), [replace(kinds, detail="kinds, classes"), date]

    assert once.of([kinds, date, classes, kinds]) == told
    assert (once.of([date]), once.of([date], place=1)) == ([], [date])
