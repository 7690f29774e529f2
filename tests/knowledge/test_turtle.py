"""Canonical Turtle says the same as before, keeps the author's order, and does not change when written again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kgservice.knowledge.turtle import canonical, subject_lines

ROOT = Path(__file__).parents[2]
TEXT = """@prefix b: <https://example.org/b#> .
@prefix a: <https://example.org/a#> .
@prefix unused: <https://example.org/unused#> .
b:Second a:p [ a:q ( 1 2.5 true "x" ) ] , "two\\nlines \\"quoted\\"\\"\\"\\""@en .
a:First a b:C ; a:p "tab\\tand \\\\ backslash" , "1"^^b:type , <https://example.org/ü> .
"""


def read(text: str) -> Graph:
    return Graph(bind_namespaces="none").parse(data=text, format="turtle")


def test_prefixes_are_sorted_and_unused_ones_left_out():
    written = canonical(read(TEXT), TEXT)

    assert written.splitlines()[:2] == [
        "@prefix a: <https://example.org/a#> .",
        "@prefix b: <https://example.org/b#> .",
    ]
    assert "unused" not in written


def test_subjects_keep_the_order_of_the_author():
    written = canonical(read(TEXT), TEXT)

    assert written.index("b:Second") < written.index("a:First")


def test_subjects_without_a_place_in_the_text_come_last():
    graph = read(TEXT)
    graph.add((URIRef("https://example.org/a#Third"), URIRef("https://example.org/a#p"), Literal("new")))

    assert canonical(graph, TEXT).rstrip().endswith('a:Third\n    a:p "new" .')


@pytest.mark.parametrize("path", sorted((ROOT / "ontology").glob("*.ttl")), ids=lambda path: path.name)
def test_writing_again_changes_nothing(path):
    text = path.read_text(encoding="utf-8")

    assert canonical(read(text), text) == text


def test_lines_of_subjects_are_found():
    assert subject_lines(TEXT, read(TEXT)) == {
        "https://example.org/b#Second": 4,
        "https://example.org/a#First": 5,
    }


names = st.sampled_from(["https://example.org/a", "https://example.org/b#x", "https://example.org/b#x.", "urn:x:y"])
literals = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")).map(Literal),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")).map(lambda t: Literal(t, lang="ru")),
    st.integers().map(lambda n: Literal(str(n), datatype=XSD.integer)),
    st.booleans().map(lambda b: Literal(str(b).lower(), datatype=XSD.boolean)),
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda d: Literal(format(d, "f"), datatype=XSD.decimal)),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(names, names, st.one_of(literals, names.map(URIRef))), max_size=12), st.booleans())
def test_any_graph_reads_back_the_same(triples, nested):
    graph = Graph(bind_namespaces="none")
    graph.bind("b", "https://example.org/b#")
    for subject, predicate, value in triples:
        node = BNode() if nested else URIRef(subject)
        graph.add((node, URIRef(predicate), value))

    written = canonical(graph)

    assert isomorphic(read(written), graph)
    assert canonical(read(written), written) == written
