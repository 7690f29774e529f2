"""Limits of a validation: many results, constraints that run away, and shapes that nobody evaluates."""

import pytest
from rdflib import Graph

from kgservice.knowledge.validation import Rules, slices
from kgservice.report import Severity
from kgservice.store.memory import Memory

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
MANY = """
:Thing a sh:NodeShape ; sh:targetClass :Thing ; sh:property :Thing-a, :Thing-b, :Thing-c .
:Thing-a sh:path :a ; sh:minCount 1 . :Thing-b sh:path :b ; sh:minCount 1 .
:Thing-c sh:path :c ; sh:maxCount 0 .
"""
COMPONENT = """
:Longest a sh:ConstraintComponent ; sh:parameter [ sh:path :longest ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER(STRLEN(STR($value)) <= $longest) }" ] .
:Thing a sh:NodeShape ; sh:targetClass :Thing ; sh:property :Thing-short .
:Thing-short a sh:PropertyShape ; sh:path :c ; :longest 3 ; sh:message "Too long"@en, "Слишком длинно"@ru .
"""
RECURSIVE = (
    ":Thing a sh:NodeShape ; sh:targetClass :Thing ; sh:property [ sh:path :c ; sh:node :Thing ; sh:maxCount 0 ] ."
)
GRAPHS = """:Thing a sh:NodeShape ; sh:targetClass :Thing ; sh:sparql [ sh:select
  "SELECT $this WHERE { GRAPH $shapesGraph { ?shape ?p ?o } }" ] ."""
RUNAWAY = """:Thing a sh:NodeShape ; sh:targetClass :Thing ; sh:property :Thing-b ; sh:sparql [ sh:select
  "SELECT $this WHERE { $this ?p ?a . ?x ?q ?b . ?y ?r ?c . ?z ?s ?d FILTER(CONCAT(STR(?b), STR(?c), STR(?d)) = '') }"
  ] .
:Thing-b sh:path :b ; sh:minCount 1 ."""


def things(number: int) -> str:
    return "".join(
        f"<https://example.org/{n}> {TYPE} <https://example.org/Thing> .\n"
        + (f'<https://example.org/{n}> <https://example.org/c> "long" .\n' if n % 100 == 0 else "")
        for n in range(number)
    )


@pytest.fixture
def rules(tmp_path):
    def load(shapes: str) -> Rules:
        Graph().parse(data=PREFIXES + shapes, format="turtle").serialize(tmp_path / "s.nt", "nt", encoding="utf-8")
        return Rules([tmp_path / "s.nt"])

    return load


@pytest.fixture
def data(tmp_path):
    def load(text: str, seconds: float | None = None) -> Memory:
        (tmp_path / "data.nt").write_text(text)
        return Memory([tmp_path / "data.nt"], seconds)

    return load


def test_many_results_are_counted_and_hide_no_cause(rules, data):
    report = rules(MANY).check(data(things(5000)).rows, cap=200)

    groups = {rule.rpartition("-")[2]: len(group) for rule, group in report.causes().items()}
    assert sum(groups.values()) == 200
    assert min(groups[name] for name in "abc") >= 10
    assert report.counts["omitted"] == 10_050 - 200
    assert report.counts["omitted:https://example.org/Thing-a"] == 5000 - groups["a"]


def test_few_results_are_all_kept(rules, data):
    report = rules(MANY).check(data(things(50)).rows, cap=200)

    assert len(report.findings) == 101
    assert report.counts == {}


def test_illustrative_findings_are_not_counted_twice(rules, data, tmp_path):
    shapes, memory = rules(MANY), data(things(1000))
    known = shapes.check(memory.rows, cap=100)
    (tmp_path / "more.nt").write_text(f"<https://example.org/more> {TYPE} <https://example.org/Thing> .\n")
    memory.add([tmp_path / "more.nt"])

    more = shapes.check(memory.rows, known=known, cap=100)

    assert all(finding.illustrative for finding in more.findings)
    assert known.counts["omitted"] + len(known.findings) == 2010
    assert more.findings == ()  # of these causes enough is told
    assert known.joined(more).counts["omitted"] == 1910


def test_shape_with_a_custom_component_is_evaluated_by_pyshacl_and_speaks_both_languages(rules, data):
    (finding,) = rules(COMPONENT).check(data(things(50)).rows).findings

    assert (finding.rule, finding.focus) == ("https://example.org/Thing-short", "https://example.org/0")
    assert finding.text.translations == {"en": "Too long", "ru": "Слишком длинно"}


def test_recursive_shape_is_evaluated_or_said(rules, data):
    report = rules(RECURSIVE).check(data(things(50)).rows)

    assert len(report.findings) == 1


@pytest.mark.parametrize(("shapes", "reason"), [(GRAPHS, "shapesGraph"), (COMPONENT, "more than 20000 triples")])
def test_shape_that_nobody_evaluates_is_an_error_finding(rules, data, monkeypatch, shapes, reason):
    report = rules(shapes).check(data(things(100 if shapes is GRAPHS else 21_000)).rows)

    (finding,) = report.findings
    assert finding.severity is Severity.VIOLATION
    assert finding.text.template == "The shape {rule} was not evaluated. {reason}"
    assert reason in finding.text.params["reason"]
    assert not report.conforms


def test_slice_of_a_large_graph_is_what_the_shape_reads(data):
    shapes = Graph().parse(
        format="turtle",
        data=PREFIXES
        + """:Few a sh:NodeShape ; sh:targetSubjectsOf :c ; sh:property [ sh:path (:to :c) ; sh:minCount 1 ] ;
          sh:sparql [ sh:select
            "SELECT $this WHERE { { FILTER(BOUND($this)) } $this <https://example.org/to> ?x }" ] .""",
    )
    links = "<https://example.org/0> <https://example.org/to> <https://example.org/100> .\n"
    memory = data(things(21_000) + links)

    found = {(r.focus, r.origin.component.rpartition("#")[2]) for r in slices.validate(
        shapes, "<https://example.org/Few>", memory.rows
    )}  # fmt: skip

    assert ("<https://example.org/0>", "SPARQLConstraintComponent") in found
    assert ("<https://example.org/0>", "MinCountConstraintComponent") not in found
    assert ("<https://example.org/100>", "MinCountConstraintComponent") in found
    assert len(found) == 1 + 209


def test_constraint_that_runs_away_is_ended_and_the_others_are_evaluated(rules, data):
    memory = data(things(3000), seconds=2)

    report = rules(RUNAWAY).check(memory.rows, cap=1000)
    memory.close()

    lasting = [f for f in report.findings if "took longer than {limit} s" in f.text.template]
    assert [finding.rule for finding in lasting] == ["https://example.org/Thing"]
    assert report.counts["omitted"] + len(report.findings) == 3001
