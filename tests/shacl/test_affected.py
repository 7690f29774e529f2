"""A change is checked where it can matter: the results joined with those before are those of a full run."""

from collections import Counter
from collections.abc import Iterable, Iterator

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from kgservice.shacl import Result, affected, closure, compile_shapes, merged, validate

PREFIXES = """
@prefix : <http://x/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
SHAPES = Graph().parse(
    format="turtle",
    data=PREFIXES
    + """
<http://x/shapes> sh:declare [ sh:prefix "" ; sh:namespace "http://x/" ] .
:S a sh:NodeShape ; sh:targetClass :A ;
  sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 1 ; sh:lessThan :q ] ;
  sh:property [ sh:path (:to :to) ; sh:maxCount 1 ] ;
  sh:property [ sh:path [ sh:inversePath :to ] ; sh:maxCount 1 ; sh:class :B ] ;
  sh:property [ sh:path [ sh:alternativePath (:to [ sh:inversePath :of ]) ] ; sh:minCount 1 ; sh:node :T ] .
:T sh:property [ sh:path :p ; sh:minCount 1 ] ; sh:not [ sh:path :of ; sh:class :B ] .
:U a sh:NodeShape ; sh:targetClass :B ;
  sh:property [ sh:path :to ; sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMaxCount 1 ;
    sh:qualifiedValueShapesDisjoint true ] ;
  sh:property [ sh:path :of ; sh:qualifiedValueShape [ sh:path :q ; sh:minCount 1 ] ; sh:qualifiedMinCount 1 ] ;
  sh:property [ sh:path :of ; sh:property [ sh:path :p ; sh:hasValue 1 ] ] ;
  sh:xone ( [ sh:path :p ; sh:minCount 1 ] [ sh:path (:to :q) ; sh:minCount 1 ] ) .
:V a sh:NodeShape ; sh:targetSubjectsOf :q ; sh:targetObjectsOf :of ; sh:closed true ; sh:property [ sh:path :q ] ;
  sh:property [ sh:path [ sh:zeroOrMorePath :to ] ; sh:class :A ] ;
  sh:property [ sh:path [ sh:zeroOrOnePath :of ] ; sh:disjoint :to ] .
:W a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this ?value WHERE { $this :to ?value . FILTER NOT EXISTS { ?other :of ?value . ?other :p 1 } }''' ] .
:X a sh:NodeShape ; sh:targetClass :B ; sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this ?value WHERE { { $this :to ?x } UNION { ?x :of $this } ?x :p ?value
    OPTIONAL { ?x :q ?more . ?more2 :p ?more } FILTER(!BOUND(?more)) }''' ] .
:Y a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this ?value WHERE { $this :p ?value .
    { SELECT $this (COUNT(?x) AS ?n) WHERE { $this :to ?value . ?value :of ?x } GROUP BY $this } FILTER(?n > 0) }''' ] .
:Z a sh:NodeShape ; sh:targetClass :B ; sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this ?value WHERE { $this :p ?same . ?value :p ?same . FILTER($this != ?value)
    FILTER EXISTS { ?value :to+ $this } }''' ] ;
  sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this ?value WHERE { $this :q ?same . ?value :of/^:to/:q ?more . FILTER(?more > ?same) }''' ] .
:R a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :of ; sh:node [
  sh:property [ sh:path :to ; sh:minCount 1 ] ;
  sh:sparql [ sh:prefixes <http://x/shapes> ; sh:select '''
  SELECT $this WHERE { $this :p ?one . OPTIONAL { $this :q ?two } FILTER(!BOUND(?two)) }''' ] ] ] .
""",
)
READS = closure(SHAPES)
THINGS = [":a", ":b", ":c", ":d"]
VALUES = {":p": ["1", "2"], ":q": ["1", "2", "3"], ":to": THINGS, ":of": THINGS, "a": [":A", ":B", ":B1"]}
TRIPLE = st.sampled_from(sorted(VALUES)).flatmap(
    lambda p: st.tuples(st.sampled_from(THINGS), st.just(p), st.sampled_from(VALUES[p]))
)


def store_of(triples: Iterable[tuple[str, ...]]) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    text = PREFIXES + ":B1 rdfs:subClassOf :B .\n" + "".join(f"{s} {p} {o} .\n" for s, p, o in triples)
    store.load(text.encode(), pyoxigraph.RdfFormat.TURTLE)
    return store


def answers(store: pyoxigraph.Store):  # type: ignore[no-untyped-def]
    def run(query: str) -> Iterator[list[str | None]]:
        for solution in store.query(query):  # type: ignore[union-attr]
            yield [None if term is None else str(term) for term in solution]

    return run


def counted(results: Iterable[Result]) -> Counter[tuple[object, ...]]:
    return Counter((r.origin.root, r.origin.shape, r.origin.component, r.focus, r.path, r.value) for r in results)


def delta(before: pyoxigraph.Store, after: pyoxigraph.Store) -> list[tuple[str, str, str]]:
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in set(before) ^ set(after)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(TRIPLE, max_size=16), st.sets(TRIPLE, max_size=4), st.sets(TRIPLE, max_size=4), st.booleans())
def test_results_of_a_change_joined_with_those_before_are_those_of_a_full_run(
    triples: set[tuple[str, ...]], added: set[tuple[str, ...]], removed: set[tuple[str, ...]], much: bool
) -> None:
    before = store_of(triples)
    after = store_of((triples if much else triples - removed) | added)
    union = store_of(triples | added)
    checks = compile_shapes(SHAPES, answers(before))
    old = list(validate(checks, answers(before)))

    focus = affected(READS, delta(before, after), answers(union))
    new = list(validate(checks, answers(after), focus))

    assert counted(merged(old, new, focus)) == counted(validate(checks, answers(after)))


def test_change_is_looked_at_only_where_it_can_matter() -> None:
    before = store_of([(":a", "a", ":A"), (":b", "a", ":A"), (":a", ":p", "1"), (":b", ":p", "1")])
    after = store_of([(":a", "a", ":A"), (":b", "a", ":A"), (":a", ":p", "1"), (":b", ":p", "2")])

    focus = affected(READS, delta(before, after), answers(after))

    assert focus["<http://x/S>"] == ["<http://x/b>"]
    assert "<http://x/V>" in focus  # closed: any predicate of the thing matters


@pytest.mark.parametrize(
    "change",
    [
        ("<http://x/B1>", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>", "<http://x/B>"),
        ("_:b0", "<http://x/p>", '"1"'),
    ],
)
def test_change_of_a_class_tree_or_a_blank_node_looks_at_everything(change: tuple[str, str, str]) -> None:
    assert affected(READS, [change], answers(store_of([]))) == dict.fromkeys(READS)


def test_pattern_that_nothing_connects_with_this_looks_at_all_targets_of_its_shape() -> None:
    shapes = Graph().parse(
        format="turtle",
        data=PREFIXES
        + """:S a sh:NodeShape ; sh:targetClass :A ; sh:sparql [ sh:select '''
        SELECT $this WHERE { $this <http://x/p> ?a . ?x <http://x/q> ?b . FILTER(?a < ?b) }''' ] .""",
    )

    changed = affected(closure(shapes), [("<http://x/z>", "<http://x/q>", '"5"')], answers(store_of([])))

    assert changed == {"<http://x/S>": None}
