"""Reports: every finding with its place and remedy, as text, CSV and JSON, in the asker's language."""

import csv
import io
import json
from pathlib import Path

import pytest

from kgservice.report import Cell, Finding, Report, Severity, Text, finishing
from kgservice.report.finishing import Baseline
from kgservice.report.reading import Reader
from kgservice.report.writing import Writer
from kgservice.reports.text import as_csv, as_json, as_text, place, told

REPORT = Report(
    (
        Finding(
            "map/date",
            Severity.VIOLATION,
            Text("“{value}” is no date", {"value": "x"}),
            Text("Mend it."),
            (Cell("a.csv", row=3, column="born", value="x", line=4),),
        ),
        Finding("shape", Severity.WARNING, Text("No name"), focus="https://example.org/1", value='"v"'),
    ),
    {"omitted": 2, "omitted:map/date": 2},
)


def test_text_groups_by_cause_and_ends_with_the_remedy() -> None:
    assert as_text(REPORT, "en").splitlines() == [
        "violation  map/date  (3)",
        "  a.csv:3 (line 4):born «x»: “x” is no date",
        "  → Mend it.",
        "",
        "warning  shape  (1)",
        '  https://example.org/1 «"v"»: No name',
    ]


def test_characters_that_nobody_sees_are_named_and_steer_no_terminal() -> None:
    cell = Cell("a.csv", row=3, column="name", value="За\u202eря\x1b[2J", line=4)
    told_so = as_text(Report((Finding("r", Severity.WARNING, Text("x"), cells=(cell,)),)), "ru")

    assert "a.csv:3 (строка 4):name «За<U+202E>ря<U+001B>[2J»: x" in told_so


def test_in_brief_a_rule_has_twenty_causes_and_the_rest_is_counted(tmp_path: Path) -> None:
    with Writer(tmp_path / "wide.sqlite") as writer:
        for number in range(25):
            cells = (Cell("a.csv", row=1, column=f"x{number}"),)
            writer.add(Finding("read/column-unmapped", Severity.VIOLATION, Text("No."), cells=cells))
    finishing.settle(tmp_path / "wide.sqlite")
    with Reader(tmp_path / "wide.sqlite") as reader:
        brief, whole = list(told(reader, "en", brief=True)), list(told(reader, "en"))

    assert sum(line.startswith("violation") for line in whole) == 25
    assert sum(line.startswith("violation") for line in brief) == 20
    assert brief[-1].strip() == "read/column-unmapped has 5 more causes."


def test_long_causes_are_cut_and_counted() -> None:
    report = Report(REPORT.findings[:1] * 30)

    assert "  … and 10 more" in as_text(report, "en").splitlines()


def test_in_brief_other_sources_are_counted_where_they_are_as_they_were(tmp_path: Path) -> None:
    def file(name: str, *rules: tuple[str, str]) -> Path:
        with Writer(tmp_path / name) as writer:
            for source, rule in rules:
                cells = (Cell("a.csv", row=2, column="x", value="v"),)
                writer.add(Finding(rule, Severity.WARNING, Text("Odd"), cells=cells, source=source))
            writer.note({"import:mine": "one"})
        finishing.settle(tmp_path / name)
        return tmp_path / name

    before = file("before", ("other", "known"), ("mine", "known"))
    now = file("now", ("other", "known"), ("other", "caused"), ("mine", "known"))
    finishing.compare(now, {source: Baseline(before, "release 1") for source in ("mine", "other")})
    finishing.settle(now)

    with Reader(now) as reader:
        brief, whole = (list(told(reader, "en", brief=brief)) for brief in (True, False))

    assert [line.split()[1] for line in brief if line.startswith("warning")] == ["caused", "known"]
    assert brief[-1].strip() == "In other sources, as in the release: 1."
    assert len([line for line in whole if line.startswith("warning")]) == 3


def test_csv_has_a_row_per_cell_and_runs_no_formula() -> None:
    cells = (Cell("a.csv", row=2, column="id", value="=1+1"), Cell("a.csv", row=9, column="id", value="-"))
    report = Report((Finding("table/key-repeated", Severity.VIOLATION, Text("Twice"), None, cells),))

    rows = list(csv.DictReader(io.StringIO(as_csv(report, "en"))))

    assert [(row["row"], row["value"], row["message"]) for row in rows] == [
        ("2", "'=1+1", "Twice"),
        ("9", "'-", "Twice"),
    ]


def test_json_reads_back_with_words() -> None:
    body = json.loads(as_json(REPORT, "en"))

    assert body["conforms"] is False
    assert [entry["message"] for entry in body["findings"]] == ["“x” is no date", "No name"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell("a.csv"), "a.csv"),
        (Cell("a.xlsx", "People", 3, "born"), "a.xlsx:[People]:3:born"),
        (Cell("a.csv", line=7), "a.csv:(line 7)"),
    ],
)
def test_place_is_short(cell: Cell, expected: str) -> None:
    assert place(cell) == expected
