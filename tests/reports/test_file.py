"""The file of findings: no cause hidden by another's mass, known again in the next delivery, summed up, waived."""

from datetime import date

import pytest

from kgservice.report import Cell, Finding, Severity, Text, finishing
from kgservice.report.finishing import Baseline
from kgservice.report.reading import Reader
from kgservice.report.waivers import Waiver
from kgservice.report.writing import Writer, write

DAY = date(2026, 11, 25)


def finding(row, value="x", column="born", key="", rule="map/date", severity=Severity.VIOLATION, focus=""):
    cell = Cell("people.csv", row=row, column=column, value=value, key=key)
    text = Text("“{value}” is no date", {"value": value})
    return Finding(rule, severity, text, Text("Mend it."), (cell,), "people", focus=focus)


@pytest.fixture
def file(tmp_path):
    """Writes findings into a finished file; `before` is the file of the last delivery."""

    def make(name, findings, before=None, waivers=(), most=1_000_000):
        path = write(tmp_path / name, findings, most)
        if before:
            finishing.compare(path, {"people": Baseline(before, "d1"), "": Baseline(before, "d1")})
        finishing.waive(path, list(waivers))
        finishing.settle(path)
        return path

    return make


def told(path):
    with Reader(path) as reader:
        return [(found.finding.cells[0].row, found.mark) for found in reader.findings()]


def test_row_with_a_key_is_known_again_wherever_it_stands(file):
    first = file("1", [finding(2, key="anna"), finding(3, key="boris"), finding(4, key="clara")])
    second = file("2", [finding(9, "y", key="anna"), finding(2, key="dora"), finding(4, key="clara")], first)

    assert told(second) == [(9, "old"), (2, "new"), (4, "old")]
    with Reader(second) as reader:
        fixed = reader.window(mark="fixed")
        tally = reader.tally()
    assert [found.finding.cells[0].key for found in fixed] == ["boris"]
    assert (tally["old"], tally["new"], tally["fixed"]) == (2, 1, 1)


def test_faults_without_a_key_are_counted(file):
    first = file("1", [finding(2), finding(3), finding(4, "z")])
    second = file("2", [finding(7), finding(8), finding(9)], first)

    assert [mark for _, mark in told(second)] == ["old", "old", "new"]
    with Reader(second) as reader:
        assert [found.finding.cells[0].value for found in reader.window(mark="fixed")] == ["z"]


def test_thing_of_the_graph_is_known_by_its_iri(file):
    first = file("1", [finding(2, focus="https://example.org/a"), finding(3, focus="https://example.org/b")])
    second = file("2", [finding(5, "y", focus="https://example.org/b")], first)

    assert told(second) == [(5, "old")]


def test_what_a_file_was_compared_with_goes_along_when_it_is_checked_again(file):
    first = file("1", [finding(2, key="anna"), finding(3, key="boris")])
    second = file("2", [finding(2, key="anna")], first)
    third = file("3", [finding(2, key="anna"), finding(5, key="eva")])
    finishing.compare(third, {"people": Baseline(second, "", carried=True)})
    finishing.settle(third)

    assert told(third) == [(2, "old"), (5, "new")]
    with Reader(third) as reader:
        assert reader.tally()["fixed"] == 1
        assert reader.compared == {"people": "d1"}


def test_mass_of_one_cause_hides_no_other(file):
    many = (finding(row, str(row % 3)) for row in range(2, 5002))
    path = file("1", [*many, finding(7000, column="died")], most=2000)

    with Reader(path) as reader:
        causes = {cause.place: cause for cause in reader.causes()}
        head = reader.head(100, {"records": 9000})
    assert (causes["born"].count, causes["died"].count) == (5000, 1)
    assert {value for value, _ in causes["born"].examples} == {"0", "1", "2"}
    assert len(head.findings) == 101 or len(head.findings) == 150
    assert {finding.cells[0].column for finding in head.findings} == {"born", "died"}
    assert head.counts["omitted"] + len(head.findings) == 5001


def test_share_is_of_the_rows_of_the_source(tmp_path):
    with Writer(tmp_path / "1") as writer:
        for row in (2, 2, 3):
            writer.add(finding(row))
        writer.note({"records:people": 8})
    finishing.settle(tmp_path / "1")

    with Reader(tmp_path / "1") as reader:
        (cause,) = reader.causes()
    assert (cause.count, cause.rows, cause.share) == (3, 2, 0.25)


def test_files_of_several_deliveries_make_one(tmp_path, file):
    parts = [file(str(n), [finding(row, key=f"{n}-{row}") for row in range(2, 52)]) for n in range(3)]
    with Writer(tmp_path / "all", most=1120) as writer:
        for part in parts:
            writer.take(part)
        writer.add(finding(99, column="died"))
    finishing.settle(tmp_path / "all")

    with Reader(tmp_path / "all") as reader:
        assert [(cause.place, cause.count) for cause in reader.causes()] == [("born", 150), ("died", 1)]
        assert len({found.finding.cells[0].key for found in reader.findings()}) == 151


def test_waiver_lets_stand_what_it_names_and_no_more(file):
    findings = [finding(2, key="anna"), finding(3, key="boris"), finding(4, rule="map/iri")]
    one = Waiver("w1", "asked", "os:anna", DAY, DAY, rule="map/date", focus="anna")
    with Reader(file("1", findings, waivers=[one])) as reader:
        assert reader.covered(one) == 1
        assert reader.tally()["violation"] == 2
        assert [f.waived for f in reader.head(10, {}).findings] == ["", "w1", ""]
        assert not reader.head(10, {}).conforms
    whole = [Waiver("w2", "asked", "os:anna", DAY, DAY, rule=rule) for rule in ("map/date", "map/iri")]

    with Reader(file("2", findings, waivers=whole)) as reader:
        assert reader.head(10, {}).conforms
        assert (reader.tally()["violation"], reader.tally()["waived"]) == (0, 3)


def test_waiver_holds_from_its_day_to_its_day():
    one = Waiver("w", "asked", "os:anna", date(2026, 1, 2), date(2026, 1, 4), rule="r")

    assert [one.holds(date(2026, 1, day)) for day in range(1, 6)] == [False, True, True, True, False]
    assert one.state(date(2026, 1, 5)) == "expired"


def test_cause_with_more_findings_than_are_kept_has_its_share_and_its_marks(tmp_path, file):
    def many(number):
        return (finding(row, key=f"k{row}") for row in range(2, 2 + number))

    def made(name, number, before):
        with Writer(tmp_path / name, most=1000) as writer:
            for one in many(number):
                writer.add(one)
            writer.note({"records:people": 10_000})
        finishing.compare(tmp_path / name, {"people": Baseline(before, "d1")})
        finishing.settle(tmp_path / name)
        with Reader(tmp_path / name) as reader:
            (cause,) = reader.causes()
            return cause.count, cause.counted, cause.rows, cause.share, cause.old, cause.fixed, reader.tally()["fixed"]

    few, mass = file("1", many(1000)), file("2", many(5000), most=1000)

    assert made("3", 4000, few) == (4000, 3000, 4000, 0.4, 1000, 0, 0)
    assert made("4", 4000, mass) == (4000, 3000, 4000, 0.4, 4000, 1000, 1000)
    assert made("5", 5000, tmp_path / "4") == (5000, 4000, 5000, 0.5, 4000, 0, 0)
