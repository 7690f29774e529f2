"""The authored words: every hygiene rule holds, and each rule catches the fault it is there for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgservice.knowledge import hygiene
from kgservice.locale import say
from kgservice.store.embedded import Snapshot

ROOT = Path(__file__).parents[1]

PREFIXES = """@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/kgservice/shapes#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix v: <https://w3id.org/kgservice/vocabulary/> .
@prefix c: <https://w3id.org/kgservice/vocabulary/colour/> .
"""

MODULE = """<https://w3id.org/kgservice/ontology> a owl:Ontology ;
    dcterms:title "t"@en ; dcterms:abstract "a"@en ; dcterms:license <https://example.org/l> ;
    owl:versionIRI <https://example.org/v> ; skos:changeNote "n"@en .
kg:valueDatatype a owl:AnnotationProperty ; rdfs:label "expected datatype"@en, "тип значения"@ru ;
    skos:definition "The datatype that values of a property have."@en, "Тип, который имеют значения свойства."@ru ;
    rdfs:isDefinedBy <https://w3id.org/kgservice/ontology> ; skos:example "e"@en, "п"@ru ;
    kg:valueDatatype xsd:anyURI .
"""


def written(name: str, kind: str = "owl:Class", more: str = "", without: str = "") -> str:
    """A complete term of the ontology, or one that lacks a part."""
    parts = {
        "label-en": f'rdfs:label "{name.lower()} thing"@en',
        "label-ru": f'rdfs:label "вещь {name}"@ru',
        "definition-en": f'skos:definition "Something that is called {name} in these tests."@en',
        "definition-ru": f'skos:definition "Нечто, что в этих проверках называется {name}."@ru',
        "module": "rdfs:isDefinedBy <https://w3id.org/kgservice/ontology>",
        "example": 'skos:example "An example"@en, "Пример"@ru',
    }
    kept = [text for key, text in parts.items() if key != without]
    return f"kg:{name} a {kind} ; {' ; '.join(kept)} {'; ' + more if more else ''} .\n"


SCHEME = 'v:colour a skos:ConceptScheme ; rdfs:label "c"@en ; skos:hasTopConcept c:red .\n'


def concept(name: str, more: str = "skos:topConceptOf v:colour", without: str = "") -> str:
    """A complete concept of the scheme colour, or one that lacks a part."""
    parts = {
        "labels": f'skos:prefLabel "{name}"@en, "{name}ый"@ru ; rdfs:label "{name}"@en, "{name}ый"@ru',
        "definitions": f'skos:definition "The colour {name}."@en, "Цвет {name}."@ru',
        "notation": f'skos:notation "{name}"',
        "scheme": "skos:inScheme v:colour",
    }
    kept = [text for key, text in parts.items() if key != without]
    return f"c:{name} a skos:Concept ; {' ; '.join(kept)} {'; ' + more if more else ''} .\n"


RULE = """shape:A-b a sh:PropertyShape ; sh:path kg:p ; sh:minCount 1 ; sh:severity sh:Violation ;
    sh:name "b"@en, "б"@ru ; sh:message "It must be."@en, "Должно быть."@ru .
