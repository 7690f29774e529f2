"""The check of authored files names every fault at its file, one beside another."""

import pytest

from kgservice.actions.check import Check
from kgservice.actions.content import Content


@pytest.fixture
def check(settings):
    def run(quick=True):
        report = Check(Content(settings), settings.state).repository(quick=quick)
        return {
            (finding.rule, finding.cells[0].file): finding.text.template.format(**finding.text.params)
            for finding in report.findings
        }

    return run


def test_content_of_fifty_rows_is_in_order(check):
    assert check(quick=True) == {}
    assert {rule for rule, _ in check(quick=False)} == {"source/sample-missing"}


def test_every_broken_file_is_named(check, region):
    (region / "ontology/kg.ttl").write_text("@prefix kg: <https://w3id.org/kgservice/ontology#> .\nkg:a kg:b\n", "utf8")
    (region / "queries/places/broken.rq").write_text("#+ summary: a\n#+ summary-ru: b\nSELEKT *\n", "utf8")
    (region / "data/sources/places/source.toml").write_text("title = 3\n", "utf8")

    found = check()

    assert set(found) == {
        ("authored/authored-invalid", "ontology/kg.ttl"),
        ("authored/authored-invalid", "queries/places/broken.rq"),
        ("authored/source-invalid", "data/sources/places/source.toml"),
    }


def test_shape_with_a_slip_is_named(check, region):
    shapes = region / "shapes/places.ttl"
    shapes.write_text(shapes.read_text("utf8").replace("sh:minCount", "sh:minCnt"), "utf8")

    assert any("sh:minCnt is not a term of SHACL" in text for text in check().values())


def test_question_names_are_unique(check, region):
    question = region / "queries/places/places-within-a-place.rq"
    (region / "queries/other").mkdir()
    (region / "queries/other" / question.name).write_text(question.read_text("utf8"), "utf8")

    assert ("queries/name-taken", "queries/places/places-within-a-place.rq") in check()


def test_mapping_is_loaded_in_the_quick_check_too(check, region):
    mapping = region / "data/sources/places/mapping.rml.ttl"
    mapping.write_text(mapping.read_text("utf8").replace("fn:lookup", "fn:lokup"), "utf8")

    assert [rule for rule, _ in check(quick=True)] == ["authored/mapping-invalid"]
