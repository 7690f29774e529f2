"""The report in Turtle: a validation report as SHACL has it, derived from cells, and true to its own shapes."""

from dataclasses import replace
from pathlib import Path

import pyshacl
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV, SH

import kgservice.reports
from kgservice.report import Cell, Finding, Severity, Text, finishing
from kgservice.report.reading import Reader
from kgservice.report.writing import write
from kgservice.reports.turtle import Origin, as_turtle

SHAPES = Path(kgservice.reports.__file__).with_name("report.shapes.ttl")
REPORT = URIRef("http://localhost:8080/drafts/d1/report")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
FILES = {("people", "people.xlsx"): "ab" * 32, ("others", "people.xlsx"): "cd" * 32}
ORIGIN = Origin(str(REPORT), "http://localhost:8080/", False, "2026-11-25T10:00:00Z", FILES)
FINDINGS = [
    Finding(
        "https://w3id.org/kgservice/shapes#Person-born", Severity.VIOLATION,
        Text("A person is born.", translations={"en": "A person is born.", "ru": "Человек рождается."}),
        Text("Mend it."),
        (Cell("people.xlsx", "Люди 1", 3, "born", 'a "quoted"\nvalue'), Cell("people.xlsx", "Люди 1", 4, "born", "y")),
        "people", "http://localhost:8080/id/person/ann", path="http://example.org/born", value='"x"@ru',
        component=str(SH.MinCountConstraintComponent),
    ),
    Finding("map/date", Severity.WARNING, Text("“{value}” is no date", {"value": "x"}), None,
            (Cell("people.xlsx", "Люди 1", 9, "died", "x"),), "others"),
    Finding("read/file-unused", Severity.INFO, Text("Nobody takes {file}.", {"file": "b.csv"}), None, (Cell("b.csv"),)),
    Finding("hand/edited", Severity.INFO, Text("By hand."), focus="http://localhost:8080/graph/source/hand/sourced"),
]  # fmt: skip


def graph(tmp_path) -> Graph:
    path = write(tmp_path / "findings", FINDINGS)
    finishing.settle(path)
    with Reader(path) as reader:
        return Graph().parse(data=b"".join(as_turtle(reader, ORIGIN)), format="turtle")


def test_report_passes_its_own_shapes_and_those_of_shacl(tmp_path):
    conforms, _, text = pyshacl.validate(graph(tmp_path), shacl_graph=str(SHAPES), meta_shacl=True)

    assert conforms, text


def test_shapes_of_the_report_bite(tmp_path):
    broken = graph(tmp_path)
    broken.set((REPORT, SH.conforms, Literal(True)))  # in spite of its results
    broken.set((next(broken.objects(REPORT, SH.result)), SH.resultSeverity, Literal("bad")))

    conforms, _, text = pyshacl.validate(broken, shacl_graph=str(SHAPES))

    assert not conforms
    assert text.count("Constraint Violation") == 2


def test_every_result_leads_to_its_cells(tmp_path):
    found = graph(tmp_path)
    (result,) = found.subjects(SH.sourceShape, URIRef("https://w3id.org/kgservice/shapes#Person-born"))

    cells = {(int(found.value(cell, CSVW.rownum)), str(found.value(cell, CSVW.name))) for cell in
             found.objects(result, PROV.wasDerivedFrom)}  # fmt: skip
    assert cells == {(3, "born"), (4, "born")}
    assert found.value(result, SH.value) == Literal("x", lang="ru")
    assert Literal("Человек рождается.", lang="ru") in set(found.objects(result, SH.resultMessage))
    assert len(set(found.objects(REPORT, SH.result))) == 4


def test_files_of_one_name_are_those_of_their_sources(tmp_path):
    found = graph(tmp_path)

    def files(rule):
        (result,) = found.subjects(SH.sourceConstraintComponent, URIRef(f"https://w3id.org/kgservice/report#{rule}"))
        cells = list(found.objects(result, PROV.wasDerivedFrom))
        return {str(found.value(cell, PROV.specializationOf) or cell) for cell in cells}

    (of_shape,) = found.subjects(SH.sourceShape)
    (people,) = {found.value(cell, PROV.specializationOf) for cell in found.objects(of_shape, PROV.wasDerivedFrom)}
    assert str(people) == f"http://localhost:8080/catalogue/file/{'ab' * 8}/people.xlsx"
    assert files("map-date") == {f"http://localhost:8080/catalogue/file/{'cd' * 8}/people.xlsx"}
    assert found.value(URIRef(*files("read-file-unused")), DCTERMS.title) == Literal("b.csv")


def test_report_conforms_where_nothing_is_found(tmp_path):
    finishing.settle(write(tmp_path / "none", []))
    with Reader(tmp_path / "none") as reader:
        found = Graph().parse(data=b"".join(as_turtle(reader, replace(ORIGIN, publishable=True))), format="turtle")

    assert found.value(REPORT, SH.conforms) == Literal(True)
    assert pyshacl.validate(found, shacl_graph=str(SHAPES))[0]
