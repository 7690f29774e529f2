"""Reports: what conforms, how findings group, and that a report survives a file."""

import json
from dataclasses import asdict

from kgservice.report import Cell, Finding, Report, Severity, Text


def finding(rule: str, severity: Severity) -> Finding:
    return Finding(rule, severity, Text("{a}", {"a": 1}), Text("mend"), (Cell("f.csv", row=3, column="x", value="é"),))


def test_only_violations_stop_a_publish() -> None:
    warned = Report((finding("a", Severity.WARNING), finding("a", Severity.INFO)))
    blocked = Report((finding("a", Severity.VIOLATION),))

    assert warned.conforms
    assert not blocked.conforms


def test_report_reads_back_what_it_wrote() -> None:
    report = Report((finding("map/date", Severity.VIOLATION), Finding("s", Severity.INFO, Text("t"))), {"records": 3})

    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_written_finding_says_all_that_it_has() -> None:
    full = Finding(
        "s", Severity.INFO, Text("t", {"a": 1}, {"ru": "т"}), Text("m"), (Cell("f", "s", 1, "c", "v", 2, "k"),), "src",
        "f", "p", "v", True, "c", Text("e"), "w",
    )  # fmt: skip

    assert Report((full,)).to_json()["findings"] == [asdict(full)]


def test_causes_come_with_the_most_frequent_first() -> None:
    report = Report((finding("a", Severity.INFO), finding("b", Severity.INFO), finding("b", Severity.WARNING)))

    assert list(report.causes()) == ["b", "a"]


def test_causes_in_cells_come_before_what_shapes_say_of_their_consequences() -> None:
    shape = [Finding("shape", Severity.VIOLATION, Text("t"), focus="https://example.org/x")] * 3
    report = Report((*shape, finding("read/row-short", Severity.VIOLATION)))

    assert list(report.causes()) == ["read/row-short", "shape"]


def test_tally_counts_by_weight() -> None:
    report = Report((finding("a", Severity.INFO), finding("b", Severity.INFO), finding("b", Severity.WARNING)))

    assert report.tally() == {"violation": 0, "warning": 1, "info": 2}
