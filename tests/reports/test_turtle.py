"""The report in Turtle: a validation report as SHACL has it, derived from cells, and true to its own shapes."""

from pathlib import Path

import pyshacl
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SH

import kgservice.reports
from kgservice.report import Cell, Finding, Severity, Text, finishing
from kgservice.report.reading import Reader
from kgservice.report.writing import write
from kgservice.reports.turtle import Origin, as_turtle

SHAPES = Path(kgservice.reports.__file__).with_name("report.shapes.ttl")
REPORT = URIRef("http://localhost:8080/drafts/d1/report")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
ORIGIN = Origin(str(REPORT), "http://localhost:8080/", False, "2026-11-25T10:00:00Z", {"people.xlsx": "ab" * 32})
FINDINGS = [
    Finding(
        "https://w3id.org/kgservice/shapes#Person-born", Severity.VIOLATION,
        Text("A person is born.", translations={"en": "A person is born.", "ru": "Человек рождается."}),
        Text("Mend it."),
        (Cell("people.xlsx", "Люди 1", 3, "born", 'a "quoted"\nvalue'), Cell("people.xlsx", "Люди 1", 4, "born", "y")),
        focus="http://localhost:8080/id/person/ann", path="http://example.org/born", value='"x"@ru',
        component=str(SH.MinCountConstraintComponent),
    ),
    Finding("map/date", Severity.WARNING, Text("“{value}” is no date", {"value": "x"}), None,
            (Cell("people.xlsx", "Люди 1", 9, "died", "x"),), "people"),
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
    broken.remove((REPORT, SH.conforms, None))
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
