"""Counts of a graph are those that SPARQL would find."""

import pyoxigraph
from hypothesis import given, settings
from hypothesis import strategies as st

from kgservice.catalogue.statistics import measure

EX = "http://example.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
THINGS = [f"{EX}{letter}" for letter in "abc"]
KINDS = [f"{EX}A", f"{EX}B#C"]
PROPERTIES = [f"{EX}p", f"{EX}q"]
VALUES = [f"<{thing}>" for thing in THINGS] + [
    '"text"', '"text"@en', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"a\\"^^<b>"',
    "<http://data.europa.eu/esco/occupation/1>", "<http://www.w3.org/ns/org#Organization>",
]  # fmt: skip
TRIPLES = st.one_of(
    st.builds(lambda s, c: f"<{s}> <{TYPE}> <{c}> .\n", st.sampled_from(THINGS), st.sampled_from(KINDS)),
    st.builds(
        lambda s, p, o: f"<{s}> <{p}> {o} .\n",
        st.sampled_from(THINGS), st.sampled_from(PROPERTIES), st.sampled_from(VALUES),
    ),
)  # fmt: skip


def counted(store: pyoxigraph.Store, names: str, pattern: str) -> dict[tuple[str, ...], int]:
    query = f"SELECT {names} (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY {names}"
    return {tuple(term.value for term in list(row)[:-1]): int(row["n"].value) for row in store.query(query)}


@settings(max_examples=100, deadline=None)
@given(st.sets(TRIPLES, max_size=25))
def test_counts_are_those_of_sparql(found):
    lines = sorted(line.encode() for line in found)
    store = pyoxigraph.Store()
    store.load(b"".join(lines), pyoxigraph.RdfFormat.N_TRIPLES)

    said = measure(lambda: lines, set(lines[:3]))

    assert (said.triples, said.repeated) == (len(lines), min(3, len(lines)))
    assert said.subjects == len({line.split()[0] for line in lines})
    assert said.objects == len({line.split(b" ", 2)[2] for line in lines})
    assert {(k,): n for k, n in said.entities.items()} == counted(store, "?c", "?s a ?c")
    assert {(p,): n for p, n in said.properties.items()} == counted(store, "?p", "?s ?p ?o")
    assert said.used == counted(store, "?c ?p", "?s a ?c ; ?p ?o")
    assert said.linked == counted(store, "?c ?p ?d", "?s a ?c ; ?p ?o . ?o a ?d")
    assert said.typed == counted(store, "?c ?p ?t", "?s a ?c ; ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?t)")
    assert said.outward.get((PROPERTIES[0], "org"), 0) == sum(b"/p> <http://www.w3.org/ns/org#" in x for x in lines)
    assert said.outward.get((PROPERTIES[1], "esco"), 0) == sum(b"/q> <http://data.europa.eu/" in x for x in lines)
