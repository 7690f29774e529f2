"""The check of authored files names every fault at its file, one beside another."""

from dataclasses import replace
from pathlib import Path

import pytest

from kgservice.actions.check import Check
from kgservice.actions.content import Content
from kgservice.errors import OntologyUnsound, PublishBlocked
from kgservice.locale import say

ROOT = Path(__file__).parents[2]


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


ODD = """
shape:Place sh:sparql shape:Place-odd .

shape:Place-odd a sh:SPARQLConstraint ;
    sh:select \"\"\"SELECT $this WHERE {
        $this ?p ?o
        %s }\"\"\" .
"""


@pytest.mark.parametrize(
    ("before", "after", "where", "said"),
    [
        ("sh:minCount", "sh:minCnt", "sh:minCnt", "sh:minCnt is not a term of SHACL"),
        ("sh:minCount 1", 'sh:pattern "["', "shape:Place-label a", "“[” is not a regular expression"),
        ("sh:minCount 1", 'sh:minCount "x"', "shape:Place-label a", "sh:minCount must be an integer, not x"),
        ("", ODD % "FILTR(?o = 1)", "FILTR", "FILTR cannot stand here"),
        ("", ODD % "FILTER(<urn:f>(?o))", "shape:Place a", "function <urn:f> is not supported"),
        ("", ODD % "MINUS { $this ?p 1 }", "shape:Place a", "MINUS is not allowed"),
        ("", ODD % "GRAPH $shapesGraph { ?s ?p ?o }", "shape:Place a", "$shapesGraph is not supported"),
    ],
)
def test_fault_of_a_shape_is_named_at_its_line(settings, region, before, after, where, said):
    shapes = region / "shapes/places.ttl"
    text = shapes.read_text("utf8")
    shapes.write_text(text.replace(before, after) if before else text + after, "utf8")
    at = next(n for n, line in enumerate(shapes.read_text("utf8").splitlines(), 1) if where in line)

    found = Check(Content(settings), settings.state).repository(quick=True).findings

    told = [(f.cells[0].file, f.cells[0].row) for f in found if said in f.text.template.format(**f.text.params)]
    assert told == [("shapes/places.ttl", at)]


RUNAWAY = ODD % ". ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?o && ?d = ?i)"


def test_constraint_that_runs_away_is_named_at_its_line_by_check_and_by_the_draft_it_stops(
    service, region, monkeypatch
):
    service.publish.build()
    shapes = region / "shapes/places.ttl"
    shapes.write_text(shapes.read_text("utf8") + RUNAWAY, "utf8")
    lines = shapes.read_text("utf8").splitlines()
    line, odd = (
        next(n for n, text in enumerate(lines, 1) if text.startswith(name))
        for name in ("shape:Place a", "shape:Place-odd a")
    )
    monkeypatch.setattr("kgservice.actions.check._SECONDS", 0.5)
    monkeypatch.setattr(service.publish._ingest, "_settings", replace(service.settings, import_seconds=10))

    with pytest.raises(PublishBlocked) as blocked:
        service.publish.build()
    told = service.review.draft(str(blocked.value.params["draft"])).report().findings
    found = service.check.repository().findings
    with pytest.raises(OntologyUnsound, match=f"the first at shapes/places.ttl:{line}"):
        service.publish.build(again=True)

    assert [f.cells[0].row for f in found if "longer than 0 s" in say(f.text, "en")] == [line]
    assert f"shapes/places.ttl, line {odd}: the shape shape:Place-odd was not evaluated" in say(told[0].text, "en")


FAULTS = [
    ("ontology/kg.ttl", "a owl:Class", "a owl:Class kg:x"),
    ("ontology/kg.ttl", "dcterms:title", "owl:imports <http://www.w3.org/ns/org> ; dcterms:title"),
    ("shapes/places.ttl", '"У места должно быть русское название."@ru', '"A."@de'),
    ("shapes/places.ttl", "sh:targetClass kg:Place", "sh:targetClass kg:Plaice"),
    ("shapes/places.ttl", "sh:minCount", "sh:minCnt"),
    ("shapes/places.ttl", "", ODD % "FILTR(?o = 1)"),
    ("shapes/places.ttl", "", ODD % "MINUS { $this ?p 1 }"),
    ("queries/places/places-within-a-place.rq", "kg:within ?place", "kg:withn ?place"),
    ("queries/places/places-within-a-place.rq", "SELECT", "SELEKT"),
]


@pytest.mark.parametrize(("name", "before", "after"), FAULTS, ids=[after.split("\n")[0][:20] for *_, after in FAULTS])
def test_publish_does_not_start_on_a_fault_that_nobody_looked_for(service, region, hygienic, name, before, after):
    path = region / name
    text = path.read_text("utf8")
    path.write_text(text.replace(before, after, 1) if before else text + after, "utf8")

    with pytest.raises(OntologyUnsound, match=rf"the first at {name}:[0-9]+\. .{{9,}} Mend them"):
        service.publish.build()
    assert (service.shelf.current(), service.review.drafts()) == (None, [])

    path.write_text(text, "utf8")
    assert service.publish.build().release.id == 1


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("ontology/kg.ttl", "dcterms:title", "owl:imports <http://www.w3.org/ns/org> ; dcterms:title", "imports http"),
        ("shapes/places.ttl", "sh:targetClass kg:Place", "sh:targetClass kg:Plaice", "unknown term kg:Plaice"),
        ("shapes/places.ttl", '"У места должно быть русское название."@ru', '"A."@de', "no message in ru"),
        ("queries/places/places-within-a-place.rq", "kg:within ?place", "kg:withn ?place", "unknown term kg:withn"),
        ("queries/places/places-within-a-place.rq", "iri kg:Place", "whole", "with a type of iri"),
    ],
)
def test_word_that_nobody_knows_is_named_at_its_line(settings, region, hygienic, name, before, after, said):
    path = region / name
    path.write_text(path.read_text("utf8").replace(before, after), "utf8")

    found = Check(Content(settings), settings.state).repository(quick=True).findings

    (cell,) = [f.cells[0] for f in found if said in f.text.template.format(**f.text.params)]
    assert (cell.file, cell.row > 0) == (name, True)


@pytest.fixture
def hygienic(region):
    """The content with the hygiene rules that these tests break."""
    folder = region / "ontology" / "hygiene"
    folder.mkdir()
    for name in (
        "nothing-is-imported-from-outside",
        "shapes-name-known-terms",
        "shapes-speak",
        "queries-name-known-terms",
    ):
        (folder / f"{name}.rq").write_bytes((ROOT / "ontology" / "hygiene" / f"{name}.rq").read_bytes())


def test_question_names_are_unique(check, region):
    question = region / "queries/places/places-within-a-place.rq"
    (region / "queries/other").mkdir()
    (region / "queries/other" / question.name).write_text(question.read_text("utf8"), "utf8")

    assert ("queries/name-taken", "queries/places/places-within-a-place.rq") in check()


def test_mapping_is_loaded_in_the_quick_check_too(check, region):
    mapping = region / "data/sources/places/mapping.rml.ttl"
    mapping.write_text(mapping.read_text("utf8").replace("fn:lookup", "fn:lokup"), "utf8")

    assert [rule for rule, _ in check(quick=True)] == ["authored/mapping-invalid"]
