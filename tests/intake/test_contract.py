"""The contract of a source: its own sample becomes what is expected, and its mapping fits its tables."""

import json
from pathlib import Path

import pytest

from kgservice.intake.contract import expectation, tried
from kgservice.intake.interface import Source
from kgservice.intake.sources import check
from sourcefolders import MAPPING, folder

PEOPLE = "id,name,born,friend,evidence,note\n1,Анна,1990-02-03,2,seen,x\n"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    source = folder(tmp_path)
    sample = source.folder / "sample"
    sample.mkdir()
    (sample / "people.csv").write_text(PEOPLE, "utf-8")
    (sample / "expected.nq").write_text(expectation(source), "utf-8")
    return source


def rules(source: Source) -> list[str]:
    return [finding.rule for finding in check(source)]


def test_sample_that_becomes_what_is_expected_passes(source: Source) -> None:
    assert check(source) == []
    assert expectation(source).count("<https://example.org/graph/source/people/sourced> .\n") == 4


def test_lost_and_new_statements_are_named(source: Source) -> None:
    mapping = source.mapping.read_text("utf-8")
    source.mapping.write_text(mapping.replace("ex:knows", "ex:likes"), "utf-8")

    lost, new = check(source)

    assert (lost.rule, new.rule) == ("source/sample-lost", "source/sample-new")
    assert "word#knows" in str(lost.text.params["lines"])
    assert "word#likes" in str(new.text.params["lines"])


def test_finding_of_the_sample_is_told_unless_it_is_expected(source: Source) -> None:
    sample = source.folder / "sample"
    (sample / "people.csv").write_text(PEOPLE + "2,Борис,31.02.2000,,seen,\n", "utf-8")
    (sample / "expected.nq").write_text(expectation(source), "utf-8")
    assert rules(source) == ["map/date"]
    expected = {"rule": "map/date", "severity": "violation", "file": "people.csv", "sheet": "", "row": 3}
    expected |= {"column": "born", "value": "31.02.2000"}
    (sample / "expected-findings.json").write_text(json.dumps([expected]))
    assert rules(source) == []
    (sample / "people.csv").write_text(PEOPLE + "2,Борис,,,seen,\n", "utf-8")
    assert rules(source) == ["source/sample-finding-lost"]


def test_source_without_a_sample_is_warned_of(tmp_path: Path) -> None:
    assert rules(folder(tmp_path)) == ["source/sample-missing"]


def test_mapping_that_does_not_parse_is_a_finding(source: Source) -> None:
    source.mapping.write_text("broken")

    assert rules(source) == ["source/mapping-invalid"]


def test_tables_and_mapping_must_name_each_other(tmp_path: Path) -> None:
    mapping = (MAPPING % {"formulation": "CSV"}).replace('rml:source "people"', 'rml:source "persons"')

    assert rules(folder(tmp_path, mapping=mapping)) == ["source/table-unknown", "source/table-unused"]


def test_formulation_must_fit_the_format(tmp_path: Path) -> None:
    assert rules(folder(tmp_path, formulation="JSONPath")) == ["source/formulation"]


def test_sample_that_cannot_be_read_is_a_finding(source: Source) -> None:
    (source.folder / "sample" / "people.csv").write_text("id,id\n1,2\n")

    assert rules(source) == ["source/source-unreadable"]


def test_whole_delivery_is_tried_without_being_kept(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "whole" / "people.csv"
    path.parent.mkdir()
    path.write_text(PEOPLE + "2,Борис,31.02.2000,,seen,\n", "utf-8")
    report = tried(source, [path], 1 << 20, 1000)

    assert [finding.rule for finding in report.findings] == ["map/date"]
    assert (report.counts["records"], report.counts["triples"]) == (2, 6)
