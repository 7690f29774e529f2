"""Paths with alternatives give each solution as often as the specification says (SPARQL 1.1 Query 18.4)."""

from collections import Counter
from itertools import product

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.sparql import parse, rewrites
from kgservice.sparql.alternatives import MOST, left_alone

NODES = [f"u:{name}" for name in "abcd"]
WORDS = ["u:p", "u:q", "u:r"]
Pairs = Counter[tuple[str, str]]
Path = tuple[str, Pairs]


def joined(left: Pairs, right: Pairs) -> Pairs:
    found: Pairs = Counter()
    for ((s, a), n), ((b, o), m) in product(left.items(), right.items()):
        if a == b:
            found[s, o] += n * m
    return found


def turned(pairs: Pairs) -> Pairs:
    return Counter({(o, s): count for (s, o), count in pairs.items()})


def closed(pairs: Pairs) -> Pairs:
    found = set(pairs)
    while more := {(s, o) for (s, a), (b, o) in product(found, pairs) if a == b} - found:
        found |= more
    return Counter(dict.fromkeys(found, 1))


@st.composite
def paths(draw: st.DrawFn, triples: frozenset[tuple[str, str, str]], depth: int = 3) -> Path:
    """Return a path as text, with the pairs that it joins, each as often as the specification says."""
    kind = draw(st.sampled_from(["word", "|", "/", "^", "+", "!"] if depth else ["word"]))
    if kind in ("|", "/", "^", "+"):
        text, pairs = draw(paths(triples, depth - 1))
        if kind == "^":
            return f"^({text})", turned(pairs)
        if kind == "+":
            return f"({text})+", closed(pairs)
        other, more = draw(paths(triples, depth - 1))
        return f"({text}){kind}({other})", pairs + more if kind == "|" else joined(pairs, more)
    word = draw(st.sampled_from(WORDS))
    if kind == "word":
        return f"<{word}>", Counter((s, o) for s, p, o in triples if p == word)
    other = draw(st.sampled_from(WORDS))
    forward: Pairs = Counter((s, o) for s, p, o in triples if p != word)
    return f"!(<{word}>|^<{other}>)", forward + turned(Counter((s, o) for s, p, o in triples if p != other))


@st.composite
def cases(draw: st.DrawFn) -> tuple[frozenset[tuple[str, str, str]], Path]:
    node, word = st.sampled_from(NODES), st.sampled_from(WORDS)
    triples = draw(st.frozensets(st.tuples(node, word, node), min_size=3, max_size=12))
    return triples, draw(paths(triples))


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_each_pair_comes_as_often_as_there_are_ways(case: tuple[frozenset[tuple[str, str, str]], Path]) -> None:
    triples, (path, pairs) = case
    store = ox.Store()
    store.extend(ox.Quad(*map(ox.NamedNode, triple)) for triple in triples)
    query = parse(f"SELECT * {{ ?s {path} ?o }}")

    found = Counter((row["s"].value, row["o"].value) for row in store.query(rewrites.safe(query)))  # type: ignore[union-attr]

    assert found == pairs
    assert left_alone(query) == []


DATA = """<u:a> <u:p> <u:b>, <u:c> ; <u:q> <u:b> ; <u:l> (1 <u:b>) . <u:b> <u:p> <u:a>, "x"@en ; <u:q> "x"@en ."""


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("?s <u:p>|<u:q> ?o", 6),
        ("?s <u:p> ?x ; <u:p>|<u:q> ?o, ?x ; a ?k", 0),
        ("?s <u:p> ?x ;\n <u:p>|<u:q> ?o ; # here\n .", 12),
        ("[] <u:p>|<u:q> ?o", 6),
        ("_:b <u:p>|<u:q> ?o FILTER(isIRI(?o)) _:b <u:l> ?l .", 3),
        ("?s <u:l>/<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>|<u:p> 1", 1),
        ("?s <u:l> (1 [ <u:p>|<u:q> 'x'@en ])", 2),
        ("?s ^(<u:p>|<u:q>) <u:a>", 3),
        ("?s <u:p> ?o ; !<u:r> ?o", 6),
        ("?s <u:p> ?o . ?o ^!(a|<u:r>) ?s FILTER(isIRI(?o))", 4),
        ("'x'@en ^(<u:p>|<u:q>) ?s", 2),
        ("OPTIONAL { ?s <u:p>|<u:q> ?o }", 6),
        ("{ SELECT * { ?s <u:p>|<u:q> [] } }", 6),
        ("?s <u:p> ?o MINUS { ?s <u:p>|<u:q> [] }", 0),
        ("GRAPH ?g { ?s <u:p>|<u:q> ?o }", 0),
        ("VALUES ?path1 { 1 } ?s <u:p>|<u:q> [ <u:p> ?z ]", 6),
    ],
)
def test_alternatives_stand_wherever_a_pattern_may(pattern: str, count: int) -> None:
    store = ox.Store()
    store.load(DATA.encode(), ox.RdfFormat.TURTLE)
    query = parse(f"SELECT * {{ {pattern} }}")
    text = rewrites.safe(query)

    found = store.query(text)

    assert isinstance(found, ox.QuerySolutions)
    assert {name.value for name in found.variables} == set(query.variables)
    assert len(list(found)) == count, text
    assert text.count("\n") >= query.text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT DISTINCT * { ?s <u:p>|<u:q> ?o }",
        "ASK { ?s <u:p>|<u:q> ?o }",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <u:p>|<u:q> ?o }",
        "SELECT * { ?s <u:p> ?o FILTER NOT EXISTS { ?s <u:p>|<u:q> 1 } }",
        "SELECT * { ?s (<u:p>|<u:q>)* ?o }",
    ],
)
def test_what_does_not_show_stays_as_it_is(text: str) -> None:
    query = parse(text)

    assert rewrites.safe(query, without=["columns"]) is query.text
    assert left_alone(query) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { <u:a> <u:p>|<u:q> [] }",  # no variable that `*` could name
        "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT *) AS ?m) { ?s <u:p>|<u:q> [] }",
        "SELECT ?s { _:b <u:p>|<u:q> ?s OPTIONAL { ?s <u:p> ?x } _:b <u:q> ?x }",  # wrong: the engine says so
        f"SELECT ?s {{ ?s <u:p>|<u:q> {', '.join(['?x'] * (MOST // 2 + 1))} }}",
    ],
)
def test_what_cannot_be_written_so_is_told(text: str) -> None:
    query = parse(text)

    assert rewrites.safe(query) is query.text
    assert len(left_alone(query)) == 1