shape:A a sh:NodeShape ; sh:targetClass kg:A ; sh:property shape:A-b .
"""
P = written("p", "owl:DatatypeProperty", "rdfs:range xsd:string")
O = written("o", "owl:ObjectProperty", "rdfs:range kg:A")  # noqa: E741 - as in the ontology's own short names
A = written("A")
KG = "https://w3id.org/kgservice/ontology#"
ALIGNED = '<https://example.org/a> a owl:Ontology ; owl:versionInfo "1" ; dcterms:source <https://example.org/> .\n'

DEFECTS: dict[str, dict[str, str]] = {
    "every-term-has-labels": {"ontology/m.ttl": written("A", without="label-ru")},
    "one-label-per-language": {"ontology/m.ttl": written("A", more='rdfs:label "second"@en')},
    "every-term-has-definitions": {"ontology/m.ttl": written("A", without="definition-ru")},
    "definitions-are-sentences": {
        "ontology/m.ttl": written("A", without="definition-en", more='skos:definition "something without an end"@en')
    },
    "definitions-say-more-than-labels": {
        "ontology/m.ttl": written("A", without="definition-en", more='skos:definition "A thing."@en')
    },
    "every-term-says-its-module": {"ontology/m.ttl": written("A", without="module")},
    "every-term-has-an-example": {"ontology/m.ttl": written("A", without="example")},
    "modules-have-headers": {"ontology/m.ttl": '<https://example.org/m> a owl:Ontology ; dcterms:title "m"@en .'},
    "classes-are-upper-camel": {"ontology/m.ttl": written("a_thing")},
    "properties-are-lower-camel": {"ontology/m.ttl": written("Has", "owl:ObjectProperty", "rdfs:range kg:Has")},
    "labels-are-lower-case": {"ontology/m.ttl": written("A", without="label-en", more='rdfs:label "Thing"@en')},
    "labels-name-one-thing": {
        "ontology/m.ttl": written("A", without="label-en", more='rdfs:label "same"@en')
        + written("B", without="label-en", more='rdfs:label "same"@en')
    },
    "terms-are-declared": {"ontology/m.ttl": written("A", more="rdfs:subClassOf kg:Nobody")},
    "classes-have-no-cycles": {
        "ontology/m.ttl": written("A", more="rdfs:subClassOf kg:B") + written("B", more="rdfs:subClassOf kg:A")
    },
    "properties-have-no-cycles": {
        "ontology/m.ttl": written("p", "owl:ObjectProperty", "rdfs:subPropertyOf kg:q")
        + written("q", "owl:ObjectProperty", "rdfs:subPropertyOf kg:p")
    },
    "concepts-have-no-cycles": {
        "ontology/vocabularies/colour.ttl": SCHEME
        + concept("red", "skos:broader c:green")
        + concept("green", "skos:broader c:red")
    },
    "one-domain": {"ontology/m.ttl": A + written("B") + written("p", "owl:ObjectProperty", "rdfs:domain kg:A, kg:B")},
    "one-range": {"ontology/m.ttl": A + written("B") + written("p", "owl:ObjectProperty", "rdfs:range kg:A, kg:B")},
    "one-chain": {
        "ontology/m.ttl": A
        + O
        + written("p", "owl:ObjectProperty", "owl:propertyChainAxiom ( kg:o kg:o ), ( kg:o kg:o kg:o )")
    },
    "no-range-that-reasoners-refuse": {"ontology/m.ttl": written("p", "owl:DatatypeProperty", "rdfs:range xsd:date")},
    "properties-say-what-they-point-to": {"ontology/m.ttl": written("p", "owl:ObjectProperty")},
    "cardinality-on-simple-properties": {
        "ontology/m.ttl": written("p", "owl:ObjectProperty, owl:TransitiveProperty", "rdfs:range kg:A")
        + written("A", more="rdfs:subClassOf [ a owl:Restriction ; owl:onProperty kg:p ; owl:maxCardinality 1 ]")
    },
    "no-functional-chains": {
        "ontology/m.ttl": written("p", "owl:ObjectProperty, owl:FunctionalProperty, owl:TransitiveProperty")
    },
    "no-punning": {"ontology/m.ttl": written("A", "owl:Class, owl:ObjectProperty", "rdfs:range kg:A")},
    "inverses-are-declared-once": {
        "ontology/m.ttl": written("p", "owl:ObjectProperty", "owl:inverseOf kg:q")
        + written("q", "owl:ObjectProperty", "owl:inverseOf kg:p")
    },
    "deprecated-terms-have-a-successor": {"ontology/m.ttl": written("A", more="owl:deprecated true")},
    "deprecated-terms-are-not-used": {
        "ontology/m.ttl": written("A", more="owl:deprecated true ; dcterms:isReplacedBy kg:B") + written("B"),
        "queries/s/q.rq": f"SELECT ?a WHERE {{ ?a a <{KG}A> }}",
    },
    "terms-are-used": {"ontology/m.ttl": A},
    "shapes-name-known-terms": {"ontology/m.ttl": A, "shapes/a.ttl": RULE},
    "queries-name-known-terms": {"queries/s/q.rq": f"SELECT ?a WHERE {{ ?a a <{KG}Nobody> }}"},
    "mappings-name-known-terms": {"data/sources/s/mapping.rml.ttl": "<#m> <u:class> kg:Nobody ."},
    "mapped-classes-have-shapes": {"ontology/m.ttl": A, "data/sources/s/mapping.rml.ttl": "<#m> <u:class> kg:A ."},
    "shapes-speak": {"ontology/m.ttl": A + P, "shapes/a.ttl": RULE.replace(', "Должно быть."@ru', "")},
    "messages-are-sentences": {"ontology/m.ttl": A + P, "shapes/a.ttl": RULE.replace("It must be.", "it must be")},
    "shapes-have-one-rule": {
        "ontology/m.ttl": A + P,
        "shapes/a.ttl": RULE.replace("sh:minCount 1", "sh:class kg:A ; sh:node shape:A"),
    },
    "concepts-are-complete": {"ontology/vocabularies/colour.ttl": SCHEME + concept("red", without="notation")},
    "notations-are-unique": {
        "ontology/vocabularies/colour.ttl": SCHEME
        + concept("red")
        + concept("green", 'skos:broader c:red ; skos:notation "red"')
    },
    "concepts-live-in-their-scheme": {
        "ontology/vocabularies/colour.ttl": SCHEME + concept("red").replace("v:colour", "v:taste")
    },
    "concepts-hang-in-their-scheme": {"ontology/vocabularies/colour.ttl": SCHEME + concept("green", "")},
    "nothing-is-imported-from-outside": {
        "ontology/m.ttl": "<https://w3id.org/kgservice/ontology> owl:imports <http://www.w3.org/ns/org> ."
    },
    "no-equivalence-to-foreign-terms": {
        "ontology/m.ttl": written("A", more="owl:equivalentClass <http://www.w3.org/ns/org#Organization>")
    },
    "alignments-point-upward": {
        "ontology/m.ttl": A,
        "ontology/alignments/o.ttl": ALIGNED + "kg:A skos:exactMatch <https://example.org/A> .",
    },
    "alignments-are-pinned": {"ontology/alignments/o.ttl": "<https://example.org/a> a owl:Ontology ."},
}


def broken(content: Path, folder: Path) -> list[hygiene.Finding]:
    """Findings of all rules over a content folder."""
    words = hygiene.Words(content)
    store = ox.Store()
    for graph, path in words.write(folder):
        to_graph = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=to_graph)
    return hygiene.check(words, Snapshot(store).rows)


@pytest.fixture
def content(tmp_path) -> Iterator[Path]:
    """A content folder with the hygiene rules and one sound module."""
    folder = tmp_path / "content"
    rules = folder / "ontology" / "hygiene"
    rules.mkdir(parents=True)
    for path in (ROOT / "ontology" / "hygiene").glob("*.rq"):
        (rules / path.name).write_bytes(path.read_bytes())
    (folder / "ontology" / "kg.ttl").write_text(PREFIXES + MODULE, encoding="utf-8")
    return folder


def test_no_word_breaks_a_rule(tmp_path):
    found = broken(ROOT, tmp_path)

    assert [str(finding.text.template.format(**finding.text.params)) for finding in found] == []


def test_there_is_a_defect_for_every_rule():
    assert set(DEFECTS) == {rule.name for rule in hygiene.rules(ROOT)}


def test_a_sound_module_breaks_no_rule(content, tmp_path):
    assert broken(content, tmp_path) == []


@pytest.mark.parametrize("rule", sorted(DEFECTS))
def test_seeded_defect_is_caught_at_its_file(rule, content, tmp_path):
    for name, text in DEFECTS[rule].items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if name.endswith(".rq") else PREFIXES + text, encoding="utf-8")

    found = [finding for finding in broken(content, tmp_path) if finding.rule == f"hygiene/{rule}"]

    assert found
    assert found[0].cells[0].file in {*DEFECTS[rule], "ontology/kg.ttl"}
    assert found[0].cells[0].line > 0
    assert re.search("[а-яё]", say(found[0].text, "ru"))


def test_form_is_told_with_its_line_and_mended(content):
    path = content / "queries" / "s" / "q.rq"
    path.parent.mkdir(parents=True)
    path.write_text("SELECT ?s WHERE {\n  ?s ?p ?o\n   FILTER(true)\n}\n", encoding="utf-8")

    before = [(one.cells[0].file, one.cells[0].line) for one in hygiene.form(hygiene.Words(content))]
    hygiene.form(hygiene.Words(content), fix=True)

    assert ("queries/s/q.rq", 3) in before
    assert ("ontology/kg.ttl", 1) in before or ("ontology/kg.ttl", 2) in before
    assert hygiene.form(hygiene.Words(content)) == []


def test_authored_files_are_canonical():
    assert [finding.cells[0].file for finding in hygiene.form(hygiene.Words(ROOT))] == []
